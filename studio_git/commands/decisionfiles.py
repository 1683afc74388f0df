"""``git studio decision import``, ``export`` and ``sync``: the files that state decisions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from studio_git.commands import editing, scope
from studio_git.core.adragree import Move
from studio_git.core.adrfolder import Format
from studio_git.core.models import DriftKind, Resolution
from studio_git.core.prose import shorten
from studio_git.errors import UsageError
from studio_git.output import Style, json_out, say, styled
from studio_git.services import decisionfolder, decisionlook, decisionsync, memory
from studio_git.services.decisionlook import Standing
from studio_git.services.decisionsync import Report, Wanted
from studio_git.services.memory import Object
from studio_git.store.records import Kind

_FOLDER = click.Path(path_type=Path)
_SAYS = {
    DriftKind.STUDIO_AHEAD: "Studio has more",
    DriftKind.REPO_AHEAD: "the file has more",
    DriftKind.MERGEABLE: "both sides changed, different parts",
    DriftKind.CONFLICT: "both sides changed the same",
    DriftKind.NO_BASE: "they differ, and were never the same",
    DriftKind.MISSING_IN_STUDIO: "Studio does not have it",
    DriftKind.MISSING_IN_REPO: "the file is gone",
    DriftKind.UNREADABLE: "cannot be read",
}


@click.command("import")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@scope.one
def import_(folder: Path, project: str | None, as_json: bool) -> int:
    """Let decisions follow the files of DIR: MADR, or as adr-tools writes them.

    A file that is new becomes a decision, with the date that it says. What was edited in Studio
    meanwhile is told and not overwritten. Importing again changes nothing. Exit 1 where something
    is left that does not agree.
    """
    return _run(folder, Wanted(take=True), project, as_json=as_json)


@click.command("export")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.argument("decisions", metavar="[DECISION]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice([each.value for each in Format]),
    help="The form of new files; that of the folder unless told, MADR in a new one.",
)
@scope.one
def export(
    folder: Path,
    *,
    decisions: tuple[str, ...],
    form: str | None,
    project: str | None,
    as_json: bool,
) -> int:
    """Let the files of DIR follow decisions, and write files for those that have none.

    All of them, unless some are named. Of a file only what moved is written; what was edited in
    it meanwhile is told and not overwritten. Exit 1 where something is left that does not agree.
    """
    with scope.open_scope(project, write=True) as here:
        if decisions:
            chosen = [
                memory.show_record(here.store, Kind.DECISION, words, here.project)
                for words in decisions
            ]
        else:
            chosen = memory.list_decisions(here.store, here.project)
        lacking = decisionfolder.without_file(here.store, here.project, chosen)
    wanted = Wanted(give=True, export=lacking, form=Format(form) if form else None)
    return _run(folder, wanted, project, as_json=as_json)


@click.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, required=False)
@click.option("--check", is_flag=True, help="Write nothing, and say what differs.")
@click.option("--accept-repo", is_flag=True, help="Where both sides moved, the file counts.")
@click.option("--keep-studio", is_flag=True, help="Where both sides moved, Studio counts.")
@scope.one
def sync(
    folder: Path | None,
    *,
    check: bool,
    accept_repo: bool,
    keep_studio: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Bring decisions and the files of DIR together, whichever was edited.

    DIR is the folder that was used, or the usual one, unless told. What both sides changed is
    told and left alone, unless you say whose word counts; so is a file that is gone:
    --keep-studio writes it again, --accept-repo keeps the decision without a file. Decisions that
    never had a file get one by export. Exit 1 where something is left that does not agree.
    """
    if accept_repo and keep_studio:
        raise UsageError("--accept-repo and --keep-studio exclude each other.", "Give one of them.")
    if check and (accept_repo or keep_studio):
        raise UsageError("--check writes nothing.", "Leave it out to settle what differs.")
    if check:
        return _check(folder, project, as_json=as_json)
    prefer = Resolution.ACCEPTED_REPO if accept_repo else None
    prefer = Resolution.KEPT_STUDIO if keep_studio else prefer
    return _run(folder, Wanted(take=True, give=True, prefer=prefer), project, as_json=as_json)


