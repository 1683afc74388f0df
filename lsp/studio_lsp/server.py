"""The language server: answers ``initialize`` at once, and loads what it works with after that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from studio_git import __version__
from studio_git.core import editorsettings
from studio_git.core.editorsettings import Layer
from studio_lsp import client, uris
from studio_lsp.documents import Documents, Opened
from studio_lsp.editor import Editor
from studio_lsp.features import every
from studio_lsp.protocol import StudioProtocol
from studio_lsp.work import Work

if TYPE_CHECKING:
    from studio_lsp.observer import Observer
    from studio_lsp.page import Page
    from studio_lsp.studio import Studio
    from studio_lsp.subject import Subject

NAME = "studio-lsp"

_LAST_SECONDS = 1.5
"""For what is being written when the editor ends; the end itself has three."""

T = TypeVar("T")
log = logging.getLogger(__name__)


class StudioServer(LanguageServer):
    """One server for one editor.

    What it works with (:attr:`studio`) is loaded behind ``initialized``; who asks sooner waits.
    """

    def __init__(self, log_file: Path | None = None) -> None:
        super().__init__(name=NAME, version=__version__, protocol_cls=StudioProtocol)
        self.protocol: StudioProtocol
        self.log_file = log_file
        self.documents = Documents()
        self.work = Work()
        self.client: client.Client
        self.editor: Editor
        self.initial = Layer()
        self.roots: list[Path] = []
        self._studio: asyncio.Task[Studio] | None = None
        self._observer: Observer | None = None
        self.protocol.at_end.append(partial(self.work.finish, _LAST_SECONDS))
        self._tasks: set[asyncio.Task[Any]] = set()
        self.on_change: list[Callable[[], Awaitable[None]]] = []
        self.on_start: list[Callable[[types.InitializedParams], None]] = []
        self._own_documents()
        self.listens(types.INITIALIZE, self._initialize)
        self.listens(types.INITIALIZED, self._initialized)
        self.listens(types.SHUTDOWN, self._shutdown)

    # beginning and end

    def _initialize(self, params: types.InitializeParams) -> None:
        self.client = client.resolve(params)
        self.editor = Editor(self, self.client, self.work)
        self.initial = editorsettings.read(client.options(params), ignored=("client",))
        encoding = self.workspace.position_encoding
        self.documents.encoding = getattr(encoding, "value", str(encoding))
        folders = [it.uri for it in params.workspace_folders or ()]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        self.roots = [path for path in map(uris.path_of, folders) if path is not None]
        every.register(self)

    def _initialized(self, params: types.InitializedParams) -> None:
        for begin in self.on_start:
            begin(params)
        self._studio = asyncio.get_running_loop().create_task(self._load())
        self.spawn(self._begin())

    async def _load(self) -> Studio:
        return await self.work.aside(self._make_studio)

    def _make_studio(self) -> Studio:
        from studio_lsp.desk import Desk
        from studio_lsp.studio import Studio
        from studio_lsp.subjects.every import SUBJECTS

        desk = Desk(self.client, self.documents, self.roots)
        desk.initial = self.initial
        desk.log_file = self.log_file
        return Studio(desk, self.editor, SUBJECTS)

    async def _begin(self) -> None:
        from studio_lsp.observer import Observer

        studio = await self.studio()
        await self.configure()
        self._observer = Observer(studio.desk, asyncio.get_running_loop(), self.changed)
        self._observer.start()

    def _shutdown(self, _: None) -> None:
        if self._observer is not None:
            self._observer.stop()
        self.work.close()

    async def studio(self) -> Studio:
        """The subjects, once they are loaded."""
        if self._studio is None:  # a client that sends no "initialized"
            self._studio = asyncio.get_running_loop().create_task(self._load())
        return await asyncio.shield(self._studio)

    # settings and changes

    async def configure(self, told: object = None) -> None:
        """Ask the editor for its settings, or take those that it ``told``."""
        studio = await self.studio()
        said = await self.editor.configuration("studio")
        layer = editorsettings.read(told if said is None else said)
        for problem in (*layer.problems, *self.initial.problems):
            log.warning("settings: %s", problem)
        studio.desk.configured = layer
        level = studio.desk.settings().word("log.level")
        logging.getLogger().setLevel(level.upper())
        await self.changed()

    async def changed(self) -> None:
        """The store, its files, a clone or the settings changed: tell it anew."""
        studio = await self.studio()
        studio.desk.changed()
        for tell in self.on_change:
            await tell()
        await self.editor.refresh()

    # what features are made of

    def spawn(self, work: Awaitable[Any]) -> None:
        """Do something that nobody waits for; a failure is logged."""
        task = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def listens(self, method: str, listen: Callable[[Any], None], options: Any = None) -> None:
        """Listen to a notification, or to a request that pygls answers; failures are logged."""

        def handler(params: Any) -> None:
            try:
                listen(params)
            except Exception:
                log.exception("%s failed", method)

        self.feature(method, options)(handler)

    def answers(
        self,
        method: str,
        answer: Callable[[Any], Awaitable[Any]],
        nothing: Any = None,
        options: Any = None,
    ) -> None:
        """Answer a request, and with ``nothing`` where answering fails."""

        async def handler(params: Any) -> Any:
            try:
                return await answer(params)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("%s failed", method)
                return nothing

        self.feature(method, options)(handler)

    async def ask(
        self, uri: str, about: Callable[[Subject, Page], Iterable[T]], *, unasked: bool = False
    ) -> list[T]:
        """What the subjects say of an open document; nothing of one that is not open.

        ``unasked``: editors want to know it of all that is on the screen, so that it says nothing
        about which document somebody works with.
        """
        opened = self.documents.get(uri) if unasked else self.documents.used(uri)
        if opened is None:
            return []
        studio = await self.studio()
        return await self.work.aside(studio.ask, opened, about)

    def _own_documents(self) -> None:
        """Keep documents ourselves: pygls divides lines where the protocol does not."""
        builtin = self.protocol.fm.add_builtin_feature
        builtin(types.TEXT_DOCUMENT_DID_OPEN, self._opened)
        builtin(types.TEXT_DOCUMENT_DID_CHANGE, self._changed)
        builtin(types.TEXT_DOCUMENT_DID_CLOSE, self._closed)

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        self.documents.open(params.text_document)
        self._tell(types.TEXT_DOCUMENT_DID_OPEN, params)

    def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        self.documents.change(params)
        self._tell(types.TEXT_DOCUMENT_DID_CHANGE, params)

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        self.documents.close(params.text_document.uri)
        self._tell(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def _tell(self, method: str, params: Any) -> None:
        told = self.protocol.fm.features.get(method)
        if told is not None:
            told(params)

    def page_of(self, uri: str) -> Opened | None:
        """An open document, or the one used last where no URI is given."""
        return self.documents.used(uri or self.documents.last)


async def _logged(work: Awaitable[Any]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("work in the background failed")


def create_server(log_file: Path | None = None) -> StudioServer:
    """A server that answers ``initialize``; it loads the rest when the client is ready.

    ``log_file`` is where its log goes, for whoever asks.
    """
    return StudioServer(log_file)
