"""Where agents look for their instructions, and which of those places a repository uses.

Keyed by path, because several agents share one. The table follows what the agents' own
documentation said in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Entry:
    """One place: a path from the top of the repository, in which ``*`` stands for one name.

    ``private`` files are one person's and are adopted only when named. A ``nested`` one may
    stand in any folder too, where it speaks for that folder.
    """

    pattern: str
    agents: tuple[str, ...]
    private: bool = False
    nested: bool = False

    def matches(self, path: str) -> bool:
        """Tell whether ``path`` is this place, in this very spelling."""
        return _matcher(self.pattern).fullmatch(path) is not None

    def matches_nested(self, path: str) -> bool:
        """Tell whether ``path`` is this file in a folder below the top."""
        return self.nested and path.endswith("/" + self.pattern)


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", "[^/]+"))


@dataclass(frozen=True, slots=True)
class Found:
    """A path of the repository and the place it is.

    ``nested`` and ``private`` paths are told and adopted only on request.
    """

    path: str
    entry: Entry
    nested: bool
    private: bool


_SHARED = (
    "Codex",
    "Cursor",
    "Copilot",
    "OpenCode",
    "Amp",
    "Zed",
    "Warp",
    "Factory",
    "Grok",
    "Jules",
    "Gemini CLI",
)
_CLAUDE = ("Claude Code",)

CATALOGUE: tuple[Entry, ...] = (
    Entry("AGENTS.md", _SHARED, nested=True),
    Entry("CLAUDE.md", _CLAUDE, nested=True),
    Entry(".claude/CLAUDE.md", _CLAUDE),
    Entry("CLAUDE.local.md", _CLAUDE, private=True),
    Entry(".claude/rules/*.md", _CLAUDE),
    Entry(".github/copilot-instructions.md", ("Copilot",)),
    Entry(".github/instructions/*.instructions.md", ("Copilot",)),
    Entry(".cursor/rules/*.mdc", ("Cursor",)),
    Entry(".cursorrules", ("Cursor",)),
    Entry(".clinerules", ("Cline",)),
    Entry(".clinerules/*.md", ("Cline",)),
    Entry(".roo/rules/*.md", ("Roo",)),
    Entry("AGENTS.local.md", ("Roo",), private=True),
    Entry(".kilo/rules/*.md", ("Kilo",)),
    Entry(".devin/rules/*.md", ("Devin",)),
    Entry(".windsurfrules", ("Devin",)),
    Entry(".agents/rules/*.md", ("Antigravity",)),
    Entry("GEMINI.md", ("Gemini",)),
    Entry(".goosehints", ("Goose",)),
    Entry(".junie/AGENTS.md", ("Junie",)),
    Entry(".junie/guidelines.md", ("Junie",)),
    Entry(".aiassistant/rules/*.md", ("JetBrains",)),
    Entry(".augment/rules/*.md", ("Augment",)),
    Entry(".kiro/steering/*.md", ("Kiro",)),
    Entry("QWEN.md", ("Qwen",)),
    Entry(".rules", ("Zed",)),
    Entry("WARP.md", ("Warp",)),
    Entry(".amazonq/rules/*.md", ("Amazon Q",)),
    Entry("CRUSH.md", ("Crush",)),
    Entry(".idx/airules.md", ("Firebase",)),
    Entry(".openhands/microagents/repo.md", ("OpenHands",)),
    Entry(".trae/rules/project_rules.md", ("Trae",)),
    Entry("replit.md", ("Replit",)),
    Entry("CODEBUDDY.md", ("CodeBuddy",)),
    Entry(".gitlab/duo/chat-rules.md", ("GitLab Duo",)),
    Entry("CONVENTIONS.md", ("aider",)),
    Entry(".specify/memory/constitution.md", ("Spec Kit",)),
    Entry("CONSTITUTION.md", ()),
    Entry("docs/constitution.md", ()),
    Entry("ARCHITECTURE.md", ()),
    Entry("docs/architecture.md", ()),
    Entry("docs/ARCHITECTURE.md", ()),
)


def is_private(path: str) -> bool:
    """Tell whether a path is one person's own: any ``*.local.md``, in any folder and case."""
    return path.lower().endswith(".local.md")


def rank(path: str) -> int:
    """Return where ``path`` stands in the catalogue; behind all entries where it does not."""
    for number, entry in enumerate(CATALOGUE):
        if entry.matches(path):
            return number
    return len(CATALOGUE)


def find(paths: Iterable[str]) -> list[Found]:
    """Return which of a repository's paths are context files.

    Those at their entry's place come first, in the order of the catalogue; then the nested ones,
    by path. The exact spelling wins; a file at the top whose case differs is taken where no
    file has the exact one.
    """
    known = sorted(paths)
    top = [path for path in known if "/" not in path]
    found: list[Found] = []
    taken: set[str] = set()
    for entry in CATALOGUE:
        exact = [path for path in known if entry.matches(path)]
        alike = [path for path in top if path.lower() == entry.pattern.lower()][:1]
        for path in exact or alike:
            if path not in taken:
                taken.add(path)
                found.append(Found(path, entry, False, entry.private or is_private(path)))
    found += (
        Found(path, entry, True, is_private(path))
        for path in known
        if "/" in path and path not in taken
        for entry in CATALOGUE
        if entry.matches_nested(path)
    )
    return found
