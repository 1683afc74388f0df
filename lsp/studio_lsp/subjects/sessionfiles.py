"""The files of sessions in the Studio home: their parts, their commits, and the files they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types

from studio_git.core import sessionlayout as layout
from studio_git.core.names import printable
from studio_git.core.prose import one_line
from studio_git.core.sessionlayout import Kind, Section
from studio_git.errors import StudioError
from studio_git.services import memory, why
from studio_git.services.workspace import open_home
from studio_git.store import projects, reasons
from studio_git.store.connection import Store
from studio_lsp import commands, uris
from studio_lsp.nature import Nature, home_of, nature_of, project_of
from studio_lsp.page import Page
from studio_lsp.subject import Asked, Subject
from studio_lsp.subjects import whytexts
from studio_lsp.work import go_on

SHOW = "Show the commits and decisions of this session"

_OID = re.compile(r"(?<![\w-])[0-9a-f]{7,64}(?![\w-])")
_PATH = re.compile(r"`([^`]+)`")
_MOST_LINKS = 1000

_ITEM_KINDS = {
    layout.FILES: types.SymbolKind.File,
    layout.DECISIONS: types.SymbolKind.Constant,
    layout.QUESTIONS: types.SymbolKind.Event,
}


class SessionFiles(Subject):
    """``projects/{project}/sessions/{session}.md``; other Markdown is other servers' business."""

    def symbols(self, page: Page) -> Iterable[types.DocumentSymbol]:
        """The session, its sections, and the items of its lists."""
        if not self._is_session(page):
            return []
        sections = [
            _symbol(page, (first, end), _title(section), types.SymbolKind.Namespace, items)
            for first, end, section in _placed(page)
            if section.name != layout.PREAMBLE
            for items in [_items(page, first, section)]
        ]
        title = next(filter(None, map(layout.read_title, _preamble(page))), "")
        name = title or (page.path.stem if page.path else "")
        return [_symbol(page, (0, page.count), name, types.SymbolKind.File, sections)]

    def lenses(self, page: Page) -> Iterable[types.CodeLens]:
        """How many commits and decisions the session has; the command shows them."""
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        if not self._is_session(page) or home is None or project_id is None or page.path is None:
            return []
        with open_home(home) as store:
            session = memory.show_session(store, page.path.stem, project_id)
            found = why.of_commits(store, project_id, session["commits"])
        place = types.Range(types.Position(0, 0), types.Position(0, 0))
        return [types.CodeLens(place, _show(page, f"Studio: {whytexts.count(found)}"))]

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """The lens's twin, for editors without lenses."""
        if asked.wants("source") and asked.first == 0 and self._is_session(page):
            yield types.CodeAction(SHOW, kind=types.CodeActionKind.Source, command=_show(page))

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """Subject, author and date of a commit that is named by its id."""
        text = page.line(line)
        oid = next((it for it in _OID.finditer(text) if it.start() <= column <= it.end()), None)
        if oid is None or not self._is_session(page):
            return []
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        if home is None or project_id is None:
            return []
        with open_home(home) as store:
            found = self._commit(store, project_id, oid[0])
        return [] if found is None else [whytexts.commit(found)]

    def links(self, page: Page) -> Iterable[types.DocumentLink]:
        """The files under Files Changed that are there."""
        if not self._is_session(page):
            return
        tops = self._tops(page)
        found = (it for it in _placed(page) if it[2].name == layout.FILES)
        lines = (n for first, end, _ in found for n in range(first + 1, end))
        for number, _ in zip(lines, range(_MOST_LINKS), strict=False):
            go_on()
            line = page.line(page.line_of(number))
            named, span = layout.read_path(line), _PATH.search(line)
            target = _existing(tops, named) if named else None
            if target is not None and span is not None:
                place = page.range(page.line_of(number), *span.span(1))
                yield types.DocumentLink(place, uris.uri_of(target))

    def _is_session(self, page: Page) -> bool:
        return nature_of(self.desk, page) is Nature.SESSION

    def _commit(self, store: Store, project_id: str, words: str) -> why.Reason | None:
        """A commit that was captured, or that a clone of the project has."""
        known = reasons.oids_like(store.db, project_id, words)
        if known:
            found = why.of_commits(store, project_id, known)
            return found.reasons[0] if len(found.reasons) == 1 else None
        for clone in self.desk.clones.known():
            if clone.project_id != project_id:
                continue
            top = clone.place.top
            try:
                request = why.read(store, project_id, clone.place, top, f"{words}^0")
                return why.answer(store, project_id, clone.place, request).reasons[0]
            except StudioError:
                continue
        return None

    def _tops(self, page: Page) -> list[Path]:
        """The work trees of the project: those that are open, then the primary ones."""
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        if home is None or project_id is None:
            return []
        known = self.desk.clones.known()
        found = [it.place.top for it in known if it.project_id == project_id]
        with open_home(home) as store:
            bound = projects.repositories(store.db, project_id)
        return [*found, *(Path(it.primary_worktree) for it in bound)]


def _show(page: Page, title: str = SHOW) -> types.Command:
    return types.Command(title=title, command=commands.WHY, arguments=[{"uri": page.uri}])


def _preamble(page: Page) -> tuple[str, ...]:
    return layout.split(layout.unify(page.text))[0].body


def _placed(page: Page) -> Iterator[tuple[int, int, Section]]:
    """Each section with the lines ``[first, end)`` that it takes, as the core counts lines."""
    number = 0
    for section in layout.split(layout.unify(page.text)):
        end = number + len(section.body) + len(section.gap)
        end += section.name != layout.PREAMBLE
        yield number, end, section
        number = end


def _items(page: Page, first: int, section: Section) -> list[types.DocumentSymbol]:
    if section.kind is not Kind.ITEMS:
        return []
    number = first + 1 + len(layout.lead(section))
    found = []
    for chunk in layout.chunks(section):
        end = number + len(chunk.lines)
        path = layout.read_path(chunk.lines[0]) if section.name == layout.FILES else None
        said = path or layout.item_text(chunk.lines)
        if said:
            found.append(_symbol(page, (number, end), said, _ITEM_KINDS[section.name]))
        number = end + len(chunk.blank)
    return found


def _symbol(
    page: Page,
    lines: tuple[int, int],
    name: str,
    kind: types.SymbolKind,
    children: list[types.DocumentSymbol] | None = None,
) -> types.DocumentSymbol:
    """A symbol of the lines ``[first, end)``, as the core counts lines."""
    begin = page.line_of(lines[0])
    last = max(min(page.line_of(lines[1]), page.count) - 1, begin)
    whole = types.Range(types.Position(begin, 0), page.position(last, len(page.line(last))))
    heading = page.range(begin, 0, len(page.line(begin)))
    return types.DocumentSymbol(
        printable(one_line(name)) or "-", kind, whole, heading, children=children or []
    )


def _title(section: Section) -> str:
    return section.heading.strip().strip("#").strip()


def _existing(tops: Iterable[Path], named: str) -> Path | None:
    """The file of that path in one of the work trees; None where it leads out of all of them."""
    for top in tops:
        target = top / named
        if "\0" not in named and uris.Allowed([top]).may_read(target):
            return target
    return None
