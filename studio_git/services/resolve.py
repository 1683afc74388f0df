"""Bringing the two sides of context files together: resolve one, sync what is unambiguous."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from studio_git import files
from studio_git.core import aliases, catalogue, diff, frames, merge, text
from studio_git.core.drift import ACCEPTED_ELSEWHERE
from studio_git.core.models import DriftKind, Resolution, Unreadable
from studio_git.errors import FileChangedError, StudioError, UnreadableError, UsageError
from studio_git.services import changes, ledger
from studio_git.services.changes import REPO, STUDIO, Plan, Step, Write
from studio_git.services.clone import Workspace
from studio_git.services.drift import (
    Standing,
    canonical_path,
    look,
)
from studio_git.services.sides import skipped
from studio_git.store.contexts import ContextFile

_DOING = {
    Resolution.ACCEPTED_REPO: "accepting the repository's",
    Resolution.KEPT_STUDIO: "keeping Studio's",
    Resolution.MERGED: "merging",
    Resolution.DISMISSED: "dismissing",
}


@dataclass(frozen=True, slots=True)
class Synced:
    """What ``sync`` did: the operation (None: nothing to do), what moved, and what is left."""

    operation: int | None
    moved: tuple[tuple[Standing, Resolution], ...]
    left: tuple[Standing, ...]


def standing_of(workspace: Workspace, name: str) -> Standing:
    """The one tracked context file that ``name`` (a repository path or a canonical name) means.

    Raises UsageError where none or several are meant.
    """
    found = seen(workspace, [name])
    exact = [it for it in found if it.file.repo_path == name]
    if len(exact or found) == 1:
        return _as_named(workspace, (exact or found)[0], name)
    if found:
        listed = ", ".join(str(it.file.repo_path) for it in found)
        raise UsageError(f"{name} is ambiguous: {listed}.", "Name one of them by its path.")
    raise UsageError(
        f"{name} is not a tracked context file.",
        f"See what is tracked: git studio status; track it with: git studio track {name}",
    )


def _as_named(workspace: Workspace, standing: Standing, name: str) -> Standing:
    """The standing with the copy that was named as the repository's side, where copies differ."""
    if standing.verdict.reason != aliases.COPIES_DIFFER or name not in standing.copies:
        return standing
    found = workspace.source.read([name])[name].side
    body = frames.split(name, found).body if isinstance(found, bytes) else found
    return replace(standing, repo=body, repo_path=name)


def resolve(
    workspace: Workspace,
    standing: Standing,
    resolution: Resolution,
    numbers: Collection[int] = (),
    *,
    if_untracked: Sequence[Write] = (),
) -> int:
    """Resolve one context file, or only the hunks with the given numbers; the operation's number.

    As :func:`plan` and :func:`carry_out`.
    """
    planned = plan(workspace, standing, resolution, numbers, if_untracked=if_untracked)
    return carry_out(workspace, planned)


def plan(
    workspace: Workspace,
    standing: Standing,
    resolution: Resolution,
    numbers: Collection[int] = (),
    *,
    if_untracked: Sequence[Write] = (),
) -> Plan:
    """What resolving a context file, or some hunks of it, will do; nothing is changed.

    ``if_untracked`` is written too where the file is tracked no longer: the entry in
    ``.studio.toml`` that goes with it (:func:`studio_git.services.studiotoml.without`).

    Raises UsageError for what cannot be resolved so, UnreadableError for a side that cannot be
    compared, FileChangedError where a file moved meanwhile.
    """
    _require_readable(standing)
    if not standing.verdict.kind:
        raise UsageError(
            f"{standing.file.repo_path} is synced: there is nothing to resolve.",
            "See all files: git studio status",
        )
    if numbers:
        step = _hunk_step(workspace, standing, resolution, _chosen(standing, numbers))
    else:
        step = _whole_step(workspace, standing, resolution)
        if step.untracks:
            step = replace(step, writes=(*step.writes, *if_untracked))
    return Plan(f"{_DOING[resolution]} {standing.file.repo_path}", (step,))


