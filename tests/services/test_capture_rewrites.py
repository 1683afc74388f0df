"""A commit that was rewritten is the same work: nothing of it is there twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from capturing import MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.services.capture import Hint


@pytest.fixture
def clone(repo: Repo) -> Clone:
    clone = bind(repo)
    repo.commit("Base", when=NOON - MINUTE)
    clone.capture()
    return clone


def amend(clone: Clone, text: str, **env: str) -> tuple[str, str]:
    """Amend HEAD; the old and the new oid."""
    old = clone.repo.git("rev-parse", "HEAD")
    clone.repo.git("add", "-A")
    clone.repo.git("commit", "-q", "--amend", "--allow-empty", "-m", text, env=env)
    return old, clone.repo.git("rev-parse", "HEAD")


def heard(*pairs: tuple[str, str], kind: str = "amend") -> Hint:
    return Hint("post-rewrite", kind=kind, pairs=pairs)


def ids(clone: Clone, table: str = "decisions") -> dict[str, str]:
    column = "question" if table == "git_questions" else "title"
    return {row[column]: row["id"] for row in clone.rows(f"SELECT * FROM {table}")}


Told = Callable[[tuple[str, str]], list[Hint]]


@pytest.fixture(params=["hook", "no hook"])
def told(request: Any) -> Told:
    """What capture hears of a rewrite: the hook's pairs, or nothing at all."""
    return lambda pair: [heard(pair)] if request.param == "hook" else []


