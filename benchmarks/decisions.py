"""Decisions out of git: listing them, searching them, asking about a line; beside peers.

One history of 500 commits, one in ten with a decision in its trailers, as Lore writes them and
we read them too, and with a note as AgentNote writes one. Ours is read from the store, into which
the history was taken before, once; lore reads git at each question, AgentNote its notes. The floor
is git alone, with what it shows left as it is.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import peers
from common import SCRIPTS, Report, options, own_home, progress, run, settle, shuffled, took
from figures import Role

START = 1_600_000_000
EACH = 10  # one commit in so many decides something
FILES = 50
OURS, GIT = "git studio", "git"
LIST, SEARCH, WHY = "listing decisions", "searching their words", "why a line is so"
Words = list[str | Path]


def message(number: int) -> str:
    """What a commit says; the trailers are Lore's."""
    subject = f"Change part {number % FILES}, step {number}"
    if number % EACH:
        return f"{subject}\n\nSome words on what was changed, and on what was not.\n"
    return (
        f"{subject}\n\nSome words on why it is so.\n\n"
        f"Lore-id: {number:08x}\nConstraint: Keep step{number} below the limit\n"
        f"Rejected: A queue for step{number} | too slow\nDirective: Ask before it grows\n"
    )


def make(repo: Path, commits: int) -> None:
    """The history, by one author, an hour between two commits."""
    run("git", "init", "-q", "-b", "main", repo, cwd=repo.parent)
    lines = [[f"start of {n}"] for n in range(FILES)]
    with subprocess.Popen(
        ["git", "fast-import", "--quiet", "--done"], cwd=repo, stdin=subprocess.PIPE, text=True
    ) as importer:
        assert importer.stdin is not None
        for number in range(commits):
            part = lines[number % FILES]
            part.append(f"step {number}")
            text, said = "\n".join(part) + "\n", message(number)
            who = f"B <b@example.org> {START + number * 3600} +0000"
            importer.stdin.write(
                f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n"
                f"data {len(said)}\n{said}\nM 100644 inline part{number % FILES}.txt\n"
                f"data {len(text)}\n{text}\n"
            )
        importer.stdin.write("done\n")
    run("git", "reset", "-q", "--hard", "main", cwd=repo)


def annotate(repo: Path, commits: int) -> None:
    """A note of AgentNote's form on each commit that decides something."""
    oids = run("git", "rev-list", "--reverse", "main", cwd=repo).split()
    for number in range(0, commits, EACH):
        path = f"part{number % FILES}.txt"
        note = {
            "v": 1,
            "agent": "claude",
            "session_id": f"00000000-0000-0000-0000-{number:012d}",
            "timestamp": "2026-01-01T00:00:00Z",
            "interactions": [
                {"prompt": f"Do step {number}", "response": f"step{number} stays below the limit",
                 "files_touched": [path]}
            ],
            "files": [{"path": path, "by_ai": True}],
            "attribution": {"ai_ratio": 100, "method": "file"},
        }  # fmt: skip
        run("git", "notes", "--ref=agentnote", "add", "-m", json.dumps(note), oids[number],
            cwd=repo)  # fmt: skip


def questions(commits: int) -> dict[str, dict[str, tuple[Words, str]]]:
    """For each job and program its words, and what has to stand in the answer."""
    number = commits // 2 // EACH * EACH
    path, line = f"part{number % FILES}.txt", number // FILES + 2
    said, word = f"step{number}", f"queue for step{number}"
    studio = SCRIPTS / "git-studio"
    asked: dict[str, dict[str, tuple[Words, str]]] = {
        LIST: {
            OURS: ([studio, "decision", "list", "--json"], f"step {number}"),
            GIT: (["git", "log", "--format=%H %s%n%(trailers)"], said),
        },
        SEARCH: {
            OURS: ([studio, "search", word, "--in", "decision", "--json"], said),
            GIT: (["git", "log", "--fixed-strings", f"--grep={word}"], said),
        },
        WHY: {
            OURS: ([studio, "why", f"{path}:{line}", "--json"], said),
            GIT: (["git", "log", f"-L{line},{line}:{path}", "--no-patch"], said),
        },
    }
    lore, agentnote = peers.find("lore"), peers.find("AgentNote")
    if lore:
        name = peers.label("lore")
        asked[LIST][name] = ([lore, "log", "--json"], said)
        asked[SEARCH][name] = ([lore, "search", "--text", word, "--json"], said)
        asked[WHY][name] = ([lore, "why", f"{path}:{line}", "--json"], said)
    if agentnote:
        name = peers.label("AgentNote")
        asked[LIST][name] = ([agentnote, "log", str(commits)], f"step {number}")
        asked[WHY][name] = ([agentnote, "why", f"{path}:{line}"], said)
    return asked


def answer(words: Words, expected: str, repo: Path) -> float:
    """Milliseconds until a program has answered what it should."""
    began = time.perf_counter()
    said = run(*words, cwd=repo)
    seconds = time.perf_counter() - began
    if expected not in said:
        raise SystemExit(f"{words} does not say {expected!r}:\n{said[:2000]}")
    return seconds * 1000


def main() -> None:
    parser = options("Measure how decisions are found again.")
    parser.add_argument("--rounds", type=int, default=15, help="of each question (15)")
    parser.add_argument("--commits", type=int, default=500, help="in the history (500)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        repo = root / "repo"
        make(repo, said.commits)
        annotate(repo, said.commits)
        run(SCRIPTS / "git-studio", "init", "--yes", "--no-hooks", "--no-adopt", cwd=repo)
        seconds = took(lambda: run(SCRIPTS / "git-studio", "backfill", cwd=repo))
        settle(repo)
        report.fact(
            f"Taking the history of {said.commits:,} commits into the store took {seconds:.1f} s, "
            "once."
        )
        asked = questions(said.commits)
        for what, by_name in asked.items():
            found: dict[str, list[float]] = {name: [] for name in by_name}
            for turn in range(said.rounds + 1):
                for name in shuffled(by_name):
                    milliseconds = answer(*by_name[name], repo)
                    if turn:  # the first fills caches
                        found[name].append(milliseconds)
                progress(f"{what}: {turn} of {said.rounds}")
            progress("")
            roles = {OURS: Role.OURS, GIT: Role.FLOOR}
            for name, values in found.items():
                who = " ".join(map(str, by_name[name][0][:2])) if name == GIT else name
                report.add(what, who, values, role=roles.get(name, Role.PEER))
    report.without(peers.absent("AgentNote", "lore"))
    report.keep(said.json)


if __name__ == "__main__":
    main()
