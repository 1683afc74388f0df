"""YAML front matter of Markdown: taken apart byte for byte, read, and changed key by key.

It is what stands between a first line ``---`` and the next such line (agentskills.io,
"Specification"; code.claude.com, "Subagents"). Only what is changed is written anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studio_git.core.registrytypes import SYNTAX, Lines, Problem

Value = str | tuple[str, ...] | Mapping[str, str] | None
"""A text, a list of texts, a map of texts, or nothing; of what is deeper only that it is there."""

MAX_LENGTH = 64 * 1024
"""A front matter of more characters is not read: YAML takes its time."""

_BOM = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_FENCE = "---"
_PLAIN = re.compile(r"[A-Za-z][\w./-]*(?:,? [\w./-]+)*")
_RESERVED = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One key: what it says, and where it stands in the text, ``[start, end)``."""

    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text in two parts, which put together are the text.

    ``head`` is the front matter with its fences ("" where there is none), ``body`` the rest.
    ``fault`` says why ``entries`` are empty though there is one.
    """

    head: str
    body: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    fault: Problem | None = None

    def get(self, key: str) -> Value:
        """What a key says; None where it is absent or says nothing."""
        found = self.entries.get(key)
        return None if found is None else found.value

    def text(self, key: str) -> str:
        """What a key says, where that is a text; else ""."""
        found = self.get(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> tuple[str, ...] | None:
        """What a key lists, with commas or as YAML's list; None where it is absent."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if isinstance(entry.value, str):
            return split_list(entry.value)
        return entry.value if isinstance(entry.value, tuple) else ()


def read(text: str) -> Document:
    """Take a text apart, and read its front matter."""
    end, inner = _extent(text)
    if not end:
        return Document("", text)
    head, body = text[:end], text[end:]
    if inner[1] - inner[0] > MAX_LENGTH:
        message = f"The front matter is longer than {MAX_LENGTH:,} characters."
        return Document(head, body, fault=Problem(SYNTAX, message, 0, 0, 3))
    return _parsed(head, body, inner)


def changed(document: Document, changes: Mapping[str, str | Sequence[str]]) -> str:
    """The text with other values for some keys; a key that is absent is added at the end.

    Every other byte stays. A text without front matter gets one.
    """
    newline = "\r\n" if "\r\n" in (document.head or document.body) else "\n"
    if not document.head:
        bom = _BOM if document.body.startswith(_BOM) else ""
        body = document.body.removeprefix(_BOM)
        gap = "" if not body or body.startswith(("\n", "\r")) else newline
        empty = f"{bom}{_FENCE}{newline}{_FENCE}{newline}{gap}"
        document = read(empty + body)
    head = document.head
    pieces: list[tuple[int, int, str]] = []
    added = ""
    for key, value in changes.items():
        entry = document.entries.get(key)
        line = f"{key}: {_written(value)}{newline}"
        if entry is not None:
            pieces.append((entry.start, entry.end, line))
        else:
            added += line
    closing = _extent(head)[1][1]
    for start, end, line in [(closing, closing, added), *sorted(pieces, reverse=True)]:
        head = head[:start] + line + head[end:]
    return head + document.body


def split_list(text: str) -> tuple[str, ...]:
    """The entries of ``Read, Bash(git add, git commit)``: commas in brackets part nothing."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth = max(0, depth + (char in "([") - (char in ")]"))
        if char == "," and not depth:
            found.append(text[start:place])
            start = place + 1
    return tuple(part for each in [*found, text[start:]] if (part := each.strip()))


def _extent(text: str) -> tuple[int, tuple[int, int]]:
    """Where the front matter ends (0: there is none), and what is between its fences."""
    at = len(_BOM) if text.startswith(_BOM) else 0
    first = _LINE.match(text, at)
    if first is None or first[0].rstrip() != _FENCE:
        return 0, (0, 0)
    place = start = first.end()
    while place < len(text):
        line = _LINE.match(text, place)
        assert line is not None  # noqa: S101 - for the type checker: it matches anything
        if line[0].rstrip() == _FENCE:
            return line.end(), (start, place)
        place = line.end()
    return 0, (0, 0)


def _parsed(head: str, body: str, inner: tuple[int, int]) -> Document:
    import yaml

    start, end = inner
    try:
        root = yaml.compose(head[start:end], Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _faulty(head, body, start + (mark.index if mark else 0), str(error.problem or ""))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return _faulty(head, body, start, str(error).split("\n", 1)[0])
    if root is None:
        return Document(head, body)
    if not isinstance(root, yaml.MappingNode):
        return _faulty(head, body, start, "it has to be keys with values")
    found: dict[str, Entry] = {}
    for key, value in root.value:
        if isinstance(key, yaml.ScalarNode):
            at = start + key.start_mark.index
            stop = _entry_end(head, at, start + value.end_mark.index, end)
            found[key.value] = Entry(_value(value), at, stop)
    return Document(head, body, found)


def _faulty(head: str, body: str, offset: int, said: str) -> Document:
    lines = Lines(head)
    line, column = lines.place(min(offset, len(head)))
    message = f"The front matter is no YAML: {said}." if said else "The front matter is no YAML."
    hint = "Put a text with a colon or a quote in it in quotes."
    return Document(head, body, fault=Problem(SYNTAX, message, line, column, column + 1, hint))


def _entry_end(head: str, start: int, value_end: int, limit: int) -> int:
    """Where the line ends that an entry's value ends on; blank lines and comments stay out."""
    place = last = start
    while place < min(max(value_end, start + 1), limit):
        line = _LINE.match(head, place)
        assert line is not None  # noqa: S101 - for the type checker: it matches anything
        place = line.end()
        said = line[0].strip()
        if said and not (said.startswith("#") and line[0][0] == "#"):
            last = place
    return last


def _value(node: object) -> Value:
    """A node's value, one level deep: aliases of aliases are never followed."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return tuple(str(it.value) for it in node.value if isinstance(it, yaml.ScalarNode))
    if isinstance(node, yaml.MappingNode):
        return {
            str(key.value): str(value.value) if isinstance(value, yaml.ScalarNode) else ""
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        }
    return None


def _written(value: str | Sequence[str]) -> str:
    if not isinstance(value, str):
        listed = ", ".join(value)
        whole = split_list(listed) == tuple(value)
        return _written(listed) if whole else f"[{', '.join(map(_quoted, value))}]"
    if _PLAIN.fullmatch(value) and value.isascii() and value.lower() not in _RESERVED:
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    """A text as YAML's double-quoted scalar, which JSON's strings are."""
    return json.dumps(value, ensure_ascii=False)
