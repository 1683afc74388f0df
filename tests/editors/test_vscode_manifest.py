"""What the extension for VS Code declares, against what the server knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from studio_git import __version__
from studio_git.core.editorsettings import SETTINGS
from studio_lsp.commands import ALL

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "lsp" / "editors" / "vscode"


@pytest.fixture
def manifest() -> Any:
    return json.loads((EXTENSION / "package.json").read_text())


def test_the_settings_are_those_of_the_server(manifest: Any) -> None:
    declared = manifest["contributes"]["configuration"]["properties"]
    del declared["studio.server.path"]
    assert set(declared) == {f"studio.{setting.key}" for setting in SETTINGS}
    for setting in SETTINGS:
        entry = declared[f"studio.{setting.key}"]
        assert entry["default"] == setting.default
        assert entry["type"] == ("string" if setting.words else "boolean")
        assert tuple(entry.get("enum", ())) == setting.words


def test_a_repository_can_neither_choose_what_runs_nor_hide_hidden_characters(
    manifest: Any,
) -> None:
    declared = manifest["contributes"]["configuration"]["properties"]
    assert declared["studio.server.path"]["scope"] == "machine"
    assert declared["studio.lint.severity"]["scope"] == "machine"
    assert manifest["capabilities"]["untrustedWorkspaces"]["supported"] is False


def test_each_command_is_in_the_palette(manifest: Any) -> None:
    declared = [entry["command"] for entry in manifest["contributes"]["commands"]]
    sources = "".join(file.read_text() for file in (EXTENSION / "src").glob("*.ts"))
    named = set(re.findall(r'"(studio\.[a-z]\w+)"', sources)) - {"studio.running"}
    own = {"studio.actions", "studio.restart", "studio.showLog"}
    assert sorted(declared) == sorted({*ALL, *own})
    assert named <= set(declared)
    assert {entry["category"] for entry in manifest["contributes"]["commands"]} == {"Studio"}


def test_the_versions_are_pinned_and_name_no_registry(manifest: Any) -> None:
    assert manifest["version"] == __version__
    assert manifest["license"] == "MIT"
    assert (EXTENSION / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert all(re.fullmatch(r"[\d.]+", it) for it in manifest["devDependencies"].values())
    lock = json.loads((EXTENSION / "package-lock.json").read_text())
    assert lock["packages"][""]["devDependencies"] == manifest["devDependencies"]
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
