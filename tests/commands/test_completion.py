"""The completions, driven in the shells that they are for."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pexpect
import pytest
from conftest import Repo

from studio_git.commands.cli import COMMANDS
from studio_git.commands.completion import SHELLS

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
TIMEOUT = 60

Complete = Callable[[str], str]

# What is typed before the key, and the line after it.
CASES = [
    ("git-studio stat", "git-studio status "),
    ("git studio stat", "git studio status "),
    ("git studio session sh", "git studio session show "),
    ("git studio session list --js", "git studio session list --json "),
    ("git-studio completion z", "git-studio completion zsh "),
    ("git-studio --vers", "git-studio --version "),
    ("git studio status CL", "git studio status CLAUDE.md "),
    ("git-studio status docs/A", "git-studio status docs/AGENTS.md "),
    ("git studio status --json do", "git studio status --json docs/"),
    ("git studio -C docs status AG", "git studio -C docs status AGENTS.md "),
    ("git -C docs studio status AG", "git -C docs studio status AGENTS.md "),
    ("git studio status a\\ b/c", "git studio status a\\ b/c\\ d.md "),
    ("git studio untrack -- CL", "git studio untrack -- CLAUDE.md "),
]


def script(shell: str) -> Path:
    return Path(str(files("studio_git").joinpath("completions", f"git-studio.{shell}")))


@pytest.fixture
def tracked(repo: Repo) -> Repo:
    """A repository in which no file is what a name begins with but the tracked ones."""
    for path in ("CLAUDE.md", "docs/AGENTS.md", "docs/guide.txt", "a b/c d.md"):
        repo.write(path, "text\n")
    repo.commit("Files")
    repo.write("CLumsy-untracked", "")
    repo.write("docs/AGhast-untracked", "")
    return repo


@pytest.fixture
def no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A git-studio that betrays itself when a key starts it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    betrayal = tmp_path / "started"
    program = folder / "git-studio"
    program.write_text(f"#!/bin/sh\necho started >{shlex.quote(str(betrayal))}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path(shutil.which('git') or '').parent}:/usr/bin:/bin")
    yield betrayal
    assert not betrayal.exists()


class Shell:
    """An interactive shell in which a key shows the line being edited."""

    def __init__(self, words: list[str], setup: list[str], show: str, cwd: Path) -> None:
        self.child = pexpect.spawn(
            words[0],
            words[1:],
            cwd=str(cwd),
            encoding="utf-8",
            dimensions=(60, 200),
            timeout=TIMEOUT,
            env=terminal(),
        )
        for line in setup:
            self.child.sendline(line)
        self.child.sendline("echo rea''dy")
        self.child.expect_exact("ready\r\n")
        self.show = show

    def complete(self, line: str) -> str:
        self.child.send(f"{line}\t{self.show}")
        self.child.expect(r"<<([^>]*)>>")
        assert self.child.match is not None
        return str(self.child.match.group(1))


def terminal() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "HISTFILE": "/dev/null"}


@pytest.fixture
def bash(tracked: Repo, no_program: Path) -> Complete:
    shell = Shell(
        ["bash", "--norc", "--noprofile", "-i"],
        [
            "bind 'set enable-bracketed-paste off'",
            "bind 'set bell-style none'",
            f". {BASH_COMPLETION}",
            f". {script('bash')}",
            "_show() { echo \"<<$READLINE_LINE>\"'>'; }",
            "bind -x '\"\\C-xp\": _show'",
        ],
        "\x18p",
        tracked.path,
    )
    return shell.complete


@pytest.fixture
def zsh(tracked: Repo, no_program: Path, tmp_path: Path) -> Complete:
    folder = tmp_path / "functions"
    folder.mkdir()
    shutil.copy(script("zsh"), folder / "_git-studio")
    shell = Shell(
        ["zsh", "-f", "-i"],
        [
            "unsetopt zle_bracketed_paste prompt_sp beep; PS1='$ '",
            f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {tmp_path / 'dump'}",
            "_show() { zle -I; print -r -- \"<<$BUFFER>\"'>' }",
            "zle -N _show; bindkey '^Xp' _show",
        ],
        "\x18p",
        tracked.path,
    )
    return shell.complete


@pytest.mark.parametrize(("typed", "line"), CASES)
def test_bash(bash: Complete, typed: str, line: str) -> None:
    assert bash(typed) == line


@pytest.mark.parametrize(("typed", "line"), CASES)
def test_zsh(zsh: Complete, typed: str, line: str) -> None:
    assert zsh(typed).rstrip() == line.rstrip()


def fish(repo: Repo, line: str) -> list[str]:
    """What fish offers for a line: the word at the cursor, completed."""
    done = pexpect.run(
        shlex.join(
            ["fish", "--no-config", "-c", f"source {script('fish')}; complete -C $argv[1]", line]
        ),
        cwd=str(repo.path),
        encoding="utf-8",
        timeout=TIMEOUT,
        env=terminal(),
    )
    return [offer.split("\t")[0].strip() for offer in str(done).splitlines()]


@pytest.mark.parametrize(("typed", "line"), CASES)
def test_fish(tracked: Repo, no_program: Path, typed: str, line: str) -> None:
    wanted = shlex.split(line)[-1]
    assert fish(tracked, typed) == [wanted]


def test_every_command_is_offered(tracked: Repo, no_program: Path) -> None:
    assert set(fish(tracked, "git studio ")) == set(COMMANDS)
    assert set(fish(tracked, "git-studio ")) == set(COMMANDS)


def test_bash_without_the_completion_of_git(tracked: Repo, no_program: Path) -> None:
    shell = Shell(
        ["bash", "--norc", "--noprofile", "-i"],
        [
            "bind 'set enable-bracketed-paste off'",
            f". {script('bash')}",
            "_show() { echo \"<<$READLINE_LINE>\"'>'; }",
            "bind -x '\"\\C-xp\": _show'",
        ],
        "\x18p",
        tracked.path,
    )
    assert shell.complete("git-studio stat") == "git-studio status "


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(repo: Repo, shell: str) -> None:
    answer = repo.studio("completion", shell)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == script(shell).read_text()


def test_an_unknown_shell_is_a_usage_error(repo: Repo) -> None:
    answer = repo.studio("completion", "tcsh")
    assert (answer.status, answer.out) == (2, "")
    assert "'bash', 'zsh', 'fish'" in answer.err
