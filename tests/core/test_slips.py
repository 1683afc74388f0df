"""Damage told from what a person changed."""

from __future__ import annotations

import pytest

from studio_git.core import slips


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Use SQLite", "Usg SQLite"),
        ("Use SQLite", "Use S\x11Lite"),
        ("Use SQLite", "Use \ufffdQLite"),
        ("Use SQLite", "U\ufffd\ufffd\ufffd\x00"),
        ("a", "b"),
    ],
)
def test_what_damage_makes(said: str, found: str) -> None:
    assert slips.is_slip(said, found)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Use SQLite", "Use SQLite"),
        ("Use SQLite", "Use SQLite 3"),
        ("Use SQLite", "Ues SQLite"),
        ("Use SQLite", ""),
        ("", "Use SQLite"),
        ("Lines\nof\ttext", "Other lines\r\nof\ttext"),
        ("noise \ufffd", "noise and words \ufffd"),
    ],
)
def test_what_a_person_changes(said: str, found: str) -> None:
    assert not slips.is_slip(said, found)
