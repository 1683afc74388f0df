"""What comes in, made fit to be structured: parsing JSON, and mending what can be mended.

All of it works on plain JSON values. Nothing in an error's text comes from the message itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from cattrs import AttributeValidationNote, IterableValidationNote

MAX_POSITION = 2**31 - 1
"""The protocol's greatest unsigned integer (LSP 3.17, base types)."""

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ID_WITHIN = 64 * 1024
_UNDERLINED = re.compile("_([a-z])")
_MAX_ROUNDS = 40

T = TypeVar("T")
Path = tuple[str | int, ...]

# What may be left out of a request where it is odd, and the request still be answered. The first
# because no editor may be left without a server over a value that is newer than the server; the
# others because they only describe how the request came about.
_LENIENT = {
    "initialize": ("params",),
    "textDocument/codeAction": ("params", "context"),
    "textDocument/completion": ("params", "context"),
}

_LEFT_OUT: dict[str, dict[str, Any]] = {
    "initialized": {},
    "workspace/didChangeConfiguration": {"settings": None},
}


class UnreadableError(Exception):
    """A body that is not a JSON value; ``id`` is its request's, if that can be told."""

    def __init__(self, reason: str, message_id: int | str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = message_id


def parse(body: bytes | bytearray) -> Any:
    """The JSON value of a body, without lone surrogates, which no encoding can hold.

    Each becomes U+FFFD, which is as long as it in every encoding of positions.
    Raises UnreadableError.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise UnreadableError("the message is not UTF-8", find_id(body)) from None
    except RecursionError:
        raise UnreadableError("the message is nested too deeply", find_id(body)) from None
    except ValueError:
        raise UnreadableError("the message is not JSON", find_id(body)) from None
    if _ESCAPED_SURROGATE.search(text):
        _replace_lone_surrogates(value)
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def find_id(body: bytes | bytearray) -> int | str | None:
    """The id of a request whose body cannot be parsed, if it stands near the beginning."""
    depth = 0
    before: list[bytes] = []
    for match in _TOKEN.finditer(body, 0, _ID_WITHIN):
        token = match[0]
        if depth == 1 and before == [b'"id"', b":"]:
            return _plain_id(token)
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
        before = [*before[-1:], token]
    return None


def _plain_id(token: bytes) -> int | str | None:
    try:
        value = json.loads(token)
    except ValueError:
        return None
    return value if is_id(value) else None


def is_id(value: object) -> bool:
    """Whether a value can be the id of a request (LSP 3.17: integer or string)."""
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def clamp_positions(value: Any) -> None:
    """Bring the numbers of each position into the protocol's range, in place.

    Some clients say "the end of the line" with numbers beyond it, or with fractions.
    """
    for found in _containers(value):
        if isinstance(found, dict) and "line" in found and "character" in found:
            for name in ("line", "character"):
                number = found[name]
                if isinstance(number, int | float) and not isinstance(number, bool):
                    found[name] = int(max(0, min(number, MAX_POSITION)))


def fill_in(message: dict[str, Any]) -> None:
    """Add what some clients leave out of a message, and the protocol wants."""
    missing = _LEFT_OUT.get(message["method"])
    if missing is not None and message.get("params", {}) in ({}, None):
        message["params"] = dict(missing)


def structure_leniently(message: dict[str, Any], structure: Callable[[dict[str, Any]], T]) -> T:
    """Structure a message, leaving out what is odd where its method allows that.

    ``structure`` is tried again without what it could not take: a value of an enumeration that
    is not known, a diagnostic of another server that has no range. Raises what ``structure``
    raises where something else is wrong.
    """
    lenient = _LENIENT.get(message["method"], ())
    for _ in range(_MAX_ROUNDS):
        try:
            return structure(message)
        except Exception as error:
            odd = {_odd(message, path) for path in _paths(error)}
            if not lenient or not all(_below(path, lenient) for path in odd):
                raise
            for path in sorted(odd, reverse=True):  # the last item of a list first
                _leave_out(message, path)
    return structure(message)


def _below(path: Path, prefix: tuple[str, ...]) -> bool:
    return len(path) > len(prefix) and path[: len(prefix)] == prefix


def _paths(error: BaseException, above: Path = ()) -> Iterator[Path]:
    """Where the values are that could not be structured, in the names that attributes have."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            above = (*above, note.name)
        elif isinstance(note, IterableValidationNote):
            above = (*above, note.index)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _paths(inner, above)
    else:
        yield above


def _odd(message: Any, path: Path) -> Path:
    """The path to what has to go: the value itself, or what lacks it if there is none."""
    found: list[str | int] = []
    value = message
    for step in path:
        name = step if isinstance(step, int) else _UNDERLINED.sub(_raised, step.rstrip("_"))
        if isinstance(value, dict) and name not in value:
            break
        if not isinstance(value, dict | list):
            break
        value = value[name]  # type: ignore[index]
        found.append(name)
    return tuple(found)


def _raised(match: re.Match[str]) -> str:
    return match[1].upper()


def _leave_out(message: Any, path: Path) -> None:
    holder = message
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]


def _containers(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    """Each object and array of a value, however deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            yield found
            waiting.extend(found)


def _replace_lone_surrogates(value: Any) -> None:
    for found in _containers(value):
        if isinstance(found, list):
            found[:] = [_whole(item) for item in found]
        elif any(isinstance(item, str) and not item.isascii() for item in found.values()):
            found.update({name: _whole(item) for name, item in found.items()})


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not value.isascii():
        return _LONE_SURROGATE.sub("\ufffd", value)
    return value
