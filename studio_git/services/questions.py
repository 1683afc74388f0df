"""Open questions that a person notes by hand."""

from __future__ import annotations

import time
import uuid

from studio_git import files
from studio_git.core import sessionfile
from studio_git.core.redact import redact
from studio_git.errors import FileChangedError, StudioError
from studio_git.store import questions, records, sessions
from studio_git.store.connection import Store
from studio_git.store.records import Kind

_ATTEMPTS = 5


def add(store: Store, project_id: str, question: str, *, gap_minutes: int) -> str | None:
    """Note a question; the id of the session that is under way, None where none is.

    It is among the project's open questions until it is closed. It belongs to the session whose
    last commit is younger than ``gap_minutes``, and stands in its file too, as if a person had
    written it there. Raises StudioError where the store or the file cannot be written.
    """
    session_id = questions.session_since(store.db, project_id, int(time.time()) - gap_minutes * 60)
    question = redact(question)
    with store.writing() as db:
        columns = {"question": question, "session_id": session_id}
        records.add(db, Kind.QUESTION, str(uuid.uuid4()), project_id, columns)
    if session_id is not None:
        _into_file(store, project_id, session_id, question)
    return session_id


def _into_file(store: Store, project_id: str, session_id: str, question: str) -> None:
    path = sessions.file_of(store.home, project_id, session_id)
    for _ in range(_ATTEMPTS):
        found = files.read_bytes(path)
        if found is None:
            return
        text = sessionfile.with_question(found.decode("utf-8", "surrogateescape"), question)
        data = text.encode("utf-8", "surrogateescape")
        if data == found:
            return
        try:
            files.write_whole(path, data, inside=store.home, expected=found, lock=store.lock)
        except FileChangedError:
            continue
        return
    raise StudioError(
        f"the question is noted, but {path} is being changed all the time.",
        "Write it there by hand, under Open Questions.",
    )
