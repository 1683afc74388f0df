"""The language server against a bare one of pygls: the start, changes, answers, memory, the end.

The bare server is the text below: it keeps documents as pygls does, sends one diagnostic after a
change, and answers from lists. Both are measured in turn, in an order of its own each round, so
what else the machine does meets both; starts are compared in processor time as well. Bytecode is
kept, as it is in every installation, in a folder of the benchmark's own.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from common import SCRIPTS, make_bound, own_home, run, spread, verdict

BARE = """
import sys
from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")
skills = [types.CompletionItem(f"skill-{n:06}") for n in range(int(sys.argv[1]))]
records = [f"Decision number {n}" for n in range(int(sys.argv[2]))]
place = types.Location("file:///x", types.Range(types.Position(0, 0), types.Position(0, 0)))

@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(params: types.DidChangeTextDocumentParams) -> None:
    document = server.workspace.get_text_document(params.text_document.uri)
    found = types.Diagnostic(place.range, document.source[:10])
    server.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(document.uri, [found], document.version))

@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params: types.HoverParams) -> types.Hover:
    return types.Hover("x")

@server.feature(types.TEXT_DOCUMENT_COMPLETION)
def completion(params: types.CompletionParams) -> types.CompletionList:
    found = [item for item in skills if item.label.startswith("skill-0012")]
    return types.CompletionList(True, found[:200])

@server.feature(types.WORKSPACE_SYMBOL)
def symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    found = [text for text in records if params.query in text.lower()]
    return [types.WorkspaceSymbol(place, text, types.SymbolKind.Event) for text in found[:300]]

server.start_io()
"""
LINES = 5000
SECONDS = 120
ASIDE = 1_000_000  # ids of requests that are not waited for
Message = dict[str, Any]


class Server:
    """One server's process, spoken to as an editor does."""

    def __init__(self, words: Sequence[str | Path]) -> None:
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

    def open(self, path: Path, language: str = "markdown") -> None:
        item = {"uri": path.as_uri(), "languageId": language, "version": 1}
        self.send("textDocument/didOpen", {"textDocument": item | {"text": path.read_text()}})

    def change(self, path: Path, *, whole: str | None = None) -> list[Message]:
        """Type a character, or send the whole text; the diagnostics that came of it."""
        self.version += 1
        at = {"line": LINES // 2, "character": 0}
        what = (
            {"range": {"start": at, "end": at}, "text": "x"} if whole is None else {"text": whole}
        )
        document = {"uri": path.as_uri(), "version": self.version}
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


def prepare(root: Path, items: int, records: int) -> Path:
    """A bound repository with a large context file that has drifted, and a full store."""
    repo = make_bound(root, "repo")
    lines = [f"- Rule number {n}: never do what was done before.\n" for n in range(LINES)]
    (repo / "CLAUDE.md").write_text("".join(lines))
    (repo / "source.py").write_text("".join(f"print({n})\n" for n in range(LINES)))
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "Large\n\nDecision: Be large", cwd=repo)
    run(SCRIPTS / "git-studio", "resolve", "CLAUDE.md", "--accept-repo", cwd=repo)
    for line in range(100, LINES, 250):
        lines[line] = f"- Rule number {line}, otherwise.\n"
    (repo / "CLAUDE.md").write_text("".join(lines))
    store = sqlite3.connect(root / "studio" / "studio.db")
    (project,) = store.execute("SELECT id FROM projects").fetchone()
    store.executemany(
        "INSERT INTO registry_skills (id, name, description, file_path) VALUES (?, ?, ?, ?)",
        [(f"s{n}", f"skill-{n:06}", "Does things", f"skill-{n:06}.md") for n in range(items)],
    )
    store.executemany(
        "INSERT INTO decisions (id, project_id, title, rationale) VALUES (?, ?, ?, ?)",
        [(f"d{n}", project, f"Decision number {n}", "Because") for n in range(records)],
    )
    store.commit()
    store.close()
    return repo


@contextmanager
def both(made: dict[str, list[str | Path]], repo: Path) -> Iterator[dict[str, Server]]:
    """The two servers, ready, with the context file open."""
    servers = {name: Server(words) for name, words in made.items()}
    for server in servers.values():
        server.initialize(repo)
        server.open(repo / "CLAUDE.md")
        server.change(repo / "CLAUDE.md")
    yield servers
    for server in servers.values():
        server.end()


