"""Why a line, a file or a commit is as it is: what was captured of the commits behind it.

Behind lines stands what ``git blame`` says of them as the work tree has them, past changes of
white space (-w) and moves within and between the files of one commit (-C); commits that the
configuration tells blame to ignore are passed over. Behind a file stand the commits that touched
it, past renames. A commit that was rewritten since stands for the one that took its place.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import gitscope
from studio_git.core import cyclenames, times
from studio_git.errors import GitError, UsageError
from studio_git.gitio import Git, Place
from studio_git.services import history, memory
from studio_git.services.memory import Object
from studio_git.store import reasons, records
from studio_git.store.connection import Store
from studio_git.store.records import Kind

Lines = tuple[int, int]
"""The first and the last of some lines, from 1."""

Origins = Mapping[str, Sequence[Lines]]
"""The lines that come from each commit, by oid; one of zeros is for those of no commit yet."""

_AT = re.compile(r"(.+):([0-9]{1,9})(?:-([0-9]{1,9}))?", re.DOTALL)
_HEX = re.compile(r"[0-9a-f]{4,64}")
_ENTRY = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) [0-9]+ ([0-9]+)(?: [0-9]+)?")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked about: lines of a file, a file (relative to the top), or a commit's oid."""

    path: str | None = None
    lines: Lines | None = None
    oid: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One commit, and what it states.

    ``lines`` are those that come from it. ``now`` is the oid of the commit that took its place,
    None where it stands. ``captured`` is False where the store does not know of it; ``session``
    is the id of its session. ``created_at`` is the author's time as the store writes times.
    """

    oid: str
    now: str | None
    subject: str
    author: str
    created_at: str
    lines: tuple[Lines, ...]
    captured: bool
    session: str | None
    decisions: tuple[Object, ...]
    learnings: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Commits and their sessions, the newest first; ``uncommitted`` are lines of no commit yet.

    Each of ``sessions`` is a row as JSON with ``cycle`` (its ``id``, ``name`` and ``code``, or
    None) and all of its ``decisions`` and ``learnings``.
    """

    request: Request
    reasons: tuple[Reason, ...]
    sessions: tuple[Object, ...]
    uncommitted: tuple[Lines, ...] = ()


def read(store: Store, project_id: str, place: Place, cwd: Path, words: str) -> Request:
    """What a person means by ``PATH``, ``PATH:LINE``, ``PATH:LINE-LINE`` or ``REV``.

    Raises UsageError for what is none of them, or both a tracked file and a commit.
    """
    git = history.reader(place)
    commit = _commit(git, words)
    path = _tracked(git, place, cwd, words)
    if path is not None:
        if commit is not None:
            raise UsageError(
                f"{words} is a file, and a commit too.",
                f"Write ./{words} for the file, {words}^0 for the commit.",
            )
        return Request(path=path)
    at = _AT.fullmatch(words)
    path = None if at is None else _tracked(git, place, cwd, at[1])
    if at is not None and path is not None:
        first, last = int(at[2]), int(at[3] or at[2])
        if not 1 <= first <= last:
            raise UsageError(
                f"{words} names no lines.", "Lines count from 1, the first one first: PATH:3-7"
            )
        return Request(path=path, lines=(first, last))
    if commit is not None:
        return Request(oid=commit)
    known = reasons.oids_like(store.db, project_id, words.lower()) if _is_hex(words) else []
    if len(known) == 1:
        return Request(oid=known[0])  # a rewritten commit that git has cleared away
    return _past_path(git, place, cwd, words, at[1] if at is not None else words)


def answer(
    store: Store,
    project_id: str,
    place: Place,
    request: Request,
    *,
    limit: int | None = None,
    origins: Origins | None = None,
    go_on: Callable[[], None] | None = None,
) -> Answer:
    """What stands behind a request, at most ``limit`` commits of it.

    ``origins`` is what :func:`origins_of` said of the lines, where that is known. ``go_on`` is
    called while git works; what it raises ends git. Raises UsageError for lines that the file
    does not have, and GitError.
    """
    git = history.reader(place)
    git.go_on = go_on
    behind: dict[str, Sequence[Lines]]
    uncommitted: tuple[Lines, ...] = ()
    if request.oid is not None:
        behind = {request.oid: []}
    elif request.path is not None and request.lines is not None:
        behind = dict(_blame(git, request.path, request.lines) if origins is None else origins)
        uncommitted = tuple(
            each for oid in list(behind) if not oid.strip("0") for each in behind.pop(oid)
        )
    else:
        behind = {oid: [] for oid in _touching(git, str(request.path), limit)}
    found = _reasons(store, project_id, git, behind)
    if request.lines is not None:
        found.sort(key=lambda reason: (reason.created_at, reason.lines), reverse=True)
    shown = tuple(found[:limit])
    wanted = {reason.session for reason in shown if reason.session is not None}
    return Answer(request, shown, _sessions(store, wanted), uncommitted)


