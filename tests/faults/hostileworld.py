"""A bound clone in which everything that others can name or write is hostile.

References, authors, messages, file names, and every free text of the store: with what steers a
terminal, what a shell would run, what looks like an option, and what is no UTF-8.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from capturing import NOON
from conftest import Repo
from drifttools import bind, home

from studio_git.__main__ import main

MARK = "PWNED"
"""The file that would be there if a shell had run any of it."""

RUNS = f"$(touch {MARK})`touch {MARK}`;touch {MARK};'\"|touch {MARK}&"
STEERS = "\x1b[2J\x1b]0;x\x07\x9b31m\x08\x7f\u202egnp.exe\u2066\u200f\u2028end"
TEXT = f"{STEERS} {RUNS}"

WORDS = (
    STEERS,
    RUNS,
    "--help",
    "-",
    "--",
    "-rf",
    "--upload-pack=touch PWNED",
    f"ext::sh -c touch% {MARK}",
    "../outside/passwd",
    "./../repo/../outside",
    "/proc/self/no/such/place",
    "\udcff\udcfe",
    "\ud800",
    "a\nb",
    "a\r\n\r\nb",
    "",
    " ",
    "%s%n{0}{}",
    "' OR 1=1 --",
    "x" * 3000,
    "é" * 300,
    "99999999999999999999",
    "-1",
    "HEAD",
    "HEAD~1..HEAD",
    "@{-1}",
    "CLAUDE.md:1",
    "CLAUDE.md",
    "skill",
)
"""What is said where a command wants a word.

Nothing of the machine's own is named: commands write where they are told to, tests run as root,
and a place that a test may not harm is no place to name in one.
"""

FILES = (
    b"\x1b[2Jclear.md",
    f"$(touch {MARK}).md".encode(),
    f";touch {MARK};.md".encode(),
    b"--help",
    b"-rf",
    b"new\nline.md",
    "\u202egnp.md".encode(),
    b"\xff\xfe.md",
    b"\xc2\x9b31m.md",
    b"'\".md",
)
FOLDER = f"pkg $(touch {MARK}) 'x'"
BRANCH = f"x;touch${{IFS}}{MARK};$(touch${{IFS}}{MARK})'\u202e\""

_FREE = re.compile(
    r"name|title|descri|summary|content|rational|problem|solution|note|intent|reason|detail|said"
    r"|subject|message|label|question|category|technology|version|command"
)
_LISTS = re.compile(r"alternatives|tags|questions|files_changed")
_NOT_FREE = {"filename", "activity_type", "tool_type", "min_version"}


@dataclass
class World:
    """The clone, and what can be named in it."""

    repo: Repo
    words: list[str]

    def word(self, chance: random.Random) -> str:
        """Something to say: what exists here, or what nobody should say."""
        return chance.choice(chance.choice((self.words, list(WORDS))))


def make(repo: Repo) -> World:
    """A bound clone with hostile history, and a store whose texts are all hostile.

    Called where the repository is the working folder.
    """
    repo.write("CLAUDE.md", "# Rules\n\nSee decision:1 and @skill:x.\n")
    repo.write(f"{FOLDER}/AGENTS.md", f"# {TEXT}\n\nUse\u200b tabs.\n")
    repo.write(".claude/skills/x/SKILL.md", f"---\nname: x\ndescription: {STEERS}\n---\n{RUNS}\n")
    repo.write(
        "package.json", json.dumps({"engines": {"node": RUNS}, "dependencies": {TEXT: RUNS}})
    )
    repo.write(
        "docs/adr/0001-x.md", f"# 1. Use {TEXT}\n\n## Status\n\nAccepted\n\n## Decision\n\n{TEXT}\n"
    )
    repo.commit("Begin")
    bind(repo)
    assert main(["track", f"{FOLDER}/AGENTS.md"]) == 0
    repo.git("checkout", "-q", "-b", BRANCH)
    _commits(repo)
    repo.git("tag", BRANCH)
    repo.git("remote", "add", "origin", f"ext::sh -c touch% {MARK}")
    for words in _RECORDS:
        assert main(words) == 0, words
    for words in (["capture"], ["decision", "import", "docs/adr"], ["stack", "detect"]):
        assert main(words) in (0, 1), words
    _poison(home() / "studio.db")
    repo.write("CLAUDE.md", f"# Rules\n\n{TEXT}\n")
    return World(repo, _existing(repo))


_RECORDS = (
    ("cycle", "start", f"Cycle {RUNS}", "--intent", TEXT),
    ("task", "add", f"Task {TEXT}"),
    ("learning", "add", f"Learning {TEXT}", "--problem", TEXT, "--solution", TEXT, "--tag", RUNS),
    ("decision", "add", f"Decision {TEXT}", "--rationale", TEXT),
    ("settings", "set", "theme", RUNS),
    ("registry", "add", "skill", ".claude/skills/x/SKILL.md"),
)


def _commits(repo: Repo) -> None:
    env = {
        "GIT_AUTHOR_NAME": f"\x1b[31mAda {RUNS}",
        "GIT_AUTHOR_DATE": f"{NOON} +0000",
    }
    for number, name in enumerate(FILES):
        with open(os.path.join(os.fsencode(repo.path), name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"x\n")
        repo.git("add", "-A")
        message = (
            f"{number} {TEXT}\n\nBody {TEXT}\n\nDecision: {number} {TEXT}\nRationale: {TEXT}\n"
            f"Alternative: {TEXT}\nProblem: {TEXT}\nSolution: {TEXT}\nTags: {RUNS}\n"
            f"Note: {TEXT}\nOpen-Question: {TEXT}\nCycle: {RUNS}\nTask: {RUNS}\n"
        )
        path = repo.path / ".git" / "hostile-message"
        path.write_text(message)
        repo.git("commit", "-q", "--cleanup=verbatim", "-F", path, env=env)


def _poison(database: Path) -> None:
    """Put hostile text into every free text of the store, as another program could."""
    with closing(sqlite3.connect(database)) as db, db:
        tables = [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            if table.startswith(("git_", "_", "sqlite_")):
                continue
            for _, column, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                if kind != "TEXT" or column in _NOT_FREE:
                    continue
                if _LISTS.fullmatch(column):
                    db.execute(f"UPDATE {table} SET {column} = ?", (json.dumps([TEXT, "\ud800"]),))
                elif _FREE.search(column):
                    db.execute(f"UPDATE OR IGNORE {table} SET {column} = ? || {column}", (TEXT,))


def _existing(repo: Repo) -> list[str]:
    """Ids, names, references and paths that commands can find."""
    found = [BRANCH, f"{FOLDER}/AGENTS.md", "CLAUDE.md", "docs/adr", ".", "HEAD", "x"]
    found += [os.fsdecode(name) for name in FILES]
    with closing(sqlite3.connect(home() / "studio.db")) as db:
        for table in ("projects", "sessions", "decisions", "learnings", "cycles", "tasks"):
            found += [str(row[0]) for row in db.execute(f"SELECT id FROM {table}")]
    found.append(repo.git("rev-parse", "HEAD"))
    return found
