"""Making something of a template of the registry, by copier.

A template that would run anything (tasks, migrations, extensions of Jinja) is refused unless the
user trusts it, as copier's own ``--trust`` has it. Files that are there are never replaced.
"""

from __future__ import annotations

import os
import stat
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_git import files, gitio
from studio_git.core.copierfile import CopierFile
from studio_git.core.prose import one_line, shorten
from studio_git.core.registrytypes import ItemType
from studio_git.errors import NotBoundError, StudioError, UsageError
from studio_git.services import binding, registry, registryfolders
from studio_git.services.registryadd import DEFAULT_TYPE
from studio_git.services.registryitems import Item, require_in_place
from studio_git.store import projects
from studio_git.store.connection import Store

if TYPE_CHECKING:
    from copier import Worker

PROJECT = DEFAULT_TYPE

_MISSING = StudioError(
    "copier is not installed, and templates need it.",
    "Install it: pipx inject studio-git copier, or uv tool install 'studio-git[templates]', or "
    "pip install 'studio-git[templates]'",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: paths in the folder, and the project that it is now (None: none)."""

    written: tuple[str, ...]
    project_id: str | None
    project_is_new: bool


def make(
    store: Store,
    template: Item,
    folder: Path,
    data: Mapping[str, Any],
    *,
    defaults: bool,
    trust: bool,
) -> Made:
    """Make a project, a document or a cycle's files of a template in ``folder``.

    ``data`` are answers to its questions, ``defaults`` takes what it proposes for all others.
    A project's folder has to be new or empty; of the others no file that is there may differ.
    Raises UsageError, with nothing written, for what cannot be made so.
    """
    source = _source(store, template)
    _refuse_untrusted(template, registryfolders.copier_file_at(source), trust=trust)
    is_project = (template.template_type or PROJECT) == PROJECT
    if is_project:
        store.require_writable()
        _require_empty(folder)
    with _said():
        with tempfile.TemporaryDirectory(prefix="studio-git-") as draft:
            # Once beside: so what is in the way is known before anything is written.
            tried = _copy(
                source, Path(draft) / folder.absolute().name, data, defaults, trust, tasks=False
            )
            answers = {**data, **tried.answers.user}
            made = _files_below(Path(tried.dst_path))
        _refuse_replacing(folder, made)
        _copy(source, folder, answers, True, trust, tasks=True)
    _make_public(folder, made)
    project_id, is_new = _remember(store, template, folder) if is_project else (None, False)
    return Made(tuple(sorted(made)), project_id, is_new)


def _source(store: Store, template: Item) -> Path:
    require_in_place(store.home, ItemType.TEMPLATE)
    path = template.path
    if path is None or path.is_symlink() or not path.is_dir():
        raise UsageError(
            f"the template {template.name} has no folder.",
            "See what is missing: git studio registry sync",
        )
    return path


def _refuse_untrusted(template: Item, said: CopierFile, *, trust: bool) -> None:
    if said.fault:
        raise UsageError(
            f"the copier.yml of {template.name} cannot be used: {said.fault}.",
            f"Look: git studio registry validate {template.name}",
        )
    if trust or not said.needs_trust:
        return
    for what, lines in (
        ("run commands", said.runs),
        ("run commands at an update", said.migrations),
        ("load extensions of Jinja", said.extensions),
    ):
        if lines:
            listed = shorten("; ".join(lines), 300)
            raise UsageError(
                f"the template {template.name} would {what}: {listed}",
                "Nothing was made. Look at it first; if you trust all of it, say --trust.",
            )


def _require_empty(folder: Path) -> None:
    """A project begins in a folder of its own; a fresh repository may be there already."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder.", "Name a new one.")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there - {".git", ".studio.toml"}:
        raise UsageError(f"{folder} is not empty; nothing was made.", "Name a new folder.")


