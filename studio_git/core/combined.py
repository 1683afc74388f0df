"""Counting in the patches of merges, as git-diff(1) defines them under "Combined diff format".

Git gives the numbers of a merge's own changes in no other form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Counts = tuple[int, int] | None
"""Lines added and removed; None for binary content."""

_FILE = (b"diff --combined ", b"diff --cc ")


def count(patches: bytes, parents: Mapping[str, int]) -> dict[str, list[Counts]]:
    """For each merge the counts of its files, in the order of the patches.

    ``patches`` are those of several merges, each after a line with its oid; ``parents`` says how
    many parents each has. Counted is against the parent that is nearest, so that a conflict that
    was resolved does not count the whole other side.
    """
    found: dict[str, list[Counts]] = {oid: [] for oid in parents}
    files: list[Counts] = []
    columns: list[bytes] = []
    width = 0
    hunk = False
    for line in patches.split(b"\n"):
        if hunk and line[:1] in (b" ", b"+", b"-", b"\\"):
            columns.append(line[:width])
        elif line.startswith(b"@@@"):
            hunk = True
        elif line.startswith(_FILE):
            if columns:
                files[-1] = _least(columns, width)
            files.append((0, 0))
            columns, hunk = [], False
        elif line.startswith(b"Binary files "):
            files[-1] = None
        elif (oid := line.decode("latin-1")) in parents:
            if columns:
                files[-1] = _least(columns, width)
            files, columns, width, hunk = found[oid], [], parents[oid], False
    if columns:
        files[-1] = _least(columns, width)
    return found


def _least(columns: Sequence[bytes], width: int) -> tuple[int, int]:
    """The smaller of the counts against each parent; every parent has a column."""
    sides = (b"".join(one[n : n + 1] for one in columns) for n in range(width))
    return min(((side.count(b"+"), side.count(b"-")) for side in sides), key=sum)
