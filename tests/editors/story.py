"""The repository that every editor is driven against, made through the real commands.

Two context files have drifted: CLAUDE.md was edited in two places (``repo-ahead``), and AGENTS.md
was changed in Studio (``studio-ahead``). A source file has a history with decisions, and the
registry has a skill. Lines with an emoji stand before and within what was edited, because there a
client's columns and ours differ.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from conftest import SCRIPTS, Answer, Repo
from drifttools import await_row, dashboard_writes, rows, studio_text

T = TypeVar("T")

SERVER = SCRIPTS / "studio-lsp"
"""The language server that every editor starts."""

SKILL = "python-api-skill"
SKILL_WORDS = "FastAPI development patterns"
"""How the description of the skill begins: what its hover has to show."""

SKILL_TEXT = f"""# Python API Skill

## Description
{SKILL_WORDS} including request validation, error handling and
dependency injection.

## Patterns

### Request Validation
Use Pydantic for all request and response validation.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""

CLAUDE = f"""# Risk Workbench

## Style

🚀 Use tabs everywhere, dear 👩‍💻.
Keep functions short.

## Build

Run make test before each commit.

## Skills

Follow {SKILL} for each endpoint 🐍.

## Asking

Ask before deleting anything 🧨.
"""
"""What Studio has of CLAUDE.md."""

EDITS = (
    ("🚀 Use tabs everywhere, dear 👩‍💻.\n", "🚀 Use four spaces, dear 👩‍💻.\n"),
    ("Ask before deleting anything 🧨.\n", "Ask twice before deleting anything 🧨.\n"),
)
EDITED_LINES = (4, 17)
"""The lines of the two edits in CLAUDE.md, counted from 0."""

SKILL_LINE = 13
"""The line of CLAUDE.md that names the skill, counted from 0."""

AGENTS = "# Agents\n\n🤖 Answer in English.\n\nCite the file and the line.\n"
AGENTS_IN_STUDIO = "# Agents\n\n🤖 Answer in plain English.\n\nCite the file and the line.\n"
AGENTS_LINE = 2
"""The line of AGENTS.md that Studio changed, counted from 0."""

MESSAGE = "Change limits\n\nDecision: Cap limits\nRationale: They grew\n\nThis is prose.\n"
"""A commit message in which git would not read the decision, because prose follows it."""

MESSAGE_LINE = 2
"""The line of the decision in it, counted from 0."""

SOURCE = "src/limits.py"
DECISION = "Keep limits in one table"
LATER_DECISION = "Refuse limits below zero"


