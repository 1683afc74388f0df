"""How canonical and repo differ, hunk by hunk, and how chosen hunks are taken over.

Texts are given as they are and compared in normalised form; line numbers hold for both, because
normalising never adds or removes a line but the final newline.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from studio_git.core.lines import Change, changes, split_lines
from studio_git.core.merge import Chunk, ChunkKind, merge
from studio_git.core.names import printable
from studio_git.core.text import BOM, normalise, usual_line_ending

Moved = Literal["studio", "repo", "both"]

_ONE_SIDE: dict[ChunkKind, Moved] = {ChunkKind.STUDIO: "studio", ChunkKind.REPO: "repo"}
_MOVED_WORDS = {
    "studio": ", Studio moved",
    "repo": ", the repository moved",
    "both": ", both moved",
}


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place where the two texts differ.

    ``number`` counts from 1, the starts count lines from 0. Lines are normalised and carry their
    newline. ``moved`` says which side left the base there; None where no base is known.
    """

    number: int
    canonical_start: int
    canonical_lines: tuple[bytes, ...]
    repo_start: int
    repo_lines: tuple[bytes, ...]
    moved: Moved | None = None


def hunks(canonical: bytes, repo: bytes, base: bytes | None = None) -> tuple[Hunk, ...]:
    """Return the differences in order; two hunks have at least one common line between them."""
    studio_lines, repo_lines, found = _compared(normalise(canonical), normalise(repo))
    if not found:
        return ()
    moved = _moved(found, canonical, repo, base)
    return tuple(
        Hunk(
            number=number,
            canonical_start=change.old_start,
            canonical_lines=tuple(studio_lines[change.old_start : change.old_end]),
            repo_start=change.new_start,
            repo_lines=tuple(repo_lines[change.new_start : change.new_end]),
            moved=side,
        )
        for number, (change, side) in enumerate(zip(found, moved, strict=True), start=1)
    )


def diff_summary(canonical: bytes, repo: bytes) -> str:
    """Count the lines that lead from canonical to repo, always as in ``+4 lines, -2 lines``."""
    _, _, found = _compared(normalise(canonical), normalise(repo))
    added = sum(change.new_end - change.new_start for change in found)
    removed = sum(change.old_end - change.old_start for change in found)
    return f"+{added} lines, -{removed} lines"


@lru_cache(maxsize=2)
def _compared(
    studio_text: bytes, repo_text: bytes
) -> tuple[list[bytes], list[bytes], list[Change]]:
    """The lines of both texts and what differs; asked twice for the same texts in a row."""
    studio_lines, repo_lines = _lines(studio_text), _lines(repo_text)
    return studio_lines, repo_lines, changes(studio_lines, repo_lines)


# While one text is typed, the other stays.
_lines = lru_cache(maxsize=4)(split_lines)


def unified(
    canonical: bytes,
    repo: bytes,
    canonical_label: str,
    repo_label: str,
    *,
    context: int = 3,
    base: bytes | None = None,
) -> list[str]:
    """Return a unified diff from canonical to repo as lines without newline; none if equal.

    Each :class:`Hunk` has a header of its own with its number, so that it can be named in
    ``resolve --hunk``; hunks that are close share the context between them out. Bytes that are
    not UTF-8 show as escapes. Control characters pass: what prints the lines has to hold them
    back.
    """
    found = hunks(canonical, repo, base)
    if not found:
        return []
    lines = split_lines(normalise(canonical))
    result = [f"--- {printable(canonical_label)}", f"+++ {printable(repo_label)}"]
    shown = 0
    for hunk, following in zip(found, [*found[1:], None], strict=True):
        start = hunk.canonical_start
        end = start + len(hunk.canonical_lines)
        limit = following.canonical_start if following else len(lines)
        before = lines[max(shown, start - context) : start]
        after = lines[end : min(end + context, limit)]
        shown = end + len(after)
        result.append(_header(hunk, len(before), len(after)))
        for mark, part in (
            (" ", before),
            ("-", hunk.canonical_lines),
            ("+", hunk.repo_lines),
            (" ", after),
        ):
            result += (mark + _text(line) for line in part)
    return result


