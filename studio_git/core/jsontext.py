"""JSON that another program wrote, or anybody: its value, or one kind of error."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")


def loads(text: str | bytes, *, mend: bool = True) -> Any:
    """The value of a JSON text.

    Halves of characters, which nothing can hold, become U+FFFD unless ``mend`` is False. Raises
    ValueError where it is none, and for what Python takes and no other program would: NaN and
    infinities, nesting without an end, numbers of thousands of digits.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        said = text if isinstance(text, str) else text.decode("utf-8", "replace")
        halves = mend and (_ESCAPED.search(said) or _LONE.search(said))
        return _whole(value) if halves else value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
