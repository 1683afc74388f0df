"""Versions and what is required of them, in the rules of those who wrote the requirement.

The rules themselves are those of the libraries: packaging for Python's (PEP 440), nodesemver for
npm's. Composer's and RubyGems' are brought into the form of one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import nodesemver  # type: ignore[import-untyped]
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

LONGEST = 200
"""Characters of a requirement that is looked at; a longer one is nobody's version."""


class Scheme(StrEnum):
    """Whose rules a requirement follows."""

    PYTHON = "python"
    NPM = "npm"
    COMPOSER = "composer"
    GEM = "gem"
    MINIMUM = "minimum"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is required of a version, as it was written.

    A pin names one release, or all that begin so: ``3.11`` is every 3.11.x.
    """

    scheme: Scheme
    text: str

    def __str__(self) -> str:
        """As people read it: ``>= 3.11, < 4``."""
        text = " ".join(self.text.split())
        if self.scheme is Scheme.MINIMUM:
            return f">= {text}"
        if self.scheme is Scheme.PYTHON:
            text = re.sub(r"\s*,\s*", ", ", text)
        return _OPERATOR.sub(r"\1 ", text)


_OPERATOR = re.compile(r"(?<![<>=!~^])([<>]=?|[=!~]=|~>)\s*(?=[0-9v])")
_NUMBERS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,4}")
_ANY = frozenset(
    ("", "*", "x", "latest", "system", "stable", "node", "current", "lts/*", "lts", "default")
)
_LTS = {
    "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14",
    "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
}  # fmt: skip
"""The names of Node.js' long-term releases (https://github.com/nodejs/Release)."""

_VENDOR = re.compile(r"^(?:[a-z]+[-_])+(?=[0-9])")
_TAIL = re.compile(r"(?:\.[xX*])+$")
_TOKEN = re.compile(
    r"(?P<operator>[<>=!~^]*)\s*[vV]?(?P<version>[0-9]{1,9}(?:\.(?:[0-9]{1,9}|[xX*]))*)"
    r"[0-9A-Za-z.+-]*"
)
_COMPOSER_TILDE = re.compile(r"~\s*([0-9]{1,9})(?:\.[0-9]{1,9})?(?![0-9.])")
_GEM_TILDE = re.compile(r"~>\s*([0-9]{1,9})$")
_PLAIN = re.compile(r"[vV]?[0-9]+(?:\.(?:[0-9]+|[xX*]))*")
_ENTRY = re.compile(
    r"(?P<operator>>=|≥|>|=|\^|~)?\s*[vV]?(?P<version>[0-9]+(?:\.[0-9]+)*)(?P<more>(?:\.[xX*])?\+?)"
)


def satisfies(version: str, requirement: Requirement) -> bool | None:
    """Whether a version is one that is required; None where that cannot be told."""
    text = requirement.text.strip()
    if text.casefold() in _ANY:
        return True
    if len(text) > LONGEST:
        return None
    try:
        found = Version(version)
        return _satisfies(found, requirement.scheme, text)
    except (InvalidVersion, InvalidSpecifier, ValueError):
        return None


def of_words(text: str) -> Requirement:
    """A requirement of which nobody says whose rules it follows, as in a row of the store."""
    plain = text.strip()
    if _PLAIN.fullmatch(plain):
        return Requirement(Scheme.PIN, plain)
    if plain.endswith("+") and _PLAIN.fullmatch(plain[:-1]):
        return Requirement(Scheme.MINIMUM, plain[:-1])
    try:
        SpecifierSet(plain)
    except InvalidSpecifier:
        return Requirement(Scheme.NPM, plain)
    return Requirement(Scheme.PYTHON, plain)


def named(text: str | None) -> str | None:
    """The release that a requirement names, as people speak of it; None where it names none.

    ``>=3.11,<4`` is 3.11, ``^18`` is 18, ``1.2.*`` is 1.2; of alternatives the newest. An upper
    bound is no release that anybody uses.
    """
    if text is None or len(text) > LONGEST:
        return None
    tokens = _TOKEN.finditer(text)
    found = [
        _TAIL.sub("", token["version"])
        for token in tokens
        if not token["operator"].startswith(("<", "!")) and _starts_a_word(text, token.start())
    ]
    return max(found, key=_numbers, default=None)


