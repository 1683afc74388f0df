"""``git studio init``: bind this repository to a project, and set everything up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from studio_git import config, gitio
from studio_git.core.aliases import Group
from studio_git.core.models import AliasType
from studio_git.errors import UsageError
from studio_git.gitio import Place
from studio_git.output import confirm, interactive, say, styled, warn
from studio_git.services import binding, context, proposals, resolve, setup
from studio_git.services.clone import Workspace, enter
from studio_git.services.context import Discovery
from studio_git.services.setup import Choice, Origin
from studio_git.services.workspace import open_home
from studio_git.store import contexts
from studio_git.store.connection import Store
from studio_git.store.migrations import prepare_home
from studio_hooks import installer


@click.command()
@click.option("--project", metavar="NAME-OR-ID", help="Bind to this project of the store.")
@click.option("--name", help="The name of the new project; the repository's unless said.")
@click.option(
    "--adopt/--no-adopt",
    default=None,
    help="Take the context files that are found into Studio, or none. Asked on a terminal.",
)
@click.option("--no-hooks", is_flag=True, help="Leave git's hooks alone.")
@click.option("--yes", is_flag=True, help="Agree to what would be asked.")
def command(
    project: str | None, name: str | None, adopt: bool | None, no_hooks: bool, yes: bool
) -> int:
    """Bind this repository to a project of Project Studio, and set everything up.

    Makes the Studio home where there is none, adopts the repository's context files, writes
    .studio.toml to be committed, and installs the hooks. Running it again changes nothing.
    """
    if project is not None and name is not None:
        raise UsageError("--project and --name do not go together.", "Leave one of them out.")
    place = gitio.locate(Path.cwd())
    home = binding.home_of(place)
    setup.refuse_unfit(place, home)
    config.read_proposal(place.top)  # before anything is made: a malformed one is told first
    if prepare_home(home):
        say("Made the Studio home ", styled(str(home), "bold"), ".")
    with open_home(home) as store:
        choice = setup.choose(store, place, project, name)
        _agree(choice, yes=yes)
        setup.bind(store, place, choice)
        _say_choice(choice)
        workspace = enter(store, place)
        _bring_in(workspace, choice, adopt=adopt, yes=yes)
        _say_files(store, workspace)
    runs = no_hooks or _install_hooks(place)
    _say_next(place)
    return 0 if runs else 1


def _agree(choice: Choice, *, yes: bool) -> None:
    """Ask before a project is taken from a file of the repository."""
    if not choice.needs_consent:
        return
    known = "is in your store" if choice.origin is Origin.PROPOSED else "is new to your store"
    say(
        f"{config.STUDIO_TOML} binds this repository to the project ",
        styled(choice.name, "bold"),
        f" ({choice.project_id}), which {known}.",
    )
    if not confirm("Bind it?", default=interactive(), yes=yes):
        raise UsageError(
            "the repository was not bound: nobody agreed to the project it names.",
            "Agree with --yes, or choose another project with --project NAME.",
        )


def _say_choice(choice: Choice) -> None:
    how = {
        Origin.BOUND: "This repository is bound to the project ",
        Origin.NEW: "Bound to the new project ",
        Origin.SHARED: "Bound to the project, new in your store, ",
    }
    say(how.get(choice.origin, "Bound to the project "), styled(choice.name, "bold"), ".")


def _bring_in(workspace: Workspace, choice: Choice, *, adopt: bool | None, yes: bool) -> None:
    """Track what the project has already, what the team shares, and what is found here."""
    if choice.origin is Origin.BOUND and adopt is None:
        context.settle(workspace)
        return
    if choice.needs_consent or workspace.proposal is not None:
        for path in context.take_proposed(workspace).added.values():
            say(f"  {path}  ", styled("tracked, as .studio.toml says", "good"))
    found = context.discover(workspace.place)
    groups = _chosen(workspace, found, adopt=adopt, yes=yes)
    for file in context.adopt(workspace, groups):
        aliases = ", ".join(alias.path for alias in file.aliases)
        say(
            f"  {file.repo_path}  ",
            styled("adopted", "good"),
            styled(f"  also {aliases}" if aliases else "", "dim"),
        )
    context.settle(workspace, agreed=True)
    _say_left_out(workspace, found)


def _chosen(
    workspace: Workspace, found: Discovery, *, adopt: bool | None, yes: bool
) -> Sequence[Group]:
    known = {
        path
        for file in contexts.tracked(workspace.store.db, workspace.repository.project_id)
        for path in (file.repo_path, *(alias.path for alias in file.aliases))
    }
    offered = [group for group in found.offered if group.primary not in known]
    if adopt is False:
        return []
    if adopt or yes or not interactive():
        return offered
    return [group for group in offered if confirm(_question(group), default=True)]


def _question(group: Group) -> str:
    what = {
        AliasType.LINK: "a link to it",
        AliasType.POINTER: "a pointer to it",
        AliasType.COPY: "a copy of it",
    }
    also = ", ".join(f"{alias.path} is {what[alias.type]}" for alias in group.aliases)
    return f"Adopt {group.primary}{f' ({also})' if also else ''}?"


def _say_left_out(workspace: Workspace, found: Discovery) -> None:
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    paths = {file.repo_path for file in tracked}
    left = [group.primary for group in found.on_request if group.primary not in paths]
    if left:
        shown = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
        say(
            styled(
                f"  Nested or private, tracked on request (git studio track PATH): {shown}", "dim"
            )
        )
    for path, reason in found.unreadable:
        warn(styled(f"  {path} was left out: {reason}.", "warn"))


def _say_files(store: Store, workspace: Workspace) -> None:
    tracked = contexts.tracked(store.db, workspace.repository.project_id)
    if not tracked:
        say("  No context files are tracked. Track one with: git studio track PATH")
        return
    open_ones = [standing for standing in resolve.refresh(workspace) if not standing.settled]
    if open_ones:
        files = "file differs" if len(open_ones) == 1 else "files differ"
        say(styled(f"  {len(open_ones)} {files} from Studio's copy: git studio status", "warn"))
    for line in proposals.told(proposals.changes(enter(store, workspace.place))):
        warn(styled(line, "warn"))


def _install_hooks(place: Place) -> bool:
    states = installer.install(place)
    broken = [state for state in states if not state.runs]
    if not broken:
        say(f"Hooks installed: {', '.join(state.stage for state in states)}.")
        return True
    for state in broken:
        warn(styled(f"The {state.stage} hook does not run: {state.problem}", "warn"))
    warn(styled("Look again with: git studio hooks status", "dim"))
    return False


def _say_next(place: Place) -> None:
    status, output, _ = place.git.ask("status", "--porcelain", "--", config.STUDIO_TOML)
    if status == 0 and output:
        say("Next: commit ", styled(config.STUDIO_TOML, "bold"), " to share the binding, then work")
        say("as ever. See how things stand with: ", styled("git studio status", "accent"))
