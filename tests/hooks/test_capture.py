"""What a framework's entry notes for the post- stages: the same as the sh hooks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

import pytest
from conftest import SCRIPTS, Repo, run
from shimtools import adopt_background, bind, end_of_background

from studio_git import files
from studio_hooks import spool

Notes = Callable[..., list[tuple[str, ...]]]
FRAMEWORK = (
    "PREK_HOOK_STAGE",
    "PRE_COMMIT_REWRITE_COMMAND",
    "PRE_COMMIT_IS_SQUASH_MERGE",
    "PRE_COMMIT_SQUASH_MERGE",
    "PRE_COMMIT_CHECKOUT_TYPE",
)


@pytest.fixture
def bound(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    adopt_background()
    for name in ("CLAUDE_CODE_SESSION_ID", *FRAMEWORK):
        monkeypatch.delenv(name, raising=False)
    repo.write("file", "x")
    repo.commit("first")
    bind(repo.place.common_dir)
    return repo


@pytest.fixture
def notes(bound: Repo) -> Notes:
    def capture(
        words: Sequence[str], *, stdin: str = "", env: dict[str, str] | None = None
    ) -> list[tuple[str, ...]]:
        common = bound.place.common_dir
        with files.locked(common / "studio" / "worker.lock"):  # the worker leaves what it finds
            done = subprocess.run(
                [SCRIPTS / "studio-hook", "capture", *words],
                cwd=bound.path,
                env=os.environ | (env or {}),
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
            )
            end_of_background()
            batch = spool.drain(common)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        spool.done(common, batch)
        assert all(record.git_dir == bound.place.git_dir for record in batch.records)
        assert (common / "studio" / "kick").exists() is bool(batch.records)
        (common / "studio" / "kick").unlink(missing_ok=True)
        return [(record.stage, *record.details) for record in batch.records]

    return capture


@pytest.mark.parametrize(
    ("words", "env", "noted"),
    [
        (["post-commit"], {}, [("post-commit",)]),
        (["post-commit"], {"CLAUDE_CODE_SESSION_ID": "a-1"}, [("post-commit", "a-1")]),
        (["post-commit"], {"CLAUDE_CODE_SESSION_ID": "a\n1"}, [("post-commit",)]),
        (["post-merge", "1"], {}, [("post-merge", "1")]),
        (["post-checkout", "a", "b", "1"], {}, [("post-checkout",)]),
        (["post-checkout", "a", "b", "0"], {}, []),
        (["post-checkout"], {}, []),
        (["post-applypatch"], {}, [("post-applypatch",)]),
        (["post-rewrite", "amend"], {}, [("post-rewrite", "amend", "a b", "c d")]),
        ([], {}, [("post-commit",)]),
        ([], {"PRE_COMMIT_IS_SQUASH_MERGE": "0"}, [("post-merge", "0")]),
        ([], {"PRE_COMMIT_IS_SQUASH_MERGE": "1"}, [("post-merge", "1")]),
        ([], {"PREK_HOOK_STAGE": "post-merge"}, [("post-merge", "0")]),
        (
            [],
            {"PREK_HOOK_STAGE": "post-merge", "PRE_COMMIT_SQUASH_MERGE": "1"},
            [("post-merge", "1")],
        ),
        ([], {"PREK_HOOK_STAGE": "manual"}, [("post-commit",)]),
        ([], {"PRE_COMMIT_CHECKOUT_TYPE": "1"}, [("post-checkout",)]),
        ([], {"PRE_COMMIT_CHECKOUT_TYPE": "0"}, []),
        ([], {"PRE_COMMIT_REWRITE_COMMAND": "rebase"}, [("post-rewrite", "rebase", "a b", "c d")]),
        ([], {"STUDIO_DISABLE": "1"}, []),
    ],
)
def test_what_is_noted(
    notes: Notes, words: list[str], env: dict[str, str], noted: list[tuple[str, ...]]
) -> None:
    assert notes(words, env=env, stdin="a b\nc d extra\n\nodd\n") == noted


def test_a_rebase_under_way_is_left_to_its_end(bound: Repo, notes: Notes) -> None:
    (bound.place.git_dir / "rebase-merge").mkdir()
    assert notes(["post-commit"]) == []
    assert notes(["post-checkout", "a", "b", "1"]) == []
    assert notes(["post-rewrite", "rebase"]) == [("post-rewrite", "rebase")]
    (bound.place.git_dir / "rebase-merge").rmdir()
    (bound.place.git_dir / "rebase-apply").mkdir()
    assert notes(["post-applypatch"]) == [("post-applypatch",)]
    (bound.place.git_dir / "rebase-apply" / "rebasing").touch()
    assert notes(["post-applypatch"]) == []


def test_where_there_is_nothing_to_note(bound: Repo) -> None:
    (bound.place.common_dir / "studio" / "binding.json").unlink()
    assert run(SCRIPTS / "studio-hook", "capture", cwd=bound.path).status == 0
    assert not (bound.place.common_dir / "studio" / "spool").exists()
    assert run(SCRIPTS / "studio-hook", "capture", cwd=bound.path.parent).status == 0
    bind(bound.place.common_dir)
    (bound.place.common_dir / "studio" / "spool").mkdir()
    answer = run(SCRIPTS / "studio-hook", "capture", cwd=bound.path)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
