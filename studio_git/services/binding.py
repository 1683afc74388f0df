"""Which clone is bound to which project: a note in the clone, a row in the store, both agreeing.

The note alone binds nothing: a folder that was copied, or a crafted ``.git`` file, brings the
note along, and is told from the clone that the user bound by where it stands.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from studio_git import config, files
from studio_git.core import jsontext
from studio_git.errors import NotBoundError
from studio_git.gitio import Place
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

INIT_HINT = "Bind it with: git studio init"


@dataclass(frozen=True, slots=True)
class Note:
    """What the clone itself remembers of its binding; ``top`` is the work tree it was bound in."""

    repository_id: str
    home: str
    top: str


def studio_dir(common_dir: Path) -> Path:
    """Where what is ours lives in a clone."""
    return common_dir / "studio"


def note_path(common_dir: Path) -> Path:
    """The clone's note of its binding."""
    return studio_dir(common_dir) / "binding.json"


def read_note(common_dir: Path) -> Note | None:
    """The clone's note; None if there is none, or none that can be read."""
    data = files.read_bytes(note_path(common_dir))
    if data is None:
        return None
    try:
        content = jsontext.loads(data, mend=False)  # paths are bytes
        return Note(str(content["repository"]), str(content["home"]), str(content["top"]))
    except (ValueError, KeyError, TypeError):
        return None


def write_note(common_dir: Path, note: Note) -> None:
    """Leave the note in the clone."""
    path = note_path(common_dir)
    content = {"repository": note.repository_id, "home": note.home, "top": note.top}
    data = json.dumps(content, indent=1).encode()
    found = files.read_bytes(path)
    if found != data:
        files.write_whole(
            path, data, inside=common_dir, expected=found, lock=studio_dir(common_dir) / "lock"
        )


def forget_checks(common_dir: Path) -> None:
    """Let the next commit in every worktree look at its context files afresh."""
    for git_dir in (common_dir, *(common_dir / "worktrees").glob("*")):
        (studio_dir(git_dir) / "check").unlink(missing_ok=True)


def home_of(place: Place) -> Path:
    """The Studio home of a clone: the environment's, the user's configuration's, the note's.

    Raises ConfigError where the clone names one that lies in itself: that is a store that came
    with it, and not the user's.
    """
    if os.environ.get("STUDIO_HOME"):
        return config.studio_home()
    note = read_note(place.common_dir)
    said = config.recorded_home(place.git) or (note.home if note is not None else None)
    home = config.studio_home(said)
    for folder in (place.top, place.common_dir) if said else ():
        if home.resolve().is_relative_to(folder.resolve()):
            raise config.ConfigError(
                f"{place.top} names a Studio home that lies in itself, {home}; it is not used.",
                "STUDIO_HOME, or git config --global studio.home, names yours.",
            )
    return home


def bound(store: Store, place: Place) -> Repository:
    """The bound clone that ``place`` is in. Raises NotBoundError with what to do.

    A clone that was moved is found by its note, and its row follows it.
    """
    note = read_note(place.common_dir)
    if note is None:
        raise NotBoundError(f"{place.top} is not bound to a project.", INIT_HINT)
    found = projects.repository(store.db, note.repository_id)
    if found is None:
        raise NotBoundError(
            f"{place.top} is bound to a project that the store in {store.home} does not know.",
            INIT_HINT,
        )
    if found.common_dir != str(place.common_dir):
        if not _point_at_each_other(place):
            raise _foreign(place)
        found = _moved(store, place, found)
    if not is_its_worktree(place, found):
        raise _foreign(place)
    return found


def is_primary(store: Store, repository: Repository, place: Place) -> bool:
    """True for the one worktree whose files the data model's rows describe."""
    first = projects.repositories(store.db, repository.project_id)[0]
    return first.id == repository.id and repository.primary_worktree == str(place.top)


def _moved(store: Store, place: Place, found: Repository) -> Repository:
    other = read_note(Path(found.common_dir))
    if other is not None and other.repository_id == found.id:
        raise NotBoundError(
            f"{place.top} is a copy of {found.primary_worktree} and is not bound itself.", INIT_HINT
        )
    was_main = place.git_dir == place.common_dir
    moved = Repository(
        id=found.id,
        project_id=found.project_id,
        common_dir=str(place.common_dir),
        primary_worktree=str(place.top) if was_main else found.primary_worktree,
        confirmed=found.confirmed,
    )
    if store.writable:
        with store.writing() as db:
            projects.bind(db, moved)
            if was_main and is_primary(store, moved, place):
                projects.change(db, moved.project_id, repo_path=str(place.top))
    return moved


def is_its_worktree(place: Place, repository: Repository) -> bool:
    """True where git directory and work tree point at each other, or the user bound just this."""
    bound_so = place.git_dir == place.common_dir and str(place.top) == repository.primary_worktree
    return bound_so or _point_at_each_other(place)


def _point_at_each_other(place: Place) -> bool:
    """True where the git directory says of this work tree what the work tree says of it.

    A worktree's git directory has to lie where git puts it: one that stands elsewhere and names
    the clone as its common directory was made by somebody who cannot write to the clone. A link
    in the place of ``.git`` says nothing: anybody can make one.
    """
    dot_git = place.top / ".git"
    if dot_git.is_symlink():
        return False
    if place.git_dir != place.common_dir:
        if place.git_dir.parent != place.common_dir / "worktrees":
            return False
        back = files.read_bytes(place.git_dir / "gitdir")
        return back is not None and Path(os.fsdecode(back).strip()).resolve() == dot_git.resolve()
    if dot_git.is_dir():
        return dot_git.resolve() == place.git_dir
    said = os.fsdecode(files.read_bytes(dot_git) or b"").strip().removeprefix("gitdir: ")
    if not said or (place.top / said).resolve() != place.git_dir:
        return False
    back_to = place.git.config("core.worktree")  # a submodule's, or that of a separate directory
    return back_to is not None and (place.git_dir / back_to).resolve() == place.top.resolve()


def _foreign(place: Place) -> NotBoundError:
    return NotBoundError(
        f"{place.top} points at the git directory of another clone and does not share its binding.",
        INIT_HINT,
    )
