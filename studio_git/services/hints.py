"""What the hooks noticed. Hints speed nothing up and are never trusted alone: git is the truth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.store import commits
from studio_git.store.commits import Captured
from studio_git.store.connection import Store

AMEND = "amend"
REBASE = "rebase"

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Hint:
    """One record of a hook.

    ``stage`` is the hook's name, ``git_dir`` the worktree's git directory (empty: not known).
    ``agent_session`` is the coding agent's session of a post-commit. ``kind`` is what rewrote
    commits, ``amend`` or ``rebase``, and ``pairs`` are the old and the new oid of each, as
    post-rewrite hears them (githooks(5)).
    """

    stage: str
    git_dir: str = ""
    agent_session: str = ""
    kind: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


def read_record(stage: str, git_dir: Path | None, details: Sequence[str]) -> Hint:
    """The hint in a record of the spool, whose fields are as the hooks write them."""
    where = "" if git_dir is None else str(git_dir)
    first = details[0] if details else ""
    if stage == "post-rewrite":
        return Hint(stage, where, kind=first, pairs=read_pairs("\n".join(details[1:]).encode()))
    return Hint(stage, where, agent_session=first if stage == "post-commit" else "")


def read_pairs(data: bytes) -> tuple[tuple[str, str], ...]:
    """The pairs on post-rewrite's standard input; lines of another form are left out."""
    found = []
    for line in data.decode("ascii", "replace").split("\n"):
        words = line.split()
        if len(words) >= 2 and all(_OID.fullmatch(word) for word in words[:2]):
            found.append((words[0], words[1]))
    return tuple(found)


def settled(hints: Iterable[Hint]) -> list[Path]:
    """The worktrees whose rebase is over though its folder may still be there."""
    return [Path(hint.git_dir).resolve() for hint in hints if hint.kind == REBASE and hint.git_dir]


def final_pairs(hints: Iterable[Hint]) -> dict[str, tuple[str, str]]:
    """For each commit that was replaced, the oid at the end of its chain, and by what it was.

    A commit that was amended and then rebased counts as rebased, which asks for more evidence.
    """
    step: dict[str, tuple[str, str]] = {}
    for hint in hints:
        for old, new in hint.pairs:
            if old != new:
                step[old] = (new, hint.kind)
                step.pop(new, None)  # what is made now is there, whatever became of it before
    found = {}
    for old, first in step.items():
        chain = [first]
        while chain[-1][0] in step:
            chain.append(step[chain[-1][0]])
        amended = all(kind == AMEND for _, kind in chain)
        found[old] = (chain[-1][0], AMEND if amended else REBASE)
    return found


def agent_sessions(hints: Iterable[Hint], made: Sequence[str]) -> dict[str, str]:
    """Which agent's session made which of the new commits (oids in the order they were made).

    Only where nothing else is possible: every commit of the time was made under one agent's
    session, or there is one record for each commit.
    """
    said = [hint.agent_session for hint in hints if hint.stage == "post-commit"]
    if not any(said):
        return {}
    if len(said) == len(made):
        return {oid: session for oid, session in zip(made, said, strict=True) if session}
    if len(set(said)) == 1 and len(made) < len(said):
        return dict.fromkeys(made, said[0])
    return {}


def squashes(folder: Path) -> dict[str, tuple[str, ...]]:
    """What ``merge --squash`` was to bring in, as the hook noted it: by the commit it was merged
    onto the oids, the latest first.
    """
    found = {}
    for file in folder.glob("squash.*"):
        data = files.read_bytes(file) or b""
        words = data.decode("ascii", "replace").split()
        found[file.name.removeprefix("squash.")] = tuple(
            word for word in words if _OID.fullmatch(word)
        )
    return found


def forget_squashes(folder: Path, onto: Iterable[str]) -> None:
    """Remove the notes about squashes onto these commits."""
    for oid in onto:
        (folder / f"squash.{oid}").unlink(missing_ok=True)


def captured_before(
    store: Store, project_id: str, pairs: dict[str, tuple[str, str]]
) -> dict[str, Captured]:
    """The commits that the pairs name and the store holds, by oid."""
    named = {*pairs, *(new for new, _ in pairs.values())}
    return commits.by_oid(store.db, project_id, named) if named else {}
