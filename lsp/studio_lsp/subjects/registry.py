"""Items of the registry: what they are, where they are named, and their names while typing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lsprotocol import types

from studio_git.core import jsontext, references
from studio_git.core.jsontyping import Slot, context_at
from studio_git.core.references import Kind, Reference
from studio_git.core.registryfiles import ItemType
from studio_git.services import registry
from studio_git.services.registry import Item
from studio_git.services.registryitems import file_of
from studio_git.services.workspace import open_home
from studio_lsp import uris
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.features.completion import LIMIT
from studio_lsp.nature import Nature, home_of, nature_of, path_in_repository, project_of, tracked
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Asked, Command, Subject
from studio_lsp.subjects import inserting, paths
from studio_lsp.subjects.itemtexts import COMPLETION_KINDS, SYMBOL_KINDS, about
from studio_lsp.subjects.naming import (
    SKILL_MARK,
    Named,
    marked,
    named_at,
    occurrences,
    page_of,
    typed_before,
)
from studio_lsp.subjects.shelf import PATIENCE, SHOWN, Shelf, Shelves
from studio_lsp.work import go_on

_SYMBOLS = 100
"""Items among the symbols of a workspace; the rest of an answer belongs to records."""

_TOP = types.Range(types.Position(0, 0), types.Position(0, 0))
_SLOTS = {Slot.SKILLS: ItemType.SKILL, Slot.TOOLS: ItemType.TOOL}


class Registry(Subject):
    """Skills, agents, tools and prompts, in context files and in the registry's own."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self._shelves = Shelves(desk)

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """What the item is for, and who uses it."""
        named = self._named(page, line, column)
        return [] if named is None else [self._about(item, page) for item in named.items]

    def completion(self, page: Page, line: int, column: int) -> Iterable[types.CompletionItem]:
        """Names that could be meant, those that fit the project's tech stack first."""
        nature, shelf = nature_of(self.desk, page), self._shelf(page)
        if nature not in (Nature.CONTEXT, Nature.REGISTRY) or shelf is None:
            return []
        if page.path is not None and page.path.suffix == ".json":
            return self._in_list(page, shelf, line, column)
        text = page.line(line)
        word = typed_before(text, column)
        begin = column - len(word)
        if text.endswith(SKILL_MARK, 0, begin):
            span = page.range(line, begin, column)
            return self._offered(page, shelf, word, span, [ItemType.SKILL])
        at = paths.typed_at(text, column)
        if at is not None:
            return paths.completion(page, self._top(page), line, at, column)
        return self._offered(page, shelf, word, page.range(line, begin, column)) if word else []

    def resolve(self, item: types.CompletionItem) -> types.CompletionItem | None:
        """The item with what hovering its name would show."""
        found = self._meant(item.data)
        if found is None:
            return None
        with open_home(found.home) as store:
            among = self._shelves.of(found.home).users(found)
            uses = registry.used_by(store, found.name, found.type, among=among)
        text = about(found, uses, fits=False)
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
        return item

    def definition(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """The file of an item, or the file that is imported or linked there."""
        named = self._named(page, line, column)
        if named is not None:
            return [types.Location(uri, _TOP) for it in named.items if (uri := _uri(it))]
        for reference in self._file_references(page):
            if reference.line == line and 0 <= column - reference.column <= reference.length:
                target = paths.target(
                    self._top(page), path_in_repository(self.desk, page), reference
                )
                return [] if target is None else [types.Location(uris.uri_of(target), _TOP)]
        return []

    def references(self, page: Page, line: int, column: int) -> Iterable[types.Location]:
        """Where context files of the clone and agents of the registry name the item."""
        named = self._named(page, line, column)
        if named is None:
            return
        names = {word for item in named.items for word in item.words}
        for each in self._readers(page):
            go_on()
            for place in occurrences(each, names):
                yield types.Location(each.uri, each.range(*place))

    def links(self, page: Page) -> Iterable[types.DocumentLink]:
        """``@path``, ``@skill:name``, names in backticks, and links to files that exist."""
        if nature_of(self.desk, page) is not Nature.CONTEXT:
            return
        shelf = self._shelf(page)
        for named in marked(page, shelf) if shelf else ():
            uri = _uri(named.items[0])
            if uri:
                span = page.range(named.line, named.begin, named.end)
                yield types.DocumentLink(span, uri, tooltip=named.items[0].type.value)
        for reference in self._file_references(page):
            target = self._target(page, reference)
            if target is not None:
                begin, end = reference.column, reference.column + reference.length
                yield types.DocumentLink(
                    page.range(reference.line, begin, end), uris.uri_of(target)
                )

    def workspace_symbols(self, query: str) -> Iterable[types.WorkspaceSymbol]:
        """The items whose name has what is asked for."""
        home = self.desk.home
        if home is None:
            return
        for _, item in self._shelves.of(home).matching("-".join(query.split()))[:_SYMBOLS]:
            uri = _uri(item)
            if uri:
                yield types.WorkspaceSymbol(
                    types.Location(uri, _TOP),
                    item.name,
                    SYMBOL_KINDS[item.type],
                    container_name=item.type.value,
                )

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """``Insert a skill reference…``, on an empty line or where a name begins."""
        if nature_of(self.desk, page) is not Nature.CONTEXT:
            return []
        return inserting.actions(page, self._shelf(page), asked)

    def commands(self) -> Mapping[str, Command]:
        """``studio.insertSkill``."""
        return inserting.Inserting(self.desk, self.editor, self._shelves).table()

    def _shelf(self, page: Page) -> Shelf | None:
        home = home_of(self.desk, page)
        return None if home is None else self._shelves.of(home)

    def _named(self, page: Page, line: int, column: int) -> Named | None:
        if nature_of(self.desk, page) not in (Nature.CONTEXT, Nature.REGISTRY):
            return None
        shelf = self._shelf(page)
        return None if shelf is None else named_at(page, shelf, line, column)

    def _about(self, item: Item, page: Page) -> str:
        shelf = self._shelves.of(item.home)
        with open_home(item.home) as store:
            uses = registry.used_by(store, item.name, item.type, among=shelf.users(item))
        fitting = self._shelves.fitting(item.home, project_of(self.desk, page), [item])
        return about(item, uses, fits=item.name in fitting)

    def _in_list(
        self, page: Page, shelf: Shelf, line: int, column: int
    ) -> Iterable[types.CompletionItem]:
        found = context_at(page.text, line, column)
        if found is None or found.slot not in _SLOTS:
            return []
        span = page.range(found.line, found.start, found.end)
        return self._offered(
            page,
            shelf,
            found.prefix,
            span,
            [_SLOTS[found.slot]],
            quote="" if found.quoted else '"',
            without=found.taken,
        )

    def _offered(
        self,
        page: Page,
        shelf: Shelf,
        word: str,
        span: types.Range,
        wanted: Iterable[ItemType] = SHOWN,
        *,
        quote: str = "",
        without: frozenset[str] = frozenset(),
    ) -> list[types.CompletionItem]:
        ranked = [it for it in shelf.matching(word, wanted) if it[1].name not in without]
        home, project_id = home_of(self.desk, page), project_of(self.desk, page)
        among = [item for _, item in ranked]
        fitting = self._shelves.fitting(home, project_id, among, PATIENCE) if home else frozenset()
        keyed = [(item.name not in fitting, rank, item) for rank, item in ranked]
        keyed.sort(key=lambda it: it[:2])
        # One more than are shown says that there are more.
        return [
            types.CompletionItem(
                label=item.name,
                kind=COMPLETION_KINDS[item.type],
                detail=item.type.value if other else f"{item.type.value}, fits this project",
                sort_text=f"{int(other)}{rank}{number:04}",
                filter_text=f"{quote}{item.name}" if quote else None,
                text_edit=types.TextEdit(span, f"{quote}{item.name}{quote}"),
                data=json.dumps(["registry", str(item.home), item.type.value, item.id]),
            )
            for number, (other, rank, item) in enumerate(keyed[: LIMIT + 1])
        ]

    def _meant(self, data: object) -> Item | None:
        """The item that a completion was about."""
        try:
            said = jsontext.loads(data) if isinstance(data, str) else None
        except ValueError:
            return None
        if not isinstance(said, list) or len(said) != 4 or said[0] != "registry":
            return None
        homes = {str(clone.home): clone.home for clone in self.desk.clones.known()}
        if self.desk.home is not None:
            homes[str(self.desk.home)] = self.desk.home
        home = homes.get(said[1])
        items = [] if home is None else self._shelves.of(home).items
        return next((it for it in items if [it.type.value, it.id] == said[2:]), None)

    def _file_references(self, page: Page) -> Iterator[Reference]:
        if nature_of(self.desk, page) is Nature.CONTEXT:
            yield from (it for it in references.find(page.text) if it.kind is Kind.FILE)

    def _target(self, page: Page, reference: Reference) -> Path | None:
        return paths.target(self._top(page), path_in_repository(self.desk, page), reference)

    def _top(self, page: Page) -> Path | None:
        """The work tree that a document's paths count from."""
        if page.clone is not None:
            return page.clone.place.top
        place = self.desk.clones.place_of(page.path) if page.path else None
        return place.top if place else None

    def _readers(self, page: Page) -> Iterator[Page]:
        """The texts that may name an item: the document itself, context files, agents' files."""
        seen = {page.uri}
        yield page
        candidates: list[tuple[Path, Path]] = []
        if page.clone is not None:
            top = page.clone.place.top
            candidates += [(top / it, top) for it in sorted(tracked(self.desk, page.clone))]
        shelf = self._shelf(page)
        for item in shelf.items if shelf else ():
            if item.type is ItemType.AGENT and item.path is not None:
                candidates.append((item.path, item.home))
        for path, inside in candidates:
            each = page_of(path, inside, page.encoding)
            if each is not None and each.uri not in seen:
                seen.add(each.uri)
                yield each


def _uri(item: Item) -> str:
    """The address of an item's file; empty where there is none."""
    path = file_of(item)
    return uris.uri_of(path) if path is not None and path.is_file() else ""
