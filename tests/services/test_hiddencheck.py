"""Hidden characters at commit time, in a bound clone: as the service answers, and as git does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Answer, Repo
from drifttools import TEXT, bound, clone, dashboard_writes, ok, studio_text
from shimtools import adopt_background, end_of_background

from studio_git.services import commitcheck, hiddencheck
from studio_git.services.commitcheck import CommitCheck
from studio_git.services.hiddencheck import Remembering
from studio_git.services.sides import Index

HIDDEN = TEXT.replace("Use tabs", "Use\u200b ta\u200dbs")


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    adopt_background()
    yield
    end_of_background()


def check(repo: Repo) -> CommitCheck:
    return commitcheck.check(repo.place, None)


def stage_hidden(repo: Repo, text: str = HIDDEN) -> None:
    """Both sides have it, so that there is no drift to be told of."""
    dashboard_writes(text)
    repo.write("CLAUDE.md", text)
    repo.git("add", "CLAUDE.md")


def commit(repo: Repo, *words: str) -> Answer:
    return repo.try_git("commit", "-q", "-m", "Work", *words)


def settle_inputs(repo: Repo) -> None:
    """Let what the verdict depends on be an hour old: younger files are not believed."""
    for path in check(repo).inputs:
        if path.exists():
            old = path.stat().st_mtime - 3600
            os.utime(path, (old, old))


def test_the_index_is_looked_at_with_line_name_and_command(repo: Repo) -> None:
    bound(repo)
    assert check(repo).messages == ()
    stage_hidden(repo)
    repo.write("CLAUDE.md", TEXT)
    found = check(repo)
    assert (found.clean, found.blocked) == (False, False)
    assert found.messages == (
        "studio-git: CLAUDE.md:3: hidden characters, and in 1 more place",
        "    U+200B ZERO WIDTH SPACE: it shows nothing.",
        "    see them:                git studio lint CLAUDE.md",
    )


@pytest.mark.parametrize("policy", ["warn", "block", "off"])
def test_the_policy_is_the_teams_and_the_users_own_wins(repo: Repo, policy: str) -> None:
    bound(repo)
    stage_hidden(repo)
    toml = repo.read(".studio.toml")
    repo.write(".studio.toml", f'{toml}\n[lint]\nhidden-unicode = "{policy}"\n')
    found = check(repo)
    assert (found.blocked, found.clean) == (policy == "block", policy == "off")
    other = {"warn": "off", "block": "warn", "off": "block"}[policy]
    repo.git("config", "studio.lint.hiddenUnicode", other)
    found = check(repo)
    assert (found.blocked, found.clean) == (other == "block", other == "off")
    if found.blocked:
        assert "studio-git: the commit was stopped because of CLAUDE.md." in found.messages
        assert any("--no-verify" in line for line in found.messages)


def test_a_commit_is_told_once_and_then_nothing_starts(repo: Repo) -> None:
    bound(repo, hooks=True)
    stage_hidden(repo)
    settle_inputs(repo)
    first = commit(repo)
    assert first.status == 0
    assert "CLAUDE.md:3: hidden characters" in first.err
    assert commit(repo, "--allow-empty").err == ""
    stage_hidden(repo, HIDDEN + "More.\n")
    settle_inputs(repo)
    assert "hidden characters" in commit(repo).err, "a new content is judged anew"
    stage_hidden(repo, TEXT)
    assert commit(repo).err == ""


def test_a_commit_is_stopped_only_by_what_it_brings(repo: Repo) -> None:
    bound(repo, hooks=True)
    repo.git("config", "studio.lint.hiddenUnicode", "block")
    stage_hidden(repo)
    stopped = commit(repo)
    assert stopped.status == 1
    assert "the commit was stopped because of CLAUDE.md" in stopped.err
    assert commit(repo, "--no-verify").status == 0
    repo.write("other", "x")
    repo.git("add", "other")
    after = commit(repo)
    assert after.status == 0
    assert "hidden characters" in after.err


def test_a_merge_is_never_stopped(repo: Repo) -> None:
    bound(repo, hooks=True)
    other = clone(repo, "other")
    other.write("CLAUDE.md", HIDDEN)
    other.commit("Hide")
    repo.git("config", "studio.lint.hiddenUnicode", "block")
    repo.git("config", "studio.drift.repo-ahead", "warn")
    repo.write("mine", "x")
    repo.commit("Mine")
    repo.git("pull", "-q", "--no-rebase", "--no-edit", f"file://{other.path}", "main")
    assert "\u200b" in repo.read("CLAUDE.md")


def test_a_link_is_looked_at_once_and_front_matter_too(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    repo.write(".cursor/rules/a.mdc", "---\nglobs: '*'\n---\nRule.\n")
    bound(repo, TEXT.replace("tabs", "spaces"))
    (repo.path / "GEMINI.md").symlink_to("AGENTS.md")
    repo.write("AGENTS.md", HIDDEN)
    repo.write(".cursor/rules/a.mdc", "---\nglobs: '*\u200b'\n---\nRule.\n")
    repo.git("add", "-A")
    found = hiddencheck.look(
        Index(repo.place).read(["AGENTS.md", "GEMINI.md", ".cursor/rules/a.mdc", "CLAUDE.md"])
    )
    assert list(found) == [".cursor/rules/a.mdc", "AGENTS.md"]
    assert any(".cursor/rules/a.mdc:2" in line for line in check(repo).messages)


def test_many_and_hostile(repo: Repo) -> None:
    found = Remembering(_Fixed("a\u200b" * 500)).read(["a b.md"])
    lines = hiddencheck.told(hiddencheck.look(found))
    assert lines[0] == "studio-git: a b.md:1: hidden characters, and in at least 99 more places"
    assert lines[2].endswith("git studio lint 'a b.md'")
    bound(repo)
    stage_hidden(repo, "# P\n\x1b[2Jgone\x1b[0m\n")
    said = "\n".join(check(repo).messages)
    assert "U+001B control" in said
    assert "\x1b" not in said


class _Fixed:
    """A source that counts how often it is asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[str] = []

    def read(self, paths):  # type: ignore[no-untyped-def]
        from studio_git.services.sides import Found

        wanted = list(paths)
        self.asked += wanted
        return {path: Found(self.text.encode()) for path in wanted}


