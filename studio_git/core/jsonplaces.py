"""JSON with the place of each value: what the standard library's parser does not tell.

The grammar is that of RFC 8259; a byte order mark before it is passed over.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Literal

from studio_git.core.text import MAX_BYTES

MAX_DEPTH = 100
MAX_VALUES = 100_000

Kind = Literal["object", "array", "string", "number", "boolean", "null"]

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+"')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})|(\\.)')
_WORD = re.compile(r'[^\s{}\[\],:"]+|.', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MARKS = frozenset("{}[],:")
_BOM = "\ufeff"


@dataclass(slots=True)
class Node:
    """A value and where it stands: ``[start, end)`` in code points of the text.

    ``text`` is what a string says, or how a number or word is written.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    items: list[Node] = field(default_factory=list)
    members: list[tuple[Node, Node]] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The value of a member; of several of that name the last, as JSON's readers do."""
        found = None
        for name, value in self.members:
            if name.text == key:
                found = value
        return found


class JsonError(Exception):
    """The text is no JSON: what is wrong between two offsets, and what to do."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint


def parse(text: str) -> Node:
    """The value that a text holds. Raises JsonError at the first place where it is no JSON.

    It is one, too, where the text is larger than 2 MiB, deeper than 100 levels or has more than
    100,000 values.
    """
    if len(text) > MAX_BYTES:
        raise JsonError(f"The file is larger than {MAX_BYTES:,} bytes.", 0, 0)
    reader = _Reader(text)
    node = reader.value(0)
    if reader.mark:
        raise reader.fault("There is more behind the end of the value.", "Only one can stand here.")
    return node


def replaced(text: str, node: Node, value: str) -> str:
    """The text with another string in the place of a value."""
    return text[: node.start] + json.dumps(value, ensure_ascii=False) + text[node.end :]


class _Reader:
    """Reads token by token; ``mark`` is the one at hand: a sign, '"', "word", or "" at the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mark = ""
        self.start = 0
        self.end = len(_BOM) if text.startswith(_BOM) else 0
        self.values = 0
        self.next()

    def next(self) -> None:
        """Go on to the next token."""
        space = _SPACE.match(self.text, self.end)
        self.start = self.end = space.end() if space else self.end
        sign = self.text[self.start : self.start + 1]
        if not sign or sign in _MARKS:
            self.mark, self.end = sign, self.start + len(sign)
            return
        pattern = _STRING if sign == '"' else _WORD
        found = pattern.match(self.text, self.start)
        if found is None:
            raise JsonError(
                "The text in quotes is not closed on its line.",
                self.start,
                len(self.text),
                r'Close it with "; a new line within it is written \n, a tab \t.',
            )
        self.mark, self.end = '"' if sign == '"' else "word", found.end()

    def fault(self, message: str, hint: str = "") -> JsonError:
        """What is wrong with the token at hand."""
        return JsonError(message, self.start, self.end, hint)

    def value(self, depth: int) -> Node:
        """The value that begins with the token at hand; the token behind it is at hand then."""
        self.values += 1
        if depth > MAX_DEPTH:
            raise self.fault(f"The file is nested deeper than {MAX_DEPTH} levels.")
        if self.values > MAX_VALUES:
            raise self.fault(f"The file has more than {MAX_VALUES:,} values.")
        if self.mark == "{":
            return self._object(depth)
        if self.mark == "[":
            return self._array(depth)
        node = self._string() if self.mark == '"' else self._word()
        self.next()
        return node

    def _object(self, depth: int) -> Node:
        node = Node("object", self.start, self.end)
        self.next()
        while self.mark != "}":
            if node.members:
                self._comma("}")
            if self.mark != '"':
                raise self.fault(*self._no_key(bool(node.members)))
            key = self._string()
            self.next()
            if self.mark != ":":
                raise self.fault(f'After "{key.text[:40]}" has to stand a colon and a value.')
            self.next()
            node.members.append((key, self.value(depth + 1)))
        node.end = self.end
        self.next()
        return node

    def _array(self, depth: int) -> Node:
        node = Node("array", self.start, self.end)
        self.next()
        while self.mark != "]":
            if node.items:
                self._comma("]")
            node.items.append(self.value(depth + 1))
        node.end = self.end
        self.next()
        return node

    def _comma(self, closing: str) -> None:
        if self.mark != ",":
            message = "The file ends too early." if not self.mark else "A comma is missing here."
            raise self.fault(message, f"What follows is put behind a comma; {closing} closes.")
        comma = self.start
        self.next()
        if self.mark == closing:
            raise JsonError(f"No comma can stand before {closing}.", comma, comma + 1, "Remove it.")

    def _no_key(self, begun: bool) -> tuple[str, str]:
        if not self.mark:
            return "The file ends too early.", "Close what is open with }."
        hint = 'Write "name": and a value.' if begun else 'Write "name": and a value, or close.'
        return "A name in double quotes has to stand here.", hint

    def _string(self) -> Node:
        raw = self.text[self.start : self.end]
        for escape in _ESCAPE.finditer(raw) if "\\" in raw else ():
            if escape[1]:
                at = self.start + escape.start()
                hint = r"A backslash itself is written \\."
                raise JsonError(f"JSON has no {escape[1]} in a text.", at, at + 2, hint)
        said = json.loads(raw) if "\\" in raw else raw[1:-1]
        return Node("string", self.start, self.end, said)

    def _word(self) -> Node:
        word = self.text[self.start : self.end]
        if word in ("true", "false"):
            return Node("boolean", self.start, self.end, word)
        if word == "null":
            return Node("null", self.start, self.end, word)
        if self.mark == "word" and _NUMBER.fullmatch(word):
            return Node("number", self.start, self.end, word)
        if not self.mark:
            raise self.fault("The file ends too early.", "A value has to stand here.")
        if word.startswith(("//", "/*", "#")):
            raise self.fault("JSON has no comments.", "Remove it.")
        raise self.fault(
            "A value has to stand here.", "Text stands in double quotes, as a name of an item does."
        )
