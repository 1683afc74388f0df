"""The three-way merge of lines, as one pure function.

Changes of the two sides that overlap, or touch with no common line between them, are a conflict
unless both sides say the same: the rule of ``git merge-file``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from studio_git.core.lines import Change, changes, split_lines
from studio_git.core.names import printable
from studio_git.core.text import normalise


class ChunkKind(StrEnum):
    """Which side moved a chunk away from the base."""

    UNCHANGED = "unchanged"
    STUDIO = "studio"
    REPO = "repo"
    BOTH = "both"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the three texts that belongs together; starts count lines from 0.

    ``BOTH`` says that the two sides made the same of it. Put one after the other, the lines of
    all chunks give each text whole.
    """

    kind: ChunkKind
    base_start: int
    base_lines: tuple[bytes, ...]
    canonical_start: int
    canonical_lines: tuple[bytes, ...]
    repo_start: int
    repo_lines: tuple[bytes, ...]

    @property
    def lines(self) -> tuple[bytes, ...]:
        """What the merge makes of the chunk.

        Raises:
            ValueError: for a conflict, which is not the merge's to decide.
        """
        if self.kind is ChunkKind.CONFLICT:
            raise ValueError("a conflict has no merged lines")
        return self.repo_lines if self.kind is ChunkKind.REPO else self.canonical_lines


@dataclass(frozen=True, slots=True)
class Merge:
    """The three texts taken apart into chunks, in order."""

    chunks: tuple[Chunk, ...]

    @property
    def conflicts(self) -> int:
        """How many places both sides changed differently."""
        return sum(chunk.kind is ChunkKind.CONFLICT for chunk in self.chunks)

    @property
    def clean(self) -> bool:
        """Whether nothing is left for a person to decide."""
        return not self.conflicts

    def content(self) -> bytes:
        """Return the merged text in normalised form.

        Raises:
            ValueError: where the merge is not clean.
        """
        return b"".join(line for chunk in self.chunks for line in chunk.lines)

    def with_markers(self, canonical_label: str, repo_label: str) -> bytes:
        """Return the merged text, normalised, with git's markers around both sides of a conflict.

        Labels stand on one line each: what is not printable in them is made visible.
        """
        opening, closing = (
            f"{marker} {printable(label)}\n".encode()
            for marker, label in (("<<<<<<<", canonical_label), (">>>>>>>", repo_label))
        )
        parts: list[bytes] = []
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.CONFLICT:
                sides = [*chunk.canonical_lines, b"=======\n", *chunk.repo_lines]
                parts += [opening, *sides, closing]
            else:
                parts += chunk.lines
        return b"".join(parts)


def merge(base: bytes, canonical: bytes, repo: bytes) -> Merge:
    """Merge what ``canonical`` and ``repo`` each changed since ``base``.

    The three are compared, and the result is given, in normalised form;
    :func:`studio_git.core.text.adapt` puts it into the habit of the file it goes to.
    """
    texts = _Texts(*(split_lines(normalise(side)) for side in (base, canonical, repo)))
    chunks: list[Chunk] = []
    at = _Range(0, 0), _Range(0, 0), _Range(0, 0)
    for ranges, kind in _regions(texts):
        common = ranges[0].start - at[0].end
        if common:
            chunks.append(
                texts.cut(ChunkKind.UNCHANGED, *(_following(side, common) for side in at))
            )
        if kind is ChunkKind.CONFLICT:
            chunks += _both_changed(texts, *ranges)
        else:
            chunks.append(texts.cut(kind, *ranges))
        at = ranges
    common = len(texts.base) - at[0].end
    if common:
        chunks.append(texts.cut(ChunkKind.UNCHANGED, *(_following(side, common) for side in at)))
    return Merge(tuple(chunks))


class _Range(NamedTuple):
    start: int
    end: int


class _Texts(NamedTuple):
    """The lines of the three sides."""

    base: list[bytes]
    canonical: list[bytes]
    repo: list[bytes]

    def cut(self, kind: ChunkKind, base: _Range, canonical: _Range, repo: _Range) -> Chunk:
        """Return the chunk that these three ranges make."""
        return Chunk(
            kind=kind,
            base_start=base.start,
            base_lines=tuple(self.base[base.start : base.end]),
            canonical_start=canonical.start,
            canonical_lines=tuple(self.canonical[canonical.start : canonical.end]),
            repo_start=repo.start,
            repo_lines=tuple(self.repo[repo.start : repo.end]),
        )


def _following(side: _Range, length: int) -> _Range:
    return _Range(side.end, side.end + length)


def _regions(texts: _Texts) -> Iterator[tuple[tuple[_Range, _Range, _Range], ChunkKind]]:
    """Yield what changed: the three ranges, and whose change it is (CONFLICT: of both)."""
    canonical = _Side(changes(texts.base, texts.canonical))
    repo = _Side(changes(texts.base, texts.repo))
    while canonical.pending or repo.pending:
        start = min(side.pending[-1].old_start for side in (canonical, repo) if side.pending)
        end = start
        # Each change that is taken may reach far enough to touch the other side's next one.
        while (grown := max(canonical.take(end), repo.take(end), end)) != end:
            end = grown
        kind = ChunkKind.CONFLICT
        if not (canonical.taken and repo.taken):
            kind = ChunkKind.STUDIO if canonical.taken else ChunkKind.REPO
        ranges = _Range(start, end), canonical.settle(start, end), repo.settle(start, end)
        yield ranges, kind


class _Side:
    """The changes of one side, taken from the first to the last."""

    def __init__(self, found: list[Change]) -> None:
        self.pending = found[::-1]
        self.taken: list[Change] = []
        self._shift = 0

    def take(self, end: int) -> int:
        """Take the changes that begin at or before ``end``; return where the last one ends."""
        while self.pending and self.pending[-1].old_start <= end:
            self.taken.append(self.pending.pop())
            end = max(end, self.taken[-1].old_end)
        return end

    def settle(self, start: int, end: int) -> _Range:
        """Return where base lines ``[start, end)`` stand here, and forget what was taken."""
        first = start + self._shift
        if self.taken:
            self._shift = self.taken[-1].new_end - self.taken[-1].old_end
            self.taken = []
        return _Range(first, end + self._shift)


def _both_changed(texts: _Texts, base: _Range, canonical: _Range, repo: _Range) -> list[Chunk]:
    """Divide what both sides changed so that lines they agree on stand outside the conflicts.

    The base lines go with the first conflict: nothing says which of them they belong to.
    """
    found = changes(
        texts.canonical[canonical.start : canonical.end], texts.repo[repo.start : repo.end]
    )
    if not found:
        return [texts.cut(ChunkKind.BOTH, base, canonical, repo)]
    chunks = []
    c, r = canonical.start, repo.start
    for change in found:
        c_start, r_start = canonical.start + change.old_start, repo.start + change.new_start
        if c_start > c:
            nothing = _Range(base.start, base.start)
            agreed = _Range(c, c_start), _Range(r, r_start)
            chunks.append(texts.cut(ChunkKind.BOTH, nothing, *agreed))
        c, r = canonical.start + change.old_end, repo.start + change.new_end
        chunks.append(texts.cut(ChunkKind.CONFLICT, base, _Range(c_start, c), _Range(r_start, r)))
        base = _Range(base.end, base.end)
    if c < canonical.end:
        agreed = _Range(c, canonical.end), _Range(r, repo.end)
        chunks.append(texts.cut(ChunkKind.BOTH, base, *agreed))
    return chunks
