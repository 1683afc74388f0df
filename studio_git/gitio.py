"""Git's plumbing: the one place that starts git, with a scrubbed environment, in bytes.

Paths cross this boundary as ``str`` decoded with ``surrogateescape`` (:func:`os.fsdecode`), so
that a path that is not UTF-8 comes back to git as the bytes it was.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, TypeVar

from studio_git.core import catfile
from studio_git.errors import GitError, NotBoundError

_T = TypeVar("_T")
_Reader = Callable[[bytes, Sequence[bytes]], Iterator[_T | None]]

LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
)
"""What ``git rev-parse --local-env-vars`` lists (git 2.39 and 2.55): a hook inherits them, and
one that leaks into a command for another repository writes to the wrong index."""

_EVENT_VARIABLES = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
    "GIT_EDITOR",
    "GIT_REFLOG_ACTION",
    "GIT_EXEC_PATH",
    "GIT_EXTERNAL_DIFF",
    "GIT_ATTR_SOURCE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)

_FAMILIES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_TRACE")

_ANSWERS_ONLY = {
    "GIT_OPTIONAL_LOCKS": "0",  # a background status must not take index.lock
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone is not completed behind the user's back
    "GIT_ALLOW_PROTOCOL": "",  # git before 2.44 would, by a program that its remote may name
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ADVICE": "0",
    "LC_ALL": "C",
}

_NO_PROGRAMS = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "diff.external=",
    "-c",
    "core.quotePath=false",
)
"""A repository's configuration may name programs; none of them is started by looking."""

_LOOK_EVERY = 0.05
"""Seconds between two looks whether somebody still waits for an answer."""

_MANY_PATHS = 100

