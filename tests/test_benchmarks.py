"""What the benchmarks make of what they measured: medians, limits, tables, and the page."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
PAGE = (ROOT / "docs" / "performance.md").read_text()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("figures", monkeypatch)


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """One of the benchmarks' modules, which see each other as scripts do."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module(name)


def found(bench: ModuleType) -> object:
    rows = [
        bench.Row.of("a job", "ours", bench.Role.OURS, "ms", [30.0, 10.0, 20.0]),
        bench.Row.of("a job", "quick 1.0", bench.Role.PEER, "ms", [5.0, 5.0, 7.0]),
        bench.Row.of("a job", "slow 2.0", bench.Role.PEER, "ms", [4_000.0]),
        bench.Row.of("a job", "nothing", bench.Role.FLOOR, "ms", [1.0]),
        bench.Row.of("another", "ours", bench.Role.OURS, "s", [0.5]),
    ]
    limits = [bench.Limit("a job, over nothing", 20.0, 2.5, "×"), bench.Limit("lost", 0, 0)]
    return bench.Result(rows, limits, {"other": "not to be had"}, ["So many."])


def test_row_has_the_median_and_the_extremes(bench: ModuleType) -> None:
    row = bench.Row.of("a job", "ours", bench.Role.OURS, "ms", [3.0, 100.0, 1.0, 2.0])
    assert (row.median, row.least, row.most, row.count) == (2.5, 1.0, 100.0, 4)
    assert str(row) == "2.50 ms (1 to 100, n=4)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (300, "300"), (1_234_567, "1,234,567"), (1234.56, "1,235"), (99.96, "100.0"),
        (12.34, "12.3"), (1.5, "1.50"), (0.04567, "0.0457"), (-4.2, "-4.20"), (2.0, "2"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits_that_count(bench: ModuleType, value: float, text: str) -> None:
    assert bench.number(value) == text


@pytest.mark.parametrize(
    ("reached", "bound", "least", "kept"),
    [
        (2.2, 2.2, False, True),
        (2.3, 2.2, False, False),
        (50, 50, True, True),
        (49, 50, True, False),
    ],
)
def test_limit(bench: ModuleType, reached: float, bound: float, least: bool, kept: bool) -> None:
    limit = bench.Limit("x", reached, bound, least=least)
    assert limit.kept is kept
    assert limit.said.startswith("at least" if least else "at most")


def test_result_survives_json(bench: ModuleType) -> None:
    result = found(bench)
    text = json.dumps(result.as_json())
    assert [limit["kept"] for limit in json.loads(text)["limits"]] == [False, True]
    assert bench.Result.from_json(json.loads(text)) == result


def test_rows_are_ours_first_then_the_fastest(bench: ModuleType) -> None:
    assert bench.rows_table(found(bench))[2:] == [
        "| a job | **ours** | 20 ms | 10 to 30, 3 |  |",
        "|  | nothing (floor) | 1 ms | 1 to 1, 1 | 0.0500 × |",
        "|  | quick 1.0 | 5 ms | 5 to 7, 3 | 0.250 ×, **ahead** |",
        "|  | slow 2.0 | 4,000 ms | 4,000 to 4,000, 1 | 200 × |",
        "| another | **ours** | 0.500 s | 0.500 to 0.500, 1 |  |",
    ]


def test_only_a_peer_can_be_ahead(bench: ModuleType) -> None:
    assert [row.who for row in bench.ahead(found(bench))] == ["quick 1.0"]


def test_limits_say_what_was_not_kept(bench: ModuleType) -> None:
    assert bench.limits_table([("Hooks", found(bench))])[2:] == [
        "| Hooks: a job, over nothing | at most 2.50 × | 20 × | **not kept** |",
        "| Hooks: lost | at most 0 | 0 | kept |",
    ]


def test_between_replaces_what_stands_between_two_marks(bench: ModuleType) -> None:
    page = bench.between("above\n<a>\nold\n<b>\nbelow\n", "<a>", "<b>", ["new", "lines"])
    assert page == "above\n<a>\nnew\nlines\n<b>\nbelow\n"
    assert bench.between(page, "<a>", "<b>", ["new", "lines"]) == page
    with pytest.raises(ValueError, match="unpack"):
        bench.between("no marks", "<a>", "<b>", [])


def test_every_topic_is_a_benchmark_and_every_peer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    topics, peers = module("topics", monkeypatch), module("peers", monkeypatch)
    for topic in topics.TOPICS:
        source = (BENCHMARKS / f"{topic.name}.py").read_text()
        assert topic.full == ('"--full"' in source), topic.name
        for option in re.findall(r"--[a-z]+", topic.tiny):
            assert f'"{option}"' in source, (topic.name, option)
        assert topic.ahead.keys() <= peers.BY_NAME.keys()
    for name in [*peers.BY_NAME, *peers.NEVER]:
        assert name in PAGE


def test_page_has_its_marks_and_is_linked() -> None:
    assert PAGE.count("figures: begin") == PAGE.count("figures: end") == 1
    assert "(performance.md)" in (ROOT / "docs" / "index.md").read_text()
    assert "(docs/performance.md)" in (ROOT / "README.md").read_text()
