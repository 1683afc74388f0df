"""Rows 55 to 61 of the table of situations, and whose commits they are: messages, dates, people."""

from __future__ import annotations

import pytest
from conftest import NAME
from situated import MINUTE, NOON, Here, answered, colleague, message

pytestmark = pytest.mark.slow  # real repositories, one for each row


@pytest.mark.parametrize("declared", [True, False])
def test_55_latin_1(here: Here, declared: bool) -> None:
    file = here.repo.path.parent / "message"
    file.write_bytes("Caf\u00e9\n\nDecision: Cr\u00e8me br\u00fbl\u00e9e\n".encode("latin-1"))
    option = ["-c", "i18n.commitEncoding=ISO-8859-1"] if declared else []
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    here.git(*option, "commit", "-q", "-F", str(file))
    here.check()
    assert list(here.ids()) == ["Cr\u00e8me br\u00fbl\u00e9e"]
    assert here.titles("sessions") == ["Caf\u00e9"]


@pytest.mark.parametrize(
    "text", ["s" * 2_000_000 + "\n", "Work\n\n" + "word " * 40_000 + "\n\nDecision: Large\n"]
)
def test_56_a_message_of_any_size(here: Here, text: str) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    done = answered(here.repo, "commit", "-q", "-F", "-", stdin=text)
    assert done.status == 0, done.err
    here.check()
    assert len(here.titles("sessions")[0]) <= 76


def test_57_scissors_and_another_comment_sign(here: Here) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    here.git("config", "core.commentChar", ";")
    file = here.repo.path.parent / "message"
    file.write_text(
        "Work\n\nDecision: Above\n; a comment\n"
        "; ------------------------ >8 ------------------------\nDecision: Below\n"
    )
    here.git("commit", "-q", "-e", "--cleanup=scissors", "-F", str(file), env={"GIT_EDITOR": ":"})
    here.check()
    assert "Below" not in here.ids()
    assert "Above" in here.ids() or ";" in here.git("log", "-1", "--format=%B")


def test_58_no_final_newline(here: Here) -> None:
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    done = answered(
        here.repo, "commit", "-q", "--cleanup=verbatim", "-F", "-", stdin="Work\n\nDecision: A"
    )
    assert done.status == 0, done.err
    here.check()
    assert list(here.ids()) == ["A"]


def test_59_no_message_is_made(here: Here) -> None:
    """Nothing of ours puts text where a person wrote none."""
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    done = here.repo.try_git("commit", "-q", env={"GIT_EDITOR": ":"})
    assert done.status != 0
    here.check()
    assert here.sessions() == []


def test_60_the_blocks_of_a_squashed_message(here: Here) -> None:
    text = "\n\n".join(
        [message(f"Part {number}", f"Decision: D{number}").strip() for number in range(3)]
    )
    here.repo.write("a", "1\n")
    here.git("add", "-A")
    here.git("commit", "-q", "-m", text)
    here.check()
    assert list(here.ids()) == ["D0", "D1", "D2"]
    assert here.git("log", "-1", "--format=%(trailers:key=Decision,valueonly)") == "D2"


def test_61_dates_of_all_kinds(here: Here) -> None:
    stamps = ["@253402300800 +0000", f"{NOON} +1245", f"{NOON - 5 * MINUTE} -1200", "@0 +0000"]
    for number, stamp in enumerate(stamps):
        here.repo.write(f"f{number}", "x\n")
        here.git("add", "-A")
        here.git(
            "commit", "-q", "-m", message(f"Work {number}", f"Decision: D{number}"),
            env=dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), stamp),
        )  # fmt: skip
    here.check()
    zones = here.rows("SELECT author_zone FROM git_commits ORDER BY id")
    assert {row["author_zone"] for row in zones} >= {"+1245", "-1200"}
    assert len(here.reached()) == 4


class TestWhose:
    def by(self, here: Here, text: str, author: str, *, minute: int) -> str:
        here.repo.write(f"file{minute}", "x\n")
        here.git("add", "-A")
        env = dict.fromkeys(
            ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON + minute * MINUTE} +0000"
        )
        here.git("commit", "-q", "-m", text, "--author", author, env=env)
        return here.head()

    def test_several_addresses(self, here: Here) -> None:
        for address in ("ada@work.example", "ada@uni.example"):
            here.git("config", "--add", "studio.capture.email", address)
        other = colleague(here, email="ada@work.example")
        other.write("w", "w\n")
        other.commit("At work", when=NOON)
        other.git("config", "user.email", "ada@uni.example")
        other.write("u", "u\n")
        other.commit("At university", when=NOON + MINUTE)
        other.git("config", "user.email", "bo@example.org")
        other.write("b", "b\n")
        other.commit("By Bo", when=NOON + 2 * MINUTE)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.check(emails=["ada@work.example", "ada@uni.example"])
        assert len(here.reached()) == 2

    def test_the_mailmap(self, here: Here) -> None:
        other = colleague(here, email="ada@old.example")
        other.write(".mailmap", f"{NAME} <ada@example.org> <ada@old.example>\n")
        other.commit("Under an old address", when=NOON)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.check()
        assert len(here.reached()) == 1
        assert here.row(here.head())["author_email"] == "ada@example.org"

    def test_what_is_committed_here_for_another(self, here: Here) -> None:
        self.by(here, message("Pair", "Decision: P"), "Bo <bo@example.org>", minute=1)
        here.check(emails=["ada@example.org", "bo@example.org"])
        (row,) = here.rows("SELECT author_email FROM git_sessions")
        assert row == {"author_email": "bo@example.org"}

    def test_co_authors_make_no_session_of_their_own(self, here: Here) -> None:
        other = colleague(here)
        other.write("b", "b\n")
        other.commit(message("By Bo", "Co-authored-by: Ada <ada@example.org>"), when=NOON)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.commit(
            message("By me", "Decision: D", "Co-authored-by: Claude <agent@example.org>"), minute=2
        )
        here.check()
        assert len(here.reached()) == 1
        assert list(here.ids()) == ["D"]

    def test_all_authors(self, here: Here) -> None:
        other = colleague(here)
        for number in range(2):
            other.write(f"b{number}", "b\n")
            other.commit(message(f"By Bo {number}", f"Decision: B{number}"), when=NOON)
        here.git("pull", "-q", "--ff-only", "origin", "main")
        here.commit("By me", minute=2)
        here.check()
        assert len(here.reached()) == 1
        answer = here.repo.studio("capture", "--all-authors", "--json")
        assert answer.status == 0, answer.err
        assert answer.json["commits"] == 2
        here.check(emails=["ada@example.org", "bo@example.org"])
        authors = here.rows("SELECT DISTINCT author_email FROM git_sessions ORDER BY 1")
        assert [row["author_email"] for row in authors] == ["ada@example.org", "bo@example.org"]
        assert list(here.ids()) == ["B0", "B1"]
