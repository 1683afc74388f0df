"""A store made anew, from what is left of it, from backups, journals, commits and files."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Repo
from damagetools import World, cut, flipped, garbage, make_world
from storetools import change, fingerprint, query, rows_of, two_lines

from studio_git.errors import StoreTooNewError
from studio_git.services import rebuild, slips
from studio_git.store import salvage
from studio_git.store.connection import open_store


@pytest.fixture
def world(repo: Repo) -> World:
    return make_world(repo)


DAMAGES: list[tuple[Callable[[bytes, random.Random], bytes], int]] = [
    (garbage, 1),
    *((cut, seed) for seed in range(4)),
    *((flipped, seed) for seed in range(8)),
]


@pytest.mark.parametrize(
    ("how", "seed"), DAMAGES, ids=[f"{how.__name__}-{seed}" for how, seed in DAMAGES]
)
def test_all_that_was_captured_comes_back(
    world: World, how: Callable[[bytes, random.Random], bytes], seed: int
) -> None:
    before, files = world.captured(), fingerprint(world.home / "projects")
    damaged = how(world.store.read_bytes(), random.Random(seed))
    world.store.write_bytes(damaged)
    done = world.rebuild()
    assert done.aside is not None
    assert (done.aside / "studio.db").read_bytes() == damaged
    assert world.captured() == before
    after = fingerprint(world.home / "projects")
    assert {name: it for name, it in after.items() if name in files} == files
    assert world.store.stat().st_mode & 0o777 == 0o600
    again = world.rebuild()
    assert (again.aside, again.commits, again.sessions) == (None, 0, 0)
    assert world.captured() == before


def test_rows_that_git_does_not_have_come_from_the_readable_part(world: World) -> None:
    change(world.store, "CREATE TABLE songs (title TEXT)")
    change(world.store, "INSERT INTO songs VALUES ('of another program')")
    change(world.store, "UPDATE settings SET value = '\"light\"' WHERE key = 'theme'")
    before = rows_of(world.store, ours=True)
    with closing(sqlite3.connect(world.store)) as db:
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'git_commits'"
        ).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    world.checkpoint()
    data = bytearray(world.store.read_bytes())
    data[(root - 1) * size : root * size] = b"\x55" * size
    world.store.write_bytes(data)
    done = world.rebuild()
    assert done.damaged == ("git_commits",)
    after = rows_of(world.store, ours=True)
    for table in ("projects", "decisions", "learnings", "sessions", "settings", "songs", "cycles"):
        assert after[table] == before[table], table


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM git_commits WHERE id IN (10, 11)",  # beside 13, which is there
        "UPDATE git_refs SET repository_id = ':' || substr(repository_id, 2) WHERE name = 'start:'",
        "UPDATE learnings SET session_id = 'x' || substr(session_id, 2)",
    ],
)
def test_references_that_lead_nowhere(world: World, statement: str) -> None:
    before = world.captured()
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute(statement)  # with references unchecked, as after damage
    assert query(world.store, "PRAGMA foreign_key_check") != []
    said = world.repo.studio("doctor").out
    assert "gone" in said
    assert "git studio doctor --rebuild" in said
    world.rebuild()
    assert world.captured() == before


@pytest.mark.parametrize("table", ["decisions", "learnings", "git_questions"])
def test_a_page_that_says_it_is_empty(world: World, table: str) -> None:
    before = world.captured()
    empty_page(world, table)
    done = world.rebuild()
    assert table in done.damaged
    assert world.captured() == before


def test_a_row_that_was_read_from_a_wrong_place_on(world: World) -> None:
    """A length that was damaged lets a row begin in the middle of the one before."""
    before = world.captured()
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute(
            "INSERT INTO sessions (id, project_id, title, summary) VALUES (?, ?, ?, ?)",
            ["12be-66ab", " 4because of this", 'because of\x1e["src/4.py"]', "c\x01%34"],
        )
    empty_page(world, "sqlite_autoindex_sessions_1")
    assert "sessions" in world.rebuild().damaged
    assert world.captured() == before


def test_a_page_of_another_table(world: World) -> None:
    """Where a table says which pages are its own, the number was damaged."""
    before = world.captured()
    world.checkpoint()
    with closing(sqlite3.connect(world.store)) as db:
        sql = "SELECT rootpage FROM sqlite_master WHERE name IN ('sessions', 'decisions')"
        (decisions,), (sessions,) = db.execute(f"{sql} ORDER BY name").fetchall()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    data = bytearray(world.store.read_bytes())
    first, other = (sessions - 1) * size, (decisions - 1) * size
    data[first : first + size] = data[other : other + size]
    world.store.write_bytes(data)
    assert "sessions" in world.rebuild().damaged
    assert world.captured() == before


@pytest.mark.parametrize("table", ["git_commits", "learnings", "git_notes"])
def test_rows_of_another_table(world: World, table: str) -> None:
    """They are not taken for its own, whichever it is."""
    before = world.captured()
    world.checkpoint()
    data = world.store.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    with closing(sqlite3.connect(world.store)) as db:
        sql = "SELECT name, rootpage FROM sqlite_master WHERE type = 'table' AND sql NOT NULL"
        pages = dict(db.execute(sql).fetchall())
    first = (pages[table] - 1) * size
    for other in ("decisions", "git_sessions", "git_refs", "git_commits", "git_notes"):
        there = (pages[other] - 1) * size
        damaged = bytearray(data)
        damaged[first : first + size] = data[there : there + size]
        world.store.write_bytes(damaged)
        world.rebuild()
        assert world.captured() == before, other


def test_what_others_keep_is_left_as_it_is(world: World) -> None:
    """A row whose index alone is at odds, whatever is in it, and bytes that are no text."""
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute("CREATE TABLE dash_pins (id TEXT PRIMARY KEY, shown TEXT)")
        db.execute("INSERT INTO dash_pins SELECT id, x'00fffe80' FROM sessions")
        db.execute(
            "INSERT INTO registry_prompts (id, name, file_path) VALUES ('sql', 'sql', 'x.md')"
        )
        (project,) = db.execute("SELECT id FROM projects").fetchone()
        noise = ["noise", project, "A \x1b title", "A \ufffd summary"]
        db.execute(
            "INSERT INTO sessions (id, project_id, title, summary) VALUES (?, ?, ?, ?)", noise
        )
        db.execute("UPDATE registry_skills SET created_at = '2001-02-03 04:05:06'")
    before = rows_of(world.store)
    for index in ("sqlite_autoindex_sessions_1", "sqlite_autoindex_registry_skills_1"):
        empty_page(world, index)
    assert {"sessions", "registry_skills"} <= set(world.rebuild().damaged)
    after = rows_of(world.store)
    for table in ("dash_pins", "sessions", "registry_skills"):
        assert after[table] == before[table], table


def test_a_virtual_table_of_a_module_that_is_not_here(world: World) -> None:
    before = rows_of(world.store)
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute("CREATE TABLE vec_items (a)")
        db.execute("PRAGMA writable_schema = ON")
        db.execute(
            "UPDATE sqlite_master SET rootpage = 0, sql = "
            "'CREATE VIRTUAL TABLE vec_items USING vec0(a)' WHERE name = 'vec_items'"
        )
    empty_page(world, "sqlite_autoindex_sessions_1")
    assert world.rebuild().aside is not None
    assert rows_of(world.store) == before


def test_a_damaged_store_of_a_later_release_is_left_alone(world: World) -> None:
    change(world.store, "UPDATE git_meta SET value = '2' WHERE key = 'min_writer'")
    empty_page(world, "sqlite_autoindex_sessions_1")
    before = world.store.read_bytes()
    with pytest.raises(StoreTooNewError):
        world.rebuild()
    assert world.store.read_bytes() == before


@pytest.mark.parametrize("space", ["\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}"])
def test_a_space_that_a_person_typed(world: World, space: str) -> None:
    """No byte that changed makes it of another."""
    change(world.store, "UPDATE sessions SET title = replace(title, ' ', ?)", space)
    with open_store(world.home) as store:
        assert list(slips.everywhere(store, world.repo.path)) == []


def empty_page(world: World, name: str) -> None:
    """Let the first page of a table or an index say that it has no cells."""
    world.checkpoint()
    with closing(sqlite3.connect(world.store)) as db:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (root,) = db.execute(sql, [name]).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    world.checkpoint()
    data = bytearray(world.store.read_bytes())
    data[(root - 1) * size + 3 : (root - 1) * size + 5] = b"\0\0"
    world.store.write_bytes(data)


@pytest.mark.parametrize(
    "renamed",
    [
        "git_supersedes RENAME COLUMN superseded_at TO superseded_ab",
        "learnings RENAME COLUMN problem TO proclem",
        "decisions RENAME COLUMN title TO v",
        "git_commits RENAME COLUMN author_name TO authoz_name",
    ],
)
def test_a_column_whose_name_was_damaged(world: World, renamed: str) -> None:
    before = world.captured()
    change(world.store, f"ALTER TABLE {renamed}")
    for words in (["status"], ["capture"], ["session", "list"], ["decision", "list"]):
        assert "Traceback" not in world.repo.studio(*words).err
    assert "git studio doctor --rebuild" in world.repo.studio("doctor").out
    assert world.rebuild().aside is not None
    assert world.captured() == before


@pytest.mark.parametrize(
    "damaged", ["CLAUD\N{REPLACEMENT CHARACTER}.md", "\x01\x02.md", "CLAUDF.md"]
)
def test_a_path_that_was_damaged(world: World, damaged: str) -> None:
    before = world.captured()
    change(world.store, "UPDATE git_context_targets SET repo_path = ?", damaged)
    assert world.rebuild().mended
    assert world.captured() == before


@pytest.mark.parametrize("column", ["filename", "file_path"])
@pytest.mark.parametrize("damaged", ["claude.\N{REPLACEMENT CHARACTER}d", "claude.zd"])
def test_a_name_of_a_context_file_that_was_damaged(world: World, column: str, damaged: str) -> None:
    before = world.captured()
    change(world.store, f"UPDATE context_files SET {column} = ?", damaged)
    assert world.rebuild().mended
    assert world.captured() == before
    assert query(world.store, "SELECT filename FROM context_files") == [("claude.md",)]


@pytest.mark.parametrize("table", ["decisions", "learnings", "git_questions"])
def test_when_a_record_was_made(world: World, table: str) -> None:
    """It is when its commit was: no other time that differs in one character is a commit's."""
    sql = f"SELECT id, created_at FROM {table} ORDER BY id"
    before = query(world.store, sql)
    for damaged in (
        "substr(created_at, 1, 11) || 'z' || substr(created_at, 13)",
        "substr(created_at, 1, 10) || 'z' || substr(created_at, 12)",
        "'3' || substr(created_at, 2)",
    ):
        change(world.store, f"UPDATE {table} SET created_at = {damaged} WHERE id <> 'by-hand'")
        assert query(world.store, sql) != before
        assert world.rebuild().mended
        assert query(world.store, sql) == before


