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
    """Run one entry; returns the exit status. Unknown words are 2."""
    words = list(sys.argv[1:] if argv is None else argv)
    match words:
        case ["--version"]:
            from studio_git import __version__

            sys.stdout.write(f"studio-hook {__version__}\n")
            return 0
        case ["--help" | "-h"]:
            sys.stdout.write(USAGE)
            return 0
        case ["drift", *options] if set(options) <= {"--native"}:
            return _drift(native=bool(options))
        case ["capture"]:
            return _capture("", [])
        case ["capture", stage, *arguments] if _is_stage(stage):
            return _capture(stage, arguments)
        case ["message", file] if not file.startswith("--"):
            return _message(file, native=False)
        case ["message", "--native", file]:
            return _message(file, native=True)
        case ["registry", *names]:
            return _registry(names)
        case ["prepare", file, *arguments]:
            from studio_hooks import prepare

            return prepare.run(file, arguments)
        case ["worker", common_dir]:
            from studio_hooks import worker

            return worker.run(Path(common_dir))
        case _:
            sys.stderr.write(f"studio-hook: not understood: {' '.join(words) or '(nothing)'}\n")
            sys.stderr.write(USAGE)
            return 2


def _drift(*, native: bool) -> int:
    from studio_hooks import drift

    try:
        return drift.run(native=native)
    except KeyboardInterrupt:
        return 130


def _message(file: str, *, native: bool) -> int:
    from studio_hooks import message

    try:
        return message.run(file, native=native)
    except KeyboardInterrupt:
        return 130


def _registry(names: Sequence[str]) -> int:
    from studio_hooks import registry

    try:
        return registry.run(names)
    except KeyboardInterrupt:
        return 130


def _capture(stage: str, arguments: Sequence[str]) -> int:
    from studio_hooks import capture

    return capture.run(stage, arguments)


def _is_stage(word: str) -> bool:
    from studio_hooks import capture

    return word in capture.STAGES


if __name__ == "__main__":
    sys.exit(main())
