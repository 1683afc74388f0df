"""An editor's side of a language server's process, for lsp.py."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LINES = 5000
SECONDS = 120
ASIDE = 1_000_000  # ids of requests that are not waited for
Message = dict[str, Any]


class Server:
    """One server's process, spoken to as an editor does, with one document that is changed."""

    def __init__(self, words: Sequence[str | Path], path: Path) -> None:
        self.path = path
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.answers: queue.Queue[Message] = queue.Queue()
        self.aside: queue.Queue[Message] = queue.Queue()
        self.number = 0
        self.version = 1
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, method: str, params: Any, *, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def wait(self, wanted: Callable[[Message], bool]) -> Message:
        while True:
            message = self.answers.get(timeout=SECONDS)
            if wanted(message):
                return message

    def ask(self, method: str, params: Any) -> Any:
        self.number += 1
        number = self.number
        self.send(method, params, number=number)
        answer = self.wait(lambda message: message.get("id") == number and "method" not in message)
        if "error" in answer:
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"]

    def initialize(self, root: Path) -> float:
        """Seconds from the start of the process until the answer."""
        folder = root.as_uri()
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder,
                "workspaceFolders": [{"uri": folder, "name": "repo"}],
                "capabilities": {"textDocument": {"publishDiagnostics": {"versionSupport": True}}},
            },
        )
        seconds = time.perf_counter() - self.began
        self.send("initialized", {})
        return seconds

    def open(self, path: Path) -> None:
        language = "python" if path.suffix == ".py" else "markdown"
        item = {"uri": path.as_uri(), "languageId": language, "version": 1}
        self.send("textDocument/didOpen", {"textDocument": item | {"text": path.read_text()}})

    def change(self, whole: str | None = None) -> list[Message]:
        """Type a character, or send the whole text; the diagnostics that came of it."""
        self.version += 1
        at = {"line": LINES // 2, "character": 0}
        what = (
            {"range": {"start": at, "end": at}, "text": "x"} if whole is None else {"text": whole}
        )
        document = {"uri": self.path.as_uri(), "version": self.version}
        self.send("textDocument/didChange", {"textDocument": document, "contentChanges": [what]})
        said = self.wait(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"].get("version") == self.version
            )
        )
        found: list[Message] = said["params"]["diagnostics"]
        return found

    def end(self) -> float:
        """Seconds from ``exit`` until the process is gone."""
        self.ask("shutdown", None)
        began = time.perf_counter()
        self.send("exit", None)
        self.process.wait()
        return time.perf_counter() - began

    def cpu(self) -> float:
        """Seconds of processor time so far; of a process that waits, on Linux."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Resident megabytes, on Linux."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (found,) = [line.split()[1] for line in lines if line.startswith("VmRSS")]
        return int(found) / 1024

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            while header := out.readline().strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            message = json.loads(out.read(length))
            number = message.get("id")
            slow = isinstance(number, int) and number >= ASIDE
            (self.aside if slow else self.answers).put(message)


class Slow:
    """Slow requests, one of each always under way, for the length of a block."""

    def __init__(self, server: Server, path: Path) -> None:
        self.server = server
        why = {"command": "studio.why", "arguments": [{"uri": path.as_uri(), "line": 1}]}
        self.work = [
            ("workspace/executeCommand", why),
            ("workspace/symbol", {"query": "number"}),
            ("workspace/symbol", {"query": "9"}),
        ]
        self.done = 0

    def step(self) -> None:
        """Ask again for what was answered."""
        while not self.server.aside.empty():
            self.start(self.server.aside.get()["id"] % 1000)
            self.done += 1

    def start(self, kind: int) -> None:
        method, params = self.work[kind]
        self.server.number += 1
        self.server.send(method, params, number=ASIDE + self.server.number * 1000 + kind)
