"""TOML that somebody else wrote, read so that no text takes long."""

from __future__ import annotations

import re
import tomllib
from typing import Any

LONGEST = 256 * 1024
"""Characters of a document."""

_MOST_DOTS = 30
"""In a line outside strings; tomllib's time grows with the cube of a key's parts."""

_STRING = re.compile(r"""\"(?:[^"\\\n]|\\.)*\"|'[^'\n]*'""")


def parse(text: str) -> dict[str, Any]:
    """The tables of a document. Raises ValueError, which says what is wrong, and where it can."""
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    plain = (line.partition("#")[0] for line in _STRING.sub("", text).split("\n"))
    if any(line.count(".") > _MOST_DOTS for line in plain):
        raise ValueError("a key of too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
