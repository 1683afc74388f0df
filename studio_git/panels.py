"""Panels of rows on a terminal: in two columns where there is room, below each other where not.

Through a pipe they stand below each other, and nothing is cut. Like everything that is shown,
the parts go through :mod:`studio_git.output`, which makes them printable and paints them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from studio_git.core.names import printable
from studio_git.output import (
    Part,
    Style,
    Styled,
    cells,
    clean,
    drawable,
    fit,
    say,
    styled,
    terminal_width,
)

TWO_COLUMNS = 100
"""The width of a terminal, in cells, from which on panels stand beside each other."""

_BETWEEN = 3
_GUTTER = "  "
_NARROWEST = 12
_LEAST = 40

Line = list[Part]


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows of cells under a title, and a note below them.

    Where a row is too wide for the panel, the cells of the column ``shrink`` (an index) are cut
    first. All rows have the same number of cells. The note is wrapped.
    """

    title: str
    rows: Sequence[Sequence[Part]]
    note: str = ""
    shrink: int = 0


def show(panels: Sequence[Panel]) -> None:
    """Print panels in their order: down, or down the left column and then the right one."""
    width = terminal_width()
    if width is None or width < TWO_COLUMNS or len(panels) < 2:
        _print(_stack(panels, width))
        return
    half = (width - _BETWEEN) // 2
    split = _split([len(_lines(panel, half)) + 1 for panel in panels])
    left_width = _left_width(panels[:split], panels[split:], width - _BETWEEN)
    one = _stack(panels[:split], left_width)
    other = _stack(panels[split:], width - _BETWEEN - left_width)
    nothing: Line = []
    for first, second in zip_longest(one, other, fillvalue=nothing):
        gap = " " * (left_width + _BETWEEN - sum(map(cells, first)))
        _print([[*first, gap, *second] if second else first])


def prose(text: str) -> None:
    """Print text of several lines, wrapped where there is a terminal."""
    width = terminal_width()
    for line in text.splitlines():
        _print(_wrapped(line, width) if line.strip() else [[]])


def heading(title: str, *facts: Part) -> None:
    """Print what a page of panels is about, and a few facts of it."""
    parts: Line = [styled(title, "bold")]
    for fact in facts:
        parts += [_GUTTER, fact] if cells(clean(fact)) else []
    width = terminal_width()
    parts = [clean(part) for part in parts]
    _print([parts if width is None else _cut(parts, width)])


def _split(heights: Sequence[int]) -> int:
    """How many panels stand on the left so that the longer column is as short as can be."""
    return min(
        range(1, len(heights)), key=lambda count: max(sum(heights[:count]), sum(heights[count:]))
    )


def _left_width(left: Sequence[Panel], right: Sequence[Panel], room: int) -> int:
    """Half of the room, unless one column needs less of it and the other one more."""
    half = room // 2
    needed, other = _natural(left), room - _natural(right)
    if needed < half and other < half:
        return max(needed, other, _LEAST)
    if needed > half and other > half:
        return min(needed, other, room - _LEAST)
    return half


def _natural(panels: Sequence[Panel]) -> int:
    """The width that the widest row of some panels has where nothing is cut."""
    lines = (line for panel in panels for line in _table(panel, None))
    return max((sum(map(cells, line)) for line in lines), default=0)


def _stack(panels: Sequence[Panel], width: int | None) -> list[Line]:
    """Panels below each other, an empty line between them."""
    lines: list[Line] = []
    for panel in panels:
        lines += [[]] if lines else []
        lines += _lines(panel, width)
    return lines


def _lines(panel: Panel, width: int | None) -> list[Line]:
    title = clean(styled(panel.title, "accent"))
    lines: list[Line] = [[title]]
    if width is not None:
        rule = "─" if drawable("─") else "-"
        length = max(0, width - cells(title) - 1)
        lines = [_cut([title, " ", styled(rule * length, "dim")], width)]
    lines += _table(panel, width)
    lines += _wrapped(panel.note, width, "dim") if panel.note else []
    return lines


def _table(panel: Panel, width: int | None) -> list[Line]:
    """The rows with their columns aligned; one that is empty in all rows takes no room."""
    rows = [[clean(cell) for cell in row] for row in panel.rows]
    if not rows:
        return []
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    kept = [index for index, each in enumerate(widths) if each]
    if width is not None:
        _shrink(widths, kept, panel.shrink, width - len(_GUTTER) * (len(kept) - 1))
    lines = []
    for row in rows:
        line: Line = []
        for index in kept:
            cell = fit(row[index], widths[index])
            line += [cell, " " * (widths[index] - cells(cell)) + _GUTTER]
        while line and not _text(line[-1]).strip():
            line.pop()
        lines.append(line if width is None else _cut(line, width))
    return lines


def _shrink(widths: list[int], kept: Sequence[int], first: int, available: int) -> None:
    """Make columns narrower until they fit: the first one, then whichever is the widest."""
    excess = sum(widths) - available
    if excess > 0:
        smaller = max(min(_NARROWEST, widths[first]), widths[first] - excess)
        excess -= widths[first] - smaller
        widths[first] = smaller
    while excess > 0:
        widest = max(kept, key=lambda index: widths[index])
        if widths[widest] <= 1:
            return
        widths[widest] -= 1
        excess -= 1


def _cut(line: Line, width: int) -> Line:
    """The line without what does not fit at its end."""
    found: Line = []
    left = width
    for part in line:
        if left <= 0:
            break
        found.append(fit(part, left))
        left -= cells(found[-1])
    return found


def _wrapped(text: str, width: int | None, style: Style | None = None) -> list[Line]:
    shown = printable(text)
    pieces = [shown]
    if width is not None:
        from rich.cells import chop_cells

        # textwrap counts characters, and some of them take two cells.
        lines = textwrap.wrap(shown, width)
        pieces = [piece for line in lines for piece in chop_cells(line, width)]
    return [[styled(piece, style) if style else piece] for piece in pieces]


def _text(part: Part) -> str:
    return part.text if isinstance(part, Styled) else part


def _print(lines: Sequence[Line]) -> None:
    for line in lines:
        say(*line)
