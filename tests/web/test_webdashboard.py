"""``git studio dashboard --web``, asked over HTTP as any program of the machine could."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest
from conftest import Answer, run
from storetools import change, dashboards_store, fill, fingerprint, two_lines
from web.gallery import HOSTILE
from web.serving import Dashboard, serving

from studio_git.core.registryfiles import ItemType
from studio_git.services.webpages import PAGES
from studio_git.store.keyqueries import KEY_QUERIES

T = TypeVar("T")

WITH_IDS = {
    "session": "id=sessions-1",
    "decision": "id=decisions-1",
    "cycle": "id=cycles-1",
    "project": "id=projects-1",
    "item": "type=skill&id=registry_skills-1",
    "search": "q=title",
}
DATASETTES = (
    "studio", "studio.json", "studio/sessions", "studio/sessions/sessions-1", "studio/sessions.csv",
    *(f"studio/{name}" for name in KEY_QUERIES),
)  # fmt: skip


def every_page() -> Iterator[str]:
    for name in PAGES:
        yield f"{name}?{WITH_IDS[name]}" if name in WITH_IDS else name


@pytest.fixture
def db(studio_home: Path) -> Path:
    """A store with one row in every table, as somebody else may have written it."""
    path = dashboards_store(studio_home)
    fill(path)
    change(path, "UPDATE projects SET archived_at = NULL")
    change(path, "UPDATE learnings SET tags = ?", '["auth", "jwt"]')
    return path


@pytest.fixture
def served(db: Path) -> Iterator[Dashboard]:
    with serving("--no-browser") as dashboard:
        yield dashboard


def wait_for(found: Callable[[], T | None]) -> T:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (value := found()) is not None:
            return value
    raise AssertionError("it did not come")


class TestPages:
    def test_every_page_stands_whatever_the_store_says(self, served: Dashboard) -> None:
        for name in every_page():
            text = served.page(name)
            assert "<h1>" in text
            assert 'lang="en"' in text
        for name in DATASETTES:
            assert served.get(name).status == 200, name

    def test_what_a_store_without_rows_shows(self, studio_home: Path) -> None:
        dashboards_store(studio_home)
        with serving("--no-browser") as served:
            for name in (each for each in PAGES if each not in WITH_IDS):
                assert 'class="empty"' in served.page(name) or name == "projects", name
            assert "Nothing is found." in served.page("search?q=anything")

    def test_says_what_is_not_there(self, served: Dashboard) -> None:
        for name in ("session", "decision", "cycle", "project", "item"):
            reply = served.get(f"{name}?id=gone")
            assert reply.status == 404
            assert "there is no such" in reply.text

    @pytest.mark.parametrize("odd", ["page=-1", "page=%C2%B2", "page=99999999999", "page=x&page=2"])
    def test_odd_pages_are_none(self, served: Dashboard, odd: str) -> None:
        for name in ("timeline", "decisions", "learnings"):
            assert served.get(f"{name}?{odd}").status == 200

    def test_pages_are_turned(self, db: Path) -> None:
        with closing(sqlite3.connect(db)) as store, store:
            store.executemany(
                "INSERT INTO sessions (id, project_id, title, created_at) "
                "VALUES (?, 'projects-1', ?, ?)",
                [(f"s{n}", f"Session {n:03}", f"2025-01-01 00:{n:02}:00") for n in range(60)],
            )
        with serving("--no-browser") as served:
            first, second = served.page("timeline"), served.page("timeline?page=2")
        assert "Session 059" in first
        assert "page=2" in first
        assert "Session 000" not in first
        assert "Session 000" in second
        assert "Session 059" not in second

    def test_drift_side_by_side_and_unified(self, db: Path) -> None:
        change(
            db,
            "UPDATE context_files SET sync_status = 'diverged', filename = 'claude.md'",
        )
        change(
            db,
            "UPDATE drift_records SET resolved_at = NULL, canonical_content = ?, repo_content = ?",
            "# Rules\n\nUse tabs.\n\u202eevil\n",
            "# Rules\n\nUse spaces.\nzero\u200bwidth\n",
        )
        with serving("--no-browser") as served:
            beside, below = served.page("drift"), served.page("drift?view=unified")
            start = served.page()
        assert "claude.md" in start
        for text in (beside, below):
            assert "Use <em>tabs</em>." in text
            assert "Use <em>spaces</em>." in text
            assert "\u202e" not in text
            assert "\u200b" not in text
            assert "U+202E" in text
            assert "U+200B" in text
        assert 'class="diff split"' in beside
        assert 'class="diff unified"' in below

    @pytest.mark.parametrize(
        ("value", "style"),
        [
            ('"light"', "light"),
            ('"dark"', "dark"),
            ('"auto"', "auto"),
            ("[1", "dark"),
            (None, "dark"),
        ],
    )
    def test_light_and_dark_by_the_setting(self, db: Path, value: str | None, style: str) -> None:
        change(db, "DELETE FROM settings")
        if value is not None:
            change(db, "INSERT INTO settings (key, value) VALUES ('theme', ?)", value)
        with serving("--no-browser") as served:
            for name in ("", "studio/sessions"):
                assert f"-/studio/{style}.css" in served.page(name)
            assert "--ground" in served.page("-/studio/dark.css")

    def test_the_key_queries_are_those_of_the_data_model(self, served: Dashboard) -> None:
        said = (Path(__file__).parents[1] / "data" / "data_model_queries.sql").read_text()
        asked = ["".join(each.sql.split()) for each in KEY_QUERIES.values() if ":" not in each.sql]
        assert len(asked) == 6
        assert all(sql in "".join(said.split()) for sql in asked)
        assert "Dashboard: drift alerts" in served.page("studio")
        found = served.page("studio/search_sessions.json?text=title&project_id=&cycle_id=")
        assert '"sessions-1"' in found
        assert '"tasks-1"' in served.page("studio/tasks_of_cycle.json?cycle_id=cycles-1")

    def test_registry_types_are_those_of_the_registry(self, served: Dashboard) -> None:
        for each in ItemType:
            assert each.value in served.page(f"registry?type={each.value}")


class TestNobodyElse:
    def test_without_the_secret_there_is_nothing(self, served: Dashboard) -> None:
        wrong = served.base[:-2] + ("A" if served.base[-2] != "A" else "B") + "/"
        for path in ("/", "/studio", "/studio.json", "/-/studio/studio.css", wrong, "//", "/%2e/"):
            reply = served.raw(path)
            assert reply.status == 404, path
            assert "projects-1" not in reply.text
            assert served.base.strip("/") not in reply.text
        assert len(served.base) > 32

    def test_names_of_others_are_refused(self, served: Dashboard) -> None:
        """What a page of another site gets when its name comes to mean this machine."""
        good = (f"127.0.0.1:{served.port}", f"localhost:{served.port}", f"LOCALHOST:{served.port}")
        for host in good:
            assert served.get(host=host).status == 200
        for host in ("evil.example", f"evil.example:{served.port}", "127.0.0.1", "localhost:1"):
            assert served.get(host=host).status == 421

    def test_a_request_without_one_host_is_refused(self, served: Dashboard) -> None:
        name = f"Host: 127.0.0.1:{served.port}\r\n"
        for headers in ("", name + name, name + "Host: evil.example\r\n"):
            with socket.create_connection(("127.0.0.1", served.port)) as raw:
                raw.sendall(f"GET {served.base} HTTP/1.0\r\n{headers}\r\n".encode())
                status = raw.makefile("rb").readline().split()[1]
            assert status in (b"400", b"421")

    def test_only_this_machine_can_connect(self, served: Dashboard) -> None:
        for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
            if address != "127.0.0.1":
                with pytest.raises(OSError, match="refused"):
                    socket.create_connection((address, served.port), timeout=60).close()

    def test_pages_say_what_a_browser_may_do(self, served: Dashboard) -> None:
        for name in ("", "drift", "studio", "studio/sessions", "-/studio/dark.css", "gone"):
            headers = served.get(name).headers
            assert headers["content-security-policy"].startswith("default-src 'none'; style-src")
            assert "script-src" not in headers["content-security-policy"]
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "set-cookie" not in headers
            assert "access-control-allow-origin" not in headers

    def test_the_secret_is_in_no_argument(self, db: Path, tmp_path: Path) -> None:
        """A browser is started with a file's name: others can see the arguments of programs."""
        script, said = tmp_path / "browser", tmp_path / "said"
        script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" > {said}.new\nmv {said}.new {said}\n')
        script.chmod(0o755)
        with serving(browser=f"{script} %s") as served:
            words = wait_for(lambda: said.read_text() if said.exists() else None)
            page = Path(words.strip().removeprefix("file://"))
            assert served.base.strip("/") not in words
            assert served.address in page.read_text()
            assert (page.stat().st_mode & 0o777, page.parent.stat().st_mode & 0o777) == (
                0o600,
                0o700,
            )
            arguments = Path(f"/proc/{served.process.pid}/cmdline").read_bytes().decode()
            assert served.base.strip("/") not in arguments
        assert not page.exists()
        assert not page.parent.exists()

    def test_each_server_has_a_secret_of_its_own(self, served: Dashboard) -> None:
        with serving("--no-browser") as other:
            assert other.base != served.base
            assert other.raw(served.base).status == 404


