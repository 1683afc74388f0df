"""The tables of ours, as the first migration creates them; a later one only adds to them."""

from __future__ import annotations

TABLES = (
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
    """CREATE TABLE git_decision_states (
    decision_id     TEXT PRIMARY KEY REFERENCES decisions(id) ON DELETE CASCADE,
    status          TEXT NOT NULL,              -- proposed, rejected, …; without a row: accepted
    updated_at      DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    """CREATE TABLE git_decision_files (
    id              INTEGER PRIMARY KEY,
    project_id      TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    path            TEXT NOT NULL,              -- in the repository; absolute where it is in none
    decision_id     TEXT REFERENCES decisions(id) ON DELETE SET NULL, -- NULL: removed in Studio
    UNIQUE (project_id, path)
)""",
    "CREATE INDEX idx_git_decision_files_decision ON git_decision_files(decision_id)",
    """CREATE TABLE git_decision_syncs (
    id              INTEGER PRIMARY KEY,
    file_id         INTEGER NOT NULL REFERENCES git_decision_files(id) ON DELETE CASCADE,
    content_hash    TEXT NOT NULL,              -- of the file's normalised text
    said            TEXT NOT NULL,              -- JSON: what file and decision both said
    from_repo       INTEGER NOT NULL,           -- 1: the decision followed the file
    repository_id   TEXT REFERENCES git_repositories(id) ON DELETE SET NULL,
    worktree        TEXT,
    head_oid        TEXT,                       -- what HEAD was there and then
    synced_at       DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    "CREATE INDEX idx_git_decision_syncs_file ON git_decision_syncs(file_id, id)",
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
    """CREATE TABLE git_registry_installs (
    context_file_id TEXT PRIMARY KEY REFERENCES context_files(id) ON DELETE CASCADE,
    skill_id        TEXT NOT NULL,              -- id in registry_skills
    content_hash    TEXT NOT NULL,              -- of what Studio's copy last took from the skill
    files           TEXT NOT NULL DEFAULT '{}', -- JSON: sha256 of the skill's other files, by path
    installed_at    DATETIME DEFAULT CURRENT_TIMESTAMP
)""",
    "CREATE INDEX idx_git_registry_installs_skill ON git_registry_installs(skill_id)",
)
