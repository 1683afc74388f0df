"""``studio-hook`` and ``python -m studio_hooks``: what hooks, and frameworks of hooks, start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

USAGE = """\
usage: studio-hook drift [--native]          check the commit in the making
       studio-hook capture [STAGE [ARG...]]  note what a post- hook was told
       studio-hook message [--native] FILE   check the message of the commit in the making
       studio-hook registry [FILE...]        check staged registry files
       studio-hook prepare FILE [SOURCE...]  offer the cycle and questions to its writer
       studio-hook worker COMMON_DIR         settle what was noted
       studio-hook --version
Hooks call this. What it does by hand: git studio status, git studio capture.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one entry; returns the exit status. Unknown words are 2.

    An installation that is broken, or that is being replaced at this moment, is told in one line
    and fails no commit: not even through a framework, to which any other status than 0 is a no.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # of the modules that the entries load; they mind their own
        said = f"{type(error).__name__}: {error}".split("\n", 1)[0]
        _complain(f"studio-git: this installation is broken ({said}); the commit goes on.\n")
        return 0


def _run(words: list[str]) -> int:
    match words:
        case ["--version"]:
            from studio_git import __version__

            sys.stdout.write(f"studio-hook {__version__}\n")
            return 0
        case ["--help" | "-h"]:
            sys.stdout.write(USAGE)
            return 0
        case ["drift", *options] if set(options) <= {"--native"}:
            from studio_hooks import drift

            return drift.run(native=bool(options))
        case ["capture"]:
            return _capture("", [])
        case ["capture", stage, *arguments] if _is_stage(stage):
            return _capture(stage, arguments)
        case ["message", file] if not file.startswith("--"):
            return _message(file, native=False)
        case ["message", "--native", file]:
            return _message(file, native=True)
        case ["registry", *names]:
            from studio_hooks import registry

            return registry.run(names)
        case ["prepare", file, *arguments]:
            from studio_hooks import prepare

            return prepare.run(file, arguments)
        case ["worker", common_dir]:
            from studio_hooks import worker

            return worker.run(Path(common_dir))
        case _:
            _complain(f"studio-hook: not understood: {' '.join(words) or '(nothing)'}\n{USAGE}")
            return 2


def _complain(text: str) -> None:
    try:
        sys.stderr.write(text)
    except (AttributeError, OSError):
        pass  # a client that closed standard error does not want to hear


def _message(file: str, *, native: bool) -> int:
    from studio_hooks import message

    return message.run(file, native=native)


def _capture(stage: str, arguments: Sequence[str]) -> int:
    from studio_hooks import capture

    return capture.run(stage, arguments)


def _is_stage(word: str) -> bool:
    from studio_hooks import capture

    return word in capture.STAGES


if __name__ == "__main__":
    sys.exit(main())
