"""The files of the registry: what a skill, an agent or a tool says, and what is wrong in it.

Nothing in such a file is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from studio_git.core.jsonplaces import JsonError, Node, parse, replaced
from studio_git.core.jsontyping import Context, Mention, Slot, context_at, mentions
from studio_git.core.prose import one_line, shorten
from studio_git.core.registryschema import AGENT, SCHEMAS, TOOL, Schema, check
from studio_git.core.registrytypes import (
    FOLDERS,
    MAX_PROBLEMS,
    SUFFIXES,
    SYNTAX,
    UNKNOWN_ITEM,
    WRONG_VALUE,
    ItemType,
    Lines,
    Problem,
    check_name,
    is_name,
    looks_like_name,
    name_from,
)
from studio_git.core.skillfile import (
    MAX_DESCRIPTION,
    Section,
    Skill,
    parse_prompt,
    parse_skill,
    with_description,
)

__all__ = [
    "FOLDERS",
    "MAX_DESCRIPTION",
    "SCHEMAS",
    "SUFFIXES",
    "Agent",
    "Context",
    "Details",
    "ItemType",
    "Mention",
    "Problem",
    "Section",
    "Skill",
    "Slot",
    "Tool",
    "check_name",
    "context_at",
    "described",
    "details",
    "is_name",
    "looks_like_name",
    "mentions",
    "name_from",
    "parse_agent",
    "parse_prompt",
    "parse_skill",
    "parse_tool",
    "technologies",
    "with_description",
    "with_member",
]

_VERSION = re.compile(
    r"[<>=~^!]+|[<>=~^!]*[vV]?[0-9][0-9.xX*+,;<>=~^!-]*(?:(?:a|b|rc|alpha|beta|lts)[0-9.]*)?"
)
_HOSTS_TOOL = re.compile(r"\*|mcp__.+|[A-Z][A-Za-z]*(?:\(.*\))?", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_EXPLAINED = re.compile(r"\(|:(?:\s|$)|\s[-–—]+\s")
_LISTED = re.compile(r"[,;]\s+|\s+(?:and|or|\+|&)\s+")


@dataclass(frozen=True, slots=True)
class Agent:
    """What an agent's file says: "" and () where it says nothing fitting."""

    name: str = ""
    description: str = ""
    model: str = ""
    skills: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """What a tool's file says; ``tool_type`` is "" unless it is mcp, cli or api."""

    name: str = ""
    description: str = ""
    tool_type: str = ""
    command: str = ""
    install_command: str = ""
    version_check: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What any item's file says of it; ``name`` is the one that it gives itself ("": none).

    ``compatibility`` is a skill's, ``skills`` and ``tools`` are an agent's, ``tool_type`` is a
    tool's.
    """

    name: str = ""
    title: str = ""
    description: str = ""
    tool_type: str = ""
    compatibility: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def details(
    item_type: ItemType,
    text: str,
    *,
    name: str | None = None,
    skills: Collection[str] | None = None,
    tools: Collection[str] | None = None,
) -> Details:
    """Read the file of an item of any type; of a template, its README.

    ``name``, ``skills`` and ``tools``: :func:`parse_agent`.
    """
    if item_type is ItemType.AGENT:
        agent = parse_agent(text, name=name, skills=skills, tools=tools)
        return Details(
            name=agent.name,
            description=agent.description,
            skills=agent.skills,
            tools=agent.tools,
            problems=agent.problems,
        )
    if item_type is ItemType.TOOL:
        tool = parse_tool(text, name=name)
        return Details(
            name=tool.name,
            description=tool.description,
            tool_type=tool.tool_type,
            problems=tool.problems,
        )
    skill = (parse_skill if item_type is ItemType.SKILL else parse_prompt)(text)
    return Details(
        name=skill.name,
        title=skill.title,
        description=skill.description,
        compatibility=skill.compatibility,
        problems=skill.problems,
    )


def described(
    item_type: ItemType, text: str, *, description: str, tool_type: str | None
) -> str | None:
    """The text of an item's file with another description and type of tool.

    None where it has no place of its own for what is to be said. ``tool_type`` is a tool's
    alone.
    """
    said = details(item_type, text)
    changed: str | None = text
    if item_type in (ItemType.AGENT, ItemType.TOOL):
        if description != said.description:
            changed = with_member(text, "description", description)
        if changed is not None and tool_type and tool_type != said.tool_type:
            changed = with_member(changed, "tool_type", tool_type)
    else:
        read = parse_skill if item_type is ItemType.SKILL else parse_prompt
        changed = with_description(text, read(text), description)
    if not description or changed is None:
        return None
    # A text that begins like a heading or a list would be read as one.
    return changed if details(item_type, changed).description == description else None


def parse_agent(
    text: str,
    *,
    name: str | None = None,
    skills: Collection[str] | None = None,
    tools: Collection[str] | None = None,
) -> Agent:
    """Read an agent's JSON; what is wrong in it is in ``problems``.

    ``name`` is the one that the file's own name gives it. ``skills`` and ``tools`` are the names
    that exist; None: nobody knows.
    """
    root, lines, problems = _checked(text, AGENT, name)
    if root is None:
        return Agent(problems=tuple(problems))
    named = {"skill": _texts(root, "skills"), "tool": _texts(root, "tools")}
    for noun, known in (("skill", skills), ("tool", tools)):
        if known is not None:
            problems += (
                lines.problem(
                    UNKNOWN_ITEM,
                    f"There is no {noun} '{shorten(item.text, 40)}' in the registry.",
                    item.start,
                    item.end,
                    f"Correct the name, or add it: git studio registry add {noun} FILE",
                )
                for item in named[noun]
                if item.text and item.text not in known and not _is_of_the_host(noun, item.text)
            )
    return Agent(
        name=_text(root, "name"),
        description=shorten(_text(root, "description"), MAX_DESCRIPTION),
        model=_text(root, "model"),
        skills=tuple(item.text for item in named["skill"]),
        tools=tuple(item.text for item in named["tool"]),
        problems=tuple(problems[:MAX_PROBLEMS]),
    )


def parse_tool(text: str, *, name: str | None = None) -> Tool:
    """Read a tool's JSON; what is wrong in it is in ``problems``. ``name``: :func:`parse_agent`."""
    root, _, problems = _checked(text, TOOL, name)
    if root is None:
        return Tool(problems=tuple(problems))
    tool_type = _text(root, "tool_type")
    return Tool(
        name=_text(root, "name"),
        description=shorten(_text(root, "description"), MAX_DESCRIPTION),
        tool_type=tool_type if tool_type in TOOL["properties"]["tool_type"]["enum"] else "",
        command=_text(root, "command"),
        install_command=_text(root, "install_command"),
        version_check=_text(root, "version_check"),
        problems=tuple(problems[:MAX_PROBLEMS]),
    )


