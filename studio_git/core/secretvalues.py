"""Whether a value that stands where a secret is expected is one, or words, code or an example."""

from __future__ import annotations

import re

_SHORTEST = 8

# Templates, what stands for a value, examples of documentation, and public things.
_INNOCENT = re.compile(
    r"[<>…]|^\$\w|(?-i:\$[A-Z{(])|[{#]\{|\{[\w. ]*+\}|%[sd(]|^[$%@&*]|\*\*\*|\.\.\.|x{4}|---|___"
    r"|example|placeholder|change[-_ ]?me|your|dummy|sample|redacted|replace|insert|fake|foobar"
    r"|test|todo|none|null|true|false|undefined|12345678|abcdefgh|deadbeef"
    r"|^sha[0-9]+[:-]|^md5[:-]|^0x[0-9a-f]{40}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}|://"
    r"|^(?:op|arn|ssm|vault|env|file|secret|projects|data)[:/]",
    re.IGNORECASE,
)
_PATH = re.compile(r"~?\.{0,2}/[\w.-]+/|[A-Za-z]:\\")
_CODE = re.compile(r"[A-Za-z_$][\w$]*+(?:(?:\?\.|->|::|\.)[A-Za-z_$][\w$]*+)++!?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{32,}+|[0-9A-F]{32,}+")
_PART = re.compile(r"[A-Za-z0-9]++")
_RUN = re.compile(r"[A-Z]?[a-z]++|[A-Z]++|[0-9]++")
_DIGITS = re.compile(r"[0-9]++")
_CHOSEN = re.compile(r"[A-Za-z]++[0-9]{2,}+[A-Za-z0-9]*+")
_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_SYMBOL = re.compile(r"[!@#$%^&*]")

# A long token holds each short word by chance some day; these are too long for that.
_EXAMPLE = re.compile(
    r"example|x{6}|placeholder|redacted|0123456|1234567890|abcdefgh", re.IGNORECASE
)


def is_example(token: str) -> bool:
    """Whether a token of a known shape is documentation's."""
    return len(set(token)) < 9 or _EXAMPLE.search(token) is not None


def is_innocent(value: str, *, few: int = 6) -> bool:
    """Whether the value stands for another one (a template, an example), or is public.

    A value with fewer than ``few`` different characters says nothing.
    """
    return len(set(value)) < few or _INNOCENT.search(value) is not None


def is_code(value: str) -> bool:
    """Whether a value without quotes is an expression or a path rather than a literal."""
    return _CODE.fullmatch(value) is not None or _PATH.match(value) is not None


def is_random(value: str) -> bool:
    """Whether no person chose these characters: words with a number behind them do not count."""
    if len(value) < _SHORTEST:
        return False
    if _UUID.fullmatch(value) or _HEX.fullmatch(value):
        return True
    odd = sum(len(part) for part in _PART.findall(value) if not _is_word(part))
    return odd >= max(_SHORTEST, len(value) // 3)


def is_password(value: str, *, literal: bool) -> bool:
    """Whether a person would choose this for a password: letters with symbols or numbers.

    Without a symbol it has to be a ``literal``, since ``Argon2id`` looks the same.
    """
    if len(value) < _SHORTEST:
        return False
    if _SYMBOL.search(value):
        return sum(kind.search(value) is not None for kind in _CLASSES) >= 2
    return literal and _CHOSEN.fullmatch(value) is not None


def _is_word(part: str) -> bool:
    """Whether letters and digits read as words: "oauth2", "Uint8Array", "2024", "RS256"."""
    if part.isdigit() or len(part) < 6:
        return True
    if len(_DIGITS.findall(part)) > 1:
        return False
    mixed = not part.islower() and not part.isupper()
    return len(part) < 12 or not mixed or len(part) >= 3 * len(_RUN.findall(part))
