"""S13: ``install_command`` and ``version_check`` of registry files are words, and stay words.

Nothing of ours runs them, with or without a terminal, whatever is agreed to: they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound
from lsp.scripted import editing
from manyrun import runner
from traptools import Traps, environment

SHAPES: tuple[Callable[[str], object], ...] = (
    lambda trap: trap,
    lambda trap: f"{trap}; {trap}",
    lambda trap: f"$({trap})",
    lambda trap: f"`{trap}`",
    lambda trap: f"!{trap}",
    lambda trap: f"sh -c {trap}",
    lambda trap: f"git --version && {trap}",
    lambda trap: f"--exec={trap}",
    lambda trap: f"\n{trap}\n",
    lambda trap: [trap],
    lambda trap: ["sh", "-c", trap],
    lambda trap: {"linux": trap},
    lambda _: "trap --version",  # found on PATH
)
NAMES = ("git", "node", "python3", "trap")
"""What the tools are called: programs that are looked for by name, among them ours."""

AFTER = (
    "registry list", "registry show {0}", "registry search {0}", "registry validate",
    "registry validate {0}", "registry sync", "registry export {away} --all --replace",
    "registry import . --yes --replace", "deps check", "deps list", "stack detect", "stack map -y",
    "lint", "doctor", "doctor --fix -y", "dashboard --registry", "search {0}", "init --yes",
)  # fmt: skip


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


def _tool(name: str, command: object) -> str:
    said = {
        "name": name,
        "description": "A tool",
        "tool_type": "cli",
        "install_command": command,
        "version_check": command,
    }
    return json.dumps(said)


def test_they_are_never_run(
    repo: Repo,
    traps: Traps,
    tmp_path: Path,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    bound(repo)
    repo.write("package.json", '{"engines": {"node": ">=1"}}\n')
    repo.write("AGENTS.md", "Use the tools git and trap.\n")
    asked = 0
    trap = traps.program("trap")
    shown = ""
    with runner(environment(traps)) as ask:
        for number, shape in enumerate(SHAPES[:: times(3, 1)]):
            name = NAMES[number % len(NAMES)]
            repo.write(f"registry/tools/{name}.json", _tool(name, shape(trap)))
            lines = [f"registry add tool registry/tools/{name}.json", *AFTER]
            for line in lines:
                words = line.format(name, away=tmp_path / "away").split(" ")
                for terminal in (
                    (False, True) if "show" in words or "validate" in words else (False,)
                ):
                    answer = ask(*words, cwd=repo.path, terminal=terminal)
                    assert "Traceback" not in answer.err, (line, answer)
                    assert traps.sprung() == [], line
                    shown += answer.out if "show" in words else ""
                    asked += 1
            ask("registry", "remove", name, "--yes", cwd=repo.path)
    assert trap in shown
    figure(f"0 of {asked} commands run one")


def test_the_editor_shows_them_and_no_more(repo: Repo, traps: Traps) -> None:
    bound(repo)
    trap = traps.program("trap")
    path = repo.write("registry/tools/trap.json", _tool("trap", trap))
    assert repo.studio("registry", "add", "tool", str(path)).status == 0
    text = "Use the tool `trap` for it.\n"
    repo.write("AGENTS.md", text)
    with editing(repo.path, env=environment(traps)) as editor:
        for file, language in ((path, "json"), (repo.path / "AGENTS.md", "markdown")):
            uri = editor.open(file, language)
            for line, column in ((0, 0), (0, 14), (0, 30)):
                for method in ("hover", "completion", "definition"):
                    editor.about(uri, method, line, column)
            for action in editor.actions(uri, 0) or []:
                if "command" in action:
                    editor.command(action["command"]["command"], *action["command"]["arguments"])
    assert traps.sprung() == []
