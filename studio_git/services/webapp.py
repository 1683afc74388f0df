"""The web dashboard: Datasette on the store, with pages of ours, behind a guard.

Imported only where Datasette is installed. What the guard keeps out, and how, is told in
``docs/dashboard-web.md``.
"""

from __future__ import annotations

import asyncio
import hmac
import traceback
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jinja2
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils.asgi import Request, Response
from pluggy import HookimplMarker

from studio_git import __version__
from studio_git.errors import NotFoundError, StudioError
from studio_git.services import webformat, webpages
from studio_git.services.webpages import PAGES
from studio_git.store import pages, readonly
from studio_git.store.connection import DATABASE
from studio_git.store.keyqueries import KEY_QUERIES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

hookimpl = HookimplMarker("datasette")

STATIC = "-/studio"
_NAME = "studio"
_PROBLEM = "problem.html"

_CONTENT = (
    "default-src 'none'; style-src 'self'{}; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_OURS = _CONTENT.format("")
_DATASETTES = _CONTENT.format(" 'unsafe-inline'")
"""No script runs, on any page: what a row says can do nothing. Datasette's pages can be used
without theirs; they have styles in the text."""

_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_DROPPED = {"set-cookie", "server", "content-security-policy", *_HEADERS}


def make(home: Path, token: str, port: int) -> App:
    """The application on a Studio home, for addresses whose path begins with the token."""
    base = f"/{token}/"
    plugin = _Plugin(home, base)
    for name in (_NAME, "datasette.handle_exception"):  # every plugin of a hook is asked, not one
        if pm.has_plugin(name):
            pm.unregister(name=name)
    pm.register(plugin, name=_NAME)
    datasette = Datasette(
        memory=True,
        settings={
            "allow_download": False,
            "allow_facet": True,
            "base_url": base,
            "default_cache_ttl": 0,
            "force_https_urls": False,
            "suggest_facets": False,
        },
        static_mounts=[(STATIC, str(webformat.WEB / "static"))],
        metadata={"databases": {_NAME: {"tables": _hidden_tables(home)}}},
    )
    datasette.remove_database("_memory")
    datasette.add_database(_StoreDatabase(datasette, str(home / DATABASE)), name=_NAME)
    return Guard(datasette.app(), base, {f"127.0.0.1:{port}", f"localhost:{port}"})


def _hidden_tables(home: Path) -> dict[str, dict[str, bool]]:
    """Our own tables, which Datasette lists behind those of the data model."""
    with readonly.open_read_only(home) as store:
        return {name: {"hidden": True} for name in pages.tables_of_ours(store.db)}


class Guard:
    """Lets through who knows the token, by a name of this machine; everybody else is told nothing.

    No cookie is ever set: a browser sends those of one port to every other port of the machine.
    """

    def __init__(self, app: App, base: str, hosts: Collection[str]) -> None:
        self._app = app
        self._base = base.encode("ascii")
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].decode("latin-1").lower() not in self._hosts:
            await _refuse(send, 421, "This server answers to 127.0.0.1 and localhost alone.")
            return
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        if not hmac.compare_digest(path[: len(self._base)], self._base):
            await _refuse(send, 404, "Nothing is here. Take the address that git studio printed.")
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, "These pages can only be read.")
            return
        below = path[len(self._base) :].partition(b"?")[0]
        policy = _OURS if below.decode("latin-1") in PAGES else _DATASETTES
        # Datasette puts the base before its addresses, also before those that have it already.
        shown = {
            **scope,
            "raw_path": b"/" + below,
            "path": unquote_to_bytes(b"/" + below).decode("utf-8", "replace"),
        }

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _guarded(message.get("headers", ()), policy)}
            await send(message)

        await self._app(shown, receive, guarded)


def _guarded(headers: Any, policy: str) -> list[tuple[bytes, bytes]]:
    kept = [
        (name, value) for name, value in headers if name.decode("latin-1").lower() not in _DROPPED
    ]
    ours = {**_HEADERS, "content-security-policy": policy}
    return [*kept, *((name.encode(), value.encode()) for name, value in ours.items())]


async def _refuse(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send(
        {"type": "http.response.start", "status": status, "headers": _guarded(headers, _OURS)}
    )
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})


