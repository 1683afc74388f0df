"""Rows 62 to 68 of the table of situations: what surrounds git.

What cannot be tried on Linux: that a Mac's shell and Git for Windows' run the blocks. Tried is
what they rely on: LF, ``#!/bin/sh``, no ``setsid``, an absolute interpreter.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import put_hook
from situated import NOON, Here, set_up

from studio_hooks import installer, shims

pytestmark = pytest.mark.slow  # real repositories, one for each row


class Test62NothingBlocks:
    def test_62_the_interpreter_is_gone(self, here: Here, tmp_path: Path) -> None:
        python = put_hook(tmp_path / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        installer.install(here.repo.place, python=str(python))
        here.settle()
        python.unlink()
        here.commit("Work")
        here.git("commit", "-q", "--amend", "-m", "Better work")
        here.check()
        assert here.titles("sessions") == ["Better work"]

    def test_62_the_interpreter_dies(self, repo: Repo, tmp_path: Path) -> None:
        repo.write("CLAUDE.md", "# Rules\n")
        repo.commit("Before", when=NOON)
        here = set_up(repo)
        here.git("config", "studio.drift.repo-ahead", "block")
        python = put_hook(tmp_path / "python", "#!/bin/sh\nkill -9 $$\n")
        python.write_text(
            '#!/bin/sh\ncase "$*" in *studio_hooks*) kill -9 $$;; esac\n'
            f'exec {sys.executable} "$@"\n'
        )
        installer.install(here.repo.place, python=str(python))
        repo.write("CLAUDE.md", "# Rules\n\nMore.\n")
        done = repo.try_git("commit", "-q", "-a", "-m", "Goes through")
        assert done.status == 0, done.err
        (here.folder / "kick").unlink(missing_ok=True)
        assert repo.studio("capture").status == 0
        assert here.titles("sessions") == ["Goes through"]

    def test_62_another_hook_with_a_broken_shebang(self, repo: Repo) -> None:
        repo.commit("Before", when=NOON)
        hook = repo.path / ".git/hooks/post-commit"
        put_hook(hook, "#!/bin/sh\r\necho theirs\r\n")
        answer = repo.studio("init", "--yes")
        assert "Traceback" not in answer.err
        repo.commit("Work", when=NOON + 60)
        assert repo.studio("capture").status == 0


@pytest.mark.parametrize("what", ["unset", "empty", "read-only", "gone"])
def test_63_the_home(here: Here, what: str) -> None:
    here.settle()
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    identity = {
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
    }  # fmt: skip
    environment = os.environ | identity
    kept = here.home.with_name("kept")
    if what in ("unset", "empty"):
        environment.pop("HOME")
        environment.pop("STUDIO_HOME")
        if what == "empty":
            environment |= {"HOME": "", "STUDIO_HOME": ""}
    elif what == "read-only":
        here.home.rename(kept)
        here.home.touch()
    else:
        here.home.rename(kept)
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "Work"], cwd=here.repo.path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr
    here.settle()
    if kept.exists():
        if here.home.exists():
            here.home.unlink()
        kept.rename(here.home)
    (here.folder / "worker.log").unlink(missing_ok=True)
    here.check()
    assert here.titles("sessions") == ["Work"]


def test_64_a_store_that_cannot_be_written(repo: Repo) -> None:
    """Root writes anywhere, so the file system itself has to say no."""
    repo.write("CLAUDE.md", "# Rules\n")
    repo.commit("Before", when=NOON)
    here = set_up(repo)
    here.settle()
    probe = run("unshare", "-rm", "true", cwd=repo.path)
    if probe.status:
        pytest.skip("mount namespaces are not allowed here")
    script = (
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && '
        'echo more >>CLAUDE.md && git commit -q -a -m "On a read-only store"'
    )
    done = run("unshare", "-rm", "sh", "-c", script, "sh", here.home, cwd=repo.path)
    assert done.status == 0, done.err
    assert "Traceback" not in done.err
    here.settle()
    (here.folder / "worker.log").unlink(missing_ok=True)
    here.check()
    assert here.titles("sessions") == ["On a read-only store"]


def test_65_the_hooks_variables_reach_no_other_repository(here: Here, tmp_path: Path) -> None:
    """A commit with an index of its own, from a hook of another repository."""
    outer = Repo(tmp_path / "outer")
    run("git", "init", "-q", outer.path, cwd=tmp_path)
    put_hook(
        outer.path / ".git/hooks/post-commit",
        '#!/bin/sh\nunset $(git rev-parse --local-env-vars)\ncd "$INNER" &&\n'
        "echo inner >inner && git add inner && git commit -q -m Inner\n",
    )
    outer.write("o", "o\n")
    outer.git("add", "-A")
    outer.git("commit", "-q", "-m", "Outer", env={"INNER": str(here.repo.path)})
    assert outer.git("status", "--porcelain") == ""
    here.check()
    assert here.titles("sessions") == ["Inner"]


def test_66_no_lock_is_taken(here: Here) -> None:
    lock = here.repo.path / ".git/index.lock"
    here.commit("Work")
    lock.touch()
    here.check()
    assert lock.exists()
    lock.unlink()
    assert len(here.reached()) == 1


# A terminal's programs are ended by it; whoever runs the tests may have it ignored, and sh
# cannot take that back.
DEAF_NO_MORE = (
    sys.executable, "-c",
    "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    "os.execvp(sys.argv[1], sys.argv[1:])",
)  # fmt: skip


def test_67_the_terminal_is_closed(here: Here) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    shell = subprocess.Popen(
        [*DEAF_NO_MORE, "sh", "-c", "git commit -q -m Work; kill -HUP 0"], cwd=here.repo.path,
        start_new_session=True,
    )  # fmt: skip
    shell.wait(timeout=60)
    assert shell.returncode in (-signal.SIGHUP, 128 + signal.SIGHUP)
    here.settle()
    assert here.titles("sessions") == ["Work"]
    here.check()


def test_67_git_is_not_waited_for_through_a_pipe(here: Here) -> None:
    """Whoever reads git's output sees its end though the worker still runs."""
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    done = subprocess.run(
        ["git", "commit", "-m", "Work"], cwd=here.repo.path, capture_output=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    here.check()


@pytest.mark.parametrize("stage", shims.STAGES)
def test_68_what_other_systems_need(here: Here, stage: str) -> None:
    hook = here.repo.path / ".git/hooks" / stage
    text = hook.read_bytes()
    assert b"\r" not in text
    assert text.startswith(b"#!/bin/sh\n")
    assert b"setsid" not in text
    assert os.fsencode(sys.executable) in text
    assert hook.stat().st_mode & stat.S_IXUSR
    for shell in ("dash", "bash", "busybox"):
        found = shutil.which(shell)
        words = [found, "sh", "-n"] if shell == "busybox" else [found, "-n"]
        if found:
            done = run(*words, hook, cwd=here.repo.path)
            assert done.status == 0, done.err
