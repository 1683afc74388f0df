"""Writes what is made from the code: reference pages, the manual page, the shells' completions.

``--check`` writes nothing and exits 1 where a file is not what the code says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generators import bash, coverage, diagnostics, fish, manual, reference, tree, zsh
from studio_git import __version__

ROOT = Path(__file__).resolve().parent.parent


def render() -> dict[str, str]:
    """The text of each generated file, by its path in the repository.

    The page of the diagnostics stands in the package too, where an editor's links lead.
    """
    program = tree.load()
    return {
        "docs/reference/commands.md": reference.commands(program),
        "docs/reference/store.md": reference.store(),
        "docs/reference/coverage.md": coverage.render(reference.NOTE),
        "docs/reference/configuration.md": reference.configuration(),
        "docs/reference/diagnostics.md": diagnostics.render(reference.NOTE),
        "studio_git/docs/diagnostics.md": diagnostics.render(reference.NOTE),
        "docs/man/git-studio.1": manual.render(program, __version__),
        "studio_git/completions/git-studio.bash": bash.render(program),
        "studio_git/completions/git-studio.zsh": zsh.render(program),
        "studio_git/completions/git-studio.fish": fish.render(program),
    }


def main(words: list[str]) -> int:
    """Write the files, or compare them; the exit status."""
    if words not in ([], ["--check"]):
        print("usage: docs/generate.py [--check]", file=sys.stderr)
        return 2
    stale = []
    for name, text in render().items():
        path = ROOT / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not words:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'differs from the code; run: make docs' if words else 'written'}")
    return 1 if stale and words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
