"""What a person reads of drift: what a kind means, and the commands that settle it.

One wording for the terminal and for the hook, which loads no more than it needs.
"""

from __future__ import annotations

import shlex

from studio_git.core import aliases
from studio_git.core.drift import ACCEPTED_ELSEWHERE
from studio_git.core.models import DriftKind
from studio_git.services.drift import COPIES_BEHIND, UNCOMMITTED, Standing

_MEANING = {
    DriftKind.STUDIO_AHEAD: "Studio's copy moved on, the repository's did not",
    DriftKind.REPO_AHEAD: "the repository's copy was edited, Studio's was not",
    DriftKind.MERGEABLE: "both copies were edited, in different places",
    DriftKind.CONFLICT: "both copies were edited in the same places",
    DriftKind.NO_BASE: "the copies differ, and were never known to be the same",
    DriftKind.MISSING_IN_REPO: "the repository has no such file",
    DriftKind.MISSING_IN_STUDIO: "Studio has no copy of it",
    DriftKind.UNREADABLE: "it cannot be compared",
}


def _reason(standing: Standing) -> str:
    """The reason of a verdict in words, for the terminal and the editor."""
    reason = standing.verdict.reason
    if reason == ACCEPTED_ELSEWHERE:
        if standing.since == UNCOMMITTED:
            return f"Studio has {UNCOMMITTED}"
        return f"Studio has what was accepted from {standing.since}, which HEAD does not contain"
    if reason == COPIES_BEHIND:
        return "a copy of the file in the repository still has the older text"
    if reason == aliases.COPIES_DIFFER:
        return f"its copies in the repository differ: {', '.join(standing.copies)}"
    if reason == aliases.PRIMARY_MISSING:
        return f"the text was taken from its copy {standing.repo_path}"
    return reason


def explain(standing: Standing) -> str:
    """Why a context file stands as it does, in a few words; empty for one in step."""
    kind = standing.verdict.kind
    said = _reason(standing)
    if kind is None:
        return said
    if not said and standing.repo_path != standing.file.repo_path:
        return f"its copy {standing.repo_path} was edited"
    return said or _MEANING[kind]


def ways_on(standing: Standing) -> list[tuple[str, str]]:
    """What can be done, and the command for it, the likeliest first."""
    kind, path = standing.verdict.kind, shlex.quote(str(standing.file.repo_path))
    resolve = f"git studio resolve {path}"
    see = ("see the differences", f"git studio diff {path}")
    take_repo = ("take the repository's", f"{resolve} --accept-repo")
    take_studio = ("take Studio's", f"{resolve} --keep-studio")
    if standing.verdict.reason == aliases.COPIES_DIFFER:
        return [
            (f"take {copy}", f"git studio resolve {shlex.quote(copy)} --accept-repo")
            for copy in standing.copies
        ] + [take_studio]
    if standing.verdict.reason == ACCEPTED_ELSEWHERE:
        return [("if it belongs here too", f"{resolve} --keep-studio")]
    ways = {
        DriftKind.STUDIO_AHEAD: [("take Studio's", f"git studio sync {path}")],
        DriftKind.REPO_AHEAD: [("take it into Studio", f"git studio sync {path}")],
        DriftKind.MERGEABLE: [see, ("merge both", f"{resolve} --merge")],
        DriftKind.CONFLICT: [
            see,
            take_repo,
            take_studio,
            ("edit both together", f"{resolve} --merge --edit"),
        ],
        DriftKind.NO_BASE: [see, take_repo, take_studio],
        DriftKind.MISSING_IN_REPO: [
            ("write it again", f"{resolve} --keep-studio"),
            ("track it no longer", f"{resolve} --accept-repo"),
        ],
        DriftKind.MISSING_IN_STUDIO: [
            ("take it into Studio", f"{resolve} --accept-repo"),
            ("track it no longer", f"{resolve} --keep-studio"),
        ],
        DriftKind.UNREADABLE: [("track it no longer", f"git studio untrack {path}")],
    }
    if standing.verdict.reason == aliases.PRIMARY_MISSING:
        return [
            ("write it again", f"{resolve} --keep-studio"),
            ("take what its copy has", f"{resolve} --accept-repo"),
        ]
    return ways[kind] if kind is not None else []
