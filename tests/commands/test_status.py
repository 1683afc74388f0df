from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from conftest import Repo, run
from drifttools import (
    FIRST,
    LAST,
    MIDDLE,
    TEXT,
    bind,
    bound,
    canonical,
    context_row,
    dashboard_writes,
    database,
    drift_rows,
    edited,
    entry,
    home,
    kind,
    ok,
    refused,
)


def test_in_step(repo: Repo) -> None:
    bound(repo)
    answer = repo.studio("status")
    assert answer.status == 0
    assert answer.out == ("repo on main\n  CLAUDE.md  synced\n1 context file is in step.\n")
    assert answer.err == ""


def test_the_object_has_the_documented_keys(repo: Repo) -> None:
    bound(repo)
    answer = repo.studio("status", "--json")
    assert answer.status == 0
    whole = answer.json
    assert set(whole) == {
        "project", "repository", "context", "cycle", "session", "decisions",
    }  # fmt: skip
    assert set(whole["project"]) == {"id", "name"}
    assert set(whole["repository"]) == {"id", "path"}
    assert whole["repository"]["path"] == str(repo.place.top)
    assert whole["cycle"] is None
    found = entry(repo)
    assert found["canonical_hash"] == found["repo_hash"] == found["base_hash"]
    assert (found["filename"], found["repo_path"]) == ("claude.md", "CLAUDE.md")
    assert (found["aliases"], found["dismissed"], found["reason"]) == ([], False, "")


def _studio_moves(repo: Repo) -> None:
    dashboard_writes(edited(MIDDLE))


def _repo_moves(repo: Repo) -> None:
    repo.write("CLAUDE.md", edited(MIDDLE))


def _both_move(repo: Repo) -> None:
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))


def _both_move_the_same_line(repo: Repo) -> None:
    dashboard_writes(edited(("tabs", "two spaces")))
    repo.write("CLAUDE.md", edited(("tabs", "four spaces")))


def _nothing_in_common(repo: Repo) -> None:
    with database() as db:
        db.execute("DELETE FROM git_syncs")
    repo.write("CLAUDE.md", "other\n")


def _gone_from_repo(repo: Repo) -> None:
    (repo.path / "CLAUDE.md").unlink()


def _gone_from_studio(repo: Repo) -> None:
    canonical().unlink()


def _gone_from_both(repo: Repo) -> None:
    _gone_from_repo(repo)
    _gone_from_studio(repo)


def _binary(repo: Repo) -> None:
    repo.write("CLAUDE.md", b"a\0b")


@pytest.mark.parametrize(
    ("make", "status", "kind_", "summary"),
    [
        (_studio_moves, "stale", "studio-ahead", "+1 lines, -1 lines"),
        (_repo_moves, "stale", "repo-ahead", "+1 lines, -1 lines"),
        (_both_move, "diverged", "mergeable", "+2 lines, -2 lines"),
        (_both_move_the_same_line, "diverged", "conflict", "+1 lines, -1 lines"),
        (_nothing_in_common, "unknown", "no-base", "+1 lines, -7 lines"),
        (_gone_from_repo, "unknown", "missing-in-repo", "+0 lines, -7 lines"),
        (_gone_from_studio, "unknown", "missing-in-studio", "+7 lines, -0 lines"),
        (_gone_from_both, "unknown", "missing-in-studio", ""),
        (_binary, "unknown", "unreadable", ""),
    ],
)
def test_every_kind_of_drift(
    repo: Repo, make: Callable[[Repo], None], status: str, kind_: str, summary: str
) -> None:
    bound(repo)
    make(repo)
    found = entry(repo)
    assert (found["sync_status"], found["kind"], found["diff_summary"]) == (status, kind_, summary)
    said = repo.studio("status")
    assert said.status == 1
    assert kind_ in said.out
    assert "git studio " in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert context_row()["sync_status"] == status


def test_what_to_do_is_a_command_that_can_be_copied(repo: Repo) -> None:
    bound(repo, path="a b/CLAUDE.md")
    bind(repo)
    ok(repo, "track", "a b/CLAUDE.md")
    repo.write("a b/CLAUDE.md", edited(MIDDLE))
    (line,) = [it for it in repo.studio("status").out.splitlines() if "git studio" in it]
    command = line.partition(": ")[2].strip()
    assert command == "git studio sync 'a b/CLAUDE.md'"
    assert run("sh", "-c", command, cwd=repo.path).status == 0
    assert repo.studio("status").status == 0


def test_the_index_and_the_work_tree_are_told_apart(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    repo.git("add", "CLAUDE.md")
    repo.write("CLAUDE.md", TEXT)
    assert kind(repo) is None
    assert kind(repo, "--staged") == "repo-ahead"
    assert repo.studio("status", "--staged").status == 1
    assert context_row()["sync_status"] == "synced", "a look at the index is not stored"
    assert drift_rows() == []


def test_the_index_that_git_names_is_looked_at(repo: Repo) -> None:
    bound(repo)
    other = repo.path / ".git" / "other-index"
    repo.write("CLAUDE.md", edited(MIDDLE))
    repo.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(other)})
    repo.git("update-index", "CLAUDE.md", env={"GIT_INDEX_FILE": str(other)})
    repo.env["GIT_INDEX_FILE"] = ".git/other-index"
    assert kind(repo, "--staged") == "repo-ahead"
    del repo.env["GIT_INDEX_FILE"]
    assert kind(repo, "--staged") is None


