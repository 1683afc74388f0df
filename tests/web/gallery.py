"""A store as somebody has it after a week's work, filled through commands, commits and a hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from conftest import Repo
from storetools import change, query

HOUR = 3600
DAY = 24 * HOUR

CLAUDE = """# Risk Workbench

## Project overview
Risk Workbench computes limits and exposures for every desk, once a minute.

## Coding standards
- Money is `Decimal`, never `float`.
- Times are UTC.
- A function that can fail says so in its name.

## Tests
Run `make test` before each commit.

## Deployment
Releases go out on Tuesdays, from `main`.
"""

IN_STUDIO = CLAUDE.replace("- Times are UTC.\n", "- Times are UTC, with their zone.\n")
IN_REPOSITORY = CLAUDE.replace(
    "Run `make test` before each commit.\n",
    "Run `make check` before each commit.\nTests that need the exchange are marked `exchange`.\n",
).replace("- A function that can fail says so in its name.\n", "")

SKILL = """# Python API Skill

## Description
FastAPI development patterns: validation, error handling, dependency injection.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

COMMITS = (
    (
        4 * DAY + 5 * HOUR,
        "src/risk/limits.py",
        "Keep all limits in one table\n\n"
        "The desks' own tables had drifted apart.\n\n"
        "Decision: A table of limits in each service\n"
        "Rationale: Services stay independent of each other\n"
        "Alternative: One table for every desk\n",
    ),
    (
        4 * DAY + 4 * HOUR,
        "src/risk/desks.py",
        "Name desks by their code\n",
    ),
    (
        2 * DAY + 6 * HOUR,
        "src/risk/limits.py",
        "Look limits up in one place\n\n"
        "Decision: One table of limits for every desk\n"
        "Rationale: Two services disagreed about a limit for a week in May, and nobody saw it\n"
        "Cycle: CYC-1\n"
        "Alternative: A table in each service, reconciled at night\n"
        "Alternative: Limits in the configuration of each desk\n"
        "Supersedes: A table of limits in each service\n",
    ),
    (
        2 * DAY + 5 * HOUR,
        "src/risk/check.py",
        "Refuse limits below zero\n\n"
        "Decision: A limit below zero stops the request\n"
        "Rationale: A negative limit silently switched the check off\n"
        "Alternative: Clamp it to zero and log a warning\n"
        "Problem: Decimal('NaN') compares as false with every limit\n"
        "Solution: Reject what is not finite where requests come in\n"
        "Tags: decimal, validation\n"
        "Open-Question: What of limits that nobody has looked at for a year?\n",
    ),
    (
        3 * HOUR,
        "src/risk/feed.py",
        "Take prices from the exchange's feed\n\n"
        "Reads the feed in a thread of its own, and hands prices over in order.\n\n"
        "Decision: Prices come from the exchange's own feed\n"
        "Rationale: The vendor's copy is four seconds late at the open\n"
        "Cycle: CYC-1\n",
    ),
)


def make_gallery(make_repo: Callable[..., Repo], home: Path) -> Path:
    """Two projects with what the pages show; the path of the database."""
    now = int(time.time())
    repo = make_repo("risk-workbench")
    repo.write("CLAUDE.md", CLAUDE)
    repo.write("AGENTS.md", "# Agents\n\nAsk before you add a dependency.\n")
    repo.commit("Begin", when=now - 5 * DAY)
    well(repo, "init", "--yes", "--adopt", "--name", "Risk Workbench")
    well(repo, "cycle", "start", "Limits for every desk", "--type", "feature")
    well(repo, "cycle", "phase", "Limits for every desk", "implement")
    for title in ("Move the limits", "Refuse what is no limit", "Tell the desks"):
        well(repo, "task", "add", title)
    well(repo, "task", "complete", "Move the limits")
    well(repo, "task", "start", "Refuse what is no limit")
    for number, (before, path, message) in enumerate(COMMITS):
        repo.write(path, f"LIMITS = {{{number}: {number}}}\n" * (12 + 7 * number))
        repo.commit(message, when=now - before)
    well(repo, "capture")
    skill = repo.path.parent / "python-api-skill.md"
    skill.write_text(SKILL)
    well(repo, "registry", "add", "skill", str(skill))
    well(repo, "stack", "add", "FastAPI", "--category", "backend")
    ledger = make_repo("ledger")
    ledger.write("CLAUDE.md", "# Ledger\n\nDouble entry, always.\n")
    ledger.commit("Begin", when=now - 3 * DAY)
    well(ledger, "init", "--yes", "--adopt", "--name", "Ledger")
    well(ledger, "cycle", "start", "Closing the month twice", "--type", "bugfix")
    ledger.write("book.py", "ENTRIES = []\n" * 30)
    ledger.commit("Close a month only once", when=now - DAY)
    well(ledger, "capture")
    db = home / "studio.db"
    change(
        db,
        "UPDATE cycles SET intent = ? WHERE name = 'Limits for every desk'",
        "One place says what a desk may do, and everything asks there.",
    )
    _drift(repo, home, db)
    return db


def _drift(repo: Repo, home: Path, db: Path) -> None:
    """Both sides of one file move, and Studio's of another."""
    ((project,),) = query(db, "SELECT id FROM projects WHERE name = 'Risk Workbench'")
    context = home / "projects" / str(project) / "context"
    (context / "claude.md").write_text(IN_STUDIO)
    (context / "agents.md").write_text("# Agents\n\nAsk before you add or drop a dependency.\n")
    repo.write("CLAUDE.md", IN_REPOSITORY)
    answer = repo.studio("status")
    assert answer.status == 1, answer.out + answer.err


def well(repo: Repo, *words: str) -> None:
    answer = repo.studio(*words)
    assert answer.status == 0, answer.out + answer.err
