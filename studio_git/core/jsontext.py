"""JSON that another program wrote, or anybody: its value, or one kind of error."""

from __future__ import annotations

import json
import math
from typing import Any


def loads(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError where it is none, and for what Python takes and no other program would:
    NaN and infinities, nesting without an end, numbers of thousands of digits.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
