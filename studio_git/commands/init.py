"""``git studio init``: bind this repository to a project, and set everything up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from studio_git import config, files, gitio
from studio_git.commands.backfill import say_done, take_in
from studio_git.core.aliases import Group
from studio_git.core.models import AliasType
from studio_git.core.prose import counted
from studio_git.core.text import normalise
from studio_git.errors import GitError, UsageError
from studio_git.gitio import Place
from studio_git.output import confirm, interactive, say, styled, warn
from studio_git.services import (
    backfill,
    binding,
    checkstore,
    context,
    proposals,
    resolve,
    setup,
)
from studio_git.services.clone import Workspace, enter
from studio_git.services.context import Discovery
from studio_git.services.setup import Choice, Origin
from studio_git.services.workspace import open_here, open_home
from studio_git.store import contexts
from studio_git.store.connection import Store
from studio_git.store.migrations import prepare_home
from studio_hooks import installer

_SHOWN = 5
_LOOKED_AT = 20_000
"""So many commits of a history are looked at before offering to take it in: a second's work."""


@click.command()
@click.option("--project", metavar="NAME-OR-ID", help="Bind to this project of the store.")
@click.option("--name", help="The name of the new project; the repository's unless said.")
@click.option(
    "--adopt/--no-adopt",
    default=None,
    help="Take the context files that are found into Studio, or none. Asked on a terminal.",
)
@click.option("--no-hooks", is_flag=True, help="Leave git's hooks alone.")
@click.option("--yes", is_flag=True, help="Agree to what would be asked, but for a backfill.")
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
        store.require_writable()
        remote = checkstore.network_home(home)
        if remote is not None:
            warn(styled(remote.what, "warn"), f"\n{remote.hint}")
        choice = setup.choose(store, place, project, name)
        _agree(choice, _shared_files(place), yes=yes)
        setup.bind(store, place, choice)
        _say_choice(store, choice)
        workspace = enter(store, place)
        _bring_in(workspace, choice, adopt=adopt, yes=yes)
        _say_files(store, workspace)
    runs = no_hooks or _install_hooks(place)
    if choice.origin is not Origin.BOUND:
        _offer_history(place, yes=yes)
    _say_next(place)
    return 0 if runs else 1


def _shared_files(place: Place) -> list[str]:
    proposal = config.read_proposal(place.top)
    return [] if proposal is None else [*proposal.context.values(), *proposal.aliases]


def _agree(choice: Choice, shares: Sequence[str], *, yes: bool) -> None:
    """Ask before a project, and what it shares, is taken from a file of the repository."""
    if not choice.needs_consent:
        return
    known = "is in your store" if choice.origin is Origin.PROPOSED else "is new to your store"
    say(
        f"{config.STUDIO_TOML} binds this repository to the project ",
        styled(choice.name, "bold"),
        ",",
    )
    say(f"which {known} ({choice.project_id}).")
    if shares:
        say("It shares these files:")
    for path in shares:
        say(f"  {path}")
    if not confirm("Bind it?", default=interactive(), yes=yes):
        raise UsageError(
            "the repository was not bound: nobody agreed to the project it names.",
            "Agree with --yes, or choose another project with --project NAME.",
        )


def _say_choice(store: Store, choice: Choice) -> None:
    how = {
        Origin.BOUND: "This repository is bound to the project ",
        Origin.NEW: "Bound to the new project ",
        Origin.SHARED: "Bound to the project, new in your store, ",
    }
    say(how.get(choice.origin, "Bound to the project "), styled(choice.name, "bold"), ".")
    if choice.origin is Origin.NEW:
        for other in setup.namesakes(store, choice):
            say(styled("  Another project has this name. To bind to that one instead:", "warn"))
            say(styled(f"    git studio init --project {other[:8]}", "warn"))


def _bring_in(workspace: Workspace, choice: Choice, *, adopt: bool | None, yes: bool) -> None:
    """Track what the project has already, what the team shares, and what is found here."""
    bound_before = choice.origin is Origin.BOUND
    if bound_before and adopt is None:
        context.settle(workspace)
        return
    agreed = not bound_before and adopt is not False
    if agreed and workspace.proposal is not None:
        for path in context.take_proposed(workspace).added.values():
            say(f"  {path}  ", styled("tracked, as .studio.toml says", "good"))
    found = context.discover(workspace.place)
    groups = _chosen(workspace, found, adopt=adopt, yes=yes)
    clashes = context.clashing(workspace, groups)
    for file in context.adopt(workspace, groups):
        aliases = ", ".join(alias.path for alias in file.aliases)
        say(
            f"  {file.repo_path}  ",
            styled("adopted", "good"),
            styled(f"  also {aliases}" if aliases else "", "dim"),
        )
    for path, other in clashes.items():
        warn(styled(f"  {path} was left out: Studio keeps {other} under that name.", "warn"))
    context.settle(workspace, agreed=agreed)
    _say_left_out(workspace, found)


