from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Repo, run
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    activity_types,
    bound,
    canonical,
    context_row,
    dashboard_writes,
    drift_rows,
    edited,
    editor,
    entry,
    kind,
    ok,
    refused,
    rows,
    studio_text,
)

BOTH = edited(FIRST, LAST)


def both_moved(repo: Repo) -> Repo:
    """Studio changed the first line, the repository the last one."""
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    return repo


def in_conflict(repo: Repo) -> Repo:
    bound(repo)
    dashboard_writes(edited(("tabs", "two spaces")))
    repo.write("CLAUDE.md", edited(("tabs", "four spaces")))
    return repo


@pytest.mark.parametrize(
    ("option", "resolution", "text"),
    [
        ("--accept-repo", "accepted_repo", edited(LAST)),
        ("--keep-studio", "kept_studio", edited(FIRST)),
        ("--merge", "merged", BOTH),
    ],
)
def test_each_way_to_settle_it(repo: Repo, option: str, resolution: str, text: str) -> None:
    both_moved(repo)
    assert kind(repo) == "mergeable"
    out = ok(repo, "resolve", "CLAUDE.md", option)
    assert "git studio undo 1" in out
    assert repo.read("CLAUDE.md") == studio_text() == text
    assert repo.studio("status").status == 0
    (record,) = drift_rows()
    assert record["resolution"] == resolution
    assert record["resolved_at"] is not None
    assert (record["canonical_content"], record["repo_content"]) == (edited(FIRST), edited(LAST))
    ok(repo, "undo")
    assert (studio_text(), repo.read("CLAUDE.md")) == (edited(FIRST), edited(LAST))
    assert kind(repo) == "mergeable"
    (record,) = drift_rows()
    assert (record["resolution"], record["resolved_at"]) == (None, None)


def test_a_dismissal_holds_until_either_side_changes(repo: Repo) -> None:
    both_moved(repo)
    kind(repo)
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    found = entry(repo)
    assert (found["kind"], found["sync_status"], found["dismissed"]) == (
        "mergeable",
        "diverged",
        True,
    )
    assert repo.studio("status").status == 0
    assert context_row()["sync_status"] == "unknown"
    assert [it["resolution"] for it in drift_rows()] == ["dismissed"]
    assert ok(repo, "sync") == "Everything is in step.\n"
    repo.write("CLAUDE.md", edited(MIDDLE))
    found = entry(repo)
    assert (found["kind"], found["dismissed"]) == ("mergeable", False)
    assert context_row()["sync_status"] == "diverged"
    assert [it["resolution"] for it in drift_rows()] == ["dismissed", None]
    repo.write("CLAUDE.md", edited(LAST))
    assert entry(repo)["dismissed"] is True
    dashboard_writes(edited(FIRST, MIDDLE))
    assert entry(repo)["dismissed"] is False


def test_a_dismissal_can_be_undone(repo: Repo) -> None:
    both_moved(repo)
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    ok(repo, "undo")
    assert entry(repo)["dismissed"] is False
    assert repo.studio("status").status == 1
    assert context_row()["sync_status"] == "diverged"
    assert len([it for it in drift_rows() if it["resolved_at"] is None]) == 1


def test_what_was_dismissed_can_still_be_settled(repo: Repo) -> None:
    both_moved(repo)
    ok(repo, "resolve", "CLAUDE.md", "--dismiss")
    ok(repo, "resolve", "CLAUDE.md", "--merge")
    assert studio_text() == BOTH
    assert kind(repo) is None
    assert context_row()["sync_status"] == "synced"


@pytest.mark.parametrize(
    ("option", "number", "after", "left"),
    [
        ("--accept-repo", "2", (edited(FIRST, LAST), edited(LAST)), "studio-ahead"),
        ("--keep-studio", "1", (edited(FIRST), edited(FIRST, LAST)), "repo-ahead"),
        ("--merge", "1", (edited(FIRST), edited(FIRST, LAST)), "repo-ahead"),
        ("--merge", "2", (edited(FIRST, LAST), edited(LAST)), "studio-ahead"),
        ("--accept-repo", "1", (TEXT, edited(LAST)), "repo-ahead"),
        ("--keep-studio", "2", (edited(FIRST), TEXT), "studio-ahead"),
    ],
)
def test_one_hunk_and_the_rest_keeps_its_direction(
    repo: Repo, option: str, number: str, after: tuple[str, str], left: str
) -> None:
    both_moved(repo)
    kind(repo)
    out = ok(repo, "resolve", "CLAUDE.md", option, "--hunk", number)
    assert "What is left" in out
    assert (studio_text(), repo.read("CLAUDE.md")) == after
    assert kind(repo) == left
    assert [it["resolution"] for it in drift_rows()] == [None]
    ok(repo, "undo")
    assert (studio_text(), repo.read("CLAUDE.md")) == (edited(FIRST), edited(LAST))
    assert kind(repo) == "mergeable"


