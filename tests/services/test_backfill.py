"""The history from before a clone was bound: taken in once, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from capturing import HOUR, MINUTE, NOON, Clone, bind, message
from conftest import Repo, run

from studio_git import config
from studio_git.errors import UsageError
from studio_git.gitio import locate
from studio_git.services import backfill, sessionfiles
from studio_git.services.backfill import BackfillReport
from studio_git.services.clone import enter

DAY = 24 * HOUR
OTHER = "Bo Other <bo@example.org>"


def take_in(clone: Clone, *words: str, **options: object) -> BackfillReport:
    place = locate(clone.repo.path)
    with clone.store() as store:
        workspace = enter(store, place)
        planned = backfill.plan(workspace, *words, **options)  # type: ignore[arg-type]
        return backfill.take_in(workspace, planned)


def history(repo: Repo, count: int = 6) -> list[str]:
    """Commits in pairs of one session each, a day apart; each pair decides something."""
    oids = []
    for number in range(count):
        repo.write(f"f{number % 3}.txt", f"{number}\n" * (number + 1))
        text = message(f"Step {number}", *([f"Decision: D{number}"] if number % 2 else []))
        oids.append(repo.commit(text, when=NOON + number // 2 * DAY + number % 2 * HOUR))
    return oids


def everything(clone: Clone) -> dict[str, list[dict[str, object]]]:
    """What the store holds, without ids and times of recording."""
    return {
        "sessions": clone.rows(
            "SELECT title, summary, duration_minutes, files_changed, created_at FROM sessions "
            "ORDER BY created_at"
        ),
        "commits": clone.rows(
            "SELECT c.oid, s.created_at, c.message FROM git_commits c "
            "JOIN sessions s ON s.id = c.session_id ORDER BY c.oid"
        ),
        "files": clone.rows(
            "SELECT c.oid, f.path, f.added, f.removed FROM git_commit_files f "
            "JOIN git_commits c ON c.id = f.commit_id ORDER BY c.oid, f.path"
        ),
        "decisions": clone.rows("SELECT title, created_at FROM decisions ORDER BY title"),
        "texts": [
            {"text": clone.file(row["id"]).read_text()}
            for row in clone.rows("SELECT id FROM sessions ORDER BY created_at")
        ],
        "stale": clone.rows("SELECT * FROM git_sessions WHERE stale <> 0"),
    }


def test_old_commits_become_sessions_without_a_feed(repo: Repo) -> None:
    oids = history(repo)
    clone = bind(repo)
    assert clone.capture().commits == 0
    report = take_in(clone)
    assert report == BackfillReport(commits=6, sessions=3, decisions=3)
    assert sorted(clone.live()) == sorted(oids)
    assert clone.rows("SELECT * FROM activity_log") == []
    assert clone.sessions()[0]["created_at"] == "2023-11-14 22:13:20"
    assert clone.rows("SELECT * FROM git_sessions WHERE stale <> 0") == []
    text = clone.file(clone.sessions()[0]["id"]).read_text()
    assert "**Duration:** 90 minutes\n" in text
    assert "## Decisions Made\n- D1\n" in text
    journal = (repo.path / ".git/studio/journal").read_text().splitlines()
    assert [json.loads(line)["oid"] for line in journal] == oids


def test_it_gives_what_a_capture_would_have_given(repo: Repo, tmp_path: Path) -> None:
    history(repo)
    repo.git("checkout", "-q", "-b", "side", "HEAD~3")
    repo.write("f0.txt", "another\n")
    repo.commit("Aside", when=NOON + DAY + 5 * MINUTE)
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "side", ok=False)
    repo.write("f0.txt", "resolved\n")
    repo.commit("Merge side", when=NOON + 4 * DAY)
    old = bind(repo)
    take_in(old)
    expected = everything(old)
    old.change("DELETE FROM git_repositories")
    old.change("DELETE FROM sessions")
    old.change("DELETE FROM git_commits")
    old.change("DELETE FROM decisions")
    new = bind(repo)
    new.change("DELETE FROM git_refs WHERE name <> 'start:'")
    new.capture()
    assert everything(new) == expected
    merged = [row for row in expected["files"] if row["path"] == "f0.txt"]
    assert {"added": 1, "removed": 1} in [
        {"added": row["added"], "removed": row["removed"]} for row in merged
    ]


def test_a_second_time_does_nothing(repo: Repo) -> None:
    history(repo)
    clone = bind(repo)
    take_in(clone)
    before = everything(clone)
    assert take_in(clone) == BackfillReport()
    assert everything(clone) == before


def test_many_sessions_and_portions(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "BATCH", 7)
    monkeypatch.setattr(sessionfiles, "_MANY", 3)
    fast_history(repo, 61)
    clone = bind(repo)
    report = take_in(clone)
    assert (report.commits, report.sessions, report.joined) == (61, 21, 0)
    whole = everything(clone)
    assert len(whole["texts"]) == 21
    assert whole["stale"] == []


def fast_history(repo: Repo, count: int) -> None:
    """So many commits, three in each session, in one go."""
    stream = []
    for number in range(count):
        when = NOON + number // 3 * DAY + number % 3 * 30 * MINUTE
        data = message(f"Step {number}", *([f"Decision: D{number}"] if number % 5 == 0 else []))
        stream.append(
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"committer Ada Example <ada@example.org> {when} +0200\n"
            f"data {len(data)}\n{data}\n"
            + (f"from :{number}\n" if number else "")
            + f"M 100644 inline f{number % 7}\ndata {len(str(number))}\n{number}\n\n"
        )
    done = run("git", "fast-import", "--quiet", cwd=repo.path, stdin="".join(stream))
    assert done.status == 0, done.err


class TestWhose:
    def test_mine_unless_all_authors(self, repo: Repo) -> None:
        mine = repo.commit("Mine", when=NOON)
        repo.git("-c", "user.email=bo@example.org", "commit", "-q", "--allow-empty", "-m",
                 "Theirs", "--author", OTHER)  # fmt: skip
        shutil.rmtree(repo.path / ".git/logs")  # as if it had been pulled
        clone = bind(repo)
        assert take_in(clone).commits == 1
        assert clone.live() == [mine]
        assert take_in(clone, all_authors=True).commits == 1
        assert sorted(clone.titles("sessions")) == ["Mine", "Theirs"]


class TestRange:
    def test_a_range_and_a_time(self, repo: Repo) -> None:
        oids = history(repo)
        repo.git("tag", "v1", oids[2])
        clone = bind(repo)
        assert take_in(clone, "v1..main~1").commits == 2
        assert sorted(clone.live()) == sorted(oids[3:5])
        assert take_in(clone, since="2023-11-16 00:00 +0000").commits == 1
        assert take_in(clone, "main ^v1~1").commits == 1
        assert take_in(clone).commits == 2

    @pytest.mark.parametrize("words", ["nosuch", "v1..nosuch", "--all", "", "--output=x"])
    def test_one_that_is_none(self, repo: Repo, words: str) -> None:
        history(repo, 1)
        clone = bind(repo)
        with pytest.raises(UsageError):
            take_in(clone, words)

    def test_nothing_yet(self, repo: Repo) -> None:
        assert take_in(bind(repo)) == BackfillReport()


class TestBorder:
    def test_a_session_that_was_captured_takes_older_work(self, repo: Repo) -> None:
        repo.commit("Before it was bound", when=NOON)
        clone = bind(repo)
        repo.commit(message("After", "Decision: A"), when=NOON + HOUR)
        clone.capture()
        feed = clone.rows("SELECT activity_type FROM activity_log ORDER BY rowid")
        report = take_in(clone)
        assert (report.commits, report.sessions, report.joined) == (1, 0, 1)
        (session,) = clone.sessions()
        assert session["duration_minutes"] == 90
        assert session["created_at"] == "2023-11-14 22:13:20"
        assert "**Duration:** 90 minutes\n" in clone.only_file()
        assert clone.rows("SELECT activity_type FROM activity_log ORDER BY rowid") == feed


SCRIPT = """
import os, signal, sys
from pathlib import Path
from studio_git import files
from studio_git.gitio import locate
from studio_git.services import backfill, journal, sessionfiles
from studio_git.services.clone import enter
from studio_git.store import commits, sessions
from studio_git.store.connection import open_store

