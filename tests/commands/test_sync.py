from __future__ import annotations

import stat
from pathlib import Path

from conftest import Repo
from drifttools import (
    FIRST,
    KEYS,
    LAST,
    MIDDLE,
    TEXT,
    bind,
    bound,
    canonical,
    dashboard_writes,
    edited,
    entry,
    kind,
    ok,
    rows,
    studio_text,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def test_everything_is_in_step(repo: Repo) -> None:
    bound(repo)
    assert ok(repo, "sync") == "Everything is in step.\n"
    assert rows("SELECT * FROM git_operations") == []


def test_each_file_moves_in_the_direction_it_points(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    dashboard_writes("# Gemini\n\nMore.\n", "gemini.md")
    out = ok(repo, "sync")
    assert "CLAUDE.md  repository → Studio  +1 lines, -1 lines" in out
    assert "GEMINI.md  Studio → repository  +2 lines, -0 lines" in out
    assert "git studio undo" in out
    assert studio_text() == edited(MIDDLE)
    assert repo.read("GEMINI.md") == "# Gemini\n\nMore.\n"
    assert len(rows("SELECT * FROM git_operations")) == 1, "one operation, taken back as one"


def test_what_both_sides_changed_is_left(repo: Repo) -> None:
    bound(repo)
    dashboard_writes(edited(FIRST))
    repo.write("CLAUDE.md", edited(LAST))
    answer = repo.studio("sync")
    assert answer.status == 1
    assert answer.out.startswith("Left for you:\n")
    assert "git studio resolve CLAUDE.md --merge" in answer.out
    assert (studio_text(), repo.read("CLAUDE.md")) == (edited(FIRST), edited(LAST))


def test_json(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    (repo.path / "GEMINI.md").unlink()
    answer = repo.studio("sync", "--json")
    assert answer.status == 1
    assert set(answer.json) == {"operation", "moved", "left"}
    assert answer.json["operation"] == 1
    (moved,) = answer.json["moved"]
    assert set(moved) == KEYS | {"resolution"}
    assert moved["resolution"] == "accepted_repo"
    assert [it["kind"] for it in answer.json["left"]] == ["missing-in-repo"]


def test_only_the_file_that_is_named(repo: Repo) -> None:
    repo.write("GEMINI.md", "# Gemini\n")
    bound(repo)
    repo.write("CLAUDE.md", edited(MIDDLE))
    repo.write("GEMINI.md", "# Other\n")
    ok(repo, "sync", "GEMINI.md")
    assert studio_text("gemini.md") == "# Other\n"
    assert studio_text() == TEXT


def test_a_private_file_that_git_would_commit_is_not_written(repo: Repo) -> None:
    bound(repo)
    repo.write("CLAUDE.local.md", "mine\n")
    ok(repo, "track", "CLAUDE.local.md")
    dashboard_writes("mine, and secret\n", "claude.local.md")
    answer = repo.studio("sync")
    assert answer.status == 1
    assert repo.read("CLAUDE.local.md") == "mine\n"
    said = repo.studio("resolve", "CLAUDE.local.md", "--keep-studio")
    assert said.status == 2
    assert ".gitignore" in said.err
    repo.write(".gitignore", "*.local.md\n")
    ok(repo, "sync")
    assert repo.read("CLAUDE.local.md") == "mine, and secret\n"


def test_each_side_keeps_its_line_ends_its_mark_and_its_mode(repo: Repo) -> None:
    windows = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    bound(repo, windows)
    file = repo.path / "CLAUDE.md"
    file.chmod(0o755)
    dashboard_writes(edited(MIDDLE))
    ok(repo, "sync")
    assert file.read_bytes() == b"\xef\xbb\xbf" + edited(MIDDLE).replace("\n", "\r\n").encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    file.write_bytes(file.read_bytes().replace(b"first", b"twice"))
    ok(repo, "sync")
    assert studio_text() == edited(MIDDLE, ("first", "twice"))
    assert stat.S_IMODE(canonical().stat().st_mode) & 0o077 == 0


def test_front_matter_stays_byte_for_byte(repo: Repo) -> None:
    front = b'---\r\ndescription:   Rules # ours\nglobs: ["*.py"]\r\n---\n'
    repo.write(".cursor/rules/style.mdc", front + b"Use tabs.\n")
    bound(repo)
    name = ".cursor/rules/style.mdc"
    assert studio_text(name) == "Use tabs.\n"
    dashboard_writes("Use spaces.\n", name)
    ok(repo, "sync")
    file = repo.path / ".cursor/rules/style.mdc"
    assert file.read_bytes() == front + b"Use spaces.\n"
    file.write_bytes(front.replace(b"ours", b"theirs") + b"Use spaces.\n")
    assert kind(repo, name=name) is None
    file.write_bytes(front + b"Use both.\n")
    ok(repo, "sync")
    assert studio_text(name) == "Use both.\n"


def test_a_marked_region_is_all_that_is_compared_and_written(repo: Repo) -> None:
    def whole(body: str) -> str:
        return f"# Ours\n<!-- studio:begin -->\n{body}<!-- studio:end -->\nAlso ours"

    bound(repo, whole(TEXT))
    assert studio_text() == TEXT
    dashboard_writes(edited(MIDDLE))
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == whole(edited(MIDDLE))
    repo.write("CLAUDE.md", whole(edited(MIDDLE)).replace("# Ours", "# Ours, changed"))
    assert kind(repo) is None


def test_copies_are_one_drift_and_move_together(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    assert entry(repo, name="agents.md")["aliases"] == ["CLAUDE.md"]
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert len(repo.studio("status", "--json").json["context"]) == 1
    assert kind(repo, name="agents.md") == "repo-ahead"
    assert "its copy CLAUDE.md was edited" in repo.studio("status").out
    ok(repo, "sync")
    assert repo.read("AGENTS.md") == repo.read("CLAUDE.md") == studio_text("agents.md")
    dashboard_writes(TEXT, "agents.md")
    ok(repo, "sync")
    assert repo.read("AGENTS.md") == repo.read("CLAUDE.md") == TEXT


def test_a_copy_that_was_left_behind_is_brought_along(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    dashboard_writes(edited(MIDDLE), "agents.md")
    repo.write("AGENTS.md", edited(MIDDLE))
    found = entry(repo, name="agents.md")
    assert (found["kind"], repo.read("CLAUDE.md")) != (None, edited(MIDDLE))
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == edited(MIDDLE)
    assert kind(repo, name="agents.md") is None


def test_a_link_is_written_at_its_target(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    repo.commit("Begin")
    bind(repo)
    assert entry(repo, name="agents.md")["aliases"] == ["CLAUDE.md"]
    dashboard_writes(edited(MIDDLE), "agents.md")
    ok(repo, "sync")
    assert (repo.path / "CLAUDE.md").is_symlink()
    assert repo.read("AGENTS.md") == edited(MIDDLE)


def test_a_pointer_is_left_as_it_is(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo, "@AGENTS.md\n")
    assert entry(repo, name="agents.md")["aliases"] == ["CLAUDE.md"]
    dashboard_writes(edited(MIDDLE), "agents.md")
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == "@AGENTS.md\n"
    assert kind(repo, name="agents.md") is None


def test_a_stub_of_windows_is_the_link_that_it_was(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    repo.write("CLAUDE.md", "AGENTS.md")
    oid = repo.git("hash-object", "-w", "CLAUDE.md")
    repo.git("add", "AGENTS.md")
    repo.git("update-index", "--add", "--cacheinfo", f"120000,{oid},CLAUDE.md")
    repo.git("commit", "-q", "-m", "Begin")
    bind(repo)
    assert entry(repo, name="agents.md")["aliases"] == ["CLAUDE.md"]
    assert kind(repo, "--staged", name="agents.md") is None
    dashboard_writes(edited(MIDDLE), "agents.md")
    ok(repo, "sync")
    assert repo.read("CLAUDE.md") == "AGENTS.md"


def test_a_link_that_became_a_file_of_its_own_is_the_edited_copy(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    repo.commit("Begin")
    bind(repo)
    (repo.path / "CLAUDE.md").unlink()
    repo.write("CLAUDE.md", edited(MIDDLE))
    assert kind(repo, name="agents.md") == "repo-ahead"
    ok(repo, "sync")
    assert repo.read("AGENTS.md") == studio_text("agents.md") == edited(MIDDLE)


def test_the_first_path_is_gone_and_a_copy_carries_on(repo: Repo) -> None:
    repo.write("AGENTS.md", TEXT)
    bound(repo)
    (repo.path / "AGENTS.md").unlink()
    repo.write("CLAUDE.md", edited(MIDDLE))
    found = entry(repo, name="agents.md")
    assert (found["kind"], found["reason"]) == ("repo-ahead", "primary-missing: CLAUDE.md")
    assert repo.studio("sync").status == 1
    ok(repo, "resolve", "AGENTS.md", "--accept-repo")
    assert repo.read("AGENTS.md") == studio_text("agents.md") == edited(MIDDLE)


LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n\ufeff"), max_size=8),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ours=LINES, theirs=LINES, ending=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_a_sync_settles_all_and_a_second_one_nothing(
    tmp_path: Path,
    ours: list[str],
    theirs: list[str],
    ending: str,
    last: bool,
) -> None:
    repo = Repo(tmp_path / "one")
    if not repo.path.exists():
        repo.path.mkdir()
        repo.git("init", "-q")
        bound(repo)
    data = (ending.join(ours) + (ending if last else "")).encode()
    repo.write("CLAUDE.md", data)
    ok(repo, "resolve", "CLAUDE.md", "--accept-repo") if kind(repo) else None
    assert kind(repo) is None
    before = [(repo.path / "CLAUDE.md").read_bytes(), canonical().read_bytes()]
    ok(repo, "sync")
    assert [(repo.path / "CLAUDE.md").read_bytes(), canonical().read_bytes()] == before
    assert before[0] == data
    dashboard_writes("\n".join(theirs))
    answer = repo.studio("sync")
    assert answer.status == 0, answer.out + answer.err
    settled = [(repo.path / "CLAUDE.md").read_bytes(), canonical().read_bytes()]
    operations = rows("SELECT * FROM git_operations")
    assert ok(repo, "sync") == "Everything is in step.\n"
    assert [(repo.path / "CLAUDE.md").read_bytes(), canonical().read_bytes()] == settled
    assert rows("SELECT * FROM git_operations") == operations
    if answer.out.startswith("Everything"):
        return
    ok(repo, "undo")
    assert (repo.path / "CLAUDE.md").read_bytes() == data
    assert canonical().read_bytes() == "\n".join(theirs).encode()
    ok(repo, "sync")
