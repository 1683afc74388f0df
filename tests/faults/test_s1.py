"""S1: a ``.studio.toml`` that came with a repository says whatever it likes.

It proposes, and no more: nothing of it is run, no file is reached through it, and what a clone is
bound to and which paths it tracks stay as the user confirmed them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run
from drifttools import TEXT, bound, clone, home, ok, rows
from lsp.scripted import editing
from manyrun import Runner, runner
from storetools import fingerprint
from traptools import Traps
from watched import watched

from studio_git import files

OTHER = "22222222-bbbb-4bbb-8ccc-000000000002"

HOSTILE = {
    "another project's id": '[project]\nid = "{other}"\nname = "Secret"\n',
    "an id that is a path": '[project]\nid = "../../{other}"\n',
    "an id that is a whole path": '[project]\nid = "{outside}"\n',
    "a project of its own": '[project]\nid = "00000000-0000-4000-8000-00000000000e"\n',
    "a command to run": '[project]\ncommand = "{trap}"\n[hooks]\npre-commit = "{trap}"\n',
    "commands everywhere": (
        '[drift]\nrun = "{trap}"\n[capture]\nexec = "!{trap}"\n[lint]\ncommand = ["{trap}"]\n'
        '[message]\nfilter = "{trap}"\n[editor]\nserver = "{trap}"\ncommand = "{trap}"\n'
    ),
    "trust in itself": '[trust]\nself = true\n[studio]\nhome = "{outside}"\nconfirmed = true\n',
    "accept": '[drift]\nrepo-ahead = "accept"\n',
    "accept for all": '[drift]\nconflict = "accept"\nstudio-ahead = "accept"\n',
    "a policy that is a command": '[drift]\nconflict = "!{trap}"\n',
    "a policy for hidden characters": '[lint]\nhidden-unicode = "accept"\n',
    "a path above": '[context]\n"claude.md" = "../outside/a.md"\n',
    "a whole path": '[context]\n"claude.md" = "{outside}/a.md"\n',
    "a path in the user's home": '[context]\n"claude.md" = "~/.ssh/id_rsa"\n',
    "git's own folder": '[context]\n"claude.md" = ".git/config"\n',
    "git's own folder, disguised": '[context]\n"claude.md" = ".g\\u200cit/config"\n',
    "a percent escape": '[context]\n"claude.md" = "%2e%2e/outside/a.md"\n',
    "a canonical name above": '[context]\n"../../{other}/context/secret.md" = "CLAUDE.md"\n',
    "a canonical name that is whole": '[context]\n"{outside}/a.md" = "CLAUDE.md"\n',
    "an alias above": '[context.alias]\n"../outside/a.md" = "claude.md"\n',
    "NUL": '[context]\n"claude.md" = "CLAUDE.md\\u0000.txt"\n',
    "names that differ in case": '[context]\n"a.md" = "A.md"\n"A.MD" = "B.md"\n',
    "more paths": '[context]\n"claude.md" = "CLAUDE.md"\n"x.md" = "X.md"\n"secret" = ".env"\n',
    "another path": '[context]\n"claude.md" = "OTHER.md"\n',
    "no path any more": "[context]\n",
    "whose commits": '[capture]\nemail = "{other}"\ngap = "99999999 min"\n',
    "an editor's setting": '[editor]\n"drift.enabled" = false\n"studio.home" = "{outside}"\n',
    "no TOML": "[project\nid = \x00",
    "deep": "a = " + "[" * 5000 + "]" * 5000 + "\n",
    "a link out": "LINK",
}
COMMANDS = ("status", "diff", "lint", "capture", "doctor", "stack detect", "session list",
            "message check message.txt", "registry list", "search tabs")  # fmt: skip
KEPT = {
    "git_repositories": "*",
    "git_context_targets": "*",
    "git_context_aliases": "*",
    "context_files": "id, project_id, filename, file_path",
    "projects": "id, name, repo_path",
}


@pytest.fixture
def hostile(chance: random.Random, times: Callable[[int, int], int]) -> list[str]:
    """The files of this run."""
    return chance.sample(list(HOSTILE), times(8, len(HOSTILE)))


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.md").write_text('[project]\nid = "secret"\n')
    return folder


@pytest.fixture
def secret(make_repo: Callable[..., Repo]) -> Repo:
    """Another project of the user's, with a file that is nobody's business."""
    repo = make_repo("secret")
    repo.write("SECRET.md", "# The secret\n")
    repo.write(".studio.toml", f'[project]\nid = "{OTHER}"\nname = "Secret"\n')
    repo.commit("Begin")
    ok(repo, "init", "--yes", "--no-hooks")
    ok(repo, "track", "SECRET.md")
    return repo


@pytest.fixture
def bound_clone(repo: Repo, secret: Repo) -> Repo:
    """A bound clone, beside the user's other project."""
    return bound(repo)


def put(repo: Repo, name: str, outside: Path, traps: Traps) -> None:
    path = repo.path / ".studio.toml"
    path.unlink(missing_ok=True)
    text = HOSTILE[name]
    if text == "LINK":
        path.symlink_to(outside / "a.md")
        return
    for key, value in (
        ("other", OTHER),
        ("outside", str(outside)),
        ("trap", traps.program("toml")),
    ):
        text = text.replace(f"{{{key}}}", value)
    path.write_bytes(text.encode())


