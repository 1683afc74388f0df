"""Errors that are meant for people; anything else that is raised is a bug."""

from __future__ import annotations


class StudioError(Exception):
    """Something a person can put right: what happened, and what to do about it.

    ``message`` is one line that says what happened; ``hint`` one line that says what to do
    (empty where there is nothing to be done). Commands print both and exit with ``exit_code``.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(StudioError):
    """The words of a command do not fit together, or name what does not exist."""


class NotFoundError(UsageError):
    """Nothing is known by those words."""


class NothingYetError(StudioError):
    """There is nothing to show yet; the answer is no, and nobody said anything wrong."""

    exit_code = 1


class NotBoundError(StudioError):
    """The repository is not bound to a project of this store."""


class GitError(StudioError):
    """Git refused, or is missing; ``message`` carries git's own first line."""


class StoreError(StudioError):
    """The store cannot be read or written as it is."""


class StoreBusyError(StoreError):
    """Another program is at the store: it can be used when that has finished."""


class StoreOutdatedError(StoreError):
    """The store lacks tables of ours: a migration has to run before it is used."""


class StoreTooNewError(StoreError):
    """The store was migrated by a later release: it is read, and not written."""


class FileChangedError(StudioError):
    """A file is no longer what was read: somebody else wrote it meanwhile."""


class UnreadableError(StudioError):
    """A context file is not regular UTF-8 text within the limits; ``reason`` says how."""

    def __init__(self, message: str, hint: str = "", *, reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason or message
