"""``git studio search``: sessions, decisions, learnings, registry items and context files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from studio_git import gitio
from studio_git.commands import scope
from studio_git.errors import NotFoundError, StudioError, UsageError
from studio_git.output import Part, json_out, progress, say, styled, terminal_width
from studio_git.services import binding, cycles, projects, search
from studio_git.services.search import REGISTRY, Filters, Hit, Kind, Mark
from studio_git.store.connection import Store

_REGISTRY = "registry"
_INDENT = "    "
_NARROWEST = 40


@click.command()
@click.argument("words", metavar="TEXT", nargs=-1, required=True)
@click.option(
    "--in",
    "kinds",
    multiple=True,
    type=click.Choice([*(kind.value for kind in Kind), _REGISTRY]),
    help="Only what is of this kind; repeatable.",
)
@scope.of_project
@click.option("--cycle", "-c", metavar="CYCLE", help="Only what belongs to this cycle.")
@click.option("--tag", "-t", help="Only learnings with this tag.")
@click.option("--since", metavar="WHEN", help="Only what was made since then: 2025-03-31, 2 weeks.")
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"The best N; {scope.ON_SCREEN} unless told, all with --json.",
)
@click.option("--refresh", is_flag=True, help="Compare all rows and files with the index first.")
@scope.as_json
def command(
    words: tuple[str, ...],
    *,
    kinds: tuple[str, ...],
    project: str | None,
    cycle: str | None,
    tag: str | None,
    since: str | None,
    limit: int | None,
    refresh: bool,
    as_json: bool,
) -> int:
    """Search sessions, decisions, learnings, the registry and context files.

    Each word has to occur, whole or within another one, in any case; "double quotes" keep words
    together. All projects are searched, and this repository's comes first among equals. Exit 1
    where nothing is found.
    """
    with scope.open_scope(None, all_projects=True) as here:
        filters = Filters(
            kinds=_kinds(kinds),
            project_id=None if project is None else _project_id(here.store, project),
            cycle_id=None if cycle is None else _cycle_id(here.store, project, cycle),
            tag=tag,
            since=None if since is None else _time(since),
        )
        found = search.search(
            here.store,
            " ".join(words),
            filters,
            scope.asked(limit, as_json),
            near=_here(here.store),
            room=search.ROOM if as_json else _width() - len(_INDENT),
            everything=refresh,
            meter=_meter,
        )
        if as_json:
            json_out([asdict(hit) for hit in found])
        elif not found:
            say("Nothing is found.")
        else:
            for hit in scope.shown(found, limit):
                _say_hit(here, hit)
            scope.say_more(found, limit)
    return 0 if found else 1


def _meter(total: int) -> AbstractContextManager[Callable[[int], None]]:
    return progress("Indexing", total=total)


def _kinds(said: Iterable[str]) -> tuple[Kind, ...]:
    kinds: dict[Kind, None] = {}
    for kind in said:
        kinds |= dict.fromkeys(REGISTRY if kind == _REGISTRY else (Kind(kind),))
    return tuple(kinds)


def _project_id(store: Store, words: str) -> str:
    return str(projects.find_project(store, words)["id"])


def _cycle_id(store: Store, project: str | None, words: str) -> str:
    """The cycle that is meant: of the project that is named, else of this repository's."""
    owner = _here(store) if project is None else _project_id(store, project)
    if owner is None:
        raise UsageError("of which project is that cycle?", "Say it: --project PROJECT")
    try:
        return str(cycles.find(store, owner, words)["id"])
    except NotFoundError as missing:  # of an option it is a mistake, not an answer
        raise UsageError(missing.message, missing.hint) from missing


def _here(store: Store) -> str | None:
    """The project of this repository, where it is bound to one."""
    try:
        return binding.bound(store, gitio.locate(Path.cwd())).project_id
    except StudioError:
        return None


def _time(words: str) -> int:
    now = time.time()
    offset = datetime.fromtimestamp(now, UTC).astimezone().utcoffset()
    return search.since(words, int(now), 0 if offset is None else int(offset.total_seconds()))


def _width() -> int:
    return max(_NARROWEST, terminal_width() or search.ROOM)


def _say_hit(here: scope.Scope, hit: Hit) -> None:
    kind = f"{hit.kind.value} "
    title = search.fitted(hit.title, hit.title_marks, _width() - len(kind))
    say(styled(kind, "accent"), *_marked(*title))
    words = [scope.short(hit.id), scope.when(hit.created_at), here.name(hit.project_id)]
    say(_INDENT, styled("  ".join(word for word in words if word), "dim"))
    if hit.snippet:
        say(_INDENT, *_marked(hit.snippet, hit.snippet_marks))


def _marked(text: str, marks: Iterable[Mark]) -> list[Part]:
    """The text in parts, those that were searched for bold."""
    parts: list[Part] = []
    last = 0
    for begin, end in marks:
        parts += [text[last:begin], styled(text[begin:end], "bold")]
        last = end
    return [*parts, text[last:]]
