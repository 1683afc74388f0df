"""The check file: what a worktree's drift check last found, in a form that the hook's sh reads.

``check`` in the worktree's own git folder is sourced by the hook. It names the paths to look at in
the index, the two answers of ``git ls-files`` that need no Python (everything in step; drift that
was told today), and each file that the verdict depends on with its *twin*: an empty file with the
same time. A file that is neither newer nor older than its twin is unchanged.

Shells compare nanoseconds or whole seconds, and two writes in one tick may leave equal times. So
a twin is believed only if its file was two seconds old when it was read; until then the answers
are left out, and the next commit starts Python again.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import jsontext
from studio_git.gitio import Git, Place

FORMAT = 1
SETTLED_SECONDS = 2

_FIRST_LINE = f"# studio-git check {FORMAT}: derived, and made anew when it is missing"
_STORED = "#: "


@dataclass(frozen=True, slots=True)
class CheckState:
    """What one worktree's check knows.

    ``paths`` are looked at in the index. ``clean`` and ``told`` are exact answers of
    :func:`entries`: everything in step, and drift that was told on ``told_day`` (days since the
    epoch). ``told_key`` says which drift that was. ``inputs`` are the files outside the index that
    the verdict depends on; one that does not exist may not come to exist.
    """

    paths: tuple[str, ...]
    clean: str | None
    told: str | None
    told_day: int | None
    inputs: tuple[Path, ...]
    told_key: str = ""


def entries(place: Place, paths: Sequence[str], index_file: Path | None) -> str:
    """What the hook's own command says of these paths in the index, without the last newline.

    The command is the one in ``shims/check.sh``. Raises GitError.
    """
    if not paths:  # git would list everything
        return ""
    git = Git(place.top, git_dir=place.git_dir, work_tree=place.top, index_file=index_file)
    return git.text(
        "-c", "core.quotePath=true", "--literal-pathspecs", "ls-files", "-s", "--", *paths
    )


def write(git_dir: Path, state: CheckState, *, seen: float) -> bool:
    """Put the state in place of the one that is there.

    ``seen`` is the time (seconds since the epoch) before the verdict's inputs were read. Returns
    False where an input was too young then, so that the next commit has to look again. Raises
    StudioError or OSError where the git folder cannot be written.
    """
    folder = git_dir / "studio"
    twins = folder / "twins"
    files.make_private(twins)
    generation = f"{time.time_ns():x}.{os.getpid()}"
    tests, settled = _make_twins(twins, generation, state.inputs, seen=seen)
    text = _render(git_dir, state, tests if settled else None, generation)
    path = folder / "check"
    files.write_whole(
        path,
        os.fsencode(text),
        inside=git_dir,
        expected=files.read_bytes(path),
        lock=folder / "check.lock",
    )
    for twin in twins.iterdir():
        if not twin.name.startswith(generation):
            twin.unlink(missing_ok=True)
    return settled


def read(git_dir: Path) -> CheckState | None:
    """The state that was written last; None if there is none, or none that can be read."""
    stored = _stored(git_dir)
    return stored[0] if stored else None


def holds(git_dir: Path) -> bool:
    """True while no input has changed since the state was written, nor was too young then."""
    stored = _stored(git_dir)
    if stored is None or not stored[2]:
        return False
    state, generation, _ = stored
    twins = git_dir / "studio" / "twins"
    for number, path in enumerate(state.inputs):
        if _modified(path) != _modified(twins / f"{generation}.{number}"):
            return False
    return True


def forget(git_dir: Path) -> None:
    """Take the state away; the next commit starts Python. Raises OSError if it cannot."""
    (git_dir / "studio" / "check").unlink(missing_ok=True)
    shutil.rmtree(git_dir / "studio" / "twins", ignore_errors=True)


def _make_twins(
    folder: Path, generation: str, inputs: Sequence[Path], *, seen: float
) -> tuple[list[str], bool]:
    """The sh tests that hold while nothing changed, and whether all inputs were old enough."""
    tests = []
    settled = True
    for number, path in enumerate(inputs):
        name = shlex.quote(str(path))
        modified = _modified(path)
        if modified is None:
            tests.append(f"[ ! -e {name} ]")
            continue
        settled = settled and modified <= (seen - SETTLED_SECONDS) * 1e9
        twin = folder / f"{generation}.{number}"
        twin.touch(mode=files.FILE_MODE)
        os.utime(twin, ns=(modified, modified))
        settled = settled and _modified(twin) == modified
        other = f'"$studio_dir/studio/twins/{twin.name}"'
        tests += [
            f"[ -e {name} ] && [ -e {other} ]",
            f"[ ! {name} -nt {other} ] && [ ! {name} -ot {other} ]",
        ]
    return tests, settled


def _modified(path: Path) -> int | None:
    """When the file was last written, in nanoseconds; None if it cannot be reached."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _render(git_dir: Path, state: CheckState, tests: list[str] | None, generation: str) -> str:
    told = None if state.told_day is None else state.told
    stored = asdict(state) | {
        "inputs": [str(path) for path in state.inputs],
        "twins": generation,
        "settled": tests is not None,
    }
    lines = [
        _FIRST_LINE,
        _STORED + json.dumps(stored),
        f"studio_clean={_answer(state.clean)}",
        f"studio_told={_answer(told)}",
        f"studio_day={-1 if state.told_day is None else state.told_day}",
        f"set -- {shlex.join(state.paths)}".rstrip(" "),
    ]
    if tests is not None:
        here = f'[ "$studio_dir" -ef {shlex.quote(str(git_dir))} ]'
        lines.append(" &&\n".join([here, *tests, "studio_same=1"]))
    return "\n".join(lines) + "\n"


def _answer(found: str | None) -> str:
    """An answer as the hook compares it: nothing at all, or "=" and the text."""
    return "" if found is None else shlex.quote(f"={found}")


def _stored(git_dir: Path) -> tuple[CheckState, str, bool] | None:
    data = files.read_bytes(git_dir / "studio" / "check")
    if data is None:
        return None
    first, _, rest = os.fsdecode(data).partition("\n")
    line = rest.partition("\n")[0]
    if first != _FIRST_LINE or not line.startswith(_STORED):
        return None
    try:
        return _restored(jsontext.loads(line.removeprefix(_STORED), mend=False))
    except (ValueError, KeyError, TypeError):
        return None


def _restored(stored: dict[str, Any]) -> tuple[CheckState, str, bool]:
    state = CheckState(
        paths=tuple(stored["paths"]),
        clean=stored["clean"],
        told=stored["told"],
        told_day=stored["told_day"],
        inputs=tuple(Path(path) for path in stored["inputs"]),
        told_key=stored["told_key"],
    )
    return state, str(stored["twins"]), bool(stored["settled"])