def test_all_hunks_one_by_one(repo: Repo) -> None:
    both_moved(repo)
    ok(repo, "resolve", "CLAUDE.md", "--merge", "--hunk", "1", "--hunk", "2")
    assert studio_text() == repo.read("CLAUDE.md") == BOTH
    assert kind(repo) is None


def test_a_hunk_that_is_dismissed_leaves_the_others(repo: Repo) -> None:
    both_moved(repo)
    kind(repo)
    ok(repo, "resolve", "CLAUDE.md", "--dismiss", "--hunk", "1")
    assert entry(repo)["dismissed"] is False
    assert context_row()["sync_status"] == "diverged"
    ok(repo, "resolve", "CLAUDE.md", "--dismiss", "--hunk", "2")
    assert entry(repo)["dismissed"] is True
    assert context_row()["sync_status"] == "unknown"
    ok(repo, "undo")
    assert entry(repo)["dismissed"] is False
    ok(repo, "resolve", "CLAUDE.md", "--dismiss", "--hunk", "2")
    assert entry(repo)["dismissed"] is True, "the first hunk's dismissal was kept by the undo"


def test_a_hunk_that_both_sides_changed_is_not_merged(repo: Repo) -> None:
    in_conflict(repo)
    said = refused(repo, "resolve", "CLAUDE.md", "--merge", "--hunk", "1")
    assert "hunk 1 cannot be merged without you" in said
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio", "--hunk", "1")
    assert kind(repo) is None


def test_a_hunk_that_does_not_exist(repo: Repo) -> None:
    both_moved(repo)
    said = refused(repo, "resolve", "CLAUDE.md", "--accept-repo", "--hunk", "3")
    assert "no hunk 3 (there are: 1 to 2)" in said
    assert (studio_text(), repo.read("CLAUDE.md")) == (edited(FIRST), edited(LAST))
    assert refused(repo, "resolve", "CLAUDE.md", "--accept-repo", "--hunk", "0")


def test_a_conflict_is_not_merged_and_no_marker_is_written(repo: Repo) -> None:
    in_conflict(repo)
    said = refused(repo, "resolve", "CLAUDE.md", "--merge")
    assert "both sides changed the same lines" in said
    assert "--merge --edit" in said
    assert "<<<<" not in repo.read("CLAUDE.md") + studio_text()


def test_a_conflict_is_settled_in_the_editor(repo: Repo, tmp_path: Path) -> None:
    in_conflict(repo)
    repo.env["GIT_EDITOR"] = editor(
        tmp_path, f'cp "$1" {tmp_path}/seen; printf "# Settled\\n" > "$1"'
    )
    ok(repo, "resolve", "CLAUDE.md", "--merge", "--edit")
    assert repo.read("CLAUDE.md") == studio_text() == "# Settled\n"
    seen = (tmp_path / "seen").read_text()
    assert "<<<<<<< studio\n" in seen
    assert "two spaces" in seen
    assert ">>>>>>> repository\n" in seen
    ok(repo, "undo")
    assert repo.read("CLAUDE.md") == edited(("tabs", "four spaces"))


@pytest.mark.parametrize("script", [":", "exit 1"])
def test_an_editor_that_settles_nothing(repo: Repo, tmp_path: Path, script: str) -> None:
    in_conflict(repo)
    repo.env["GIT_EDITOR"] = editor(tmp_path, script)
    refused(repo, "resolve", "CLAUDE.md", "--merge", "--edit")
    assert repo.read("CLAUDE.md") == edited(("tabs", "four spaces"))
    assert studio_text() == edited(("tabs", "two spaces"))
    assert rows("SELECT * FROM git_operations") == []


@pytest.mark.parametrize("side", ["studio", "repo"])
def test_a_file_that_changes_under_the_editor(repo: Repo, tmp_path: Path, side: str) -> None:
    in_conflict(repo)
    file = canonical() if side == "studio" else repo.path / "CLAUDE.md"
    repo.env["GIT_EDITOR"] = editor(
        tmp_path, f'printf "# Settled\\n" > "$1"; printf "# Meanwhile\\n" > "{file}"'
    )
    said = refused(repo, "resolve", "CLAUDE.md", "--merge", "--edit")
    assert "changed while it was being worked on" in said
    assert file.read_text() == "# Meanwhile\n"
    other = repo.path / "CLAUDE.md" if side == "studio" else canonical()
    assert "Settled" not in other.read_text()


