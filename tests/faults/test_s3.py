"""S3: a repository's own configuration names programs wherever git knows of one; none is started.

Each command runs in a repository that is armed so: in ``.git/config``, through an ``include``,
in ``config.worktree``, and as a partial clone whose missing objects would come from a program.
The hooks' own sh and the worker are run by themselves: what git starts around them in a commit
is git's and the user's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run
from everycommand import COMMANDS, prepared, run_all
from lsp.scripted import editing
from manyrun import Runner, every_command, runner
from traptools import REMOTES, Armed, Traps, environment, names

from studio_git import files
from studio_hooks import shims


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


@pytest.fixture
def make(
    make_repo: Callable[..., Repo], traps: Traps, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> Callable[[str], Armed]:
    """Makes bound repositories, with something for each command to do, and a home for each."""

    def one(name: str) -> Armed:
        monkeypatch.setenv("STUDIO_HOME", str(own_home / f"studio {name}"))
        repo, part = make_repo(f"{name}/repo"), make_repo(f"{name}/part")
        return Armed(prepared(repo, traps, part), traps)

    return one


@pytest.fixture
def armed(make: Callable[[str], Armed]) -> Armed:
    """One of them; not armed yet."""
    return make("only")


@pytest.fixture
def many(traps: Traps) -> Iterator[Runner]:
    with runner(environment(traps) | {"EDITOR": "true"}) as found:
        yield found


def _started(ran: list[str]) -> list[str]:
    return [line for line in ran if not line.endswith(":")]


def test_the_list_has_every_command() -> None:
    assert sorted(COMMANDS) == sorted(every_command())


HOW = ("config", "include", "config.worktree")

# What git itself starts: without it, the tests below would show nothing.
PROOFS: list[tuple[str, set[str]]] = [
    ("git status", {"core.fsmonitor"}),
    ("git diff -- CLAUDE.md", {"diff.trap.command", "filter.trap.clean"}),
    ("git diff --no-ext-diff HEAD~4 HEAD -- money.py", {"diff.textconv.textconv"}),
    ("git blame money.py", {"diff.textconv.textconv", "filter.trap.clean"}),
    ("git blame money.own", {"diff.textconv.textconv", "filter.process.process"}),
    ("git add CLAUDE.md", {"filter.trap.clean", "hook.post-index-change"}),
    ("git checkout -f HEAD~4 -- CLAUDE.md", {"filter.trap.smudge"}),
    ("git log --grep=Move", {"gpg.program"}),
    ("git -c gpg.format=ssh commit-tree -S -m x HEAD^{tree}", {"gpg.ssh.defaultKeyCommand"}),
    ("git commit --no-gpg-sign --allow-empty --only --amend",
     {"core.editor", "hook.pre-commit", "hook.commit-msg", "hook.reference-transaction"}),
    ("git ls-remote ssh://nobody@invalid.invalid/x", {"core.sshCommand"}),
    ("git ls-remote git://invalid.invalid/x", {"core.gitProxy"}),
    ("git ls-remote https://invalid.invalid/x", {"insteadOf"}),
    ("git ls-remote trap::x", {"git-remote-trap"}),
    ("git -c remote.origin.url=. ls-remote origin", {"remote.origin.uploadpack"}),
    ("printf 'protocol=https\nhost=x\n\n' | git credential fill",
     {"credential.helper", "core.askPass"}),
    ("git archive --format=tar.gz HEAD", {"tar.tar.gz.command"}),
    ("git submodule update --force part", {"submodule.update"}),
    ("git interpret-trailers --trailer x=1 </dev/null", {"trailer.x.command"}),
    ("git x", {"alias.x"}),
    ("git config pager.config true; script -qec 'git -p config --list' /dev/null", {"core.pager"}),
]  # fmt: skip


WITHOUT_PROCESS = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "filter.process.process",
    "GIT_CONFIG_VALUE_0": "",
}
"""A filter of that kind that is not one ends git, which would then spring nothing more."""


def test_the_traps_are_armed(
    make: Callable[[str], Armed], times: Callable[[int, int], int]
) -> None:
    """Git, without us, starts what is named."""
    for how in HOW[: times(1, 3)]:
        armed = make(how)
        armed.arm(how=how)
        _prove(armed, how)


def _prove(armed: Armed, how: str) -> None:
    for line, expected in PROOFS:
        if how == "config.worktree" and line == "git x":
            continue  # git takes no alias from there
        env = environment(armed.traps) | ({} if ".own" in line else WITHOUT_PROCESS)
        said = run("sh", "-c", line, cwd=armed.repo.path, env=env)
        assert expected <= names(armed.traps.sprung()), (line, said)


def test_commands(
    make: Callable[[str], Armed],
    traps: Traps,
    tmp_path: Path,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    ran: list[str] = []
    for how in HOW[: times(1, 3)]:
        armed = make(how)
        with runner(environment(traps) | {"EDITOR": "true"}) as ask:
            armed.arm(how=how)
            ran += run_all(armed.repo, ask, tmp_path / f"away {how}", traps)
    figure(f"{len(_started(ran))} of {len(ran)} commands start a program")
    assert _started(ran) == []


def test_on_a_terminal(armed: Armed, many: Runner) -> None:
    """Where git would page, colour and open editors."""
    armed.arm()
    ran = []
    for words in ("status", "diff", "why money.py:1", "why HEAD", "lint", "decision list",
                  "session list", "dashboard", "resolve CLAUDE.md --merge --edit",
                  "decision edit Cents -e", "doctor", "hooks status"):  # fmt: skip
        answer = many(*words.split(" "), cwd=armed.repo.path, terminal=True)
        ran.append(f"{words}: {' '.join(names(armed.traps.sprung()))}".rstrip(" "))
        assert answer.status in (0, 1), answer
    assert _started(ran) == []


LOOKING = (
    "capture --all-authors", "backfill HEAD --all-authors", "status", "diff", "sync", "why HEAD~1",
    "why money.py:1", "why money.py", "decision sync docs/adr", "doctor --rebuild -y", "lint",
    "registry import . --dry-run", "init --yes --no-hooks", "stack detect",
)  # fmt: skip


def test_a_clone_that_lacks_objects(
    armed: Armed,
    many: Runner,
    times: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    """What is missing would be fetched from where the configuration says, by what it says."""
    whole, traps = armed.repo, armed.traps
    whole.git("config", "uploadpack.allowFilter", "true")
    path = whole.path.parent / "partial"
    words = ("clone", "-q", "--filter=blob:none", f"file://{whole.path}", path)
    assert run("git", *words, cwd=whole.path.parent).status == 0
    partial = Armed(Repo(path), traps)
    assert partial.repo.studio("init", "--yes", "--no-hooks").status == 0
    partial.plain = partial.plain.replace("[remote ", "[former ").replace("[branch ", "[old ")
    older = partial.repo.place.git
    del older.environment["GIT_NO_LAZY_FETCH"]  # which git before 2.44 does not know
    older.environment["PATH"] = environment(traps)["PATH"]
    ran = []
    for remote in list(REMOTES)[: times(2, len(REMOTES))]:
        partial.arm(remote=remote)
        run("git", "cat-file", "-p", "HEAD~4:money.py", cwd=path, env=environment(traps))
        assert names(traps.sprung()), "git itself fetches nothing here"
        older.ask("cat-file", "-p", "HEAD~4:money.py")
        ran.append(f"{remote}, an older git: {' '.join(names(traps.sprung()))}".rstrip(" "))
        for line in LOOKING:
            answer = many(*line.split(" "), cwd=path)
            assert "Traceback" not in answer.err, answer
            ran.append(f"{remote}, {line}: {' '.join(names(traps.sprung()))}".rstrip(" "))
    figure(f"{len(_started(ran))} of {len(ran)} in clones that lack objects")
    assert _started(ran) == []


def test_hooks_and_the_worker(armed: Armed, figure: Callable[[str], None]) -> None:
    """Each hook's sh by itself, as git would start it; then what a framework starts; the worker."""
    repo, traps = armed.repo, armed.traps
    message = repo.path / ".git" / "COMMIT_EDITMSG"
    words = {
        "commit-msg": [message], "prepare-commit-msg": [message], "post-checkout": ["0", "0", "1"],
        "post-merge": ["1"], "post-rewrite": ["amend"],
    }  # fmt: skip
    head = repo.git("rev-parse", "HEAD")
    repo.write(".git/SQUASH_MSG", f"commit {head}\n")
    armed.arm()
    ran = []
    for stage in shims.EVERY_STAGE:
        message.write_text("Two\n\nDecision: Three\nmore\n\nX: y\n\nLast words.\n")
        hook = traps.folder / f"our-{stage}"
        hook.write_text("#!/bin/sh\n" + shims.block(stage, python=sys.executable, isolation="-P"))
        env = environment(traps) | {"GIT_INDEX_FILE": ".git/index", "GIT_EDITOR": "true"}
        run("sh", hook, *words.get(stage, []), cwd=repo.path, stdin=f"{head} {head}\n", env=env)
        ran.append(f"{stage}: {' '.join(names(traps.sprung()))}".rstrip(" "))
    for entry in ("drift", "drift --native", "capture", "capture post-merge 1", "registry",
                  f"message {message}", f"prepare {message}",
                  f"worker {repo.path}/.git"):  # fmt: skip
        answer = run(SCRIPTS / "studio-hook", *entry.split(" "), cwd=repo.path, env=env)
        assert "Traceback" not in answer.err
        ran.append(f"{entry.split()[0]}: {' '.join(names(traps.sprung()))}".rstrip(" "))
    _end_of_workers(repo)
    ran.append(f"workers: {' '.join(names(traps.sprung()))}".rstrip(" "))
    figure(f"{len(_started(ran))} of {len(ran)} hooks and workers start one")
    assert _started(ran) == []


