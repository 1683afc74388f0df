"""``git studio message``: commit messages as git would read them."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from studio_git.gitio import Git
from studio_git.output import bytes_out, columns, json_out, say, styled, warn
from studio_git.services import messages
from studio_git.services.messages import Checked

_STDIN = "-"


@click.group()
def command() -> None:
    """Check and correct the trailers of a commit message.

    A message states decisions, learnings and questions in its last paragraph, one to a line:
    "Decision: …". Git takes that paragraph for trailers only if every line of it is one.
    """


@command.command()
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: str, as_json: bool) -> int:
    """Show what git and Studio would read in a message.

    FILE holds the message, as .git/COMMIT_EDITMSG does; - is the standard input.
    Exit 1 if a trailer would not be parsed.
    """
    checked = _checked(file)
    if as_json:
        json_out(
            {
                "parsed": not checked.unparsed,
                "statements": [asdict(one) for one in checked.statements],
            }
        )
    else:
        _show(checked)
    return 1 if checked.unparsed else 0


@command.command()
@click.argument("file", metavar="FILE")
@click.option("--dry-run", "-n", is_flag=True, help="Print the message; leave the file alone.")
@click.option("--strip", is_flag=True, help="Take out comments and what is below the scissors.")
def fix(file: str, dry_run: bool, strip: bool) -> int:
    """Move all trailers of a message to where git parses them.

    FILE is written anew, if it has to be; - reads the standard input and writes the standard
    output. Nothing but trailers moves. Exit 1 if one is left that cannot be moved: a subject.
    """
    data = _read(file)
    comment = messages.comment_of(Git(Path.cwd()), data)
    fixed = messages.check(data, comment).fixed
    if strip:
        fixed = messages.stored(fixed, comment)
    if dry_run or file == _STDIN:
        bytes_out(fixed)
    elif fixed != data:
        messages.write(Path(file), fixed, before=data)
        warn(f"{file}: ", styled("put right", "good"))
    left = messages.check(fixed, comment).unparsed
    for one in left:
        warn(styled(f"line {one.line} stays: {one.key}: {one.value}", "warn"))
    return 1 if left else 0


def _checked(file: str) -> Checked:
    data = _read(file)
    return messages.check(data, messages.comment_of(Git(Path.cwd()), data))


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == _STDIN else messages.read(Path(file))


def _show(checked: Checked) -> None:
    if not checked.statements:
        say("There is no trailer in this message.")
        return
    columns(
        [
            (
                str(one.line),
                styled("yes", "good") if one.git else styled("no", "bad"),
                "yes" if one.studio else "no" if one.meant else "-",
                f"{one.key}: {one.value}",
            )
            for one in checked.statements
        ],
        ["LINE", "GIT", "STUDIO", "TRAILER"],
    )
    if checked.unparsed:
        say("Put it right with: git studio message fix FILE")
