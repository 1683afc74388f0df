"""What hooks noticed, and how little is made of it."""

from __future__ import annotations

import pytest

from studio_git.services import hints
from studio_git.services.hints import Hint

A, B, C, D = (letter * 40 for letter in "abcd")


def rewrite(kind: str, *pairs: tuple[str, str]) -> Hint:
    return Hint("post-rewrite", kind=kind, pairs=pairs)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([], {}),
        ([rewrite("amend", (A, B))], {A: (B, "amend")}),
        ([rewrite("amend", (A, A))], {}),
        ([rewrite("amend", (A, B)), rewrite("amend", (B, C))],
         {A: (C, "amend"), B: (C, "amend")}),
        ([rewrite("amend", (A, B)), rewrite("rebase", (B, C), (D, C))],
         {A: (C, "rebase"), B: (C, "rebase"), D: (C, "rebase")}),
        ([rewrite("rebase", (A, B)), rewrite("amend", (B, C))],
         {A: (C, "rebase"), B: (C, "amend")}),
        ([rewrite("amend", (A, B)), rewrite("amend", (B, A))], {B: (A, "amend")}),
        ([rewrite("amend", (A, B)), rewrite("amend", (A, C))], {A: (C, "amend")}),
        ([rewrite("", (A, B))], {A: (B, "rebase")}),
    ],
)  # fmt: skip
def test_pairs_lead_to_the_end_of_their_chain(
    said: list[Hint], found: dict[str, tuple[str, str]]
) -> None:
    assert hints.final_pairs(said) == found


@pytest.mark.parametrize(
    ("said", "made", "found"),
    [
        (["x"], [A], {A: "x"}),
        (["x", ""], [A, B], {A: "x"}),
        (["x", "x", "x"], [A], {A: "x"}),
        (["x", "y", "y"], [A], {}),
        (["x", ""], [A], {}),
        (["x"], [A, B], {}),
        (["", ""], [A, B], {}),
        ([], [A], {}),
    ],
)
def test_an_agents_session_only_where_nothing_else_is_possible(
    said: list[str], made: list[str], found: dict[str, str]
) -> None:
    heard = [Hint("post-commit", agent_session=session) for session in said]
    assert hints.agent_sessions([*heard, Hint("post-merge")], made) == found


def test_records_of_the_spool() -> None:
    pairs = (f"{A} {B}", f"{'a' * 64} {'b' * 64} extra", "x y", A, "")
    found = hints.read_record("post-rewrite", None, ("amend", *pairs))
    assert found == Hint("post-rewrite", kind="amend", pairs=((A, B), ("a" * 64, "b" * 64)))
    assert hints.read_record("post-commit", None, ("s-1",)).agent_session == "s-1"
    assert hints.read_record("post-merge", None, ("1",)) == Hint("post-merge")
    assert hints.read_record("post-rewrite", None, ()).pairs == ()
