"""What the generators make of a command whose words try to break out of every syntax."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from generators import bash, fish, manual, reference, tree, zsh
from generators.tree import Command, Kind
from studio_git.commands.cli import IN_STEP

HOSTILE = "It's [so]: \"$(echo no)\" `no` \\n 100% … {a,b}; .TH 'x' *"


@pytest.fixture
def program() -> Command:
    @click.command(help=f".{HOSTILE}\n\n'{HOSTILE}\n\n\b\nline one\n  line - two")
    @click.argument("paths", nargs=-1)
    @click.option("--side", type=click.Choice(["left", "right"]), help=HOSTILE)
    @click.option("--into", "-i", type=click.Path(file_okay=False), help="Where to.")
    @click.option("--from", "source", type=click.Path(), multiple=True, help="What.")
    @click.option("--adopt/--no-adopt", help="Take it.")
    @click.option("-v", "--verbose", count=True, help="More.")
    @click.option("--secret", hidden=True)
    def leaf(**_: object) -> None:
        pass

    group = click.Group("noun", help=HOSTILE)
    group.add_command(leaf, "verb")
    group.add_command(click.Command("gone", hidden=True))
    root = click.Group("root", help="Root.", commands={"noun": group})
    return tree._command(root, (), IN_STEP, None)


def test_the_tree(program: Command) -> None:
    assert [command.name for command in program.walk()] == [
        "git studio",
        "git studio noun",
        "git studio noun verb",
    ]
    verb = program.walk()[2]
    assert verb.synopsis == "git studio noun verb [OPTIONS] [PATH]..."
    assert verb.arguments[0].value.kind is Kind.TRACKED
    assert [option.label for option in verb.options] == [
        "--side left|right",
        "-i, --into DIRECTORY",
        "--from PATH",
        "--adopt, --no-adopt",
        "-v, --verbose",
        "--help",
    ]
    kinds = [option.value.kind for option in verb.options if option.value]
    assert kinds == [Kind.CHOICE, Kind.FOLDER, Kind.FILE]
    assert [option.repeatable for option in verb.options] == [
        False,
        False,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("render", "check"),
    [
        (bash.render, "bash -n"),
        (bash.render, "shellcheck --shell=bash"),
        (zsh.render, "zsh -n"),
        (fish.render, "fish --no-execute"),
    ],
)
def test_scripts_are_well_formed(
    program: Command, tmp_path: Path, render: Callable[[Command], str], check: str
) -> None:
    script = tmp_path / "script"
    script.write_text(render(program))
    done = subprocess.run(
        [*check.split(), script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_text_stays_text_in_fish(program: Command, tmp_path: Path) -> None:
    script = tmp_path / "script.fish"
    script.write_text(fish.render(program))
    line = "complete -C 'git-studio noun verb --si'"
    shown = subprocess.run(
        ["fish", "--no-config", "-c", f"source {shlex.quote(str(script))}; {line}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert shown == f"--side\t{HOSTILE}\n"


def test_text_stays_text_in_the_manual(program: Command) -> None:
    shown = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-P-cbou", "-rLL=200n"],
        input=manual.render(program, "1.0"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == ""
    text = " ".join(shown.stdout.split())
    plain = HOSTILE.replace("`", "")  # what stands between backticks is bold
    assert f".{plain}" in text
    assert f"'{plain}" in text
    assert "line - two" in text


def test_the_page_of_commands(program: Command) -> None:
    page = reference.commands(program)
    assert "### git studio noun verb\n" in page
    assert "```\nline one\nline - two\n```" in page
    assert "`-i, --into DIRECTORY` – Where to." in page
    assert "--secret" not in page
