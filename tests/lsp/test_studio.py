"""What the frame promises: a failure of one subject or feature takes nothing else along."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from lsprotocol import types

from studio_git.core.codes import CODES
from studio_git.core.editorsettings import read
from studio_git.core.editorsettings import resolve as settings
from studio_git.errors import StudioError
from studio_lsp import client, logs
from studio_lsp.client import Client
from studio_lsp.desk import Desk
from studio_lsp.documents import Documents
from studio_lsp.editor import Editor
from studio_lsp.features.diagnostics import diagnostic, severity_of
from studio_lsp.page import Page
from studio_lsp.studio import Studio
from studio_lsp.subject import Asked, Finding, Related, Subject
from studio_lsp.work import Work

PLACE = types.Range(types.Position(0, 0), types.Position(0, 1))


def able(**text: object) -> Client:
    document = types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(**text)  # type: ignore[arg-type]
    )
    return client.resolve(types.InitializeParams(types.ClientCapabilities(text_document=document)))


class Fine(Subject):
    def findings(self, page: Page) -> Iterable[Finding]:
        return [Finding("drift/conflict", "fine", PLACE)]

    def document(self, path: str) -> str | None:
        return "text" if path == "/x" else None


class Broken(Subject):
    def findings(self, page: Page) -> Iterable[Finding]:
        yield Finding("drift/conflict", "begun", PLACE)
        raise RuntimeError("a bug")

    def document(self, path: str) -> str | None:
        raise StudioError("no store", "make one")

    def saved(self, page: Page) -> None:
        raise RuntimeError("a bug")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    documents = Documents()
    documents.open(types.TextDocumentItem((tmp_path / "a.md").as_uri(), "markdown", 1, "a\n"))
    desk = Desk(able(), documents, [tmp_path])
    editor = Editor(None, able(), Work())  # type: ignore[arg-type]  # nothing is asked of it here
    return Studio(desk, editor, [Broken, Fine])


def test_one_subject_that_fails_leaves_the_others(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    (opened,) = studio.desk.documents
    with caplog.at_level(logging.INFO):
        assert [it.message for it in studio.findings(opened)] == ["fine"]
        assert studio.document("/x") == "text"
        assert studio.document("/y") == ""
        studio.saved(opened)
    assert "Broken failed" in caplog.text
    assert "no store" in caplog.text


def test_what_is_remembered_is_forgotten_when_something_changes(studio: Studio) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [studio.desk.remembered("key", make) for _ in range(2)] == [0, 0]
    studio.desk.changed()
    assert studio.desk.remembered("key", make) == 1


def test_what_was_made_while_something_changed_is_not_remembered(studio: Studio) -> None:
    def make() -> str:
        studio.desk.changed()
        return "old"

    assert studio.desk.remembered("key", make) == "old"
    assert studio.desk.remembered("key", lambda: "new") == "new"


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_severity(code: str) -> None:
    assert severity_of(code, settings()) is not None


def test_what_the_client_did_not_declare_is_left_out() -> None:
    related = Related("file:///x", PLACE, "there")
    finding = Finding("lint/hidden-unicode", "hidden", PLACE, (related,))
    plain = diagnostic(able(), settings(), "file:///docs", finding)
    assert plain is not None
    assert (plain.related_information, plain.code_description) == (None, None)
    full = able(related_information=True, code_description_support=True)
    rich = diagnostic(full, settings(), "file:///docs", finding)
    assert rich is not None
    assert rich.code_description is not None
    assert rich.code_description.href == "file:///docs/diagnostics.md#lint-hidden-unicode"
    assert rich.related_information is not None
    off = settings(read({"lint": {"severity": "off"}}))
    assert diagnostic(full, off, "", finding) is None


def test_kinds_of_actions_are_asked_for_by_their_beginnings() -> None:
    assert Asked(PLACE, 0, 0, ()).wants("quickfix")
    assert Asked(PLACE, 0, 0, ("source",)).wants("source.syncContext.studio")
    assert not Asked(PLACE, 0, 0, ("source.fixAll",)).wants("source.syncContext.studio")
    assert not Asked(PLACE, 0, 0, ("quick",)).wants("quickfix")


SAID = "import logging; from studio_lsp.logs import begin_log; print(begin_log()); {}"
WARNING = "logging.getLogger('test').warning('said')"


def logged(code: str = WARNING) -> subprocess.CompletedProcess[str]:
    """A process of its own that logs."""
    words = [sys.executable, "-c", SAID.format(code)]
    return subprocess.run(words, capture_output=True, text=True, check=True)


def test_the_log_is_private_and_begun_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    log = home / logs.LOG
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * (logs.MAX_BYTES + 1))
    monkeypatch.setenv("STUDIO_HOME", str(home))
    assert logged().stdout == f"{log}\n"
    assert log.read_text().endswith("WARNING test: said\n")
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.with_suffix(".log.1").stat().st_size == logs.MAX_BYTES + 1


def test_without_a_home_standard_error_is_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "none"))
    done = logged()
    assert done.stdout == "None\n"
    assert done.stderr.endswith("WARNING test: said\n")
    assert not (tmp_path / "none").exists()