def _refuse_replacing(folder: Path, made: Mapping[str, bytes]) -> None:
    for path, content in sorted(made.items()):
        target = folder / path
        there = target.is_symlink() or (target.exists() and not target.is_file())
        if there or files.read_bytes(target) not in (None, content):
            raise UsageError(
                f"{target} is there, and differs; nothing was made.",
                "Move it away, or choose another folder or other answers.",
            )


def _make_public(folder: Path, made: Iterable[str]) -> None:
    """Give what was made the modes that new files have; the registry's own are private."""
    mask = os.umask(0)
    os.umask(mask)
    for path in made:
        target = folder / path
        if target.is_symlink() or not target.is_file():
            continue  # a task of the template took it away, or made something else of it
        executable = target.stat().st_mode & stat.S_IXUSR
        target.chmod((0o777 if executable else 0o666) & ~mask)


def _files_below(folder: Path) -> dict[str, bytes]:
    found = {}
    for top, _, names in os.walk(folder):
        for name in names:
            path = Path(top, name)
            found[path.relative_to(folder).as_posix()] = (
                b"" if path.is_symlink() else path.read_bytes()
            )
    return found


def _copy(
    source: Path,
    folder: Path,
    data: Mapping[str, Any],
    defaults: bool,
    trust: bool,
    *,
    tasks: bool,
) -> Worker:
    try:
        import copier
    except ImportError:
        raise _MISSING from None
    return copier.run_copy(
        str(source),
        folder,
        data=dict(data),
        defaults=defaults,
        overwrite=True,  # what is there is the same, as was seen before
        quiet=True,
        unsafe=trust,
        skip_tasks=not tasks,
    )


@contextmanager
def _said() -> Iterator[None]:
    """What copier complains of, as people are told."""
    try:
        yield
    except (StudioError, KeyboardInterrupt):
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("copier", "jinja2", "builtins", "yaml"):
            raise
        if isinstance(error, OSError):
            raise StudioError(
                f"the files cannot be made: {error.strerror or error}.", "Look at the folder."
            ) from error
        raise _translated(error) from error


def _translated(error: Exception) -> StudioError:
    said = shorten(one_line(str(error)), 300).rstrip(".")
    if type(error).__name__ == "UnsafeTemplateError":
        return UsageError(f"the template would run something: {said}", "If you trust it: --trust")
    if isinstance(error, ValueError | TypeError):
        what = "is missing" if "is required" in said else "does not fit"
        return UsageError(f"an answer {what}: {said}.", "Give it with --data KEY=VALUE")
    return StudioError(f"copier cannot make it: {said}.", "Look at the template's files.")


def _remember(store: Store, template: Item, folder: Path) -> tuple[str | None, bool]:
    """Note which template a project was made of; its id, and whether the project is new.

    A folder that is no repository yet becomes a project of the store, which ``git studio init``
    in it binds to later. A folder inside another repository is a part of that one.
    """
    top = folder.resolve()
    try:
        place = gitio.locate(top)
    except NotBoundError:
        place = None
    if place is not None and place.top.resolve() != top:
        return None, False
    if place is not None:
        try:
            bound = binding.bound(store, place).project_id
        except NotBoundError:
            bound = None
        if bound is not None:
            with store.writing() as db:
                projects.change(db, bound, template_id=template.id)
            return bound, False
    project_id = str(uuid.uuid4())
    with store.writing() as db:
        projects.add(db, project_id, top.name, str(top))
        projects.change(db, project_id, template_id=template.id)
    return project_id, True


def answers_of(words: tuple[str, ...]) -> dict[str, Any]:
    """``KEY=VALUE`` as answers. Raises UsageError for a word that is none."""
    answers = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{word} is no answer.", "Write it as KEY=VALUE.")
        answers[key.strip()] = value
    return answers


def find(store: Store, name: str) -> Item:
    """The template that a name means. Raises NotFoundError with names that are alike."""
    return registry.get(store, name, ItemType.TEMPLATE)
