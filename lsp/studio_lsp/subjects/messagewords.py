"""What is offered while a commit message is typed: trailers, cycles, tasks, decisions, tags."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from lsprotocol import types

from studio_git.core import cyclenames, jsontext
from studio_git.core.messagetyping import Typing
from studio_git.core.names import printable
from studio_git.core.prose import one_line, shorten
from studio_git.services import memory
from studio_git.services.clone import Workspace
from studio_git.services.workspace import open_home
from studio_git.store import cycles, lookup, records, supersedes, tasks
from studio_git.store.lookup import Table
from studio_git.store.tasks import Status
from studio_lsp.desk import Desk
from studio_lsp.features.completion import LIMIT
from studio_lsp.markdown import escaped, quoted

Row = sqlite3.Row

KEYS = (
    ("Decision", "what was decided"),
    ("Rationale", "why"),
    ("Alternative", "what was considered and not done"),
    ("Supersedes", "the older decision that this one takes the place of"),
    ("Problem", "what was learned: the problem"),
    ("Solution", "what was learned: its solution"),
    ("Tags", "words to find the learning by"),
    ("Open-Question", "what nobody knows yet"),
    ("Note", "what else the session's file shall say"),
    ("Cycle", "the cycle that the commit belongs to"),
    ("Task", "the task that it works on; (done) completes it"),
    ("Rejected", "an alternative, and the reason: alternative | reason"),
    ("Ruled-out", "the same as Rejected"),
    ("Constraint", "a note: what bounds the work"),
    ("Limit", "a note: what this does not do"),
    ("Directive", "a note: what to keep to from now on"),
    ("Warn", "a note: what to beware of"),
)
"""The trailers that Studio reads, in the order in which they are offered, and what each says."""

_ONCE = {"cycle"}
_DONE = " (done)"
_KIND = "supersedes"
_WIDTH = 120


def keys(typing: Typing, texts: Iterable[str], span: types.Range) -> list[types.CompletionItem]:
    """Trailers that begin so; what a message says once is not offered twice."""
    begun = typing.typed.casefold()
    said = {text.partition(":")[0].strip().casefold() for text in texts if ":" in text}
    return [
        types.CompletionItem(
            label=key,
            kind=types.CompletionItemKind.Keyword,
            detail=detail,
            sort_text=f"{number:02}",
            text_edit=types.TextEdit(span, key if typing.has_colon else f"{key}: "),
        )
        for number, (key, detail) in enumerate(KEYS)
        if key.casefold().startswith(begun) and key.casefold() not in _ONCE & said
    ]


def values(typing: Typing, workspace: Workspace, span: types.Range) -> list[types.CompletionItem]:
    """What can stand behind a trailer."""
    offered = {
        "cycle": _cycles,
        "task": _tasks,
        "supersedes": _decisions,
        "tags": _tags,
    }.get(typing.key)
    return [] if offered is None else offered(typing, workspace, span)[: LIMIT + 1]


def resolved(item: types.CompletionItem, desk: Desk) -> types.CompletionItem | None:
    """A decision with its rationale and alternatives; None for another subject's item."""
    try:
        said = jsontext.loads(item.data) if isinstance(item.data, str) else None
    except ValueError:
        return None
    if not isinstance(said, list) or len(said) != 3 or said[0] != _KIND:
        return None
    homes = {str(clone.home): clone.home for clone in desk.clones.known()}
    text = _decision_text(homes[said[1]], str(said[2])) if said[1] in homes else None
    if text is not None:
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
    return item


def shown(row: Row) -> str:
    """A cycle for people: its name, and its code where it has one."""
    name = printable(one_line(row["name"]))
    return name if row["number"] is None else f"{name} ({cyclenames.code(row['number'])})"


def cycle_words(row: Row, known: Sequence[Row]) -> str:
    """How a message names a cycle: by its name, or where that may be several by code or id."""
    name = one_line(row["name"])
    found = cycles.matching(known, name)
    if len(found) == 1 and found[0]["id"] == row["id"]:
        return name
    return str(row["id"]) if row["number"] is None else cyclenames.code(row["number"])


def _cycles(typing: Typing, workspace: Workspace, span: types.Range) -> list[types.CompletionItem]:
    known = cycles.every(workspace.store.db, workspace.project["id"])
    found = []
    for number, row in enumerate(known):
        code = "" if row["number"] is None else cyclenames.code(row["number"])
        name = printable(one_line(row["name"]))
        rank = _rank(typing.typed, name, code)
        if rank is None:
            continue
        by_code = bool(typing.typed) and code.casefold().startswith(typing.typed.casefold())
        words = cycle_words(row, known)
        found.append(
            types.CompletionItem(
                label=name,
                kind=types.CompletionItemKind.Event,
                detail=" · ".join(word for word in (code, row["phase"]) if word),
                sort_text=f"{rank}{number:05}",
                filter_text=code if by_code else name,
                text_edit=types.TextEdit(span, code if by_code else words),
            )
        )
    return found


