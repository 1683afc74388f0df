"""``git studio hooks``: install, remove and check the git hooks of this repository."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from studio_git.errors import NotBoundError
from studio_git.gitio import Place, locate
from studio_git.output import columns, json_out, say, styled, warn
from studio_git.services import binding
from studio_hooks import installer
from studio_hooks.installer import HookState


@click.group()
def command() -> None:
    """Install, remove and check the git hooks of this repository.

    The hooks tell of drift before a commit and capture sessions after it. They are put beside
    the hooks that are there, of whatever kind, and taken out again without a trace.
    """


@command.command()
def install() -> int:
    """Install the hooks, or bring them up to date.

    Exit 1 if one of them does not run afterwards; what to do about it is said.
    """
    place = locate(Path.cwd())
    _require_binding(place)
    return _show(installer.install(place))


@command.command()
def uninstall() -> int:
    """Remove the hooks; those of others come back as they were.

    Exit 1 if something had to be left because it was changed meanwhile.
    """
    left = installer.uninstall(locate(Path.cwd()))
    say("The hooks are removed." if not left else "The hooks are removed, but:")
    for sentence in left:
        warn(styled(sentence, "warn"))
    return 1 if left else 0


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def status(as_json: bool) -> int:
    """Show whether each hook really runs.

    Exit 1 if one does not.
    """
    states = installer.states(locate(Path.cwd()))
    if not as_json:
        return _show(states)
    json_out([asdict(state) | {"path": str(state.path)} for state in states])
    return _verdict(states)


def _show(states: list[HookState]) -> int:
    rows = [
        (
            styled("runs", "good") if state.runs else styled("does not run", "bad"),
            state.stage,
            state.how,
        )
        + ((state.problem,) if any(other.problem for other in states) else ())
        for state in states
    ]
    columns(rows)
    return _verdict(states)


def _verdict(states: list[HookState]) -> int:
    return 0 if all(state.runs for state in states) else 1


def _require_binding(place: Place) -> None:
    if binding.read_note(place.common_dir) is None:
        raise NotBoundError(
            f"{place.top} is not bound to a project.",
            "Bind it first: git studio init",
        )
