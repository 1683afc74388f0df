from __future__ import annotations

from conftest import Repo
from drifttools import FIRST, KEYS, LAST, MIDDLE, bound, dashboard_writes, edited, ok


def test_nothing_to_show(repo: Repo) -> None:
    bound(repo)
    answer = repo.studio("diff")
    assert (answer.status, answer.out) == (0, "")


def test_the_hunks_are_numbered_and_say_which_side_moved(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    answer = repo.studio("diff")
    assert answer.status == 1
    lines = answer.out.splitlines()
    assert lines[:2] == ["--- studio/claude.md", "+++ repository/CLAUDE.md"]
    headers = [line.partition("@@ ")[2] for line in lines if line.startswith("@@")]
    assert [it.partition(" @@ ")[2] for it in headers] == [
        "hunk 1, Studio moved",
        "hunk 2, the repository moved",
    ]
    assert "+Ask twice." in lines


def test_the_hunks_as_json(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(LAST))
    answer = repo.studio("diff", "--json")
    assert answer.status == 1
    (found,) = answer.json
    assert set(found) == KEYS | {"hunks"}
    (hunk,) = found["hunks"]
    assert hunk == {
        "number": 1,
        "moved": "repo",
        "canonical_start": 7,
        "canonical_lines": ["Ask first."],
        "repo_start": 7,
        "repo_lines": ["Ask twice."],
    }


def test_only_the_file_that_is_named(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    repo.write("GEMINI.md", "# Other\n")
    repo.write("CLAUDE.md", edited(LAST))
    out = repo.studio("diff", "GEMINI.md").out
    assert "GEMINI.md" in out
    assert "CLAUDE.md" not in out


def test_what_is_staged(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(LAST))
    repo.git("add", "CLAUDE.md")
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert "Ask twice." in repo.studio("diff", "--staged").out
    assert "Ask twice." not in repo.studio("diff").out


def test_a_side_that_is_missing_is_said(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").unlink()
    answer = repo.studio("diff")
    assert answer.status == 1
    assert "missing-in-repo" in answer.out


def test_a_dismissed_difference_is_still_shown(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(LAST))
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    answer = repo.studio("diff")
    assert answer.status == 1
    assert "+Ask twice." in answer.out