def resolve_with(workspace: Workspace, standing: Standing, content: bytes) -> int:
    """Resolve one context file with a text that a person made of both sides."""
    _require_readable(standing)
    step = _both(workspace, standing, Resolution.MERGED, content)
    title = f"{_DOING[Resolution.MERGED]} {standing.file.repo_path}"
    return carry_out(workspace, Plan(title, (step,)))


def sync(workspace: Workspace, paths: Sequence[str] | None = None) -> Synced:
    """Move what is unambiguous in the direction it points; one operation for all of it."""
    standings = seen(workspace, paths)
    ledger.record(workspace.store, workspace.repository, workspace.place, standings)
    planned, left = plan_sync(workspace, standings)
    number = carry_out(workspace, planned) if planned.steps else None
    moved = tuple((step.standing, step.resolution) for step in planned.steps)
    return Synced(number, moved, left)


def plan_sync(
    workspace: Workspace, standings: Sequence[Standing]
) -> tuple[Plan, tuple[Standing, ...]]:
    """What ``sync`` will do, with no steps where nothing can be done, and what it leaves."""
    steps: list[Step] = []
    left = []
    for standing in standings:
        if standing.settled:
            continue
        direction = direction_of(standing)
        stays = direction is Resolution.KEPT_STUDIO and _unwritable(workspace, standing)
        if direction is None or stays:
            left.append(standing)
        else:
            steps.append(_whole_step(workspace, standing, direction))
    names = ", ".join(str(step.standing.file.repo_path) for step in steps)
    return Plan(f"syncing {names}", tuple(steps)), tuple(left)


def direction_of(standing: Standing) -> Resolution | None:
    """Where an unambiguous difference points; None where a person has to say."""
    kind, reason = standing.verdict.kind, standing.verdict.reason
    if kind is DriftKind.STUDIO_AHEAD and reason != ACCEPTED_ELSEWHERE:
        return Resolution.KEPT_STUDIO
    if kind is DriftKind.REPO_AHEAD and reason != aliases.PRIMARY_MISSING:
        return Resolution.ACCEPTED_REPO
    return None


def conflict_text(standing: Standing) -> bytes | None:
    """Both sides in one text, with git's markers around what conflicts; None without both."""
    if not isinstance(standing.canonical, bytes) or not isinstance(standing.repo, bytes):
        return None
    base = standing.base if standing.base is not None else b""
    merged = merge.merge(base, standing.canonical, standing.repo)
    return merged.with_markers("studio", "repository")


def carry_out(workspace: Workspace, planned: Plan) -> int:
    """Store that there was drift, do what was planned, and look again; the operation's number.

    Raises FileChangedError, with no file changed, where one moved since.
    """
    standings = [step.standing for step in planned.steps]
    ledger.record(workspace.store, workspace.repository, workspace.place, standings)
    number = changes.carry_out(workspace, planned)
    refresh(workspace)
    return number


def standing_now(workspace: Workspace, file: ContextFile) -> Standing | None:
    """How one context file stands now; None where it is no longer tracked."""
    found = seen(workspace, [str(file.repo_path)])
    return next((standing for standing in found if standing.file.id == file.id), None)


def seen(workspace: Workspace, paths: Sequence[str] | None = None) -> list[Standing]:
    """How the context files stand as people see them; see :func:`drift.look`."""
    store, repository, place = workspace.store, workspace.repository, workspace.place
    return look(store, repository, place, source=workspace.source, paths=paths)


def refresh(workspace: Workspace) -> list[Standing]:
    """Look at the repository's files and store what is seen."""
    standings = seen(workspace)
    ledger.record(workspace.store, workspace.repository, workspace.place, standings)
    return standings


