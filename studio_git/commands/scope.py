"""What the commands that read records share: which project, how many, and how a time is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from studio_git import config, gitio
from studio_git.core import times
from studio_git.errors import NotBoundError, StoreError, UsageError
from studio_git.output import say, styled
from studio_git.services import binding, projects
from studio_git.services.workspace import open_home
from studio_git.store import projects as rows
from studio_git.store.connection import Store

ON_SCREEN = 20
"""Rows that are listed for people unless they say how many; JSON is complete."""

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Scope:
    """The store, and the project that is meant; ``project_id`` is None for all of them."""

    store: Store
    project_id: str | None
    names: dict[str, str]

    @property
    def project(self) -> str:
        """The one project; only where one is always meant."""
        assert self.project_id is not None  # noqa: S101 - for the type checker
        return self.project_id

    def name(self, project_id: str | None) -> str:
        """The name of a record's project."""
        return self.names.get(project_id or "", "")


@contextmanager
def open_scope(
    project: str | None, *, all_projects: bool = False, write: bool = False
) -> Iterator[Scope]:
    """The store, and the project named, or that of this repository.

    Outside a repository the environment's Studio home counts. Raises UsageError and
    NotBoundError where no project is meant.
    """
    if project is not None and all_projects:
        raise UsageError("--project and --all-projects exclude each other.", "Give one of them.")
    with open_home(home()) as store:
        if write:
            store.require_writable()
        names = {row["id"]: row["name"] for row in rows.every(store.db, archived=True)}
        yield Scope(store, None if all_projects else _project_id(store, project), names)


def of_project(function: _F) -> _F:
    """The option that names another project than this repository's."""
    option = click.option("--project", "-p", metavar="PROJECT", help="Another project's.")
    return option(function)


def of_projects(function: _F) -> _F:
    """The options that say whose records are read."""
    option = click.option("--all-projects", is_flag=True, help="Those of all projects.")
    return of_project(option(function))


def limited(function: _F) -> _F:
    """The option that says how many records are listed."""
    option = click.option(
        "--limit",
        "-n",
        type=click.IntRange(min=1),
        metavar="N",
        help=f"The newest N; {ON_SCREEN} unless told, all with --json.",
    )
    return option(function)


def as_json(function: _F) -> _F:
    """The option for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def one(function: _F) -> _F:
    """The options of a command that works on one project's records."""
    return of_project(as_json(function))


def some(function: _F) -> _F:
    """The options of a command that reads the records of one project or of all."""
    return of_projects(as_json(function))


def listing(function: _F) -> _F:
    """The options of a command that lists the newest records of one project or of all."""
    return of_projects(limited(as_json(function)))


def asked(limit: int | None, as_json: bool) -> int | None:
    """How many to read: one more than is shown to people, so that we know of it."""
    return limit if as_json else (limit or ON_SCREEN) + 1


def shown(found: Sequence[Any], limit: int | None) -> Sequence[Any]:
    """What of a list is shown to people."""
    return found[: limit or ON_SCREEN]


def say_more(found: Sequence[Any], limit: int | None) -> None:
    """Say that there is more than was shown."""
    if len(found) > (limit or ON_SCREEN):
        say(styled(f"There are more: --limit {(limit or ON_SCREEN) * 5}", "dim"))


def when(stored: str | None) -> str:
    """A time of the store in the local zone, ``2024-12-22 10:42``."""
    if not stored:
        return ""
    try:
        moment = datetime.fromtimestamp(times.from_store(stored), UTC)
    except StoreError:
        return stored
    try:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):  # within a day of the years 1 and 9999
        return moment.strftime("%Y-%m-%d %H:%M")


def short(record_id: str) -> str:
    """Enough of an id to name a record."""
    return record_id[:8]


def home() -> Path:
    """The Studio home of the clone that we are in, or of the environment outside of one."""
    try:
        return binding.home_of(gitio.locate(Path.cwd()))
    except NotBoundError:
        return config.studio_home(config.recorded_home(gitio.Git(Path.cwd())))


def _project_id(store: Store, words: str | None) -> str:
    if words is not None:
        return str(projects.find_project(store, words)["id"])
    return binding.bound(store, gitio.locate(Path.cwd())).project_id
