"""What a person is reminded of while they write a commit message: the cycle, open questions.

All of it is comments, so that an empty message stays empty.
"""

from __future__ import annotations

import re

from studio_git.core.messages import SCISSORS
from studio_git.core.prose import shorten
from studio_git.gitio import Git, Place
from studio_git.services import binding, clone, cycles
from studio_git.services.clone import Workspace
from studio_git.services.messages import comment_of
from studio_git.store import questions
from studio_git.store.connection import DATABASE, open_store

BUSY_SECONDS = 1.0
"""How long an editor waits for a store that somebody else writes to."""

_MAX_QUESTIONS = 5
_WIDTH = 72


def hints(place: Place, data: bytes) -> bytes:
    """The message for the editor, with the cycle and the open questions as comments.

    The same where there is nothing to tell, or where git would keep the comments as text.
    """
    home = binding.home_of(place)
    comment = comment_of(place.git, data)
    if not _strips(place.git) or not (home / DATABASE).is_file():
        return data
    if binding.read_note(place.common_dir) is None:
        return data
    with open_store(home, busy_seconds=BUSY_SECONDS) as store:
        told = _told(clone.enter(store, place))
    if not told:
        return data
    text = data.decode("utf-8", "surrogateescape")
    head, mark, tail = _cut(text, comment)
    if head and not head.endswith("\n"):
        head += "\n"
    # Git's own comments follow an empty line for the subject; where it wrote none, so do ours.
    head = head or "\n"
    lines = "".join(f"{comment} {line}".rstrip() + "\n" for line in ["", *told, ""])
    return (head + lines + mark + tail).encode("utf-8", "surrogateescape")


def _told(workspace: Workspace) -> list[str]:
    project = workspace.repository.project_id
    cycle = cycles.active(workspace.store, workspace.repository, workspace.place)
    open_ones = questions.still_open(workspace.store.db, project, _MAX_QUESTIONS)
    told = []
    if cycle is not None:
        phase = f" ({shorten(cycle['phase'], 20)})" if cycle["phase"] else ""
        told.append(f"Cycle: {shorten(cycle['name'], _WIDTH)}{phase}")
    if open_ones:
        told.append("Open questions:")
        told += [f"- {shorten(row['question'], _WIDTH)}" for row in open_ones]
    return ["Project Studio", *told] if told else []


def _strips(git: Git) -> bool:
    """Whether git takes comments out of a message that was edited."""
    return (git.config("commit.cleanup") or "default") in ("default", "strip")


def _cut(text: str, comment: str) -> tuple[str, str, str]:
    found = re.search(rf"^{re.escape(f'{comment} {SCISSORS}')}$", text, re.MULTILINE)
    if found is None:
        return text, "", ""
    return text[: found.start()], text[found.start() : found.end()], text[found.end() :]
