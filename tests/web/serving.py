"""The dashboard's server as a real process, and requests to it byte by byte."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from conftest import SCRIPTS


@dataclass
class Reply:
    """What the server said."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Dashboard:
    """A server that runs; ``address`` is what it printed."""

    address: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def base(self) -> str:
        return urlsplit(self.address).path

    def get(self, page: str = "", *, method: str = "GET", host: str | None = None) -> Reply:
        return self.raw(self.base + page, method=method, host=host)

    def raw(self, path: str, *, method: str = "GET", host: str | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            connection.endheaders()
            answer = connection.getresponse()
            text = answer.read().decode()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, text, headers)
        finally:
            connection.close()

    def page(self, page: str = "") -> str:
        """The text of a page that has to be there."""
        reply = self.get(page)
        assert reply.status == 200, f"{page}: {reply.status} {reply.text}"
        return reply.text


@contextmanager
def serving(
    *words: str, browser: str = "", end: signal.Signals = signal.SIGINT, silent: bool = True
) -> Iterator[Dashboard]:
    """The command with ``--web`` until the block ends; then it has to end well.

    ``silent``: nothing may have been said on standard error.
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    complaints = Path(os.environ["HOME"]) / f"complaints-{secrets.token_hex(4)}"
    with complaints.open("wb") as said:
        process = subprocess.Popen(
            [SCRIPTS / "git-studio", "dashboard", "--web", *words],
            cwd=os.environ["HOME"],
            env=environment | {"BROWSER": browser},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        if found is None:
            raise AssertionError(first + complaints.read_text())
        yield Dashboard(found.group(), process)
        process.send_signal(end)
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert complaints.read_text() == "" or not silent
    finally:
        process.kill()
        process.communicate()
