"""The language server against a bare one of pygls: the start, changes, answers, memory, the end.

The bare server is the text below: it keeps documents as pygls does, sends one diagnostic after a
change, and answers from lists. Both are measured in turn, in an order of its own each round, so
what else the machine does meets both; starts are compared in processor time as well. Bytecode is
kept, as it is in every installation, in a folder of the benchmark's own. ruff's server, which
lints Python in Rust, is measured in the same turns on a Python file of as many lines: another job,
and what a server can be that starts no Python.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import peers
from common import SCRIPTS, Report, make_bound, options, own_home, run, shuffled, took
from editorside import LINES, Server, Slow
from figures import Role

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
OURS, BARE_ONE, RUFF = "studio-lsp", "a bare pygls server", "ruff server"
START, CPU, MEMORY, EXIT = (
    "start to initialize answered",
    "the same in processor time",
    "memory with a document open",
    "exit",
)
CHARACTER, WHOLE, BESIDE = (
    "change of a character",
    "the whole text",
    "change of a character beside slow work",
)
AFTER = "memory after all of it"
PROMISES = {START: 1.25, CHARACTER: 5.0, BESIDE: 5.0, MEMORY: 1.6}


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


Made = dict[str, tuple[list[str | Path], Path]]  # the words that start a server, its document


@contextmanager
def ready(made: Made, repo: Path) -> Iterator[dict[str, Server]]:
    """The servers, ready, each with its document open."""
    servers = {name: Server(words, path) for name, (words, path) in made.items()}
    for server in servers.values():
        server.initialize(repo)
        server.open(server.path)
        server.change()
    yield servers
    for server in servers.values():
        server.end()


class Table:
    """Measurements of the servers by what was measured."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[float]]] = {}

    def add(self, what: str, name: str, value: float) -> None:
        self.rows.setdefault(what, {}).setdefault(name, []).append(value)

    def tell(self, report: Report) -> None:
        roles = {OURS: Role.OURS, BARE_ONE: Role.FLOOR}
        for what, rows in self.rows.items():
            unit = "MB" if what.startswith("memory") else "ms"
            medians = {}
            for name, values in rows.items():
                who = name if name in roles else peers.label(name)
                medians[name] = report.add(what, who, values, unit, roles.get(name, Role.PEER))
            if what in PROMISES:
                ratio = medians[OURS] / medians[BARE_ONE]
                report.limit(f"{what}, over a bare server", ratio, PROMISES[what], "×")


def starts(table: Table, made: Made, repo: Path, rounds: int) -> None:
    """Start and end; the first round, which fills the caches of bytecode, does not count."""
    for turn in range(rounds + 1):
        for name in shuffled(made):
            words, path = made[name]
            server = Server(words, path)
            seconds, cpu = server.initialize(repo), server.cpu()
            server.open(path)
            server.change()
            memory, ended = server.memory(), server.end()
            if turn:
                table.add(START, name, seconds * 1e3)
                table.add(CPU, name, cpu * 1e3)
                table.add(MEMORY, name, memory)
                table.add(EXIT, name, ended * 1e3)


def changes(table: Table, servers: dict[str, Server], rounds: int) -> int:
    """From a change to its diagnostics: one character, the whole text, and beside slow work.

    How many slow requests were answered meanwhile.
    """
    ours = servers[OURS]
    found = ours.change(ours.path.read_text())
    if len(found) < LINES // 250:
        raise SystemExit(f"there is drift in {LINES // 250} places, and this was told: {found}")
    for _ in range(rounds):
        for name in shuffled(servers):
            table.add(CHARACTER, name, took(servers[name].change) * 1e3)
    texts = {name: server.path.read_text() for name, server in servers.items()}
    for turn in range(rounds):
        for name in shuffled(servers):
            # What was seen before may be remembered; this is new each time.
            change = partial(servers[name].change, f"# {turn}\n{texts[name]}")
            table.add(WHOLE, name, took(change) * 1e3)
    source = ours.path.with_name("source.py")
    slow = Slow(ours, source)
    ours.open(source)
    for kind in range(len(slow.work)):
        slow.start(kind)
    for _ in range(rounds):
        for name in shuffled({OURS, BARE_ONE}):
            table.add(BESIDE, name, took(servers[name].change) * 1e3)
        slow.step()
    return slow.done


def answers(table: Table, servers: dict[str, Server], rounds: int) -> None:
    """What a client waits for: hover, completion, symbols."""
    path = servers[OURS].path
    asked = {name: servers[name] for name in (OURS, BARE_ONE)}
    for server in asked.values():
        server.change(f"Use skill-001234 here\nskill-0012\n{path.read_text()}")
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
            for name in shuffled(asked):
                began = time.perf_counter()
                result = asked[name].ask(method, params)
                if not result:
                    raise SystemExit(f"{what}: {name} answers with nothing")
                if turn:
                    table.add(what, name, (time.perf_counter() - began) * 1e3)


def servers_of(repo: Path, bare: list[str | Path], ours: list[str | Path]) -> Made:
    """Ours, the bare one, and ruff's if it is installed."""
    context = repo / "CLAUDE.md"
    made: Made = {OURS: (ours, context), BARE_ONE: (bare, context)}
    ruff = peers.find(RUFF)
    if ruff:
        made[RUFF] = ([ruff, "server"], repo / "source.py")
    return made


def main() -> None:
    parser = options("Measure the language server against a bare one.")
    parser.add_argument("--rounds", type=int, default=20, help="starts of each (20)")
    parser.add_argument("--changes", type=int, default=200, help="changes and requests (200)")
    parser.add_argument("--items", type=int, default=10_000, help="skills (10000)")
    parser.add_argument("--records", type=int, default=100_000, help="decisions (100000)")
    parser.add_argument("--only", choices=["starts", "changes", "answers"], help="one part")
    parser.add_argument("--server", nargs="+", default=[SCRIPTS / "studio-lsp"], help="its words")
    asked = parser.parse_args()
    report, table = Report(), Table()
    with own_home() as root:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(root / "bytecode")
        (root / "bare.py").write_text(BARE)
        bare: list[str | Path] = [sys.executable, root / "bare.py"]
        repo = prepare(root, asked.items, asked.records)
        if asked.only in (None, "starts"):
            none: list[str | Path] = [*bare, "0", "0"]
            starts(table, servers_of(repo, none, asked.server), repo, asked.rounds)
        full: list[str | Path] = [*bare, str(asked.items), str(asked.records)]
        with ready(servers_of(repo, full, asked.server), repo) as servers:
            if asked.only in (None, "changes"):
                done = changes(table, servers, asked.changes)
                report.fact(f"{done} slow requests were answered while changes were measured.")
            if asked.only in (None, "answers"):
                answers(table, servers, asked.changes)
            for name, server in servers.items():
                table.add(AFTER, name, server.memory())
    table.tell(report)
    report.without(peers.absent(RUFF))
    report.keep(asked.json)


if __name__ == "__main__":
    main()
