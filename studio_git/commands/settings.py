"""``git studio settings``: what the dashboard and we share."""

from __future__ import annotations

import json
from typing import Any

import click

from studio_git.commands import scope
from studio_git.output import columns, json_out, say, styled
from studio_git.services import settings
from studio_git.services.settings import Setting


@click.group()
def command() -> None:
    """List, read and change the settings that are kept in the store.

    The dashboard shares them: theme, sidebar_collapsed, default_project_id, keyboard_shortcuts,
    and others of its own. What belongs to a repository or to git is git configuration instead.
    """


@command.command("list")
@scope.as_json
def list_(as_json: bool) -> int:
    """List all settings with their values.

    As JSON, one object with the value of each key.
    """
    with scope.open_scope(None, all_projects=True) as here:
        found = settings.every(here.store)
    if as_json:
        json_out({each.key: each.value for each in found})
        return 0
    columns(
        [
            [styled(each.key, "bold"), _text(each.value), styled(_remark(each), "dim")]
            for each in found
        ],
        shrink=1,
    )
    return 0


@command.command("get")
@click.argument("key")
@scope.as_json
def get_(key: str, as_json: bool) -> int:
    """Print the value of one setting."""
    with scope.open_scope(None, all_projects=True) as here:
        found = settings.get(here.store, key)
    if as_json:
        json_out(found.value)
    else:
        say(_text(found.value))
    return 0


@command.command("set")
@click.argument("key")
@click.argument("value")
def set_(key: str, value: str) -> int:
    """Set one to VALUE: JSON, or a bare word as text.

    For default_project_id a project's name will do; null takes it back.
    """
    with scope.open_scope(None, all_projects=True, write=True) as here:
        found = settings.put(here.store, key, value)
    say(found.key, ": ", styled(_text(found.value), "good"))
    return 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _remark(setting: Setting) -> str:
    if setting.updated_at is None and setting.known:
        return "default"
    return "" if setting.known else "of another program"
