from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.grouping import (
    Placement,
    Span,
    Work,
    duration_minutes,
    extend,
    group,
    order,
)

GAP = 120 * 60
MINUTE = 60


def works(*times: int, author: str = "ada", cycle: str | None = None) -> list[Work]:
    return [Work(f"{author}{time}", author, time * MINUTE, cycle) for time in times]


def span(name: str, start: int, end: int, *, author: str = "ada", cycle: str | None = None) -> Span:
    return Span(name, author, cycle, start * MINUTE, end * MINUTE)


def sessions(spans: list[Span], given_works: list[Work]) -> list[str | int]:
    """The session of each work, in the order given."""
    found = {item.oid: item.session for item in group(spans, given_works, gap=GAP)}
    return [found[work.oid] for work in given_works]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        ([0], [0]),
        ([0, 119], [0, 0]),
        ([0, 120], [0, 1]),
        ([0, 100, 200, 300], [0, 0, 0, 0]),
        ([300, 0, 100], [1, 0, 0]),
        ([-100, 0], [0, 0]),
    ],
)
def test_a_gap_begins_a_new_session(times: list[int], expected: list[int]) -> None:
    assert sessions([], works(*times)) == expected


def test_authors_have_sessions_of_their_own() -> None:
    both = works(0, 20) + works(10, 30, author="bob")
    assert sessions([], both) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (130, "one"),  # 120 after the first ends would be too long
        (129, "one"),
        (131, "two"),
        (60, "one"),
        (249, "two"),
        (250, "two"),
        (400, "two"),
        (420, 0),
        (-119, "one"),
        (-120, 0),
    ],
)
def test_a_late_commit_joins_the_earlier_session_that_is_near_enough(
    time: int, expected: str | int
) -> None:
    there = [span("two", 250, 300), span("one", 0, 11)]
    assert sessions(there, works(time)) == [expected]


def test_a_commit_between_two_sessions_joins_the_earlier_and_does_not_merge_them() -> None:
    there = [span("one", 0, 0), span("two", 150, 160)]
    assert sessions(there, works(100, 140, 155, 170)) == ["one", "one", "two", "two"]


def test_within_two_sessions_the_one_that_began_last_takes_the_commit() -> None:
    assert sessions([span("outer", 0, 100), span("inner", 40, 60)], works(50)) == ["inner"]


def test_a_change_of_cycle_begins_a_new_session() -> None:
    given_works = works(0, cycle="A") + works(10, cycle="B")
    assert sessions([], given_works) == [0, 1]


def test_two_cycles_side_by_side_are_two_sessions() -> None:
    given_works = [
        Work(str(time), "ada", time * MINUTE, "A" if time % 20 else "B")
        for time in range(0, 90, 10)
    ]
    assert sessions([], given_works) == [0, 1, 0, 1, 0, 1, 0, 1, 0]


def test_a_commit_without_a_cycle_continues_what_began_last() -> None:
    given_works = works(0, cycle="A") + works(10, cycle="B") + works(15)
    assert sessions([], given_works) == [0, 1, 1]


def test_a_session_without_a_cycle_takes_the_first_that_is_said() -> None:
    given_works = works(0) + works(10, cycle="A") + works(20, cycle="B")
    assert sessions([], given_works) == [0, 0, 1]
    assert sessions([span("old", 0, 0)], given_works[1:]) == ["old", 0]


def test_extend_follows_starts_ends_and_cycles() -> None:
    there = [span("old", 100, 110)]
    given_works = works(50, cycle="A") + works(60, cycle="B") + works(120)
    placements = group(there, given_works, gap=GAP)
    assert [item.session for item in placements] == ["old", 0, 0]
    assert extend(there, given_works, placements, {0: "new"}) == [
        span("old", 50, 110, cycle="A"),
        span("new", 60, 120, cycle="B"),
    ]


def test_a_commit_given_twice_is_placed_once() -> None:
    assert group([], works(0) + works(0), gap=GAP) == [Placement("ada0", 0)]


def test_a_span_whose_clock_went_backwards_still_takes_its_commits() -> None:
    assert sessions([span("one", 100, 50)], works(75)) == ["one"]


def test_no_gap_keeps_only_what_has_one_time_together() -> None:
    found = group(
        [], [Work("a", "x", 5, None), Work("b", "x", 5, None), Work("c", "x", 6, None)], gap=0
    )
    assert [item.session for item in found] == [0, 0, 1]


@pytest.mark.parametrize(
    ("start", "end", "lead_in", "minutes"),
    [(0, 0, 30, 30), (0, 900, 30, 45), (0, 119, 0, 1), (900, 0, 30, 30), (0, 0, -5, 0)],
)
def test_duration_minutes(start: int, end: int, lead_in: int, minutes: int) -> None:
    assert duration_minutes(start, end, lead_in) == minutes


