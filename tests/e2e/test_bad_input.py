"""Bad input on the command line: what happened, what to do, status 2, nothing changed or lost."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Answer, Repo, run
from storetools import (
    change,
    fingerprint,
    give_away,
    ordinary_place,
    rows_of,
    studio_as_user,
    two_lines,
)

RULES = "# Rules\n"
COMMANDS = [
    ("status",), ("status", "--json"), ("status", "--staged"), ("diff",), ("sync",),
    ("resolve", "CLAUDE.md", "--accept-repo"), ("undo",), ("track", "CLAUDE.md"),
    ("untrack", "CLAUDE.md"), ("capture",), ("session", "list"), ("decision", "list", "--json"),
    ("learning", "list"), ("activity",), ("project", "show"), ("project", "archive"), ("init",),
]  # fmt: skip
IN_A_CLONE = [words for words in COMMANDS if words[0] not in ("init",)]


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.write("CLAUDE.md", RULES)
    repo.commit("First")
    answer = repo.studio("init", "--no-hooks")
    assert answer.status == 0, answer.err
    repo.commit("Bind")
    return repo


def store() -> Path:
    return Path(os.environ["STUDIO_HOME"]) / "studio.db"


def all_told(repo: Repo, commands: list[tuple[str, ...]], says: str) -> None:
    """Each of the commands refuses in these words, and changes nothing."""
    home = Path(os.environ["STUDIO_HOME"])
    before = fingerprint(repo.path), fingerprint(home) if home.exists() else None
    for words in commands:
        answer = repo.studio(*words)
        two_lines(answer)
        assert answer.out == "", words
        assert says in answer.err, (words, answer.err)
    assert (fingerprint(repo.path), fingerprint(home) if home.exists() else None) == before


def commits_all_the_same(repo: Repo) -> Answer:
    """A commit goes through, and what the hook says is short.

    It comes last in a test: the worker that it starts goes on in the background.
    """
    assert repo.studio("hooks", "install").status == 0
    repo.write("other.txt", "x")
    repo.git("add", "other.txt")
    answer = repo.try_git("commit", "-q", "-m", "Go on")
    assert answer.status == 0, answer.err
    assert "Traceback" not in answer.err
    assert answer.err.count("\n") <= 2, answer.err
    return answer


class TestPlaces:
    def test_not_a_repository(self, tmp_path: Path) -> None:
        folder = tmp_path / "plain"
        folder.mkdir()
        commands = [words for words in COMMANDS if words[0] not in (*LISTS, "project")]
        all_told(Repo(folder), commands, "is not in a git repository")

    def test_a_bare_one(self, make_repo: Callable[..., Repo]) -> None:
        commands = [words for words in COMMANDS if words[0] not in (*LISTS, "project")]
        all_told(make_repo("bare.git", "--bare"), commands, "is a bare repository")

    def test_one_that_is_not_bound(self, repo: Repo) -> None:
        commands = [words for words in IN_A_CLONE if words[0] not in (*LISTS, "project")]
        all_told(repo, commands, "is not bound to a project")


LISTS = ("session", "decision", "learning", "activity")
"""They read the whole store where no project is at hand."""


class TestTeamFile:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('[project]\nid = "x\n', "line 2, column"),
            ("[", "line 1, column 2"),
            ('[context]\n"x.md" = "../x.md"\n', "has a part '..'"),
            ('[context]\n"x.md" = "/etc/passwd"\n', "is absolute"),
            ('[context]\n"x.md" = "X.md"\n"X.md" = "Y.md"\n', "differ in case only"),
            ('[drift]\nrepo-ahead = "accept"\n', "cannot be 'accept'"),
        ],
    )
    def test_one_that_cannot_be_used(self, bound: Repo, text: str, says: str) -> None:
        bound.write(".studio.toml", text)
        all_told(bound, [("status",), ("sync",), ("track", "CLAUDE.md"), ("init",)], says)
        said = commits_all_the_same(bound)
        assert says in said.err

    def test_a_link_out_of_the_work_tree(self, bound: Repo, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("password")
        (bound.path / ".studio.toml").unlink()
        (bound.path / ".studio.toml").symlink_to(tmp_path / "secret")
        all_told(bound, [("status",), ("init",)], "symbolic link that leads out")
        assert "password" not in commits_all_the_same(bound).err

    def test_another_projects_id_binds_nobody(self, bound: Repo) -> None:
        whole = bound.studio("project", "show", "--json").json["id"]
        text = bound.read(".studio.toml").replace(whole, "another-project")
        bound.write(".studio.toml", text)
        answer = bound.studio("status")
        assert answer.status == 0, answer.err
        assert "names another project (another-project)" in answer.err
        assert bound.studio("project", "show", "--json").json["id"] == whole
        assert bound.read(".studio.toml") == text

    def test_an_unknown_key_is_told_and_kept(self, bound: Repo) -> None:
        text = bound.read(".studio.toml") + "\n[future]\nkey = 1\n"
        bound.write(".studio.toml", text)
        answer = bound.studio("status")
        assert answer.status == 0
        assert "future" in answer.err
        bound.write("GEMINI.md", "# Other\n")
        assert bound.studio("track", "GEMINI.md").status == 0
        assert "[future]\nkey = 1\n" in bound.read(".studio.toml")


def binary(path: Path) -> None:
    path.write_bytes(b"a\0b")


def not_utf8(path: Path) -> None:
    path.write_bytes(b"caf\xe9")


def too_large(path: Path) -> None:
    path.write_bytes(b"x" * (2 * 1024 * 1024 + 1))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_out(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


class TestContextFiles:
    @pytest.mark.parametrize("spoil", [binary, not_utf8, too_large, a_folder, a_link_out])
    def test_one_that_is_no_text(self, bound: Repo, spoil: Callable[[Path], None]) -> None:
        spoil(bound.path / "CLAUDE.md")
        answer = bound.studio("status", "--json")
        (found,) = answer.json["context"]
        assert answer.status == 1
        assert (found["sync_status"], found["kind"]) == ("unknown", "unreadable")
        assert found["reason"]
        before = fingerprint(bound.path), rows_of(store())
        for option in ("--accept-repo", "--keep-studio", "--merge"):
            two_lines(bound.studio("resolve", "CLAUDE.md", option))
        assert (fingerprint(bound.path), rows_of(store())) == before

    def test_one_that_may_not_be_read(self) -> None:
        with ordinary_place() as place:
            (place / "home").mkdir()
            run("git", "init", "-q", "repo", cwd=place)
            (place / "repo/CLAUDE.md").write_text(RULES)
            give_away(place)
            made = studio_as_user("init", "--no-hooks", cwd=place / "repo", home=place / "home")
            assert made.status == 0, made.err
            (place / "repo/CLAUDE.md").chmod(0)
            answer = studio_as_user("status", cwd=place / "repo", home=place / "home")
            assert answer.status == 1, answer.err
            assert "Permission denied" in answer.out + answer.err

    @pytest.mark.parametrize(
        "words",
        [
            ("resolve", "NONE.md", "--accept-repo"),
            ("resolve", "CLAUDE.md", "--accept-repo", "--hunk", "7"),
            ("resolve", "CLAUDE.md"),
            ("untrack", "NONE.md"),
            ("track", "NONE.md"),
            ("track", "../outside.md"),
            ("track", "/etc/passwd"),
            ("track", "CLAUDE.md", "--as", "../x.md"),
            ("status", "NONE.md"),
            ("diff", "NONE.md"),
            ("undo", "99"),
            ("project", "show", "nothing"),
            ("init", "--project", "nothing"),
        ],
        ids=" ".join,
    )
    def test_what_does_not_exist(self, bound: Repo, words: tuple[str, ...]) -> None:
        bound.write("CLAUDE.md", "# Other rules\n")
        bound.studio("status")
        before = fingerprint(bound.path), rows_of(store())
        answer = bound.studio(*words)
        assert answer.status == 2, answer
        assert 1 <= answer.err.count("\n") <= 2, answer.err
        assert "Traceback" not in answer.err
        assert (fingerprint(bound.path), rows_of(store())) == before


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 500)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


class TestStore:
    @pytest.mark.parametrize(
        ("spoil", "says"),
        [(garbage, "is damaged"), (truncated, "is damaged"), (in_its_place, "is not a file")],
    )
    def test_one_that_is_none(self, bound: Repo, spoil: Callable[[Path], None], says: str) -> None:
        spoil(store())
        all_told(bound, COMMANDS, says)
        commits_all_the_same(bound)

    def test_an_empty_one_is_not_filled_in_passing(self, bound: Repo) -> None:
        emptied(store())
        all_told(bound, IN_A_CLONE, "is empty")
        assert store().read_bytes() == b""
        commits_all_the_same(bound)

    def test_one_that_is_gone(self, bound: Repo) -> None:
        store().unlink()
        all_told(bound, IN_A_CLONE, "there is no store in")
        assert not store().exists()
        commits_all_the_same(bound)

    def test_one_that_another_program_holds(self, bound: Repo) -> None:
        with closing(sqlite3.connect(store(), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            before = fingerprint(bound.path)
            answer = bound.studio("project", "edit", "--name", "New")
            two_lines(answer)
            assert "is in use" in answer.err
            reading = bound.studio("project", "list", "--json")
            assert reading.json[0]["name"] == "repo"
            assert fingerprint(bound.path) == before
            commits_all_the_same(bound)

    def test_a_newer_one_is_read_and_not_written(self, bound: Repo) -> None:
        change(store(), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
        before = rows_of(store(), ours=True)
        bound.write("CLAUDE.md", "# Other rules\n")
        for words in (("status",), ("diff",)):
            assert bound.studio(*words).status == 1
        writing = [("sync",), ("resolve", "CLAUDE.md", "--accept-repo"), ("undo",), ("capture",),
                   ("track", "x.md"), ("init",), ("project", "archive")]  # fmt: skip
        for words in writing:
            answer = bound.studio(*words)
            two_lines(answer)
            assert "later release" in answer.err
        assert rows_of(store(), ours=True) == before
        commits_all_the_same(bound)

    @pytest.mark.parametrize("what", ["file", "home"])
    def test_a_write_protected_one_is_read(self, what: str) -> None:
        with ordinary_place() as place:
            home = place / "home"
            home.mkdir()
            run("git", "init", "-q", "repo", cwd=place)
            (place / "repo/CLAUDE.md").write_text(RULES)
            give_away(place)
            made = studio_as_user("init", "--no-hooks", cwd=place / "repo", home=home)
            assert made.status == 0, made.err
            protected = home / "studio" / ("studio.db" if what == "file" else "")
            protected.chmod(0o400 if what == "file" else 0o500)
            before = fingerprint(place)
            answer = studio_as_user("status", cwd=place / "repo", home=home)
            assert answer.status == 0, answer
            assert "Traceback" not in answer.err
            for words in (["project", "archive"], ["project", "edit", "--name", "x"]):
                told = studio_as_user(*words, cwd=place / "repo", home=home)
                two_lines(told)
                assert "write-protected" in told.err
            assert fingerprint(place) == before

    def test_a_home_that_may_not_be_entered(self) -> None:
        with ordinary_place() as place:
            home = place / "home"
            (home / "studio").mkdir(parents=True)
            run("git", "init", "-q", "repo", cwd=place)
            give_away(place)
            (home / "studio").chmod(0)
            for words in (["init"], ["project", "list"]):
                two_lines(studio_as_user(*words, cwd=place / "repo", home=home))

    def test_a_home_that_cannot_be_made(self, repo: Repo, studio_home: Path) -> None:
        studio_home.write_text("mine")
        before = fingerprint(repo.path)
        two_lines(repo.studio("init"))
        two_lines(repo.studio("project", "list"))
        assert studio_home.read_text() == "mine"
        assert fingerprint(repo.path) == before
