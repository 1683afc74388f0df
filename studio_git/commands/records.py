"""How sessions, decisions and learnings are listed and answered for: what their commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from studio_git.commands import scope
from studio_git.commands.scope import Scope
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services.memory import Object


def listed(
    found: Sequence[Object],
    limit: int | None,
    *,
    as_json: bool,
    row: Callable[[Object], list[Part]],
    nothing: Iterable[str],
) -> int:
    """Print a list: all of it as JSON, or what fits on a screen, or what to do for a first one."""
    if as_json:
        json_out(found)
        return 0
    for line in () if found else nothing:
        say(line)
    columns([row(record) for record in scope.shown(found, limit)])
    scope.say_more(found, limit)
    return 0


def begin_row(here: Scope, record: Object, *more: Part) -> list[Part]:
    """The columns that every list begins with; the project where all of them are listed."""
    row: list[Part] = [
        styled(scope.short(record["id"]), "dim"),
        scope.when(record["created_at"]),
        *more,
    ]
    if here.project_id is None:
        row.append(here.name(record["project_id"]))
    return row


def head(record: Object, commit: str | None, *, in_file: bool = False) -> None:
    """Print the title of a record, when it was made, and by which commit or by hand."""
    say(styled(record["title"], "bold"))
    source = f"  commit {commit[:12]}" if commit else "" if in_file else "  added by hand"
    say(styled(f"{scope.when(record['created_at'])}{source}  {record['id']}", "dim"))


def answer(record: Object, word: str, *, as_json: bool) -> int:
    """Print what was done with a record."""
    if as_json:
        json_out(record)
    else:
        say(styled(word, "good"), f" {scope.short(record['id'])}: {record['title']}")
    return 0


def changed(before: Object, after: Object, *, as_json: bool) -> int:
    """Print that a record was changed, or that nothing was."""
    return answer(after, "Nothing changed" if before == after else "Changed", as_json=as_json)