def with_member(text: str, key: str, value: str) -> str | None:
    """A JSON object's text with another string for one of its keys; None where it has no such.

    Everything else stays as it is written.
    """
    try:
        root = parse(text)
    except JsonError:
        return None
    node = root.get(key) if root.kind == "object" else None
    return replaced(text, node, value) if node is not None and node.kind == "string" else None


def technologies(entries: Iterable[str]) -> frozenset[str]:
    """The names in a Tech Stack Compatibility, or of a tech stack, without versions, folded.

    "Python 3.11+" is ``python``, "React 18 + TypeScript" is ``react`` and ``typescript``.
    """
    found = set()
    for entry in entries:
        plain = _EMPHASIS.sub("", _LINK.sub(r"\1", one_line(entry)))
        for part in _LISTED.split(_EXPLAINED.split(plain, maxsplit=1)[0]):
            words = part.split()
            versions = (at for at, word in enumerate(words) if _VERSION.fullmatch(word))
            # What is only a version goes with the name before it: "Python 3.11, 3.12".
            name = " ".join(words[: next(versions, len(words))]).rstrip(",;.").casefold()
            if name:
                found.add(name)
    return frozenset(found)


def _is_of_the_host(noun: str, name: str) -> bool:
    """True for a tool that an agent's host brings along: ``Read``, ``Bash(git:*)``, ``mcp__x``."""
    return noun == "tool" and _HOSTS_TOOL.fullmatch(name) is not None


def _checked(
    text: str, schema: Schema, name: str | None
) -> tuple[Node | None, Lines, list[Problem]]:
    lines = Lines(text)
    try:
        root = parse(text)
    except JsonError as fault:
        return (
            None,
            lines,
            [lines.problem(SYNTAX, fault.message, fault.start, fault.end, fault.hint)],
        )
    if root.kind != "object":
        message = "The file has to be an object, in { }."
        return None, lines, [lines.problem(SYNTAX, message, root.start, root.end)]
    problems = check(root, schema, lines)
    said = root.get("name")
    if said is not None and said.kind == "string" and name not in (None, said.text):
        message = f"The item is called {name}, and its file says another name."
        hint = f'Write "name": "{name}", or rename the file.'
        problems.append(lines.problem(WRONG_VALUE, message, said.start, said.end, hint))
    return root, lines, problems


def _text(root: Node, key: str) -> str:
    node = root.get(key)
    return node.text if node is not None and node.kind == "string" else ""


def _texts(root: Node, key: str) -> list[Node]:
    node = root.get(key)
    return [item for item in node.items if item.kind == "string"] if node is not None else []
