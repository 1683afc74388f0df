"""Commit messages as files: which comments they have, what is wrong with them, what is offered.

On the hook path: it loads what a commit can wait for and no more.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from studio_git import config
from studio_git.core import messages
from studio_git.core.messagelayout import COMMENT
from studio_git.core.messages import SCISSORS, Statement
from studio_git.core.models import Policy
from studio_git.errors import FileChangedError, GitError, UsageError
from studio_git.gitio import Git, Place

_AUTO = "#;@!$%^&|:"
"""What ``core.commentChar = auto`` chooses from (builtin/commit.c)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A message, what it states, and the message put right (the same where nothing is wrong).

    ``trailers`` are the lines of the block that git parses once it is put right.
    """

    data: bytes
    statements: tuple[Statement, ...]
    fixed: bytes
    trailers: tuple[str, ...]

    @property
    def unparsed(self) -> tuple[Statement, ...]:
        """What was meant as a trailer and git does not take for one."""
        return tuple(one for one in self.statements if one.meant and not one.git)


def check(data: bytes, comment: str = COMMENT) -> Checked:
    """Look at the bytes of a message, in whatever encoding: keys are ASCII."""
    text = data.decode("utf-8", "surrogateescape")
    fixed = messages.fix(text, comment)
    return Checked(
        data,
        tuple(messages.statements(text, comment)),
        fixed.encode("utf-8", "surrogateescape"),
        tuple(messages.last_block(fixed, comment)),
    )


def comment_of(git: Git, data: bytes) -> str:
    """What comment lines begin with in this message, by ``core.commentChar`` and -String."""
    return comment_in(comment_setting(git), data)


def comment_setting(git: Git) -> str:
    """What comment lines begin with by the configuration, which may leave it to the message."""
    try:
        said = git.config_pattern(r"^core\.comment(char|string)$")
    except GitError:
        return COMMENT
    return [*said.get("core.commentchar", [COMMENT]), *said.get("core.commentstring", [])][-1]


def comment_in(setting: str, data: bytes) -> str:
    """What comment lines begin with in this message, with what :func:`comment_setting` said."""
    return _chosen(data) if setting == "auto" else setting or COMMENT


def policy_of(place: Place) -> Policy:
    """What a commit of this clone does about trailers that git would not parse."""
    return config.message_policy(place, config.read_proposal(place.top))


def stored(data: bytes, comment: str) -> bytes:
    """The message without comments and without what stands below the scissors."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    cut = next((n for n, line in enumerate(lines) if line == f"{comment} {SCISSORS}"), len(lines))
    kept = [line for line in lines[:cut] if not line.startswith(comment)]
    return ("\n".join(kept).strip("\n") + "\n").encode("utf-8", "surrogateescape")


def read(path: Path) -> bytes:
    """The bytes of a message file. Raises UsageError where there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.",
            "Name a file with a commit message, or - for the standard input.",
        ) from error


def write(path: Path, data: bytes, *, before: bytes) -> None:
    """Put a message in place of the one that was read, which nobody may have changed since."""
    target = path.resolve()
    made = target.with_name(f"{target.name}.{os.getpid()}.studio")
    try:
        if not stat.S_ISREG(target.stat().st_mode):  # a device would be gone, and a pipe
            raise UsageError(
                f"{path} is not a regular file; nothing was written.",
                "Name a file with a commit message, or - for the standard input.",
            )
        if read(target) != before:
            raise FileChangedError(
                f"{path} changed while it was being worked on; nothing was written.",
                "Run the command again.",
            )
        made.write_bytes(data)
        made.chmod(stat.S_IMODE(target.stat().st_mode))
        made.replace(target)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Look at the folder's permissions."
        ) from error


def _chosen(data: bytes) -> str:
    """The character that git chose, seen in the comments that it left at the end."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for line in lines:
        if line[:1] and line[:1] in _AUTO and line[1:] == f" {SCISSORS}":
            return line[0]
    last = next((line for line in reversed(lines) if line.strip()), "")
    sign = last[:1]
    return sign if sign and sign in _AUTO and last[1:2] in ("", " ", "\t") else COMMENT
