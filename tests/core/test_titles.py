from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.models import Commit, FileChange
from studio_git.core.titles import UNTITLED, branch_words, summary, title


def commit(
    message: str, *, size: int = 1, at: int = 0, parents: int = 1, path: str = "a.py"
) -> Commit:
    return Commit(
        oid=f"{at:08}",
        parents=("p",) * parents,
        tree="t",
        author_name="Ada",
        author_email="ada@example.org",
        author_time=at,
        author_zone="+0000",
        committer_email="ada@example.org",
        committer_time=at,
        message=message,
        files=(FileChange(path, size, 0),),
    )


def commits(*items: str | tuple[str, int]) -> list[Commit]:
    return [
        commit(item, at=at) if isinstance(item, str) else commit(item[0], size=item[1], at=at)
        for at, item in enumerate(items)
    ]


@pytest.mark.parametrize(
    ("subjects", "branch", "expected"),
    [
        (["Add the login form"], "main", "Add the login form"),
        (["feat(auth): add login"], "feature/auth-flow", "feat(auth): add login"),
        (["Add  a\tform\nof two lines"], None, "Add a form of two lines"),
        (["Add login", "Add login"], "main", "Add login"),
        (["Add login", "fixup! Add login", "wip"], "feature/x-y", "Add login"),
        # what they have in common
        (
            [("feat(auth): add login", 5), ("fix(auth): check tokens", 50)],
            "main",
            "Auth: check tokens",
        ),
        ([("feat(auth): add auth form", 50), ("fix(auth): check it", 5)], "main", "Add auth form"),
        ([("lsp: add hover", 9), ("lsp: fix lens", 1)], None, "Lsp: add hover"),
        ([("Add login", 5), ("Check tokens", 50)], "feature/auth-flow", "Auth flow: Check tokens"),
        ([("Add login", 5), ("Check tokens", 50)], "main", "Check tokens"),
        ([("Add login", 50), ("Check tokens", 5)], None, "Add login"),
        ([("feat(a): add x", 5), ("fix(b): mend y", 9)], None, "Mend y"),
        ([("Add flow to auth", 9), ("Other", 1)], "ada/auth-flow", "Add flow to auth"),
        # tests, documentation and chores are not what a session is about
        ([("feat: add export", 5), ("test: cover export", 500)], None, "Add export"),
        ([("docs: say how", 5), ("test: cover it", 500)], None, "Cover it"),
        # what names nothing
        ([("Merge branch 'main' into x", 900), ("Add a", 5), ("Add b", 1)], None, "Add a"),
        ([("chore(release): 1.2.3", 900), ("Add a", 5), ("Add b", 1)], None, "Add a"),
        ([("Bump actions/checkout from 3 to 4", 900), ("Add a", 5), ("Add b", 1)], None, "Add a"),
        ([("WIP", 900), ("[wip] b", 900), ("Add a", 1)], None, "Add a"),
        ([("", 900), (".", 900), ("Add a", 1)], None, "Add a"),
        (["Merge sort for large lists"], None, "Merge sort for large lists"),
        (["Wipe the cache"], None, "Wipe the cache"),
        ([("Cut start-up by 1.5 seconds", 5), ("Add a", 1)], None, "Cut start-up by 1.5 seconds"),
        # nothing else
        (["WIP"], "feature/auth-flow", "Auth flow"),
        (["WIP"], "main", "WIP"),
        (["wip: add login"], "feature/x-y", "Add login"),
        (["fixup! Add login"], None, "Add login"),
        (["Merge branch 'a'"], None, "Merge branch 'a'"),
        (["Merge branch 'a'", "WIP"], "main", "Merge branch 'a'"),
        (["v1.2.3"], "main", "v1.2.3"),
        ([""], "fix/ABC-12-crash-on-start", "Crash on start"),
        ([""], "main", UNTITLED),
        (["", ""], None, UNTITLED),
        ([], None, UNTITLED),
        (["\x00\x1b"], None, UNTITLED),
    ],
)
def test_title(subjects: list[str | tuple[str, int]], branch: str | None, expected: str) -> None:
    assert title(commits(*subjects), branch) == expected


