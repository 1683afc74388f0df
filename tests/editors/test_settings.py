"""The settings of editors that no test drives: whole, and naming our server."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

CLIENTS = Path(__file__).resolve().parents[2] / "lsp" / "editors"


def test_helix() -> None:
    said = tomllib.loads((CLIENTS / "helix" / "languages.toml").read_text())
    assert said["language-server"]["studio"]["command"] == "studio-lsp"
    assert all("studio" in it["language-servers"] for it in said["language"])


def test_kate() -> None:
    said = json.loads((CLIENTS / "kate" / "settings.json").read_text())
    assert all(it["command"] == ["studio-lsp"] for it in said["servers"].values())


def test_sublime() -> None:
    text = (CLIENTS / "sublime" / "LSP.sublime-settings").read_text()
    said = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert said["clients"]["studio"]["command"] == ["studio-lsp"]


def test_zed() -> None:
    server = tomllib.loads((CLIENTS / "zed" / "extension.toml").read_text())["language_servers"]
    assert set(server["studio"]["language_ids"]) == set(server["studio"]["languages"])
    assert 'worktree.which("studio-lsp")' in (CLIENTS / "zed" / "src" / "lib.rs").read_text()
