"""What is replaced or removed in the registry is kept: a folder that can be imported again."""

from __future__ import annotations

import time
from pathlib import Path

from studio_git import files
from studio_git.core.registrytypes import FOLDERS, SUFFIXES, ItemType
from studio_git.services import registryfolders
from studio_git.services.registryitems import REGISTRY, Item, folder_of
from studio_git.store.connection import Store

BACKUPS = "backups"


class Keeper:
    """Keeps items in one folder, ``backups/registry/{timestamp}``, which is made when needed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.folder: Path | None = None
        """Where it is kept; None as long as nothing is."""

    def item(self, item: Item) -> None:
        """Keep an item's file and what belongs to it. Raises StudioError where that fails."""
        if item.path is None:
            return
        data = None if not SUFFIXES[item.type] else files.read_bytes(item.path)
        if data is not None:
            self.text(item.type, item.path.name, data)
        others = registryfolders.belongings(item)
        if others:
            folder = registryfolders.beside(item) or item.path
            registryfolders.write(self._store, self._place(item.type) / folder.name, others)

    def text(self, item_type: ItemType, name: str, data: bytes) -> Path:
        """Keep a text of a type under a file's name; where it is."""
        path = self._place(item_type) / name
        home = self._store.home
        files.write_whole(path, data, inside=home, expected=None, lock=self._store.lock)
        return path

    def _place(self, item_type: ItemType) -> Path:
        if self.folder is None:
            self.folder = self._new_folder()
        place = self.folder / REGISTRY / FOLDERS[item_type]
        files.make_private(place)
        return place

    def _new_folder(self) -> Path:
        top = self._store.home / BACKUPS / REGISTRY
        files.make_private(top)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        number = 1
        while True:
            folder = top / (stamp if number == 1 else f"{stamp}-{number}")
            try:
                folder.mkdir(mode=files.FOLDER_MODE)
            except FileExistsError:
                number += 1
            else:
                files.sync_names(top)
                return folder


def remove_files(store: Store, item: Item) -> None:
    """Take an item's file, and what belongs to it, out of the registry."""
    if item.path is None:
        return
    if SUFFIXES[item.type]:
        data = files.read_bytes(item.path)
        folder = folder_of(store.home, item.type)
        if data is not None:
            files.remove(item.path, inside=folder, expected=data, lock=store.lock)
    registryfolders.remove(store, item)
