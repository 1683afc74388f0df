"""How the commands about drift show a context file; not a command itself."""

from __future__ import annotations

from studio_git.core.drift import ACCEPTED_ELSEWHERE
from studio_git.core.models import Alias, AliasType, DriftKind
from studio_git.output import Style, say, styled
from studio_git.services.drift import Standing, reason_for_people

MEANING = {
    DriftKind.STUDIO_AHEAD: "Studio's copy moved on, the repository's did not",
    DriftKind.REPO_AHEAD: "the repository's copy was edited, Studio's was not",
    DriftKind.MERGEABLE: "both were edited, in different places",
    DriftKind.CONFLICT: "both were edited in the same places",
    DriftKind.NO_BASE: "they differ, and were never the same before",
    DriftKind.MISSING_IN_REPO: "not in the repository",
    DriftKind.MISSING_IN_STUDIO: "Studio has no copy",
    DriftKind.UNREADABLE: "cannot be compared",
}


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
    if kind is not None:
        say(styled(f"      {reason_for_people(standing) or MEANING[kind]}", "dim"))
    for alias in standing.file.aliases:
        say(styled(f"      {alias.path} {_as_what(alias)}", "dim"))
    if not standing.settled:
        for command in ways_on(standing):
            say("      ", styled(command, "accent"))


def ways_on(standing: Standing) -> list[str]:
    """The commands that settle it, the likeliest first."""
    path, kind = standing.file.repo_path, standing.verdict.kind
    resolve = f"git studio resolve {path}"
    if kind is DriftKind.UNREADABLE:
        return [f"git studio untrack {path}"]
    if kind is DriftKind.MERGEABLE:
        return [f"git studio diff {path}", f"{resolve} --merge"]
    if kind is DriftKind.CONFLICT:
        return [f"git studio diff {path}", f"{resolve} --accept-repo | --keep-studio"]
    if kind is DriftKind.NO_BASE:
        return [f"git studio diff {path}", f"{resolve} --accept-repo | --keep-studio"]
    if kind is DriftKind.MISSING_IN_REPO:
        return [
            f"{resolve} --keep-studio    (write it)",
            f"{resolve} --accept-repo    (untrack it)",
        ]
    if kind is DriftKind.MISSING_IN_STUDIO:
        return [f"{resolve} --accept-repo"]
    if standing.verdict.reason == ACCEPTED_ELSEWHERE:
        return [f"{resolve} --keep-studio    (if it belongs on this branch too)"]
    return [f"git studio sync {path}"]


def _as_what(alias: Alias) -> str:
    words = {
        AliasType.LINK: "links to it",
        AliasType.POINTER: "points to it",
        AliasType.COPY: "is a copy of it",
    }
    return words[alias.type]
