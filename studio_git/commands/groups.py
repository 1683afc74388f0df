"""Groups of commands of which some are imported only when they are asked for.

Lists and single records are looked at far more often than changed, and what changes them takes
longer to import than the store takes to answer.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class TellingGroup(click.Group):
    """A group that tells of an unknown name with what comes near, and imports nothing for it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; an unknown one is told with what comes near."""
        known = self.list_commands(ctx)
        if not ctx.resilient_parsing and args[0] not in known and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)


class LaterGroup(TellingGroup):
    """A group that knows by name the commands of other modules of this package.

    ``later`` has the module of each; a module's ``COMMANDS`` holds them.
    """

    def __init__(self, *args: Any, later: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those of other modules too."""
        return sorted({*super().list_commands(ctx), *self.later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now if it is another module's."""
        if cmd_name in self.later and cmd_name not in self.commands:
            module = importlib.import_module(f"{__package__}.{self.later[cmd_name]}")
            for each in module.COMMANDS:
                self.add_command(each)
        return super().get_command(ctx, cmd_name)
