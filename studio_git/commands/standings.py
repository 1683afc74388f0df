"""How the commands about drift show a context file; not a command itself."""

from __future__ import annotations

from studio_git.core.models import Alias, AliasType, DriftKind
from studio_git.output import Style, say, styled
from studio_git.services.drift import Standing
from studio_git.services.wording import explain, ways_on


def style_of(kind: DriftKind | None) -> Style:
    """Good for what is in step, bad for what a person has to settle."""
    if kind is None:
        return "good"
    return "warn" if kind in (DriftKind.STUDIO_AHEAD, DriftKind.REPO_AHEAD) else "bad"


def show(standing: Standing) -> None:
    """A context file in a few lines: how it stands, why, and what to do."""
    kind = standing.verdict.kind
    word = kind.value if kind else "synced"
    summary = f"  {standing.verdict.diff_summary}" if standing.verdict.diff_summary else ""
    style = "dim" if standing.dismissed else style_of(kind)
    put_aside = "  (dismissed)" if standing.dismissed else ""
    say(
        f"  {standing.file.repo_path}  ",
        styled(word, style),
        styled(f"{summary}{put_aside}", "dim"),
    )
    why = explain(standing)
    if why:
        say(styled(f"      {why}", "dim"))
    for alias in standing.file.aliases:
        say(styled(f"      {alias.path} {_as_what(alias)}", "dim"))
    if not standing.settled:
        _show_ways(ways_on(standing))


def _show_ways(ways: list[tuple[str, str]]) -> None:
    width = max((len(what) for what, _ in ways), default=0) + 1
    for what, command in ways:
        say(styled(f"      {what + ':':<{width}} ", "dim"), styled(command, "accent"))


def _as_what(alias: Alias) -> str:
    words = {
        AliasType.LINK: "links to it",
        AliasType.POINTER: "points to it",
        AliasType.COPY: "is a copy of it",
    }
    return words[alias.type]
