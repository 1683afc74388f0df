"""The Python side of the drift check, and what starts it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run
from shimtools import adopt_background, bind, end_of_background, install, old_file

from studio_git import files
from studio_git.errors import StoreError, StudioError
from studio_git.gitio import Place
from studio_git.services.commitcheck import CommitCheck
from studio_hooks import checkfile, drift, spool
from studio_hooks.__main__ import main

HEAVY = ("click", "rich", "git", "gitdb", "sqlite_utils", "tomlkit", "pygls", "lsprotocol")


@pytest.fixture
def bound(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    adopt_background()
    repo.write("CLAUDE.md", "one\n")
    repo.commit("first")
    bind(repo.place.common_dir)
    monkeypatch.chdir(repo.path)
    return repo


@dataclass
class Checks:
    """Runs the check with one verdict after the other."""

    capsys: pytest.CaptureFixture[str]
    asked: list[Path | None]

    def __call__(self, verdict: CommitCheck | Exception, *, native: bool = True) -> tuple[int, str]:
        def check(place: Place, index_file: Path | None) -> CommitCheck:
            self.asked.append(index_file)
            if isinstance(verdict, Exception):
                raise verdict
            return verdict

        status = drift.run(native=native, check=check)
        said = self.capsys.readouterr()
        assert said.out == ""
        return status, said.err


@pytest.fixture
def checks(capsys: pytest.CaptureFixture[str]) -> Checks:
    return Checks(capsys, [])


def verdict(*messages: str, blocked: bool = False, inputs: tuple[Path, ...] = ()) -> CommitCheck:
    return CommitCheck(
        bound=True,
        blocked=blocked,
        clean=not messages,
        messages=messages,
        watched=("CLAUDE.md",),
        inputs=inputs,
    )


def sh_starts_python(repo: Repo) -> bool:
    """True where the hook's sh cannot answer by itself."""
    install(repo, "/no such interpreter", stages=["pre-commit"])
    return "no such interpreter" in repo.try_git("commit", "--allow-empty", "-m", "m").err


def test_clean_is_remembered(bound: Repo, checks: Checks, tmp_path: Path) -> None:
    inputs = (old_file(tmp_path / "canonical"),)
    assert checks(verdict(inputs=inputs)) == (0, "")
    assert not sh_starts_python(bound)
    bound.write("CLAUDE.md", "two\n")
    bound.git("add", "-A")
    assert sh_starts_python(bound)


def test_drift_is_told_and_remembered_for_the_day(
    bound: Repo, checks: Checks, tmp_path: Path
) -> None:
    canonical = old_file(tmp_path / "canonical")
    told = verdict("CLAUDE.md: stale", "  do this", inputs=(canonical,))
    assert checks(told) == (0, "CLAUDE.md: stale\n  do this\n")
    assert not sh_starts_python(bound)
    assert checks(told) == (0, ""), "not twice, whatever started Python"
    canonical.write_text("written a moment ago")
    assert checks(told) == (0, ""), "nor where the file was touched"
    assert sh_starts_python(bound)
    assert checks(verdict("CLAUDE.md: other"))[1] == "CLAUDE.md: other\n"
    bound.write("CLAUDE.md", "two\n")
    bound.git("add", "-A")
    assert checks(verdict("CLAUDE.md: other"))[1] == "CLAUDE.md: other\n"


def test_yesterdays_drift_is_told_again(bound: Repo, checks: Checks) -> None:
    told = verdict("CLAUDE.md: stale")
    checks(told)
    state = checkfile.read(bound.place.git_dir)
    assert state is not None
    assert state.told_day is not None
    yesterday = replace(state, told_day=state.told_day - 1)
    checkfile.write(bound.place.git_dir, yesterday, seen=1e10)
    assert sh_starts_python(bound)
    assert checks(told)[1] == "CLAUDE.md: stale\n"


def test_going_to_and_fro_costs_one_start_each(bound: Repo, checks: Checks, tmp_path: Path) -> None:
    inputs = (old_file(tmp_path / "canonical"),)
    checks(verdict(inputs=inputs))
    bound.write("CLAUDE.md", "drifted\n")
    bound.git("add", "-A")
    checks(verdict("CLAUDE.md: drift", inputs=inputs))
    assert not sh_starts_python(bound)
    bound.git("rm", "-q", "--cached", "CLAUDE.md")
    bound.git("reset", "-q", "HEAD~1", "--", "CLAUDE.md")
    assert not sh_starts_python(bound), "the clean state is still known"
    checks(verdict(inputs=inputs))
    bound.write("CLAUDE.md", "drifted\n")
    bound.git("add", "-A")
    assert not sh_starts_python(bound), "and so is the drift"
    old_file(inputs[0], age=60)
    checks(verdict("CLAUDE.md: drift", inputs=inputs))
    state = checkfile.read(bound.place.git_dir)
    assert state is not None
    assert state.clean is None, "not after a file has changed"


