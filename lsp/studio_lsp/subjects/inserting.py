"""Inserting a reference to a skill into a context file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lsprotocol import types

from studio_git.core.registryfiles import ItemType
from studio_git.errors import NotFoundError, StudioError, UsageError
from studio_git.services.registry import Item
from studio_lsp import commands, lines
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.nature import home_of, project_of
from studio_lsp.page import Page
from studio_lsp.subject import Asked, Command
from studio_lsp.subjects.naming import SKILL_MARK, typed_before
from studio_lsp.subjects.shelf import Shelf, Shelves

TITLE = "Insert a skill reference…"

_CHOICES = 10


def actions(page: Page, shelf: Shelf | None, asked: Asked) -> Iterator[types.CodeAction]:
    """The action, where the cursor is on an empty line or behind the beginning of a name."""
    if shelf is None or asked.span.start != asked.span.end:
        return
    line, column = page.at(asked.span.start)
    word = typed_before(page.line(line), column)
    if shelf.beginning(word) if word else not page.line(line).strip():
        place = asked.span.start
        position = {"line": place.line, "character": place.character}
        yield types.CodeAction(
            TITLE,
            command=types.Command(
                title=TITLE,
                command=commands.INSERT_SKILL,
                arguments=[{"uri": page.uri, "position": position}],
            ),
        )


class Inserting:
    """``studio.insertSkill``."""

    def __init__(self, desk: Desk, editor: Editor, shelves: Shelves) -> None:
        self.desk = desk
        self.editor = editor
        self._shelves = shelves

    def table(self) -> Mapping[str, Command]:
        """The command by its id."""
        return {commands.INSERT_SKILL: self.insert}

    async def insert(self, argument: Mapping[str, Any]) -> dict[str, str] | None:
        """Insert ``{name?, position?}``; without a name the user chooses, without a position it
        goes to the end.

        Raises StudioError where there is nothing to insert, or nowhere.
        """
        opened = self.desk.documents.get(argument["uri"])
        if opened is None:
            raise UsageError("no document is open.", "Open the context file first.")
        page = await self.editor.work.aside(self.desk.page, opened)
        place = _place(page, argument.get("position"))
        word = "" if place is None else typed_before(page.line(place[0]), place[1])
        self.desk.changed()  # a person who just added a skill does not wait until it is noticed
        name = argument.get("name")
        if isinstance(name, str):
            name = await self.editor.work.aside(self._known, page, name)
        else:
            choices = await self.editor.work.aside(self._choices, page, word)
            only = word and len(choices) == 1
            name = (
                choices[0]
                if only
                else await self.editor.ask("Which skill is to be referred to?", choices)
            )
        if name is None:
            return None
        edit = _edit(page, place, word, name)
        if not await self.editor.apply({page.uri: (opened.version, [edit])}, TITLE):
            raise StudioError("the editor did not take the change.", "Try again.")
        return {"message": f"Inserted a reference to {name}."}

    def _skills(self, page: Page) -> Shelf:
        home = home_of(self.desk, page)
        shelf = None if home is None else self._shelves.of(home)
        if shelf is None or not shelf.matching("", [ItemType.SKILL]):
            raise NotFoundError(
                "the registry has no skills yet.", "Add one: git studio registry add skill FILE"
            )
        return shelf

    def _choices(self, page: Page, word: str) -> list[str]:
        """Those that begin as typed, else those that fit the project, else the first ones."""
        shelf = self._skills(page)
        skills = [item for _, item in shelf.matching("", [ItemType.SKILL])]
        begun: list[Item] = []
        if word:
            begun = [it for it in skills if it.name.casefold().startswith(word.casefold())]
        fitting = self._shelves.fitting(skills[0].home, project_of(self.desk, page), skills)
        among = begun or skills
        ordered = sorted(among, key=lambda it: (it.name not in fitting, it.name))
        return [item.name for item in ordered[:_CHOICES]]

    def _known(self, page: Page, name: str) -> str:
        items = [it for it in self._skills(page).called(name) if it.type is ItemType.SKILL]
        if not items:
            raise NotFoundError(
                f"there is no skill {name}.", "See them: git studio registry list skill"
            )
        return items[0].name


def _place(page: Page, said: object) -> tuple[int, int] | None:
    """The line and column of a position argument; None where there is none."""
    if isinstance(said, dict):
        line, character = said.get("line"), said.get("character", 0)
        if isinstance(line, int) and isinstance(character, int):
            return page.at(types.Position(max(line, 0), max(character, 0)))
    return None


def _edit(page: Page, place: tuple[int, int] | None, word: str, name: str) -> types.TextEdit:
    """Whole lines with the reference in them: at a place, else on a line of its own at the end.

    What was typed of the name before the place goes; words beside it stay apart.
    """
    pieces = lines.split(page.text)
    newline = next((it[len(lines.stripped(it)) :] for it in pieces[:-1]), "\n")
    words = f"{SKILL_MARK}{name}"
    if place is None:
        last = len(pieces) - 1
        before = f"{pieces[last]}{newline}" if pieces[last] else ""
        return types.TextEdit(page.whole_lines(last, last + 1), f"{before}{words}{newline}")
    line, column = place
    begin = column - len(word) if name.casefold().startswith(word.casefold()) else column
    before, after = pieces[line][:begin], pieces[line][column:]
    if before and (before[-1].isalnum() or before[-1] in ".,;:"):
        before += " "
    if after[:1].isalnum():
        words += " "
    return types.TextEdit(page.whole_lines(line, line + 1), f"{before}{words}{after}")
