"""Whatever a folder of records holds: taking it in and writing it out changes no byte of it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studio_git.core import adrfolder
from studio_git.core.adrfolder import Format
from studio_git.core.models import Resolution
from studio_git.services import decisionfolder, decisionsync, editing, memory
from studio_git.services.decisionbase import Folder
from studio_git.services.decisionlook import look
from studio_git.services.decisionsync import Report, Wanted, settle
from studio_git.services.editing import DecisionChanges
from studio_git.store import projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

Place = Callable[[], tuple[Store, str, Folder]]
BOTH = Wanted(take=True, give=True)
SHAPES = (
    "# 1. Record decisions\n\nDate: 2020-01-01\n\n## Status\n\nSuperceded by [2. B](0002-b.md)\n\n"
    "## Context\n\nc\n\n## Decision\n\nd\n\n## Consequences\n\nx\n",
    "---\nstatus: accepted\ndate: 2024-05-06\n---\n# B\n\n## Considered Options\n* B\n* C\n\n"
    '## Decision Outcome\n\nChosen option: "B", because\nit fits.\n\n### Consequences\n\n* Good\n',
    "# C\r\n\r\n* Status: proposed\r\n* Date: 2020-02-30\r\n\r\n## Decision\r\n\r\n```\r\n"
    "## x\r\n```",
    "\ufeff# ADR-0004: D\n\n**Status:** superseded by B\n\n## Alternatives Considered\n\nIn prose.",
    "E\n=\n\nStatus\n---\n\n~~Accepted~~ rejected\n\nSupersedes ADR-0003\n\nDecision\n---\n\n- a\n",
    "<!-- a licence -->\n# F <!-- x -->\n\nStatus: Accepted, see [1](0001-x.md)\n\n# F again\n"
    "\t\n\n\n",
    "---\nlayout: page\ntitle: G\n---\n\n## Status: accepted\n\nno title\n",
)
PIECES = st.lists(
    st.sampled_from(
        [
            "# T", "## Status", "## Decision", "## Considered Options", "## Alternatives",
            "Accepted", "superseded by [x](0002-x.md)", "Supersedes [y](0001-y.md)", "* a", "  b",
            'Chosen option: "a", because', "```", "<!--", "-->", "---", "status: rejected",
            "Date: 2020-01-01", "", "\\# x", "text", "\u2028", "\tx  ",
        ]
    ),
    max_size=14,
).map("\n".join)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
RENDERED = st.builds(
    lambda form, title, rationale, alternatives: adrfolder.render(
        form, title, number=1, date="2025-01-01", status="accepted", newer=(), older=(),
        rationale=rationale, alternatives=alternatives,
    )
    or "",
    st.sampled_from(list(Format)), WORDS, WORDS, st.lists(WORDS, max_size=3),
)  # fmt: skip
RECORD = st.one_of(st.sampled_from(SHAPES), PIECES, RENDERED)


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """Makes an empty folder and a project of its own, in one store."""
    home = tmp_path_factory.mktemp("home")
    prepare_home(home)
    numbers = itertools.count()
    with open_store(home) as store:

        def make() -> tuple[Store, str, Folder]:
            number = next(numbers)
            projects.add(store.db, f"p{number}", f"P{number}", None)
            path = home / "records" / str(number)
            path.mkdir(parents=True)
            return store, f"p{number}", Folder(path, path.as_posix(), path, None, None)

        yield make
    shutil.rmtree(home)


def contents(folder: Folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


SUPERSEDED_BY_TITLE = [
    "# 1. A\n\n## Status\n\nSuperseded by [2. B](0002-b.md)\n\n## Decision\n\nd\n",
    "---\nlayout: page\ntitle: G\n---\n\nno record\n",
    "# B\n\n## Status\n\nAccepted\n\n## Decision\n\nd\n",
]
"""What the first is superseded by has its title alone, and comes in together with it."""


@example(records=SUPERSEDED_BY_TITLE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(RECORD, min_size=1, max_size=3))
def test_in_and_out_changes_nothing(place: Place, records: list[str]) -> None:
    store, project_id, folder = place()
    for number, text in enumerate(records, 1):
        (folder.path / f"{number:04}-x.md").write_bytes(text.encode())
    before = contents(folder)
    taken = settle(store, project_id, folder, Wanted(take=True))
    every = memory.list_decisions(store, project_id)
    lacking = decisionfolder.without_file(store, project_id, every)
    assert lacking == []
    given_back = settle(store, project_id, folder, Wanted(give=True, export=every))
    assert contents(folder) == before
    assert memory.list_decisions(store, project_id) == every
    if not taken.problems:  # a circle of records that supersede each other is told
        assert taken.agrees
        assert given_back.agrees
    again = settle(store, project_id, folder, BOTH)
    assert not (again.added or again.updated or again.written or again.created) or again.problems


CHANGES = st.builds(
    DecisionChanges,
    title=st.none() | WORDS.map("T {}".format),
    rationale=st.none() | WORDS,
    alternatives=st.none() | st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    status=st.none() | st.sampled_from(["rejected", "proposed"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    record=st.sampled_from(SHAPES[:5]),
    changes=CHANGES,
    edit=st.sampled_from(["fits", "Decision", "x"]),
    prefer=st.sampled_from([Resolution.ACCEPTED_REPO, Resolution.KEPT_STUDIO]),
)
def test_edits_on_both_sides_come_together(
    place: Place, record: str, changes: DecisionChanges, edit: str, prefer: Resolution
) -> None:
    store, project_id, folder = place()
    path = folder.path / "0001-x.md"
    path.write_bytes(record.encode())
    settle(store, project_id, folder, Wanted(take=True))
    (decision,) = memory.list_decisions(store, project_id)
    editing.change_decision(store, decision, changes)
    path.write_bytes(path.read_bytes().replace(b"fits", edit.encode()))
    done = settle(store, project_id, folder, Wanted(take=True, give=True, prefer=prefer))
    if not done.problems:  # what cannot be said in the file is told
        assert done.agrees
        before = contents(folder)
        assert settle(store, project_id, folder, BOTH).agrees
        assert contents(folder) == before


def test_what_was_changed_meanwhile_is_told(place: Place) -> None:
    store, project_id, folder = place()
    path = folder.path / "0001-x.md"
    path.write_text(SHAPES[1])
    settle(store, project_id, folder, Wanted(take=True))
    path.write_text(SHAPES[1].replace("it fits", "it is"))
    seen = look(store, project_id, folder)
    store.db.execute("UPDATE decisions SET rationale = 'Mine' WHERE project_id = ?", [project_id])
    report = Report()
    decisionsync._into_studio(store, seen, Wanted(take=True), report)
    assert "changed meanwhile" in report.problems[0]
    (decision,) = memory.list_decisions(store, project_id)
    assert decision["rationale"] == "Mine"


def test_folders_of_others_are_not_followed(place: Place, tmp_path: Path) -> None:
    store, project_id, folder = place()
    (tmp_path / "x.md").write_text(SHAPES[0])
    (folder.path / "0001-x.md").symlink_to(tmp_path / "x.md")
    told = settle(store, project_id, folder, BOTH)
    assert not told.agrees
    assert memory.list_decisions(store, project_id) == []