def tagged(tag: str | None) -> str | None:
    """The release that an image's tag names: ``3.12-slim`` is 3.12, ``pg16`` is 16."""
    if tag is None or len(tag) > LONGEST:
        return None
    found = re.match(r"(?:v|pg)?([0-9]{1,9}(?:\.[0-9]{1,9})*)(?![0-9A-Za-z.])", tag)
    return found[1] if found else None


def holds_for(words: str, version: str | None) -> bool:
    """Whether what follows a technology's name in a list speaks of a version.

    ``3.11+`` of 3.11 and later, ``18`` of each 18.x, ``3.11, 3.12`` of either. It holds where
    either side says nothing that can be compared.
    """
    have = named(version)
    wanted = list(_ENTRY.finditer(words[:LONGEST]))
    if have is None or not wanted:
        return True
    return any(_entry_holds(entry, _numbers(have)) for entry in wanted)


def _satisfies(found: Version, scheme: Scheme, text: str) -> bool | None:
    if scheme is Scheme.PIN:
        return _is_pinned(found, text)
    if scheme is Scheme.MINIMUM:
        return found >= Version(text)
    if scheme is Scheme.PYTHON:
        return SpecifierSet(text).contains(found, prereleases=True)
    if scheme is Scheme.GEM:
        return SpecifierSet(_gem(text)).contains(found, prereleases=True)
    return _in_range(found, _composer(text) if scheme is Scheme.COMPOSER else _npm(text))


def _is_pinned(found: Version, text: str) -> bool | None:
    wanted = text.casefold().removeprefix("prefix:").removeprefix("=").lstrip("v").strip()
    if wanted.startswith("lts/"):
        wanted = _LTS.get(wanted.removeprefix("lts/"), "")
    wanted = _TAIL.sub("", _VENDOR.sub("", wanted).partition("+")[0])
    numbers = _NUMBERS.match(wanted)
    if numbers is None:
        return None
    try:
        exact = Version(wanted)
    except InvalidVersion:
        exact = None
    if exact is not None and exact.is_prerelease and not exact.is_devrelease:
        return found == exact
    have = (*found.release, 0, 0)[: max(3, len(found.release))]
    parts = tuple(map(int, numbers[0].split(".")))[: len(have)]  # vendors of Java count on
    return have[: len(parts)] == parts


def _in_range(found: Version, text: str) -> bool:
    release = ".".join(map(str, (*found.release, 0, 0)[:3]))
    pre = "-{}.{}".format(*found.pre) if found.pre else ""
    try:
        exact = Version(text)
    except InvalidVersion:
        exact = None
    if exact is not None and exact.is_prerelease:
        return found == exact  # nodesemver 0.9.1 takes "18.3.0-rc.1" for what is later, too
    # As npm looks at engines: a pre-release of the range is in it.
    return bool(nodesemver.make_range(text, False).test(release + pre, include_prerelease=True))


def _npm(text: str) -> str:
    """A range of npm's; Poetry's lists with commas are of the same kind."""
    return " ".join(text.replace(",", " ").split())


def _composer(text: str) -> str:
    """A constraint of Composer's as a range of npm's: ``~8.1`` may grow up to 9 there."""
    plain = re.sub(r"@[a-z]+", "", text).replace(",", " ")
    plain = re.sub(r"\s*\|\|?\s*", " || ", plain)
    return _npm(_COMPOSER_TILDE.sub(_whole_major, plain))


def _whole_major(found: re.Match[str]) -> str:
    least = found[0].lstrip("~").strip()
    return f">={least} <{int(found[1]) + 1}"


def _gem(text: str) -> str:
    """A requirement of RubyGems' as one of Python's."""
    parts = []
    for part in text.split(","):
        plain = part.strip()
        major = _GEM_TILDE.match(plain)
        if major:
            parts.append(f">={major[1]},<{int(major[1]) + 1}")
        elif plain.startswith("~>"):
            parts.append("~=" + plain[2:].strip())
        elif plain.startswith("=") or plain[:1].isdigit():
            parts.append("==" + plain.lstrip("= "))
        else:
            parts.append(plain)
    return ",".join(parts)


def _entry_holds(entry: re.Match[str], have: tuple[int, ...]) -> bool:
    wanted = _numbers(entry["version"])
    if entry["more"].endswith("+") or entry["operator"] in (">=", "≥", ">", "^", "~"):
        return have >= wanted
    shared = min(len(have), len(wanted))
    return have[:shared] == wanted[:shared]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


def _starts_a_word(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "._/-@:#")
