"""What containers and workflows declare: Dockerfiles, compose files, GitHub Actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from studio_git.core import versions
from studio_git.core.manifestmodels import Declared, Ecosystem, Need, Package, items, table
from studio_git.core.manifesttexts import yaml_mapping

_VARIABLE = re.compile(
    r"\$(?:\{([A-Za-z_]\w{0,99})(?::?[-?+]([^${}]{0,200}))?\}|([A-Za-z_]\w{0,99}))"
)
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w{0,99})[\"']?")
_ESCAPE = re.compile(r"^#\s*escape\s*=\s*`", re.IGNORECASE)
_SETUP = {
    "actions/setup-python": ("python", "python-version"),
    "actions/setup-node": ("node", "node-version"),
    "actions/setup-go": ("go", "go-version"),
    "actions/setup-java": ("java", "java-version"),
    "actions/setup-dotnet": ("dotnet", "dotnet-version"),
    "ruby/setup-ruby": ("ruby", "ruby-version"),
    "shivammathur/setup-php": ("php", "php-version"),
    "erlef/setup-beam": ("elixir", "elixir-version"),
}
_BUILT_ON = "scratch"


def dockerfile(text: str) -> Declared:
    """A Dockerfile: the images that its stages are built on."""
    values: dict[str, str] = {}
    stages, begun = {_BUILT_ON}, False
    packages: list[Package] = []
    for word, rest in _instructions(text):
        if word == "ARG" and not begun:  # later ones do not count for FROM
            name, _, value = rest.partition("=")
            values.setdefault(name.strip(), value.strip().strip("\"'"))
        elif word == "FROM":
            begun = True
            parts = [part for part in rest.split() if not part.startswith("--")]
            image = _filled(parts[0], values) if parts else ""
            if image and image.casefold() not in stages:
                packages += _image(image)
            if len(parts) > 2 and parts[1].upper() == "AS":
                stages.add(parts[2].casefold())
    return Declared((_file("dockerfile"), *packages), (Need("docker"),))


def compose(text: str) -> Declared:
    """A compose file: the images of its services. Raises ManifestError."""
    services = table(yaml_mapping(text), "services").values()
    images = [image for service in services for image in _images(table(service).get("image"))]
    return Declared((_file("compose"), *images), (Need("docker"),))


def workflow(text: str) -> Declared:
    """A workflow of GitHub Actions: its actions, and the images of its services.

    The version that it sets a language up with is a hint, because it is what the tests run on.
    Raises ManifestError.
    """
    packages = [_file("workflow")]
    for job in table(yaml_mapping(text), "jobs").values():
        for service in table(job, "services").values():
            packages += _images(table(service).get("image") or service)
        for step in items(table(job).get("steps")):
            packages += _action(table(step))
    return Declared(tuple(dict.fromkeys(packages)))


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile; what stands in a here-document is none."""
    escape = "`" if _ESCAPE.match(text) else "\\"
    pending: list[str] = []
    ends = ""
    for line in text.splitlines():
        plain = line.strip()
        if ends:
            ends = "" if plain == ends else ends
            continue
        if plain.startswith("#") or not plain:
            continue
        pending.append(plain.removesuffix(escape))
        if plain.endswith(escape):
            continue
        word, _, rest = " ".join(pending).partition(" ")
        pending.clear()
        heredoc = _HEREDOC.search(rest) if word.upper() in ("RUN", "COPY", "ADD") else None
        ends = heredoc[1] if heredoc else ""
        yield word.upper(), rest.strip()


def _images(said: Any) -> Iterator[Package]:
    if isinstance(said, str):
        yield from _image(_filled(said.strip(), {}))


def _image(said: str) -> Iterator[Package]:
    """The image of a reference, without its registry's host: ``postgres:16`` is PostgreSQL 16."""
    name, tag = said.partition("@")[0], ""
    if ":" in name.rpartition("/")[2]:
        name, _, tag = name.rpartition(":")
    host, _, rest = name.partition("/")
    if rest and ("." in host or ":" in host or host == "localhost"):
        name = rest
    for prefix in ("docker/library/", "library/", "bitnami/"):
        name = name.removeprefix(prefix)
    if name and "$" not in name and not any(char.isspace() for char in name):
        yield Package(Ecosystem.IMAGE, name.lower(), versions.tagged(tag))


def _action(step: dict[str, Any]) -> Iterator[Package]:
    uses = step.get("uses")
    if not isinstance(uses, str):
        return
    name = uses.strip().partition("@")[0].lower()
    if name in _SETUP:
        language, key = _SETUP[name]
        said = table(step, "with").get(key)
        if isinstance(said, str) and (version := versions.named(said)):
            yield Package(Ecosystem.FILE, language, version, hint=True)
    elif name and not name.startswith((".", "docker:")):
        yield Package(Ecosystem.ACTION, name)


def _filled(text: str, values: dict[str, str]) -> str:
    """A reference with its variables filled in, where a value or a default is written down."""

    def value(found: re.Match[str]) -> str:
        return values.get(found[1] or found[3]) or found[2] or found[0]

    return _VARIABLE.sub(value, text)[: versions.LONGEST]


def _file(name: str) -> Package:
    return Package(Ecosystem.FILE, name)
