"""Drift of context files: what differs from Studio's copies, told from the text in the editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from studio_git import files
from studio_git.core import catalogue, diff
from studio_git.core.codes import drift_code
from studio_git.core.diff import Hunk
from studio_git.core.models import DriftKind
from studio_git.services import resolve, wording
from studio_git.services.drift import Standing, canonical_path
from studio_git.store import operations
from studio_git.store.connection import open_store
from studio_lsp import edits, lines, uris
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.editor import Editor
from studio_lsp.features.diagnostics import diagnostic
from studio_lsp.markdown import fenced
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.standings import Seen, Standings
from studio_lsp.subject import Asked, Command, Finding, Related, Subject
from studio_lsp.subjects.driftactions import actions, lens_titles, lenses
from studio_lsp.subjects.driftcommands import DriftCommands

_MOVED = {
    "repo": "This was edited here; Studio's copy was not",
    "studio": "Studio's copy was changed here; this text was not",
    "both": "Both this text and Studio's copy were changed here",
    None: "This differs from Studio's copy, and which of them moved is not known",
}
_LONGEST = 40
"""Lines of Studio's that a hover shows."""


class Drift(Subject):
    """Diagnostics, actions, lenses and commands about context files."""

    def __init__(self, desk: Desk, editor: Editor, presenter: Presenter) -> None:
        super().__init__(desk, editor, presenter)
        self.standings = Standings(desk)
        self._hinted = False

    def findings(self, page: Page) -> Iterable[Finding]:
        """One for each difference on its lines, or one for the file on its first line."""
        if page.clone is None:
            self._hint(page)
            return ()
        seen = self.standings.live(page)
        return [] if seen is None else list(told(seen, page.clone))

    def elsewhere(self, known: frozenset[str]) -> Iterable[tuple[str, list[Finding]]]:
        """The same of tracked files that are not open, as they are on disk."""
        for clone in self._clones():
            with clone.open() as workspace:
                standings = resolve.seen(workspace)
            for standing in standings:
                uri = uris.uri_of(clone.place.top / standing.repo_path)
                if uri not in known:
                    yield uri, list(told(_closed(clone, standing, uri), clone))

    def actions(self, page: Page, asked: Asked) -> Iterable[types.CodeAction]:
        """Resolutions for the selected differences and for the file."""
        seen = self.standings.of(page)
        return actions(
            seen,
            page,
            asked,
            self._diagnose,
            trackable=seen is None and _is_context_file(page),
            undo=page.clone is not None and self._undoable(page.clone),
        )

    def lenses(self, page: Page) -> Iterable[types.CodeLens]:
        """How the file stands, and what can be done."""
        seen = self.standings.of(page)
        return lenses(seen, page) if seen or _is_context_file(page) else ()

    def hints(self, page: Page, first: int, last: int) -> Iterable[types.InlayHint]:
        """When the file was last in step, behind its first line."""
        seen = self.standings.of(page)
        if (
            seen is None
            or first > 0
            or not self.desk.settings(page.clone).on("inlayHints.lastSync")
        ):
            return ()
        title = " · ".join(lens_titles(seen))
        place = page.position(0, len(page.line(0)))
        return [types.InlayHint(place, title, padding_left=True)]

    def hover(self, page: Page, line: int, column: int) -> Iterable[str]:
        """What Studio has in the place of a difference."""
        seen = self.standings.of(page)
        for hunk in seen.overlapping(line, line) if seen else ():
            studio = [data.decode("utf-8", "replace") for data in hunk.canonical_lines]
            if not studio:
                yield "**Studio's copy** has nothing here."
                continue
            more = f"\n… and {len(studio) - _LONGEST} lines more" if len(studio) > _LONGEST else ""
            yield f"**Studio's copy** has here:\n\n{fenced(''.join(studio[:_LONGEST]))}{more}"

    def saved(self, page: Page) -> None:
        """A context file was saved: what is stored of it follows."""
        seen = self.standings.of(page)
        if seen is not None and page.clone is not None:
            with page.clone.open() as workspace:
                if workspace.store.writable:
                    resolve.refresh(workspace)

    def document(self, path: str) -> str | None:
        """``/canonical/…``, ``/base/…``, ``/merge/…``, ``/compare/…`` of a project's file."""
        _, _, rest = path.partition("/")
        kind, _, rest = rest.partition("/")
        project_id, _, name = rest.partition("/")
        if kind not in _SIDES:
            return None
        for clone in self._clones():
            if clone.project_id == project_id:
                with clone.open(self._held(clone)) as workspace:
                    for standing in resolve.seen(workspace):
                        if standing.file.filename == name.removesuffix(".diff"):
                            return _SIDES[kind](standing)
        return None

    def commands(self) -> dict[str, Command]:
        """The resolutions, and what else is done to context files."""
        return DriftCommands(self.desk, self.editor, self.presenter, self._clones).table()

    def _held(self, clone: Clone) -> dict[str, bytes]:
        return self.desk.held(clone, list(self.desk.documents))

    def _clones(self) -> list[Clone]:
        """Every bound clone that is open, be it as a folder or by one of its files."""
        found = [self.desk.clones.of(root / "file") for root in self.desk.roots]
        found += [self.desk.page(opened).clone for opened in self.desk.documents]
        return list({clone.place: clone for clone in found if clone is not None}.values())

    def _diagnose(self, seen: Seen, hunk: Hunk | None) -> list[types.Diagnostic]:
        """The diagnostics that the client has of a difference, or of the whole file."""
        clone = seen.page.clone
        if clone is None:
            return []
        settings = self.desk.settings(clone)
        wanted = None if hunk is None else _range(seen, hunk)
        found = (
            diagnostic(self.desk.client, settings, self.desk.docs, it)
            for it in told(seen, clone)
            if wanted is None or it.range == wanted
        )
        return [it for it in found if it is not None]

    def _undoable(self, clone: Clone) -> bool:
        def look() -> bool:
            with open_store(clone.home) as store:
                top = str(clone.place.top)
                return operations.latest(store.db, clone.repository_id, top) is not None

        return self.desk.remembered(("undoable", clone.place), look)

    def _hint(self, page: Page) -> None:
        """Say once that a context file could be kept in step, where Studio is in use at all."""
        if self._hinted or page.path is None or self.desk.home is None:
            return
        place = self.desk.clones.place_of(page.path)
        if place is None or not page.path.is_relative_to(place.top):
            return
        name = page.path.relative_to(place.top).as_posix()
        if catalogue.rank(name) < len(catalogue.CATALOGUE):
            self._hinted = True
            self.editor.say(
                f"{place.top.name} is not bound to a project of Project Studio, so {name} is not "
                "compared. To bind it, run git studio init there."
            )


