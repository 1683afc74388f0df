"""Messages as files and bytes, and the comments that are offered to a writer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Repo

from studio_git import config
from studio_git.core.models import Policy
from studio_git.errors import FileChangedError, UsageError
from studio_git.gitio import Git
from studio_git.services import messages, prompts
from studio_git.store import questions
from studio_git.store.connection import open_store

CUT = b"# ------------------------ >8 ------------------------"


def test_checked() -> None:
    found = messages.check(b"S\n\nDecision: \xe9\n\nProse\n")
    assert found.fixed == b"S\n\nProse\n\nDecision: \xe9\n"
    assert [one.key for one in found.unparsed] == ["Decision"]
    assert found.trailers == ("Decision: \udce9",)


@pytest.mark.parametrize(
    ("settings", "data", "sign"),
    [
        ([], b"", "#"),
        ([("core.commentChar", ";")], b"", ";"),
        ([("core.commentString", "//")], b"", "//"),
        ([("core.commentChar", "auto")], b"S\n\n; x\n;\n", ";"),
        ([("core.commentChar", "auto")], b"S\n\n@ " + CUT[2:] + b"\n# x\n", "@"),
        ([("core.commentChar", "auto")], b"S\n\n$HOME\n", "#"),
        ([("core.commentChar", "auto")], b"", "#"),
    ],
)
def test_comment_characters(
    repo: Repo, settings: list[tuple[str, str]], data: bytes, sign: str
) -> None:
    for key, value in settings:
        repo.git("config", key, value)
    assert messages.comment_of(Git(repo.path), data) == sign


def test_the_policy_of_the_team_is_one_of_three(tmp_path: Path) -> None:
    path = tmp_path / ".studio.toml"
    found = config.parse_proposal(b'[message]\nunparsed = "off"\nother = 1\n', path)
    assert found.message == Policy.OFF
    assert found.unknown == ("message.other",)
    for wrong in (b'"accept"', b"true", b'"no"'):
        with pytest.raises(config.ConfigError, match=r"message\.unparsed cannot be"):
            config.parse_proposal(b"[message]\nunparsed = " + wrong, path)


def test_stored() -> None:
    data = b"\nS\n# c\n\nProse #1\n" + CUT + b"\ndiff\n"
    assert messages.stored(data, "#") == b"S\n\nProse #1\n"


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(b"new")
    with pytest.raises(FileChangedError):
        messages.write(path, b"x", before=b"old")
    assert path.read_bytes() == b"new"
    messages.write(path, b"x", before=b"new")
    assert list(tmp_path.glob("message*")) == [path]
    with pytest.raises(UsageError, match="gone"):
        messages.write(tmp_path / "gone", b"x", before=b"")


@pytest.fixture
def asking(repo: Repo) -> Repo:
    """A bound clone with a cycle in use and an open question."""
    repo.commit("first")
    assert repo.studio("init", "--yes", "--no-hooks").status == 0
    repo.commit("Ask\n\nOpen-Question: How to\x1b[31m revoke?\nOpen-Question: " + "Why " * 40)
    assert repo.studio("capture").status == 0
    return repo


def test_prompts_stand_before_the_scissors(asking: Repo) -> None:
    data = b"\n# Please enter\n" + CUT + b"\n# x\ndiff --git\n"
    told = prompts.hints(asking.place, data)
    head, tail = told.split(CUT)
    assert tail == b"\n# x\ndiff --git\n"
    assert head.startswith(b"\n# Please enter\n#\n# Project Studio\n")
    assert b"\x1b" not in told
    assert all(line == b"" or line.startswith(b"#") for line in head.split(b"\n"))
    assert max(map(len, head.decode().split("\n"))) <= 80


def test_the_cycle_in_use_comes_first(asking: Repo) -> None:
    assert asking.studio("cycle", "start", "Auth Flow").status == 0
    told = prompts.hints(asking.place, b"").decode().split("\n")
    assert told[:4] == ["", "#", "# Project Studio", "# Cycle: Auth Flow (brainstorm)"]


def test_prompts_keep_what_stands_there(asking: Repo) -> None:
    assert prompts.hints(asking.place, b"").startswith(b"\n#\n# Project Studio\n")
    assert prompts.hints(asking.place, b"a \xff template").startswith(b"a \xff template\n#\n")


def test_the_newest_open_questions_come_first(asking: Repo, studio_home: Path) -> None:
    with open_store(studio_home) as store:
        (project,) = store.db.execute("SELECT project_id FROM git_questions LIMIT 1").fetchone()
        found = questions.still_open(store.db, project, 1)
        assert [row["question"][:3] for row in found] == ["Why"]
        with store.writing() as db:
            db.execute("UPDATE git_questions SET closed_at = CURRENT_TIMESTAMP")
        assert questions.still_open(store.db, project, 5) == []


def test_nothing_to_tell_changes_nothing(repo: Repo) -> None:
    repo.commit("first")
    assert prompts.hints(repo.place, b"x") == b"x"
    assert repo.studio("init", "--yes", "--no-hooks").status == 0
    assert prompts.hints(repo.place, b"x") == b"x"


def test_only_a_regular_file_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="not a regular file"):
        messages.write(pipe, b"x\n", before=b"")
    assert pipe.is_fifo()
    assert list(tmp_path.glob("*.studio")) == []
