"""What a commit is told of hidden characters in the files that agents read.

On the hook path.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from studio_git.core import hidden
from studio_git.core.hidden import Finding
from studio_git.services.sides import Found, Source

MOST = 100
"""Findings of one file that are counted; one that has more was not written by hand."""


@dataclass(slots=True)
class Remembering:
    """A source that keeps what was read through it, so that no file is fetched twice."""

    source: Source
    found: dict[str, Found] = field(default_factory=dict)

    def read(self, paths: Iterable[str]) -> Mapping[str, Found]:
        """What stands at each path."""
        wanted = list(paths)
        missing = [path for path in wanted if path not in self.found]
        if missing:
            self.found.update(self.source.read(missing))
        return {path: self.found[path] for path in wanted}


def look(found: Mapping[str, Found]) -> dict[str, tuple[Finding, ...]]:
    """The hidden characters of the texts that have some; a link's are those of its target."""
    texts = {
        path: it.side.decode("utf-8")
        for path, it in sorted(found.items())
        if it.link is None and isinstance(it.side, bytes)
    }
    looked = {path: hidden.find(text, MOST) for path, text in texts.items()}
    return {path: findings for path, findings in looked.items() if findings}


def told(hiding: Mapping[str, tuple[Finding, ...]]) -> list[str]:
    """What a commit is told of them, lines for standard error."""
    lines = []
    for path, findings in hiding.items():
        first, more = findings[0], len(findings) - 1
        many = f"{'at least ' if len(findings) == MOST else ''}{more}"
        lines.append(
            f"studio-git: {path}:{first.line + 1}: hidden characters"
            + (f", and in {many} more place{'s' if more > 1 else ''}" if more else "")
        )
        lines.append(f"    {hidden.describe(first)}.")
        lines.append(f"    {'see them:':<24} git studio lint {shlex.quote(path)}")
    return lines


def stopped(paths: Iterable[str]) -> list[str]:
    """What is said where they stop the commit."""
    return [
        f"studio-git: the commit was stopped because of {', '.join(paths)}.",
        "    Put that right, add the file with git add, and commit again; or commit it",
        "    as it is with: git commit --no-verify",
    ]