def told(seen: Seen, clone: Clone) -> Iterator[Finding]:
    """What is told of a context file; nothing of one in step or put aside."""
    standing = seen.standing
    kind = standing.verdict.kind
    if kind is None or standing.settled:
        return
    canonical = uris.uri_of(canonical_path(clone.home, standing.file))
    code = drift_code(kind)
    hunks = () if kind is DriftKind.NO_BASE else seen.hunks
    total = len(standing.hunks)
    for hunk in hunks:
        said = wording.explain(standing) if standing.verdict.reason else _MOVED[hunk.moved]
        which = f"change {hunk.number} of {total}, " if total > 1 else ""
        counts = f"+{len(hunk.repo_lines)} -{len(hunk.canonical_lines)} lines"
        yield Finding(
            code,
            f"{_sentence(said)} ({which}{counts}).",
            _range(seen, hunk),
            (Related(canonical, _canonical_range(hunk), "Studio's copy"),),
        )
    if not hunks:
        start = types.Position(0, 0)
        first = types.Range(start, seen.page.position(0, len(seen.page.line(0))))
        summary = f" ({standing.verdict.diff_summary})" if standing.verdict.diff_summary else ""
        related = Related(canonical, types.Range(start, start), "Studio's copy")
        yield Finding(code, f"{_sentence(wording.explain(standing))}{summary}.", first, (related,))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".")


def _range(seen: Seen, hunk: Hunk) -> types.Range:
    first, last = seen.shown(hunk)
    end = seen.page.position(last, len(seen.page.line(last)))
    return types.Range(types.Position(first, 0), end)


def _canonical_range(hunk: Hunk) -> types.Range:
    start = hunk.canonical_start
    return types.Range(
        types.Position(start, 0), types.Position(start + len(hunk.canonical_lines), 0)
    )


def _closed(clone: Clone, standing: Standing, uri: str) -> Seen:
    """A file that is not open, as the editor would have it."""
    path = clone.place.top / standing.repo_path
    side = files.read_side(path, inside=clone.place.top)
    data = side if isinstance(side, bytes) and isinstance(standing.repo, bytes) else b""
    pieces = lines.split(edits.text_of(data))
    page = Page(uri, "", None, pieces, "utf-16", path=path, clone=clone, name=standing.repo_path)
    return Seen(page, standing)


def _is_context_file(page: Page) -> bool:
    known = catalogue.rank(page.name) < len(catalogue.CATALOGUE)
    return page.clone is not None and bool(page.name) and known


def _text(side: object) -> str:
    return edits.text_of(side) if isinstance(side, bytes) else ""


def _difference(standing: Standing) -> str:
    if not isinstance(standing.canonical, bytes) or not isinstance(standing.repo, bytes):
        return wording.explain(standing) + "\n"
    parts = diff.unified(
        standing.canonical,
        standing.repo,
        f"studio/{standing.file.filename}",
        standing.repo_path,
        base=standing.base,
    )
    return "\n".join(parts) + "\n" if parts else "The two copies are the same.\n"


def _merge(standing: Standing) -> str:
    return _text(standing.verdict.merged or resolve.conflict_text(standing))


_SIDES = {
    "canonical": lambda standing: _text(standing.canonical),
    "base": lambda standing: _text(standing.base),
    "merge": _merge,
    "compare": _difference,
}
