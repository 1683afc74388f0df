"""Opening a session and the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio_git.errors import StoreError
from studio_git.services import memory
from studio_git.services.memory import Object
from studio_git.services.workspace import open_home
from studio_lsp import commands
from studio_lsp.desk import Desk
from studio_lsp.documents import Opened
from studio_lsp.editor import Editor
from studio_lsp.nature import home_of, project_of
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Command
from studio_lsp.uris import uri_of

DASHBOARD = "/dashboard.md"

_NO_HOME = StoreError("there is no Studio home yet.", "Make one: git studio init")


class Opening:
    """The commands; each a coroutine on the event loop."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        self.desk = desk
        self.editor = editor
        self.presenter = presenter

    def table(self) -> Mapping[str, Command]:
        """Every command by its id."""
        return {
            commands.OPEN_SESSION: self.session,
            commands.OPEN_DASHBOARD: self.dashboard,
        }

    async def session(self, argument: Mapping[str, Any]) -> dict[str, str]:
        """``studio.openSession``: of ``{id?}``, else the newest of the document's project.

        The file itself is opened, because what a person writes there stays.
        """
        opened = self.desk.documents.get(argument["uri"])
        words = argument.get("id")
        asked = words if isinstance(words, str) and words else None
        found = await self.editor.work.aside(self._find, opened, asked)
        path = Path(found["path"])
        message = f"The session {found['title']} is in {path}"
        address = uri_of(path)
        if not await self.editor.work.aside(path.is_file):
            address = await self.presenter.open(f"/session/{found['id']}.md")
        elif not await self.editor.show(address):
            self.editor.say(message)
        return {"message": message, "uri": address}

    async def dashboard(self, _: Mapping[str, Any]) -> dict[str, str]:
        """``studio.openDashboard``."""
        if self.desk.home is None:
            raise _NO_HOME
        address = await self.presenter.open(DASHBOARD)
        return {"message": "Project Studio's dashboard", "uri": address}

    def _find(self, opened: Opened | None, words: str | None) -> Object:
        project_id, home = None, self.desk.home
        if opened is not None:
            page = self.desk.page(opened)
            project_id, home = project_of(self.desk, page), home_of(self.desk, page)
        if project_id is None:
            for root in self.desk.roots:
                clone = self.desk.clones.of(root / "file")
                if clone is not None:
                    project_id, home = clone.project_id, clone.home
                    break
        if home is None:
            raise _NO_HOME
        with open_home(home) as store:
            return memory.show_session(store, words, project_id)
