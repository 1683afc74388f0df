"""``python -m studio_git.store HOME``: bring a Studio home up to date, and say nothing.

The background worker starts this where it meets an older store, because migrations load what
the hook path does not.
"""

from __future__ import annotations

import sys
from pathlib import Path

from studio_git.store.migrations import prepare_home


def main() -> None:
    """Prepare the home that is named on the command line."""
    (home,) = sys.argv[1:]
    prepare_home(Path(home))


if __name__ == "__main__":
    main()
