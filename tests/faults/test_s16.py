"""S16: an editor names what it likes; nothing outside the workspace is read for it.

The files outside are watched by the kernel: whoever opens one, is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Repo
from drifttools import bound
from lsp.scripted import FULL
from lsp.wire import Wire, connected, notification
from watched import watched

from studio_lsp import commands

SECRET = "# Secret\n\nThe password is xyzzy.\n"
PLACE = {"line": 0, "character": 0}
RANGE = {"start": PLACE, "end": {"line": 9, "character": 0}}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    for name in ("CLAUDE.md", "AGENTS.md", "passwd", "deep/SKILL.md", "studio.md"):
        (folder / name).write_text(SECRET)
    return folder


def uris(repo: Repo, outside: Path) -> list[str]:
    """Every way that we know to name something outside."""
    top, away = quote(str(repo.path)), quote(str(outside))
    for name, target in (
        ("way", outside),
        ("LINK.md", outside / "CLAUDE.md"),
        ("up", Path("..")),
        ("root", Path("/")),
        ("proc", Path("/proc/self")),
    ):
        (repo.path / name).symlink_to(target)
    plain = [
        "file:///etc/passwd", "file://localhost/etc/passwd", "file:/etc/passwd", "/etc/passwd",
        "file:///../../etc/passwd", "file:////etc/passwd", "file://evil.example/etc/passwd",
        "file:///etc/passwd%00.md", "file:///proc/self/environ", "file:///dev/zero",
        "http://evil.example/CLAUDE.md", "https://evil.example/", "ftp://evil.example/a.md",
        "data:text/markdown,x", "javascript:alert(1)", "untitled:Untitled-1", "git:/etc/passwd",
        "vscode-remote://ssh/etc/passwd", "studio://x/../../../etc/passwd", "studio:/etc/passwd",
        "", "file:", "file://", "%", "file:///%", "file:///%ff%fe", "C:\\x.md", "file:///C:/x.md",
    ]  # fmt: skip
    ours = [
        "{away}/CLAUDE.md", "{away}/AGENTS.md", "{away}/passwd", "{away}/deep/SKILL.md",
        "{top}/../outside/CLAUDE.md", "{top}/%2e%2e/outside/CLAUDE.md",
        "{top}/..%2foutside%2fCLAUDE.md", "{top}/%2e%2e%2foutside/AGENTS.md",
        "{top}/.%2e/outside/CLAUDE.md", "{top}/way/CLAUDE.md", "{top}/way/deep/SKILL.md",
        "{top}/LINK.md", "{top}/up/outside/CLAUDE.md", "{top}/root{away}/CLAUDE.md",
        "{top}/way/../outside/CLAUDE.md", "{top}/docs/../../outside/passwd", "{top}/proc/environ",
        "{top}/%252e%252e/outside/CLAUDE.md", "{top}/CLAUDE.md/../../outside/CLAUDE.md",
        "{away}/CLAUDE.md#L1", "{away}/CLAUDE.md?x=1", "{away}", "{away}/",
    ]  # fmt: skip
    return plain + [f"file://{it.format(top=top, away=away)}" for it in ours]


def ask_about(wire: Wire, uri: str) -> list[Any]:
    """Every request that names a document, and every command with it; the answers."""
    document = {"textDocument": {"uri": uri}}
    there = document | {"position": PLACE, "context": {"includeDeclaration": True}}
    asked: list[tuple[str, Any]] = [
        *(
            (f"textDocument/{it}", there)
            for it in ("hover", "definition", "completion", "references")
        ),
        *(
            (f"textDocument/{it}", document)
            for it in ("codeLens", "documentLink", "documentSymbol")
        ),
        ("textDocument/inlayHint", document | {"range": RANGE}),
        ("textDocument/codeAction", document | {"range": RANGE, "context": {"diagnostics": []}}),
        ("textDocument/diagnostic", document),
    ]
    shapes: tuple[list[Any], ...] = ([uri, 0], [{"uri": uri}])
    asked += [
        ("workspace/executeCommand", {"command": name, "arguments": arguments})
        for name in commands.ALL
        for arguments in shapes
    ]
    return [wire.ask(*each) for each in asked]


def test_nothing_outside_is_read(
    repo: Repo,
    outside: Path,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    bound(repo)
    named = uris(repo, outside)
    chosen = named[:: times(4, 1)]
    asked = 0
    folder = {"uri": repo.path.as_uri(), "name": "repo"}
    with watched(outside, outside / "deep") as seen, connected() as wire:
        wire.initialize(capabilities=FULL | {"window": {}}, workspaceFolders=[folder])
        for uri in chosen:
            item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "# Mine\n"}
            wire.send(notification("textDocument/didOpen", {"textDocument": item}))
            for answer in ask_about(wire, uri):
                assert "xyzzy" not in str(answer), uri
                assert "root:" not in str(answer), uri
                assert "Traceback" not in str(answer), uri
                asked += 1
            wire.send(notification("textDocument/didSave", {"textDocument": {"uri": uri}}))
            wire.send(notification("textDocument/didClose", {"textDocument": {"uri": uri}}))
            changed = {"changes": [{"uri": uri, "type": kind} for kind in (1, 2, 3)]}
            wire.send(notification("workspace/didChangeWatchedFiles", changed))
        wire.ask("workspace/symbol", {"query": "password"})
        touched = seen.seen()
        assert "xyzzy" not in str(wire.received)
        assert (outside / "CLAUDE.md").read_text() == SECRET
        assert seen.seen(), "whoever reads there is seen"
    figure(f"{len(touched)} reads from {asked:,} questions about {len(chosen)} places outside")
    assert touched == []


@pytest.mark.parametrize("root", ["file:///", "file:///etc", "http://evil.example"])
def test_a_workspace_that_is_everything(repo: Repo, outside: Path, root: str) -> None:
    """An editor that was started without a folder; what it opens is not ours to look around in."""
    bound(repo)
    with watched(outside, outside / "deep") as seen, connected() as wire:
        wire.initialize(rootUri=root, workspaceFolders=[{"uri": root, "name": "all"}])
        for name in ("passwd", "studio.md"):
            uri = (outside / name).as_uri()
            item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "@CLAUDE.md\n"}
            wire.send(notification("textDocument/didOpen", {"textDocument": item}))
            place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
            for method in ("hover", "definition", "completion"):
                assert "xyzzy" not in str(wire.ask(f"textDocument/{method}", place))
        assert seen.seen() == []
