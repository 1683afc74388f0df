"""Sessions out of commits: which commit belongs where, and what the session's row then says.

Everything here runs inside the caller's write transaction; the files are written afterwards, by
:mod:`studio_git.services.sessionfiles`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio_git.config import Settings
from studio_git.core import grouping, times, titles
from studio_git.core.grouping import Work
from studio_git.core.models import Commit
from studio_git.services import recording
from studio_git.store import activity, commits, sessions
from studio_git.store.activity import ActivityType
from studio_git.store.commits import Captured
from studio_git.store.sessions import Made

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Placed:
    """Where new commits went: commit id to session, and the sessions that are new."""

    session_of: Mapping[int, str]
    new: tuple[str, ...]


class Traces(NamedTuple):
    """When a session began, as the store has times, and the files that it changed."""

    created_at: str
    files: tuple[str, ...]


def place(
    db: sqlite3.Connection, project_id: str, fresh: Sequence[Captured], settings: Settings
) -> Placed:
    """Group new commits into sessions, those that exist included; makes the rows of new ones."""
    if not fresh:
        return Placed({}, ())
    gap = settings.gap_minutes * 60
    works = [
        Work(
            oid=one.commit.oid,
            author=author_key(one),
            time=one.commit.author_time,
            cycle=recording.cycle_of(db, project_id, one),
        )
        for one in fresh
    ]
    spans = sessions.spans(
        db,
        project_id,
        {work.author for work in works},
        since=min(work.time for work in works) - gap,
        until=min(max(work.time for work in works) + gap, _LARGEST),
    )
    placements = grouping.group(spans, works, gap=gap)
    ids: dict[int, str] = {}
    chosen: dict[str, str] = {}
    for placement in placements:
        where = placement.session
        if isinstance(where, int):
            where = ids.setdefault(where, str(uuid.uuid4()))
        chosen[placement.oid] = where
    after = {span.session_id: span for span in grouping.extend(spans, works, placements, ids)}
    members: dict[str, list[Captured]] = {}
    for one in fresh:
        members.setdefault(chosen[one.commit.oid], []).append(one)
    for session_id in ids.values():
        _begin(
            db,
            project_id,
            session_id,
            members[session_id],
            cycle_id=after[session_id].cycle,
            settings=settings,
        )
    for session_id, span in after.items():
        if session_id in members and session_id not in ids.values() and span.cycle:
            sessions.set_cycle(db, session_id, span.cycle)
    for session_id, ones in members.items():
        for one in ones:
            commits.put_in_session(db, one.id, session_id)
    return Placed({one.id: chosen[one.commit.oid] for one in fresh}, tuple(ids.values()))


def remake(db: sqlite3.Connection, session_ids: Iterable[str], settings: Settings) -> None:
    """Bring the rows of sessions up to their commits, and the feed up to their titles.

    A session all of whose commits went into other sessions stays as it is: the work was done.
    """
    for session_id in session_ids:
        row = sessions.get(db, session_id)
        now = made(db, session_id, settings)
        if now is None or row is None:
            continue
        sessions.remake(db, session_id, now)
        renamed = sessions.get(db, session_id)
        if renamed is not None and renamed["title"] != row["title"]:
            activity.retitle(db, "session", session_id, renamed["title"])


def made(db: sqlite3.Connection, session_id: str, settings: Settings) -> Made | None:
    """What a session's commits make of it; None where it has none."""
    members = commits.of_session(db, session_id)
    row = sessions.get(db, session_id)
    if not members or row is None:
        return None
    copies = commits.copies_within(db, session_id)
    own = [one for one in members if one.id not in copies]
    return _made(own, row["cycle_id"], settings, span=commits.span_of_session(db, session_id))


def traces(db: sqlite3.Connection, session_id: str) -> Traces | None:
    """What of :func:`made` follows from the commits alone; None where it has none."""
    members = commits.of_session(db, session_id)
    if not members:
        return None
    copies = commits.copies_within(db, session_id)
    own = [one.commit for one in members if one.id not in copies]
    span = commits.span_of_session(db, session_id)
    started = span[0] if span else own[0].author_time
    return Traces(times.to_store(started), _files(own))


def announce(db: sqlite3.Connection, project_id: str, session_ids: Iterable[str]) -> None:
    """Tell the feed of new sessions."""
    for session_id in session_ids:
        row = sessions.get(db, session_id)
        if row is not None:
            activity.log(
                db,
                str(uuid.uuid4()),
                project_id,
                ActivityType.SESSION_CAPTURED,
                title=row["title"],
                reference_type="session",
                reference_id=session_id,
                created_at=row["created_at"],
            )


def recycle(db: sqlite3.Connection, session_id: str, olds: Iterable[Captured]) -> None:
    """After a rewrite: if the session's cycle came from a replaced commit alone, say it anew."""
    row = sessions.get(db, session_id)
    if row is None or row["cycle_id"] is None:
        return
    project_id = row["project_id"]
    before = {recording.cycle_of(db, project_id, old) for old in olds}
    members = commits.of_session(db, session_id)
    now = [recording.cycle_of(db, project_id, one) for one in members]
    if row["cycle_id"] in before and row["cycle_id"] not in now:
        sessions.set_cycle(db, session_id, next((cycle for cycle in now if cycle), None))


def author_key(captured: Captured) -> str:
    """Whose sessions a commit can belong to."""
    return captured.commit.author_email.strip().lower()


def _begin(
    db: sqlite3.Connection,
    project_id: str,
    session_id: str,
    members: Sequence[Captured],
    *,
    cycle_id: str | None,
    settings: Settings,
) -> None:
    ordered = sorted(members, key=lambda one: (one.commit.author_time, one.id))
    sessions.add(
        db,
        session_id,
        project_id,
        author_email=author_key(ordered[0]),
        author_name=ordered[0].commit.author_name,
        made=_made(ordered, cycle_id, settings),
    )


def _made(
    members: Sequence[Captured],
    cycle_id: str | None,
    settings: Settings,
    *,
    span: tuple[int, int] | None = None,
) -> Made:
    """What a session's row says; ``members`` are in the order of their times.

    ``span`` is when the work was done, where that is not the time of the members.
    """
    done = [one.commit for one in members]
    started, ended = span or (done[0].author_time, done[-1].author_time)
    return Made(
        title=titles.title(done, _branch(members)),
        summary=titles.summary(done),
        cycle_id=cycle_id,
        duration_minutes=grouping.duration_minutes(started, ended, settings.lead_in_minutes),
        files=_files(done),
        created_at=times.to_store(started),
        started_at=started,
        ended_at=ended,
        zone=done[0].author_zone,
    )


def _files(done: Iterable[Commit]) -> tuple[str, ...]:
    return tuple(sorted({file.path for commit in done for file in commit.files}))


def _branch(members: Sequence[Captured]) -> str | None:
    """The branch that most of the commits were made on, the first of several."""
    names = Counter(one.branch for one in members if one.branch)
    return names.most_common(1)[0][0] if names else None
