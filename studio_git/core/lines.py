"""Lines of bytes, and which of them two texts have in common.

The search for common lines is Eugene Myers' ("An O(ND) Difference Algorithm and Its Variations",
1986), so the result is the smallest possible for the texts that people write. Its cost grows
with the square of the number of differences; what bounds it for other texts is said at
:func:`changes`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import ne
from typing import NamedTuple

# The product of line count and edits that one search may cost, bounding it at about a second.
_BUDGET = 4_000_000
_MOST_EDITS = 1000
_FEWEST_EDITS = 16


class Change(NamedTuple):
    """Lines ``[old_start, old_end)`` of one text stand as ``[new_start, new_end)`` in another.

    Lines are counted from 0. One of the two ranges may be empty: an insertion or a deletion.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class _Box(NamedTuple):
    """The part of two sequences that is still to be compared."""

    x: int
    x_end: int
    y: int
    y_end: int


class _Snake(NamedTuple):
    """Equal stretches of two sequences, the last one first."""

    x: int
    y: int
    length: int
    before: _Snake | None


def split_lines(data: bytes) -> list[bytes]:
    r"""Return the lines of ``data`` with their newline.

    Only ``\n`` ends a line: form feed, U+0085 or U+2028 do not, unlike in ``splitlines``.
    """
    parts = data.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    if parts[-1]:
        lines.append(parts[-1])
    return lines


def changes(old: Sequence[bytes], new: Sequence[bytes]) -> list[Change]:
    """Return what turns ``old`` into ``new``, in order; between two changes stands a common line.

    Common lines at both ends are set aside, and lines that only one text has. The rest is
    searched exactly while it takes at most 1,000 edits (fewer from 4,000 lines on). Beyond that,
    lines that occur once in each text divide it, and each part is searched in rounds that
    keep the best way found when their edits are used up: still right, no longer the smallest,
    and linear in the number of lines. A pure insertion or deletion that could stand in several
    places stands in the last of them.
    """
    head, tail = _common_ends(old, new)
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    ids = {line: number for number, line in enumerate(set(middle_old) & set(middle_new))}
    stretches = _common(_numbered(middle_old, ids), _numbered(middle_new, ids))
    runs = _runs(stretches, _gaps(middle_old, ids), _gaps(middle_new, ids))
    middle = _between(runs, len(middle_old), len(middle_new))
    moved = [Change(*(place + head for place in change)) for change in middle]
    return _slide_down(moved, old, new)


