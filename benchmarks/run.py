"""Run every benchmark: ``make bench`` (``FULL=--full``, ``NAMES="commit lsp"``).

One after another, on a machine that does nothing else. What each found is kept in .bench/NAME.json,
with what it printed beside it; a run that was stopped goes on with those that are not there for
this commit and size. Peers are installed first (peers.py). ``--page`` writes what is kept into
docs/performance.md; ``--page-only`` does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import figures
import peers
from figures import Result
from topics import BY_NAME, TOPICS, Topic

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".bench"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin, written by make bench -->", "<!-- figures: end -->"
BUSY = 0.2  # cores that others used while nothing of ours ran
LISTEN = 2.0  # seconds


def main() -> int:
    """0 if all that was asked for ran and every limit was kept."""
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", help="which (all)")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--full", action="store_true", help="the large sizes, where there are any")
    sizes.add_argument("--tiny", action="store_true", help="only to try whether it all works")
    parser.add_argument("--compile", action="store_true", help="git-hours, which takes a while")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md")
    parser.add_argument("--page-only", action="store_true", help="write it from what is kept")
    said = parser.parse_args()
    unknown = set(said.names) - set(BY_NAME)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    good = True
    if not said.page_only:
        for name, why in peers.install().items():
            print(f"without {name}: {why}")
        if said.compile:
            print(peers.compile_one() or "git-hours is compiled")
        for topic in TOPICS:
            if not said.names or topic.name in said.names:
                size = "tiny" if said.tiny else "full" if said.full and topic.full else "short"
                good = _one(topic, size, again=bool(said.names)) and good
    if said.page or said.page_only:
        _write_page()
    return 0 if good else 1


def _one(topic: Topic, size: str, *, again: bool) -> bool:
    """Run a benchmark, unless it is known; whether it ran and every limit was kept."""
    commit = _commit()
    kept = _kept(topic)
    known = kept is not None and (kept["commit"], kept["size"]) == (commit, size) and not again
    if not known:
        kept = _measure(topic, size) | {"commit": commit, "size": size}
        (KEPT / f"{topic.name}.json").write_text(json.dumps(kept, indent=1) + "\n")
    assert kept is not None
    found = Result.from_json(kept["result"]) if kept["result"] else None
    text = f"{topic.name:10}{kept['seconds']:7.1f} s{' (before)' if known else ''}"
    if not found:
        print(f"{text}  FAILED, see .bench/{topic.name}.log", flush=True)
        return False
    missed = [limit for limit in found.limits if not limit.kept]
    if kept["load"] > BUSY:
        text += f"  others used {kept['load']:.1f} cores"
    print(f"{text}  {len(found.limits) - len(missed)} of {len(found.limits)} limits kept")
    for limit in missed:
        reached = figures.amount(limit.reached, limit.unit)
        print(f"{'':10}NOT kept: {limit.what}: {reached}, {limit.said}")
    sys.stdout.flush()
    return not missed


def _measure(topic: Topic, size: str) -> dict[str, Any]:
    found = KEPT / f"{topic.name}.found"
    found.unlink(missing_ok=True)
    words = [sys.executable, str(Path(__file__).with_name(f"{topic.name}.py"))]
    words += {"tiny": topic.tiny.split(), "short": [], "full": ["--full"]}[size]
    load = _used_by_others()
    begun = time.monotonic()
    with (KEPT / f"{topic.name}.log").open("wb") as log:
        subprocess.run(
            [*words, "--json", str(found)], stdout=log, stderr=subprocess.STDOUT, check=False
        )
    return {
        "result": json.loads(found.read_text()) if found.exists() else None,
        "seconds": round(time.monotonic() - begun, 1),
        "load": load,
        "machine": _machine(),
        "day": datetime.now(UTC).date().isoformat(),
    }


def _kept(topic: Topic) -> dict[str, Any] | None:
    path = KEPT / f"{topic.name}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _write_page() -> None:
    kept = {topic.name: found for topic in TOPICS if (found := _kept(topic)) and found["result"]}
    results = {name: Result.from_json(each["result"]) for name, each in kept.items()}
    parts = [
        sorted({f"Measured on {it['day']}: {it['machine']}." for it in kept.values()})
        + _warnings(kept),
        figures.limits_table([(BY_NAME[name].title, found) for name, found in results.items()]),
    ]
    for name, result in results.items():
        parts += [
            [f"### {BY_NAME[name].title}"],
            [" ".join(result.facts)] * bool(result.facts),
            figures.rows_table(result) if result.rows else [],
            _ahead(BY_NAME[name], result)
            + [f"- Without {peer}: {why}." for peer, why in result.absent.items()],
        ]
    lines = [line for part in parts if part for line in ["", *part]][1:]
    PAGE.write_text(figures.between(PAGE.read_text(), BEGIN, END, lines))


def _warnings(kept: dict[str, dict[str, Any]]) -> list[str]:
    """What takes from the worth of the figures."""
    said = []
    busy = [BY_NAME[name].title for name, each in kept.items() if each["load"] > BUSY]
    if busy:
        said.append(f"The machine was busy with other work during: {', '.join(busy)}.")
    tiny = [BY_NAME[name].title for name, each in kept.items() if each["size"] == "tiny"]
    if tiny:
        said.append(f"Too few rounds to mean anything, to try it: {', '.join(tiny)}.")
    missing = [topic.title for topic in TOPICS if topic.name not in kept]
    if missing:
        said.append(f"Not measured: {', '.join(missing)}.")
    large = [BY_NAME[name].title for name, each in kept.items() if each["size"] == "full"]
    if large:
        said.append(f"In the large size: {', '.join(large)}.")
    return said


def _ahead(topic: Topic, found: Result) -> list[str]:
    """A list of the peers that are ahead, and what it would take."""
    said: dict[str, list[str]] = {}
    for row in figures.ahead(found):
        said.setdefault(row.who, []).append(row.what)
    return [
        f"- Ahead of ours: {who} ({', '.join(whats)}). "
        + topic.ahead.get(who.rpartition(" ")[0], "Why has not been looked into.")
        for who, whats in said.items()
    ]


def _used_by_others() -> float:
    """How many cores are busy while we do nothing; not known (0) where there is no /proc."""
    statistics = Path("/proc/stat")
    if not statistics.exists():
        return 0.0

    def spent() -> tuple[int, int]:
        values = [int(word) for word in statistics.read_text().split("\n")[0].split()[1:9]]
        return sum(values), values[3] + values[4]  # idle, and waiting for a disk

    before, idle_before = spent()
    time.sleep(LISTEN)
    after, idle_after = spent()
    idle = (idle_after - idle_before) / max(after - before, 1)
    return round((1 - idle) * (os.cpu_count() or 1), 2)


def _machine() -> str:
    """The machine in general words."""
    words = {
        "git": ["git", "--version"],
        "Node": ["node", "--version"],
    }
    said = [f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"]
    for name, asked in words.items():
        try:
            text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        said.append(f"{name} {text.split()[-1].lstrip('v')}")
    return ", ".join(said)


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
