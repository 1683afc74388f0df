"""A Studio home as a developer of two repositories has it, filled by commands and hooks alone."""

from __future__ import annotations

from stage import Stage

AGENTS = """# How to work here

## Commands
- test: make test
- lint: make lint

## Style
- Small modules, pure core.
- Comments say why.
"""

SKILLS = {
    "python-api-skill": ("Requests, validation and errors in FastAPI", "FastAPI"),
    "sql-skill": ("Migrations that run twice and can be taken back", "PostgreSQL"),
    "react-forms-skill": ("Forms that keep what was typed", "React"),
}

API = {
    "AGENTS.md": AGENTS,
    "CLAUDE.md": "@AGENTS.md\n",
    "docs/architecture.md": "# Architecture\n\nOne service, one database.\n",
    "pyproject.toml": """[project]
name = "risk-api"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["fastapi>=0.115", "sqlalchemy>=2.0", "psycopg>=3.2"]
""",
}

WEB = {
    "CLAUDE.md": "# Web\n\n- Components are functions.\n",
    "package.json": """{
  "name": "risk-web",
  "version": "1.0.0",
  "engines": {"node": ">=20"},
  "dependencies": {"react": "^18.3.0", "vite": "^5.4.0"}
}
""",
}

MESSAGES = (
    """Check the token in a middleware

Decision: Use JWT for stateless authentication
Rationale: A session store is one more thing to run.
Alternative: Opaque tokens with a lookup
Problem: Clocks of the services differ by up to 20 seconds
Solution: Allow a leeway of 30 seconds
Tags: auth, time
Task: Validate tokens in a middleware (done)
""",
    """Rotate refresh tokens on use

Decision: Refresh tokens live for a day
Problem: Old refresh tokens stay valid
Solution: Rotate them on use
Tags: auth
Task: Rotate refresh tokens
""",
)


def fill(stage: Stage) -> None:
    """Two projects with drift, cycles, tasks, sessions, decisions, learnings and a registry."""
    stage.enter("risk-api")
    _bind(stage, "Risk API", API)
    _registry(stage)
    for words in (
        ("cycle", "start", "Sign in once", "--intent", "One sign-in for all three services.",
         "-c", "A token of one service is taken by the others", "-c", "Sign-out ends all of them"),
        ("task", "add", "Validate tokens in a middleware"),
        ("task", "add", "Rotate refresh tokens"),
        ("task", "add", "Revoke tokens on sign-out"),
        ("cycle", "phase", "CYC-1", "implement"),
        ("stack", "detect"),
        ("stack", "map", "--yes"),
        ("deps", "check"),
    ):  # fmt: skip
        stage.run(("git-studio", *words))
    for number, message in enumerate(MESSAGES):
        stage.write(f"src/auth{number}.py", "TOKEN = 'JWT'\n" * (12 + number))
        stage.commit(message)
    stage.enter("risk-web")
    _bind(stage, "Risk Web", WEB)
    for words in (
        ("cycle", "start", "Slow first paint", "--type", "bugfix", "--due", "2025-01-31"),
        ("task", "add", "Measure it on a slow line"),
        ("stack", "detect"),
        ("deps", "check"),
    ):
        stage.run(("git-studio", *words))
    stage.write("src/routes.js", "export const routes = [];\n" * 30)
    stage.commit("Load each route when it is asked for\n\nDecision: Split the bundle by route\n")
    stage.write("CLAUDE.md", "# Web\n\n- Components are functions.\n- No inline styles.\n")
    stage.run(("git-studio", "status"))
    stage.enter("risk-api")
    stage.write("docs/architecture.md", "# Architecture\n\nTwo services, one database.\n")
    stage.write("AGENTS.md", AGENTS.replace("say why.", "say why, never what."))
    canonical = stage.canonical("agents.md")
    canonical.write_text(AGENTS.replace("test: make test", "test: make test, before each commit"))
    stage.run(("git-studio", "status"))


def _bind(stage: Stage, name: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        stage.write(path, text)
    stage.commit("Start")
    stage.run(("git-studio", "init", "--yes", "--name", name))
    stage.commit("Bind to Project Studio")


def _registry(stage: Stage) -> None:
    """Skills and a tool, from files that are not the repository's."""
    for name, (description, technology) in SKILLS.items():
        file = stage.folder / f"{name}.md"
        file.write_text(
            f"# {name}\n\n## Description\n{description}\n\n## Patterns\n\nOne by one.\n\n"
            f"## Tech Stack Compatibility\n- {technology}\n"
        )
        stage.run(("git-studio", "registry", "add", "skill", str(file)))
    tool = stage.folder / "openapi-tool.json"
    tool.write_text(
        '{"name": "openapi-tool", "description": "Generate and check OpenAPI descriptions", '
        '"tool_type": "cli", "command": "openapi-generator"}\n'
    )
    stage.run(("git-studio", "registry", "add", "tool", str(tool)))
