"""The server as an editor meets it: a process, and the protocol on its pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from conftest import SCRIPTS, run

from studio_git import __version__
from studio_lsp.server import NAME, create_server


class Client:
    """As much of an editor as the protocol's life cycle needs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.to_server: IO[bytes] = process.stdin
        self.from_server: IO[bytes] = process.stdout

    def send(self, method: str, params: Any = None, *, request: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        if request is not None:
            message["id"] = request
        body = json.dumps(message).encode()
        self.to_server.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.to_server.flush()

    def receive(self) -> dict[str, Any]:
        length = 0
        while (header := self.from_server.readline()) != b"\r\n":
            assert header, "the server closed its output"
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self.from_server.read(length))

    def ask(self, method: str, params: Any = None, *, request: int) -> dict[str, Any]:
        self.send(method, params, request=request)
        answer = self.receive()
        assert answer["id"] == request
        return answer


@pytest.fixture(params=["script", "module"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    words: list[str | Path] = [SCRIPTS / "studio-lsp", "--stdio"]
    if request.param == "module":
        words = [sys.executable, "-m", "studio_lsp"]
    with subprocess.Popen(
        words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        yield Client(process)
        process.kill()


def test_life_of_a_session(client: Client) -> None:
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    answer = client.ask("initialize", params, request=1)["result"]
    assert answer["serverInfo"] == {"name": NAME, "version": __version__}
    assert answer["capabilities"]["textDocumentSync"]["openClose"] is True
    client.send("initialized", {})
    assert client.ask("shutdown", request=2)["result"] is None
    client.send("exit")
    assert client.process.wait(timeout=30) == 0
    assert client.process.stderr is not None
    assert client.process.stderr.read() == b""


def test_ends_with_its_editor(client: Client) -> None:
    client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, request=1)
    client.to_server.close()
    client.process.wait(timeout=30)


def test_says_who_it_is(tmp_path: Path) -> None:
    answer = run(SCRIPTS / "studio-lsp", "--version", cwd=tmp_path)
    assert (answer.status, answer.out) == (0, f"studio-lsp {__version__}\n")
    answer = run(SCRIPTS / "studio-lsp", "--help", cwd=tmp_path)
    assert answer.status == 0
    assert "Language Server Protocol" in " ".join(answer.out.split())


def test_unknown_words_are_a_usage_error(tmp_path: Path) -> None:
    answer = run(SCRIPTS / "studio-lsp", "--tcp", cwd=tmp_path)
    assert answer.status == 2
    assert answer.out == ""


def test_servers_share_nothing() -> None:
    first, second = create_server(), create_server()
    assert first is not second
    assert first.name == NAME