@pytest.mark.parametrize(
    ("folder", "word"),
    [
        (".", "docs/architecture.md"),
        (".", "./docs/../docs/architecture.md"),
        (".", "docs"),
        (".", "docs/"),
        ("docs", "architecture.md"),
        ("docs", "."),
        ("docs", "docs/architecture.md"),
        ("src", "../docs/architecture.md"),
        ("src", "../docs"),
    ],
)
def test_the_ways_to_name_a_file(repo: Repo, folder: str, word: str) -> None:
    repo.write("docs/architecture.md", "# How it is built\n")
    repo.write("src/x", "x")
    bound(repo)
    repo.write("docs/architecture.md", "# Changed\n")
    answer = Repo(repo.path / folder).studio("status", "--json", word)
    assert answer.status == 1, answer.err
    assert [it["repo_path"] for it in answer.json["context"]] == ["docs/architecture.md"]
    assert repo.studio("status", "CLAUDE.md").status == 0


def test_a_name_in_studio_will_do(repo: Repo) -> None:
    repo.write("src/x", "x")
    bound(repo)
    assert Repo(repo.path / "src").studio("status", "claude.md").status == 0
    assert repo.studio("status", str(repo.path / "CLAUDE.md")).status == 0


@pytest.mark.parametrize("word", ["nope.md", "src", "../elsewhere", "/etc/passwd"])
def test_a_name_that_is_none(repo: Repo, word: str) -> None:
    repo.write("src/x", "x")
    bound(repo)
    said = refused(repo, "status", word)
    assert "is not a tracked context file" in said


def test_an_empty_name(repo: Repo) -> None:
    bound(repo)
    assert "empty name" in refused(repo, "status", "")


def test_control_characters_never_reach_the_terminal(repo: Repo) -> None:
    bound(repo)
    folder = "docs\x1b[2J"
    repo.write(f"{folder}/x", "x")
    said = refused(repo, "status", f"{folder}/x")
    assert "\x1b" not in said
    with database() as db:
        db.execute("UPDATE projects SET name = ?", ["evil\x1b]0;owned\x07\nname"])
        db.execute("UPDATE git_context_targets SET repo_path = ?", ["CLAUDE\x1b[2J.md"])
    for words in (["status"], ["diff"], ["sync"], ["status", "--staged"]):
        answer = repo.studio(*words)
        assert "\x1b" not in answer.out + answer.err
        assert "\x07" not in answer.out + answer.err
        assert "Traceback" not in answer.err
    assert repo.studio("status", "--json").json["context"][0]["repo_path"] == "CLAUDE\x1b[2J.md"


def test_control_characters_in_a_text_never_reach_the_terminal(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(("tabs", "tabs\x1b[2J\x07")))
    answer = repo.studio("diff")
    assert answer.status == 1
    assert "\x1b" not in answer.out
    assert "\\x1b[2J" in answer.out


def test_nothing_is_tracked(repo: Repo) -> None:
    bind(repo)
    answer = repo.studio("status")
    assert answer.status == 0
    assert "git studio track PATH" in answer.out
    assert repo.studio("status", "--json").json["context"] == []


def test_outside_a_bound_repository(repo: Repo) -> None:
    assert "git studio init" in refused(repo, "status")
    assert "not in a git repository" in refused(Repo(repo.path.parent), "status")


def test_an_unknown_key_of_studio_toml_is_told(repo: Repo) -> None:
    bound(repo)
    with (repo.path / ".studio.toml").open("a") as file:
        file.write("[future]\nthing = 1\n")
    answer = repo.studio("status")
    assert answer.status == 0
    assert "future" in answer.err


def test_a_malformed_studio_toml(repo: Repo) -> None:
    bound(repo)
    repo.write(".studio.toml", "[project\n")
    said = refused(repo, "status")
    assert ".studio.toml" in said
    assert "line 1" in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\0b", "binary (NUL at byte 1)"),
        (b"caf\xe9\n", "not valid UTF-8 (byte 3)"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2,097,152 bytes"),
    ],
)
def test_what_cannot_be_compared_and_why(repo: Repo, content: bytes, reason: str) -> None:
    bound(repo)
    repo.write("CLAUDE.md", content)
    found = entry(repo)
    assert found["kind"] == "unreadable"
    assert reason in found["reason"]
    assert found["repo_hash"] is None
    said = refused(repo, "resolve", "CLAUDE.md", "--accept-repo")
    assert reason in said
    left = repo.studio("sync")
    assert left.status == 1
    assert (repo.path / "CLAUDE.md").read_bytes() == content
    repo.git("add", "-A")
    assert kind(repo, "--staged") == "unreadable"


