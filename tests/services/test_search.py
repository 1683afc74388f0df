"""Search finds what is there, whoever wrote it, and nothing else; in any state of its index."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from storetools import as_user, change, give_away, ordinary_place

from studio_git.core.searchquery import SEPARATOR, Kind, fold, parse
from studio_git.errors import UsageError
from studio_git.services import search, searchdocs, searchupdate
from studio_git.services.search import Filters
from studio_git.store import searchindex
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

WORDS = [
    "auth",
    "Token",
    "数据库",
    "連接",
    "École",
    "naïve",
    "a",
    "x-y",
    "C++",
    "100%",
    "o'k",
    "_id",
]
QUERIES = [
    *WORDS,
    "AUTH",
    "ÉCOLE",
    "oke",
    "据",
    "数据",
    "接",
    "th to",
    "a x",
    "+",
    "%",
    "'",
    "c+",
    "zz",
]


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        write(store, "INSERT INTO projects (id, name) VALUES ('p1', 'One'), ('p2', 'Two')")
        yield store


def write(store: Store, sql: str, *values: object) -> None:
    """What the dashboard does, with a connection of its own."""
    change(store.home / "studio.db", sql, *values)


def add_session(store: Store, name: str, title: str, summary: str = "", **columns: str) -> None:
    values = {"id": name, "project_id": "p1", "title": title, "summary": summary} | columns
    marks = ", ".join("?" * len(values))
    write(store, f"INSERT INTO sessions ({', '.join(values)}) VALUES ({marks})", *values.values())


def add_learning(store: Store, name: str, title: str, tags: list[str], **columns: str) -> None:
    values = {
        "id": name, "title": title, "problem": "p", "solution": "s", "tags": json.dumps(tags),
    } | columns  # fmt: skip
    marks = ", ".join("?" * len(values))
    write(store, f"INSERT INTO learnings ({', '.join(values)}) VALUES ({marks})", *values.values())


def put(store: Store, path: str, text: str) -> Path:
    file = store.home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def found(store: Store, words: str, filters: Filters | None = None, **more: object) -> list[str]:
    """The ids that are found, the best first."""
    return [hit.id for hit in search.search(store, words, filters, None, **more)]  # type: ignore[arg-type]


def test_every_kind_is_found_by_all_that_it_says(store: Store) -> None:
    add_session(store, "s", "Sum", "of work", files_changed='["src/mid.py"]')
    put(store, "projects/p1/sessions/s.md", "# Sum\n\n## Open Questions\n- Who asks?\n")
    write(
        store,
        "INSERT INTO decisions (id, project_id, title, rationale, alternatives) "
        "VALUES ('d', 'p1', 'Use it', 'because', '[\"Leave it\"]')",
    )
    add_learning(store, "l", "Learnt", ["tagged"], problem="It broke", solution="We fixed")
    write(store, "INSERT INTO context_files (id, project_id, filename, file_path) "
                 "VALUES ('c', 'p1', 'claude.md', 'claude.md')")  # fmt: skip
    put(store, "projects/p1/context/claude.md", "# Rules\nBe kind.\n")
    expected = {
        "s": ["sum", "of work", "src/mid.py", "who asks"],
        "d": ["use it", "because", "leave"],
        "l": ["learnt", "broke", "fixed", "tagged"],
        "c": ["claude", "be kind"],
    }
    for kind in ("skill", "agent", "tool", "template", "prompt"):
        column = "dir_path" if kind == "template" else "file_path"
        name = f"my-{kind}"
        write(
            store,
            f"INSERT INTO registry_{kind}s (id, name, description, {column}) "
            f"VALUES ('{kind}', '{name}', 'describes {kind}', '{name}.x')",
        )
        readme = "/README.md" if kind == "template" else ""
        put(store, f"registry/{kind}s/{name}.x{readme}", f"the text of {kind}")
        expected[kind] = [name, f"describes {kind}", f"text of {kind}"]
    for record, queries in expected.items():
        for words in queries:
            (hit,) = search.search(store, f'"{words}"')
            assert hit.id == record, words
            marked = [hit.title[a:b] for a, b in hit.title_marks]
            marked += [hit.snippet[a:b] for a, b in hit.snippet_marks]
            assert words in [mark.lower() for mark in marked]
    (hit,) = search.search(store, "asks")
    assert hit.path == str(store.home / "projects/p1/sessions/s.md")
    assert (hit.kind, hit.project_id) == (Kind.SESSION, "p1")
    assert search.search(store, "leave")[0].path is None


def test_words_may_stand_in_different_fields_and_all_have_to(store: Store) -> None:
    add_session(store, "s1", "Token", "in the middleware")
    add_session(store, "s2", "Token", "elsewhere")
    assert found(store, "middleware token") == ["s1"]
    assert found(store, '"token middleware"') == []


def test_filters(store: Store) -> None:
    write(store, "INSERT INTO cycles (id, project_id, name, cycle_type) "
                 "VALUES ('cy', 'p1', 'Flow', 'feature')")  # fmt: skip
    add_session(store, "s1", "Auth", cycle_id="cy", created_at="2024-01-01 00:00:00")
    add_session(store, "s2", "Auth", project_id="p2", created_at="2025-01-01 00:00:00")
    add_learning(store, "l1", "Auth", ["Db", "Net work"], project_id="p1")
    write(store, "INSERT INTO registry_tools (id, name, file_path) VALUES ('t', 'auth', 'a.json')")
    for filters, expected in (
        (Filters(), {"s1", "s2", "l1", "t"}),
        (Filters(kinds=(Kind.SESSION,)), {"s1", "s2"}),
        (Filters(kinds=search.REGISTRY), {"t"}),
        (Filters(project_id="p1"), {"s1", "l1"}),
        (Filters(project_id="none"), set()),
        (Filters(cycle_id="cy"), {"s1"}),
        (Filters(tag="DB"), {"l1"}),
        (Filters(tag="net"), set()),
        (Filters(tag="net work"), {"l1"}),
        (Filters(since=1_720_000_000), {"s2", "l1", "t"}),
        (Filters(since=1_720_000_000, project_id="p2"), {"s2"}),
        (Filters(kinds=(Kind.SESSION,), tag="db"), set()),
    ):
        assert set(found(store, "auth", filters)) == expected, filters


def test_the_best_come_first(store: Store) -> None:
    for name, title, summary in (
        ("inside", "x", "unauthorised"),
        ("summary", "x", "auth"),
        ("part", "Authors", ""),
        ("title", "Auth and more", ""),
        ("all", "Auth", ""),
    ):
        add_session(store, name, title, summary, created_at="2024-01-01 00:00:00")
    assert found(store, "auth") == ["all", "title", "part", "summary", "inside"]
    add_session(store, "old", "New", created_at="2020-01-01 00:00:00")
    add_session(store, "new", "New", created_at="2024-01-01 00:00:00")
    add_session(store, "here", "New", project_id="p2", created_at="2020-01-01 00:00:00")
    assert found(store, "new")[0] == "new"
    assert found(store, "new", near="p2")[0] == "here"
    assert [hit.id for hit in search.search(store, "new", limit=1)] == ["new"]


def test_with_many_finds_the_good_ones_are_not_lost(store: Store) -> None:
    add_session(store, "title", "Rotation of keys")
    add_session(store, "word", "x", "a rotation of keys")
    add_session(store, "near", "x", "prerotation", project_id="p2")
    for number in range(500):
        add_session(store, f"s{number}", "x", "prerotations")
    first = [hit.id for hit in search.search(store, "rotation", near="p2")]
    assert first[0] == "title"
    assert {"word", "near"} <= set(first[:5])
    assert len(search.search(store, "rotation", limit=None)) == 503
    assert len(search.search(store, "ro", limit=None)) == 503


HOSTILE = [
    '"', '""', '"a', "a\"b", "*", "a*", "^a", "-a", "+a", "a AND", "OR", "NOT a", "NEAR(a b)",
    "text:a", "{text}: a", "a\0b", "(", ")", "%", "_", "\\", "'", "; DROP TABLE docs", "\ud800",
    "x" * 60_000, "ab " * 20_000, '"' * 60_000, " ".join(map(str, range(12_000))), "a\x1fb", "🎉",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: repr(words[:12]))
def test_any_input_is_safe_and_means_itself(store: Store, words: str) -> None:
    add_session(store, "other", "nothing of it")
    text = words.encode("utf-8", "replace").decode().replace("\0", " ")
    add_session(store, "said", f"before {text} after")
    assert "said" in found(store, words)


def test_nothing_is_an_error(store: Store) -> None:
    with pytest.raises(UsageError):
        search.search(store, " ")


def test_odd_rows_of_other_programs(store: Store) -> None:
    write(store, "INSERT INTO sessions (id, project_id, title, summary, files_changed) VALUES "
                 "(NULL, 'p1', 'odd', X'FF00', '{not json')")  # fmt: skip
    add_session(store, "../../out", "odd", files_changed=json.dumps([1, None, {"a": "b"}]))
    add_session(store, "deep", "odd", files_changed="[" * 100_000)
    add_session(store, "time", "odd", created_at="whenever")
    put(store, "out.md", "outside")
    write(store, "INSERT INTO context_files (id, project_id, filename, file_path) "
                 "VALUES ('c', 'p1', 'odd', '../../../studio.db')")  # fmt: skip
    assert len(found(store, "odd")) == 5
    assert found(store, "outside") == []


def test_it_equals_looking_at_everything(store: Store) -> None:
    """Whatever the dashboard and people's editors do between two searches."""
    chance = random.Random(7)
    here = _Model(store, chance)
    for _ in range(60):
        for _ in range(chance.randint(1, 6)):
            chance.choice(here.changes)()
        if chance.random() < 0.5:
            here.time_passes()
        for words in chance.sample(QUERIES, 4):
            assert sorted(found(store, words)) == here.expected(words), words


