"""The worker's backup: one a day, and never in the way."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from capturing import bind
from conftest import Repo
from storetools import rows_of

from studio_git.services import dailybackup
from studio_git.store import backup
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home


def test_one_a_day(studio_home: Path) -> None:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        made = dailybackup.make(store)
        assert made is not None
        assert dailybackup.make(store) is None
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(time.time() - 25 * 3600))
        made.rename(made.with_name(f"studio-{stamp}.db"))
        assert dailybackup.make(store) is not None
    assert len(backup.every(studio_home)) == 2


def test_a_clock_that_went_backwards(studio_home: Path) -> None:
    prepare_home(studio_home)
    (studio_home / "backups" / "studio-20990101-000000.db").write_bytes(b"")
    with open_store(studio_home) as store:
        assert dailybackup.make(store) is not None


def test_what_goes_wrong_is_silent(studio_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_home(studio_home)
    (studio_home / "backups").rmdir()
    (studio_home / "backups").write_text("in the way")
    with open_store(studio_home) as store:
        assert dailybackup.make(store) is None


def test_the_worker_makes_it(repo: Repo) -> None:
    repo.commit("First")
    clone = bind(repo)
    repo.studio("hooks", "install")
    repo.commit("Second")
    from studio_git.services import background
    from studio_hooks import spool

    common = repo.place.common_dir
    spool.append(common, "post-commit", common)
    background.settle(common, spool.drain(common).records)
    (made,) = backup.every(Path(os.environ["STUDIO_HOME"]))
    assert rows_of(made.path)["sessions"] == rows_of(clone.home / "studio.db")["sessions"]
