"""Where the files of a folder of decision records stand: looking, and writing nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio_git import beneath, files, gitio
from studio_git.core import adragree, adrfile, adrfolder
from studio_git.core.adragree import ALTERNATIVES, RATIONALE, STATUS, TITLE, Agreement, Move
from studio_git.core.adrfile import SUPERSEDED, Adr, Link
from studio_git.core.models import DriftKind, Unreadable
from studio_git.core.prose import one_line
from studio_git.core.redact import redact
from studio_git.core.text import content_hash
from studio_git.errors import NotBoundError, StudioError, UsageError
from studio_git.gitio import Place
from studio_git.services import binding, memory
from studio_git.services.decisionbase import Base, Bases, Folder
from studio_git.services.memory import Object
from studio_git.store import decisionfiles, supersedes
from studio_git.store.connection import Store
from studio_git.store.decisionfiles import KnownFile
from studio_git.store.projects import Repository

_BY = f"{SUPERSEDED} by "
_NO_BASE = Base(None, current=False, elsewhere=False)
_NEW_FILE = "file:"
"""Stands for the id of the decision that a file states which is not in the store yet."""

REMOVED = "removed in Studio"
ELSEWHERE = "Studio has what this line of history lacks"


@dataclass(frozen=True, slots=True)
class Standing:
    """One file of the folder, and the decision that it states.

    ``data`` is None where the file is absent or cannot be read. ``moved_from`` is the path that
    the file had when it was seen last. ``decision`` is None where there is none yet, or it was
    removed. What each side says is by field; ``base`` is what both last said.
    """

    path: str
    name: str
    data: bytes | None
    adr: Adr | None
    file: KnownFile | None
    moved_from: str | None
    decision: Object | None
    base: Base
    studio: Mapping[str, str] = field(default_factory=dict)
    repo: Mapping[str, str | None] = field(default_factory=dict)
    agreement: Agreement | None = None
    kind: DriftKind | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there is something here to bring together."""
        return self.kind is not None and self.reason != ELSEWHERE

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ."""
        if self.agreement is None:
            return ()
        return self.agreement.moved(Move.STUDIO, Move.REPO, Move.BOTH)

    @property
    def title(self) -> str:
        """What the decision is called, in Studio or else in the file."""
        if self.decision is not None:
            return str(self.decision["title"])
        return self.adr.title if self.adr is not None else self.name


def folder_at(store: Store, project_id: str, cwd: Path, words: Path | None) -> Folder:
    """The folder that is meant; without words the one that this clone's records stand in.

    That is the one that adr-tools noted, else the one that was used, else a usual one. Raises
    UsageError where there is none.
    """
    if words is not None:
        return _named(store, project_id, cwd, words)
    top = gitio.locate(cwd).top
    known = Counter(
        os.path.dirname(file.path)  # noqa: PTH120 - a path of the repository, not of this system
        for file in decisionfiles.known(store.db, project_id)
    )
    noted = files.read_bytes(top / adrfolder.POINTER, inside=top) or b""
    said = noted.decode("utf-8", "replace").strip()
    used = [path for path, _ in known.most_common()]
    for each in (*([said] if said else []), *used, *adrfolder.USUAL_FOLDERS):
        path = Path(os.path.realpath(top / each))
        if path.is_dir() and path.is_relative_to(top):
            return _folder(store, project_id, path, top)
    raise UsageError(
        "no folder of decision records is known here.",
        "Name one: git studio decision sync docs/decisions",
    )


def _named(store: Store, project_id: str, cwd: Path, words: Path) -> Folder:
    path = cwd / words
    try:
        top = gitio.locate(cwd).top
    except NotBoundError:
        real = Path(os.path.realpath(path))
        return _folder(store, project_id, real, real)
    try:
        return _folder(store, project_id, beneath.resolved(path, top), top)
    except beneath.LeadsOutError as error:
        raise UsageError(
            f"{path} is a symbolic link that leads out of the work tree.",
            "Name the folder that it leads to instead.",
        ) from error


def look(store: Store, project_id: str, folder: Folder) -> list[Standing]:
    """How the records of a folder stand, by name; writes nothing."""
    return _Look(store, project_id, folder).standings()


def differing(store: Store, repository: Repository, place: Place) -> list[Standing]:
    """The records of this worktree that do not agree with Studio, in the folders that are used.

    Where no record of the repository was ever brought together with Studio there are none.
    """
    used = {
        os.path.dirname(file.path)  # noqa: PTH120 - a path of the repository, not of this system
        for file in decisionfiles.known(store.db, repository.project_id)
    }
    found: list[Standing] = []
    for prefix in sorted(used):
        path = place.top / prefix
        if not os.path.isabs(prefix) and path.is_dir():  # noqa: PTH117 - of the repository
            folder = Folder(path, prefix, place.top, place, repository)
            found += [it for it in look(store, repository.project_id, folder) if it.is_open]
    return found


def newer_ids(said: str) -> tuple[str, ...]:
    """The decisions that a field Status names as those that superseded it."""
    return tuple(said.removeprefix(_BY).split()) if said.startswith(_BY) else ()


def studio_says(store: Store, decision: Object, in_folder: Iterable[str]) -> dict[str, str]:
    """What a decision says, field by field.

    Of those that superseded it the ones that have a file in the folder are named, else the last.
    """
    pairs = supersedes.known(store.db, [decision["id"]])
    newer = [pair["newer_id"] for pair in pairs if pair["older_id"] == decision["id"]]
    named = [each for each in newer if each in set(in_folder)] or newer[-1:]
    status = _BY + " ".join(sorted(set(named))) if named else decision["status"]
    alternatives = decision["alternatives"]
    listed = alternatives if isinstance(alternatives, list) else []
    texts = [one_line(str(each)) for each in listed]
    return {
        TITLE: decision["title"],
        RATIONALE: decision["rationale"] or "",
        ALTERNATIVES: "\n".join(
            text for text in texts if text and not adrfile.is_chosen(text, decision["title"])
        ),
        STATUS: status,
    }


class _Look:
    """One look at a folder, with all that it needs of store and disk read once."""

    def __init__(self, store: Store, project_id: str, folder: Folder) -> None:
        self.store = store
        self.folder = folder
        self.bases = Bases(store, folder)
        self.decisions = {it["id"]: it for it in memory.list_decisions(store, project_id)}
        self.every = decisionfiles.known(store.db, project_id)
        self.found = _read(folder)
        self.known = {
            file.path: file
            for file in self.every
            if os.path.dirname(file.path) == folder.prefix  # noqa: PTH120 - in the repository
        }
        adrs = {name: it[1] for name, it in self.found.items() if it[1] is not None}
        self.adrs = {
            name: adr
            for name, adr in adrs.items()
            if adrfolder.is_record(name, adr) or folder.known_as(name) in self.known
        }
        self.moved = self._moved()

    def standings(self) -> list[Standing]:
        """Every record, and every known file that is gone."""
        begun = [*self._records(), *self._gone()]
        ids = {it.name: it.decision["id"] for it in begun if it.decision is not None}
        newer = self._newer(ids)
        return sorted((self._judged(it, ids, newer) for it in begun), key=lambda it: it.path)

    def _records(self) -> list[Standing]:
        moved = self.moved
        taken = {file.decision_id for file in self.every}
        titles = Counter(_fold(adr.title) for adr in self.adrs.values())
        found = []
        for name, (data, _, reason) in self.found.items():
            path = self.folder.known_as(name)
            file = self.known.get(path) or moved.get(name)
            adr = self.adrs.get(name)
            named = file is not None or adrfolder.number_of(name) is not None
            if adr is None and not (reason and named):
                continue
            decision = self._decision(file)
            if file is None and adr is not None and titles[_fold(adr.title)] == 1:
                decision = self._titled(adr.title, taken)
            found.append(
                Standing(
                    path=path,
                    name=name,
                    data=data,
                    adr=adr,
                    file=file,
                    moved_from=file.path if file is not None and file.path != path else None,
                    decision=decision,
                    base=self._base(file, data),
                    kind=DriftKind.UNREADABLE if reason else None,
                    reason=reason,
                )
            )
        return found

    def _gone(self) -> list[Standing]:
        moved = {file.path for file in self.moved.values()}
        found = []
        for path, file in self.known.items():
            name = path.rpartition("/")[2]
            absent = name not in self.found and path not in moved
            if absent and file.decision_id is not None and self.bases.was_here(file):
                decision = self._decision(file)
                gone = Standing(path, name, None, None, file, None, decision, _NO_BASE)
                reason = "deleted from the repository"
                found.append(replace(gone, kind=DriftKind.MISSING_IN_REPO, reason=reason))
        return found

    def _judged(
        self, it: Standing, ids: Mapping[str, str], newer: Mapping[str, set[str]]
    ) -> Standing:
        if it.kind is not None or it.adr is None:
            return it
        repo = _repo_says(it.adr, newer.get(it.name, set()))
        if it.decision is None:
            if it.file is not None:
                return replace(it, repo=repo, reason=REMOVED)
            return replace(it, repo=repo, kind=DriftKind.MISSING_IN_STUDIO)
        studio = studio_says(self.store, it.decision, ids.values())
        agreement = adragree.compare(it.base.said, studio, repo)
        kind = agreement.kind
        behind = kind is DriftKind.STUDIO_AHEAD and it.base.elsewhere
        return replace(
            it, studio=studio, repo=repo, agreement=agreement, kind=kind,
            reason=ELSEWHERE if behind else "",
        )  # fmt: skip

    def _newer(self, ids: Mapping[str, str]) -> dict[str, set[str]]:
        """Which decisions superseded which record, by what either file says of it."""
        found: dict[str, set[str]] = {}
        for name, adr in self.adrs.items():
            for link in adr.superseded_by:
                target = adrfolder.file_of(link, self.adrs)
                decision_id = (
                    self._elsewhere(link) if target is None else ids.get(target, _NEW_FILE + target)
                )
                if decision_id is not None and target != name:
                    found.setdefault(name, set()).add(decision_id)
            for link in adr.supersedes:
                target = adrfolder.file_of(link, self.adrs)
                if target is not None and target != name:
                    found.setdefault(target, set()).add(ids.get(name, _NEW_FILE + name))
        return found

    def _moved(self) -> dict[str, KnownFile]:
        """Files that have another name than before, by the new one."""
        gone = [
            file for path, file in self.known.items() if path.rpartition("/")[2] not in self.found
        ]
        new = [name for name in self.adrs if self.folder.known_as(name) not in self.known]
        found: dict[str, KnownFile] = {}
        for file in gone:
            alike = [name for name in new if name not in found and self._is_moved(file, name)]
            if len(alike) == 1:
                found[alike[0]] = file
        return found

    def _is_moved(self, file: KnownFile, name: str) -> bool:
        syncs = decisionfiles.syncs(self.store.db, file.id)
        data, adr, _ = self.found[name]
        if not syncs or data is None or adr is None:
            return False
        said = syncs[0].said
        same_number = adrfolder.number_of(name) == adrfolder.number_of(file.path.rpartition("/")[2])
        return (
            content_hash(data) == syncs[0].content_hash
            or _fold(adr.title) == _fold(said.get(TITLE, ""))
            or (
                same_number
                and bool(adr.rationale)
                and adragree.same(RATIONALE, redact(adr.rationale), said.get(RATIONALE, ""))
            )
        )

    def _base(self, file: KnownFile | None, data: bytes | None) -> Base:
        return _NO_BASE if file is None or data is None else self.bases.of(file, content_hash(data))

    def _decision(self, file: KnownFile | None) -> Object | None:
        return None if file is None else self.decisions.get(file.decision_id or "")

    def _titled(self, title: str, taken: set[str | None]) -> Object | None:
        """The one decision of that title that no file states yet."""
        wanted = _fold(redact(title))
        same = [it for it in self.decisions.values() if _fold(it["title"]) == wanted]
        return same[0] if len(same) == 1 and same[0]["id"] not in taken else None

    def _elsewhere(self, link: Link) -> str | None:
        """The decision that a mention means which leads to no file that is here."""
        file = self.known.get(self.folder.known_as(link.target.rpartition("/")[2]))
        if file is not None and file.decision_id is not None:
            return file.decision_id
        words = adrfile.parse(f"# {link.words}").title
        same = [it["id"] for it in self.decisions.values() if _fold(it["title"]) == _fold(words)]
        return str(same[0]) if len(same) == 1 else None


def _repo_says(adr: Adr, newer: set[str]) -> dict[str, str | None]:
    """What a file says, field by field, as the store may have it: without secrets."""
    status = _BY + " ".join(sorted(newer)) if newer else adr.status or decisionfiles.ACCEPTED
    alternatives = None
    if adr.alternatives is not None:
        others = (it for it in adr.alternatives if not adrfile.is_chosen(it, adr.title))
        alternatives = "\n".join(redact(each) for each in others)
    return {
        TITLE: redact(adr.title) or None,
        RATIONALE: redact(adr.rationale),
        ALTERNATIVES: alternatives,
        STATUS: redact(status),
    }


def _read(folder: Folder) -> dict[str, tuple[bytes | None, Adr | None, str]]:
    """The files that can be records: bytes, what they say, and why they cannot be read."""
    found: dict[str, tuple[bytes | None, Adr | None, str]] = {}
    try:
        names = sorted(name for name, _ in beneath.entries(folder.path, inside=folder.inside))
    except FileNotFoundError:
        return {}
    except beneath.LeadsOutError:
        return {}
    except OSError as error:
        raise StudioError(
            f"{folder.path} cannot be read: {error.strerror}.", "It has to be a folder."
        ) from error
    for name in filter(adrfolder.may_be_record, names):
        side = files.read_side(folder.path / name, inside=folder.inside)
        if isinstance(side, Unreadable):
            found[name] = None, None, side.reason
        elif side is not None:
            found[name] = side, adrfile.parse(side.decode("utf-8")), ""
    return found


def _folder(store: Store, project_id: str, path: Path, top: Path) -> Folder:
    """A folder that really stands there, as far as a look tells; ``top`` is our work tree's."""
    inside = top if path.is_relative_to(top) else path
    there = path
    while not there.is_dir() and there != there.parent:
        there = there.parent
    try:
        place = gitio.locate(there)
        repository = binding.bound(store, place)
    except NotBoundError:
        return Folder(path, path.as_posix(), inside, None, None)
    if repository.project_id != project_id or not path.is_relative_to(place.top):
        return Folder(path, path.as_posix(), inside, None, None)
    prefix = path.relative_to(place.top).as_posix()
    return Folder(path, "" if prefix == "." else prefix, place.top, place, repository)


def _fold(text: str) -> str:
    return one_line(text).casefold()
