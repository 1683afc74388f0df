"""The files that merge commits changed themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studio_git.core import combined
from studio_git.core.combined import Counts
from studio_git.core.models import Commit, FileChange
from studio_git.gitio import Git
from studio_git.services.history import DIFF, file_change, path_text

_PATHS = 500
"""A merge that changed more files itself is counted file by file, not in one patch of all."""


def own_files(git: Git, merges: Iterable[Commit]) -> Mapping[str, tuple[FileChange, ...]]:
    """The files that merge commits changed themselves, by oid.

    Those are the files that differ from every parent: what was merged in is its author's. The
    counts are those against the parent that is nearest, so that a conflict that was resolved
    does not count the whole other side.
    """
    wanted = {merge.oid: merge for merge in merges}
    if not wanted:
        return {}
    records = git.records(
        "diff-tree", "--stdin", "-z", "-r", "-c", "--name-only", "--always", *DIFF,
        stdin="".join(f"{oid}\n" for oid in wanted).encode(),
    )  # fmt: skip
    own: dict[str, list[bytes]] = {}
    for record in records:
        oid = record.decode("ascii", "replace")
        if oid in wanted and oid not in own:
            paths = own.setdefault(oid, [])
        else:
            paths.append(record)
    few = [wanted[oid] for oid, paths in own.items() if 0 < len(paths) <= _PATHS]
    counts = _counts(git, few)
    return {
        oid: _paired(paths, counts[oid])
        if len(counts.get(oid, ())) == len(paths)
        else _nearest(git, wanted[oid], paths)
        for oid, paths in own.items()
        if paths
    }


def _counts(git: Git, merges: Sequence[Commit]) -> dict[str, list[Counts]]:
    """The counts of merges' own files in the order of their paths, from one process."""
    if not merges:
        return {}
    patches = git.run(
        "diff-tree", "--stdin", "-r", "-c", "-p", "-U0", "--always", *DIFF,
        stdin="".join(f"{merge.oid}\n" for merge in merges).encode(),
    )  # fmt: skip
    return combined.count(patches, {merge.oid: len(merge.parents) for merge in merges})


def _paired(paths: Iterable[bytes], counts: Iterable[Counts]) -> tuple[FileChange, ...]:
    found = (
        FileChange(path_text(path), *(lines or (None, None)))
        for path, lines in zip(paths, counts, strict=True)
    )
    return tuple(sorted(found, key=lambda change: change.path))


def _nearest(git: Git, merge: Commit, paths: Iterable[bytes]) -> tuple[FileChange, ...]:
    """The counts of one merge's own paths, parent by parent."""
    found: dict[str, FileChange] = {}
    wanted = {path_text(path) for path in paths}
    for parent in merge.parents:
        for record in git.stream("diff-tree", "-r", "-z", "--numstat", *DIFF, parent, merge.oid):
            change = file_change(record)
            if change is not None and change.path in wanted:
                found[change.path] = min(found.get(change.path, change), change, key=_size)
    return tuple(found[path] for path in sorted(found))


def _size(change: FileChange) -> int:
    return (change.added or 0) + (change.removed or 0)
