"""Everything that a person or a program reads from ``git studio``: the only module that prints.

Text may come from a repository, a commit or a store, and none of those is trusted: each part is
made printable before it is styled, so a control character never reaches a terminal raw.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TextIO

from studio_git.core.names import printable
from studio_git.errors import StudioError

Style = Literal["good", "bad", "warn", "dim", "bold", "accent"]

BROKEN_PIPE_STATUS = 141
"""128 + SIGPIPE: what a shell reports of a program whose reader went away."""

_CODES: dict[Style, str] = {
    "good": "32",
    "bad": "31",
    "warn": "33",
    "dim": "2",
    "bold": "1",
    "accent": "36",
}
# What steers a terminal and JSON lets stand; all of it is inside of strings.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NARROWEST = 12
_GUTTER = "  "
_ELLIPSIS = "…"


class Styled(NamedTuple):
    """Text with a style; the style is dropped where there is no colour."""

    text: str
    style: Style


Part = str | Styled


def styled(text: str, style: Style) -> Styled:
    """Text that is to look good, bad, like a warning, dim, bold or accented."""
    return Styled(text, style)


def say(*parts: Part) -> None:
    """One line on standard output. The parts are joined as they are, without spaces."""
    _line(sys.stdout, parts)


def warn(*parts: Part) -> None:
    """One line on standard error."""
    _line(sys.stderr, parts)


def warn_lines(text: str) -> None:
    """Several lines on standard error, as they are."""
    for line in text.rstrip("\n").split("\n"):
        _put(sys.stderr, printable(line, multiline=True))


def error(problem: StudioError) -> None:
    """What happened and, on a second line, what to do about it, on standard error."""
    _line(sys.stderr, [styled("git studio: ", "bad"), problem.message])
    if problem.hint:
        _line(sys.stderr, [problem.hint])


def json_out(value: Any) -> None:
    """One JSON document on standard output, with the keys in the order that they were given."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    if not _encodable(text, sys.stdout):
        text = json.dumps(value, indent=2)
    _put(sys.stdout, text)


def bytes_out(data: bytes) -> None:
    """What a filter says: the very bytes through a pipe, made printable on a terminal."""
    if _terminal(sys.stdout):
        text_block(data.decode("utf-8", "surrogateescape").splitlines(), diff=False)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def columns(
    rows: Iterable[Sequence[Part]],
    headings: Sequence[str] | None = None,
    shrink: int = -1,
) -> None:
    """Rows on standard output, their columns aligned.

    On a terminal the cells of the column ``shrink`` (an index; the last one unless told) are cut
    so that a row fits into the width; through a pipe nothing is cut. No row, no headings.
    """
    table = [[clean(cell) for cell in row] for row in rows]
    if not table:
        return
    if headings:
        table.insert(0, [Styled(printable(heading), "dim") for heading in headings])
    widths = [max(map(cells, column)) for column in zip(*table, strict=True)]
    available = terminal_width()
    if available is not None:
        excess = sum(widths) + len(_GUTTER) * (len(widths) - 1) - available
        if excess > 0:
            widths[shrink] = max(min(_NARROWEST, widths[shrink]), widths[shrink] - excess)
    coloured = colour(sys.stdout)
    for row in table:
        fitted = [fit(cell, width) for cell, width in zip(row, widths, strict=True)]
        _put(sys.stdout, _GUTTER.join(_padded(fitted, widths, coloured)))


def text_block(lines: Iterable[str], *, indent: str = "", diff: bool = True) -> None:
    """Lines on standard output as they are; those of a diff coloured unless ``diff`` is False."""
    coloured = colour(sys.stdout)
    for line in lines:
        text = printable(line.rstrip("\r\n"), multiline=True)
        style = _diff_style(text) if diff else None
        _put(sys.stdout, indent + _paint(Styled(text, style) if style else text, coloured))


def confirm(question: str, *, default: bool = False, yes: bool = False) -> bool:
    """Ask a question that is answered by yes or no.

    ``yes`` answers it beforehand. Without a terminal nothing is asked, and ``default`` holds, as
    it does for an empty answer and at the end of the input.
    """
    if yes:
        return True
    if not interactive():
        return default
    choices = "[Y/n]" if default else "[y/N]"
    while True:
        answer = _ask(f"{question} {choices} ").lower()
        if not answer:
            return default
        if answer in ("y", "yes", "n", "no"):
            return answer in ("y", "yes")


