"""What is checked without a Studio home: by the service, the entry point and a framework in CI."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SCRIPTS, Answer, Repo, run

from studio_git.services import making, repocheck
from studio_git.services.repocheck import RepoCheck

TOML = '[context]\n"claude.md" = "CLAUDE.md"\n[context.alias]\n"AGENTS.md" = "claude.md"\n'
HIDDEN = "Use\u200b tabs.\n"


def check(repo: Repo, *, committing: bool = False) -> RepoCheck:
    index = repo.place.git_dir / "index" if committing else None
    return repocheck.check(repo.place, index)


def stage(repo: Repo, **files: str) -> None:
    for name, text in files.items():
        repo.write(f"{name}.md", text)
    repo.git("add", "-A")


@pytest.fixture
def team(repo: Repo) -> Repo:
    """A repository whose AGENTS.md is to be a copy of CLAUDE.md."""
    repo.write(".studio.toml", TOML)
    stage(repo, CLAUDE="One.\n", AGENTS="One.\n")
    repo.commit("Begin")
    return repo


def entry(repo: Repo) -> Answer:
    return run(SCRIPTS / "studio-hook", "drift", cwd=repo.path)


def test_nothing_to_say(repo: Repo, team: Repo) -> None:
    assert check(team) == RepoCheck()
    answer = entry(team)
    assert answer.status == 0
    assert answer.err.count("\n") == 1
    assert "only copies and hidden characters were checked" in answer.err


def test_copies_that_differ(team: Repo) -> None:
    stage(team, AGENTS="Two.\n")
    found = check(team, committing=True)
    assert found.messages[0] == (
        "studio-git: AGENTS.md: differs from CLAUDE.md, which it is to be a copy of."
    )
    assert found.blocked
    team.commit("Apart")
    assert not check(team, committing=True).blocked, "the commit brings nothing of it"
    assert check(team).blocked, "and CI looks at what stands there"
    assert entry(team).status == 1
    team.git("config", "studio.drift.conflict", "warn")
    assert not check(team).blocked
    assert check(team).messages
    team.git("config", "studio.drift.conflict", "off")
    assert check(team) == RepoCheck()


def test_a_copy_that_is_left_behind_is_told(team: Repo) -> None:
    stage(team, CLAUDE="Two.\n")
    found = check(team, committing=True)
    assert (len(found.messages), found.blocked) == (1, False)


@pytest.mark.parametrize("text", ["One.\r\n", "\ufeffOne.", "@CLAUDE.md\n"])
def test_what_carries_the_same_text(team: Repo, text: str) -> None:
    stage(team, AGENTS=text)
    assert check(team) == RepoCheck()


def test_links_and_rule_files(team: Repo) -> None:
    (team.path / "AGENTS.md").unlink()
    (team.path / "AGENTS.md").symlink_to("CLAUDE.md")
    team.write(
        ".studio.toml", TOML + '".cursor/rules/a.mdc" = "claude.md"\n"gone.md" = "claude.md"\n'
    )
    team.write(".cursor/rules/a.mdc", "---\nglobs: x\n---\nOne.\n")
    team.git("add", "-A")
    assert check(team) == RepoCheck()
    (team.path / "AGENTS.md").unlink()
    (team.path / "AGENTS.md").symlink_to("nowhere.md")
    team.git("add", "-A")
    assert check(team).blocked


def test_pointers_to_nothing(repo: Repo) -> None:
    stage(repo, CLAUDE="@AGENTS.md\n")
    assert check(repo).messages[0] == (
        "studio-git: CLAUDE.md: points to AGENTS.md, which is not there."
    )
    stage(repo, AGENTS="One.\n")
    assert check(repo) == RepoCheck()


@pytest.mark.parametrize("policy", ["warn", "block", "off"])
def test_hidden_characters(repo: Repo, policy: str) -> None:
    repo.write(".studio.toml", f'[lint]\nhidden-unicode = "{policy}"\n')
    repo.write(".claude/skills/tidy/SKILL.md", HIDDEN)
    repo.write("api/AGENTS.md", HIDDEN)
    repo.write("README.md", HIDDEN)
    repo.git("add", "-A")
    found = check(repo)
    told = [line for line in found.messages if "hidden characters" in line]
    assert (len(told), found.blocked) == (0 if policy == "off" else 2, policy == "block")
    assert check(repo, committing=True).blocked is (policy == "block")
    repo.commit("There now")
    assert not check(repo, committing=True).blocked
    assert entry(repo).status == (1 if policy == "block" else 0)


def test_the_index_and_not_the_work_tree(repo: Repo) -> None:
    stage(repo, AGENTS="Fine.\n")
    repo.write("AGENTS.md", HIDDEN)
    assert check(repo) == RepoCheck()


def test_what_git_makes_is_not_stopped(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("config", "studio.lint.hiddenUnicode", "block")
    stage(repo, AGENTS=HIDDEN)
    assert check(repo, committing=True).blocked
    monkeypatch.setenv("GITHEAD_0123", "main")
    assert making.git_makes_it(repo.place)
    assert not check(repo, committing=True).blocked


def test_what_a_commit_changes(repo: Repo) -> None:
    stage(repo, A="1\n", B="1\n")
    assert making.changed(repo.place, ["A.md", "B.md"], None) == ["A.md", "B.md"], "no HEAD yet"
    repo.commit("Begin")
    stage(repo, B="2\n")
    assert making.changed(repo.place, ["A.md", "B.md", "C.md"], None) == ["B.md"]
    assert making.changed(repo.place, [], None) == []


def test_settings_that_cannot_be_read_let_the_commit_through(repo: Repo) -> None:
    repo.write(".studio.toml", '[lint]\nhidden-unicode = "never"\n')
    answer = entry(repo)
    assert answer.status == 0
    assert "could not run" in answer.err
    assert "lint.hidden-unicode" in answer.err


def test_a_path_steers_no_terminal(repo: Repo) -> None:
    repo.write("evil\x1b[2J/AGENTS.md", HIDDEN)
    repo.git("add", "-A")
    answer = entry(repo)
    assert "hidden characters" in answer.err
    assert "\x1b" not in answer.err


def test_what_agents_read() -> None:
    paths = ["AGENTS.md", "README.md", ".claude/skills/a/SKILL.md", "skills/b/SKILL.md", "SKILL.md"]
    assert repocheck.read_by_agents(paths) == [
        "AGENTS.md",
        ".claude/skills/a/SKILL.md",
        "skills/b/SKILL.md",
    ]


def test_the_framework_runs_it(repo: Repo) -> None:
    """As `pre-commit run --all-files` does in CI, where nothing is staged."""
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: studio-drift\n    name: drift\n"
        f"    entry: {SCRIPTS / 'studio-hook'} drift\n    language: system\n"
        "    always_run: true\n    pass_filenames: false\n    verbose: true\n",
    )
    repo.write(".studio.toml", '[lint]\nhidden-unicode = "block"\n')
    stage(repo, AGENTS=HIDDEN)
    repo.git("commit", "-q", "--no-verify", "-m", "There")
    env = {"PRE_COMMIT_HOME": str(Path(repo.path.parent, "cache"))}
    done = run(SCRIPTS / "pre-commit", "run", "--all-files", cwd=repo.path, env=env)
    assert done.status == 1
    assert "AGENTS.md:1: hidden characters" in done.out
