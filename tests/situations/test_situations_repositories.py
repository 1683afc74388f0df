"""Rows 37 to 46 of the table of situations: the shapes that repositories come in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import git_version
from situated import NOON, Here, message, set_up, there

pytestmark = pytest.mark.slow  # real repositories, one for each row

MakeRepo = Callable[..., Repo]


def test_37_two_worktrees_at_once(here: Here) -> None:
    side = here.repo.path.parent / "side"
    here.git("worktree", "add", "-q", "-b", "side", side)
    script = (
        "for n in 1 2 3 4 5 6; do echo $n >f$1$n; git add -A; "
        'git commit -q -m "$1 $n\n\nDecision: $1 $n" || exit 1; done'
    )
    running = [
        subprocess.Popen(["sh", "-c", script, "sh", top.name], cwd=top)
        for top in (here.repo.path, side)
    ]
    assert [process.wait(timeout=90) for process in running] == [0, 0]
    here.check()
    assert len(here.reached()) == 12
    assert len(here.ids()) == 12
    assert {here.row(oid)["branch"] for oid in here.reached()} == {"main", "side"}


def test_37_from_within_a_worktree(here: Here) -> None:
    side = here.repo.path.parent / "side"
    here.git("worktree", "add", "-q", "--detach", side)
    other = there(here, side)
    oid = other.commit(message("There", "Decision: T"))
    other.check()
    assert other.reached() == [oid]
    assert other.row(oid)["branch"] is None
    here.git("worktree", "remove", "--force", side)
    here.check()
    assert here.gone() == [oid]


class Test38Submodules:
    @pytest.fixture
    def whole(self, here: Here, make_repo: MakeRepo) -> Here:
        part = make_repo("part")
        part.write("p", "p\n")
        part.commit("Part", when=NOON)
        here.git("submodule", "add", "-q", part.path, "part")
        here.again("commit", "-q", "-m", "Add part", minute=1)
        return here

    def test_38_the_pointer(self, whole: Here) -> None:
        inner = Repo(whole.repo.path / "part")
        inner.write("q", "q\n")
        inner.commit("In the part", when=NOON)
        whole.git("add", "part")
        whole.again("commit", "-q", "-m", "Move the pointer", minute=2)
        whole.check()
        assert len(whole.reached()) == 2
        assert "- `part` (+2 -1)\n" in whole.text_of(whole.head())

    def test_38_its_own_identity(self, whole: Here) -> None:
        inner = set_up(Repo(whole.repo.path / "part"), "--name", "Part")
        oid = inner.commit(message("Inside", "Decision: I"))
        inner.settle()
        with whole.store() as store:
            assert inner.bound(store).id != whole.bound(store).id
        assert inner.row(oid)["project_id"] == inner.project_id != whole.project_id
        assert ".git/modules/part" in str(inner.repo.place.common_dir)


class Test39Bare:
    def test_39_a_bare_one_is_refused(self, make_repo: MakeRepo) -> None:
        bare = make_repo("bare.git", "--bare")
        answer = bare.studio("init", "--yes")
        assert answer.status == 2
        assert "Traceback" not in answer.err

    def test_39_with_a_worktree(self, repo: Repo) -> None:
        repo.commit("Before", when=NOON)
        bare = repo.path.parent / "bare.git"
        repo.git("clone", "-q", "--bare", repo.path, bare)
        top = repo.path.parent / "top"
        Repo(bare).git("worktree", "add", "-q", top, "main")
        here = set_up(Repo(top))
        here.commit(message("There", "Decision: T"), minute=1)
        here.check()
        assert len(here.reached()) == 1


class Test40Directories:
    def test_40_given_with_each_command(self, here: Here) -> None:
        here.repo.write("a", "1\n")
        top = here.repo.path
        words = ["git", "--git-dir", f"{top.name}/.git", "--work-tree", top.name]
        for rest in (["add", "a"], ["commit", "-q", "-m", "From above"]):
            done = run(*words, *rest, cwd=top.parent)
            assert done.status == 0, done.err
        here.check()
        assert here.titles("sessions") == ["From above"]

    def test_40_by_the_environment(self, here: Here) -> None:
        here.repo.write("a", "1\n")
        env = {"GIT_DIR": str(here.repo.path / ".git"), "GIT_WORK_TREE": str(here.repo.path)}
        for rest in (["add", "a"], ["commit", "-q", "-m", "From afar"]):
            done = run("git", *rest, cwd=here.home, env=env)
            assert done.status == 0, done.err
        here.check()
        assert here.titles("sessions") == ["From afar"]

    def test_40_separate(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        repo = make_repo("work", "--separate-git-dir", str(tmp_path / "apart"))
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        here.commit("Work", minute=1)
        here.check()
        assert len(here.reached()) == 1


class Test41NoBranch:
    def test_41_detached(self, here: Here) -> None:
        here.git("checkout", "-q", "--detach")
        oid = here.commit("Nowhere")
        here.check()
        assert here.row(oid)["branch"] is None

    def test_41_orphan(self, here: Here) -> None:
        here.git("checkout", "-q", "--orphan", "pages")
        here.git("rm", "-q", "-rf", ".")
        oid = here.commit("Pages")
        here.check()
        assert here.row(oid)["parents"] == ""


@pytest.mark.parametrize(
    "option",
    [
        "--object-format=sha256",
        pytest.param(
            "--ref-format=reftable",
            marks=pytest.mark.skipif(git_version() < (2, 45), reason="--ref-format is of git 2.45"),
        ),
    ],
)
def test_42_other_formats(make_repo: MakeRepo, option: str) -> None:
    repo = make_repo("other", option)
    repo.commit("Before", when=NOON)
    here = set_up(repo)
    here.git("checkout", "-q", "-b", "topic")
    here.commit(message("Work", "Decision: A"), minute=1)
    here.git("checkout", "-q", "main")
    here.commit("Main", minute=2)
    here.git("checkout", "-q", "topic")
    here.settle()
    before = here.ids()
    here.git("rebase", "-q", "main")
    here.git("commit", "-q", "--amend", "-m", message("Better", "Decision: A"))
    here.check()
    assert here.ids() == before
    assert len(here.reached()) == 2


class Test43Partly:
    def test_43_shallow(self, repo: Repo) -> None:
        for minute in range(3):
            repo.write(f"old{minute}", "x\n")
            repo.commit(f"Old {minute}", when=NOON)
        top = repo.path.parent / "shallow"
        repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", top)
        here = set_up(Repo(top))
        here.commit("New", minute=1)
        here.check()
        assert len(here.reached()) == 1
        here.git("commit", "-q", "--amend", "-m", "Newer")
        here.git("fetch", "-q", "--unshallow")
        here.check()
        assert len(here.reached()) == 1

    def test_43_partial(self, repo: Repo) -> None:
        repo.git("config", "uploadpack.allowFilter", "true")
        repo.write("a", "1\n")
        repo.commit("Old", when=NOON)
        top = repo.path.parent / "partial"
        repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.path}", top)
        here = set_up(Repo(top))
        here.commit("New", minute=1)
        repo.write("a", "1\n2\n")
        repo.commit("Mine, made elsewhere", when=NOON + 120)
        here.git("fetch", "-q", "origin", "main:side")
        here.settle()
        missing = here.git("rev-list", "--objects", "--all", "--missing=print")
        here.check()
        assert here.git("rev-list", "--objects", "--all", "--missing=print") == missing
        assert len(here.reached()) == 2
        assert missing.count("?") == 1


class Test44OnDisk:
    def test_44_moved(self, here: Here) -> None:
        here.commit("Here")
        here.settle()
        moved = here.repo.path.rename(here.repo.path.with_name("moved"))
        here.repo.path = moved
        elsewhere = there(here, moved)
        elsewhere.commit("There", minute=1)
        elsewhere.check()
        assert len(elsewhere.reached()) == 2
        assert len(elsewhere.sessions()) == 1

    def test_44_copied(self, here: Here) -> None:
        here.commit("Here")
        here.settle()
        copy = here.repo.path.with_name("copy")
        shutil.copytree(here.repo.path, copy, symlinks=True)
        other = there(here, copy)
        other.commit("In the copy", minute=1)
        other.settle()
        here.check()
        assert here.titles("sessions") == ["Here"]
        answer = other.repo.studio("status")
        assert answer.status != 0
        assert "Traceback" not in answer.err


class Test45HooksPath:
    @pytest.mark.parametrize("where", ["hooks of ours", "global"])
    def test_45_is_honoured_or_it_is_said(self, repo: Repo, own_home: Path, where: str) -> None:
        repo.commit("Before", when=NOON)
        folder = own_home / "all hooks" if where == "global" else repo.path / "hooks of ours"
        folder.mkdir()
        option = ["--global"] if where == "global" else []
        value = str(folder) if where == "global" else "hooks of ours"
        repo.git("config", *option, "core.hooksPath", value)
        answer = repo.studio("init", "--yes")
        runs = answer.status == 0
        assert runs or "hook" in answer.err
        here = set_up(repo) if runs else Here(repo, Path(os.environ["STUDIO_HOME"]))
        if not runs:
            with here.store() as store:
                here.project_id = here.bound(store).project_id
        here.commit("Work", minute=1)
        captured = here.captured()
        assert here.titles("sessions") == ["Work"], captured

    def test_45_no_hooks_folder(self, make_repo: MakeRepo) -> None:
        repo = make_repo("plain", "--template=")
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        here.commit("Work", minute=1)
        here.settle()
        assert here.titles("sessions") == ["Work"]
        here.check()


def test_45a_sparse_checkout(repo: Repo) -> None:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.write("docs/CLAUDE.md", "# Docs\n")
    repo.write("src/a", "1\n")
    repo.commit("Before", when=NOON)
    here = set_up(repo)
    here.git("sparse-checkout", "set", "--no-cone", "/src/")
    here.settle()
    assert not (repo.path / "CLAUDE.md").exists()
    here.commit("Inside", minute=1, path="src/a", content="2\n")
    here.check()
    assert not (repo.path / "CLAUDE.md").exists()
    assert here.rows("SELECT sync_status FROM context_files") == [{"sync_status": "synced"}]
    assert json.loads(here.sessions()[-1]["files_changed"]) == ["src/a"]


def test_45b_switching_between_branches(repo: Repo) -> None:
    repo.write("CLAUDE.md", "# Old rules\n")
    repo.commit("Before", when=NOON)
    here = set_up(repo)
    here.git("branch", "old")
    repo.write("CLAUDE.md", "# New rules\n")
    here.again("commit", "-q", "-a", "-m", "New rules", minute=1)
    here.settle()
    assert repo.studio("resolve", "CLAUDE.md", "--accept-repo").status == 0
    here.git("checkout", "-q", "old")
    here.settle()
    (found,) = here.rows("SELECT kind FROM git_context_states")
    assert found == {"kind": "studio-ahead"}, "an old branch is behind, and no edit"
    here.commit("On the old branch", minute=2)
    here.check()
    assert repo.read("CLAUDE.md") == "# Old rules\n"


def test_46_a_foreign_owner(here: Here) -> None:
    """As root for a user's clone: nothing is written that the user could not write any more."""
    if os.geteuid() != 0:
        pytest.skip("only root can act for another user")
    here.commit("Mine", minute=1)
    here.settle()
    owner = 12345
    before = here.rows("SELECT count(*) AS n FROM git_commits")
    for path in (here.home, *here.home.rglob("*"), here.repo.path, *here.repo.path.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
    here.git("config", "--global", "safe.directory", "*")
    here.repo.write("as root", "x\n")
    for words in (["add", "-A"], ["commit", "-q", "-m", "As root"]):
        done = here.repo.try_git(*words, env={"SUDO_UID": str(owner)})
        assert done.status == 0, done.err
    here.settle()
    foreign = [path for path in here.home.rglob("*") if path.stat().st_uid != owner]
    assert foreign == []
    assert here.rows("SELECT count(*) AS n FROM git_commits") == before
