"""How cycles and tasks are named."""

from __future__ import annotations

import pytest

from studio_git.core.cyclenames import Named, TaskSaid, code, of_branch, read_code, read_task, slug

CYCLES = [
    Named("auth", 102, "Auth Flow", under_way=True),
    Named("fix", 7, "Fix", under_way=True),
    Named("old", 10, "Old Parser", under_way=False),
    Named("flow", 11, "Auth Flow Rework", under_way=True),
    Named("twin-1", 12, "Same Name", under_way=True),
    Named("twin-2", None, "same name", under_way=True),
    Named("kanji", 13, "認証", under_way=True),
]


@pytest.mark.parametrize(
    ("branch", "cycle"),
    [
        ("feature/CYC-102-auth", "auth"),
        ("cyc-102", "auth"),
        ("CYC-102_x", "auth"),
        ("feature/cyc-10-x", "old"),  # a code counts when the cycle is over
        ("xcyc-102", None),
        ("cyc-102nd", None),
        ("cyc-1020", None),
        ("cyc-999/cyc-7", "fix"),
        ("cyc-999", None),
        ("auth-flow", "auth"),
        ("feature/Auth_Flow", "auth"),
        ("ada/auth-flow-2", "auth"),
        ("auth-flow-rework", "flow"),
        ("auth/flow", None),
        ("auth-flows", None),
        ("fix", "fix"),
        ("bug/fix", "fix"),
        ("fix/typo", "fix"),
        ("fix-typo", None),
        ("old-parser", None),
        ("same-name", None),
        ("認証", "kanji"),
        ("main", None),
        ("", None),
    ],
)
def test_the_cycle_of_a_branch(branch: str, cycle: str | None) -> None:
    assert of_branch(branch, CYCLES) == cycle


def test_a_name_without_letters_takes_no_branch() -> None:
    assert of_branch("--/..", [Named("odd", None, "!!!", under_way=True)]) is None


@pytest.mark.parametrize(
    ("words", "number"),
    [("CYC-102", 102), (" cyc-1 ", 1), ("CYC-0", None), ("CYC-", None), ("CYC-1x", None)],
)
def test_codes(words: str, number: int | None) -> None:
    assert read_code(words) == number
    if number is not None:
        assert read_code(code(number)) == number


def test_slugs() -> None:
    assert slug("Auth Flow: part (2)") == "auth-flow-part-2"
    assert slug("  ") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Write it", TaskSaid("Write it", False, "Write it")),
        ("Write it (done)", TaskSaid("Write it", True, "Write it (done)")),
        ("Write it(Completes)", TaskSaid("Write it", True, "Write it(Completes)")),
        ("Write (half) of it", TaskSaid("Write (half) of it", False, "Write (half) of it")),
        ("Write it (later)", TaskSaid("Write it (later)", False, "Write it (later)")),
        ("(done)", TaskSaid("(done)", False, "(done)")),
    ],
)
def test_task_trailers(text: str, said: TaskSaid) -> None:
    assert read_task(text) == said
