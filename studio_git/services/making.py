"""The commit in the making: who makes it, and what it changes. On the hook path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from studio_git.gitio import Place
from studio_git.services.sides import Index

_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


def git_makes_it(place: Place) -> bool:
    """True where the commit ends a merge, a pull, a pick or a rebase: those are never stopped.

    While ``git merge`` runs pre-merge-commit there is no MERGE_HEAD yet, but each head that is
    merged has a variable ``GITHEAD_OID`` (seen with git 2.39).
    """
    if any(name.startswith("GITHEAD_") for name in os.environ):
        return True
    return any((place.git_dir / name).exists() for name in _UNDER_WAY)


def changed(place: Place, paths: Sequence[str], index_file: Path | None) -> list[str]:
    """Those of the paths that the commit does not leave as HEAD has them."""
    if not paths:
        return []
    index = Index(place, index_file).oids(paths)
    tree = _tree(place, "HEAD", paths)
    return [path for path in paths if index.get(path) != tree.get(path)]


def _tree(place: Place, revision: str, paths: Sequence[str]) -> dict[str, str]:
    status, output, _ = place.git.ask(
        "--literal-pathspecs", "ls-tree", "-z", "--full-tree", revision, "--", *paths
    )
    if status:
        return {}
    entries = (record.partition(b"\t") for record in output.split(b"\0") if record)
    return {os.fsdecode(path): head.split(b" ")[2].decode() for head, _, path in entries}
