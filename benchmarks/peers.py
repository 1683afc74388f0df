"""The programs that ours is measured against: which versions, where they are, why one is not.

``python benchmarks/peers.py`` installs them by name from npm and PyPI into .bench/peers, which git
ignores; never into the environment that the project itself is developed in. No script of an npm
package runs: lefthook's would put its hooks into the repository around it. What has to be compiled,
which takes a quarter of an hour, is installed only with ``--compile``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".bench" / "peers"
STATE = HOME / "state.json"
COMPILED = HOME / "compiled"
NODE, PYTHON = "npm", "PyPI"


@dataclass(frozen=True)
class Peer:
    """``program`` is its path below the folder of its kind."""

    name: str
    kind: str
    package: str
    version: str
    program: str


PEERS = (
    Peer("rulesync", NODE, "rulesync", "17.0.0", ".bin/rulesync"),
    Peer("ruler", NODE, "@intellectronica/ruler", "0.3.44", ".bin/ruler"),
    Peer("husky", NODE, "husky", "9.1.7", ".bin/husky"),
    Peer("lefthook", NODE, "lefthook", "2.2.2", ".bin/lefthook"),
    Peer("AgentNote", NODE, "@wasabeef/agentnote", "1.0.8", ".bin/agentnote"),
    Peer("lore", NODE, "lore-protocol", "0.4.0", ".bin/lore"),
    Peer("cruft", PYTHON, "cruft", "2.16.0", "cruft"),
    Peer("pre-commit", PYTHON, "pre-commit", "4.7.0", "pre-commit"),
    Peer("prek", PYTHON, "prek", "0.5.11", "prek"),
    Peer("PyDriller", PYTHON, "pydriller", "2.12", "python"),
    Peer("git-hours' port to Python", PYTHON, "git-hours", "0.1.3", "git-hours"),
    Peer("ruff server", PYTHON, "ruff", "0.17.6", "ruff"),
)
TO_COMPILE = Peer("git-hours", NODE, "git-hours", "1.5.0", ".bin/git-hours")
BY_NAME = {peer.name: peer for peer in (*PEERS, TO_COMPILE)}
NEVER = {
    "chezmoi": "it is a program in Go that neither npm, PyPI nor Debian 12 has; the packages "
    "there with its name in theirs are other people's additions to it",
}


def label(name: str) -> str:
    """A peer as the tables name it."""
    return f"{name} {BY_NAME[name].version}"


def find(name: str) -> Path | None:
    """Where a peer's program is; None where it is not installed."""
    if name == TO_COMPILE.name:
        compiled = COMPILED / "node_modules" / TO_COMPILE.program
        return compiled if compiled.exists() else None
    if name not in _state()["installed"]:
        return None
    peer = BY_NAME[name]
    return HOME / ("node_modules" if peer.kind == NODE else "venv/bin") / peer.program


def absent(*names: str) -> dict[str, str]:
    """Which of these are not there, and why."""
    failed = _state()["failed"] | {
        TO_COMPILE.name: "nodegit, which it needs, has to be compiled, and was not here"
    }
    return {
        name: NEVER.get(name) or failed.get(name, "not installed")
        for name in names
        if name in NEVER or find(name) is None
    }


def install() -> dict[str, str]:
    """Install what is missing; what could not be had, and why."""
    state = _state()
    if state["wanted"] == _wanted():
        return dict(state["failed"])
    HOME.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    for kind, install_some in ((NODE, _npm), (PYTHON, _pip)):
        some = [peer for peer in PEERS if peer.kind == kind]
        if _fails(install_some, some):  # then as many as can be had
            for peer in some:
                why = _fails(install_some, [peer])
                if why:
                    failed[peer.name] = why
    installed = [peer.name for peer in PEERS if peer.name not in failed]
    STATE.write_text(
        json.dumps({"wanted": _wanted(), "installed": installed, "failed": failed}, indent=1)
    )
    return failed


def compile_one() -> str:
    """Install the peer that has to be compiled; why it could not be had."""
    if find(TO_COMPILE.name):
        return ""
    COMPILED.mkdir(parents=True, exist_ok=True)
    (COMPILED / "package.json").write_text('{"private": true}\n')
    words = ("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
    package = f"{TO_COMPILE.package}@{TO_COMPILE.version}"
    return _fails(lambda _: _run(*words, package, folder=COMPILED), [TO_COMPILE])


def _npm(peers: list[Peer]) -> None:
    manifest = HOME / "package.json"
    if not manifest.exists():
        manifest.write_text('{"private": true}\n')
    _run(
        "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
        *(f"{peer.package}@{peer.version}" for peer in peers),
    )  # fmt: skip


def _pip(peers: list[Peer]) -> None:
    if not (HOME / "venv").exists():
        _run(sys.executable, "-m", "venv", "venv")
    _run(
        "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        *(f"{peer.package}=={peer.version}" for peer in peers),
    )  # fmt: skip


def _run(*words: str, folder: Path = HOME) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)


def _fails(install_some: Callable[[list[Peer]], None], some: list[Peer]) -> str:
    """Why it could not be installed, in one line; nothing if it was."""
    try:
        install_some(some)
    except FileNotFoundError as error:
        return f"{error.filename} is not installed"
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return f"it could not be installed from {some[0].kind}"
    return ""


def _wanted() -> list[str]:
    return [f"{peer.package} {peer.version}" for peer in PEERS]


def _state() -> dict[str, Any]:
    if not STATE.exists():
        return {"wanted": [], "installed": [], "failed": {}}
    found: dict[str, Any] = json.loads(STATE.read_text())
    return found


def main() -> None:
    failed = install()
    if "--compile" in sys.argv[1:]:
        compile_one()
    for peer in PEERS:
        print(f"{label(peer.name):34} {failed.get(peer.name, 'installed')}")
    for name, why in absent(TO_COMPILE.name, *NEVER).items():
        print(f"{name:34} {why}")


if __name__ == "__main__":
    main()
