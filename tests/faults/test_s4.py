"""S4: names and ids that are paths: in words of the user, in rows of others, in a folder to import.

Whatever is named, files are made in the Studio home and in the work tree, and nowhere else; and
of the work tree git's own folder is left alone.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Repo
from drifttools import home
from everycommand import TOOL, prepared
from manyrun import Runner, runner
from storetools import fingerprint
from traptools import Traps

LONG = ("a" * 200 + "/") * 21
"""Longer than any path may be, and no deeper than a test folder can be cleared."""
NAMES = (
    "..", ".", "", " ", "../x", "../../x", "../../../../../x", "{away}/x", "{away}", "/", "//x",
    "~", "~/x", "%2e%2e/x", "%2e%2e%2fx", "..%2f..%2fx", "..\\..\\x", "C:\\x", "C:x", "a/../../x",
    "a/./../../../x", ".git/config", ".GIT/hooks/x", "git~1/x", ".g\u200cit/x", "a\nb", "a\rb",
    "\x1b[2J", "\u202e/x", "a" * 256, "é" * 200, LONG, "CON", "nul.md", "x.", "x ", "-x",
    "--help-me", "$HOME/x", "`touch {away}/x`", "$(touch {away}/x)", "*", "?", "x;y", "a|b", "'\"",
    "studio.db", "../../../studio.db", "projects", "registry/../../../x", "\udc80x", "CLAUDE.MD",
)  # fmt: skip

WORDS = (
    "track {n}", "track docs/NEW.md --as {n}", "untrack {n}", "resolve {n} --keep-studio",
    "resolve {n} --accept-repo", "diff {n}", "sync {n}", "status {n}", "lint {n}", "why {n}",
    "undo {n}", "init --yes --no-hooks --project {n}", "session show {n}",
    "session edit {n} -t Title", "decision add {n}", "decision show {n}",
    "decision export docs/adr", "decision sync docs/adr", "decision remove {n} -y",
    "learning add {n} -P p -S s", "learning remove {n} -y", "learning add T -P p -S s -t {n}",
    "cycle start {n}", "cycle use {n}",
    "cycle remove {n} -y", "task add {n}", "task remove {n} -y", "search {n}", "search x -p {n}",
    "registry add skill new/SKILL.md -n {n}", "registry add tool new/tool.json -n {n}",
    "registry add template templates/record -n {n}", "registry show {n}",
    "registry remove {n} --yes", "registry install {n} --to codex", "registry install pdf --to {n}",
    "registry import . {n} --yes", "registry import . pdf -n {n} --yes --replace",
    "registry validate {n}", "new {n} {away}/new --defaults", "new record {away}/new -d title={n}",
    "project show {n}", "project edit {n} --description d", "project edit repo --name {n}",
    "project archive {n}", "project forget {n}", "settings set {n} x", "settings get {n}",
    "stack add {n} -c backend", "stack remove {n}", "restore {n} -y", "message check {n}",
    "dashboard -p {n}", "completion {n}", "activity -p {n}", "doctor",
)  # fmt: skip

OURS = ("repo", "home/studio", "away")
"""Where something may be made: the work tree, the home, and the folder that was named for it."""


@pytest.fixture
def scene(make_repo: Callable[..., Repo], tmp_path: Path) -> Repo:
    repo = prepared(make_repo(), Traps(tmp_path / "traps"), make_repo("part"))
    for words in (
        "registry add skill .claude/skills/pdf",
        "registry add template templates/record",
    ):
        assert repo.studio(*words.split(" ")).status == 0
    (tmp_path / "away").mkdir()
    (tmp_path / "x").write_text("# Theirs\n")
    return repo


def elsewhere(top: Path) -> dict[str, Any]:
    """Everything in the test's folder that is not ours to change, and git's own folder."""
    found: dict[str, Any] = {}
    for folder in (top, top / "home"):
        for path in folder.iterdir():
            name = path.relative_to(top).as_posix()
            if name not in (*OURS, "home"):
                found[name] = fingerprint(path) if path.is_dir() else path.read_bytes()
    git = top / "repo" / ".git"
    return found | {f".git/{name}": (git / name).read_bytes() for name in ("config", "HEAD")}


class Watcher:
    """Looks after each step whether something was made where nothing is to be made."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.before = elsewhere(top)
        self.outside: list[str] = []
        self.ended: Counter[int] = Counter()

    def look(self, what: str, answer: Answer) -> None:
        """Note what one step did."""
        self.ended[answer.status] += 1
        assert answer.status in (0, 1, 2), (what, answer)
        assert "Traceback" not in answer.err, (what, answer)
        assert "unexpected" not in answer.err, (what, answer)
        now = elsewhere(self.top)
        if now != self.before or (self.top / "away" / "x").exists():
            shutil.rmtree(self.top / "away" / "x", ignore_errors=True)
            changed = {path for path in now.keys() | self.before.keys()
                       if now.get(path) != self.before.get(path)}  # fmt: skip
            self.outside.append(f"{what}: {sorted(changed)}")
            self.before = now


