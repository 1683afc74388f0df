"""Secrets in messages: gone before anything is written, wherever it is written."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from conftest import Repo, run
from data.secrets import CASES, TOKENS, key_block
from faults.recording import tracer

from studio_git.core.redact import redact
from studio_git.core.secretshapes import SHAPES

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

TESTS = Path(__file__).parents[1]


def held(top: Path, secrets: dict[str, str]) -> list[tuple[str, str]]:
    """Files below a folder that have one of the secrets, and its kind."""
    found = []
    for path in top.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            kinds = [kind for secret, kind in secrets.items() if secret.encode() in data]
            found += [(str(path), kind) for kind in kinds]
    return found


def spelled(secret: str) -> str:
    """A secret as strace writes it."""
    return "".join(f"\\x{byte:02x}" for byte in secret.encode())


def test_no_secret_reaches_the_disk(
    repo: Repo, studio_home: Path, tmp_path: Path, figure: Figure
) -> None:
    """What is written by every program that ran, and what stands there in the end.

    Git itself keeps the messages; of ours, every write into any file counts.
    """
    repo.commit("First")
    assert repo.studio("init", "--yes", "--name", "Risk Workbench").status == 0
    secrets: dict[str, str] = {}
    commits = 0
    for number, case in enumerate(CASES):
        line = case.text.replace("\n", " ") if "\n" not in case.secret else "nothing"
        if line == "nothing" or redact(line) == line:
            continue
        secrets[case.secret] = case.kind
        body = f"Work {number}: {line}\n\nOf {line} here.\n\n"
        body += f"Decision: Keep {number}\nRationale: for {line}\nAlternative: {line}\n"
        body += f"Problem: {line}\nSolution: not {line}\nOpen-Question: is it {line}\n"
        body += f"Note: {line}\n"
        commit(repo, body)
        commits += 1
    log = tmp_path / "trace"
    calls = "trace=write,pwrite64,writev"
    words = tracer("-y", "-xx", "-s", "1000000", "-e", calls, "-o", str(log))
    for asked in (["capture"], ["search", "nothing"], ["backup", "--full"]):
        done = run(*words, "git", "studio", *asked, cwd=repo.path)
        assert done.status in {0, 1}, done.err
        trace = log.read_text("ascii")
        ours = [line for line in trace.splitlines() if f"<{spelled('/')}" in line.split(",", 1)[0]]
        if asked == ["capture"]:  # the trace sees what is written: also the store's own pages
            assert any(spelled("Keep 1") in line for line in ours)
        for secret, kind in secrets.items():
            assert not [line[:200] for line in ours if spelled(secret) in line], (asked, kind)
    assert held(studio_home, secrets) == []
    assert held(repo.path / ".git" / "studio", secrets) == []
    with closing(sqlite3.connect(studio_home / "studio.db")) as db:
        (redacted,) = db.execute(
            "SELECT count(*) FROM git_commits WHERE message LIKE '%[redacted: %'"
        ).fetchone()
        (decisions,) = db.execute(
            "SELECT count(*) FROM decisions WHERE rationale LIKE '%[redacted: %'"
        ).fetchone()
    assert redacted == commits
    assert decisions == commits
    kinds = len(set(secrets.values()))
    assert kinds >= 40
    figure(f"{len(secrets)} secrets of {kinds} kinds: 0 in the home, 0 in .git/studio, 0 written")


def test_what_a_person_types_is_redacted_too(repo: Repo, studio_home: Path) -> None:
    repo.commit("First")
    assert repo.studio("init", "--yes", "--name", "Risk Workbench").status == 0
    repo.commit("Second")
    assert repo.studio("capture").status == 0
    case = next(case for case in CASES if "\n" not in case.text and redact(case.text) != case.text)
    said = f"with {case.text} in it"
    for words in (
        ("decision", "add", said, "--rationale", said, "--alternative", said),
        ("decision", "add", "Plain"),
        ("decision", "edit", "Plain", "--title", f"{said} too", "--rationale", said),
        ("decision", "edit", f"{redact(said)} too", "--alternative", said),
        ("learning", "add", said, "--problem", said, "--solution", said),
        ("learning", "edit", redact(said), "--problem", f"{said} still"),
        ("session", "edit", "--title", said, "--summary", said),
    ):
        answer = repo.studio(*words)
        assert answer.status == 0, (words, answer.err)
        assert case.secret not in answer.out
    assert held(studio_home, {case.secret: case.kind}) == []


def commit(repo: Repo, message: str) -> None:
    """Commit with a message as it is."""
    path = repo.path / ".git" / "message"
    path.write_text(message)
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-F", path)
    path.unlink()


def test_ordinary_lines_stay(figure: Figure) -> None:
    """A collection of lines that people write, and this repository's own history."""
    lines = (TESTS / "data" / "ordinary.txt").read_text("utf-8").splitlines()
    history = run("git", "log", "--format=%B", cwd=TESTS)
    lines += [line for line in history.out.splitlines() if line.strip()]
    touched = [line for line in lines if redact(line) != line]
    assert len(touched) <= 0.01 * len(lines), touched
    figure(f"{len(touched)} of {len(lines):,} ordinary lines touched")


def adversaries() -> list[str]:
    """Pieces that begin like a secret of each kind, and never become one."""
    found = ["a", "A", "0", "=", "-", " ", '"', ".", "a1", "eyJ", "-----BEGIN ", *key_block("", 1)]
    found += [*("password=", 'token="', "://a:", "bearer ", "--token ", "machine a login b ")]
    found += [mark for shape in SHAPES for mark in (shape.marks[0], shape.marks[0].upper())]
    found += [case.secret[:length] for case in TOKENS for length in (8, 16, len(case.secret) - 1)]
    return sorted(set(found))


def test_time_grows_with_the_text(times: Times, chance: random.Random, figure: Figure) -> None:
    """Four times the text takes about four times as long, whatever it is made of.

    The tests of redaction look at every piece with 200,000 letters, within a limit.
    """
    size = times(2_000, 8_000)
    seeds = adversaries()
    chance.shuffle(seeds)
    worst = 0.0
    for seed in seeds[: times(40, len(seeds))]:
        short, long = (seed * (length // len(seed)) for length in (size, 4 * size))
        ratio = lasted(long) / max(lasted(short), 0.0005)
        if ratio > 8:  # once more, in peace
            ratio = min(ratio, lasted(long) / max(lasted(short), 0.0005))
        assert ratio < 8, (seed, ratio)
        worst = max(worst, ratio)
    number = min(times(40, len(seeds)), len(seeds))
    figure(f"{number} hostile texts: one 4 times as long takes at most {worst:.1f} times as long")


def lasted(text: str) -> float:
    """Processor time of redacting a text, the least of three."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        redact(text)
        found.append(time.process_time() - begun)
    return min(found)
