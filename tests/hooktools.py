"""What the tests of the installer share: hooks of others that leave a trace, and snapshots."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from conftest import Repo

from studio_git.services import binding
from studio_git.services.binding import Note
from studio_hooks import shims


def managers() -> Path:
    """The folder in which npm has put husky and lefthook."""
    folder = Path(__file__).resolve().parents[1] / ".managers"
    assert (folder / ".installed").exists(), "husky and lefthook: sh .ci/managers installs them"
    return folder / "node_modules"


def tracing_block(log: Path) -> Callable[..., str]:
    """A block that keeps the rules of ours, and notes its stage and the number of its words.

    It stops the commit where OURS_BLOCKS is set.
    """

    def block(stage: str, *, python: str, isolation: str) -> str:
        return (
            f"{shims.BEGIN} 1 {stage}\n"
            f"( echo {stage} $# >>{shlex.quote(str(log))} ) </dev/null 2>/dev/null || :\n"
            '[ -z "${OURS_BLOCKS:-}" ] || exit 1\n'
            f"{shims.END}\n"
        )

    return block


def ran(log: Path) -> list[str]:
    """What the tracing blocks noted."""
    return log.read_text().splitlines() if log.exists() else []


def put_hook(path: Path, text: str | bytes, *, mode: int = 0o755) -> Path:
    """Write a hook of somebody else's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def theirs(log: Path, shebang: str = "#!/bin/sh") -> str:
    """A sh hook that notes its name, its words and its input."""
    return (
        f"{shebang}\n"
        f'{{ echo "${{0##*/}} [$*]"; cat; }} >>{shlex.quote(str(log))}\n'
        'exit "${THEIRS_FAILS:-0}"\n'
    )


def python_hook(log: Path, python: str) -> str:
    """A Python hook that notes the same, and that its folder is two below the repository's top."""
    return (
        f"#!{python}\n"
        "import os, sys, pathlib\n"
        f"with open({str(log)!r}, 'a') as log:\n"
        "    me = pathlib.Path(sys.argv[0])\n"
        "    log.write(f'{me.name} [{\" \".join(sys.argv[1:])}]\\n{sys.stdin.read()}')\n"
        "    assert (me.parent / '../config').exists()\n"
        "sys.exit(int(os.environ.get('THEIRS_FAILS', '0')))\n"
    )


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file and link below a folder: mode, and content or where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[str(path.relative_to(folder))] = (0, os.fsencode(os.readlink(path)))  # noqa: PTH115 - exact
        elif path.is_file():
            found[str(path.relative_to(folder))] = (mode, path.read_bytes())
    return found


def hooks_of(repo: Repo) -> Path:
    """The hooks folder of a plain repository."""
    return repo.path / ".git" / "hooks"


def how(states: list) -> dict[str, str]:
    """How each stage is installed."""
    return {state.stage: state.how for state in states}


def all_run(states: list) -> bool:
    """True where each stage runs and nothing is said about it."""
    return all(state.runs and not state.problem for state in states)


def git_version() -> tuple[int, int]:
    """The version of the git that the tests run."""
    words = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout
    major, minor = words.split()[2].split(".")[:2]
    return int(major), int(minor)


def idle_python(folder: Path) -> str:
    """An interpreter that imports all and does nothing, so that nobody drains the spool.

    It notes what it was asked to do in ``asked.log`` beside it.
    """
    log = shlex.quote(str(folder / "asked.log"))
    return str(put_hook(folder / "idle python", f'#!/bin/sh\necho "$@" >>{log}\n'))


def spooled(repo: Repo) -> list[str]:
    """The stages that the spool of a repository has records of."""
    spool = repo.path / ".git" / "studio" / "spool"
    return (
        [line.split("\t")[1] for line in spool.read_text().splitlines()] if spool.exists() else []
    )


def bind(repo: Repo) -> None:
    """Leave the note that makes hooks see a bound clone; no store stands behind it."""
    place = repo.place
    nowhere = str(repo.path / "nowhere")
    binding.write_note(place.common_dir, Note("0", nowhere, str(place.top)))
