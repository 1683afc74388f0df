from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.models import Alias, AliasType, DriftKind, SyncStatus
from studio_git.store import contexts
from studio_git.store.connection import Store, open_store
from studio_git.store.contexts import State
from studio_git.store.migrations import prepare_home

OLD = "2001-02-03 04:05:06"


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        store.db.execute("INSERT INTO projects (id, name) VALUES ('p', 'P')")
        store.db.execute(
            "INSERT INTO git_repositories (id, project_id, common_dir, primary_worktree) "
            "VALUES ('r', 'p', '/c', '/w')"
        )
        contexts.add(store.db, "c", "p", "claude.md", "claude.md")
        yield store


def one(store: Store) -> contexts.ContextFile:
    (file,) = contexts.every(store.db, "p")
    return file


def test_a_row_of_the_dashboard_is_known_and_not_tracked(store: Store) -> None:
    assert one(store).repo_path is None
    assert one(store).sync_status == "unknown"
    assert contexts.tracked(store.db, "p") == []


def test_tracking_untracking_and_tracking_again(store: Store) -> None:
    aliases = (Alias("A.md", AliasType.LINK), Alias("B.md", AliasType.COPY))
    contexts.track(store.db, "c", "CLAUDE.md", aliases)
    (file,) = contexts.tracked(store.db, "p")
    assert (file.repo_path, file.aliases) == ("CLAUDE.md", aliases)
    contexts.checked(store.db, "c", SyncStatus.STALE, "x", "y")
    contexts.untrack(store.db, "c")
    assert contexts.tracked(store.db, "p") == []
    assert one(store).sync_status == "unknown"
    contexts.retrack(store.db, "c")
    assert contexts.tracked(store.db, "p")[0].aliases == aliases
    contexts.track(store.db, "c", "AGENTS.md")
    assert contexts.tracked(store.db, "p")[0].aliases == ()


def test_two_rows_of_one_name_are_refused(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        contexts.add(store.db, "d", "p", "claude.md", "other.md")


def test_updated_at_moves_with_a_change_only(store: Store) -> None:
    def aged() -> str:
        (value,) = store.db.execute("SELECT updated_at FROM context_files").fetchone()
        store.db.execute("UPDATE context_files SET updated_at = ?", [OLD])
        return str(value)

    contexts.checked(store.db, "c", SyncStatus.STALE, "x", "y")
    aged()
    contexts.checked(store.db, "c", SyncStatus.STALE, "x", "y")
    assert aged() == OLD
    for status, canonical, repo in (
        (SyncStatus.DIVERGED, "x", "y"),
        (SyncStatus.DIVERGED, "z", "y"),
        (SyncStatus.DIVERGED, "z", None),
    ):
        contexts.checked(store.db, "c", status, canonical, repo)
        assert aged() > OLD
    contexts.synced(store.db, "c")
    assert aged() > OLD
    assert one(store).last_sync_at is not None


def sync(store: Store, content: str, operation: int | None = None) -> None:
    contexts.keep_snapshot(store.db, content, f"h-{content}", content.encode())
    contexts.add_sync(
        store.db,
        "c",
        content,
        f"h-{content}",
        from_repo=True,
        repository_id="r",
        worktree="/w",
        head_oid="abc",
        branch=None,
        operation_id=operation,
    )


def test_what_was_in_common_the_newest_first(store: Store) -> None:
    sync(store, "one")
    sync(store, "two", operation=7)
    sync(store, "one")
    found = contexts.syncs(store.db, "c")
    assert [it.snapshot_id for it in found] == ["one", "two", "one"]
    assert found[0].from_repo
    assert (found[0].worktree, found[0].head_oid, found[0].branch) == ("/w", "abc", None)
    assert contexts.snapshot(store.db, "two") == b"two"
    assert contexts.snapshot(store.db, "none") is None
    contexts.forget_syncs(store.db, 7)
    assert [it.snapshot_id for it in contexts.syncs(store.db, "c")] == ["one", "one"]


def test_bytes_are_kept_as_they_are_and_once(store: Store) -> None:
    odd = bytes(range(256))
    contexts.keep_snapshot(store.db, "s", "h", odd)
    contexts.keep_snapshot(store.db, "s", "h", odd)
    assert contexts.snapshot(store.db, "s") == odd
    assert store.db.execute("SELECT count(*) FROM git_snapshots").fetchone()[0] == 1


def test_each_worktree_has_one_state(store: Store) -> None:
    state = State(SyncStatus.STALE, DriftKind.REPO_AHEAD, "", "a", "b", "a")
    contexts.save_state(store.db, "c", "r", "/w", state)
    contexts.save_state(store.db, "c", "r", "/other", state)
    synced = State(SyncStatus.SYNCED, None, "", "a", "a", "a")
    contexts.save_state(store.db, "c", "r", "/w", synced)
    found = store.db.execute(
        "SELECT worktree, sync_status, kind FROM git_context_states ORDER BY worktree"
    ).fetchall()
    assert [tuple(row) for row in found] == [
        ("/other", "stale", "repo-ahead"),
        ("/w", "synced", None),
    ]


def test_a_dismissal_is_of_one_pair(store: Store) -> None:
    contexts.dismiss(store.db, "c", "a", None, hunks=None)
    assert contexts.dismissed(store.db, "c", "a", None) is True
    assert contexts.dismissed(store.db, "c", "a", "b") is False
    assert contexts.dismissed(store.db, "c", None, "a") is False
    contexts.dismiss(store.db, "c", "a", "b", hunks={3, 1})
    assert contexts.dismissed(store.db, "c", "a", "b") == {1, 3}
    contexts.take_back_dismissal(store.db, "c", "a", None)
    assert contexts.dismissed(store.db, "c", "a", None) is False


def test_what_the_dashboard_deletes_takes_ours_along(store: Store) -> None:
    contexts.track(store.db, "c", "CLAUDE.md", [Alias("A.md", AliasType.LINK)])
    contexts.dismiss(store.db, "c", "a", "b", hunks=None)
    sync(store, "one")
    store.db.execute("DELETE FROM context_files WHERE id = 'c'")
    for table in ("git_context_targets", "git_context_aliases", "git_syncs", "git_dismissals"):
        assert store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