class TestHostileText:
    @pytest.fixture
    def hostile(self, db: Path) -> Path:
        """Something of an attacker's in every column of text."""
        with closing(sqlite3.connect(db)) as store, store:
            for (table,) in store.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                for _, name, kind, *_ in store.execute(f"PRAGMA table_info({table})").fetchall():
                    if kind == "TEXT" and not name.endswith("id") and name not in ("key", "path"):
                        evil = f"{HOSTILE}\x1b[2J\u202e'\"{{{{7*7}}}}"
                        store.execute(f"UPDATE {table} SET {name} = ?", [evil])
            store.execute("UPDATE context_files SET sync_status = 'diverged'")
            store.execute("UPDATE drift_records SET resolved_at = NULL")
        return db

    def test_stays_text(self, hostile: Path) -> None:
        with serving("--no-browser") as served:
            for name in (*every_page(), f"search?q={quote(HOSTILE)}"):
                text = served.page(name)
                assert "<script" not in text, name
                assert "<img" not in text, name
                assert "\x1b" not in text, name
                assert "\u202e" not in text, name
                assert "49'" not in text
            assert "&lt;script&gt;" in served.page("decisions")
            for name in ("studio/decisions", "studio/sessions/sessions-1", "studio/drift_alerts"):
                assert HOSTILE not in served.page(name), name


