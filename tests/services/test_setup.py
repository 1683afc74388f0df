"""Which project a clone belongs to, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo

from studio_git.errors import UsageError
from studio_git.services import binding, setup
from studio_git.services.setup import Choice, Origin
from studio_git.store import projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

SHARED = '[project]\nid = "p-shared"\nname = "Shared"\n'


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        yield store


def choose(store: Store, repo: Repo, project: str | None = None, name: str | None = None) -> Choice:
    return setup.choose(store, repo.place, project, name)


class TestChoosing:
    def test_a_new_one_has_an_id_of_its_own(self, store: Store, repo: Repo) -> None:
        one, two = choose(store, repo), choose(store, repo)
        assert (one.origin, one.name) == (Origin.NEW, "repo")
        assert one.project_id != two.project_id
        assert not one.needs_consent

    def test_the_teams_file_and_the_stores_word(self, store: Store, repo: Repo) -> None:
        repo.write(".studio.toml", SHARED)
        shared = choose(store, repo)
        assert shared == Choice(Origin.SHARED, "p-shared", "Shared")
        projects.add(store.db, "p-shared", "Known here", None)
        proposed = choose(store, repo)
        assert proposed == Choice(Origin.PROPOSED, "p-shared", "Known here")
        assert shared.needs_consent
        assert proposed.needs_consent

    def test_a_file_without_a_name_or_an_id(self, store: Store, repo: Repo) -> None:
        repo.write(".studio.toml", '[project]\nid = "p-shared"\n')
        assert choose(store, repo).name == "repo"
        assert choose(store, repo, name="Mine").name == "Mine"
        repo.write(".studio.toml", '[project]\nname = "Only a name"\n')
        assert choose(store, repo).origin is Origin.NEW

    def test_a_project_that_lives_here(self, store: Store, repo: Repo, tmp_path: Path) -> None:
        projects.add(store.db, "p-1", "Here", str(repo.path))
        assert choose(store, repo) == Choice(Origin.FOUND, "p-1", "Here")
        assert choose(store, repo, name="Another").origin is Origin.NEW
        projects.set_archived(store.db, "p-1", archived=True)
        assert choose(store, repo).origin is Origin.NEW

    def test_a_path_as_somebody_else_wrote_it(
        self, store: Store, repo: Repo, tmp_path: Path, own_home: Path
    ) -> None:
        (tmp_path / "link").symlink_to(repo.path)
        (own_home / "repo").symlink_to(repo.path)
        projects.add(store.db, "p-1", "Here", None)
        for path in (f"{repo.path}/", str(tmp_path / "link"), "~/repo", f"{repo.path}/x/.."):
            projects.change(store.db, "p-1", repo_path=path)
            assert choose(store, repo).origin is Origin.FOUND, path
        for path in ("", "/", "~nobody-of-that-name/x", "a\0b", "x" * 5000):
            projects.change(store.db, "p-1", repo_path=path)
            assert choose(store, repo).origin is Origin.NEW, path

    def test_what_the_user_names_comes_first(self, store: Store, repo: Repo) -> None:
        repo.write(".studio.toml", SHARED)
        projects.add(store.db, "p-1", "Mine", None)
        assert choose(store, repo, "mine") == Choice(Origin.NAMED, "p-1", "Mine")

    def test_a_bound_clone_stays_what_it_is(self, store: Store, repo: Repo) -> None:
        setup.bind(store, repo.place, Choice(Origin.NEW, "p-1", "Mine"))
        repo.write(".studio.toml", SHARED)
        projects.add(store.db, "p-shared", "Shared", str(repo.path))
        assert choose(store, repo) == Choice(Origin.BOUND, "p-1", "Mine")
        assert choose(store, repo, "p-1").origin is Origin.BOUND
        assert choose(store, repo, "p-shared").origin is Origin.NAMED

    def test_namesakes(self, store: Store) -> None:
        projects.add(store.db, "p-1", "RISK", None)
        projects.add(store.db, "p-2", "other", None)
        assert setup.namesakes(store, Choice(Origin.NEW, "p-9", "Risk")) == ["p-1"]
        assert setup.namesakes(store, Choice(Origin.NEW, "p-1", "Risk")) == []


class TestBinding:
    def test_the_row_the_project_and_the_note(
        self, store: Store, repo: Repo, studio_home: Path
    ) -> None:
        repository = setup.bind(store, repo.place, Choice(Origin.NEW, "p-1", "Mine"))
        assert projects.repository_at(store.db, str(repo.path / ".git")) == repository
        note = binding.read_note(repo.path / ".git")
        assert note is not None
        assert (note.repository_id, note.home) == (repository.id, str(studio_home))
        assert binding.bound(store, repo.place) == repository

    def test_again_changes_nothing(self, store: Store, repo: Repo) -> None:
        choice = Choice(Origin.NEW, "p-1", "Mine")
        first = setup.bind(store, repo.place, choice)
        before = list(map(tuple, store.db.execute("SELECT * FROM projects")))
        assert setup.bind(store, repo.place, choice) == first
        assert list(map(tuple, store.db.execute("SELECT * FROM projects"))) == before

    def test_anew_to_another_project_under_the_same_clone(self, store: Store, repo: Repo) -> None:
        first = setup.bind(store, repo.place, Choice(Origin.NEW, "p-1", "Mine"))
        projects.confirm(store.db, first.id, '{"project": "p-1"}')
        second = setup.bind(store, repo.place, Choice(Origin.NEW, "p-2", "Other"))
        assert (second.id, second.project_id, second.confirmed) == (first.id, "p-2", "{}")
        assert projects.repositories(store.db, "p-1") == []

    def test_the_primary_worktree_is_the_main_one_wherever_it_is_bound(
        self, store: Store, repo: Repo, tmp_path: Path
    ) -> None:
        repo.commit("First")
        repo.git("worktree", "add", "-q", tmp_path / "linked")
        bound = setup.bind(
            store, Repo(tmp_path / "linked").place, Choice(Origin.NEW, "p-1", "Mine")
        )
        row = projects.get(store.db, "p-1")
        assert row is not None
        assert bound.primary_worktree == row["repo_path"] == str(repo.path)

    def test_of_a_bare_repository_it_is_the_one_that_was_bound(
        self, store: Store, repo: Repo, tmp_path: Path
    ) -> None:
        repo.commit("First")
        repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
        Repo(tmp_path / "bare.git").git("worktree", "add", "-q", str(tmp_path / "w"))
        bound = setup.bind(store, Repo(tmp_path / "w").place, Choice(Origin.NEW, "p-1", "Mine"))
        assert bound.primary_worktree == str(tmp_path / "w")

    def test_a_folder_on_anothers_git_directory_needs_to_be_said(
        self, store: Store, make_repo: Callable[..., Repo], tmp_path: Path
    ) -> None:
        work = make_repo("work", "--separate-git-dir", str(tmp_path / "gd"))
        setup.bind(store, work.place, Choice(Origin.NEW, "p-1", "Mine"))
        work.path.rename(tmp_path / "moved")
        moved = Repo(tmp_path / "moved")
        with pytest.raises(UsageError, match="uses the git directory of") as caught:
            choose(store, moved)
        assert "git studio init --project" in caught.value.hint
        setup.bind(store, moved.place, choose(store, moved, "Mine"))
        assert binding.bound(store, moved.place).primary_worktree == str(moved.path)
        row = projects.get(store.db, "p-1")
        assert row is not None
        assert row["repo_path"] == str(moved.path)
