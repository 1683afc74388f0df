from __future__ import annotations

import pytest
from conftest import Repo
from drifttools import (
    LAST,
    MIDDLE,
    TEXT,
    bound,
    canonical,
    context_row,
    dashboard_writes,
    drift_rows,
    edited,
    kind,
    ok,
    refused,
    rows,
    studio_text,
)


def test_there_is_nothing_to_undo(repo: Repo) -> None:
    bound(repo)
    assert "nothing to undo" in refused(repo, "undo")
    assert "no operation 7" in refused(repo, "undo", "7")


def test_bytes_come_back_as_they_were(repo: Repo) -> None:
    bound(repo)
    odd = b"\xef\xbb\xbf# One\r\nTwo\nThree\r\n\r\nno newline"
    repo.write("CLAUDE.md", odd)
    ok(repo, "sync")
    taken = canonical().read_bytes()
    theirs = b"# Other\r\n"
    dashboard_writes(theirs)
    ok(repo, "sync")
    assert (repo.path / "CLAUDE.md").read_bytes() != odd
    ok(repo, "undo")
    assert (repo.path / "CLAUDE.md").read_bytes() == odd
    assert canonical().read_bytes() == theirs
    assert kind(repo) == "studio-ahead"
    dashboard_writes(taken)
    ok(repo, "undo")
    assert studio_text() == TEXT
    assert kind(repo) == "repo-ahead"


def test_one_after_the_other_and_once_only(repo: Repo) -> None:
    bound(repo)
    for text in (edited(MIDDLE), edited(MIDDLE, LAST)):
        repo.write("CLAUDE.md", text)
        ok(repo, "sync")
    assert "Taken back: syncing CLAUDE.md." in ok(repo, "undo")
    assert studio_text() == edited(MIDDLE)
    assert "was undone already" in refused(repo, "undo", "2")
    ok(repo, "undo")
    assert studio_text() == TEXT
    assert "nothing to undo" in refused(repo, "undo")


def test_an_older_one_waits_for_the_newer(repo: Repo) -> None:
    bound(repo)
    for text in (edited(MIDDLE), edited(MIDDLE, LAST)):
        repo.write("CLAUDE.md", text)
        ok(repo, "sync")
    assert "later operations" in refused(repo, "undo", "1")
    assert studio_text() == edited(MIDDLE, LAST)


@pytest.mark.parametrize("side", ["studio", "repo"])
def test_a_later_edit_is_never_lost(repo: Repo, side: str) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    dashboard_writes(edited(MIDDLE))
    repo.write("GEMINI.md", "# Edited\n")
    ok(repo, "sync")
    if side == "repo":
        repo.write("CLAUDE.md", "later\n")
    else:
        dashboard_writes("later\n", "gemini.md")
    assert "was changed after operation 1" in refused(repo, "undo")
    assert studio_text("gemini.md") == ("later\n" if side == "studio" else "# Edited\n")
    assert repo.read("CLAUDE.md") == ("later\n" if side == "repo" else edited(MIDDLE))


def test_a_folder_stands_there_now(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(MIDDLE))
    ok(repo, "sync")
    (repo.path / "CLAUDE.md").unlink()
    (repo.path / "CLAUDE.md").mkdir()
    refused(repo, "undo")


def test_nothing_is_half_undone(repo: Repo) -> None:
    """One of the two files cannot be put back: neither is."""
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    dashboard_writes(edited(MIDDLE), "agents.md")
    ok(repo, "sync")
    repo.write("elsewhere.md", edited(MIDDLE))
    (repo.path / "CLAUDE.md").unlink()
    (repo.path / "CLAUDE.md").symlink_to("elsewhere.md")
    refused(repo, "undo")
    assert repo.read("AGENTS.md") == repo.read("elsewhere.md") == edited(MIDDLE)
    (repo.path / "CLAUDE.md").unlink()
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "undo")
    assert repo.read("AGENTS.md") == repo.read("CLAUDE.md") == TEXT


def test_after_the_file_was_untracked(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    ok(repo, "untrack", "CLAUDE.md")
    ok(repo, "undo")
    assert studio_text() == TEXT
    assert repo.read("CLAUDE.md") == edited(MIDDLE)


def test_the_rows_follow(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    synced_at = context_row()["last_sync_at"]
    ok(repo, "undo")
    row = context_row()
    assert row["sync_status"] == "stale"
    assert row["last_sync_at"] == synced_at
    assert row["canonical_hash"] != row["repo_hash"]
    assert [it["resolved_at"] for it in drift_rows()] == [None]
    (operation,) = rows("SELECT * FROM git_operations")
    assert operation["undone_at"] is not None
    ok(repo, "sync")
    assert studio_text() == edited(MIDDLE)