def named(top: Path) -> list[str]:
    return [name.replace("{away}", str(top / "away")) for name in NAMES]


def test_words_of_the_user(
    scene: Repo,
    tmp_path: Path,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    watcher = Watcher(tmp_path)
    every = [(line, name) for line in WORDS for name in named(tmp_path) if "{n}" in line]
    chosen = chance.sample(every, times(100, 600))
    with runner() as ask:
        for number, (line, name) in enumerate(chosen):
            _something_new(scene, number, ask)
            words = [
                word.replace("{n}", name).replace("{away}", str(tmp_path / "away"))
                for word in line.split(" ")
            ]
            answer = ask(*words, cwd=scene.path)
            watcher.look(f"{line} {name[:40]!r}", answer)
    figure(f"{len(watcher.outside)} of {len(chosen):,} commands write outside")
    assert watcher.outside == []


def _something_new(scene: Repo, number: int, ask: Runner) -> None:
    """Let there be something to track and to add, whatever was done before."""
    if (scene.path / "docs" / "NEW.md").exists():
        ask("untrack", "docs/NEW.md", cwd=scene.path)
    scene.write("docs/NEW.md", f"# New {number}\n")
    head = f"name: new{number}\ndescription: Number {number}."
    scene.write("new/SKILL.md", f"---\n{head}\n---\n# New\n")
    scene.write("new/tool.json", TOOL.format(number))


COLUMNS = (
    ("projects", "id"), ("projects", "repo_path"), ("projects", "name"), ("sessions", "id"),
    ("sessions", "title"), ("context_files", "filename"), ("context_files", "file_path"),
    ("git_context_targets", "repo_path"), ("git_context_aliases", "repo_path"), ("decisions", "id"),
    ("decisions", "title"), ("registry_skills", "id"), ("registry_skills", "name"),
    ("registry_skills", "file_path"), ("registry_templates", "dir_path"),
    ("registry_templates", "name"), ("git_repositories", "primary_worktree"),
    ("git_repositories", "common_dir"), ("git_decision_files", "path"),
)  # fmt: skip
USING = (
    "status", "diff", "sync", "capture", "resolve CLAUDE.md --keep-studio", "undo", "session list",
    "decision sync docs/adr", "registry sync", "registry install pdf --to codex", "registry list",
    "registry export {away}/all --all --replace", "registry remove pdf --yes", "doctor --fix -y",
    "new record {away}/new --defaults", "project export {away}/whole", "search tabs", "backup",
    "session edit {session} -t Other", "doctor --rebuild -y", "dashboard",
)  # fmt: skip


@contextmanager
def said(table: str, column: str, value: str) -> Iterator[bool]:
    """One row of the store says something; what refers to it follows. False: there is no row."""
    with closing(sqlite3.connect(home() / "studio.db", isolation_level=None)) as db:
        row = db.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
        if row is not None:
            _put(db, table, column, row[0], value)
    yield row is not None


def _put(db: sqlite3.Connection, table: str, column: str, old: str, new: str) -> None:
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} IS ?", [new, old])
    if column != "id":
        return
    for (other,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for reference in db.execute(f"PRAGMA foreign_key_list({other})").fetchall():
            if reference[2] == table:
                key = reference[3]
                db.execute(f"UPDATE OR IGNORE {other} SET {key} = ? WHERE {key} IS ?", [new, old])


def test_rows_of_others(
    scene: Repo,
    tmp_path: Path,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    assert scene.studio("decision", "add", "Tabs").status == 0
    assert scene.studio("decision", "export", "docs/adr").status == 0
    shutil.copytree(home(), tmp_path / "away" / "home")
    shutil.copytree(scene.path, tmp_path / "away" / "work", symlinks=True)
    every = [(table, column, name) for table, column in COLUMNS for name in named(tmp_path)]
    chosen = chance.sample([it for it in every if "\udc80" not in it[2]], times(4, 16))
    watcher, ran = Watcher(tmp_path), 0
    with runner() as ask:
        for table, column, name in chosen:
            _again(tmp_path, scene)
            with said(table, column, name):
                ran += _use(ask, scene, watcher, f"{table}.{column} {name[:40]!r}")
    figure(f"{len(watcher.outside)} of {ran:,} with rows of others")
    assert watcher.outside == []


def _again(top: Path, scene: Repo) -> None:
    """Home and work tree as they were."""
    for folder, kept in ((home(), "home"), (scene.path, "work")):
        shutil.rmtree(folder)
        shutil.copytree(top / "away" / kept, folder, symlinks=True)


def _use(ask: Runner, scene: Repo, watcher: Watcher, what: str) -> int:
    with closing(sqlite3.connect(home() / "studio.db")) as db:
        session = db.execute("SELECT id FROM sessions LIMIT 1").fetchone()
    for line in USING:
        words = [
            word.format(away=watcher.top / "away", session=session[0] if session else "x")
            if "{" in word
            else word
            for word in line.split(" ")
        ]
        watcher.look(f"{what}: {line}", ask(*words, cwd=scene.path))
    return len(USING)


def _hostile(value: Any, name: str, chance: random.Random) -> Any:
    """JSON with one of its texts replaced."""
    if isinstance(value, str):
        return name
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [*value[:at], _hostile(value[at], name, chance), *value[at + 1 :]]
    if isinstance(value, dict) and value:
        key = chance.choice(list(value))
        return value | {key: _hostile(value[key], name, chance)}
    return value


def test_a_folder_to_import(
    scene: Repo,
    tmp_path: Path,
    chance: random.Random,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    whole, count = tmp_path / "away" / "whole", times(20, 200)
    assert scene.studio("project", "export", whole).status == 0
    every = sorted(path for path in whole.rglob("*.json") if path.read_text().strip() != "[]")
    watcher = Watcher(tmp_path)
    with runner() as ask:
        for _ in range(count):
            path, name = chance.choice(every), chance.choice(named(tmp_path))
            before = path.read_bytes()
            changed = _hostile(json.loads(before), name, chance)
            path.write_text(json.dumps(changed))
            answer = ask("project", "import", whole, "--overwrite", cwd=scene.path)
            watcher.look(f"import {path.name} {name[:40]!r}", answer)
            path.write_bytes(before)
    figure(f"{len(watcher.outside)} of {count} imports")
    assert watcher.outside == []
    assert set(watcher.ended) <= {0, 1, 2}, watcher.ended
    # Of a few by chance all may be refused, or none.
    assert count < 100 or min(watcher.ended[0], watcher.ended[2]) > 0, watcher.ended


def test_names_that_differ_in_case(scene: Repo) -> None:
    """One of them is refused: a file system that is blind to case would take them for one."""
    scene.write("Docs/rules.md", "other\n")
    assert scene.studio("track", "docs/RULES.md").status == 0
    answer = scene.studio("track", "Docs/rules.md")
    assert answer.status == 2
    assert "Traceback" not in answer.err
