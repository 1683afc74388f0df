"""Editors that end in bad ways: each server is gone within five seconds, with all it started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound
from lsp.wire import STUDIO_LSP

WITHIN = (20, 5)
"""Seconds until all are gone: beside other tests on few cores, and alone, as it is promised."""
MARK = "STUDIO_TEST_WINDOWS"

EDITOR = """
import json, os, subprocess, sys
from pathlib import Path

def frame(message):
    body = json.dumps(dict(message, jsonrpc="2.0")).encode()
    return b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body

count, names_itself, holds, folder, *words = sys.argv[1:]
pipe = subprocess.PIPE
made = [subprocess.Popen(words, stdin=pipe, stdout=pipe) for _ in range(int(count))]
if holds == "held":
    ends = [end.fileno() for it in made for end in (it.stdin, it.stdout)]
    quiet = subprocess.DEVNULL
    alone = {"PATH": os.environ["PATH"]}
    holder = subprocess.Popen(
        ["sleep", "600"], pass_fds=ends, stdout=quiet, stderr=quiet, env=alone
    )
    print(holder.pid, flush=True)
else:
    print(0, flush=True)
uri = Path(folder).as_uri()
said = {
    "processId": os.getpid() if names_itself == "named" else None,
    "capabilities": {},
    "workspaceFolders": [{"uri": uri, "name": "repo"}],
}
text = (Path(folder) / "CLAUDE.md").read_text()
item = {"uri": uri + "/CLAUDE.md", "languageId": "markdown", "version": 1, "text": text}
for it in made:
    it.stdin.write(frame({"id": 1, "method": "initialize", "params": said}))
    it.stdin.flush()
for it in made:
    it.stdout.readline()
    it.stdin.write(frame({"method": "initialized", "params": {}}))
    it.stdin.write(frame({"method": "textDocument/didOpen", "params": {"textDocument": item}}))
    it.stdin.flush()
print("ready", flush=True)
os.read(0, 1)
"""


@pytest.mark.parametrize("holds", ["held", "closed"])
@pytest.mark.parametrize("named", ["named", "null"])
def test_the_editor_is_killed(
    repo: Repo,
    named: str,
    holds: str,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    """With windows on one repository, whether a child of it holds their pipes or not."""
    bound(repo)
    count = times(2, 50 if (named, holds) == ("null", "held") else 5)
    words = [sys.executable, "-c", EDITOR, str(count), named, holds, str(repo.path), *STUDIO_LSP]
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {MARK: mark},
        text=True,
    ) as editor:
        assert editor.stdout is not None
        holder = int(editor.stdout.readline())
        try:
            assert editor.stdout.readline() == "ready\n"
            running = marked(mark)
            assert len(running) > count
            handles = {os.pidfd_open(process) for process in running}
            killed = time.monotonic()
            editor.kill()
            wait(handles, killed + times(*WITHIN))
            took = time.monotonic() - killed
        finally:
            if holder:
                os.kill(holder, signal.SIGKILL)
    assert marked(mark) == [], "something that a server started outlived it"
    figure(f"{count} windows, processId {named}, pipes {holds}: gone after {took:.1f} s, 0 orphans")


def wait(handles: set[int], until: float) -> None:
    """Wait until all of these processes have ended."""
    left = set(handles)
    while left:
        ended, _, _ = select.select(list(left), [], [], max(0.0, until - time.monotonic()))
        assert ended, f"{len(left)} of {len(handles)} are still there"
        left -= set(ended)
    for handle in handles:
        os.close(handle)


def marked(mark: str) -> list[int]:
    """The processes that have the mark in their environment (Linux); those that ended have none."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"{MARK}={mark}".encode() in told:
                found.append(int(entry.name))
    return found
