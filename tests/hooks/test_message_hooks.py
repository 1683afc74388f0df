"""The hooks of the message, with the git and the shells that are installed."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import bind as bind_note
from hooktools import put_hook
from shimtools import SHELLS, bind, shebang

from studio_git.services import messages
from studio_hooks import installer, message, prepare, shims

WITH = "Co-authored-by: Bob <bob@example.org>"
WRONG = f"Subject\n\nDecision: Use JWT\n\n{WITH}\n"
RIGHT = f"Subject\n\nDecision: Use JWT\n{WITH}\n"
STOPPED = "the commit was stopped"


def put(repo: Repo, stage: str, python: str = sys.executable, shell: str = "dash") -> None:
    block = shims.block(stage, python=python, isolation="-P")
    put_hook(repo.place.git_dir / "hooks" / stage, shebang(shell) + "set -eu\n" + block)


@pytest.fixture
def bound(repo: Repo) -> Repo:
    """A clone with the commit-msg hook, and a commit."""
    repo.commit("first")
    bind(repo.place.common_dir)
    put(repo, "commit-msg")
    return repo


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that puts the text of a file before what git wrote, and keeps what it saw."""
    text, seen = tmp_path / "text", tmp_path / "seen"
    script = put_hook(
        tmp_path / "editor",
        f'#!/bin/sh\ncp "$1" {shlex.quote(str(seen))}\n'
        f'cat {shlex.quote(str(text))} {shlex.quote(str(seen))} >"$1"\n',
    )
    monkeypatch.setenv("GIT_EDITOR", shlex.quote(str(script)))
    text.write_text("")
    return text


def commit(repo: Repo, *words: str | Path) -> tuple[int, str]:
    answer = repo.try_git("commit", "-q", "--allow-empty", *words)
    return answer.status, answer.err


