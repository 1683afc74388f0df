"""Where a command stands: the workspace of the folder it runs in, with the store open.

Hooks do not come this way: bringing an older store up to date loads what they must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from studio_git import gitio
from studio_git.errors import NotBoundError, StoreOutdatedError
from studio_git.services import binding
from studio_git.services.clone import Workspace, enter
from studio_git.store.connection import Store, open_store

__all__ = ["Workspace", "open_here", "open_home"]


@contextmanager
def open_here(cwd: Path, *, write: bool = True) -> Iterator[Workspace]:
    """The workspace that ``cwd`` is in, open for the length of the block.

    Raises NotBoundError outside a bound clone, ConfigError and StoreError for what cannot be
    read; with ``write``, also where the store cannot be written.
    """
    place = gitio.locate(cwd)
    home = binding.home_of(place)
    if binding.read_note(place.common_dir) is None:
        raise NotBoundError(f"{place.top} is not bound to a project.", binding.INIT_HINT)
    with open_home(home) as store:
        if write:
            store.require_writable()
        yield enter(store, place)


@contextmanager
def open_home(home: Path) -> Iterator[Store]:
    """The store of a home for a command: brought up to date first where that is needed."""
    with ExitStack() as stack:
        try:
            store = stack.enter_context(open_store(home))
        except StoreOutdatedError:
            from studio_git.store.migrations import prepare_home

            prepare_home(home)
            store = stack.enter_context(open_store(home))
        yield store
