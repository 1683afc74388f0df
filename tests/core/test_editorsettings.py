from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.editorsettings import BY_KEY, SETTINGS, Layer, read, resolve
from studio_git.core.models import DriftKind


def test_every_kind_of_drift_has_a_severity() -> None:
    assert {f"drift.severity.{kind.value}" for kind in DriftKind} <= set(BY_KEY)
    assert resolve().word("drift.severity.conflict") == "error"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda it: it.key)
def test_every_default_is_one_of_its_words(setting: object) -> None:
    assert setting.default in (setting.words or (True, False))  # type: ignore[attr-defined]
    assert read({setting.key: setting.default}).values == {setting.key: setting.default}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "tree",
    [
        {"drift": {"severity": {"repo-ahead": "error"}}, "hover": {"why": True}},
        {"drift.severity.repo-ahead": "error", "hover.why": True},
        {"drift.severity": {"repo-ahead": "error"}, "hover": {"why": True}},
    ],
)
def test_nested_and_dotted_keys_are_the_same(tree: object) -> None:
    layer = read(tree)
    assert layer.values == {"drift.severity.repo-ahead": "error", "hover.why": True}
    assert (layer.unknown, layer.problems) == ((), ())


def test_what_is_unknown_or_wrong_is_told_and_the_rest_counts() -> None:
    layer = read(
        {
            "hover": {"why": "yes", "colour": "blue"},
            "lint": {"severity": "loud"},
            "codeLens": {"enabled": None},
            "symbols": {"enabled": False},
            "client": {"comparison": True},
        },
        ignored=("client",),
    )
    assert layer.values == {"symbols.enabled": False}
    assert layer.unknown == ("hover.colour",)
    assert layer.problems == (
        "hover.why cannot be 'yes': it is true or false",
        "lint.severity cannot be 'loud': it is error or warning or information or hint or off",
    )


def test_settings_that_are_no_table_are_told() -> None:
    assert read(None) == Layer()
    assert read(["x"]).problems == ("settings have to be a table, not list",)


def test_later_layers_win() -> None:
    settings = resolve(read({"hover.why": True, "log.level": "info"}), read({"hover.why": False}))
    assert settings.on("hover.why") is False
    assert settings.word("log.level") == "info"
    assert settings.on("codeLens.enabled") is True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


@given(JSON)
def test_nothing_that_comes_makes_it_fail(tree: object) -> None:
    assert set(read(tree).values) <= set(BY_KEY)


def test_a_repository_cannot_hide_what_it_brings_along() -> None:
    said = {"lint": {"severity": "off"}, "hover": {"why": True}}
    layer = read(said, team=True)
    assert layer.values == {"hover.why": True}
    assert layer.problems == ("lint.severity is for everyone to set in the own editor",)
    assert read(said).values["lint.severity"] == "off"
