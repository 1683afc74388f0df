"""What the tests of drift share: bound clones, Studio's side as the dashboard writes it, and the
store read with nothing of ours.
"""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import Repo, run

from studio_git.services.workspace import open_here

TEXT = "# Project\n\nUse tabs.\n\nRun make.\n\nAsk first.\n"
"""A context file of four paragraphs, so that edits of the first and the last one merge."""

FIRST = ("# Project\n", "# Project, in short\n")
MIDDLE = ("Use tabs.\n", "Use spaces.\n")
LAST = ("Ask first.\n", "Ask twice.\n")

KEYS = {
    "filename",
    "repo_path",
    "sync_status",
    "kind",
    "reason",
    "diff_summary",
    "canonical_hash",
    "repo_hash",
    "base_hash",
    "dismissed",
    "aliases",
}
"""What ``status --json`` says of each context file: these keys and no others."""


def edited(*changes: tuple[str, str], text: str = TEXT) -> str:
    """The text with parts of it replaced."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def bind(repo: Repo, *options: str, hooks: bool = False) -> Repo:
    """Bind a repository and adopt what it has; without hooks nothing runs beside the test."""
    words = ["init", "--yes", *options] if hooks else ["init", "--yes", "--no-hooks", *options]
    answer = repo.studio(*words)
    assert answer.status == 0, answer.out + answer.err
    return repo


def bound(
    repo: Repo, text: str | bytes = TEXT, *, path: str = "CLAUDE.md", hooks: bool = False
) -> Repo:
    """A repository with one context file, adopted, and everything committed."""
    repo.write(path, text)
    repo.commit("Begin")
    bind(repo, hooks=hooks)
    repo.commit("Bind")
    return repo


def home() -> Path:
    """The Studio home of the test."""
    return Path(os.environ["STUDIO_HOME"])


def canonical(name: str = "claude.md") -> Path:
    """Where Studio keeps a context file, whichever project of the store it is of."""
    (folder,) = (home() / "projects").glob("*/context")
    return folder / name


def dashboard_writes(text: str | bytes, name: str = "claude.md") -> None:
    """Put a text into Studio's copy as the dashboard does: the file alone, and no row."""
    canonical(name).write_bytes(text.encode() if isinstance(text, str) else text)


def studio_text(name: str = "claude.md") -> str:
    """Studio's copy."""
    return canonical(name).read_bytes().decode()


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """The store, opened with SQLite alone; what is changed in it is committed."""
    db = sqlite3.connect(home() / "studio.db", isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        yield db
    finally:
        db.close()


def rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The rows of a query on the store."""
    with database() as db:
        return [dict(row) for row in db.execute(sql, values)]


def context_row(name: str = "claude.md") -> dict[str, Any]:
    """The data model's row of a context file."""
    (row,) = rows("SELECT * FROM context_files WHERE filename = ?", name)
    return row


def drift_rows(name: str = "claude.md") -> list[dict[str, Any]]:
    """The drift records of a context file, in the order in which they were made."""
    return rows(
        "SELECT d.* FROM drift_records d JOIN context_files c ON c.id = d.context_file_id "
        "WHERE c.filename = ? ORDER BY d.rowid",
        name,
    )


def activity_types() -> list[str]:
    """The kinds of activity about context files, in the order in which they were logged."""
    found = rows(
        "SELECT activity_type FROM activity_log "
        "WHERE reference_type IN ('drift', 'context_file') ORDER BY rowid"
    )
    return [row["activity_type"] for row in found]


def entry(repo: Repo, *words: str, name: str = "claude.md") -> dict[str, Any]:
    """What ``status --json`` says of one context file; its keys are looked at each time."""
    answer = repo.studio("status", "--json", *words)
    assert answer.status in (0, 1), answer.err
    (found,) = [it for it in answer.json["context"] if it["filename"] == name]
    assert set(found) == KEYS
    result: dict[str, Any] = found
    return result


def kind(repo: Repo, *words: str, name: str = "claude.md") -> str | None:
    """The kind of drift of one context file; None where it is in step."""
    found: str | None = entry(repo, *words, name=name)["kind"]
    return found


def ok(repo: Repo, *words: str) -> str:
    """Run a command of ours that has to end well; what it printed."""
    answer = repo.studio(*words)
    assert answer.status == 0, f"{words}: {answer.status}\n{answer.out}{answer.err}"
    return answer.out


def refused(repo: Repo, *words: str) -> str:
    """Run a command that has to end with a complaint of two lines; the complaint."""
    answer = repo.studio(*words)
    assert answer.status == 2, f"{words}: {answer.status}\n{answer.out}{answer.err}"
    assert "Traceback" not in answer.err
    lines = answer.err.rstrip("\n").split("\n")
    assert lines[0].startswith("git studio: ")
    assert len(lines) <= 2, answer.err
    return answer.err


def worktree(repo: Repo, name: str, *words: str) -> Repo:
    """Add a linked worktree beside the repository."""
    path = repo.path.parent / name
    repo.git("worktree", "add", "-q", *words[:-1], path, words[-1])
    return Repo(path)


def clone(repo: Repo, name: str, *options: str) -> Repo:
    """A clone beside the repository."""
    path = repo.path.parent / name
    done = run("git", "clone", "-q", *options, f"file://{repo.path}", path, cwd=repo.path.parent)
    assert done.status == 0, done.err
    return Repo(path)


def sees(path: Path) -> Any:
    """The workspace of a folder, for calling services in the test's own process."""
    return open_here(path)


def await_row(sql: str, *values: Any, seconds: float = 60) -> dict[str, Any]:
    """The first row of a query, once the worker behind the hooks has written it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = rows(sql, *values)
        if found:
            return found[0]
        select.select([], [], [], 0.05)
    raise AssertionError(f"no row within {seconds} s: {sql} {values}")


def editor(tmp_path: Path, script: str) -> str:
    """A program to be named in GIT_EDITOR: a shell script that gets the file as $1."""
    path = tmp_path / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def git_bytes(repo: Repo, *words: str) -> bytes:
    """What git says, as bytes."""
    return subprocess.run(["git", *words], cwd=repo.path, capture_output=True, check=True).stdout