class _Model:
    """Rows and files as they were written, searched by looking at each."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self.store = store
        self.chance = chance
        self.rows: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.number = 0
        self.changes: list[Callable[[], None]] = [
            self.add, self.add, self.add, self.edit, self.delete, self.write_file, self.write_file,
            self.edit_file, self.remove_file, self.vacuum,
        ]  # fmt: skip

    def expected(self, words: str) -> list[str]:
        parts = parse(words).parts
        texts = {
            name: fold(f"{row}{SEPARATOR}{self.files.get(name, '')}")
            for name, row in self.rows.items()
        }
        return sorted(name for name, text in texts.items() if all(part in text for part in parts))

    def words(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(0, 3)))

    def add(self) -> None:
        self.number += 1
        name, title, more = f"n{self.number}", self.words(), self.words()
        table = self.chance.choice(["sessions", "decisions", "learnings"])
        column = {"sessions": "summary", "decisions": "rationale", "learnings": "problem"}[table]
        also, value = (", solution", ", ''") if table == "learnings" else ("", "")
        write(
            self.store,
            f"INSERT INTO {table} (id, project_id, title, {column}{also}) "
            f"VALUES (?, 'p1', ?, ?{value})",
            name, title, more,
        )  # fmt: skip
        self.rows[name] = f"{title}{SEPARATOR}{more}"

    def edit(self) -> None:
        if self.rows:
            name, title = self.chance.choice(list(self.rows)), self.words()
            for table in ("sessions", "decisions", "learnings"):
                write(self.store, f"UPDATE {table} SET title = ? WHERE id = ?", title, name)
            self.rows[name] = f"{title}{SEPARATOR}{self.rows[name].split(SEPARATOR)[1]}"

    def delete(self) -> None:
        if self.rows:
            name = self.chance.choice(list(self.rows))
            for table in ("sessions", "decisions", "learnings"):
                write(self.store, f"DELETE FROM {table} WHERE id = ?", name)
            del self.rows[name]

    def sessions(self) -> list[str]:
        db = sqlite3.connect(self.store.home / "studio.db")
        names = [name for (name,) in db.execute("SELECT id FROM sessions ORDER BY id")]
        db.close()
        return names

    def write_file(self) -> None:
        if self.sessions():
            name = self.chance.choice(self.sessions())
            self.files[name] = self.words()
            put(self.store, f"projects/p1/sessions/{name}.md", self.files[name])

    def edit_file(self) -> None:
        """In place, with the same size where it can be, as a careless editor does."""
        if self.files:
            name = self.chance.choice(sorted(self.files))
            self.files[name] = self.files[name][::-1]
            with (self.store.home / f"projects/p1/sessions/{name}.md").open("r+") as file:
                file.write(self.files[name])

    def remove_file(self) -> None:
        if self.files:
            name = self.chance.choice(sorted(self.files))
            (self.store.home / f"projects/p1/sessions/{name}.md").unlink()
            del self.files[name]

    def time_passes(self) -> None:
        """All that was written is so old that its times can be relied on."""
        self.number += 1
        for path in self.store.home.rglob("*"):
            ours = path.suffix == ".md" or path.name.startswith("studio.db")
            if ours and path.stat().st_mtime_ns > 1_100_000_000 * 10**9:
                os.utime(path, ns=(0, 10**18 + self.number * 10**9 + 1))

    def vacuum(self) -> None:
        db = sqlite3.connect(self.store.home / "studio.db")
        db.execute("VACUUM")
        db.close()


def blocks_of_sessions(store: Store, count: int) -> None:
    """A table of so many blocks of the index, with few rows."""
    for number in range(count):
        write(
            store,
            "INSERT INTO sessions (rowid, id, project_id, title) VALUES (?, ?, 'p1', ?)",
            number * searchupdate.BLOCK + 1, f"s{number}", f"Row {number} stands",
        )  # fmt: skip


def test_in_a_large_table_what_is_new_is_found_and_what_is_gone_is_not(store: Store) -> None:
    blocks = searchupdate.SMALL_BLOCKS + 10
    blocks_of_sessions(store, blocks)
    assert len(found(store, "stands")) == blocks
    write(store, "UPDATE sessions SET title = 'Another stands' WHERE id = 's0'")
    write(store, "DELETE FROM sessions WHERE id = 's1'")
    add_session(store, "new", "Another one")
    assert "new" in found(store, "another")
    assert "s1" not in found(store, "row")
    # What is found is compared with its row; so is the old one that was edited.
    (hit,) = [hit for hit in search.search(store, "stands", limit=None) if hit.id == "s0"]
    assert hit.title == "Another stands"
    assert set(found(store, "another")) == {"new", "s0"}
    write(store, "UPDATE sessions SET title = 'Row 0 stands' WHERE id = 's0'")
    assert set(found(store, "another")) == {"new"}
    write(store, "UPDATE sessions SET title = 'Hidden away' WHERE id = 's2'")
    assert found(store, "hidden", everything=True) == ["s2"]


def test_a_large_table_is_compared_whole_when_it_is_due(store: Store) -> None:
    blocks_of_sessions(store, searchupdate.SMALL_BLOCKS + 10)
    assert found(store, "hidden") == []
    write(store, "UPDATE sessions SET title = 'Hidden away' WHERE id = 's2'")
    with searchindex.open_index(store.home) as index, index.writing():
        index.set_meta(rows_at="1000")
    assert found(store, "hidden") == ["s2"]


def test_newest_rows_that_were_replaced(store: Store) -> None:
    """A rowid is given again after the last row was deleted."""
    blocks_of_sessions(store, searchupdate.SMALL_BLOCKS + 10)
    assert found(store, "row")
    write(store, "DELETE FROM sessions WHERE rowid > 20000")
    blocks = range(20, searchupdate.SMALL_BLOCKS + 10)
    for number in blocks:
        write(
            store,
            "INSERT INTO sessions (rowid, id, project_id, title) VALUES (?, ?, 'p1', 'Changed')",
            number * searchupdate.BLOCK + 1, f"n{number}",
        )  # fmt: skip
    assert len(found(store, "changed")) == len(blocks)


def test_many_files(store: Store) -> None:
    count = searchupdate.FEW_FILES + 1
    db = sqlite3.connect(store.home / "studio.db")
    db.executemany(
        "INSERT INTO sessions (id, project_id, title) VALUES (?, 'p1', 'Kept')",
        [(f"s{number}",) for number in range(count)],
    )
    db.commit()
    db.close()
    folder = put(store, "projects/p1/sessions/s0.md", "first").parent
    for number in range(1, count):
        (folder / f"s{number}.md").write_text("text")
    assert found(store, "first") == ["s0"]
    put(store, "projects/p1/sessions/s0.md", "edited")
    put(store, "projects/p1/sessions/s1.md", "edited too")
    assert found(store, "first") == []  # what is found is compared with its file
    assert set(found(store, "edited", everything=True)) == {"s0", "s1"}


def test_nothing_is_compared_where_nothing_was_written(store: Store) -> None:
    add_session(store, "s", "Auth")
    for name in ("studio.db", "studio.db-wal"):
        os.utime(store.home / name, (1_700_000_000, 1_700_000_000.5))
    assert found(store, "auth") == ["s"]
    with searchindex.open_index(store.home) as index:
        seen = index.meta("seen")
        assert seen
        with index.writing():
            index.set_block(Kind.SESSION, 0, b"would be seen to be another one")
    assert found(store, "auth") == ["s"]
    with searchindex.open_index(store.home) as index:
        assert index.block(Kind.SESSION, 0) == b"would be seen to be another one"
    add_session(store, "t", "Auth")
    assert set(found(store, "auth")) == {"s", "t"}


@pytest.mark.parametrize("how", ["deleted", "garbage", "half", "zeros", "tables", "older", "empty"])
def test_a_damaged_index_is_made_anew(store: Store, how: str) -> None:
    for number in range(300):
        add_session(store, f"s{number}", f"Auth {number} " + "word " * 20)
    assert len(found(store, "auth")) == 300
    path = store.home / searchindex.INDEX
    data = path.read_bytes()
    if how == "deleted":
        path.unlink()
    elif how == "garbage":
        path.write_bytes(b"no database at all\n" * 1000)
    elif how == "half":
        path.write_bytes(data[: len(data) // 2])
    elif how == "zeros":
        path.write_bytes(data[:4096] + b"\0" * (len(data) - 4096))
    elif how == "empty":
        path.write_bytes(b"")
    else:
        db = sqlite3.connect(path)
        db.executescript(
            "DROP TABLE docs" if how == "tables" else "PRAGMA user_version = 0; DROP TABLE texts"
        )
        db.close()
    assert len(found(store, "auth")) == 300
    assert len(found(store, "auth")) == 300
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_index_of_a_later_release_is_left_alone(store: Store) -> None:
    add_session(store, "s", "Auth")
    db = sqlite3.connect(store.home / searchindex.INDEX)
    db.executescript("CREATE TABLE theirs (x); PRAGMA user_version = 99")
    db.close()
    assert found(store, "auth") == ["s"]
    db = sqlite3.connect(store.home / searchindex.INDEX)
    assert db.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
    db.close()


def test_something_else_in_its_place(store: Store) -> None:
    add_session(store, "s", "Auth")
    (store.home / searchindex.INDEX).symlink_to(store.home / "elsewhere")
    assert found(store, "auth") == ["s"]
    assert not (store.home / "elsewhere").exists()
    (store.home / searchindex.INDEX).unlink()
    (store.home / searchindex.INDEX).mkdir()
    assert found(store, "auth") == ["s"]


SEARCH = """
import sys
from pathlib import Path
from studio_git.services import search
from studio_git.store.connection import open_store
with open_store(Path(sys.argv[1])) as store:
    print(*sorted(hit.id for hit in search.search(store, sys.argv[2], limit=None)))
