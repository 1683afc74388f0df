"""Markdown that is inert, and how it reads where a client shows none."""

from __future__ import annotations

import re

from studio_git.core.names import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")
_WWW = re.compile(r"\bwww(?=\.)", re.IGNORECASE)  # GitHub's Markdown makes links of such words
_MARKS = re.compile(r"\\(.)|\*\*|`|^#+ |^---$", re.MULTILINE)


def escaped(text: str) -> str:
    """Words of somebody else's as Markdown that shows them and does nothing.

    No link, no image, no HTML and no command comes of them, and nothing that a terminal obeys.
    """
    inert = _WWW.sub("\\g<0>\u200b", printable(text).replace("://", ":\u200b//"))
    return _SPECIAL.sub(r"\\\1", inert)


def quoted(text: str) -> str:
    """A longer text of somebody else's, line by line, as a quotation."""
    return "\n".join(f"> {escaped(line)}  " for line in text.splitlines())


def plain(markdown: str) -> str:
    """Our own Markdown as plain text: the marks taken out, the words kept."""
    return _MARKS.sub(lambda match: match[1] or "", markdown).replace("  \n", "\n")


def fenced(text: str) -> str:
    """A text as a block of code, which nothing in it can end or make active."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    shown = "\n".join(printable(line) for line in text.splitlines())
    return f"{fence}\n{shown}\n{fence}"
