from __future__ import annotations

import pytest
from conftest import Repo
from drifttools import (
    MIDDLE,
    TEXT,
    bind,
    bound,
    canonical,
    clone,
    context_row,
    drift_rows,
    edited,
    entry,
    kind,
    ok,
    refused,
    rows,
    studio_text,
)


def test_a_nested_file_on_request(repo: Repo) -> None:
    repo.write("packages/API/AGENTS.md", "# API\n")
    bound(repo)
    assert "tracked as packages/api/agents.md" in ok(repo, "track", "packages/API/AGENTS.md")
    assert studio_text("packages/api/agents.md") == "# API\n"
    assert '"packages/api/agents.md" = "packages/API/AGENTS.md"' in repo.read(".studio.toml")
    row = context_row("packages/api/agents.md")
    assert (row["filename"], row["file_path"], row["sync_status"]) == (
        "packages/api/agents.md",
        "packages/api/agents.md",
        "synced",
    )


def test_under_a_name_of_ones_own(repo: Repo) -> None:
    repo.write("NOTES.md", "# Notes\n")
    bound(repo)
    ok(repo, "track", "NOTES.md", "--as", "constitution.md")
    assert studio_text("constitution.md") == "# Notes\n"
    repo.write("OTHER.md", "# Other\n")
    said = refused(repo, "track", "OTHER.md", "--as", "constitution.md")
    assert "is the name of another context file" in said
    assert "differ in case only" in refused(repo, "track", "OTHER.md", "--as", "CONSTITUTION.md")


def test_from_a_sub_folder(repo: Repo) -> None:
    repo.write("docs/rules.md", "# Rules\n")
    bound(repo)
    ok(Repo(repo.path / "docs"), "track", "rules.md")
    assert entry(repo, name="docs/rules.md")["repo_path"] == "docs/rules.md"


@pytest.mark.parametrize(
    "path", ["nope.md", "docs", "../outside.md", "/etc/passwd", ".git/config", "a\x1bb", "", "bin"]
)
def test_what_cannot_be_tracked(repo: Repo, path: str) -> None:
    repo.write("docs/x", "x")
    repo.write("bin", b"\0")
    bound(repo)
    before = repo.read(".studio.toml")
    (repo.path.parent / "outside.md").write_text("x")
    said = refused(repo, "track", path)
    assert "\x1b" not in said
    assert repo.read(".studio.toml") == before
    assert len(rows("SELECT * FROM context_files")) == 1


@pytest.mark.parametrize("name", ["../evil.md", "/evil.md", "a/../../evil.md", "con.md", "a\nb"])
def test_what_is_no_name(repo: Repo, name: str) -> None:
    bound(repo)
    repo.write("NOTES.md", "x\n")
    refused(repo, "track", "NOTES.md", "--as", name)
    assert len(rows("SELECT * FROM context_files")) == 1


def test_twice(repo: Repo) -> None:
    bound(repo)
    assert "tracked already" in refused(repo, "track", "CLAUDE.md")


def test_neither_or_both(repo: Repo) -> None:
    bound(repo)
    refused(repo, "track")
    refused(repo, "track", "CLAUDE.md", "--proposed")
    refused(repo, "track", "--proposed", "--as", "x.md")


def test_another_name_of_a_tracked_file(repo: Repo) -> None:
    bound(repo)
    repo.write("COPY.md", TEXT)
    assert "stands for CLAUDE.md" in ok(repo, "track", "COPY.md")
    repo.write("POINTER.md", "@CLAUDE.md\n")
    ok(repo, "track", "POINTER.md")
    (repo.path / "LINK.md").symlink_to("CLAUDE.md")
    ok(repo, "track", "LINK.md")
    assert entry(repo)["aliases"] == ["COPY.md", "LINK.md", "POINTER.md"]
    toml = repo.read(".studio.toml")
    assert '"LINK.md" = "claude.md"' in toml
    assert "stands for CLAUDE.md" in refused(repo, "track", "LINK.md")
    ok(repo, "untrack", "COPY.md")
    assert entry(repo)["aliases"] == ["LINK.md", "POINTER.md"]
    assert (repo.path / "COPY.md").exists()


