"""Names of canonical files and paths in a repository: which are safe, and how they are shown."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from studio_git.errors import UsageError

_MAX_PART_BYTES = 255
_MAX_PATH_BYTES = 4096

# Device names of Windows, with any extension: learn.microsoft.com, "Naming Files, Paths, and
# Namespaces". The superscript digits count as digits there.
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_PERCENT_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")

# What a file system may take for ".git": the short name NTFS gives it and a stream of it. Those
# are the names git itself refuses (core.protectNTFS; core.protectHFS for what HFS+ ignores).
_GIT_FOLDER = re.compile(r"(\.git|git~[0-9]+)(:.*)?", re.IGNORECASE)

_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # controls, ESC among them
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Bidi_Control of the Unicode database
    r"\u2028\u2029\ud800-\udfff]"
)
_KEPT_IN_MULTILINE = "\n\t"


def canonical_name(repo_path: str) -> str:
    """Return the name under which Studio keeps ``repo_path``: lower case, folders kept."""
    return repo_path.lower()


def check_canonical_name(name: str) -> None:
    """Make sure that ``name`` can only ever be a file inside a project's context folder.

    Raises:
        UsageError: where it could be anything else, or a file that not every system can hold.
    """
    _check(name, "name", "Choose a relative name such as claude.md or packages/api/agents.md.")


def check_repo_path(path: str) -> None:
    """Make sure that ``path`` can only ever be a file inside the work tree, and not git's own.

    Raises:
        UsageError: where it could be anything else, or a file that not every system can hold.
    """
    _check(path, "path", "Write it relative to the top of the repository, such as docs/AGENTS.md.")


def case_clash(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of different names that a file system blind to case takes for one.

    Composed and decomposed letters count as the same too, as they do on macOS.
    """
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[unicodedata.normalize("NFC", name).casefold()].add(name)
    return tuple(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def printable(text: str, multiline: bool = False) -> str:
    r"""Return ``text`` with what could steer a terminal made visible, as ``\x1b``.

    That is controls (escape sequences begin with one), bidirectional controls, line separators
    and lone surrogates; a surrogate that stands for an undecodable byte is shown as that byte.
    Newline and tab stay only where ``multiline``.
    """

    def visible(match: re.Match[str]) -> str:
        char = match.group()
        if multiline and char in _KEPT_IN_MULTILINE:
            return char
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            code -= 0xDC00
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return _UNPRINTABLE.sub(visible, text)


def _check(text: str, noun: str, hint: str) -> None:
    problem = _problem_of_whole(text) or next(filter(None, map(_problem, text.split("/"))), "")
    if problem:
        shown = printable(text if len(text) <= 80 else text[:77] + "...")
        raise UsageError(f"The {noun} '{shown}' {problem}.", hint)


def _problem_of_whole(text: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    checks = (
        (not text, "is empty"),
        (size > _MAX_PATH_BYTES, f"is longer than {_MAX_PATH_BYTES} bytes"),
        (any(unicodedata.category(char) == "Cc" for char in text), "has a control character"),
        ("\\" in text, "has a backslash"),
        (text.startswith("/") or _DRIVE.match(text), "is absolute"),
        (_PERCENT_ESCAPE.search(text), "has a percent escape"),
    )
    return next((problem for failed, problem in checks if failed), "")


def _problem(part: str) -> str:
    """Say what is wrong with one part of a path; empty where nothing is."""
    bare = "".join(char for char in part if unicodedata.category(char) != "Cf")
    checks = (
        (not part, "has an empty part"),
        (part in {".", ".."}, f"has a part '{part}'"),
        (len(part.encode()) > _MAX_PART_BYTES, f"has a part of over {_MAX_PART_BYTES} bytes"),
        (_GIT_FOLDER.fullmatch(bare.rstrip(". ")), "goes into git's own folder"),
        (part.endswith((".", " ")), "has a part that ends in a dot or a space"),
        (
            _WINDOWS_DEVICE.fullmatch(part.partition(".")[0].rstrip(" ")),
            "has a part that Windows reserves for a device",
        ),
    )
    return next((problem for failed, problem in checks if failed), "")
