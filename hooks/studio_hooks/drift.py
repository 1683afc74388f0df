"""The drift check of a commit, where the hook's sh could not answer by itself.

Imports nothing heavy: with the interpreter's own start this is what a commit waits for.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio_git import gitio
from studio_git.config import disabled
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_hooks import checkfile, launch, spool, telling
from studio_hooks.checkfile import CheckState

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_git.services.commitcheck import CommitCheck

    Check = Callable[[Place, Path | None], CommitCheck]

BLOCKED_NATIVE = 3
"""The one exit status that the hook's sh takes as "block"; 1 would also mean a broken Python."""
BLOCKED = 1

_DAY = 86400


def run(*, native: bool, check: Check | None = None) -> int:
    """Check the commit in the making; returns the exit status.

    ``check`` judges, :func:`studio_git.services.commitcheck.check` unless another is given.
    Standard error gets what there is to tell. A check that cannot be made lets the commit
    through, with one line.
    """
    if disabled():
        return 0
    try:
        blocked = _stops(check or _check)
    except Exception as error:  # whatever it is, it does not make a commit fail
        telling.say([telling.excuse("the drift check could not run", error)])
        return 0
    if not blocked:
        return 0
    return BLOCKED_NATIVE if native else BLOCKED


def _check(place: Place, index_file: Path | None) -> CommitCheck:
    from studio_git.services import commitcheck

    return commitcheck.check(place, index_file)


def _stops(check: Check) -> bool:
    """True where the policy stops the commit; tells what there is to tell."""
    began = time.time()
    place = gitio.locate(Path.cwd())
    index_file = _index_file()
    verdict = check(place, index_file)
    if not verdict.bound:
        telling.say(verdict.messages)
        return verdict.blocked
    if verdict.blocked:
        telling.say(verdict.messages)
        _ask_the_worker(place)
        return True
    found = checkfile.entries(place, verdict.watched, index_file)
    before = checkfile.read(place.git_dir)
    state = _state(verdict, found, day=int(began) // _DAY)
    if before is None or not _told_before(before, state):
        telling.say(verdict.messages)
    try:
        checkfile.write(place.git_dir, _with_other_answer(place, state, before), seen=began)
    except (OSError, StudioError):
        pass  # a git folder that cannot be written costs the next commit a Python start
    return False


def _state(verdict: CommitCheck, found: str, *, day: int) -> CheckState:
    clean = verdict.clean and not verdict.messages
    return CheckState(
        paths=verdict.watched,
        clean=found if clean else None,
        told=None if clean else found,
        told_day=None if clean else day,
        inputs=verdict.inputs,
        told_key="\n".join(verdict.messages),
    )


def _told_before(before: CheckState, now: CheckState) -> bool:
    """True for drift that was told today, of these very index entries, in these words.

    The files beside the index may have been written since: what they say did not change.
    """
    return now.told is not None and (before.told, before.told_day, before.told_key) == (
        now.told,
        now.told_day,
        now.told_key,
    )


def _with_other_answer(place: Place, state: CheckState, before: CheckState | None) -> CheckState:
    """Keep the answer that this check did not give, while nothing it depends on has changed.

    Going to and fro between two branches then starts Python once for each.
    """
    if before is None or (before.paths, before.inputs) != (state.paths, state.inputs):
        return state
    if not checkfile.holds(place.git_dir):
        return state
    if state.told is None and before.told != state.clean:
        return replace(state, told=before.told, told_day=before.told_day, told_key=before.told_key)
    if state.clean is None and before.clean != state.told:
        return replace(state, clean=before.clean)
    return state


def _ask_the_worker(place: Place) -> None:
    """A blocked commit leaves its trace, though no later hook will run for it."""
    try:
        spool.append(place.common_dir, "blocked", place.git_dir)
        launch.start_worker(place.common_dir)
    except OSError:
        pass


def _index_file() -> Path | None:
    """The index that the commit is made from; git gives it relative to the top, where we stand."""
    named = os.environ.get("GIT_INDEX_FILE")
    return Path.cwd() / named if named else None
