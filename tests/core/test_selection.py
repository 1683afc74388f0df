"""What a person selects, as a decision, a learning and questions."""

from __future__ import annotations

import pytest

from studio_git.core import selection
from studio_git.core.trailers import DecisionNote, LearningNote
from studio_git.errors import UsageError


@pytest.mark.parametrize(
    ("text", "title", "rationale"),
    [
        ("Use JWT", "Use JWT", None),
        ("  - **Use JWT** for auth\n", "Use JWT for auth", None),
        (
            "## Use JWT\n\nNo state to keep.\nAnd no table.\n",
            "Use JWT",
            "No state to keep.\nAnd no table.",
        ),
        ("// Decision: use JWT\n// It scales.\n", "use JWT", "It scales."),
        ("# Use JWT\n# It scales.\n", "Use JWT", "It scales."),
        ("/* Use JWT\n * It scales.\n */", "Use JWT", "It scales."),
        ('"""Use JWT."""', "Use JWT.", None),
        ("<!-- Use JWT -->", "Use JWT", None),
        ("> Use JWT\n> It scales.", "Use JWT", "It scales."),
        ("1. [x] Use JWT\n", "Use JWT", None),
        ("🚀 Nutze JWT — überall", "🚀 Nutze JWT — überall", None),
    ],
)
def test_a_decision_is_titled_by_its_first_line(
    text: str, title: str, rationale: str | None
) -> None:
    assert selection.decisions(text) == (DecisionNote(title, rationale),)


def test_trailers_count_as_in_a_commit() -> None:
    text = (
        "Decision: Use JWT\nRationale: It scales\nAlternative: Sessions\nDecision: Keep it short\n"
    )
    assert selection.decisions(text) == (
        DecisionNote("Use JWT", "It scales", ("Sessions",)),
        DecisionNote("Keep it short"),
    )


def test_a_long_first_line_is_kept_whole() -> None:
    text = "word " * 100
    (found,) = selection.decisions(text)
    assert len(found.title) <= selection.MAX_TITLE
    assert found.rationale == text.strip()


@pytest.mark.parametrize("text", ["", "\n \n", "---\nnothing"])
def test_what_says_nothing(text: str) -> None:
    with pytest.raises(UsageError):
        selection.decisions(text)


def test_secrets_are_taken_out() -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    (found,) = selection.decisions(f"Use {secret} for uploads")
    assert secret not in found.title


@pytest.mark.parametrize(
    ("text", "title", "problem", "solution"),
    [
        ("Slow tests\n\nEach made a store.\n\nShare one.\nRead only.", "Slow tests",
         "Each made a store.", "Share one.\nRead only."),
        ("Tests were slow.\n\nShare one store.", "Tests were slow.", "Tests were slow.",
         "Share one store."),
        ("Tests were slow.\nShare one store.", "Tests were slow.", "Tests were slow.",
         "Share one store."),
        ("# Slow tests\nEach made a store.\n\nShare one.", "Slow tests", "Each made a store.",
         "Share one."),
        ("Problem: Tests were slow\nSolution: Share one store", "Tests were slow",
         "Tests were slow", "Share one store"),
    ],
)  # fmt: skip
def test_a_learning_by_its_paragraphs(text: str, title: str, problem: str, solution: str) -> None:
    assert selection.learning(text) == LearningNote(title, problem, solution)


def test_a_learning_needs_a_solution() -> None:
    with pytest.raises(UsageError, match="a problem and a solution"):
        selection.learning("Tests were slow.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Should limits\nbe soft?", ("Should limits be soft?",)),
        ("- Should limits be soft?\n- Since when?\n  And why?\n",
         ("Should limits be soft?", "Since when? And why?")),
        ("Open question: Who asks?\n\nWho else?\n\nWho else?", ("Who asks?", "Who else?")),
        ("# TODO: who asks?", ("TODO: who asks?",)),
    ],
)  # fmt: skip
def test_questions(text: str, found: tuple[str, ...]) -> None:
    assert selection.questions(text) == found


def test_no_question() -> None:
    with pytest.raises(UsageError):
        selection.questions(" \n")
