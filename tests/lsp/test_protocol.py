"""Whatever comes over the wire is answered, or passed over; and the next request is answered.

Through real processes: a server whose handlers are odd, for what handlers do, and studio-lsp.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp.odd_server import SECRET
from lsp.wire import (
    ODD_SERVER,
    STUDIO_LSP,
    Message,
    Wire,
    connected,
    frame,
    notification,
    request,
)
from lsprotocol import types

from studio_lsp import protocol, sanitise
from studio_lsp.frames import MAX_BODY, Broken, Frame, Frames

HOVER = "textDocument/hover"
AT = {"textDocument": {"uri": "file:///a"}, "position": {"line": 1, "character": 2}}
IN = {"textDocument": {"uri": "file:///a"}}
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
NUMBER = 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One server for all that must not do it any harm."""
    home = str(tmp_path_factory.mktemp("home"))
    with connected(ODD_SERVER, env={"HOME": home, "STUDIO_HOME": f"{home}/studio"}) as wire:
        wire.initialize()
        yield wire


def still_answers(wire: Wire) -> list[Message]:
    """The next valid request is answered; what was said before its answer."""
    before = len(wire.received)
    assert wire.ask(HOVER, AT)["result"] == {"contents": "1:2"}
    return wire.received[before:-1]


def errors(messages: list[Message]) -> list[tuple[Any, int]]:
    """The ids and codes of error responses; there is nothing else, and no word about a file."""
    for message in messages:
        assert set(message) == {"jsonrpc", "id", "error"}
        assert set(message["error"]) == {"code", "message"}
        assert SECRET not in json.dumps(message)
    return [(message["id"], message["error"]["code"]) for message in messages]


PARSE, INVALID, PARAMS = protocol.PARSE_ERROR, protocol.INVALID_REQUEST, protocol.INVALID_PARAMS
UNKNOWN, INTERNAL = protocol.METHOD_NOT_FOUND, protocol.INTERNAL_ERROR
HEADERS: dict[str, tuple[bytes, list[tuple[Any, int]]]] = {
    "negative": (b"Content-Length: -5\r\n\r\n{}", [(None, PARSE)]),
    "no number": (b"Content-Length: abc\r\n\r\n{}", [(None, PARSE)]),
    "ten gigabytes": (b"Content-Length: 10000000000\r\n\r\n{}", [(None, PARSE)]),
    "longer than any number": (b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", [(None, PARSE)]),
    "just over the limit": (b"Content-Length: %d\r\n\r\n{}" % (MAX_BODY + 1), [(None, PARSE)]),
    "nothing": (b"Content-Length: 0\r\n\r\n", [(None, PARSE)]),
    "no length at all": (b"Content-Type: x\r\n\r\n{}", [(None, PARSE)]),
    "too long": (b'Content-Length: 5000\r\n\r\n{"id": 1}', [(1, PARSE)]),
    "too short": (b'Content-Length: 5\r\n\r\n{"id": 1}', [(None, PARSE)]),
    "one byte short": (b'Content-Length: 8\r\n\r\n{"id": 1}', [(1, PARSE)]),
    "garbage in a line": (b"garbage\r\n", []),
    "garbage without a line": (b"garbage", []),
    "garbage with empty lines": (b"gar\r\n\r\nbage\n\n{}\n\n", [(None, PARSE)]),
    "binary": (bytes(range(256)) * 40, []),
    "a megabyte without a line": (b"x" * (1 << 20), [(None, PARSE)]),
    "empty lines": (b"\r\n\r\n\n", []),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_frame_that_is_wrong(shared: Wire, name: str) -> None:
    data, answers = HEADERS[name]
    shared.send(data)
    assert errors(still_answers(shared)) == answers


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: %d\r\n\r\n",
        b"CONTENT-LENGTH:%d\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\r\nX-Other: 1\r\n\r\n",
        b"Content-Length: %d\n\n",
    ],
)
def test_a_frame_that_is_unusual(shared: Wire, head: bytes) -> None:
    body = json.dumps(request("unusual", HOVER, AT)).encode()
    shared.send(head % len(body) + body)
    assert shared.answer("unusual")["result"] == {"contents": "1:2"}


