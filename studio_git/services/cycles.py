"""Cycles: started, used, completed by hand, and which one a commit belongs to.

A commit belongs to the cycle that its trailer names, else to the one that its branch's name
speaks of, else to the one that was in use in its worktree at the time. What is active now is
told by the same rule.
"""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum

from studio_git.core import cyclenames, times
from studio_git.core.cyclenames import Named
from studio_git.core.prose import many_lines, one_line
from studio_git.errors import NotFoundError, UsageError
from studio_git.gitio import Git, Place, zsplit
from studio_git.services import history, journal
from studio_git.store import activity, cycles
from studio_git.store.activity import ActivityType
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

Row = sqlite3.Row

_REFLOG = 5000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CycleType(StrEnum):
    """``cycles.cycle_type`` of the data model."""

    FEATURE = "feature"
    SPIKE = "spike"
    BUGFIX = "bugfix"
    RESEARCH = "research"


class Phase(StrEnum):
    """``cycles.phase`` of the data model, in their order."""

    BRAINSTORM = "brainstorm"
    DEFINE = "define"
    REFINE = "refine"
    IMPLEMENT = "implement"
    TEST = "test"
    COMPLETE = "complete"


def code(row: Row) -> str:
    """The short code of a cycle; empty where it has none yet."""
    return "" if row["number"] is None else cyclenames.code(row["number"])


def every(store: Store, project_id: str | None) -> list[Row]:
    """The cycles of a project or of all, those under way first, each with its code."""
    _give_codes(store)
    return cycles.every(store.db, project_id)


def find(store: Store, project_id: str, words: str) -> Row:
    """The one cycle that a person means: by id, code, name in any case, or the start of an id.

    Raises NotFoundError with the names that are alike, and UsageError where it may be several.
    """
    _give_codes(store)
    return one_of(cycles.every(store.db, project_id), words)


def one_of(rows: Sequence[Row], words: str) -> Row:
    """The one of some cycles that a person means. Raises as :func:`find`."""
    found = cycles.matching(rows, words)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{code(row) or row['id'][:13]} {row['name']}" for row in found)
        raise UsageError(f"{words} may be several cycles: {listed}.", "Name it by its code.")
    names = [str(row["name"]) for row in rows]
    alike = difflib.get_close_matches(words, names, n=3)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else "See them: git studio cycle list"
    raise NotFoundError(f"there is no cycle {one_line(words)}.", hint)


def active(store: Store, repository: Repository, place: Place) -> Row | None:
    """The cycle that a commit in this worktree would belong to now; None: to none."""
    _give_codes(store)
    db = store.db
    found = by_branch(store, repository, place)
    if found is not None:
        return found
    now = int(time.time())
    chosen = cycles.used(db, repository.id, worktree_name(place), now, times.to_store(now))
    return None if chosen is None else cycles.get(db, chosen)


def by_branch(store: Store, repository: Repository, place: Place) -> Row | None:
    """The cycle that the name of this worktree's branch speaks of."""
    status, output, _ = place.git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
    if status:
        return None
    branch = history.path_text(output.removesuffix(b"\n"))
    found = cyclenames.of_branch(
        branch, cycles.named(cycles.every(store.db, repository.project_id))
    )
    return None if found is None else cycles.get(store.db, found)


def start(
    store: Store,
    project_id: str,
    name: str,
    *,
    cycle_type: CycleType = CycleType.FEATURE,
    intent: str | None = None,
    description: str | None = None,
    criteria: Sequence[str] = (),
    due: str | None = None,
) -> Row:
    """Begin a cycle. Raises UsageError for a name that is empty, a code, or of one under way."""
    name = fit_name(name)
    due_at = None if due is None else due_time(due)
    cycle_id = str(uuid.uuid4())
    with store.writing() as db:
        require_free(db, project_id, name)
        cycles.add(
            db,
            cycle_id,
            project_id,
            name=name,
            cycle_type=cycle_type.value,
            intent=many_lines(intent or "") or None,
            description=many_lines(description or "") or None,
            success_criteria=criteria_text(criteria),
            due_at=due_at,
        )
        cycles.give_codes(db)
        _log(db, project_id, ActivityType.CYCLE_STARTED, cycle_id, name)
    return again(store, cycle_id)


def fit_name(text: str) -> str:
    """A name as it can be a cycle's. Raises UsageError for one that is empty, or a code."""
    name = one_line(text)
    if not name:
        raise UsageError("a cycle needs a name.", "Write it in quotes: git studio cycle start NAME")
    if cyclenames.read_code(name) is not None:
        raise UsageError(f"{name} is a code, not a name.", "Codes are given by themselves.")
    return name


def require_free(
    db: sqlite3.Connection, project_id: str, name: str, *, but: str | None = None
) -> None:
    """Raise UsageError where a cycle under way has the name; ``but`` is one that may."""
    for row in cycles.find(db, project_id, name):
        taken = row["name"].casefold() == name.casefold() and row["completed_at"] is None
        if taken and row["id"] != but:
            raise UsageError(
                f"a cycle {row['name']} is under way already.",
                "Use it, or choose another name: git studio cycle use NAME",
            )


def criteria_text(criteria: Sequence[str]) -> str:
    """Success criteria as the store keeps them: a JSON array."""
    texts = [one_line(text) for text in criteria if one_line(text)]
    return json.dumps(texts, ensure_ascii=False)


def due_time(text: str) -> str:
    """The beginning of a day as the store writes times. Raises UsageError for what is no date."""
    words = text.strip()
    try:
        if _DATE.fullmatch(words):
            return f"{date.fromisoformat(words).isoformat()} 00:00:00"
    except ValueError:
        pass
    raise UsageError(f"{one_line(text)} is not a date.", "Write it like 2025-03-31.")


