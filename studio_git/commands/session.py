"""``git studio session``: the work sessions that were captured."""

from __future__ import annotations

import click

from studio_git.commands import records, scope
from studio_git.commands.groups import LaterGroup
from studio_git.output import Part, json_out, say, styled
from studio_git.services import memory
from studio_git.services.memory import Object


@click.group(cls=LaterGroup, later={"edit": "sessionchange"})
def command() -> None:
    """List, show and change work sessions.

    A session is named by its title, its id, or the first four or more characters of its id.
    """


@command.command("list")
@scope.listing
def list_(project: str | None, all_projects: bool, limit: int | None, as_json: bool) -> int:
    """List sessions, the newest first."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.list_sessions(here.store, here.project_id, scope.asked(limit, as_json))
        return records.listed(
            found,
            limit,
            as_json=as_json,
            row=lambda session: _row(here, session),
            nothing=(
                "There are no sessions yet. Commits become sessions by themselves once the hooks",
                "are installed, or now: git studio capture",
            ),
        )


@command.command()
@click.argument("session", required=False)
@scope.some
def show(session: str | None, project: str | None, all_projects: bool, as_json: bool) -> int:
    """Show one session, the newest unless named.

    Exit 1 where none is named and there are none yet.
    """
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.show_session(here.store, session, here.project_id)
        if as_json:
            json_out(found)
            return 0
        text = memory.session_text(here.store, found)
    if text is None:
        _show_row(found)
        return 0
    for line in text.rstrip("\n").split("\n"):
        say(_markdown(line.rstrip("\r").replace("\t", "    ")))
    say()
    say(styled(found["path"], "dim"))
    return 0


def _row(here: scope.Scope, session: Object) -> list[Part]:
    row = records.begin_row(here, session, styled(_length(session["duration_minutes"]), "dim"))
    lost = session["gone_commits"] and not session["commits"]
    return [*row, f"{session['title']} (on no branch any more)" if lost else session["title"]]


def _length(minutes: int | None) -> str:
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    return f"{hours:2} h {rest:02} min" if hours else f"     {rest:2} min"


def _markdown(line: str) -> Part:
    if line.startswith("# "):
        return styled(line, "bold")
    return styled(line, "accent") if line.startswith("## ") else line


def _show_row(session: Object) -> None:
    """A session that has no file: the dashboard's, or one whose file was removed."""
    say(styled(f"# {session['title']}", "bold"))
    say()
    say(f"{scope.when(session['created_at'])}  {_length(session['duration_minutes']).strip()}")
    if session["summary"]:
        say()
        say(session["summary"])
    for path in session["files_changed"] or ():
        say(f"- {path}")