def _chosen(
    workspace: Workspace, found: Discovery, *, adopt: bool | None, yes: bool
) -> Sequence[Group]:
    known = {
        path
        for file in contexts.tracked(workspace.store.db, workspace.repository.project_id)
        for path in (file.repo_path, *(alias.path for alias in file.aliases))
    }
    if adopt is False:
        return []
    offered = [group for group in found.offered if group.primary not in known]
    covered = {path for group in offered for path in _paths(group)} | known
    kept = context.kept_by_studio(workspace)
    offered += [group for group in kept if group.primary not in covered]
    if adopt or yes or not interactive():
        return offered
    return [group for group in offered if confirm(_question(group), default=True)]


def _paths(group: Group) -> list[str]:
    return [group.primary, *(alias.path for alias in group.aliases)]


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
        say(styled("  Nested or private files are tracked on request, by git studio track:", "dim"))
    for path in left[:_SHOWN]:
        say(styled(f"    {path}", "dim"))
    if len(left) > _SHOWN:
        say(styled(f"    and {len(left) - _SHOWN} more", "dim"))
    for path, reason in found.unreadable:
        warn(styled(f"  {path} was left out: {reason}.", "warn"))


def _say_files(store: Store, workspace: Workspace) -> None:
    tracked = contexts.tracked(store.db, workspace.repository.project_id)
    if not tracked:
        say("  No context files are tracked. Track one with: git studio track PATH")
    open_ones = [standing for standing in resolve.refresh(workspace) if not standing.settled]
    if open_ones:
        files = "file differs" if len(open_ones) == 1 else "files differ"
        say(styled(f"  {len(open_ones)} {files} from Studio's copy: git studio status", "warn"))
    now = enter(store, workspace.place)
    found = proposals.changes(now)
    for line in proposals.told(found):
        warn(styled(line, "warn"))
    if now.proposal is None:
        return
    if not found.project_id and now.proposal.project_id != now.repository.project_id:
        warn(
            styled(
                f"{config.STUDIO_TOML} goes on naming another project, {now.proposal.project_id}.",
                "warn",
            )
        )
    for key in now.proposal.unknown:
        warn(styled(f"{config.STUDIO_TOML}: {key} is not known to this release.", "dim"))


def _install_hooks(place: Place) -> bool:
    states = installer.install(place)
    broken = [state for state in states if not state.runs]
    if not broken:
        say(f"{len(states)} git hooks are in place; see them with: git studio hooks status")
        return True
    for state in broken:
        warn(styled(f"The {state.stage} hook does not run: {state.problem}", "warn"))
    warn(styled("Look again with: git studio hooks status", "dim"))
    return False


def _offer_history(place: Place, *, yes: bool) -> None:
    """Ask whether older commits are to become sessions too; nobody who is not asked agrees."""
    with open_here(place.top) as workspace:
        try:
            planned = backfill.plan(workspace, newest=_LOOKED_AT)
        except GitError:  # a damaged history: status and capture tell
            return
        if not planned.oids:
            return
        more = " or more" if len(planned.oids) + planned.others == _LOOKED_AT else ""
        older = f"{counted(len(planned.oids), 'commit')}{more} of yours from before"
        if not yes and interactive() and confirm(f"Make sessions of {older}, too?"):
            planned = backfill.plan(workspace)
            say_done(planned, take_in(workspace, planned))
        else:
            say(styled(f"  {older} can become sessions: git studio backfill", "dim"))


def _say_next(place: Place) -> None:
    (committed,) = place.git.blobs([f"HEAD:{config.STUDIO_TOML}"])
    written = files.read_bytes(place.top / config.STUDIO_TOML, inside=place.top)
    if committed is None or normalise(committed) != normalise(written or b""):
        say("Next: commit ", styled(config.STUDIO_TOML, "bold"), " to share the binding, then work")
        say("as ever. See how things stand with: ", styled("git studio status", "accent"))
