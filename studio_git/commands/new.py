"""``git studio new``: a project, a document or a cycle's files, made of a template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from studio_git.commands import scope
from studio_git.output import flush, interactive, json_out, say, styled
from studio_git.services import templates

_SHOWN = 20


@click.command()
@click.argument("template")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--data", "-d", "data", metavar="KEY=VALUE", multiple=True, help="An answer.")
@click.option("--defaults", is_flag=True, help="Take what the template proposes for the rest.")
@click.option("--trust", is_flag=True, help="Let the template run its commands.")
@scope.as_json
def command(
    template: str,
    folder: Path,
    *,
    data: tuple[str, ...],
    defaults: bool,
    trust: bool,
    as_json: bool,
) -> int:
    """Make something new of a template of the registry, in the folder DIR.

    The template's questions are asked on a terminal; elsewhere --data and what it proposes
    count. A file that is there and differs is never replaced: nothing is made then. A template
    that would run commands is refused, unless you say --trust.

    Of a project's template DIR becomes a project of Studio's; git studio init in it binds it.
    Needs copier: pip install 'studio-git[templates]'.
    """
    answers = templates.answers_of(data)
    with (
        scope.open_scope(None, all_projects=True) as here,
        _alone() if as_json else nullcontext(),
    ):
        item = templates.find(here.store, template)
        made = templates.make(
            here.store,
            item,
            folder,
            answers,
            defaults=defaults or as_json or not interactive(),
            trust=trust,
        )
    if as_json:
        json_out(
            {
                "template": item.name,
                "template_type": item.template_type,
                "path": str(folder.absolute()),
                "written": list(made.written),
                "project_id": made.project_id,
            }
        )
        return 0
    say(styled("Made", "good"), f" {folder} of the template {item.name}:")
    for path in made.written[:_SHOWN]:
        say(f"  {path}")
    if len(made.written) > _SHOWN:
        say(styled(f"  and {len(made.written) - _SHOWN} more", "dim"))
    if made.project_is_new:
        say("Next: in that folder, ", styled("git init", "accent"), ", then ")
        say("      ", styled("git studio init", "accent"), ", which binds it to its project.")
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """Send to standard error what the template's commands say: the other one is for our JSON."""
    flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
