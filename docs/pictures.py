"""Draw the pictures of the documentation: real output of real commands, in a temporary home.

``python docs/pictures.py`` writes ``docs/images/*.svg``, with the interpreter's own git-studio.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import dashboardstory
from dashboardstory import AGENTS
from stage import Stage

IMAGES = Path(__file__).parent / "images"
WIDTH = 84
WIDE = 116

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


def prepare(stage: Stage) -> None:
    """Two files, both drifted: one in the repository, the other on both sides."""
    stage.enter("risk-workbench")
    stage.write("AGENTS.md", AGENTS)
    stage.write("CLAUDE.md", "@AGENTS.md\n")
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


def draw(name: str, title: str, blocks: Sequence[tuple[str, str]], width: int = WIDTH) -> None:
    """One terminal window with commands and what they said."""
    console = Console(
        record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor"
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


def draw_drift(stage: Stage) -> None:
    """What a drift looks like, and how it is settled."""
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


def draw_dashboard(stage: Stage) -> None:
    """The dashboard, and its view of one project."""
    dashboardstory.fill(stage)
    for name, words in (
        ("dashboard.svg", ("dashboard",)),
        ("dashboard-project.svg", ("dashboard", "--project", "Risk API")),
    ):
        shown = stage.screen(("git-studio", *words))
        asked = shlex.join(("git", "studio", *words))
        draw(name, asked, [(asked, shown.replace(str(stage.folder), "~"))], WIDE)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    for width, play in ((WIDTH, draw_drift), (WIDE, draw_dashboard)):
        with tempfile.TemporaryDirectory(
            prefix="studio-pictures-", ignore_cleanup_errors=True
        ) as folder:
            play(Stage(Path(folder), width))


if __name__ == "__main__":
    main()