def test_a_record_may_have_been_made_when_another_commit_was(world: World) -> None:
    (early,) = query(world.store, "SELECT created_at FROM decisions WHERE title = 'Choice 3'")
    change(world.store, "UPDATE decisions SET created_at = ? WHERE title = 'Choice 11'", early[0])
    with open_store(world.home) as store:
        assert list(slips.everywhere(store, world.repo.path)) == []


@pytest.mark.parametrize("became", ["char(9)", "char(24)"])
@pytest.mark.parametrize("column", ["title", "summary"])
def test_a_space_that_became_another(world: World, column: str, became: str) -> None:
    """The session's file shows both alike."""
    before = query(world.store, "SELECT * FROM sessions ORDER BY id")
    first = f"instr({column}, ' ')"
    damaged = f"substr({column}, 1, {first} - 1) || {became} || substr({column}, {first} + 1)"
    change(world.store, f"UPDATE sessions SET {column} = {damaged} WHERE summary LIKE '% %'")
    assert query(world.store, "SELECT * FROM sessions ORDER BY id") != before
    assert world.rebuild().mended
    assert query(world.store, "SELECT * FROM sessions ORDER BY id") == before


def test_a_note_on_the_registry_whose_name_was_damaged(world: World) -> None:
    change(world.store, "UPDATE git_meta SET key = replace(key, 'skill/', 'skill0')")
    world.rebuild()
    assert world.repo.studio("registry", "sync").status == 0


