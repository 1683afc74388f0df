"""Both sides of a change together: the editor's documents first, then the store and its files.

Where the editor refuses, nothing has happened; where our part fails after it, its change is taken
back. One change is carried out at a time, and one that has begun is brought to its end, also when
nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from studio_git.core import merge
from studio_git.errors import StudioError
from studio_git.services.changes import REPO, Plan, Write
from studio_git.services.clone import Workspace
from studio_lsp import edits
from studio_lsp.clones import Clone
from studio_lsp.desk import Desk
from studio_lsp.documents import Opened
from studio_lsp.editor import Editor, Edits
from studio_lsp.page import Page
from studio_lsp.work import to_the_end

_REFUSED = StudioError(
    "the editor did not take the change, so nothing was changed in Studio either.",
    "Try again; the text may have been typed in meanwhile.",
)
_STAYS = "An edit that was made for it stays in the document: undo it in the editor."

_ARRIVES = 0.5
"""Seconds for an editor to say that it changed a document, after it answered that it did."""
_LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Turned:
    """The text of a document before a change and after it, and the version that it had before."""

    before: Page
    after: Page


@dataclass(frozen=True, slots=True)
class Job:
    """What a command is about to do in one clone, and what the editor has to do for it."""

    clone: Clone
    held: dict[str, bytes]
    turned: Mapping[str, Turned]
    do: Callable[[Workspace], Any]


class Settler:
    """Carries out jobs; ``turn`` is held from the plan of a change to its end."""

    def __init__(self, desk: Desk, editor: Editor) -> None:
        self.desk = desk
        self.editor = editor
        self.turn = asyncio.Lock()

    def job(
        self,
        clone: Clone,
        workspace: Workspace,
        opened: Iterable[Opened],
        writes: Iterable[Write],
        do: Callable[[Workspace], Any],
        *,
        plan: Plan | None = None,
    ) -> Job:
        """A job from the files that will be written; in a worker thread.

        Of the texts that the editor holds only those count that have a part in it: what is typed
        in other files is nobody's business yet, and is not stored.
        """
        writes = list(writes)
        concerned = {write.path for write in writes if write.side == REPO}
        for step in plan.steps if plan else ():
            for copy in step.standing.copies:
                concerned |= {copy, clone.name_of(clone.place.top / copy)}
        held = {name: data for name, data in workspace.held.items() if name in concerned}
        after = {
            write.path: write.after
            for write in writes
            if write.side == REPO and write.path in held and write.after is not None
        }
        turned = {}
        for each in opened:
            page = self.desk.page(each)
            if page.clone == clone and page.name in after:
                text = edits.text_of(after[page.name])
                turned[page.uri] = Turned(page, page.with_text(text))
        return Job(clone, held, turned, do)

    async def carry_out(self, job: Job, label: str) -> Any:
        """What ``do`` gives. Raises what it raises, with the editor's change taken back."""
        return await to_the_end(self._carry_out(job, label))

    async def _carry_out(self, job: Job, label: str) -> Any:
        wanted: Edits = {
            uri: (it.before.version, edits.whole_lines(it.before, it.after.text))
            for uri, it in job.turned.items()
        }
        if not await self.editor.apply(wanted, label):
            raise _REFUSED
        await self._arrived(wanted)

        def run() -> Any:
            with job.clone.open(job.held) as workspace:
                return job.do(workspace)

        try:
            return await self.editor.work.kept(run)
        except BaseException:
            await self._take_back(job, f"{label}: taken back")
            raise

    async def _arrived(self, wanted: Edits) -> None:
        """Wait a little for the documents to be what the editor made of them.

        Some editors tell of a change only after they answered; until then the next plan would be
        made for the old text.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _ARRIVES
        for uri, (version, parts) in wanted.items():
            while parts and version is not None and loop.time() < until:
                opened = self.desk.documents.get(uri)
                if opened is None or opened.version != version:
                    break
                await asyncio.sleep(_LOOK)

    async def _take_back(self, job: Job, label: str) -> None:
        back: dict[str, tuple[int | None, list[types.TextEdit]]] = {}
        stays = False
        for uri, it in job.turned.items():
            opened = self.desk.documents.get(uri)
            if opened is None or it.before.text == it.after.text:
                continue
            if opened.version == it.before.version:  # of the change itself nothing was said yet
                back[uri] = None, edits.whole_lines(it.after, it.before.text)
                continue
            now = it.after.of(opened)
            text = _without(it, now.text)
            if text is None:
                stays = True
            else:
                back[uri] = opened.version, edits.whole_lines(now, text)
        taken = await self.editor.apply(back, label)
        if stays or not taken:
            self.editor.complain(_STAYS)


def _without(it: Turned, now: str) -> str | None:
    """The text as it is now without the change; None where what was typed since is in its way."""
    if now == it.after.text:
        return it.before.text
    merged = merge.merge(it.after.data, it.before.data, now.encode("utf-8", "replace"))
    return edits.text_of(merged.content()) if merged.clean else None
