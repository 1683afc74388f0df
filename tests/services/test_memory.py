"""Records are found by what people call them, and added by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from capturing import NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.errors import NotFoundError, NothingYetError, UsageError
from studio_git.services import adding, memory
from studio_git.store.connection import Store
from studio_git.store.lookup import Table
from studio_git.store.records import Kind


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


@pytest.fixture
def store(clone: Clone) -> Iterator[Store]:
    with clone.store() as store:
        yield store


def put(clone: Clone, decision_id: str, title: str, project_id: str = PROJECT) -> None:
    clone.change(
        "INSERT INTO decisions (id, project_id, title) VALUES (?, ?, ?)",
        decision_id, project_id, title,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("abcd-1", "abcd-1"),
        ("abcd-12", "abcd-12"),
        ("abce", "abce-1"),
        ("use jwt", "abcd-1"),
        ("  USE   JWT ", "abcd-1"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
    ],
)
def test_one_is_found(clone: Clone, store: Store, words: str, found: str) -> None:
    for decision_id, title in {
        "abcd-1": "Use JWT", "abcd-12": "Use cookies", "abce-1": "Other", "strasse": "Straße",
    }.items():  # fmt: skip
        put(clone, decision_id, title)
    assert memory.find(store, Table.DECISIONS, words, PROJECT)["id"] == found


def test_several_are_named(clone: Clone, store: Store) -> None:
    for number in range(7):
        put(clone, f"abcd-{number}", "Same")
    for words in ("abcd", "same"):
        with pytest.raises(UsageError) as caught:
            memory.find(store, Table.DECISIONS, words, PROJECT)
        assert "abcd-3 Same" in caught.value.message
        assert "and 2 more" in caught.value.message
        assert caught.value.exit_code == 2


def test_nothing_suggests_what_is_alike(clone: Clone, store: Store) -> None:
    put(clone, "abcd-1", "Use JWT for sessions")
    with pytest.raises(NotFoundError) as caught:
        memory.find(store, Table.DECISIONS, "use jwt for session", PROJECT)
    assert caught.value.hint == "Did you mean Use JWT for sessions?"
    assert caught.value.exit_code == 2
    with pytest.raises(NotFoundError):
        memory.find(store, Table.DECISIONS, "abc", PROJECT)
    with pytest.raises(NotFoundError):
        memory.find(store, Table.DECISIONS, "", PROJECT)


def test_titles_count_within_the_project(clone: Clone, store: Store) -> None:
    clone.change("INSERT INTO projects (id, name) VALUES ('other', 'Other')")
    put(clone, "abcd-1", "Same")
    put(clone, "bcde-1", "Same", "other")
    assert memory.find(store, Table.DECISIONS, "same", PROJECT)["id"] == "abcd-1"
    assert memory.find(store, Table.DECISIONS, "bcde", PROJECT)["id"] == "bcde-1"
    with pytest.raises(UsageError):
        memory.find(store, Table.DECISIONS, "same", None)


def test_what_the_dashboard_wrote_is_shown_as_it_is(clone: Clone, store: Store) -> None:
    clone.change(
        "INSERT INTO sessions (id, project_id, title, files_changed) VALUES ('s1', ?, 'By hand', "
        "'no json')",
        PROJECT,
    )
    clone.change("INSERT INTO learnings (id, title, problem, solution, tags) "
                 "VALUES ('l1', 'T', 'P', 'S', 'no json')")  # fmt: skip
    (session,) = memory.list_sessions(store, PROJECT)
    assert (session["files_changed"], session["commits"]) == ("no json", [])
    assert memory.session_text(store, session) is None
    assert memory.list_learnings(store, None)[0]["tags"] == "no json"
    assert memory.list_learnings(store, None, tag="x") == []
    assert memory.list_tags(store, None) == []


def test_ids_that_lead_out_of_the_home_are_not_followed(clone: Clone, store: Store) -> None:
    outside = clone.home.parent / "sessions"
    outside.mkdir()
    (outside / "s1.md").write_text("# Secret\n")
    session = {"project_id": "../..", "id": "s1"}
    assert memory.session_text(store, session) is None


def test_a_decision_by_hand(clone: Clone, store: Store) -> None:
    clone.change("INSERT INTO cycles (id, project_id, name, cycle_type) "
                 "VALUES ('c1', ?, 'Auth Flow', 'feature')", PROJECT)  # fmt: skip
    made = adding.add_decision(
        store, PROJECT, " Use\n JWT ", rationale="Why", alternatives=["A", "B"], cycle="auth flow"
    )
    assert (made["title"], made["alternatives"], made["cycle_id"]) == ("Use JWT", ["A", "B"], "c1")
    (event,) = memory.list_activity(store, PROJECT)
    assert (event["activity_type"], event["reference_id"]) == ("decision_recorded", made["id"])
    assert memory.commit_of(store, Kind.DECISION, made) is None
    for wrong in ({"title": "  "}, {"title": "x", "cycle": "auth flo"}):
        with pytest.raises(UsageError):
            adding.add_decision(store, PROJECT, **wrong)  # type: ignore[arg-type]
    assert len(memory.list_decisions(store, PROJECT)) == 1


def test_a_learning_by_hand(clone: Clone, store: Store) -> None:
    made = adding.add_learning(
        store, PROJECT, "Skew", problem="P\nmore", solution="S", tags=["JWT, #time", "jwt"]
    )
    assert made["tags"] == ["jwt", "time"]
    assert made["problem"] == "P\nmore"
    assert [tag.tag for tag in memory.list_tags(store, PROJECT)] == ["jwt", "time"]
    assert memory.list_learnings(store, PROJECT, tag="JWT") == [made]
    with pytest.raises(UsageError):
        adding.add_learning(store, PROJECT, "x", problem=" ", solution="S")


def test_the_newest_session_needs_no_name(clone: Clone, store: Store) -> None:
    with pytest.raises(NothingYetError):
        memory.show_session(store, None, PROJECT)
    clone.repo.commit(message("One", "Decision: A"), when=NOON)
    oid = clone.repo.commit("Two", when=NOON + 86400)
    clone.capture()
    found = memory.show_session(store, None, PROJECT)
    assert (found["title"], found["commits"]) == ("Two", [oid])
    (decision,) = memory.list_decisions(store, PROJECT)
    assert memory.commit_of(store, Kind.DECISION, decision) == clone.repo.git("rev-parse", "HEAD~1")
