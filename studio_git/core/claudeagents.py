"""Agents as Claude Code keeps them: Markdown with front matter, and the registry's JSON of them.

``name``, ``description``, ``tools``, ``skills`` and ``model`` are the front matter's, the text
below it is what the model is told (code.claude.com, "Subagents"). All other keys are kept where
the Markdown is: nothing of them is in the JSON, and going back changes only what moved there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from studio_git.core import frontmatter
from studio_git.core.prose import one_line, shorten
from studio_git.core.registrytypes import MISSING_FIELD, UNKNOWN_ITEM, Lines, Problem

_TEXTS = ("name", "description", "model")
_LISTS = ("skills", "tools")


def is_agent(text: str) -> bool:
    """True for Markdown that means to be an agent: with front matter that names it."""
    document = frontmatter.read(text)
    return bool(document.head) and (document.fault is not None or "name" in document.entries)


def problems(text: str, *, skills: Collection[str] | None = None) -> list[Problem]:
    """What is wrong in an agent's Markdown; ``skills`` are those that exist (None: not known)."""
    document = frontmatter.read(text)
    if document.fault is not None:
        return [document.fault]
    found = [
        Problem(MISSING_FIELD, f"The front matter says no {key}.", 0, 0, 3, f"Add a line {key}: …")
        for key in ("name", "description")
        if not document.text(key).strip()
    ]
    lines = Lines(text)
    for name in document.texts("skills") or ():
        if skills is not None and name not in skills:
            entry = document.entries["skills"]
            message = f"There is no skill '{shorten(name, 40)}' in the registry."
            hint = "Correct the name, or add it: git studio registry add skill FILE"
            found.append(lines.problem(UNKNOWN_ITEM, message, entry.start, entry.end, hint))
    return found


def to_json(text: str) -> dict[str, Any]:
    """The members of the registry's JSON that an agent's Markdown says, in their usual order."""
    document = frontmatter.read(text)
    found: dict[str, Any] = {key: one_line(document.text(key)) for key in _TEXTS}
    if not found["model"]:
        del found["model"]
    found["system_prompt"] = document.body.strip()
    for key in _LISTS:
        listed = document.texts(key)
        if listed is not None:
            found[key] = list(dict.fromkeys(listed))
    return found


def to_markdown(agent: Mapping[str, Any], original: str | None) -> str:
    """The Markdown of an agent's JSON.

    ``original`` is the Markdown that it once came from: what the JSON says as it did then stays
    byte for byte, and so does all that JSON has no place for.
    """
    before = {} if original is None else to_json(original)
    changes: dict[str, str | Sequence[str]] = {}
    for key in _TEXTS:
        said = agent.get(key)
        if isinstance(said, str) and said and one_line(said) != before.get(key):
            changes[key] = one_line(said)
    for key in _LISTS:
        said = agent.get(key)
        listed = [it for it in said if isinstance(it, str)] if isinstance(said, list) else None
        if listed is not None and listed != before.get(key):
            changes[key] = listed
    document = frontmatter.read(original or "")
    prompt = agent.get("system_prompt")
    body = document.body
    if isinstance(prompt, str) and prompt.strip() != body.strip():
        body = _around(body, prompt.strip())
    if not changes and body == document.body:
        return original or ""
    text = frontmatter.changed(document, changes) if changes else document.head + document.body
    return text.removesuffix(document.body) + body


def not_carried(agent: Mapping[str, Any]) -> list[str]:
    """The members of an agent's JSON that its Markdown has no place for."""
    known = {*_TEXTS, *_LISTS, "system_prompt", "$schema"}
    return [key for key in agent if key not in known]


def _around(body: str, prompt: str) -> str:
    """Another prompt within the blank lines that are around the one that is there."""
    inner = body.strip()
    if not inner:
        return f"\n{prompt}\n"
    start = body.index(inner)
    return body[:start] + prompt + body[start + len(inner) :]
