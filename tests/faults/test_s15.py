"""Nonsense on the server's wire: the next valid request is answered within a second."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

from conftest import Repo
from drifttools import bound
from lsp.wire import STUDIO_LSP, Wire, connected, frame, notification, request

WITHIN = (10, 1)
"""Seconds until the answer: beside other tests on few cores, and alone, as it is promised."""
NUMBERS: tuple[Any, ...] = (
    -1,
    0,
    1,
    2**31 - 1,
    2**31,
    2**32,
    2**63,
    10**30,
    1.5,
    "1",
    None,
    {},
    [],
    True,
)
ASKED = (
    "hover", "completion", "definition", "references", "codeAction", "codeLens", "documentSymbol",
    "documentLink", "inlayHint", "diagnostic", "rename", "no such", "didChange", "didClose",
)  # fmt: skip


def nonsense(chance: random.Random, uri: str) -> bytes:
    """One piece of it."""
    return chance.choice((_bytes, _length, _deep, _cut, _flipped, _place, _odd))(chance, uri)


def _place_of(chance: random.Random) -> dict[str, Any]:
    return {"line": chance.choice(NUMBERS), "character": chance.choice(NUMBERS)}


def _request(chance: random.Random, uri: str) -> bytes:
    method = f"textDocument/{chance.choice(ASKED)}"
    span = {"start": _place_of(chance), "end": _place_of(chance)}
    params = {
        "textDocument": {"uri": uri, "version": chance.choice(NUMBERS)},
        "position": _place_of(chance),
        "range": span,
        "context": {"diagnostics": [{"range": span, "message": 1}]},
        "contentChanges": [{"range": span, "text": "x"}],
        "newName": "x",
    }
    asked = request(chance.choice(["x", 7]), method, params)
    return json.dumps(asked if chance.random() < 0.8 else notification(method, params)).encode()


def _bytes(chance: random.Random, uri: str) -> bytes:
    return chance.randbytes(chance.choice([1, 10, 300, 70_000]))


def _length(chance: random.Random, uri: str) -> bytes:
    said = chance.choice(
        ["", "-5", "abc", "0", "1", "99999999999", "9" * 4000, "0x10", "1e3", "12 13", "\0", "٣"]
    )
    head = chance.choice(["Content-Length: ", "content-length:", "Content-Length", "Length: "])
    return f"{head}{said}\r\n\r\n".encode() + _request(chance, uri)[: chance.randrange(40)]


def _deep(chance: random.Random, uri: str) -> bytes:
    depth = chance.choice([900, 5_000, 200_000])
    begin, end = chance.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"[{},", b"]")])
    within = begin * depth + b"1" + end * depth * chance.randrange(2)
    return frame(b'{"jsonrpc":"2.0","id":"x","method":"textDocument/hover","params":%s}' % within)


def _cut(chance: random.Random, uri: str) -> bytes:
    whole = frame(_request(chance, uri))
    return whole[: chance.randrange(len(whole))]


def _flipped(chance: random.Random, uri: str) -> bytes:
    whole = bytearray(frame(_request(chance, uri)))
    for _ in range(chance.randrange(1, 8)):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def _place(chance: random.Random, uri: str) -> bytes:
    return frame(_request(chance, uri))


def _odd(chance: random.Random, uri: str) -> bytes:
    return frame(
        chance.choice(
            [
                None, 1, [], {}, [[]], {"jsonrpc": "2.0"},
                {"jsonrpc": "2.0", "id": 7, "result": 1},
                request(None, "initialize", {}), request(7, "initialize", {"capabilities": 1}),
                request(7, "workspace/executeCommand", {"command": "studio.undo", "arguments": 1}),
                request("x", "completionItem/resolve", {"label": 1}),
                notification("$/cancelRequest", {"id": []}), notification("initialized", 3),
                notification("workspace/didChangeWatchedFiles", {"changes": [{"uri": 1}]}),
                notification("workspace/didChangeWorkspaceFolders", {"event": None}),
                notification("textDocument/didOpen", {"textDocument": {"uri": "\x00", "text": 1}}),
            ]
        )
    )  # fmt: skip


def answered(wire: Wire, number: str) -> float:
    """How long a valid request takes to be answered now."""
    begun = time.monotonic()
    wire.send(request(number, "workspace/symbol", {"query": ""}))
    assert "result" in wire.answer(number)
    return time.monotonic() - begun


def silent(wire: Wire) -> None:
    """Nothing of the server's inside was sent, and nothing popped up."""
    said = json.dumps(wire.received)
    assert "Traceback" not in said
    assert ".py" not in said
    assert not [it for it in wire.received if it.get("method") == "window/showMessage"]
    assert b"Traceback" not in wire.stderr


def test_it_answers_on(
    repo: Repo,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    bound(repo)
    file = repo.path / "CLAUDE.md"
    slowest = 0.0
    count, most = times(60, 2_000), times(*WITHIN)
    with connected(STUDIO_LSP) as wire:
        before = [nonsense(chance, file.as_uri()) for _ in range(10)]
        wire.send(*before, request("early", "workspace/symbol", {"query": ""}))
        assert wire.answer("early")["error"]["code"] == -32002
        folder = {"uri": repo.path.as_uri(), "name": "repo"}
        wire.initialize(workspaceFolders=[folder])
        item = {"uri": file.as_uri(), "languageId": "markdown", "version": 1}
        opened = notification("textDocument/didOpen", {"textDocument": item | {"text": "# P\n"}})
        wire.send(opened)
        answered(wire, "the first, which opens the store")
        for number in range(count):
            piece = nonsense(chance, file.as_uri())
            wire.send(piece)
            took = answered(wire, f"probe {number}")
            assert took < most, (took, piece[:300])
            slowest = max(slowest, took)
        silent(wire)
        assert wire.goodbye() == 0
    figure(f"{count:,} pieces of nonsense, the slowest answer after them {slowest * 1000:.0f} ms")


def test_fifty_megabytes(
    repo: Repo, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    """Opened, changed and closed; and once cut off in its middle."""
    bound(repo)
    file = repo.path / "CLAUDE.md"
    text = "x" * 99 + "\n"
    item = {"uri": file.as_uri(), "languageId": "markdown", "version": 1, "text": text * 500_000}
    opened = frame(notification("textDocument/didOpen", {"textDocument": item}))
    took = []
    with connected(STUDIO_LSP) as wire:
        wire.initialize(workspaceFolders=[{"uri": repo.path.as_uri(), "name": "repo"}])
        took.append(answered(wire, "before"))
        wire.send(opened[: len(opened) // 2])
        took.append(answered(wire, "cut"))
        wire.send(opened)
        took.append(answered(wire, "opened"))
        span = {"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 5}}
        change = {
            "textDocument": {"uri": file.as_uri(), "version": 2},
            "contentChanges": [{"range": span, "text": "y"}],
        }
        wire.send(notification("textDocument/didChange", change))
        took.append(answered(wire, "changed"))
        wire.send(notification("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}}))
        took.append(answered(wire, "closed"))
        silent(wire)
        assert wire.goodbye() == 0
    assert max(took) < times(*WITHIN), took
    figure(f"50 MB opened, cut, changed: answered within {max(took) * 1000:.0f} ms")
