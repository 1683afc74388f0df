"""What was done, decided and learned: read, and found by a person's words."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio_git import files
from studio_git.core import jsontext
from studio_git.core.prose import shorten
from studio_git.errors import NotFoundError, NothingYetError, UsageError
from studio_git.store import (
    activity,
    commits,
    decisionfiles,
    lookup,
    records,
    sessions,
    supersedes,
)
from studio_git.store.connection import Store
from studio_git.store.lookup import SHORTEST_START, Table
from studio_git.store.records import Kind

Object = dict[str, Any]
"""A row as JSON shows it: the table's column names, with JSON columns decoded."""

SUPERSEDED = "superseded"

_JSON_COLUMNS = ("files_changed", "alternatives", "tags")
_LISTED = 5
_NOUNS: Mapping[Table, str] = {
    Table.SESSIONS: "session",
    Table.DECISIONS: "decision",
    Table.LEARNINGS: "learning",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of learnings, and how many have it."""

    tag: str
    count: int


def list_sessions(store: Store, project_id: str | None, limit: int | None = None) -> list[Object]:
    """Sessions, the newest first.

    Each with ``commits`` (the oids of those on a branch or a HEAD), ``gone_commits`` (of those
    that nothing reaches any more) and ``path`` of its file.
    """
    rows = sessions.every(store.db, project_id, limit)
    ids = [row["id"] for row in rows]
    made, gone = (commits.oids_of_sessions(store.db, ids), commits.gone_of_sessions(store.db, ids))
    return [_session(store, row, made[row["id"]], gone[row["id"]]) for row in rows]


def show_session(store: Store, words: str | None, project_id: str | None) -> Object:
    """One session, as :func:`list_sessions` has it; without words the newest.

    Raises NotFoundError, UsageError where the words may mean several, and NothingYetError.
    """
    if words is None:
        newest = sessions.every(store.db, project_id, 1)
        if not newest:
            raise NothingYetError("there are no sessions yet.", "Capture one: git studio capture")
        row = newest[0]
    else:
        row = find(store, Table.SESSIONS, words, project_id)
    made = commits.oids_of_sessions(store.db, [row["id"]])[row["id"]]
    gone = commits.gone_of_sessions(store.db, [row["id"]])[row["id"]]
    return _session(store, row, made, gone)


def session_bytes(store: Store, session: Object) -> bytes | None:
    """The bytes of a session's file; None if there is none."""
    path = sessions.file_of(store.home, session["project_id"], session["id"])
    if not path.resolve().is_relative_to(store.home.resolve()):
        return None  # an id of another program's that leads out of the home
    return files.read_bytes(path)


def session_text(store: Store, session: Object) -> str | None:
    """The text of a session's file; None if there is none."""
    data = session_bytes(store, session)
    return None if data is None else data.decode("utf-8", "replace")


def list_decisions(store: Store, project_id: str | None, limit: int | None = None) -> list[Object]:
    """Decisions, the newest first, each with what else is known of it.

    ``status`` is "superseded", or what was said of it, "accepted" unless told; ``superseded_by``
    the id of the decision that took its place last (None: none did), ``supersedes`` a list of
    ids, ``commits`` the oids of the commits it stands in.
    """
    return decision_objects(store, records.decisions(store.db, project_id, limit))


def decision_objects(store: Store, rows: Sequence[sqlite3.Row]) -> list[Object]:
    """Rows of decisions as :func:`list_decisions` has them."""
    ids = [str(row["id"]) for row in rows]
    made = records.commits_of(store.db, Kind.DECISION, ids)
    statuses = decisionfiles.statuses(store.db, ids)
    newer: dict[str, str] = {}
    older: dict[str, dict[str, None]] = {}
    for pair in supersedes.known(store.db, ids):
        newer[pair["older_id"]] = pair["newer_id"]
        older.setdefault(pair["newer_id"], {})[pair["older_id"]] = None
    return [
        object_of(row)
        | {
            "status": SUPERSEDED
            if row["id"] in newer
            else statuses.get(row["id"], decisionfiles.ACCEPTED),
            "superseded_by": newer.get(row["id"]),
            "supersedes": list(older.get(row["id"], ())),
            "commits": made[row["id"]],
        }
        for row in rows
    ]


def list_learnings(
    store: Store, project_id: str | None, limit: int | None = None, *, tag: str | None = None
) -> list[Object]:
    """Learnings, the newest first; with a tag, in any case, only those that have it."""
    return [object_of(row) for row in records.learnings(store.db, project_id, limit, tag=tag)]


def list_tags(store: Store, project_id: str | None) -> list[Tag]:
    """The tags of learnings, the most used first."""
    return [Tag(str(row["tag"]), row["count"]) for row in records.tags(store.db, project_id)]


def list_activity(store: Store, project_id: str | None, limit: int | None = None) -> list[Object]:
    """The feed, the newest first."""
    return [object_of(row) for row in activity.recent(store.db, project_id, limit)]


def show_record(store: Store, kind: Kind, words: str, project_id: str | None) -> Object:
    """One decision or learning. Raises as :func:`show_session`."""
    if kind is Kind.DECISION:
        return decision_objects(store, [find(store, Table.DECISIONS, words, project_id)])[0]
    return object_of(find(store, Table.LEARNINGS, words, project_id))


def commit_of(store: Store, kind: Kind, record: Object) -> str | None:
    """The oid of the commit that states a record; None for one that was added by hand."""
    return records.commit_of(store.db, kind, record["id"])


def title_of(store: Store, decision_id: str) -> str:
    """The title of a decision; its id where it is gone."""
    row = lookup.get(store.db, Table.DECISIONS, decision_id)
    return decision_id if row is None else str(row["title"])


def find(store: Store, table: Table, words: str, project_id: str | None) -> sqlite3.Row:
    """The one row of a table that a person means.

    By the whole id, by the start of one (four characters at least), or by the title in any case;
    titles count within the project (None: all). Raises NotFoundError with the titles that are
    alike, and UsageError with the candidates where there are several.
    """
    noun = _NOUNS[table]
    wanted = " ".join(words.split())
    found = lookup.by_id(store.db, table, wanted)
    if not found:
        known = lookup.titles(store.db, table, project_id)
        same = [row for row in known if _fold(row["title"]) == _fold(wanted)]
        if not same:
            raise _nothing(noun, wanted, [str(row["title"]) for row in known])
        rows = (lookup.get(store.db, table, row["id"]) for row in same)
        found = [row for row in rows if row is not None]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{row['id'][:13]} {shorten(row['title'], 40)}" for row in found[:_LISTED])
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    raise UsageError(
        f"{wanted} may be several {noun}s: {listed}{more}.", f"Name the {noun} by more of its id."
    )


def _session(store: Store, row: sqlite3.Row, made: Sequence[str], gone: Sequence[str]) -> Object:
    path = sessions.file_of(store.home, row["project_id"], row["id"])
    return object_of(row) | {"commits": list(made), "gone_commits": list(gone), "path": str(path)}


def object_of(row: sqlite3.Row) -> Object:
    """A row with its JSON columns decoded."""
    found = dict(row)
    for name in _JSON_COLUMNS:
        if isinstance(found.get(name), str):
            found[name] = _decoded(found[name])
    return found


def _decoded(text: str) -> Any:
    """The value of a JSON column; as it is where another program wrote no JSON."""
    try:
        return jsontext.loads(text)
    except ValueError:
        return text


def _nothing(noun: str, words: str, titles: Sequence[str]) -> NotFoundError:
    by_fold = {_fold(title): title for title in titles}
    alike = difflib.get_close_matches(_fold(words), by_fold, n=3)
    short = f"{SHORTEST_START} characters of an id are enough; see: git studio {noun} list"
    hint = f"Did you mean {' or '.join(by_fold[each] for each in alike)}?" if alike else short
    return NotFoundError(f"there is no {noun} {words}.", hint)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