@pytest.mark.parametrize(("native", "status"), [(True, 3), (False, 1)])
def test_a_block_leaves_its_trace(
    bound: Repo, checks: Checks, *, native: bool, status: int
) -> None:
    held = bound.place.common_dir / "studio" / "worker.lock"
    with files.locked(held):
        assert checks(verdict("stop", blocked=True), native=native) == (status, "stop\n")
        end_of_background()
    batch = spool.drain(bound.place.common_dir)
    assert batch.records == (spool.Record("blocked", bound.place.git_dir, ()),)
    assert checkfile.read(bound.place.git_dir) is None
    assert checks(verdict("stop", blocked=True))[1] == "stop\n", "told each time"
    end_of_background()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StudioError("the store is locked.", "wait"), "the store is locked"),
        (StoreError("two\nlines"), "two"),
        (ZeroDivisionError("by \x1b[31mnull"), "ZeroDivisionError: by"),
        (RecursionError(), "RecursionError"),
    ],
)
def test_a_check_that_cannot_run_lets_the_commit_through(
    bound: Repo, checks: Checks, error: Exception, said: str
) -> None:
    status, line = checks(error)
    assert status == 0
    assert line.startswith(f"studio-git: the drift check could not run ({said}")
    assert line.endswith("); the commit goes on.\n")
    assert line.count("\n") == 1
    assert "\x1b" not in line


def test_a_clone_that_is_not_bound_is_told_and_not_remembered(bound: Repo, checks: Checks) -> None:
    unbound = CommitCheck(bound=False, clean=True, messages=("no store",))
    assert checks(unbound) == (0, "no store\n")
    assert checkfile.read(bound.place.git_dir) is None


def test_the_index_of_the_commit_is_found(
    bound: Repo, checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks(verdict())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    checks(verdict())
    monkeypatch.setenv("GIT_INDEX_FILE", "/abs/index")
    checks(verdict())
    assert checks.asked == [None, bound.path / ".git/index", Path("/abs/index")]


def test_disabled(bound: Repo, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_DISABLE", "1")
    assert checks(verdict("stop", blocked=True)) == (0, "")
    assert checks.asked == []


def test_a_git_folder_that_cannot_be_written(bound: Repo, checks: Checks) -> None:
    (bound.place.git_dir / "studio" / "twins").write_text("in the way")
    assert checks(verdict("told")) == (0, "told\n")
    assert checks(verdict()) == (0, "")
    (bound.place.git_dir / "studio" / "spool").mkdir()
    assert checks(verdict("stop", blocked=True))[0] == 3


def test_the_hook_path_loads_nothing_heavy(bound: Repo) -> None:
    for words in (["drift", "--native"], ["capture", "post-commit"], ["worker", str(bound.path)]):
        script = (
            "import sys\nfrom studio_hooks.__main__ import main\n"
            f"status = main({words!r})\n"
            f"print(status, sorted(set({HEAVY!r}) & set(sys.modules)))\n"
        )
        done = run(sys.executable, "-I", "-c", script, cwd=bound.path)
        assert done.out == "0 []\n", done.err
    end_of_background()


def test_a_module_in_the_repository_is_not_imported(bound: Repo) -> None:
    for name in ("sqlite3", "json", "studio_hooks", "tomllib"):
        bound.write(f"{name}.py", "raise SystemExit(3)\n")
    install(bound, sys.executable, stages=["pre-commit"])
    assert bound.try_git("commit", "-q", "--allow-empty", "-m", "m").status == 0


def test_entries(bound: Repo) -> None:
    for words in (["drift"], ["drift", "--native"], ["capture"], ["capture", "post-commit"]):
        assert run(SCRIPTS / "studio-hook", *words, cwd=bound.path).status == 0
        assert run(sys.executable, "-m", "studio_hooks", *words, cwd=bound.path).status == 0
        assert run(SCRIPTS / "studio-hook", *words, cwd=Path("/")).status == 0
    end_of_background()


def test_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("studio-hook ")
    assert main(["--help"]) == 0
    assert "studio-hook drift" in capsys.readouterr().out
    for words in ([], ["drft"], ["capture", "pre-commit"], ["worker"], ["drift", "--loud"]):
        assert main(words) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "usage:" in said.err