def _end_of_workers(repo: Repo) -> None:
    """Wait until the workers that the hooks started have let go of their lock."""
    with files.locked(repo.path / ".git" / "studio" / "worker.lock"):
        pass


def test_the_language_server(armed: Armed, figure: Callable[[str], None]) -> None:
    """Open what an editor would, ask for all that it offers, and take every action."""
    armed.arm()
    repo, traps = armed.repo, armed.traps
    asked = 0
    message = repo.write(".git/COMMIT_EDITMSG", "One\n\nDecision: Two\n")
    documents = {
        "CLAUDE.md": "markdown", "AGENTS.md": "markdown", "money.py": "python",
        "money.own": "plaintext", ".claude/skills/pdf/SKILL.md": "markdown",
        "docs/RULES.md": "markdown", "ripgrep.json": "json", ".studio.toml": "toml",
    }  # fmt: skip
    with editing(repo.path, env=environment(traps)) as editor:
        opened = [editor.open(repo.path / path, language) for path, language in documents.items()]
        opened.append(editor.open(message, "git-commit"))
        for uri in opened:
            document = {"textDocument": {"uri": uri}}
            whole = {"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}}
            context = {"context": {"includeDeclaration": True, "triggerKind": 1}}
            for method in ("hover", "definition", "completion", "references"):
                editor.about(uri, method, 0, 2, **context)
                asked += 1
            for method in ("codeLens", "documentLink", "documentSymbol"):
                editor.ask(f"textDocument/{method}", document)
                asked += 1
            editor.ask("textDocument/inlayHint", document | {"range": whole})
            for action in editor.actions(uri, 0, 3) or []:
                if "command" in action:
                    editor.command(action["command"]["command"], *action["command"]["arguments"])
                    asked += 1
        editor.ask("workspace/symbol", {"query": "Cents"})
    started = names(traps.sprung())
    figure(f"{len(started)} programs from {asked} questions to the language server")
    assert started == set()
