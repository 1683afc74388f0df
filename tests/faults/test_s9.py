"""S9: hostile references, messages, authors, file names and texts, in every command there is.

The commands come from their own table, with whatever arguments and options they declare, so that
a new one is tried as soon as it exists.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from conftest import Repo
from drifttools import home
from faults import destructive
from faults.hostileworld import MARK, World, make
from shimtools import adopt_background, end_of_background

from studio_git.__main__ import main
from studio_git.commands.cli import COMMANDS, cli

Times = Callable[[int, int], int]
Figure = Callable[[str], None]
Leaf = tuple[tuple[str, ...], click.Command]

_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SHELLS = {"sh", "bash", "dash", "zsh", "cmd", "cmd.exe"}
_NOT_TRIED = {"--web", "--help", "--version"}
"""A server that goes on until it is stopped; and what every program has."""

_started: list[Sequence[str]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _started.append([os.fsdecode(word) for word in arguments[1]])
    elif event in ("os.system", "os.posix_spawn"):
        _started.append(["sh", str(arguments)])


sys.addaudithook(_audit)


def leaves(command: click.Command = cli, words: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            yield from leaves(inner, (*words, name))
        if not command.invoke_without_command:
            return
    if words:
        yield words, command


@pytest.fixture
def world(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    adopt_background()
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv("VISUAL", "false")
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield make(repo)
    end_of_background()


def arguments(command: click.Command, world: World, chance: random.Random) -> list[str]:
    """Words for a command's arguments, and for an option or two."""
    words = []
    for each in command.params:
        if isinstance(each, click.Argument):
            wanted = each.nargs if each.nargs > 0 else chance.randrange(1, 3)
            words += [_word(each, world, chance) for _ in range(wanted)]
    options = [
        each
        for each in command.params
        if isinstance(each, click.Option) and not _NOT_TRIED & {*each.opts, *each.secondary_opts}
    ]
    for each in chance.sample(options, min(len(options), chance.randrange(3))):
        words.append(chance.choice(each.opts))
        if not each.is_flag:
            words.append(_word(each, world, chance))
    return words


def _word(parameter: click.Parameter, world: World, chance: random.Random) -> str:
    if isinstance(parameter.type, click.Choice) and chance.random() < 0.7:
        return str(chance.choice(list(parameter.type.choices)))
    return world.word(chance)


def tried(words: Sequence[str], capfd: pytest.CaptureFixture[str], repo: Repo) -> Any:
    """Run a command in this process, and look at all that it said; its JSON, if it says some."""
    del _started[:]
    os.chdir(repo.path)
    status = main([word.replace("\0", "") for word in words])
    said = capfd.readouterr()
    what = (list(words), status, said.out[:2000], said.err[:2000])
    assert status in (0, 1, 2), what
    assert "something unexpected" not in said.err, what
    assert "Traceback" not in said.err, what
    # A filter gives on what it was given, unless a person looks on.
    shown = said.err if tuple(words[:2]) == ("message", "fix") else said.out + said.err
    assert not _RAW.search(shown), what
    assert not destructive.find(said.err), what
    for program in _started:
        assert Path(program[0]).name not in _SHELLS, (what, program)
    assert not list(repo.path.parent.rglob(MARK)), what
    other = {"-h", "--help", "--"} & {*words}
    if "--json" not in words or other or status == 2 or not said.out:
        return None
    try:
        return json.loads(said.out)
    except ValueError as error:
        raise AssertionError(what) from error


def test_every_reading_command(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """With all of it in the store, and nothing said: for people, and as JSON."""
    capfd.readouterr()
    for words, command in leaves():
        options = {option for each in command.params for option in each.opts}
        required = [it for it in command.params if isinstance(it, click.Argument) and it.required]
        if "--json" in options and not required:
            tried(words, capfd, world.repo)
            tried((*words, "--json"), capfd, world.repo)


def test_json_says_what_the_store_says(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    for noun, table, key in (
        ("decision", "decisions", "title"),
        ("learning", "learnings", "problem"),
        ("session", "sessions", "title"),
        ("task", "tasks", "title"),
    ):
        found = tried((noun, "list", "--json"), capfd, world.repo)
        with closing(sqlite3.connect(home() / "studio.db")) as db:
            stored = [row[0] for row in db.execute(f"SELECT {key} FROM {table}")]
        assert stored
        assert sorted(it[key] for it in found) == sorted(stored)


def test_every_command_with_hostile_words(
    world: World,
    capfd: pytest.CaptureFixture[str],
    times: Times,
    chance: random.Random,
    figure: Figure,
) -> None:
    capfd.readouterr()
    every = list(leaves())
    assert {words[0] for words, _ in every} == set(COMMANDS)
    rounds = times(1, 20)
    for _ in range(rounds):
        chance.shuffle(every)
        for words, command in every:
            tried((*words, *arguments(command, world, chance)), capfd, world.repo)
    figure(f"{len(every)} commands, {rounds * len(every):,} calls: no shell, nothing raw")