class _StoreDatabase(Database):  # type: ignore[misc] # Datasette has no types
    """The store as Datasette sees it: through a connection that cannot write.

    Datasette's own connection takes a path that holds a question mark apart.
    """

    def connect(self, write: bool = False) -> Any:
        if write:
            raise StudioError("the store is only read here.")
        connection = readonly.connect(Path(self.path))
        self._all_file_connections.append(connection)
        return connection


class _Plugin:
    """Our pages, as a plugin of Datasette has them."""

    __name__ = "studio_git"

    def __init__(self, home: Path, base: str) -> None:
        self._home = home
        self._base = base
        self._templates = webformat.environment(base)

    @hookimpl
    def register_routes(self) -> list[tuple[str, Any]]:
        """The pages by their paths."""

        def bound(name: str) -> Any:
            async def view(request: Request) -> Any:
                return await self._page(name, request)

            return view

        return [(f"^/{name}$", bound(name)) for name in PAGES]

    @hookimpl
    def extra_css_urls(self) -> Any:
        """What makes Datasette's own pages look like ours."""

        async def urls() -> list[str]:
            theme = await asyncio.to_thread(self._theme)
            return [f"/{STATIC}/{name}.css" for name in (theme, "tables")]

        return urls

    @hookimpl
    def menu_links(self) -> list[dict[str, str]]:
        """Our pages, in the menu of Datasette's."""
        return [
            {"href": f"{self._base}{name}", "label": page.title}
            for name, page in PAGES.items()
            if page.in_menu
        ]

    @hookimpl
    def canned_queries(self, database: str) -> dict[str, Any]:
        """The key queries of the data model, with their rows as JSON and CSV too."""
        if database != _NAME:
            return {}
        return {
            name: {"sql": query.sql, "title": query.title} for name, query in KEY_QUERIES.items()
        }

    @hookimpl
    def handle_exception(self, request: Request, exception: Exception) -> Any:
        """What is said of a fault. Datasette's own way, which is taken out, prints every variable
        on the terminal where rich is installed, the secret among them.
        """

        async def response() -> Any:
            status = getattr(exception, "status", None) or 500
            message = str(getattr(exception, "message", exception) or type(exception).__name__)
            if status == 500:
                traceback.print_exception(exception)
            if request.path.endswith(".json"):
                said = {"ok": False, "error": message, "status": status, "title": None}
                return Response.json(said, status=status)
            if getattr(exception, "message_is_html", False):
                message = str(exception.title)  # type: ignore[attr-defined]
            theme = await asyncio.to_thread(self._theme)
            told = {"message": "This cannot be shown", "hint": message}
            return Response.html(self._html(_PROBLEM, told, theme, {}), status=status)

        return response

    async def _page(self, name: str, request: Request) -> Any:
        said = {key: request.args.get(key) for key in request.args}
        status, html = await asyncio.to_thread(self._rendered, name, said)
        return Response.html(html, status=status)

    def _rendered(self, name: str, query: webpages.Query) -> tuple[int, str]:
        theme = "dark"
        try:
            with readonly.open_read_only(self._home) as store:
                theme = webpages.theme(store)
                content = PAGES[name].content(store, query)
            status, template = 200, f"{name or 'start'}.html"
        except StudioError as error:
            status = 404 if isinstance(error, NotFoundError) else 503
            content, template = {"message": error.message, "hint": error.hint}, _PROBLEM
        return status, self._html(template, content, theme, query, name)

    def _html(
        self,
        template: str,
        content: webpages.Content,
        theme: str,
        query: webpages.Query,
        name: str | None = None,
    ) -> str:
        page: jinja2.Template = self._templates.get_template(template)
        return page.render(
            content,
            here=name,
            title="Not shown" if template == _PROBLEM or name is None else PAGES[name].title,
            theme=theme,
            menu=[(path, each.title) for path, each in PAGES.items() if each.in_menu],
            static=f"{self._base}{STATIC}/",
            version=__version__,
            query=dict(query),
        )

    def _theme(self) -> str:
        try:
            with readonly.open_read_only(self._home) as store:
                return webpages.theme(store)
        except StudioError:
            return "dark"