class Table:
    """Measurements of both servers by what was measured."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[float]]] = {}

    def add(self, what: str, name: str, value: float) -> None:
        self.rows.setdefault(what, {}).setdefault(name, []).append(value)

    def ratio(self, what: str) -> float:
        bare, ours = (statistics.median(self.rows[what][name]) for name in ("bare", "ours"))
        return ours / bare

    def show(self, what: str, unit: str) -> None:
        print(what)
        for name, values in sorted(self.rows[what].items()):
            print(f"  {name:5} {spread(values, unit)}")
        print(f"  ratio {self.ratio(what):.2f}", flush=True)


def in_turn(made: dict[str, Any]) -> list[tuple[str, Any]]:
    return random.sample(list(made.items()), len(made))


def starts(table: Table, made: dict[str, list[str | Path]], repo: Path, rounds: int) -> None:
    """Start and end; the first round, which fills the caches of bytecode, does not count."""
    for turn in range(rounds + 1):
        for name, words in in_turn(made):
            server = Server(words)
            seconds, cpu = server.initialize(repo), server.cpu()
            server.open(repo / "CLAUDE.md")
            server.change(repo / "CLAUDE.md")
            memory, ended = server.memory(), server.end()
            if turn:
                table.add("start to initialize answered", name, seconds * 1e3)
                table.add("the same in processor time", name, cpu * 1e3)
                table.add("memory with a document open", name, memory)
                table.add("exit", name, ended * 1e3)


def timed(table: Table, what: str, name: str, do: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = do()
    table.add(what, name, (time.perf_counter() - began) * 1e3)
    return result


def changes(table: Table, servers: dict[str, Server], path: Path, rounds: int) -> None:
    """From a change to its diagnostics: one character, the whole text, and beside slow work."""
    text = path.read_text()
    found = servers["ours"].change(path, whole=text)
    if len(found) < LINES // 250:
        raise SystemExit(f"there is drift in {LINES // 250} places, and this was told: {found}")
    for _ in range(rounds):
        for name, server in in_turn(servers):
            timed(table, "change of a character", name, lambda it=server: it.change(path))
    for turn in range(rounds):
        # What was seen before may be remembered; this is new each time.
        change = partial(Server.change, path=path, whole=f"{turn}\n{text}")
        for name, server in in_turn(servers):
            timed(table, "the whole text", name, partial(change, server))
    slow = Slow(servers["ours"], path.with_name("source.py"))
    servers["ours"].open(path.with_name("source.py"), "python")
    for kind in range(len(slow.work)):
        slow.start(kind)
    for _ in range(rounds):
        for name, server in in_turn(servers):
            what = "change of a character beside slow work"
            timed(table, what, name, lambda it=server: it.change(path))
        slow.step()
    print(f"slow requests answered meanwhile: {slow.done}")


def answers(table: Table, servers: dict[str, Server], path: Path, rounds: int) -> None:
    """What a client waits for: hover, completion, symbols."""
    for server in servers.values():
        server.change(path, whole=f"Use skill-001234 here\nskill-0012\n{path.read_text()}")
    document = {"textDocument": {"uri": path.as_uri()}}
    hover = document | {"position": {"line": 0, "character": 8}}
    complete = document | {"position": {"line": 1, "character": 10}}
    requests = {
        "hover over a skill": ("textDocument/hover", hover),
        "completion": ("textDocument/completion", complete),
        "workspace symbols": ("workspace/symbol", {"query": "number 99"}),
    }
    for what, (method, params) in requests.items():
        for turn in range(rounds + 1):
            for name, server in in_turn(servers):
                began = time.perf_counter()
                result = server.ask(method, params)
                if not result:
                    raise SystemExit(f"{what}: {name} answers with nothing")
                if turn:
                    table.add(what, name, (time.perf_counter() - began) * 1e3)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the language server against a bare one.")
    parser.add_argument("--rounds", type=int, default=20, help="starts of each (20)")
    parser.add_argument("--changes", type=int, default=200, help="changes and requests (200)")
    parser.add_argument("--items", type=int, default=10_000, help="skills (10000)")
    parser.add_argument("--records", type=int, default=100_000, help="decisions (100000)")
    parser.add_argument("--only", choices=["starts", "changes", "answers"], help="one part")
    parser.add_argument("--server", nargs="+", default=[SCRIPTS / "studio-lsp"], help="its words")
    asked = parser.parse_args()
    table = Table()
    with own_home() as root:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(root / "bytecode")
        (root / "bare.py").write_text(BARE)
        bare = [sys.executable, root / "bare.py"]
        ours = asked.server
        repo = prepare(root, asked.items, asked.records)
        if asked.only in (None, "starts"):
            starts(table, {"bare": [*bare, "0", "0"], "ours": ours}, repo, asked.rounds)
        full = {"bare": [*bare, str(asked.items), str(asked.records)], "ours": ours}
        with both(full, repo) as servers:
            if asked.only in (None, "changes"):
                changes(table, servers, repo / "CLAUDE.md", asked.changes)
            if asked.only in (None, "answers"):
                answers(table, servers, repo / "CLAUDE.md", asked.changes)
            for name, server in servers.items():
                table.add("memory after all of it", name, server.memory())
    for what in table.rows:
        table.show(what, "MB" if what.startswith("memory") else "ms")
    promises = {
        "start to initialize answered": 1.25,
        "change of a character": 5.0,
        "change of a character beside slow work": 5.0,
        "memory with a document open": 1.6,
    }
    for what, most in promises.items():
        if what in table.rows:
            verdict(f"{what}: {table.ratio(what):.2f}, at most {most}", table.ratio(what) <= most)


if __name__ == "__main__":
    main()
