from __future__ import annotations

import pytest
from conftest import Repo
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bound,
    canonical,
    dashboard_writes,
    edited,
    rows,
    sees,
    studio_text,
)

from studio_git.core.models import DriftKind, Resolution
from studio_git.errors import FileChangedError, UnreadableError, UsageError
from studio_git.services import resolve
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing


def standing(workspace: Workspace, name: str = "CLAUDE.md") -> Standing:
    return resolve.standing_of(workspace, name)


def test_a_file_by_either_of_its_names(repo: Repo) -> None:
    bound(repo)
    with sees(repo.path) as workspace:
        assert standing(workspace).file == standing(workspace, "claude.md").file
        with pytest.raises(UsageError, match="not a tracked"):
            standing(workspace, "nope.md")


@pytest.mark.parametrize("side", ["studio", "repo"])
def test_a_file_that_changed_since_it_was_looked_at(repo: Repo, side: str) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    with sees(repo.path) as workspace:
        seen = standing(workspace)
        file = canonical() if side == "studio" else repo.path / "CLAUDE.md"
        file.write_text("# Meanwhile\n")
        before = (repo.read("CLAUDE.md"), studio_text())
        for how in (Resolution.ACCEPTED_REPO, Resolution.KEPT_STUDIO, Resolution.MERGED):
            with pytest.raises(FileChangedError):
                resolve.resolve(workspace, seen, how)
            assert (repo.read("CLAUDE.md"), studio_text()) == before


def test_a_file_that_went_away_or_came_since(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    with sees(repo.path) as workspace:
        seen = standing(workspace)
        (repo.path / "CLAUDE.md").unlink()
        with pytest.raises(FileChangedError):
            resolve.resolve(workspace, seen, Resolution.KEPT_STUDIO)
        gone = standing(workspace)
        repo.write("CLAUDE.md", "# Back\n")
        with pytest.raises(FileChangedError):
            resolve.resolve(workspace, gone, Resolution.KEPT_STUDIO)
    assert repo.read("CLAUDE.md") == "# Back\n"


def test_what_cannot_be_read_is_not_resolved(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", b"\0")
    with sees(repo.path) as workspace:
        for how in Resolution:
            with pytest.raises(UnreadableError):
                resolve.resolve(workspace, standing(workspace), how)
        with pytest.raises(UnreadableError):
            resolve.resolve_with(workspace, standing(workspace), b"x\n")
    assert rows("SELECT * FROM git_operations") == []


def test_a_text_of_ones_own_goes_to_both(repo: Repo) -> None:
    bound(repo, TEXT.replace("\n", "\r\n"))
    dashboard_writes(edited(("tabs", "a")))
    repo.write("CLAUDE.md", edited(("tabs", "b")).replace("\n", "\r\n"))
    with sees(repo.path) as workspace:
        seen = standing(workspace)
        text = resolve.conflict_text(seen)
        assert text is not None
        assert b"<<<<<<< studio" in text
        resolve.resolve_with(workspace, seen, edited(("tabs", "c")).encode())
    assert repo.read("CLAUDE.md") == edited(("tabs", "c")).replace("\n", "\r\n")
    assert studio_text() == edited(("tabs", "c"))


def test_one_side_alone_has_no_conflict_text(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").unlink()
    with sees(repo.path) as workspace:
        assert resolve.conflict_text(standing(workspace)) is None


@pytest.mark.parametrize("how", [Resolution.ACCEPTED_REPO, Resolution.KEPT_STUDIO])
def test_merging_needs_two_moves(repo: Repo, how: Resolution) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    with sees(repo.path) as workspace:
        with pytest.raises(UsageError, match="only one side changed"):
            resolve.resolve(workspace, standing(workspace), Resolution.MERGED)
        resolve.resolve(workspace, standing(workspace), how)
        assert standing(workspace).verdict.kind is None
        with pytest.raises(UsageError, match="is synced"):
            resolve.resolve(workspace, standing(workspace), how)


def test_hunks_one_after_the_other_end_in_step(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    with sees(repo.path) as workspace:
        resolve.resolve(workspace, standing(workspace), Resolution.ACCEPTED_REPO, [2])
        left = standing(workspace)
        assert left.verdict.kind is DriftKind.STUDIO_AHEAD
        assert len(left.hunks) == 1
        resolve.resolve(workspace, left, Resolution.KEPT_STUDIO, [1])
        assert standing(workspace).verdict.kind is None
    assert studio_text() == edited(FIRST, LAST)


def test_sync_and_what_it_says_it_did(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    dashboard_writes("# Other\n", "gemini.md")
    with sees(repo.path) as workspace:
        done = resolve.sync(workspace)
        assert [(it.file.filename, how) for it, how in done.moved] == [
            ("claude.md", Resolution.ACCEPTED_REPO),
            ("gemini.md", Resolution.KEPT_STUDIO),
        ]
        assert done.left == ()
        assert resolve.sync(workspace) == resolve.Synced(None, (), ())


def test_the_only_line_of_a_text_and_an_empty_one(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", "")
    with sees(repo.path) as workspace:
        resolve.resolve(workspace, standing(workspace), Resolution.ACCEPTED_REPO)
        assert canonical().read_bytes() == b""
        dashboard_writes("one")
        resolve.resolve(workspace, standing(workspace), Resolution.KEPT_STUDIO)
    assert repo.read("CLAUDE.md") == "one"
