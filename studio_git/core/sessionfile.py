"""The session file of the data model: written, read, and brought together with a person's words.

# Auth middleware implementation

**Date:** 2024-12-22 10:42 AM
**Duration:** 45 minutes
**Cycle:** Auth Flow (CYC-102)

## Summary
## Files Changed
## Decisions Made
## Open Questions
## Notes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio_git.core import sessionlayout as layout
from studio_git.core.models import FileChange
from studio_git.core.prose import one_line
from studio_git.core.sessionlayout import Chunk, Kind, Section
from studio_git.core.times import duration, parse_duration
from studio_git.core.titles import UNTITLED
from studio_git.errors import UsageError

_HEADINGS = {
    layout.SUMMARY: "## Summary",
    layout.FILES: "## Files Changed",
    layout.DECISIONS: "## Decisions Made",
    layout.QUESTIONS: "## Open Questions",
    layout.NOTES: "## Notes",
}
_COUNTS = re.compile(r"`[ \t]+\((?:\+([0-9]{1,15}) -([0-9]{1,15})|(binary))\)")


@dataclass(frozen=True, slots=True)
class SessionDocument:
    """What a session file says.

    ``date`` is local time as :func:`studio_git.core.times.local` writes it; ``cycle`` is shown
    as given. ``files`` holds each path once, with its sums. ``summary`` and each of ``notes``
    may have several lines.
    """

    title: str
    date: str
    duration_minutes: int | None = None
    cycle: str | None = None
    summary: str = ""
    files: tuple[FileChange, ...] = ()
    decisions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def render(document: SessionDocument) -> str:
    """The file's text; every heading is written, also over an empty section.

    Text can neither forge a heading or an item nor open a block that swallows what follows: it
    is put on one line or, in Summary and Notes, escaped line by line. Paths that do not fit on
    a line are quoted as git quotes them. The result can always be written as UTF-8.
    """
    header = [f"**Date:** {one_line(document.date)}"] if document.date.strip() else []
    if document.duration_minutes is not None:
        header.append(f"**Duration:** {duration(document.duration_minutes)}")
    if document.cycle is not None and one_line(document.cycle):
        header.append(f"**Cycle:** {one_line(document.cycle)}")
    bodies = {
        layout.SUMMARY: _free_text([document.summary]),
        layout.FILES: [_file_line(change) for change in document.files],
        layout.DECISIONS: _items(document.decisions),
        layout.QUESTIONS: _items(document.questions),
        layout.NOTES: _free_text(document.notes),
    }
    parts = [[f"# {one_line(document.title) or UNTITLED}"], header]
    parts += [[_HEADINGS[name], *body] for name, body in bodies.items()]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def parse(text: str) -> SessionDocument:
    """What a session file says, also where people have rearranged it.

    Sections may be missing, repeated, unknown or in another order. What cannot be read is left
    out; nothing raises.
    """
    title = ""
    header: dict[str, str] = {}
    found: dict[str, list[Chunk]] = {name: [] for name in _HEADINGS}
    for section in layout.split(layout.unify(text)):
        # A second section of a name is read like the first.
        parts = layout.chunks(replace(section, turn=0))
        if section.name != layout.PREAMBLE:
            found.setdefault(section.name, []).extend(parts)
            continue
        for chunk in parts:
            pair = layout.read_header(chunk.lines[0])
            title = title or layout.read_title(chunk.lines[0])
            if pair is not None:
                header.setdefault(*pair)
    return SessionDocument(
        title=title or UNTITLED,
        date=header.get("date", ""),
        duration_minutes=_minutes(header.get("duration", "")),
        cycle=header.get("cycle") or None,
        summary="\n\n".join(_paragraphs(found[layout.SUMMARY])),
        files=tuple(
            change
            for chunk in found[layout.FILES]
            if _is_item(chunk) and (change := _read_file(chunk)).path
        ),
        decisions=_texts(found[layout.DECISIONS]),
        questions=_texts(found[layout.QUESTIONS]),
        notes=tuple(_paragraphs(found[layout.NOTES])),
    )


def merge_person(base: str, person: str, generated: str) -> str:
    """Bring the file as a person left it together with what we would write now.

    ``base`` is what we generated last (empty where that is not known), ``person`` the file as
    it is, ``generated`` the new text. What the person did not touch becomes what is generated.
    What they added, changed or removed stays so: title and header lines one by one, items of
    lists by their text (files by their path), paragraphs of Notes, and the Summary as a whole.
    New items and notes are appended. Sections of theirs stay in their place, and so do their
    line ends.
    """
    if person in {base, generated}:
        return generated
    if base == generated:
        return person
    old, ours, new = layout.unify(base), layout.unify(person), layout.unify(generated)
    if ours == old:
        merged = new
    elif new == old:
        merged = ours
    else:
        merged = layout.join(_merge(layout.split(old), layout.split(ours), layout.split(new)))
    mark = "\ufeff" if person.startswith("\ufeff") else ""
    return mark + _with_ends_of(person, merged)


def with_question(text: str, question: str) -> str:
    """The file with one more open question, as a person would write it; once is enough."""
    sections = layout.split(layout.unify(text))
    (item,) = _items([question]) or [""]
    known = _texts(
        chunk
        for section in sections
        if section.name == layout.QUESTIONS
        for chunk in layout.chunks(replace(section, turn=0))
    )
    if not item or layout.item_text([item]) in known:
        return text
    keys = [section.key for section in sections]
    if (layout.QUESTIONS, 0) in keys:
        place = keys.index((layout.QUESTIONS, 0))
        sections[place] = replace(sections[place], body=(*sections[place].body, item))
    else:
        sections[-1] = replace(sections[-1], gap=("",))
        heading = _HEADINGS[layout.QUESTIONS]
        sections.append(Section(layout.QUESTIONS, 0, heading, (item,), ("",)))
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + _with_ends_of(text, layout.join(sections))


def _with_ends_of(text: str, merged: str) -> str:
    """Lines that end as those of another text do."""
    return merged.replace("\n", "\r\n") if "\r\n" in text else merged


def _free_text(texts: Iterable[str]) -> list[str]:
    """Paragraphs of foreign text, a blank line between them, each line escaped."""
    lines: list[str] = []
    for text in texts:
        lines.append("")
        for raw in text.split("\n"):
            line = layout.escape(one_line(raw))
            if line or (lines and lines[-1]):
                lines.append(line)
        while lines and not lines[-1]:
            lines.pop()
    return lines[1:] if lines and not lines[0] else lines


def _items(texts: Iterable[str]) -> list[str]:
    return [f"- {layout.escape(line)}" for text in texts if (line := one_line(text))]


def _file_line(change: FileChange) -> str:
    path = layout.quote_path(change.path)
    if change.added is None or change.removed is None:
        return f"- `{path}` (binary)"
    return f"- `{path}` (+{change.added} -{change.removed})"


def _minutes(text: str) -> int | None:
    try:
        return parse_duration(text)
    except UsageError:
        return None


def _paragraphs(chunks: Iterable[Chunk]) -> list[str]:
    return ["\n".join(layout.unescape(line) for line in chunk.lines) for chunk in chunks]


def _is_item(chunk: Chunk) -> bool:
    return not chunk.lines[0].startswith("#")


def _texts(chunks: Iterable[Chunk]) -> tuple[str, ...]:
    texts = (layout.item_text(chunk.lines) for chunk in chunks if _is_item(chunk))
    return tuple(text for text in texts if text)


def _read_file(chunk: Chunk) -> FileChange:
    path = layout.read_path(chunk.lines[0])
    if path is None:
        return FileChange(layout.item_text(chunk.lines), 0, 0)
    counts = _COUNTS.search(chunk.lines[0])
    if counts is None:
        return FileChange(path, 0, 0)
    if counts[3]:
        return FileChange(path, None, None)
    return FileChange(path, int(counts[1]), int(counts[2]))


def _merge(
    base: Sequence[Section], person: Sequence[Section], generated: Sequence[Section]
) -> list[Section]:
    old = {section.key: section for section in base}
    new = {section.key: section for section in generated}
    merged = [
        _merge_section(old.get(section.key), section, new[section.key])
        if section.key in new
        else section
        for section in person
    ]
    for place, section in enumerate(generated):
        if all(section.key != present.key for present in merged):
            # The person took the section out: only what is new since then brings it back.
            removed = replace(section, body=())
            wanted = _merge_section(old.get(section.key), removed, section)
            if wanted.body or section.key not in old:
                _insert_after(merged, [item.key for item in generated[:place]], wanted)
    return merged


def _insert_after(merged: list[Section], before: Sequence[tuple[str, int]], new: Section) -> None:
    """Put a section behind the last of those that come before it in our own order."""
    places = [place for place, section in enumerate(merged) if section.key in before]
    place = max(places, default=0)
    if not merged[place].gap:
        merged[place] = replace(merged[place], gap=("",))
    merged.insert(place + 1, new)


def _merge_section(base: Section | None, person: Section, generated: Section) -> Section:
    before = base.body if base is not None else None
    if person.body in {before, generated.body}:
        return replace(person, body=generated.body)
    if person.kind is Kind.WHOLE:
        untouched = _words(person.body) == _words(before or ())
        # Without a base an empty section is one that nobody wrote yet.
        body = (*layout.lead(person), *generated.body) if untouched else person.body
        return replace(person, body=body)
    merged = _merge_chunks(
        layout.chunks(base) if base is not None else [],
        layout.chunks(person),
        layout.chunks(generated),
        person.kind,
    )
    lines = [line for chunk in merged for line in (*chunk.lines, *chunk.blank)]
    return replace(person, body=(*layout.lead(person), *lines) if lines else ())


def _words(lines: Iterable[str]) -> list[str]:
    return [line.rstrip() for line in lines if line.strip()]


def _merge_chunks(
    base: Sequence[Chunk], person: Sequence[Chunk], generated: Sequence[Chunk], kind: Kind
) -> list[Chunk]:
    """The three-way rule for the chunks of one key, and the chunks in the person's order."""
    old, ours, new = _by_key(base), _by_key(person), _by_key(generated)
    stays = {
        key
        for key, chunks in ours.items()
        if key not in old
        or _content(chunks) != _content(old[key])
        or _content(chunks) == _content(new.get(key, []))
    }
    between = ("",) if kind is Kind.PARAGRAPHS else ()
    merged: list[Chunk] = []
    done: set[str] = set()
    for chunk in person:
        if chunk.key in stays:
            merged.append(chunk)
        elif chunk.key not in done:
            done.add(chunk.key)
            ready = [replace(item, blank=between) for item in new.get(chunk.key, [])]
            if ready:
                merged += [*ready[:-1], replace(ready[-1], blank=chunk.blank)]
            elif merged and not merged[-1].blank:
                # What followed the line that goes stays apart from what is before it.
                merged[-1] = replace(merged[-1], blank=chunk.blank)
    for place, chunk in enumerate(generated):
        if chunk.key in ours or chunk.key in old:
            continue
        if kind is Kind.PREAMBLE:
            _insert_header(merged, {item.key for item in generated[:place]}, chunk)
            continue
        if merged:
            merged[-1] = replace(merged[-1], blank=between)
        merged.append(replace(chunk, blank=()))
    if merged:
        merged[-1] = replace(merged[-1], blank=())
    return merged


def _insert_header(merged: list[Chunk], before: set[str], new: Chunk) -> None:
    """Put the title or a header line behind those that come before it in our own order."""
    places = [place for place, chunk in enumerate(merged) if chunk.key in before]
    place = max(places, default=-1)
    follows = merged[place + 1].key if place + 1 < len(merged) else layout.HEADER_KEY
    blank = () if follows.startswith(layout.HEADER_KEY) else ("",)
    if place >= 0:
        after_title = merged[place].key == layout.TITLE_KEY
        merged[place] = replace(merged[place], blank=("",) if after_title else ())
    if new.key == layout.TITLE_KEY:
        blank = ("",)
    merged.insert(place + 1, replace(new, blank=blank))


def _by_key(chunks: Iterable[Chunk]) -> dict[str, list[Chunk]]:
    found: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        found.setdefault(chunk.key, []).append(chunk)
    return found


def _content(chunks: Iterable[Chunk]) -> list[list[str]]:
    return [[line.rstrip() for line in chunk.lines] for chunk in chunks]
