"""Rows of ``git_commits`` and ``git_commit_files``: what was captured."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from studio_git.core.models import Commit, FileChange

Row = sqlite3.Row

_AT_ONCE = 500
"""Values of one IN list; SQLite before 3.32 takes 999 at most."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A commit as it was captured; ``commit`` carries its files where they were asked for.

    ``gone`` says that no branch and no HEAD of its clone reaches it, ``patch_id`` is None where
    it was never computed and empty where the commit changes nothing.
    """

    id: int
    repository_id: str | None
    session_id: str | None
    branch: str | None
    agent_session: str | None
    rewritten_to: str | None
    commit: Commit
    gone: bool = False
    patch_id: str | None = None


def add(
    db: sqlite3.Connection,
    project_id: str,
    repository_id: str,
    commit: Commit,
    *,
    branch: str | None,
    agent_session: str | None,
) -> Captured | None:
    """Insert a commit with its files, in no session yet; None if the project has it already."""
    cursor = db.execute(
        "INSERT INTO git_commits (project_id, repository_id, oid, parents, tree, author_name, "
        "author_email, author_time, author_zone, committer_email, committer_time, branch, message, "
        "agent_session) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (project_id, oid) DO NOTHING",
        [
            project_id,
            repository_id,
            commit.oid,
            " ".join(commit.parents),
            commit.tree,
            commit.author_name,
            commit.author_email,
            commit.author_time,
            commit.author_zone,
            commit.committer_email,
            commit.committer_time,
            branch,
            commit.message,
            agent_session,
        ],
    )
    if not cursor.rowcount or cursor.lastrowid is None:
        return None
    db.executemany(
        "INSERT INTO git_commit_files (commit_id, path, added, removed) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (commit_id, path) DO NOTHING",
        [(cursor.lastrowid, file.path, file.added, file.removed) for file in commit.files],
    )
    return Captured(cursor.lastrowid, repository_id, None, branch, agent_session, None, commit)


def add_all(
    db: sqlite3.Connection,
    project_id: str,
    added: Sequence[Captured],
) -> None:
    """Insert commits that the project does not have, with their files and sessions, in one go.

    Their ids begin at :func:`next_id`, asked for in the same transaction.
    """
    db.executemany(
        "INSERT INTO git_commits (id, project_id, repository_id, session_id, oid, parents, tree, "
        "author_name, author_email, author_time, author_zone, committer_email, committer_time, "
        "branch, message, agent_session) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.id,
                project_id,
                one.repository_id,
                one.session_id,
                one.commit.oid,
                " ".join(one.commit.parents),
                one.commit.tree,
                one.commit.author_name,
                one.commit.author_email,
                one.commit.author_time,
                one.commit.author_zone,
                one.commit.committer_email,
                one.commit.committer_time,
                one.branch,
                one.commit.message,
                one.agent_session,
            )
            for one in added
        ],
    )
    db.executemany(
        "INSERT INTO git_commit_files (commit_id, path, added, removed) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (commit_id, path) DO NOTHING",
        [
            (one.id, file.path, file.added, file.removed)
            for one in added
            for file in one.commit.files
        ],
    )


def next_id(db: sqlite3.Connection) -> int:
    """The first id that no commit has, nor any greater one."""
    row = db.execute("SELECT coalesce(max(id), 0) + 1 FROM git_commits").fetchone()
    return int(row[0])


def captured(db: sqlite3.Connection, project_id: str, oids: Collection[str]) -> set[str]:
    """Those of the oids that were captured."""
    found: set[str] = set()
    for part in _portions(list(oids)):
        marks = ", ".join("?" * len(part))
        rows = db.execute(
            f"SELECT oid FROM git_commits WHERE project_id = ? AND oid IN ({marks})",  # noqa: S608
            [project_id, *part],
        )
        found.update(row[0] for row in rows)
    return found


def by_oid(db: sqlite3.Connection, project_id: str, oids: Collection[str]) -> dict[str, Captured]:
    """Those of the commits that were captured, by oid, without their files."""
    found = {}
    for part in _portions(list(oids)):
        marks = ", ".join("?" * len(part))
        for row in db.execute(
            f"SELECT * FROM git_commits WHERE project_id = ? AND oid IN ({marks})",  # noqa: S608
            [project_id, *part],
        ):
            found[row["oid"]] = from_row(row)
    return found


def twins(
    db: sqlite3.Connection, project_id: str, repository_id: str, commit: Commit
) -> list[Captured]:
    """Other commits of this clone by the same author at the same second that none replaced."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE project_id = ? AND author_email = ? AND author_time = ? "
        "AND repository_id = ? AND rewritten_to IS NULL AND oid <> ? ORDER BY id",
        [project_id, commit.author_email, commit.author_time, repository_id, commit.oid],
    )
    return [from_row(row) for row in rows]