def test_a_frame_in_single_bytes(shared: Wire) -> None:
    for byte in frame(request("bytes", HOVER, AT)):
        shared.send(bytes([byte]))
    assert shared.answer("bytes")["result"] == {"contents": "1:2"}


DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES: dict[str, tuple[Any, list[tuple[Any, int]]]] = {
    "no JSON": (b"{", [(None, PARSE)]),
    "no JSON, with an id": (b'{"jsonrpc": "2.0", "id": 7, "params": }', [(7, PARSE)]),
    "not UTF-8": (b'{"jsonrpc": "2.0", "id": "x", "a": "\xff"}', [("x", PARSE)]),
    "a surrogate in UTF-8": (b'{"id": 3, "a": "\xed\xa0\x80"}', [(3, PARSE)]),
    "deep": (b'{"jsonrpc": "2.0", "id": 7, "params": %s}' % DEEP, [(7, PARSE)]),
    "deep, the id within": (b'{"params": [{"id": 5}, %s' % DEEP, [(None, PARSE)]),
    "only deep": (DEEP, [(None, PARSE)]),
    "a huge number": (b'{"jsonrpc": "2.0", "id": 7, "a": %s}' % (b"9" * 5000), [(7, PARSE)]),
    "a huge id": (b'{"jsonrpc": "2.0", "id": %s}' % (b"9" * 5000), [(None, PARSE)]),
    "infinity": (b'{"jsonrpc": "2.0", "id": 7, "a": Infinity}', [(7, PARSE)]),
    "a batch": ([request(1, HOVER, AT), request(2, HOVER, AT)], [(None, INVALID)]),
    "an empty batch": ([], [(None, INVALID)]),
    "a number": (5, [(None, INVALID)]),
    "null": (None, [(None, INVALID)]),
    "an empty object": ({}, [(None, INVALID)]),
    "no version": ({"id": 7, "method": HOVER}, [(7, INVALID)]),
    "another version": ({"jsonrpc": "1.0", "id": 7, "method": HOVER}, [(7, INVALID)]),
    "a method that is none": ({"jsonrpc": "2.0", "id": 7, "method": ["x"]}, [(7, INVALID)]),
    "a null id": (request(None, HOVER, AT), [(None, INVALID)]),
    "a boolean id": (request(True, HOVER, AT), [(None, INVALID)]),
    "a fraction as id": (request(1.5, HOVER, AT), [(None, INVALID)]),
    "an object as id": (request({}, HOVER, AT), [(None, INVALID)]),
    "an unknown method": (request(7, "no/such", AT), [(7, UNKNOWN)]),
    "an unknown method of our own": (request(7, "workspace/applyEdit", {}), [(7, UNKNOWN)]),
    "a request with $": (request(7, "$/no/such"), [(7, UNKNOWN)]),
    "a notification as request": (request(7, "textDocument/didSave", IN), [(7, UNKNOWN)]),
    "a request as notification": (notification(HOVER, AT), []),
    "an unknown notification": (notification("no/such", {"x": 1}), []),
    "a notification with $": (notification("$/no/such"), []),
    "a method of a megabyte": (notification("x" * (1 << 20)), []),
    "no parameters": (request(7, HOVER), [(7, PARAMS)]),
    "null parameters": (
        {"jsonrpc": "2.0", "id": 7, "method": HOVER, "params": None},
        [(7, PARAMS)],
    ),
    "parameters in a row": (request(7, HOVER, [1, 2]), [(7, PARAMS)]),
    "no position": (request(7, HOVER, IN), [(7, PARAMS)]),
    "a position of words": (
        request(7, HOVER, IN | {"position": {"line": SECRET, "character": {}}}),
        [(7, PARAMS)],
    ),
    "an unknown command": (
        request(7, "workspace/executeCommand", {"command": "no"}),
        [(7, PARAMS)],
    ),
    "a notification without parameters": (notification("textDocument/didSave"), []),
    "a change of nothing": (notification("textDocument/didChange", {"textDocument": 3}), []),
    "initialize again": (request(7, "initialize", {"capabilities": {}}), [(7, INVALID)]),
    "a response to nothing": ({"jsonrpc": "2.0", "id": 99, "result": 1}, []),
    "an error in nothing": (
        {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "x"}},
        [],
    ),
    "a response without a result": ({"jsonrpc": "2.0", "id": "x"}, []),
    "cancelling nothing": (notification("$/cancelRequest", {"id": 12345}), []),
    "cancelling nonsense": (notification("$/cancelRequest", {"id": {}}), []),
    "a handler that raises": (request(7, "textDocument/definition", AT), [(7, INTERNAL)]),
    "a handler that refuses": (request(7, "textDocument/declaration", AT), [(7, -32801)]),
    "a result that is no JSON": (request(7, "textDocument/implementation", AT), [(7, INTERNAL)]),
    "a notification that fails": (notification("textDocument/didSave", IN), []),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_message_that_is_wrong(shared: Wire, name: str) -> None:
    message, answers = BODIES[name]
    shared.send(frame(message))
    assert errors(still_answers(shared)) == answers


