"""The drift check of a commit: the index is judged, the policy applied, nothing stored.

On the hook path: it loads what the check needs and no more.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import config
from studio_git.core.models import DriftKind, Policy
from studio_git.core.names import printable
from studio_git.gitio import Place
from studio_git.services import binding, hiddencheck, proposals, repocheck
from studio_git.services.clone import Workspace, enter
from studio_git.services.drift import Standing, canonical_path, look
from studio_git.services.hiddencheck import Remembering
from studio_git.services.making import changed, git_makes_it
from studio_git.services.sides import Found, Index
from studio_git.services.wording import explain, ways_on
from studio_git.store import contexts
from studio_git.store.connection import DATABASE, open_store

HOOK_BUSY_SECONDS = 2.0
"""How long a commit waits for a store that somebody else writes to."""


@dataclass(frozen=True, slots=True)
class CommitCheck:
    """What the check found.

    ``messages`` are lines for standard error. ``watched`` are the paths, of files and of folders
    with skills, whose index entries the verdict depends on, ``inputs`` the files. ``clean`` is
    True where there is nothing to tell.
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
        return _unbound(place, index_file, f"no Project Studio store in {home}")
    if binding.read_note(place.common_dir) is None:
        return _unbound(place, index_file, "this clone is not bound to a project")
    with open_store(home, busy_seconds=HOOK_BUSY_SECONDS) as store:
        workspace = enter(store, place)
        source = Remembering(Index(place, index_file))
        standings = look(store, workspace.repository, place, source=source)
        skills = repocheck.skills_in(place, index_file)
        source.read(skills)
        return _judged(workspace, standings, source.found, skills, index_file)


def _judged(
    workspace: Workspace,
    standings: Sequence[Standing],
    found: Mapping[str, Found],
    skills: Sequence[str],
    index_file: Path | None,
) -> CommitCheck:
    policy = workspace.settings.policy
    drifted = [
        standing
        for standing in standings
        if not standing.settled and policy[_kind(standing)] is not Policy.OFF
    ]
    blocking = [it for it in drifted if policy[_kind(it)] is Policy.BLOCK]
    if blocking and git_makes_it(workspace.place):
        blocking = []
    if blocking:
        left_alone = _same_as_head(workspace.place, blocking, index_file)
        blocking = [it for it in blocking if it.file.id not in left_alone]
    proposed = proposals.changes(workspace)
    messages = _messages(
        drifted,
        blocking,
        accepting=_accepted(drifted, policy),
        unstaged=_in_step_on_disk(workspace, drifted),
    )
    messages += [f"studio-git: {line}" for line in proposals.told(proposed)]
    hidden_lines, hidden_blocks = _hidden(workspace, found, index_file)
    messages += hidden_lines
    return CommitCheck(
        bound=True,
        blocked=bool(blocking) or hidden_blocks,
        clean=not messages,
        messages=tuple(printable(line) for line in messages),
        watched=(*_watched(workspace), *_skill_folders(skills)),
        inputs=_inputs(workspace, standings),
    )


def _hidden(
    workspace: Workspace, found: Mapping[str, Found], index_file: Path | None
) -> tuple[list[str], bool]:
    """What there is to tell of hidden characters, and whether they stop the commit."""
    policy = workspace.settings.hidden_unicode
    hiding = hiddencheck.look(found) if policy is not Policy.OFF else {}
    lines = hiddencheck.told(hiding)
    if policy is not Policy.BLOCK or git_makes_it(workspace.place):
        return lines, False
    brought = changed(workspace.place, list(hiding), index_file)
    return lines + (hiddencheck.stopped(brought) if brought else []), bool(brought)


def _unbound(place: Place, index_file: Path | None, why: str) -> CommitCheck:
    found = repocheck.check(place, index_file)
    first = f"studio-git: {why}: only copies and hidden characters were checked."
    return CommitCheck(
        bound=False,
        blocked=found.blocked,
        clean=not found.messages,
        messages=tuple(printable(line) for line in (first, *found.messages)),
    )