def _common_ends(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    head = next(compress(count(), map(ne, old, new)), shorter)
    backwards = map(ne, reversed(old), reversed(new))
    return head, min(next(compress(count(), backwards), shorter), shorter - head)


def _numbered(lines: Sequence[bytes], ids: Mapping[bytes, int]) -> list[int]:
    """Return the lines that both texts have, as numbers."""
    return [ids[line] for line in lines if line in ids]


def _gaps(lines: Sequence[bytes], ids: Mapping[bytes, int]) -> list[int]:
    """Return where lines that only one text has were left out, as places among those left."""
    alone = (place for place, line in enumerate(lines) if line not in ids)
    return [place - left_out for left_out, place in enumerate(alone)]


def _runs(
    stretches: Iterable[tuple[int, int, int]], old_gaps: list[int], new_gaps: list[int]
) -> Iterator[tuple[int, int, int]]:
    """Return where common lines stand in the texts themselves, and how many stand together."""
    for x, y, length in stretches:
        cuts = {gap - x for gap in _inside(old_gaps, x, length)}
        cuts.update(gap - y for gap in _inside(new_gaps, y, length))
        start = 0
        for cut in [*sorted(cuts), length]:
            i, j = x + start, y + start
            yield i + bisect_right(old_gaps, i), j + bisect_right(new_gaps, j), cut - start
            start = cut


def _inside(gaps: list[int], start: int, length: int) -> list[int]:
    return gaps[bisect_right(gaps, start) : bisect_left(gaps, start + length)]


def _between(runs: Iterable[tuple[int, int, int]], old_end: int, new_end: int) -> list[Change]:
    """Return the changes that lie around and between the runs of common lines."""
    found = []
    i = j = 0
    for x, y, length in runs:
        if x > i or y > j:
            found.append(Change(i, x, j, y))
        i, j = x + length, y + length
    if i < old_end or j < new_end:
        found.append(Change(i, old_end, j, new_end))
    return found


def _slide_down(found: list[Change], old: Sequence[bytes], new: Sequence[bytes]) -> list[Change]:
    """Give each insertion and deletion the last of its possible places; join what then touches."""
    placed: list[Change] = []
    for change in reversed(found):
        current = change
        while True:
            room = (placed[-1].old_start if placed else len(old)) - current.old_end
            step = _steps_down(current, room, old, new)
            i, i_end, j, j_end = current
            current = Change(i + step, i_end + step, j + step, j_end + step)
            if step < room or not placed:
                break
            below = placed.pop()
            current = current._replace(old_end=below.old_end, new_end=below.new_end)
        placed.append(current)
    placed.reverse()
    return placed


def _steps_down(change: Change, room: int, old: Sequence[bytes], new: Sequence[bytes]) -> int:
    if change.old_start == change.old_end:
        lines, start, end = new, change.new_start, change.new_end
    elif change.new_start == change.new_end:
        lines, start, end = old, change.old_start, change.old_end
    else:
        return 0
    step = 0
    while step < room and lines[start + step] == lines[end + step]:
        step += 1
    return step


def _common(a: list[int], b: list[int]) -> list[tuple[int, int, int]]:
    """Return the common stretches of ``a`` and ``b`` as (place in a, place in b, length)."""
    total = len(a) + len(b)
    if not total:
        return []
    limit = max(_FEWEST_EDITS, min(_MOST_EDITS, _BUDGET // total))
    whole = _Box(0, len(a), 0, len(b))
    x, y, snake = _search(a, b, whole, limit)
    if (x, y) == (len(a), len(b)):
        return _unrolled(snake)
    found: list[tuple[int, int, int]] = []
    x = y = 0
    for x_end, y_end in [*_anchors(a, b), (len(a), len(b))]:
        box = _Box(x, x_end, y, y_end)
        while box.x < box.x_end and box.y < box.y_end:
            x, y, snake = _search(a, b, box, limit)
            found += _unrolled(snake)
            box = _Box(x, box.x_end, y, box.y_end)
        if x_end < len(a) and y_end < len(b):
            found.append((x_end, y_end, 1))
        x, y = x_end + 1, y_end + 1
    return found


def _search(a: list[int], b: list[int], box: _Box, limit: int) -> tuple[int, int, _Snake | None]:
    """Follow the furthest ways from the start of ``box`` for at most ``limit`` edits.

    Returns where the best way ends, which is the end of ``box`` where that was reached, and the
    common stretches on it.
    """
    width, height = box.x_end - box.x, box.y_end - box.y
    limit = min(limit, width + height)
    zero = limit + 1
    reach = [-1] * (2 * limit + 3)
    ways: list[_Snake | None] = [None] * (2 * limit + 3)
    reach[zero + 1] = 0
    for edits in range(limit + 1):
        lowest = -edits + 2 * max(0, edits - height)
        highest = edits - 2 * max(0, edits - width)
        for k in range(lowest, highest + 1, 2):
            at = zero + k
            if k == -edits or (k != edits and reach[at - 1] < reach[at + 1]):
                start, way = reach[at + 1], ways[at + 1]
            else:
                start, way = reach[at - 1] + 1, ways[at - 1]
            x, y = box.x + start, box.y + start - k
            while x < box.x_end and y < box.y_end and a[x] == b[y]:
                x += 1
                y += 1
            length = x - box.x - start
            if length:
                way = _Snake(x - length, y - length, length, way)
            reach[at], ways[at] = start + length, way
            if x >= box.x_end and y >= box.y_end:
                return box.x_end, box.y_end, way
    return _furthest(reach, ways, box, limit)


def _furthest(
    reach: list[int], ways: list[_Snake | None], box: _Box, limit: int
) -> tuple[int, int, _Snake | None]:
    best: tuple[int, int, _Snake | None] = (box.x_end, box.y_end, None)
    most = -1
    for k in range(-limit, limit + 1, 2):
        x = box.x + reach[limit + 1 + k]
        y = x - box.x - k + box.y
        if box.x <= x <= box.x_end and box.y <= y <= box.y_end and x + y > most:
            most, best = x + y, (x, y, ways[limit + 1 + k])
    return best


def _unrolled(snake: _Snake | None) -> list[tuple[int, int, int]]:
    found = []
    while snake:
        found.append((snake.x, snake.y, snake.length))
        snake = snake.before
    found.reverse()
    return found


def _anchors(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Return the longest run, in order on both sides, of what occurs once on each side."""
    times_a, times_b = Counter(a), Counter(b)
    place = {item: j for j, item in enumerate(b) if times_b[item] == 1}
    pairs = [(i, place[item]) for i, item in enumerate(a) if times_a[item] == 1 and item in place]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        rank = bisect_left(ends, j)
        before.append(last[rank - 1] if rank else -1)
        ends[rank : rank + 1] = [j]
        last[rank : rank + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    chain.reverse()
    return chain