def test_a_deletion_that_is_accepted_untracks_the_file(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    toml = repo.read(".studio.toml")
    assert '"claude.md"' in toml
    repo.write(".studio.toml", f"# Our file\n{toml}# The end\n")
    toml = repo.read(".studio.toml")
    (repo.path / "CLAUDE.md").unlink()
    kind(repo)
    out = ok(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert "CLAUDE.md: no longer tracked." in out
    answer = repo.studio("status", "--json")
    assert answer.status == 0
    assert [it["filename"] for it in answer.json["context"]] == ["gemini.md"]
    assert repo.studio("status").err == "", "nothing is proposed by what we wrote ourselves"
    assert repo.read(".studio.toml") == toml.replace('"claude.md" = "CLAUDE.md"\n', "")
    assert studio_text() == TEXT, "Studio's copy stays"
    assert [it["resolution"] for it in drift_rows()] == ["accepted_repo"]
    assert context_row()["sync_status"] == "unknown"
    ok(repo, "undo")
    assert repo.read(".studio.toml") == toml
    answer = repo.studio("status")
    assert "missing-in-repo" in answer.out
    assert answer.err == ""


def test_a_file_that_is_gone_is_written_again(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").unlink()
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio")
    assert repo.read("CLAUDE.md") == TEXT
    assert kind(repo) is None
    ok(repo, "undo")
    assert not (repo.path / "CLAUDE.md").exists()


def test_studios_copy_is_gone_and_taken_in_again(repo: Repo) -> None:
    bound(repo)
    canonical().unlink()
    ok(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert studio_text() == TEXT
    ok(repo, "undo")
    assert not canonical().exists()
    ok(repo, "resolve", "CLAUDE.md", "--keep-studio")
    assert repo.read("CLAUDE.md") == TEXT, "no longer tracked, and not deleted"


def test_copies_that_were_edited_differently(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    repo.write("AGENTS.md", edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    found = entry(repo, name="agents.md")
    assert (found["kind"], found["reason"]) == ("conflict", "copies-differ")
    assert found["sync_status"] == "diverged"
    out = repo.studio("status").out
    assert "git studio resolve AGENTS.md --accept-repo" in out
    assert "git studio resolve CLAUDE.md --accept-repo" in out
    assert repo.studio("sync").status == 1
    refused(repo, "resolve", "CLAUDE.md", "--merge")
    ok(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert repo.read("AGENTS.md") == repo.read("CLAUDE.md") == edited(LAST)
    assert studio_text("agents.md") == edited(LAST)
    assert kind(repo, name="agents.md") is None
    ok(repo, "undo")
    assert (repo.read("AGENTS.md"), repo.read("CLAUDE.md")) == (edited(FIRST), edited(LAST))
    assert studio_text("agents.md") == TEXT


def test_the_words_have_to_fit_together(repo: Repo) -> None:
    bound(repo)
    assert "which side counts" in refused(repo, "resolve", "CLAUDE.md")
    assert "said twice" in refused(repo, "resolve", "CLAUDE.md", "--accept-repo", "--keep-studio")
    assert "--edit goes with --merge" in refused(
        repo, "resolve", "CLAUDE.md", "--accept-repo", "--edit"
    )
    assert "nothing to resolve" in refused(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert "not a tracked" in refused(repo, "resolve", "nope", "--accept-repo")


def test_from_a_sub_folder_by_either_name(repo: Repo) -> None:
    repo.write("src/x", "x")
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    ok(Repo(repo.path / "src"), "resolve", "../CLAUDE.md", "--accept-repo")
    repo.write("CLAUDE.md", TEXT)
    ok(Repo(repo.path / "src"), "resolve", "claude.md", "--accept-repo")
    assert studio_text() == TEXT


def test_a_link_out_of_the_tree_is_never_written_through(repo: Repo) -> None:
    bound(repo)
    outside = repo.path.parent / "outside.md"
    outside.write_text(TEXT)
    (repo.path / "CLAUDE.md").unlink()
    (repo.path / "CLAUDE.md").symlink_to(outside)
    dashboard_writes(edited(MIDDLE))
    refused(repo, "resolve", "CLAUDE.md", "--keep-studio")
    refused(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert outside.read_text() == TEXT


def test_the_feed_tells_what_happened(repo: Repo) -> None:
    both_moved(repo)
    before = len(activity_types())
    kind(repo)
    ok(repo, "resolve", "CLAUDE.md", "--merge")
    assert activity_types()[before:] == ["drift_detected", "drift_resolved", "context_updated"]


def test_text_with_region_markers_of_its_own_cannot_be_put_into_a_region(repo: Repo) -> None:
    bound(repo, f"<!-- studio:begin -->\n{TEXT}<!-- studio:end -->\n")
    before = repo.read("CLAUDE.md")
    dashboard_writes(f"<!-- studio:end -->\n{TEXT}")
    refused(repo, "resolve", "CLAUDE.md", "--keep-studio")
    assert repo.read("CLAUDE.md") == before


def test_the_suggested_commands_run_as_they_stand(repo: Repo) -> None:
    both_moved(repo)
    out = repo.studio("status").out
    commands = [line.partition(": ")[2].strip() for line in out.splitlines() if "git st" in line]
    assert commands == ["git studio diff CLAUDE.md", "git studio resolve CLAUDE.md --merge"]
    assert [run("sh", "-c", it, cwd=repo.path).status for it in commands] == [1, 0]
