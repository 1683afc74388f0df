"""Backfill: the history from before a clone was bound, taken in on request.

What to take in is listed first, and costs little: author, time and oid of each commit of the
range. What of it is captured already is left out, so an interrupted backfill goes on where it
was, and a second one does nothing. The rest is read from one git process, in the order of the
authors' dates, in which grouping puts each commit where any other order of portions would.

It differs from a capture in what is not known or not wanted of old work: the branch, what it
replaced, rows in the feed of the dashboard.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from studio_git.core import trailers
from studio_git.core.models import Commit
from studio_git.errors import UsageError
from studio_git.gitio import Git
from studio_git.services import history, journal, merges, reconcile, recording, sessionfiles
from studio_git.services import sessions as sessioning
from studio_git.services.clone import Workspace
from studio_git.services.ownership import Ownership
from studio_git.services.recording import Belongs
from studio_git.store import commits, sessions
from studio_git.store.commits import Captured
from studio_git.store.records import Kind

BATCH = 1000
"""Commits of one transaction: it holds the store for a fraction of a second."""

FILES = 4000
"""So many new sessions at least before their files are written, which waits for the disk."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The commits to take in: oids, the oldest first by the authors' dates.

    ``captured`` counts those of the range that are captured already, ``others`` those that are
    not the user's.
    """

    oids: Sequence[str]
    captured: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill did; ``sessions`` counts those it made, ``joined`` older ones that grew.

    ``problems`` says what could not be written to files; the next capture tries again.
    """

    commits: int = 0
    sessions: int = 0
    joined: int = 0
    decisions: int = 0
    learnings: int = 0
    questions: int = 0
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    commits: int = 0
    new: int = 0
    unwritten: int = 0
    joined: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    records: Counter[Kind] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def plan(
    workspace: Workspace,
    revisions: str | None = None,
    *,
    since: str | None = None,
    all_authors: bool = False,
    newest: int | None = None,
) -> Plan:
    """What a backfill of a range would take in; without ``revisions`` all that HEAD reaches.

    ``since`` is a time as git understands it; no more than the ``newest`` commits are looked at.
    Raises UsageError for a range that git does not know, and GitError where an object is missing.
    """
    git = history.reader(workspace.place)
    options = [] if since is None else [f"--since={since}"]
    options += [] if newest is None else [f"--max-count={newest}"]
    ownership = _ownership(workspace, git, all_authors=all_authors)
    found: list[tuple[int, int, str]] = []
    others = 0
    for number, commit in enumerate(history.headers(git, _resolve(git, revisions), *options)):
        if ownership.mine(commit):
            found.append((commit.author_time, -number, commit.oid))
        else:
            others += 1
    # Of commits of one second the one that is listed last is a parent, not a child.
    ordered = [oid for _, _, oid in sorted(found)]
    captured = commits.captured(workspace.store.db, workspace.repository.project_id, ordered)
    return Plan([oid for oid in ordered if oid not in captured], len(captured), others)


def take_in(
    workspace: Workspace, planned: Plan, *, advance: Callable[[int], None] = lambda _count: None
) -> BackfillReport:
    """Record the planned commits; ``advance`` is told how many were done, as they are.

    Raises GitError where git cannot read its history, and StoreError; what was recorded by then
    stays, and the next backfill goes on from there.
    """
    workspace.store.require_writable()
    tally = _Tally()
    _write_files(workspace, tally)
    source = _source(workspace, planned.oids)
    while batch := list(islice(source, BATCH)):
        _one_batch(workspace, batch, tally)
        if tally.unwritten >= FILES:
            _write_files(workspace, tally)
        advance(len(batch))
    _write_files(workspace, tally)
    return BackfillReport(
        commits=tally.commits,
        sessions=len(tally.made),
        joined=len(tally.joined - tally.made),
        decisions=tally.records[Kind.DECISION],
        learnings=tally.records[Kind.LEARNING],
        questions=tally.records[Kind.QUESTION],
        problems=tuple(tally.problems),
    )


