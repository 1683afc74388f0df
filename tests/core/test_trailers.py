from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git.core.trailers import (
    DecisionNote,
    LearningNote,
    Trailers,
    body,
    read,
    read_pairs,
)

SIGNED = "Signed-off-by: Ada <ada@example.org>"
WITH = "Co-authored-by: Bob <bob@example.org>"
NOTHING = Trailers()


def git_pairs(message: str) -> list[str]:
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


def our_pairs(message: str) -> list[str]:
    return [f"{key}: {value}".strip() for key, value in read_pairs(message)]


def test_every_key() -> None:
    message = """Rework sign-in

Sessions ended too early.

Decision: Use JWT
Rationale: No shared state
  between servers
Alternative: Server sessions
alternative: Opaque tokens
DECISION: Tokens live 15 minutes
Open-Question: How to revoke?
Problem: Clocks differ
Solution: Allow a minute
Tags: JWT, clocks jwt
Note: See the design page
Cycle: Auth Flow
Task: Write the middleware
Supersedes: Use cookies
"""
    assert read(message) == Trailers(
        decisions=(
            DecisionNote(
                "Use JWT", "No shared state between servers", ("Server sessions", "Opaque tokens")
            ),
            DecisionNote("Tokens live 15 minutes"),
        ),
        questions=("How to revoke?",),
        learnings=(
            LearningNote("Clocks differ", "Clocks differ", "Allow a minute", ("jwt", "clocks")),
        ),
        notes=("See the design page",),
        tags=("jwt", "clocks"),
        cycle="Auth Flow",
        tasks=("Write the middleware",),
        supersedes=("Use cookies",),
    )


@pytest.mark.parametrize(
    "message",
    [
        "",
        "\n\n",
        "Decision: a subject only",
        "Decision: two\nlines of subject",
        "Subject\nDecision: still the subject",
        "\n\nDecision: the first paragraph\n",
        "Subject\n\nJust prose.\n",
        "Subject\n\nProse, then\nDecision: in the middle of prose\n",
        "Subject\n\n> Decision: quoted\n",
        "Subject\n\n    Decision: indented\n",
        "Subject\n\n\tDecision: indented\n",
        "Subject\n\n- Decision: an item\n",
        "Subject\n\n```\nDecision: fenced\n```\n",
        "Subject\n\n```\n\nDecision: fenced\nRationale: x\n\n```\n\nProse.\n",
        "Subject\n\n~~~ text\n\nDecision: fenced\n\n~~~\n",
        f"Subject\n\n```\nDecision: fenced\n```\n{SIGNED}\n",
        "Subject\n\n```\n\nDecision: in a fence left open\n\nProse.\n",
        "Subject\n\n---\nDecision: below the divider\n",
        "Subject\n\n--- a/file\nDecision: below the divider\n",
        "Subject\n\nDecision:\n",
        "Subject\n\nDecision:   \n \n",
        "Subject\n\nNote: not beyond doubt\n\nProse.\n",
        "Subject\n\nProblem: no solution\n\nProse.\n",
        "Subject\n\nhttps://example.org/x\n",
        "Subject\n\nDecision: x\nand prose\n\nProse.\n",
    ],
)
def test_what_is_not_a_trailer(message: str) -> None:
    assert read(message) == NOTHING


@pytest.mark.parametrize(
    "message",
    [
        "Subject\n\nDecision: d\n",
        "Subject\n\nDecision: d",
        "\n\nSubject\n\nDecision: d\n\n\n",
        "Subject\r\n\r\nDecision: d\r\n",
        "Subject\n\nDecision : d\n",
        "Subject\n\nDecision:d\n",
        "Subject\n\ndecision:\n  d\n",
        "Subject\n\nDecision: d\n# a comment\n",
        f"Subject\n\nDecision: d\n\n{WITH}\n",
        f"Subject\n\nDecision: d\n\n{SIGNED}\n",
        f"Subject\n\nProse\nDecision: d\n{SIGNED}\n",
        f"Subject\n\nProse\nDecision: d\n{WITH}\n",
        "Subject\n\nDecision: d\n(cherry picked from commit 0123456789)\n",
        "Subject\n\nDecision: d\n\nProse that came later.\n",
        "Subject\n\nDecision: d\n\nConflicts:\n\tfile\n",
        "First\n\nDecision: d\n\nSecond subject\n\nDecision: d\n",
        "Subject\n\n```\ncode\n```\n\nDecision: d\n",
        "Subject\n\n```\nleft open\n\nDecision: d\n",
        "Subject\n\n----\n\nDecision: d\n",
        "Subject\n\nDecision: d\nconfidence: high\nhttps://example.org\n",
    ],
)
def test_one_decision_however_it_is_written(message: str) -> None:
    assert read(message).decisions == (DecisionNote("d"),)


