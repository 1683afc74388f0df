"""Why a line is as it is, asked in an editor: real history, real blame, and nobody waiting."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from drifttools import await_row, bound, ok, rows
from lsp.scripted import FULL, Scripted, editing

TITLE = "Why is this line as it is?"
ON = {"initializationOptions": {"hover": {"why": True}}}
PATH = "src/limits.py"
FIRST = "LIMITS = {}\n\n\ndef limit(name):\n    return LIMITS[name]\n"
SECOND = FIRST.replace("return LIMITS[name]", "return max(0, LIMITS[name])")
DECISION = "Refuse limits below zero"


@pytest.fixture
def history(repo: Repo) -> Repo:
    """A bound repository with two captured commits that state decisions."""
    bound(repo)
    repo.write(PATH, FIRST)
    repo.commit(
        "Look limits up\n\nDecision: Keep limits in one table\n"
        "Rationale: [Two](command:evil) disagreed\nAlternative: <b>One</b> each\n"
    )
    repo.write(PATH, SECOND)
    repo.commit(
        f"Check limits\n\nDecision: {DECISION}\nProblem: They went below\nSolution: Stop at zero\n"
    )
    ok(repo, "capture")
    await_row("SELECT title FROM decisions WHERE title = ?", DECISION)
    return repo


def hover(editor: Scripted, uri: str, line: int) -> str:
    found = editor.about(uri, "hover", line, 1)
    return found["contents"]["value"] if found else ""


def test_hover_tells_it_where_the_setting_is_on(history: Repo) -> None:
    with editing(history.path, **ON) as editor:
        uri = editor.open(history.path / PATH, "python")
        shown = hover(editor, uri, 4)
        assert f"**Decision:** {DECISION}" in shown
        assert "> They went below" in shown
        assert "Session: Look limits up" in shown
        assert "by Ada Example" in shown
        assert history.git("rev-parse", "HEAD")[:10] in shown
        before = hover(editor, uri, 0)
        assert "Keep limits in one table" in before
        assert "command:evil" in before
        assert "](command" not in before
        assert "<b>" not in before
        assert hover(editor, uri, 4) == shown
    with editing(history.path) as editor:
        assert hover(editor, editor.open(history.path / PATH, "python"), 4) == ""


def test_lines_of_a_text_that_is_not_saved(history: Repo) -> None:
    with editing(history.path, **ON) as editor:
        uri = editor.open(history.path / PATH, "python")
        editor.type(uri, "# 🚀 new\n# new\n" + SECOND.replace("LIMITS = {}\n", ""))
        assert hover(editor, uri, 0) == "Not committed yet."
        assert DECISION in hover(editor, uri, 5)
        assert "Keep limits" in hover(editor, uri, 4)
        editor.type(uri, SECOND.replace("max(0, ", "min(0, "))
        assert hover(editor, uri, 4) == "Not committed yet."
        editor.type(uri, SECOND.replace("\n", "\r\n"))
        assert DECISION in hover(editor, uri, 4)
        history.write(PATH, "# saved\n" + SECOND)
        editor.type(uri, "# saved\n" + SECOND)
        assert hover(editor, uri, 0) == "Not committed yet."
        assert DECISION in hover(editor, uri, 5)


def test_a_new_commit_and_a_new_word_of_it_show(history: Repo) -> None:
    with editing(history.path, **ON) as editor:
        uri = editor.open(history.path / PATH, "python")
        assert "Superseded" not in hover(editor, uri, 4)
        ok(history, "decision", "add", "Refuse nothing")
        ok(history, "decision", "supersede", DECISION, "Refuse nothing")
        await_shown(editor, uri, "**Superseded by:** Refuse nothing")
        history.write(PATH, SECOND.replace("max(0,", "max(1,"))
        history.commit("Begin at one")
        editor.type(uri, history.read(PATH))
        await_shown(editor, uri, "Begin at one")
        assert "Not captured yet" in hover(editor, uri, 4)


def await_shown(editor: Scripted, uri: str, words: str) -> None:
    deadline = time.monotonic() + 30
    while words not in hover(editor, uri, 4):
        assert time.monotonic() < deadline, words


def test_the_action_opens_the_whole_answer(history: Repo) -> None:
    with editing(history.path) as editor:
        uri = editor.open(history.path / PATH, "python")
        (action,) = [it for it in editor.actions(uri, 4) if it["title"] == TITLE]
        assert "kind" not in action
        assert editor.actions(uri, 4, only=["quickfix"]) == []
        answer = editor.does([action], TITLE)
        oid = history.git("rev-parse", "HEAD")[:10]
        assert answer["message"].startswith(f"{PATH}, line 5: {DECISION}; They went below ({oid}, ")
        (shown,) = editor.shown
        text = Path(shown.removeprefix("file://")).read_text()
        assert shown.endswith("/studio/editor/why-limits.py-5.md")
        assert text.startswith("# src/limits.py, line 5\n\n## Check limits\n")
        assert "Also decided in this session:\n\n- Keep limits in one table\n" in text
        whole = editor.command("studio.why", {"uri": uri})
        assert whole["message"].startswith(f"{PATH}: {DECISION}")
        assert "## Look limits up" in Path(editor.shown[1].removeprefix("file://")).read_text()
        assert editor.command("studio.why")["message"] == whole["message"]


def test_virtual_documents_follow_the_store(history: Repo) -> None:
    able = FULL | {
        "workspace": FULL["workspace"] | {"textDocumentContent": {"dynamicRegistration": True}}
    }
    with editing(history.path, capabilities=able) as editor:
        uri = editor.open(history.path / PATH, "python")
        editor.command("studio.why", {"uri": uri, "line": 4})
        (shown,) = editor.shown
        assert shown == "studio:/why/limits.py-5.md"

        def content() -> str:
            return editor.ask("workspace/textDocumentContent", {"uri": shown})["text"]

        assert DECISION in content()
        ok(history, "decision", "add", "Refuse nothing")
        ok(history, "decision", "supersede", DECISION, "Refuse nothing")
        editor.until(
            lambda it: (
                it.get("method") == "workspace/textDocumentContent/refresh"
                and it["params"] == {"uri": shown}
            )
        )
        assert "Superseded" in content()
        nothing = {"uri": "studio:/why/other.py-1.md"}
        assert editor.ask("workspace/textDocumentContent", nothing)["text"] == ""


def test_nothing_is_known_of_other_files(
    history: Repo, make_repo: Callable[..., Repo], tmp_path: Path
) -> None:
    unbound = make_repo("unbound")
    unbound.write("a.py", "a\n")
    unbound.commit("Begin")
    history.write("new.py", "new\n")
    history.git("add", "new.py")
    (history.path / "link.py").symlink_to(tmp_path / "out.py")
    (tmp_path / "out.py").write_text("out\n")
    with editing(history.path, unbound.path, **ON) as editor:
        for path in (unbound.path / "a.py", history.path / "new.py", history.path / "link.py"):
            uri = editor.open(path, "python")
            assert hover(editor, uri, 0) == ""
            assert TITLE not in [it["title"] for it in editor.actions(uri, 0)]
            assert editor.command("studio.why", {"uri": uri, "line": 0}) is None
            assert "is no committed file of a repository" in editor.said[-1]
        uri = editor.open(history.path / PATH, "python")
        assert editor.command("studio.why", {"uri": uri, "line": 99}) is None
        assert editor.command("studio.why", {"uri": "file:///etc/passwd", "line": 0}) is None
        assert editor.shown == []


def test_a_line_that_is_not_committed_opens_nothing(history: Repo) -> None:
    with editing(history.path) as editor:
        uri = editor.open(history.path / PATH, "python")
        editor.type(uri, f"# new\n{SECOND}")
        answer = editor.command("studio.why", {"uri": uri, "line": 0})
        assert answer == {"message": f"{PATH}, line 1 is not committed yet."}
        assert editor.shown == []
        assert answer["message"] in editor.said


def test_the_file_of_a_session_tells_its_commits(history: Repo) -> None:
    (session,) = rows("SELECT id, project_id FROM sessions ORDER BY created_at DESC LIMIT 1")
    path = Path(os.environ["STUDIO_HOME"], "projects", session["project_id"], "sessions")
    with editing(history.path) as editor:
        uri = editor.open(path / f"{session['id']}.md")
        answer = editor.command("studio.why", {"uri": uri})
        assert answer["message"] == "Look limits up: 3 commits, 2 decisions"
        assert DECISION in Path(editor.shown[0].removeprefix("file://")).read_text()


def test_a_hover_that_nobody_waits_for_ends_git(history: Repo, tmp_path: Path) -> None:
    pipe = tmp_path / "revisions"
    os.mkfifo(pipe)  # blame waits for whoever writes to it
    history.git("config", "blame.ignoreRevsFile", str(pipe))
    with editing(history.path, **ON) as editor:
        uri = editor.open(history.path / PATH, "python")
        place: dict[str, Any] = {"line": 4, "character": 1}
        number = editor.wire.post(
            "textDocument/hover", {"textDocument": {"uri": uri}, "position": place}
        )
        held = opened(pipe)
        try:
            editor.wire.send(
                {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}}
            )
            answer = editor.until(lambda it: "method" not in it and it.get("id") == number)
            assert answer["error"]["code"] == -32800
            await_nobody_reads(held)
        finally:
            os.close(held)
        history.git("config", "--unset", "blame.ignoreRevsFile")
        assert DECISION in hover(editor, uri, 4)


def opened(pipe: Path) -> int:
    """The pipe's other end, once git reads from it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < deadline, "git did not begin"


def await_nobody_reads(held: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            os.write(held, b"\n")
        except BrokenPipeError:
            return
        except BlockingIOError:
            pass
        assert time.monotonic() < deadline, "git runs on"