def _tasks(typing: Typing, workspace: Workspace, span: types.Range) -> list[types.CompletionItem]:
    """Tasks that are not complete: those of the cycle that the message names, then the others."""
    db, project_id = workspace.store.db, workspace.project["id"]
    known = cycles.every(db, project_id)
    names = {row["id"]: one_line(row["name"]) for row in known}
    meant = {row["id"] for row in cycles.matching(known, typing.cycle)}
    every = tasks.of_project(db, project_id)
    found = []
    for number, row in enumerate(every):
        title = one_line(row["title"])
        rank = _rank(typing.typed, title)
        if row["status"] == Status.COMPLETE or rank is None:
            continue
        inside = [it for it in every if it["cycle_id"] == row["cycle_id"]]
        clear = len(tasks.find(inside if meant else every, title)) == 1
        words = title if clear else row["id"]
        order = f"{int(bool(meant) and row['cycle_id'] not in meant)}{rank}{number:05}"
        status = str(row["status"]).replace("_", " ")
        detail = f"{names.get(row['cycle_id'], '')} · {status}"
        found += [
            _item(title, words, printable(detail), f"{order}0", span),
            _item(title + _DONE, words + _DONE, printable(detail), f"{order}1", span),
        ]
    return found


def _decisions(
    typing: Typing, workspace: Workspace, span: types.Range
) -> list[types.CompletionItem]:
    """Decisions that hold, the newest first."""
    db, project_id = workspace.store.db, workspace.project["id"]
    rows = records.decisions(db, project_id, None)
    gone = {pair["older_id"] for pair in supersedes.known(db, [row["id"] for row in rows])}
    open_ones = [row for row in rows if row["id"] not in gone]
    titles = [one_line(row["title"]).casefold() for row in open_ones]
    found = []
    for number, row in enumerate(open_ones):
        title = one_line(row["title"])
        rank = _rank(typing.typed, title, row["id"])
        if rank is None:
            continue
        clear = titles.count(title.casefold()) == 1
        words = title if clear else row["id"]
        item = _item(title, words, row["created_at"][:10], f"{rank}{number:05}", span)
        item.data = json.dumps([_KIND, str(workspace.store.home), row["id"]])
        found.append(item)
        if len(found) > LIMIT:
            break
    return found


def _tags(typing: Typing, workspace: Workspace, span: types.Range) -> list[types.CompletionItem]:
    return [
        types.CompletionItem(
            label=printable(str(row["tag"])),
            kind=types.CompletionItemKind.Constant,
            detail=f"{row['count']} learning{'' if row['count'] == 1 else 's'}",
            sort_text=f"{number:05}",
            text_edit=types.TextEdit(span, str(row["tag"])),
        )
        for number, row in enumerate(records.tags(workspace.store.db, workspace.project["id"]))
        if _rank(typing.typed, str(row["tag"])) == 0 and one_line(str(row["tag"])) == row["tag"]
    ]


def _item(
    title: str, words: str, detail: str, order: str, span: types.Range
) -> types.CompletionItem:
    return types.CompletionItem(
        label=printable(shorten(title, _WIDTH)),
        kind=types.CompletionItemKind.Reference,
        detail=detail,
        sort_text=order,
        filter_text=printable(title),
        text_edit=types.TextEdit(span, words),
    )


def _rank(typed: str, *words: str) -> int | None:
    """0: a word begins with what is typed, 1: one has it inside; None: none has it."""
    wanted = one_line(typed).casefold()
    folded = [word.casefold() for word in words]
    if any(word.startswith(wanted) for word in folded):
        return 0
    return 1 if any(wanted in word for word in folded) else None


def _decision_text(home: Path, decision_id: str) -> str | None:
    with open_home(home) as store:
        row = lookup.get(store.db, Table.DECISIONS, decision_id)
        if row is None:
            return None
        decision = memory.object_of(row)
    parts = [f"**{escaped(one_line(decision['title']))}**"]
    if decision["rationale"]:
        parts.append(quoted(decision["rationale"]))
    considered = decision["alternatives"] or []
    if isinstance(considered, list) and considered:
        parts.append("\n".join(f"- {escaped(one_line(str(each)))}" for each in considered))
    return "\n\n".join(parts)