def test_nothing_is_read_twice() -> None:
    source = _Fixed("x")
    kept = Remembering(source)
    kept.read(["a", "b"])
    kept.read(["b", "c"])
    assert source.asked == ["a", "b", "c"]
    assert set(kept.found) == {"a", "b", "c"}


def test_sync_does_not_mind(repo: Repo) -> None:
    """Finding is not changing: the text goes where it went before."""
    bound(repo)
    repo.write("CLAUDE.md", HIDDEN)
    ok(repo, "sync")
    assert studio_text() == HIDDEN
    assert Path(repo.path, "CLAUDE.md").read_text() == HIDDEN


def test_skills_of_a_bound_clone_are_looked_at_when_they_come_and_when_they_change(
    repo: Repo,
) -> None:
    bound(repo, hooks=True)
    settle_inputs(repo)
    assert "hidden" not in commit(repo, "--allow-empty").err
    hidden = "# Tidy\n\nUse\u200b tabs.\n"
    repo.write(".claude/skills/tidy/SKILL.md", hidden)
    repo.write("tools/skills/tidy/SKILL.md", "# Tidy\n")
    repo.git("add", "-A")
    assert "studio-git: .claude/skills/tidy/SKILL.md:3: hidden characters" in commit(repo).err
    repo.write(".claude/skills/tidy/SKILL.md", "# Tidy\n")
    repo.git("add", "-A")
    assert commit(repo).err == ""
    settle_inputs(repo)
    repo.write("tools/skills/tidy/SKILL.md", hidden)
    repo.git("add", "-A")
    assert "tools/skills/tidy/SKILL.md:3: hidden characters" in commit(repo).err
