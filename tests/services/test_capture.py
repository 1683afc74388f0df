"""Commits become sessions, decisions, learnings and files, each once."""

from __future__ import annotations

import json

import pytest
from capturing import HOUR, MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo, run

from studio_git.services.capture import Hint


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


class TestRows:
    def test_a_first_commit_is_a_session_with_its_file(self, clone: Clone) -> None:
        clone.repo.write("src/auth.py", "one\ntwo\n")
        oid = clone.repo.commit("Add the login form", when=NOON)
        report = clone.capture()
        assert (report.commits, len(report.sessions), report.problems) == (1, 1, ())
        (session,) = clone.sessions()
        assert session["title"] == "Add the login form"
        assert session["duration_minutes"] == 30
        assert json.loads(session["files_changed"]) == ["src/auth.py"]
        assert session["created_at"] == "2023-11-14 22:13:20"
        assert session["project_id"] == PROJECT
        assert clone.live() == [oid]
        assert clone.file(session["id"]).read_text() == (
            "# Add the login form\n\n**Date:** 2023-11-15 12:13 AM\n**Duration:** 30 minutes\n\n"
            "## Summary\nAdd the login form\n\n## Files Changed\n- `src/auth.py` (+2 -0)\n\n"
            "## Decisions Made\n\n## Open Questions\n\n## Notes\n"
        )
        assert oct(clone.file(session["id"]).stat().st_mode)[-3:] == "600"

    def test_the_feed_tells_of_the_session_at_its_time(self, clone: Clone) -> None:
        clone.repo.commit(message("Choose", "Decision: Use JWT"), when=NOON)
        clone.repo.commit("More of it", when=NOON + MINUTE)
        clone.capture()
        (session,) = clone.sessions()
        (decision,) = clone.rows("SELECT * FROM decisions")
        feed = clone.rows("SELECT * FROM activity_log ORDER BY activity_type")
        assert [
            (row["activity_type"], row["title"], row["reference_type"], row["reference_id"],
             row["created_at"])
            for row in feed
        ] == [
            ("decision_recorded", "Use JWT", "decision", decision["id"], "2023-11-14 22:13:20"),
            ("session_captured", session["title"], "session", session["id"], "2023-11-14 22:13:20"),
        ]  # fmt: skip

    def test_trailers_become_rows_and_stand_in_the_file(self, clone: Clone) -> None:
        text = message(
            "Add token check",
            "Decision: Use JWT",
            "Rationale: no session store",
            "Alternative: server sessions",
            "Open-Question: How are tokens revoked?",
            "Note: The clock skew is two minutes.",
        )
        clone.repo.commit(text, when=NOON)
        clone.repo.commit(
            message("Fix it", "Problem: Skew", "Solution: Allow 2 min", "Tags: jwt, time"),
            when=NOON + MINUTE,
        )
        report = clone.capture()
        assert (report.decisions, report.learnings, report.questions) == (1, 1, 1)
        (decision,) = clone.rows("SELECT * FROM decisions")
        assert decision["rationale"] == "no session store"
        assert json.loads(decision["alternatives"]) == ["server sessions"]
        assert decision["created_at"] == "2023-11-14 22:13:20"
        (learning,) = clone.rows("SELECT * FROM learnings")
        (session,) = clone.sessions()
        assert (learning["problem"], learning["solution"]) == ("Skew", "Allow 2 min")
        assert json.loads(learning["tags"]) == ["jwt", "time"]
        assert learning["session_id"] == session["id"]
        (question,) = clone.rows("SELECT * FROM git_questions")
        assert question["question"] == "How are tokens revoked?"
        file = clone.only_file()
        assert "## Decisions Made\n- Use JWT\n" in file
        assert "## Open Questions\n- How are tokens revoked?\n" in file
        assert "## Notes\nThe clock skew is two minutes.\n" in file

    def test_counts_are_sums_and_binary_is_said(self, clone: Clone) -> None:
        clone.repo.write("a.txt", "1\n2\n")
        clone.repo.write("logo.bin", b"\0\1\2")
        clone.repo.commit("One", when=NOON)
        clone.repo.write("a.txt", "1\n3\n4\n")
        clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture()
        file = clone.only_file()
        assert "- `a.txt` (+4 -1)\n- `logo.bin` (binary)\n" in file

    def test_capturing_again_changes_nothing(self, clone: Clone) -> None:
        clone.repo.commit(message("One", "Decision: A"), when=NOON)
        clone.capture()
        before = clone.rows("SELECT * FROM sessions"), clone.only_file()
        report = clone.capture()
        assert (report.commits, report.sessions) == (0, ())
        assert (clone.rows("SELECT * FROM sessions"), clone.only_file()) == before

    def test_forgotten_references_capture_nothing_twice(self, clone: Clone) -> None:
        clone.repo.commit(message("One", "Decision: A"), when=NOON)
        clone.capture()
        clone.change("DELETE FROM git_refs")
        clone.capture()
        assert clone.titles("sessions") == ["One"]
        assert clone.titles("decisions") == ["A"]

    def test_the_journal_says_which_session_holds_which_commit(self, clone: Clone) -> None:
        oid = clone.repo.commit("One", when=NOON)
        clone.capture()
        journal = clone.repo.path / ".git/studio/journal"
        (session,) = clone.sessions()
        assert [json.loads(line) for line in journal.read_text().splitlines()] == [
            {"session": session["id"], "oid": oid, "cycle": None}
        ]

    def test_an_agents_session_is_noted_where_the_hook_says_it(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture(
            Hint("post-commit", agent_session=""), Hint("post-commit", agent_session="abc-1")
        )
        noted = clone.rows("SELECT agent_session FROM git_commits ORDER BY author_time")
        assert [row["agent_session"] for row in noted] == [None, "abc-1"]

    def test_more_commits_than_one_batch_holds(self, clone: Clone) -> None:
        stream = "".join(
            f"commit refs/heads/main\ncommitter Ada Example <ada@example.org> {NOON + n} +0000\n"
            f"data 4\nc{n:03}\n"
            for n in range(450)
        )
        fed = run("git", "fast-import", "--quiet", cwd=clone.repo.path, stdin=stream)
        assert fed.status == 0, fed.err
        report = clone.capture()
        assert report.commits == 450
        assert len(clone.sessions()) == 1
        assert len(set(clone.live())) == 450


class TestGrouping:
    def test_two_hours_of_nothing_begin_a_session(self, clone: Clone) -> None:
        clone.repo.commit("Morning", when=NOON)
        clone.repo.commit("Still morning", when=NOON + 119 * MINUTE)
        clone.repo.commit("Evening", when=NOON + 10 * HOUR)
        clone.capture()
        assert [row["duration_minutes"] for row in clone.sessions()] == [149, 30]

    def test_a_later_capture_continues_the_session(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        first = clone.capture()
        clone.repo.commit("Two", when=NOON + HOUR)
        second = clone.capture()
        assert (second.sessions, second.new_sessions) == (first.sessions, ())
        (session,) = clone.sessions()
        assert session["duration_minutes"] == 90
        assert len(clone.rows("SELECT * FROM activity_log")) == 1

    def test_gap_and_lead_in_are_settings(self, clone: Clone) -> None:
        clone.repo.git("config", "studio.capture.gap", "10 min")
        clone.repo.git("config", "studio.capture.lead-in", "5 min")
        clone.repo.commit("One", when=NOON)
        clone.repo.commit("Two", when=NOON + 11 * MINUTE)
        clone.capture()
        assert [row["duration_minutes"] for row in clone.sessions()] == [5, 5]

    def test_a_late_commit_joins_the_session_of_its_time(self, clone: Clone) -> None:
        clone.repo.commit("Monday", when=NOON)
        clone.repo.commit("Tuesday", when=NOON + 24 * HOUR)
        clone.capture()
        clone.repo.commit("Also Monday", when=NOON - 30 * MINUTE)
        clone.capture()
        monday, _ = clone.sessions()
        assert monday["duration_minutes"] == 60
        assert monday["created_at"] == "2023-11-14 21:43:20"
        assert len(clone.sessions()) == 2

    def test_a_cycle_is_named_by_id_name_or_start(self, clone: Clone) -> None:
        for number, name in enumerate(["Auth Flow", "Billing"]):
            clone.change(
                "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, ?, ?, 'feature')",
                f"cyc{number}-4711", PROJECT, name,
            )  # fmt: skip
        clone.repo.commit(message("One", "Cycle: auth flow", "Decision: A"), when=NOON)
        clone.repo.commit(message("Two", "Cycle: cyc1-4711"), when=NOON + MINUTE)
        clone.repo.commit(message("Three", "Cycle: cyc1"), when=NOON + 2 * MINUTE)
        clone.repo.commit(message("Four", "Cycle: no such"), when=NOON + 3 * MINUTE)
        clone.capture()
        assert [row["cycle_id"] for row in clone.sessions()] == ["cyc0-4711", "cyc1-4711"]
        (decision,) = clone.rows("SELECT * FROM decisions")
        assert decision["cycle_id"] == "cyc0-4711"
        first = clone.sessions()[0]
        assert "**Cycle:** Auth Flow (CYC-1)\n" in clone.file(first["id"]).read_text()


class TestWhose:
    @pytest.fixture
    def theirs(self, clone: Clone) -> Clone:
        """A colleague's clone with a commit of theirs, which ours has as ``origin``."""
        clone.repo.write("base", "base\n")
        clone.repo.commit("Mine", when=NOON)
        path = clone.repo.path.parent / "theirs"
        clone.repo.git("clone", "-q", clone.repo.path, path)
        other = Repo(path)
        other.git("config", "user.email", "bo@example.org")
        other.write("b", "b\n")
        other.commit("Theirs", when=NOON + MINUTE)
        clone.repo.git("remote", "add", "origin", path)
        return clone

    def test_anothers_commit_that_was_pulled_is_not_mine(self, theirs: Clone) -> None:
        theirs.repo.git("pull", "-q", "--ff-only", "origin", "main")
        theirs.capture()
        assert theirs.titles("sessions") == ["Mine"]

    def test_anothers_commit_that_was_picked_or_rebased_is_not_mine(self, theirs: Clone) -> None:
        repo = theirs.repo
        repo.commit("Between", when=NOON + MINUTE)
        repo.git("fetch", "-q", "origin")
        repo.git("cherry-pick", "origin/main")
        repo.git("checkout", "-q", "-b", "moved", "origin/main")
        repo.git("rebase", "-q", "--onto", "main~1", "origin/main~1")
        theirs.capture()
        (session,) = theirs.sessions()
        assert json.loads(session["files_changed"]) == ["base"]

    def test_what_others_commit_here_is_captured_as_theirs(self, clone: Clone) -> None:
        clone.repo.commit("Mine", when=NOON)
        env = {
            "GIT_AUTHOR_NAME": "Agent", "GIT_AUTHOR_EMAIL": "agent@example.org",
            "GIT_COMMITTER_NAME": "Agent", "GIT_COMMITTER_EMAIL": "agent@example.org",
            "GIT_AUTHOR_DATE": f"{NOON + MINUTE} +0000",
        }  # fmt: skip
        linked = clone.repo.path.parent / "linked"
        clone.repo.git("worktree", "add", "-q", "-b", "side", linked)
        Repo(linked).git("commit", "-q", "--allow-empty", "-m", "By an agent", env=env)
        Repo(linked).git("commit", "-q", "--allow-empty", "--amend", "-m", "Again", env=env)
        clone.capture()
        authors = clone.rows("SELECT author_name, title FROM git_sessions ORDER BY started_at")
        assert [tuple(row.values()) for row in authors] == [
            ("Ada Example", "Mine"), ("Agent", "Again"),
        ]  # fmt: skip

    def test_amending_what_was_pulled_does_not_make_it_mine(self, theirs: Clone) -> None:
        theirs.repo.git("pull", "-q", "--ff-only", "origin", "main")
        theirs.repo.git("commit", "-q", "--amend", "-m", "Theirs, reworded")
        theirs.capture()
        assert theirs.titles("sessions") == ["Mine"]

    def test_a_commit_made_here_for_another_author_is_a_session_of_theirs(
        self, clone: Clone
    ) -> None:
        clone.repo.commit("Mine", when=NOON)
        clone.repo.commit("Pair", when=NOON + MINUTE, author="Bo <bo@example.org>")
        clone.capture()
        authors = clone.rows("SELECT author_email FROM git_sessions ORDER BY started_at")
        assert [row["author_email"] for row in authors] == ["ada@example.org", "bo@example.org"]
        assert sorted(clone.titles("sessions")) == ["Mine", "Pair"]

    def test_more_addresses_and_the_mailmap_are_mine_too(self, clone: Clone) -> None:
        clone.repo.git("config", "studio.capture.email", "ADA@work.example")
        clone.repo.write(".mailmap", "Ada Example <ada@example.org> <ada@old.example>\n")
        clone.repo.commit("Home", when=NOON)
        env = {"GIT_COMMITTER_EMAIL": "x@example.org"}
        for address in ("ada@work.example", "ada@old.example"):
            clone.repo.git(
                "commit", "-q", "--allow-empty", "-m", f"From {address}",
                "--author", f"Ada <{address}>", env=env,
            )  # fmt: skip
        assert clone.capture().commits == 3

    def test_without_an_address_what_is_local_counts(self, clone: Clone) -> None:
        clone.repo.git("config", "--global", "--unset", "user.email")
        env = {"GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_EMAIL": "a@b"}
        clone.repo.git("commit", "-q", "--allow-empty", "-m", "Fetched", env=env)
        clone.repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
        clone.repo.git("commit", "-q", "--allow-empty", "-m", "Made here", env=env)
        clone.capture()
        assert clone.titles("sessions") == ["Made here"]


class TestAPersonsWords:
    def test_what_they_wrote_in_the_file_survives_the_next_commit(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        (session,) = clone.sessions()
        file = clone.file(session["id"])
        text = file.read_text().replace("# One", "# Tokens, at last")
        file.write_text(text + "\nAsk Bo about the keys.\n\n## Mood\nGood.\n")
        clone.repo.write("a", "a\n")
        clone.repo.commit(message("Two", "Decision: Rotate keys"), when=NOON + MINUTE)
        clone.capture()
        after = file.read_text()
        assert after.startswith("# Tokens, at last\n")
        assert "Ask Bo about the keys.\n" in after
        assert "## Mood\nGood.\n" in after
        assert "- Rotate keys\n" in after
        assert "- `a` (+1 -0)\n" in after
        (session,) = clone.sessions()
        assert session["title"] == "Tokens, at last"
        clone.repo.commit("Three, which is more", when=NOON + 2 * MINUTE)
        clone.capture()
        assert clone.titles("sessions") == ["Tokens, at last"]
        assert file.read_text().startswith("# Tokens, at last\n")
        assert [row["title"] for row in clone.rows(
            "SELECT title FROM activity_log WHERE reference_type = 'session'"
        )] == ["Tokens, at last"]  # fmt: skip

    def test_a_title_from_the_dashboard_stays_and_reaches_the_file(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        clone.change("UPDATE sessions SET title = 'Named by hand', summary = 'Said by hand'")
        clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture()
        (session,) = clone.sessions()
        assert (session["title"], session["summary"]) == ("Named by hand", "Said by hand")
        assert clone.only_file().startswith("# Named by hand\n")
        assert "## Summary\nSaid by hand\n" in clone.only_file()

    def test_a_session_that_was_deleted_does_not_come_back(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        clone.change("DELETE FROM sessions")
        clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture()
        assert clone.titles("sessions") == ["Two"]

    def test_a_file_that_was_deleted_is_written_anew(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        (session,) = clone.sessions()
        clone.file(session["id"]).unlink()
        clone.repo.commit("Two", when=NOON + MINUTE)
        clone.capture()
        assert "**Duration:** 31 minutes" in clone.only_file()

    def test_bytes_that_are_not_utf8_stay(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        (session,) = clone.sessions()
        file = clone.file(session["id"])
        file.write_bytes(file.read_bytes() + b"caf\xe9\n")
        clone.repo.commit("Two", when=NOON + MINUTE)
        assert clone.capture().problems == ()
        assert b"caf\xe9\n" in file.read_bytes()

    def test_a_file_that_cannot_be_written_is_told_and_made_up_for(self, clone: Clone) -> None:
        clone.repo.commit("One", when=NOON)
        clone.capture()
        (session,) = clone.sessions()
        file = clone.file(session["id"])
        real = file.with_suffix(".real")
        file.rename(real)
        file.symlink_to(real)
        clone.repo.commit("Two", when=NOON + MINUTE)
        (problem,) = clone.capture().problems
        assert "symbolic link" in problem
        file.unlink()
        real.rename(file)
        assert clone.capture().problems == ()
        assert "**Duration:** 31 minutes" in file.read_text()