@pytest.mark.parametrize("number", [0, -1, "", "é", "1", 2**53, 10**40])
def test_ids_come_back_as_they_were(shared: Wire, number: Any) -> None:
    shared.send(request(number, HOVER, AT))
    assert shared.answer(number)["result"] == {"contents": "1:2"}


@pytest.mark.parametrize(
    ("line", "character", "seen"),
    [
        (-1, -9, "0:0"),
        (2**31, 10**30, "2147483647:2147483647"),
        (1.5, 1e300, "1:2147483647"),
        (4, 5, "4:5"),
    ],
)
def test_positions_are_brought_into_range(
    shared: Wire, line: float, character: float, seen: str
) -> None:
    at = IN | {"position": {"line": line, "character": character}}
    assert shared.ask(HOVER, at)["result"] == {"contents": seen}


def test_diagnostics_of_others_do_not_cost_the_answer(shared: Wire) -> None:
    odd = [
        {"range": WHOLE, "message": "severity", "severity": 0},
        {"range": WHOLE, "message": "tag", "tags": [9, 1]},
        {"range": None, "message": "no range"},
        {"message": "nor here"},
        {"range": {"start": {"line": -1, "character": -1}, "end": None}, "message": "no end"},
        {"range": WHOLE},
        {"range": WHOLE | {"start": {"line": -1, "character": 0}}, "message": "line"},
        {"range": WHOLE, "message": "related", "relatedInformation": [{"location": 3}]},
        None,
        7,
        {"range": WHOLE, "message": "plain", "code": 1.5, "source": None, "data": [SECRET]},
    ]
    context = {"diagnostics": odd, "only": None, "triggerKind": 0}
    answer = shared.ask("textDocument/codeAction", IN | {"range": WHOLE, "context": context})
    titles = [action["title"] for action in answer["result"]]
    assert titles == ["severity", "tag", "line", "related", "plain"]


@pytest.mark.parametrize("context", [None, {}, {"diagnostics": 3}])
def test_what_is_needed_is_not_left_out(shared: Wire, context: Any) -> None:
    params = IN | {"range": WHOLE, "context": context}
    assert shared.ask("textDocument/codeAction", params)["error"]["code"] == PARAMS


@pytest.mark.parametrize("arguments", [None, [], [{"uri": "x", "hunks": [1, None]}]])
def test_a_command_has_one_argument_or_none(shared: Wire, arguments: Any) -> None:
    params = {"command": "odd.echo"} | ({} if arguments is None else {"arguments": arguments})
    answer = shared.ask("workspace/executeCommand", params)
    assert answer["result"] == {"argument": arguments[0] if arguments else None}


def test_an_id_in_use(shared: Wire) -> None:
    shared.send(request(5, "textDocument/references", AT | {"context": {}}))
    shared.send(request(5, HOVER, AT))
    context = {"context": {"includeDeclaration": True}}
    assert shared.answer(5)["error"]["code"] == PARAMS
    assert shared.answer(5)["result"]
    shared.send(request(5, "textDocument/references", AT | context), request(5, HOVER, AT))
    assert shared.answer(5)["error"]["code"] == INVALID
    shared.send(notification("$/cancelRequest", {"id": 5}))
    assert shared.answer(5)["error"]["code"] == protocol.REQUEST_CANCELLED


