"""The registry as one look found it: items by their names, and by what is typed of them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from studio_git.core.registryfiles import ItemType, looks_like_name
from studio_git.services import registry
from studio_git.services.registry import Item
from studio_git.services.workspace import open_home
from studio_git.store.connection import Store
from studio_lsp.desk import Desk
from studio_lsp.work import go_on

SHOWN = (ItemType.SKILL, ItemType.AGENT, ItemType.TOOL, ItemType.PROMPT)
"""The types that texts name. Templates are made use of on the command line alone."""

PATIENCE = 0.02
"""Seconds for reading files while somebody types; what is not read then comes at the next key."""

_SEVERAL = 50


class Shelf:
    """The items of one home that have a name which a text can say.

    What they know of their files is read once, when it is asked for.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        shown = [it for it in items if it.type in SHOWN and looks_like_name(it.name)]
        self.items = sorted(shown, key=lambda item: item.name)
        self._names = [item.name.casefold() for item in self.items]
        self._by_word: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            for word in dict.fromkeys(map(str.casefold, item.words)):
                self._by_word[word] = (*self._by_word.get(word, ()), item)

    def called(self, word: str, *, exactly: bool = False) -> list[Item]:
        """The items that a word names: spelt so, else in any case unless ``exactly``."""
        found = self._by_word.get(word.casefold(), ())
        same = [item for item in found if word in item.words]
        return same if same or exactly else list(found)

    def users(self, item: Item) -> list[Item]:
        """The item and what can name it in a list of its own: all that decides who uses it."""
        return [*self.called(item.name), *(it for it in self.items if it.type is ItemType.AGENT)]

    def beginning(self, word: str) -> bool:
        """Whether the name of a skill begins so, in any case."""
        return any(rank == 0 for rank, _ in self.matching(word, [ItemType.SKILL]))

    def matching(self, word: str, wanted: Iterable[ItemType] = SHOWN) -> list[tuple[int, Item]]:
        """The items with a part of a name typed, each with its rank, the best first, by name.

        0: the name begins so, 1: one of its words does, 2: it is inside.
        """
        types = frozenset(wanted)
        typed = word.casefold()
        begins = re.compile(rf"[\W_]{re.escape(typed)}")
        ranked: tuple[list[Item], list[Item], list[Item]] = ([], [], [])
        for name, item in zip(self._names, self.items, strict=True):
            if typed in name and item.type in types:
                rank = 0 if name.startswith(typed) else 1 if begins.search(name) else 2
                ranked[rank].append(item)
        return [(rank, item) for rank, items in enumerate(ranked) for item in items]


class Shelves:
    """Shelves by home; made anew when something changes, and then from what was known before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._before: dict[Path, list[Item]] = {}
        self._lock = threading.Lock()

    def of(self, home: Path) -> Shelf:
        """The shelf of a home."""

        def make() -> Shelf:
            with open_home(home) as opened:
                return self._read(opened)

        return self._desk.remembered(("shelf", home), make)

    def _read(self, store: Store) -> Shelf:
        with self._lock:
            before = self._before.get(store.home, [])
        items = registry.items(store, before=before)
        with self._lock:
            self._before[store.home] = items
        return Shelf(items)

    def fitting(
        self, home: Path, project_id: str | None, among: list[Item], patience: float | None = None
    ) -> frozenset[str]:
        """The names of the skills among some items that fit a project's tech stack.

        With ``patience``, of what can be read in so many seconds.
        """
        if project_id is None or not among:
            return frozenset()
        key = ("fitting", home, project_id)
        known: dict[str, bool] = self._desk.remembered(key, dict)
        until = None if patience is None else time.monotonic() + patience
        new = [item for item in among if item.type is ItemType.SKILL and item.id not in known]
        if new:
            with open_home(home) as store:
                for at in range(0, len(new), _SEVERAL):
                    go_on()
                    some = new[at : at + _SEVERAL]
                    fits = registry.fits(store, project_id, among=some)
                    known.update((item.id, item.name in fits) for item in some)
                    if until is not None and time.monotonic() > until:
                        break
        return frozenset(item.name for item in among if known.get(item.id))