class TestOnlyReads:
    def test_nothing_of_the_store_is_written(self, db: Path) -> None:
        run("git-studio", "settings", "list", cwd=Path.home())  # our tables are made
        before = fingerprint(db.parent)
        with serving("--no-browser", silent=False) as served:  # Datasette says what SQLite refused
            for name in (*every_page(), *DATASETTES):
                served.page(name)
            for sql in ("delete from sessions", "with a as (select 1) delete from sessions",
                        "select 1; delete from sessions", "attach 'x.db' as x",
                        "pragma journal_mode = delete"):  # fmt: skip
                assert served.get(f"studio.json?sql={quote(sql)}").status == 400
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                assert served.get("studio/sessions", method=method).status == 405
            assert served.get("studio.db").status != 200
        after = fingerprint(db.parent)
        index = {"search.db", ".search.lock"}  # derived, and made when somebody searches
        assert {name: mark for name, mark in after.items() if name not in index} == before

    def test_shows_what_others_write_meanwhile(self, served: Dashboard, db: Path) -> None:
        with closing(sqlite3.connect(db, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("UPDATE projects SET name = 'Renamed just now'")
            for name in ("projects", "studio/projects"):
                assert "Renamed just now" not in served.page(name)
            writer.execute("COMMIT")
            for name in ("projects", "studio/projects"):
                assert "Renamed just now" in served.page(name)

    def test_says_that_the_store_is_gone(self, served: Dashboard, db: Path) -> None:
        for path in db.parent.glob("studio.db*"):
            path.unlink()
        reply = served.get()
        assert reply.status == 503
        assert "the store" in reply.text
        assert not db.exists()


class TestCommand:
    def test_a_home_with_an_odd_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        home = tmp_path / "st?u#d%io %41"
        fill(dashboards_store(home))
        monkeypatch.setenv("STUDIO_HOME", str(home))
        with serving("--no-browser") as served:
            assert "projects name" in served.page("projects")
            assert "projects name" in served.page("studio/projects")

    @pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
    def test_ends_as_well_by_other_signals(
        self, db: Path, end: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "tmp"
        place.mkdir()
        monkeypatch.setenv("TMPDIR", str(place))
        with serving("--no-browser", end=end) as served:
            served.page()
            assert list(place.iterdir())
        assert list(place.iterdir()) == []

    def test_takes_the_port_that_is_asked_for(self, served: Dashboard) -> None:
        taken = self.studio("dashboard", "--web", "--no-browser", "--port", str(served.port))
        assert taken.status == 2
        two_lines(taken)
        assert "--port 0" in taken.err

    def test_says_how_datasette_is_installed(self, db: Path) -> None:
        code = (
            "import sys; sys.modules['datasette'] = None; sys.argv[1:] = ['dashboard', '--web']\n"
            "from studio_git.__main__ import main; sys.exit(main())"
        )
        answer = run(sys.executable, "-c", code, cwd=Path.home())
        assert answer.status == 2
        two_lines(answer)
        assert "pipx inject studio-git datasette" in answer.err
        assert "uv tool install 'studio-git[web]'" in answer.err

    @pytest.mark.parametrize(
        "words", [("--web", "--json"), ("--web", "--registry"), ("--port", "1"), ("--no-browser",)]
    )
    def test_words_that_do_not_fit(self, db: Path, words: tuple[str, ...]) -> None:
        answer = self.studio("dashboard", *words)
        assert answer.status == 2
        two_lines(answer)

    @staticmethod
    def studio(*words: str) -> Answer:
        return run("git-studio", *words, cwd=Path(os.environ["HOME"]))
