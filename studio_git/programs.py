"""The other programs that are started: everything but git, which is :mod:`studio_git.gitio`'s."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio_git import gitscope
from studio_git.errors import StudioError
from studio_git.gitio import Git, clean_environment

_BACKGROUND = ("/bin/sh", "-c", '"$@" &', "sh")
"""Starts the words after it and ends, so that the program belongs to nobody who would have to
wait for it. A process session of its own keeps it alive when the terminal closes."""


_LONGEST_ANSWER = 64 * 1024

_NEEDED = frozenset(
    (
        "HOME", "LOGNAME", "USER", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
        "XDG_STATE_HOME", "JAVA_HOME", "DOTNET_ROOT", "RUSTUP_HOME", "CARGO_HOME", "VOLTA_HOME",
        "PYENV_ROOT", "RBENV_ROOT", "NODENV_ROOT", "GOENV_ROOT", "ASDF_DIR", "ASDF_DATA_DIR",
        "MISE_DATA_DIR", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP",
        "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
    )
)  # fmt: skip
"""What a program may have to know to say its version. Anything else stays away, because much of
it makes programs run code (NODE_OPTIONS, RUBYOPT, JAVA_TOOL_OPTIONS, BUNDLE_GEMFILE, LD_PRELOAD)
and the shell may have it from the repository, by direnv for one."""

_QUIET = {
    "LC_ALL": "C",
    "CI": "1",
    "NO_COLOR": "1",
    "GOTOOLCHAIN": "local",
    "RUSTUP_AUTO_INSTALL": "0",
    "COREPACK_ENABLE_NETWORK": "0",
    "COREPACK_ENABLE_PROJECT_SPEC": "0",
    "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
    "YARN_IGNORE_PATH": "1",
    "npm_config_update_notifier": "false",
    "npm_config_manage_package_manager_versions": "false",
    "NO_UPDATE_NOTIFIER": "1",
    "CHECKPOINT_DISABLE": "1",
    "DENO_NO_UPDATE_CHECK": "1",
    "DOTNET_NOLOGO": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1",
    "COMPOSER_ALLOW_SUPERUSER": "1",
    "MISE_OFFLINE": "1",
}
"""What keeps programs from fetching another version of themselves, and from asking the network."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a program said of itself; ``status`` is None where it was ended, or did not start."""

    status: int | None
    text: str


def ask_version(
    executable: Path, words: Sequence[str], *, folders: Sequence[Path], seconds: float
) -> Said:
    """Let a program say its version: its output and its complaints, as far as they are short.

    It starts in the root folder, where no file of a repository tells it what to do, and sees of
    the environment what it needs, with ``folders`` for PATH. It is ended, with what it started,
    when the time is over or when it has said too much.
    """
    environment = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED}
    environment |= _QUIET | {"PATH": os.pathsep.join(map(str, folders))}
    end = time.monotonic() + seconds
    try:
        process = subprocess.Popen(
            [str(executable), *words],
            cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the drive that we are on, on Windows
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return Said(None, "")
    answer = bytearray()
    reader = threading.Thread(target=_read_answer, args=(process, answer), daemon=True)
    reader.start()
    reader.join(max(0.0, end - time.monotonic()))
    text = bytes(answer).decode("utf-8", "replace")
    if reader.is_alive() or len(answer) >= _LONGEST_ANSWER:
        _end(process)
        return Said(None, text)
    try:
        return Said(process.wait(max(0.0, end - time.monotonic())), text)
    except subprocess.TimeoutExpired:  # it closed its output and went on
        _end(process)
        return Said(None, text)


def _read_answer(process: subprocess.Popen[bytes], answer: bytearray) -> None:
    """Read what a program says until there is enough; the pipe is closed by who reads it."""
    assert process.stdout is not None  # noqa: S101 - for the type checker
    with process.stdout as pipe:
        while len(answer) < _LONGEST_ANSWER:
            chunk = os.read(pipe.fileno(), _LONGEST_ANSWER)
            if not chunk:
                return
            answer += chunk


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started; it has not been waited for, so the id is its own."""
    try:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:  # it has ended already
        pass
    process.wait()


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


def browse(page: Path) -> None:
    """Let the user's browser show a file, where there is one to be seen; nothing waits for it.

    A browser for terminals is started only where ``$BROWSER`` names it: it would take the
    terminal that we are in.
    """
    import webbrowser

    graphical = os.name == "nt" or sys.platform == "darwin"
    if graphical or any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        address = page.absolute().as_uri()
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def edit(text: bytes, *, suffix: str) -> bytes:
    """Let the user edit a text in their editor; what they made of it.

    The editor is git's choice: ``$GIT_EDITOR``, ``core.editor``, ``$VISUAL``, ``$EDITOR``, but
    never one that the repository's own configuration names. Raises StudioError where it cannot
    be started, or fails.
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
                "Set another one: git config --global core.editor EDITOR",
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
    own = gitscope.own_values(Git(Path.cwd()), r"^core\.editor$").get("core.editor")
    elsewhere = Git(Path(os.path.abspath(os.sep)))  # noqa: PTH100 - in no repository
    said = os.environ.get("GIT_EDITOR") or own
    said = said or elsewhere.text("var", "GIT_EDITOR", ok=(0, 1, 128))
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise StudioError(
            f"the editor {said} cannot be understood: {error}.",
            "Set another one: git config --global core.editor EDITOR",
        ) from error
    if not words:
        raise StudioError("no editor is set.", "Set one: git config --global core.editor EDITOR")
    return words
