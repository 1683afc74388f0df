"""The log of unforeseen faults: kept private, kept short, never a fault of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_git import faultlog


def test_appends_to_the_log_of_the_home(studio_home: Path) -> None:
    studio_home.mkdir()
    log = faultlog.record("git studio one", "Traceback: caf\udce9\n")
    assert log == studio_home / faultlog.LOG
    assert faultlog.record("git studio two", "details") == log
    first, second = log.read_text().rstrip().split("\n\n")
    assert first.endswith(" git studio one\nTraceback: caf\\udce9")
    assert second.endswith(" git studio two\ndetails")
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_a_long_log_is_begun_anew(studio_home: Path) -> None:
    log = studio_home / faultlog.LOG
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * (faultlog.MAX_BYTES + 1))
    faultlog.record("what", "details")
    assert log.stat().st_size < 100
    assert (log.parent / "git-studio.log.1").stat().st_size == faultlog.MAX_BYTES + 1


def test_never_writes_through_a_link(studio_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine\n")
    log = studio_home / faultlog.LOG
    log.parent.mkdir(parents=True)
    log.symlink_to(target)
    elsewhere = faultlog.record("what", "details")
    assert target.read_text() == "mine\n"
    assert elsewhere is not None
    assert elsewhere != log
    elsewhere.unlink()


def test_nowhere_to_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    assert faultlog.record("what", "details") is None