def _whole_step(workspace: Workspace, standing: Standing, resolution: Resolution) -> Step:
    if resolution is Resolution.DISMISSED:
        return Step(standing, resolution, dismisses=None)
    if resolution is Resolution.MERGED:
        if standing.verdict.merged is None:
            raise UsageError(
                f"{standing.file.repo_path} cannot be merged without you: "
                f"{_why_no_merge(standing)}.",
                "Take a side (--accept-repo, --keep-studio; --hunk N for one difference), or "
                "write the text yourself with --merge --edit.",
            )
        return _both(workspace, standing, resolution, standing.verdict.merged)
    wanted = standing.repo if resolution is Resolution.ACCEPTED_REPO else standing.canonical
    if wanted is None:  # the side that is taken has no such file
        return Step(standing, resolution, untracks=True)
    assert isinstance(wanted, bytes)  # noqa: S101 - for the type checker: it is readable
    return _both(workspace, standing, resolution, wanted)


def _both(workspace: Workspace, standing: Standing, resolution: Resolution, content: bytes) -> Step:
    """Canonical and every copy in the repository get ``content``, where they have another."""
    return Step(
        standing,
        resolution,
        writes=(
            *_studio_write(workspace, standing, content),
            *_repo_writes(workspace, standing, content),
        ),
        common=content,
    )


def _hunk_step(
    workspace: Workspace,
    standing: Standing,
    resolution: Resolution,
    chosen: Sequence[diff.Hunk],
) -> Step:
    canonical, repo = standing.canonical, standing.repo
    assert isinstance(canonical, bytes)  # noqa: S101 - for the type checker: there are hunks
    assert isinstance(repo, bytes)  # noqa: S101
    if resolution is Resolution.DISMISSED:
        put_aside = standing.dismissed_hunks | {hunk.number for hunk in chosen}
        rest = {hunk.number for hunk in standing.hunks} - put_aside
        return Step(standing, resolution, dismisses=put_aside, closes=not rest)
    for_studio, for_repo = _by_direction(standing, resolution, chosen)
    new_canonical = diff.take_hunks(canonical, True, for_studio)
    new_repo = diff.take_hunks(repo, False, for_repo)
    equal = text.content_hash(new_canonical) == text.content_hash(new_repo)
    writes = (
        *_studio_write(workspace, standing, new_canonical),
        *_repo_writes(workspace, standing, new_repo),
    )
    common = new_repo if equal else _moved_base(standing, new_canonical, new_repo)
    return Step(standing, resolution, writes=writes, common=common, closes=equal)


def _by_direction(
    standing: Standing, resolution: Resolution, chosen: Sequence[diff.Hunk]
) -> tuple[list[diff.Hunk], list[diff.Hunk]]:
    """The hunks that canonical takes from the repository, and those that go the other way."""
    if resolution is Resolution.ACCEPTED_REPO:
        return list(chosen), []
    if resolution is Resolution.KEPT_STUDIO:
        return [], list(chosen)
    unclear = [str(hunk.number) for hunk in chosen if hunk.moved not in ("studio", "repo")]
    if unclear:
        raise UsageError(
            f"{standing.file.repo_path}: hunk {', '.join(unclear)} cannot be merged without you: "
            "both sides changed it, or what they had in common is not known.",
            "Take a side of it: --accept-repo or --keep-studio with --hunk.",
        )
    return (
        [hunk for hunk in chosen if hunk.moved == "repo"],
        [hunk for hunk in chosen if hunk.moved == "studio"],
    )


def _moved_base(standing: Standing, canonical: bytes, repo: bytes) -> bytes | None:
    """The base with the resolved hunks in it, so that what is left keeps its direction."""
    base = standing.base
    if base is None:
        return None
    for before, after in ((standing.canonical, canonical), (standing.repo, repo)):
        if isinstance(before, bytes) and before != after:
            merged = merge.merge(before, base, after)
            if not merged.clean:
                return None
            base = merged.content()
    return base


