"""S6: sizes that nobody meant: limits are said, the hook goes on, the language server stays small.

A context file of 100 MB, a million lines, JSON nested without an end, 10,000 registry files.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound, canonical, database, entry, home
from lsp.scripted import Scripted, editing
from lsp.wire import Wire
from shimtools import adopt_background, end_of_background

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

MB = 1 << 20
SMALL = 300 * MB
"""What the language server may take, and what the hook may take as well."""


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    adopt_background()
    yield
    end_of_background()


def fill(path: Path, size: int) -> None:
    """Lines of text, so many bytes of them."""
    block = b"- Use tabs, run the tests, and ask first.\n" * 25_000
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(block)


def peak(wire: Wire) -> int:
    """The most memory that the server's process ever had in use, in bytes."""
    for line in Path(f"/proc/{wire.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not say it")


MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def measured(repo: Repo, *words: str) -> tuple[int, int, str]:
    """Status, most memory that a process of it had (bytes), and what it said, of a command."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=repo.path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    *said, used = done.stdout.splitlines()
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, int(used) * 1024, "\n".join(said) + done.stderr


def hook() -> list[str]:
    """The check of a commit, as the hook's sh starts it; by itself, for its own memory."""
    return [sys.executable, "-I", "-m", "studio_hooks", "drift", "--native"]


def test_a_large_context_file(repo: Repo, times: Times, figure: Figure) -> None:
    size = times(20, 100) * MB
    bound(repo, hooks=True)
    before = canonical().read_bytes()
    fill(repo.path / "CLAUDE.md", size)
    repo.git("add", "-A")
    answer = repo.try_git("commit", "-q", "-m", "Large")
    assert answer.status == 0, answer.err
    assert "larger than" in answer.err
    status, used, _ = measured(repo, *hook())
    assert status == 0
    assert used < SMALL, f"the hook took {used // MB} MB"
    found = entry(repo)
    assert (found["kind"], "larger than" in found["reason"]) == ("unreadable", True)
    for words in (["diff"], ["sync"], ["lint"], ["resolve", "CLAUDE.md", "--accept-repo"]):
        status, taken, said = measured(repo, "git-studio", *words)
        assert status in (1, 2), (words, said)
        assert "larger than" in said, words
        assert taken < SMALL, f"{words} took {taken // MB} MB"
    assert canonical().read_bytes() == before
    with editing(repo.path) as editor:
        editor.command("studio.status")
        settled(editor)
        assert peak(editor.wire) < SMALL
        server = peak(editor.wire) // MB
    figure(f"{size // MB} MB: hook {used // MB} MB, server {server} MB")


def settled(editor: Scripted) -> None:
    """A request that comes after all that was told has been answered."""
    editor.ask("workspace/symbol", {"query": "nothing at all"})


def test_a_million_lines(repo: Repo, times: Times, figure: Figure) -> None:
    """Typed into an editor, which holds the text itself; and as Studio's copy."""
    lines = times(200_000, 1_000_000)
    bound(repo)
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.told(uri, lambda found: True)
        text = "- Use tabs, and ask.\n" * lines
        editor.type(uri, text)
        limited = editor.told(uri, lambda found: any("large" in it["message"] for it in found))
        assert limited
        for method in ("hover", "completion", "definition"):
            editor.about(uri, method, lines - 2, 3)
        editor.actions(uri, 0, lines - 1)
        editor.type(uri, "x\n" * lines)
        settled(editor)
        editor.type(uri, "# Short again\n")
        editor.told(uri, lambda found: all("large" not in it["message"] for it in found))
        assert peak(editor.wire) < SMALL
        server = peak(editor.wire) // MB
    figure(f"{lines:,} lines: server {server} MB")


DEEP = ("[" * 200_000, '{"name": ' * 100_000, '{"skills": ' + "[" * 100_000 + "]" * 100_000 + "}")


def test_deep_json(repo: Repo, figure: Figure) -> None:
    """In registry files, as an editor has them, as commands and commits look at them."""
    bound(repo, hooks=True)
    for number, text in enumerate(DEEP):
        repo.write(f"registry/agents/deep{number}.json", text)
        repo.write(f"registry/tools/deep{number}.json", text)
        repo.write(f"servers/{number}/server.json", text)
    repo.write("package.json", DEEP[0])
    repo.git("add", "-A")
    assert repo.try_git("commit", "-q", "-m", "Deep").status == 0
    for words in (["registry", "validate", "."], ["registry", "import", ".", "--yes"],
                  ["stack", "detect"], ["lint", "."]):  # fmt: skip
        answer = repo.studio(*words)
        assert answer.status in (0, 1, 2)
        assert "something unexpected" not in answer.err, answer.err
    skill = home() / "registry" / "agents" / "deep.json"
    skill.parent.mkdir(parents=True, exist_ok=True)
    skill.write_text(DEEP[2])
    with editing(repo.path) as editor:
        for place in (skill, repo.path / "registry" / "agents" / "deep0.json"):
            uri = editor.open(place, "json")
            for line in (0, 1):
                editor.about(uri, "completion", line, 5000)
                editor.about(uri, "hover", line, 10)
        settled(editor)
        assert b"Traceback" not in editor.wire.stderr
        server = peak(editor.wire) // MB
        assert peak(editor.wire) < SMALL
    figure(f"{len(DEEP)} nestings of 100,000 and more: server {server} MB")


def registered(many: int) -> None:
    """So many skills in the Studio home, as the dashboard puts them there; a worker of ours may
    have found the files before.
    """
    folder = home() / "registry" / "skills"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(many):
        text = f"# Skill {number}\n\n## Description\nWhat number {number} does\n"
        (folder / f"s{number}.md").write_text(text)
    found = [(f"s{it}", f"s{it}", f"What number {it} does", f"s{it}.md") for it in range(many)]
    with database() as db:
        db.execute("BEGIN")
        db.executemany(
            "INSERT OR IGNORE INTO registry_skills (id, name, description, file_path) "
            "VALUES (?, ?, ?, ?)",
            found,
        )
        db.execute("COMMIT")


def test_many_registry_files(repo: Repo, times: Times, figure: Figure) -> None:
    """In the Studio home, and as many skills in the repository."""
    many = times(300, 10_000)
    bound(repo, hooks=True)
    registered(many)
    for number in range(many):
        text = f"---\nname: s{number}\ndescription: What number {number} does\n---\n\nDo it.\n"
        repo.write(f"skills/s{number}/SKILL.md", text)
    repo.git("add", "-A")
    answer = repo.try_git("commit", "-q", "-m", "Many")
    assert answer.status == 0, answer.err
    status, used, _ = measured(repo, *hook())
    assert (status, used < SMALL) == (0, True), f"the hook took {used // MB} MB"
    assert len(repo.studio("registry", "list", "--json").json) == many
    for words in (["registry", "validate"], ["lint"], ["status"]):
        status, taken, said = measured(repo, "git-studio", *words)
        assert status in (0, 1), said
        assert taken < SMALL, f"{words} took {taken // MB} MB"
    repo.write("CLAUDE.md", "@skill:s1 and @skill:s2\n")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.about(uri, "hover", 0, 8)
        found = editor.about(uri, "completion", 0, 8)
        assert len(found["items"] if isinstance(found, dict) else found or []) <= 1000
        editor.ask("workspace/symbol", {"query": "s"})
        settled(editor)
        server = peak(editor.wire) // MB
        assert peak(editor.wire) < SMALL
    figure(f"{many:,} registry files: hook {used // MB} MB, server {server} MB")