def stored(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%B") + "\n"


def parsed(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%(trailers:only,unfold)")


@pytest.mark.parametrize("shell", SHELLS)
def test_python_is_started_only_where_git_does_not_parse_our_words(
    repo: Repo, tmp_path: Path, shell: str
) -> None:
    repo.commit("first")
    bind(repo.place.common_dir)
    log = tmp_path / "log"
    fake = put_hook(tmp_path / "a python", f'#!/bin/sh\necho "$4" >>{shlex.quote(str(log))}\n')
    put(repo, "commit-msg", str(fake), shell)
    for text in (
        "Subject",
        "Subject\n\nProse, decision and note.\n",
        "Subject\n\nDecision: d\nRationale: r",
        "Subject\n\ndecision : d\n  folded\nSigned-off-by: A <a@b>\n",
        "Subject\n\nNote: a sentence\n",
        "Subject\n\n  Decision: indented\n",
    ):
        assert commit(repo, "-m", text) == (0, "")
        assert not log.exists(), text
    for text in (WRONG, "Subject\n\nProse\nDecision: d\n", "Subject\n\nOpen question: x\n"):
        assert commit(repo, "-m", text) == (0, "")
        assert log.read_text() == "message\n"
        log.unlink()


@pytest.mark.parametrize("status", [0, 1, 2, 126, 130, 3])
def test_only_status_3_stops_the_commit(repo: Repo, tmp_path: Path, status: int) -> None:
    repo.commit("first")
    bind(repo.place.common_dir)
    fake = put_hook(tmp_path / "python", f"#!/bin/sh\nexit {status}\n")
    put(repo, "commit-msg", str(fake))
    assert commit(repo, "-m", WRONG)[0] == (1 if status == 3 else 0)
    fake.unlink()
    assert commit(repo, "-m", WRONG) == (0, "")


def test_a_warning_says_what_git_misses_and_how_to_put_it_right(bound: Repo) -> None:
    status, said = commit(bound, "-m", WRONG)
    assert status == 0
    assert "line 3: Decision: Use JWT" in said
    assert "Studio reads them all the same" in said
    assert stored(bound) == WRONG
    line = next(line for line in said.splitlines() if "git log -1" in line)
    command = line.split("afterwards:", 1)[1]
    done = run("sh", "-c", command, cwd=bound.path)
    assert done.status == 0, done.err
    assert stored(bound) == RIGHT
    assert parsed(bound).splitlines() == ["Decision: Use JWT", WITH]
    assert "git would" not in done.err


def test_what_nobody_would_read_is_told_as_such(bound: Repo) -> None:
    _, said = commit(bound, "-m", "Subject\n\nProse\nDecision: d\nmore\n")
    assert "Neither git nor Studio" in said
    _, said = commit(bound, "-m", "Decision: use JWT")
    assert "The subject is no trailer" in said
    assert "git log -1" not in said


def test_a_block_keeps_the_message_and_says_how_to_go_on(bound: Repo, editor: Path) -> None:
    bound.git("config", "studio.message", "block")
    for words in (["-m", WRONG], []):
        editor.write_text(WRONG)
        status, said = commit(bound, *words)
        assert status == 1
        assert STOPPED in said
        assert bound.git("rev-list", "--count", "HEAD") == "1"
        commands = [
            line.split(":   ", 1)[1].split("   (")[0]
            for line in said.splitlines()
            if "put it right:" in line or "commit again:" in line
        ]
        for command in commands:
            if command.startswith("git commit"):
                command += " -q --allow-empty"  # noqa: PLW2901 - the options the user gave
            done = run("sh", "-c", command, cwd=bound.path)
            assert done.status == 0, done.err
        assert stored(bound) == RIGHT
        bound.git("update-ref", "HEAD", "HEAD~1")
    assert commit(bound, "--no-verify", "-m", WRONG) == (0, "")


def test_a_subject_is_never_blocked(bound: Repo) -> None:
    bound.git("config", "studio.message", "block")
    assert commit(bound, "-m", "Decision: use JWT")[0] == 0


def test_the_team_proposes_and_the_user_wins(bound: Repo) -> None:
    bound.write(".studio.toml", '[message]\nunparsed = "block"\n')
    assert commit(bound, "-m", WRONG)[0] == 1
    bound.git("config", "studio.message", "off")
    assert commit(bound, "-m", WRONG) == (0, "")
    bound.git("config", "studio.message", "nonsense")
    status, said = commit(bound, "-m", WRONG)
    assert status == 0
    assert said.count("\n") == 1
    assert "could not be checked" in said


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "Subject", "-m", "Decision: d"],
        ["-m", "Subject\n\nDecision: d", "-s"],
        ["-m", "Subject", "--trailer", "Decision: d"],
        ["--fixup", "HEAD"],
        ["--amend", "--no-edit"],
        ["--amend", "-m", "Again\n\nDecision: d"],
        ["-m", ""],
    ],
)
def test_what_git_parses_is_passed_over(bound: Repo, words: list[str]) -> None:
    bound.git("config", "studio.message", "block")
    _, said = commit(bound, *words)
    assert "studio" not in said


def test_from_a_file_an_amended_one_and_a_verbose_one(bound: Repo, editor: Path) -> None:
    bound.write("message", WRONG)
    assert "Decision: Use JWT" in commit(bound, "-F", "message")[1]
    assert "Decision: Use JWT" in commit(bound, "--amend", "--no-edit")[1]
    bound.write("file", "Decision: in a file\n")
    bound.git("add", "file")
    editor.write_text(RIGHT.removesuffix("\n"))
    assert commit(bound, "-v") == (0, "")
    assert stored(bound) == RIGHT
    bound.write("file", "Decision: in another\n")
    editor.write_text(WRONG)
    assert "line 3: Decision: Use JWT" in commit(bound, "-v", "-a")[1]


