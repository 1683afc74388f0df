"""What the tests of the hook path share: a bound clone with our blocks, and interpreters that note
that they were started instead of working.
"""

from __future__ import annotations

import ctypes
import os
import select
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import Repo

from studio_git.gitio import Place
from studio_hooks import checkfile, shims
from studio_hooks.checkfile import CheckState

SHELLS = ("dash", "bash --posix", "bash", "busybox sh")
HOUR = 3600


def shebang(shell: str) -> str:
    """The first line of a hook for one of :data:`SHELLS`."""
    name, *options = shell.split()
    found = shutil.which(name)
    assert found, f"install {name}: the hooks are tested with it"
    return " ".join([f"#!{found}", *options]) + "\n"


def today() -> int:
    """The number of the day, in UTC since the epoch."""
    return int(time.time()) // 86400


@dataclass
class Fake:
    """An interpreter that notes what it was started for."""

    program: Path
    drifts: Path
    status: Path
    workers: int

    def checks(self) -> int:
        """How often the drift check was started since the last time this was asked."""
        lines = self.drifts.read_text().splitlines() if self.drifts.exists() else []
        self.drifts.unlink(missing_ok=True)
        return len(lines)

    def answer(self, status: int) -> None:
        """The exit status of the checks to come."""
        self.status.write_text(str(status))

    def worker(self) -> str:
        """Wait until a worker was started; the folder that it was started for."""
        ready, _, _ = select.select([self.workers], [], [], 60)
        assert ready, "no worker was started"
        return os.read(self.workers, 65536).decode()

    def close(self) -> None:
        """Let what still reports end first: without a reader it would wait for ever."""
        end_of_background()
        os.close(self.workers)

    def reported(self) -> bool:
        """True where a worker has noted that it was started."""
        return bool(select.select([self.workers], [], [], 0)[0])

    def no_worker(self) -> bool:
        """True where none was started; all that runs in the background has ended by then."""
        end_of_background()
        return not self.reported()


def adopt_background() -> None:
    """Become the parent of what the programs started here leave behind (Linux)."""
    set_child_subreaper = 36
    assert ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) == 0


def end_of_background() -> None:
    """Wait until all that was left behind has ended."""
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass


def fake_interpreter(folder: Path) -> Fake:
    """Make one, in a folder whose name wants quoting."""
    adopt_background()
    folder = folder / "it's $HOME `here`"
    folder.mkdir()
    program, drifts, status, fifo = (
        folder / name for name in ("python", "drifts", "status", "workers")
    )
    os.mkfifo(fifo)
    status.write_text("0")
    program.write_text(
        f"#!{shutil.which('dash')}\n"
        "case $4 in\n"
        f'drift) echo "$*" >>{shlex.quote(str(drifts))}\n'
        f'exit "$(cat {shlex.quote(str(status))})";;\n'
        f'worker) echo "$5" >{shlex.quote(str(fifo))};;\n'
        "esac\n"
    )
    program.chmod(0o755)
    return Fake(program, drifts, status, os.open(fifo, os.O_RDWR | os.O_NONBLOCK))


def bind(common_dir: Path) -> Path:
    """What ``git studio init`` leaves in a clone; returns our folder there."""
    folder = common_dir / "studio"
    folder.mkdir(exist_ok=True)
    (folder / "binding.json").write_text('{"repository": "r", "home": "/nowhere/at all"}')
    return folder


def install(
    repo: Repo,
    python: Path | str = sys.executable,
    *,
    first: str = "#!/bin/sh\n",
    host: str = "",
    stages: Sequence[str] = shims.STAGES,
) -> None:
    """Put our block into the hooks of a repository, with a host's text behind it."""
    hooks = Path(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir")) / "hooks"
    hooks.mkdir(exist_ok=True)
    for stage in stages:
        hook = hooks / stage
        block = shims.block(stage, python=str(python), isolation="-I")
        hook.write_text(first + block + host)
        hook.chmod(0o755)


def old_file(path: Path, text: str = "text\n", *, age: int = HOUR) -> Path:
    """A file that was last written an hour ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    when = time.time() - age
    os.utime(path, (when, when))
    return path


def know(
    place: Place,
    paths: Sequence[str],
    inputs: Sequence[Path] = (),
    *,
    clean: bool = True,
    told_day: int | None = None,
) -> CheckState:
    """Write a check file that knows the index as it stands."""
    found = checkfile.entries(place, paths, None)
    state = CheckState(
        paths=tuple(paths),
        clean=found if clean else None,
        told=None if told_day is None else found,
        told_day=told_day,
        inputs=tuple(inputs),
    )
    assert checkfile.write(place.git_dir, state, seen=time.time())
    return state
