"""Telling a text that was damaged from one that a person changed.

A fault of a disk or of memory changes a byte or leaves noise. So a text counts as damaged where
one character has become another in its place, or where it has characters that nobody types.
"""

from __future__ import annotations

import re

# U+FFFD stands for bytes that are no text; the others are controls but tab and line ends.
_NOBODY_TYPES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


def is_slip(said: str, found: str) -> bool:
    """Whether ``found`` is what damage made of ``said``."""
    if said == found:
        return False
    return is_near(said, found) or (is_noise(found) and not is_noise(said))


def is_near(said: str, found: str) -> bool:
    """Whether two texts of one length differ in one character alone."""
    if len(said) != len(found) or said == found:
        return False
    return sum(one != other for one, other in zip(said, found, strict=True)) == 1


def is_noise(text: str) -> bool:
    """Whether a text has a character that nobody types."""
    return _NOBODY_TYPES.search(text) is not None
