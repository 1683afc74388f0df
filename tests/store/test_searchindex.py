"""The index's file, and what is found in it by tokens, by looking, and by the start of a token."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from storetools import change

from studio_git.core.searchquery import Kind, document, parse
from studio_git.store import searchfind, searchrows
from studio_git.store.connection import open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.searchfind import Filters, find
from studio_git.store.searchindex import (
    INDEX,
    Doc,
    Index,
    IndexUnusableError,
    discard,
    inode,
    kind_of,
    open_in_memory,
    open_index,
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with open_index(tmp_path) as index:
        yield index


def doc(source: int, title: str, body: str = "", kind: Kind = Kind.SESSION) -> Doc:
    text, title_end = document(title, [body])
    return Doc(
        kind=kind, source=source, digest=b"d", record_id=f"r{source}", project_id="p",
        cycle_id="", created=source, tags=("one", "two words"), file=None, stamp="", text=text,
        title_end=title_end,
    )  # fmt: skip


def sources(index: Index, words: str, most: int | None = None) -> list[int]:
    return sorted(found.source for found in find(index, parse(words), Filters(), most))


def test_documents_are_put_replaced_and_dropped(index: Index) -> None:
    with index.writing():
        index.put(doc(1, "First title", "body"))
        index.put(doc(2, "Second", "body", Kind.LEARNING))
    (first,) = index.of_kind(Kind.SESSION)
    assert (first.source, first.record_id, kind_of(first.id)) == (1, "r1", Kind.SESSION)
    assert sources(index, "body") == [1, 2]
    with index.writing():
        index.put(doc(1, "Other", "corpus"), instead=first.id)
    assert sources(index, "body") == [2]
    assert sources(index, "corpus") == [1]
    with index.writing():
        index.drop(first.id)
        index.drop(first.id)
    assert sources(index, "corpus") == []
    assert index.between(Kind.LEARNING, 0, 5).keys() == {2}
    index.db.execute("INSERT INTO texts (texts) VALUES ('integrity-check')")


def test_what_failed_is_as_if_it_had_not_been(index: Index) -> None:
    with pytest.raises(AttributeError), index.writing():
        index.put(doc(1, "Title")) or index.put(None)  # type: ignore[func-returns-value, arg-type]
    assert sources(index, "title") == []


def test_many_documents_by_tokens_and_by_short_words(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ways differ in what they cost; what they find is the same."""
    with index.writing():
        for number in range(200):
            index.put(doc(number, f"Title {number}", "数据库" if number == 3 else "words xq"))
        for number in range(100):
            index.put(doc(number, "last", f"z{chr(0x4E00 + number)}", Kind.DECISION))
    queries = [
        "title",
        "title words",
        "数",
        "数据",
        "xq",
        "x",
        "z",
        "9",
        "no",
        "qx",
        "ti wo",
        "z一",
    ]
    expected = {words: sources(index, words) for words in queries}
    assert expected["数据"] == expected["数"] == [3]
    assert len(expected["xq"]) == 199
    assert len(expected["z"]) == 100
    monkeypatch.setattr(searchfind, "FEW", 10)
    for words in queries:
        assert sources(index, words) == expected[words], words
    monkeypatch.setattr(searchfind, "_TERMS", 5)
    for words in queries:
        assert sources(index, words) == expected[words], words
        some = sources(index, words, most=7)
        assert set(some) <= set(expected[words])
        assert len(some) >= min(7, len(expected[words])), words


def test_the_newest_come_first_and_titles_are_not_lost(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchfind, "FEW", 10)
    with index.writing():
        index.put(doc(0, "The wanted"))
        index.put(doc(1, "x", "the wanted"))
        for number in range(2, 100):
            index.put(doc(number, "x", "unwanted"))
    assert sources(index, "wanted", most=3) == [0, 1, 97, 98, 99]


def test_filters_leave_few_or_many(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    with index.writing():
        for number in range(100):
            index.put(doc(number, "Title", kind=Kind.LEARNING))
    for few in (1000, 10):
        monkeypatch.setattr(searchfind, "FEW", few)
        for filters, count in (
            (Filters(project_id="p"), 100),
            (Filters(project_id="q"), 0),
            (Filters(since=40), 60),
            (Filters(since=40, project_id="p", tag="two words"), 60),
            (Filters(tag="two"), 0),
            (Filters(tag="one", kinds=(Kind.SESSION,)), 0),
        ):
            assert len(find(index, parse("title"), filters, None)) == count, filters


def test_a_file_that_is_no_index_is_told(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_bytes(b"garbage " * 1000)
    with pytest.raises(IndexUnusableError) as told, open_index(tmp_path):
        pass
    assert told.value.damaged
    discard(tmp_path, damaged=inode(tmp_path) + 1)
    assert (tmp_path / INDEX).exists()
    discard(tmp_path, damaged=inode(tmp_path))
    assert not (tmp_path / INDEX).exists()
    assert inode(tmp_path) == 0


def test_a_copy_in_memory_begins_with_what_the_file_has(tmp_path: Path) -> None:
    with open_index(tmp_path) as index, index.writing():
        index.put(doc(1, "Title"))
    with open_in_memory(tmp_path) as copy:
        assert not copy.lasting
        with copy.writing():
            copy.put(doc(2, "Title"))
        assert sources(copy, "title") == [1, 2]
    with open_index(tmp_path) as index:
        assert sources(index, "title") == [1]


def test_an_older_form_is_made_anew(tmp_path: Path) -> None:
    with open_index(tmp_path) as index, index.writing():
        index.put(doc(1, "Title"))
    db = sqlite3.connect(tmp_path / INDEX)
    db.executescript("DROP TABLE titles; CREATE TABLE titles (x); PRAGMA user_version = 0")
    db.close()
    with open_index(tmp_path) as index:
        assert sources(index, "title") == []
        with index.writing():
            index.put(doc(1, "Title"))
        assert sources(index, "title") == [1]


def test_rows_are_read_in_blocks(studio_home: Path) -> None:
    prepare_home(studio_home)
    path = studio_home / "studio.db"
    change(path, "INSERT INTO projects (id, name) VALUES ('p', 'P')")
    for rowid in (-5, 1, 2, 5000):
        change(
            path,
            "INSERT INTO sessions (rowid, id, project_id, title, created_at) "
            "VALUES (?, ?, 'p', CAST(X'41FF' AS TEXT), ?)",
            rowid, f"s{rowid}", f"20{30 - rowid % 10}-01-01 00:00:00",
        )  # fmt: skip
    with open_store(studio_home) as store:
        assert list(searchrows.blocks(store, Kind.SESSION)) == [4, 0, -1]
        assert sorted(searchrows.by_age(store, Kind.SESSION)) == [-1, 0, 4]
        digest, (first, second) = searchrows.records(store, Kind.SESSION, 0)
        assert digest == searchrows.digest(store, Kind.SESSION, 0)
        assert (first.source, first.id, first.title) == (1, "s1", "A\ufffd")
        assert searchrows.records(store, Kind.SESSION, 1) == (None, [])
        assert searchrows.some(store, Kind.SESSION, [2, 9]) == {2: second}
        change(path, "UPDATE sessions SET cycle_id = NULL, summary = 'x' WHERE id = 's2'")
        assert searchrows.digest(store, Kind.SESSION, 0) != digest
        assert searchrows.records(store, Kind.SESSION, 0)[1][0].digest == first.digest
