"""The pages that say what is trusted: each test that they name is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TRUST = ROOT / "docs" / "trust.md"
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_is_named_is_there() -> None:
    named = _TEST.findall(TRUST.read_text())
    assert len(named) > 20
    missing = [(path, name) for path, name in named if name not in _tests_in(ROOT / path)]
    assert missing == []


def test_every_statement_about_repositories_names_its_test() -> None:
    text = TRUST.read_text()
    section = text.split("## What a cloned repository can make us do")[1].split("\n## ")[0]
    points = [line for line in section.split("\n") if line.startswith("- ")]
    assert len(points) > 5
    assert [point for point in points if not _TEST.search(point)] == []


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/reliability.md"])
def test_they_are_linked(page: str) -> None:
    text = (ROOT / page).read_text()
    assert "trust.md)" in text
    assert "SECURITY.md)" in text or page == "docs/reliability.md"


def test_reports_are_private_and_no_address_is_made_up() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    assert "Report a vulnerability" in text
    assert not re.search(r"\S@\S|mailto:", text)


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