def test_merges_and_picks(bound: Repo) -> None:
    bound.git("switch", "-q", "-c", "side")
    bound.write("side", "x")
    bound.git("add", "side")
    bound.git("commit", "-q", "--no-verify", "-m", WRONG)
    bound.git("switch", "-q", "main")
    bound.write("main", "x")
    bound.commit("main")
    merged = bound.try_git("merge", "-q", "--no-ff", "-m", WRONG, "side")
    assert merged.status == 0
    assert "Decision: Use JWT" in merged.err
    bound.git("reset", "-q", "--hard", "HEAD~1")
    assert bound.try_git("cherry-pick", "side").status == 0
    assert stored(bound) == WRONG
    bound.git("config", "studio.message", "block")
    bound.git("reset", "-q", "--hard", "HEAD~1")
    assert bound.try_git("rebase", "-q", "main", "side").status == 0


def test_a_huge_message(bound: Repo) -> None:
    bound.write("message", "x" * 2_000_000 + "\n\nDecision: d\n\nProse\n")
    status, said = commit(bound, "-F", "message")
    assert status == 0
    assert "line 3: Decision: d" in said


def test_bytes_that_are_not_utf_8(bound: Repo) -> None:
    (bound.path / "message").write_bytes(b"S\n\nDecision: caf\xe9\x1b[31m\n\nProse\n")
    bound.git("config", "i18n.commitEncoding", "latin1")
    status, said = commit(bound, "-F", "message")
    assert status == 0
    assert "Decision: caf" in said
    assert "\x1b" not in said


def test_disabled_or_not_bound(bound: Repo) -> None:
    answer = bound.try_git(
        "commit", "-q", "--allow-empty", "-m", WRONG, env={"STUDIO_DISABLE": "1"}
    )
    assert (answer.status, answer.err) == (0, "")
    (bound.place.common_dir / "studio" / "binding.json").unlink()
    assert commit(bound, "-m", WRONG) == (0, "")


