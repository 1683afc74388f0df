"""What a repository's own files declare, whichever file says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studio_git.core.prose import shorten
from studio_git.core.versions import LONGEST, Requirement, Scheme


class Ecosystem(StrEnum):
    """Where a package has its name from."""

    PYPI = "pypi"
    NPM = "npm"
    GO = "go"
    CRATES = "crates"
    GEMS = "gems"
    COMPOSER = "composer"
    MAVEN = "maven"
    IMAGE = "image"
    ACTION = "action"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Package:
    """A package, container image or workflow action that is used.

    ``version`` is the release that is named, as people speak of it (3.11), or None. A ``hint``
    tells the version of what is declared elsewhere, and declares nothing itself.
    """

    ecosystem: Ecosystem
    name: str
    version: str | None = None
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A program that has to be there to work on the repository; any version without one said."""

    program: str
    requirement: Requirement | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What one file declares. ``brings`` are programs that the repository carries along."""

    packages: tuple[Package, ...] = ()
    needs: tuple[Need, ...] = ()
    brings: tuple[str, ...] = ()


class ManifestError(Exception):
    """A file is not what its name says; the message tells what is wrong, without a full stop."""


def need(program: str, scheme: Scheme, text: object) -> Need:
    """A need with a version where there is one said as text."""
    said = words(text)
    return Need(program, Requirement(scheme, said) if said else None)


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table within tables that the keys lead to; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The items of a list; none of what is no list."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """A text or a number as one line of a bounded length; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and abs(value) > 10**9:
        return ""
    return shorten(str(value), LONGEST)
