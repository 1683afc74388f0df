"""What JavaScript and PHP projects declare: package.json and composer.json."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_git.core import versions
from studio_git.core.manifestmodels import (
    Declared,
    Ecosystem,
    Need,
    Package,
    items,
    need,
    table,
    words,
)
from studio_git.core.manifesttexts import json_object
from studio_git.core.versions import Scheme

_LISTS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_ENGINES = ("node", "npm", "pnpm", "yarn", "bun", "deno")
_ELSEWHERE = re.compile(r"://|^(?:file|link|git|github|workspace|catalog|portal|patch)[:@+]")


def package_json(text: str) -> Declared:
    """npm's ``package.json``. Raises ManifestError.

    Versions that Volta, ``packageManager`` and ``devEngines`` name count beside ``engines``.
    """
    whole = json_object(text)
    packages = [
        Package(Ecosystem.NPM, name, _release(said))
        for key in _LISTS
        for name, said in table(whole, key).items()
    ]
    needs = [*_engines(whole), *_pinned(whole)]
    if not any(each.program in ("node", "bun", "deno") for each in needs):
        needs.append(Need("node"))
    return Declared(tuple(packages), tuple(dict.fromkeys(needs)))


def composer_json(text: str) -> Declared:
    """Composer's ``composer.json``; platform packages other than PHP are no programs."""
    whole = json_object(text)
    required = table(whole, "require")
    packages = [
        Package(Ecosystem.COMPOSER, name.lower(), versions.named(words(said)))
        for listed in (required, table(whole, "require-dev"))
        for name, said in listed.items()
        if "/" in name
    ]
    php = need("php", Scheme.COMPOSER, required.get("php"))
    return Declared(tuple(packages), (php, Need("composer")))


def _engines(whole: dict[str, object]) -> Iterator[Need]:
    for name, said in table(whole, "engines").items():
        if name in _ENGINES:
            yield need(name, Scheme.NPM, said)
    for key in ("runtime", "packageManager"):
        said = table(whole, "devEngines").get(key)
        for each in [said, *items(said)]:
            name = words(table(each).get("name"))
            if name in _ENGINES:
                yield need(name, Scheme.NPM, table(each).get("version"))


def _pinned(whole: dict[str, object]) -> Iterator[Need]:
    manager, _, said = words(whole.get("packageManager")).partition("@")
    if manager in _ENGINES and said:
        yield need(manager, Scheme.PIN, said.partition("+")[0])  # behind it stands a checksum
    for name, said in table(whole, "volta").items():
        if name in _ENGINES:
            yield need(name, Scheme.PIN, said)


def _release(said: object) -> str | None:
    text = words(said)
    if text.startswith("npm:"):  # another package under this name
        text = text.rpartition("@")[2]
    return None if _ELSEWHERE.search(text) else versions.named(text)