def origins_of(
    place: Place, path: str, lines: Lines, *, go_on: Callable[[], None] | None = None
) -> Origins:
    """The commits behind lines of a file, as the work tree has it. Raises as :func:`answer`."""
    git = history.reader(place)
    git.go_on = go_on
    return _blame(git, path, lines)


def of_commits(store: Store, project_id: str, oids: Iterable[str]) -> Answer:
    """What captured commits state, in their order; git is not asked."""
    found = _reasons(store, project_id, None, {oid: [] for oid in oids})
    wanted = {reason.session for reason in found if reason.session is not None}
    return Answer(Request(), tuple(found), _sessions(store, wanted))


def _commit(git: Git, words: str) -> str | None:
    if not words or "\0" in words or words.startswith("-"):
        return None
    # In two steps: behind ":/words" a "^{commit}" would be searched for too.
    status, output, _ = git.ask("rev-parse", "--verify", "--quiet", words)
    if status:
        return None
    found = output.decode("ascii", "replace").strip()
    status, output, _ = git.ask("rev-parse", "--verify", "--quiet", f"{found}^{{commit}}")
    return None if status else output.decode("ascii", "replace").strip()


def _path(place: Place, cwd: Path, words: str) -> str | None:
    """A path as a person typed it in ``cwd``, from the top; None outside the work tree."""
    if not words or "\0" in words:
        return None
    whole = Path(os.path.normpath(cwd / words))
    inside = whole.is_relative_to(place.top) and whole != place.top
    return whole.relative_to(place.top).as_posix() if inside else None


def _tracked(git: Git, place: Place, cwd: Path, words: str) -> str | None:
    """The path of a file that is in the index."""
    path = _path(place, cwd, words)
    if path is None:
        return None
    listed = git.records("--literal-pathspecs", "ls-files", "-z", "--", path)
    return path if os.fsencode(path) in listed else None


def _past_path(git: Git, place: Place, cwd: Path, words: str, name: str) -> Request:
    """A file that is no longer there, else what is wrong with the words."""
    target = cwd / name
    path = _path(place, cwd, name)
    here = bool(name) and target.resolve() == place.top
    if here or (path is not None and target.is_dir() and not target.is_symlink()):
        raise UsageError(f"{name} is a folder.", "Name one file in it, a line or a commit.")
    if path is not None and os.path.lexists(target):
        raise UsageError(f"{name} is not tracked by git.", "Only what is committed has reasons.")
    if path is not None and _touching(git, path, 1):
        if name != words:
            raise UsageError(f"{name} is gone.", f"Ask for the file: git studio why {name}")
        return Request(path=path)
    raise UsageError(
        f"{words} is neither a file of this repository nor a commit.",
        "Name one: git studio why PATH, PATH:LINE, PATH:LINE-LINE or REV",
    )


def _is_hex(words: str) -> bool:
    return bool(_HEX.fullmatch(words.lower()))


def _touching(git: Git, path: str, limit: int | None) -> list[str]:
    """The commits of HEAD's history that touched a path, past renames, the newest first."""
    most = [] if limit is None else ["-n", str(limit)]
    status, output, _ = git.ask(
        "--literal-pathspecs", "log", "--format=%H", "--follow", "--no-show-signature", *most,
        "HEAD", "--", path,
    )  # fmt: skip
    return [] if status else output.decode("ascii", "replace").split()


def _blame(git: Git, path: str, lines: Lines) -> dict[str, list[Lines]]:
    """For each commit behind the lines those that come from it, as the file is now."""
    status, output, complaint = gitscope.without_repository_filters(git).ask(
        "blame", "--porcelain", "--no-textconv", "-w", "-C", "-L", f"{lines[0]},{lines[1]}",
        "--", path,
    )  # fmt: skip
    if status:
        raise _refusal(path, complaint.decode("utf-8", "replace"))
    numbers: dict[str, list[int]] = {}
    for line in output.split(b"\n"):
        entry = None if line.startswith(b"\t") else _ENTRY.fullmatch(line)
        if entry is not None:
            numbers.setdefault(entry[1].decode("ascii"), []).append(int(entry[2]))
    return {oid: _ranges(each) for oid, each in numbers.items()}