def test_exactly_the_limit_is_compared(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", b"x" * (2 * 1024 * 1024))
    assert kind(repo) == "repo-ahead"


def test_a_folder_a_link_out_of_the_tree_and_a_link_to_itself(repo: Repo) -> None:
    bound(repo)
    file = repo.path / "CLAUDE.md"
    file.unlink()
    file.mkdir()
    assert "a directory" in entry(repo)["reason"]
    file.rmdir()
    (repo.path.parent / "secret").write_text("secret\n")
    file.symlink_to("../secret")
    assert "leads out of the work tree" in entry(repo)["reason"]
    assert repo.studio("sync").status == 1
    file.unlink()
    file.symlink_to("CLAUDE.md")
    assert "leads to itself" in entry(repo)["reason"]


def test_a_folder_on_the_way_that_leads_out_of_the_tree(repo: Repo) -> None:
    repo.write("docs/architecture.md", "# How\n")
    bound(repo)
    outside = repo.path.parent / "outside"
    (repo.path / "docs").rename(outside)
    (repo.path / "docs").symlink_to(outside)
    found = entry(repo, name="docs/architecture.md")
    assert found["kind"] == "unreadable"
    dashboard_writes("# Other\n", "docs/architecture.md")
    assert repo.studio("sync").status == 1
    assert (outside / "architecture.md").read_text() == "# How\n"


def test_a_file_that_may_not_be_read(repo: Repo) -> None:
    bound(repo)
    (repo.path / "CLAUDE.md").chmod(0)
    found = entry(repo)
    if os.geteuid():
        assert "Permission denied" in found["reason"]
    else:
        assert found["kind"] is None, "root reads it all the same"


def test_a_submodule_in_its_place(repo: Repo, make_repo: Callable[..., Repo]) -> None:
    bound(repo)
    other = make_repo("other")
    other.commit("Something")
    (repo.path / "CLAUDE.md").unlink()
    repo.git("rm", "-q", "--cached", "CLAUDE.md")
    repo.git("submodule", "--quiet", "add", str(other.path), "CLAUDE.md")
    assert "a submodule" in entry(repo, "--staged")["reason"]
    assert "a directory" in entry(repo)["reason"]


def test_a_file_that_is_in_conflict_in_the_index(repo: Repo) -> None:
    bound(repo)
    repo.git("switch", "-q", "-c", "topic")
    repo.write("CLAUDE.md", edited(("tabs", "one")))
    repo.commit("One")
    repo.git("switch", "-q", "main")
    repo.write("CLAUDE.md", edited(("tabs", "two")))
    repo.commit("Two")
    repo.git("merge", "-q", "topic", ok=False)
    found = entry(repo, "--staged")
    assert found["kind"] == "unreadable"
    assert "in conflict" in found["reason"]


def test_a_file_that_is_announced_with_add_n(repo: Repo) -> None:
    repo.commit("Nothing")
    repo.write("CLAUDE.md", TEXT)
    repo.git("add", "-N", "CLAUDE.md")
    bind(repo)
    assert kind(repo) is None
    assert kind(repo, "--staged") is None
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert kind(repo, "--staged") == "repo-ahead", "it is read where it is, on disk"


def test_a_file_that_git_ignores_is_read_from_the_work_tree(repo: Repo) -> None:
    repo.write(".gitignore", "CLAUDE.local.md\n")
    bound(repo)
    repo.write("CLAUDE.local.md", "mine\n")
    ok(repo, "track", "CLAUDE.local.md")
    repo.write("CLAUDE.local.md", "mine, changed\n")
    assert kind(repo, "--staged", name="claude.local.md") == "repo-ahead"


def test_a_sparse_checkout(repo: Repo) -> None:
    repo.write("docs/architecture.md", "# How\n")
    bound(repo)
    repo.git("sparse-checkout", "set", "--cone", "src")
    repo.git("sparse-checkout", "reapply")
    assert not (repo.path / "docs").exists()
    assert kind(repo, name="docs/architecture.md") is None
    dashboard_writes("# Other\n", "docs/architecture.md")
    assert kind(repo, name="docs/architecture.md") == "studio-ahead"
    assert repo.studio("sync").status == 1
    assert not (repo.path / "docs").exists()
    said = refused(repo, "resolve", "docs/architecture.md", "--keep-studio")
    assert "sparse" in said


def test_a_store_that_cannot_be_written_still_answers(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    with database() as db:
        db.execute("UPDATE git_meta SET value = '99' WHERE key = 'min_writer'")
    before = (home() / "studio.db").read_bytes()
    answer = repo.studio("status", "--json")
    assert answer.status == 1
    assert answer.json["context"][0]["kind"] == "repo-ahead"
    assert drift_rows() == []
    assert (home() / "studio.db").read_bytes() == before
    assert "later release" in refused(repo, "sync")


def test_line_ends_marks_and_the_last_newline_do_not_count(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode().rstrip(b"\r\n"))
    assert kind(repo) is None


def test_autocrlf_is_no_drift_in_the_index(repo: Repo) -> None:
    bound(repo)
    repo.git("config", "core.autocrlf", "true")
    repo.write("CLAUDE.md", TEXT.replace("\n", "\r\n").encode())
    repo.git("add", "CLAUDE.md")
    assert kind(repo) is None
    assert kind(repo, "--staged") is None
