"""The dashboard in a browser: a server on the loopback interface, for as long as it is wanted.

Every user of a machine can reach a port on its loopback interface. So the address holds a secret,
which stays out of the arguments of programs: those, too, every user can see.
"""

from __future__ import annotations

import secrets
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from studio_git.errors import StudioError, UsageError

LOOPBACK = "127.0.0.1"
_TOKEN_BYTES = 24
_INSTALL = "Install it: pipx inject studio-git datasette, or: uv tool install 'studio-git[web]'"


@dataclass(frozen=True, slots=True)
class Opened:
    """A server that answers. ``address`` holds the secret; ``page`` is a file that only this
    user can read, and that leads a browser to the address.
    """

    address: str
    page: Path


def serve(home: Path, port: int, opened: Callable[[Opened], None]) -> None:
    """Show the store of a Studio home until the process is interrupted.

    ``port`` 0 is any that is free. ``opened`` is called once, when connections are taken.
    Raises StudioError where Datasette is not installed, and UsageError for a port that is taken.
    """
    try:
        import uvicorn

        from studio_git.services import webapp
    except ImportError as error:
        raise StudioError(
            f"the dashboard in a browser needs Datasette: {error}.", _INSTALL
        ) from error
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with _listening(port) as listener:
        number = listener.getsockname()[1]
        config = uvicorn.Config(
            webapp.make(home, token, number),
            access_log=False,  # it would write the secret down
            http="h11",
            lifespan="on",
            log_level="error",
            loop="asyncio",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
        address = f"http://{LOOPBACK}:{number}/{token}/"
        # An interruption is how it is meant to end.
        with _leading_to(address) as page, _ending_well(), suppress(KeyboardInterrupt):
            opened(Opened(address, page))
            uvicorn.Server(config).run([listener])


@contextmanager
def _ending_well() -> Iterator[None]:
    """Let the other signals that end a program end it as Ctrl-C does, so that it tidies up."""

    def interrupt(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A socket that takes connections of this machine alone."""
    try:
        listener = socket.create_server((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"port {port} cannot be used: {why}.", "Take any that is free: --port 0"
        ) from error
    with listener:
        yield listener


@contextmanager
def _leading_to(address: str) -> Iterator[Path]:
    """A file in a folder of our own that sends a browser on to the address."""
    with tempfile.TemporaryDirectory(prefix="studio-git-") as folder:
        page = Path(folder) / "dashboard.html"
        target = escape(address)
        page.touch(mode=0o600)
        page.write_text(
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
            '<meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0; url={target}">'
            f'<title>Studio</title><p><a href="{target}">The dashboard</a></p></html>\n',
            encoding="utf-8",
        )
        yield page
