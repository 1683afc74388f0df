from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bind,
    bound,
    canonical,
    dashboard_writes,
    database,
    edited,
    ok,
    rows,
    sees,
)

from studio_git.core.models import DriftKind, SyncStatus
from studio_git.services import drift, ledger, reports
from studio_git.services.drift import Standing
from studio_git.services.sides import Index
from studio_git.services.wording import explain, ways_on


def look(repo: Repo, *paths: str) -> list[Standing]:
    with sees(repo.path) as workspace:
        return drift.look(
            workspace.store, workspace.repository, workspace.place, paths=paths or None
        )


def only(repo: Repo) -> Standing:
    (standing,) = look(repo)
    return standing


def test_looking_writes_nothing(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    tables = [row["name"] for row in rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = [rows(f"SELECT * FROM {name}") for name in tables]
    assert only(repo).verdict.kind is DriftKind.REPO_AHEAD
    with sees(repo.path) as workspace:
        place = workspace.place
        drift.look(workspace.store, workspace.repository, place, source=Index(place))
    assert [rows(f"SELECT * FROM {name}") for name in tables] == before


def test_a_standing_has_its_three_sides_and_hunks(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    standing = only(repo)
    assert standing.base == TEXT.encode()
    assert standing.canonical == edited(FIRST).encode()
    assert standing.repo == edited(LAST).encode()
    assert [hunk.moved for hunk in standing.hunks] == ["studio", "repo"]
    assert standing.verdict.merged == edited(FIRST, LAST).encode()
    assert not standing.settled


def test_equal_sides_need_no_base(repo: Repo) -> None:
    bound(repo)
    with database() as db:
        db.execute("DELETE FROM git_syncs")
    standing = only(repo)
    assert (standing.verdict.status, standing.base) == (SyncStatus.SYNCED, None)
    with sees(repo.path) as workspace:
        place = workspace.place
        ledger.record(workspace.store, workspace.repository, place, [standing])
    assert only(repo).base == TEXT.encode(), "the base was healed"
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert only(repo).verdict.kind is DriftKind.REPO_AHEAD


def test_what_another_clone_took_over_stays_the_base_here(
    repo: Repo, make_repo: Callable[..., Repo]
) -> None:
    """Both have the same text in common with Studio, and only here no commit holds it yet."""
    bound(repo)
    other = make_repo("other")
    other.write("CLAUDE.md", TEXT)
    other.commit("Begin")
    bind(other, "--project", repo.path.name)
    repo.write("CLAUDE.md", edited(FIRST))
    ok(repo, "resolve", "CLAUDE.md", "--accept-repo")
    ok(other, "resolve", "CLAUDE.md", "--keep-studio")
    repo.write("CLAUDE.md", edited(FIRST, MIDDLE))
    standing = only(repo)
    assert standing.base == edited(FIRST).encode()
    assert standing.verdict.kind is DriftKind.REPO_AHEAD


def test_only_what_is_named(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    assert [it.file.filename for it in look(repo, "GEMINI.md")] == ["gemini.md"]
    assert [it.file.filename for it in look(repo, "claude.md")] == ["claude.md"]
    assert look(repo, "nope") == []


def test_studios_copy_is_a_link_out_of_the_home(repo: Repo, tmp_path: Path) -> None:
    bound(repo)
    (tmp_path / "secret").write_text("secret\n")
    canonical().unlink()
    canonical().symlink_to(tmp_path / "secret")
    standing = only(repo)
    assert standing.verdict.kind is DriftKind.UNREADABLE
    assert "Studio's copy" in standing.verdict.reason


def test_a_history_that_cannot_be_read_is_no_failure(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(repo, "sync")
    repo.commit("Edit")
    repo.write("CLAUDE.md", edited(LAST))
    tree = repo.git("rev-parse", "HEAD~1^{tree}")
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert only(repo).verdict.kind is not None


def test_gone_from_both_sides_is_said(repo: Repo) -> None:
    bound(repo)
    canonical().unlink()
    (repo.path / "CLAUDE.md").unlink()
    standing = only(repo)
    assert standing.verdict.kind is DriftKind.MISSING_IN_STUDIO
    assert "both sides" in explain(standing)


def test_every_kind_has_words_and_ways_on(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    standing = only(repo)
    for kind in DriftKind:
        one = replace(standing, verdict=replace(standing.verdict, kind=kind, reason=""))
        assert explain(one)
        assert all(command.startswith("git studio ") for _, command in ways_on(one))
        assert ways_on(one)


def test_a_name_is_quoted_in_a_command(repo: Repo) -> None:
    repo.write("a $(b)/AGENTS.md", "x\n")
    bound(repo)
    ok(repo, "track", "a $(b)/AGENTS.md")
    repo.write("a $(b)/AGENTS.md", "y\n")
    (standing,) = look(repo, "a $(b)/AGENTS.md")
    assert ways_on(standing)[0][1] == "git studio sync 'a $(b)/AGENTS.md'"


@pytest.mark.parametrize("where", [".", "docs"])
def test_paths_as_typed(repo: Repo, where: str) -> None:
    repo.write("docs/x", "x")
    cwd = (repo.path / where).resolve()
    top = repo.place.top
    inside = {".": "a.md", "docs": "docs/a.md"}[where]
    assert drift.relative_paths(repo.place, cwd, ["a.md", "./a.md"]) == [inside, inside]
    assert drift.relative_paths(repo.place, cwd, [str(top / "b.md")]) == ["b.md"]
    assert drift.relative_paths(repo.place, top, ["../b.md"]) == ["../b.md"]


def test_reports_show_lines_without_their_newlines(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    (hunk,) = reports.differences(only(repo))["hunks"]
    assert hunk["canonical_lines"] == ["Use tabs."]
    assert hunk["repo_lines"] == ["Use spaces."]
