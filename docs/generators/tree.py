"""The commands as data: what the reference page, the manual and the completions are made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import click

from studio_git.commands.cli import COMMANDS, cli

PROGRAM = "git studio"


class Kind(Enum):
    """What stands for a value, as far as a shell can complete it."""

    TEXT = "text"
    CHOICE = "choice"
    FILE = "file"
    FOLDER = "folder"
    TRACKED = "tracked"


@dataclass(frozen=True)
class Value:
    """A value that an option or an argument takes."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """An option: its spellings (``--no-…`` ones last), and its value, None for a switch."""

    names: tuple[str, ...]
    value: Value | None
    help: str
    repeatable: bool

    @property
    def is_help(self) -> bool:
        """True for the option that every command has."""
        return "--help" in self.names

    @property
    def label(self) -> str:
        """The option as help shows it: ``-p, --project PROJECT``."""
        names = ", ".join(self.names)
        return f"{names} {self.value.name}" if self.value else names


@dataclass(frozen=True)
class Argument:
    """A positional argument."""

    value: Value
    required: bool
    repeatable: bool

    @property
    def label(self) -> str:
        """The argument as a synopsis shows it: ``[PATH]...``."""
        label = self.value.name if self.required else f"[{self.value.name}]"
        return label + ("..." if self.repeatable else "")


@dataclass(frozen=True)
class Command:
    """A command with everything below it; ``path`` is empty for the program itself."""

    path: tuple[str, ...]
    summary: str
    help: str
    epilog: str
    section: str
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        """As a person types it."""
        return " ".join([PROGRAM, *self.path])

    @property
    def synopsis(self) -> str:
        """Name, options and arguments on one line."""
        words = [self.name]
        if self.options:
            words.append("[OPTIONS]")
        words += [argument.label for argument in self.arguments]
        if self.commands:
            words.append("COMMAND [ARGS]...")
        return " ".join(words)

    def walk(self) -> list[Command]:
        """This command and all below it, depth first."""
        return [self, *(below for command in self.commands for below in command.walk())]


def load() -> Command:
    """The whole tree, read from the commands themselves."""
    return _command(cli, (), "", None)


def _command(
    command: click.Command, path: tuple[str, ...], section: str, above: click.Context | None
) -> Command:
    name = path[-1] if path else PROGRAM
    context = click.Context(command, above, name, **command.context_settings)
    below = []
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            if not child.hidden:
                entry = COMMANDS.get(name) if not path else None
                place = entry.section if entry else section
                below.append(_command(child, (*path, name), place, context))
    parameters = command.get_params(context)
    return Command(
        path=path,
        summary=command.get_short_help_str(limit=200).rstrip("."),
        help=_paragraphs(command.help or ""),
        epilog=_paragraphs(command.epilog or ""),
        section=section,
        options=tuple(
            _option(parameter, context)
            for parameter in parameters
            if isinstance(parameter, click.Option) and not parameter.hidden
        ),
        arguments=tuple(
            Argument(_value(parameter, context), parameter.required, parameter.nargs == -1)
            for parameter in parameters
            if isinstance(parameter, click.Argument)
        ),
        commands=tuple(below),
    )


def _option(option: click.Option, context: click.Context) -> Option:
    names = sorted([*option.opts], key=len) + sorted(option.secondary_opts, key=len)
    takes = not (option.is_flag or option.count)
    return Option(
        names=tuple(names),
        value=_value(option, context) if takes else None,
        help=" ".join((option.help or "").split()),
        repeatable=option.multiple or option.count,
    )


def _value(parameter: click.Parameter, context: click.Context) -> Value:
    kind, choices = Kind.TEXT, ()
    if isinstance(parameter.type, click.Choice):
        kind = Kind.CHOICE
        choices = tuple(
            parameter.type.normalize_choice(choice, context) for choice in parameter.type.choices
        )
    elif isinstance(parameter, click.Argument) and parameter.name in ("path", "paths"):
        kind = Kind.TRACKED
    elif isinstance(parameter.type, click.Path):
        kind = Kind.FILE if parameter.type.file_okay else Kind.FOLDER
    elif parameter.metavar == "DIR":
        kind = Kind.FOLDER
    elif parameter.metavar == "FILE":
        kind = Kind.FILE
    name = parameter.metavar or parameter.make_metavar(context)
    if kind is Kind.TRACKED:
        name = "PATH"
    return Value(name.strip("[]{}."), kind, choices)


def _paragraphs(text: str) -> str:
    """Help text with one line per paragraph; a block that click leaves alone (``\\b``) as it is."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        lines = paragraph.split("\n")
        if lines[0].strip() == "\b":
            paragraphs.append("\n".join(f"    {line.strip()}" for line in lines[1:]))
        elif paragraph.strip():
            paragraphs.append(" ".join(paragraph.split()))
    return "\n\n".join(paragraphs)
