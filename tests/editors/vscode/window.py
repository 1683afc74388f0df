"""A window of VS Code: code-server with our extension, and a browser without a screen before it.

The driver (``driver.mjs``) answers one request a line; :class:`Window` sends them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "lsp" / "editors" / "vscode" / "dist" / "studio-git.vsix"
DRIVER = Path(__file__).with_name("driver.mjs")
EDITORS = Path(os.environ.get("STUDIO_EDITORS") or ROOT / ".editors") / "code-server"
CODE_SERVER = EDITORS / "node_modules" / "code-server" / "out" / "node" / "entry.js"
SCRIPT = ".ci/editors/code-server"

SETTINGS = {
    "breadcrumbs.enabled": False,
    "chat.commandCenter.enabled": False,
    "editor.minimap.enabled": False,
    "editor.occurrencesHighlight": "off",
    "editor.wordBasedSuggestions": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "git.openRepositoryInParentFolders": "never",
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "window.commandCenter": False,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.layoutControl.enabled": False,
}


def what_is_missing() -> str:
    """What to do before these tests can run; empty where all is there."""
    if not any(EDITORS.glob(".installed-*")) or not Path("/usr/bin/chromium").exists():
        return f"code-server is not installed: run {SCRIPT}"
    if not PACKAGE.exists():
        return "the extension is not built: run make vscode"
    words = ["make", "--question", str(PACKAGE.relative_to(ROOT))]
    if subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode:
        return "the extension is older than its sources: run make vscode"
    return ""


class Window:
    """What the driver can do, as methods: ``window.open("CLAUDE.md")``, see ``driver.mjs``."""

    def __init__(self, process: subprocess.Popen[str], place: Path) -> None:
        self._process = process
        self._place = place
        self._answer()

    def ask(self, name: str, *args: Any) -> Any:
        """Send one request and wait for its answer; a failed one leaves a picture behind."""
        try:
            return self._ask(name, *args)
        except AssertionError as fault:
            picture = self._place / "failed.png"
            self._ask("picture", str(picture))
            raise AssertionError(f"{fault}\nthe window then: {picture}") from None

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self.ask(name, *args)

    def _ask(self, name: str, *args: Any) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"name": name, "args": args}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the driver has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["result"]


@contextmanager
def open_window(
    folder: Path,
    env: dict[str, str],
    place: Path,
    *,
    settings: dict[str, Any] | None = None,
    size: tuple[int, int, int] = (1280, 800, 1),
) -> Iterator[Window]:
    """VS Code on ``folder``, with its own files in ``place``; both processes end with the block."""
    places = _prepare(place, settings or {})
    _install(places, env)
    with _code_server(places, env) as address, _driver(address, env, place, size) as window:
        window.folder(str(folder))
        yield window


def _prepare(place: Path, settings: dict[str, Any]) -> list[str]:
    user = place / "data" / "User"
    user.mkdir(parents=True)
    user.joinpath("settings.json").write_text(json.dumps(SETTINGS | settings))
    return [f"--user-data-dir={place / 'data'}", f"--extensions-dir={place / 'extensions'}"]


def _install(places: list[str], env: dict[str, str]) -> None:
    words = ["node", str(CODE_SERVER), *places, "--install-extension", str(PACKAGE)]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _code_server(places: list[str], env: dict[str, str]) -> Iterator[str]:
    words = [
        *("node", str(CODE_SERVER), *places, "--bind-addr", "127.0.0.1:0", "--auth", "none"),
        *("--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"),
        "--disable-getting-started-override",
    ]
    process = subprocess.Popen(
        words,
        # As if from a terminal: otherwise a login shell is asked for PATH.
        env=env | {"VSCODE_CLI": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        yield _address(process.stdout)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


def _address(output: IO[str]) -> str:
    said = []
    for line in output:
        said.append(line)
        found = re.search(r"listening on (http://\S+?)/?$", line.strip())
        if found:
            # What it says later has to be read, or it would stand still at a full pipe.
            threading.Thread(target=output.read, daemon=True).start()
            return found[1]
    raise AssertionError("code-server did not start:\n" + "".join(said))


@contextmanager
def _driver(
    address: str, env: dict[str, str], place: Path, size: tuple[int, int, int]
) -> Iterator[Window]:
    process = subprocess.Popen(
        ["node", str(DRIVER), address, str(EDITORS), *map(str, size)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Window(process, place)
    finally:
        process.stdin.close()  # the driver's sign to close the browser and end
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()
