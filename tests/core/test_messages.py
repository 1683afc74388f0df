"""What a message states, and the message put right, against git's own reading of it."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio_git.core import trailers
from studio_git.core.messagelayout import lay_out
from studio_git.core.messages import SCISSORS, fix, last_block, statements, unparsed

SIGNED = "Signed-off-by: Ada <ada@example.org>"
WITH = "Co-authored-by: Bob <bob@example.org>"
CUT = f"# {SCISSORS}"


def git_pairs(message: str) -> list[str]:
    """What git parses of a message once it is stored, with its last line ended."""
    message += "" if message.endswith("\n") else "\n"
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "surrogateescape").split("\n")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Subject\n\nDecision: d\n", []),
        ("Subject\n\nProse: no\n", []),
        ("Subject\n\nDecision: d\nNote: n\nTags: t\n", []),
        (f"Subject\n\nDecision: d\n\n{WITH}\n", [(3, "Decision", True)]),
        (
            f"Subject\n\nDecision: d\nRationale: r\n\n{WITH}\n",
            [(3, "Decision", True), (4, "Rationale", True)],
        ),
        ("Subject\n\nProse\nDecision: d\n", [(4, "Decision", False)]),
        (f"Subject\n\nProse\nDecision: d\n{SIGNED}\n", []),
        (f"Subject\n\nProse\nDecision: d\n{WITH}\n", [(4, "Decision", True)]),
        ("Decision: d\n", [(1, "Decision", False)]),
        ("Subject\nDecision: d\n", [(2, "Decision", False)]),
        (
            "\nSubject\n\nDecision: d\nOpen question: x\n",
            [(4, "Decision", False), (5, "Open-question", False)],
        ),
        ("Subject\n\nRuled_Out: x\n", [(3, "Ruled-Out", False)]),
        ("Subject\n\n---\nDecision: d\n", [(4, "Decision", False)]),
        ("Subject\n\nProblem: p\nSolution: s\n\nProse\n", [(3, "Problem", True)]),
        (f"Subject\n\nNote: n\nTags: t\n\n{WITH}\n", [(3, "Note", False), (4, "Tags", False)]),
        (f"Subject\n\nDecision: d\n# {SCISSORS}\nDecision: in the diff\n", []),
    ],
)
def test_what_git_would_not_parse(message: str, expected: list[tuple[int, str, bool]]) -> None:
    found = [(one.line, one.key, one.studio) for one in unparsed(message)]
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    "message",
    [
        "Subject\n\n```\nDecision: d\n```\n\n> Decision: d\n\n    Decision: d\n",
        "Subject\n\nNote: a last sentence.\n",
        "Subject\n\nNote: one.\n\nProse.\n",
        "Subject\n\nNote: one.\nNote: two.\n\nProse.\n",
        "Subject\n\nProblem: it stops\nProblem: again\n\nProse.\n",
        f"Subject\n\nThis waits for the\ndecision: it is not made yet.\n\n{SIGNED}\n",
        f"Subject\n\nSome prose.\nProblem: none\nmore prose.\n\n{SIGNED}\n",
        f"Problem: it stops\n\nSolution: start it\n\n{SIGNED}\n",
        "# Decision: in a comment\n",
        "",
        "\n",
    ],
)
def test_prose_is_left_in_peace(message: str) -> None:
    assert unparsed(message) == []
    assert fix(message) == message


def test_statements_tell_git_from_studio() -> None:
    found = statements(f"Subject\n\nDecision: d\n  folded\n\nProse\n\nNote: n\n{SIGNED}\n")
    assert [(one.key, one.value, one.git, one.studio) for one in found] == [
        ("Decision", "d folded", False, True),
        ("Note", "n", True, True),
        ("Signed-off-by", "Ada <ada@example.org>", True, False),
    ]
    (alone,) = statements("Subject\n\nNote: n\n")
    assert (alone.git, alone.studio, alone.meant) == (True, False, False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"S\n\nDecision: d\n\n{WITH}\n", f"S\n\nDecision: d\n{WITH}\n"),
        ("S\nDecision: d\n", "S\n\nDecision: d\n"),
        (
            f"S\n\nDecision: d\n\nRationale: r\n{WITH}\n",
            f"S\n\nDecision: d\nRationale: r\n{WITH}\n",
        ),
        ("S\n\nDecision: d\n\nProse.\n", "S\n\nProse.\n\nDecision: d\n"),
        ("S\n\nDecision: d\n\nProse.", "S\n\nProse.\n\nDecision: d\n"),
        ("S\n\nProse\nDecision: d", "S\n\nProse\n\nDecision: d\n"),
        ("S\r\n\r\nDecision: d\r\n\r\nProse\r\n", "S\r\n\r\nProse\r\n\r\nDecision: d\r\n"),
        ("S\r\n\r\nProse\r\nDecision: d", "S\r\n\r\nProse\r\n\r\nDecision: d\r\n"),
        (
            "S\n\nDecision: a sentence\nthat runs on\nRationale: r\nOpen question: q\n",
            "S\n\nDecision: a sentence\n  that runs on\nRationale: r\nOpen-question: q\n",
        ),
        (
            f"S\n\n* A\n\nDecision: a\nRationale: ra\n{SIGNED}\n\n* B\n\nDecision: b\n\n{WITH}\n",
            f"S\n\n* A\n\n* B\n\nDecision: a\nRationale: ra\nDecision: b\n{SIGNED}\n{WITH}\n",
        ),
        (
            "S\n\nDecision: a\n\nProse\n\nRationale: rb\nDecision: b\n",
            "S\n\nProse\n\nDecision: a\nDecision: b\nRationale: rb\n",
        ),
        (
            "S\n\nDecision: a\n\nProse\n\nRationale: of the subject\nTags: t\n",
            "S\n\nProse\n\nDecision: a\nDecision: S\nRationale: of the subject\nTags: t\n",
        ),
        ("S\n\nDecision: d\n\n---\nText\n", "S\n\nDecision: d\n\n---\nText\n"),
        ("S\n\nProse\n\n---\nDecision: d\n", "S\n\nProse\n\nDecision: d\n\n---\n"),
        (
            "S\n\nDecision: d\n\nProse\n\n# Please enter\n#\n",
            "S\n\nProse\n\nDecision: d\n\n# Please enter\n#\n",
        ),
        (
            f"S\n\nDecision: d\n\nProse\n# note\n{CUT}\n# Do not\ndiff --git\n+Decision: x\n",
            f"S\n\nProse\n\nDecision: d\n\n# note\n{CUT}\n# Do not\ndiff --git\n+Decision: x\n",
        ),
        (
            f"S\n\nDecision: d\n\nProse\n\n{SIGNED}\nChange-Id: I01\n",
            f"S\n\nProse\n\nDecision: d\n{SIGNED}\nChange-Id: I01\n",
        ),
        (
            "S\n\nDecision: d\n\nProse\n\nConflicts:\n\tfile\n",
            "S\n\nProse\n\nDecision: d\n\nConflicts:\n\tfile\n",
        ),
        (f"S\n\nProse\nDecision: d\n{WITH}\n", f"S\n\nProse\n\nDecision: d\n{WITH}\n"),
        ("Decision: the subject\n\nProse\n", "Decision: the subject\n\nProse\n"),
    ],
)
def test_fixed(before: str, after: str) -> None:
    assert fix(before) == after
    assert fix(after) == after


def test_another_comment_character() -> None:
    before = "S\n\nDecision: d\n\n#12 is prose\n\n; Please enter\n"
    assert fix(before, ";") == "S\n\n#12 is prose\n\nDecision: d\n\n; Please enter\n"
    cut = f"S\n\nDecision: d\n\nProse\n// {SCISSORS}\ndiff\n"
    assert fix(cut, "//") == f"S\n\nProse\n\nDecision: d\n// {SCISSORS}\ndiff\n"


def test_the_last_block() -> None:
    assert last_block(f"S\r\n\r\nDecision: d\r\n{SIGNED}\r\n# c\r\n") == ["Decision: d", SIGNED]
    assert last_block("S\n\nProse\n") == []


PROSE = ("Prose here.", "- an item", "> Decision: quoted", "\udcfc in another encoding")
LINES = st.sampled_from(
    [
        *PROSE,
        "Decision: one",
        "Decision: two",
        "Rationale: why",
        "Alternative: other",
        "Open-Question: q",
        "Constraint: c",
        "Note: n",
        "Problem: p",
        "Solution: s",
        "X-Key: x",
        "  folded",
        "```",
        "",
        "",
        "",
        SIGNED,
        WITH,
        "(cherry picked from commit 0123)",
        "---",
        "# comment",
    ]
)


def counted(message: str) -> Counter[str]:
    """The lines that say something, as they are but for the space that folds one."""
    return Counter(line.strip() for line in message.split("\n") if line.strip())


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(["", "Decision: one", "", "Prose here.", "", "Rationale: why", SIGNED], "\n", True)
@example(["", "Decision: one", "Prose here."], "\n", False)
def test_put_right_git_parses_every_decision(lines: list[str], end: str, closed: bool) -> None:
    message = end.join(["Subject", *lines]) + end * closed
    fixed = fix(message)
    assert fix(fixed) == fixed
    assert unparsed(fixed) == []
    parsed = [line.replace("\r", "").strip() for line in git_pairs(fixed)]
    for one in statements(message):
        if one.meant:  # and a sentence that ran on is in it
            assert any(line.startswith(f"{one.key}: {one.value}") for line in parsed), one
    added = counted(fixed) - counted(message)
    assert all(line.startswith("Decision: Subject") for line in added)
    assert not counted(message) - counted(fixed)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14))
@example(["", "Decision: one", "", "Rationale: why", "Decision: two"])
@example(["```", "", SIGNED, "Decision: one", "```", "Decision: two"])
def test_what_studio_reads_stays_what_it_was(lines: list[str]) -> None:
    """Where it reads all of it; and what nobody read before is added to that."""
    message = "\n".join(["Subject", *lines]) + "\n"
    before, after = trailers.read(message), trailers.read(fix(message))
    if all(one.studio for one in unparsed(message)):
        assert replace(after, learnings=(), notes=()) == replace(before, learnings=(), notes=())
        assert {one.problem for one in after.learnings} >= {one.problem for one in before.learnings}
    stated = {one.title for one in before.decisions} & {"one", "two"}
    assert stated <= {one.title for one in after.decisions}
    assert set(before.questions) <= set(after.questions)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=10))
@example(["", "Decision: one", "Prose here.", "- an item"])
def test_prose_keeps_its_lines_and_their_order(lines: list[str]) -> None:
    message = "\n".join(["Subject", *lines]) + "\n"
    layout = lay_out(message)
    kept = [line for part in layout.prose for line in layout.lines[part.start : part.stop]]
    prose = [line for line in kept if line in PROSE]
    fixed = fix(message).split("\n")
    left = [line for line in fixed if line in PROSE]
    folded = [line.lstrip(" ") for line in fixed if line.startswith(" ")]
    assert stays(prose, left, folded), fixed


def stays(prose: list[str], left: list[str], folded: list[str]) -> bool:
    """Whether all of it is left, in its order, but for sentences that run on from a decision: they
    go where it goes, indented.
    """
    if not prose:
        return True
    first, rest = prose[0], prose[1:]
    if first in left and stays(rest, left[left.index(first) + 1 :], folded):
        return True
    at = folded.index(first) if first in folded else -1
    return at >= 0 and stays(rest, left, folded[:at] + folded[at + 1 :])


@pytest.mark.parametrize(
    "message",
    [
        "x" * 2_000_000,
        "Subject\n\n" + "Decision: d\n\n" * 20_000,
        "Subject\n\n" + "Decision: d\n\nProse\n\n" * 10_000,
        "Subject\n\n" + "Prose\nDecision: d\n" * 10_000,
        "Subject\n\nDecision: d\n" + " fold\n" * 40_000 + "\nProse\n",
        "Subject\n\n" + "Decision:" + " " * 200_000 + "\nProse\n",
    ],
    ids=lambda message: repr(message[:24]),
)
def test_huge_messages(message: str) -> None:
    assert fix(fix(message)) == fix(message)


def test_a_divider_at_the_very_top_has_nothing_above_it_to_put_trailers_to() -> None:
    message = "---\nSubject\n\nDecision: Use JWT\n\nProse.\n"
    assert fix(message) == message
