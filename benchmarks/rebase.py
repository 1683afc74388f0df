"""What a rebase of 100 commits costs with our hooks, beside hooks of sh that do nothing.

The one beside ours has a hook for every stage that ours has one for.
"""

from __future__ import annotations

from pathlib import Path

from common import (
    NOTHING,
    Report,
    make_bound,
    make_repo,
    options,
    own_home,
    run,
    settle,
    shuffled,
    timed,
)
from figures import Role

MOST = 1.3
PICKS = 100
FLOOR = "sh hooks that do nothing, for as many stages"


def prepare(repo: Path) -> tuple[str, str]:
    """A branch of 100 commits, and one that went on since it left; their oids."""
    run("git", "checkout", "-q", "-b", "topic", cwd=repo)
    for number in range(PICKS):
        (repo / f"f{number % 10}.txt").write_text(f"{number}\n")
        run("git", "add", ".", cwd=repo)
        run("git", "commit", "-q", "-m", f"Topic {number}", cwd=repo)
    topic = run("git", "rev-parse", "HEAD", cwd=repo).strip()
    run("git", "checkout", "-q", "main", cwd=repo)
    (repo / "main.txt").write_text("on\n")
    run("git", "add", ".", cwd=repo)
    run("git", "commit", "-q", "-m", "On main", cwd=repo)
    return topic, run("git", "rev-parse", "HEAD", cwd=repo).strip()


def main() -> None:
    parser = options("Measure what hooks cost a rebase.")
    parser.add_argument("--rounds", type=int, default=7, help="rebases of each (7)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        ours = make_bound(root, "ours")
        hooks = [path.name for path in (ours / ".git/hooks").iterdir() if path.suffix == ""]
        nothing = make_repo(root, "nothing", NOTHING, stages=hooks)
        repos = {"ours": ours, FLOOR: nothing}
        tips = {name: prepare(repo) for name, repo in repos.items()}
        settle(ours)
        seconds: dict[str, list[float]] = {name: [] for name in repos}
        for _ in range(said.rounds):
            for name in shuffled(repos):
                topic, main_tip = tips[name]
                run("git", "checkout", "-q", "-B", "topic", topic, cwd=repos[name])
                if name == "ours":
                    settle(ours)
                took = timed("git", "rebase", "-q", main_tip, cwd=repos[name])
                seconds[name].append(took)
                if name == "ours":
                    settle(ours)
        what = f"a rebase of {PICKS} commits"
        ours_took = report.add(what, "ours", seconds["ours"], "s", Role.OURS)
        floor = report.add(what, FLOOR, seconds[FLOOR], "s", Role.FLOOR)
        report.limit(f"{what}, over hooks that do nothing", ours_took / floor, MOST, "×")
    report.keep(said.json)


if __name__ == "__main__":
    main()
