"""Words that lose somebody's work when they are pasted into a terminal."""

from __future__ import annotations

import re

_COMMANDS = (
    r"\brm\s+(?:-\S+\s+)*[\w./~$\"'{*-]",
    r"\brmdir\s+\S",
    r"\b(?:shred|mkfs|truncate|wipefs)\s+\S",
    r"\bdd\s+(?:if|of)=",
    r"\bfind\b.*\s-delete\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*reset\s+(?:\S+\s+)*--(?:hard|merge|keep)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*clean\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*rm\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*restore\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*checkout\s+(?:\S+\s+)*(?:--(?:\s|$)|-f\b|--force|\.(?:\s|$))",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*switch\s+(?:\S+\s+)*(?:-f\b|--force|--discard-changes)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*push\s+(?:\S+\s+)*(?:-f\b|--force|--delete|--mirror|\+\S)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:branch|tag)\s+(?:\S+\s+)*(?:-[dD]\b|--delete)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*stash\s+(?:drop|clear)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:filter-branch|filter-repo|update-ref|read-tree|replace)\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:reflog\s+(?:expire|delete)|gc\b.*--prune|prune\b)",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*worktree\s+remove\b",
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*config\s+(?:\S+\s+)*--(?:unset|remove-section)",
    r"\b(?:drop|truncate)\s+(?:table|database|index|view)\b",
    r"\bdelete\s+from\s+\w",
    r"\bupdate\s+\w+\s+set\s+\w+\s*=",
    r"\bsqlite3\s+\S+\.db\b",
    r"\bchmod\s+(?:-R|777|0)",
    r"\bchown\s+-R",
    r"\bkill(?:all)?\s+(?:-\S+\s+)?[\d$]",
    r"\bcurl\b.*\|\s*(?:ba)?sh\b",
    r"\bsudo\s+\S",
)
_ANY = re.compile("|".join(_COMMANDS), re.IGNORECASE)


def find(text: str) -> str:
    """The first such words in a text; empty where there are none."""
    found = _ANY.search(text)
    return found[0] if found else ""