class TestAmend:
    def test_everything_follows_to_the_new_commit(self, clone: Clone, told: Told) -> None:
        clone.repo.write("a", "1\n")
        text = ("Decision: Use JWT", "Open-Question: Why?", "Problem: P", "Solution: S")
        clone.repo.commit(message("Work", *text), when=NOON)
        clone.capture()
        tables = ("decisions", "learnings", "git_questions", "sessions")
        before = {table: ids(clone, table) for table in tables}
        clone.repo.write("a", "1\n2\n")
        pair = amend(clone, message("Work, done", *text))
        report = clone.capture(*told(pair))
        assert report.rewritten == 1
        assert {table: ids(clone, table) for table in tables[:3]} == {
            table: before[table] for table in tables[:3]
        }
        (session,) = clone.sessions()
        assert session["id"] in before["sessions"].values()
        assert "- `a` (+2 -0)\n" in clone.only_file()
        assert clone.only_file().count("- Use JWT\n") == 1
        assert pair[0] not in clone.live()
        assert pair[1] in clone.live()
        assert len(clone.rows("SELECT * FROM activity_log")) == 2
        assert clone.rows("SELECT rewritten_to FROM git_commits WHERE oid = ?", pair[0]) == [
            {"rewritten_to": pair[1]}
        ]

    def test_records_are_matched_by_title_then_by_place(self, clone: Clone, told: Told) -> None:
        clone.repo.commit(message("Work", "Decision: A", "Decision: B", "Decision: C"), when=NOON)
        clone.capture()
        before = ids(clone)
        clone.repo.write("a", "1\n")
        pair = amend(clone, message("Work", "Decision: B", "Decision: Bee", "Rationale: new"))
        clone.capture(*told(pair))
        after = ids(clone)
        assert after["B"] == before["B"]
        assert set(after) == {"B", "Bee"}
        assert after["Bee"] in {before["A"], before["C"]}
        feed = clone.rows("SELECT title FROM activity_log WHERE reference_type = 'decision'")
        assert sorted(row["title"] for row in feed) == ["B", "Bee"]

    def test_twice_with_a_capture_between(self, clone: Clone, told: Told) -> None:
        clone.repo.commit(message("Work", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        for number in range(2):
            clone.repo.write("a", f"{number}\n")
            pair = amend(clone, message(f"Work {number}", "Decision: A"))
            clone.capture(*told(pair))
        assert ids(clone) == before
        assert len(clone.sessions()) == 1
        assert len(clone.live()) == 2

    def test_twice_before_one_capture(self, clone: Clone) -> None:
        clone.repo.commit(message("Work", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        pairs = []
        for number in range(2):
            clone.repo.write("a", f"{number}\n")
            pairs.append(amend(clone, message(f"Work {number}", "Decision: A")))
        clone.capture(*(heard(pair) for pair in pairs))
        assert ids(clone) == before
        assert pairs[0][1] not in clone.live()

    def test_the_first_commit_of_all(self, repo: Repo, told: Told) -> None:
        clone = bind(repo)
        repo.commit(message("Root", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        repo.write("a", "1\n")
        clone.capture(*told(amend(clone, message("Root", "Decision: A"))))
        assert ids(clone) == before
        assert len(clone.live()) == 1

    def test_with_another_date_the_hook_is_believed(self, clone: Clone) -> None:
        clone.repo.commit(message("Work", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        old = clone.repo.git("rev-parse", "HEAD")
        clone.repo.git(
            "commit", "-q", "--amend", "--allow-empty", "--no-edit", f"--date={NOON + 3600} +0000"
        )
        clone.capture(heard((old, clone.repo.git("rev-parse", "HEAD"))))
        assert ids(clone) == before
        assert len(clone.sessions()) == 1

    def test_a_hook_that_is_heard_late_mends_what_was_captured_twice(self, clone: Clone) -> None:
        clone.repo.commit(message("Work", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        old = clone.repo.git("rev-parse", "HEAD")
        clone.repo.write("a", "1\n")
        clone.repo.git("add", "-A")
        clone.repo.git("commit", "-q", "--amend", "--no-edit", f"--date={NOON + 36000} +0000")
        clone.capture()
        assert len(clone.sessions()) == 2
        clone.capture(heard((old, clone.repo.git("rev-parse", "HEAD"))))
        assert ids(clone) == before
        (session,) = clone.sessions()
        files = sorted(clone.file(session["id"]).parent.glob("*.md"))
        assert files == [clone.file(session["id"])]
        assert len(clone.rows("SELECT * FROM activity_log")) == 2

    def test_an_amend_that_is_taken_back(self, clone: Clone) -> None:
        clone.repo.write("a", "1\n")
        first = clone.repo.commit(message("Work", "Decision: A"), when=NOON)
        clone.capture()
        before = ids(clone)
        clone.repo.write("a", "2\n")
        amend(clone, message("Worse", "Decision: A", "Decision: Z"))
        clone.capture()
        assert set(ids(clone)) == {"A", "Z"}
        clone.repo.git("reset", "-q", "--hard", first)
        clone.capture()
        assert ids(clone) == before
        assert clone.live()[-1] == first

    def test_what_a_person_changed_is_kept(self, clone: Clone) -> None:
        clone.repo.commit(message("Work", "Decision: A", "Decision: B"), when=NOON)
        clone.capture()
        clone.change("UPDATE decisions SET rationale = 'By hand' WHERE title = 'A'")
        clone.change("DELETE FROM decisions WHERE title = 'B'")
        clone.repo.write("a", "1\n")
        amend(clone, message("Work", "Decision: A", "Rationale: other", "Decision: B"))
        clone.capture()
        rows = clone.rows("SELECT title, rationale FROM decisions")
        assert rows == [{"title": "A", "rationale": "By hand"}]
        clone.repo.write("a", "2\n")
        amend(clone, "Work without trailers")
        clone.capture()
        assert clone.titles("decisions") == ["A"]

    def test_a_changed_cycle_is_taken_over(self, clone: Clone, told: Told) -> None:
        for name in ("One", "Two"):
            clone.change(
                "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES (?, ?, ?, 'spike')",
                name.lower(), PROJECT, name,
            )  # fmt: skip
        clone.repo.commit(message("Work", "Cycle: One", "Decision: A"), when=NOON + 86400)
        clone.capture()
        clone.repo.write("a", "1\n")
        clone.capture(*told(amend(clone, message("Work", "Cycle: Two", "Decision: A"))))
        assert [row["cycle_id"] for row in clone.rows("SELECT * FROM decisions")] == ["two"]
        assert clone.sessions()[-1]["cycle_id"] == "two"


class TestOtherRewrites:
    def rebase(self, clone: Clone, *words: str, todo: str = "true") -> list[tuple[str, str]]:
        """Rebase the branch; git's own pairs, as post-rewrite would hear them."""
        heard_at = clone.repo.path / ".git/heard"
        hook = clone.repo.path / ".git/hooks/post-rewrite"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ncat >>'{heard_at}'\n")
        hook.chmod(0o755)
        clone.repo.git(
            "rebase", "-q", *words, env={"GIT_SEQUENCE_EDITOR": todo, "GIT_EDITOR": "true"}
        )
        lines = heard_at.read_text().splitlines()
        return [(line.split()[0], line.split()[1]) for line in lines]

    @pytest.fixture
    def branch(self, clone: Clone) -> Clone:
        """Two commits on a branch, one newer on main."""
        clone.repo.git("checkout", "-q", "-b", "topic")
        for number, name in enumerate(["x", "y"]):
            clone.repo.write(name, f"{name}\n")
            clone.repo.commit(
                message(f"Add {name}", f"Decision: {name}"), when=NOON + number * MINUTE
            )
        clone.repo.git("checkout", "-q", "main")
        clone.repo.write("m", "m\n")
        clone.repo.commit("On main", when=NOON + 5 * MINUTE)
        clone.repo.git("checkout", "-q", "topic")
        clone.capture()
        return clone

    @pytest.mark.parametrize("hook", [True, False])
    def test_a_rebase(self, branch: Clone, hook: bool) -> None:
        before = ids(branch), branch.sessions()
        pairs = self.rebase(branch, "main")
        report = branch.capture(*([heard(*pairs, kind="rebase")] if hook else []))
        assert report.rewritten == 2
        assert (ids(branch), branch.sessions()) == before
        assert len(branch.live()) == 4

    def test_a_fixup_is_folded_into_its_commit(self, branch: Clone) -> None:
        branch.repo.write("x", "x\nfixed\n")
        branch.repo.git("add", "-A")
        branch.repo.git("commit", "-q", "--fixup", "topic~1")
        branch.capture()
        before = ids(branch)
        pairs = self.rebase(branch, "-i", "--autosquash", "main")
        branch.capture(heard(*pairs, kind="rebase"))
        assert ids(branch) == before
        first = branch.sessions()[0]
        assert "- `x` (+2 -0)\n" in branch.file(first["id"]).read_text()
        assert len(branch.live()) == 4

    def test_a_session_whose_commits_went_elsewhere_stays(self, branch: Clone) -> None:
        branch.repo.write("x", "x\nfixed\n")
        branch.repo.git("add", "-A")
        dates = {"GIT_AUTHOR_DATE": f"{NOON + 86400} +0000"}
        branch.repo.git("commit", "-q", "--fixup", "topic~1", env=dates)
        branch.capture()
        later = branch.sessions()[-1]
        text = branch.file(later["id"]).read_text()
        pairs = self.rebase(branch, "-i", "--autosquash", "main")
        branch.capture(heard(*pairs, kind="rebase"))
        assert branch.sessions()[-1] == later
        assert branch.file(later["id"]).read_text() == text
        assert branch.rows("SELECT * FROM git_sessions WHERE stale <> 0") == []

    def test_a_detached_rebase_that_the_hook_says_is_over(self, branch: Clone) -> None:
        before = ids(branch)
        branch.repo.git("checkout", "-q", "--detach")
        pairs = self.rebase(branch, "main")
        (branch.repo.path / ".git/rebase-merge").mkdir()
        assert branch.capture().commits == 0
        branch.repo.git("branch", "-q", "-D", "topic")
        place = branch.repo.place
        said = Hint("post-rewrite", str(place.git_dir), kind="rebase", pairs=tuple(pairs))
        assert branch.capture(said).rewritten == 2
        assert ids(branch) == before

    def test_a_commit_that_was_skipped_is_not_moved_onto_another(self, branch: Clone) -> None:
        x, y = branch.repo.git("rev-parse", "topic~1", "topic").split()
        branch.capture(heard((y, x), kind="rebase"))
        assert {x, y} <= set(branch.live())
        assert set(ids(branch)) == {"x", "y"}

    def test_a_pick_to_another_branch_takes_nothing_away(self, branch: Clone) -> None:
        branch.repo.git("checkout", "-q", "main")
        branch.repo.git("cherry-pick", "topic")
        assert branch.capture().rewritten == 0
        assert branch.repo.git("rev-parse", "topic") in branch.live()

    def test_copies_of_an_amended_commit_that_came_out_otherwise(self, branch: Clone) -> None:
        """As a rebase makes them whose conflicts were resolved: what is decided is decided once."""
        branch.repo.write("y", "y, better\n")
        amend(branch, message("Add y", "Decision: y"))
        branch.capture()
        before = ids(branch), branch.sessions()
        for source, name in (("topic", "second"), ("second", "third")):
            branch.repo.git("checkout", "-q", "-b", name, "main")
            branch.repo.git("cherry-pick", "-n", source)
            branch.repo.write("y", f"y, {name}\n")
            branch.repo.git("add", "-A")
            branch.repo.git("commit", "-q", "-C", source)
            branch.capture()
            assert (ids(branch), branch.sessions()) == before

    def test_a_copy_that_is_reworded_takes_no_decision_along(
        self, branch: Clone, told: Told
    ) -> None:
        """The commit that it was copied from states it still; what the copy states is another."""
        before = ids(branch)
        branch.repo.git("checkout", "-q", "main")
        branch.repo.git("cherry-pick", "topic")
        branch.capture()
        assert ids(branch) == before
        branch.capture(*told(amend(branch, message("Add y", "Decision: z"))))
        after = ids(branch)
        assert set(after) == {"x", "y", "z"}
        assert {title: after[title] for title in before} == before
        branch.capture(*told(amend(branch, message("Add y", "Decision: y"))))
        assert ids(branch) == before
        assert len(branch.titles("decisions")) == 2

    @pytest.mark.parametrize("hook", [True, False])
    @pytest.mark.parametrize("kept", ["topic", "topic~1"])
    def test_a_squash_of_what_another_branch_still_has(
        self, branch: Clone, kept: str, hook: bool
    ) -> None:
        """Both of its commits were copied, or one, and the other replaced: none decides anew."""
        branch.repo.git("branch", "kept", kept)
        pairs = self.rebase(branch, "-i", "topic~2", todo="sed -i 2s/^pick/squash/")
        before = [session["id"] for session in branch.sessions()]
        branch.capture(*([heard(*pairs, kind="rebase")] if hook else []))
        assert sorted(branch.titles("decisions")) == ["x", "y"]
        assert [session["id"] for session in branch.sessions()] == before

    def test_a_deleted_branch_takes_nothing_away(self, branch: Clone) -> None:
        before = branch.sessions(), ids(branch), branch.live()
        branch.repo.git("checkout", "-q", "main")
        branch.repo.git("branch", "-q", "-D", "topic")
        branch.capture()
        assert (branch.sessions(), ids(branch), branch.live()) == before

    def test_two_commits_of_one_second_are_not_confused(self, clone: Clone) -> None:
        for name in ("one", "two"):
            clone.repo.write(name, f"{name}\n")
            clone.repo.commit(message(name, f"Decision: {name}"), when=NOON)
        clone.capture()
        before = ids(clone)
        clone.repo.write("two", "two, better\n")
        amend(clone, message("two, better", "Decision: two"))
        assert clone.capture().rewritten == 1
        assert ids(clone) == before
        (session,) = clone.sessions()
        assert json.loads(session["files_changed"]) == ["one", "two"]

    def test_a_rebase_under_way_is_not_looked_at(self, branch: Clone) -> None:
        known = branch.live()
        env = {"GIT_SEQUENCE_EDITOR": "sed -i 1s/^pick/edit/"}
        branch.repo.git("rebase", "-q", "-i", "main", env=env)
        assert branch.capture().commits == 0
        branch.repo.git("rebase", "--abort")
        branch.capture()
        assert branch.live() == known
