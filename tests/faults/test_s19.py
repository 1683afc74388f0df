"""S19: no text that the product shows, errors above all, has a command that destroys something.

Texts are gathered from the source itself, so that a new one is looked at as soon as it is written.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import destructive

import studio_git
import studio_hooks
import studio_lsp
from studio_git import errors
from studio_git.errors import StudioError

ROOT = Path(studio_git.__file__).parents[1]
PACKAGES = tuple(
    Path(str(package.__file__)).parent for package in (studio_git, studio_hooks, studio_lsp)
)
MODULES = sorted(path for folder in PACKAGES for path in folder.rglob("*.py"))
SHIMS = sorted(path for folder in PACKAGES for path in folder.rglob("*.sh"))
CLIENTS = sorted(
    path
    for ending in ("ts", "lua", "el", "json")
    for path in (ROOT / "lsp" / "editors").rglob(f"*.{ending}")
    if "node_modules" not in path.parts and "dist" not in path.parts
)
_SQL = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|SELECT|DROP|CREATE|ALTER|WITH|BEGIN|PRAGMA)\b[\s\S]*"
)


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a module but its documentation, values that are put in as "{}"."""
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node and isinstance(part, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) in described:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, said(node)
        elif isinstance(node, ast.Constant) and id(node) not in inside:
            yield node.lineno, str(node.value)


def said(node: ast.expr) -> str:
    """The text of an expression, as far as it stands in the source."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(said(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "{}"
    if isinstance(node, ast.BinOp):
        return said(node.left) + said(node.right)
    if isinstance(node, ast.IfExp):
        return f"{said(node.body)} {said(node.orelse)}"
    return "{}"


def errors_in(tree: ast.AST, names: set[str]) -> Iterator[tuple[int, str, str]]:
    """Every error that is made in a module: its line, its class, and its words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                yield node.lineno, name, " ".join(said(part) for part in given)


def error_classes() -> set[str]:
    """The names of every class of errors for people, in all modules."""
    found = set()
    for package in (studio_git, studio_hooks, studio_lsp):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            members = vars(importlib.import_module(module.name)).values()
            found |= {
                it.__name__ for it in members if inspect.isclass(it) and issubclass(it, StudioError)
            }
    return found


def test_every_error(figure: Callable[[str], None]) -> None:
    names = error_classes()
    assert {it.__name__ for it in vars(errors).values() if inspect.isclass(it)} <= names
    told, made = 0, set()
    for path in MODULES:
        for line, name, words in errors_in(ast.parse(path.read_text()), names):
            assert not destructive.find(words), f"{path}:{line}: {words}"
            told += 1
            made.add(name)
    assert told > 300
    figure(f"{told} errors of {len(made)} classes: none with a destructive command")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_other_text(path: Path) -> None:
    for line, text in texts(ast.parse(path.read_text())):
        if path.parent.name == "store" and _SQL.fullmatch(text):
            continue
        assert not destructive.find(text), f"{path}:{line}: {text[:200]!r}"


@pytest.mark.parametrize("path", [*SHIMS, *CLIENTS], ids=lambda path: path.name)
def test_what_hooks_and_editors_say(path: Path) -> None:
    for line in path.read_text().splitlines():
        for text in re.findall(r"\"[^\"]*\"|'[^']*'", line):
            assert not destructive.find(text), f"{path}: {text}"


@pytest.mark.parametrize(
    "text",
    [
        "Run: rm -rf ~/.project-studio", "remove it: rm studio.db", "git reset --hard HEAD",
        "git -C . clean -fdx", "try git checkout -- CLAUDE.md", "git checkout .",
        "git push --force",
        "git push origin +main", "git branch -D old", "DROP TABLE sessions", "delete from sessions",
        "sqlite3 studio.db", "git stash drop", "git restore CLAUDE.md", "find . -name x -delete",
    ],
)  # fmt: skip
def test_what_is_destructive(text: str) -> None:
    assert destructive.find(text)


@pytest.mark.parametrize(
    "text",
    [
        "git studio undo", "git add CLAUDE.md", "git checkout main", "Remove the link.",
        "git commit --no-verify", "git worktree add DIR", "git push", "git config studio.home DIR",
    ],
)  # fmt: skip
def test_what_is_not(text: str) -> None:
    assert not destructive.find(text)
