"""``copier.yml``: of which type a template is, and what it would run.

The keys are copier's (copier.readthedocs.io, "Configuring a template"): ``_tasks``,
``_migrations`` and ``_jinja_extensions`` are the ones that it asks trust for. ``_template_type``
is ours: ``project``, ``doc`` or ``cycle``. Copier passes over keys with "_" that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_git.core.frontmatter import MAX_LENGTH
from studio_git.core.prose import one_line

if TYPE_CHECKING:
    import yaml

TYPES = ("project", "doc", "cycle")
TYPE_KEY = "_template_type"

_EXTENSIONS = "_jinja_extensions"


@dataclass(frozen=True, slots=True)
class CopierFile:
    """What a template's own file says.

    ``type`` is "" where it says none of the three. ``runs`` are commands, ``migrations`` those
    that run at an update, ``extensions`` Python that is loaded. ``fault`` is why nothing of it
    could be read.
    """

    type: str = ""
    runs: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    fault: str = ""

    @property
    def needs_trust(self) -> bool:
        """True where anything of the template is run."""
        return bool(self.runs or self.migrations or self.extensions)


def read(text: str) -> CopierFile:
    """Read a ``copier.yml``; nothing in it is loaded or run."""
    import yaml

    if len(text) > MAX_LENGTH:
        return CopierFile(fault=f"it is longer than {MAX_LENGTH:,} characters")
    try:
        entries = dict(_entries(text))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return CopierFile(fault=one_line(str(error))[:200])
    said = _scalar(entries.get(TYPE_KEY))
    return CopierFile(
        type=said if said in TYPES else "",
        runs=tuple(_commands(entries.get("_tasks"))),
        migrations=tuple(_commands(entries.get("_migrations"))),
        extensions=tuple(_commands(entries.get(_EXTENSIONS))),
        fault="" if said in ("", *TYPES) else f"{TYPE_KEY} can be {', '.join(TYPES)}",
    )


def with_type(text: str, template_type: str) -> str | None:
    """The text with another type; None where it has no place for one, or cannot be read."""
    import yaml

    try:
        node = dict(_entries(text)).get(TYPE_KEY)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(node, yaml.ScalarNode) or template_type not in TYPES:
        return None
    before, after = text[: node.start_mark.index], text[node.end_mark.index :]
    gap = " " if before.endswith(":") else ""
    changed = f"{before}{gap}{template_type}{after}"
    return changed if read(changed).type == template_type else None


def _entries(text: str) -> Iterator[tuple[str, yaml.Node]]:
    """The outermost keys of all documents of a file; tags such as ``!include`` load nothing."""
    import yaml

    for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
        if isinstance(root, yaml.MappingNode):
            for key, value in root.value:
                if isinstance(key, yaml.ScalarNode):
                    yield str(key.value), value


def _scalar(node: yaml.Node | None) -> str:
    import yaml

    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _commands(node: yaml.Node | None) -> Iterator[str]:
    """Each entry of a list as one line: a text, a list of words, or a map with a command in it."""
    import yaml

    if not isinstance(node, yaml.SequenceNode):
        if node is not None and _scalar(node) not in ("", "null", "~"):
            yield one_line(_scalar(node))
        return
    for each in node.value:
        line = _command(each)
        if line:
            yield line


def _command(node: yaml.Node, depth: int = 2) -> str:
    import yaml

    if isinstance(node, yaml.SequenceNode):
        return " ".join(filter(None, map(_scalar, node.value)))
    if isinstance(node, yaml.MappingNode) and depth:
        keys = {_scalar(key): value for key, value in node.value}
        found = [
            _command(keys[key], depth - 1) for key in ("command", "before", "after") if key in keys
        ]
        return "; ".join(filter(None, found)) or "(a command)"
    return one_line(_scalar(node))
