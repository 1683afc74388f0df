"""Secrets in text from people and commits, found and replaced before anything is written.

What is found: tokens of the shapes that vendors publish (secretshapes), private keys
(secretkeys), and what stands where secrets do: in a URL, behind "password=" (secretplaces). It
takes time in proportion to the text, whatever the text is.
"""

from __future__ import annotations

from typing import NamedTuple

from studio_git.core.secretkeys import find_keys
from studio_git.core.secretplaces import find_placed
from studio_git.core.secretshapes import find_tokens


class Finding(NamedTuple):
    """A secret: ``text[start:end]``, within one line, and what it is ("aws access key")."""

    start: int
    end: int
    kind: str


def redact(text: str) -> str:
    """Replace each secret with ``[redacted: its kind]``; all else, and the lines, stay.

    Redacting again changes nothing. A private key is replaced line by line.
    """
    # What stands right beside a secret can show as another only once the first is gone.
    while found := find(text):
        pieces: list[str] = []
        done = 0
        for start, end, kind in found:
            pieces += (text[done:start], f"[redacted: {kind}]")
            done = end
        text = "".join((*pieces, text[done:]))
    return text


def find(text: str) -> list[Finding]:
    """Find the secrets, in order; they do not overlap."""
    # One letter, U+0130, is two in lower case: places in both texts have to agree.
    lower = text.replace("\u0130", "i").lower()
    found = [*find_tokens(text), *find_placed(text, lower)]
    if "private key" in lower:
        found = [*find_keys(text), *found]
    return _joined([Finding(*span) for span in found]) if found else []


def _joined(found: list[Finding]) -> list[Finding]:
    """Make one of findings that overlap, called as the one that is most certain: the first."""
    joined: list[Finding] = []
    certain = 0
    for number in sorted(range(len(found)), key=lambda number: (found[number].start, number)):
        start, end, kind = found[number]
        if joined and start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Finding(
                last.start, max(last.end, end), last.kind if certain < number else kind
            )
            certain = min(certain, number)
        else:
            joined.append(found[number])
            certain = number
    return joined