COMMANDS = (import_, export, sync)


def _run(folder: Path | None, wanted: Wanted, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        at = decisionlook.folder_at(here.store, here.project, Path.cwd(), folder)
        if folder is not None and not wanted.give and not at.path.is_dir():
            raise UsageError(f"there is no folder {folder}.", "Name one with decision records.")
        report = decisionsync.settle(here.store, here.project, at, wanted)
    if as_json:
        json_out({"folder": str(at.path)} | _object(report))
    else:
        _say(report)
    return 0 if report.agrees else 1


def _check(folder: Path | None, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project) as here:
        at = decisionlook.folder_at(here.store, here.project, Path.cwd(), folder)
        standings = decisionlook.look(here.store, here.project, at)
    report = Report(left=standings)
    if as_json:
        json_out({"folder": str(at.path), "records": [entry(it) for it in standings]})
    else:
        _say(report)
    return 0 if report.agrees else 1


def _say(report: Report) -> None:
    for path, title in report.added:
        _done("Decision added", path, title)
    for path, title in report.created:
        _done("File made", path, title)
    for path, title, fields in report.updated:
        _done("Decision changed", path, title, fields)
    for path, title, fields in report.written:
        _done("File changed", path, title, fields)
    for path, title in report.forgotten:
        _done("Decision kept without its file", path, title)
    open_ones = [it for it in report.left if it.is_open]
    for it in report.left:
        say_standing(it)
    editing.tell(report.problems, "not done")
    if not report.agrees:
        if any(
            Move.BOTH in (it.agreement.moves.values() if it.agreement else ()) for it in open_ones
        ):
            say(styled("Say whose word counts: git studio decision sync --accept-repo, or "
                       "--keep-studio", "dim"))  # fmt: skip
        return
    count = sum(it.adr is not None and it.decision is not None for it in report.left)
    say(styled(f"{count} {'record agrees' if count == 1 else 'records agree'}.", "good"))


def say_standing(it: Standing) -> None:
    """Print how a record stands; nothing where it agrees."""
    if it.kind is None:
        if it.reason:
            say(styled(f"{it.path}: {it.reason}", "dim"))
        return
    style: Style = "warn" if it.is_open else "dim"
    fields = f" ({', '.join(it.fields)})" if it.fields else ""
    words = it.reason or _SAYS[it.kind]
    say(styled(it.path, style), f": {words}{fields}")
    if it.agreement is None:
        return
    for name in it.agreement.moved(Move.BOTH):
        say("  ", styled("Studio: ", "dim"), shorten(it.studio[name], 100) or "nothing")
        say("  ", styled("File:   ", "dim"), shorten(it.repo[name] or "", 100) or "nothing")


def _done(what: str, path: str, title: str, fields: Sequence[str] = ()) -> None:
    more = f" ({', '.join(fields)})" if fields else ""
    say(styled(what, "good"), f": {path}: {title}{more}")


def _object(report: Report) -> Object:
    return {
        "added": [_named(*each) for each in report.added],
        "created": [_named(*each) for each in report.created],
        "updated": [_named(*each) for each in report.updated],
        "written": [_named(*each) for each in report.written],
        "forgotten": [_named(*each) for each in report.forgotten],
        "problems": report.problems,
        "records": [entry(it) for it in report.left],
    }


def _named(path: str, title: str, fields: Sequence[str] | None = None) -> Object:
    named: Object = {"path": path, "title": title}
    return named if fields is None else named | {"fields": list(fields)}


def entry(it: Standing) -> Object:
    """One record as programs read it."""
    return {
        "path": it.path,
        "decision_id": None if it.decision is None else it.decision["id"],
        "title": it.title,
        "kind": None if it.kind is None else it.kind.value,
        "open": it.is_open,
        "fields": list(it.fields),
        "reason": it.reason,
    }
