"""The commit-msg hook's sh: what a message starts."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from conftest import Repo, run
from hypothesis import given
from hypothesis import strategies as st
from shimtools import SHELLS, Fake, bind, fake_interpreter, install, shebang

from studio_git.core.messagelayout import WORDS
from studio_hooks import shims

MANY = "A line of prose.\n" * 60


@pytest.fixture(params=SHELLS)
def hook(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> list[str]:
    """How the commit-msg hook is started; git and grep only note that they were."""
    fake: Fake = fake_interpreter(tmp_path)
    fake.close()
    bind(repo.place.common_dir)
    install(repo, fake.program, first=shebang(request.param), stages=("commit-msg",))
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "grep"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho {name} >>"{tmp_path}/started"\nexit 1\n')
        program.chmod(0o755)
    return ["env", f"PATH={programs}", str(repo.place.common_dir / "hooks" / "commit-msg")]


@pytest.mark.parametrize(
    "message",
    [
        "", "\n\n", "Fix the parser", "fix: the decision of the parser\n",
        "Fix it\n\nSigned-off-by: A <a@example.org>\nCo-authored-by: B <b@example.org>\n",
        "Fix it\r\n\r\nCloses: #1\r\n", " Decision: quoted\n", "A Decision: in a sentence\n",
        "Decisions are hard\nNo task\n", "# Please enter the message\n#\n", "\xff\n\x00\n",
    ],
)  # fmt: skip
def test_a_message_without_our_words_starts_nothing(
    hook: list[str], repo: Repo, tmp_path: Path, message: str
) -> None:
    file = repo.write("message", message.encode("latin-1"))
    answer = run(*hook, file, cwd=repo.path)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    "message",
    [
        "Decision: tabs\n", "Fix\n\ndecision: tabs", "Fix\n\nDECISION \t: tabs\r\n",
        "Fix\n\nOpen question: why\n", "Fix\n\nruled_out: a | b\n", MANY, MANY + "Note: late\n",
    ],
)  # fmt: skip
def test_a_word_of_ours_or_a_long_message_is_counted(
    hook: list[str], repo: Repo, tmp_path: Path, message: str
) -> None:
    file = repo.write("message", message.encode())
    assert run(*hook, file, cwd=repo.path).status == 0
    assert (tmp_path / "started").read_text() == "grep\n"


def test_a_message_that_is_not_there_says_nothing(hook: list[str], repo: Repo) -> None:
    answer = run(*hook, "absent", cwd=repo.path)
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@given(
    st.sampled_from(sorted(WORDS)).flatmap(
        lambda word: st.tuples(*(st.sampled_from((it, it.upper())) for it in word)).map("".join)
    ),
    st.text(" \t", max_size=3),
    st.text(st.characters(exclude_characters="\n\0"), max_size=20),
)
def test_sh_lets_nothing_by_that_grep_would_find(word: str, space: str, rest: str) -> None:
    text = shims.block("commit-msg", python="/python", isolation="-I")
    for line in (f"{word}{space}:{rest}", f"{word.replace('-', ' ')}{space}:{rest}"):
        counted = re.findall(r"grep -ciE '(.*?)'", text)[0]
        if re.match(counted, line, re.IGNORECASE):
            (globs,) = re.findall(r"in (.*)\) break", text)
            assert any(fnmatchcase(line, glob) for glob in globs.split(" | "))
