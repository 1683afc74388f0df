"""What is told of an item of the registry, as Markdown that does nothing."""

from __future__ import annotations

from lsprotocol import types

from studio_git.core.prose import shorten
from studio_git.core.registryfiles import ItemType
from studio_git.services.registry import Item, Uses
from studio_lsp.markdown import escaped

_MOST = 12
"""So many names of a list are told."""

_LONGEST = 600

COMPLETION_KINDS = {
    ItemType.SKILL: types.CompletionItemKind.Reference,
    ItemType.AGENT: types.CompletionItemKind.Class,
    ItemType.TOOL: types.CompletionItemKind.Function,
    ItemType.PROMPT: types.CompletionItemKind.Text,
}
SYMBOL_KINDS = {
    ItemType.SKILL: types.SymbolKind.Module,
    ItemType.AGENT: types.SymbolKind.Class,
    ItemType.TOOL: types.SymbolKind.Function,
    ItemType.PROMPT: types.SymbolKind.String,
}


def about(item: Item, uses: Uses, *, fits: bool) -> str:
    """Everything that is known of an item."""
    kind = f"{item.tool_type} tool" if item.tool_type else item.type.value
    title = "" if item.title == item.name else f": {escaped(shorten(item.title, _LONGEST))}"
    parts = [f"**{escaped(item.name)}** ({escaped(kind)}){title}"]
    description = item.details.description or item.description
    if description:
        parts.append(escaped(shorten(description, _LONGEST)))
    facts = [
        _listed("Compatible with", item.compatibility),
        _listed("Skills", item.details.skills),
        _listed("Tools", item.details.tools),
        _listed("Used by the agents", uses.agents),
        _listed("Used by the projects", [name for _, name in uses.projects]),
        "Fits the tech stack of this project" if fits else "",
        "" if item.path is None else f"File: {escaped(str(item.path))}",
    ]
    parts.append("  \n".join(fact for fact in facts if fact))
    return "\n\n".join(part for part in parts if part)


def _listed(heading: str, words: tuple[str, ...] | list[str]) -> str:
    if not words:
        return ""
    shown = ", ".join(escaped(shorten(word, 80)) for word in words[:_MOST])
    more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
    return f"{heading}: {shown}{more}"
