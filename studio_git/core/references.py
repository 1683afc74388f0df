"""What a context file refers to: imported files, linked files, skills and decisions.

A file that does not exist is worth a word only where a file was surely meant: so a reference says
whether it is ``certain``, and the others serve links and hovers alone. Text in code, in HTML
comments and in front matter refers to nothing. ``@path`` is how Claude Code and Gemini CLI import
a file; links are those of CommonMark 6.3 and 4.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from posixpath import dirname
from urllib.parse import unquote

from studio_git.core import prose
from studio_git.core.aliases import resolve_relative

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.*?[^`])\1(?!`)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_CONTAINERS = re.compile(r"\A(?:\s++|>|[-*+](?=\s)|\d{1,9}[.)](?=\s))*+")

_IMPORT = re.compile(r"(?<![\w@.+/\\~:-])@([^\s()\[\]{}<>\"'`,;|*@]+)")
_SKILL = re.compile(r"(?<![\w@.+/\\~:-])@skill:([A-Za-z0-9][\w.-]*)")
_DECISION = re.compile(
    r"(?<![\w@.+/\\~:-])decision:([0-9a-f]{6,8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,12})?)(?![\w-])"
)
_LINK = re.compile(r"(?<!\\)\]\(\s*(?:<([^<>\n]+)>|([^\s<>()]+(?:\([^\s()]*\)[^\s()]*)*))")
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\]\n]+\]:\s*(?:<([^<>\n]+)>|(\S+))\s*(?:[\"'(].*)?$")

_LONGEST_LINE = 10_000
"""Characters; what is on a longer line is data and no prose."""
_AT_THE_END = ".,;:!?)]}'\"*_`…"
_LINES_OF_FILE = re.compile(r":\d+(?:[-:]\d+)*$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|www\.", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"[*?{}<>$|%\\]|\.\.\.|…|(?:^|/)path/to/|\b(?:your|my)[-_]|\b(?:foo|bar|xxx)\b", re.IGNORECASE
)
_DOMAIN = re.compile(r"(?!\.)[\w-]+(?:\.[\w-]+)+/")

_PROSE = ("md", "mdc", "mdx", "markdown", "txt", "rst", "adoc")
_FILES = re.compile(
    "json|jsonc|yaml|yml|toml|ini|cfg|csv|xml|sql|sh|bash|ps1|py|pyi|ipynb|js|jsx|mjs|cjs|ts|tsx|"
    "css|scss|go|rs|java|kt|c|h|cc|cpp|hpp|cs|rb|php|swift|lua|png|jpg|jpeg|gif|svg|webp|pdf|"
    + "|".join(_PROSE)
)
"""Endings by which a word is surely a file. HTML is none: sites make it from other files."""


class Kind(StrEnum):
    """What a reference names."""

    FILE = "file"
    SKILL = "skill"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference. ``line`` and ``column`` count from 0, in code points, and lines end as LSP
    says; ``length`` is that of the reference as it is written.

    ``target`` is a path without fragment, escapes and line numbers, the name of a skill, or the
    beginning of a decision's id. ``imported`` is True for ``@path``. ``certain``: where nothing
    of that name exists it is a mistake.
    """

    line: int
    column: int
    length: int
    kind: Kind
    target: str
    imported: bool = False
    certain: bool = True


def find(text: str) -> tuple[Reference, ...]:
    """The references of a Markdown text, in order. Those into the home folder are left out."""
    if "@" not in text and "](" not in text and "]:" not in text and "decision:" not in text:
        return ()
    found = [
        reference
        for number, line in enumerate(_read_lines(text))
        for reference in _in_line(line, number)
    ]
    return tuple(sorted(found, key=lambda it: (it.line, it.column)))


