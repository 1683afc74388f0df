"""Only SQLite opens the database files: an open and close by anything else drops its locks.

Commands, hooks, the worker and the server run under strace, which shows of each open of a
database file the calls that led to it; SQLite's library has to be among them.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from conftest import Repo
from drifttools import bound, home
from faults.recording import tracer
from lsp.wire import STUDIO_LSP, connected, notification

from studio_git.commands.cli import cli

DATABASES = ("studio.db", "search.db")
BESIDE = ("", "-wal", "-shm", "-journal")

SKILL = "---\nname: review\ndescription: Looks at a change.\n---\n\nLook at it.\n"
TOOL = '{"name": "lookup", "description": "Looks it up.", "type": "cli", "command": "lookup"}\n'

STORY = """
status
learning add Retry --problem 'It fails' --solution 'Try again' --tag net
learning list
decision add 'Use SQLite' --rationale 'One file'
search sqlite
registry add skill skill/SKILL.md
registry list
$ echo 'Ask.' >>CLAUDE.md
diff
resolve CLAUDE.md --accept-repo
undo
sync
$ git commit -qam 'Ask' -m 'Decision: Ask first'
capture
backup
doctor
restore --yes "$(basename "$STUDIO_HOME"/backups/studio-*.db)"
backfill --all-authors
project export ../exported
project import ../exported --overwrite
track NOTES.md
untrack NOTES.md
lint
session list
session show
session edit --title Other
decision edit 'Use SQLite' --rationale 'One file, no server'
decision list
decision show 'Use SQLite'
decision export adr
decision sync adr
decision import adr
decision add 'Use files'
decision supersede 'Use SQLite' 'Use files'
decision remove 'Use files' --yes
learning edit Retry --solution 'Try twice'
learning show Retry
learning tag Retry --add slow
learning tags
learning remove Retry --yes
cycle start Speed
cycle use Speed
cycle edit Speed --intent 'Be fast'
cycle phase Speed test
cycle list
cycle show Speed
task add Measure
task add Compare
task list
task show Measure
task edit Measure --title 'Measure it'
task move Compare --first
task start Compare
task complete Compare
task reopen Compare
task remove Compare --yes
cycle complete Speed
cycle remove Speed --yes
why CLAUDE.md:1
message check message
message fix message
registry show review
registry search look
registry edit review
registry validate
registry install review
registry sync
registry export review ../skills
registry import ../skills --yes
registry add template template --name service
new service ../made --defaults
registry remove review --yes
stack detect
stack add Rust --category backend
stack list
stack map --yes
stack remove Rust
deps check
deps list
dashboard
activity
project list
project show
project edit --description 'Risks'
project archive
project unarchive
$ git init -q ../gone
-C ../gone init --yes --no-hooks
$ mv ../gone ../away
project forget ../gone
settings list
settings set theme light
settings get theme
hooks status
hooks uninstall
hooks install
debug-info
completion bash
init --yes
"""

SHORT = 18
"""Lines of the story in a quick test: what reads, writes, searches, commits, copies, restores."""


def leaves(command: click.Command, *names: str) -> Iterator[str]:
    """Every command that does something, by its words."""
    if not isinstance(command, click.Group):
        yield " ".join(names)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, *names, name)


def script(lines: Sequence[str]) -> str:
    """The story for a shell; what fails is told, and it goes on."""
    text = ""
    for line in lines:
        command = line.removeprefix("$ ") if line.startswith("$ ") else f"git-studio {line}"
        text += f'{{ {command}\n}} >>../said 2>&1; echo "== $? "{shlex.quote(line)} >>../said\n'
    return text


def traced(log: Path, *words: str | Path) -> list[str]:
    """A command under strace: of each open of a database file the stack is written to ``log``."""
    files = [home() / f"{name}{suffix}" for name in DATABASES for suffix in BESIDE]
    paths = [word for file in files for word in ("-P", str(file))]
    calls = "trace=open,openat,openat2,creat"
    return [*tracer("-k", "-e", calls, "-o", str(log), *paths), *map(str, words)]


def opens(log: Path) -> tuple[int, list[str]]:
    """How many opens there were, and those of them that SQLite did not make."""
    blocks: list[list[str]] = []
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith(" > "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    begun: dict[str, str] = {}  # of calls that others came in between of; the stack is at their end
    count, foreign = 0, []
    for call, *stack in blocks:
        process = call.split(" ", 1)[0]
        if call.endswith("<unfinished ...>"):
            begun[process] = call
            continue
        whole = begun.pop(process, "") + call if "resumed>" in call else call
        if any(name in whole for name in DATABASES):
            count += 1
            if not any("sqlite3" in line for line in stack):
                foreign.append("\n".join([whole, *stack[:12]]))
    return count, foreign


def prepared(repo: Repo) -> Repo:
    repo.write("skill/SKILL.md", SKILL)
    repo.write("template/README.md", "# A service\n")
    repo.write("message", "Do it\n\nDecision: It is done\n")
    repo.write("NOTES.md", "Notes\n")
    repo.write("pyproject.toml", '[project]\nname = "x"\ndependencies = ["click>=8"]\n')
    return repo


def test_the_story_has_every_command() -> None:
    told = [line.split() for line in STORY.strip().splitlines()]
    missing = [
        words for words in leaves(cli) if not any(line[: len(words.split())] == words.split()
                                                  for line in told)
    ]  # fmt: skip
    assert missing == []


def test_commands_hooks_and_workers(
    repo: Repo, tmp_path: Path, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    lines = STORY.strip().splitlines()
    lines = lines[: times(SHORT, len(lines))]
    log = tmp_path / "calls"
    begin = "git-studio init --yes >>../said 2>&1\n"
    prepared(repo).write("CLAUDE.md", "# Project\n\nUse tabs.\n")
    repo.commit("Begin")
    done = subprocess.run(
        traced(log, "sh", "-c", begin + script(lines)),
        cwd=repo.path,
        env=os.environ | {"GIT_EDITOR": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = (tmp_path / "said").read_text()
    assert "something unexpected" not in said, said
    failed = [line for line in said.splitlines() if line.startswith("== ") and line[3] not in "01"]
    assert failed == [], said
    count, foreign = opens(log)
    figure(
        f"{len(lines)} commands, their hooks and workers: {len(foreign)} of {count} opens foreign"
    )
    assert count > len(lines)
    assert foreign == []


def test_the_server(repo: Repo, tmp_path: Path, figure: Callable[[str], None]) -> None:
    bound(repo)
    log = tmp_path / "calls"
    with connected(traced(log, *STUDIO_LSP)) as wire:
        wire.initialize(rootUri=repo.path.as_uri())
        uri = (repo.path / "CLAUDE.md").as_uri()
        document = {"uri": uri, "languageId": "markdown", "version": 1, "text": "# Other\n"}
        wire.send(notification("textDocument/didOpen", {"textDocument": document}))
        wire.ask("textDocument/hover", {"textDocument": {"uri": uri},
                                        "position": {"line": 0, "character": 2}})  # fmt: skip
        wire.ask("workspace/symbol", {"query": "sqlite"})
        assert wire.goodbye() == 0
    count, foreign = opens(log)
    figure(f"the server: {len(foreign)} of {count} opens foreign")
    assert count
    assert foreign == []


def test_an_open_by_anything_else_is_seen(repo: Repo, tmp_path: Path) -> None:
    bound(repo)
    log = tmp_path / "calls"
    code = f"open({str(home() / 'studio.db')!r}, 'rb').close()"
    subprocess.run(traced(log, sys.executable, "-c", code), check=True)
    assert len(opens(log)[1]) == 1
    subprocess.run(traced(log, "cat", home() / "studio.db"), check=True, capture_output=True)
    assert len(opens(log)[1]) == 1
