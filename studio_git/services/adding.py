"""Decisions and learnings that a person adds by hand, and their words made fit for the store."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from studio_git.core.prose import many_lines, one_line
from studio_git.core.redact import redact
from studio_git.errors import NotFoundError, UsageError
from studio_git.services import cycles
from studio_git.services.memory import Object, show_record
from studio_git.store import activity, decisionfiles, records
from studio_git.store.activity import ActivityType
from studio_git.store.connection import Store
from studio_git.store.records import Kind


def add_decision(
    store: Store,
    project_id: str,
    title: str,
    *,
    rationale: str | None = None,
    alternatives: Sequence[str] = (),
    cycle: str | None = None,
    status: str = decisionfiles.ACCEPTED,
) -> Object:
    """Record a decision that no commit states. Raises UsageError for what cannot be one."""
    columns = {
        "title": said(title, "a decision needs a title."),
        "rationale": fit_lines(rationale or "") or None,
        "alternatives": records.array([said(each, "an alternative is empty.")
                                       for each in alternatives]),
        "cycle_id": cycle_id(store, project_id, cycle),
    }  # fmt: skip
    decision_id = str(uuid.uuid4())
    with store.writing() as db:
        records.add(db, Kind.DECISION, decision_id, project_id, columns)
        decisionfiles.set_status(db, decision_id, status)
        activity.log(
            db,
            str(uuid.uuid4()),
            project_id,
            ActivityType.DECISION_RECORDED,
            title=str(columns["title"]),
            reference_type=Kind.DECISION.value,
            reference_id=decision_id,
        )
    return show_record(store, Kind.DECISION, decision_id, project_id)


def add_learning(
    store: Store,
    project_id: str,
    title: str,
    *,
    problem: str,
    solution: str,
    tags: Sequence[str] = (),
    cycle: str | None = None,
) -> Object:
    """Record a learning that no commit states. Tags are kept in lower case, each once."""
    columns = {
        "title": said(title, "a learning needs a title."),
        "problem": said(problem, "a learning needs a problem.", lines=True),
        "solution": said(solution, "a learning needs a solution.", lines=True),
        "tags": records.array(tag_words(tags)),
        "cycle_id": cycle_id(store, project_id, cycle),
    }
    learning_id = str(uuid.uuid4())
    with store.writing() as db:
        records.add(db, Kind.LEARNING, learning_id, project_id, columns)
    return show_record(store, Kind.LEARNING, learning_id, project_id)


def cycle_id(store: Store, project_id: str, words: str | None) -> str | None:
    """The id of the cycle that an option names. Raises UsageError where none or several are."""
    if words is None:
        return None
    try:
        return str(cycles.find(store, project_id, words)["id"])
    except NotFoundError as missing:  # of an option it is a mistake, not an answer
        raise UsageError(missing.message, missing.hint) from missing


def said(text: str, complaint: str, *, lines: bool = False) -> str:
    """Text fit for the store, without secrets; on one line unless several may stand there.

    Raises UsageError with the complaint where nothing is left.
    """
    fit = fit_lines(text) if lines else one_line(redact(text))
    if not fit:
        raise UsageError(complaint, "Write it in quotes after the option or as the argument.")
    return fit


def fit_lines(text: str) -> str:
    """What a person wrote, fit for the store: its lines, without secrets."""
    return many_lines(redact(text))


def tag_words(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: in lower case, each once; commas and spaces divide them."""
    words = (word.strip("#").lower() for tag in tags for word in tag.replace(",", " ").split())
    return list(dict.fromkeys(word for word in words if word))
