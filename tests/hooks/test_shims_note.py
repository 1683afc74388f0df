"""The post- hooks' sh: what is noted, who starts the worker, what the host gets."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo, run
from shimtools import SHELLS, Fake, bind, fake_interpreter, install, shebang

from studio_hooks import shims, spool
from studio_hooks.spool import Record

POST = tuple(stage for stage in shims.STAGES if stage.startswith("post-"))


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    made = fake_interpreter(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=SHELLS)
def bound(request: pytest.FixtureRequest, repo: Repo, fake: Fake) -> Repo:
    """A bound clone with a commit and the post- hooks, once for each shell."""
    repo.write("file", "one\n")
    repo.commit("first")
    bind(repo.place.common_dir)
    install(repo, fake.program, first=shebang(request.param), stages=POST)
    return repo


def commit(repo: Repo, text: str, *words: str, env: dict[str, str] | None = None) -> str:
    repo.write("file", text)
    answer = repo.try_git("commit", "-qam", text, *words, env=env)
    assert (answer.status, answer.err) == (0, "")
    return repo.git("rev-parse", "HEAD")


def noted(repo: Repo) -> list[Record]:
    """Take what was noted, and the kick, as the worker does."""
    common = repo.place.common_dir
    (common / "studio" / "kick").unlink(missing_ok=True)
    batch = spool.drain(common)
    spool.done(common, batch)
    assert not batch.bad
    return list(batch.records)


def test_a_commit_is_noted_and_starts_a_worker(bound: Repo, fake: Fake) -> None:
    commit(bound, "a")
    assert fake.worker() == f"{bound.place.common_dir}\n"
    assert noted(bound) == [Record("post-commit", bound.place.git_dir, ())]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0f9c-AB12", ("0f9c-AB12",)),
        ("x" * 64, ("x" * 64,)),
        ("x" * 65, ()),
        ("a\tb", ()),
        ("a\nb", ()),
        ("$(id)", ()),
        ("é", ()),
    ],
)
def test_the_agents_session_is_noted(
    bound: Repo, given: str, kept: tuple[str, ...], fake: Fake
) -> None:
    commit(bound, "a", env={"CLAUDE_CODE_SESSION_ID": given})
    assert noted(bound) == [Record("post-commit", bound.place.git_dir, kept)]
    assert fake.worker()


def test_one_worker_per_burst(bound: Repo, fake: Fake) -> None:
    for number in range(20):
        commit(bound, str(number))
    assert fake.worker().count("\n") == 1
    assert len(noted(bound)) == 20
    commit(bound, "later")
    assert fake.worker().count("\n") == 1


@pytest.mark.parametrize(
    ("kick", "starts"),
    [
        (str, False),
        (lambda now: str(now - 25), False),
        (lambda now: str(now - 60), True),
        (lambda now: str(now + 3600), True),
        (lambda now: "", True),
        (lambda now: "garbage 08", True),
        (lambda now: "0800", True),
    ],
)
def test_a_kick_that_nobody_took_away(
    bound: Repo, fake: Fake, *, kick: Callable[[int], str], starts: bool
) -> None:
    path = bound.place.common_dir / "studio" / "kick"
    path.write_text(kick(int(time.time())))
    commit(bound, "a")
    if starts:
        assert fake.worker()
        assert abs(int(path.read_text()) - time.time()) < 60
    else:
        assert fake.no_worker()


def test_an_author_of_long_ago_is_no_stale_kick(bound: Repo, fake: Fake) -> None:
    (bound.place.common_dir / "studio" / "kick").write_text(str(int(time.time())))
    commit(bound, "a", "--date", "@86400 +0000")
    assert fake.no_worker()
    commit(bound, "b", "--date", "@7000000000 +0000")
    assert fake.no_worker()


def test_amend_and_its_pair(bound: Repo) -> None:
    old = commit(bound, "a")
    noted(bound)
    new = commit(bound, "b", "--amend")
    git_dir = bound.place.git_dir
    assert noted(bound) == [
        Record("post-commit", git_dir, ()),
        Record("post-rewrite", git_dir, ("amend", f"{old} {new}")),
    ]
    assert not list((git_dir / "studio").glob("rewrite.*"))


def test_a_rebase_is_one_event(bound: Repo, fake: Fake) -> None:
    bound.git("switch", "-q", "-c", "side")
    old = [commit(bound, str(number)) for number in range(5)]
    bound.git("switch", "-q", "main")
    bound.write("unrelated", "x")
    bound.commit("main")
    noted(bound)
    fake.worker()
    bound.git("rebase", "-q", "main", "side")
    new = bound.git("rev-list", "--reverse", "main..side").split()
    pairs = [f"{before} {after}" for before, after in zip(old, new, strict=True)]
    records = noted(bound)
    assert records[-1] == Record("post-rewrite", bound.place.git_dir, ("rebase", *pairs))
    assert "post-commit" not in {record.stage for record in records}
    assert fake.worker()


def test_a_reword_inside_a_rebase_starts_no_worker(bound: Repo, fake: Fake) -> None:
    for number in range(2):
        commit(bound, str(number))
    noted(bound)
    fake.worker()
    bound.try_git(
        *("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-q", "-i", "HEAD~1"),
    )
    bound.git("commit", "-q", "--amend", "-m", "reworded")
    assert fake.no_worker()
    assert not (bound.place.common_dir / "studio" / "kick").exists()
    bound.git("rebase", "--continue")
    kinds = [record.details[0] for record in noted(bound) if record.stage == "post-rewrite"]
    assert kinds == ["amend", "rebase"]
    assert fake.worker()


def test_the_other_kind_of_rebase(bound: Repo, fake: Fake) -> None:
    bound.git("switch", "-q", "-c", "side")
    commit(bound, "side")
    bound.git("switch", "-q", "main")
    bound.write("unrelated", "x")
    bound.commit("main")
    noted(bound)
    fake.worker()
    bound.git("rebase", "-q", "--apply", "main", "side")
    stages = [record.stage for record in noted(bound)]
    assert "post-rewrite" in stages
    assert "post-applypatch" not in stages
    assert fake.worker()


def test_am_starts_the_worker_with_its_last_patch(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    for number in range(3):
        commit(bound, str(number))
    patches = tmp_path / "patches"
    patches.write_text(bound.git("format-patch", "--stdout", "HEAD~3") + "\n")
    bound.git("reset", "-q", "--hard", "HEAD~3")
    noted(bound)
    fake.worker()
    bound.git("am", "-q", patches)
    git_dir = bound.place.git_dir
    assert noted(bound) == [
        Record("post-applypatch", git_dir, (str(number), "3")) for number in (1, 2, 3)
    ]
    assert fake.worker().count("\n") == 1


def test_merges(bound: Repo, fake: Fake) -> None:
    git_dir = bound.place.git_dir
    for branch in ("one", "two", "three"):
        bound.git("branch", branch)
    for branch in ("one", "two", "three"):
        bound.git("switch", "-q", branch)
        bound.write(branch, "x")
        bound.commit(branch)
    bound.git("switch", "-q", "main")
    noted(bound)
    bound.git("merge", "-q", "one")
    assert noted(bound) == [Record("post-merge", git_dir, ("0",))]
    bound.git("merge", "-q", "--no-edit", "two")
    assert noted(bound) == [Record("post-merge", git_dir, ("0",))]
    bound.git("merge", "-q", "--squash", "three")
    assert noted(bound) == [Record("post-merge", git_dir, ("1",))]
    assert fake.worker()


def test_checkouts(bound: Repo, fake: Fake) -> None:
    bound.git("branch", "side")
    bound.write("file", "restored below\n")
    assert bound.try_git("checkout", "-q", "--", "file").err == ""
    assert noted(bound) == []
    answer = bound.try_git("switch", "-q", "side")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert noted(bound) == [Record("post-checkout", bound.place.git_dir, ())]
    assert fake.worker()


def test_cherry_pick_and_revert_have_a_clock_too(bound: Repo, fake: Fake) -> None:
    commit(bound, "a")
    noted(bound)
    fake.worker()
    bound.git("revert", "--no-edit", "HEAD")
    kick = bound.place.common_dir / "studio" / "kick"
    assert abs(int(kick.read_text()) - time.time()) < 600
    assert noted(bound) == [Record("post-commit", bound.place.git_dir, ())]
    assert fake.worker()


def test_linked_worktrees_share_one_spool(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    other = tmp_path / "other tree"
    bound.git("worktree", "add", "-q", "-b", "side", other)
    tree = Repo(other)
    assert noted(bound) == [Record("post-checkout", tree.place.git_dir, ())]
    assert Path(fake.worker().rstrip("\n")).resolve() == bound.place.common_dir
    commit(tree, "a")
    commit(bound, "b")
    assert {record.git_dir for record in noted(bound)} == {tree.place.git_dir, bound.place.git_dir}
    assert not (tree.place.git_dir / "studio").exists()


def test_a_git_folder_elsewhere_and_a_submodule(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    apart = tmp_path / "apart.git"
    bound.git("init", "-q", f"--separate-git-dir={apart}")
    commit(bound, "a")
    assert noted(bound) == [Record("post-commit", apart, ())]
    bound.git("submodule", "add", "-q", bound.path, "sub")
    sub = Repo(bound.path / "sub")
    bind(sub.place.common_dir)
    install(sub, fake.program, stages=POST)
    commit(sub, "b")
    assert noted(sub) == [Record("post-commit", sub.place.git_dir, ())]
    assert fake.worker()


def test_a_folder_that_would_break_the_line(fake: Fake, tmp_path: Path) -> None:
    path = tmp_path / "tab\there\nand a line"
    assert run("git", "init", "-q", path, cwd=tmp_path).status == 0
    repo = Repo(path)
    repo.write("file", "x")
    repo.commit("first")
    studio = bind(path / ".git")
    install(repo, fake.program, stages=["post-commit"])
    commit(repo, "a")
    batch = spool.drain(path / ".git")
    assert batch.records == (Record("post-commit", None, ()),)
    assert not batch.bad
    assert (studio / "kick").exists()
    assert fake.worker()


def test_the_host_gets_the_pairs(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    given = b"".join(b"%040x %040x\n" % (number, number + 1) for number in range(1000))
    copy = tmp_path / "copy"
    hook = bound.place.git_dir / "hooks" / "post-rewrite"
    hook.write_text(hook.read_text() + f"exec cat >'{copy}'\n")
    done = subprocess.run([hook, "rebase"], cwd=bound.path, input=given, check=False)
    assert done.returncode == 0
    assert copy.read_bytes() == given
    (record,) = noted(bound)
    assert len(record.details) == 1001
    assert record.details[:2] == ("rebase", f"{0:040x} {1:040x}")
    assert fake.worker()


def test_the_host_gets_the_pairs_where_nothing_can_be_noted(
    bound: Repo, fake: Fake, tmp_path: Path
) -> None:
    studio = bound.place.common_dir / "studio"
    copy = tmp_path / "copy"
    hook = bound.place.git_dir / "hooks" / "post-rewrite"
    hook.write_text(hook.read_text() + f"cat >'{copy}'\n")
    (studio / "spool").mkdir()
    old = bound.git("rev-parse", "HEAD")
    bound.write("file", "amended")
    answer = bound.try_git("commit", "-qa", "--amend", "-m", "amended")
    assert (answer.status, answer.err) == (0, "")
    assert copy.read_text() == f"{old} {bound.git('rev-parse', 'HEAD')}\n"
    shutil.rmtree(studio)
    old = bound.git("rev-parse", "HEAD")
    bound.git("commit", "-q", "--amend", "-m", "again")
    assert copy.read_text() == f"{old} {bound.git('rev-parse', 'HEAD')}\n"
    assert fake.no_worker()


def test_nothing_is_noted_where_it_shall_not(bound: Repo, fake: Fake) -> None:
    studio = bound.place.common_dir / "studio"
    commit(bound, "a", env={"STUDIO_DISABLE": "1"})
    assert noted(bound) == []
    (studio / "binding.json").unlink()
    commit(bound, "b")
    commit(bound, "c", "--amend")
    assert noted(bound) == []
    assert fake.no_worker()


def test_a_missing_interpreter_is_nobodys_business(bound: Repo, fake: Fake) -> None:
    fake.program.unlink()
    commit(bound, "a")
    assert len(noted(bound)) == 1
    assert not (bound.place.common_dir / "studio" / "kick").exists()


def test_a_folder_that_cannot_be_written(bound: Repo, fake: Fake) -> None:
    studio = bound.place.common_dir / "studio"
    (studio / "spool").mkdir()
    commit(bound, "a")
    commit(bound, "b", "--amend")
    bound.git("switch", "-q", "-c", "side")
    assert fake.no_worker()


def test_git_and_its_readers_do_not_wait_for_the_worker(
    bound: Repo, fake: Fake, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    os.mkfifo(hold)
    text = fake.program.read_text().replace("worker)", f"worker) read -r go <'{hold}';")
    fake.program.write_text(text)
    commit(bound, "a")  # through pipes: it would not come back while the worker held one
    assert not fake.reported()
    hold.write_text("go\n")
    assert fake.worker()


def test_a_framework_with_our_entry_does_the_work(bound: Repo, fake: Fake) -> None:
    config = "repos:\n- repo: x\n  hooks:\n  - id: studio-capture\n"
    bound.write(".pre-commit-config.yaml", config)
    bound.git("add", ".pre-commit-config.yaml")
    commit(bound, "installed by nobody")
    assert len(noted(bound)) == 1
    assert fake.worker()
    for stage in POST:
        hook = bound.place.git_dir / "hooks" / stage
        legacy = hook.rename(hook.with_name(f"{stage}.legacy"))
        hook.write_text('#!/bin/sh\nexec "$0.legacy" "$@"\n')
        hook.chmod(legacy.stat().st_mode)
    commit(bound, "a")
    commit(bound, "b", "--amend")
    bound.git("switch", "-q", "-c", "side")
    assert noted(bound) == []
    assert fake.no_worker()


@pytest.mark.parametrize("shell", SHELLS)
def test_records_of_many_at_once_are_whole(shell: str, repo: Repo, fake: Fake) -> None:
    repo.write("file", "x")
    repo.commit("first")
    bind(repo.place.common_dir)
    install(repo, fake.program, first=shebang(shell), stages=["post-commit"])
    loop = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "$0"; done'
    hook = repo.place.git_dir / "hooks" / "post-commit"
    session = "s" * 64
    started = [
        subprocess.Popen(
            ["sh", "-c", loop, hook],
            cwd=repo.path,
            env=os.environ | {"CLAUDE_CODE_SESSION_ID": session},
        )
        for _ in range(8)
    ]
    assert [process.wait(120) for process in started] == [0] * 8
    assert noted(repo) == [Record("post-commit", repo.place.git_dir, (session,))] * 160
    assert fake.worker().count("\n") == 1
