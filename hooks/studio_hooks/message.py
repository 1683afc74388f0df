"""The commit-msg hook: tells of trailers that git would not parse, and offers them put right.

Imports nothing heavy: with the interpreter's own start this is what a commit waits for.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from studio_git import gitio
from studio_git.config import disabled
from studio_git.core.messages import Statement
from studio_git.core.models import Policy
from studio_git.gitio import Place
from studio_git.services import messages
from studio_git.services.messages import Checked
from studio_hooks import telling

BLOCKED_NATIVE = 3
"""The one exit status that the hook's sh takes as "block"; 1 would also mean a broken Python."""
BLOCKED = 1

AMEND = (
    "git log -1 --format=%B | git studio message fix - | "
    "git commit --amend --only --allow-empty -F -"
)
"""Rewrites the message of the commit just made, and nothing else of it."""

_MAX_LINES = 5
_MAX_OFFERED = 20


def run(file: str, *, native: bool) -> int:
    """Check the message of the commit in the making; returns the exit status.

    Standard error gets what there is to tell. A check that cannot be made lets the commit
    through, with one line.
    """
    if disabled():
        return 0
    try:
        blocked = _stops(Path(file))
    except Exception as error:  # whatever it is, it does not make a commit fail
        telling.say([telling.excuse("the message could not be checked", error)])
        return 0
    if not blocked:
        return 0
    return BLOCKED_NATIVE if native else BLOCKED


def _stops(path: Path) -> bool:
    """True where the policy stops the commit; tells what there is to tell."""
    place = gitio.locate(Path.cwd())
    if (place.git_dir / "rebase-merge").exists() or (place.git_dir / "rebase-apply").exists():
        return False  # those messages were written, and told of, before
    data = messages.read(path)
    checked = messages.check(data, messages.comment_of(place.git, data))
    if not checked.unparsed:
        return False
    policy = messages.policy_of(place)
    if policy is Policy.OFF:
        return False
    stops = policy is Policy.BLOCK and _can_be_put_right(checked)
    telling.say(_told(checked, place, path, stops=stops))
    return stops


def _can_be_put_right(checked: Checked) -> bool:
    """A trailer that stands as the subject cannot be: the commit would be left without one."""
    return checked.fixed != checked.data


def _told(checked: Checked, place: Place, path: Path, *, stops: bool) -> Iterable[str]:
    unparsed = checked.unparsed
    yield f"studio-git: git would not parse {_count(unparsed)} of this message:"
    for one in unparsed[:_MAX_LINES]:
        yield f"    line {one.line}: {one.key}: {one.value}"
    if len(unparsed) > _MAX_LINES:
        yield f"    and {len(unparsed) - _MAX_LINES} more"
    yield f"    {_consequence(unparsed)}"
    if not _can_be_put_right(checked):
        yield "    The subject is no trailer: say it again, in the last paragraph."
        return
    yield "    git reads only the last paragraph, and that all of trailers. As it should be:"
    yield from (f"        {line}" for line in checked.trailers[:_MAX_OFFERED])
    if len(checked.trailers) > _MAX_OFFERED:
        yield "        …"
    if not stops:
        yield f"    put it right afterwards:  {AMEND}"
        return
    name = shlex.quote(str(path))
    strip = "" if os.environ.get("GIT_EDITOR") == ":" else "--strip "
    yield "studio-git: the commit was stopped because of its message, which is kept."
    yield f"    put it right:   git studio message fix {strip}{name}"
    yield f"    commit again:   git commit -F {name}   (from {place.top}, with your other options)"
    yield "    or commit it as it is with: git commit --no-verify"


def _count(unparsed: Sequence[Statement]) -> str:
    return "1 trailer" if len(unparsed) == 1 else f"{len(unparsed)} trailers"


def _consequence(unparsed: Sequence[Statement]) -> str:
    captured = sum(one.studio for one in unparsed)
    if captured == len(unparsed):
        return "Studio reads them all the same; git log, and other tools, would not."
    if captured:
        return f"Studio would read {captured} of them, and git none."
    return "Neither git nor Studio would read that."