"""


@pytest.mark.parametrize("before", [False, True])
def test_a_home_that_cannot_be_written(before: bool) -> None:
    with ordinary_place() as place:
        home = place / "studio"
        prepare_home(home)
        change(home / "studio.db", "INSERT INTO projects (id, name) VALUES ('p', 'P')")
        with open_store(home) as store:
            add_session(store, "s1", "Auth", project_id="p")
            if before:
                assert found(store, "auth") == ["s1"]
            add_session(store, "s2", "Author", project_id="p")
        give_away(place)
        home.chmod(0o500)
        (home / "studio.db").chmod(0o400)
        answer = as_user(sys.executable, "-c", SEARCH, home, "auth", cwd=place)
        assert (answer.out, answer.err) == ("s1 s2\n", "")


def test_an_index_of_another_user_is_replaced() -> None:
    with ordinary_place() as place:
        home = place / "studio"
        prepare_home(home)
        change(home / "studio.db", "INSERT INTO projects (id, name) VALUES ('p', 'Auth')")
        give_away(place)
        (home / searchindex.INDEX).write_bytes(b"")
        (home / searchindex.INDEX).chmod(0o400)
        answer = as_user(sys.executable, "-c", SEARCH, home, "auth", cwd=place)
        assert (answer.out, answer.err) == ("\n", "")
        assert (home / searchindex.INDEX).stat().st_mode & 0o777 == 0o600


def test_many_processes_at_once(store: Store) -> None:
    for number in range(400):
        add_session(store, f"s{number}", f"Auth {number}")
    expected = " ".join(sorted(f"s{number}" for number in range(400)))
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SEARCH, store.home, "auth"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert out.strip() == expected
    with searchindex.open_index(store.home) as index:
        assert index.db.execute("SELECT count(*) FROM docs").fetchone() == (400,)


def test_a_first_indexing_is_told_and_goes_on_where_it_was_stopped(store: Store) -> None:
    blocks = 30
    blocks_of_sessions(store, blocks)
    told: list[int] = []

    @contextmanager
    def meter(total: int) -> Iterator[Callable[[int], None]]:
        assert total == blocks * searchupdate.BLOCK

        def advance(count: int) -> None:
            told.append(count)
            raise KeyboardInterrupt

        yield advance

    with pytest.raises(KeyboardInterrupt):
        search.search(store, "stands", meter=meter)
    assert len(told) == 1
    with searchindex.open_index(store.home) as index:
        (done,) = index.db.execute("SELECT count(*) FROM docs").fetchone()
    assert 0 < done < blocks
    assert len(found(store, "stands")) == blocks


def test_the_worker_stops_in_time(store: Store) -> None:
    add_session(store, "s", "Auth")
    with searchindex.open_index(store.home) as index:
        assert not searchupdate.update(store, index, until=0.0)
        assert index.meta("seen") == ""
    search.catch_up(store)
    with searchindex.open_index(store.home) as index:
        assert index.db.execute("SELECT count(*) FROM docs").fetchone() == (1,)
    (store.home / searchindex.INDEX).write_bytes(b"garbage " * 1000)
    search.catch_up(store)
    search.discard(store)
    assert not (store.home / searchindex.INDEX).exists()
    assert found(store, "auth") == ["s"]


def test_a_time_that_was_just_now_may_be_borne_twice() -> None:
    now = time.time_ns()
    assert not searchdocs.settled(now)
    assert searchdocs.settled(now - now % 10**9 - 10**9 + 1)
    assert not searchdocs.settled(now - now % 10**9)  # perhaps a clock of whole seconds
    assert searchdocs.settled(now - 10**10)
