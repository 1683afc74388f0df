"""Writers of the store are killed at any moment: what they said they had done is there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import storewriter

NURSERY = """
import json, os, random, select, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from faults import storewriter
home, kills, chance = Path(sys.argv[2]), int(sys.argv[3]), random.Random(sys.argv[4])
how = sys.argv[5:]
AT_ONCE = 3

class Child:
    def __init__(self, name):
        self.lines, self.due, self.data = chance.randrange(7), chance.random() * 0.006, b""
        self.read, write = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                os.close(self.read)
                storewriter.main(home, f"/dev/fd/{write}", name, 10**9, *how)
            finally:
                os._exit(1)
        os.close(write)

    def ripe(self):
        while self.data.count(b"\\n") < self.lines:
            more = os.read(self.read, 65536)
            assert more, "a writer ended by itself"
            self.data += more
        select.select([], [], [], self.due)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        while more := os.read(self.read, 65536):
            self.data += more
        os.close(self.read)
        return self.data.decode().splitlines()

children, said = [], []
for number in range(kills):
    while len(children) < min(AT_ONCE, kills - number):
        children.append(Child(f"w{number}-{len(children)}"))
    child = children.pop(chance.randrange(len(children)))
    child.ripe()
    said += child.kill()
json.dump(said, sys.stdout)
"""


def killed(home: Path, kills: int, seed: int, *how: str) -> list[str]:
    """Let writers work, three at once, and kill them one by one; what they had said."""
    words = [sys.executable, "-c", NURSERY, Path(__file__).parents[1], home, str(kills), str(seed)]
    done = subprocess.run([*words, *how], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout)
    return said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    storewriter.begin(tmp_path / "studio")
    return tmp_path / "studio"


def test_killed_writers_lose_nothing_that_they_acknowledged(
    home: Path, times: Callable[[int, int], int], seed: int, figure: Callable[[str], None]
) -> None:
    kills = times(30, 450)
    said = killed(home, kills, seed)
    loss = storewriter.look(home, said)
    figure(
        f"{kills} kills, {len(loss.lost)} of {len(said)} acknowledged lost, {len(loss.torn)} torn"
    )
    assert loss == storewriter.Loss()
    left = [path.name for path in home.rglob("*.studio-tmp")]
    storewriter.main(home, home.parent / "said", "last", 8)  # what the dead left is in nobody's way
    assert len(left) <= kills


def test_what_is_said_too_early_is_found_missing(
    home: Path, times: Callable[[int, int], int], seed: int, figure: Callable[[str], None]
) -> None:
    """The same, with writers that say so before it is done: the count has to see that."""
    said = killed(home, times(30, 100), seed, "early")
    loss = storewriter.look(home, said)
    figure(f"said before it is done: {len(loss.lost)} of {len(set(said))} lost")
    assert loss.lost
    assert not loss.unsound