def test_a_setting_without_a_value_is_left(world: World) -> None:
    """As SQLite shows a row whose header was damaged."""
    with closing(sqlite3.connect(world.store)) as db:
        assert salvage.put(db, {"settings": [{"key": "theme", "value": None}]}) == 0


def test_a_name_in_the_registry_that_was_damaged(world: World) -> None:
    before = world.captured()
    for damaged in ("sqm", "\N{REPLACEMENT CHARACTER}ql"):
        change(world.store, "UPDATE registry_skills SET name = ?", damaged)
        assert world.rebuild().mended
        assert world.captured() == before
    (world.home / "registry/skills/sql.md").rename(world.home / "registry/skills/s.l.md")
    for name in ("s-l", "s_l", "s.l"):  # as people name them
        change(world.store, "UPDATE registry_skills SET name = ?, file_path = 's.l.md'", name)
        with open_store(world.home) as store:
            assert list(slips.in_registry(store)) == []


@pytest.mark.parametrize("damaged", ["s@l.md", "\x01\x02.md"])
def test_a_path_in_the_registry_that_was_damaged(world: World, damaged: str) -> None:
    before = world.captured()
    change(world.store, "UPDATE registry_skills SET file_path = ?", damaged)
    assert world.rebuild().mended
    assert world.captured() == before
    assert query(world.store, "SELECT file_path FROM registry_skills") == [("sql.md",)]


