"""``git studio debug-info``: what to paste into a report."""

from __future__ import annotations

from typing import Any

import click

from studio_git.commands import scope
from studio_git.output import json_out, say, styled
from studio_git.services import debuginfo


@click.command()
@scope.as_json
def command(as_json: bool) -> int:
    """Print versions, paths and counts for a report of a fault.

    No content of a file, a commit or a setting is in it, and your home folder is written as ~.
    """
    found = debuginfo.collect(scope.home())
    if as_json:
        json_out(found)
        return 0
    for section, values in found.items():
        say(styled(section, "bold"))
        _say(values, "  ")
    return 0


def _say(values: dict[str, Any], indent: str) -> None:
    widest = max(map(len, values), default=0)
    for name, value in values.items():
        if isinstance(value, dict):
            say(f"{indent}{name}")
            _say(value, f"{indent}  ")
            continue
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        say(f"{indent}{name.ljust(widest)}  {shown}")
