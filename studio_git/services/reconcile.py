"""What git holds that the store has not captured: references now against references then.

Local branches and each worktree's detached HEAD are walked. Where they stood at the last
capture is remembered by name; where everything stood when the clone was bound is remembered as
``start:OID``, because what is older belongs to a backfill even if its branch comes back.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.gitio import Git, Place
from studio_git.services import history
from studio_git.services.history import Walked
from studio_git.store import commits, refs
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

START = "start:"
_BRANCHES = "refs/heads/"
_REBASES = ("rebase-merge", "rebase-apply")
_OID = re.compile(rb"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a clone's references stand: name to oid.

    ``refs`` holds the branches by full name, and where HEAD is detached ``main-worktree/HEAD`` or
    ``worktrees/ID/HEAD`` (git's own names). ``heads`` are the commits of all HEADs by those
    names, ``current`` the branches of worktrees by their git directories. ``paused`` are the names
    of HEADs that were passed over.
    """

    refs: Mapping[str, str]
    heads: Mapping[str, str]
    current: Mapping[Path, str]
    paused: frozenset[str] = frozenset()

    @property
    def tips(self) -> set[str]:
        """All that is reachable from."""
        return {*self.refs.values(), *self.heads.values()}

    def branch(self, tip: str, git_dir: Path) -> str | None:
        """The short name of the branch at ``tip``: the worktree's own, else the first of them."""
        names = [
            name for name, oid in self.refs.items() if oid == tip and name.startswith(_BRANCHES)
        ]
        own = self.current.get(git_dir)
        found = own if own in names else next(iter(names), None)
        return None if found is None else found.removeprefix(_BRANCHES)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed since the last capture, and how to read it.

    ``left`` is where the references stood that moved or are gone, ``known`` what need not be read.
    """

    standing: Standing
    moved: Mapping[str, str]
    gone: frozenset[str]
    known: frozenset[str]
    left: frozenset[str] = frozenset()

    @property
    def anything(self) -> bool:
        """False where every reference stands where it stood."""
        return bool(self.moved or self.gone)


def standing(place: Place, *, settled: Collection[Path] = ()) -> Standing:
    """Where the references stand.

    A worktree in the middle of a rebase is passed over, because what stands there may be taken
    back; ``settled`` are git directories whose rebase is known to be over.
    """
    git = history.reader(place)
    found = {}
    for line in git.run(
        "for-each-ref", "--format=%(objectname) %(refname)", _BRANCHES
    ).splitlines():
        tip, _, ref = line.partition(b" ")
        found[history.path_text(ref)] = tip.decode("ascii")
    heads: dict[str, str] = {}
    current: dict[Path, str] = {}
    paused = set()
    for git_dir, oid, branch in _worktrees(git, place):
        name = _head_name(git_dir, place.common_dir)
        heads[name] = oid
        rebasing = any((git_dir / name).exists() for name in _REBASES)
        if branch:
            current[git_dir] = branch
        elif git_dir in settled or not rebasing:
            found[name] = oid
        else:
            paused.add(name)
    return Standing(found, heads, current, frozenset(paused))


def difference(
    store: Store, repository: Repository, now: Standing, *, whole: bool = False
) -> Difference:
    """What moved since the last capture of this clone; with ``whole`` all since it was bound."""
    remembered = refs.every(store.db, repository.id)
    then = {name: oid for name, oid in remembered.items() if not name.startswith(START)}
    moved = {name: oid for name, oid in now.refs.items() if then.get(name) != oid}
    gone = frozenset(then) - frozenset(now.refs) - now.paused
    return Difference(
        standing=now,
        moved=now.refs if whole else moved,
        gone=gone,
        known=frozenset(
            oid for name, oid in remembered.items() if oid and (name.startswith(START) or not whole)
        ),
        left=frozenset(then[name] for name in (*moved, *gone) if name in then),
    )


def lost(store: Store, repository: Repository, place: Place, found: Difference) -> set[str]:
    """The commits that the references reached before and that nothing reaches now.

    Of those that git has removed since, the captured ones.
    """
    git = history.reader(place)
    left = set(found.left)
    removed: set[str] = set()
    present: set[str] = set()
    while left:
        here = set(history.existing(git, left))
        present |= here
        removed |= left - here
        known = commits.by_oid(store.db, repository.project_id, left - here)
        left = {parent for one in known.values() for parent in one.commit.parents}
        left -= removed | present
    return removed | history.only_from(git, present, found.standing.tips)


def read(place: Place, found: Difference, *, local_only: bool) -> Iterator[Walked]:
    """The commits that are new by the references, parents first, merges with their own files.

    With ``local_only`` nothing that a remote-tracking branch holds. Raises GitError where an
    object is missing.
    """
    git = history.reader(place)
    known = set(history.existing(git, found.known))
    if local_only:
        known |= set(_oids(git, "refs/remotes/"))
    tips = dict.fromkeys(found.moved.values())
    if history.partial(git):
        return _read_partial(git, list(tips), known)
    return history.walk(git, tips, known, shallow=shallow(place.common_dir))


def remember_start(store: Store, repository: Repository, place: Place) -> None:
    """Capture begins here: remember where everything stands, unless that was done before.

    Called when a clone is bound. Remote-tracking branches and tags count, so that what is
    checked out later does not bring its history along.
    """
    git = history.reader(place)
    now = standing(place)
    oids = {*now.refs.values(), *now.heads.values(), *_oids(git, "refs/remotes/")}
    oids |= history.unreachable(git, history.existing(git, _tagged(git)), oids)
    marks = {START: ""} | {f"{START}{oid}": oid for oid in sorted(oids)}
    with store.writing() as db:
        if START not in refs.every(db, repository.id):
            refs.remember(db, repository.id, marks | dict(now.refs))


def _read_partial(git: Git, tips: list[str], known: set[str]) -> Iterator[Walked]:
    """Commit by commit, so that one whose files cannot be counted costs only its own files."""
    for walked in history.walk_without_files(git, tips, known):
        yield history.with_files(git, walked)


def _worktrees(git: Git, place: Place) -> Iterator[tuple[Path, str, str]]:
    """Each worktree's git directory, HEAD and branch (empty: detached); those without commits not.

    The format is of git-worktree(1).
    """
    linked = _linked(place.common_dir)
    first = True
    for block in git.run("worktree", "list", "--porcelain", "-z").split(b"\0\0"):
        if not block.strip(b"\0"):
            continue
        lines = [line.partition(b" ") for line in block.split(b"\0") if line]
        fields = {key: value for key, _, value in lines}
        path = Path(os.fsdecode(fields[b"worktree"]))
        git_dir = place.common_dir if first else linked.get(path.resolve())
        first = False
        oid = fields.get(b"HEAD", b"")
        if git_dir is not None and _OID.fullmatch(oid) and oid.strip(b"0"):
            branch = history.path_text(fields.get(b"branch", b""))
            yield git_dir, oid.decode("ascii"), branch


def _linked(common_dir: Path) -> dict[Path, Path]:
    """The git directory of each linked worktree, by the worktree's top."""
    found = {}
    folder = common_dir / "worktrees"
    for git_dir in sorted(folder.iterdir()) if folder.is_dir() else ():
        back = files.read_bytes(git_dir / "gitdir")
        if back is not None:
            dot_git = git_dir / os.fsdecode(back).rstrip("\n")  # relative since git 2.48
            found[dot_git.parent.resolve()] = git_dir.resolve()
    return found


def _head_name(git_dir: Path, common_dir: Path) -> str:
    if git_dir == common_dir:
        return "main-worktree/HEAD"
    return f"worktrees/{history.path_text(os.fsencode(git_dir.name))}/HEAD"


def _oids(git: Git, pattern: str) -> list[str]:
    return git.run("for-each-ref", "--format=%(objectname)", pattern).decode("ascii").split()


def _tagged(git: Git) -> list[str]:
    """What tags name, peeled; nothing where a tag's object is missing."""
    _, output, _ = git.ask("for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags/")
    return output.decode("ascii").split()


def shallow(common_dir: Path) -> frozenset[str]:
    """The commits whose parents a shallow clone does not have (gitrepository-layout(5))."""
    data = files.read_bytes(common_dir / "shallow") or b""
    return frozenset(data.decode("ascii", "replace").split())
