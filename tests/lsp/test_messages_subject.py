"""Commit messages in an editor: what is told of them, put right, and offered while typing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Repo
from drifttools import bind, bound, database, ok, rows, worktree
from lsp.scripted import Scripted, editing

UNPARSED, NO_CYCLE = "message/unparsed", "message/unknown-cycle"
PUT_RIGHT = "Put the trailers where git reads them"
LATE = "Cap limits 🚀\n\nDecision: Cap limits at 9\nRationale: They grew\n\nThis is prose.\n"


@contextmanager
def writing(
    repo: Repo, text: str, *, path: str = ".git/COMMIT_EDITMSG", language: str = "gitcommit"
) -> Iterator[tuple[Scripted, str]]:
    """An editor that git started for a message."""
    repo.write(path, text)
    with editing(repo.path) as editor:
        yield editor, editor.open(repo.path / path, language)


def box(editor: Scripted, text: str, query: str = "") -> str:
    """VS Code's commit box, which has no file."""
    uri = f"vscode-scm:git/scm0/input{query}"
    editor.texts[uri], editor.versions[uri] = text, 1
    item = {"uri": uri, "languageId": "scminput", "version": 1, "text": text}
    editor.wire.send(
        {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
    )
    return uri


def offered(editor: Scripted, uri: str, text: str) -> list[dict[str, Any]]:
    """What is offered where ``|`` stands in a text."""
    before, _, after = text.partition("|")
    editor.type(uri, before + after)
    line = before.count("\n")
    found = editor.about(uri, "completion", line, len(before.rpartition("\n")[2]))
    return found["items"]


def labels(items: list[dict[str, Any]]) -> list[str]:
    return [it["label"] for it in sorted(items, key=lambda it: it["sortText"])]


@pytest.fixture
def cycles(repo: Repo) -> Repo:
    """A bound repository with three cycles, one of them complete, and tasks in the others."""
    bound(repo)
    for name in ("Old one", "Limits", "Auth Flow"):
        ok(repo, "cycle", "start", name)
    ok(repo, "cycle", "complete", "Old one")
    ok(repo, "task", "add", "Write middleware", "--cycle", "Auth Flow")
    ok(repo, "task", "add", "Read the table", "--cycle", "Limits")
    ok(repo, "task", "add", "Forget it", "--cycle", "Limits")
    ok(repo, "task", "complete", "Forget it")
    return repo


def test_a_decision_that_git_would_not_read_is_told_and_put_right(repo: Repo) -> None:
    bound(repo)
    with writing(repo, LATE) as (editor, uri):
        first, second = editor.codes(uri, UNPARSED, UNPARSED)
        assert first["range"] == {
            "start": {"line": 2, "character": 0},
            "end": {"line": 2, "character": len("Decision: Cap limits at 9")},
        }
        assert (first["severity"], second["range"]["start"]["line"]) == (2, 3)
        assert first["message"].startswith("Git would not read this Decision.")
        assert editor.actions(uri, 0, only=["quickfix"]) == []
        (action,) = [it for it in editor.actions(uri, 2) if it["title"] == PUT_RIGHT]
        assert (action["kind"], action["isPreferred"]) == ("quickfix", True)
        for change in action["edit"]["documentChanges"]:
            for edit in change["edits"]:
                assert edit["range"]["start"]["character"] == 0
        editor.does(editor.actions(uri, 3), PUT_RIGHT)
        editor.codes(uri)
        assert editor.texts[uri] == (
            "Cap limits 🚀\n\nThis is prose.\n\nDecision: Cap limits at 9\nRationale: They grew\n"
        )
        fixed = repo.studio("message", "check", "-", stdin=editor.texts[uri])
        assert fixed.status == 0


def test_comments_and_what_is_below_the_scissors_are_none_of_it(repo: Repo) -> None:
    bound(repo)
    repo.git("config", "core.commentChar", ";")
    below = "; ------------------------ >8 ------------------------\nDecision: x\n\nCycle: none\n"
    with writing(repo, f"Cap limits\n\nDecision: Cap\n; Note: y\n\n; Prose.\n{below}") as (
        editor,
        uri,
    ):
        editor.codes(uri)
        editor.type(uri, f"Cap limits\n\nDecision: Cap\n\nProse.\n; Prose.\n{below}")
        editor.codes(uri, UNPARSED)
        editor.does(editor.actions(uri, 2), PUT_RIGHT)
        editor.codes(uri)
        assert editor.texts[uri].endswith(below)
        assert labels(offered(editor, uri, f"Cap limits\n\nDec|\n; Prose.\n{below}")) == [
            "Decision"
        ]
        assert offered(editor, uri, "Cap limits\n\n;Dec|\n") == []


def test_a_cycle_that_does_not_exist(cycles: Repo) -> None:
    with writing(cycles, "Check tokens\n\nCycle: Auth Flwo\nTask: Write middleware\n") as (
        editor,
        uri,
    ):
        (found,) = editor.codes(uri, NO_CYCLE)
        (row,) = rows(
            "SELECT number FROM cycles JOIN git_cycle_codes ON cycle_id = id "
            "WHERE name = 'Auth Flow'"
        )
        shown = f"Auth Flow (CYC-{row['number']})"
        assert found["message"] == f"There is no cycle Auth Flwo. Did you mean {shown}?"
        assert found["range"]["start"] == {"line": 2, "character": 0}
        editor.does(editor.actions(uri, 2), f"Write the cycle {shown}")
        editor.codes(uri)
        assert editor.texts[uri] == "Check tokens\n\nCycle: Auth Flow\nTask: Write middleware\n"
        for name in ("auth flow", f"cyc-{row['number']}", "Old one"):
            editor.type(uri, f"Check tokens\n\nCycle: {name}\n")
            editor.codes(uri)
        editor.type(uri, "Check tokens\n\nCycle: 🚀\n")
        (found,) = editor.codes(uri, NO_CYCLE)
        assert found["message"].endswith("See them with: git studio cycle list")
        ok(cycles, "cycle", "start", "🚀")
        editor.codes(uri)


def test_a_name_that_several_cycles_have(cycles: Repo) -> None:
    with database() as db:
        db.execute(
            "INSERT INTO cycles (id, project_id, name, cycle_type) "
            "SELECT 'twin', project_id, name, cycle_type FROM cycles WHERE name = 'Limits'"
        )
    with writing(cycles, "Check\n\nCycle: Limits\n") as (editor, uri):
        (found,) = editor.codes(uri, NO_CYCLE)
        assert found["message"].startswith("Limits may be several cycles: Limits")
        titles = [it["title"] for it in editor.actions(uri, 2, only=["quickfix"])]
        assert len(titles) == 2
        editor.does(editor.actions(uri, 2), titles[1])
        editor.codes(uri)
        assert editor.texts[uri] != "Check\n\nCycle: Limits\n"
        words = {it["textEdit"]["newText"] for it in offered(editor, uri, "Check\n\nCycle: lim|")}
        assert len(words) == 2
        assert "Limits" not in words


def test_trailers_are_offered_where_they_count(cycles: Repo) -> None:
    with writing(cycles, "") as (editor, uri):
        assert offered(editor, uri, "|") == []
        assert offered(editor, uri, "Dec|") == []
        found = offered(editor, uri, "Check\n\n|\n# Please enter the message\n")
        assert labels(found)[:3] == ["Decision", "Rationale", "Alternative"]
        assert "Warn" in labels(found)
        (item,) = offered(editor, uri, "Check\n\nopen|")
        assert item["textEdit"] == {
            "newText": "Open-Question: ",
            "range": {
                "start": {"line": 2, "character": 0},
                "end": {"line": 2, "character": 4},
            },
        }
        assert offered(editor, uri, "Check\n\nCycle: Limits\nCy|") == []
        editor.settings = {"completion": {"enabled": False}}
        editor.wire.send(
            {
                "jsonrpc": "2.0",
                "method": "workspace/didChangeConfiguration",
                "params": {"settings": None},
            }
        )
        editor.until(lambda message: message.get("method") == "workspace/configuration")
        editor.until(lambda message: message.get("method") == "workspace/codeLens/refresh")
        assert offered(editor, uri, "Check\n\nopen|") == []


def test_cycles_and_tasks_are_offered(cycles: Repo) -> None:
    with writing(cycles, "") as (editor, uri):
        found = offered(editor, uri, "Check\n\nCycle: |")
        assert labels(found) == ["Auth Flow", "Limits", "Old one"]
        (item,) = offered(editor, uri, "Check\n\nCycle: auth|")
        assert item["textEdit"]["newText"] == "Auth Flow"
        assert item["detail"].startswith("CYC-")
        code = item["detail"].split()[0]
        assert any(
            it["textEdit"]["newText"] == code
            for it in offered(editor, uri, f"Check\n\nCycle: {code.lower()}|")
        )
        found = offered(editor, uri, "Check\n\nCycle: Limits\nTask: |")
        assert labels(found) == [
            "Read the table",
            "Read the table (done)",
            "Write middleware",
            "Write middleware (done)",
        ]
        assert [it["detail"] for it in found if it["label"] == "Read the table"] == [
            "Limits · pending"
        ]
        assert offered(editor, uri, "Check\n\nNote: |") == []


def test_decisions_that_hold_are_offered_with_what_was_said_of_them(repo: Repo) -> None:
    bound(repo)
    ok(repo, "decision", "add", "Use sessions", "--rationale", "[x](command:evil) they are")
    ok(repo, "decision", "add", "Use JWT")
    ok(repo, "decision", "add", "Use a table", "--alternative", "A file")
    ok(repo, "decision", "supersede", "Use sessions", "Use JWT")
    ok(repo, "decision", "add", "Use sessions", "--rationale", "<b>after</b> all")
    with writing(repo, "") as (editor, uri):
        found = offered(editor, uri, "Check\n\nDecision: x\nSupersedes: |")
        assert labels(found) == ["Use sessions", "Use a table", "Use JWT"]
        assert {it["textEdit"]["newText"] for it in found} == {
            "Use sessions",
            "Use a table",
            "Use JWT",
        }
        (item,) = offered(editor, uri, "Check\n\nSupersedes: tab|")
        shown = editor.ask("completionItem/resolve", item)
        assert "Use a table" in shown["documentation"]
        assert "A file" in shown["documentation"]
        ok(repo, "decision", "add", "Use a table")
        found = offered(editor, uri, "Check\n\nSupersedes: table|")
        ids = {row["id"] for row in rows("SELECT id FROM decisions WHERE title = 'Use a table'")}
        assert {it["textEdit"]["newText"] for it in found} == ids


def test_tags_are_offered_word_by_word(repo: Repo) -> None:
    bound(repo)
    more = ("--problem", "p", "--solution", "s")
    ok(repo, "learning", "add", "One", *more, "--tag", "time", "--tag", "auth")
    ok(repo, "learning", "add", "Two", *more, "--tag", "time")
    with writing(repo, "") as (editor, uri):
        assert labels(offered(editor, uri, "Check\n\nTags: |")) == ["time", "auth"]
        (item,) = offered(editor, uri, "Check\n\nTags: zone, au|")
        assert item["textEdit"]["range"]["start"] == {"line": 2, "character": 12}


@pytest.mark.parametrize(
    "query",
    [
        lambda root: "",
        lambda root: f"?rootUri={quote(root, safe='/')}",
        lambda root: "?" + quote(f"rootUri={quote(root, safe='')}", safe=""),
    ],
    ids=["unnamed", "named", "encoded-twice"],
)
def test_the_commit_box_of_vs_code(query: Callable[[str], str], cycles: Repo) -> None:
    with editing(cycles.path) as editor:
        uri = box(editor, LATE, query(cycles.path.as_uri()))
        editor.codes(uri, UNPARSED, UNPARSED)
        editor.does(editor.actions(uri, 2), PUT_RIGHT)
        editor.codes(uri)
        assert labels(offered(editor, uri, "Check\n\nCycle: o|")) == ["Old one", "Auth Flow"]


def test_of_several_folders_the_commit_box_names_its_own(
    make_repo: Callable[..., Repo], cycles: Repo
) -> None:
    other = bind(make_repo("other"))
    with editing(other.path, cycles.path) as editor:
        nobody = box(editor, LATE)
        assert offered(editor, nobody, "Check\n\nDec|") == []
        named = box(editor, LATE, f"?rootUri={quote(cycles.path.as_uri())}")
        editor.codes(named, UNPARSED, UNPARSED)
        assert labels(offered(editor, named, "Check\n\nCycle: Au|")) == ["Auth Flow"]


def test_a_message_of_a_further_worktree(cycles: Repo) -> None:
    other = worktree(cycles, "second", "-b", "second", "main")
    git_dir = Path(other.git("rev-parse", "--absolute-git-dir"))
    assert git_dir.parent.name == "worktrees"
    (git_dir / "COMMIT_EDITMSG").write_text(LATE)
    with editing(other.path) as editor:
        uri = editor.open(git_dir / "COMMIT_EDITMSG", "git-commit")
        editor.codes(uri, UNPARSED, UNPARSED)
        assert labels(offered(editor, uri, "Check\n\nCycle: Au|")) == ["Auth Flow"]


def test_a_message_of_a_submodule(cycles: Repo, make_repo: Callable[..., Repo]) -> None:
    inner = make_repo("inner")
    inner.write("a.md", "text")
    inner.commit("Begin")
    cycles.git("submodule", "add", "-q", inner.path, "inner")
    submodule = bind(Repo(cycles.path / "inner"))
    git_dir = Path(submodule.git("rev-parse", "--absolute-git-dir"))
    (git_dir / "COMMIT_EDITMSG").write_text(LATE)
    with editing(cycles.path) as editor:
        uri = editor.open(git_dir / "COMMIT_EDITMSG", "gitcommit")
        editor.codes(uri, UNPARSED, UNPARSED)
        assert offered(editor, uri, "Check\n\nCycle: |") == []


def test_nothing_is_said_where_nobody_bound_the_repository(repo: Repo, tmp_path: Path) -> None:
    with writing(repo, LATE) as (editor, uri):
        assert offered(editor, uri, "Check\n\nDec|") == []
        editor.codes(uri)
        forged = tmp_path / "forged" / ".git"
        forged.mkdir(parents=True)
        (forged / "gitdir").write_text(f"{repo.path}/.git\n")
        (forged / "COMMIT_EDITMSG").write_text(LATE)
        editor.codes(editor.open(forged / "COMMIT_EDITMSG", "gitcommit"))