_PIPE = 1 << 20
"""Bytes of a wide pipe: what Linux gives anybody (/proc/sys/fs/pipe-max-size)."""


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what a hook inherits from git, and with git made to only answer."""
    drop = {*LOCAL_VARIABLES, *_EVENT_VARIABLES}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in drop and not name.startswith(_FAMILIES)
    }
    return environment | _ANSWERS_ONLY | dict(extra or {})


@dataclass(frozen=True, slots=True)
class Place:
    """A worktree and the repository it belongs to; all paths absolute.

    ``git_dir`` is the worktree's own git directory, ``common_dir`` the one that all worktrees of
    the clone share (the same path in a main worktree).
    """

    top: Path
    git_dir: Path
    common_dir: Path

    @property
    def git(self) -> Git:
        """Git, answering for this worktree."""
        return Git(self.top, git_dir=self.git_dir, work_tree=self.top)


class Git:
    """Git commands in one repository. Reads only, unless a method says otherwise.

    Where ``go_on`` is set, it is called while :meth:`ask` and what is made of it wait for git;
    what it raises ends git.
    """

    __slots__ = ("cwd", "environment", "go_on")

    def __init__(
        self,
        cwd: Path,
        *,
        git_dir: Path | None = None,
        work_tree: Path | None = None,
        index_file: Path | None = None,
    ) -> None:
        self.cwd = cwd
        extra = {}
        if git_dir is not None:
            extra["GIT_DIR"] = str(git_dir)
        if work_tree is not None:
            extra["GIT_WORK_TREE"] = str(work_tree)
        if index_file is not None:
            extra["GIT_INDEX_FILE"] = str(index_file)
        self.environment = clean_environment(extra)
        self.go_on: Callable[[], None] | None = None

    def run(self, *arguments: str, stdin: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
        """What git writes to its standard output. Raises GitError for a status not in ``ok``."""
        status, output, complaint = self.ask(*arguments, stdin=stdin)
        if status not in ok:
            raise _refusal(arguments, status, complaint)
        return output

    def ask(self, *arguments: str, stdin: bytes | None = None) -> tuple[int, bytes, bytes]:
        """Exit status, standard output and standard error of one git command."""
        if self.go_on is not None:
            return self._ask(arguments, stdin or b"", self.go_on)
        try:
            done = subprocess.run(
                ["git", *_NO_PROGRAMS, *arguments],
                cwd=self.cwd,
                env=self.environment,
                input=stdin or b"",
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise _not_started(error, self.cwd) from error
        return done.returncode, done.stdout, done.stderr

    def _ask(
        self, arguments: Sequence[str], stdin: bytes, go_on: Callable[[], None]
    ) -> tuple[int, bytes, bytes]:
        import tempfile  # slow to import, and most of our commands do without

        with tempfile.TemporaryFile() as source:  # subprocess forgets its input at a time-out
            source.write(stdin)
            source.seek(0)
            try:
                process = subprocess.Popen(
                    ["git", *_NO_PROGRAMS, *arguments],
                    cwd=self.cwd,
                    env=self.environment,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            except OSError as error:
                raise _not_started(error, self.cwd) from error
            with process:
                try:
                    while True:
                        try:
                            output, complaint = process.communicate(timeout=_LOOK_EVERY)
                            return process.returncode, output, complaint
                        except subprocess.TimeoutExpired:
                            go_on()
                except BaseException:
                    process.kill()
                    raise

    def text(self, *arguments: str, ok: Sequence[int] = (0,)) -> str:
        """One answer as text, without the newline at its end; undecodable bytes are escaped."""
        return os.fsdecode(self.run(*arguments, ok=ok)).removesuffix("\n")

    def records(self, *arguments: str, stdin: bytes | None = None) -> list[bytes]:
        """The NUL-terminated records of a command that was given ``-z``."""
        return zsplit(self.run(*arguments, stdin=stdin))

    def stream(self, *arguments: str, stdin: bytes | None = None) -> Iterator[bytes]:
        """NUL-terminated records as git writes them, without holding them all.

        Raises GitError after the last record if git failed.
        """
        import tempfile

        with (
            tempfile.TemporaryFile() as source,  # a pipe would fill while nobody reads the answer
            tempfile.TemporaryFile() as complaint,
        ):
            source.write(stdin or b"")
            source.seek(0)
            try:
                process = subprocess.Popen(
                    ["git", *_NO_PROGRAMS, *arguments],
                    cwd=self.cwd,
                    env=self.environment,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=complaint,
                )
            except OSError as error:
                raise _not_started(error, self.cwd) from error
            with process:
                assert process.stdout is not None  # noqa: S101 - for the type checker
                _widen(process.stdout)
                yield from _split_stream(process.stdout)
            if process.returncode:
                complaint.seek(0)
                raise _refusal(arguments, process.returncode, complaint.read())

    def config(self, key: str) -> str | None:
        """The value of one configuration key, the last one that counts; None if it is not set."""
        status, output, _ = self.ask("config", "--null", "--get", key)
        return os.fsdecode(output).rstrip("\0") if status == 0 else None

    def config_pattern(self, pattern: str) -> dict[str, list[str]]:
        """All keys that match a regular expression, each with its values, the last one last."""
        _, output, _ = self.ask("config", "--null", "--get-regexp", pattern)
        found: dict[str, list[str]] = {}
        for record in zsplit(output):
            key, _, value = os.fsdecode(record).partition("\n")
            found.setdefault(key, []).append(value)
        return found

    def in_head(self, paths: Sequence[str]) -> list[str]:
        """Names for :meth:`blobs` of what HEAD has at some paths.

        Git looks a path up by walking through its folders' lists; for many paths it is quicker
        to list everything once.
        """
        names = [f"HEAD:{path}" for path in paths]
        if len(paths) < _MANY_PATHS:
            return names
        status, output, _ = self.ask("ls-tree", "-r", "-z", "HEAD")
        if status:  # no commit yet
            return names
        entries = (record.partition(b"\t") for record in zsplit(output))
        oids = {os.fsdecode(path): head.split(b" ")[2].decode() for head, _, path in entries}
        return [oids.get(path, name) for path, name in zip(paths, names, strict=True)]

    def sizes(self, names: Iterable[str]) -> list[int | None]:
        """How many bytes each object named has, as :meth:`blobs`; None where there is none."""
        return self._each(names, catfile.sizes, "--batch-check")

    def blobs(self, names: Iterable[str], most: int | None = None) -> list[bytes | None]:
        """The content of each object named (``oid``, ``:path``, ``REV:path``); None where git
        has no such blob, or one of over ``most`` bytes. A name with a newline names none.
        """
        wanted = list(names)
        if most is not None:
            pairs = zip(wanted, self.sizes(wanted), strict=True)
            wanted = [name if size is not None and size <= most else "\n" for name, size in pairs]
        return self._each(wanted, catfile.contents, "--batch")

    def _each(self, names: Iterable[str], read: _Reader[_T], mode: str) -> list[_T | None]:
        """What ``cat-file`` says of each name; one process for all, none for none."""
        wanted = list(names)
        asked = [os.fsencode(name) for name in wanted if "\n" not in name]
        stdin = b"".join(name + b"\n" for name in asked)
        answers = iter(read(self.run("cat-file", mode, stdin=stdin), asked) if asked else ())
        return [None if "\n" in name else next(answers) for name in wanted]


def zsplit(data: bytes) -> list[bytes]:
    """The records of NUL-terminated output."""
    return data.removesuffix(b"\0").split(b"\0") if data else []


def locate(cwd: Path) -> Place:
    """The worktree that ``cwd`` stands in. Honours GIT_DIR and GIT_WORK_TREE, as git does.

    Raises NotBoundError outside a worktree (no repository, a bare one, inside ``.git``).
    """
    inherited = {
        name: os.environ[name]
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")
        if os.environ.get(name)
    }
    git = Git(cwd)
    git.environment.update(inherited)
    status, output, _ = git.ask(
        "rev-parse", "--absolute-git-dir", "--git-common-dir", "--show-toplevel"
    )
    answers = os.fsdecode(output).removesuffix("\n").split("\n")
    if status == 0 and len(answers) == 3:
        git_dir, common_dir, top = answers
    else:  # not in a work tree, or a path has a newline in it
        git_dir, common_dir, top = _asked_singly(git, cwd)
    return Place(
        top=Path(top),
        git_dir=Path(git_dir).resolve(),
        common_dir=(cwd / common_dir).resolve(),
    )


def _asked_singly(git: Git, cwd: Path) -> tuple[str, str, str]:
    status, output, complaint = git.ask(
        "rev-parse", "--is-bare-repository", "--is-inside-work-tree"
    )
    if status:
        raise _no_repository(cwd, complaint)
    bare, inside = os.fsdecode(output).split()
    if bare == "true" and inside != "true":
        raise NotBoundError(
            f"{cwd} is a bare repository: it has no files to keep in step.",
            "Run the command in a clone or a worktree of it (git worktree add DIR).",
        )
    top = git.text("rev-parse", "--show-toplevel", ok=(0, 128))
    if not top:
        raise NotBoundError(
            f"{cwd} is inside a git directory, not in a work tree.",
            "Run the command in the repository's work tree.",
        )
    git_dir = git.text("rev-parse", "--absolute-git-dir")
    return git_dir, git.text("rev-parse", "--git-common-dir"), top


def _no_repository(cwd: Path, complaint: bytes) -> NotBoundError | GitError:
    first = _first_line(complaint)
    if "not a git repository" in first:
        return NotBoundError(
            f"{cwd} is not in a git repository.",
            "Change into one, or make one with: git init",
        )
    return GitError(f"git cannot read this repository: {first}", "Look with: git status")


def _not_started(error: OSError, cwd: Path) -> GitError:
    if not os.path.isdir(cwd):  # noqa: PTH112 - unlike Path's, it never raises
        return GitError(f"the folder {cwd} is gone.", "Change into a folder that exists.")
    return GitError(f"git cannot be started: {error.strerror}.", "Install git, or put it on PATH.")


def _refusal(arguments: Sequence[str], status: int, complaint: bytes) -> GitError:
    said = _first_line(complaint) or f"exit status {status}"
    before = ("", *arguments)
    verbs = (it for last, it in pairwise(before) if last != "-c" and not it.startswith("-"))
    verb = next(verbs, "")
    return GitError(f"git {verb} failed: {said}", "Look at the repository with: git fsck")


def _first_line(complaint: bytes) -> str:
    text = complaint.decode("utf-8", "replace").strip()
    return text.split("\n", 1)[0].removeprefix("fatal: ").removeprefix("error: ")


def _widen(pipe: IO[bytes]) -> None:
    """Let git work ahead while we are busy with what it wrote; Linux alone can."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    except (ImportError, AttributeError, OSError):  # the user has too many pipes already
        return


def _split_stream(source: IO[bytes], size: int = 1 << 16) -> Iterator[bytes]:
    rest = b""
    while chunk := source.read(size):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest
