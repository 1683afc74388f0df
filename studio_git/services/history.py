"""Commits as git has them, read as a stream: one process however many there are.

Everything read is valid Unicode, because the store takes nothing else: bytes of a path that are
not UTF-8 are written as ``\\xe9``, and text in no declared encoding counts as Latin-1. Secrets in
messages are redacted here, so that nothing that is made of a commit can hold one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from studio_git.core.models import Commit, FileChange
from studio_git.errors import GitError
from studio_git.gitio import Git, Place, zsplit

_FORMAT = "%x00".join(
    ("%H", "%S", "%P", "%T", "%aN", "%aE", "%ad", "%cE", "%ct", "%B", "")
)  # fmt: skip
_FIELDS = 10

DIFF = (
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=none",
)
"""What of a user's diff configuration would change the answer, or start a program."""

_REFLOG = 5000
_LARGEST_TIME = 2**63 - 1
"""Git keeps any 64-bit number as a date; SQLite's integers are signed."""


@dataclass(frozen=True, slots=True)
class Walked:
    """A commit, and the one of the given tips that it was found from."""

    commit: Commit
    tip: str


def reader(place: Place) -> Git:
    """Git for reading history: nothing is fetched, and a missing object is an error at once.

    GIT_NO_LAZY_FETCH is unknown before git 2.44; without an allowed protocol none can fetch.
    """
    git = place.git
    git.environment["GIT_ALLOW_PROTOCOL"] = "none"
    return git


def walk(
    git: Git, tips: Iterable[str], known: Iterable[str], *, shallow: Collection[str] = ()
) -> Iterator[Walked]:
    """The commits that ``tips`` reach and ``known`` do not (oids), parents before children.

    Among those that neither descends from the other, by the author's dates. Merge commits come
    without files (see :mod:`studio_git.services.merges`), and so do those of ``shallow``, whose
    parents this clone does not have. Raises GitError, after the commits that could be read,
    where an object is missing.
    """
    revisions = _revisions(tips, known)
    if not revisions:
        return
    for walked in _parse(git.stream(*_log(counts=True), stdin=revisions)):
        if walked.commit.oid in shallow:
            yield replace(walked, commit=replace(walked.commit, files=()))
        else:
            yield walked


def walk_without_files(git: Git, tips: Iterable[str], known: Iterable[str]) -> Iterator[Walked]:
    """As :func:`walk`, without looking at any file: for a clone that lacks blobs or trees."""
    revisions = _revisions(tips, known)
    if revisions:
        yield from _parse(git.stream(*_log(counts=False), stdin=revisions))


def headers(git: Git, revisions: Iterable[str], *options: str) -> Iterator[Commit]:
    """Who made each commit of a range and when, newest first, and nothing else of it.

    ``revisions`` are oids, excluded ones with ``^``; ``options`` limit the range as git-log's do.
    Raises GitError where an object is missing.
    """
    asked = "".join(f"{one}\n" for one in revisions).encode()
    if not asked:
        return
    records = git.stream(
        "log", "-z", "--format=tformat:%H %at %ct %aE%x00%cE", "--no-patch", "--no-decorate",
        *options, "--stdin", stdin=asked,
    )  # fmt: skip
    for record in records:
        oid, authored, committed, author = record.split(b" ", 3)
        yield Commit(
            oid=oid.decode("ascii"),
            parents=(),
            tree="",
            author_name="",
            author_email=text(author),
            author_time=_time(authored.decode("ascii", "replace")),
            author_zone="",
            committer_email=text(next(records, b"")),
            committer_time=_time(committed.decode("ascii", "replace")),
            message="",
        )


def read(git: Git, oids: Iterable[str], *, shallow: Collection[str] = ()) -> Iterator[Commit]:
    """These commits in this order, whole; merges and those of ``shallow`` as :func:`walk` says."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    if not asked:
        return
    for walked in _parse(git.stream(*_log(counts=True, walk=False), stdin=asked)):
        commit = walked.commit
        yield replace(commit, files=()) if commit.oid in shallow else commit


def read_bare(git: Git, oids: Iterable[str]) -> Iterator[Commit]:
    """These commits in this order, without their files."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    if asked:
        for walked in _parse(git.stream(*_log(counts=False, walk=False), stdin=asked)):
            yield walked.commit