@pytest.mark.parametrize(
    ("method", "params", "name"),
    [
        (
            "textDocument/references",
            AT | {"context": {"includeDeclaration": True}},
            "references",
        ),
        ("workspace/executeCommand", {"command": "odd.slow"}, "command"),
    ],
)
def test_cancelling_ends_the_work(tmp_path: Path, method: str, params: Any, name: str) -> None:
    notes = tmp_path / "notes"
    with connected(ODD_SERVER, env={"ODD_NOTES": str(notes)}) as wire:
        wire.initialize()
        wire.send(request("slow", method, params), request("next", HOVER, AT))
        assert wire.answer("next")["result"]  # nothing waits for it
        wire.send(notification("$/cancelRequest", {"id": "slow"}))
        assert wire.answer("slow")["error"]["code"] == protocol.REQUEST_CANCELLED
        assert wire.goodbye() == 0
    assert notes.read_text().splitlines()[:2] == [f"{name} begun", f"{name} cancelled"]


def test_nothing_but_messages_is_on_the_output(shared: Wire) -> None:
    """Nor does a program that a handler starts read the client's messages."""
    assert shared.ask("textDocument/documentSymbol", IN)["result"] == []
    assert still_answers(shared) == []
    for printed in (b"this is not for the client", b"nor is this", b"nor that"):
        assert printed in shared.stderr


@pytest.mark.parametrize(
    ("response", "result"),
    [
        ({"result": {"applied": True}}, "applied: True"),
        ({"result": {"applied": True}, "error": None}, "applied: True"),
        ({"result": None}, "refused: -32603"),
        ({"result": {"applied": []}, "id": None}, None),
        ({}, "refused: -32603"),
        ({"error": {"code": -32001, "message": "no"}}, "refused: -32001"),
        ({"error": {"code": "no"}}, "refused: -32603"),
        ({"error": 3}, "refused: -32603"),
    ],
)
def test_what_the_client_answers(shared: Wire, response: Message, result: str | None) -> None:
    shared.send(request("apply", "workspace/executeCommand", {"command": "odd.apply"}))
    asked = shared.receive(lambda message: message.get("method") == "workspace/applyEdit")
    # Its own id says nothing about requests of the client's, nor can the client cancel it.
    shared.send(notification("$/cancelRequest", {"id": asked["id"]}))
    shared.send({"jsonrpc": "2.0", "id": asked["id"]} | response)
    if result is None:
        assert still_answers(shared) == []
        shared.send(notification("$/cancelRequest", {"id": "apply"}))
        assert shared.answer("apply")["error"]["code"] == protocol.REQUEST_CANCELLED
    else:
        assert shared.answer("apply")["result"] == result


def test_messages_of_many_threads_stay_whole(shared: Wire) -> None:
    shared.ask("workspace/executeCommand", {"command": "odd.threads"})
    seen: dict[str, list[int]] = {}
    count = 0
    logged = [m for m in shared.received if m.get("method") == "window/logMessage"]
    while count < 160:
        message = logged.pop(0) if logged else shared.receive()
        number, turn, text = message["params"]["message"].split(":")
        assert text == "x" * 20_000
        seen.setdefault(number, []).append(int(turn))
        count += 1
    assert seen == {str(number): list(range(20)) for number in range(8)}


BEFORE = [request(1, HOVER, AT), request(2, "shutdown"), request(3, "no/such")]


def test_before_initialize() -> None:
    with connected(ODD_SERVER) as wire:
        wire.send(*BEFORE, notification("textDocument/didSave", IN), notification("no/such"))
        for number in (1, 2, 3):
            assert wire.answer(number)["error"]["code"] == protocol.NOT_INITIALIZED
        wire.send(request(4, "initialize", []))
        assert wire.answer(4)["error"]["code"] == PARAMS
        assert wire.initialize()["hoverProvider"]  # a second try, with better parameters
        still_answers(wire)
        assert wire.goodbye() == 0


def test_after_shutdown() -> None:
    with connected(ODD_SERVER) as wire:
        wire.initialize()
        assert wire.ask("shutdown")["result"] is None
        for method, params in ((HOVER, AT), ("shutdown", None), ("initialize", {})):
            assert wire.ask(method, params)["error"]["code"] == INVALID
        wire.send(notification("textDocument/didSave", IN), notification("exit"))
        assert wire.ended() == 0