def _ownership(workspace: Workspace, git: Git, *, all_authors: bool) -> Ownership:
    emails = workspace.settings.emails
    if all_authors or not emails:
        return Ownership(git, None, [], everyone=True)
    heads = reconcile.standing(workspace.place).heads
    return Ownership(git, history.mapped_emails(git, emails), list(heads))


def _resolve(git: Git, revisions: str | None) -> list[str]:
    """The range as oids, excluded ones with ``^``; empty where HEAD has no commit yet."""
    words = (revisions or "").split()
    if revisions is None:
        status, output, _ = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return output.decode("ascii").split() if status == 0 else []
    if any(word.startswith("-") for word in words) or not words:
        raise UsageError(f"{revisions!r} is not a range of commits.", _RANGE_HINT)
    status, output, _ = git.ask("rev-parse", *words, "--")
    found = output.decode("ascii", "replace").split()
    if status:
        raise UsageError(f"git does not know {revisions}.", _RANGE_HINT)
    return [oid for oid in found if oid != "--"]


_RANGE_HINT = "Name a branch, a tag, or a range like v1.0..main; git rev-list takes the same."


def _source(workspace: Workspace, oids: Sequence[str]) -> Iterator[Commit]:
    git = history.reader(workspace.place)
    if history.partial(git):
        return history.read_partial(git, oids)
    return history.read(git, oids, shallow=reconcile.shallow(workspace.place.common_dir))


def _one_batch(workspace: Workspace, batch: Sequence[Commit], tally: _Tally) -> None:
    """Record a batch in one transaction, with everything that follows from it but the files."""
    git = history.reader(workspace.place)
    own = merges.own_files(git, [commit for commit in batch if len(commit.parents) > 1])
    whole = [
        replace(commit, files=own[commit.oid]) if commit.oid in own else commit for commit in batch
    ]
    with workspace.store.writing() as db:
        lines = _record(db, workspace, whole, tally)
    tally.problems += journal.keep(workspace.place, lines)


def _record(
    db: sqlite3.Connection, workspace: Workspace, batch: Sequence[Commit], tally: _Tally
) -> list[str]:
    """Everything that follows from a batch, inside one transaction; the lines of the journal."""
    repository, project_id = workspace.repository, workspace.repository.project_id
    captured = commits.captured(db, project_id, [commit.oid for commit in batch])
    new = [commit for commit in batch if commit.oid not in captured]
    first = commits.next_id(db)
    fresh = [
        Captured(first + number, repository.id, None, None, None, None, commit)
        for number, commit in enumerate(new)
    ]
    commits.add_all(db, project_id, fresh)
    placed = sessioning.place(db, project_id, fresh, workspace.settings)
    touched = dict.fromkeys(placed.session_of.values())
    cycles = sessions.cycles(db, touched)
    for one in fresh:
        if not trailers.says_nothing(one.commit.message):
            session_id = placed.session_of[one.id]
            cycle = recording.cycle_of(db, project_id, one) or cycles.get(session_id)
            belongs = Belongs(project_id, session_id, cycle)
            tally.records += recording.record(db, one, belongs, feed=False)
    older = [session_id for session_id in touched if session_id not in placed.new]
    sessioning.remake(db, older, workspace.settings)
    tally.commits += len(fresh)
    tally.unwritten += len(placed.new)
    tally.made.update(placed.new)
    tally.joined.update(older)
    return [
        journal.membership(session_id, one.commit.oid, cycles.get(session_id))
        for one in fresh
        for session_id in (placed.session_of[one.id],)
    ]


def _write_files(workspace: Workspace, tally: _Tally) -> None:
    """Write the files of all sessions whose rows changed, of an interrupted run too."""
    store, project_id = workspace.store, workspace.repository.project_id
    tally.problems += sessionfiles.write(store, project_id, sessions.stale(store.db, project_id))
    tally.unwritten = 0
