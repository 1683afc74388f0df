"""What version managers are told: .tool-versions, mise.toml, and a file for one language each."""

from __future__ import annotations

import re
from collections.abc import Callable

from studio_git.core.manifestmodels import Declared, Need, items, need, table, words
from studio_git.core.manifesttexts import toml
from studio_git.core.versions import Scheme

_NAME = re.compile(r"[A-Za-z0-9@][\w@./:+-]{0,99}", re.ASCII)


def tool_versions(text: str) -> Declared:
    """``.tool-versions`` of asdf and mise: a tool, and its version; others stand in reserve."""
    needs = []
    for line in text.splitlines():
        parts = line.partition("#")[0].split()
        if len(parts) > 1 and _NAME.fullmatch(parts[0]):
            needs.append(_pinned(parts[0], parts[1]))
    return Declared(needs=tuple(needs))


def mise_toml(text: str) -> Declared:
    """``mise.toml``: the table of tools; of several versions the first. Raises ManifestError."""
    needs = []
    for name, said in table(toml(text), "tools").items():
        first = (items(said) or [said])[0]
        version = words(table(first).get("version") if isinstance(first, dict) else first)
        if _NAME.fullmatch(name) and version:
            needs.append(_pinned(name.removeprefix("core:"), version))
    return Declared(needs=tuple(needs))


def one_version(program: str) -> Callable[[str], Declared]:
    """A reader of files that hold the version of one program, as ``.nvmrc`` does."""

    def read(text: str) -> Declared:
        lines = (line.partition("#")[0].split() for line in text.splitlines())
        said = next((parts[0] for parts in lines if parts), "")
        return Declared(needs=(_pinned(program, said),) if said else ())

    return read


def rust_toolchain(text: str) -> Declared:
    """``rust-toolchain.toml``, and the older form that is the channel alone."""
    first = text.strip()
    channel = words(table(toml(text), "toolchain").get("channel")) if "[" in first else first
    if re.match(r"[0-9]", channel):
        return Declared(needs=(need("rust", Scheme.PIN, channel.partition("-")[0]),))
    return Declared(needs=(Need("rust"),) if channel else ())


def _pinned(program: str, version: str) -> Need:
    return need(program, Scheme.PIN, version)
