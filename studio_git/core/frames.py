"""Which part of a file is compared with Studio's copy, and which belongs to the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from studio_git.core.lines import split_lines
from studio_git.core.text import BOM, adapt, normalise, usual_line_ending
from studio_git.errors import UsageError

REGION_BEGIN = b"<!-- studio:begin -->"
REGION_END = b"<!-- studio:end -->"

_RULE_FILE = re.compile(r"\.mdc$|\.instructions\.md$", re.IGNORECASE)
_FENCE = b"---"


@dataclass(frozen=True, slots=True)
class Frame:
    """A file in three parts, which put together are the file byte for byte.

    ``body`` is the context file; ``before`` and ``after`` are the repository's own.
    """

    before: bytes
    body: bytes
    after: bytes
    path: str

    def with_body(self, body: bytes) -> bytes:
        """Return the file with another body, every other byte as it was.

        Raises:
            UsageError: where the body has lines of the frame's own kind (a region's markers,
                front matter), so that it could not be told from the frame afterwards.
        """
        newline = usual_line_ending(self.before)
        lead = newline if self.before and not self.before.endswith(b"\n") else b""
        tail = newline if self.after and body and not body.endswith(b"\n") else b""
        data = self.before + (lead + body + tail if body else b"") + self.after
        if normalise(split(self.path, data).body) != normalise(body):
            raise UsageError(
                f"Studio's text for {self.path} has region markers or front matter of its own.",
                "Take those lines out of Studio's copy, or out of the repository's file.",
            )
        return data

    def adapted(self, new: bytes) -> bytes:
        """Return the file with ``new`` as its body, in the line endings the body has so far.

        Raises:
            UsageError: as :meth:`with_body`.
        """
        return self.with_body(adapt(new, self.body or self.before.removeprefix(BOM)))


def split(path: str, data: bytes) -> Frame:
    """Take a file apart.

    A marked region (exactly one pair of markers, each alone on its line) is the body where there
    is one. Otherwise the front matter of a rule file (``.mdc``, ``.instructions.md``: from a
    first line ``---`` to the next) stands before it, and everything else is the body.
    """
    rules = _RULE_FILE.search(path)
    if not rules and REGION_BEGIN not in data:
        return Frame(b"", data, b"", path)
    lines = split_lines(data.removeprefix(BOM))
    # Where each line begins, and where the last one ends.
    offsets = list(accumulate(map(len, lines), initial=len(data) - sum(map(len, lines))))
    start, end = 0, len(data)
    region = _region(lines)
    if region:
        start, end = offsets[region[0] + 1], offsets[region[1]]
    elif rules:
        front = _front_matter(lines)
        start = offsets[front] if front else 0
    return Frame(data[:start], data[start:end], data[end:], path)


def _region(lines: list[bytes]) -> tuple[int, int] | None:
    """Return the numbers of the two marker lines."""
    begins = [number for number, line in enumerate(lines) if line.strip() == REGION_BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == REGION_END]
    if len(begins) == len(ends) == 1 and begins[0] < ends[0]:
        return begins[0], ends[0]
    return None


def _front_matter(lines: list[bytes]) -> int:
    """Return how many lines the front matter takes; 0 where there is none, or no end to it."""
    if not lines or lines[0].rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == _FENCE:
            return number
    return 0