def test_untracking_leaves_both_files_and_closes_the_drift(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    kind(repo)
    ok(repo, "untrack", "CLAUDE.md")
    assert (repo.read("CLAUDE.md"), studio_text()) == (edited(MIDDLE), TEXT)
    assert [it["resolution"] for it in drift_rows()] == ["dismissed"]
    assert context_row()["sync_status"] == "unknown"
    assert repo.studio("status", "--json").json["context"] == []
    assert "claude.md" not in repo.read(".studio.toml")
    assert "not a tracked context file" in refused(repo, "untrack", "CLAUDE.md")
    ok(repo, "track", "CLAUDE.md")
    assert kind(repo) == "repo-ahead", "Studio's copy is never replaced by tracking"
    assert studio_text() == TEXT


def test_untracking_by_the_name_in_studio(repo: Repo) -> None:
    bound(repo)
    ok(repo, "untrack", "claude.md")
    assert repo.studio("status", "--json").json["context"] == []


def test_studio_toml_keeps_its_comments_its_order_and_its_line_ends(repo: Repo) -> None:
    bound(repo)
    toml = repo.read(".studio.toml").replace(
        "[context]\n", '# why\n[drift]   # ours\nconflict = "warn"\n\n[context] # files\n'
    )
    toml += "[future]\nkept = true # yes\n"
    repo.write(".studio.toml", toml.replace("\n", "\r\n"))
    repo.write("NOTES.md", "# Notes\n")
    ok(repo, "track", "NOTES.md")
    after = (repo.path / ".studio.toml").read_bytes()
    assert b"\n" not in after.replace(b"\r\n", b"")
    text = after.replace(b"\r\n", b"\n").decode()
    assert '"notes.md" = "NOTES.md"\n' in text
    assert text.replace('"notes.md" = "NOTES.md"\n', "") == toml


def _team(repo: Repo) -> Repo:
    """A colleague's clone of a bound repository, in a home of its own."""
    bound(repo)
    colleague = clone(repo, "colleague")
    home = repo.path.parent / "their-home"
    home.mkdir()
    colleague.env.update(STUDIO_HOME=str(home / "studio"))
    bind(colleague)
    return colleague


def test_a_pull_alone_tracks_nothing(repo: Repo) -> None:
    colleague = _team(repo)
    repo.write("NOTES.md", "# Notes\n")
    ok(repo, "track", "NOTES.md")
    ok(repo, "untrack", "CLAUDE.md")
    repo.commit("Share the notes")
    colleague.git("pull", "-q")
    answer = colleague.studio("status", "--json")
    assert [it["filename"] for it in answer.json["context"]] == ["claude.md"]
    told = colleague.studio("status").err
    assert ".studio.toml proposes: tracks NOTES.md, no longer tracks CLAUDE.md." in told
    assert "git studio track --proposed" in told
    colleague.write("mine.md", "# Mine\n")
    ok(colleague, "track", "mine.md")
    toml = colleague.read(".studio.toml")
    assert '"notes.md" = "NOTES.md"' in toml, "what others propose survives our own change"
    assert '"claude.md"' not in toml
    assert ".studio.toml proposes" in colleague.studio("status").err
    ok(colleague, "track", "--proposed")
    answer = colleague.studio("status", "--json")
    assert [it["filename"] for it in answer.json["context"]] == ["mine.md", "notes.md"]
    assert colleague.studio("status").err == ""
    assert "proposes nothing new" in ok(colleague, "track", "--proposed")


def test_an_alias_that_is_proposed(repo: Repo) -> None:
    colleague = _team(repo)
    (repo.path / "AGENTS.md").symlink_to("CLAUDE.md")
    ok(repo, "track", "AGENTS.md")
    repo.commit("A link")
    colleague.git("pull", "-q")
    assert entry(colleague)["aliases"] == []
    assert "AGENTS.md" in colleague.studio("status").err
    ok(colleague, "track", "--proposed")
    assert entry(colleague)["aliases"] == ["AGENTS.md"]


def test_another_projects_id_is_told_and_not_followed(repo: Repo) -> None:
    bound(repo)
    toml = repo.read(".studio.toml")
    (project,) = rows("SELECT id FROM projects")
    repo.write(".studio.toml", toml.replace(project["id"], "somebody-elses"))
    answer = repo.studio("status", "--json")
    assert answer.json["project"]["id"] == project["id"]
    assert "names another project (somebody-elses)" in repo.studio("status").err
    assert "names another project" in refused(repo, "track", "--proposed")
    repo.write("NOTES.md", "# Notes\n")
    ok(repo, "track", "NOTES.md")
    assert "somebody-elses" in repo.read(".studio.toml"), "the id is never rewritten"


@pytest.mark.parametrize("line", ['"x.md" = "../x.md"', '"../x.md" = "x.md"', '"x.md" = "/x.md"'])
def test_a_proposal_that_leads_out_of_the_tree(repo: Repo, line: str) -> None:
    bound(repo)
    toml = repo.read(".studio.toml").replace("[context]\n", f"[context]\n{line}\n")
    repo.write(".studio.toml", toml)
    refused(repo, "status")
    refused(repo, "track", "--proposed")
    assert len(rows("SELECT * FROM context_files")) == 1


def test_a_proposed_link_out_of_the_tree_takes_nothing_in(repo: Repo) -> None:
    bound(repo)
    (repo.path.parent / "secret").write_text("secret\n")
    (repo.path / "NOTES.md").symlink_to("../secret")
    toml = repo.read(".studio.toml").replace("[context]\n", '[context]\n"n.md" = "NOTES.md"\n')
    repo.write(".studio.toml", toml)
    repo.studio("track", "--proposed")
    assert not canonical("n.md").exists()
    found = [it for it in repo.studio("status", "--json").json["context"] if it["kind"]]
    assert [it["kind"] for it in found] in ([], ["unreadable"])


def test_studio_toml_as_a_link_is_not_written_through(repo: Repo) -> None:
    bound(repo)
    outside = repo.path.parent / "outside.toml"
    (repo.path / ".studio.toml").replace(outside)
    before = outside.read_bytes()
    (repo.path / ".studio.toml").symlink_to(outside)
    repo.write("NOTES.md", "# Notes\n")
    refused(repo, "track", "NOTES.md")
    assert outside.read_bytes() == before
