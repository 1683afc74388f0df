"""S2: what was made to look like a bound repository is not taken for it.

Each shape is a folder of somebody else's that leads to a bound clone, or brings a binding along.
Neither command, hook nor language server may take it for bound, and what the user bound stays.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run
from drifttools import TEXT, bound, home, rows, worktree
from lsp.scripted import editing
from manyrun import Runner, runner
from storetools import fingerprint

from studio_git.services import binding
from studio_git.store.migrations import prepare_home

Make = Callable[["Scene"], Path]


@dataclass
class Scene:
    """A bound clone with a linked worktree, and a folder of somebody else's, still empty."""

    ours: Repo
    linked: Repo
    evil: Path

    @property
    def git(self) -> Path:
        return self.ours.path / ".git"

    def names(self, folder: str | Path) -> Path:
        """Let ``.git`` be a file that names a git directory."""
        (self.evil / ".git").write_text(f"gitdir: {folder}\n")
        return self.evil


def _own(scene: Scene) -> Repo:
    repo = Repo(scene.evil)
    repo.git("init", "-q")
    repo.write("CLAUDE.md", "# Evil\n")
    repo.commit("Evil")
    return repo


def _commondir(scene: Scene, git_dir: Path) -> Path:
    git_dir.mkdir(parents=True, exist_ok=True)
    (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
    (git_dir / "commondir").write_text(f"{scene.git}\n")
    (git_dir / "gitdir").write_text(f"{scene.evil}/.git\n")
    return scene.evil


def a_file_that_names_it(scene: Scene) -> Path:
    return scene.names(scene.git)


def a_file_that_names_it_relatively(scene: Scene) -> Path:
    return scene.names("../repo/.git")


def a_link_to_it(scene: Scene) -> Path:
    (scene.evil / ".git").symlink_to(scene.git)
    return scene.evil


def a_file_that_names_its_worktree(scene: Scene) -> Path:
    return scene.names(scene.git / "worktrees" / "linked")


def a_link_to_its_worktrees_file(scene: Scene) -> Path:
    (scene.evil / ".git").symlink_to(scene.linked.path / ".git")
    return scene.evil


def a_link_to_its_worktrees_folder(scene: Scene) -> Path:
    (scene.evil / ".git").symlink_to(scene.git / "worktrees" / "linked")
    return scene.evil


def a_commondir_in_a_folder(scene: Scene) -> Path:
    return _commondir(scene, scene.evil / ".git")


def a_commondir_that_a_file_names(scene: Scene) -> Path:
    git_dir = scene.evil.parent / "gd" / "worktrees" / "evil"
    scene.names(git_dir)
    return _commondir(scene, git_dir)


def inside_its_work_tree(scene: Scene) -> Path:
    scene.evil = scene.ours.path / "vendor"
    scene.evil.mkdir()
    return scene.names("../.git")


def a_copy(scene: Scene) -> Path:
    scene.evil.rmdir()
    shutil.copytree(scene.ours.path, scene.evil, symlinks=True)
    return scene.evil


def its_note_in_another(scene: Scene) -> Path:
    repo = _own(scene)
    shutil.copytree(scene.git / "studio", repo.path / ".git" / "studio")
    return repo.path


def a_link_to_its_note(scene: Scene) -> Path:
    repo = _own(scene)
    (repo.path / ".git" / "studio").symlink_to(scene.git / "studio")
    return repo.path


def its_work_tree_for_another(scene: Scene) -> Path:
    repo = _own(scene)
    shutil.copytree(scene.git / "studio", repo.path / ".git" / "studio")
    repo.git("config", "core.worktree", str(scene.linked.path))
    return repo.path


def its_worktree_for_another(scene: Scene) -> Path:
    repo = _own(scene)
    shutil.copytree(scene.git / "studio", repo.path / ".git" / "studio")
    repo.git("config", "core.worktree", str(scene.ours.path))
    return repo.path


def a_moved_clone_seen_from_elsewhere(scene: Scene) -> Path:
    """The clone was moved, and somebody else's folder leads to where it is now."""
    moved = scene.ours.path.rename(scene.ours.path.with_name("moved"))
    scene.ours = Repo(moved)
    return scene.names(moved / ".git")


def a_deleted_clone_that_comes_back_with_another_work_tree(scene: Scene) -> Path:
    """Who was given a copy of the folder gives it back, for a work tree that is not its own."""
    shutil.copytree(scene.git, scene.evil / ".git")
    shutil.rmtree(scene.ours.path)
    private = scene.evil.with_name("private")
    private.mkdir()
    (private / "CLAUDE.md").write_text(TEXT)
    run("git", "config", "core.worktree", private, cwd=scene.evil)
    return scene.evil


SHAPES: tuple[Make, ...] = (
    a_file_that_names_it, a_file_that_names_it_relatively, a_link_to_it,
    a_file_that_names_its_worktree, a_link_to_its_worktrees_file, a_link_to_its_worktrees_folder,
    a_commondir_in_a_folder, a_commondir_that_a_file_names, inside_its_work_tree, a_copy,
    its_note_in_another, a_link_to_its_note, its_work_tree_for_another,
    its_worktree_for_another,
)  # fmt: skip
WHERE_IT_IS_GONE: tuple[Make, ...] = (
    a_moved_clone_seen_from_elsewhere, a_deleted_clone_that_comes_back_with_another_work_tree,
)  # fmt: skip


@pytest.fixture
def ours(repo: Repo) -> Repo:
    """A bound clone, which has a linked worktree ``linked`` beside it."""
    bound(repo)
    worktree(repo, "linked", "-b", "side", "HEAD")
    return repo


def _scene(ours: Repo, name: str) -> Scene:
    evil = ours.path.parent / name
    evil.mkdir()
    return Scene(ours, Repo(ours.path.parent / "linked"), evil)


def _bindings() -> list[dict[str, object]]:
    return rows("SELECT * FROM git_repositories ORDER BY id")


def refused_by_commands(folder: Path, ask: Runner) -> None:
    """Every way in says that the folder is not bound, and does nothing."""
    for words in ("status", "sync", "capture", "track NEW.md", "resolve CLAUDE.md --keep-studio"):
        answer = ask(*words.split(" "), cwd=folder)
        assert answer.status == 2, (words, answer)
        assert "Traceback" not in answer.err
        assert any(it in answer.err for it in ("bound", "binding", "not in a git")), answer


def refused_by_the_hook(folder: Path) -> None:
    done = run(SCRIPTS / "studio-hook", "drift", cwd=folder)
    assert done.status == 0
    assert "# Project" not in done.out + done.err


def refused_by_the_editor(*folders: Path) -> None:
    """The language server shows nothing of the store."""
    for folder in folders:
        (folder / "CLAUDE.md").write_text("# Mine\n")
    with editing(*folders) as editor:
        for folder in folders:
            uri = editor.open(folder / "CLAUDE.md")
            titles = [it["title"] for it in editor.actions(uri, 0) or []]
            assert not any("Studio" in title for title in titles), (folder, titles)
            lenses = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
            assert lenses in (None, []), folder


def test_its_binding_is_not_inherited(ours: Repo, figure: Callable[[str], None]) -> None:
    before, store = _bindings(), fingerprint(home() / "projects")
    taken = []
    with runner() as ask:
        for shapes in (SHAPES, WHERE_IT_IS_GONE):
            folders = []
            for make in shapes:
                scene = _scene(ours, make.__name__)
                folders.append(folder := make(scene))
                ours = scene.ours
                try:
                    refused_by_commands(folder, ask)
                    refused_by_the_hook(folder)
                    assert _bindings() == before
                except AssertionError as error:
                    taken.append((make.__name__, str(error)[:300]))
            refused_by_the_editor(*folders)
    figure(f"{len(taken)} of {len(SHAPES + WHERE_IT_IS_GONE)} shapes inherit a binding")
    assert taken == []
    assert _bindings() == before
    assert fingerprint(home() / "projects") == store


def test_a_moved_clone_is_still_followed(ours: Repo) -> None:
    scene = _scene(ours, "evil")
    folder = a_moved_clone_seen_from_elsewhere(scene)
    assert Repo(folder).studio("status").status == 2
    assert scene.ours.studio("status").status == 0


class TestHomesThatComeAlong:
    """A repository, or a folder in one, that names a store of its own."""

    @pytest.fixture
    def evil(
        self, make_repo: Callable[..., Repo], monkeypatch: pytest.MonkeyPatch, own_home: Path
    ) -> Repo:
        """Bound to a store that lies in it, as far as that can be made outside our machine."""
        repo = make_repo("evil")
        monkeypatch.setenv("STUDIO_HOME", str(own_home / "theirs"))
        bound(repo)
        shutil.copytree(own_home / "theirs", repo.path / "theirs")
        monkeypatch.delenv("STUDIO_HOME")
        return repo

    @pytest.mark.parametrize("said", ["theirs", "./theirs", "{top}/theirs", "{top}/.git/theirs"])
    @pytest.mark.parametrize("how", ["note", "configuration"])
    def test_it_is_not_used(self, evil: Repo, how: str, said: str) -> None:
        said = said.format(top=evil.path)
        if said.endswith(".git/theirs"):
            (evil.path / "theirs").rename(said)
        path = binding.note_path(evil.path / ".git")
        note = json.loads(path.read_text())
        path.write_text(json.dumps(note | {"home": said if how == "note" else "/nowhere"}))
        if how == "configuration":
            evil.git("config", "studio.home", said)
        for words in ("status", "sync", "capture"):
            answer = evil.studio(*words.split(" "))
            assert answer.status == 2, answer
            assert "Studio home" in answer.err
        refused_by_the_editor(evil.path)

    def test_a_bare_repository_among_the_files_of_a_clone(
        self, evil: Repo, make_repo: Callable[..., Repo], own_home: Path
    ) -> None:
        """Git takes a folder that looks like a git directory for one; a clone can bring it."""
        outer = make_repo("outer")
        shutil.copytree(evil.path / ".git", outer.path / "docs")
        shutil.copytree(evil.path / "theirs", outer.path / "theirs")
        inner = Repo(outer.path / "docs")
        inner.git("config", "core.bare", "false")
        inner.git("config", "core.worktree", "..")
        for said in ("../theirs", str(outer.path / "theirs")):
            inner.git("config", "studio.home", said)
            answer = inner.studio("status")
            assert answer.status == 2, answer
            assert "Studio home" in answer.err
        assert not (own_home / ".project-studio").exists()

    def test_init_does_not_take_it_either(self, evil: Repo) -> None:
        evil.git("config", "studio.home", str(evil.path / "theirs"))
        answer = evil.studio("init", "--yes", "--no-hooks")
        assert answer.status == 2
        assert "lies in itself" in answer.err

    def test_the_users_own_word_counts(self, evil: Repo, own_home: Path) -> None:
        prepare_home(own_home / "theirs")
        evil.git("config", "--global", "studio.home", "~/theirs")
        assert evil.studio("status").status == 0
