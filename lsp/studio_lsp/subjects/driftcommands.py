"""What is done about context files from an editor.

A text that the editor holds is changed by the editor, everything else by us
(:mod:`studio_lsp.subjects.settling`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio_git.core.models import Resolution
from studio_git.errors import UsageError
from studio_git.services import changes, context, cycles, resolve, studiotoml, wording
from studio_git.services.changes import Plan
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, canonical_path
from studio_lsp import commands, uris
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.documents import Opened
from studio_lsp.editor import Editor
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.standings import pair_of
from studio_lsp.subject import Command
from studio_lsp.subjects.settling import Job, Settler

Argument = Mapping[str, Any]
Result = dict[str, Any]

_RESOLUTIONS = {
    commands.ACCEPT: Resolution.ACCEPTED_REPO,
    commands.USE_STUDIO: Resolution.KEPT_STUDIO,
    commands.MERGE: Resolution.MERGED,
    commands.DISMISS: Resolution.DISMISSED,
}
_DONE = {
    Resolution.ACCEPTED_REPO: "accepted into Studio",
    Resolution.KEPT_STUDIO: "Studio's version taken",
    Resolution.MERGED: "merged",
    Resolution.DISMISSED: "put aside",
}
_MOVED = UsageError(
    "the text or Studio's copy was changed since that was offered; nothing was done.",
    "Look at the differences again, and choose anew.",
)


class DriftCommands:
    """The commands of the drift subject; each a coroutine on the event loop."""

    def __init__(
        self,
        desk: Desk,
        editor: Editor,
        presenter: Presenter,
        clones: Callable[[], list[Clone]],
    ) -> None:
        self.desk = desk
        self.editor = editor
        self.presenter = presenter
        self._clones = clones
        self._settler = Settler(desk, editor)

    def table(self) -> dict[str, Command]:
        """Every command by its id."""
        found: dict[str, Command] = {
            name: self._resolution(name, resolution) for name, resolution in _RESOLUTIONS.items()
        }
        return found | {
            commands.SYNC: self.sync,
            commands.UNDO: self.undo,
            commands.TRACK: self.track,
            commands.UNTRACK: self.untrack,
            commands.COMPARE: self.compare,
            commands.STATUS: self.status,
        }

    def _resolution(self, name: str, resolution: Resolution) -> Command:
        async def run(argument: Argument) -> Result:
            numbers = _numbers(argument)

            def prepare(opened: list[Opened]) -> tuple[Job, str, str]:
                page = self._page(argument, opened)
                clone = _clone(page)
                with clone.open(self.desk.held(clone, opened)) as workspace:
                    standing = resolve.standing_of(workspace, _named(workspace, page))
                    if numbers and argument.get("pair") not in (None, pair_of(standing)):
                        raise _MOVED  # the numbers are of other differences now
                    plan = _planned(workspace, standing, resolution, numbers)
                    job = self._job(clone, workspace, opened, plan)
                    done = any(step.untracks for step in plan.steps)
                    says = "no longer tracked" if done else _DONE[resolution]
                    return job, str(standing.file.repo_path), says

            async with self._settler.turn:
                found = await self.editor.work.aside(prepare, self._opened(argument))
                job, path, says = found
                number = await self._settler.carry_out(job, name)
            return {"message": f"{path}: {says}.", "operation": number}

        return run

    async def sync(self, argument: Argument) -> Result:
        """``studio.syncContext``: what is unambiguous, of one file or of the whole workspace."""
        whole = bool(argument.get("implied"))

        def prepare(opened: list[Opened]) -> tuple[list[Job], list[str], list[str]]:
            jobs, moved, left = [], [], []
            clones = self._clones() if whole else [_clone(self._page(argument, opened))]
            for clone in clones:
                with clone.open(self.desk.held(clone, opened)) as workspace:
                    only = None if whole else [_named(workspace, self._page(argument, opened))]
                    plan, others = resolve.plan_sync(workspace, resolve.seen(workspace, only))
                    left += [str(it.file.repo_path) for it in others]
                    if plan.steps:
                        jobs.append(self._job(clone, workspace, opened, plan))
                        moved += [str(step.standing.file.repo_path) for step in plan.steps]
            return jobs, moved, left

        async with self._settler.turn:
            found = await self.editor.work.aside(prepare, self._opened(argument))
            jobs, moved, left = found
            for job in jobs:
                await self._settler.carry_out(job, commands.SYNC)
        said = f"In step now: {', '.join(moved)}." if moved else "Nothing could be brought in step."
        if left:
            said += f" For you to decide: {', '.join(left)}."
            self.editor.say(said)
        return {"message": said, "moved": moved, "left": left}

    async def undo(self, argument: Argument) -> Result:
        """``studio.undo``: take back the newest resolution in this work tree."""

        def prepare(opened: list[Opened]) -> Job:
            page = self._page(argument, opened)
            clone = _clone(page)
            with clone.open(self.desk.held(clone, opened)) as workspace:
                operation, writes = changes.plan_undo(workspace, None)
                number = operation.id  # by then another may be the newest
                return self._settler.job(
                    clone, workspace, opened, writes, lambda it: _undone(it, number).title
                )

        async with self._settler.turn:
            job = await self.editor.work.aside(prepare, self._opened(argument))
            title = await self._settler.carry_out(job, commands.UNDO)
        return {"message": f"Undone: {title}."}

    async def track(self, argument: Argument) -> Result:
        """``studio.track``: keep a file in Studio from now on."""

        def do(workspace: Workspace, page: Page) -> str:
            file = context.track(workspace, page.written_as, None)
            return f"{page.written_as}: tracked as {file.filename}."

        return await self._in_clone(argument, do)

    async def untrack(self, argument: Argument) -> Result:
        """``studio.untrack``: compare a file no longer."""

        def do(workspace: Workspace, page: Page) -> str:
            context.untrack_named(workspace, {page.written_as, page.name})
            return f"{page.written_as}: no longer tracked; both copies stay as they are."

        return await self._in_clone(argument, do)

    async def compare(self, argument: Argument) -> Result:
        """``studio.compare``: Studio's copy and this one, side by side where the editor can."""
        opened = self._opened(argument)

        def prepare() -> tuple[Clone, Standing]:
            page = self._page(argument, opened)
            clone = _clone(page)
            with clone.open(self.desk.held(clone, opened)) as workspace:
                return clone, resolve.standing_of(workspace, _named(workspace, page))

        clone, standing = await self.editor.work.aside(prepare)
        rest = f"{clone.project_id}/{standing.file.filename}"
        left = uris.uri_of(canonical_path(clone.home, standing.file))
        if self.desk.client.virtual_documents:
            left = await self.presenter.address(f"/canonical/{rest}")
        if not self.desk.client.compares:
            await self.presenter.open(f"/compare/{rest}.diff")
        return {
            "left": left,
            "right": uris.uri_of(clone.place.top / standing.repo_path),
            "title": f"{standing.repo_path} (Studio ↔ repository)",
        }

    async def status(self, argument: Argument) -> Result:
        """``studio.status``: how the context files of a clone stand."""
        opened = list(self.desk.documents)

        def prepare() -> Result:
            path = uris.path_of(argument["uri"]) if argument["uri"] else None
            clone = self.desk.clones.of(path) if path else None
            clone = clone or next(iter(self._clones()), None)
            if clone is None:
                return {"message": "Project Studio: no bound repository is open.", "files": []}
            with clone.open(self.desk.held(clone, opened)) as workspace:
                return _status(clone, workspace)

        return await self.editor.work.aside(prepare)

    # what they have in common

    def _opened(self, argument: Argument) -> list[Opened]:
        """The open documents, the one that is meant last: of two with one file it counts."""
        return sorted(self.desk.documents, key=lambda it: it.uri == argument["uri"])

    async def _in_clone(self, argument: Argument, do: Callable[[Workspace, Page], str]) -> Result:
        opened = list(self.desk.documents)

        def run() -> str:
            page = self._page(argument, opened)
            with _clone(page).open() as workspace:
                workspace.store.require_writable()
                return do(workspace, page)

        return {"message": await self.editor.work.aside(run)}

    def _page(self, argument: Argument, opened: list[Opened]) -> Page:
        uri = argument["uri"]
        found = next((it for it in opened if it.uri == uri), None)
        if found is None and uris.path_of(uri) is None:
            raise UsageError("no document was meant.", "Open a context file first.")
        # One that is not open is written by us; its text is not looked at here.
        page = self.desk.page(found or Opened(uri, "", None, [""]))
        if page.clone is None:
            name = page.path.name if page.path else page.uri
            raise UsageError(
                f"{name} is in no repository that is bound to a project.",
                "Bind it with: git studio init",
            )
        return page

    def _job(self, clone: Clone, workspace: Workspace, opened: list[Opened], plan: Plan) -> Job:
        workspace.store.require_writable()
        return self._settler.job(
            clone,
            workspace,
            opened,
            plan.writes,
            lambda it: resolve.carry_out(it, plan),
            plan=plan,
        )


