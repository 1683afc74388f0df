"""What Python projects declare: pyproject.toml and requirement files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508

from studio_git.core import versions
from studio_git.core.manifestmodels import Declared, Ecosystem, Need, Package, items, need, table
from studio_git.core.manifesttexts import toml
from studio_git.core.versions import Scheme

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_RUN = re.compile(r"[-_.]+")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_LONGEST = 2000


def pyproject(text: str) -> Declared:
    """``pyproject.toml``: PEP 621 and 735, and Poetry's tables. Raises ManifestError."""
    whole = toml(text)
    project, poetry = table(whole, "project"), table(whole, "tool", "poetry")
    packages = [*_listed(project), *_grouped(whole), *_poetry(poetry)]
    said = project.get("requires-python")
    needs = [need("python", Scheme.PYTHON, said)]
    caret = table(poetry, "dependencies").get("python")
    if said is None and caret is not None:
        needs = [need("python", Scheme.NPM, caret)]
    if not packages and not project and not poetry:
        return Declared()  # only the settings of tools, which any repository may have
    if poetry and not project:
        needs.append(Need("poetry"))
    return Declared(_once(packages), tuple(needs))


def requirements(text: str) -> Declared:
    """A requirements file of pip's; what it includes is read for itself."""
    packages = []
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        plain = _COMMENT.sub("", line).strip()
        if plain and not plain.startswith("-"):
            packages += _required(plain.partition(" --")[0])
    return Declared(_once(packages), (Need("python"),) if packages else ())


def _listed(project: dict[str, object]) -> Iterator[Package]:
    for line in items(project.get("dependencies")):
        yield from _required(line)
    for lines in table(project, "optional-dependencies").values():
        for line in items(lines):
            yield from _required(line)


def _grouped(whole: dict[str, object]) -> Iterator[Package]:
    for lines in table(whole, "dependency-groups").values():
        for line in items(lines):  # a table among them includes another group, read anyway
            yield from _required(line)


def _poetry(poetry: dict[str, object]) -> Iterator[Package]:
    groups = [table(poetry, "dependencies"), table(poetry, "dev-dependencies")]
    groups += [table(group, "dependencies") for group in table(poetry, "group").values()]
    for group in groups:
        for name, said in group.items():
            first = said[0] if isinstance(said, list) and said else said
            version = first.get("version") if isinstance(first, dict) else first
            if name != "python":
                yield _package(name, version if isinstance(version, str) else None)


def _required(line: object) -> list[Package]:
    """The package of one requirement (PEP 508); none where there is no name in it."""
    if not isinstance(line, str) or len(line) > _LONGEST:
        return []
    try:
        found = Pep508(line)
    except InvalidRequirement:
        name = _NAME.match(line)
        rest = line[name.end() :] if name else ""
        # What pip takes and the standard does not: a path, an address, a missing comma.
        return [_package(name[0], rest)] if name and rest[:1] in ("", "=", "<", ">", "~") else []
    return [_package(found.name, str(found.specifier))]


def _package(name: str, said: str | None) -> Package:
    folded = _RUN.sub("-", name).lower()
    return Package(Ecosystem.PYPI, folded, versions.named(said))


def _once(packages: Iterable[Package]) -> tuple[Package, ...]:
    return tuple(dict.fromkeys(packages))
