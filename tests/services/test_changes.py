"""Writes of both sides as one operation: kept first, all or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import (
    MIDDLE,
    TEXT,
    bound,
    canonical,
    drift_rows,
    edited,
    home,
    ok,
    rows,
    sees,
    studio_text,
)

from studio_git.core.models import Resolution
from studio_git.errors import FileChangedError, StudioError, UsageError
from studio_git.services import changes
from studio_git.services.changes import REPO, STUDIO, Plan, Step, Write
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, look


def standing_in(workspace: Workspace) -> Standing:
    (standing,) = look(workspace.store, workspace.repository, workspace.place)
    return standing


def plan(title: str, standing: Standing, *writes: Write) -> Plan:
    return Plan(title, (Step(standing, Resolution.MERGED, writes, b"both\n"),))


def test_both_sides_are_written_and_logged(repo: Repo) -> None:
    bound(repo)
    with sees(repo.path) as workspace:
        number = changes.carry_out(
            workspace,
            plan(
                "merged CLAUDE.md",
                standing_in(workspace),
                Write(STUDIO, "claude.md", TEXT.encode(), b"both\n"),
                Write(REPO, "CLAUDE.md", TEXT.encode(), b"both\n"),
            ),
        )
    assert repo.read("CLAUDE.md") == studio_text() == "both\n"
    (operation,) = rows("SELECT * FROM git_operations")
    assert (operation["id"], operation["title"]) == (number, "merged CLAUDE.md")
    logged = json.loads(operation["changes"])
    assert [it["side"] for it in logged if "side" in it] == ["studio", "repo"]
    kept = {row["id"]: row["content"] for row in rows("SELECT * FROM git_snapshots")}
    assert kept[logged[0]["before"]] == TEXT.encode()
    assert kept[logged[0]["after"]] == b"both\n"


def test_a_file_that_moved_meanwhile_stops_all_of_it(repo: Repo) -> None:
    bound(repo)
    with sees(repo.path) as workspace, pytest.raises(FileChangedError):
        changes.carry_out(
            workspace,
            plan(
                "merged",
                standing_in(workspace),
                Write(STUDIO, "claude.md", TEXT.encode(), b"both\n"),
                Write(REPO, "CLAUDE.md", b"not what is there\n", b"both\n"),
            ),
        )
    assert repo.read("CLAUDE.md") == studio_text() == TEXT
    (operation,) = rows("SELECT * FROM git_operations")
    assert operation["undone_at"] is not None
    assert "nothing to undo" in repo.studio("undo").err
    assert drift_rows() == []


def test_files_are_made_and_removed(repo: Repo) -> None:
    bound(repo)
    with sees(repo.path) as workspace:
        changes.carry_out(
            workspace,
            plan(
                "made",
                standing_in(workspace),
                Write(STUDIO, "claude.md", TEXT.encode(), None),
                Write(REPO, "new/x.md", None, b"new\n"),
            ),
        )
        assert not canonical().exists()
        assert repo.read("new/x.md") == "new\n"
        changes.undo(workspace, None)
    assert studio_text() == TEXT
    assert not (repo.path / "new/x.md").exists()


@pytest.mark.parametrize("path", ["../out.md", "link/out.md"])
def test_nothing_is_written_out_of_the_tree(repo: Repo, path: str) -> None:
    bound(repo)
    (repo.path.parent / "outside").mkdir()
    (repo.path / "link").symlink_to("../outside")
    with sees(repo.path) as workspace, pytest.raises(StudioError):
        changes.carry_out(
            workspace, plan("x", standing_in(workspace), Write(REPO, path, None, b"x\n"))
        )
    assert list((repo.path.parent / "outside").iterdir()) == []
    assert not (repo.path.parent / "out.md").exists()


def test_a_crash_between_two_files_can_be_taken_back(repo: Repo) -> None:
    """The operation is logged before the first file is written."""
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    (operation,) = rows("SELECT * FROM git_operations")
    assert any("side" in it for it in json.loads(operation["changes"]))
    with sees(repo.path) as workspace:
        undone = changes.undo(workspace, operation["id"])
    assert undone.id == operation["id"]
    assert studio_text() == TEXT


def test_an_operation_of_another_clone_is_not_ours(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    second = repo.path.parent / "second"
    repo.git("clone", "-q", repo.path, second)
    other = Repo(second)
    ok(other, "init", "--yes", "--no-hooks")
    with sees(second) as workspace, pytest.raises(UsageError, match="no operation 1"):
        changes.undo(workspace, 1)


def test_new_files_of_studio_are_private(repo: Repo) -> None:
    bound(repo)
    canonical().unlink()
    ok(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert canonical().stat().st_mode & 0o777 == 0o600
    assert Path(home()).stat().st_mode & 0o777 == 0o700


def test_what_an_editor_holds_is_left_to_the_editor(repo: Repo) -> None:
    bound(repo)
    with sees(repo.path) as workspace:
        workspace.held["CLAUDE.md"] = TEXT.encode()
        changes.carry_out(
            workspace,
            plan(
                "merged CLAUDE.md",
                standing_in(workspace),
                Write(STUDIO, "claude.md", TEXT.encode(), b"both\n"),
                Write(REPO, "CLAUDE.md", TEXT.encode(), b"both\n"),
            ),
        )
        assert (studio_text(), repo.read("CLAUDE.md")) == ("both\n", TEXT)
        assert workspace.held == {"CLAUDE.md": b"both\n"}
        changes.undo(workspace, None)
        assert (studio_text(), workspace.held) == (TEXT, {"CLAUDE.md": TEXT.encode()})


def test_undo_looks_at_what_the_editor_holds(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    with sees(repo.path) as workspace:
        standing = standing_in(workspace)
        changes.carry_out(
            workspace,
            plan(
                "kept", standing, Write(REPO, "CLAUDE.md", edited(MIDDLE).encode(), TEXT.encode())
            ),
        )
        workspace.held["CLAUDE.md"] = b"typed since\n"
        with pytest.raises(FileChangedError):
            changes.undo(workspace, None)
        assert workspace.held == {"CLAUDE.md": b"typed since\n"}
