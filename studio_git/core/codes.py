"""The codes of everything that the editor, ``git studio lint`` and the hook can point at.

One table: the reference page is made from it, and an editor's link leads to that page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio_git.core.models import DriftKind

Severity = Literal["error", "warning", "information", "hint"]

PAGE = "diagnostics.md"
"""The page of all codes, in the folder whose address is given to :func:`href`."""

HIDDEN_UNICODE = "lint/hidden-unicode"
MISSING_REFERENCE = "reference/missing"
UNPARSED_MESSAGE = "message/unparsed"
UNKNOWN_CYCLE = "message/unknown-cycle"


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its default severity, what it means and what to do, in Markdown."""

    code: str
    title: str
    severity: Severity
    meaning: str
    remedy: str


_ALL = (
    Code(
        "drift/studio-ahead",
        "Studio's copy has moved on",
        "information",
        "Studio's copy of this context file was changed, the repository's was not. Agents that "
        "work in this repository follow the older text.",
        "Take Studio's version: `git studio sync PATH`, or `Use Studio's version` in the editor.",
    ),
    Code(
        "drift/repo-ahead",
        "The repository's copy was edited",
        "information",
        "The repository's copy of this context file was changed, Studio's was not. Other clones "
        "and the dashboard do not know of it.",
        "Take it into Studio: `git studio sync PATH`, or `Accept into Studio` in the editor.",
    ),
    Code(
        "drift/mergeable",
        "Both copies were edited, in different places",
        "warning",
        "Studio's copy and the repository's were both changed since they were last the same. The "
        "changes do not touch each other, so a merge is clean.",
        "Put both changes into both copies: `git studio resolve PATH --merge`, or `Merge both` in "
        "the editor.",
    ),
    Code(
        "drift/conflict",
        "Both copies were edited in the same place",
        "error",
        "Studio's copy and the repository's were both changed since they were last the same, and "
        "at least one change touches the same lines on both sides. So it is, too, where two "
        "copies of one file in the repository were edited differently.",
        "Look at `git studio diff PATH` and decide, as a whole or hunk by hunk: `git studio "
        "resolve PATH --accept-repo` or `--keep-studio`, or edit both together with `--merge "
        "--edit`.",
    ),
    Code(
        "drift/no-base",
        "The copies differ, and no common text is known",
        "warning",
        "The two copies differ, and on this line of history they were never known to be the "
        "same. Nobody can tell which side moved.",
        "Look at `git studio diff PATH` and say which one counts: `git studio resolve PATH "
        "--accept-repo` or `--keep-studio`.",
    ),
    Code(
        "drift/missing-in-repo",
        "The repository lacks the file",
        "warning",
        "Studio has this context file, and the repository has none at its path.",
        "Write it again with `git studio resolve PATH --keep-studio`, or let go of it with "
        "`--accept-repo`.",
    ),
    Code(
        "drift/missing-in-studio",
        "Studio lacks the file",
        "warning",
        "The repository has this context file, and Studio's copy of it is gone.",
        "Take it into Studio with `git studio resolve PATH --accept-repo`, or track it no longer "
        "with `--keep-studio`.",
    ),
    Code(
        "drift/unreadable",
        "A copy cannot be compared",
        "warning",
        "One of the copies is no regular UTF-8 text: a folder, a binary file, a link that leads "
        "out of the work tree, a file in the middle of a merge, or larger than 2 MiB. The message "
        "says which.",
        "Put a readable text file there, or track it no longer: `git studio untrack PATH`.",
    ),
    Code(
        HIDDEN_UNICODE,
        "Characters that a reader does not see",
        "warning",
        "The text has characters that show nothing, or that show the text around them in another "
        "order than it is read in. An agent reads what a person reviewing the file does not see. "
        "Joiners, marks and selectors that a script or an emoji needs are not meant by this.",
        "Remove them, with `Remove the hidden characters` in the editor, unless you know how they "
        "came there. Text that came with a contribution from outside deserves a second look. "
        "`[lint] hidden-unicode` says what a commit does about them.",
    ),
    Code(
        MISSING_REFERENCE,
        "A reference leads nowhere",
        "warning",
        "The context file names a file, a skill or a decision that does not exist. An agent that "
        "follows it finds nothing.",
        "Correct the name or the path, or add what is missing. A path counts from the folder of "
        "the file it is written in; one that begins with `/` counts from the top of the "
        "repository in a link.",
    ),
    Code(
        UNPARSED_MESSAGE,
        "Git would not parse this trailer",
        "warning",
        "The commit message has a line such as `Decision:` outside the last paragraph, or in a "
        "paragraph that is not all trailers. Git's own tools do not find it there.",
        "`git studio message fix FILE` puts it where it belongs, as does the quick fix in the "
        "editor.",
    ),
    Code(
        UNKNOWN_CYCLE,
        "No such cycle",
        "warning",
        "The commit message names a cycle that this project does not have. The commit would join "
        "none.",
        "Correct the name (`git studio cycle list` shows them all), or start the cycle first: "
        "`git studio cycle start NAME`.",
    ),
    Code(
        "registry/syntax",
        "The registry file cannot be read",
        "error",
        "An agent's, tool's or prompt's file is no valid JSON, or is not an object, or a skill's "
        "file is no Markdown text in UTF-8. It is left out of the registry.",
        "Correct the file at the place that the message names.",
    ),
    Code(
        "registry/missing-field",
        "A field that is needed is missing",
        "error",
        "The file lacks a field or a section that its kind cannot do without.",
        "Add it. The message names the field.",
    ),
    Code(
        "registry/wrong-value",
        "A value is not of the right kind",
        "error",
        "A field has a value of another type than it should have, or one that is not among the "
        "permitted ones.",
        "Correct the value. The message says what can stand there.",
    ),
    Code(
        "registry/unknown-field",
        "A field that is not known",
        "information",
        "The file has a field that this release does not know. It is kept, and nothing reads it.",
        "Correct it if it was mistyped; otherwise leave it.",
    ),
    Code(
        "registry/unknown-item",
        "No such registry item",
        "warning",
        "An agent's list names a skill or a tool that the registry does not have.",
        "Correct the name, or add the item with `git studio registry add`.",
    ),
)

CODES: dict[str, Code] = {code.code: code for code in _ALL}
"""Every code, in the order of the page."""


def drift_code(kind: DriftKind) -> str:
    """The code of a kind of drift, such as ``drift/repo-ahead``."""
    return f"drift/{kind.value}"


def anchor(code: str) -> str:
    """Where a code stands on the page, such as ``drift-repo-ahead``."""
    return code.replace("/", "-")


def href(code: str, folder: str) -> str:
    """The address of a code's description.

    ``folder`` is the address (a URI) of the folder that has the page; the package carries one,
    and :func:`studio_git.services.lint.documentation` knows where.
    """
    return f"{folder.rstrip('/')}/{PAGE}#{anchor(code)}"
