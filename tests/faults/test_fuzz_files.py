"""What parses outside bytes and needs a file, a repository or a store for it, fed with anything.

As in test_fuzz.py: an answer or an error for people; where something is written again, the same.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from capturing import bind
from conftest import Repo
from faults.fuzzing import Reader, hunt, strings_for
from faults.readers import for_people, holds
from faults.samples import AGENT, CLAUDE_AGENT, SERVER, SKILL_MD, TOOL
from hypothesis import strategies as st

from studio_git import config
from studio_git.errors import StudioError
from studio_git.gitio import locate
from studio_git.services import (
    binding,
    exporting,
    importing,
    registrysource,
    registryvalidate,
    search,
    settings,
)
from studio_git.services import registryimport as importer
from studio_git.services.registryitems import item_of
from studio_git.store import registry
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home
from studio_hooks import checkfile, hookrecord, spool
from studio_hooks.checkfile import CheckState
from studio_lsp.frames import Broken, Frame, Frames

Times = Callable[[int, int], int]

_JSON = ('{"', '": ', '"', ", ", "{", "}", "[", "]", "null", "true", "1", "-1e9", "\\u0000", "/")


def answered(read: Callable[[], object]) -> None:
    """It answers, or says in one line what is wrong."""
    try:
        read()
    except StudioError as error:
        for_people(error)


def test_spool(tmp_path: Path, times: Times, seed: int) -> None:
    folder = tmp_path / "studio"
    folder.mkdir()
    lines = (
        "1\tpost-commit\t/r/.git\tsession-1\n1\tpost-merge\t/r/.git\t0\n",
        f"1\tpost-rewrite\t/r/.git\trebase\t{'a' * 40} {'b' * 40}\t{'c' * 40} {'d' * 40}\n",
        "1\tpost-rewrite\t/r/.git\tamend\t@rewrite.12.34\n1\tblocked\t\n1\tpost-checkout\t/r/.git\n",
    )
    (folder / "rewrite.12.34").write_text(f"{'a' * 40} {'b' * 40}\n")

    def read(data: bytes) -> None:
        for left in folder.glob("spool*"):
            left.unlink()
        (folder / "spool").write_bytes(data)
        batch = spool.drain(tmp_path)
        found = [line for line in data.split(b"\n") if line]
        holds(len(batch.records) + len(batch.bad) >= len(found), batch)  # a line may be cut
        for record in batch.records:
            holds(record.git_dir is None or record.git_dir.is_absolute(), record)
        spool.done(tmp_path, batch)
        holds(not spool.waiting(tmp_path), "it is not settled")

    words = ("1\t", "\t", "post-commit", "post-rewrite\t", "@rewrite.1.2", "/r/.git", "\n", "2\t")
    hunt(read, strings_for(Reader("", lines, words, read)), seed=seed, many=times(30, 1000))


def test_check_file(tmp_path: Path, times: Times, seed: int) -> None:
    """A file that cannot be read is as none; a state that is read can be written again."""
    (tmp_path / "studio").mkdir()
    path = tmp_path / "studio" / "check"
    seen = tmp_path / "seen"
    seen.touch()
    state = CheckState(("CLAUDE.md", "a b"), "100644 x 0\tCLAUDE.md", None, None, (seen,), "key")
    checkfile.write(tmp_path, state, seen=seen.stat().st_mtime + 10)
    sample = path.read_text()
    holds(checkfile.read(tmp_path) == state, "the sample is none")

    def read(data: bytes) -> None:
        path.write_bytes(data)
        found = checkfile.read(tmp_path)
        checkfile.holds(tmp_path)
        if found is not None:
            checkfile.write(tmp_path, found, seen=0)
            holds(checkfile.read(tmp_path) == found, found)

    words = (*_JSON, '"paths"', '"inputs"', '"told_day"', '"twins"', "studio_clean=", "#: ")
    hunt(read, strings_for(Reader("", (sample,), words, read)), seed=seed, many=times(30, 1000))


def test_what_is_kept_in_the_git_folder(
    repo: Repo, tmp_path: Path, times: Times, seed: int
) -> None:
    """The note of the binding and the record of the installed hooks."""
    place = locate(repo.path)
    (place.common_dir / "studio").mkdir()
    note = '{"repository": "r-1", "home": "/h", "top": "/r"}'
    record = (
        '{"version": 1, "python": "/usr/bin/python3", "isolation": "-I", "entries": '
        '{"pre-commit": {"path": "/r/.git/hooks/pre-commit", "before": null, "digest": "00"}}}'
    )

    def read(data: bytes) -> None:
        binding.note_path(place.common_dir).write_bytes(data)
        hookrecord.path_of(place).write_bytes(data)
        binding.read_note(place.common_dir)
        hookrecord.load(place)

    words = (*_JSON, '"repository"', '"entries"', '"version": 1')
    hunt(read, strings_for(Reader("", (note, record), words, read)), seed=seed, many=times(30, 800))


def test_git_configuration(repo: Repo, times: Times, seed: int) -> None:
    place = locate(repo.path)
    path = place.common_dir / "config"
    sample = path.read_text() + (
        "[studio]\n\thome = ~/studio\n\tmessage = block\n\tprepareMessage = true\n"
        '[studio "drift"]\n\tconflict = warn\n\trepo-ahead = accept\n'
        '[studio "capture"]\n\tgap = 90 min\n'
        "\temail = a@b\n\temail = c@d\n[user]\n\temail = A@B\n"
    )

    def read(data: bytes) -> None:
        path.write_bytes(data)
        answered(lambda: config.settings(place, None))
        answered(lambda: config.studio_home(config.recorded_home(place.git)))
        config.prepares_messages(place)

    words = ("[studio]\n", '[studio "drift"]\n', "\tgap = ", "conflict", " = ", '"', "accept")
    words += ("off", "\temail\n", "\\\n", ";", "[include]\n\tpath = ", "9 h", "-1", "[core]\n")
    hunt(read, strings_for(Reader("", (sample,), words, read)), seed=seed, many=times(10, 200))


def test_project_folders(repo: Repo, tmp_path: Path, times: Times, seed: int) -> None:
    """One file of an export is anything; what was taken in can be searched, and is sound."""
    clone = bind(repo)
    repo.commit("Use JWT\n\nDecision: Use JWT\nAlternative: Tokens\nProblem: p\nSolution: s\n")
    clone.capture()
    original = tmp_path / "export"
    with clone.store() as store:
        exporting.export(store, clone.project_id, original)
    texts = {
        path.relative_to(original): path.read_text()
        for path in sorted(original.rglob("*.json"))
        if len(path.read_text()) > 10
    }
    empty = tmp_path / "empty"
    prepare_home(empty)
    home, folder = tmp_path / "other", tmp_path / "changed"

    def read(path: Path, data: bytes) -> None:
        for target, source in ((home, empty), (folder, original)):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
        (folder / path).write_bytes(data)
        with open_store(home) as store:
            answered(lambda: importing.take_in(store, folder))
            answered(lambda: search.search(store, "jwt", everything=True))
            lost = store.db.execute("PRAGMA foreign_key_check").fetchall()
            holds(not lost, lost)

    many = times(3, 20)
    for path, text in texts.items():
        words = (*_JSON, '"id"', '"project_id"', f'"{clone.project_id}"', '"content"', '"base64"')
        reader = Reader(str(path), (text,), words, lambda _: None)
        hunt(lambda data, at=path: read(at, data), strings_for(reader), seed=seed, many=many)  # type: ignore[misc]


def test_registry_folders(studio_home: Path, tmp_path: Path, times: Times, seed: int) -> None:
    """Files of items, wherever they are found, are judged, and taken or refused."""
    prepare_home(studio_home)
    folder = tmp_path / "source"
    samples = {
        ".claude/skills/pdf-forms/SKILL.md": SKILL_MD,
        ".claude/agents/reviewer.md": CLAUDE_AGENT,
        "server.json": SERVER,
        "registry/agents/reviewer.json": AGENT,
        "registry/tools/ruff.json": TOOL,
    }

    def read(store: Store, data: bytes) -> None:
        for path in samples:
            (folder / path).write_bytes(data)

        def take() -> None:
            with registrysource.opened(str(folder)) as tree:
                planned = importer.plan(store, tree)
            importer.carry_out(store, planned, replacing=False)

        answered(lambda: registryvalidate.of_path(str(folder), registryvalidate.Names()))
        answered(take)
        answered(lambda: registryvalidate.of_registry(store))
        for row in registry.every(store.db):
            item_of(row, store.home)

    for path in samples:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    words = (*_JSON, "---\n", "name: ", "description: ", "# ", '"name"', '"packages"')
    every = Reader("", tuple(samples.values()), words, lambda _: None)
    with open_store(studio_home) as store:
        hunt(lambda data: read(store, data), strings_for(every), seed=seed, many=times(6, 150))


def test_search_and_settings(studio_home: Path, times: Times, seed: int) -> None:
    """Words and values as they come from a command line or an editor."""
    prepare_home(studio_home)

    def read(store: Store, data: bytes) -> None:
        text = os.fsdecode(data)
        answered(lambda: search.search(store, text))
        answered(lambda: search.search(store, text, search.Filters(tag=text)))

        def put() -> None:
            made = settings.put(store, "dashboards_own", text)
            json.dumps(made.value, allow_nan=False).encode()
            holds(settings.get(store, "dashboards_own") == made, made)

        answered(put)
        answered(lambda: settings.put(store, text, "1"))

    samples = ('jwt "refresh token"', '{"search": ["ctrl+k", 1.5, null]}', "dark", "théme")
    reader = Reader("", samples, (*_JSON, "NEAR(", "*", "AND", "NaN", "1e999"), lambda _: None)
    with open_store(studio_home) as store:
        hunt(lambda data: read(store, data), strings_for(reader), seed=seed, many=times(15, 400))


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_frames(size: int, times: Times, seed: int) -> None:
    """Whatever came before, and in pieces of whatever size: a whole message comes out whole."""
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}'
    whole = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    def read(data: bytes) -> None:
        # The first may be taken for the end of what was cut short; the second never is.
        stream = data[:8000] + b"\n" + whole * 2
        frames = Frames(max_body=100_000)
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        found = [it for piece in pieces for it in frames.feed(piece)]
        holds(all(isinstance(it, Frame | Broken) for it in found), found)
        holds(isinstance(found[-1], Frame) and bytes(found[-1].body) == body, found)

    sample = whole.decode() * 2
    words = ("Content-Length: ", "content-length:", "\r\n", "\r\n\r\n", "49", "9999", body.decode(),
             "Content-Type: application/json\r\n")  # fmt: skip
    reader = Reader("", (sample,), words, read)
    streams = st.lists(strings_for(reader), max_size=3).map(b"".join)
    hunt(read, streams, seed=seed, many=times(20, 300))
