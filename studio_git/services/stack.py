"""A project's tech stack: detected from its files, put right by hand, mapped to the registry.

Detection changes only what it wrote itself. What a person added, edited or removed stays so, here
or in any other program, and so does a row that is mapped to a registry item.
"""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from studio_git.core import technologies, versions
from studio_git.core.prose import one_line, shorten
from studio_git.core.registryfiles import ItemType
from studio_git.core.registryfiles import technologies as names_in
from studio_git.core.technologies import Technology
from studio_git.core.technologytable import Category
from studio_git.errors import NotFoundError, UsageError
from studio_git.gitio import Place
from studio_git.services import manifestfiles, registry
from studio_git.services.manifestfiles import Manifests
from studio_git.services.memory import Object
from studio_git.services.registry import Item
from studio_git.store import stack
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.stack import Entry

_MAPPED_TYPES = (ItemType.SKILL, ItemType.AGENT, ItemType.TOOL)
_LONGEST = 100
_NEXT = re.compile(r"(?:[,;]|\s(?:and|or|\+|&))\s+(?=[^\W\d])")


@dataclass(slots=True)
class Detection:
    """What detection found and what came of it, each as name, category and version.

    ``kept`` are rows that differ from what was found, or that nothing declares any more, and
    that stay because a person edited or mapped them.
    """

    manifests: Manifests
    found: Sequence[Technology]
    added: list[Technology] = field(default_factory=list)
    updated: list[tuple[Entry, Technology]] = field(default_factory=list)
    removed: list[Entry] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A registry item that fits a technology, and the words of its file that say so.

    ``fits`` is False where those words speak of other versions of it.
    """

    entry: Entry
    item: Item
    words: str
    fits: bool


def detect(store: Store, repository: Repository, place: Place, *, write: bool = True) -> Detection:
    """Detect the stack of a work tree, and write it unless told not to."""
    manifests = manifestfiles.read(place)
    found = technologies.detect(manifests.files)
    detection = Detection(manifests, found)
    if not write:
        _decide(store, repository, detection)
        return detection
    with store.writing():  # what is decided and what is written are of one moment
        _decide(store, repository, detection)
        _write(store, repository, detection)
    return detection


def entries(store: Store, project_id: str) -> list[Entry]:
    """The rows of a project's stack, by category."""
    return stack.entries(store.db, project_id)


def objects(store: Store, project_id: str) -> list[Object]:
    """The rows as JSON shows them, each with the registry items that it is mapped to."""
    items = {(item.type.value, item.id): item for item in registry.items(store)}
    mapped: dict[str, list[Object]] = {}
    for row in stack.mappings(store.db, project_id):
        item = items.get((row["registry_type"], row["registry_id"]))
        mapped.setdefault(row["tech_stack_id"], []).append(
            {
                "type": row["registry_type"],
                "id": row["registry_id"],
                "name": item.name if item else None,
            }
        )
    return [
        {
            "id": entry.id,
            "project_id": project_id,
            "category": entry.category,
            "name": entry.name,
            "version": entry.version,
            "sort_order": entry.sort_order,
            "created_at": entry.created_at,
            "detected": entry.detected,
            "mapped": mapped.get(entry.id, []),
        }
        for entry in stack.entries(store.db, project_id)
    ]