def test_blocks_of_squashed_commits_each_keep_their_decision() -> None:
    message = f"""Sign-in (#12)

* Add tokens

Decision: Use JWT
Rationale: No state

* Add storage

Rationale: Small
Decision: Use SQLite
Alternative: Files

{WITH}
"""
    assert read(message).decisions == (
        DecisionNote("Use JWT", "No state"),
        DecisionNote("Use SQLite", "Small", ("Files",)),
    )


def test_blocks_with_nothing_between_are_one() -> None:
    message = f"Subject\n\nDecision: d\n\nRationale: r\n{WITH}\n"
    assert read(message).decisions == (DecisionNote("d", "r"),)


def test_several_rationales_are_lines() -> None:
    message = "Subject\n\nDecision: d\nRationale: one\nRationale: two\n"
    assert read(message).decisions == (DecisionNote("d", "one\ntwo"),)


def test_lore_makes_the_subject_a_decision() -> None:
    message = """Keep the lock in a file

Constraint: Must work offline
Rejected: Redis | one more service
Confidence: high
Directive: Do not move the lock
"""
    assert read(message) == Trailers(
        decisions=(DecisionNote("Keep the lock in a file", None, ("Redis | one more service",)),),
        notes=("Constraint: Must work offline", "Directive: Do not move the lock"),
    )


@pytest.mark.parametrize(
    ("block", "decision"),
    [
        ("Ruled-out: x | y", DecisionNote("Subject", None, ("x | y",))),
        ("Limit: small", DecisionNote("Subject")),
        ("Warn: hot", DecisionNote("Subject")),
        ("Rationale: because\nRejected: x", DecisionNote("Subject", "because", ("x",))),
        ("Rationale: because\nFixes: 12", DecisionNote("Subject", "because")),
        ("Rejected: x\nDecision: d", DecisionNote("d", None, ("x",))),
        ("Constraint: c\nDecision: d", DecisionNote("d")),
    ],
)
def test_decisions_of_other_forms(block: str, decision: DecisionNote) -> None:
    assert read(f"Subject\n\n{block}\n").decisions == (decision,)


def test_an_ordinary_commit_is_no_decision() -> None:
    assert read(f"Subject\n\nNote: n\nTask: t\nSupersedes: s\n{SIGNED}\n").decisions == ()


def test_a_long_subject_is_shortened_for_its_decision() -> None:
    found = read("word " * 100 + "\n\nWarn: x\n").decisions[0]
    assert found.title.endswith("word…")
    assert len(found.title) <= 200


def test_problems_and_solutions_pair_in_order() -> None:
    message = "Subject\n\nProblem: p1\nSolution: s1\nProblem: p2\nSolution: s2\nProblem: p3\n"
    found = read(message)
    assert [(item.problem, item.solution) for item in found.learnings] == [
        ("p1", "s1"),
        ("p2", "s2"),
    ]
    assert found.notes == ("Problem: p3",)
    assert read("Subject\n\nSolution: s\nTags: a\n").notes == ("Solution: s",)


@pytest.mark.parametrize(
    ("block", "tags"),
    [
        (
            "Problem: p1\nSolution: s1\nTags: a\nProblem: p2\nSolution: s2\nTags: b",
            [("a",), ("b",)],
        ),
        ("Problem: p1\nSolution: s1\nProblem: p2\nSolution: s2\nTags: a b", [("a", "b")] * 2),
        ("Tags: a\nProblem: p1\nSolution: s1\nProblem: p2\nSolution: s2", [("a",)] * 2),
        ("Problem: p1\nSolution: s1\nTags: a\nProblem: p2\nSolution: s2", [("a",), ()]),
        ("Problem: p1\nTags: #A,,b\tA\nSolution: s1", [("a", "b")]),
    ],
)
def test_tags_of_learnings(block: str, tags: list[tuple[str, ...]]) -> None:
    assert [item.tags for item in read(f"Subject\n\n{block}\n").learnings] == tags


def test_the_last_cycle_counts_and_repetitions_do_not() -> None:
    found = read("Subject\n\nCycle: a\nCycle: b\nNote: n\nNote: n\nTask: t\nTask: t\n")
    assert (found.cycle, found.notes, found.tasks) == ("b", ("n",), ("t",))


def test_values_carry_no_controls_and_no_lone_surrogates() -> None:
    found = read("Subject\n\nDecision: a\x1b[31m\x00b\u2028c\ud800\n")
    assert found.decisions[0].title == "a [31m b c\ufffd"


def test_body_is_the_message_without_subject_and_trailers() -> None:
    message = f"Subject\n\nOne.\nTwo.\n\nDecision: d\n\n> Decision: q\n\n{SIGNED}\n"
    assert body(message) == "One.\nTwo.\n\n> Decision: q"
    assert body("Subject\n") == ""


