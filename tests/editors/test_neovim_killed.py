"""Neovim killed with SIGKILL in the middle of a resolution, alone and together with its server."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from drifttools import rows
from editors.story import CLAUDE, SERVER, Story, drifted, wait_until
from editors.test_neovim import HERE, PROGRAMS, ROOT
from faults.conftest import chance, figure, seed, times

__all__ = ["chance", "figure", "seed", "times"]

pytestmark = pytest.mark.editor

ACTIONS = ("Accept into Studio (whole file)", "Use Studio's version (whole file)")
LONGEST = 0.25
"""Seconds after the choice; a resolution has ended by then."""


def _killed(story: Story, folder: Path, action: str, after: float, *, both: bool) -> None:
    """Let Neovim carry out an action, and end it (with its server) so many seconds later."""
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    program = PROGRAMS["0.11"]
    assert program.exists(), f"{program} is missing: sh .ci/editors/neovim installs it"
    words = [program, "--headless", "-u", HERE / "init.lua", "-i", "NONE", "-n"]
    words += ["-c", "execute 'edit' fnameescape($STUDIO_FILE)", "-c", f"luafile {HERE}/drive.lua"]
    variables = {
        "STUDIO_PLUGIN": str(ROOT / "lsp/editors/neovim"),
        "STUDIO_SERVER": str(SERVER),
        "STUDIO_SCENARIO": str(HERE / "act.lua"),
        "STUDIO_FILE": str(story.claude),
        "STUDIO_SEEN": str(folder / "seen.json"),
        "STUDIO_READY": str(ready),
        "STUDIO_ACTION": action,
    }
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in words],
            cwd=story.repo.path,
            env=story.env | variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: ready.exists() or process.poll() is not None, "the choice", 60)
        assert ready.exists(), said.read_text()
        servers = story.servers()
        assert servers
        select.select([], [], [], after)
        process.kill()
        for server in servers if both else ():
            os.kill(server, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    story.await_no_server(5)


def _whole(story: Story) -> str:
    """Nothing is torn, lost or told twice, and people can go on; what the resolution came to."""
    repo, canonical = story.claude.read_text(), story.canonical()
    assert repo == drifted(), "what was not saved is not in the file"
    assert canonical in (CLAUDE, drifted()), "a torn canonical copy"
    assert [row for (row,) in (it.values() for it in rows("PRAGMA integrity_check"))] == ["ok"]
    kind = story.kind()
    assert kind == (None if canonical == repo else "repo-ahead")
    standing = rows(
        "SELECT 1 FROM drift_records d JOIN context_files c ON c.id = d.context_file_id "
        "WHERE c.filename = 'claude.md' AND resolved_at IS NULL"
    )
    assert len(standing) == (0 if kind is None else 1)
    return "done" if kind is None else "not done"


def test_a_resolution_is_whole_or_nothing(
    story: Story,
    tmp_path: Path,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    kills = times(2, 12)
    came_to = []
    for number in range(kills):
        action = ACTIONS[0] if chance.random() < 0.7 else ACTIONS[1]
        _killed(story, tmp_path, action, chance.uniform(0, LONGEST), both=number % 2 == 0)
        came_to.append(_whole(story))
        if came_to[-1] == "done":
            undone = story.studio("undo")
            assert undone.status == 0, undone.err
            assert story.canonical() == CLAUDE
            assert story.kind() == "repo-ahead"
    figure(f"Neovim killed {kills} times: 0 torn, {came_to.count('done')} resolutions whole")