def paths_of(reference: Reference, path: str) -> tuple[str, ...]:
    """Which paths of the repository a file reference in the file ``path`` can mean, likeliest
    first; none where it leads out of the repository.

    Links count from the file's folder, or from the top where they begin with ``/``. Agents count
    imports from the file's folder (Claude Code, Gemini CLI) or from the top (Cursor).
    """
    if reference.target.startswith("/"):
        places = [] if reference.imported else [("", reference.target[1:])]
    else:
        places = [(path, reference.target)]
        if reference.imported and dirname(path):
            places.append(("", reference.target))
    resolved = [resolve_relative(place, target.rstrip("/")) for place, target in places]
    return tuple(dict.fromkeys(path for path in resolved if path is not None))


def _read_lines(text: str) -> list[str]:
    """The lines, with spaces in place of all that is not prose: code, comments, front matter."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\r\n]", " ", match[0]), text)
    lines = _LINE_END.split(text)
    marks = prose.fences([_without_containers(line) for line in lines])
    for number, line in enumerate(lines):
        fenced = marks.inside[number]
        never_closed = marks.open_from is not None and number >= marks.open_from
        indented = line.startswith(("    ", "\t")) and not _ITEM.match(line.lstrip())
        if fenced or never_closed or indented or len(line) > _LONGEST_LINE:
            lines[number] = ""
        elif "`" in line:
            lines[number] = _CODE_SPAN.sub(lambda match: " " * len(match[0]), line)
    for number in range(_front_matter(lines)):
        lines[number] = ""
    return lines


def _without_containers(line: str) -> str:
    """A line without the marks of lists and quotes that a fence may stand in."""
    return _CONTAINERS.sub("", line, count=1) if "```" in line or "~~~" in line else line


def _front_matter(lines: list[str]) -> int:
    """How many lines at the top are front matter, its two marks included."""
    if lines[0].removeprefix("\ufeff").rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return number + 1
    return 0


def _in_line(line: str, number: int) -> Iterator[Reference]:
    if "@" in line:
        yield from _imports(line, number)
    for match in _SKILL.finditer(line):
        name = match[1].rstrip(".-")
        yield Reference(number, match.start(), len("@skill:") + len(name), Kind.SKILL, name)
    for match in _DECISION.finditer(line):
        yield Reference(number, match.start(), len(match[0]), Kind.DECISION, match[1])
    links = [*_LINK.finditer(line)]
    definition = _DEFINITION.match(line)
    for match in [*links, definition] if definition else links:
        which = 1 if match[1] else 2
        target = unquote(re.split("[#?]", match[which], maxsplit=1)[0])
        if target and not _SCHEME.match(match[which]) and not target.startswith("~"):
            certain = _is_linked_file(target, match[which])
            column = match.start(which)
            yield Reference(number, column, len(match[which]), Kind.FILE, target, certain=certain)


def _imports(line: str, number: int) -> Iterator[Reference]:
    for match in _IMPORT.finditer(line):
        written = match[1].rstrip(_AT_THE_END)
        target = _LINES_OF_FILE.sub("", written.split("#", 1)[0])
        if not target or target.startswith("~") or ":" in target:
            continue
        if "/" in target or _has_files_ending(target):
            yield Reference(
                number,
                match.start(),
                1 + len(written),
                Kind.FILE,
                target,
                imported=True,
                certain=_is_imported_file(target),
            )


def _is_imported_file(target: str) -> bool:
    """Tell an import from a scope of npm (``@types/node``) or a person (``@ada``)."""
    if _PLACEHOLDER.search(target) or target.startswith("/"):
        return False
    if target.startswith(("./", "../")):
        return _has_files_ending(target)
    return _ending(target) in _PROSE


def _is_linked_file(target: str, written: str) -> bool:
    if _PLACEHOLDER.search(target) or _DOMAIN.match(written):
        return False
    return _has_files_ending(target)


def _has_files_ending(target: str) -> bool:
    return _FILES.fullmatch(_ending(target)) is not None


def _ending(target: str) -> str:
    name, dot, ending = target.rpartition("/")[2].rpartition(".")
    return ending.lower() if name and dot else ""
