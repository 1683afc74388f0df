"""The server itself: what helps whoever wonders why something does not work."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from studio_git import __version__
from studio_git.core.editorsettings import BY_KEY
from studio_git.store.connection import SQLITE_VERSION
from studio_lsp import commands
from studio_lsp.subject import Command, Subject

_PATH = "/debug.md"


class About(Subject):
    """Debug information."""

    def commands(self) -> Mapping[str, Command]:
        """``studio.debugInformation``."""
        return {commands.DEBUG: self._debug}

    async def _debug(self, argument: Mapping[str, Any]) -> dict[str, str]:
        if argument.get("quiet"):
            return {"message": await self.editor.work.aside(self._information)}
        return {
            "message": "What a report of a fault needs",
            "uri": await self.presenter.open(_PATH),
        }

    def document(self, path: str) -> str | None:
        """``/debug.md``."""
        return self._information() if path == _PATH else None

    def _information(self) -> str:
        """Markdown; no contents of files and no names of projects are in it."""
        desk = self.desk
        clone = next((it for it in desk.clones.known()), None)
        settings = desk.settings(clone)
        client = {
            key: sorted(value) if isinstance(value, frozenset) else value
            for key, value in asdict(desk.client).items()
        }
        lines = [
            "# Project Studio: debug information",
            "",
            f"- studio-git {__version__}, pygls {version('pygls')}, Python "
            f"{platform.python_version()}, SQLite {SQLITE_VERSION}, {sys.platform}",
            f"- process {os.getpid()}, parent {os.getppid()}",
            f"- Studio home: {desk.home or 'none'}",
            f"- workspace folders: {', '.join(map(str, desk.roots)) or 'none'}",
            f"- bound clones seen: {len(desk.clones.known())}",
            f"- positions: {desk.documents.encoding}",
            f"- log file: {desk.log_file or 'none: standard error'}",
            "",
            "## The editor",
            "```json",
            json.dumps(client, indent=1),
            "```",
            "",
            "## Settings",
            *(f"- `{key}` = {settings.values.get(key, it.default)}" for key, it in BY_KEY.items()),
            "",
        ]
        return "\n".join(lines)
