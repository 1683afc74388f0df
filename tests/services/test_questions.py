"""Open questions noted by hand: in the store, and in the file of the session under way."""

from __future__ import annotations

import time

import pytest
from capturing import MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.core import sessionfile
from studio_git.services import questions

QUESTION = "Should limits be soft?"


@pytest.fixture
def clone(repo: Repo) -> Clone:
    repo.write("a.py", "1\n")
    repo.commit("Begin", when=NOON)
    return bind(repo)


def note(clone: Clone, text: str = QUESTION) -> str | None:
    with clone.store() as store:
        return questions.add(store, PROJECT, text, gap_minutes=120)


def test_without_a_session_under_way_the_store_has_it(clone: Clone) -> None:
    assert note(clone) is None
    (row,) = clone.rows("SELECT * FROM git_questions")
    assert (row["question"], row["session_id"], row["closed_at"]) == (QUESTION, None, None)


def test_it_stands_in_the_session_and_stays_there(clone: Clone) -> None:
    now = int(time.time())
    clone.repo.write("a.py", "2\n")
    clone.repo.commit(message("Look", "Decision: Look", "Open-Question: Why?"), when=now - MINUTE)
    clone.capture()
    (session,) = clone.sessions()
    assert note(clone) == session["id"]
    assert sessionfile.parse(clone.only_file()).questions == ("Why?", QUESTION)
    assert note(clone) == session["id"]
    assert clone.only_file().count(QUESTION) == 1
    clone.repo.write("a.py", "3\n")
    clone.repo.commit(message("Look again", "Decision: Go", "Open-Question: When?"), when=now)
    clone.capture()
    assert set(sessionfile.parse(clone.only_file()).questions) == {"Why?", QUESTION, "When?"}


def test_a_session_without_its_file(clone: Clone) -> None:
    clone.repo.write("a.py", "2\n")
    clone.repo.commit("Look", when=int(time.time()))
    clone.capture()
    (session,) = clone.sessions()
    clone.file(session["id"]).unlink()
    assert note(clone) == session["id"]
    assert not clone.file(session["id"]).exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# T\n\n## Open Questions\n\n## Notes\nx\n",
            "# T\n\n## Open Questions\n- Q?\n\n## Notes\nx\n",
        ),
        ("# T\n\n## Open Questions\n- A?\n", "# T\n\n## Open Questions\n- A?\n- Q?\n"),
        ("# T\n\n## Notes\nx\n", "# T\n\n## Notes\nx\n\n## Open Questions\n- Q?\n"),
        ("# T\n\n## Questions\n- Q?\n", "# T\n\n## Questions\n- Q?\n"),
        (
            "\ufeff# T\r\n\r\n## Open Questions\r\n",
            "\ufeff# T\r\n\r\n## Open Questions\r\n- Q?\r\n",
        ),
    ],
)
def test_a_question_is_put_under_its_heading(text: str, expected: str) -> None:
    assert sessionfile.with_question(text, "Q?") == expected
