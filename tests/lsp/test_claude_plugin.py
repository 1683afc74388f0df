"""The plugin folder for Claude Code: its shape, and that the command named there is a server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from studio_git import __version__

PLUGIN = Path(__file__).resolve().parents[2] / "lsp" / "editors" / "claude-code"
KNOWN = {"command", "args", "extensionToLanguage", "env", "initializationOptions"}
"""Fields that every version of Claude Code takes. With restartOnCrash, maxRestarts,
startupTimeout or shutdownTimeout many versions do not start the server at all."""


def read(*names: str) -> Any:
    return json.loads(PLUGIN.joinpath(*names).read_text())


def servers() -> dict[str, Any]:
    found: dict[str, Any] = read(".lsp.json")
    return found


def test_manifest_names_the_plugin_and_our_version() -> None:
    manifest = read(".claude-plugin", "plugin.json")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", manifest["name"])
    assert manifest["version"] == __version__
    assert manifest["author"]["name"]
    assert sorted(it.name for it in (PLUGIN / ".claude-plugin").iterdir()) == [
        "marketplace.json",
        "plugin.json",
    ], "everything else belongs beside .claude-plugin, not into it"


def test_marketplace_offers_the_plugin() -> None:
    marketplace = read(".claude-plugin", "marketplace.json")
    (offered,) = marketplace["plugins"]
    manifest = read(".claude-plugin", "plugin.json")
    assert offered["name"] == manifest["name"]
    assert offered["description"] == manifest["description"]
    assert (PLUGIN / offered["source"]).resolve() == PLUGIN
    assert marketplace["owner"]["name"]


def test_server_entry_has_what_every_version_takes() -> None:
    ((name, server),) = servers().items()
    assert name == "studio"
    assert {"command", "extensionToLanguage"} <= set(server) <= KNOWN
    endings = server["extensionToLanguage"]
    assert endings[".md"] == endings[".mdc"] == "markdown"
    assert all(ending.startswith(".") for ending in endings)


@pytest.mark.parametrize("root", ["workspace", "none"])
def test_named_command_answers_initialize(root: str, tmp_path: Path) -> None:
    """With a root, and without one: Claude Code sends null unless a plugin sets a folder."""
    (server,) = servers().values()
    command = shutil.which(server["command"])
    assert command, f"{server['command']} is not on the PATH"
    messages = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "processId": None,
                "rootUri": tmp_path.as_uri() if root == "workspace" else None,
                "capabilities": {},
                "initializationOptions": server.get("initializationOptions"),
            },
        },
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    done = subprocess.run(
        [command, *server.get("args", [])],
        cwd=tmp_path,
        input=b"".join(framed(message) for message in messages),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    first, *rest = answers(done.stdout)
    assert first["id"] == 1
    assert first["result"]["serverInfo"]["name"] == "studio-lsp"
    assert {"hoverProvider", "textDocumentSync"} <= set(first["result"]["capabilities"])
    assert [it.get("result", "none") for it in rest if it.get("id") == 2] == [None]


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0"} | message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def answers(stream: bytes) -> list[dict[str, Any]]:
    found = []
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        match = re.search(rb"(?i)content-length: *(\d+)", head)
        assert match, head
        length = int(match[1])
        found.append(json.loads(rest[:length]))
        stream = rest[length:]
    return found
