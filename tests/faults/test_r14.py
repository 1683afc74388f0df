"""R14: every situation of git that we know of has a test, and each of these looks at something."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

SITUATIONS = Path(__file__).resolve().parents[1] / "situations"
ROWS = {*(f"{number:02}" for number in range(1, 69)), "45a", "45b"}
"""The numbers of the situations; the tests' names begin with them."""
NAMED = re.compile(r"test_(\d\d[ab]?(?:_and_\d\d[ab]?)*)_")
LOOKS = {"check", "refused"}
"""The helpers that hold assertions of their own."""


def _tests() -> Iterator[ast.FunctionDef]:
    for module in sorted(SITUATIONS.glob("test_*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node


def _rows_of(test: ast.FunctionDef) -> set[str]:
    found = NAMED.match(test.name)
    return set(found[1].split("_and_")) if found else set()


def _looks(test: ast.FunctionDef) -> bool:
    """Whether a test asserts something, itself or through a helper that does."""
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    names = {it.attr if isinstance(it, ast.Attribute) else getattr(it, "id", "") for it in calls}
    return bool(names & LOOKS) or any(isinstance(node, ast.Assert) for node in ast.walk(test))


def test_every_situation_has_its_test(figure: Callable[[str], None]) -> None:
    tests = list(_tests())
    assert {row for test in tests for row in _rows_of(test)} == ROWS
    assert [test.name for test in tests if not _looks(test)] == []
    figure(f"{len(ROWS)} of {len(ROWS)} situations, in {len(tests)} tests")


def test_every_situation_has_a_test_that_every_machine_runs() -> None:
    """A newer git may be needed for one way of getting there, never for all."""
    anywhere = set()
    for test in _tests():
        marks = [ast.unparse(mark) for mark in test.decorator_list]
        if not any(mark.startswith(("pytest.mark.skip", "pytest.mark.xfail")) for mark in marks):
            anywhere |= _rows_of(test)
    assert anywhere == ROWS