def _clone(page: Page) -> Clone:
    assert page.clone is not None  # noqa: S101 - for the type checker: _page looked
    return page.clone


def _planned(
    workspace: Workspace, standing: Standing, resolution: Resolution, numbers: list[int]
) -> Plan:
    entry = studiotoml.without(workspace, standing.file)
    if any(workspace.content(it.path) != it.before for it in entry):
        entry = ()  # somebody is writing in .studio.toml, and sees to the entry there
    try:
        return resolve.plan(workspace, standing, resolution, numbers, if_untracked=entry)
    except UsageError as error:
        if resolution is not Resolution.MERGED:
            raise
        way = "Take a side: Accept into Studio, or Use Studio's version; each change by itself too."
        raise UsageError(error.message, way) from error


def _named(workspace: Workspace, page: Page) -> str:
    """The name by which the file in a document is known: as it was opened, or behind its link."""
    for name in (page.written_as, page.name):
        if resolve.seen(workspace, [name]):
            return name
    return page.written_as


def _undone(workspace: Workspace, number: int) -> Any:
    operation = changes.undo(workspace, number)
    resolve.refresh(workspace)
    return operation


def _numbers(argument: Argument) -> list[int]:
    said = argument.get("hunks") or []
    if not isinstance(said, list) or not all(type(it) is int for it in said):
        raise UsageError("hunks have to be a list of numbers.", 'Write for example {"hunks": [1]}.')
    return said


def _status(clone: Clone, workspace: Workspace) -> Result:
    standings = resolve.seen(workspace)
    waiting = [it for it in standings if not it.settled]
    cycle = cycles.active(workspace.store, workspace.repository, workspace.place)
    name = workspace.project["name"]
    if waiting:
        what = f"{len(waiting)} of {len(standings)} context files differ from Studio's"
    else:
        what = f"{len(standings)} context files in step"
    kinds = [it.verdict.kind.value for it in waiting if it.verdict.kind]
    return {
        "message": f"{name}: {what}.",
        "kind": kinds[0] if len(set(kinds)) == 1 else ("drift" if kinds else "synced"),
        "project": name,
        "cycle": None if cycle is None else cycle["name"],
        "files": [
            {
                "uri": uris.uri_of(clone.place.top / it.repo_path),
                "path": it.repo_path,
                "kind": it.verdict.kind.value if it.verdict.kind else "synced",
                "dismissed": it.dismissed,
                "summary": wording.explain(it) or "in step",
            }
            for it in standings
        ],
    }
