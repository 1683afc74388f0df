"""Histories for benchmarks, written by ``git fast-import``.

What is imitated: authors who work in stretches of an hour or two, most commits by a few of them;
one to many files in a commit, mostly one or two, out of a tree of some 1,500 in four levels; files
of 20 to 400 lines of which some lines change; subjects with and without a prefix, bodies of
several paragraphs for more than half; one commit in twelve merges a branch; one in fifty states a
decision, a problem or a question. The pack is as fast-import leaves it, without a repack, which
is the harder case for us: git reads whole objects faster than long chains of deltas.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

START = 1_400_000_000
AUTHORS = 60
WORDS = (  # noqa: SIM905 - a list of 44 strings is no easier to read
    "the a of to parser index session cache lock file path branch commit when after before while "
    "reader writer error message config default value option test case fails returns handles "
    "avoid keep move rename drop add fix make use allow check report remove update simplify"
).split()
AREAS = ("core", "api", "web", "store", "docs", "build", "cli", "auth", "search", "worker")
TYPES = ("feat", "fix", "refactor", "docs", "test", "chore", "perf")


def make(repo: Path, commits: int, *, seed: int = 7) -> None:
    """An empty work tree with so many commits on its branch ``main``."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(repo)], check=True)
    with subprocess.Popen(
        ["git", "fast-import", "--quiet", "--force", "--done"], cwd=repo, stdin=subprocess.PIPE
    ) as importer:
        assert importer.stdin is not None
        for piece in _stream(commits, random.Random(seed)):
            importer.stdin.write(piece)
        importer.stdin.close()
        if importer.wait():
            raise SystemExit("git fast-import failed")
    subprocess.run(["git", "branch", "-q", "-D", "made"], cwd=repo, check=True)


def _stream(commits: int, chance: random.Random) -> Iterator[bytes]:
    tree: dict[str, list[str]] = {}
    paths = [_path(number, chance) for number in range(1500)]
    now, author, main, topic = START, 0, 0, 0
    changed: set[str] = set()  # on the topic, since it left main
    for number in range(1, commits + 1):
        if chance.random() < 0.3:
            author = min(int(chance.expovariate(0.12)), AUTHORS - 1)
            now += chance.randrange(600, 14_000)
        now += chance.randrange(60, 3_000)
        if topic and chance.random() < 0.25:
            yield _head(number, author, now, f"Merge branch 'topic-{topic}'\n")
            yield f"from :{main}\nmerge :{topic}\n".encode()
            if chance.random() < 0.2:  # a conflict was resolved
                _edit(tree, min(changed), chance)
            main, topic = number, 0
        else:
            leaves = not topic and chance.random() < 0.12
            onto = topic if topic and chance.random() < 0.6 else main
            some = [chance.choice(paths) for _ in range(1 + int(chance.expovariate(0.7)))]
            for path in some:
                _edit(tree, path, chance)
            yield _head(number, author, now, _message(chance))
            yield f"from :{onto}\n".encode() if onto else b""
            if leaves or (topic and onto == topic):
                changed = {*some} if leaves else changed | {*some}
                topic = number
            else:
                main = number
                yield from _files(tree, some)
                continue
        yield from _files(tree, changed)
    yield f"reset refs/heads/main\nfrom :{main}\n\ndone\n".encode()


def _head(number: int, author: int, when: int, message: str) -> bytes:
    who = f"Author {author} <author{author}@example.org> {when} {(author % 12) - 5:+03d}00"
    text = message.encode()
    return (
        (
            f"commit refs/heads/made\nmark :{number}\nauthor {who}\ncommitter {who}\n"
            f"data {len(text)}\n"
        ).encode()
        + text
        + b"\n"
    )


def _files(tree: dict[str, list[str]], paths: Iterable[str]) -> Iterator[bytes]:
    for path in sorted({*paths}):
        data = "".join(tree[path]).encode()
        yield f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
    yield b"\n"


def _path(number: int, chance: random.Random) -> str:
    folders = [chance.choice(AREAS), *(f"{chance.choice(WORDS)}" for _ in range(number % 3))]
    return "/".join([*folders, f"{chance.choice(WORDS)}_{number}.py"])


def _edit(tree: dict[str, list[str]], path: str, chance: random.Random) -> None:
    """Write a file, or change a few of its lines in one or two places."""
    lines = tree.get(path)
    if lines is None:
        tree[path] = [_line(chance) for _ in range(chance.randrange(20, 400))]
        return
    for _ in range(chance.randrange(1, 3)):
        place = chance.randrange(len(lines))
        lines[place : place + chance.randrange(6)] = [
            _line(chance) for _ in range(chance.randrange(1, 7))
        ]


def _line(chance: random.Random) -> str:
    return f"    {' '.join(chance.choices(WORDS, k=6))} = {chance.randrange(10_000)}\n"


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def _message(chance: random.Random) -> str:
    area = chance.choice(AREAS)
    subject = {
        0: f"{chance.choice(TYPES)}({area}): {_words(chance, 6)}",
        1: f"{area}: {_words(chance, 7)}",
    }.get(chance.randrange(3), _words(chance, 8).capitalize())
    parts = [subject]
    if chance.random() < 0.6:
        for _ in range(chance.randrange(1, 4)):
            text = [_words(chance, 11) for _ in range(chance.randrange(1, 7))]
            parts.append("\n".join(text).capitalize() + ".")
    if chance.random() < 0.02:
        parts.append(
            f"Decision: Use {_words(chance, 3)}\nRationale: {_words(chance, 8)}\n"
            f"Open-Question: {_words(chance, 6)}?\nNote: {_words(chance, 8)}"
        )
    elif chance.random() < 0.4:
        parts.append("Signed-off-by: Author <author@example.org>")
    return "\n\n".join(parts) + "\n"