def wait_until(found: Callable[[], T], what: str, seconds: float = 30) -> T:
    """Ask again and again until the answer is a true one, and give it; fail at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        select.select([], [], [], 0.05)


def drifted() -> str:
    """The text of CLAUDE.md with both edits."""
    text = CLAUDE
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Story:
    """A drifted repository, its Studio home, and what an editor has to be started with."""

    repo: Repo
    home: Path
    env: dict[str, str]

    @property
    def claude(self) -> Path:
        """CLAUDE.md, edited in two places."""
        return self.repo.path / "CLAUDE.md"

    @property
    def agents(self) -> Path:
        """AGENTS.md, behind Studio."""
        return self.repo.path / "AGENTS.md"

    @property
    def source(self) -> Path:
        """The source file that has a history."""
        return self.repo.path / SOURCE

    @property
    def message(self) -> Path:
        """The file in which git lets an editor write a commit's message."""
        return self.repo.path / ".git" / "COMMIT_EDITMSG"

    def studio(self, *words: str | Path) -> Answer:
        """Run ``git studio`` in the repository."""
        return self.repo.studio(*words)

    def kind(self, name: str = "claude.md") -> str | None:
        """The kind of drift that the command line sees; None where all is in step."""
        answer = self.studio("status", "--json")
        assert answer.status in (0, 1), answer.out + answer.err
        (found,) = [it for it in answer.json["context"] if it["filename"] == name]
        kind: str | None = found["kind"]
        return kind

    def canonical(self, name: str = "claude.md") -> str:
        """Studio's copy of a context file."""
        return studio_text(name)

    def studio_writes(self, text: str, name: str = "claude.md") -> None:
        """Change Studio's copy as the dashboard does."""
        dashboard_writes(text, name)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the store, read with SQLite alone."""
        return rows(sql, *values)

    def resolutions(self, name: str = "claude.md") -> list[str]:
        """How the drift of a context file was resolved, the latest last."""
        found = self.rows(
            "SELECT resolution FROM drift_records d JOIN context_files c "
            "ON c.id = d.context_file_id WHERE c.filename = ? AND resolution IS NOT NULL "
            "ORDER BY d.rowid",
            name,
        )
        return [row["resolution"] for row in found]

    def servers(self) -> list[int]:
        """The processes of our server that serve this Studio home.

        What a server forks to start git bears its name until it is git, and is none.
        """
        found = [int(it.name) for it in Path("/proc").iterdir() if it.name.isdigit()]
        ours = {pid for pid in found if self.owns(pid)}
        return sorted(pid for pid in ours if _parent(pid) not in ours)

    def owns(self, pid: int) -> bool:
        """Whether a process is a server of ours for this Studio home, and no zombie.

        A shell that was told to run one is none.
        """
        process = Path("/proc") / str(pid)
        try:
            words = process.joinpath("cmdline").read_bytes().split(b"\0")
            environment = process.joinpath("environ").read_bytes().split(b"\0")
        except OSError:
            return False
        named = any(word.endswith(b"/studio-lsp") for word in words[:2])
        return named and f"STUDIO_HOME={self.home}".encode() in environment

    def await_no_server(self, seconds: float = 30) -> None:
        """Wait until no server is left; one that stays is ended, so that it harms no other test."""
        try:
            wait_until(lambda: not self.servers(), "the end of the server", seconds)
        finally:
            for pid in self.servers():
                os.kill(pid, signal.SIGKILL)


def make_story(repo: Repo) -> Story:
    """Play everything up to the moment at which somebody opens an editor."""
    folders = _folders(Path(os.environ["HOME"]))
    story = Story(repo, Path(os.environ["STUDIO_HOME"]), dict(os.environ) | folders)
    repo.write("CLAUDE.md", CLAUDE)
    repo.write("AGENTS.md", AGENTS)
    repo.write(SOURCE, "LIMITS = {}\n")
    repo.commit("Begin")
    _well(story.studio("init", "--yes", "--adopt"))
    _history(repo)
    _well(story.studio("capture"))
    await_row("SELECT title FROM decisions WHERE title = ?", LATER_DECISION)
    _add_skill(story)
    repo.write("CLAUDE.md", drifted())
    dashboard_writes(AGENTS_IN_STUDIO, "agents.md")
    assert (story.kind("claude.md"), story.kind("agents.md")) == ("repo-ahead", "studio-ahead")
    return story


def _folders(home: Path) -> dict[str, str]:
    """Folders of its own for an editor, where it would take the user's."""
    folders = {
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / ".run",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, mode=0o700)
    return {name: str(folder) for name, folder in folders.items()}


def _history(repo: Repo) -> None:
    repo.write(SOURCE, 'LIMITS = {"var": 100}\n\n\ndef limit(name):\n    return LIMITS[name]\n')
    repo.commit(
        "Look limits up\n\nDecision: " + DECISION + "\n"
        "Rationale: Two tables disagreed in May\nAlternative: A table in each service\n"
    )
    repo.write(
        SOURCE,
        'LIMITS = {"var": 100}\n\n\ndef limit(name):\n    return max(0, LIMITS[name])\n',
    )
    repo.commit(
        "Check limits\n\nDecision: "
        + LATER_DECISION
        + "\nRationale: They would switch checks off\n"
    )


def _add_skill(story: Story) -> None:
    file = story.home.parent / f"{SKILL}.md"
    file.write_text(SKILL_TEXT)
    _well(story.studio("registry", "add", "skill", file))


def _well(answer: Answer) -> None:
    assert answer.status == 0, answer.out + answer.err


def _parent(pid: int) -> int:
    """The process that started another one; 0 for one that has gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
