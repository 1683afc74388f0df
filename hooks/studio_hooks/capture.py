"""What the post- hooks do, for those that a framework runs: note the event, start the worker.

The sh hooks do the same without Python.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from studio_git import files, gitio
from studio_git.config import disabled
from studio_git.errors import StudioError
from studio_hooks import launch, spool

STAGES = ("post-commit", "post-merge", "post-rewrite", "post-checkout", "post-applypatch")

_TOLD_BY_FRAMEWORK = {
    "PRE_COMMIT_REWRITE_COMMAND": "post-rewrite",
    "PRE_COMMIT_IS_SQUASH_MERGE": "post-merge",
    "PRE_COMMIT_CHECKOUT_TYPE": "post-checkout",
}
"""pre-commit does not name the stage, but passes git's arguments so; prek names it."""

_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")


def run(stage: str, arguments: Sequence[str]) -> int:
    """Note one event. ``stage`` is one of :data:`STAGES`, or "" for the one a framework runs.

    Always returns 0: the commit stands, and what is not noted is found by reconciling.
    """
    if disabled():
        return 0
    try:
        _note(stage or framework_stage(), arguments)
    except (OSError, StudioError):
        pass
    return 0


def framework_stage() -> str:
    """The stage at which pre-commit or prek is running an entry."""
    named = os.environ.get("PREK_HOOK_STAGE", "")
    if named in STAGES:
        return named
    found = (stage for name, stage in _TOLD_BY_FRAMEWORK.items() if name in os.environ)
    return next(found, "post-commit")


def _note(stage: str, arguments: Sequence[str]) -> None:
    details = _details(stage, arguments)
    if details is None:
        return
    place = gitio.locate(Path.cwd())
    if not (place.common_dir / "studio" / "binding.json").exists() or (
        stage != "post-rewrite" and _inside_a_rebase(place.git_dir, stage)
    ):
        return
    if stage == "post-merge" and details == ["1"]:
        _keep_squash(place)
    spool.append(place.common_dir, stage, place.git_dir, *details)
    launch.start_worker(place.common_dir)


def _keep_squash(place: gitio.Place) -> None:
    """Keep what ``merge --squash`` is to bring in, under the commit that it was merged onto."""
    message = files.read_bytes(place.git_dir / "SQUASH_MSG") or b""
    onto = place.git.text("rev-parse", "--verify", "--quiet", "HEAD")
    oids = [line[7:] for line in message.split(b"\n") if line.startswith(b"commit ")]
    kept = place.common_dir / "studio" / f"squash.{onto}"
    kept.write_bytes(b"".join(oid + b"\n" for oid in oids))


def _details(stage: str, arguments: Sequence[str]) -> list[str] | None:
    """The details of a record; None where there is nothing to note."""
    if stage == "post-checkout":
        flag = arguments[2] if len(arguments) > 2 else os.environ.get("PRE_COMMIT_CHECKOUT_TYPE")
        return [] if flag == "1" else None
    if stage == "post-merge":
        names = ("PRE_COMMIT_IS_SQUASH_MERGE", "PRE_COMMIT_SQUASH_MERGE")  # pre-commit's, prek's
        squash = any(os.environ.get(name) == "1" for name in names)
        return [*arguments[:1]] or ["1" if squash else "0"]
    if stage == "post-rewrite":
        kind = [*arguments[:1]] or [os.environ.get("PRE_COMMIT_REWRITE_COMMAND", "")]
        return [*kind, *_pairs()]
    session = os.environ.get("CLAUDE_CODE_SESSION_ID", "")
    return [session] if stage == "post-commit" and _SESSION.fullmatch(session) else []


def _pairs() -> list[str]:
    """``old new`` for each line on standard input, which a framework may have emptied."""
    if sys.stdin is None or sys.stdin.isatty():
        return []
    words = (line.split() for line in sys.stdin)
    return [f"{pair[0]} {pair[1]}" for pair in words if len(pair) >= 2]


def _inside_a_rebase(git_dir: Path, stage: str) -> bool:
    if stage == "post-applypatch":  # `git am` keeps its own state in rebase-apply
        return (git_dir / "rebase-apply" / "rebasing").exists()
    return (git_dir / "rebase-merge").exists() or (git_dir / "rebase-apply").exists()
