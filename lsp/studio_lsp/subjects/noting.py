"""Recording decisions, learnings and open questions from what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lsprotocol import types

from studio_git.config import DEFAULT_GAP_MINUTES
from studio_git.core import selection
from studio_git.core.prose import shorten
from studio_git.errors import UsageError
from studio_git.services import adding, binding, questions
from studio_git.services.workspace import open_home
from studio_git.store.connection import Store
from studio_lsp import commands
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.nature import Nature, home_of, nature_of, project_of
from studio_lsp.page import Page
from studio_lsp.subject import Asked, Command

TITLES = {
    commands.RECORD_DECISION: "Record a decision from the selection",
    commands.RECORD_LEARNING: "Record a learning from the selection",
    commands.RECORD_QUESTION: "Record an open question from the selection",
}

_SHOWN = 80


def actions(desk: Desk, page: Page, asked: Asked) -> Iterator[types.CodeAction]:
    """The three actions, where something is selected in a file of a project.

    In source code they stand among the source actions, where they crowd no quick fix.
    """
    if asked.span.start == asked.span.end or project_of(desk, page) is None:
        return
    if not page.selected(asked.span).strip():
        return
    kind = types.CodeActionKind.Source if nature_of(desk, page) is Nature.OTHER else None
    start, end = asked.span.start, asked.span.end
    span = {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
    for name, title in TITLES.items():
        called = types.Command(
            title=title, command=name, arguments=[{"uri": page.uri, "range": span}]
        )
        yield types.CodeAction(title, kind=kind, command=called)


class Noting:
    """The commands; each a coroutine on the event loop."""

    def __init__(self, desk: Desk, editor: Editor) -> None:
        self.desk = desk
        self.editor = editor

    def table(self) -> Mapping[str, Command]:
        """Every command by its id."""
        return {
            commands.RECORD_DECISION: self._from_selection(_decide),
            commands.RECORD_LEARNING: self._from_selection(_learn),
            commands.RECORD_QUESTION: self._from_selection(self._wonder),
        }

    def _from_selection(self, note: Callable[[Store, Page, str, str], str]) -> Command:
        async def run(argument: Mapping[str, Any]) -> dict[str, str]:
            opened = self.desk.documents.get(argument["uri"])
            if opened is None:
                raise UsageError("no document is open.", "Open the file, and select the text.")
            span = _range(argument.get("range"))

            def carry_out() -> str:
                page = self.desk.page(opened)
                project_id, home = project_of(self.desk, page), home_of(self.desk, page)
                if project_id is None or home is None:
                    raise UsageError("this file belongs to no project.", binding.INIT_HINT)
                text = "" if span is None else page.selected(span)
                with open_home(home) as store:
                    return note(store, page, project_id, text)

            message = await self.editor.work.aside(carry_out)
            self.editor.say(message)
            return {"message": message}

        return run

    def _wonder(self, store: Store, page: Page, project_id: str, text: str) -> str:
        asked = selection.questions(text)
        gap = DEFAULT_GAP_MINUTES
        if page.clone is not None:
            with page.clone.open() as workspace:
                gap = workspace.settings.gap_minutes
        for question in asked:
            questions.add(store, project_id, question, gap_minutes=gap)
        return _recorded("open question", list(asked))


def _decide(store: Store, _: Page, project_id: str, text: str) -> str:
    made = [
        adding.add_decision(
            store,
            project_id,
            each.title,
            rationale=each.rationale,
            alternatives=each.alternatives,
        )
        for each in selection.decisions(text)
    ]
    return _recorded("decision", [each["title"] for each in made])


def _learn(store: Store, _: Page, project_id: str, text: str) -> str:
    said = selection.learning(text)
    made = adding.add_learning(
        store,
        project_id,
        said.title,
        problem=said.problem,
        solution=said.solution,
        tags=said.tags,
    )
    return _recorded("learning", [made["title"]])


def _recorded(noun: str, titles: list[str]) -> str:
    shown = "; ".join(shorten(title, _SHOWN) for title in titles)
    return (
        f"Recorded {len(titles)} {noun}s: {shown}"
        if len(titles) > 1
        else (f"Recorded the {noun}: {shown}")
    )


def _range(said: object) -> types.Range | None:
    """The range argument; None where there is none."""
    if not isinstance(said, dict):
        return None
    places = []
    for name in ("start", "end"):
        place = said.get(name)
        line = place.get("line") if isinstance(place, dict) else None
        character = place.get("character") if isinstance(place, dict) else None
        if not isinstance(line, int) or not isinstance(character, int):
            return None
        places.append(types.Position(max(line, 0), max(character, 0)))
    return types.Range(*places)
