"""Eight writers of one canonical file at once: every change is kept, no reader sees half of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from conftest import Repo
from drifttools import bind, canonical

WRITERS = 8

WRITER = """
import os, sys
from pathlib import Path
from studio_git import files
from studio_git.errors import FileChangedError
path, name, count, how = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
for number in range(count):
    while True:
        before = files.read_bytes(path)
        lines = before.decode().splitlines()[1:] + [f"{name} {number}"]
        after = "\\n".join([f"{len(lines)} lines", *lines, ""]).encode()
        if how == "renamed":
            draft = path.with_name(f".{name}")
            draft.write_bytes(after)
            draft.replace(path)
            break
        try:
            files.write_whole(path, after, inside=path.parent, expected=before,
                              lock=path.parent.parent / "lock")
        except FileChangedError:
            continue
        break
"""

CLONE = """
import sys
from pathlib import Path
from studio_git.core.models import DriftKind, Resolution
from studio_git.errors import FileChangedError
from studio_git.services import resolve
from studio_git.services.workspace import open_here
top, name = Path(sys.argv[1]), sys.argv[2]
way = {DriftKind.REPO_AHEAD: Resolution.ACCEPTED_REPO, DriftKind.MERGEABLE: Resolution.MERGED,
       DriftKind.STUDIO_AHEAD: Resolution.KEPT_STUDIO}
file, part = top / "CLAUDE.md", f"# Part {name}\\n"
for number in range(int(sys.argv[3])):
    said = f"{number} of clone {name}\\n"
    file.write_text(file.read_text().replace(part, f"{part}{said}"))
    while True:
        with open_here(top) as workspace:
            standing = resolve.standing_of(workspace, "CLAUDE.md")
            if standing.settled:
                break
            try:
                resolve.resolve(workspace, standing, way[standing.verdict.kind])
            except FileChangedError:
                continue
"""


def started(script: str, *words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stderr=subprocess.PIPE, text=True
    )


def finished(writers: Sequence[subprocess.Popen[str]]) -> None:
    for writer in writers:
        _, said = writer.communicate()
        assert writer.returncode == 0, said


def written(path: Path, count: int, how: str) -> tuple[int, int, int]:
    """Let eight write; how many changes are kept, how often it was read, how often torn."""
    path.parent.mkdir()
    path.write_text("0 lines\n")
    writers = [started(WRITER, path, f"w{number}", count, how) for number in range(WRITERS)]
    reads = torn = 0
    while any(writer.poll() is None for writer in writers):
        first, *rest = path.read_text().split("\n")
        reads += 1
        torn += rest[-1:] != [""] or first != f"{len(rest) - 1} lines"
    finished(writers)
    lines = set(path.read_text().splitlines()[1:])
    wanted = {f"w{writer} {number}" for writer in range(WRITERS) for number in range(count)}
    return len(wanted & lines), reads, torn


def test_every_change_of_eight_writers_is_kept(
    tmp_path: Path, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    count = times(12, 50)
    kept, reads, torn = written(tmp_path / "tree" / "claude.md", count, "whole")
    figure(f"{kept} of {WRITERS * count} changes kept, {torn} of {reads} reads torn")
    assert (kept, torn) == (WRITERS * count, 0)
    assert [path.name for path in (tmp_path / "tree").iterdir()] == ["claude.md"]


def test_a_plain_rename_would_lose_most(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """What the writers above are told from: the same without the lock and the look."""
    kept, _, _ = written(tmp_path / "tree" / "claude.md", 50, "renamed")
    figure(f"by a plain rename {kept} of {WRITERS * 50} kept")
    assert kept < WRITERS * 50


def test_every_change_of_eight_clones_is_kept(
    make_repo: Callable[..., Repo],
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    """Each edits a part of its own, again and again, and takes in what the others did meanwhile."""
    text = "".join(f"# Part {number}\n\nIt begins.\n\n" for number in range(WRITERS))
    clones, count = [], times(2, 20)
    for number in range(WRITERS):
        clone = make_repo(f"clone{number}")
        clone.write("CLAUDE.md", text)
        clone.commit("Begin")
        bind(clone, *([] if not number else ["--project", "Risk Workbench"]),
             *(["--name", "Risk Workbench"] if not number else []))  # fmt: skip
        clones.append(clone)
    finished(
        [started(CLONE, each.path, str(number), str(count)) for number, each in enumerate(clones)]
    )
    found = canonical().read_text().splitlines()
    wanted = [f"{edit} of clone {number}" for number in range(WRITERS) for edit in range(count)]
    kept = sum(found.count(line) == 1 for line in wanted)
    figure(f"by {WRITERS} clones {kept} of {len(wanted)} kept")
    assert kept == len(wanted)
