"""Every command of ours with words that let it work, and a repository where each finds something.

For what has to hold for all of them, whatever they do.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from conftest import Repo
from drifttools import TEXT, dashboard_writes
from manyrun import Runner
from traptools import ATTRIBUTES, Traps, names

SKILL = """---
name: pdf
description: Work with PDF files, when the user mentions a PDF.
---

# PDF

Use it.
"""
TOOL = (
    '{{"name": "ripgrep", "description": "Search", "tool_type": "cli",'
    ' "install_command": "{0}", "version_check": "{0}"}}'
)
COPIER = "_template_type: doc\ntitle:\n  type: str\n  default: First\n"

COMMANDS: dict[str, list[tuple[str, ...]]] = {
    "status": [("status",), ("status", "--staged", "--json")],
    "diff": [("diff",), ("diff", "--staged"), ("diff", "--json")],
    "sync": [("sync",)],
    "undo": [("undo",)],
    "resolve": [("resolve", "CLAUDE.md", "--dismiss"), ("resolve", "CLAUDE.md", "--merge"),
                ("resolve", "CLAUDE.md", "--merge", "--edit")],
    "track": [("track", "docs/RULES.md"), ("track", "--proposed")],
    "untrack": [("untrack", "docs/RULES.md")],
    "lint": [("lint",), ("lint", "CLAUDE.md"), ("lint", "--sarif")],
    "capture": [("capture",), ("capture", "--all-authors", "--json")],
    "backfill": [("backfill",), ("backfill", "HEAD~2..HEAD", "--all-authors")],
    "session list": [("session", "list")],
    "session show": [("session", "show", "{session}")],
    "session edit": [("session", "edit", "{session}", "-t", "Title"),
                     ("session", "edit", "{session}", "-e")],
    "decision add": [("decision", "add", "Tabs", "-r", "Short")],
    "decision edit": [("decision", "edit", "Tabs", "-r", "Shorter"),
                      ("decision", "edit", "Tabs", "-e")],
    "decision list": [("decision", "list")],
    "decision show": [("decision", "show", "Tabs")],
    "decision supersede": [("decision", "supersede", "Tabs", "Cents")],
    "decision export": [("decision", "export", "docs/adr")],
    "decision import": [("decision", "import", "docs/adr")],
    "decision sync": [("decision", "sync", "docs/adr", "--check"),
                      ("decision", "sync", "docs/adr")],
    "decision remove": [("decision", "remove", "Tabs", "-y")],
    "learning add": [("learning", "add", "Locks", "-P", "Waits", "-S", "Less")],
    "learning edit": [("learning", "edit", "Locks", "-S", "Fewer")],
    "learning list": [("learning", "list")],
    "learning show": [("learning", "show", "Locks")],
    "learning tag": [("learning", "tag", "Locks", "-a", "sql")],
    "learning tags": [("learning", "tags")],
    "learning remove": [("learning", "remove", "Locks", "-y")],
    "cycle start": [("cycle", "start", "Beta")],
    "cycle edit": [("cycle", "edit", "Beta", "-i", "Better")],
    "cycle list": [("cycle", "list")],
    "cycle show": [("cycle", "show", "Beta")],
    "cycle phase": [("cycle", "phase", "Beta", "implement")],
    "cycle use": [("cycle", "use", "Beta"), ("cycle", "use", "--none")],
    "task add": [("task", "add", "Write", "--cycle", "Beta")],
    "task edit": [("task", "edit", "Write", "-t", "Writes")],
    "task list": [("task", "list", "--cycle", "Beta")],
    "task show": [("task", "show", "Writes")],
    "task start": [("task", "start", "Writes")],
    "task complete": [("task", "complete", "Writes")],
    "task reopen": [("task", "reopen", "Writes")],
    "task move": [("task", "move", "Writes", "--first")],
    "task remove": [("task", "remove", "Writes", "-y")],
    "cycle complete": [("cycle", "complete", "Beta")],
    "cycle remove": [("cycle", "remove", "Beta", "-y")],
    "why": [("why", "money.py:1"), ("why", "money.own:1-2"), ("why", "CLAUDE.md"),
            ("why", "HEAD~1"), ("why", "HEAD")],
    "search": [("search", "cents"), ("search", "tabs", "--refresh")],
    "message check": [("message", "check", "message.txt")],
    "message fix": [("message", "fix", "message.txt", "-n")],
    "registry add": [("registry", "add", "skill", ".claude/skills/pdf"),
                     ("registry", "add", "tool", "ripgrep.json"),
                     ("registry", "add", "template", "templates/record")],
    "registry list": [("registry", "list")],
    "registry show": [("registry", "show", "pdf"), ("registry", "show", "ripgrep")],
    "registry search": [("registry", "search", "pdf")],
    "registry validate": [("registry", "validate")],
    "registry sync": [("registry", "sync")],
    "registry edit": [("registry", "edit", "pdf")],
    "registry install": [("registry", "install", "pdf", "--to", "codex")],
    "registry export": [("registry", "export", "{away}", "--all")],
    "registry import": [("registry", "import", ".", "--dry-run"),
                        ("registry", "import", ".", "--yes"),
                        ("registry", "import", "file://{top}", "--dry-run")],
    "registry remove": [("registry", "remove", "ripgrep", "--yes")],
    "stack detect": [("stack", "detect")],
    "stack list": [("stack", "list")],
    "stack add": [("stack", "add", "FastAPI")],
    "stack map": [("stack", "map", "-y")],
    "stack remove": [("stack", "remove", "FastAPI")],
    "deps check": [("deps", "check")],
    "deps list": [("deps", "list")],
    "dashboard": [("dashboard",), ("dashboard", "-p", "repo"), ("dashboard", "--registry")],
    "activity": [("activity",)],
    "init": [("init", "--yes", "--no-hooks")],
    "new": [("new", "record", "{away}/new", "--defaults")],
    "project list": [("project", "list")],
    "project show": [("project", "show")],
    "project edit": [("project", "edit", "repo", "--description", "Money")],
    "project archive": [("project", "archive", "repo")],
    "project unarchive": [("project", "unarchive", "repo")],
    "project export": [("project", "export", "{away}/whole")],
    "project import": [("project", "import", "{away}/whole", "--overwrite")],
    "settings list": [("settings", "list")],
    "settings get": [("settings", "get", "theme")],
    "settings set": [("settings", "set", "theme", "dark")],
    "doctor": [("doctor",), ("doctor", "--fix", "-y"), ("doctor", "--rebuild", "-y")],
    "backup": [("backup",), ("backup", "--list"), ("backup", "--full")],
    "restore": [("restore", "{backup}", "-y")],
    "debug-info": [("debug-info",)],
    "completion": [("completion", "bash")],
    "hooks install": [("hooks", "install")],
    "hooks status": [("hooks", "status")],
    "hooks uninstall": [("hooks", "uninstall")],
    "project forget": [("project", "forget", "{top}")],
}  # fmt: skip
"""Every command with the words that let it do its work, in an order in which each finds some."""

REFUSED = ("undo", "project forget", "new")
"""What may end with status 2 here: nothing to undo any more, a clone that is there."""


def prepared(repo: Repo, traps: Traps, part: Repo) -> Repo:
    """A bound repository with history, records, registry items, a submodule, and drift."""
    part.write("a", "1\n")
    part.commit("Part")
    repo.write("CLAUDE.md", TEXT)
    repo.write("AGENTS.md", "@CLAUDE.md\n")
    repo.write("docs/RULES.md", "# Rules\n")
    repo.write("money.py", "total = 1\nprint(total)\n")
    repo.write(".claude/skills/pdf/SKILL.md", SKILL)
    repo.write("ripgrep.json", TOOL.format(traps.program("registry.json")))
    repo.write("templates/record/copier.yml", COPIER)
    repo.write("templates/record/{{ title }}.md.jinja", "# {{ title }}\n")
    repo.write("package.json", '{"engines": {"node": ">=1"}, "dependencies": {"react": "18"}}\n')
    repo.write("message.txt", "One\n\nDecision: Two\n\nMore words.\n")
    repo.git("submodule", "--quiet", "add", part.path, "part")
    repo.commit("Begin")
    assert repo.studio("init", "--yes", "--no-hooks").status == 0
    repo.write("money.py", "total = 100\nprint(total)\n")
    repo.write("money.own", "total = 100\nprint(total)\n")
    repo.commit("Count cents\n\nDecision: Cents\nRationale: Floats lose pennies")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", "pass\n")
    repo.commit("Aside")
    repo.git("checkout", "-q", "main")
    repo.git("mv", "docs/RULES.md", "docs/ALL.md")
    repo.write("docs/RULES.md", "# Rules again\n")
    repo.git("config", "gpg.program", _signer(traps))
    repo.git("config", "commit.gpgSign", "true")
    repo.commit("Move")
    repo.git("config", "--unset", "commit.gpgSign")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    repo.write(".gitattributes", ATTRIBUTES)
    repo.commit("Attributes")
    assert repo.studio("capture").status == 0
    unsettle(repo)
    return repo


def _signer(traps: Traps) -> str:
    """A program that signs as gpg does, so that there is a commit whose signature git checks."""
    program = traps.folder / "signer"
    program.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n"
    )
    program.chmod(0o755)
    return str(program)


def unsettle(repo: Repo) -> None:
    """Leave something to see: drift of both sides, and edits in files that attributes name."""
    dashboard_writes(TEXT.replace("# Project\n", "# The project\n"))
    repo.write("CLAUDE.md", TEXT.replace("Ask first.\n", "Ask twice.\n"))
    repo.write("money.py", "total = 1000\nprint(total)\nprint(0)\n")
    (repo.path / "part" / "a").write_text("2\n")


def run_all(
    repo: Repo, ask: Runner, away: Path, traps: Traps, *, skip: Collection[str] = ()
) -> list[str]:
    """Run every command; a line for each, with the traps that it sprang behind a colon."""
    ran = []
    for name, each in COMMANDS.items():
        for words in each if name not in skip else ():
            answer = ask(*_filled(words, repo, ask, away), cwd=repo.path)
            assert answer.status in (0, 1) or name in REFUSED, (words, answer)
            assert "Traceback" not in answer.err, (words, answer)
            started = " ".join(sorted(names(traps.sprung())))
            ran.append(f"git studio {' '.join(words)}: {started}".rstrip(" "))
    return ran


def _filled(words: tuple[str, ...], repo: Repo, ask: Runner, away: Path) -> list[str]:
    """The words with what only this run knows put in."""
    top = repo.path
    values = {"top": str(top), "away": str(away), "session": "", "backup": ""}
    if "{session}" in words:
        values["session"] = ask("session", "list", "--json", cwd=top).json[0]["id"]
    if "{backup}" in words:
        values["backup"] = ask("backup", "--list", "--json", cwd=top).json[0]["path"]
    return [word if "{{" in word else word.format(**values) for word in words]