def read_partial(git: Git, oids: Iterable[str]) -> Iterator[Commit]:
    """As :func:`read`, and each with those files that can be counted: for a partial clone."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    if asked:
        for walked in _parse(git.stream(*_log(counts=False, walk=False), stdin=asked)):
            yield with_files(git, walked).commit


def with_files(git: Git, walked: Walked) -> Walked:
    """The commit with its files, if all that it takes to count them is there."""
    commit = walked.commit
    if len(commit.parents) > 1:
        return walked
    status, output, _ = git.ask(
        "diff-tree", "--root", "--no-commit-id", "-r", "-z", "--numstat", *DIFF, commit.oid
    )
    if status:
        return walked
    changes = (file_change(record) for record in zsplit(output))
    found = tuple(change for change in changes if change is not None)
    return replace(walked, commit=replace(commit, files=found))


def patch_ids(git: Git, oids: Iterable[str]) -> dict[str, str]:
    """The stable patch-id of each commit (``git patch-id``); none for merges and empty ones."""
    asked = list(dict.fromkeys(oids))
    if not asked:
        return {}
    patches = git.run(
        "diff-tree", "--stdin", "-r", "-p", "--root", "--full-index", *DIFF,
        stdin="".join(f"{oid}\n" for oid in asked).encode(),
    )  # fmt: skip
    pairs = git.run("patch-id", "--stable", stdin=patches).decode("ascii").split("\n")
    return {oid: patch for patch, _, oid in (pair.partition(" ") for pair in pairs if pair)}


def patch_id_between(git: Git, base: str, tip: str) -> str:
    """The stable patch-id of the change from one commit to another; empty where there is none."""
    patch = git.run("diff-tree", "-r", "-p", "--full-index", *DIFF, base, tip)
    return git.run("patch-id", "--stable", stdin=patch).decode("ascii").partition(" ")[0]


def patch(git: Git, oid: str) -> bytes:
    """What a commit changes, without context; nothing for a merge."""
    return git.run("diff-tree", "-r", "-p", "-U0", "--root", "--no-commit-id", *DIFF, oid)


def existing(git: Git, oids: Iterable[str]) -> list[str]:
    """Those of the commits that the clone still has."""
    asked = list(dict.fromkeys(oids))
    if not asked:
        return []
    answers = git.run(
        "cat-file",
        "--batch-check=%(objecttype)",
        stdin="".join(f"{oid}\n" for oid in asked).encode(),
    )
    kinds = answers.decode("utf-8", "replace").split("\n")
    return [oid for oid, kind in zip(asked, kinds, strict=False) if kind == "commit"]


def unreachable(git: Git, oids: Iterable[str], tips: Iterable[str]) -> set[str]:
    """Those of the commits that none of the tips reaches; one that is gone is unreachable."""
    asked = set(oids)
    present = existing(git, asked)
    if not present:
        return asked
    revisions = [*present, *(f"^{oid}" for oid in dict.fromkeys(tips))]
    listed = git.run("rev-list", "--stdin", stdin="".join(f"{one}\n" for one in revisions).encode())
    return (asked - set(present)) | (set(present) & set(listed.decode("ascii").split()))


def only_from(git: Git, olds: Iterable[str], tips: Iterable[str]) -> set[str]:
    """All commits that ``olds`` reach and ``tips`` do not."""
    wanted = set(olds) - set(tips)
    if not wanted:
        return set()
    listed = git.run("rev-list", "--stdin", stdin=_revisions(wanted, tips))
    return set(listed.decode("ascii").split())


def committed_here(git: Git, head: str) -> set[str]:
    """The commits that ``git commit`` made in this clone, by the reflog of a worktree's HEAD.

    Not those that a cherry-pick began, and an amended one only if what it amends is among them.
    The messages are those that builtin/commit.c writes. Of a long reflog the end is read.
    """
    _, output, _ = git.ask("log", "-g", "-z", "-n", str(_REFLOG), "--format=%H %gs", head, "--")
    found: set[str] = set()
    before = ""
    for record in reversed(zsplit(output)):
        oid, _, what = record.decode("ascii", "replace").partition(" ")
        if what.startswith("commit (amend)"):
            own = before in found
        else:
            own = what.startswith(("commit:", "commit (initial)", "commit (merge)"))
        if own:
            found.add(oid)
        before = oid
    return found


def mapped_emails(git: Git, emails: Iterable[str]) -> frozenset[str]:
    """The addresses, and what the repository's mailmap makes of each; in lower case."""
    asked = sorted(
        {email for email in emails if email.isprintable() and not set(email) & set("<>")}
    )
    if not asked:
        return frozenset(asked)
    answers = git.run(
        "check-mailmap", "--stdin", stdin="".join(f"<{email}>\n" for email in asked).encode()
    )
    mapped = (
        line.rpartition("<")[2].rstrip(">").strip().lower()
        for line in answers.decode("utf-8", "replace").split("\n")
        if line
    )
    return frozenset(asked) | frozenset(mapped)


