"""Why a line is as it is: the session, the decisions and the commit behind it, from git blame."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types

from studio_git.core.names import printable
from studio_git.errors import NotFoundError, UsageError
from studio_git.gitio import Place
from studio_git.services import memory, why
from studio_git.services.why import Answer, Lines, Origins, Request
from studio_git.services.workspace import open_home
from studio_git.store.connection import Store
from studio_lsp import commands
from studio_lsp.desk import Desk
from studio_lsp.documents import Opened
from studio_lsp.editor import Editor
from studio_lsp.nature import Nature, home_of, nature_of, project_of
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Asked, Command, Subject
from studio_lsp.subjects import whytexts
from studio_lsp.subjects.blames import Blames
from studio_lsp.work import go_on

TITLE = "Why is this line as it is?"

_FOLDER = "/why/"
_KEPT = 50
_MOST = 50
"""Commits of a whole file that are told."""

_LONGEST_NAME = 100
_NO_LINE = UsageError("that line is not in the document.", "Lines count from 0.")


@dataclass(frozen=True, slots=True)
class _Question:
    """What a document answers: of lines or a file in a clone, or of a session."""

    home: Path
    project_id: str
    what: str
    place: Place | None = None
    request: Request = field(default_factory=Request)
    origins: Origins | None = None
    session_id: str = ""


class Why(Subject):
    """The reasons of lines: on hover if somebody wants it, and on request."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self._blames = Blames(desk)
        self._answered: OrderedDict[str, _Question] = OrderedDict()
        self._lock = threading.Lock()

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """What stands behind a line, where the setting ``hover.why`` is on."""
        if not self.desk.settings(page.clone).on("hover.why"):
            return []
        question = self._of_line(page, line)
        if question is None:
            return []
        with open_home(question.home) as store:
            said = whytexts.hover(_answer(store, question))
        return [said] if said else []

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """Asking on request, which costs nothing yet."""
        if not asked.wants("") or self._blames.tracked(page) is None:
            return
        argument = {"uri": page.uri, "line": asked.first}
        yield types.CodeAction(
            TITLE,
            command=types.Command(title=TITLE, command=commands.WHY, arguments=[argument]),
        )

    def document(self, path: str) -> str | None:
        """``/why/NAME-LINE.md``, once it was asked for."""
        if not path.startswith(_FOLDER):
            return None
        with self._lock:
            question = self._answered.get(path)
        if question is None:
            return None
        with open_home(question.home) as store:
            return whytexts.document(_answer(store, question), question.what)

    def commands(self) -> Mapping[str, Command]:
        """``studio.why``."""
        return {commands.WHY: self._why}

    async def _why(self, argument: Mapping[str, Any]) -> dict[str, str]:
        """Of ``{uri, line?}``: a line, else the whole file; of a session's file its commits."""
        opened = self.desk.documents.get(argument["uri"])
        path, message = await self.editor.work.aside(self._asked, opened, argument.get("line"))
        if not path:
            self.editor.say(message)
            return {"message": message}
        return {"message": message, "uri": await self.presenter.open(path)}

    def _asked(self, opened: Opened | None, line: object) -> tuple[str, str]:
        """The document that answers, and the answer in short; no document where none is needed."""
        if opened is None:
            raise UsageError("no open document was meant.", "Open a file of a repository first.")
        page = self.desk.page(opened)
        question, name = self._question(page, line)
        with open_home(question.home) as store:
            found = _answer(store, question)
        short = whytexts.message if question.place is not None else whytexts.counted
        message = printable(short(found, question.what))
        if not found.reasons:
            return "", message
        path = f"{_FOLDER}{name}.md"
        with self._lock:
            self._answered[path] = question
            self._answered.move_to_end(path)
            if len(self._answered) > _KEPT:
                self._answered.popitem(last=False)
        return path, message

    def _question(self, page: Page, line: object) -> tuple[_Question, str]:
        """What is asked of a document, and a name for the answer."""
        if nature_of(self.desk, page) is Nature.SESSION:
            return self._of_session(page)
        clone = self._blames.tracked(page)
        name = _fit(Path(page.name).name)
        if clone is None:
            raise NotFoundError(
                f"{page.path.name if page.path else page.uri} is no committed file of a "
                "repository that is bound to a project.",
                "Only what is committed has reasons.",
            )
        if line is None:
            request = Request(path=page.name)
            return _Question(clone.home, clone.project_id, page.name, clone.place, request), name
        if not isinstance(line, int) or isinstance(line, bool) or not 0 <= line < page.count:
            raise _NO_LINE
        question = self._of_line(page, line)
        if question is None:
            raise _NO_LINE
        return question, f"{name}-{line + 1}"

    def _of_line(self, page: Page, line: int) -> _Question | None:
        clone = self._blames.tracked(page)
        if clone is None:
            return None
        found = self._blames.line(page, clone, line)
        lines: Lines = (line + 1, line + 1)
        # What is not saved is of no commit yet, as what is not committed is.
        lines, origins = found if found is not None else (lines, {"0": [lines]})
        what = f"{page.name}, line {line + 1}"
        request = Request(path=page.name, lines=lines)
        return _Question(clone.home, clone.project_id, what, clone.place, request, origins)

    def _of_session(self, page: Page) -> tuple[_Question, str]:
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        if home is None or project_id is None or page.path is None:
            raise NotFoundError("this is no session's file.", "Open one: git studio session list")
        session_id = page.path.stem
        what = page.line(0).removeprefix("# ").strip() or session_id
        return _Question(home, project_id, what, session_id=session_id), _fit(session_id)


def _answer(store: Store, question: _Question) -> Answer:
    if question.place is None:
        session = memory.show_session(store, question.session_id, question.project_id)
        return why.of_commits(store, question.project_id, session["commits"])
    return why.answer(
        store,
        question.project_id,
        question.place,
        question.request,
        limit=_MOST,
        origins=question.origins,
        go_on=go_on,
    )


def _fit(name: str) -> str:
    """A name that a file can have, and a URI."""
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in name)[
        :_LONGEST_NAME
    ]
