"""``git studio search``, as people and programs use it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest
from capturing import Clone, bind, message
from conftest import SCRIPTS, Answer, Repo, run

from studio_git.services import background
from studio_git.store.searchindex import open_index


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.write("src/gate.py", "x\n")
    repo.commit(message("Check the token", "Decision: Use JWT", "Rationale: Stateless tokens"))
    clone.capture()
    clone.repo.studio(
        "learning", "add", "Clocks differ", "-P", "Tokens are refused", "-S", "Allow leeway",
        "-t", "Auth",
    )  # fmt: skip
    return clone


def search(clone: Clone, *words: str) -> Answer:
    return clone.repo.studio("search", *words)


def titles(clone: Clone, *words: str) -> list[str]:
    return [hit["title"] for hit in search(clone, *words, "--json").json]


def test_what_is_found_is_shown(clone: Clone) -> None:
    answer = search(clone, "stateless")
    assert answer.status == 0
    first, second, third, *_ = answer.out.splitlines()
    assert first == "decision Use JWT"
    assert second.strip().endswith("Risk Workbench")
    assert third == "    Stateless tokens"
    answer = search(clone, "no-such-word")
    assert (answer.status, answer.out) == (1, "Nothing is found.\n")
    assert search(clone, "no-such-word", "--json").json == []


def test_json_tells_all(clone: Clone) -> None:
    hits = search(clone, "token", "--json").json
    assert {hit["kind"] for hit in hits} == {"session", "decision", "learning"}
    for hit in hits:
        assert list(hit) == [
            "kind", "id", "project_id", "title", "title_marks", "snippet", "snippet_marks", "score",
            "created_at", "path",
        ]  # fmt: skip
        for text in ("title", "snippet"):
            for begin, end in hit[f"{text}_marks"]:
                assert hit[text][begin:end].lower() == "token"
    (session,) = [hit for hit in hits if hit["kind"] == "session"]
    assert Path(session["path"]).is_file()
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_filters(clone: Clone) -> None:
    assert titles(clone, "token", "--in", "learning") == ["Clocks differ"]
    assert set(titles(clone, "token", "--in", "decision", "--in", "session")) == {
        "Use JWT", "Check the token",
    }  # fmt: skip
    assert titles(clone, "token", "--in", "registry") == []
    assert titles(clone, "token", "--tag", "auth") == ["Clocks differ"]
    assert len(titles(clone, "token", "--since", "2 days")) == 3
    assert titles(clone, "token", "--since", "2999-01-01") == []
    assert len(titles(clone, "token", "-n", "1")) == 1
    clone.change("INSERT INTO projects (id, name) VALUES ('other', 'Other')")
    assert titles(clone, "token", "--project", "Other") == []
    assert len(titles(clone, "token", "-p", "Risk Workbench")) == 3
    clone.repo.studio("cycle", "start", "Auth Flow")
    assert titles(clone, "token", "--cycle", "CYC-1") == []
    clone.repo.studio("decision", "add", "Rotate tokens", "--cycle", "CYC-1")
    assert titles(clone, "token", "--cycle", "auth flow", "--refresh") == ["Rotate tokens"]


def test_words_and_phrases(clone: Clone) -> None:
    assert titles(clone, "leeway", "clocks") == ["Clocks differ"]
    assert titles(clone, '"leeway clocks"') == []
    assert search(clone, "--json", "--", "-P").json == []
    assert titles(clone, "gate.py") == ["Check the token"]


def test_it_needs_no_repository(clone: Clone, tmp_path: Path) -> None:
    answer = run(SCRIPTS / "git-studio", "search", "stateless", cwd=tmp_path)
    assert (answer.status, answer.out.splitlines()[0]) == (0, "decision Use JWT")
    answer = run(SCRIPTS / "git-studio", "search", "x", "--cycle", "CYC-1", cwd=tmp_path)
    assert answer.status == 2
    assert "--project" in answer.err


def test_more_than_is_shown(clone: Clone) -> None:
    for number in range(25):
        clone.change(
            "INSERT INTO decisions (id, project_id, title) VALUES (?, ?, 'Repeated')",
            f"d{number}", clone.project_id,
        )  # fmt: skip
    assert search(clone, "repeated").out.count("decision Repeated") == 20
    assert "There are more: --limit 100" in search(clone, "repeated").out
    assert len(titles(clone, "repeated")) == 25


def test_what_cannot_be(clone: Clone) -> None:
    for words in (
        [], [" "], ["x", "--in", "y"], ["x", "--since", "soon"], ["x", "--project", "none"],
        ["x", "--cycle", "none"], ["x", "-n", "0"],
    ):  # fmt: skip
        answer = search(clone, *words)
        assert (answer.status, answer.out) == (2, ""), words
        assert answer.err


def test_on_a_terminal_finds_are_bold_and_lines_fit(clone: Clone) -> None:
    long = "words before it " * 20 + "Need\x1b[31mle 数据库 " + "words after it " * 20
    clone.change(
        "INSERT INTO decisions (id, project_id, title, rationale) VALUES ('d', ?, ?, ?)",
        clone.project_id, "数据" * 60, long,
    )  # fmt: skip
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "60"}
    environment.pop("NO_COLOR")
    child = pexpect.spawn(
        str(SCRIPTS / "git-studio"), ["search", "数据库"], cwd=clone.repo.path, env=environment,
        encoding="utf-8", dimensions=(24, 60), timeout=60,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    out = child.before
    assert out is not None
    assert child.exitstatus == 0
    assert "\x1b[1m数据库\x1b[0m" in out
    assert "\x1b[31mle" not in out
    assert "\\x1b[31mle" in out
    assert "…" in out.splitlines()[0]


def test_the_worker_indexes_what_was_committed(clone: Clone) -> None:
    clone.repo.commit("Say something new")
    background.settle(clone.repo.place.common_dir, [])
    with open_index(clone.home) as index:
        rows = index.db.execute("SELECT text FROM docs WHERE text LIKE '%say something new%'")
        assert len(rows.fetchall()) == 1


def test_the_worker_loads_nothing_heavy_for_it() -> None:
    code = (
        "import sys, studio_git.services.background\n"
        "heavy = {'click', 'git', 'rich', 'sqlite_utils', 'tomlkit'}\n"
        "print(*sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    assert run(sys.executable, "-c", code, cwd=Path("/")).out == "\n"