def choose(question: str, options: Sequence[str], *, default: int | None = None) -> int | None:
    """Ask which of the options is meant; the answer is its index, or ``default``.

    Without a terminal nothing is asked, and ``default`` holds.
    """
    if not interactive():
        return default
    warn(question)
    for number, option in enumerate(options, 1):
        warn(f"  {number}  ", option)
    suggestion = "" if default is None else f" [{default + 1}]"
    while True:
        answer = _ask(f"1-{len(options)}{suggestion}, or nothing to leave it: ")
        if not answer:
            return default
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1


@contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error while work is under way, if that is a terminal.

    Yields a function that advances the bar, by one or by the number given. ``total`` is None
    where it is not known beforehand.
    """
    if not _terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield lambda _count=1: None
        return
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    console = Console(stderr=True, no_color=not colour(sys.stderr))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(Text(printable(description)).markup, total=total)
        yield lambda count=1: bar.advance(task, count)


def interactive() -> bool:
    """True where a person can be asked: both ends of the question are a terminal."""
    return _terminal(sys.stdin) and _terminal(sys.stderr)


def terminal_width() -> int | None:
    """The width of standard output in cells; None where it is not a terminal."""
    if not _terminal(sys.stdout):
        return None
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except OSError:
        return 80


def clean(part: Part) -> Part:
    """The part with its control characters made visible, as everything that is shown has them."""
    if isinstance(part, Styled):
        return Styled(printable(part.text), part.style)
    return printable(part)


def cells(part: Part) -> int:
    """How many cells of a terminal a part takes."""
    text = _text(part)
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(part: Part, width: int) -> Part:
    """The part, cut to a width with an ellipsis at its end if it is wider."""
    if cells(part) <= width:
        return part
    from rich.cells import set_cell_size

    mark = _ELLIPSIS if drawable(_ELLIPSIS) else "~"
    text = set_cell_size(_text(part), width - 1).rstrip() + mark
    return Styled(text, part.style) if isinstance(part, Styled) else text


def drawable(text: str) -> bool:
    """True where the encoding of standard output has the text."""
    return _encodable(text, sys.stdout)


def colour(stream: TextIO | None) -> bool:
    """Whether text on a stream is coloured: NO_COLOR, FORCE_COLOR, else what the terminal can.

    Both variables count where they are set and not empty (no-color.org, force-color.org).
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return _terminal(stream) and os.environ.get("TERM") != "dumb"


def flush() -> None:
    """Hand everything written so far to whoever reads it.

    Raises BrokenPipeError if nobody does, another OSError if it cannot be written (a full disk).
    """
    for stream in _open_streams():
        stream.flush()


def give_up(stream: TextIO) -> None:
    """Point a stream at the null device, so that Python's own flush at exit is silent."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def reader_gone() -> int:
    """Give up on the output, whose reader went away; the status to exit with."""
    for stream in _open_streams():
        try:
            stream.flush()
        except BrokenPipeError:
            give_up(stream)
    return BROKEN_PIPE_STATUS


def _open_streams() -> list[TextIO]:
    """Standard output and error, but for what was closed before the start (``2>&-``)."""
    streams: list[TextIO | None] = [sys.stdout, sys.stderr]
    return [stream for stream in streams if stream is not None]


def _line(stream: TextIO | None, parts: Iterable[Part]) -> None:
    coloured = colour(stream)
    _put(stream, "".join(_paint(clean(part), coloured) for part in parts))


def _put(stream: TextIO | None, line: str) -> None:
    if stream is None:
        return
    if not _encodable(line, stream):
        encoding = stream.encoding or "utf-8"
        line = line.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(line + "\n")


def _encodable(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _ask(prompt: str) -> str:
    flush()
    sys.stderr.write(printable(prompt))
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _paint(part: Part, coloured: bool) -> str:
    if not isinstance(part, Styled):
        return part
    return f"\x1b[{_CODES[part.style]}m{part.text}\x1b[0m" if coloured and part.text else part.text


def _diff_style(line: str) -> Style | None:
    if line.startswith(("+++", "---")):
        return "bold"
    if line.startswith("@@"):
        return "accent"
    return {"+": "good", "-": "bad"}.get(line[:1])  # type: ignore[return-value]


def _text(part: Part) -> str:
    return part.text if isinstance(part, Styled) else part


def _padded(row: Sequence[Part], widths: Sequence[int], coloured: bool) -> list[str]:
    """The cells as text, each but the last one filled up to its column's width."""
    filled = [
        _paint(cell, coloured) + " " * (width - cells(cell))
        for cell, width in zip(row, widths, strict=True)
    ]
    return [*filled[:-1], _paint(row[-1], coloured)]
