"""What Go, Rust and Ruby projects declare: go.mod, Cargo.toml, Gemfile and its lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_git.core import versions
from studio_git.core.manifestmodels import Declared, Ecosystem, Need, Package, need, table
from studio_git.core.manifesttexts import toml
from studio_git.core.versions import Scheme

_REQUIRED = re.compile(r"^([^\s()\"]{1,300})\s+v([0-9][^\s/]{0,100})\s*(?://(.*))?$")
_MAJOR = re.compile(r"(?:/v|\.v)[0-9]{1,4}$")
_GO = re.compile(r"^go\s+([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})")
_GEM = re.compile(r"""^\s*gem[\s(]+["']([\w.-]{1,200})["']((?:\s*,\s*["'][^"'\n]{1,100}["'])*)""")
_RUBY = re.compile(
    r"""^\s*ruby[\s(]+["']([^"'\n]{1,100})["']((?:\s*,\s*["'][^"'\n]{1,100}["'])*)"""
)
_QUOTED = re.compile(r"""["']([^"']{1,100})["']""")
_LOCKED = re.compile(r"^ {4}([\w.-]{1,200}) \(([^)\s]{1,100})\)$")
_DIRECT = re.compile(r"^ {2}([\w.-]{1,200})[!\s(]?")
_LOCKED_RUBY = re.compile(r"^\s+ruby ([0-9]+(?:\.[0-9]+)+)")


def go_mod(text: str) -> Declared:
    """``go.mod``: what is required directly. The ``go`` line is the oldest release that does."""
    packages: list[Package] = []
    release, block = None, ""
    for line in text.splitlines():
        plain = line.strip()
        found = _GO.match(plain)
        if not block and found:
            release = found[1]
        if block and plain.startswith(")"):
            block = ""
        elif plain.endswith("("):
            block = plain[:-1].strip()
        elif block == "require" or plain.startswith("require "):
            packages += _module(plain.removeprefix("require ").strip())
    return Declared(tuple(packages), (need("go", Scheme.MINIMUM, release),))


def cargo_toml(text: str) -> Declared:
    """``Cargo.toml``, also of a workspace. Raises ManifestError."""
    whole = toml(text)
    places = [whole, table(whole, "workspace"), *map(table, table(whole, "target").values())]
    packages = [
        Package(Ecosystem.CRATES, str(table(said).get("package") or name), _crate(said))
        for place in places
        for key in ("dependencies", "dev-dependencies", "build-dependencies")
        for name, said in table(place, key).items()
    ]
    said = table(whole, "package").get("rust-version")
    if not isinstance(said, str):
        said = table(whole, "workspace", "package").get("rust-version")
    return Declared(tuple(packages), (need("rust", Scheme.MINIMUM, said),))


def gemfile(text: str) -> Declared:
    """Bundler's ``Gemfile``, as far as it is plain: nothing of it is run."""
    packages, ruby = [], Need("ruby")
    for line in text.splitlines():
        gem = _GEM.match(line)
        if gem:
            said = ",".join(_QUOTED.findall(gem[2]))
            packages.append(Package(Ecosystem.GEMS, gem[1], versions.named(said)))
        found = _RUBY.match(line)
        if found:
            said = ", ".join([found[1], *_QUOTED.findall(found[2])])
            ruby = need("ruby", Scheme.GEM, said)
    return Declared(tuple(packages), (ruby, Need("bundler")))


def gemfile_lock(text: str) -> Declared:
    """``Gemfile.lock``: the releases of what the Gemfile itself names."""
    locked: dict[str, str] = {}
    direct: list[str] = []
    section, ruby = "", None
    for line in text.splitlines():
        if line and not line.startswith(" "):
            section = line.strip()
        elif section == "DEPENDENCIES" and (found := _DIRECT.match(line)):
            direct.append(found[1])
        elif section == "RUBY VERSION" and (found := _LOCKED_RUBY.match(line)):
            ruby = found[1]
        elif found := _LOCKED.match(line):
            locked.setdefault(found[1], found[2])
    packages = [
        Package(Ecosystem.GEMS, name, versions.named(locked.get(name)), hint=True)
        for name in direct
    ]
    hint = [Package(Ecosystem.FILE, "ruby", ruby, hint=True)] if ruby else []
    return Declared((*packages, *hint))


def _module(line: str) -> Iterator[Package]:
    found = _REQUIRED.match(line)
    if found and "indirect" not in (found[3] or ""):
        yield Package(Ecosystem.GO, _MAJOR.sub("", found[1]), versions.named(found[2]))


def _crate(said: object) -> str | None:
    version = said if isinstance(said, str) else table(said).get("version")
    return versions.named(version) if isinstance(version, str) else None
