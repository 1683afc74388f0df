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
    rule,
    run_state_machine_as_test,
)

few = st.integers(0, 3)
outs = st.integers(0, 2)
flags = st.booleans()

STEPS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "work": (16, {"where": few, "decides": flags, "pause": st.integers(0, len(PAUSES) - 1)}),
    "amend": (6, {"what": few, "decides": flags}),
    "rebase": (5, {"onto": few, "way": st.integers(0, 1), "out": outs}),
    "edit_history": (
        6, {"last": st.integers(1, 4), "how": st.integers(0, len(gitworld.HOW) - 1), "out": outs}
    ),
    "fix_up": (4, {"back": few, "out": outs}),
    "reset": (4, {"back": st.integers(0, 2), "how": st.integers(0, 2), "again": flags}),
    "recover": (2, {"back": few}),
    "pick": (5, {"branch": few, "back": st.integers(0, 2), "how": st.integers(0, 2), "out": outs}),
    "revert": (2, {"back": st.integers(0, 1), "out": outs}),
    "merge": (5, {"branch": few, "how": st.integers(0, 2), "out": outs}),
    "branch": (5, {"at": st.integers(0, 2)}),
    "switch": (4, {"branch": few}),
    "detach": (3, {"back": st.integers(0, 2)}),
    "delete": (2, {"branch": few}),
    "tag": (1, {"back": few}),
    "stash": (2, {"drop": flags}),
    "add_worktree": (3, {"back": st.integers(0, 1), "detached": flags}),
    "go": (2, {"place": few}),
    "remove_worktree": (1, {}),
    "collect": (2, {}),
    "toggle_hooks": (2, {}),
    "pull": (4, {"way": few, "out": outs}),
}  # fmt: skip
"""What a user does: how often, as against the rest, and to what."""

BARE = {"work": (3, STEPS["work"][1] | {"bare": st.integers(1, 2)})}
KILLS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "kill_git": (12, {"after": st.sampled_from([0.002, 0.005, 0.008, 0.012, 0.02, 0.03])}),
    "kill_workers": (6, {}),
}

Step = tuple[str, dict[str, Any]]


def chosen(*tables: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]]) -> Any:
    """Any step of some tables. Not a rule for each: Hypothesis would leave most of them out."""
    weighted = [
        (name, how) for table in tables for name, (weight, how) in table.items()
        for _ in range(weight)
    ]  # fmt: skip
    return st.integers(0, len(weighted) - 1).flatmap(
        lambda number: st.tuples(
            st.just(weighted[number][0]), st.fixed_dictionaries(weighted[number][1])
        )
    )


class Machine(RuleBasedStateMachine):
    """Steps of a :class:`World`, and after each of them, or a few, the comparison."""

    folder: ClassVar[Path]
    template: ClassVar[Path]
    home: ClassVar[Path]
    alone: ClassVar[bool]
    steps: ClassVar[int] = 0
    checks: ClassVar[int] = 0
    commits: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.world: World = gitworld.begin(self.folder, self.template, self.home, alone=self.alone)
        self.every = 1
        self.since = 0
        self.done: list[str] = []

    @initialize(every=st.sampled_from([1, 1, 2, 4]))
    def begin(self, every: int) -> None:
        self.every = every

    def do(self, step: Step) -> None:
        """One step, noted as a test would say it."""
        name, how = step
        words = ", ".join(f"{key}={value!r}" for key, value in how.items())
        self.done.append(f"world.{name}({words})")
        getattr(self.world, name)(**how)

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
        type(self).commits += len(self.world.here.rows("SELECT 1 FROM git_commits"))
        self.world.rest()


class Quiet(Machine):
    """Hooks that only note."""

    alone = True

    @rule(step=chosen(STEPS, BARE))
    def step(self, step: Step) -> None:
        self.do(step)


class Killed(Machine):
    """Real workers, and kills."""

    alone = False

    @rule(step=chosen(STEPS, BARE, KILLS))
    def step(self, step: Step) -> None:
        self.do(step)


def drive(
    kind: type[Machine], tmp_path: Path, home: Path, *, seed: int, examples: int, steps: int
) -> type[Machine]:
    """So many runs of so many steps; how far they came."""
    folder = tmp_path / "world"
    folder.mkdir()
    made = run("git", "init", "-q", folder / "repo", cwd=folder)
    assert made.status == 0, made.err
    gitworld.prepare(Repo(folder / "repo"), alone=kind.alone)
    template = tmp_path / "template"
    for path in (folder, home):
        shutil.copytree(path, template / path.name, symlinks=True)
    kept = {"folder": folder, "template": template, "home": home}
    machine = hypothesis.seed(seed)(type("Driven", (kind,), kept))
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
        Quiet, tmp_path, studio_home, seed=seed, examples=times(2, 40), steps=times(12, 25)
    )
    figure(
        f"{done.steps} steps, {done.commits} commits, {done.checks} comparisons: "
        "none missing, none twice"
    )


def test_any_sequence_beside_workers_that_are_killed(
    tmp_path: Path,
    studio_home: Path,
    seed: int,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    done = drive(
        Killed, tmp_path, studio_home, seed=seed, examples=times(1, 16), steps=times(8, 20)
    )
    figure(
        f"{done.steps} steps with kills, {done.commits} commits, {done.checks} comparisons: "
        "none missing, none twice"
    )
