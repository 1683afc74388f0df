"""``git studio``: runs a command and turns what went wrong into a message and an exit status.

Status 0: done, clean. 1: the answer is no. 2: usage or error. 130 after Ctrl-C, 141 where the
reader of the output went away.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

PROGRAM = "git studio"
INTERRUPTED_STATUS = 130
FAILED_STATUS = 2

_MOST_DIGITS = 18
"""Of a number that SQLite holds, whatever they are."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``git studio`` with these words (the process's own unless told); the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _guarded(words)
    except KeyboardInterrupt:
        return INTERRUPTED_STATUS


def _guarded(words: list[str]) -> int:
    import click

    from studio_git import output
    from studio_git.errors import StudioError

    try:
        status = _run(words)
        output.flush()
    except click.UsageError as problem:
        status = _usage(problem)
    except click.ClickException as problem:
        output.error(StudioError(problem.format_message()))
        status = FAILED_STATUS
    except click.Abort:
        status = INTERRUPTED_STATUS
    except StudioError as problem:
        output.error(problem)
        status = problem.exit_code
    except BrokenPipeError:
        status = output.reader_gone()
    except OSError as problem:
        status = _system(problem, words)
    except (UnicodeEncodeError, OverflowError):
        status = _unfit(words)
    except Exception:
        status = _bug(words)
    return status


def _run(words: list[str]) -> int:
    """Run the command; its status is what it returns (None is 0) or exits with."""
    import click

    from studio_git.commands.cli import cli

    try:
        with cli.make_context(PROGRAM, words) as context:
            status = cli.invoke(context)
    except click.exceptions.Exit as leaving:
        status = leaving.exit_code
    return status if isinstance(status, int) else 0


def _usage(problem: click.UsageError) -> int:
    """Words that do not fit: the whole help where none were given, else the two lines."""
    import click

    from studio_git import output
    from studio_git.errors import UsageError

    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        output.warn_lines(problem.format_message())
        return FAILED_STATUS
    message = " ".join(problem.format_message().split())
    suggestion = ""
    if isinstance(problem, click.exceptions.NoSuchCommand | click.NoSuchOption):
        message = problem.message
        suggestion = " or ".join(problem.possibilities or ())
    command = problem.ctx.command_path if problem.ctx else PROGRAM
    output.error(
        UsageError(
            message[:1].lower() + message[1:],
            (f"Did you mean {suggestion}? " if suggestion else "") + f"See: {command} -h",
        )
    )
    return FAILED_STATUS


def _system(problem: OSError, words: list[str]) -> int:
    """What the system refused: a full disk, permissions, names that it can hold nothing by."""
    from studio_git import output
    from studio_git.errors import StudioError, UsageError

    if problem.errno == errno.ENAMETOOLONG:
        name = os.fsdecode(problem.filename or "")
        shown = name if len(name) <= 60 else f"{name[:59]}…"
        output.error(UsageError(f"no file can be called '{shown}'.", "The name is too long."))
    elif problem.errno in (errno.ENOSPC, errno.EDQUOT):
        output.give_up(sys.stdout)
        output.error(StudioError(f"{problem.strerror}.", "Make room, and run it again."))
    elif problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and problem.filename:
        what = f"{os.fsdecode(problem.filename)}: {problem.strerror}."
        output.error(StudioError(what, "Look at its permissions, and at those of its folder."))
    else:
        return _bug(words)
    return FAILED_STATUS


def _unfit(words: list[str]) -> int:
    """Words that no store can hold: bytes that are no UTF-8, which name files alone; numbers."""
    from studio_git import output
    from studio_git.errors import UsageError

    for word in words:
        shown = word if len(word) <= 60 else f"{word[:59]}…"
        if not _is_text(word):
            output.error(UsageError(f"'{shown}' is not UTF-8 text.", "Say it in UTF-8."))
            return FAILED_STATUS
        if word.lstrip("+-").isdecimal() and len(word) > _MOST_DIGITS:
            output.error(UsageError(f"{shown} is too large a number.", "Say a smaller one."))
            return FAILED_STATUS
    return _bug(words)


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bug(words: list[str]) -> int:
    """Something that nobody foresaw: short on the screen, whole in a log."""
    import traceback

    from studio_git import output
    from studio_git.errors import StudioError

    details = traceback.format_exc()
    if os.environ.get("STUDIO_DEBUG", "") not in ("", "0"):
        output.warn_lines(details)
    from studio_git import __version__, faultlog

    log = faultlog.record(f"git studio {__version__}: {words!r}", details)
    output.error(
        StudioError(
            f"something unexpected went wrong: {details.rstrip().rpartition(chr(10))[2]}",
            f"This is a fault of ours. Please report it with the end of {log}."
            if log
            else "This is a fault of ours. Please report it; STUDIO_DEBUG=1 shows the details.",
        )
    )
    return FAILED_STATUS


if __name__ == "__main__":
    sys.exit(main())
