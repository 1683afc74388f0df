"""Any sequence of git commands leaves each commit in the store once, and all that follows from it.

Hypothesis drives real git with our hooks installed. In most of the runs the hooks only note, and
the test itself settles what they noted, which takes less time and so gets further; in the others
the real workers run beside git, and are killed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
from conftest import Repo, run
from faults import gitworld
from faults.gitworld import PAUSES, World
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

few = st.integers(0, 3)
outs = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """Every rule is one thing that :class:`World` can do."""

    folder: ClassVar[Path]
    template: ClassVar[Path]
    home: ClassVar[Path]
    alone: ClassVar[bool]
    steps: ClassVar[int] = 0
    checks: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.world: World = gitworld.begin(self.folder, self.template, self.home, alone=self.alone)
        self.every = 1
        self.since = 0
        self.done: list[str] = []

    def do(self, name: str, **how: Any) -> None:
        """One step, noted as a test would say it."""
        words = ", ".join(f"{key}={value!r}" for key, value in how.items())
        self.done.append(f"world.{name}({words})")
        getattr(self.world, name)(**how)

    @initialize(every=st.sampled_from([1, 1, 2, 4]))
    def begin(self, every: int) -> None:
        self.every = every

    @rule(where=few, decides=st.booleans(), pause=st.integers(0, len(PAUSES) - 1))
    def work(self, where: int, decides: bool, pause: int) -> None:
        self.do("work", where=where, decides=decides, pause=pause)

    @rule(where=few, decides=st.booleans(), bare=st.integers(0, 2))
    def more_work(self, where: int, decides: bool, bare: int) -> None:
        self.do("work", where=where, decides=decides, bare=bare)

    @rule(what=few, decides=st.booleans())
    def amend(self, what: int, decides: bool) -> None:
        self.do("amend", what=what, decides=decides)

    @rule(onto=few, way=st.integers(0, 1), out=outs)
    def rebase(self, onto: int, way: int, out: int) -> None:
        self.do("rebase", onto=onto, way=way, out=out)

    @rule(last=st.integers(1, 4), how=st.integers(0, len(gitworld.HOW) - 1), out=outs)
    def edit_history(self, last: int, how: int, out: int) -> None:
        self.do("edit_history", last=last, how=how, out=out)

    @rule(back=few, out=outs)
    def fix_up(self, back: int, out: int) -> None:
        self.do("fix_up", back=back, out=out)

    @rule(back=few, how=st.integers(0, 2), again=st.booleans())
    def reset(self, back: int, how: int, again: bool) -> None:
        self.do("reset", back=back, how=how, again=again)

    @rule(back=few)
    def recover(self, back: int) -> None:
        self.do("recover", back=back)

    @rule(branch=few, back=few, how=st.integers(0, 2), out=outs)
    def pick(self, branch: int, back: int, how: int, out: int) -> None:
        self.do("pick", branch=branch, back=back, how=how, out=out)

    @rule(back=few, out=outs)
    def revert(self, back: int, out: int) -> None:
        self.do("revert", back=back, out=out)

    @rule(branch=few, how=st.integers(0, 2), out=outs)
    def merge(self, branch: int, how: int, out: int) -> None:
        self.do("merge", branch=branch, how=how, out=out)

    @rule(at=few)
    def branch(self, at: int) -> None:
        self.do("branch", at=at)

    @rule(branch=few)
    def switch(self, branch: int) -> None:
        self.do("switch", branch=branch)

    @rule(back=few)
    def detach(self, back: int) -> None:
        self.do("detach", back=back)

    @rule(branch=few)
    def delete(self, branch: int) -> None:
        self.do("delete", branch=branch)

    @rule(back=few)
    def tag(self, back: int) -> None:
        self.do("tag", back=back)

    @rule(drop=st.booleans())
    def stash(self, drop: bool) -> None:
        self.do("stash", drop=drop)

    @rule(back=few, detached=st.booleans())
    def add_worktree(self, back: int, detached: bool) -> None:
        self.do("add_worktree", back=back, detached=detached)

    @rule(place=few)
    def go(self, place: int) -> None:
        self.do("go", place=place)

    @rule()
    def remove_worktree(self) -> None:
        self.do("remove_worktree")

    @rule()
    def collect(self) -> None:
        self.do("collect")

    @rule()
    def toggle_hooks(self) -> None:
        self.do("toggle_hooks")

    @rule(way=few, out=outs)
    def pull(self, way: int, out: int) -> None:
        self.do("pull", way=way, out=out)

    @precondition(lambda self: not self.alone)
    @rule(after=st.sampled_from([0.002, 0.005, 0.008, 0.012, 0.02, 0.03]))
    def kill_git(self, after: float) -> None:
        self.do("kill_git", after=after)

    @precondition(lambda self: not self.alone)
    @rule()
    def kill_workers(self) -> None:
        self.do("kill_workers")

    @invariant()
    def agrees(self) -> None:
        type(self).steps += 1
        self.since += 1
        if self.since >= self.every:
            self.check()
        else:
            self.world.count()

    def check(self) -> None:
        type(self).checks += 1
        self.since = 0
        self.done.append("world.check()")
        try:
            self.world.check()
        except AssertionError:
            print("world.check() failed after", *self.done, sep="\n    ", file=sys.stderr)
            print(self.world.picture(), file=sys.stderr)
            raise

    def teardown(self) -> None:
        if self.since:
            self.check()
        if not self.alone:
            self.world.rest()


def drive(
    tmp_path: Path, home: Path, *, alone: bool, seed: int, examples: int, steps: int
) -> type[Machine]:
    """So many runs of so many steps; how far they came."""
    folder = tmp_path / "world"
    folder.mkdir()
    made = run("git", "init", "-q", folder / "repo", cwd=folder)
    assert made.status == 0, made.err
    gitworld.prepare(Repo(folder / "repo"), alone=alone)
    template = tmp_path / "template"
    for path in (folder, home):
        shutil.copytree(path, template / path.name, symlinks=True)
    kept = {"folder": folder, "template": template, "home": home, "alone": alone}
    machine = hypothesis.seed(seed)(type("Driven", (Machine,), kept | {"steps": 0, "checks": 0}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # the steps of a failure are printed; shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine


def test_any_sequence_of_commands(
    tmp_path: Path,
    studio_home: Path,
    seed: int,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    done = drive(
        tmp_path, studio_home, alone=True, seed=seed, examples=times(2, 40), steps=times(12, 25)
    )
    figure(f"{done.steps} steps with {done.checks} comparisons: nothing missing, nothing twice")


def test_any_sequence_beside_workers_that_are_killed(
    tmp_path: Path,
    studio_home: Path,
    seed: int,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    done = drive(
        tmp_path, studio_home, alone=False, seed=seed, examples=times(1, 8), steps=times(8, 20)
    )
    figure(f"{done.steps} steps with kills, {done.checks} comparisons: as well")