def gone(db: sqlite3.Connection, repository_id: str, limit: int) -> list[Captured]:
    """Commits of this clone that nothing reaches and none replaced, the latest captured first."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE repository_id = ? AND gone_at IS NOT NULL "
        "ORDER BY id DESC LIMIT ?",
        [repository_id, limit],
    )
    return [from_row(row) for row in rows]


def latest(
    db: sqlite3.Connection, project_id: str, author_email: str, until: int, limit: int
) -> list[Captured]:
    """What an author has last done up to a time, without what was replaced; the latest first."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE project_id = ? AND author_email = ? "
        "AND author_time <= ? AND rewritten_to IS NULL ORDER BY author_time DESC LIMIT ?",
        [project_id, author_email, until, limit],
    )
    return [from_row(row) for row in rows]


def of_session(db: sqlite3.Connection, session_id: str) -> list[Captured]:
    """The commits of a session that none replaced, oldest first by the author, with files."""
    files: dict[int, list[FileChange]] = {}
    for row in db.execute(
        "SELECT f.* FROM git_commit_files f JOIN git_commits c ON c.id = f.commit_id "
        "WHERE c.session_id = ? AND c.rewritten_to IS NULL ORDER BY f.path",
        [session_id],
    ):
        change = FileChange(row["path"], row["added"], row["removed"])
        files.setdefault(row["commit_id"], []).append(change)
    rows = db.execute(
        "SELECT * FROM git_commits WHERE session_id = ? AND rewritten_to IS NULL "
        "ORDER BY author_time, id",
        [session_id],
    )
    return [from_row(row, tuple(files.get(row["id"], ()))) for row in rows]


def oids_of_sessions(db: sqlite3.Connection, session_ids: Sequence[str]) -> dict[str, list[str]]:
    """For each session the oids of its commits that are on a branch or a HEAD, oldest first."""
    return _oids(db, session_ids, "gone_at IS NULL")


def gone_of_sessions(db: sqlite3.Connection, session_ids: Sequence[str]) -> dict[str, list[str]]:
    """For each session the oids of its commits that nothing reaches any more, oldest first.

    Not those whose work another commit has that is reached.
    """
    return _oids(
        db,
        session_ids,
        "gone_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM git_commit_sources s "
        "JOIN git_commits l ON l.id = s.commit_id AND l.project_id = git_commits.project_id "
        "WHERE s.oid = git_commits.oid AND l.gone_at IS NULL AND l.rewritten_to IS NULL)",
    )