def test_a_merge_is_known_by_its_parents() -> None:
    merged = commit("Bring both together", size=900, parents=2)
    assert title([merged, commit("Add a", at=1)], None) == "Add a"
    assert title([merged], None) == "Bring both together"


@pytest.mark.parametrize("path", ["web/package-lock.json", ".studio.toml"])
def test_lock_files_and_the_binding_do_not_make_a_change_large(path: str) -> None:
    locked = commit("Use a library", size=9000, path=path)
    assert title([locked, commit("Add a", size=3, at=1), commit("Add b", at=2)], None) == "Add a"


def test_a_long_title_is_cut_at_a_word() -> None:
    found = title([commit("word " * 40)], None)
    assert found.endswith("word…")
    assert len(found) <= 76


@pytest.mark.parametrize(
    ("branch", "words"),
    [
        ("feature/auth-flow", "Auth flow"),
        ("refs/heads/fix/ABC-123-crash_on.start", "Crash on start"),
        ("ada/GH-7-new-parser", "New parser"),
        ("feat/42-add-thing", "Add thing"),
        ("claude/auth-1a2b3c4d5e", "Auth"),
        ("feedface-decade", "Feedface decade"),
        ("main", ""),
        ("origin/release", ""),
        ("release/1.2", ""),
        ("ABC-123", ""),
        ("", ""),
        (None, ""),
        ("HEAD", ""),
        ("iOS-login", "iOS login"),
    ],
)
def test_branch_words(branch: str | None, words: str) -> None:
    assert branch_words(branch) == words


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["Add login"], "Add login"),
        (["Add login\n\nUsers asked\nfor it.\n\nMore."], "Users asked for it."),
        (["Add login\n\nDecision: d\n"], "Add login"),
        (["Add login\n\nDecision: d\n\nIt was time.\n"], "It was time."),
        (["Add login\n\n## Why\n\nIt was time.\n"], "It was time."),
        (["feat(auth): add login", "Check tokens."], "Add login. Check tokens."),
        (["Add a", "Add a", "fixup! Add a", "Merge branch 'x'"], "Add a."),
        (["auth: add a", "What now?"], "Auth: add a. What now?"),
        (["WIP", "Merge branch 'x'"], "WIP. Merge branch 'x'."),
        (["", ""], ""),
        ([], ""),
    ],
)
def test_summary(messages: list[str], expected: str) -> None:
    assert summary(commits(*messages)) == expected


def test_a_long_summary_ends_between_sentences() -> None:
    found = summary(commits(*(f"Change number {number} of many" for number in range(40))))
    assert found.startswith("Change number 0 of many. Change number 1 of many.")
    assert found.endswith("many. …")
    assert len(found) <= 300


MESSAGES = st.one_of(
    st.text(max_size=120),
    st.sampled_from(["wip", "Merge branch 'x'", "feat(a): b", "1.2.3", "fixup! b", "", "Add b"]),
)


@given(
    st.lists(st.tuples(MESSAGES, st.integers(0, 5)), max_size=6),
    st.one_of(st.none(), st.text(max_size=60)),
    st.integers(),
)
def test_titles_and_summaries_fit_and_do_not_follow_the_order(
    items: list[tuple[str, int]], branch: str | None, seed: int
) -> None:
    found = [commit(message, size=size, at=at) for at, (message, size) in enumerate(items)]
    shuffled = list(found)
    random.Random(seed).shuffle(shuffled)
    name = title(found, branch)
    assert 1 <= len(name) <= 76
    assert name == " ".join(name.split())
    assert len(summary(found)) <= 300
    assert (title(shuffled, branch), summary(shuffled)) == (name, summary(found))


@pytest.mark.parametrize(
    "subject",
    ["x" * 2_000_000, "word " * 400_000, "." * 2_000_000 + "a", "1.1" * 700_000, "a: " * 600_000],
    ids=lambda subject: subject[:6],
)
def test_huge_subjects(subject: str) -> None:
    both = commits(subject, "fixup! " + subject, "WIP " + subject)
    assert len(title(both, subject)) <= 76
    assert len(summary(both)) <= 300
    assert len(summary(both[:1])) <= 300
