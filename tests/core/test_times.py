from __future__ import annotations

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.times import duration, from_store, local, parse_duration, to_store
from studio_git.errors import StoreError, UsageError

ANY_EPOCH = st.integers(min_value=-(2**70), max_value=2**70)


@pytest.mark.parametrize(
    ("epoch", "text"),
    [
        (0, "1970-01-01 00:00:00"),
        (1734864120, "2024-12-22 10:42:00"),
        (-1, "1969-12-31 23:59:59"),
        (-62135596800, "0001-01-01 00:00:00"),
        (-62135596801, "0001-01-01 00:00:00"),
        (253402300799, "9999-12-31 23:59:59"),
        (253402300800, "9999-12-31 23:59:59"),
        (2**63 - 1, "9999-12-31 23:59:59"),
        (-(2**63), "0001-01-01 00:00:00"),
    ],
)
def test_to_store(epoch: int, text: str) -> None:
    assert to_store(epoch) == text


@given(st.integers(min_value=-62135596800, max_value=253402300799))
def test_the_store_gives_back_the_time_it_was_given(epoch: int) -> None:
    assert from_store(to_store(epoch)) == epoch


@given(ANY_EPOCH, ANY_EPOCH)
def test_times_in_the_store_sort_as_text(one: int, other: int) -> None:
    assert (to_store(one) <= to_store(other)) or one > other
    assert len(to_store(one)) == 19


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-22 10:42:00",
        " 2024-12-22 10:42:00 ",
        "2024-12-22T10:42:00Z",
        "2024-12-22T10:42:00.987Z",
        "2024-12-22 12:42:00+02:00",
    ],
)
def test_from_store_reads_what_other_programs_write(text: str) -> None:
    assert from_store(text) == 1734864120


def test_from_store_reads_a_date_as_its_first_second() -> None:
    assert from_store("1970-01-02") == 86400


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01 00:00:00", "10000-01-01 00:00:00"])
def test_from_store_says_what_is_no_time(text: str) -> None:
    with pytest.raises(StoreError, match="where a time belongs"):
        from_store(text)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("+0000", "2024-12-22 10:42 AM"),
        ("-0000", "2024-12-22 10:42 AM"),
        ("+0200", "2024-12-22 12:42 PM"),
        ("-1100", "2024-12-21 11:42 PM"),
        ("+1345", "2024-12-23 12:27 AM"),
        ("+9999", "2024-12-26 03:21 PM"),
        ("-9999", "2024-12-18 06:03 AM"),
        ("+200", "2024-12-22 12:42 PM"),
        ("", "2024-12-22 10:42 AM"),
        ("CET", "2024-12-22 10:42 AM"),
        ("+051800", "2024-12-22 10:42 AM"),
        ("+٠٢٠٠", "2024-12-22 10:42 AM"),
    ],
)
def test_local(zone: str, text: str) -> None:
    assert local(1734864120, zone) == text


@pytest.mark.parametrize(
    ("hour", "text"),
    [(0, "12:05 AM"), (1, "01:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (23, "11:05 PM")],
)
def test_local_counts_twelve_hours(hour: int, text: str) -> None:
    assert local(hour * 3600 + 300, "+0000") == f"1970-01-01 {text}"


@given(ANY_EPOCH, st.one_of(st.text(max_size=6), st.from_regex(r"[+-][0-9]{4}", fullmatch=True)))
def test_local_never_raises(epoch: int, zone: str) -> None:
    assert local(epoch, zone)[-2:] in {"AM", "PM"}


def test_local_does_not_follow_the_locale() -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
        assert local(0, "+0000") == "1970-01-01 12:00 AM"
    finally:
        locale.setlocale(locale.LC_ALL, before)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("120 min", 120),
        ("2 h", 120),
        ("90", 90),
        ("1h30", 90),
        ("1h30m", 90),
        ("1 h 30 min", 90),
        ("0", 0),
        (" 45 Minutes ", 45),
        ("1 minute", 1),
        ("2 hours 5 minutes", 125),
        ("1hr", 60),
    ],
)
def test_parse_duration(text: str, minutes: int) -> None:
    assert parse_duration(text) == minutes


@pytest.mark.parametrize(
    "text",
    ["", "  ", "h", "min", "-5", "1.5 h", "5 s", "1:30", "30m1h", "٣", "9" * 5000, "1h" + " " * 99],
)
def test_parse_duration_refuses(text: str) -> None:
    with pytest.raises(UsageError, match="not a length of time") as caught:
        parse_duration(text)
    assert caught.value.hint
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "60 minutes"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (121, "2 hours 1 minute"),
        (125, "2 hours 5 minutes"),
        (1500, "25 hours"),
        (-3, "0 minutes"),
    ],
)
def test_duration(minutes: int, text: str) -> None:
    assert duration(minutes) == text


@given(st.integers(min_value=0, max_value=10**6))
def test_durations_are_read_back(minutes: int) -> None:
    assert parse_duration(duration(minutes)) == minutes
