"""Any words that are searched for: no error, and an answer within a tenth of a second."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo

from studio_git.errors import UsageError
from studio_git.services.search import search
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.searchfind import FEW

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

LIMIT = 0.1
LONG = 60_000

OPERATORS = (
    "AND", "OR", "NOT", "NEAR", "a AND", "OR b", "NOT", "a NOT", "NEAR(a b, 3)", "NEAR(", "(", ")",
    "((", "a)", "*", "a*", "*a", "^a", "a ^", "-a", "+", "a + b", "title:", "title:a", "text : a",
    "{title text}: a", "- {title}: a", "a:b:c", ":", "\\", "%", "_", "100%", "a_b", "[a-z]", "?",
)  # fmt: skip
QUOTES = (
    '"', '""', '"""', '"a', 'a"', '"a" "', '" "', "'", "''", "'a", "it's", "`a`", "“a”", "«a»",
    '"a""b"', "';--", "'; DROP TABLE docs; --", '" OR 1=1 --', "rank", "texts", "sqlite_master",
)  # fmt: skip
ODD = (
    "\x00", "a\x00b", "\x00" * 100, "\x1b[2J", "\x07", "\ud800", "a\udfffb", "\ufeff", "\u202e",
    "\u200b", "\U000e0041", "\U0001f469\u200d\U0001f4bb", "é", "e\u0301", "İ", "ß", "ﬃ", "日本語",
    "한국어", "ไทย", "العربية", "\n", "\t\t", "\r\n", "a" * 3, "ab", "a", "1", "0", "-0", "{}",
)  # fmt: skip
LENGTHY = (
    "a", "ab ", '"', '" ', "(", "NEAR(", "a AND ", "*", "%", "_", "\x00", "日", "é", "choice ",
    '"choice" ', "x y ", "\ud800", "\u0301", "aaaaaaaaaaaaaaaaaaaaaaa ", "-", ":", "^", "\\",
)  # fmt: skip


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    """A store with so much in it that the words reach SQLite's full text search."""
    prepare_home(studio_home)
    with open_store(studio_home) as opened:
        with opened.writing() as db:
            db.execute("INSERT INTO projects (id, name) VALUES ('p', 'Risk Workbench')")
            db.executemany(
                "INSERT INTO decisions (id, project_id, title, rationale) VALUES (?, 'p', ?, ?)",
                [
                    (f"d{number}", f"Choice {number} of a AND b", f"because {number} " * 9)
                    for number in range(FEW + 500)
                ],
            )
        search(opened, "choice")  # the index is made by the first
        yield opened


def lasted(store: Store, words: str) -> float:
    """How long a search takes: the quickest of five, since others work on this machine too."""
    found = [LIMIT]
    for _ in range(5):
        begun = time.process_time()
        try:
            search(store, words)
        except UsageError:
            assert not words.replace("\0", " ").strip()
        found.append(time.process_time() - begun)
        if found[-1] < LIMIT:
            break
    return min(found)


def made_up(chance: random.Random, count: int) -> Iterator[str]:
    """Pieces of all the others, in any order."""
    pieces = [*OPERATORS, *QUOTES, *ODD, " ", " ", "choice", "because"]
    for _ in range(count):
        yield "".join(chance.choices(pieces, k=chance.randrange(1, 40)))


def test_no_error_and_under_a_tenth_of_a_second(
    store: Store, times: Times, chance: random.Random, figure: Figure
) -> None:
    short = [*OPERATORS, *QUOTES, *ODD, *made_up(chance, times(100, 2000))]
    size = times(LONG // 6, LONG)
    lengthy = [seed * (size // len(seed)) for seed in LENGTHY]
    lengthy += ["".join(chance.choices("ab \"'*()%_\0:é日", k=size)) for _ in range(times(3, 20))]
    lengthy.append(" ".join(map(str, range(size // 6))))
    took = {words[:40]: lasted(store, words) for words in [*short, *lengthy]}
    slowest = max(took, key=lambda words: took[words])
    assert took[slowest] < LIMIT, (slowest, took[slowest])
    number = len(short) + len(lengthy)
    most = 1000 * took[slowest]
    figure(f"{number:,} queries of up to {size:,} letters: 0 errors, at most {most:.0f} ms")


def test_what_is_searched_for_is_found(store: Store) -> None:
    """The words mean themselves: none of them is an operator."""
    for number, words in enumerate([*OPERATORS, *QUOTES]):
        with store.writing() as db:
            db.execute(
                "INSERT INTO decisions (id, project_id, title) VALUES (?, 'p', ?)",
                [f"odd-{number}", f"before {words} after"],
            )
        found = {hit.id for hit in search(store, words, limit=None)}
        assert f"odd-{number}" in found, words


def test_the_command(repo: Repo, store: Store) -> None:
    """Through an argument, which can hold neither a NUL nor more than 128 kB."""
    for words in ('"', "NEAR(", "a*", "-a", "title:a", "\x1b[2J", "x" * LONG, "\udcff", "--"):
        answer = repo.studio("search", "--json", "--", words)
        assert answer.status in {0, 1}, (words[:20], answer.err)
        assert isinstance(answer.json, list)
