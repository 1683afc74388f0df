"""The other programs that are started: everything but git, which is :mod:`studio_git.gitio`'s."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from studio_git.errors import StudioError
from studio_git.gitio import Git, clean_environment

_BACKGROUND = ("/bin/sh", "-c", '"$@" &', "sh")
"""Starts the words after it and ends, so that the program belongs to nobody who would have to
wait for it. A process session of its own keeps it alive when the terminal closes."""


def succeeds(words: Sequence[str], *, seconds: float) -> bool:
    """True where a program can be started and ends with status 0 in time; it says nothing."""
    try:
        done = subprocess.run(
            list(words),
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=seconds,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def start_detached(argv: Sequence[str], cwd: Path) -> None:
    """Start a program that outlives us, with no descriptor of ours, and do not wait for it.

    Raises OSError if no process can be started; a program that is missing goes unnoticed.
    """
    if os.name == "nt":
        flags = getattr(subprocess, "DETACHED_PROCESS", 0)
        flags |= getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        subprocess.Popen(
            list(argv),
            cwd=cwd,
            creationflags=flags,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return
    subprocess.run(
        [*_BACKGROUND, *argv],
        cwd=cwd,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def edit(text: bytes, *, suffix: str) -> bytes:
    """Let the user edit a text in their editor; what they made of it.

    The editor is git's choice: ``$GIT_EDITOR``, ``core.editor``, ``$VISUAL``, ``$EDITOR``.
    Raises StudioError where it cannot be started, or fails.
    """
    words = _editor()
    with tempfile.TemporaryDirectory(prefix="studio-git-") as folder:
        file = Path(folder) / f"merge{suffix}"
        file.write_bytes(text)
        try:
            status = subprocess.run([*words, str(file)], check=False).returncode
        except OSError as error:
            raise StudioError(
                f"the editor {words[0]} cannot be started: {error.strerror}.",
                "Set another one: git config core.editor EDITOR",
            ) from error
        if status:
            raise StudioError(
                f"the editor ended with status {status}; nothing was changed.",
                "Run the command again, and end the editor normally.",
            )
        try:
            return file.read_bytes()
        except OSError as error:
            raise StudioError(
                f"the editor left no text behind: {error.strerror}; nothing was changed.",
                "Run the command again, and save the file under the name it has.",
            ) from error


def _editor() -> list[str]:
    git = Git(Path.cwd())
    said = os.environ.get("GIT_EDITOR") or git.text("var", "GIT_EDITOR", ok=(0, 1, 128))
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise StudioError(
            f"the editor {said} cannot be understood: {error}.",
            "Set another one: git config core.editor EDITOR",
        ) from error
    if not words:
        raise StudioError("no editor is set.", "Set one: git config core.editor EDITOR")
    return words
