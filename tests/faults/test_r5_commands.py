"""Power cuts, modelled, while real commands change the store, canonical files and the registry."""

from __future__ import annotations

import random
import shlex
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conftest import Repo, run
from drifttools import TEXT
from faults.powercut import Disk, Image, cuts
from faults.recording import Event, record

from studio_git.store import backup
from studio_git.store.connection import open_store

HOUR = 3600
SESSIONS = 52
"""So many that their first files are written together."""

SKILL = "---\nname: review\ndescription: Looks at a change before it is taken.\n---\n\nLook.\n"

COMMANDS = (
    "git-studio init --yes --no-hooks",
    "git-studio learning add 'Retry once' --problem 'It fails' --solution 'Try again' --tag net",
    "git-studio decision add 'Use SQLite' --rationale 'One file'",
    "echo 'Ask first, then run.' >>CLAUDE.md; git-studio resolve CLAUDE.md --accept-repo",
    "git-studio undo",
    "git-studio sync",
    "git-studio registry add skill skill/SKILL.md",
    "git-studio registry add template template --name service",
    "git-studio registry remove service --yes",
    "git-studio backfill --all-authors",
    "git-studio session edit --title 'The last one'",
    "git-studio cycle start Speed",
    "git-studio settings set theme light",
    "git-studio backup --full",
    "git-studio learning add Later --problem 'It is late' --solution 'Begin earlier'",
    'git-studio restore --yes "$(basename "$STUDIO_HOME"/backups/studio-*.db)"',
    "git-studio untrack CLAUDE.md",
)

Rows = dict[str, set[tuple[object, ...]]]


@dataclass
class State:
    """What a person could see after a command had ended."""

    rows: Rows = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def test_what_commands_have_done_stays(
    repo: Repo,
    tmp_path: Path,
    times: Callable[[int, int], int],
    chance: random.Random,
    figure: Callable[[str], None],
) -> None:
    tree, events = recorded(repo, tmp_path, times(9, len(COMMANDS)))
    states, seen = _history(tree, events, tmp_path / "look")
    count = times(30, 400)
    wrong = torn = 0
    for disk in cuts(events, tree, [chance.randrange(len(events) + 1) for _ in range(count)]):
        image = disk.image(chance)
        image.put(tmp_path / "after")
        done = len(disk.said)
        problems = list(_rows_missing(states, done, tmp_path / "after" / "studio"))
        problems += _files_missing(states, done, image)
        halves = [path for path, data in _kept(image) if data not in seen[path]]
        if halves and not states[done].files.keys() & set(halves):
            halves = _still_torn(repo, seen, halves, tmp_path / "after")
        if problems or halves:
            print(f"after {done} commands, {disk.over} of {len(events)}: {problems} {halves}")
        wrong += bool(problems)
        torn += bool(halves)
        shutil.rmtree(tmp_path / "after")
    figure(
        f"{len(states) - 1} commands: {wrong} of {count} cuts lost something, {torn} tore a file"
    )
    assert (wrong, torn) == (0, 0)


def recorded(repo: Repo, tmp_path: Path, count: int) -> tuple[Path, list[Event]]:
    """Commands run one after another; each that has ended is said."""
    repo.write("CLAUDE.md", TEXT)
    repo.write("skill/SKILL.md", SKILL)
    repo.write("template/README.md", "# A service\n" * 50)
    repo.write("template/src/main.py", "print('hello')\n")
    for number in range(SESSIONS):
        repo.commit(f"Change {number}\n\n{'Why it was done. ' * 40}",
                    when=1_700_000_000 + number * 5 * HOUR)  # fmt: skip
    tree = tmp_path.resolve() / "disk"
    tree.mkdir()
    said = tmp_path.resolve() / "said"
    script = "set -e\n" + "".join(
        f"{{ {command}; }} >&2\nprintf 'done\\n' >>{shlex.quote(str(said))}\n"
        for command in COMMANDS[:count]
    )
    script = f"cd {shlex.quote(str(repo.path))}\n{script}"
    events = record(["sh", "-c", script], tree=tree, said=said, log=tmp_path / "calls",
                    env={"STUDIO_HOME": str(tree / "studio")})  # fmt: skip
    return tree, events


def _history(
    tree: Path, events: Sequence[Event], work: Path
) -> tuple[list[State], dict[str, set[bytes]]]:
    """The state after each command, and all that a file ever was when it had its name."""
    states = [State()]
    seen: dict[str, set[bytes]] = defaultdict(set)
    disk = Disk(tree)
    for event in events:
        disk.apply(event)
        if event.kind == "rename":
            for path, data in _kept(disk.live()):
                seen[path].add(data)
        elif event.kind == "said":
            image = disk.live()
            image.put(work)
            states.append(State(_rows(work / "studio"), dict(_kept(image))))
            shutil.rmtree(work)
    return states, seen


def _kept(image: Image) -> Iterator[tuple[str, bytes]]:
    """The files that a person would miss; not the store, and nothing that is being made."""
    for path, data in image.files.items():
        parts = path.split("/")
        if parts[1] in ("projects", "registry", "backups") and not any(
            part.startswith(".") for part in parts
        ):
            yield path, data


def _rows(home: Path) -> Rows:
    with open_store(home) as store:
        assert not backup.problem_of(store.db)
        names = store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: {tuple(row) for row in store.db.execute(f'SELECT * FROM "{name}"')}
            for (name,) in names
            if not name.startswith("sqlite_")
        }


def _rows_missing(states: list[State], done: int, home: Path) -> Iterator[str]:
    """The tables that lack a row which the command in progress does not change either."""
    if not done:
        return
    try:
        found = _rows(home)
    except Exception as error:
        yield str(error)
        return
    after = states[min(done + 1, len(states) - 1)]
    for table, rows in states[done].rows.items():
        if not rows & after.rows[table] <= found.get(table, set()):
            yield table


def _files_missing(states: list[State], done: int, image: Image) -> Iterator[str]:
    """The files that are gone, or as they were before, though no command in progress did that."""
    after = states[min(done + 1, len(states) - 1)].files
    there = dict(_kept(image))
    for path, data in states[done].files.items():
        if after.get(path) == data and there.get(path) != data:
            yield path


def _still_torn(
    repo: Repo, seen: dict[str, set[bytes]], halves: list[str], disk: Path
) -> list[str]:
    """First files of many sessions have to be whole only once the next capture is over."""
    if not all("/sessions/" in path for path in halves):
        return halves
    answer = run("git-studio", "capture", cwd=repo.path, env={"STUDIO_HOME": str(disk / "studio")})
    assert answer.status == 0, answer.err
    return [path for path in halves if (disk / path).read_bytes() not in seen[path]]