def find(store: Store, project_id: str, words: str) -> Entry:
    """The one row that a person means, by its name in any case or its id.

    Raises NotFoundError, and UsageError where it may be several.
    """
    every = stack.entries(store.db, project_id)
    found = [entry for entry in every if entry.id == words] or _named(every, words)
    if not found and len(words) >= 4:
        found = [entry for entry in every if entry.id.startswith(words)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{entry.id[:13]} {entry.category}" for entry in found)
        raise UsageError(f"{one_line(words)} may be several: {listed}.", "Name it by its id.")
    alike = difflib.get_close_matches(words, [entry.name for entry in every], n=3)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else "See it: git studio stack list"
    raise NotFoundError(f"there is no {one_line(words)} in the tech stack.", hint)


def add(
    store: Store,
    project_id: str,
    name: str,
    *,
    category: Category | None = None,
    version: str | None = None,
) -> tuple[Entry, bool]:
    """Add a technology by hand, or change the one of that name; the row, and whether it is new.

    What is not told stays as it is. A technology that we know needs no category. Raises
    UsageError.
    """
    wanted = shorten(name, _LONGEST)
    if not wanted:
        raise UsageError("a technology needs a name.", "Write it as people do: FastAPI")
    said = None if version is None else shorten(version, _LONGEST) or None
    with store.writing() as db:
        same = _named(stack.entries(db, project_id), wanted)
        if len(same) > 1 and category is not None:
            same = [entry for entry in same if entry.category == category.value]
        if len(same) > 1:
            raise UsageError(
                f"{wanted} stands in several categories.", "Say which with --category."
            )
        known = technologies.known_as(wanted)
        if same:
            entry = same[0]
            stack.change(
                db,
                entry.id,
                category=entry.category if category is None else category.value,
                version=entry.version if version is None else said,
            )
            stack.forget(db, project_id, entry.name)
            return find(store, project_id, entry.id), False
        chosen = category or (known[1] or Category.FRONTEND if known else None)
        if chosen is None:
            raise UsageError(
                f"{wanted} is not a technology that is known here.",
                f"Say where it belongs with --category: {', '.join(Category)}.",
            )
        entry_id = str(uuid.uuid4())
        title = known[0] if known else wanted
        stack.add(db, entry_id, project_id, category=chosen.value, name=title, version=said)
        stack.forget(db, project_id, title)
    return find(store, project_id, entry_id), True


def remove(store: Store, project_id: str, words: str) -> Entry:
    """Take a technology out, with its mappings; detection does not bring it back."""
    with store.writing() as db:
        entry = find(store, project_id, words)
        stack.delete(db, entry.id)
        stack.remember(
            db,
            project_id,
            None,
            category=entry.category,
            name=entry.name,
            version=entry.version,
            repository_id=None,
        )
    return entry


def proposals(store: Store, project_id: str) -> list[Proposal]:
    """The registry items whose Tech Stack Compatibility names a technology of the stack.

    Those that are mapped to it are left out. Files of the registry are read for this.
    """
    every = stack.entries(store.db, project_id)
    mapped = {tuple(row) for row in stack.mappings(store.db, project_id)}
    found = []
    for item in registry.items(store):
        if item.type not in _MAPPED_TYPES:
            continue
        named = [(words, names_in([words])) for words in item.compatibility]
        for entry in every:
            if (entry.id, item.type.value, item.id) in mapped:
                continue
            wanted = names_in([entry.name])
            shared = [(words, min(names & wanted)) for words, names in named if names & wanted]
            if shared:
                fits = any(versions.holds_for(_after(*each), entry.version) for each in shared)
                found.append(Proposal(entry, item, shared[0][0], fits))
    return found


def map_items(store: Store, chosen: Sequence[Proposal]) -> int:
    """Record proposals in ``tech_mappings``; how many were new."""
    with store.writing() as db:
        return sum(
            stack.map_item(db, str(uuid.uuid4()), each.entry.id, each.item.type.value, each.item.id)
            for each in chosen
        )


def unmap(store: Store, project_id: str, words: str) -> int:
    """Remove the mappings of a registry item, or else of a technology; how many there were.

    Raises NotFoundError where neither of that name is mapped.
    """
    with store.writing() as db:
        pairs = [tuple(row) for row in stack.mappings(db, project_id)]
        folded = words.casefold()
        items = {
            (item.type.value, item.id)
            for item in registry.items(store)
            if folded in map(str.casefold, item.words)
        }
        items |= {(kind, item_id) for _, kind, item_id in pairs if item_id == words}
        chosen = [pair for pair in pairs if pair[1:] in items]
        if not chosen:
            rows = {entry.id for entry in _named(stack.entries(db, project_id), words)}
            chosen = [pair for pair in pairs if pair[0] in rows]
        if not chosen:
            raise NotFoundError(
                f"nothing called {one_line(words)} is mapped.", "See: git studio stack list"
            )
        return stack.unmap(db, chosen)


def _decide(store: Store, repository: Repository, detection: Detection) -> None:
    every = stack.entries(store.db, repository.project_id)
    gone = stack.removed(store.db, repository.project_id)
    declared = set()
    for technology in detection.found:
        declared.add(technology.name.casefold())
        same = _named(every, technology.name)
        if not same and technology.name.casefold() not in gone:
            detection.added.append(technology)
        for entry in same:
            if _says(entry, technology):
                continue
            if entry.detected and len(same) == 1:
                detection.updated.append((entry, technology))
            else:
                detection.kept.append(entry)
    for entry in every:
        ours = entry.detected and entry.repository_id in (None, repository.id)
        if ours and entry.name.casefold() not in declared:
            (detection.kept if entry.mapped else detection.removed).append(entry)


def _write(store: Store, repository: Repository, detection: Detection) -> None:
    db, project_id = store.db, repository.project_id
    for entry in detection.removed:
        stack.delete(db, entry.id)
        stack.forget(db, project_id, entry.name)
    for technology in detection.added:
        stack.add(
            db,
            str(uuid.uuid4()),
            project_id,
            category=technology.category.value,
            name=technology.name,
            version=technology.version,
        )
    for entry, technology in detection.updated:
        stack.change(db, entry.id, category=technology.category.value, version=technology.version)
    added = {technology.name for technology in detection.added}
    updated = {entry.id for entry, _ in detection.updated}
    every = stack.entries(db, project_id)
    for technology in detection.found:
        for entry in _named(every, technology.name):
            agrees = entry.written and _says(entry, technology)
            if technology.name in added or entry.id in updated or agrees:
                stack.remember(
                    db,
                    project_id,
                    entry.id,
                    category=entry.category,
                    name=entry.name,
                    version=entry.version,
                    repository_id=repository.id,
                )


def _says(entry: Entry, technology: Technology) -> bool:
    return (entry.category, entry.version) == (technology.category.value, technology.version)


def _named(among: Sequence[Entry], words: str) -> list[Entry]:
    folded = " ".join(words.split()).casefold()
    return [entry for entry in among if entry.name.casefold() == folded]


def _after(words: str, name: str) -> str:
    """What stands behind a technology's name in an entry, up to the next one in it."""
    return _NEXT.split(words.casefold().partition(name)[2], maxsplit=1)[0]
