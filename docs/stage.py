"""Where the pictures of the documentation are played: a temporary home with real repositories."""

from __future__ import annotations

import os
import pty
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path


class Stage:
    """A temporary home; ``repo`` is the repository that commands run in."""

    def __init__(self, folder: Path, width: int) -> None:
        self.folder = folder
        self.repo = folder
        home = folder / "home"
        home.mkdir()
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") and name != "NO_COLOR"
        } | {
            "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "STUDIO_HOME": str(home / ".project-studio"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "FORCE_COLOR": "1",
            "TERM": "xterm-256color",
            "COLUMNS": str(width),
        }
        for words in (
            ("git", "config", "--global", "user.name", "Ada Example"),
            ("git", "config", "--global", "user.email", "ada@example.org"),
            ("git", "config", "--global", "init.defaultBranch", "main"),
        ):
            self.run(words)

    def enter(self, name: str) -> None:
        """Work in the repository of that name from now on; made where there is none."""
        self.repo = self.folder / name
        if not self.repo.exists():
            self.repo.mkdir()
            self.run(("git", "init", "--quiet"))

    def run(self, words: Sequence[str]) -> str:
        """Everything that a command says, standard error included, with its colours."""
        done = subprocess.run(
            words,
            cwd=self.repo,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    def screen(self, words: Sequence[str], **environment: str) -> str:
        """What a command shows on a terminal."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            words,
            cwd=self.repo,
            env=self.environment | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        ):
            os.close(theirs)
            shown = b""
            while piece := _read(ours):
                shown += piece
        os.close(ours)
        return shown.decode().replace("\r\n", "\n")

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        file = self.repo / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message: str) -> str:
        """Commit all there is, and let it be captured."""
        self.run(("git", "add", "-A"))
        said = self.run(("git", "commit", "--quiet", "--allow-empty", "-m", message))
        return said + self.run(("git-studio", "capture"))

    def canonical(self, name: str) -> Path:
        """Studio's copy of a context file, of whichever project has one."""
        projects = Path(self.environment["STUDIO_HOME"]) / "projects"
        return next(projects.glob(f"*/context/{name}"))


def _read(terminal: int) -> bytes:
    """What there is to read; nothing once the other end is closed, which Linux calls an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