backfill.BATCH, backfill.FILES, sessionfiles._MANY = 10, 6, 3
place, moment, count = locate(Path.cwd()), sys.argv[2], int(sys.argv[3])

def dies(module, name):
    real, left = getattr(module, name), [count]
    def instead(*words, **more):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **more)
    setattr(module, name, instead)

dies(*{
    "inserted": (backfill.sessioning, "place"),
    "recorded": (journal, "keep"),
    "a file": (files, "_replace"),
    "files": (files, "sync"),
    "marks": (sessions, "set_generated"),
}[moment])
with open_store(Path(sys.argv[1])) as store:
    workspace = enter(store, place)
    backfill.take_in(workspace, backfill.plan(workspace))
"""


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("moment", ["inserted", "recorded", "a file", "files", "marks"])
def test_a_kill_at_any_point_is_made_up_for(repo: Repo, moment: str, count: int) -> None:
    fast_history(repo, 61)
    clone = bind(repo)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(clone.home), moment, str(count)],
        cwd=repo.path, env=dict(os.environ), capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    take_in(clone)
    assert len(clone.live()) == len(set(clone.live())) == 61
    whole = everything(clone)
    assert len(whole["sessions"]) == len(whole["texts"]) == 21
    assert all(row["text"].startswith("# Step") for row in whole["texts"])  # type: ignore[attr-defined]
    assert len(whole["decisions"]) == 13
    assert whole["stale"] == []


@pytest.mark.parametrize("left", ["", "half", "zeros", "some zeros", "a hole"])
def test_a_file_that_a_power_cut_tore_is_written_anew(repo: Repo, left: str) -> None:
    history(repo, 2)
    clone = bind(repo)
    take_in(clone)
    whole = clone.only_file()
    (session,) = clone.sessions()
    torn = {
        "": "",
        "half": whole[: len(whole) // 2],
        "zeros": "\0" * len(whole),
        "some zeros": whole[:20] + "\0" * 50,
        "a hole": whole[:20] + "\0" * 10 + whole[30:],
    }[left]
    clone.file(session["id"]).write_text(torn)
    clone.change("UPDATE git_sessions SET generated = '', stale = 1")
    take_in(clone)
    assert clone.only_file() == whole


def test_secrets_are_nowhere_on_the_disk(repo: Repo) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    repo.commit(
        message(
            f"Use {secret} here", f"Decision: Keep {secret}", f"Rationale: as {secret}",
            f"Open-Question: Is {secret} safe?", f"Note: {secret}", body=[f"With {secret}."],
        ),
        when=NOON,
    )  # fmt: skip
    clone = bind(repo)
    assert take_in(clone).decisions == 1
    repo.commit(message(f"Again {secret}", f"Problem: {secret}", "Solution: no"), when=NOON + DAY)
    with clone.store() as store:  # open, so that the -wal stays
        place = locate(repo.path)
        from studio_git.services.capture import capture

        settings = config.settings(place, None)
        assert capture(store, clone.bound(store), place, settings).commits == 1
        paths = [path for path in clone.home.rglob("*") if path.is_file()]
        paths += [path for path in (repo.path / ".git/studio").rglob("*") if path.is_file()]
        assert {"studio.db", "studio.db-wal", "journal"} <= {path.name for path in paths}
        assert len([path for path in paths if path.suffix == ".md"]) == 2
        assert [path for path in paths if secret.encode() in path.read_bytes()] == []
        assert [path for path in paths if b"[redacted: " in path.read_bytes()]
