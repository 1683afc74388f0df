"""From what files declare to a tech stack: technologies under the names that people use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from studio_git.core.manifestmodels import Declared, Ecosystem, Package
from studio_git.core.technologytable import TECHNOLOGIES, Category
from studio_git.core.versions import named

_NAMES_ALONE = frozenset(("node", "npm", "docker"))
"""Programs that are needed for much else; only where a version is said do they make a stack."""


@dataclass(frozen=True, slots=True)
class Technology:
    """A technology as a row of ``tech_stack`` has it, and the files that declare it."""

    name: str
    category: Category
    version: str | None
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    category: Category | None
    own_version: bool


def _marked() -> Iterator[tuple[tuple[str, str], _Known]]:
    for name, category, marks in TECHNOLOGIES:
        for mark in marks.split():
            at = min(at for at in map(mark.find, ":~") if at > 0)
            yield (mark[:at], mark[at + 1 :]), _Known(name, category, mark[at] == ":")


_MARKS: Mapping[tuple[str, str], _Known] = dict(_marked())
_ORDER: Mapping[str, int] = {name: at for at, (name, _, _) in enumerate(TECHNOLOGIES)}


@dataclass(slots=True)
class _Seen:
    category: Category | None
    version: str | None = None
    files: dict[str, None] = field(default_factory=dict)
    declared: bool = False


def detect(files: Sequence[tuple[str, Declared]]) -> list[Technology]:
    """The technologies that files declare, by category; the first version said counts.

    ``files`` are paths with what each declares, the most telling first. Packages that are no
    technology of the table are passed over.
    """
    seen: dict[str, _Seen] = {}
    for path, declared in files:
        for package in (*declared.packages, *_languages(declared)):
            known = _lookup(package)
            if known is None:
                continue
            entry = seen.setdefault(known.name, _Seen(known.category))
            entry.files.setdefault(path)
            entry.declared |= not package.hint
            if entry.version is None and known.own_version:
                entry.version = package.version
    side = _side(seen.values())
    found = [
        Technology(name, entry.category or side, entry.version, tuple(entry.files))
        for name, entry in seen.items()
        if entry.declared
    ]
    return sorted(found, key=lambda each: (_rank(each.category), _ORDER[each.name]))


def known_as(words: str) -> tuple[str, Category | None] | None:
    """The name and the category of a technology of the table, by its name in any case."""
    folded = " ".join(words.split()).casefold()
    return next(
        ((name, category) for name, category, _ in TECHNOLOGIES if name.casefold() == folded), None
    )


def _languages(declared: Declared) -> Iterator[Package]:
    """The programs that a file needs, as what they are of a stack."""
    for need in declared.needs:
        said = named(need.requirement.text) if need.requirement else None
        if said or need.program not in _NAMES_ALONE:
            yield Package(Ecosystem.FILE, need.program, said)


def _lookup(package: Package) -> _Known | None:
    ecosystem, name = package.ecosystem.value, package.name
    found = _MARKS.get((ecosystem, name))
    if found is None and package.ecosystem is Ecosystem.MAVEN:
        found = _MARKS.get((ecosystem, name.partition(":")[0]))
    return found


def _side(seen: Iterable[_Seen]) -> Category:
    """On which side stands what serves both: that of a frontend unless there is none."""
    categories = {entry.category for entry in seen if entry.declared}
    return Category.FRONTEND if Category.FRONTEND in categories else Category.BACKEND


def _rank(category: Category) -> int:
    return list(Category).index(category)
