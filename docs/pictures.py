"""Draw the pictures of the documentation: real output of real commands, in a temporary home.

``python docs/pictures.py`` writes ``docs/images/*.svg``, with the interpreter's own git-studio.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

IMAGES = Path(__file__).parent / "images"
WIDTH = 84

THEME = TerminalTheme(
    (16, 20, 28),
    (216, 220, 228),
    [
        (40, 46, 58),
        (240, 113, 120),
        (133, 200, 138),
        (232, 192, 110),
        (110, 170, 240),
        (200, 146, 234),
        (110, 200, 220),
        (216, 220, 228),
    ],
)

AGENTS = """# How to work here

## Commands
- test: make test
- lint: make lint

## Style
- Small modules, pure core.
- Comments say why.
"""


class Stage:
    """A temporary home with one bound repository in it."""

    def __init__(self, folder: Path) -> None:
        self.repo = folder / "risk-workbench"
        self.repo.mkdir()
        home = folder / "home"
        home.mkdir()
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_")
        } | {
            "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "STUDIO_HOME": str(home / ".project-studio"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "FORCE_COLOR": "1",
            "COLUMNS": str(WIDTH),
        }
        for words in (
            ("git", "config", "--global", "user.name", "Ada Example"),
            ("git", "config", "--global", "user.email", "ada@example.org"),
            ("git", "config", "--global", "init.defaultBranch", "main"),
            ("git", "init", "--quiet"),
        ):
            self.run(words)

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

    def write(self, path: str, text: str) -> None:
        (self.repo / path).write_text(text)

    def canonical(self, name: str) -> Path:
        projects = Path(self.environment["STUDIO_HOME"]) / "projects"
        return next(projects.glob(f"*/context/{name}"))


def prepare(stage: Stage) -> None:
    """Two files, both drifted: one in the repository, the other on both sides."""
    stage.write("AGENTS.md", AGENTS)
    stage.write("CLAUDE.md", "@AGENTS.md\n")
    (stage.repo / "docs").mkdir()
    stage.write("docs/architecture.md", "# Architecture\n\nOne service, one database.\n")
    stage.run(("git", "add", "-A"))
    stage.run(("git", "commit", "-qm", "Start"))
    stage.run(("git-studio", "init", "--yes", "--name", "Risk Workbench"))
    stage.run(("git", "add", "-A"))
    stage.run(("git", "commit", "-qm", "Bind to Project Studio"))
    stage.write("docs/architecture.md", "# Architecture\n\nTwo services, one database.\n")
    canonical = stage.canonical("agents.md")
    canonical.write_text(AGENTS.replace("test: make test", "test: make test, before each commit"))
    stage.write("AGENTS.md", AGENTS.replace("Comments say why.", "Comments say why, never what."))


def draw(name: str, title: str, blocks: Sequence[tuple[str, str]]) -> None:
    """One terminal window with commands and what they said."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    for number, (words, said) in enumerate(blocks):
        if number:
            console.print()
        console.print(Text.assemble(("$ ", "dim"), (words, "bold")))
        console.print(Text.from_ansi(said.rstrip("\n")))
    svg = console.export_svg(title=title, theme=THEME, unique_id="studio")
    svg = svg.replace("<text ", '<text xml:space="preserve" ')
    # The window must not fetch a font from elsewhere.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")
    (IMAGES / name).write_text(svg, encoding="utf-8")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="studio-pictures-", ignore_cleanup_errors=True) as tmp:
        stage = Stage(Path(tmp))
        prepare(stage)
        status = stage.run(("git-studio", "status"))
        stage.run(("git", "add", "-A"))
        commit = stage.run(("git", "commit", "-m", "Say what comments are for"))
        merge = stage.run(("git-studio", "resolve", "AGENTS.md", "--merge"))
        sync = stage.run(("git-studio", "sync"))
        draw("status.svg", "git studio status", [("git studio status", status)])
        draw(
            "commit.svg",
            "a commit that both sides' edits stop",
            [
                ('git commit -m "Say what comments are for"', commit),
                ("git studio resolve AGENTS.md --merge", merge),
                ("git studio sync", sync),
            ],
        )


if __name__ == "__main__":
    main()