def _oids(
    db: sqlite3.Connection, session_ids: Sequence[str], condition: str
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {session_id: [] for session_id in session_ids}
    for part in _portions(session_ids):
        marks = ", ".join("?" * len(part))
        for row in db.execute(
            f"SELECT session_id, oid FROM git_commits WHERE session_id IN ({marks}) "  # noqa: S608
            f"AND rewritten_to IS NULL AND {condition} ORDER BY author_time, id",
            part,
        ):
            found[row["session_id"]].append(row["oid"])
    return found


def has_any(db: sqlite3.Connection, session_id: str) -> bool:
    """True if a session has commits, replaced ones included."""
    row = db.execute("SELECT 1 FROM git_commits WHERE session_id = ? LIMIT 1", [session_id])
    return row.fetchone() is not None


def put_in_session(db: sqlite3.Connection, commit_id: int, session_id: str | None) -> None:
    """Say which session a commit belongs to."""
    db.execute("UPDATE git_commits SET session_id = ? WHERE id = ?", [session_id, commit_id])


def span_of_session(db: sqlite3.Connection, session_id: str) -> tuple[int, int] | None:
    """When a session's work began and ended, by its commits; None without any.

    A commit that took another's place says nothing of when the work was done.
    """
    row = db.execute(
        "SELECT min(author_time), max(author_time) FROM git_commits c WHERE session_id = ? "
        "AND NOT EXISTS (SELECT 1 FROM git_commits p WHERE p.session_id = c.session_id "
        "AND p.rewritten_to = c.oid AND p.rewritten_to IS NOT NULL)",
        [session_id],
    ).fetchone()
    return None if row[0] is None else (row[0], row[1])


def set_rewritten(db: sqlite3.Connection, commit_id: int, oid: str | None) -> None:
    """Say which commit took a commit's place; None: it lives, and is reached."""
    db.execute(
        "UPDATE git_commits SET rewritten_to = ?, gone_at = NULL WHERE id = ?", [oid, commit_id]
    )


def mark_gone(db: sqlite3.Connection, project_id: str, oids: Collection[str]) -> list[str]:
    """Note of captured commits that nothing reaches them any more; the sessions they are in.

    A commit that was replaced stays as it is: what took its place says all.
    """
    touched: dict[str, None] = {}
    for part in _portions(list(oids)):
        marks = ", ".join("?" * len(part))
        condition = (
            f"project_id = ? AND oid IN ({marks}) AND rewritten_to IS NULL AND gone_at IS NULL"
        )
        rows = db.execute(
            f"SELECT DISTINCT session_id FROM git_commits WHERE {condition}",  # noqa: S608
            [project_id, *part],
        )
        touched |= dict.fromkeys(row["session_id"] for row in rows if row["session_id"])
        db.execute(
            f"UPDATE git_commits SET gone_at = CURRENT_TIMESTAMP WHERE {condition}",  # noqa: S608
            [project_id, *part],
        )
    return list(touched)


def set_patch_ids(db: sqlite3.Connection, project_id: str, patches: Mapping[str, str]) -> None:
    """Remember what was computed: patch-ids by oid, empty for a commit without a change."""
    db.executemany(
        "UPDATE git_commits SET patch_id = ? WHERE project_id = ? AND oid = ? AND patch_id IS NULL",
        [(patch, project_id, oid) for oid, patch in patches.items()],
    )


def add_source(db: sqlite3.Connection, commit_id: int, oid: str, how: str) -> None:
    """Note whose work a commit has once more."""
    db.execute(
        "INSERT INTO git_commit_sources (commit_id, oid, how) VALUES (?, ?, ?) "
        "ON CONFLICT (commit_id, oid) DO NOTHING",
        [commit_id, oid, how],
    )


def sources(db: sqlite3.Connection, commit_id: int) -> list[str]:
    """The oids of the commits whose work a commit has once more."""
    rows = db.execute("SELECT oid FROM git_commit_sources WHERE commit_id = ?", [commit_id])
    return [row["oid"] for row in rows]


def move_sources(
    db: sqlite3.Connection, project_id: str, replaced: Captured, new: Captured
) -> None:
    """Let copies of a commit be copies of the one that took its place, and that one a copy of what
    it was copied from.
    """
    old_oid, new_oid = replaced.commit.oid, new.commit.oid
    db.execute(
        "INSERT INTO git_commit_sources (commit_id, oid, how) SELECT ?, oid, how "
        "FROM git_commit_sources WHERE commit_id = ? AND oid <> ? ON CONFLICT DO NOTHING",
        [new.id, replaced.id, new_oid],
    )
    db.execute(
        "UPDATE OR IGNORE git_commit_sources SET oid = ?1 WHERE oid = ?2 AND commit_id IN "
        "(SELECT id FROM git_commits WHERE project_id = ?3 AND oid <> ?1)",
        [new_oid, old_oid, project_id],
    )


def copies_within(db: sqlite3.Connection, session_id: str) -> set[int]:
    """Ids of a session's commits whose work other commits of the session have as well."""
    rows = db.execute(
        # The order matters: from the session's few commits, not from all that have an oid.
        "SELECT DISTINCT c.id FROM git_commits c "
        "CROSS JOIN git_commit_sources s ON s.commit_id = c.id "
        "CROSS JOIN git_commits o ON o.project_id = c.project_id AND o.oid = s.oid "
        "WHERE c.session_id = ?1 AND o.session_id = ?1 AND o.rewritten_to IS NULL AND o.id <> c.id "
        "AND o.id NOT IN (SELECT commit_id FROM git_commit_sources WHERE oid = c.oid)",
        [session_id],
    )
    return {row["id"] for row in rows}


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def from_row(row: Row, files: tuple[FileChange, ...] = ()) -> Captured:
    """A row of ``git_commits`` as what it stands for."""
    return Captured(
        id=row["id"],
        repository_id=row["repository_id"],
        session_id=row["session_id"],
        branch=row["branch"],
        agent_session=row["agent_session"],
        rewritten_to=row["rewritten_to"],
        commit=Commit(
            oid=row["oid"],
            parents=tuple(row["parents"].split()),
            tree=row["tree"],
            author_name=row["author_name"],
            author_email=row["author_email"],
            author_time=row["author_time"],
            author_zone=row["author_zone"],
            committer_email=row["committer_email"],
            committer_time=row["committer_time"],
            message=row["message"],
            files=files,
        ),
        gone=row["gone_at"] is not None,
        patch_id=row["patch_id"],
    )
