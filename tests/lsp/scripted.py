"""An editor without a screen: keeps documents, applies what the server asks, and remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lsp.wire import Message, Wire, connected

Diagnostic = dict[str, Any]

FULL: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-32"]},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "configuration": True,
        "codeLens": {"refreshSupport": True},
    },
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
        "hover": {"contentFormat": ["markdown"]},
    },
    "window": {"showDocument": {"support": True}},
}
"""What an able client declares that is sent diagnostics."""


class Scripted:
    """An editor at the end of a wire. Positions are code points."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.diagnostics: dict[str, list[Diagnostic]] = {}
        self.said: list[str] = []
        self.shown: list[str] = []
        self.settings: Any = None
        self.refuses = False
        self.before_applying: Callable[[], None] = lambda: None
        self.applied: list[Any] = []
        self.chooses: str | None = None
        self.offered: list[str] = []

    # documents

    def open(self, path: Path, language: str = "markdown", text: str | None = None) -> str:
        uri = path.as_uri()
        self.texts[uri] = path.read_bytes().decode() if text is None else text
        self.versions[uri] = 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": self.texts[uri]}
        self.wire.send(_notification("textDocument/didOpen", {"textDocument": item}))
        return uri

    def type(self, uri: str, text: str) -> None:
        """Put another text into a document, as one change of all of it."""
        self.texts[uri] = text
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        changes = [{"text": text}]
        self.wire.send(
            _notification(
                "textDocument/didChange", {"textDocument": document, "contentChanges": changes}
            )
        )

    def save(self, uri: str, path: Path) -> None:
        path.write_bytes(self.texts[uri].encode())
        self.wire.send(_notification("textDocument/didSave", {"textDocument": {"uri": uri}}))

    def close(self, uri: str) -> None:
        self.wire.send(_notification("textDocument/didClose", {"textDocument": {"uri": uri}}))

    # asking

    def ask(self, method: str, params: Any = None) -> Any:
        """The result of a request; what the server asks meanwhile is answered."""
        number = self.wire.post(method, params)
        return self.until(lambda message: "method" not in message and message.get("id") == number)[
            "result"
        ]

    def about(self, uri: str, method: str, line: int = 0, column: int = 0, **more: Any) -> Any:
        """A request about a place in a document."""
        place = {"line": line, "character": column}
        return self.ask(
            f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place, **more}
        )

    def actions(self, uri: str, line: int = 0, last: int | None = None, **context: Any) -> Any:
        span = {
            "start": {"line": line, "character": 0},
            "end": {"line": line if last is None else last, "character": 0},
        }
        return self.ask(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": span,
                "context": {"diagnostics": [], **context},
            },
        )

    def command(self, name: str, *arguments: Any) -> Any:
        return self.ask("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def does(self, actions: list[Any], title: str) -> Any:
        """Carry out the action of a title."""
        (action,) = [it for it in actions if it["title"] == title]
        if "edit" in action:
            self._apply(action["edit"])
        if "command" in action:
            called = action["command"]
            return self.command(called["command"], *called["arguments"])
        return None

    # listening

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Listen, and answer, until a message is wanted."""
        while True:
            message = self.wire.receive()
            self._heard(message)
            if wanted(message):
                return message

    def told(self, uri: str, is_so: Callable[[list[Diagnostic]], bool]) -> list[Diagnostic]:
        """The diagnostics of a document once they are as expected; in vain after the deadline."""
        while uri not in self.diagnostics or not is_so(self.diagnostics[uri]):
            self.until(lambda message: message.get("method") == "textDocument/publishDiagnostics")
        return self.diagnostics[uri]

    def codes(self, uri: str, *codes: str) -> list[Diagnostic]:
        """The diagnostics of a document once they have just these codes."""
        return self.told(uri, lambda found: [it["code"] for it in found] == list(codes))

    def _heard(self, message: Message) -> None:
        method, params = message.get("method"), message.get("params")
        if method == "textDocument/publishDiagnostics":
            self.diagnostics[params["uri"]] = params["diagnostics"]
        elif method == "window/showMessage":
            self.said.append(params["message"])
        if method is None or "id" not in message:
            return
        result: Any = None
        if method == "workspace/applyEdit":
            result = {"applied": not self.refuses}
            self.applied.append(params["edit"])
            self.before_applying()
            if not self.refuses:
                self._apply(params["edit"])
        elif method == "workspace/configuration":
            result = [self.settings for _ in params["items"]]
        elif method == "window/showMessageRequest":
            self.offered = [it["title"] for it in params["actions"]]
            result = {"title": self.chooses} if self.chooses else None
        elif method == "window/showDocument":
            self.shown.append(params["uri"])
            result = {"success": True}
        self.wire.send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _apply(self, edit: Any) -> None:
        versioned = edit.get("documentChanges", ())
        changes = [(it["textDocument"]["uri"], it["edits"]) for it in versioned]
        for uri, parts in (*changes, *edit.get("changes", {}).items()):
            pieces = self.texts[uri].split("\n")
            for part in sorted(parts, key=lambda it: -it["range"]["start"]["line"]):
                start, end = part["range"]["start"], part["range"]["end"]
                head = "\n".join(pieces[: start["line"] + 1])
                head = head[: len(head) - len(pieces[start["line"]]) + start["character"]]
                tail = "\n".join(
                    [pieces[end["line"]][end["character"] :], *pieces[end["line"] + 1 :]]
                )
                pieces = f"{head}{part['newText']}{tail}".split("\n")
            self.type(uri, "\n".join(pieces))


@contextmanager
def editing(
    *folders: Path,
    capabilities: dict[str, Any] = FULL,
    env: dict[str, str] | None = None,
    **params: Any,
) -> Iterator[Scripted]:
    """An editor and its server with these workspace folders."""
    with connected(env=env) as wire:
        editor = Scripted(wire)
        opened = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        wire.initialize(capabilities=capabilities, workspaceFolders=opened or None, **params)
        yield editor


def _notification(method: str, params: Any) -> Message:
    return {"jsonrpc": "2.0", "method": method, "params": params}
