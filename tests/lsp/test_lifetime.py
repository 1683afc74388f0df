"""The server ends when its editor does, in whichever way, and nothing keeps it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp.wire import ODD_SERVER, SECONDS, STUDIO_LSP, Wire, connected, frame, notification, request

from studio_lsp import transport
from studio_lsp.lifetime import Watch

HOVER = request(
    1,
    "textDocument/hover",
    {"textDocument": {"uri": "file:///a"}, "position": {"line": 0, "character": 0}},
)
SERVERS = pytest.mark.parametrize("words", [ODD_SERVER, STUDIO_LSP], ids=["odd", "studio-lsp"])


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the odd server leaves word."""
    path = tmp_path / "notes"
    monkeypatch.setenv("ODD_NOTES", str(path))
    return path


@pytest.fixture
def editor() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the editor's."""
    with subprocess.Popen(["sleep", "3600"]) as process:
        yield process
        process.kill()


def command(name: str, argument: object = None) -> dict[str, object]:
    params = {"command": name, "arguments": [argument]}
    return request("command", "workspace/executeCommand", params)


@SERVERS
def test_exit_after_shutdown(words: tuple[str, ...], notes: Path) -> None:
    with connected(words) as wire:
        wire.initialize()
        assert wire.goodbye() == 0


@SERVERS
@pytest.mark.parametrize("initialized", [False, True])
def test_exit_without_shutdown(words: tuple[str, ...], initialized: bool) -> None:
    with connected(words) as wire:
        if initialized:
            wire.initialize()
        wire.send(notification("exit"))
        assert wire.ended() == 1


def test_exit_waits_for_shutdown(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODD_SLOW_SHUTDOWN", "1")
    with connected(ODD_SERVER) as wire:
        wire.initialize()
        wire.send(request(1, "shutdown"), notification("exit"))
        wire.close()
        assert "error" not in wire.answer(1)
        assert wire.ended() == 0
    assert notes.read_text() == "shut down\nat the end\n"


def test_all_is_kept_before_shutdown_is_answered(notes: Path) -> None:
    """Some editors kill the server then, or never say exit."""
    with connected(ODD_SERVER) as wire:
        wire.initialize()
        wire.ask("shutdown")
        assert notes.read_text() == "shut down\nat the end\n"
        wire.close()
        assert wire.ended() == 0
    assert notes.read_text() == "shut down\nat the end\n"


@SERVERS
def test_the_end_of_its_input(words: tuple[str, ...], notes: Path) -> None:
    with connected(words) as wire:
        wire.initialize()
        wire.close()
        assert wire.ended() == 1
    if words is ODD_SERVER:
        assert notes.read_text() == "at the end\n"


@SERVERS
def test_no_input_at_all(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SECONDS
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@SERVERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals(words: tuple[str, ...], number: int, notes: Path) -> None:
    with connected(words) as wire:
        wire.initialize()
        wire.process.send_signal(number)
        assert wire.ended() == 128 + number
        assert b"Traceback" not in wire.stderr
    if words is ODD_SERVER:
        assert notes.read_text() == "at the end\n"


@SERVERS
def test_the_editor_is_killed_and_its_pipe_is_held(
    words: tuple[str, ...], editor: subprocess.Popen[bytes]
) -> None:
    """The test itself holds the pipe, and does not even wait for the killed process."""
    with connected(words) as wire:
        wire.initialize(processId=editor.pid)
        editor.kill()
        assert wire.ended() == 1


def behind_a_shell(words: tuple[str, ...]) -> list[str]:
    """The words of a shell that starts the server as its child, on its own pipes."""
    return ["sh", "-c", 'exec 3<&0; "$@" <&3 & wait', "sh", *words]


@SERVERS
@pytest.mark.parametrize("process_id", [None, 2**22 + 1], ids=["null", "of another machine"])
def test_the_parent_is_killed_and_its_pipe_is_held(
    words: tuple[str, ...], process_id: int | None
) -> None:
    with connected(behind_a_shell(words)) as wire:
        wire.initialize(processId=process_id)
        wire.process.kill()
        with pytest.raises(AssertionError, match="closed its output"):
            wire.receive(lambda _: False)


def test_a_parent_may_go_before_the_editor(editor: subprocess.Popen[bytes]) -> None:
    """Such as a script that only starts the server."""
    with connected(behind_a_shell(ODD_SERVER)) as wire:
        wire.initialize(processId=editor.pid)
        wire.process.kill()
        wire.process.wait(SECONDS)
        wire.send(HOVER)
        assert wire.answer(1)["result"]
        editor.kill()
        with pytest.raises(AssertionError, match="closed its output"):
            wire.receive(lambda _: False)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"parent": -1}, "the process that started the server is gone"),
        ({"patience": 0.0}, "nobody said initialize"),
    ],
)
def test_an_editor_that_was_gone_before_all_was_loaded(options: Any, why: str) -> None:
    said: queue.Queue[str] = queue.Queue()
    watch = Watch(said.put, **options)
    watch.start()
    assert said.get(timeout=SECONDS) == why


