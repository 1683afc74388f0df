"""What is asked for each session costs what the session holds, not what the store does.

Counted are the steps of SQLite's virtual machine, so a slow machine changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from capturing import NOON, Clone, bind, message
from conftest import Repo, run

from studio_git.services import backfill
from studio_git.services.clone import enter
from studio_git.store import commits, records, sessions
from studio_git.store.records import Kind

MANY = 400

ASKED: dict[str, Callable[[sqlite3.Connection, str, str], object]] = {
    "of_session": lambda db, session, _: commits.of_session(db, session),
    "copies_within": lambda db, session, _: commits.copies_within(db, session),
    "decisions": lambda db, session, _: records.in_session(db, Kind.DECISION, session),
    "questions": lambda db, session, _: records.in_session(db, Kind.QUESTION, session),
    "get": lambda db, session, _: sessions.get(db, session),
    "tracked": lambda db, session, _: sessions.tracked(db, session),
    "spans": lambda db, _, project: sessions.spans(
        db, project, ["ada@example.org"], NOON + 2 * MANY * 86_400, NOON + 3 * MANY * 86_400
    ),
    "stale": lambda db, _, project: sessions.stale(db, project),
}


def fill(repo: Repo, first: int, count: int) -> None:
    stream = []
    for number in range(first, first + count):
        data = message(f"Step {number}", f"Decision: D{number}", f"Open-Question: Q{number}?")
        stream.append(
            f"commit refs/heads/main\ncommitter Ada <ada@example.org> "
            f"{NOON + number * 86_400} +0000\ndata {len(data)}\n{data}\n"
            + ("from refs/heads/main^0\n" if number == first and first else "")
            + f"M 100644 inline f{number}\ndata 1\nx\n"
        )
    done = run("git", "fast-import", "--quiet", cwd=repo.path, stdin="".join(stream))
    assert done.status == 0, done.err


def steps(clone: Clone, ask: Callable[[sqlite3.Connection, str, str], object]) -> int:
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    with clone.store() as store:
        (session,) = store.db.execute("SELECT id FROM sessions WHERE title = 'Step 0'").fetchone()
        store.db.set_progress_handler(step, 1)
        ask(store.db, session, clone.project_id)
        store.db.set_progress_handler(None, 1)
    return count


def take_in(clone: Clone) -> None:
    with clone.store() as store:
        workspace = enter(store, clone.repo.place)
        backfill.take_in(workspace, backfill.plan(workspace))


@pytest.fixture
def few_and_many(repo: Repo) -> tuple[dict[str, int], dict[str, int]]:
    fill(repo, 0, 3)
    clone = bind(repo)
    take_in(clone)
    few = {name: steps(clone, ask) for name, ask in ASKED.items()}
    fill(repo, 3, MANY)
    take_in(clone)
    return few, {name: steps(clone, ask) for name, ask in ASKED.items()}


def test_a_session_costs_the_same_in_a_store_of_many(
    few_and_many: tuple[dict[str, int], dict[str, int]],
) -> None:
    few, many = few_and_many
    assert {name: many[name] for name in ASKED if many[name] > few[name] + 20} == {}
