"""``git studio session edit``."""

from __future__ import annotations

import click

from studio_git import programs
from studio_git.commands import editing, records, scope
from studio_git.commands import here as at_hand
from studio_git.errors import UsageError
from studio_git.services import editing as changes
from studio_git.services import memory
from studio_git.services.editing import SessionChanges
from studio_git.services.memory import Object
from studio_git.store.connection import Store


@click.command()
@click.argument("session", required=False)
@click.option("--title", "-t", help="Another title.")
@click.option("--summary", "-s", help="What was done, in short.")
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to; an empty one: none.")
@editing.in_editor
@scope.one
def edit(
    session: str | None,
    *,
    title: str | None,
    summary: str | None,
    cycle: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Change a session, the newest unless named.

    Without options its file is opened in your editor: what you write there stays, whatever
    commits the session still gets. Exit 1 where none is named and there are none yet.
    """
    wanted = SessionChanges(title, summary, cycle)
    opens = editing.opens_editor(wanted != SessionChanges(), edit=edit)
    with scope.open_scope(project, write=True) as here:
        before = memory.show_session(here.store, session, here.project_id)
        at = at_hand.clone(here.store, before["project_id"])
        place = None if at is None else at[1]
        after, problems = changes.change_session(here.store, before, wanted, place)
        touched = False
        if opens:
            touched, after = _in_editor(here.store, after)
        editing.tell(problems)
    word = "Changed" if touched or before != after else "Nothing changed"
    return records.answer(after, word, as_json=as_json)


def _in_editor(store: Store, session: Object) -> tuple[bool, Object]:
    """The session as a person leaves its file; whether they changed it."""
    before = memory.session_bytes(store, session)
    if before is None:
        raise UsageError(
            "the session has no file.", "Say what to change: --title, --summary, --cycle"
        )
    edited = programs.edit(before, suffix=".md")
    if edited == before:
        return False, session
    changes.write_session_file(store, session, before, edited)
    return True, memory.show_session(store, session["id"], None)


COMMANDS = (edit,)