def test_a_file_in_the_registry_that_a_person_renamed(world: World) -> None:
    """By one letter, as damage would: that is a question, and no fault of the store."""
    (world.home / "registry/skills/sql.md").rename(world.home / "registry/skills/sqm.md")
    with open_store(world.home) as store:
        (found,) = slips.in_registry(store)
    assert not found.certain


def test_a_store_that_claims_to_be_of_a_later_release(world: World) -> None:
    """A later one that forbids older ones to write has a migration that they lack."""
    before = world.captured()
    later = "UPDATE git_meta SET value = ? WHERE key = 'min_writer'"
    change(world.store, later, "G")
    assert "damaged: it names a later release" in world.repo.studio("doctor").out
    assert world.rebuild().aside is not None
    assert world.captured() == before
    change(world.store, later, "2")
    with pytest.raises(StoreTooNewError):
        world.rebuild()
    change(world.store, later, "G")
    names = "INSERT INTO _sqlite_migrations (migration_set, name) VALUES (?, ?)"
    change(world.store, names, "studio-git", "m002_later")
    with pytest.raises(StoreTooNewError):
        world.rebuild()


@pytest.mark.parametrize(
    ("line", "there", "damaged"),
    [
        (b"sessions(id) ON DELETE SET NULL,\n    question ", b"(id)", b"(iL)"),
        (b"sessions(id) ON DELETE SET NULL,\n    question ", b"sessions(", b"\xceessions("),
        (b"NOCASE,\n    tech_stack_id ", b"NOCASE", b"NOCAS\xa5"),
    ],
)
def test_a_word_in_the_schema_that_was_damaged(
    world: World, line: bytes, there: bytes, damaged: bytes
) -> None:
    before = world.captured()
    world.checkpoint()
    data = world.store.read_bytes()
    assert data.count(line) == 1
    world.store.write_bytes(data.replace(line, line.replace(there, damaged)))
    assert "doctor --rebuild" in world.repo.studio("doctor").out
    assert world.rebuild().aside is not None
    assert world.captured() == before


@pytest.mark.parametrize("place", [0, 16, 18, 19, 20, 21, 47, 59])
def test_a_byte_of_the_header_costs_nothing(world: World, place: int) -> None:
    """Not even what a person alone has written."""
    before = rows_of(world.store)
    world.checkpoint()
    data = bytearray(world.store.read_bytes())
    data[place] ^= 0x4A
    world.store.write_bytes(data)
    if place == 18:  # it forbids writing
        answer = world.repo.studio("decision", "add", "Another")
        two_lines(answer)
        assert "git studio doctor" in answer.err
    assert "doctor --rebuild" in world.repo.studio("doctor").out
    assert world.rebuild().aside is not None
    assert rows_of(world.store) == before


