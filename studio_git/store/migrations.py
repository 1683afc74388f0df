"""Making a store, and bringing an older one up to date.

The data model's tables are created where they are missing and never altered. Ours are named
``git_*``; they change only through the migrations below, which are append-only and additive.
Every reference from ours to the data model's rows lets go when the dashboard deletes a row.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from studio_git.errors import StoreError
from studio_git.files import FILE_MODE, make_private
from studio_git.store import backup
from studio_git.store.connection import (
    DATABASE,
    MIGRATION_SET,
    connect,
    not_a_database,
    too_new,
    translated,
)

DEFAULT_SETTINGS: dict[str, object] = {
    "theme": "dark",
    "sidebar_collapsed": False,
    "default_project_id": None,
    "keyboard_shortcuts": {},  # the dashboard's own to fill
}

FOLDERS = (
    "projects",
    "registry/skills",
    "registry/agents",
    "registry/tools",
    "registry/templates",
    "registry/prompts",
    "backups",
)

migrations = Migrations(MIGRATION_SET)


@migrations()
def m001_create_git_tables(db: Database) -> None:
    """What git and drift need beyond the data model: see the page of the store."""
    for statement in _M001:
        db.execute(statement)


def prepare_home(home: Path, *, busy_seconds: float = 60.0) -> bool:
    """Make a Studio home and its store, or bring them up to date. True if the store is new.

    Safe to run from many processes at once. Raises StudioError where the home cannot be made,
    and StoreError where the store is damaged or locked; nothing is changed then.
    """
    make_private(home)
    path = home / DATABASE
    with translated(home):
        _claim(path)
        with closing(connect(path, busy_seconds)) as db:
            new = _migrate(db, home)
    for folder in FOLDERS:
        make_private(home / folder)
    return new


def _claim(path: Path) -> None:
    """Make the file private before SQLite fills it; a file that is there is left alone."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        if not path.is_file():
            raise not_a_database(path) from None
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be made: {error.strerror}.",
            "Choose another place with STUDIO_HOME, or make that folder writable.",
        ) from error


def schema_sql() -> str:
    """The data model's SQL, as the user's specification has it."""
    return resources.files("studio_git.store").joinpath("schema.sql").read_text("utf-8")


def _migrate(db: sqlite3.Connection, home: Path) -> bool:
    database = Database(db, execute_plugins=False)
    if not migrations.pending(database) and _has_data_model(db):
        return False
    db.execute("BEGIN IMMEDIATE")  # the first of many starters does it, the others wait and see
    try:
        new = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        refusal = too_new(db, home)
        if refusal is not None:
            raise refusal
        pending, complete = bool(migrations.pending(database)), _has_data_model(db)
        if not new and (pending or not complete):
            with closing(sqlite3.connect(home / DATABASE)) as reader:  # a writer cannot be copied
                backup.copy(reader, home)
        if not complete:
            _create_data_model(db)
        if pending:
            migrations.apply(database)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
    return new


def _has_data_model(db: sqlite3.Connection) -> bool:
    found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return found.issuperset(_table_names())


def _table_names() -> list[str]:
    return [
        line.split()[2] for line in schema_sql().splitlines() if line.startswith("CREATE TABLE ")
    ]


def _create_data_model(db: sqlite3.Connection) -> None:
    existing = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    fresh = "settings" not in existing
    for statement in _statements(schema_sql()):
        if statement.split()[2] not in existing:
            db.execute(statement)
    if fresh:
        db.executemany(
            "INSERT INTO settings (key, value) VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in DEFAULT_SETTINGS.items()],
        )


def _statements(script: str) -> list[str]:
    """The CREATE statements of a script, each from its keyword on."""
    found = []
    pending = ""
    for line in script.splitlines(keepends=True):
        if not pending and not line.startswith("CREATE "):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip().removesuffix(";"))
            pending = ""
    return found