def test_a_long_history_is_grouped_in_one_pass() -> None:
    many = [
        Work(f"{n:06}", "ada", n * 7000 if n % 3 else n * 7000 + 3000, None) for n in range(60_000)
    ]
    there = [Span(f"s{n}", "ada", None, n * 14_000_000, n * 14_000_000) for n in range(2_000)]
    assert len(group(there, many, gap=GAP)) == len(many)


CYCLES = st.sampled_from([None, None, "A", "B", "C"])
WORKS = st.lists(
    st.tuples(st.sampled_from(["ada", "bob"]), st.integers(0, 60), CYCLES), max_size=25
).map(
    lambda items: [
        Work(f"{number:02}", author, time, cycle)
        for number, (author, time, cycle) in enumerate(items)
    ]
)
SPANS = st.lists(
    st.tuples(st.sampled_from(["ada", "bob"]), st.integers(0, 60), st.integers(0, 15), CYCLES),
    max_size=5,
    unique_by=lambda item: item[:2],
).map(
    lambda items: [
        Span(f"s{number}", author, cycle, start, start + length)
        for number, (author, start, length, cycle) in enumerate(items)
    ]
)
GAPS = st.integers(0, 20)


def names(placements: list[Placement], prefix: str = "new") -> dict[int, str]:
    """Ids that sort otherwise than the numbers do."""
    numbers = {item.session for item in placements if isinstance(item.session, int)}
    return {number: f"{prefix}{(number * 7919) % 1009:04}" for number in numbers}


def named(placements: list[Placement], ids: dict[int, str]) -> dict[str, str]:
    return {
        item.oid: ids[item.session] if isinstance(item.session, int) else item.session
        for item in placements
    }


@settings(max_examples=200)
@given(SPANS, WORKS, GAPS)
def test_every_commit_is_in_exactly_one_session(
    there: list[Span], given_works: list[Work], gap: int
) -> None:
    placements = group(there, given_works, gap=gap)
    assert sorted(item.oid for item in placements) == [work.oid for work in given_works]
    new = [item.session for item in placements if isinstance(item.session, int)]
    assert list(dict.fromkeys(new)) == list(range(len(set(new))))
    owners = {item.session_id: item.author for item in there}
    authors = {work.oid: work.author for work in given_works}
    for item in placements:
        assert owners.setdefault(str(item.session), authors[item.oid]) == authors[item.oid]


@settings(max_examples=400)
@given(SPANS, WORKS, GAPS)
def test_grouping_again_changes_nothing(
    there: list[Span], given_works: list[Work], gap: int
) -> None:
    placements = group(there, given_works, gap=gap)
    ids = names(placements)
    after = extend(there, given_works, placements, ids)
    again = group(after, given_works, gap=gap)
    assert named(again, {}) == named(placements, ids)
    assert extend(after, given_works, again, {}) == after


@settings(max_examples=400)
@given(SPANS, WORKS, GAPS, st.lists(st.integers(0, 25), max_size=4))
def test_portions_in_order_give_the_same_as_all_at_once(
    there: list[Span], given_works: list[Work], gap: int, cuts: list[int]
) -> None:
    at_once = group(there, given_works, gap=gap)
    ordered = sorted(given_works, key=order)
    spans, found = there, dict[str, str]()
    for start, end in pairwise([0, *sorted(cuts), 25]):
        part = ordered[start:end]
        placements = group(spans, part, gap=gap)
        ids = names(placements, prefix=f"part{start:02}-{len(spans)}-")
        spans = extend(spans, part, placements, ids)
        found |= named(placements, ids)
    together = named(at_once, names(at_once))
    assert _partition(found) == _partition(together)
    for session in (item.session_id for item in there):
        assert {oid for oid, name in found.items() if name == session} == {
            oid for oid, name in together.items() if name == session
        }


def _partition(found: dict[str, str]) -> set[frozenset[str]]:
    return {
        frozenset(oid for oid, other in found.items() if other == name) for name in found.values()
    }


@given(SPANS, WORKS, GAPS, st.integers())
def test_the_order_of_the_arguments_does_not_matter(
    there: list[Span], given_works: list[Work], gap: int, seed: int
) -> None:
    shuffled = random.Random(seed)
    other_spans, other_works = list(there), list(given_works)
    shuffled.shuffle(other_spans)
    shuffled.shuffle(other_works)
    assert group(other_spans, other_works, gap=gap) == group(there, given_works, gap=gap)


@given(SPANS, WORKS, GAPS)
def test_sessions_that_exist_only_grow_and_keep_the_cycle_they_have(
    there: list[Span], given_works: list[Work], gap: int
) -> None:
    placements = group(there, given_works, gap=gap)
    after = extend(there, given_works, placements, names(placements))
    for before, now in zip(there, after, strict=False):
        assert (now.session_id, now.author) == (before.session_id, before.author)
        assert now.start <= before.start
        assert now.end >= before.end
        assert before.cycle in {None, now.cycle}
