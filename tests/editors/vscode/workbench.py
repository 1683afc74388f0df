"""A repository to take pictures of: one as people have, with a drift as it happens."""

from __future__ import annotations

from conftest import Repo
from drifttools import await_row, dashboard_writes

CLAUDE = """# Risk Workbench

Limits, exposures and alerts for the trading desks.

## How to work here

- Run `make test` before each commit.
- One module does one thing; the core is pure.
- Never log a counterparty's name.

## API

- Follow python-api-skill for each endpoint.
- Errors are problem documents (RFC 9457).
- A limit is looked up once for each request.

## Data

- Amounts are integers in minor units, never floats.
- Times are UTC.
"""

EDITED = CLAUDE.replace(
    "- Run `make test` before each commit.\n",
    "- Run `make check` before each commit; it lints, too.\n",
).replace(
    "- A limit is looked up once for each request.\n",
    "- A limit is looked up once, and kept for a second.\n",
)

SKILL = """# Python API Skill

## Description
FastAPI development patterns: request validation, error handling and dependency injection.

## Patterns

### Request Validation
Use Pydantic for all request and response validation.

### Error Handling
Raise domain errors; one handler turns them into responses.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""

LIMITS = '''"""Limits of the trading desks, in minor units."""

from __future__ import annotations

from dataclasses import dataclass

LIMITS = {"var": 2_500_000_00, "delta": 400_000_00, "vega": 150_000_00}
WARN_AT = 0.8


@dataclass(frozen=True)
class Usage:
    """How much of a limit is used."""

    name: str
    exposure: int
    share: float

    @property
    def alarming(self) -> bool:
        return self.share >= WARN_AT


def limit(name: str) -> int:
    return LIMITS[name]


def usage(name: str, exposure: int) -> Usage:
    return Usage(name, exposure, abs(exposure) / limit(name))
'''

CHECKED = LIMITS.replace(
    "    return LIMITS[name]\n",
    """    amount = LIMITS[name]
    if amount < 0:
        raise ValueError(f"the limit {name} is below zero")
    return amount
""",
)
_LINES = CHECKED.splitlines()
_NUMBER = next(n for n, line in enumerate(_LINES) if "below zero" in line)
REASONED = (_NUMBER + 1, _LINES[_NUMBER].index("zero") + 2)
"""A place with a reason, line and column from 1; behind it nothing would be covered."""

SOURCE = "src/risk/limits.py"

FIRST_REASON = """Keep all limits in one table

Decision: One table of limits for every desk
Rationale: Two services disagreed about a limit for a week in May
Alternative: A table in each service, reconciled at night
"""

SECOND_REASON = """Refuse limits below zero

Decision: A limit below zero stops the request
Rationale: A negative limit silently switched the check off
Alternative: Clamp it to zero and log a warning
"""

MONDAY = 1_773_651_600
HOUR = 3600


def make_workbench(repo: Repo) -> None:
    """The repository with its history, its project, a skill, and CLAUDE.md edited in two places."""
    repo.write("CLAUDE.md", CLAUDE)
    repo.write("AGENTS.md", "@CLAUDE.md\n")
    repo.write("README.md", "# Risk Workbench\n")
    repo.commit("Begin", when=MONDAY)
    _well(repo, "init", "--yes", "--adopt", "--name", "Risk Workbench")
    repo.write(SOURCE, LIMITS)
    repo.commit(FIRST_REASON, when=MONDAY + HOUR)
    repo.write(SOURCE, CHECKED)
    repo.commit(SECOND_REASON, when=MONDAY + 2 * HOUR)
    _well(repo, "capture")
    await_row("SELECT title FROM decisions WHERE title LIKE ?", "A limit below%")
    skill = repo.path.parent / "python-api-skill.md"
    skill.write_text(SKILL)
    _well(repo, "registry", "add", "skill", str(skill))
    repo.write("CLAUDE.md", EDITED)


def studio_moves() -> None:
    """Change Studio's copy elsewhere, so that both sides have moved."""
    dashboard_writes(CLAUDE.replace("- Times are UTC.\n", "- Times are UTC, with a zone.\n"))


def _well(repo: Repo, *words: str) -> None:
    answer = repo.studio(*words)
    assert answer.status == 0, answer.out + answer.err