def _studio_write(workspace: Workspace, standing: Standing, content: bytes) -> list[Write]:
    before = standing.canonical if isinstance(standing.canonical, bytes) else None
    path = canonical_path(workspace.store.home, standing.file)
    if files.read_bytes(path, inside=workspace.store.home) != before:
        raise FileChangedError(
            f"{path} changed while it was being worked on; nothing was written.",
            "Run the command again.",
        )
    if before is not None and text.content_hash(before) == text.content_hash(content):
        return []
    return [Write(STUDIO, standing.file.file_path, before, text.adapt(content, before))]


def _repo_writes(workspace: Workspace, standing: Standing, content: bytes) -> list[Write]:
    if standing.repo_hash != text.content_hash(content):
        problem = _unwritable(workspace, standing)
        if problem:
            raise problem
    writes: dict[str, Write] = {}
    for path in standing.copies:
        target = _through_link(workspace, path)
        before = workspace.content(target)
        if target in writes or (before is None and path != standing.copies[0]):
            continue
        frame = frames.split(path, before or b"")
        now = None if before is None else frame.body
        if path == standing.repo_path and standing.repo != now:
            raise FileChangedError(
                f"{path} changed while it was being worked on; nothing was written.",
                "Run the command again.",
            )
        if now is not None and text.content_hash(now) == text.content_hash(content):
            continue
        writes[target] = Write(REPO, target, before, frame.adapted(content))
    return list(writes.values())


def _through_link(workspace: Workspace, path: str) -> str:
    """The regular file behind a path, where that is a link inside the work tree."""
    top = workspace.place.top
    if not (top / path).is_symlink():
        return path
    real = (top / path).resolve()
    inside = real.is_relative_to(top.resolve())
    return real.relative_to(top.resolve()).as_posix() if inside else path


def _unwritable(workspace: Workspace, standing: Standing) -> StudioError | None:
    """Why the repository's file must not be written; None where it may."""
    path = standing.copies[0]
    top, git = workspace.place.top, workspace.place.git
    if catalogue.is_private(path) and git.ask("check-ignore", "--quiet", "--", path)[0] != 0:
        return StudioError(
            f"{path} is private, and git does not ignore it: it was not written.",
            f"Add {path} to .gitignore or .git/info/exclude first.",
        )
    on_disk = any((top / copy).exists() for copy in standing.copies)
    if isinstance(standing.repo, bytes) and not on_disk and skipped(git, standing.copies):
        return StudioError(
            f"{path} is left out of this sparse checkout: it was not written.",
            f"Check it out first: git sparse-checkout add {path}",
        )
    return None


def _require_readable(standing: Standing) -> None:
    for side, name in (
        (standing.repo, standing.repo_path),
        (standing.canonical, f"Studio's copy of {standing.file.filename}"),
    ):
        if isinstance(side, Unreadable):
            raise UnreadableError(
                f"{name} cannot be compared: {side.reason}.",
                "Put a regular UTF-8 text file of at most 2 MiB in its place.",
                reason=side.reason,
            )


def _chosen(standing: Standing, numbers: Collection[int]) -> list[diff.Hunk]:
    by_number = {hunk.number: hunk for hunk in standing.hunks}
    missing = sorted(set(numbers) - set(by_number))
    if missing:
        there = f"1 to {len(by_number)}" if by_number else "none"
        raise UsageError(
            f"{standing.file.repo_path} has no hunk {', '.join(map(str, missing))} "
            f"(there are: {there}).",
            f"See them with: git studio diff {standing.file.repo_path}",
        )
    return [by_number[number] for number in sorted(set(numbers))]


def _why_no_merge(standing: Standing) -> str:
    if standing.verdict.kind is DriftKind.CONFLICT:
        if standing.verdict.reason == aliases.COPIES_DIFFER:
            return "its copies in the repository were edited differently"
        return "both sides changed the same lines"
    if standing.base is None:
        return "what the two sides had in common is not known"
    return "only one side changed"
