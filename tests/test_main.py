"""``git studio`` as a program: its words, its exit statuses, what it loads, how it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run

from studio_git import __version__, faultlog
from studio_git.commands.cli import COMMANDS, SECTIONS

HEAVY = {"rich", "git", "sqlite_utils", "tomlkit", "pygls", "sqlite3"}


def program(body: str, *words: str) -> list[str]:
    """``git studio status`` as a process in which that command has another body."""
    code = f"""
import sys, types, click
from studio_git.errors import *
from studio_git.output import *
@click.command()
def command():
{textwrap.indent(body, "    ")}
sys.modules["studio_git.commands.status"] = types.SimpleNamespace(command=command)
from studio_git.__main__ import main
sys.exit(main({[*words, "status"]!r}))
"""
    return [sys.executable, "-c", code]


def with_command(body: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        program(body),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | (env or {}),
        timeout=60,
    )


class TestHelp:
    @pytest.mark.parametrize("words", [["-h"], ["--help"]])
    def test_lists_every_command_in_its_section(self, repo: Repo, words: list[str]) -> None:
        answer = repo.studio(*words)
        assert (answer.status, answer.err) == (0, "")
        for section in SECTIONS:
            assert f"\n{section}:\n" in answer.out
        for name, entry in COMMANDS.items():
            assert f"  {name} " in answer.out
            assert entry.summary in answer.out
        assert max(map(len, answer.out.splitlines())) <= 80

    def test_through_git(self, repo: Repo) -> None:
        assert repo.git("studio", "-h").startswith("Usage: git studio")

    def test_alone_it_is_a_usage_error_that_helps(self, repo: Repo) -> None:
        answer = repo.studio()
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("Usage: git studio")

    def test_a_noun_alone_lists_its_verbs(self, repo: Repo) -> None:
        answer = repo.studio("hooks")
        assert (answer.status, answer.out) == (2, "")
        assert "uninstall" in answer.err

    def test_version(self, repo: Repo) -> None:
        answer = repo.studio("--version")
        assert (answer.status, answer.out, answer.err) == (0, f"git studio {__version__}\n", "")

    @pytest.mark.parametrize("words", [["--version"], ["--help"], ["completion", "bash"]])
    def test_loads_nothing_heavy(self, repo: Repo, words: list[str], python: str) -> None:
        code = (
            "import sys\nfrom studio_git.__main__ import main\n"
            f"status = main({words!r})\n"
            "print(status, *sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
        )
        status, *loaded = run(python, "-c", code, cwd=repo.path).err.split()
        assert status == "0"
        assert not HEAVY & set(loaded)

    def test_lists_do_not_wait_for_what_changes_records(self, repo: Repo, python: str) -> None:
        later = {"services.editing", "services.adding", "services.decisionsync", "core.redact"}
        code = (
            "import sys\nfrom studio_git.__main__ import main\n"
            "assert main(['decision', 'list', '--all-projects']) == 0\n"
            "print(*sys.modules, file=sys.stderr)"
        )
        repo.studio("init", "--yes", "--no-hooks")
        loaded = run(python, "-c", code, cwd=repo.path).err.split()
        assert "studio_git.commands.decision" in loaded
        assert not {f"studio_git.{name}" for name in later} & set(loaded)

    def test_runs_as_a_module(self, repo: Repo, python: str) -> None:
        answer = run(python, "-m", "studio_git", "--version", cwd=repo.path)
        assert (answer.status, answer.out) == (0, f"git studio {__version__}\n")


class TestUsage:
    @pytest.mark.parametrize(
        ("words", "what", "hint"),
        [
            (
                ["statsu"],
                "no such command 'statsu'.",
                "Did you mean status or task? See: git studio -h",
            ),
            (["xyzzy"], "no such command 'xyzzy'.", "See: git studio -h"),
            (["hooks", "instal"], "no such command 'instal'.", "Did you mean install"),
            (["status", "--stagd"], "no such option '--stagd'.", "Did you mean --staged? See: "),
            (["decision", "ad"], "no such command 'ad'.", "Did you mean add? See: git studio"),
            (["completion"], "missing argument", "See: git studio completion -h"),
            (["-C"], "option '-C' requires an argument.", "See: git studio -h"),
            (["-C", "absent", "status"], "cannot change into absent: No such", "-C takes"),
        ],
    )
    def test_two_lines(self, repo: Repo, words: list[str], what: str, hint: str) -> None:
        answer = repo.studio(*words)
        assert (answer.status, answer.out) == (2, "")
        first, second = answer.err.splitlines()
        assert first.startswith(f"git studio: {what}")
        assert second.startswith(hint)

    def test_hostile_words_are_made_visible(self, repo: Repo) -> None:
        answer = repo.studio("\x1b[2Jx")
        assert answer.status == 2
        assert "\x1b" not in answer.err

    def test_options_may_follow_arguments(self, repo: Repo) -> None:
        answer = repo.studio("completion", "bash", "--help")
        assert (answer.status, answer.err) == (0, "")

    def test_another_folder(self, repo: Repo, tmp_path: Path) -> None:
        (tmp_path / "other" / "deep").mkdir(parents=True)
        script = SCRIPTS / "git-studio"
        answer = run(script, "-C", "other", "-C", "deep", "-C", "", "hooks", "status", cwd=tmp_path)
        assert answer.status == 2
        assert str(tmp_path / "other" / "deep") in answer.err


class TestStatus:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("return None", 0),
            ("return 1", 1),
            ("click.get_current_context().exit(1)", 1),
            ("sys.exit(1)", 1),
            ("raise StudioError('it is so.', 'Do this.')", 2),
            ("raise click.ClickException('it is so.')", 2),
            ("raise KeyboardInterrupt", 130),
            ("raise click.Abort", 130),
        ],
    )
    def test_of_a_command(self, body: str, status: int) -> None:
        done = with_command(body)
        assert done.returncode == status
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        if status == 2:
            assert done.stderr.startswith("git studio: it is so.\n")
        else:
            assert done.stderr == ""

    def test_the_reader_went_away(self) -> None:
        with subprocess.Popen(
            program("for _ in range(100000): say('x' * 50)"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 141

    @pytest.mark.parametrize("words", [["--help"], ["completion", "zsh"]])
    def test_a_full_disk(self, repo: Repo, words: list[str]) -> None:
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [SCRIPTS / "git-studio", *words],
                cwd=repo.path,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 2
        what, hint = done.stderr.splitlines()
        assert what.startswith("git studio: ")
        assert "No space left" in what
        assert hint

    def test_interrupted(self) -> None:
        # A shell starts what it puts into the background with this signal ignored.
        body = (
            "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "say('ready')\nflush()\nsignal.pause()"
        )
        with subprocess.Popen(
            program(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 130


class TestFault:
    BODY = "raise LookupError('nobody\\x1b thought of this')"

    def test_short_on_the_screen_and_whole_in_the_log(self, studio_home: Path) -> None:
        studio_home.mkdir()
        done = with_command(self.BODY)
        assert done.returncode == 2
        what, hint = done.stderr.splitlines()
        assert "LookupError: nobody\\x1b thought of this" in what
        log = studio_home / faultlog.LOG
        assert hint.endswith(f"{log}.")
        text = log.read_text()
        assert "Traceback" in text
        assert "['status']" in text
        assert log.stat().st_mode & 0o777 == 0o600

    def test_without_a_home_the_log_is_temporary(self, studio_home: Path) -> None:
        done = with_command(self.BODY)
        log = Path(done.stderr.splitlines()[1].split()[-1].removesuffix("."))
        try:
            assert "Traceback" in log.read_text()
            assert not studio_home.exists()
        finally:
            log.unlink()

    def test_the_whole_of_it_on_request(self, studio_home: Path) -> None:
        studio_home.mkdir()
        done = with_command(self.BODY, env={"STUDIO_DEBUG": "1"})
        assert "Traceback" in done.stderr
        assert "\x1b" not in done.stderr


def test_words_that_nothing_can_be_called(repo: Repo) -> None:
    assert repo.studio("init", "--yes", "--no-hooks").status == 0
    answer = repo.studio("project", "show", b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "git studio: 'caf\\xe9' is not UTF-8 text.\nSay it in UTF-8.\n"
    answer = repo.studio("learning", "list", "-n", "9" * 30)
    assert (answer.status, answer.out) == (2, "")
    assert "is too large a number" in answer.err
    answer = repo.studio("lint", "é" * 300)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("git studio: no file can be called '/")
