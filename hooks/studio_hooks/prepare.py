"""The prepare-commit-msg hook: the cycle and the open questions, as comments for the editor.

Only for a message that a person is about to write. Whatever goes wrong, the file stays as git
made it, and nothing is said: an editor is about to open.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from studio_git import gitio
from studio_git.config import disabled
from studio_git.services import messages, prompts

_BY_A_PERSON = {"", "template"}
_SOURCE = "PRE_COMMIT_COMMIT_MSG_SOURCE"
"""Where pre-commit and prek pass git's second argument on."""


def run(file: str, arguments: Sequence[str]) -> int:
    """Add the comments to a message file; ``arguments`` are git's after the file. Always 0."""
    source = arguments[0] if arguments else os.environ.get(_SOURCE, "")
    # Git names no editor where it opens none.
    if disabled() or source not in _BY_A_PERSON or os.environ.get("GIT_EDITOR") == ":":
        return 0
    try:
        path = Path(file)
        before = messages.read(path)
        data = prompts.hints(gitio.locate(Path.cwd()), before)
        if data != before:
            messages.write(path, data, before=before)
    except Exception:  # noqa: S110 - see above
        pass
    return 0
