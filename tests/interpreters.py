"""Interpreters of a test's own: for an ordinary user, or with a copy of the package to break."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
import pytest
from conftest import run
from storetools import as_user

import studio_git
import studio_hooks
import studio_lsp

PACKAGES = [
    Path(package.__path__[0]).resolve() for package in (studio_git, studio_hooks, studio_lsp)
]
DEPENDENCIES = str(Path(click.__file__).parents[1])
FITS = "import sqlite3, sys, venv; sys.exit(sys.version_info < (3, 11))"


def with_package(folder: Path, base: str = sys.executable) -> Path:
    """An interpreter, in a folder of its own, that has the package as the tests have it."""
    packages = _made(folder, base)
    paths = [*(str(package.parent) for package in PACKAGES), DEPENDENCIES]
    (packages / "studio.pth").write_text("\n".join(dict.fromkeys(paths)) + "\n")
    return folder / "bin" / "python"


def with_copy(folder: Path, base: str = sys.executable) -> Path:
    """The same with a copy of the package, and with nothing that it depends on."""
    packages = _made(folder, base)
    for package in PACKAGES:
        shutil.copytree(package, packages / package.name, ignore=_compiled)
    return folder / "bin" / "python"


def packages_of(python: Path) -> Path:
    """Where an interpreter made here has its packages."""
    (found,) = python.parents[1].glob("lib/python3*/site-packages")
    return found


def anyones_python(cwd: Path) -> str:
    """An interpreter that a user who is not root can start, also from a shell."""
    for name in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        probe = ("sh", "-c", 'exec "$0" -I -c "$1"', name, FITS)
        if as_user(*probe, cwd=cwd).status == 0:
            return name
    pytest.skip("no Python 3.11 that an ordinary user can run")


def _made(folder: Path, base: str) -> Path:
    done = run(base, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    assert done.status == 0, done.err
    return packages_of(folder / "bin" / "python")


_compiled = shutil.ignore_patterns("__pycache__")
