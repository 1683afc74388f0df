"""``git studio dashboard``: all projects at a glance, one project, one cycle, or the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from studio_git import panels, programs
from studio_git.commands import dashboardparts as parts
from studio_git.commands import scope
from studio_git.core.prose import counted
from studio_git.errors import UsageError
from studio_git.output import flush, json_out, say, styled
from studio_git.panels import Panel
from studio_git.services import dashboard, projects, webdashboard
from studio_git.services.memory import Object
from studio_git.store.connection import Store


@click.command()
@click.option("--project", "-p", metavar="PROJECT", help="Show one project; with --cycle, whose.")
@click.option("--cycle", "-c", metavar="CYCLE", help="Show one cycle with its tasks.")
@click.option("--registry", is_flag=True, help="Show the registry, and how often each is used.")
@click.option("--web", is_flag=True, help="Show it all in a browser, until Ctrl-C.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="With --web: the port, on this machine alone; any that is free unless told.",
)
@click.option("--no-browser", is_flag=True, help="With --web: only print the address.")
@scope.as_json
def command(
    project: str | None,
    cycle: str | None,
    registry: bool,
    *,
    web: bool,
    port: int | None,
    no_browser: bool,
    as_json: bool,
) -> int:
    """Show what asks for attention in all projects: drift, cycles, decisions, activity.

    Drift is shown as it was last seen; git studio status looks again. Nothing is changed by
    looking, and the exit status is 0 whatever is shown: a dashboard is no check.
    """
    if web:
        if project or cycle or registry or as_json:
            raise UsageError("--web shows everything.", "Leave the other options out.")
        return _web(port or 0, browser=not no_browser)
    if port is not None or no_browser:
        raise UsageError("--port and --no-browser belong to --web.", "Add --web.")
    if registry and (project or cycle):
        raise UsageError(
            "--registry shows the items of all projects.", "Leave --project and --cycle out."
        )
    with scope.open_scope(None, all_projects=True) as here:
        if registry:
            return _registry(dashboard.registry_view(here.store), as_json=as_json)
        if cycle is not None:
            return _cycle(here.store, cycle, project, as_json=as_json)
        if project is not None:
            row = projects.find_project(here.store, project)
            return _project(dashboard.project_view(here.store, row), as_json=as_json)
        return _overview(dashboard.overview(here.store), as_json=as_json)


def _web(port: int, *, browser: bool) -> int:
    with scope.open_scope(None, all_projects=True) as here:  # migrates it, as all commands do
        home = here.store.home

    def opened(server: webdashboard.Opened) -> None:
        say("The dashboard is at ", styled(server.address, "accent"))
        say(styled("Whoever has this address can read the store, until Ctrl-C ends it.", "dim"))
        flush()
        if browser:
            programs.browse(server.page)

    webdashboard.serve(home, port, opened)
    return 0


def _overview(found: Object, *, as_json: bool) -> int:
    if as_json:
        json_out(found)
        return 0
    count = len(found["projects"])
    panels.heading("Project Studio", styled(counted(count, "project"), "dim"))
    if not count:
        say("There are no projects yet. Make one in a repository with: git studio init")
        return 0
    say()
    panels.show(
        [
            parts.panel(
                "Drift alerts", found["drift_alerts"], parts.alert, shrink=1,
                nothing="Every context file was in step when it was last looked at.",
                note="See more, and settle it there: git studio status",
            ),
            parts.panel(
                "Active cycles", found["active_cycles"], parts.cycle, shrink=1,
                nothing="No cycle is under way. Start one: git studio cycle start NAME",
                more="git studio cycle list --all-projects",
            ),
            parts.panel(
                "Decisions of the last seven days", found["recent_decisions"], parts.decision,
                shrink=1, nothing="None. A commit states one in a line Decision: …, or: "
                "git studio decision add TITLE",
                more="git studio decision list --all-projects",
            ),
            parts.panel(
                "Recent activity", found["recent_activity"], parts.event, shrink=2,
                nothing="Nothing in the last seven days. Commits are taken in by: "
                "git studio capture",
                more="git studio activity --all-projects",
            ),
        ]
    )  # fmt: skip
    return 0


def _project(found: Object, *, as_json: bool) -> int:
    if as_json:
        json_out(found)
        return 0
    project = found["project"]
    archived = styled("archived", "warn") if project["archived_at"] else ""
    panels.heading(project["name"], archived, styled(project["repo_path"] or "", "dim"))
    panels.prose(project["description"] or "")
    say()
    panels.show(parts.of_project(found))
    return 0


def _cycle(store: Store, words: str, project: str | None, *, as_json: bool) -> int:
    of = None if project is None else str(projects.find_project(store, project)["id"])
    found = dashboard.cycle_view(store, words, of)
    if as_json:
        json_out(found)
        return 0
    panels.heading(found["name"], *parts.facts(found))
    for text in (found["intent"], found["description"]):
        panels.prose(text or "")
    say()
    panels.show(parts.of_cycle(found))
    return 0


def _registry(found: Object, *, as_json: bool) -> int:
    if as_json:
        json_out(found)
        return 0
    panels.heading("Registry", styled(counted(_size(found.values()), "item"), "dim"))
    say()
    panels.show(_shelves(found))
    return 0


def _shelves(found: Object) -> list[Panel]:
    return [
        parts.panel(
            folder.capitalize(), rows, parts.item, shrink=1,
            nothing=f"None yet. Add one: git studio registry add {folder.removesuffix('s')} FILE",
            more=f"git studio registry list {folder.removesuffix('s')}",
        )
        for folder, rows in found.items()
    ]  # fmt: skip


def _size(lists: Iterable[Sequence[Object]]) -> int:
    return sum(map(len, lists))