def overdue(row: Row, today: str) -> bool:
    """True for a cycle under way whose last day is over; ``today`` is as 2025-03-31."""
    return row["completed_at"] is None and bool(row["due_at"]) and str(row["due_at"])[:10] < today


def set_phase(store: Store, row: Row, phase: Phase) -> Row:
    """Bring a cycle into a phase; ``complete`` completes it, any other takes that back."""
    completes = phase is Phase.COMPLETE and row["completed_at"] is None
    with store.writing() as db:
        cycles.set_phase(db, row["id"], phase.value)
        if completes:
            _log(db, row["project_id"], ActivityType.CYCLE_COMPLETED, row["id"], row["name"])
    return again(store, row["id"])


def use(store: Store, repository: Repository, place: Place, row: Row | None) -> list[str]:
    """Let the commits of this worktree belong to a cycle from now on; None: to none.

    It is also noted in the clone's journal, since git cannot give it back; what could not be
    noted is returned as text. Raises UsageError for a cycle that is complete.
    """
    if row is not None and row["completed_at"] is not None:
        raise UsageError(
            f"{row['name']} is complete.",
            f"Take it up again first: git studio cycle phase {code(row)} implement",
        )
    now = int(time.time())
    worktree = worktree_name(place)
    with store.writing() as db:
        cycles.use(db, repository.id, worktree, now, None if row is None else row["id"])
    line = {
        "worktree": worktree,
        "since": now,
        "cycle": None if row is None else row["id"],
        "code": None if row is None else code(row),
        "name": None if row is None else row["name"],
    }
    return journal.keep(place, [json.dumps(line, ensure_ascii=False)])


def worktree_name(place: Place) -> str:
    """A worktree as git names it in references: ``main-worktree`` or ``worktrees/ID``."""
    if place.git_dir == place.common_dir:
        return "main-worktree"
    return f"worktrees/{history.path_text(place.git_dir.name.encode('utf-8', 'surrogateescape'))}"


def imply(
    db: sqlite3.Connection,
    repository: Repository,
    place: Place,
    heads: Collection[str],
    fresh: Sequence[Captured],
) -> None:
    """Find the cycles of new commits that do not name one, by branch and by worktree.

    Inside the caller's transaction. ``heads`` are the names of all worktrees' HEADs.
    """
    if not cycles.every(db, repository.project_id):
        return
    cycles.give_codes(db)
    by_branch = _by_branch(cycles.every(db, repository.project_id))
    made_in = _made_in(place, heads) if cycles.any_used(db, repository.id) else None
    found = []
    for one in fresh:
        chosen = by_branch(one) or _in_use(db, repository, one, made_in)
        if chosen is not None:
            found.append((one.id, chosen))
    cycles.imply(db, found)


def _by_branch(rows: Sequence[Row]) -> Callable[[Captured], str | None]:
    """Tells the cycle that a commit's branch spoke of then; each question is answered once."""
    answers: dict[tuple[str, tuple[Named, ...]], str | None] = {}

    def found(one: Captured) -> str | None:
        if not one.branch:
            return None
        key = one.branch, cycles.named(rows, at=times.to_store(one.commit.author_time))
        if key not in answers:
            answers[key] = cyclenames.of_branch(*key)
        return answers[key]

    return found


def _in_use(
    db: sqlite3.Connection,
    repository: Repository,
    one: Captured,
    made_in: Callable[[str], str | None] | None,
) -> str | None:
    worktree = made_in(one.commit.oid) if made_in is not None else None
    if worktree is None:
        return None
    when = one.commit.author_time
    return cycles.used(db, repository.id, worktree, when, times.to_store(when))


def _made_in(place: Place, heads: Collection[str]) -> Callable[[str], str | None]:
    """Tells in which worktree a commit was made; the reflogs are read when there are several."""
    worktrees = [head.removesuffix("/HEAD") for head in heads]
    if len(worktrees) < 2:
        return lambda _oid: worktrees[0] if worktrees else None
    made: dict[str, str] = {}
    for worktree in worktrees:
        for oid in _entered(history.reader(place), f"{worktree}/HEAD"):
            made.setdefault(oid, worktree)
    return made.get


def _entered(git: Git, head: str) -> set[str]:
    """The commits that a worktree's HEAD came to by making or taking them in, by its reflog.

    Not those that it was moved to by a checkout or a reset. Of a long reflog the end is read.
    """
    _, output, _ = git.ask("log", "-g", "-z", "-n", str(_REFLOG), "--format=%H %gs", head, "--")
    entries = (record.decode("ascii", "replace").partition(" ") for record in zsplit(output))
    return {oid for oid, _, what in entries if not what.startswith(("checkout:", "reset:"))}


def _give_codes(store: Store) -> None:
    if store.writable and cycles.uncoded(store.db):
        with store.writing() as db:
            cycles.give_codes(db)


def again(store: Store, cycle_id: str) -> Row:
    """A cycle as it is now. Raises NotFoundError where it is gone."""
    row = cycles.get(store.db, cycle_id)
    if row is None:
        raise NotFoundError("the cycle is gone.", "See them: git studio cycle list")
    return row


def _log(
    db: sqlite3.Connection, project_id: str, kind: ActivityType, cycle_id: str, name: str
) -> None:
    activity.log(
        db,
        str(uuid.uuid4()),
        project_id,
        kind,
        title=name,
        reference_type="cycle",
        reference_id=cycle_id,
    )