def _kind(standing: Standing) -> DriftKind:
    kind = standing.verdict.kind
    assert kind is not None  # noqa: S101 - for the type checker: what is not settled has one
    return kind


def _in_step_on_disk(workspace: Workspace, drifted: Sequence[Standing]) -> set[str]:
    """Context files that were settled in the work tree, and not staged since."""
    paths = [str(it.file.repo_path) for it in drifted]
    if not paths:
        return set()
    on_disk = look(workspace.store, workspace.repository, workspace.place, paths=paths)
    return {it.file.id for it in on_disk if it.verdict.kind is None}


def _accepted(drifted: Sequence[Standing], policy: Mapping[DriftKind, Policy]) -> set[str]:
    return {it.file.id for it in drifted if policy[_kind(it)] is Policy.ACCEPT}


def _messages(
    drifted: Sequence[Standing],
    blocking: Sequence[Standing],
    *,
    accepting: Collection[str],
    unstaged: Collection[str],
) -> list[str]:
    lines: list[str] = []
    for standing in drifted:
        path, kind = standing.file.repo_path, _kind(standing).value
        summary = f" ({standing.verdict.diff_summary})" if standing.verdict.diff_summary else ""
        lines.append(f"studio-git: {path}: {kind}{summary}")
        if standing.file.id in unstaged:
            ways = [("stage what is in step", f"git add {shlex.quote(str(path))}")]
            lines.append(
                "    the file in the work tree is in step with Studio, what is staged is not."
            )
        else:
            ways = ways_on(standing)
            lines.append(f"    {explain(standing)}.")
        if standing.file.id in accepting:
            lines.append("    Studio takes it over once the commit exists.")
        else:
            lines += [f"    {verb + ':':<24} {command}" for verb, command in ways]
    if blocking:
        names = ", ".join(str(it.file.repo_path) for it in blocking)
        lines.append(f"studio-git: the commit was stopped because of {names}.")
        lines.append("    Resolve it, add the file with git add, and commit again; or commit it")
        lines.append("    as it is with: git commit --no-verify")
    return lines


def _same_as_head(place: Place, standings: Sequence[Standing], index_file: Path | None) -> set[str]:
    """Context files that the commit leaves as HEAD has them."""
    paths = {path for standing in standings for path in standing.copies}
    differ = set(changed(place, sorted(paths), index_file))
    return {standing.file.id for standing in standings if not differ & set(standing.copies)}


def _watched(workspace: Workspace) -> tuple[str, ...]:
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    paths = {path for file in tracked for path in (str(file.repo_path), *_alias_paths(file))}
    return tuple(sorted(paths))


def _skill_folders(skills: Sequence[str]) -> list[str]:
    """The folders that skills stand in, or may come to stand in: ``skills`` of …/skills/x/…."""
    return sorted({*repocheck.SKILL_FOLDERS, *(path.rsplit("/", 2)[0] for path in skills)})


def _alias_paths(file: contexts.ContextFile) -> list[str]:
    return [alias.path for alias in file.aliases]


def _inputs(workspace: Workspace, standings: Sequence[Standing]) -> tuple[Path, ...]:
    place, home = workspace.place, workspace.store.home
    watched = _watched(workspace)
    in_index = Index(place).oids(watched)
    unknown_to_git = [place.top / path for path in watched if path not in in_index]
    personal = os.environ.get("GIT_CONFIG_GLOBAL")
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    own = [personal] if personal else [os.path.expanduser("~/.gitconfig"), f"{settings}/git/config"]  # noqa: PTH111
    return (
        *(canonical_path(home, standing.file) for standing in standings),
        place.top / config.STUDIO_TOML,
        place.common_dir / "config",
        *map(Path, own),
        *unknown_to_git,
    )
