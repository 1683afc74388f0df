"""Several paths of a repository that carry one context file: links, pointers and copies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from posixpath import dirname, normpath

from studio_git.core import catalogue, frames
from studio_git.core.models import Alias, AliasType, Side, Unreadable
from studio_git.core.text import BOM, content_hash

COPIES_DIFFER = "copies-differ"
PRIMARY_MISSING = "primary-missing"

# The longest target a symbolic link can have on Linux (PATH_MAX).
_MAX_TARGET_BYTES = 4096
_PREFERRED = {"agents.md": 0, "claude.md": 1}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What stands at a path: a symbolic link's target as git stores it, or a file's content."""

    content: Side = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One context file: the path that carries it, and the other paths that stand for it."""

    primary: str
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class RepoSide:
    """The repository's side of a context file that has copies.

    ``path`` is where ``side`` was taken from. ``edited`` are the paths whose text is not the
    base's (without a base: not the primary's); ``behind`` those that still have an older text
    and await the newer one. ``reason`` is empty, :data:`COPIES_DIFFER` or
    :data:`PRIMARY_MISSING` (a copy carries on what the primary path no longer has).
    """

    side: Side
    path: str
    reason: str = ""
    edited: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def pointer_target(data: bytes) -> str | None:
    """Return the path that a file names where ``@path`` is all it holds, else None.

    ``@path`` is how Claude Code imports a file; its path is relative to the file it stands in.
    """
    text = _one_line(data.removeprefix(BOM).strip())
    if text is None or not text.startswith("@") or any(char.isspace() for char in text):
        return None
    return text[1:] or None


def stub_target(data: bytes) -> str | None:
    """Return the path that a file holds where git wrote a link as a plain file, else None.

    Git does so where links are not supported (``core.symlinks``), on Windows above all. Any
    file of one short line looks so: it counts only where the path is another context file.
    """
    text = _one_line(data.removesuffix(b"\n").removesuffix(b"\r"))
    return None if text is None or text != text.strip() or text.startswith("@") else text or None


def resolve_relative(path: str, target: str) -> str | None:
    """Return the repository path that ``target``, seen from the file ``path``, names.

    None where it is absolute, in the home folder, or leads out of the repository.
    """
    if not target or target.startswith(("/", "~")) or "\\" in target or "\0" in target:
        return None
    resolved = normpath(f"{dirname(path) or '.'}/{target}")
    return None if resolved == "." or resolved.split("/")[0] == ".." else resolved


def target_of(path: str, candidate: Candidate) -> tuple[str, AliasType] | None:
    """Return what ``path`` stands for by its own word, and in which way, else None.

    A stub is taken for the link it was; whether there is such a file is not known here.
    """
    if candidate.link is not None:
        named, kind = candidate.link, AliasType.LINK
    elif not isinstance(candidate.content, bytes):
        return None
    elif (pointed := pointer_target(candidate.content)) is not None:
        named, kind = pointed, AliasType.POINTER
    else:
        named, kind = stub_target(candidate.content) or "", AliasType.LINK
    resolved = resolve_relative(path, named)
    return None if resolved is None or resolved == path else (resolved, kind)


def group(files: Mapping[str, Candidate]) -> list[Group]:
    """Bring together the paths that carry one context file, in the order of ``files``.

    The primary is the real file. Of identical copies it is AGENTS.md, else CLAUDE.md, else the
    first of the catalogue. Copies are the same by what of them is compared; empty ones are not,
    and a private file is no copy of one that is shared. A path that stands for one that is not
    among ``files``, or only for itself in the end, makes a group of its own.
    """
    aliases: dict[str, list[Alias]] = {path: [] for path in files}
    real = []
    for path, candidate in files.items():
        end = _end_of_chain(path, files)
        named = target_of(path, candidate)
        if end is None or named is None:
            real.append(path)
        else:
            aliases[end].append(Alias(path, named[1]))
    copies: dict[tuple[bool, str], list[str]] = {}
    for path in real:
        content = files[path].content
        body = frames.split(path, content).body if isinstance(content, bytes) else b""
        key = (catalogue.is_private(path), content_hash(body) if body.strip() else f"path {path}")
        copies.setdefault(key, []).append(path)
    groups = []
    for paths in copies.values():
        primary, *others = sorted(paths, key=_preference)
        found = [Alias(path, AliasType.COPY) for path in others]
        found += (alias for path in paths for alias in aliases[path])
        groups.append(Group(primary, tuple(sorted(found, key=lambda alias: alias.path))))
    return groups


def repo_side(
    primary_path: str,
    primary: Side,
    copies: Mapping[str, Side],
    base: bytes | None,
    older: Collection[str] = (),
) -> RepoSide:
    """Make one side of a context file and its identical copies (aliases of the type COPY).

    All sides are what of the file is compared (:mod:`studio_git.core.frames`). Where only some
    were edited, and all alike, that text is the side; edited differently, the reason is
    :data:`COPIES_DIFFER`. A copy that is absent is no edit. ``older`` are content hashes of
    what was in common before ``base``: a copy that has such a text is behind, not edited, and
    never pushes its old text into Studio.
    """
    sides = {primary_path: primary, **copies}
    for path, side in sides.items():
        if isinstance(side, Unreadable):
            return RepoSide(side, path)
    texts = {path: side for path, side in sides.items() if isinstance(side, bytes)}
    if not texts:
        return RepoSide(None, primary_path)
    first = next(iter(texts))
    reason = "" if first == primary_path else PRIMARY_MISSING
    hashes = {path: content_hash(text) for path, text in texts.items()}
    if base is None:
        edited = tuple(path for path in texts if hashes[path] != hashes[first])
        return RepoSide(texts[first], first, COPIES_DIFFER if edited else reason, edited)
    # The old text in the first path too is a revert, as it would be without copies.
    edited = tuple(
        path
        for path in texts
        if hashes[path] != content_hash(base)
        and (hashes[path] == hashes[first] or hashes[path] not in older)
    )
    if len({hashes[path] for path in edited}) > 1:
        return RepoSide(texts[first], first, COPIES_DIFFER, edited)
    chosen = edited[0] if edited else first
    behind = tuple(path for path in texts if hashes[path] in older and path not in edited)
    return RepoSide(texts[chosen], chosen, reason, edited, behind)


def _one_line(data: bytes) -> str | None:
    """Return what could be a path on a line of its own, else None."""
    if len(data) > _MAX_TARGET_BYTES:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _end_of_chain(path: str, files: Mapping[str, Candidate]) -> str | None:
    """Follow what paths stand for to a real file; None where there is no way, or it is a ring."""
    seen = {path}
    at = path
    while (named := target_of(at, files[at])) and named[0] in files:
        at = named[0]
        if at in seen:
            return None
        seen.add(at)
    return None if at == path else at


def _preference(path: str) -> tuple[int, int, int, str]:
    name = path.rsplit("/", 1)[-1].lower()
    return _PREFERRED.get(name, len(_PREFERRED)), path.count("/"), catalogue.rank(path), path
