"""Decisions, learnings, sessions, cycles and tasks: where texts name them, and by their titles."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from studio_git.core.names import printable
from studio_git.core.prose import shorten
from studio_git.services import memory, recall
from studio_git.services.workspace import open_home
from studio_git.store import projects, sessions, symbols
from studio_git.store.connection import Store
from studio_git.store.symbols import Kind, Titled
from studio_lsp.features.symbols import LIMIT
from studio_lsp.nature import TEXTS, home_of, nature_of, project_of, tracked
from studio_lsp.page import Page
from studio_lsp.subject import Asked, Command, Subject
from studio_lsp.subjects import noting, opening, recordtexts
from studio_lsp.subjects.naming import page_of
from studio_lsp.uris import uri_of
from studio_lsp.work import go_on

_DOCUMENT = re.compile(rf"/({'|'.join(Kind)})/([^/]+)\.md")
_FIT_FOR_A_PATH = re.compile(r"\w[\w.-]{0,99}")

_ID_START = 8
_LONGEST = 200
_SESSION_FILES = 5000
"""Session files that are looked through for a mention, the newest first."""

_SYMBOL_KINDS = {
    Kind.DECISION: types.SymbolKind.Constant,
    Kind.LEARNING: types.SymbolKind.String,
    Kind.SESSION: types.SymbolKind.Event,
    Kind.CYCLE: types.SymbolKind.Namespace,
    Kind.TASK: types.SymbolKind.Field,
}


class Memory(Subject):
    """What was done, decided and learned."""

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """What is known of the record that is named there, by its title, id or code."""
        home = home_of(self.desk, page)
        found = self._recalled(page, line, column)
        if home is None or not found:
            return []
        with open_home(home) as store:
            said = [recordtexts.about(store, record) for record in found]
        return [text for text in said if text]

    def definition(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """A decision's session file, a session's own, and a document for everything else."""
        home = home_of(self.desk, page)
        found = self._recalled(page, line, column)
        if home is None or not found:
            return []
        with open_home(home) as store:
            places = self._places(store, found)
        return [places[record] for record in found if record in places]

    def references(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """Where context files and session files of the project name the record."""
        found = self._recalled(page, line, column)
        if not found:
            return
        names = {name for record in found for name in (record.title, record.id[:_ID_START])}
        choices = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        pattern = re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)
        for each in self._readers(page):
            go_on()
            if pattern.search(each.text) is None:
                continue
            for number in range(each.count):
                for match in pattern.finditer(each.line(number)):
                    yield types.Location(each.uri, each.range(number, *match.span()))

    def workspace_symbols(self, query: str) -> Iterable[types.WorkspaceSymbol]:
        """Every record whose title has what is asked for."""
        home = self.desk.home
        if home is None:
            return []
        with open_home(home) as store:
            found = symbols.search(store.db, query, LIMIT)
            go_on()
            places = self._places(store, found)
            known = {row["id"]: row["name"] for row in projects.every(store.db, archived=True)}
        return [
            types.WorkspaceSymbol(
                places[record],
                printable(shorten(record.title, _LONGEST)),
                _SYMBOL_KINDS[record.kind],
                container_name=_container(record, known),
            )
            for record in found
            if record in places
        ]

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """Recording what is selected."""
        return noting.actions(self.desk, page, asked)

    def document(self, path: str) -> str | None:
        """``/session/<id>.md`` and so on for every kind, and ``/dashboard.md``."""
        match = _DOCUMENT.fullmatch(path)
        home = self.desk.home
        if home is None or (match is None and path != opening.DASHBOARD):
            return None
        with open_home(home) as store:
            if match is None:
                return recordtexts.dashboard_text(store)
            found = symbols.by_id(store.db, Kind(match[1]), match[2], 1)
            return _text(store, found[0]) if found and found[0].id == match[2] else None

    def commands(self) -> Mapping[str, Command]:
        """Recording, and opening a session and the dashboard."""
        return {
            **noting.Noting(self.desk, self.editor).table(),
            **opening.Opening(self.desk, self.editor, self.presenter).table(),
        }

    def _recalled(self, page: Page, line: int, column: int) -> tuple[Titled, ...]:
        """The records that a place of a document names."""
        home = home_of(self.desk, page)
        if home is None or nature_of(self.desk, page) not in TEXTS:
            return ()
        with open_home(home) as store:
            found = recall.at(store, page.line(line), column, project_of(self.desk, page))
        return found.records if found else ()

    def _places(self, store: Store, found: Sequence[Titled]) -> dict[Titled, types.Location]:
        """Where each record is to be read; none for one whose id fits into no path."""
        decisions = [record.id for record in found if record.kind is Kind.DECISION]
        sessions = symbols.sessions_of(store.db, decisions)
        places = {}
        others: dict[str, Titled] = {}
        for record in found:
            session = record.id if record.kind is Kind.SESSION else sessions.get(record.id, "")
            file = _session_file(store, record.project_id, session)
            if file is not None:
                places[record] = self._in_file(store, file, record)
            elif _FIT_FOR_A_PATH.fullmatch(record.id):
                others[f"/{record.kind.value}/{record.id}.md"] = record
        addresses = self.presenter.located(
            others, lambda path: _text(store, others[path]), anew=False
        )
        top = types.Position(0, 0)
        for path, record in others.items():
            places[record] = types.Location(addresses[path], types.Range(top, top))
        return places

    def _in_file(self, store: Store, file: Path, record: Titled) -> types.Location:
        """The line of a session's file that has a decision; the first one for what has none."""
        page = page_of(file, store.home, self.desk.documents.encoding)
        wanted = record.title.casefold()
        if page is not None and record.kind is Kind.DECISION:
            for number in range(page.count):
                begin = page.line(number).casefold().find(wanted)
                if begin >= 0:
                    span = page.range(number, begin, begin + len(wanted))
                    return types.Location(page.uri, span)
        top = types.Position(0, 0)
        return types.Location(uri_of(file), types.Range(top, top))

    def _readers(self, page: Page) -> Iterator[Page]:
        """The document, the context files of its clone, and its project's session files."""
        seen = {page.uri}
        yield page
        candidates: list[tuple[Path, Path]] = []
        if page.clone is not None:
            top = page.clone.place.top
            candidates += [(top / it, top) for it in sorted(tracked(self.desk, page.clone))]
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        if home is not None and project_id is not None:
            folder = sessions.file_of(home, project_id, "x").parent
            candidates += [(path, home) for path in _newest(folder)]
        for path, inside in candidates:
            each = page_of(path, inside, page.encoding)
            if each is not None and each.uri not in seen:
                seen.add(each.uri)
                yield each


def _text(store: Store, record: Titled) -> str:
    """A record's document: a session's is its file, where it has one."""
    if record.kind is Kind.SESSION and record.project_id is not None:
        session = {"project_id": record.project_id, "id": record.id}
        text = memory.session_text(store, session)
        if text is not None:
            return text
    return recordtexts.document(store, record)


def _session_file(store: Store, project_id: str | None, session_id: str) -> Path | None:
    for part in (project_id or "", session_id):
        if not _FIT_FOR_A_PATH.fullmatch(part):
            return None
    path = sessions.file_of(store.home, project_id or "", session_id)
    return path if path.is_file() else None


def _newest(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            found = [
                (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
                for entry in entries
                if entry.name.endswith(".md")
            ]
    except OSError:
        return []
    return [folder / name for _, name in sorted(found, reverse=True)[:_SESSION_FILES]]


def _container(record: Titled, known: Mapping[str, str]) -> str:
    name = known.get(record.project_id or "", "no project")
    return printable(f"{record.kind.value}, {shorten(name, _LONGEST)}")
