"""Which characters are not seen: their ranges, and the classes of them that are told apart.

The ranges are what the Unicode Standard calls controls, format characters and ignorable by default
(chapters 5.21 and 23), but for those that show something.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
BREAKS = "\u2028\u2029"
_BLANKS = "\u3164\uffa0"
_JAMO_FILLERS = "\u115f\u1160"
MARKS = "\u061c\u200e\u200f"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = (
    "\xad\u034f\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufff8"
)
_ANNOTATION = "\ufff9-\ufffb"
_MONGOLIAN_SELECTORS = "\u180b-\u180d\u180f"
_SELECTORS = "\ufe00-\ufe0f"
_IDEOGRAPH_SELECTORS = "\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_LAYOUT = "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_UNASSIGNED = "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"

_FIRST_PLANE = (
    f"{_CONTROLS}{_JAMO_FILLERS}{MARKS}{_BIDI}{_ZERO_WIDTH}{_ANNOTATION}"
    f"{_MONGOLIAN_SELECTORS}{_SELECTORS}"
)
_BEYOND = f"{_IDEOGRAPH_SELECTORS}{_TAGS}{_LAYOUT}{_UNASSIGNED}"


def _all_but(ranges: str) -> str:
    """A class of the first plane's characters but those of ``ranges`` (as in a class)."""
    bounds = re.findall("(?s)(.)(?:-(.))?", ranges)
    taken = sorted((ord(first), ord(last or first)) for first, last in bounds)
    parts, at = [], 0
    for first, last in [*taken, (0x10000, 0x10000)]:
        if first > at:
            parts.append(f"{re.escape(chr(at))}-{re.escape(chr(first - 1))}")
        at = last + 1
    return "".join(parts)


@cache
def gate() -> re.Pattern[str]:
    """Stretches of a text in which suspects may be. Compiled once there is such a text.

    The suspects of the first plane, and all that lies beyond that plane. Said by what need not be
    looked at: one table, where a list of both takes three times as long. A class at the start,
    not a repetition: the search for one is a loop of its own in C.
    """
    others = f"[^{_all_but(_FIRST_PLANE + BREAKS + _BLANKS)}]"
    return re.compile(f"{others}{others}*")


@cache
def run() -> re.Pattern[str]:
    """Suspects that stand together; one that takes room stands for itself."""
    return re.compile(f"[{BREAKS}{_BLANKS}]|[{_FIRST_PLANE}{_BEYOND}]+")


_CLASSES = (
    (
        "control",
        f"[{_CONTROLS}]",
        "a control character: it shows nothing, and may steer a terminal",
    ),
    ("break", f"[{BREAKS}]", "a line break that most editors do not show"),
    ("blank", f"[{_BLANKS}]", "a letter that is blank"),
    ("filler", f"[{_JAMO_FILLERS}]", "a letter that is blank"),
    ("bidi", f"[{MARKS}{_BIDI}]", "it shows text in another order than it is read in"),
    (
        "selector",
        f"[{_MONGOLIAN_SELECTORS}{_SELECTORS}{_IDEOGRAPH_SELECTORS}]",
        "it says how the character before it looks, and that one has no such choice",
    ),
    ("tag", f"[{_TAGS}]", "tag characters show nothing, and can carry a whole text"),
    ("annotation", f"[{_ANNOTATION}]", "it marks text that most programs hide or move"),
    ("invisible", "", "it shows nothing"),
)
WHY = {name: why for name, _, why in _CLASSES}
REPLACEMENT = {"break": "\n", "blank": " "}
"""What goes where a character stood that took room; of others nothing is left."""


@lru_cache(maxsize=4096)
def class_of(char: str) -> str:
    """The class of a character that is not seen, a key of :data:`WHY`."""
    return next(name for name, ranges, _ in _CLASSES if re.match(ranges, char))