def test_a_message_that_cannot_be_read_lets_the_commit_through(
    bound: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(bound.path)
    assert message.run("no such file", native=False) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("the commit goes on.\n")
    bound.write("message", WRONG)
    bound.git("config", "studio.message", "block")
    assert message.run("message", native=False) == 1
    assert message.run("message", native=True) == 3


# prepare-commit-msg


@pytest.fixture
def prepared(repo: Repo, studio_home: Path, editor: Path) -> Iterator[Repo]:
    """A bound clone whose project has a cycle and an open question, with only that hook."""
    repo.commit("first")
    assert repo.studio("init", "--yes", "--no-hooks").status == 0
    repo.commit("Bind")
    repo.commit("Ask\n\nOpen-Question: How to revoke a token?\n")
    assert repo.studio("capture").status == 0
    put(repo, "prepare-commit-msg")
    return repo


def seen(editor: Path) -> str:
    return editor.with_name("seen").read_text()


def test_an_edited_message_is_told_of_open_questions(prepared: Repo, editor: Path) -> None:
    editor.write_text("Subject\n")
    assert commit(prepared) == (0, "")
    assert "\n# Open questions:\n# - How to revoke a token?\n" in seen(editor)
    assert stored(prepared) == "Subject\n\n"[:-1]


def test_the_source_of_the_message_is_known_to_a_framework(
    prepared: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(prepared.path)
    monkeypatch.setenv("GIT_EDITOR", "vi")
    path = prepared.write("message", "\n# Please enter\n")
    for source in ("message", "merge", "squash", "commit"):
        monkeypatch.setenv("PRE_COMMIT_COMMIT_MSG_SOURCE", source)
        assert prepare.run("message", []) == 0
        assert path.read_text() == "\n# Please enter\n"
    monkeypatch.setenv("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    assert prepare.run("message", []) == 0
    assert "# Open questions:\n" in path.read_text()
    assert prepare.run("gone", []) == 0


def test_an_empty_message_stays_empty(prepared: Repo, editor: Path) -> None:
    head = prepared.git("rev-parse", "HEAD")
    for words in ([], ["-v"], ["--no-status"]):
        status, said = commit(prepared, *words)
        assert status == 1, words
        assert "empty commit message" in said
        assert "# Open questions:" in seen(editor)
    assert prepared.git("rev-parse", "HEAD") == head


def test_a_template_and_another_comment_character(prepared: Repo, editor: Path) -> None:
    prepared.write("template", "Why:\n")
    prepared.git("config", "core.commentChar", ";")
    editor.write_text("Subject\n\n")
    assert commit(prepared, "-t", "template") == (0, "")
    assert "\n; Open questions:\n" in seen(editor)
    prepared.git("config", "core.commentChar", "auto")
    assert commit(prepared) == (0, "")
    assert "# Open questions:\n" in seen(editor)


@pytest.mark.parametrize("mode", ["whitespace", "verbatim", "scissors"])
def test_where_git_keeps_comments_there_are_none(prepared: Repo, editor: Path, mode: str) -> None:
    prepared.git("config", "commit.cleanup", mode)
    editor.write_text("Subject\n")
    assert commit(prepared) == (0, "")
    assert "Open questions" not in seen(editor)
    assert "Open questions" not in stored(prepared)


@pytest.mark.parametrize(
    "words", [["-m", "x"], ["--amend"], ["-c", "HEAD"], ["-m", "x", "-e"], ["--fixup", "HEAD"]]
)
def test_a_message_that_is_there_already_is_left_alone(
    prepared: Repo, editor: Path, words: list[str]
) -> None:
    assert commit(prepared, *words) == (0, "")
    assert "Open questions" not in stored(prepared)
    found = editor.with_name("seen")
    assert not found.exists() or "Open questions" not in found.read_text()


def test_a_store_that_is_gone_or_broken_is_not_heard_of(
    prepared: Repo, editor: Path, studio_home: Path
) -> None:
    editor.write_text("Subject\n")
    (studio_home / "studio.db").write_bytes(b"nonsense" * 1000)
    assert commit(prepared) == (0, "")
    (studio_home / "studio.db").unlink()
    assert commit(prepared) == (0, "")
    assert "Open questions" not in seen(editor)
    assert not (studio_home / "studio.db").exists()


def test_it_is_installed_only_where_it_is_switched_on(repo: Repo) -> None:
    repo.commit("first")
    bind_note(repo)
    hook = repo.place.git_dir / "hooks" / "prepare-commit-msg"
    theirs = "#!/bin/sh\necho theirs\n"
    put_hook(hook, theirs)
    stages = [state.stage for state in installer.install(repo.place)]
    assert stages == list(shims.STAGES)
    assert hook.read_text() == theirs
    repo.git("config", "studio.prepareMessage", "yes")
    states = {state.stage: state for state in installer.install(repo.place)}
    assert states["prepare-commit-msg"].runs
    assert states["prepare-commit-msg"].how == "chained"
    repo.git("config", "studio.prepareMessage", "no")
    installer.install(repo.place)
    assert hook.read_text() == theirs
    repo.git("config", "studio.prepareMessage", "yes")
    installer.install(repo.place)
    assert installer.uninstall(repo.place) == []
    assert hook.read_text() == theirs


@pytest.mark.parametrize("stage", ["commit-msg", *shims.OPTIONAL])
def test_the_text_is_plain_sh(stage: str) -> None:
    text = shims.block(stage, python=sys.executable, isolation="-P")
    checked = subprocess.run(
        ["shellcheck", "--shell=sh", "--severity=warning", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_the_chosen_comment_character_is_seen_in_the_scissors() -> None:
    data = b"S\n\n% ------------------------ >8 ------------------------\n# x\n"
    assert messages._chosen(data) == "%"
    assert messages._chosen(b"S\n\nProse\n") == "#"
