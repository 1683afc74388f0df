"""Many commands of ours in little time: each in a fork of one process that has them loaded.

Each still is a process of its own, with its own working folder and descriptors; only the
interpreter's start and the imports are shared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from conftest import Answer

from studio_git.commands.cli import cli

_SERVER = """
import json, os, pty, sys, tempfile
from studio_git.__main__ import main
from studio_git.commands import cli
for name in cli.COMMANDS:
    __import__("studio_git.commands." + name.replace("-", "_"))

def run(words, out, err, terminal):
    if terminal:
        child, master = pty.fork()
        if child:
            said = b""
            while True:
                try:
                    chunk = os.read(master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                said += chunk
            os.close(master)
            out.write(said)
            return os.waitpid(child, 0)[1]
    else:
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
    status = 3
    try:
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "rww"[n]) for n in range(3))
        sys.argv = ["git-studio", *words]
        status = main()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)

for line in sys.stdin:
    asked = json.loads(line)
    os.chdir(asked["cwd"])
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        status = os.waitstatus_to_exitcode(run(asked["words"], out, err, asked["terminal"]))
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
    print(json.dumps([status, *texts]), flush=True)
"""


class Runner:
    """Runs commands one after the other, in the environment that it was made with."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *words: str | Path, cwd: Path, terminal: bool = False) -> Answer:
        """Run ``git studio`` with these words; on a terminal of its own where asked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": [str(word) for word in words], "cwd": str(cwd), "terminal": terminal}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        status, out, err = json.loads(self._process.stdout.readline())
        return Answer(status, out, err)


@contextmanager
def runner(env: Mapping[str, str] | None = None) -> Iterator[Runner]:
    """A runner for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | dict(env or {}),
    )
    try:
        yield Runner(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def every_command() -> list[str]:
    """The words of every command that does something, as they are typed."""
    return list(_leaves(cli, ()))


def _leaves(command: click.Command, words: Sequence[str]) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from _leaves(inner, (*words, name))
