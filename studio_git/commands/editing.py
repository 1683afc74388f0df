"""What the commands that change and remove records share: the editor, and asking first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from studio_git import programs
from studio_git.core import recordtext
from studio_git.core.recordtext import Sheet
from studio_git.errors import UsageError
from studio_git.output import confirm, interactive, say, styled, warn

_F = TypeVar("_F", bound=Callable[..., Any])


def in_editor(function: _F) -> _F:
    """The option that opens a record in the editor."""
    option = click.option(
        "--edit", "-e", "edit", is_flag=True, help="Write it in your editor, as git chooses it."
    )
    return option(function)


def beforehand(function: _F) -> _F:
    """The option that answers the question beforehand."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")(function)


def opens_editor(said: bool, *, edit: bool) -> bool:
    """Whether the editor is to be opened: it was asked for, or nothing else was said.

    Raises UsageError where nothing was said and nobody is there to use an editor.
    """
    if not edit and not said and not interactive():
        raise UsageError(
            "there is nothing to change.", "Say what; --edit opens your editor, --help tells more."
        )
    return edit or not said


def sheet(before: Sheet) -> Sheet | None:
    """A record as a person leaves it in their editor; None where they changed nothing.

    Raises UsageError for what is not text, and StudioError as :func:`programs.edit`.
    """
    text = recordtext.render(before)
    edited = programs.edit(text.encode("utf-8"), suffix=".md")
    try:
        after = recordtext.parse(edited.decode("utf-8"), tuple(before.texts))
    except UnicodeDecodeError as error:
        raise UsageError(
            "what the editor left is not UTF-8; nothing was changed.", "Save it as UTF-8."
        ) from error
    return None if after == recordtext.parse(text, tuple(before.texts)) else after


def sure(question: str, *, yes: bool) -> bool:
    """Whether something is to be removed; without a terminal only where ``yes`` says so."""
    if not yes and not interactive():
        raise UsageError("nothing was removed.", "Say --yes to remove it.")
    if confirm(question, yes=yes):
        return True
    say("Nothing was removed.")
    return False


def removes(noun: str, record: Mapping[str, Any], stated_in: Iterable[str], *, yes: bool) -> bool:
    """Ask whether a record is to be removed, and tell what goes on stating it."""
    if not sure(f"Remove the {noun} {record['title']}?", yes=yes):
        return False
    places = list(stated_in)
    if places:
        tell(
            [f"{', '.join(places)}; a store that is rebuilt from git has it again."],
            "still said by",
        )
    return True


def tell(problems: Iterable[str], what: str = "not written") -> None:
    """What could not be done beside the change itself."""
    for problem in problems:
        warn(styled(f"{what}: ", "warn"), problem)
