"""The page of the diagnostic codes, made from the table in the code."""

from __future__ import annotations

from studio_git.core.codes import CODES, Code, anchor

_FAMILIES = {
    "drift": "Context files that differ from Studio's",
    "lint": "The text itself",
    "reference": "References",
    "message": "Commit messages",
    "registry": "Files of the registry",
}


def render(note: str) -> str:
    """The page; ``note`` is what every generated page begins with."""
    parts = [
        note + "# Diagnostics",
        "What the editor, `git studio lint` and the commit hook point at. In the editor each has "
        "the source `studio` and its code; the severity can be set, and `off` turns one off. "
        "Each heading is the code with `-` for `/`, so that a link can lead to it.",
    ]
    family = ""
    for code in CODES.values():
        if code.code.partition("/")[0] != family:
            family = code.code.partition("/")[0]
            parts.append(f"## {_FAMILIES[family]}")
        parts += _entry(code)
    return "\n\n".join(parts) + "\n"


def _entry(code: Code) -> list[str]:
    return [
        f"### {anchor(code.code)}",
        f"**{code.title}.** `{code.code}`, by default {_with_article(code.severity)}.",
        code.meaning,
        f"**What to do.** {code.remedy}",
    ]


def _with_article(severity: str) -> str:
    if severity == "information":
        return "information"
    return f"an {severity}" if severity[0] in "aeiou" else f"a {severity}"
