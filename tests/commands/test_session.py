"""``git studio session``, as people and programs use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from capturing import MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo, run


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.write("src/a.py", "1\n")
    repo.commit(message("Add the login form", "Decision: Use JWT"), when=NOON)
    repo.commit("Refresh tokens", when=NOON + MINUTE)
    repo.commit("Next day", when=NOON + 86400)
    clone.capture()
    return clone


def test_list_json_has_the_columns_and_more(clone: Clone) -> None:
    answer = clone.repo.studio("session", "list", "--json")
    assert answer.status == 0, answer.err
    newest, first = answer.json
    assert set(first) == {
        "id", "project_id", "cycle_id", "title", "summary", "duration_minutes", "files_changed",
        "created_at", "commits", "gone_commits", "path",
    }  # fmt: skip
    assert first["files_changed"] == ["src/a.py"]
    assert first["commits"] == clone.repo.git("rev-list", "--reverse", "HEAD~1").split()
    assert Path(first["path"]).read_text().startswith(f"# {first['title']}\n")
    assert newest["title"] == "Next day"
    assert len(clone.repo.studio("session", "list", "--json", "--limit", "1").json) == 1


def test_list_for_people(clone: Clone) -> None:
    answer = clone.repo.studio("session", "list")
    assert answer.status == 0
    first, second = answer.out.splitlines()
    assert first.endswith("Next day")
    assert "31 min" in second
    assert "There are more" in clone.repo.studio("session", "list", "-n", "1").out


def test_show_prints_the_file(clone: Clone) -> None:
    session = clone.sessions()[0]
    text = clone.file(session["id"]).read_text()
    for words in (session["id"], session["id"][:6], session["title"].upper()):
        answer = clone.repo.studio("session", "show", words)
        assert answer.status == 0, answer.err
        assert answer.out.startswith(text)
    assert clone.repo.studio("session", "show").out.startswith("# Next day\n")
    assert clone.repo.studio("session", "show", "--json").json["title"] == "Next day"


def test_title_summary_and_cycle_are_changed(clone: Clone) -> None:
    clone.repo.studio("cycle", "start", "Auth Flow")
    session = clone.sessions()[0]
    changed = clone.repo.studio(
        "session", "edit", session["id"][:8], "--title", "Sign in", "--summary", "Tokens.",
        "--cycle", "cyc-1", "--json",
    )  # fmt: skip
    assert changed.status == 0, changed.err
    assert (changed.json["title"], changed.json["summary"]) == ("Sign in", "Tokens.")
    text = clone.file(session["id"]).read_text()
    assert text.startswith("# Sign in\n")
    assert "**Cycle:** Auth Flow (CYC-1)\n" in text
    assert "\nTokens.\n" in text
    journal = (clone.repo.path / ".git" / "studio" / "journal").read_text()
    assert journal.count(changed.json["cycle_id"]) >= 2
    clone.repo.commit("Late", when=NOON + 2 * MINUTE)
    clone.capture()
    assert clone.sessions()[0]["title"] == "Sign in"
    assert clone.repo.studio("session", "edit", "sign in", "--cycle", "").status == 0
    assert "Cycle" not in clone.file(session["id"]).read_text()
    assert clone.repo.studio("session", "edit", "sign in", "-t", "Sign in").out.startswith(
        "Nothing changed "
    )
    for words in (["--title", ""], ["--cycle", "none"], []):
        assert clone.repo.studio("session", "edit", "sign in", *words).status == 2


def test_its_file_is_edited(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "sed -i 's/^# .*/# Mine/; s/^## Notes/&\\nSee the wiki./'")
    changed = clone.repo.studio("session", "edit", "-e", "--json")
    assert changed.status == 0, changed.err
    assert changed.json["title"] == "Mine"
    path = clone.file(changed.json["id"])
    assert "See the wiki.\n" in path.read_text()
    monkeypatch.setenv("GIT_EDITOR", "true")
    assert "Nothing changed" in clone.repo.studio("session", "edit", "-e").out
    path.unlink()
    assert clone.repo.studio("session", "edit", "mine", "-e").status == 2


def test_show_without_a_file(clone: Clone) -> None:
    session = clone.sessions()[0]
    clone.file(session["id"]).unlink()
    answer = clone.repo.studio("session", "show", session["id"])
    assert answer.status == 0
    assert "- src/a.py" in answer.out


def test_what_is_not_there_and_a_wrong_use(clone: Clone) -> None:
    answer = clone.repo.studio("session", "show", "next dya")
    assert (answer.status, answer.out) == (2, "")
    assert "Did you mean Next day?" in answer.err
    assert clone.repo.studio("session", "list", "--limit", "0").status == 2
    assert clone.repo.studio("session", "list", "--project", "none").status == 2
    both = clone.repo.studio("session", "list", "--project", PROJECT, "--all-projects")
    assert both.status == 2


def test_an_empty_store_is_no_error(repo: Repo) -> None:
    bind(repo)
    answer = repo.studio("session", "list", "--json")
    assert (answer.status, answer.json) == (0, [])
    assert "no sessions yet" in repo.studio("session", "list").out
    assert repo.studio("session", "show").status == 1


def test_from_anywhere_with_a_project(clone: Clone, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    listed = run("git-studio", "session", "list", "--all-projects", cwd=outside)
    assert listed.status == 0, listed.err
    assert "Risk Workbench" in listed.out
    named = run("git-studio", "session", "list", "-p", "risk workbench", "--json", cwd=outside)
    assert len(named.json) == 2
    assert run("git-studio", "session", "list", cwd=outside).status == 2


def test_control_characters_do_not_reach_the_terminal(clone: Clone) -> None:
    clone.change("UPDATE sessions SET title = ?", "red \x1b[31m \u202e")
    session = clone.sessions()[0]
    with clone.file(session["id"]).open("a") as file:
        file.write("\x1b]0;x\x07\n")
    for words in (["list"], ["show", session["id"]]):
        answer = clone.repo.studio("session", *words)
        assert not set(answer.out) & {"\x1b", "\x07", "\u202e"}
