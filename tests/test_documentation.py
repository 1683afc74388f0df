"""What is made from the code is current, and says all there is."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import run

import generate
from generators import settings, tree
from studio_git import config
from studio_git.commands.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

# Not settings of ours: names in messages, documents and other programs' settings.
FOREIGN_VARIABLES = {"STUDIO_TOML"}


@cache
def sources() -> str:
    """Everything that runs: Python and sh."""
    folders = (ROOT / "studio_git", ROOT / "hooks", ROOT / "lsp")
    files = [
        path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".sh")
    ]
    return "\n".join(path.read_text() for path in sorted(files))


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text()


def test_generated_files_are_current() -> None:
    answer = run(sys.executable, DOCS / "generate.py", "--check", cwd=ROOT)
    assert (answer.status, answer.out) == (0, ""), answer.out + answer.err


def test_generating_twice_gives_the_same() -> None:
    assert generate.render() == generate.render()


def test_every_command_and_option_is_explained() -> None:
    for command in tree.load().walk():
        assert command.help, f"{command.name} has no help"
        for option in command.options:
            assert option.help, f"{command.name} {option.label} has no help"


def test_every_command_stands_on_its_page() -> None:
    text = page("commands.md")
    for command in tree.load().walk():
        assert f"# {command.name}\n" in text or not command.path
    assert all(f"## git studio {name}\n" in text for name in COMMANDS)


def test_every_variable_stands_on_its_page() -> None:
    used = set(re.findall(r"""["'$({]+(STUDIO_[A-Z_]+)\b""", sources())) - FOREIGN_VARIABLES
    assert {"STUDIO_HOME", "STUDIO_DISABLE"} <= used
    text = page("configuration.md")
    assert {name for name in used if f"`{name}`" not in text} == set()


def test_every_git_setting_stands_on_its_page() -> None:
    known = {row.key for row in settings.personal()}
    used = set(re.findall(r"\bstudio\.(?:drift|capture|hooks?)\.[a-z-]*[a-z]", sources()))
    used |= set(re.findall(r"\bstudio\.(?:message\b(?!\.)|prepareMessage)", sources()))
    assert {name for name in used if name not in known} == set()


def test_every_team_key_stands_on_its_page() -> None:
    text = page("configuration.md")
    for table, keys in config._KNOWN_KEYS.items():
        for key in keys:
            assert f"`[{table}] {key}`" in text


def test_every_table_stands_on_its_page() -> None:
    text = page("store.md")
    assert "18 tables with 24 indexes" in text
    for table in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", sources()):
        assert f"### {table}\n" in text


def test_the_manual_is_well_formed() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", DOCS / "man" / "git-studio.1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")]), ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), f"{path.name}: {target}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text()), f"{path.name}: {target}"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_the_tests_that_a_page_names_are_there(path: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", path.read_text())
    assert [name for name in named if not (ROOT / name).is_file()] == []
