"""Where commit messages are written: files in a git directory, and VS Code's commit box."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from studio_git.errors import StudioError
from studio_git.gitio import Git
from studio_lsp import uris
from studio_lsp.clones import Clone, Clones

COMMIT_BOX = "vscode-scm:"
"""How the URI of VS Code's commit box begins; its query names the repository (``rootUri``)."""

_FILES = ("COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG")
_LANGUAGES = ("gitcommit", "git-commit")
_ROOT = "rootUri="
_LONGEST = 4096


def is_message(uri: str, language: str, path: Path | None) -> bool:
    """Whether a document is a commit's message, by its URI, its language or its file's name."""
    name = path.name if path is not None else ""
    return name in _FILES or language in _LANGUAGES or uri.startswith(COMMIT_BOX)


def clone_of(uri: str, path: Path | None, clones: Clones, roots: list[Path]) -> Clone | None:
    """The bound clone whose commit a document is the message of; None where that is not clear."""
    if path is not None:
        return clones.of(path) or _clone_with(path.parent, clones)
    if not uri.startswith(COMMIT_BOX):
        return None
    named = _named_root(uri)
    if named is not None:
        return clones.of(named / "x")
    found = {clones.of(root / "x") for root in roots}
    return found.pop() if len(found) == 1 else None


def _clone_with(git_dir: Path, clones: Clones) -> Clone | None:
    """The clone whose git directory it is: of a work tree, a further worktree or a submodule."""
    git_dir = git_dir.resolve()
    top = _top_of(git_dir)
    clone = clones.of(top / "x") if top is not None else None
    # Whatever a folder says of itself: it counts where the work tree says the same.
    return clone if clone is not None and clone.place.git_dir == git_dir else None


def _top_of(git_dir: Path) -> Path | None:
    if git_dir.name == ".git":
        return git_dir.parent
    try:
        pointer = (git_dir / "gitdir").read_text("utf-8", "surrogateescape")[:_LONGEST].strip()
    except OSError:
        pointer = ""
    if pointer:
        return (git_dir / pointer).parent
    if not (git_dir / "HEAD").is_file():
        return None
    try:
        said = Git(git_dir, git_dir=git_dir).config("core.worktree")
    except StudioError:
        return None
    return (git_dir / said).resolve() if said else None


def _named_root(uri: str) -> Path | None:
    """The repository that the query names; VS Code encodes it once more for the wire."""
    query = uri.partition("?")[2]
    for text in (query, unquote(query)):
        for part in text.split("&"):
            if part.startswith(_ROOT):
                return uris.path_of(unquote(part.removeprefix(_ROOT)))
    return None
