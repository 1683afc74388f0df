"""The rows that the dashboard reads: what a look, a resolution and time do to them."""

from __future__ import annotations

import pytest
from conftest import Repo
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    activity_types,
    bound,
    context_row,
    dashboard_writes,
    database,
    drift_rows,
    edited,
    ok,
    rows,
    sees,
)

from studio_git.core.models import Resolution
from studio_git.core.text import content_hash
from studio_git.services import ledger
from studio_git.services.drift import look
from studio_git.services.resolve import refresh

LONG_AGO = "2001-02-03 04:05:06"


def see(repo: Repo) -> None:
    with sees(repo.path) as workspace:
        refresh(workspace)


def age(column: str) -> None:
    with database() as db:
        db.execute(f"UPDATE context_files SET {column} = ?", [LONG_AGO])


def test_the_row_says_what_was_seen(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    row = context_row()
    assert row["canonical_hash"] == content_hash(TEXT.encode())
    assert row["repo_hash"] == content_hash(edited(MIDDLE).encode())
    assert row["sync_status"] == "stale"


def test_the_times_move_when_they_should(repo: Repo) -> None:
    bound(repo)
    for column in ("last_checked_at", "last_sync_at", "updated_at"):
        age(column)
    see(repo)
    row = context_row()
    assert row["last_checked_at"] > LONG_AGO
    assert (row["last_sync_at"], row["updated_at"]) == (LONG_AGO, LONG_AGO), "nothing changed"
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    row = context_row()
    assert row["updated_at"] > LONG_AGO
    assert row["last_sync_at"] == LONG_AGO
    age("updated_at")
    ok(repo, "sync")
    row = context_row()
    assert row["updated_at"] > LONG_AGO
    assert row["last_sync_at"] > LONG_AGO
    assert len(row["last_sync_at"]) == len("2001-02-03 04:05:06")


def test_one_open_record_that_follows_the_sides(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    see(repo)
    (record,) = drift_rows()
    assert record["canonical_content"] == TEXT
    assert record["repo_content"] == edited(MIDDLE)
    assert record["diff_summary"] == "+1 lines, -1 lines"
    assert (record["resolved_at"], record["resolution"]) == (None, None)
    dashboard_writes(edited(FIRST))
    see(repo)
    (again,) = drift_rows()
    assert again["id"] == record["id"]
    assert again["detected_at"] == record["detected_at"]
    assert again["canonical_content"] == edited(FIRST)
    assert again["diff_summary"] == "+2 lines, -2 lines"


@pytest.mark.parametrize(
    ("settle", "resolution"),
    [("studio", "accepted_repo"), ("repo", "kept_studio"), ("both", "merged")],
)
def test_drift_that_goes_away_by_itself_is_closed_as_what_happened(
    repo: Repo, settle: str, resolution: str
) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    see(repo)
    if settle == "studio":
        dashboard_writes(edited(LAST))
    elif settle == "repo":
        repo.write("CLAUDE.md", edited(FIRST))
    else:
        dashboard_writes(edited(FIRST, LAST))
        repo.write("CLAUDE.md", edited(FIRST, LAST))
    see(repo)
    (record,) = drift_rows()
    assert record["resolution"] == resolution
    assert record["resolved_at"] is not None
    assert context_row()["sync_status"] == "synced"
    assert activity_types()[-2:] == ["drift_detected", "drift_resolved"]


def test_a_revert_by_hand_closes_it_too(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    repo.write("CLAUDE.md", TEXT)
    see(repo)
    assert [it["resolution"] for it in drift_rows()] == ["kept_studio"]


def test_the_alert_query_of_the_dashboard(repo: Repo) -> None:
    bound(repo)
    query = "SELECT * FROM context_files WHERE sync_status IN ('stale', 'diverged')"
    see(repo)
    assert rows(query) == []
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    assert len(rows(query)) == 1
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    assert rows(query) == []


def test_what_cannot_be_compared_opens_and_closes_nothing(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", b"\0")
    see(repo)
    assert drift_rows() == []
    assert context_row()["sync_status"] == "unknown"
    repo.write("CLAUDE.md", edited(MIDDLE))
    see(repo)
    repo.write("CLAUDE.md", b"\0")
    see(repo)
    (record,) = drift_rows()
    assert record["resolved_at"] is None


def test_a_missing_side_is_kept_as_null(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").unlink()
    see(repo)
    (record,) = drift_rows()
    assert (record["canonical_content"], record["repo_content"]) == (TEXT, None)
    assert context_row()["repo_hash"] is None


def test_only_our_seven_kinds_of_activity(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    ok(repo, "undo")
    found = rows("SELECT * FROM activity_log")
    assert {it["activity_type"] for it in found} <= {
        "session_captured",
        "decision_recorded",
        "cycle_started",
        "cycle_completed",
        "drift_detected",
        "drift_resolved",
        "context_updated",
    }
    drifts = {it["id"] for it in drift_rows()}
    for row in found:
        if row["reference_type"] == "drift":
            assert row["reference_id"] in drifts
        assert row["title"]
        assert row["project_id"]


def test_the_same_content_is_remembered_once(repo: Repo) -> None:
    bound(repo)
    count = len(rows("SELECT * FROM git_syncs"))
    for _ in range(3):
        see(repo)
    assert len(rows("SELECT * FROM git_syncs")) == count


def test_head(repo: Repo) -> None:
    assert ledger.head_of(repo.place) == ledger.Head(None, "main")
    oid = repo.commit("Begin")
    assert ledger.head_of(repo.place) == ledger.Head(oid, "main")
    repo.git("checkout", "-q", "--detach")
    assert ledger.head_of(repo.place) == ledger.Head(oid, None)


def test_closing_what_is_not_open_does_nothing(repo: Repo) -> None:
    bound(repo)
    before = activity_types()
    with sees(repo.path) as workspace:
        (standing,) = look(workspace.store, workspace.repository, workspace.place)
        with workspace.store.writing():
            assert ledger.close_drift(workspace.store, standing.file, Resolution.MERGED) is None
    assert activity_types() == before
