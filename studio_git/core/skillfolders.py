"""``SKILL.md``: what the specification asks of it, and how a skill of the registry becomes one.

The rules are those of agentskills.io, "Specification" (as of November 2026): front matter with
``name`` (at most 64 of a-z, 0-9 and single "-", equal to the folder's) and ``description`` (at
most 1024), and optionally ``license``, ``compatibility`` (at most 500), ``metadata`` (a map) and
``allowed-tools`` (text or list). Other keys are the hosts' own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_git.core import frontmatter
from studio_git.core.frontmatter import Document
from studio_git.core.prose import shorten
from studio_git.core.registrytypes import MISSING_FIELD, WRONG_VALUE, Lines, Problem, name_from

SKILL_FILE = "SKILL.md"
MAX_DESCRIPTION = 1024
MAX_COMPATIBILITY = 500
MAX_NAME = 64

_NAME = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def check(text: str, folder: str | None) -> list[Problem]:
    """What in a ``SKILL.md`` is not as the specification asks.

    ``folder`` is the name of the folder it is in, or is to be in; None: not known.
    """
    document = frontmatter.read(text)
    if document.fault is not None:
        return [document.fault]
    lines = Lines(text)
    if not document.head:
        hint = "Begin it with lines ---, name: …, description: … and ---."
        return [Problem(MISSING_FIELD, "The skill has no front matter.", 0, 0, 0, hint)]
    return [*_name(document, lines, folder), *_description(document), *_optional(document, lines)]


def as_skill_file(text: str, name: str, description: str) -> str:
    """The text as a ``SKILL.md``: front matter is added where it says no name or description.

    Everything that is there stays; a text that has both is returned as it is.
    """
    document = frontmatter.read(text)
    if document.fault is not None:
        return text
    missing = {}
    if not document.text("name").strip():
        missing["name"] = name
    if not document.text("description").strip():
        missing["description"] = shorten(description or name, MAX_DESCRIPTION)
    return frontmatter.changed(document, missing) if missing else text


def renamed(text: str, name: str) -> str:
    """The text with another name in its front matter; as it is where that has none."""
    document = frontmatter.read(text)
    if document.fault is not None or document.text("name") in ("", name):
        return text
    return frontmatter.changed(document, {"name": name})


def _name(document: Document, lines: Lines, folder: str | None) -> Iterator[Problem]:
    name = document.text("name")
    if not name.strip():
        yield _missing("name", "a short name, such as pdf-processing")
        return
    good = _NAME.fullmatch(name) and name == name.lower() and len(name) <= MAX_NAME
    if not good:
        near = name_from(name).replace("_", "-").replace(".", "-")[:MAX_NAME].strip("-")
        message = f"A skill cannot be called '{shorten(name, 40)}'."
        hint = f"Write lower case letters, digits and single hyphens, {MAX_NAME} at most"
        hint += f", as in {near}." if near else "."
        yield _wrong(document, lines, "name", message, hint)
    elif folder is not None and name != folder:
        message = f"The skill says that it is called {name}, and its folder is {folder}."
        yield _wrong(document, lines, "name", message, f"Write name: {folder}")


def _description(document: Document) -> Iterator[Problem]:
    said = document.get("description")
    if not isinstance(said, str) or not said.strip():
        yield _missing("description", "what the skill does, and when to use it")
    elif len(said) > MAX_DESCRIPTION:
        entry = document.entries["description"]
        message = f"The description has {len(said):,} characters; {MAX_DESCRIPTION:,} can stand."
        yield Lines(document.head).problem(WRONG_VALUE, message, entry.start, entry.end)


def _optional(document: Document, lines: Lines) -> Iterator[Problem]:
    said = document.get("compatibility")
    if said is not None and (not isinstance(said, str) or len(said) > MAX_COMPATIBILITY):
        message = f"compatibility has to be a text of at most {MAX_COMPATIBILITY} characters."
        yield _wrong(document, lines, "compatibility", message)
    if not isinstance(document.get("license"), str | None):
        yield _wrong(document, lines, "license", "license has to be a text.")
    said = document.get("metadata")
    if said is not None and (isinstance(said, str | tuple)):
        yield _wrong(document, lines, "metadata", "metadata has to be keys with values.")
    said = document.get("allowed-tools")
    if said is not None and not isinstance(said, str | tuple):
        yield _wrong(document, lines, "allowed-tools", "allowed-tools has to be a text or a list.")


def _missing(key: str, what: str) -> Problem:
    message = f"The front matter says no {key}."
    return Problem(MISSING_FIELD, message, 0, 0, 3, f"Add {key}: {what}")


def _wrong(document: Document, lines: Lines, key: str, message: str, hint: str = "") -> Problem:
    entry = document.entries[key]
    return lines.problem(WRONG_VALUE, message, entry.start, entry.end, hint)