def partial(git: Git) -> bool:
    """True for a clone that has left objects with a promisor remote."""
    return bool(git.config_pattern(r"^(extensions\.partialclone|remote\..*\.promisor)$"))


def text(data: bytes) -> str:
    """Text of a commit: UTF-8, else byte for byte."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def path_text(data: bytes) -> str:
    """A path or a reference's name as the store keeps it."""
    return data.decode("utf-8", "backslashreplace")


def _revisions(tips: Iterable[str], known: Iterable[str]) -> bytes:
    """What to walk, for ``--stdin``; empty where there is no tip, since git would take HEAD."""
    wanted = "".join(f"{oid}\n" for oid in dict.fromkeys(tips))
    return (
        (wanted + "".join(f"^{oid}\n" for oid in dict.fromkeys(known))).encode() if wanted else b""
    )


def _log(*, counts: bool, walk: bool = True) -> list[str]:
    return [
        "-c", "i18n.logOutputEncoding=UTF-8", "-c", "log.showRoot=true",
        "log", "-z", f"--format=tformat:{_FORMAT}", "--date=raw", "--source", "--no-notes",
        "--no-decorate", "--diff-merges=off",
        *(("--author-date-order", "--reverse") if walk else ("--no-walk=unsorted",)),
        *(("--numstat", *DIFF) if counts else ("--no-patch",)), "--stdin",
    ]  # fmt: skip


def _parse(records: Iterator[bytes]) -> Iterator[Walked]:
    """Commits out of ``log``'s records: ten fields, an empty one, then a record for each file."""

    first = next(records, None)
    while first is not None:
        fields = [first]
        for _ in range(_FIELDS - 1):
            field = next(records, None)
            if field is None:
                raise GitError("git log ended in the middle of a commit.", "Run it again.")
            fields.append(field)
        next(records, None)
        files = []
        first = None
        for record in records:
            change = file_change(record.removeprefix(b"\n"))
            if change is None:
                first = record
                break
            files.append(change)
        yield _walked(fields, tuple(files))


def _walked(fields: list[bytes], files: tuple[FileChange, ...]) -> Walked:
    from studio_git.core.redact import redact  # heavy: for none that reads no message

    oid, tip, parents, tree, name, email, date, committer, committed, message = fields
    when, _, zone = date.decode("ascii", "replace").partition(" ")
    return Walked(
        Commit(
            oid=oid.decode("ascii"),
            parents=tuple(parents.decode("ascii").split()),
            tree=tree.decode("ascii"),
            author_name=text(name),
            author_email=text(email),
            author_time=_time(when),
            author_zone=zone or "+0000",
            committer_email=text(committer),
            committer_time=_time(committed.decode("ascii", "replace")),
            message=redact(text(message)),  # before anything else sees it
            files=files,
        ),
        tip.decode("ascii", "replace"),
    )


def file_change(record: bytes) -> FileChange | None:
    """One record of ``--numstat -z``; None if it is none (an oid has no tab)."""
    parts = record.split(b"\t", 2)
    if len(parts) < 3:
        return None
    added, removed, path = parts
    if added == b"-":
        return FileChange(path_text(path), None, None)
    return FileChange(path_text(path), int(added), int(removed))


def _time(said: str) -> int:
    return min(int(said), _LARGEST_TIME) if said.isdecimal() else 0
