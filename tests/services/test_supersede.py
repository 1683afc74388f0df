"""Decisions that take the place of others, by trailer and by hand."""

from __future__ import annotations

import pytest
from capturing import HOUR, MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.errors import UsageError
from studio_git.services import memory, superseding
from studio_git.store.lookup import Table

DAY = 24 * HOUR


@pytest.fixture
def clone(repo: Repo) -> Clone:
    """A clone whose first session decided to use JWT."""
    clone = bind(repo)
    decide(clone, "Decision: Use JWT", "Decision: Keep it", at=NOON)
    return clone


def decide(clone: Clone, *said: str, at: int) -> None:
    clone.repo.commit(message("x", *said), when=at)
    clone.capture()


def amend(clone: Clone, *said: str) -> None:
    clone.repo.git("commit", "-q", "--amend", "--allow-empty", "-m", message("x", *said))
    clone.capture()


def superseded(clone: Clone) -> dict[str, str | None]:
    """For each decision's title the title of the one that superseded it."""
    with clone.store() as store:
        found = memory.list_decisions(store, PROJECT)
    titles = {each["id"]: each["title"] for each in found}
    return {
        each["title"]: titles[each["superseded_by"]] if each["superseded_by"] else None
        for each in found
    }


def first_file(clone: Clone) -> str:
    return clone.file(clone.sessions()[0]["id"]).read_text()