ODD_CLIENT = {
    "processId": "none",
    "clientInfo": {"version": "1"},
    "trace": "loud",
    "workspaceFolders": [{"uri": "file:///a"}, {"uri": "file:///b", "name": "b"}],
    "capabilities": {
        "general": {"positionEncodings": ["utf-7", "utf-8"]},
        "textDocument": {
            "completion": {"completionItem": {"tagSupport": {"valueSet": [1, 9]}}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": None}}},
            "hover": {"contentFormat": ["markdown", "hologram"]},
        },
        "workspace": 7,
        "brandNew": {"x": 1},
    },
}


def test_an_editor_that_is_newer_than_the_server_gets_one() -> None:
    with connected(ODD_SERVER) as wire:
        assert wire.initialize(**ODD_CLIENT)["positionEncoding"] == "utf-8"
        still_answers(wire)


def test_what_clients_leave_out(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with connected(ODD_SERVER, env={"ODD_NOTES": str(notes)}) as wire:
        wire.ask("initialize", {"capabilities": {}})
        wire.send(notification("initialized"))
        for params in (None, {}, {"settings": None}):
            wire.send(notification("workspace/didChangeConfiguration", params))
        still_answers(wire)
    assert notes.read_text().splitlines() == ["configured"] * 3


def test_a_large_message(shared: Wire) -> None:
    """Half a frame of 50 MB does not hold up the loop, nor does the whole one harm."""
    item = {"uri": "file:///large", "languageId": "x", "version": 1, "text": "x" * 50_000_000}
    shared.send(notification("textDocument/didOpen", {"textDocument": item}))
    assert still_answers(shared) == []
    shared.send(notification("textDocument/didClose", {"textDocument": {"uri": "file:///large"}}))


# studio-lsp itself


def test_studio_lsp_answers_on_after_the_worst() -> None:
    with connected(STUDIO_LSP) as wire:
        wire.send(*BEFORE)
        for number in (1, 2, 3):
            assert wire.answer(number)["error"]["code"] == protocol.NOT_INITIALIZED
        wire.initialize(**ODD_CLIENT)
        for data, _ in HEADERS.values():
            wire.send(data, request("probe", "workspace/symbol", {"query": ""}))
            wire.answer("probe")
        for message, _ in BODIES.values():
            wire.send(frame(message), request("probe", "workspace/symbol", {"query": ""}))
            wire.answer("probe")
        said = json.dumps(wire.received)
        assert "Traceback" not in said
        assert "traceback" not in said
        assert not [m for m in wire.received if m.get("method") == "window/showMessage"]
        assert wire.goodbye() == 0


# what needs no process


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_frames_are_cut_however_the_bytes_come(size: int) -> None:
    """A body may speak of headers, as long as it is JSON."""
    text = json.dumps({"text": "Content-Length: 5\r\n\r\n{}"}).encode()
    stream = frame(text) + b"Content-Length: 99\r\n\r\n{tru" + frame(b"{}") + frame(text)
    frames = Frames()
    found = [
        item for at in range(0, len(stream), size) for item in frames.feed(stream[at : at + size])
    ]
    assert [bytes(item.body) for item in found] == [text, b"{tru", b"{}", text]
    assert [type(item) for item in found] == [Frame, Broken, Frame, Frame]
    assert frames.close() is None


def test_a_stream_that_ends_within_a_frame() -> None:
    frames = Frames()
    assert list(frames.feed(b"Content-Length: 9\r\n\r\n{")) == []
    cut = frames.close()
    assert cut is not None
    assert cut.body == b"{"


def test_lone_surrogates_are_replaced() -> None:
    body = b'{"a": "x\\ud800y", "b": ["\\udfff", {"c": "\\ud83d\\ude00"}], "d": "\\\\ud800"}'
    found = sanitise.parse(body)
    assert found == {"a": "x\ufffdy", "b": ["\ufffd", {"c": "😀"}], "d": "\\ud800"}


def test_every_request_of_the_protocol_is_told_from_its_notifications() -> None:
    kinds = types.METHOD_TO_TYPES.values()
    assert all((kind[1] is None) == kind[0].__name__.endswith("Notification") for kind in kinds)