def take_hunks(destination: bytes, source_is_repo: bool, chosen: Collection[Hunk]) -> bytes:
    """Return ``destination`` with the other side's lines at the chosen hunks.

    With ``source_is_repo`` the destination is canonical and gets the repository's lines;
    otherwise it is the repository's text and gets Studio's. Every other byte stays: BOM, line
    endings, whether there is a final newline. New lines get the destination's usual ending.

    Raises:
        ValueError: where the destination is not the text that the hunks were made from.
    """
    if not chosen:
        return destination
    mark = BOM if destination.startswith(BOM) else b""
    body = destination.removeprefix(BOM)
    lines = split_lines(body) if normalise(body) else []
    ending = usual_line_ending(body)
    unfinished = bool(lines) and not lines[-1].endswith(b"\n")
    if unfinished:
        lines[-1] = _ended(lines[-1], ending)
    for hunk in sorted(chosen, key=lambda hunk: hunk.number, reverse=True):
        start, old, new = hunk.canonical_start, hunk.canonical_lines, hunk.repo_lines
        if not source_is_repo:
            start, old, new = hunk.repo_start, hunk.repo_lines, hunk.canonical_lines
        end = start + len(old)
        if tuple(line.replace(b"\r\n", b"\n") for line in lines[start:end]) != old:
            raise ValueError(f"hunk {hunk.number} was made from another text")
        lines[start:end] = (_ended(line, ending) for line in new)
    if unfinished and lines:
        # An empty last line is only there thanks to its newline.
        last = lines[-1].removesuffix(b"\n").removesuffix(b"\r")
        lines[-1] = last or lines[-1]
    return mark + b"".join(lines)


def _ended(line: bytes, ending: bytes) -> bytes:
    content = line.removesuffix(b"\n")
    # Content that ends in a carriage return needs one of its own to keep it.
    return content + (b"\r\n" if content.endswith(b"\r") else ending)


def _moved(
    found: list[Change], canonical: bytes, repo: bytes, base: bytes | None
) -> list[Moved | None]:
    if base is None:
        return [None] * len(found)
    if normalise(base) == normalise(canonical):
        return ["repo"] * len(found)
    if normalise(base) == normalise(repo):
        return ["studio"] * len(found)
    agreed = {ChunkKind.UNCHANGED, ChunkKind.BOTH}
    chunks = [chunk for chunk in merge(base, canonical, repo).chunks if chunk.kind not in agreed]
    moved: list[Moved | None] = []
    first = 0
    for change in found:
        while first < len(chunks) and _lies_before(chunks[first], change):
            first += 1
        kinds = set()
        for chunk in islice(chunks, first, None):
            if chunk.canonical_start > change.old_end and chunk.repo_start > change.new_end:
                break
            if _meets(chunk, change):
                kinds.add(chunk.kind)
        # Anything else, as where merge and diff divide the text differently, is not one side's.
        moved.append(_ONE_SIDE.get(kinds.pop(), "both") if len(kinds) == 1 else "both")
    return moved


def _lies_before(chunk: Chunk, change: Change) -> bool:
    return (
        chunk.canonical_start + len(chunk.canonical_lines) < change.old_start
        and chunk.repo_start + len(chunk.repo_lines) < change.new_start
    )


def _meets(chunk: Chunk, change: Change) -> bool:
    return _overlap(
        change.old_start, change.old_end, chunk.canonical_start, len(chunk.canonical_lines)
    ) or _overlap(change.new_start, change.new_end, chunk.repo_start, len(chunk.repo_lines))


def _overlap(start: int, end: int, other: int, length: int) -> bool:
    """Tell whether two ranges share a line; an empty range shares the place where it stands."""
    if start == end or not length:
        return start <= other + length and other <= end
    return start < other + length and other < end


def _header(hunk: Hunk, before: int, after: int) -> str:
    old = _span(hunk.canonical_start - before, before + len(hunk.canonical_lines) + after)
    new = _span(hunk.repo_start - before, before + len(hunk.repo_lines) + after)
    return f"@@ -{old} +{new} @@ hunk {hunk.number}{_MOVED_WORDS.get(hunk.moved or '', '')}"


def _span(start: int, length: int) -> str:
    """Return a range as unified diffs write it: from 1, and the line before an empty one."""
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode("utf-8", "backslashreplace")
