-- The search index, search.db: see searchindex.py. Nothing of it is in the store.

CREATE TABLE docs (
    id        INTEGER PRIMARY KEY,              -- number of the kind and a serial
    kind      INTEGER NOT NULL,
    source    INTEGER NOT NULL,                 -- rowid in the store's table
    project   INTEGER,                          -- id in names
    cycle     INTEGER,                          -- id in names
    created   INTEGER NOT NULL,                 -- seconds since the epoch
    title_end INTEGER NOT NULL,                 -- where in the text the title ends
    digest    BLOB NOT NULL,                    -- of the row
    record    TEXT NOT NULL,                    -- the row's id
    tags      TEXT,                             -- folded, a newline around each
    file      TEXT,                             -- in the home; NULL: none, or a session's
    stamp     TEXT NOT NULL,                    -- of the file; '' for none
    text      TEXT NOT NULL                     -- folded; last, for it may be long
);
CREATE INDEX idx_docs_source ON docs(kind, source);
CREATE INDEX idx_docs_project ON docs(project);
CREATE INDEX idx_docs_cycle ON docs(cycle) WHERE cycle IS NOT NULL;
CREATE INDEX idx_docs_created ON docs(created);
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE blocks (kind INTEGER, block INTEGER, digest BLOB NOT NULL, PRIMARY KEY (kind, block))
    WITHOUT ROWID;
CREATE TABLE folders (path TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(
    text, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE titles USING fts5(
    text, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE terms USING fts5vocab('texts', 'row');
