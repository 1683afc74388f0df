"""Random texts on three sides, through the use cases that commands and editor call.

Texts are whatever UTF-8 can say but NUL, with either line ending, with and without a BOM and a
final newline, as whole files, marked regions, rule files with front matter, and files with copies.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from capturing import bind
from conftest import Repo
from drifttools import sees
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_git.core import frames
from studio_git.core.merge import merge
from studio_git.core.models import Resolution
from studio_git.core.text import BOM
from studio_git.errors import StudioError, UsageError
from studio_git.services import (
    adding,
    changes,
    context,
    exporting,
    importing,
    registryexport,
    registryimport,
    resolve,
)
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, canonical_path
from studio_git.services.registrysource import opened
from studio_git.store import contexts, projects
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home

Sides = tuple[bytes, bytes, bytes]

SHAPES = {
    "whole": ("CLAUDE.md", b"", b""),
    "region": (
        "AGENTS.md",
        b"# Ours\r\n\r\n<!-- studio:begin -->\r\n",
        b"<!-- studio:end -->\n\xc3\xa9",
    ),
    "rule": (".cursor/rules/style.mdc", b"---\nglobs: '*.py'\nalwaysApply: true\n---\n", b""),
    "copies": ("CLAUDE.md", b"", b""),
}
COPY, LINK = "AGENTS.md", "GEMINI.md"
"""Of the shape "copies": a second file of the same text, and a link to the first."""

words = st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), max_size=12)
lines = st.lists(words, max_size=7)
edits = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["put", "cut", "change"]), words), max_size=3
)


def edited(base: list[str], done: list[tuple[int, str, str]]) -> list[str]:
    """Lines put in, cut out and changed."""
    text = list(base)
    for at, how, word in done:
        place = at % (len(text) + 1)
        text[place : place + (how != "put")] = [] if how == "cut" else [word]
    return text


@st.composite
def texts(draw: st.DrawFn) -> Sides:
    """What both had in common, Studio's text and the repository's, each in a habit of its own."""
    base = draw(lines)
    sides = []
    for text in (base, edited(base, draw(edits)), edited(base, draw(edits))):
        ending = draw(st.sampled_from(["\n", "\r\n"]))
        data = ending.join(text).encode() + (ending.encode() if draw(st.booleans()) else b"")
        sides.append(BOM + data if draw(st.integers(0, 5)) == 0 else data)
    return sides[0], sides[1], sides[2]


@dataclass
class Bench:
    """One context file of a shape, in a bound clone, for as many examples as are wanted."""

    repo: Repo
    workspace: Workspace
    shape: str

    @property
    def path(self) -> str:
        return SHAPES[self.shape][0]

    @property
    def canonical(self) -> Path:
        store, repository = self.workspace.store, self.workspace.repository
        (file,) = contexts.tracked(store.db, repository.project_id)
        return canonical_path(store.home, file)

    def put(self, sides: Sides) -> None:
        """Base committed and in step, then one text on each side."""
        base, canonical, ours = sides
        self.canonical.write_bytes(base)
        self.write(base)
        self.repo.git("add", "-A")
        self.repo.git("commit", "-q", "--allow-empty", "-m", "Base")
        resolve.refresh(self.workspace)
        self.canonical.write_bytes(canonical)
        self.write(ours)

    def write(self, body: bytes) -> None:
        _, before, after = SHAPES[self.shape]
        if after and body and not body.endswith(b"\n"):
            body += b"\n"
        self.repo.write(self.path, before + body + after)
        if self.shape == "copies":
            self.repo.write(COPY, body)

    def bytes(self) -> dict[str, bytes]:
        """Every byte of both sides."""
        found = {"studio": self.canonical.read_bytes(), "repo": self.file.read_bytes()}
        if self.shape == "copies":
            assert (self.repo.path / LINK).is_symlink()
            found["copy"] = (self.repo.path / COPY).read_bytes()
        return found

    @property
    def file(self) -> Path:
        return self.repo.path / self.path

    @property
    def standing(self) -> Standing:
        return resolve.standing_of(self.workspace, self.path)

    def operations(self) -> int:
        (row,) = self.workspace.store.db.execute("SELECT count(*) FROM git_operations")
        return int(row[0])


@contextmanager
def bench(repo: Repo, shape: str) -> Iterator[Bench]:
    bind(repo)
    path, before, after = SHAPES[shape]
    repo.write(path, before + b"begin\n" + after)
    if shape == "copies":
        repo.write(COPY, "begin\n")
        (repo.path / LINK).symlink_to(path)
    repo.commit("Begin")
    with sees(repo.path) as workspace:
        context.adopt(workspace, context.discover(workspace.place).offered)
        made = Bench(repo, workspace, shape)
        assert made.standing.settled
        yield made


def many(count: int, seed: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many examples, the same ones for the same seed."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        chosen = settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        return hypothesis.seed(seed)(chosen(test))

    return decorate


@pytest.mark.parametrize("shape", SHAPES)
def test_resolving(
    repo: Repo,
    shape: str,
    seed: int,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    """It ends in step, once is enough, and undo gives every byte back, on both sides."""
    told: Counter[str] = Counter()
    with bench(repo, shape) as on:

        @many(times(8, 100), seed)
        @given(texts(), st.sampled_from(Resolution))
        def each(sides: Sides, how: Resolution) -> None:
            on.put(sides)
            before, seen = on.bytes(), on.standing
            told["examples"] += 1
            try:
                number = resolve.resolve(on.workspace, seen, how)
            except StudioError:
                assert on.bytes() == before, "refused, and written"
                told["refused"] += 1
                return
            done, after = on.bytes(), on.standing
            assert after.settled
            if how is Resolution.DISMISSED:
                assert done == before
            else:
                assert after.verdict.kind is None
                assert after.canonical_hash == after.repo_hash
            if how is Resolution.ACCEPTED_REPO:
                assert after.repo_hash == seen.repo_hash
                assert done["repo"] == before["repo"]
            if how is Resolution.KEPT_STUDIO:
                assert after.canonical_hash == seen.canonical_hash
                assert done["studio"] == before["studio"]
            kept = (frames.split(on.path, before["repo"]), frames.split(on.path, done["repo"]))
            assert kept[0].before == kept[1].before
            assert kept[0].after == kept[1].after
            _again_changes_nothing(on, how, done)
            changes.undo(on.workspace, number)
            resolve.refresh(on.workspace)
            assert on.bytes() == before, "undo gave other bytes back"
            assert on.standing.verdict.kind == seen.verdict.kind
            told["undone"] += 1

        each()
    assert told["undone"]
    figure(f"{shape}: {told['examples']} resolutions, {told['undone']} undone to the byte")


def _again_changes_nothing(on: Bench, how: Resolution, done: dict[str, bytes]) -> None:
    operations = on.operations()
    if how is not Resolution.DISMISSED:
        with pytest.raises(UsageError):
            resolve.resolve(on.workspace, on.standing, how)
    assert resolve.sync(on.workspace).operation is None
    assert on.bytes() == done
    assert on.operations() == operations


@pytest.mark.parametrize("shape", SHAPES)
def test_one_hunk_after_the_other(
    repo: Repo, shape: str, seed: int, times: Callable[[int, int], int]
) -> None:
    """Hunks in any order, either way, end in step; and undone in turn, every byte is back."""
    with bench(repo, shape) as on:

        @many(times(6, 40), seed)
        @given(texts(), st.data())
        def each(sides: Sides, data: st.DataObject) -> None:
            on.put(sides)
            before = [on.bytes()]
            hunks = on.standing.hunks
            for _ in hunks:
                standing = on.standing
                if not standing.hunks:
                    break
                number = data.draw(st.integers(1, len(standing.hunks)))
                how = data.draw(st.sampled_from([Resolution.ACCEPTED_REPO, Resolution.KEPT_STUDIO]))
                try:
                    resolve.resolve(on.workspace, standing, how, [number])
                except StudioError:
                    assert on.bytes() == before[-1]
                    return
                before.append(on.bytes())
            assert on.standing.settled
            for expected in before[-2::-1]:
                changes.undo(on.workspace, None)
                assert on.bytes() == expected

        each()


# merging, in the pure core


@st.composite
def unique(draw: st.DrawFn) -> tuple[Sides, list[set[bytes]], list[set[bytes]]]:
    """Three texts of lines that are all different; what each side cut, and what it put in."""
    base = [b"base %d\n" % number for number in range(draw(st.integers(0, 12)))]
    both = draw(st.integers(0, 3))
    cut: list[set[bytes]] = []
    put: list[set[bytes]] = []
    sides = [b"".join(base)]
    for side in (b"studio", b"repo"):
        cut.append(set())
        put.append(set())
        text: list[bytes] = []
        for place, line in enumerate([*base, b""]):
            new = [b"%s %d %d\n" % (side, place, n) for n in range(draw(news))]
            if both and place == both:
                new.append(b"both\n")
            put[-1].update(new)
            text += new
            if draw(st.integers(0, 6)):
                text.append(line)
            elif line:
                cut[-1].add(line)
        sides.append(b"".join(text))
    return (sides[0], sides[1], sides[2]), cut, put


news = st.sampled_from([0, 0, 0, 0, 1, 2])


def test_a_merge_loses_no_line(
    seed: int, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    told: Counter[str] = Counter()

    @many(times(300, 5_000), seed)
    @given(unique())
    def each(made: tuple[Sides, list[set[bytes]], list[set[bytes]]]) -> None:
        (base, canonical, repo), cut, put = made
        merged = merge(base, canonical, repo)
        told["merges"] += 1
        added = put[0] | put[1]
        if not merged.clean:
            assert added <= set(merged.with_markers("s", "r").splitlines(keepends=True))
            return
        told["clean"] += 1
        found = merged.content().splitlines(keepends=True)
        assert Counter(found) == Counter(added | (set(base.splitlines(True)) - cut[0] - cut[1]))
        for side in (canonical, repo):
            order = [line for line in side.splitlines(True) if line in set(found)]
            assert order == [line for line in found if line in set(order)]

    each()
    figure(f"{told['merges']:,} merges, {told['clean']:,} of them clean: no line lost or moved")


def test_a_clean_merge_is_gits(
    tmp_path: Path, seed: int, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    told: Counter[str] = Counter()

    @many(times(40, 1_000), seed)
    @given(unique())
    def each(made: tuple[Sides, list[set[bytes]], list[set[bytes]]]) -> None:
        for name, data in zip(("base", "studio", "repo"), made[0], strict=True):
            (tmp_path / name).write_bytes(data)
        words = ["git", "merge-file", "-p", "-q", "studio", "base", "repo"]
        git = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
        merged = merge(*made[0])
        assert merged.clean is (git.returncode == 0)
        if merged.clean:
            told["clean"] += 1
            assert merged.content() == git.stdout

    each()
    figure(f"{told['clean']:,} clean merges as git merge-file makes them")


# out and in again


@contextmanager
def empty_store(home: Path) -> Iterator[Store]:
    prepare_home(home)
    with open_store(home) as store:
        yield store


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


said = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)


def test_a_project_goes_out_and_in_and_out(
    tmp_path: Path, seed: int, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    count = 0

    @many(times(5, 60), seed)
    @given(st.lists(st.tuples(said, said, st.lists(said, max_size=2)), max_size=4), texts())
    def each(decided: list[tuple[str, str, list[str]]], kept: Sides) -> None:
        nonlocal count
        count += 1
        here = tmp_path / str(count)
        out, again = here / "out", here / "again"
        with empty_store(here / "a") as store:
            projects.add(store.db, "p1", "P", None)
            for title, why, others in decided:
                adding.add_decision(store, "p1", title, rationale=why, alternatives=others)
                adding.add_learning(store, "p1", title, problem=why, solution=title, tags=others)
            folder = store.home / "projects" / "p1" / "context"
            folder.mkdir(parents=True, mode=0o700)
            for number, text in enumerate(kept):
                (folder / f"{number}.md").write_bytes(text)
            exporting.export(store, "p1", out)
        with empty_store(here / "b") as store:
            assert importing.take_in(store, out).is_whole
            exporting.export(store, "p1", again)
        assert tree(out) == tree(again)

    each()
    figure(f"{count} projects: the same bytes")


def test_a_skill_goes_in_and_out(
    tmp_path: Path, seed: int, times: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    count = 0

    @many(times(5, 60), seed)
    @given(said, texts(), st.binary(max_size=50))
    def each(description: str, body: Sides, binary: bytes) -> None:
        nonlocal count
        count += 1
        here = tmp_path / str(count)
        source = here / "source" / "skills" / "one"
        (source / "assets").mkdir(parents=True)
        front = f"---\nname: one\ndescription: {json.dumps(description)}\n---\n"
        (source / "SKILL.md").write_bytes(front.encode() + body[0].removeprefix(BOM))
        (source / "more.md").write_bytes(body[1])
        (source / "assets" / "form").write_bytes(binary)
        with empty_store(here / "home") as store, opened(str(here / "source")) as found:
            done = registryimport.carry_out(
                store, registryimport.plan(store, found), replacing=False
            )
            registryexport.export(store, done.added, here / "out")
        assert tree(here / "out") == tree(here / "source")

    each()
    figure(f"{count} skills: the same bytes")
