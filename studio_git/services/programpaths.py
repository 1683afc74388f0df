"""Where a known program stands on this machine: on PATH, but nowhere in the repository.

What PATH leads to may be a stand-in of a version manager, which chooses by files of the folder
that it is started in. It is not asked: the releases that it has installed are looked at, as far
as they are in its usual places.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from studio_git.core import versions
from studio_git.core.programslist import Program
from studio_git.core.versions import Requirement
from studio_git.gitio import Place


@dataclass(frozen=True, slots=True)
class _Manager:
    """A version manager: its data folder, and below it the stand-ins and the releases.

    ``{tool}`` is the name that it has for a program; ``*`` a release.
    """

    variable: str
    folder: str
    shims: str
    releases: str


_MANAGERS = (
    _Manager("PYENV_ROOT", "~/.pyenv", "shims", "versions/*/bin"),
    _Manager("RBENV_ROOT", "~/.rbenv", "shims", "versions/*/bin"),
    _Manager("NODENV_ROOT", "~/.nodenv", "shims", "versions/*/bin"),
    _Manager("GOENV_ROOT", "~/.goenv", "shims", "versions/*/bin"),
    _Manager("ASDF_DATA_DIR", "~/.asdf", "shims", "installs/{tool}/*/bin"),
    _Manager("MISE_DATA_DIR", "~/.local/share/mise", "shims", "installs/{tool}/*/bin"),
    _Manager("VOLTA_HOME", "~/.volta", "bin", "tools/image/{tool}/*/bin"),
)
_RUSTUP = _Manager("RUSTUP_HOME", "~/.rustup", "", "toolchains/*/bin")
_RELEASE = re.compile(r"[vV]?([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})(?![0-9A-Za-z])")
_MOST_RELEASES = 200


def folders(place: Place) -> list[Path]:
    """The folders of PATH, in its order, but for those of the work tree and relative ones."""
    return [folder for folder, ours in _path(place) if not ours]


def candidates(program: Program, required: Sequence[Requirement], place: Place) -> Iterator[Path]:
    """The executables that may be a program, the one that a shell would take first.

    In the place of a version manager's stand-in come the releases that it has installed: those
    that are required, the newest first, then the others.
    """
    entries = _path(place)
    for executable in program.executables:
        path = _first(entries, executable, place)
        manager = None if path is None else _manager_of(path)
        if path is not None and manager is None:
            yield path
        elif path is not None and manager is not None:
            yield from _releases(manager, path, program, required)


def _path(place: Place) -> list[tuple[Path, bool]]:
    """The absolute folders of PATH, each with whether it is in the work tree."""
    found: dict[Path, bool] = {}
    for name in os.environ.get("PATH", os.defpath).split(os.pathsep):
        folder = Path(name)
        if name and folder.is_absolute():
            found.setdefault(folder, _is_within(folder, place))
    return list(found.items())


def _first(entries: Sequence[tuple[Path, bool]], executable: str, place: Place) -> Path | None:
    for folder, ours in entries:
        if ours:
            path = _environment(folder / executable, place)
        else:
            said = shutil.which(executable, path=str(folder))
            path = None if said is None else Path(said)
            # Windows looks in the current folder too, whatever it is told.
            if path is not None and (path.parent != folder or _is_within(path, place)):
                path = None
        if path is not None:
            return path
    return None


def _environment(link: Path, place: Place) -> Path | None:
    """The interpreter of a virtual environment that stands in the work tree.

    Its ``python`` is a link that leads to an interpreter elsewhere. That one is taken, and only
    where git does not track the link, so that no repository chooses what is started.
    """
    if not link.name.startswith("python") or not link.is_symlink():
        return None
    try:
        real = link.resolve()
    except RuntimeError:  # a link that leads to itself, on Python 3.11 and 3.12
        return None
    if not re.fullmatch(r"python[0-9.]*", real.name) or _is_within(real, place):
        return None
    return real if os.access(real, os.X_OK) and _is_untracked(link, place) else None


def _is_untracked(link: Path, place: Place) -> bool:
    """Whether git does not track a link, and no other link leads to it."""
    try:
        parts = link.relative_to(place.top).parts
    except ValueError:
        return False
    ways = [place.top.joinpath(*parts[:count]) for count in range(1, len(parts))]
    if any(way.is_symlink() for way in ways):
        return False
    name = "/".join(parts)
    status, tracked, _ = place.git.ask("--literal-pathspecs", "ls-files", "-z", "--", name)
    return status == 0 and not tracked


def _is_within(path: Path, place: Place) -> bool:
    """Whether a path is in the work tree, as it is written or where its links lead."""
    try:
        return path.is_relative_to(place.top) or path.resolve().is_relative_to(place.top.resolve())
    except RuntimeError:  # a link that leads to itself, on Python 3.11 and 3.12
        return True


def _manager_of(path: Path) -> _Manager | None:
    for manager in _MANAGERS:
        if path.parent == _root(manager) / manager.shims:
            return manager
    is_cargo = path.parent == Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo", "bin")
    return _RUSTUP if is_cargo and (_root(_RUSTUP) / "toolchains").is_dir() else None


def _releases(
    manager: _Manager, shim: Path, program: Program, required: Sequence[Requirement]
) -> list[Path]:
    """What a manager has installed of a program: what is required before others, then by age."""
    found: list[tuple[bool, tuple[int, ...], Path]] = []
    for tool in (program.name, *program.aliases) if "{tool}" in manager.releases else ("",):
        pattern = f"{manager.releases.format(tool=tool)}/{shim.name}"
        for path in islice(_root(manager).glob(pattern), _MOST_RELEASES):
            release = _RELEASE.match(path.parents[1].name)
            fits = release is not None and all(
                versions.satisfies(release[1], each) is not False for each in required
            )
            numbers = tuple(map(int, release[1].split("."))) if release else ()
            found.append((fits, numbers, path))
    return [path for _, _, path in sorted(found, reverse=True)]


def _root(manager: _Manager) -> Path:
    said = os.environ.get(manager.variable)
    return Path(said) if said else Path(manager.folder).expanduser()