class TestByTrailer:
    @pytest.mark.parametrize("words", ["Use JWT", "use  jwt", "whole id", "id start"])
    def test_marks_the_older_one_and_its_sessions_file(self, clone: Clone, words: str) -> None:
        (row,) = clone.rows("SELECT id FROM decisions WHERE title = 'Use JWT'")
        said = {"whole id": row["id"], "id start": row["id"][:8]}.get(words, words)
        decide(clone, "Decision: Use sessions", f"Supersedes: {said}", at=NOON + DAY)
        assert superseded(clone) == {
            "Use JWT": "Use sessions", "Keep it": None, "Use sessions": None
        }  # fmt: skip
        text = first_file(clone)
        assert "- Use JWT (superseded by: Use sessions)\n- Keep it\n" in text
        (kept,) = clone.rows("SELECT superseded_at FROM git_supersedes")
        assert kept["superseded_at"] == "2023-11-15 22:13:20"

    def test_within_one_session(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + MINUTE)
        assert "- Use JWT (superseded by: B)\n- Keep it\n- B\n" in clone.only_file()

    def test_an_amend_takes_it_back(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY)
        amend(clone, "Decision: B")
        assert superseded(clone) == {"Use JWT": None, "Keep it": None, "B": None}
        assert "- Use JWT\n- Keep it\n" in first_file(clone)

    def test_an_amend_that_takes_back_the_decision_too(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY)
        clone.repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "x")
        clone.capture()
        assert superseded(clone) == {"Use JWT": None, "Keep it": None}
        assert "- Use JWT\n" in first_file(clone)

    def test_an_amend_that_says_it_of_another(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY)
        amend(clone, "Decision: C", "Supersedes: Keep it")
        assert superseded(clone) == {"Use JWT": None, "Keep it": "C", "C": None}
        assert "- Use JWT\n- Keep it (superseded by: C)\n" in first_file(clone)

    def test_each_belongs_to_the_decision_before_it(self, clone: Clone) -> None:
        decide(
            clone, "Decision: A", "Supersedes: Use JWT", "Decision: B", "Supersedes: Keep it",
            at=NOON + DAY,
        )  # fmt: skip
        assert superseded(clone) == {"Use JWT": "A", "Keep it": "B", "A": None, "B": None}

    def test_what_matches_nothing_is_kept_as_text(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use SAML", at=NOON + DAY)
        with clone.store() as store:
            (unclear,) = superseding.unclear(store, PROJECT)
        assert (unclear.title, unclear.words) == ("B", "Use SAML")
        assert set(superseded(clone).values()) == {None}

    def test_an_older_commit_that_is_captured_later_is_found(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use SAML", at=NOON + DAY)
        decide(clone, "Decision: Use SAML", at=NOON + 2 * DAY)  # younger: cannot be meant
        assert superseded(clone)["Use SAML"] is None
        clone.change("DELETE FROM decisions WHERE title = 'Use SAML'")
        decide(clone, "Decision: Use SAML", at=NOON - DAY)
        assert superseded(clone)["Use SAML"] == "B"
        with clone.store() as store:
            assert superseding.unclear(store, PROJECT) == []

    def test_of_two_of_one_title_the_one_that_still_holds(self, clone: Clone) -> None:
        decide(clone, "Decision: A", "Supersedes: Use JWT", at=NOON + DAY)
        decide(clone, "Decision: Use JWT", "Supersedes: A", at=NOON + 2 * DAY)
        decide(clone, "Decision: Z", "Supersedes: Use JWT", at=NOON + 3 * DAY)
        rows = clone.rows(
            "SELECT o.created_at, n.title FROM git_supersedes s JOIN decisions o ON o.id = "
            "s.older_id JOIN decisions n ON n.id = s.newer_id WHERE o.title = 'Use JWT' ORDER BY 1"
        )
        assert [row["title"] for row in rows] == ["A", "Z"]

    def test_two_that_both_hold_are_not_clear(self, clone: Clone) -> None:
        decide(clone, "Decision: Use JWT", at=NOON + DAY)
        decide(clone, "Decision: Z", "Supersedes: Use JWT", at=NOON + 2 * DAY)
        assert clone.rows("SELECT older_id FROM git_supersedes") == [{"older_id": None}]

    def test_not_of_another_project_and_not_itself(self, clone: Clone) -> None:
        clone.change("INSERT INTO projects (id, name) VALUES ('o', 'Other')")
        clone.change("INSERT INTO decisions (id, project_id, title) VALUES ('d', 'o', 'Theirs')")
        decide(clone, "Decision: B", "Supersedes: Theirs", "Supersedes: B", at=NOON + DAY)
        assert set(superseded(clone).values()) == {None}

    def test_a_fixup_keeps_what_the_folded_commit_said(self, clone: Clone) -> None:
        clone.repo.write("a", "1")
        clone.repo.commit("base work", when=NOON + DAY)
        clone.repo.write("a", "2")
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY + MINUTE)
        script = "sed -i '2s/^pick/fixup/'"
        clone.repo.git("rebase", "-qi", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": script})
        clone.capture()
        assert superseded(clone)["Use JWT"] == "B"


class TestAPersonsFile:
    def test_words_beside_it_stay(self, clone: Clone) -> None:
        path = clone.file(clone.sessions()[0]["id"])
        path.write_text(path.read_text().replace("- Keep it", "- Keep it, for good\n- Mine"))
        decide(clone, "Decision: B", "Supersedes: Use JWT", "Supersedes: Keep it", at=NOON + DAY)
        assert "- Use JWT (superseded by: B)\n- Keep it, for good\n- Mine\n" in path.read_text()

    def test_an_item_that_was_removed_stays_so(self, clone: Clone) -> None:
        path = clone.file(clone.sessions()[0]["id"])
        path.write_text(path.read_text().replace("- Use JWT\n", ""))
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY)
        assert "Use JWT" not in path.read_text()


class TestByHand:
    def test_marks_and_refuses_circles(self, clone: Clone) -> None:
        with clone.store() as store:
            older = memory.find(store, Table.DECISIONS, "use jwt", PROJECT)
            newer = memory.find(store, Table.DECISIONS, "keep it", PROJECT)
            superseding.supersede(store, older, newer)
            superseding.supersede(store, older, newer)
            for pair in ((newer, older), (older, older)):
                with pytest.raises(UsageError):
                    superseding.supersede(store, *pair)
        clone.capture()
        assert "- Use JWT (superseded by: Keep it)\n- Keep it\n" in clone.only_file()
        amend(clone, "Decision: Use JWT", "Decision: Keep it")  # says nothing of it: it stays
        assert superseded(clone) == {"Use JWT": "Keep it", "Keep it": None}

    def test_the_dashboard_can_delete_either(self, clone: Clone) -> None:
        decide(clone, "Decision: B", "Supersedes: Use JWT", at=NOON + DAY)
        clone.change("DELETE FROM decisions WHERE title = 'B'")
        assert superseded(clone) == {"Use JWT": None, "Keep it": None}
        decide(clone, "Decision: C", "Supersedes: Use JWT", at=NOON + 2 * DAY)
        clone.change("DELETE FROM decisions WHERE title = 'Use JWT'")
        assert superseded(clone) == {"Keep it": None, "C": None}