def test_which_processes_are_followed(editor: subprocess.Popen[bytes]) -> None:
    watch = Watch(lambda why: None)
    assert watch.follow(editor.pid)
    assert watch.follow(os.getpid())
    assert watch.follow(1)
    editor.kill()
    editor.wait()
    for process_id in (editor.pid, None, 0, -1, 2**22 + 1, 2**80):
        assert not watch.follow(process_id)


@pytest.mark.parametrize("how", ["exit", "input", "signal", "editor"])
def test_threads_at_work_keep_nothing_alive(how: str, editor: subprocess.Popen[bytes]) -> None:
    with connected(ODD_SERVER) as wire:
        wire.initialize(processId=editor.pid)
        wire.send(command("odd.busy"))
        wire.answer("command")
        end(wire, how, editor)


@pytest.mark.parametrize("how", ["input", "signal", "editor"])
def test_a_handler_that_never_returns_keeps_nothing_alive(
    how: str, editor: subprocess.Popen[bytes], notes: Path
) -> None:
    with connected(ODD_SERVER) as wire:
        wire.initialize(processId=editor.pid)
        wire.send(command("odd.block"))
        wire.receive(lambda message: message.get("method") == "window/logMessage")
        end(wire, how, editor)


def end(wire: Wire, how: str, editor: subprocess.Popen[bytes]) -> None:
    """End the editor, and see that the server follows."""
    if how == "exit":
        assert wire.goodbye() == 0
        return
    if how == "input":
        wire.close()
    elif how == "signal":
        wire.process.terminate()
    else:
        editor.kill()
    assert wire.ended() == (128 + signal.SIGTERM if how == "signal" else 1)


def test_a_client_that_closes_its_end() -> None:
    with connected(ODD_SERVER, reading=False) as wire:
        assert wire.process.stdout is not None
        wire.send(request(1, "initialize", {"capabilities": {}}))
        wire.process.stdout.readline()
        wire.process.stdout.close()
        wire.send(HOVER)
        assert wire.ended() == 1


@pytest.mark.parametrize("megabytes", [8, 100])
def test_a_client_that_does_not_read(megabytes: int) -> None:
    """It holds up nothing; and with too much unread, the server gives it up."""
    with connected(ODD_SERVER, reading=False) as wire:
        wire.send(request(1, "initialize", {"capabilities": {}}))
        wire.send(command("odd.flood", megabytes))
        if megabytes << 20 < transport.MAX_UNREAD:
            wire.close()
        assert wire.ended() == 1


@pytest.mark.slow
def test_fifty_windows_leave_no_orphans() -> None:
    """Of one editor, killed while another process holds all of its pipes."""
    greeting = frame(request(1, "initialize", {"processId": None, "capabilities": {}}))
    code = (
        "import subprocess, sys, time\n"
        "pipe = subprocess.PIPE\n"
        "made = [subprocess.Popen(sys.argv[1:], stdin=pipe, stdout=pipe) for _ in range(50)]\n"
        "held = [end.fileno() for it in made for end in (it.stdin, it.stdout)]\n"
        "nothing = subprocess.DEVNULL\n"
        "subprocess.Popen(['sleep', '600'], pass_fds=held, stdout=nothing, stderr=nothing)\n"
        f"for it in made: it.stdin.write({greeting!r}); it.stdin.flush()\n"
        "for it in made: it.stdout.readline()\n"
        "print(len(made), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, *STUDIO_LSP],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as editor:
        assert editor.stdout is not None
        assert editor.stderr is not None
        assert editor.stdout.readline() == b"50\n"
        editor.kill()
        # Each of the servers has this pipe, and nobody else: its end says that all are gone.
        assert editor.stderr.read() == b""
        os.killpg(editor.pid, signal.SIGKILL)
