"""R15: with a hook's environment set, and in a linked worktree, no index is written.

The stat data of each index is out of date, so that even a refresh would show.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import Answer, Repo, run
from drifttools import FIRST, LAST, bound, edited, worktree
from hooktools import put_hook
from shimtools import adopt_background, end_of_background

ORDINARY = ("status", "status --staged", "diff", "capture", "session list", "decision list",
    "why CLAUDE.md", "search rules", "doctor", "hooks status", "dashboard", "lint",
    "stack detect", "deps check", "debug-info", "backfill --all-authors", "sync",
    "resolve CLAUDE.md --accept-repo", "undo", "message check MESSAGE", "activity",
    "project show", "registry validate", "task list", "cycle list", "settings list",
)  # fmt: skip
HOOKS = ("drift", "drift --native", "capture", "capture post-commit",
    "capture post-rewrite amend", "capture post-merge 0", "capture post-checkout a b 1",
    "message --native MESSAGE", "registry CLAUDE.md", "prepare MESSAGE", "worker COMMON",
)  # fmt: skip
COMMITS = (("main", []), ("linked", []), ("linked", ["-a"]), ("linked", ["--", "code.py"]))
"""Where a commit is made, and its words: each gives its hooks another environment."""


@dataclass
class Three:
    """Two worktrees of a clone, another clone, and the environments that hooks had here."""

    repos: dict[str, Repo]
    environments: list[dict[str, str]] = field(default_factory=list)

    def age(self) -> None:
        """Let what each index knows of its files be out of date."""
        for repo in self.repos.values():
            for path in repo.path.iterdir():
                if path.is_file() and path.name != ".git":
                    os.utime(path, (1_000_000_000, 1_000_000_000 + os.getpid()))

    def indexes(self) -> dict[Path, bytes]:
        """Every index, also those that a commit made for itself."""
        found = [repo.place.git_dir / "index" for repo in self.repos.values()]
        found += [Path(env["GIT_INDEX_FILE"]) for env in self.environments]
        return {path: path.read_bytes() for path in found if path.is_absolute()}


@pytest.fixture
def three(repo: Repo, make_repo: Callable[..., Repo], tmp_path: Path) -> Three:
    adopt_background()
    repo.write("code.py", "one = 1\n")
    bound(repo, hooks=True)
    other = make_repo("other")
    bound(other, edited(LAST))
    made = Three(
        {"main": repo, "linked": worktree(repo, "linked", "-b", "side", "HEAD"), "other": other}
    )
    for one in made.repos.values():
        one.write("CLAUDE.md", edited(FIRST))
        one.write("code.py", "one = 11\n")
        one.git("add", "CLAUDE.md", "code.py")
        one.write("CLAUDE.md", edited(FIRST, LAST))
        one.write("MESSAGE", "Subject\n\nDecision: A\n\nProse.\n")
    for where, words in COMMITS:
        made.environments.append(_environment(made, tmp_path, where, words))
    made.age()
    return made


def _environment(three: Three, tmp_path: Path, where: str, words: list[str]) -> dict[str, str]:
    """What a real hook of this commit has, with a copy of an index that goes away with it."""
    repo, seen = three.repos[where], tmp_path / "seen"
    hook = repo.place.common_dir / "hooks/pre-commit"
    before = hook.read_bytes()
    put_hook(hook, f'#!/bin/sh\nenv -0 >"{seen}"\ncp "$GIT_INDEX_FILE" "{seen}.index"\nexit 1\n')
    repo.try_git("commit", "-m", "Never", *words)
    put_hook(hook, before)
    pairs = (entry.partition("=") for entry in seen.read_text().split("\0") if entry)
    env = {name: value for name, _, value in pairs if name.startswith("GIT_")}
    if env["GIT_INDEX_FILE"].endswith(".lock"):
        kept = tmp_path / f"index.{len(three.environments)}"
        Path(f"{seen}.index").rename(kept)
        env["GIT_INDEX_FILE"] = str(kept)
    return env


def _run(repo: Repo, program: list[str], line: str, env: dict[str, str]) -> Answer:
    named = {"COMMON": str(repo.place.common_dir)}
    words = [named.get(word, word) for word in line.split()]
    answer = run(sys.executable, "-m", *program, *words, cwd=repo.path, env=env, stdin="")
    assert "Traceback" not in answer.err, answer.err
    return answer


def test_no_program_of_ours_writes_an_index(
    three: Three,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    lines = [("studio_git", it) for it in ORDINARY] + [("studio_hooks", it) for it in HOOKS]
    tries = [
        (env, name, package, line)
        for env in three.environments
        for name in three.repos
        for package, line in lines
    ]
    before = three.indexes()
    assert len(before) == 5
    tries = chance.sample(tries, times(12, 150))
    for env, name, package, line in tries:
        _run(three.repos[name], [package], line, env)
        assert three.indexes() == before, f"{package} {line} in {name}, {env}"
    end_of_background()
    assert three.indexes() == before
    figure(f"{len(before)} indexes unchanged after {len(tries)} of {len(tries)} runs")


def _watch(repo: Repo, folder: Path) -> Path:
    """Let each hook compare the index that it was given before our block and behind it."""
    changed = folder / "changed"
    for hook in (repo.place.common_dir / "hooks").iterdir():
        shebang, _, block = hook.read_text().partition("\n")
        put_hook(
            hook,
            f"{shebang}\n"
            f'mine="${{GIT_INDEX_FILE:-$(git rev-parse --git-path index)}}"\n'
            f'cp "$mine" "{folder}/{hook.name}.before"\n{block}'
            f'cmp -s "$mine" "{folder}/{hook.name}.before" || echo {hook.name} >>"{changed}"\n'
            f'echo {hook.name} >>"{folder}/ran"\n',
        )
    return changed


def test_no_hook_of_ours_writes_the_index_of_the_commit(
    three: Three, tmp_path: Path, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    main, linked = three.repos["main"], three.repos["linked"]
    changed = _watch(main, tmp_path)
    rounds = times(1, 10)
    for number in range(rounds):
        for words in ([], ["-a"], ["--", "code.py"]):
            for repo in (linked, main):
                repo.write("code.py", f"one = {number}{len(words)}\n")
                repo.write("CLAUDE.md", edited(FIRST) + f"\nRule {number}.\n")
                repo.git("add", "CLAUDE.md", *([] if words else ["code.py"]))
                repo.git("commit", "-q", "-m", f"Work {number} {words}", *words)
        linked.git("commit", "-q", "--amend", "-m", "Better")
        linked.git("checkout", "-q", "-b", f"b{number}")
        linked.git("commit", "-q", "-a", "--allow-empty", "-m", "Aside")
        linked.git("checkout", "-q", "-")
        linked.git("merge", "-q", "--no-ff", "--no-edit", f"b{number}")
        linked.git("rebase", "-q", "--force-rebase", "HEAD~1")
        end_of_background()
        settled = three.indexes()
        three.age()
        for repo in (main, linked):  # the worker then looks at files that git has not looked at
            _run(repo, ["studio_hooks"], "capture post-commit", {})
        end_of_background()
        assert three.indexes() == settled
    ran = (tmp_path / "ran").read_text().split()
    assert {"pre-commit", "pre-merge-commit", "commit-msg", "post-rewrite"} <= set(ran)
    assert not changed.exists(), changed.read_text()
    figure(f"the commit's own index unchanged by {len(ran)} of {len(ran)} hooks")