_M001 = (
    """CREATE TABLE git_meta (
    key             TEXT PRIMARY KEY,
    value           TEXT NOT NULL               -- min_writer: the oldest release that may write
)""",
    "INSERT INTO git_meta (key, value) VALUES ('min_writer', '1')",
    """CREATE TABLE git_repositories (
    id              TEXT PRIMARY KEY,           -- uuid, also kept in the clone
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    common_dir      TEXT NOT NULL UNIQUE,       -- the git directory that its worktrees share
    primary_worktree TEXT NOT NULL,             -- whose files context_files describes
    confirmed       TEXT NOT NULL DEFAULT '{}', -- JSON: what of .studio.toml the user agreed to
    bound_at        DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    "CREATE INDEX idx_git_repositories_project ON git_repositories(project_id)",
    """CREATE TABLE git_refs (
    repository_id   TEXT NOT NULL REFERENCES git_repositories(id) ON DELETE CASCADE,
    name            TEXT NOT NULL,              -- a branch, HEAD of a worktree, or start:OID
    oid             TEXT NOT NULL,              -- captured up to here
    PRIMARY KEY (repository_id, name)
) WITHOUT ROWID""",
    """CREATE TABLE git_context_targets (
    context_file_id TEXT PRIMARY KEY REFERENCES context_files(id) ON DELETE CASCADE,
    repo_path       TEXT NOT NULL,              -- where the file stands in the repository
    untracked_at    DATETIME
)""",
    """CREATE TABLE git_context_aliases (
    context_file_id TEXT NOT NULL REFERENCES context_files(id) ON DELETE CASCADE,
    repo_path       TEXT NOT NULL,
    type            TEXT NOT NULL,              -- link, pointer, copy
    PRIMARY KEY (context_file_id, repo_path)
) WITHOUT ROWID""",
    """CREATE TABLE git_snapshots (
    id              TEXT PRIMARY KEY,           -- sha256 of the bytes
    content_hash    TEXT NOT NULL,              -- hash of the normalised text
    content         BLOB NOT NULL,
    created_at      DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    """CREATE TABLE git_syncs (
    id              INTEGER PRIMARY KEY,
    context_file_id TEXT NOT NULL REFERENCES context_files(id) ON DELETE CASCADE,
    snapshot_id     TEXT NOT NULL REFERENCES git_snapshots(id),
    content_hash    TEXT NOT NULL,
    from_repo       INTEGER NOT NULL,           -- 1: canonical followed the repository
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL,
    worktree        TEXT,
    head_oid        TEXT,                       -- what HEAD was there and then
    branch          TEXT,
    operation_id    INTEGER,
    synced_at       DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    "CREATE INDEX idx_git_syncs_context ON git_syncs(context_file_id, id)",
    """CREATE TABLE git_context_states (
    context_file_id TEXT NOT NULL REFERENCES context_files(id) ON DELETE CASCADE,
    repository_id   TEXT NOT NULL REFERENCES git_repositories(id) ON DELETE CASCADE,
    worktree        TEXT NOT NULL,
    sync_status     TEXT NOT NULL,
    kind            TEXT,
    reason          TEXT,
    canonical_hash  TEXT,
    repo_hash       TEXT,
    base_hash       TEXT,
    checked_at      DATETIME DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (context_file_id, repository_id, worktree)
) WITHOUT ROWID""",
    """CREATE TABLE git_dismissals (
    context_file_id TEXT NOT NULL REFERENCES context_files(id) ON DELETE CASCADE,
    canonical_hash  TEXT NOT NULL,              -- '' where that side is absent
    repo_hash       TEXT NOT NULL,
    hunks           TEXT,                       -- JSON array of hunk numbers; NULL: all
    dismissed_at    DATETIME DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (context_file_id, canonical_hash, repo_hash)
) WITHOUT ROWID""",
    """CREATE TABLE git_operations (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL,
    worktree        TEXT,
    title           TEXT NOT NULL,
    changes         TEXT NOT NULL,              -- JSON array: what was replaced, by snapshot id
    created_at      DATETIME DEFAULT CURRENT_TIMESTAMP,
    undone_at       DATETIME
)""",
    """CREATE TABLE git_sessions (
    session_id      TEXT PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE,
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    author_email    TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    started_at      INTEGER NOT NULL,           -- author's dates, seconds since the epoch
    ended_at        INTEGER NOT NULL,
    zone            TEXT NOT NULL,              -- of the first commit, as git writes it
    title           TEXT NOT NULL,              -- as we made it: a row that differs is a person's
    summary         TEXT NOT NULL,
    generated       TEXT NOT NULL DEFAULT '',   -- the session's file as we last wrote it
    stale           INTEGER NOT NULL DEFAULT 0  -- changes of the rows that the file lacks
)""",
    "CREATE INDEX idx_git_sessions_span ON git_sessions(project_id, author_email, ended_at)",
    "CREATE INDEX idx_git_sessions_stale ON git_sessions(project_id) WHERE stale > 0",
    """CREATE TABLE git_commits (
    id              INTEGER PRIMARY KEY,
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL,
    session_id      TEXT REFERENCES sessions(id) ON DELETE SET NULL,
    oid             TEXT NOT NULL,
    parents         TEXT NOT NULL,              -- space separated oids
    tree            TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    author_email    TEXT NOT NULL,
    author_time     INTEGER NOT NULL,
    author_zone     TEXT NOT NULL,
    committer_email TEXT NOT NULL,
    committer_time  INTEGER NOT NULL,
    branch          TEXT,                       -- NULL: detached, or not known
    message         TEXT NOT NULL,
    agent_session   TEXT,                       -- the coding agent's session that ran git
    patch_id        TEXT,                       -- where it had to be computed; '' for no change
    rewritten_to    TEXT,                       -- oid that took this commit's place
    gone_at         DATETIME,                   -- since when no branch and no HEAD reaches it
    captured_at     DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (project_id, oid)
)""",
    "CREATE INDEX idx_git_commits_session ON git_commits(session_id)",
    "CREATE INDEX idx_git_commits_author ON git_commits(project_id, author_email, author_time)",
    "CREATE INDEX idx_git_commits_rewritten ON git_commits(session_id, rewritten_to) "
    "WHERE rewritten_to IS NOT NULL",
    "CREATE INDEX idx_git_commits_gone ON git_commits(repository_id) WHERE gone_at IS NOT NULL",
    """CREATE TABLE git_commit_sources (
    commit_id       INTEGER NOT NULL REFERENCES git_commits(id) ON DELETE CASCADE,
    oid             TEXT NOT NULL,              -- the commit whose work this one has once more
    how             TEXT NOT NULL,              -- copy: of one commit; squash: of several
    PRIMARY KEY (commit_id, oid)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_commit_sources_oid ON git_commit_sources(oid)",
    """CREATE TABLE git_commit_files (
    commit_id       INTEGER NOT NULL REFERENCES git_commits(id) ON DELETE CASCADE,
    path            TEXT NOT NULL,
    added           INTEGER,                    -- lines; NULL: binary
    removed         INTEGER,
    PRIMARY KEY (commit_id, path)
) WITHOUT ROWID""",
    """CREATE TABLE git_notes (
    kind            TEXT NOT NULL,              -- decision, learning, question
    record_id       TEXT NOT NULL,              -- id of the row (of git_questions for a question)
    commit_id       INTEGER NOT NULL REFERENCES git_commits(id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,           -- in the message, from 0; -1: kept from a source
    PRIMARY KEY (kind, record_id, commit_id)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_notes_commit ON git_notes(commit_id, kind, position)",
    """CREATE TABLE git_questions (
    id              TEXT PRIMARY KEY,
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    session_id      TEXT REFERENCES sessions(id) ON DELETE SET NULL,
    question        TEXT NOT NULL,
    created_at      DATETIME DEFAULT CURRENT_TIMESTAMP,
    closed_at       DATETIME
)""",
    """CREATE TABLE git_cycle_codes (
    number          INTEGER PRIMARY KEY AUTOINCREMENT, -- 7 in CYC-7; never given twice
    cycle_id        TEXT NOT NULL UNIQUE REFERENCES cycles(id) ON DELETE CASCADE
)""",
    """CREATE TABLE git_worktree_cycles (
    repository_id   TEXT NOT NULL REFERENCES git_repositories(id) ON DELETE CASCADE,
    worktree        TEXT NOT NULL,              -- main-worktree, or worktrees/ID
    since           INTEGER NOT NULL,           -- seconds since the epoch
    cycle_id        TEXT REFERENCES cycles(id) ON DELETE SET NULL, -- NULL: none from then on
    PRIMARY KEY (repository_id, worktree, since)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_worktree_cycles_cycle ON git_worktree_cycles(cycle_id)",
    """CREATE TABLE git_commit_cycles (
    commit_id       INTEGER PRIMARY KEY REFERENCES git_commits(id) ON DELETE CASCADE,
    cycle_id        TEXT NOT NULL REFERENCES cycles(id) ON DELETE CASCADE -- by branch or worktree
)""",
    "CREATE INDEX idx_git_commit_cycles_cycle ON git_commit_cycles(cycle_id)",
    """CREATE TABLE git_commit_tasks (
    commit_id       INTEGER NOT NULL REFERENCES git_commits(id) ON DELETE CASCADE,
    task_id         TEXT NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    made            TEXT NOT NULL,              -- the status that the commit's trailer asked for
    before          TEXT NOT NULL,              -- and the one that the task had
    PRIMARY KEY (commit_id, task_id)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_commit_tasks_task ON git_commit_tasks(task_id)",
    """CREATE TABLE git_supersedes (
    newer_id        TEXT NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
    words           TEXT NOT NULL,              -- a title, an id or the start of one, as said
    older_id        TEXT REFERENCES decisions(id) ON DELETE SET NULL, -- NULL: none, or several
    commit_id       INTEGER REFERENCES git_commits(id) ON DELETE CASCADE, -- NULL: said by hand
    superseded_at   DATETIME DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (newer_id, words)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_supersedes_older ON git_supersedes(older_id)",
    "CREATE INDEX idx_git_supersedes_commit ON git_supersedes(commit_id)",
    """CREATE TABLE git_tech_stack (
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    name            TEXT NOT NULL COLLATE NOCASE,
    tech_stack_id   TEXT REFERENCES tech_stack(id) ON DELETE SET NULL, -- NULL: a person removed it
    category        TEXT NOT NULL,              -- as detection wrote it: a row that differs is a
    version         TEXT,                       -- person's
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL, -- last seen there
    PRIMARY KEY (project_id, name)
) WITHOUT ROWID""",
    "CREATE INDEX idx_git_tech_stack_row ON git_tech_stack(tech_stack_id)",
    """CREATE TABLE git_dependencies (
    dependency_id   TEXT PRIMARY KEY REFERENCES dependencies(id) ON DELETE CASCADE,
    required_version TEXT,                      -- as files declared it: a row that differs is a
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL -- person's
)""",
)
