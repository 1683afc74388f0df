"""``git studio message``, as a person and as a hook would call it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo

WITH = "Co-authored-by: Bob <bob@example.org>"
WRONG = f"Subject\n\nDecision: d\nRationale: r\n\n{WITH}\n"
RIGHT = f"Subject\n\nDecision: d\nRationale: r\n{WITH}\n"


def filtered(repo: Repo, *words: str, data: bytes) -> tuple[int, bytes]:
    done = subprocess.run(
        [SCRIPTS / "git-studio", *words],
        cwd=repo.path,
        input=data,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_check_tells_what_git_and_studio_read(repo: Repo) -> None:
    repo.write("message", WRONG)
    answer = repo.studio("message", "check", "message")
    assert answer.status == 1
    assert answer.out.splitlines() == [
        "LINE  GIT  STUDIO  TRAILER",
        "3     no   yes     Decision: d",
        "4     no   yes     Rationale: r",
        f"6     yes  -       {WITH}",
        "Put it right with: git studio message fix FILE",
    ]
    found = repo.studio("message", "check", "message", "--json").json
    assert found["parsed"] is False
    assert found["statements"][0] == {
        "line": 3,
        "key": "Decision",
        "value": "d",
        "git": False,
        "studio": True,
        "meant": True,
    }
    repo.write("message", RIGHT)
    assert repo.studio("message", "check", "message").status == 0
    assert repo.studio("message", "check", "-", stdin="Subject\n").out == (
        "There is no trailer in this message.\n"
    )


def test_fix_writes_the_file(repo: Repo) -> None:
    path = repo.write("message", WRONG)
    path.chmod(0o640)
    answer = repo.studio("message", "fix", "message", "--dry-run")
    assert (answer.status, answer.out) == (0, RIGHT)
    assert repo.read("message") == WRONG
    answer = repo.studio("message", "fix", "message")
    assert (answer.status, answer.out, answer.err) == (0, "", "message: put right\n")
    assert repo.read("message") == RIGHT
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(found.name for found in repo.path.iterdir()) == [".git", "message"]
    answer = repo.studio("message", "fix", "message")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WRONG.encode(), RIGHT.encode()),
        (b"S\n\nDecision: caf\xe9\n\nProse \xff", b"S\n\nProse \xff\n\nDecision: caf\xe9\n"),
        (b"S\r\n\r\nDecision: d\r\n\r\nProse\r\n", b"S\r\n\r\nProse\r\n\r\nDecision: d\r\n"),
        (b"", b""),
        (b"no newline", b"no newline"),
    ],
)
def test_fix_is_a_filter_of_bytes(repo: Repo, before: bytes, after: bytes) -> None:
    assert filtered(repo, "message", "fix", "-", data=before) == (0, after)


def test_a_subject_stays_and_is_told(repo: Repo) -> None:
    repo.write("message", "Decision: use JWT\n")
    answer = repo.studio("message", "fix", "message")
    assert answer.status == 1
    assert "line 1 stays: Decision: use JWT" in answer.err
    assert repo.read("message") == "Decision: use JWT\n"


@pytest.mark.parametrize(
    ("config", "sign"),
    [
        (["core.commentChar", ";"], ";"),
        (["core.commentString", "//"], "//"),
        (["core.commentChar", "auto"], "%"),
        (["core.commentChar", "auto"], "#"),
    ],
)
def test_the_comments_of_the_configuration(repo: Repo, config: list[str], sign: str) -> None:
    repo.git("config", *config)
    repo.write("message", f"S\n\nDecision: d\n\nProse\n\n{sign} Please enter\n{sign}\n")
    assert repo.studio("message", "fix", "message").status == 0
    assert repo.read("message") == (f"S\n\nProse\n\nDecision: d\n\n{sign} Please enter\n{sign}\n")


def test_strip_leaves_what_git_would_store(repo: Repo) -> None:
    cut = "# ------------------------ >8 ------------------------"
    repo.write("message", f"S\n\nDecision: d\n\nProse\n# c\n{cut}\n# x\ndiff --git a b\n")
    assert repo.studio("message", "fix", "--strip", "message").status == 0
    assert repo.read("message") == "S\n\nProse\n\nDecision: d\n"


def test_outside_a_repository(repo: Repo, tmp_path: Path) -> None:
    outside = Repo(tmp_path)
    (tmp_path / "message").write_text(WRONG)
    assert outside.studio("message", "fix", "message").status == 0
    assert (tmp_path / "message").read_text() == RIGHT
    assert outside.studio("message", "check", "gone").status == 2
    assert outside.studio("message", "fix", "gone").status == 2


def test_a_value_cannot_steer_the_terminal(repo: Repo) -> None:
    repo.write("message", b"S\n\nDecision: \x1b[31mred\n\nProse\n")
    assert "\x1b" not in repo.studio("message", "check", "message").out
