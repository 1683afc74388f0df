"""Rows 47 to 54 of the table of situations: what stands in the files, and their names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import Repo
from situated import NOON, Here, message, set_up

pytestmark = pytest.mark.slow  # real repositories, one for each row


@pytest.fixture
def tracked(repo: Repo) -> Here:
    """A clone whose CLAUDE.md is tracked; an edit of it would stop the commit."""
    repo.write("CLAUDE.md", "# Rules\n\nBe kind.\n")
    repo.commit("Before", when=NOON)
    here = set_up(repo)
    here.git("config", "studio.drift.repo-ahead", "block")
    return here


def status(here: Here) -> list[str]:
    return [row["sync_status"] for row in here.rows("SELECT sync_status FROM context_files")]


def changed(here: Here) -> list[str]:
    return list(json.loads(here.sessions()[-1]["files_changed"]))


class Test47Kinds:
    def test_47_rename(self, here: Here) -> None:
        here.git("mv", "base", "moved")
        here.git("config", "diff.renames", "copies")
        here.again("commit", "-q", "-m", "Move", minute=1)
        here.check()
        assert changed(here) == ["base", "moved"]

    def test_47_mode(self, here: Here) -> None:
        (here.repo.path / "base").chmod(0o755)
        here.again("commit", "-q", "-a", "-m", "Executable", minute=1)
        here.check()
        assert "- `base` (+0 -0)\n" in here.text_of(here.head())

    def test_47_binary(self, here: Here) -> None:
        here.repo.write("picture", b"\0\1\2")
        here.again("add", "picture")
        here.again("commit", "-q", "-m", "Picture", minute=1)
        here.check()
        assert "- `picture` (binary)\n" in here.text_of(here.head())


class Test48OneFileOfTwoNames:
    def test_48_a_symbolic_link(self, repo: Repo) -> None:
        repo.write("AGENTS.md", "# Rules\n")
        (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        assert len(here.rows("SELECT * FROM context_files")) == 1
        repo.write("AGENTS.md", "# Rules\n\nMore.\n")
        here.again("commit", "-q", "-a", "-m", "More", minute=1)
        here.check()
        assert status(here) == ["stale"]
        assert len(here.rows("SELECT * FROM drift_records")) == 1
        assert (repo.path / "CLAUDE.md").is_symlink()

    def test_48_a_stub_as_windows_checks_it_out(self, repo: Repo) -> None:
        repo.git("config", "core.symlinks", "false")
        repo.write("AGENTS.md", "# Rules\n")
        repo.write("CLAUDE.md", "AGENTS.md")
        oid = repo.git("hash-object", "-w", "CLAUDE.md")
        repo.git("add", "AGENTS.md")
        repo.git("update-index", "--add", "--cacheinfo", f"120000,{oid},CLAUDE.md")
        repo.git("commit", "-q", "-m", "Before")
        here = set_up(repo)
        assert len(here.rows("SELECT * FROM context_files")) == 1
        here.commit("Work", minute=1)
        here.check()
        assert repo.read("CLAUDE.md") == "AGENTS.md"
        assert status(here) == ["synced"]


class Test49Filters:
    def test_49_line_endings(self, repo: Repo) -> None:
        repo.write(".gitattributes", "*.md text eol=crlf\n")
        repo.write("CLAUDE.md", "# Rules\r\n")
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        here.git("config", "studio.drift.repo-ahead", "block")
        here.commit("Work", minute=1)
        here.check()
        assert status(here) == ["synced"]
        assert repo.read("CLAUDE.md") == "# Rules\r\n"

    def test_49_a_filter(self, repo: Repo) -> None:
        repo.git("config", "filter.upper.clean", "tr a-z A-Z")
        repo.git("config", "filter.upper.smudge", "tr A-Z a-z")
        repo.write(".gitattributes", "CLAUDE.md filter=upper\n")
        repo.write("CLAUDE.md", "# rules\n")
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        here.git("config", "studio.drift.repo-ahead", "block")
        here.commit("Work", minute=1)
        here.check()
        assert status(here) == ["synced"]


def test_50_a_byte_order_mark_and_the_final_newline(tracked: Here) -> None:
    tracked.repo.write("CLAUDE.md", b"\xef\xbb\xbf# Rules\r\n\r\nBe kind.")
    tracked.again("commit", "-q", "-a", "-m", "Another editor", minute=1)
    tracked.check()
    assert status(tracked) == ["synced"]


def test_51_add_n(tracked: Here) -> None:
    tracked.repo.write("new", "x\n")
    tracked.git("add", "-N", "new")
    tracked.commit("Work", minute=1, path="other")
    tracked.repo.write("AGENTS.md", "# Others\n")
    tracked.git("add", "-N", "AGENTS.md")
    assert tracked.repo.try_git("commit", "-q", "--allow-empty", "-m", "Empty").status == 0
    tracked.check()
    assert status(tracked) == ["synced"]


class Test52Absent:
    def test_52_deleted(self, tracked: Here) -> None:
        tracked.git("rm", "-q", "CLAUDE.md")
        tracked.again("commit", "-q", "-m", "Remove", minute=1)
        tracked.check()
        assert status(tracked) == ["unknown"]
        (row,) = tracked.rows("SELECT kind FROM git_context_states")
        assert row == {"kind": "missing-in-repo"}

    def test_52_in_another_case(self, tracked: Here) -> None:
        tracked.git("mv", "CLAUDE.md", "claude.tmp")
        tracked.git("mv", "claude.tmp", "claude.md")
        tracked.again("commit", "-q", "-m", "Lower case", minute=1)
        tracked.check()
        (row,) = tracked.rows("SELECT kind, reason FROM git_context_states")
        assert row["kind"] == "missing-in-repo"


def test_53_names_of_any_bytes(here: Here) -> None:
    names = [
        b"new\nline", b"tab\tbed", b'quo"ted', "caf\u00e9".encode(), "cafe\u0301".encode(),
        b"latin-\xe9", b" spaces ", b"-dash", b"back\\slash", b"a`tick",
    ]  # fmt: skip
    for name in names:
        (here.repo.path / os.fsdecode(name)).write_text("x\n")
    here.git("add", "-A")
    here.again("commit", "-q", "-m", message("Names", "Decision: Any"), minute=1)
    here.check()
    assert len(changed(here)) == len(names)
    old = here.head()
    here.git("commit", "-q", "--amend", "-m", message("All names", "Decision: Any"))
    here.check()
    assert here.row(old)["rewritten_to"] == here.head()


def without(here: Here, name: str) -> tuple[Path, bytes]:
    """Lose an object; where it was and what it held."""
    oid = here.git("rev-parse", name)
    lost = here.repo.path / ".git/objects" / oid[:2] / oid[2:]
    data = lost.read_bytes()
    lost.chmod(0o644)
    lost.unlink()
    return lost, data


@pytest.mark.parametrize("path", ["CLAUDE.md", "a"])
def test_54_an_object_is_missing(tracked: Here, path: str) -> None:
    """What git does not need for the commit, and we would."""
    tracked.commit(message("Work", "Decision: A"), minute=1, path="a", content="1\n")
    tracked.settle()
    tracked.git("config", "studio.drift.repo-ahead", "warn")
    lost, data = without(tracked, f"HEAD:{path}")
    tracked.repo.write(path, "new\n")
    tracked.git("add", path)
    done = tracked.repo.try_git("commit", "-q", "-m", message("Goes through", "Decision: B"))
    assert done.status == 0, done.err
    tracked.settle()
    lost.write_bytes(data)
    (tracked.folder / "worker.log").unlink(missing_ok=True)
    tracked.check()
    assert list(tracked.ids()) == ["A", "B"]
