"""Run every fault at its full count: ``make faults`` (``ROWS="R1 S5"``, ``SEED=…``).

One row after another, since some measure how long something takes. What a row reached is kept in
``.faults/results.json``; a run that was stopped goes on with the rows that have not passed on
this commit. ``--page`` writes the figures into docs/reliability.md.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from rows import ROWS, Row

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".faults"
RESULTS = KEPT / "results.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: begin, written by make faults PAGE=--page -->", "<!-- figures: end -->"


def main() -> int:
    """0 if every row that was asked for has passed."""
    commit = _commit()
    asked = os.environ.get("ROWS", "").split()
    unknown = set(asked) - {row.id for row in ROWS}
    if unknown:
        print(f"no such row: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    seed = int(os.environ.get("SEED") or secrets.randbelow(2**32))
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    print(f"seed {seed}; a run that is stopped goes on where it was")
    failed = []
    for row in ROWS:
        if asked and row.id not in asked:
            continue
        found = results.get(row.id)
        known = found and found["commit"] == commit and found["passed"] and not asked
        if not known:
            found = results[row.id] = _run(row, seed) | {"commit": commit}
            KEPT.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(results, indent=1))
        if not found["passed"]:
            failed.append(row.id)
        print(_line(row, found, known=bool(known)), flush=True)
    if "--page" in sys.argv[1:]:
        _write_page(results)
    spent = sum(it["seconds"] for it in results.values() if it["commit"] == commit)
    print(f"{len(failed)} failed {' '.join(failed)}".strip() + f"; {spent / 60:.0f} minutes in all")
    return 1 if failed else 0


def _run(row: Row, seed: int) -> dict[str, Any]:
    KEPT.mkdir(exist_ok=True)
    report = KEPT / f"{row.id}.xml"
    report.unlink(missing_ok=True)
    begun = time.monotonic()
    with (KEPT / f"{row.id}.log").open("wb") as log:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-n",
                "auto",
                f"--junitxml={report}",
                *row.tests,
            ],
            cwd=ROOT,
            env=os.environ | {"STUDIO_FAULTS": "full", "STUDIO_SEED": str(seed)},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    said = ET.parse(report).getroot().iter("property") if report.exists() else ()
    figures = [each.get("value") for each in said if each.get("name") == "figure"]
    return {
        "passed": done.returncode == 0,
        "seed": seed,
        "seconds": round(time.monotonic() - begun, 1),
        "figures": figures,
        "skipped": _skipped(report),
    }


def _skipped(report: Path) -> list[str]:
    if not report.exists():
        return []
    return sorted({it.get("message") or "" for it in ET.parse(report).getroot().iter("skipped")})


def _line(row: Row, found: dict[str, Any], *, known: bool) -> str:
    verdict = "passed" if found["passed"] else f"FAILED, see .faults/{row.id}.log"
    text = f"{row.id:8}{verdict:8}{found['seconds']:7.1f} s{' (before)' if known else ''}"
    for words in (*found["figures"], *(f"skipped: {why}" for why in found["skipped"])):
        text += f"\n{'':8}{words}"
    return text


def _write_page(results: dict[str, Any]) -> None:
    lines = ["| | what is done to it | what holds | reached |", "|---|---|---|---|"]
    for row in ROWS:
        found = results.get(row.id)
        reached = "; ".join(found["figures"]) or "holds" if found and found["passed"] else "not run"
        lines.append(
            f"| {row.id} | {row.inject} | {row.promise} | {reached} |".replace("`|`", "`\\|`")
        )
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}")


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
