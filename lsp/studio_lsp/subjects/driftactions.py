"""What an editor offers to do about a context file: code actions, and lenses that say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lsprotocol import types

from studio_git.core.diff import Hunk
from studio_git.core.models import DriftKind, Resolution
from studio_git.services import wording
from studio_git.services.resolve import direction_of
from studio_lsp import commands
from studio_lsp.features.actions import SYNC_KIND
from studio_lsp.page import Page
from studio_lsp.standings import Seen, pair_of
from studio_lsp.subject import Asked

TITLES = {
    commands.ACCEPT: "Accept into Studio",
    commands.USE_STUDIO: "Use Studio's version",
    commands.MERGE: "Merge both",
    commands.DISMISS: "Dismiss",
    commands.COMPARE: "Compare with Studio's version",
    commands.TRACK: "Track this file in Studio",
    commands.UNTRACK: "Untrack this file",
    commands.UNDO: "Undo the last resolution",
    commands.SYNC: "Bring this file in step with Studio",
}
_THIS = " (this change)"
_WHOLE = " (whole file)"
_PREFERRED = {
    Resolution.ACCEPTED_REPO: commands.ACCEPT,
    Resolution.KEPT_STUDIO: commands.USE_STUDIO,
}
_QUICK = types.CodeActionKind.QuickFix

Diagnose = Callable[[Seen, Hunk | None], list[types.Diagnostic]]


def command(name: str, page: Page, title: str = "", **more: Any) -> types.Command:
    """A command with its argument; every client gets one, since some read it unasked."""
    argument = {"uri": page.uri, **more}
    return types.Command(title=title or TITLES[name], command=name, arguments=[argument])


def actions(
    seen: Seen | None, page: Page, asked: Asked, diagnose: Diagnose, *, trackable: bool, undo: bool
) -> Iterator[types.CodeAction]:
    """What can be done about the selected lines of a context file, and about all of it.

    ``diagnose`` gives the diagnostics of a difference or of the file (None), as the client has
    them. ``trackable``: it is one that nobody tracks; ``undo``: there is something to undo.
    """
    if seen is not None and not seen.standing.settled:
        touched = seen.overlapping(asked.first, asked.last)
        if len(seen.hunks) > 1:
            for hunk in touched:
                yield from _fixes(seen, page, diagnose(seen, hunk), hunk)
        diagnostics = [each for hunk in touched for each in diagnose(seen, hunk)]
        if not seen.hunks and asked.first == 0:
            diagnostics = diagnose(seen, None)
        yield from _fixes(seen, page, diagnostics, None)
        if isinstance(seen.standing.canonical, bytes):
            yield _plain(commands.COMPARE, page)
        if direction_of(seen.standing) is not None:
            yield types.CodeAction(
                TITLES[commands.SYNC], kind=SYNC_KIND, command=command(commands.SYNC, page)
            )
    if seen is not None and asked.first == 0:
        yield _plain(commands.UNTRACK, page)
    if trackable:
        yield _plain(commands.TRACK, page)
    if undo:
        yield _plain(commands.UNDO, page)


def lenses(seen: Seen | None, page: Page) -> Iterable[types.CodeLens]:
    """How a context file stands, and what can be done, above its first line."""
    start = types.Position(0, 0)
    top = types.Range(start, start)
    if seen is None:
        title = "Studio: not tracked"
        return [types.CodeLens(top, command(commands.TRACK, page, title))]
    status, *rest = lens_titles(seen)
    offered = [command(commands.STATUS, page, status)]
    offered += (command(name, page) for name in ways(seen))
    if not seen.standing.settled and isinstance(seen.standing.canonical, bytes):
        offered.append(command(commands.COMPARE, page, "Compare"))
    offered += (command(commands.STATUS, page, title) for title in rest)
    return [types.CodeLens(top, each) for each in offered]


def lens_titles(seen: Seen) -> list[str]:
    """How a context file stands in a few words, and when it was last in step, if it ever was."""
    standing = seen.standing
    if standing.dismissed:
        said = "put aside"
    elif standing.verdict.kind is None:
        said = "synced"
    else:
        summary = standing.verdict.diff_summary
        said = f"{wording.explain(standing)}{f' ({summary})' if summary else ''}"
    last = standing.file.last_sync_at
    return [f"Studio: {said}", *([f"Last in step {last[:16]} UTC"] if last else [])]


def ways(seen: Seen, hunk: Hunk | None = None) -> list[str]:
    """The commands that settle a context file, or one difference of it, the likeliest first."""
    standing = seen.standing
    kind = standing.verdict.kind
    if standing.settled or kind is DriftKind.UNREADABLE:
        return []
    found = [commands.ACCEPT, commands.USE_STUDIO]
    preferred = _PREFERRED.get(direction_of(standing) or Resolution.DISMISSED)
    if preferred == commands.USE_STUDIO or (hunk is not None and hunk.moved == "studio"):
        found.reverse()
    if standing.verdict.merged is not None and (hunk is None or hunk.moved in ("repo", "studio")):
        found.insert(0, commands.MERGE)
    return [*found, commands.DISMISS]


def _fixes(
    seen: Seen, page: Page, diagnostics: list[types.Diagnostic], hunk: Hunk | None
) -> Iterator[types.CodeAction]:
    several = len(seen.hunks) > 1
    for number, name in enumerate(ways(seen, hunk)):
        title = TITLES[name] + (_THIS if hunk else _WHOLE if several else "")
        more = {"hunks": [hunk.number], "pair": pair_of(seen.standing)} if hunk else {}
        yield types.CodeAction(
            title,
            kind=_QUICK,
            diagnostics=diagnostics or None,
            is_preferred=number == 0 and hunk is None and bool(direction_of(seen.standing)),
            command=command(name, page, title, **more),
        )


def _plain(name: str, page: Page) -> types.CodeAction:
    # Without a kind: VS Code leaves those of the kind "source" out of its light bulb.
    return types.CodeAction(TITLES[name], command=command(name, page))
