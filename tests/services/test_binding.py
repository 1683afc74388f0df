"""A clone is bound where its note and the store's row agree, and stands where the user bound it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from capturing import PROJECT, bind
from conftest import Repo

from studio_git.errors import NotBoundError
from studio_git.services import binding
from studio_git.services.binding import Note
from studio_git.store import projects
from studio_git.store.connection import open_store


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.commit("First")
    bind(repo)
    return repo


def ask(repo: Repo, home: Path) -> str:
    with open_store(home) as store:
        return binding.bound(store, repo.place).primary_worktree


def test_the_note_is_private_and_says_where(bound: Repo, studio_home: Path) -> None:
    note = binding.read_note(bound.path / ".git")
    assert note is not None
    assert (note.home, note.top) == (str(studio_home), str(bound.path))
    path = binding.note_path(bound.path / ".git")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"repository": "x"}', "\x00", "7"])
def test_a_note_that_cannot_be_read_binds_nothing(
    bound: Repo, studio_home: Path, text: str
) -> None:
    binding.note_path(bound.path / ".git").write_text(text)
    assert binding.read_note(bound.path / ".git") is None
    with pytest.raises(NotBoundError, match="not bound to a project"):
        ask(bound, studio_home)


def test_a_note_alone_binds_nothing(bound: Repo, studio_home: Path) -> None:
    path = binding.note_path(bound.path / ".git")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"repository": "somebody"}))
    with pytest.raises(NotBoundError, match="does not know"):
        ask(bound, studio_home)


def test_a_row_alone_binds_nothing(bound: Repo, studio_home: Path) -> None:
    binding.note_path(bound.path / ".git").unlink()
    with pytest.raises(NotBoundError):
        ask(bound, studio_home)


def test_writing_the_same_note_again_leaves_the_file(bound: Repo) -> None:
    path = binding.note_path(bound.path / ".git")
    before = path.stat()
    note = binding.read_note(bound.path / ".git")
    assert note is not None
    binding.write_note(bound.path / ".git", note)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    binding.write_note(bound.path / ".git", Note("other", note.home, note.top))
    assert binding.read_note(bound.path / ".git") == Note("other", note.home, note.top)


class TestHome:
    def test_the_environment_then_configuration_then_the_note(
        self, bound: Repo, monkeypatch: pytest.MonkeyPatch, studio_home: Path, own_home: Path
    ) -> None:
        bound.git("config", "studio.home", "/configured")
        assert binding.home_of(bound.place) == studio_home
        monkeypatch.delenv("STUDIO_HOME")
        assert binding.home_of(bound.place) == Path("/configured")
        bound.git("config", "--unset", "studio.home")
        assert binding.home_of(bound.place) == studio_home
        binding.note_path(bound.path / ".git").unlink()
        assert binding.home_of(bound.place) == own_home / ".project-studio"


class TestWorktrees:
    def test_a_linked_one_shares_the_binding_and_is_not_primary(
        self, bound: Repo, tmp_path: Path, studio_home: Path
    ) -> None:
        bound.git("worktree", "add", "-q", tmp_path / "linked")
        linked = Repo(tmp_path / "linked")
        assert ask(linked, studio_home) == str(bound.path)
        with open_store(studio_home) as store:
            repository = binding.bound(store, linked.place)
            assert binding.is_primary(store, repository, bound.place)
            assert not binding.is_primary(store, repository, linked.place)

    def test_a_second_clone_is_not_primary(
        self, bound: Repo, make_repo: Callable[..., Repo], studio_home: Path
    ) -> None:
        second = make_repo("second")
        bind(second)
        with open_store(studio_home) as store:
            repository = binding.bound(store, second.place)
            assert repository.project_id == PROJECT
            assert not binding.is_primary(store, repository, second.place)

    def test_a_worktree_that_was_moved_by_hand_is_told_until_it_is_repaired(
        self, bound: Repo, tmp_path: Path, studio_home: Path
    ) -> None:
        bound.git("worktree", "add", "-q", tmp_path / "linked")
        (tmp_path / "linked").rename(tmp_path / "moved")
        moved = Repo(tmp_path / "moved")
        with pytest.raises(NotBoundError, match="does not share"):
            ask(moved, studio_home)
        moved.git("worktree", "repair")
        assert ask(moved, studio_home) == str(bound.path)

    @pytest.mark.parametrize("inside", ["worktrees/evil", "modules/evil"])
    def test_a_git_directory_elsewhere_that_names_ours_is_not_ours(
        self, bound: Repo, tmp_path: Path, studio_home: Path, inside: str
    ) -> None:
        evil = tmp_path / "evil"
        git_dir = tmp_path / "gd" / inside
        git_dir.mkdir(parents=True)
        evil.mkdir()
        (evil / ".git").write_text(f"gitdir: {git_dir}\n")
        (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
        (git_dir / "commondir").write_text(f"{bound.path}/.git\n")
        (git_dir / "gitdir").write_text(f"{evil}/.git\n")
        assert Repo(evil).place.common_dir == bound.path / ".git"
        with pytest.raises(NotBoundError, match="does not share"):
            ask(Repo(evil), studio_home)


class TestMoved:
    def test_its_row_and_the_projects_path_follow(
        self, bound: Repo, tmp_path: Path, studio_home: Path
    ) -> None:
        bound.path.rename(tmp_path / "moved")
        moved = Repo(tmp_path / "moved")
        assert ask(moved, studio_home) == str(moved.path)
        with open_store(studio_home) as store:
            row = projects.get(store.db, PROJECT)
            assert row is not None
            assert row["repo_path"] == str(moved.path)
            assert projects.repository_at(store.db, str(moved.path / ".git")) is not None

    def test_a_later_clone_that_moves_leaves_the_projects_path(
        self, bound: Repo, make_repo: Callable[..., Repo], tmp_path: Path, studio_home: Path
    ) -> None:
        second = make_repo("second")
        bind(second)
        second.path.rename(tmp_path / "moved")
        assert ask(Repo(tmp_path / "moved"), studio_home) == str(tmp_path / "moved")
        with open_store(studio_home) as store:
            row = projects.get(store.db, PROJECT)
            assert row is not None
            assert row["repo_path"] == str(bound.path)

    def test_a_store_that_cannot_be_written_is_read_all_the_same(
        self, bound: Repo, tmp_path: Path, studio_home: Path
    ) -> None:
        with open_store(studio_home) as store:
            store.db.execute("UPDATE git_meta SET value = '9'")
        bound.path.rename(tmp_path / "moved")
        assert ask(Repo(tmp_path / "moved"), studio_home) == str(tmp_path / "moved")


def test_checks_of_every_worktree_are_forgotten(bound: Repo, tmp_path: Path) -> None:
    bound.git("worktree", "add", "-q", tmp_path / "linked")
    folders = [bound.path / ".git/studio", bound.path / ".git/worktrees/linked/studio"]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / "check").write_text("x")
    binding.forget_checks(bound.path / ".git")
    assert not [folder for folder in folders if (folder / "check").exists()]
