"""Which folder git takes hooks from, and whether it is ours to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from studio_git.gitio import Place

CONFIG_HOOKS_SINCE = (2, 54)


@dataclass(frozen=True, slots=True)
class HookFolder:
    """The folder git looks into; ``refusal`` says why nothing is written there (empty: it is ours).

    ``user_hooks`` is the folder whose files a person edits, which is another one with husky.
    """

    path: Path
    refusal: str
    user_hooks: Path

    @property
    def ours(self) -> bool:
        """True where it lies inside the repository's own git directory."""
        return not self.refusal


def find(place: Place) -> HookFolder:
    """The folder that git takes this worktree's hooks from; ``core.hooksPath`` is honoured."""
    path = Path(place.git.text("rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    real = path.resolve()
    if place.common_dir in real.parents:
        return HookFolder(real, "", real)
    if path.name == "_" and (path / "h").is_file():
        return HookFolder(path, "husky owns the hooks folder and rewrites it", path.parent)
    if place.git.config("core.hooksPath") is None:
        return HookFolder(path, f"the hooks folder is a link to {real}", path)
    if real.is_relative_to(place.top.resolve()):
        return HookFolder(path, f"core.hooksPath leads into the work tree, to {path}", path)
    return HookFolder(path, f"core.hooksPath leads out of the repository, to {path}", path)


def config_hooks(place: Place) -> bool:
    """True where this git runs the hooks that its configuration names."""
    return git_version(place) >= CONFIG_HOOKS_SINCE


def git_version(place: Place) -> tuple[int, int]:
    """Git's version, as far as it decides what git can do."""
    match = re.search(r"(\d+)\.(\d+)", place.git.text("version"))
    return (int(match[1]), int(match[2])) if match else (0, 0)
