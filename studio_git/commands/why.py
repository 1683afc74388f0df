"""``git studio why``: what was decided and learned behind a line, a file or a commit."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from studio_git.commands import scope
from studio_git.output import Style, json_out, say, styled, terminal_width
from studio_git.services import why
from studio_git.services.memory import Object
from studio_git.services.why import Answer, Lines, Reason
from studio_git.services.workspace import open_here

_WIDEST = 100


@click.command()
@click.argument("what", metavar="PATH[:LINE[-LINE]]|REV")
@scope.limited
@scope.as_json
def command(what: str, limit: int | None, as_json: bool) -> int:
    """Show the sessions, decisions and learnings behind a line, a file or a commit.

    Lines are those of the file as it is in the work tree. Changes of white space, moved lines
    and the commits of blame.ignoreRevsFile are passed over. The newest come first. Exit 1 where
    nothing of it is captured.
    """
    with open_here(Path.cwd(), write=False) as here:
        project_id = here.repository.project_id
        request = why.read(here.store, project_id, here.place, Path.cwd(), what)
        found = why.answer(
            here.store, project_id, here.place, request, limit=scope.asked(limit, as_json)
        )
    if as_json:
        json_out(_object(found))
    else:
        _show(found, what, limit)
    return 0 if any(reason.captured for reason in found.reasons) else 1


def _object(found: Answer) -> dict[str, Any]:
    return {
        "path": found.request.path,
        "lines": found.request.lines,
        "commit": found.request.oid,
        "uncommitted": found.uncommitted,
        "commits": [asdict(reason) for reason in found.reasons],
        "sessions": list(found.sessions),
    }


def _show(found: Answer, what: str, limit: int | None) -> None:
    if found.uncommitted:
        say(styled(f"{_lines(found.uncommitted).capitalize()}: not committed yet.", "warn"))
    if not found.reasons and not found.uncommitted:
        say(f"No commit has {what} yet.")
    sessions = {session["id"]: session for session in found.sessions}
    reasons = scope.shown(found.reasons, limit)
    told = {record["id"] for reason in reasons for record in (*reason.decisions, *reason.learnings)}
    before: str | None = None
    for number, reason in enumerate(reasons):
        if number or found.uncommitted:
            say()
        session = sessions.get(reason.session or "")
        _show_commit(reason)
        if session is not None and session["id"] != before:
            _show_session(session)
        _show_records(reason)
        if session is not None and session["id"] != before:
            _show_others(session, told)
        before = reason.session
    scope.say_more(found.reasons, limit)
    missing = sum(not reason.captured for reason in reasons)
    if missing:
        say()
        say(
            styled(
                f"{missing} of these commits {'is' if missing == 1 else 'are'} not captured. "
                "Take in yours: git studio backfill, or everybody's: git studio backfill "
                "--all-authors",
                "dim",
            )
        )


def _show_commit(reason: Reason) -> None:
    _field(f"{reason.oid[:10]} ", reason.subject, "accent", indent="")
    words = [reason.author, scope.when(reason.created_at), _lines(reason.lines)]
    if reason.now is not None:
        words.append(f"now {reason.now[:10]}")
    if not reason.captured:
        words.append("not captured")
    elif reason.session is None:
        words.append("its session is gone")
    say(styled(f"  {', '.join(word for word in words if word)}", "dim"))


def _show_session(session: Object) -> None:
    words = [scope.when(session["created_at"])]
    if session["cycle"]:
        code = f" ({session['cycle']['code']})" if session["cycle"]["code"] else ""
        words.append(f"{session['cycle']['name']}{code}")
    _field("Session: ", f"{session['title']} ({', '.join(words)})", "good")


def _show_records(reason: Reason) -> None:
    for decision in reason.decisions:
        _field("Decision: ", decision["title"], "bold")
        _field("Why: ", decision["rationale"], "dim", indent="    ")
        for alternative in decision["alternatives"] or ():
            _field("Considered: ", alternative, "dim", indent="    ")
        _field("Superseded by: ", decision["superseded_by_title"], "warn", indent="    ")
    for learning in reason.learnings:
        _field("Problem: ", learning["problem"], "bold")
        _field("Solution: ", learning["solution"], "dim", indent="    ")


def _show_others(session: Object, told: set[str]) -> None:
    """What else the session decided and learned, by title."""
    for name in ("decisions", "learnings"):
        titles = [record["title"] for record in session[name] if record["id"] not in told]
        verb = "decided" if name == "decisions" else "learned"
        _field(f"Also {verb}: ", "; ".join(titles), "dim")


def _field(label: str, text: str | None, style: Style, *, indent: str = "  ") -> None:
    """A label and its text, wrapped to the width with a hanging indent; nothing if empty."""
    if not text:
        return
    width = min(terminal_width() or 80, _WIDEST)
    lines = [
        part
        for line in text.split("\n")
        for part in textwrap.wrap(
            line,
            max(width - len(indent) - len(label), 20),
            break_on_hyphens=False,
            break_long_words=False,
        )
    ]
    for number, line in enumerate(lines):
        if number == 0:
            say(indent, styled(label, style), line)
        else:
            say(indent, " " * len(label), line)


def _lines(lines: tuple[Lines, ...]) -> str:
    if not lines:
        return ""
    ranges = [str(first) if first == last else f"{first}-{last}" for first, last in lines]
    one = len(lines) == 1 and lines[0][0] == lines[0][1]
    return f"{'line' if one else 'lines'} {', '.join(ranges)}"