@pytest.mark.parametrize(
    ("table", "there", "damaged"),
    [
        ("learnings", b"CREATE TABLE learnings (", b"CREATE TABLE \xeeearnings ("),
        ("", b"CREATE TABLE git_notes (", b"CREATE TACLE git_notes ("),
        ("", b"author_email    TEXT NOT NULL,", b"author\xeeemail    TEXT NOT NULL,"),
    ],
)
def test_a_damaged_statement_costs_no_other_table_a_row(
    world: World, table: str, there: bytes, damaged: bytes
) -> None:
    """And none of its own where the name of a column alone is no text any more."""
    before, captured = rows_of(world.store), world.captured()
    world.checkpoint()
    data = world.store.read_bytes()
    assert there in data
    world.store.write_bytes(data.replace(there, damaged, 1))
    assert "doctor --rebuild" in world.repo.studio("doctor").out
    assert world.rebuild().aside is not None
    assert world.captured() == captured
    after = rows_of(world.store)
    assert {name for name in before if after[name] != before[name]} == ({table} - {""})


def test_a_commit_whose_oid_was_damaged_states_its_records_once(world: World) -> None:
    before = world.captured()
    change(world.store, "UPDATE git_commits SET oid = 'x' || substr(oid, 2) WHERE id = 9")
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute("DELETE FROM git_refs")  # it is no sound store
        db.execute("UPDATE git_syncs SET repository_id = 'nobody'")
    world.rebuild()
    assert world.captured() == before


def test_a_clone_whose_row_is_lost_has_its_commits_again(world: World) -> None:
    before = world.captured()
    with closing(sqlite3.connect(world.store)) as db, db:
        db.execute("DELETE FROM git_repositories")
    world.rebuild()
    assert world.captured() == before
    kept = query(world.store, "SELECT DISTINCT repository_id FROM git_commits")
    assert kept == query(world.store, "SELECT id FROM git_repositories")
    assert query(world.store, "SELECT DISTINCT repository_id FROM git_syncs") == kept


def test_what_a_backup_knows_comes_back_too(world: World) -> None:
    assert world.repo.studio("backup").status == 0
    before = rows_of(world.store)
    world.store.write_bytes(b"garbage" * 999)
    done = world.rebuild()
    assert done.backup is not None
    assert done.from_backup > 0
    assert rows_of(world.store) == before


def test_the_command(world: World) -> None:
    before = world.captured()
    world.store.write_bytes(b"")
    asked = world.repo.studio("doctor", "--rebuild")
    assert (asked.status, world.store.stat().st_size) == (1, 0)
    answer = world.repo.studio("doctor", "--rebuild", "--yes", "--json")
    assert answer.status == 0, answer.err
    assert answer.json["commits"] == 12
    assert world.captured() == before
    assert world.repo.studio("status").status == 0
    assert world.repo.studio("capture").status == 0
    assert world.captured() == before
    assert "Rebuilt" in world.repo.studio("doctor", "--rebuild", "--yes").out
    two_lines(world.repo.studio("doctor", "--rebuild", "--fix"))


HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM projects").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


def test_a_store_that_is_open_elsewhere_is_told(world: World) -> None:
    (root,) = query(world.store, "SELECT rootpage FROM sqlite_master WHERE name = 'decisions'")[0]
    (size,) = query(world.store, "PRAGMA page_size")[0]
    data = bytearray(world.store.read_bytes())
    for place in range((int(str(root)) - 1) * int(str(size)), int(str(root)) * int(str(size))):
        data[place] = 0x55
    world.store.write_bytes(data)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, world.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        answer = world.repo.studio("doctor", "--rebuild", "--yes")
        holder.kill()
    two_lines(answer)
    assert "open in another program" in answer.err
    assert world.store.read_bytes() == bytes(data)


def test_sessions_of_clones_that_are_gone_come_from_their_files(
    world: World, tmp_path: Path
) -> None:
    sessions = "SELECT id, project_id, title, duration_minutes FROM sessions ORDER BY id"
    before = query(world.store, sessions)
    world.store.unlink()
    world.repo.path.rename(tmp_path / "elsewhere")
    done = rebuild.rebuild(world.home, tmp_path)
    assert done.sessions == len(before)
    assert query(world.store, sessions) == before
