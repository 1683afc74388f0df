"""The sh text of ours that stands in each hook file, made from the pieces in ``shims/``.

The block is POSIX sh and leaves the host hook as it was: it runs in a subshell, and no status of
it but a blocking drift check reaches git. It is put right after the shebang, because other hooks
end in ``exec`` or ``exit``.
"""

from __future__ import annotations

import re
import shlex
from importlib import resources

from studio_git.core.messagelayout import WORDS

STAGES = (
    "pre-commit",
    "pre-merge-commit",
    "commit-msg",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "post-checkout",
    "post-applypatch",
)
OPTIONAL = ("prepare-commit-msg",)
"""Installed only where the user has switched it on."""
EVERY_STAGE = (*STAGES, *OPTIONAL)
CHECK_STAGES = ("pre-commit", "pre-merge-commit")
VERSION = 1
"""Raised when the text of a block changes; an installed block of another version is old."""

BEGIN = "# >>> studio-git >>>"
END = "# <<< studio-git <<<"

_INCLUDE = re.compile(r"^[ \t]*@include ([a-z-]+)@$")


def block(stage: str, *, python: str, isolation: str) -> str:
    """The marked block for one of :data:`EVERY_STAGE`, whole lines, LF.

    ``python`` is the absolute path of the interpreter, ``isolation`` its ``-I`` or ``-P`` (without
    either, a ``sqlite3.py`` in the repository's root would be imported).
    """
    if stage not in EVERY_STAGE:
        raise ValueError(f"no hook of ours runs at {stage}")
    if isolation not in ("-I", "-P"):
        raise ValueError(f"the interpreter cannot be isolated by {isolation}")
    values = {
        "@STAGE@": stage,
        "@ENTRY@": _entry(stage),
        "@WORDS@": _pattern(),
        "@LIKE-WORDS@": _globs(),
        "@ISOLATION@": isolation,
        "@PYTHON@": shlex.quote(python),
    }
    body = "\n".join(_lines("check" if stage in CHECK_STAGES else stage))
    text = re.sub("@[A-Z-]+@", lambda found: values[found[0]], body)
    first = f"{BEGIN} {VERSION} {stage} (taken out by: git studio hooks uninstall)"
    return f"{first}\n{text}\n{END}\n"


def _pattern() -> str:
    """For grep: a line that begins with a word of ours, also with one that was written apart."""
    words = "|".join(sorted(WORDS))
    for word in ("open-question", "ruled-out"):
        words = words.replace(word, word.replace("-", "[-_ ]"))
    return f"^({words})[ \t]*:"


def _globs() -> str:
    """For sh: all that :func:`_pattern` finds, and a little more."""
    either = [re.sub("[a-z]", lambda it: f"[{it[0].upper()}{it[0]}]", word) for word in WORDS]
    return " | ".join(f"{word.replace('-', '?')}*:*" for word in sorted(either))


def _entry(stage: str) -> str:
    """What a framework's configuration calls ours at this stage."""
    if stage in CHECK_STAGES:
        return "studio-drift"
    named = {"commit-msg": "studio-message", "prepare-commit-msg": "studio-prepare-message"}
    return named.get(stage, "studio-capture")


def _lines(name: str) -> list[str]:
    """The lines of one piece with its pieces put in, without comments."""
    found: list[str] = []
    for line in _piece(name).split("\n"):
        included = _INCLUDE.match(line)
        if included:
            found += _lines(included[1])
        elif line and not line.startswith("#"):
            found.append(line)
    return found


def _piece(name: str) -> str:
    path = resources.files("studio_hooks") / "shims" / f"{name}.sh"
    return path.read_text(encoding="utf-8")
