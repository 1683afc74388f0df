"""The words that follow ``git studio``: a table, so that help and version load no command.

Each command is ``command`` in the module of this package that bears its name; only the one that
is asked for is imported.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import NamedTuple

import click

from studio_git import __version__
from studio_git.commands.groups import TellingGroup
from studio_git.errors import UsageError
from studio_git.output import say

IN_STEP = "Keep context files in step"
REMEMBER = "Remember what was done"
SET_UP = "Set up"
SECTIONS = (IN_STEP, REMEMBER, SET_UP)


class Entry(NamedTuple):
    """One command: the section of the help that lists it, and what it does, in one line."""

    section: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "status": Entry(IN_STEP, "Show which context files differ from Studio's"),
    "diff": Entry(IN_STEP, "Show how they differ, hunk by hunk"),
    "sync": Entry(IN_STEP, "Bring both sides together where the direction is clear"),
    "resolve": Entry(IN_STEP, "Decide for one file which side counts"),
    "undo": Entry(IN_STEP, "Take back a sync or a resolve"),
    "track": Entry(IN_STEP, "Keep a file of the repository in Studio"),
    "untrack": Entry(IN_STEP, "Stop keeping a file in Studio"),
    "lint": Entry(IN_STEP, "Look for hidden characters and dead references"),
    "capture": Entry(REMEMBER, "Turn commits into sessions now"),
    "backfill": Entry(REMEMBER, "Turn older commits into sessions"),
    "session": Entry(REMEMBER, "List, show and change work sessions"),
    "decision": Entry(REMEMBER, "Keep decisions, and the files that state them"),
    "learning": Entry(REMEMBER, "List, show, add, change and tag learnings"),
    "cycle": Entry(REMEMBER, "Start, use, change, complete and show cycles"),
    "task": Entry(REMEMBER, "Add, start, complete, order and list tasks"),
    "why": Entry(REMEMBER, "Show what is behind a line, a file or a commit"),
    "search": Entry(REMEMBER, "Find words in all that was done, decided and learned"),
    "message": Entry(REMEMBER, "Check and correct the trailers of a commit message"),
    "registry": Entry(REMEMBER, "Keep skills, agents, tools, templates and prompts"),
    "stack": Entry(REMEMBER, "Detect the tech stack, and map it to the registry"),
    "deps": Entry(REMEMBER, "Check the programs that the project needs"),
    "dashboard": Entry(REMEMBER, "Show all projects at a glance, one of them, or the registry"),
    "activity": Entry(REMEMBER, "Show what happened, newest first"),
    "init": Entry(SET_UP, "Bind this repository to a project"),
    "new": Entry(SET_UP, "Make a project or a document of a template"),
    "project": Entry(SET_UP, "List, show, edit and archive projects"),
    "hooks": Entry(SET_UP, "Install, remove and check the git hooks"),
    "settings": Entry(SET_UP, "List, read and change the settings of the store"),
    "doctor": Entry(SET_UP, "Look at everything, and put right what is safe"),
    "backup": Entry(SET_UP, "Copy the store, and list the copies"),
    "restore": Entry(SET_UP, "Bring a copy of the store back"),
    "debug-info": Entry(SET_UP, "Print versions and paths for a report"),
    "completion": Entry(SET_UP, "Print the completion script of a shell"),
}


class LazyGroup(TellingGroup):
    """The commands of the table, in the sections of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"studio_git.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        command.short_help = COMMANDS[cmd_name].summary
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table as text; it stands in for click's list, which would import every command."""
        widest = max(map(len, COMMANDS))
        for section in SECTIONS:
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name.ljust(widest), entry.summary)
                        for name, entry in COMMANDS.items()
                        if entry.section == section
                    ]
                )


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value and not ctx.resilient_parsing:
        say(f"git studio {__version__}")
        ctx.exit()


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="git studio COMMAND -h tells more about a command; git help studio shows the manual.",
)
@click.option(
    "-C",
    "folders",
    metavar="DIR",
    multiple=True,
    help="Work as if started in DIR; several are followed one after the other, as git does.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def cli(folders: tuple[str, ...]) -> None:
    """Project Studio in git: context files kept in step, sessions captured from commits."""
    for folder in folders:
        enter(folder)


def enter(folder: str) -> None:
    """Change into a folder that ``-C`` names; an empty name means to stay, as with git."""
    if not folder:
        return
    try:
        os.chdir(folder)
    except OSError as problem:
        raise UsageError(
            f"cannot change into {folder}: {problem.strerror}.", "-C takes a folder that exists."
        ) from problem
