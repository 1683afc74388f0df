"""``git studio settings``: shared with the dashboard, whose own keys stay as they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import Repo
from storetools import change, query, two_lines

from studio_git.services.settings import DEFAULTS
from studio_git.store.migrations import DEFAULT_SETTINGS


@pytest.fixture
def bound(repo: Repo) -> Repo:
    repo.commit("First")
    assert repo.studio("init", "--no-hooks", "--yes", "--name", "Risk Workbench").status == 0
    return repo


def store() -> Path:
    return Path(os.environ["STUDIO_HOME"]) / "studio.db"


def stored(key: str) -> object:
    ((value,),) = query(store(), "SELECT value FROM settings WHERE key = ?", key)
    return json.loads(str(value))


def test_the_defaults_are_those_that_a_new_store_has(bound: Repo) -> None:
    assert dict(DEFAULTS) == DEFAULT_SETTINGS
    assert bound.studio("settings", "list", "--json").json == DEFAULTS


def test_a_store_without_a_row_has_the_default(bound: Repo) -> None:
    change(store(), "DELETE FROM settings")
    assert bound.studio("settings", "get", "theme").out == "dark\n"
    assert bound.studio("settings", "list").out.count("default\n") == 4


def test_keys_of_the_dashboard_are_shown_and_kept(bound: Repo) -> None:
    change(store(), """INSERT INTO settings (key, value) VALUES ('zoom', '{"x": [1.5, null]}')""")
    change(store(), "INSERT INTO settings (key, value) VALUES ('odd', 'not json')")
    found = bound.studio("settings", "list", "--json").json
    assert list(found) == [*DEFAULTS, "odd", "zoom"]
    assert found["zoom"] == {"x": [1.5, None]}
    assert found["odd"] == "not json"
    assert "of another program" in bound.studio("settings", "list").out
    assert bound.studio("settings", "set", "theme", "light").status == 0
    assert bound.studio("settings", "get", "zoom", "--json").json == {"x": [1.5, None]}


@pytest.mark.parametrize(
    ("key", "words", "value"),
    [
        ("theme", "light", "light"),
        ("theme", '"light"', "light"),
        ("sidebar_collapsed", "true", True),
        ("keyboard_shortcuts", '{"search": "ctrl+k"}', {"search": "ctrl+k"}),
        ("default_project_id", "null", None),
        ("zoom", "1.25", 1.25),
        ("zoom", "Überblick", "Überblick"),
        ("zoom", "NaN", "NaN"),
        ("zoom", "", ""),
        ("zoom", "[" * 100_000, "[" * 100_000),
    ],
)
def test_set_and_get(bound: Repo, key: str, words: str, value: object) -> None:
    change(store(), "UPDATE settings SET updated_at = '2020-01-01 00:00:00'")
    answer = bound.studio("settings", "set", key, words)
    assert answer.status == 0, answer.err
    assert stored(key) == value
    assert bound.studio("settings", "get", key, "--json").json == value
    ((when,),) = query(store(), "SELECT updated_at FROM settings WHERE key = ?", key)
    assert str(when) > "2020-01-01 00:00:00"


def test_a_project_by_its_name(bound: Repo) -> None:
    assert bound.studio("settings", "set", "default_project_id", "risk workbench").status == 0
    assert stored("default_project_id") == bound.studio("project", "show", "--json").json["id"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("theme", "5"),
        ("theme", ""),
        ("sidebar_collapsed", "perhaps"),
        ("keyboard_shortcuts", "[]"),
        ("default_project_id", "Atlas"),
        ("", "x"),
        ("a\x1b[2J", "x"),
        ("k" * 300, "x"),
    ],
)
def test_what_cannot_be(bound: Repo, key: str, words: str) -> None:
    before = query(store(), "SELECT * FROM settings")
    two_lines(bound.studio("settings", "set", key, words))
    assert query(store(), "SELECT * FROM settings") == before


def test_an_unknown_key_suggests(bound: Repo) -> None:
    answer = bound.studio("settings", "get", "them")
    two_lines(answer)
    assert "Did you mean theme?" in answer.err


def test_values_cannot_steer_the_terminal(bound: Repo) -> None:
    change(store(), "INSERT INTO settings (key, value) VALUES ('x\x1b[2J', '\"\x1b[31m\u202e\"')")
    for words in (["list"], ["get", "x\x1b[2J"]):
        out = bound.studio("settings", *words).out
        assert not {"\x1b", "\u202e"} & set(out)


def test_a_store_of_a_later_release_is_not_written(bound: Repo) -> None:
    change(store(), "UPDATE git_meta SET value = '9' WHERE key = 'min_writer'")
    two_lines(bound.studio("settings", "set", "theme", "light"))
    assert bound.studio("settings", "get", "theme").out == "dark\n"
