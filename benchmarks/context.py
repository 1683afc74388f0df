"""Context files: a check whether sides differ, and bringing them together, beside peers.

Each program has a repository of its own with CLAUDE.md and AGENTS.md of the same text, and its
source of it: ours the Studio home, rulesync and ruler a folder in the repository, cruft a template
in another repository. Three jobs are measured in turn: a check where nothing differs, a check
where the repository's file was edited, and taking over a source that went on. What a program has
no command for is not measured; ruler has no check, and cruft has two: for a template that went on,
and for files that were edited.
"""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

import peers
from common import (
    SCRIPTS,
    Report,
    committed,
    make_repo,
    options,
    own_home,
    progress,
    run,
    settle,
    shuffled,
)
from figures import Role

RULES = "".join(f"- Rule {n}: never do what was done before.\n" for n in range(200))
TEXT = f"# Conventions\n\n{RULES}"
NAMES = ("CLAUDE.md", "AGENTS.md")
STEP, EDITED, SYNC = "a check, in step", "a check, after an edit", "taking over a change"
FLOOR, COMPARE, COPY = "floor", "git diff --no-index of a file", "cp of a file"
Words = list[str | Path]


class Tool(ABC):
    """One program in a repository of its own, and how its jobs are done."""

    role = Role.PEER
    check: Words | None = None
    check_edited: Words | None = None
    sync: Words

    def __init__(self, name: str, repo: Path) -> None:
        self.name = name
        self.repo = repo

    @abstractmethod
    def advance(self, text: str) -> None:
        """Let the source go on to this text."""

    def edit(self, text: str) -> None:
        """Edit the repository's files by hand."""
        for name in NAMES:
            (self.repo / name).write_text(text)

    def seconds(self, words: Words, *, status: int) -> float:
        """How long a command takes that ends so."""
        began = time.perf_counter()
        done = subprocess.run(
            [str(word) for word in words], cwd=self.repo, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        took = time.perf_counter() - began
        if done.returncode != status:
            raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return took


class Ours(Tool):
    """Two context files, each with a canonical one in the Studio home."""

    role = Role.OURS

    def __init__(self, root: Path) -> None:
        repo = make_repo(root, "ours")
        super().__init__("git studio", repo)
        self.check = self.check_edited = [SCRIPTS / "git-studio", "status"]
        self.sync = [SCRIPTS / "git-studio", "sync"]
        self.edit(TEXT)
        (repo / "AGENTS.md").write_text(f"{TEXT}- This one is of its own.\n")  # not an alias
        committed(repo)
        run(SCRIPTS / "git-studio", "init", "--yes", "--name", "ours", cwd=repo)
        committed(repo)
        settle(repo)
        (self.canonical,) = (root / "studio" / "projects").glob("*/context")

    def advance(self, text: str) -> None:
        for name in NAMES:
            (self.canonical / name.lower()).write_text(text)


class Rulesync(Tool):
    def __init__(self, root: Path, program: Path) -> None:
        super().__init__(peers.label("rulesync"), make_repo(root, "rulesync"))
        words: Words = [program, "generate", "--targets", "claudecode,agentsmd"]
        words += ["--features", "rules"]
        self.check = self.check_edited = [*words, "--check"]
        self.sync = words
        self.source = self.repo / ".rulesync" / "rules" / "overview.md"
        self.source.parent.mkdir(parents=True)
        self.advance(TEXT)
        run(*self.sync, cwd=self.repo)
        committed(self.repo)

    def advance(self, text: str) -> None:
        self.source.write_text(f'---\nroot: true\ntargets: ["*"]\n---\n{text}')


class Ruler(Tool):
    def __init__(self, root: Path, program: Path) -> None:
        super().__init__(peers.label("ruler"), make_repo(root, "ruler"))
        self.sync = [program, "apply", "--agents", "claude,agentsmd", "--no-backup",
                     "--no-gitignore", "--no-mcp", "--no-skills", "--local-only"]  # fmt: skip
        self.source = self.repo / ".ruler" / "AGENTS.md"
        self.source.parent.mkdir()
        self.advance(TEXT)
        run(*self.sync, cwd=self.repo)
        committed(self.repo)

    def advance(self, text: str) -> None:
        self.source.write_text(text)


class Cruft(Tool):
    def __init__(self, root: Path, program: Path) -> None:
        template = root / "template"
        self.source = template / "{{cookiecutter.name}}"
        self.source.mkdir(parents=True)
        (template / "cookiecutter.json").write_text('{"name": "cruft"}')
        run("git", "init", "-q", template, cwd=root)
        self.advance(TEXT)
        run(program, "create", "-y", template, cwd=root)
        super().__init__(peers.label("cruft"), root / "cruft")
        run("git", "init", "-q", self.repo, cwd=root)
        self.check = [program, "check"]
        self.check_edited = [program, "diff", "--exit-code"]
        self.sync = [program, "update", "-y"]
        committed(self.repo)

    def advance(self, text: str) -> None:
        for name in NAMES:
            (self.source / name).write_text(text)
        committed(self.source.parent)


class Floor(Tool):
    """What nobody can do without: one program that compares two files, one that copies one."""

    role = Role.FLOOR

    def __init__(self, root: Path) -> None:
        repo = make_repo(root, "floor")
        super().__init__(FLOOR, repo)
        self.source = root / "source.md"
        self.advance(TEXT)
        self.edit(TEXT)
        self.check = self.check_edited = [
            "git", "diff", "--no-index", "--quiet", self.source, "CLAUDE.md",
        ]  # fmt: skip
        self.sync = ["cp", self.source, "CLAUDE.md"]

    def advance(self, text: str) -> None:
        self.source.write_text(text)


def tools(root: Path) -> list[Tool]:
    """Ours, the peers that are installed, the floor."""
    made: list[Tool] = [Ours(root), Floor(root)]
    for name, kind in (("rulesync", Rulesync), ("ruler", Ruler), ("cruft", Cruft)):
        program = peers.find(name)
        if program is not None:
            made.append(kind(root, program))
    return made


def one_round(tool: Tool, number: int, found: dict[str, dict[str, list[float]]]) -> None:
    """Each job once. The sides agree at its beginning and at its end."""

    def keep(what: str, seconds: float) -> None:
        found[what].setdefault(tool.name, []).append(seconds * 1000)

    if tool.check:
        keep(STEP, tool.seconds(tool.check, status=0))
    before = {name: (tool.repo / name).read_text() for name in NAMES}
    if tool.check_edited:
        tool.edit(f"{before[NAMES[0]]}- Edited by hand, {number}.\n")
        keep(EDITED, tool.seconds(tool.check_edited, status=1))
        for name, text in before.items():
            (tool.repo / name).write_text(text)
    line = f"- The source went on, {number}.\n"
    tool.advance(TEXT + line)
    keep(SYNC, tool.seconds(tool.sync, status=0))
    if line not in (tool.repo / NAMES[0]).read_text():
        raise SystemExit(f"{tool.name} did not take over what the source says")
    committed(tool.repo)  # cruft goes on from nothing else
    if tool.role is Role.OURS:
        settle(tool.repo)


def main() -> None:
    parser = options("Measure a check and a sync of context files.")
    parser.add_argument("--rounds", type=int, default=15, help="of each job (15)")
    said = parser.parse_args()
    report = Report()
    with own_home() as root:
        made = {tool.name: tool for tool in tools(root)}
        found: dict[str, dict[str, list[float]]] = {STEP: {}, EDITED: {}, SYNC: {}}
        for number in range(said.rounds + 1):
            if number == 1:  # the first round fills caches
                found = {what: {} for what in found}
            for name in shuffled(made):
                one_round(made[name], number, found)
            progress(f"round {number} of {said.rounds}")
        progress("")
        for what, by_name in found.items():
            for name, values in by_name.items():
                who = (COPY if what is SYNC else COMPARE) if name == FLOOR else name
                report.add(what, who, values, role=made[name].role)
    report.without(peers.absent("rulesync", "ruler", "cruft", "chezmoi"))
    report.keep(said.json)


if __name__ == "__main__":
    main()
