"""The settings of the store, which the dashboard shares: read, and set with what they can be.

Keys that only the dashboard knows are shown, and set as they are said.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio_git.core import jsontext
from studio_git.core.names import printable
from studio_git.core.prose import one_line
from studio_git.errors import NotFoundError, UsageError
from studio_git.services.projects import find_project
from studio_git.store import projects, settings
from studio_git.store.connection import Store

DEFAULTS: Mapping[str, Any] = {
    "theme": "dark",
    "sidebar_collapsed": False,
    "default_project_id": None,
    "keyboard_shortcuts": {},
}
"""What the data model says where the store says nothing."""

_LONGEST_KEY = 200
_LONGEST_VALUE = 1 << 20


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``value`` is what its JSON says, and text that is no JSON as it stands.

    ``updated_at`` is None where the store says nothing and the default counts; ``known`` says
    that the data model names the key.
    """

    key: str
    value: Any
    updated_at: str | None
    known: bool


def every(store: Store) -> list[Setting]:
    """All settings: those of the data model in its order, then the others by key."""
    stored = settings.every(store.db)
    keys = [*DEFAULTS, *(key for key in stored if key not in DEFAULTS)]
    return [_setting(key, stored.get(key)) for key in keys]


def get(store: Store, key: str) -> Setting:
    """One setting by its key. Raises NotFoundError with the keys that are alike."""
    found = every(store)
    for setting in found:
        if setting.key == key:
            return setting
    alike = difflib.get_close_matches(key, [setting.key for setting in found], n=3)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else "See them: git studio settings list"
    raise NotFoundError(f"there is no setting {one_line(key)}.", hint)


def put(store: Store, key: str, words: str) -> Setting:
    """Set one to JSON, or to the words as text where they are no JSON.

    Raises UsageError for a value that the dashboard could not use, and for a key that is none.
    """
    if not key.strip() or key != printable(key) or len(key) > _LONGEST_KEY:
        raise UsageError(
            f"a setting cannot be called {one_line(key)[:40]!r}.",
            f"Use a word of at most {_LONGEST_KEY} letters, such as theme.",
        )
    if len(words) > _LONGEST_VALUE:
        raise UsageError("the value is longer than 1 MiB.", "Settings are short.")
    value = _read(words)
    check = _CHECKS.get(key)
    if check is not None:
        value = check(store, value)
    text = json.dumps(value, ensure_ascii=False)
    with store.writing() as db:
        settings.put(db, key, text)
    return get(store, key)


def _setting(key: str, stored: tuple[str, str | None] | None) -> Setting:
    if stored is None:
        return Setting(key, DEFAULTS[key], None, True)
    text, updated_at = stored
    return Setting(key, _read(text), updated_at, key in DEFAULTS)


def _read(text: str) -> Any:
    try:
        return jsontext.loads(text)
    except ValueError:
        return text.encode("utf-8", "replace").decode("utf-8")


def _theme(_store: Store, value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise UsageError("theme has to be a word.", "Such as: git studio settings set theme light")
    return value


def _yes_or_no(_store: Store, value: Any) -> Any:
    if not isinstance(value, bool):
        raise UsageError("sidebar_collapsed is true or false.", "Write one of these words.")
    return value


def _project(store: Store, value: Any) -> Any:
    """A project's id, also where its name was said; null for none."""
    if value is None:
        return None
    if projects.get(store.db, str(value)) is not None:
        return str(value)
    return str(find_project(store, str(value))["id"])


def _shortcuts(_store: Store, value: Any) -> Any:
    if not isinstance(value, dict):
        raise UsageError(
            "keyboard_shortcuts is a JSON object.", """Write it like '{"search": "ctrl+k"}'."""
        )
    return value


_CHECKS: Mapping[str, Callable[[Store, Any], Any]] = {
    "theme": _theme,
    "sidebar_collapsed": _yes_or_no,
    "default_project_id": _project,
    "keyboard_shortcuts": _shortcuts,
}
