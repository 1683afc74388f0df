"""A second program that uses the store as the dashboard does, until its standard input ends.

``python dashboardlike.py STUDIO_DB SEED``: reads in long transactions, writes rows of its own to
all 18 tables of the data model, and now and then holds the write lock. At its end it prints, as
JSON, the keys of the rows that SQLite acknowledged and that it has not removed again.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import threading
from contextlib import closing

BUSY_SECONDS = 60
LONGEST_READ = 3.0
LONGEST_LOCK = 2.0


def tables(db: sqlite3.Connection) -> list[str]:
    """The data model's tables, those that others refer to first."""
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'git_%' AND name NOT LIKE '_sqlite%' ORDER BY rowid"
    )
    return [name for (name,) in rows]


def key_of(db: sqlite3.Connection, table: str) -> str:
    """The first column of a table, by which a row of ours is known."""
    return str(db.execute(f"PRAGMA table_info({table})").fetchone()[1])


def insert(db: sqlite3.Connection, table: str, number: int) -> None:
    """One row with each column set, its references to rows of the same number."""
    columns = db.execute(f"PRAGMA table_info({table})").fetchall()
    references = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
    values = []
    for place, name, kind, *_ in columns:
        if place == 0 or name in references:
            values.append(f"dashboard-{number}")
        elif name.endswith("_at"):
            values.append("2025-01-01 00:00:00")
        else:
            values.append(7 if kind == "INTEGER" else f"{table} {name} {number}")
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def read(path: str, chance: random.Random, ended: threading.Event) -> None:
    """One reading transaction after the other, each held for a while."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as db:
        while not ended.is_set():
            db.execute("BEGIN")
            for table in tables(db):
                db.execute(f"SELECT count(*) FROM {table}").fetchone()
            ended.wait(chance.uniform(0, LONGEST_READ))
            db.execute("COMMIT")


def write(path: str, chance: random.Random, ended: threading.Event) -> dict[str, list[str]]:
    """Add rows, remove some again, and hold the lock now and then; the rows that stay."""
    stays: list[int] = []
    number = 0
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        names = tables(db)
        keys = {table: key_of(db, table) for table in names}
        while not ended.is_set():
            number += 1
            db.execute("BEGIN IMMEDIATE")
            for table in names:
                insert(db, table, number)
            if chance.random() < 0.2:
                ended.wait(chance.uniform(0, LONGEST_LOCK))
            db.execute("COMMIT")
            stays.append(number)
            if len(stays) > 3 and chance.random() < 0.2:
                gone = stays.pop(chance.randrange(len(stays)))
                db.execute("BEGIN IMMEDIATE")
                for table in reversed(names):
                    db.execute(
                        f"DELETE FROM {table} WHERE {keys[table]} = ?", [f"dashboard-{gone}"]
                    )
                db.execute("COMMIT")
            ended.wait(chance.uniform(0, 0.1))
    return {table: [f"dashboard-{number}" for number in stays] for table in names}


def main() -> None:
    """Work until the standard input ends."""
    path, chance, ended = sys.argv[1], random.Random(int(sys.argv[2])), threading.Event()
    reader = threading.Thread(target=read, args=(path, random.Random(chance.random()), ended))
    waiter = threading.Thread(target=lambda: (sys.stdin.read(), ended.set()))
    for thread in (reader, waiter):
        thread.start()
    print("ready", flush=True)
    stays = write(path, chance, ended)
    reader.join()
    print(json.dumps(stays))


if __name__ == "__main__":
    main()
