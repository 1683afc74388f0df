"""``git studio lint``: what is wrong in the text of context files, skills and registry files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from studio_git import __version__, gitio
from studio_git.core import sarif
from studio_git.core.codes import Severity
from studio_git.errors import NotBoundError, StoreError, UsageError
from studio_git.gitio import Place
from studio_git.output import Style, json_out, say, styled, warn
from studio_git.services import lint
from studio_git.services.lint import Problem
from studio_git.services.workspace import Workspace, open_here

_STYLES: dict[Severity, Style] = {
    "error": "bad",
    "warning": "warn",
    "information": "accent",
    "hint": "dim",
}


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, for code hosts.")
def command(paths: tuple[str, ...], as_json: bool, as_sarif: bool) -> int:
    """Look for what is wrong in the text of context files, skills and registry files.

    That is hidden characters, references that lead nowhere, and registry files that do not say
    what they should. Without a path it looks at the tracked context files, or, in a repository
    that is not bound, at the files that agents read; and at the skills in the repository. A
    folder means the texts in it. It needs no Studio home.

    Exit 1 where there is a problem.
    """
    if as_json and as_sarif:
        raise UsageError("--json and --sarif exclude each other.", "Give one of them.")
    place = _place()
    with ExitStack() as stack:
        workspace = None if place is None else _workspace(stack)
        found = lint.lint(workspace, place, [Path.cwd() / path for path in paths])
    if as_json:
        json_out([_object(problem) for problem in found])
    elif as_sarif:
        json_out(sarif.document(map(_result, found), version=__version__))
    else:
        _print(found, place)
    return 1 if found else 0


def _place() -> Place | None:
    try:
        return gitio.locate(Path.cwd())
    except NotBoundError:
        return None


def _workspace(stack: ExitStack) -> Workspace | None:
    """The bound clone that we are in, open as long as ``stack`` is; None where there is none."""
    try:
        return stack.enter_context(open_here(Path.cwd(), write=False))
    except NotBoundError:
        return None
    except StoreError as problem:
        warn(styled(f"Without the store: {problem.message}", "warn"))
        return None


def _print(found: Sequence[Problem], place: Place | None) -> None:
    for problem in found:
        where = _shown(problem, place)
        if problem.line is not None:
            where += f":{problem.line + 1}:{problem.column + 1}"
        say(
            styled(where, "bold"),
            ": ",
            styled(problem.severity, _STYLES[problem.severity]),
            f": {problem.message}",
            styled(f" [{problem.code}]", "dim"),
        )
        if problem.hint:
            say(styled(f"    {problem.hint}", "dim"))
    if not found:
        say(styled("Nothing is wrong.", "good"))


def _shown(problem: Problem, place: Place | None) -> str:
    """The path as it is written from here, as compilers do."""
    if not problem.relative or place is None:
        return problem.path
    return os.path.relpath(place.top.resolve() / problem.path, Path.cwd().resolve())


def _object(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": None if problem.line is None else problem.line + 1,
        "column": None if problem.line is None else problem.column + 1,
        "length": problem.length,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
        "fix": problem.fix,
    }


def _result(problem: Problem) -> sarif.Result:
    return sarif.Result(
        code=problem.code,
        severity=problem.severity,
        message=f"{problem.message.rstrip('.')}.",
        path=problem.path,
        relative=problem.relative,
        line=problem.line,
        column=problem.column,
        length=problem.length,
    )