@pytest.mark.parametrize(
    "message",
    [
        "Fix it\n\nNote: the tests are slow on Windows.\n",
        "Fix it\n\nNOTE: I left the old name in the guide\n",
        "Fix it\n\nnote: it makes them slower still\n",
        "Fix it\n\nNote: the sentence goes on\n  on an indented line.\n",
        f"Fix it\n\nNote: signed by git below it\n{SIGNED}\n",
        f"Fix it\n\nNote: joined by a forge\n{WITH}\n{SIGNED}\n",
        "Fix it\n\nNote: picked\n(cherry picked from commit 0123456789)\n",
        "Problem: it stops\n\nSolution: start it again\n",
        "Problem: it stops\n\nSolution: start it again\nFixes: #12\n",
        "Merge branch 'x'\n\nProblem: the page is out of date\n",
        f"Fix it\n\nSolution: allow it\nfor all of them\n{SIGNED}\n",
        "Fix it\n\nRationale: it was to go in 1.4 and did not, so it cannot go now.\n",
        "Fix it\n\nAlternative: raise an error (which one?) where two meet.\n",
        "Fix it\n\nNote: one.\n\nSome prose.\n\nNote: another.\n",
        "Fix it\n\n> Note: quoted\n",
        "Fix it\n\nThe rest waits for the\nDecision: it is not made\nyet.\n",
    ],
)
def test_sentences_that_begin_like_trailers_make_no_records(message: str) -> None:
    assert read(message) == NOTHING
    assert read_pairs(message) == ()


@pytest.mark.parametrize(
    "block",
    [
        "Note: n\nTags: a",
        "Note: n\nFixes: #12",
        "Note: n\nNote: m",
        "Cycle: c\nNote: n",
        "Decision: d\n\nProse.\n\nNote: n",
    ],
)
def test_a_note_with_another_trailer_is_a_note(block: str) -> None:
    assert "n" in read(f"Subject\n\n{block}\n").notes


def test_a_lone_note_is_part_of_the_body() -> None:
    assert body("Subject\n\nProse.\n\nNote: n\n") == "Prose.\n\nNote: n"


LINES = st.sampled_from(
    [
        "Decision: d",
        "Note: n",
        "  folded",
        "prose here",
        "two words: x",
        "key-2 : y",
        "https://example.org",
        "under_score: z",
        ": nothing",
        "",
        SIGNED,
        "(cherry picked from commit 0123)",
        "# comment",
        "---",
        "Conflicts:",
        "\ta/file",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=9))
def test_the_last_block_is_what_git_parses(lines: list[str]) -> None:
    message = "\n".join(["Subject", "", "Prose.", "", *lines]) + "\n"
    ours, git = our_pairs(message), git_pairs(message)
    # We read more than git, never less: earlier blocks come first.
    # But a note that is alone but for what git adds is a sentence.
    words = {line.partition(":")[0] for line in git}
    if not ours and "Note" in words and "Decision" not in words:
        return
    assert ours[len(ours) - len(git) :] == [line.strip() for line in git]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Decision", "constraint", "Open-Question", "Tags", "X-1"]),
            st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_well_formed_messages_read_as_git_reads_them(items: list[tuple[str, list[str]]]) -> None:
    block = [f"{key}: " + "\n  ".join(words) for key, words in items]
    message = "\n".join(["Subject", "", "Some prose.", "", *block, ""])
    assert our_pairs(message) == git_pairs(message)


@given(st.text(st.sampled_from("Decision: aP\n\t `~->#\r|"), max_size=200))
def test_any_text_is_read(message: str) -> None:
    found = read(message)
    assert all(item.title for item in found.decisions)
    body(message)


@pytest.mark.parametrize(
    "message",
    [
        "x" * 2_000_000,
        "a-" * 1_000_000 + "\n\nDecision: d\n",
        "Subject\n\n" + "Decision: d\n\n" * 20_000,
        "Subject\n\n" + "a\n\n" * 70_000 + "Decision: d\n",
        "Subject\n\n" + "```\n" * 50_001 + "\nDecision: d\n",
        "Subject\n\nDecision: d\n" + " fold\n" * 40_000,
        "Subject\n\n" + "a" * 200_000 + "\nDecision: d\n",
        "Subject\n\n" + "a:" + " " * 200_000 + "\nDecision: d\n",
        "Subject\n\n" + " \t" * 100_000 + "\nDecision: d\n",
        "Subject\n\n" + "`" * 200_000 + "\n\nDecision: d\n",
    ],
    ids=lambda message: repr(message[:20]),
)
def test_huge_messages_are_read(message: str) -> None:
    found = read(message)
    assert all(len(item.title) <= 500 for item in found.decisions)


def test_no_value_and_no_number_of_trailers_is_endless() -> None:
    found = read(
        "Subject\n\n" + f"Note: {'x' * 50_000}\n" + "".join(f"Note: {n}\n" for n in range(5_000))
    )
    assert len(found.notes) == 1_000
    assert len(found.notes[0]) == 10_000