def confirmed() -> dict[str, list[dict[str, object]]]:
    """What the store says of bindings, projects and tracked paths."""
    return {table: rows(f"SELECT {of} FROM {table} ORDER BY 1") for table, of in KEPT.items()}


def ask_all(repo: Repo, ask: Runner) -> str:
    """Let every way in read the file; what all of them said."""
    said = ""
    for words in COMMANDS:
        answer = ask(*words.split(" "), cwd=repo.path)
        assert "Traceback" not in answer.err, (words, answer)
        assert "unexpected" not in answer.err, (words, answer)
        said += answer.out + answer.err
    for entry in ("drift", "capture", "worker"):
        more = [f"{repo.path}/.git"] if entry == "worker" else []
        done = run(SCRIPTS / "studio-hook", entry, *more, cwd=repo.path)
        assert "Traceback" not in done.err
        said += done.out + done.err
    with files.locked(repo.path / ".git" / "studio" / "worker.lock"):
        return said  # the worker that "capture" has started is done


def canonicals() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home().glob("projects/*/context/*")}


def test_a_bound_clone_that_pulls_it(
    bound_clone: Repo,
    hostile: list[str],
    traps: Traps,
    outside: Path,
    figure: Callable[[str], None],
) -> None:
    repo = bound_clone
    repo.write("message.txt", "One\n\nDecision: Two\n")
    repo.write(".env", "TOKEN=1\n")
    repo.write("CLAUDE.md", TEXT + "More.\n")
    repo.commit("What accept would take into Studio")
    before, canonical = confirmed(), canonicals()
    said = ""
    with runner() as ask, watched(outside) as seen:
        for name in hostile:
            put(repo, name, outside, traps)
            said += ask_all(repo, ask)
            assert confirmed() == before, name
            assert canonicals() == canonical, name
            assert seen.seen() == [], name
            assert traps.sprung() == [], name
    assert "The secret" not in said
    figure(f"0 of {len(hostile)} files change a binding, track a path or start a program")


def test_the_editor_that_opens_it(bound_clone: Repo, traps: Traps, outside: Path) -> None:
    repo = bound_clone
    before = confirmed()
    with watched(outside) as seen, editing(repo.path) as editor:
        for name in HOSTILE:
            put(repo, name, outside, traps)
            uri = editor.open(repo.path / "CLAUDE.md")
            found = editor.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
            assert "The secret" not in str(found)
            editor.close(uri)
        assert seen.seen() == []
    assert confirmed() == before
    assert traps.sprung() == []


@pytest.mark.usefixtures("secret")
def test_a_fresh_clone_of_it(
    repo: Repo, hostile: list[str], traps: Traps, outside: Path, figure: Callable[[str], None]
) -> None:
    """Without a terminal nobody agrees: it is bound to nothing, and nothing is made."""
    repo.write("CLAUDE.md", TEXT)
    repo.write("message.txt", "One\n")
    repo.commit("Begin")
    fresh = clone(repo, "fresh")
    before, projects = confirmed(), fingerprint(home() / "projects")
    refused = 0
    with runner() as ask, watched(outside) as seen:
        for name in hostile:
            put(fresh, name, outside, traps)
            for words in COMMANDS:
                assert ask(*words.split(" "), cwd=fresh.path).status in (0, 1, 2)
            if "[project]\nid" in HOSTILE[name]:
                answer = ask("init", "--no-hooks", cwd=fresh.path)
                assert answer.status == 2, (name, answer)
                refused += 1
            assert confirmed() == before, name
            assert seen.seen() == [], name
    assert traps.sprung() == []
    assert fingerprint(home() / "projects") == projects
    assert not (fresh.path / ".git" / "studio" / "binding.json").exists()
    figure(f"{refused} of {refused} projects that a file names need the user's yes")


def test_taking_what_is_proposed_takes_paths_and_nothing_else(
    bound_clone: Repo, traps: Traps, outside: Path
) -> None:
    repo = bound_clone
    repo.write("X.md", "x\n")
    repo.write("OTHER.md", "other\n")
    (binding,) = rows("SELECT project_id FROM git_repositories WHERE common_dir LIKE '%/repo/.git'")
    with runner() as ask, watched(outside) as seen:
        for name in HOSTILE:
            put(repo, name, outside, traps)
            answer = ask("track", "--proposed", cwd=repo.path)
            assert "Traceback" not in answer.err, (name, answer)
            (now,) = rows(
                "SELECT project_id FROM git_repositories WHERE common_dir LIKE '%/repo/.git'"
            )
            assert now == binding, name
            assert seen.seen() == [], name
    tracked = rows("SELECT DISTINCT repo_path FROM git_context_targets")
    assert {row["repo_path"] for row in tracked} <= {
        "CLAUDE.md", "X.md", "OTHER.md", "SECRET.md", ".env",
    }  # fmt: skip
    assert traps.sprung() == []


def test_accept_stands_in_the_users_configuration_alone(repo: Repo) -> None:
    bound(repo)
    repo.write(".studio.toml", repo.read(".studio.toml") + '\n[drift]\nrepo-ahead = "accept"\n')
    answer = repo.studio("status")
    assert answer.status == 2
    assert "Only you can say that: git config studio.drift.repo-ahead accept" in answer.err
