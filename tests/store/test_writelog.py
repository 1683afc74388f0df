"""The log of writes: how large it is, who keeps it so, and when it is given back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from otherprogram import OtherProgram, other_program

from studio_git.errors import StoreBusyError
from studio_git.store import writelog
from studio_git.store.connection import DATABASE
from studio_git.store.migrations import prepare_home


@pytest.fixture
def program(studio_home: Path) -> Iterator[OtherProgram]:
    prepare_home(studio_home)
    with other_program(studio_home / DATABASE) as program:
        yield program


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writelog, "LIMIT", 5_000_000)
    monkeypatch.setattr(writelog, "ORDINARY", 1_000_000)


@pytest.mark.usefixtures("small")
def test_a_reader_keeps_it(studio_home: Path, program: OtherProgram) -> None:
    program.do("write 1")
    program.do("read")
    program.do("write 2")
    writelog.require_room(studio_home)
    assert writelog.usable(studio_home)
    program.do("write 3")
    with pytest.raises(StoreBusyError, match=r"[56] MB of changes"):
        writelog.require_room(studio_home)
    assert not writelog.usable(studio_home)
    program.do("leave")
    assert writelog.usable(studio_home)
    assert writelog.size(studio_home) == 0
    writelog.require_room(studio_home)


@pytest.mark.usefixtures("small")
def test_what_nobody_needs_is_given_back(studio_home: Path, program: OtherProgram) -> None:
    program.do("write 2")
    before = writelog.size(studio_home)
    assert before > 2_000_000
    program.do("lock")
    writelog.tidy(studio_home)
    assert writelog.size(studio_home) == before, "nobody is waited for"
    program.do("free")
    writelog.tidy(studio_home)
    assert writelog.size(studio_home) == 0


def test_a_small_one_stays(studio_home: Path, program: OtherProgram) -> None:
    program.do("write 1")
    before = writelog.size(studio_home)
    writelog.tidy(studio_home)
    assert writelog.size(studio_home) == before > 0


def test_while_somebody_writes(studio_home: Path, program: OtherProgram) -> None:
    program.do("lock")
    assert not writelog.usable(studio_home)
    program.do("free")
    assert writelog.usable(studio_home)


def test_without_a_store(studio_home: Path) -> None:
    assert writelog.size(studio_home) == 0
    assert writelog.usable(studio_home), "whoever works next says what is wrong"
    writelog.require_room(studio_home)
    writelog.tidy(studio_home)
    assert not studio_home.exists()