def _refusal(path: str, complaint: str) -> UsageError | GitError:
    found = re.search(r"has only ([0-9]+) lines?", complaint)
    if found is not None:
        count = int(found[1])
        return UsageError(
            f"{path} has only {count} line{'' if count == 1 else 's'}.",
            "Lines are those of the file as it is in the work tree.",
        )
    if "could not open object name list" in complaint:
        return GitError(
            "blame.ignoreRevsFile names a file that is not there.",
            "Make it, or take the setting back: git config --show-origin blame.ignoreRevsFile",
        )
    first = complaint.strip().split("\n")[0].removeprefix("fatal: ")
    return GitError(f"git blame failed: {first}", f"Ask for the file: git studio why {path}")


def _ranges(numbers: Iterable[int]) -> list[Lines]:
    found: list[Lines] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _reasons(store: Store, project_id: str, git: Git | None, behind: Origins) -> list[Reason]:
    asked = reasons.captured(store.db, project_id, behind)
    final = _followed(store, project_id, asked)
    ids = [row["id"] for row in final.values()]
    decided = reasons.stated(store.db, Kind.DECISION, ids)
    learned = reasons.stated(store.db, Kind.LEARNING, ids)
    told = _told(git, [oid for oid in behind if oid not in asked]) if git is not None else {}
    found = []
    for oid, lines in behind.items():
        row = final.get(oid)
        row_id = -1 if row is None else row["id"]
        known = asked.get(oid)
        subject, author, when = told.get(oid, ("", "", 0)) if known is None else _described(known)
        found.append(
            Reason(
                oid=oid,
                now=row["oid"] if row is not None and row["oid"] != oid else None,
                subject=subject,
                author=author,
                created_at=times.to_store(when),
                lines=tuple(lines),
                captured=row is not None,
                session=row["session_id"] if row is not None else None,
                decisions=_decisions(store, decided.get(row_id, ())),
                learnings=_learnings(learned.get(row_id, ())),
            )
        )
    return found


def _followed(
    store: Store, project_id: str, asked: dict[str, sqlite3.Row]
) -> dict[str, sqlite3.Row]:
    """For each commit the one at the end of what took its place, as far as it is known."""
    final = dict(asked)
    known = dict(asked)
    steps = 0
    while steps < 1000:  # a chain that a damaged store closed to a ring ends too
        steps += 1
        wanted = {row["rewritten_to"] for row in final.values() if row["rewritten_to"] is not None}
        known |= reasons.captured(store.db, project_id, wanted - set(known))
        after = {oid: known.get(row["rewritten_to"], row) for oid, row in final.items()}
        if after == final:
            break
        final = after
    return final


def _described(row: sqlite3.Row) -> tuple[str, str, int]:
    subject = " ".join(row["message"].strip("\n").split("\n\n", 1)[0].split())
    return subject, row["author_name"], row["author_time"]


def _told(git: Git, oids: Sequence[str]) -> dict[str, tuple[str, str, int]]:
    """Subject, author and author's time of commits that were not captured, from one process."""
    if not oids:
        return {}
    output = git.records(
        "-c", "i18n.logOutputEncoding=UTF-8", "log", "--no-walk=unsorted", "-z", "--no-patch",
        "--format=tformat:%H%n%at%n%aN%n%s", "--stdin",
        stdin="".join(f"{oid}\n" for oid in oids).encode(),
    )  # fmt: skip
    found = {}
    for record in output:
        oid, time, author, subject = record.split(b"\n", 3)
        when = int(time) if time.isdigit() else 0
        found[oid.decode("ascii")] = (history.text(subject), history.text(author), when)
    return found


def _decisions(store: Store, rows: Iterable[sqlite3.Row]) -> tuple[Object, ...]:
    made = memory.decision_objects(store, list(rows))
    for each in made:
        each.pop("commit_id", None)
        newer = each["superseded_by"]
        each["superseded_by_title"] = None if newer is None else memory.title_of(store, newer)
    return tuple(made)


def _learnings(rows: Iterable[sqlite3.Row]) -> tuple[Object, ...]:
    made = [memory.object_of(row) for row in rows]
    for each in made:
        each.pop("commit_id", None)
    return tuple(made)


def _sessions(store: Store, ids: set[str]) -> tuple[Object, ...]:
    found = []
    for row in reasons.sessions(store.db, ids):
        made = memory.object_of(row)
        name, number = made.pop("cycle_name"), made.pop("cycle_number")
        code = None if number is None else cyclenames.code(number)
        made["cycle"] = name and {"id": made["cycle_id"], "name": name, "code": code}
        in_it = [
            records.in_session(store.db, kind, row["id"]) for kind in (Kind.DECISION, Kind.LEARNING)
        ]
        found.append(
            made | {"decisions": _decisions(store, in_it[0]), "learnings": _learnings(in_it[1])}
        )
    return tuple(found)
