"""The drift check of a commit: the index is judged, the policy applied, nothing stored.

On the hook path: it loads what the check needs and no more.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import config, files
from studio_git.core.models import DriftKind, Policy
from studio_git.core.names import printable
from studio_git.gitio import Place
from studio_git.services import binding, proposals
from studio_git.services.clone import Workspace, enter
from studio_git.services.drift import Standing, canonical_path, look, reason_for_people
from studio_git.services.sides import Index
from studio_git.store import contexts
from studio_git.store.connection import DATABASE, open_store

HOOK_BUSY_SECONDS = 2.0
"""How long a commit waits for a store that somebody else writes to."""


@dataclass(frozen=True, slots=True)
class CommitCheck:
    """What the check found.

    ``messages`` are lines for standard error. ``watched`` are the paths whose index entries the
    verdict depends on, ``inputs`` the files. ``clean`` is True where there is nothing to tell.
    """

    bound: bool
    blocked: bool = False
    clean: bool = False
    messages: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    inputs: tuple[Path, ...] = ()


def check(place: Place, index_file: Path | None) -> CommitCheck:
    """Judge the next commit. Raises StudioError where that cannot be done."""
    home = binding.home_of(place)
    if not (home / DATABASE).is_file():
        return _unbound(f"no Project Studio store in {home}: drift was not checked.")
    if binding.read_note(place.common_dir) is None:
        return _unbound("this clone is not bound to a project: drift was not checked.")
    with open_store(home, busy_seconds=HOOK_BUSY_SECONDS) as store:
        workspace = enter(store, place)
        standings = look(store, workspace.repository, place, source=Index(place, index_file))
        return _judged(workspace, standings, index_file)


def _judged(
    workspace: Workspace, standings: Sequence[Standing], index_file: Path | None
) -> CommitCheck:
    policy = workspace.settings.policy
    drifted = [
        standing
        for standing in standings
        if not standing.settled and policy[_kind(standing)] is not Policy.OFF
    ]
    blocking = [it for it in drifted if policy[_kind(it)] is Policy.BLOCK]
    if blocking:
        taken_over = _same_as_a_parent(workspace.place, blocking, index_file)
        blocking = [it for it in blocking if it.file.id not in taken_over]
    proposed = proposals.changes(workspace)
    messages = _messages(drifted, blocking, accepting=_accepted(drifted, policy))
    messages += [f"studio-git: {line}" for line in proposals.told(proposed)]
    return CommitCheck(
        bound=True,
        blocked=bool(blocking),
        clean=not messages,
        messages=tuple(printable(line) for line in messages),
        watched=_watched(workspace),
        inputs=_inputs(workspace, standings),
    )


def _unbound(message: str) -> CommitCheck:
    return CommitCheck(bound=False, clean=True, messages=(f"studio-git: {message}",))


def _kind(standing: Standing) -> DriftKind:
    kind = standing.verdict.kind
    assert kind is not None  # noqa: S101 - for the type checker: what is not settled has one
    return kind


def _accepted(drifted: Sequence[Standing], policy: object) -> set[str]:
    assert isinstance(policy, dict)  # noqa: S101 - config.settings makes one
    return {it.file.id for it in drifted if policy[_kind(it)] is Policy.ACCEPT}


def _messages(
    drifted: Sequence[Standing], blocking: Sequence[Standing], *, accepting: Collection[str]
) -> list[str]:
    lines: list[str] = []
    for standing in drifted:
        path, kind = standing.file.repo_path, _kind(standing).value
        summary = f" ({standing.verdict.diff_summary})" if standing.verdict.diff_summary else ""
        lines.append(f"studio-git: {path}: {kind}{summary}")
        reason = reason_for_people(standing) or _MEANING[_kind(standing)]
        lines.append(f"    {reason}.")
        if standing.file.id in accepting:
            lines.append("    Studio takes it over once the commit exists.")
        else:
            lines += [f"    {verb:<24} {command}" for verb, command in _ways_on(standing)]
    if blocking:
        names = ", ".join(str(it.file.repo_path) for it in blocking)
        lines.append(
            f"studio-git: the commit was stopped because of {names}. Resolve it and commit again;"
        )
        lines.append("    to commit all the same: git commit --no-verify")
    return lines


_MEANING = {
    DriftKind.STUDIO_AHEAD: "Studio's copy has moved on, the repository's has not",
    DriftKind.REPO_AHEAD: "the repository's copy was edited since both were the same",
    DriftKind.MERGEABLE: "both copies were edited, in different places",
    DriftKind.CONFLICT: "both copies were edited in the same places",
    DriftKind.NO_BASE: "the copies differ, and were never the same before",
    DriftKind.MISSING_IN_REPO: "the repository has no such file",
    DriftKind.MISSING_IN_STUDIO: "Studio has no copy of it",
    DriftKind.UNREADABLE: "it cannot be compared",
}


def _ways_on(standing: Standing) -> list[tuple[str, str]]:
    path = str(standing.file.repo_path)
    resolve = f"git studio resolve {path}"
    ways = {
        DriftKind.STUDIO_AHEAD: [("take Studio's:", f"git studio sync {path}")],
        DriftKind.REPO_AHEAD: [("accept it into Studio:", f"git studio sync {path}")],
        DriftKind.MERGEABLE: [("merge both:", f"{resolve} --merge")],
        DriftKind.CONFLICT: [
            ("see the differences:", f"git studio diff {path}"),
            ("take the repository's:", f"{resolve} --accept-repo"),
            ("take Studio's:", f"{resolve} --keep-studio"),
        ],
        DriftKind.NO_BASE: [
            ("take the repository's:", f"{resolve} --accept-repo"),
            ("take Studio's:", f"{resolve} --keep-studio"),
        ],
        DriftKind.MISSING_IN_REPO: [
            ("track it no longer:", f"{resolve} --accept-repo"),
            ("bring it back:", f"{resolve} --keep-studio"),
        ],
        DriftKind.MISSING_IN_STUDIO: [("take it into Studio:", f"{resolve} --accept-repo")],
        DriftKind.UNREADABLE: [("track it no longer:", f"git studio untrack {path}")],
    }
    return ways[_kind(standing)]


def _same_as_a_parent(
    place: Place, standings: Sequence[Standing], index_file: Path | None
) -> set[str]:
    """Context files that the commit takes from one of its parents as they are there."""
    paths = sorted({path for standing in standings for path in standing.copies})
    index = Index(place, index_file).oids(paths)
    found = set()
    for parent in _parents(place):
        tree = _tree(place, parent, paths)
        found |= {
            standing.file.id
            for standing in standings
            if all(index.get(path) == tree.get(path) for path in standing.copies)
        }
    return found


def _parents(place: Place) -> list[str]:
    """The commits that the next one will have as parents, as far as can be known before it."""
    merged = files.read_bytes(place.git_dir / "MERGE_HEAD") or b""
    return ["HEAD", *merged.decode("ascii", "replace").split()]


def _tree(place: Place, revision: str, paths: Sequence[str]) -> dict[str, str]:
    status, output, _ = place.git.ask(
        "--literal-pathspecs", "ls-tree", "-z", "--full-tree", revision, "--", *paths
    )
    if status:
        return {}
    entries = (record.partition(b"\t") for record in output.split(b"\0") if record)
    return {os.fsdecode(path): head.split(b" ")[2].decode() for head, _, path in entries}


def _watched(workspace: Workspace) -> tuple[str, ...]:
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    paths = {path for file in tracked for path in (str(file.repo_path), *_alias_paths(file))}
    return tuple(sorted(paths))


def _alias_paths(file: contexts.ContextFile) -> list[str]:
    return [alias.path for alias in file.aliases]


def _inputs(workspace: Workspace, standings: Sequence[Standing]) -> tuple[Path, ...]:
    place, home = workspace.place, workspace.store.home
    watched = _watched(workspace)
    in_index = Index(place).oids(watched)
    unknown_to_git = [place.top / path for path in watched if path not in in_index]
    personal = os.environ.get("GIT_CONFIG_GLOBAL") or os.path.expanduser("~/.gitconfig")  # noqa: PTH111
    return (
        *(canonical_path(home, standing.file) for standing in standings),
        place.top / config.STUDIO_TOML,
        place.common_dir / "config",
        Path(personal),
        *unknown_to_git,
    )
