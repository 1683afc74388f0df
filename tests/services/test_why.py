"""What stands behind lines, files and commits, by real blame and real rewrites."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from capturing import HOUR, MINUTE, NOON, PROJECT, Clone, bind, message
from conftest import Repo

from studio_git.errors import GitError, UsageError
from studio_git.gitio import locate
from studio_git.services import why
from studio_git.services.why import Answer, Request

DAY = 24 * HOUR
CODE = "def check(token):\n    header = read_header(token)\n    return verify(header, token)\n"


@pytest.fixture
def clone(repo: Repo) -> Clone:
    """Two commits of two sessions in one file, the second one in its last line."""
    clone = bind(repo)
    repo.write("src/auth.py", CODE)
    repo.commit(
        message(
            "Check tokens", "Decision: Use JWT", "Rationale: no state", "Problem: Skew",
            "Solution: Leeway",
        ),
        when=NOON,
    )  # fmt: skip
    repo.write("src/auth.py", CODE + "LEEWAY = 30\n")
    repo.commit(message("Allow for skew", "Decision: Thirty seconds"), when=NOON + DAY)
    clone.capture()
    return clone


def ask(clone: Clone, words: str, *, cwd: Path | None = None, limit: int | None = None) -> Answer:
    place = locate(clone.repo.path)
    with clone.store() as store:
        request = why.read(store, PROJECT, place, cwd or clone.repo.path, words)
        return why.answer(store, PROJECT, place, request, limit=limit)


def titles(answer: Answer) -> list[str]:
    return [decision["title"] for reason in answer.reasons for decision in reason.decisions]


class TestLines:
    def test_each_line_has_its_commit_the_newest_first(self, clone: Clone) -> None:
        answer = ask(clone, "src/auth.py:2-4")
        assert answer.request == Request("src/auth.py", (2, 4))
        assert [reason.lines for reason in answer.reasons] == [((4, 4),), ((2, 3),)]
        assert titles(answer) == ["Thirty seconds", "Use JWT"]
        assert [session["title"] for session in answer.sessions] == [
            "Allow for skew",
            "Check tokens",
        ]
        old = answer.reasons[1]
        assert (old.subject, old.author, old.created_at) == (
            "Check tokens", "Ada Example", "2023-11-14 22:13:20",
        )  # fmt: skip
        assert old.learnings[0]["solution"] == "Leeway"
        assert old.decisions[0]["rationale"] == "no state"
        assert old.session == answer.sessions[1]["id"]

    def test_one_line_from_a_folder_below(self, clone: Clone) -> None:
        answer = ask(clone, "auth.py:4", cwd=clone.repo.path / "src")
        assert titles(answer) == ["Thirty seconds"]

    def test_white_space_and_moves_are_no_reason(self, clone: Clone) -> None:
        body = "".join(f"    {line}\n" for line in CODE.splitlines())
        clone.repo.write("src/token.py", "class Tokens:\n" + body)
        clone.repo.write("src/auth.py", "LEEWAY = 30\n")
        clone.repo.commit("Move it", when=NOON + 2 * DAY)
        clone.capture()
        assert titles(ask(clone, "src/token.py:2-4")) == ["Use JWT"]

    def test_ignored_commits_are_passed_over(self, clone: Clone) -> None:
        clone.repo.write("src/auth.py", CODE.replace("token", "tok") + "LEEWAY = 30\n")
        oid = clone.repo.commit("Rename all", when=NOON + 2 * DAY)
        clone.repo.write(".git-blame-ignore-revs", f"{oid}\n")
        clone.capture()
        assert titles(ask(clone, "src/auth.py:1")) == []
        clone.repo.git("config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
        assert titles(ask(clone, "src/auth.py:1")) == ["Use JWT"]
        clone.repo.git("config", "blame.ignoreRevsFile", "not-there")
        with pytest.raises(GitError) as caught:  # git blame itself fails then
            ask(clone, "src/auth.py:1")
        assert "blame.ignoreRevsFile" in caught.value.message

    def test_lines_that_are_not_committed(self, clone: Clone) -> None:
        clone.repo.write("src/auth.py", "# new\n" + CODE + "# end\n")
        answer = ask(clone, "src/auth.py:1-5")
        assert answer.uncommitted == ((1, 1), (5, 5))
        assert [reason.lines for reason in answer.reasons] == [((2, 4),)]
        clone.repo.write("fresh.py", "x\n")
        clone.repo.git("add", "fresh.py")
        assert ask(clone, "fresh.py:1").uncommitted == ((1, 1),)

    def test_what_is_not_captured_is_told_all_the_same(self, clone: Clone) -> None:
        clone.repo.write("b.txt", "one\n")
        oid = clone.repo.commit("Théirs\n\nbody", author="Bo <bo@example.org>")
        (reason,) = ask(clone, "b.txt:1").reasons
        assert (reason.oid, reason.captured, reason.session) == (oid, False, None)
        assert (reason.subject, reason.author) == ("Théirs", "Bo")

    def test_a_line_that_looks_like_an_entry_is_none(self, clone: Clone) -> None:
        clone.repo.write("c.txt", f"{'a' * 40} 1 1\n")
        oid = clone.repo.commit("c")
        assert [reason.oid for reason in ask(clone, "c.txt:1").reasons] == [oid]


class TestRewrites:
    def test_an_old_oid_stands_for_what_took_its_place(self, clone: Clone) -> None:
        old = clone.repo.git("rev-parse", "HEAD")
        for subject in ("Allow for more", "Allow for most"):
            said = message(subject, "Decision: Thirty seconds")
            clone.repo.git("commit", "-q", "--amend", "-m", said)
            clone.capture()
        (reason,) = ask(clone, old).reasons
        assert (reason.oid, reason.now) == (old, clone.repo.git("rev-parse", "HEAD"))
        assert reason.subject == "Allow for skew"
        assert titles(ask(clone, old)) == ["Thirty seconds"]
        clone.repo.git("reflog", "expire", "--expire=now", "--all")
        clone.repo.git("gc", "-q", "--prune=now")
        assert titles(ask(clone, old[:12])) == ["Thirty seconds"]

    def test_lines_after_a_rebase(self, clone: Clone) -> None:
        clone.repo.git("switch", "-qc", "side", "HEAD~1")
        clone.repo.write("other.txt", "x\n")
        clone.repo.commit(message("Other", "Decision: Other"), when=NOON + 2 * DAY)
        clone.capture()
        clone.repo.git("rebase", "-q", "main")
        clone.capture()
        assert titles(ask(clone, "other.txt:1")) == ["Other"]
        assert len(clone.rows("SELECT * FROM decisions WHERE title = 'Other'")) == 1


class TestFiles:
    def test_every_commit_that_touched_it_past_renames(self, clone: Clone) -> None:
        clone.repo.git("mv", "src/auth.py", "src/login.py")
        clone.repo.commit("Rename", when=NOON + 2 * DAY)
        clone.capture()
        answer = ask(clone, "src/login.py")
        assert [reason.subject for reason in answer.reasons] == [
            "Rename",
            "Allow for skew",
            "Check tokens",
        ]
        assert [reason.lines for reason in answer.reasons] == [(), (), ()]
        assert len(ask(clone, "src/login.py", limit=1).reasons) == 1
        assert titles(ask(clone, "src/auth.py")) == ["Thirty seconds", "Use JWT"]  # it is gone

    def test_odd_names(self, clone: Clone) -> None:
        for name in ("-x", ":(glob)*", "a b:3", "ü\n.txt"):
            clone.repo.write(name, "x\n")
        oid = clone.repo.commit("Odd", when=NOON + 2 * DAY)
        for words in ("-x", ":(glob)*", "a b:3", "ü\n.txt", "a b:3:1"):
            assert [reason.oid for reason in ask(clone, words).reasons] == [oid]

    def test_a_staged_file_has_no_commit(self, clone: Clone) -> None:
        clone.repo.write("fresh.py", "x\n")
        clone.repo.git("add", "fresh.py")
        assert ask(clone, "fresh.py").reasons == ()


class TestCommits:
    @pytest.mark.parametrize("words", ["HEAD~1", "main^", "v1", "v1^0", ":/Check"])
    def test_any_name_of_one(self, clone: Clone, words: str) -> None:
        clone.repo.git("tag", "-a", "-m", "x", "v1", "HEAD~1")
        answer = ask(clone, words)
        assert answer.request.oid == clone.repo.git("rev-parse", "HEAD~1")
        assert titles(answer) == ["Use JWT"]

    def test_a_session_brings_what_its_other_commits_decided(self, clone: Clone) -> None:
        clone.repo.commit(message("More", "Decision: Log it"), when=NOON + DAY + MINUTE)
        clone.capture()
        (session,) = ask(clone, "HEAD").sessions
        assert [each["title"] for each in session["decisions"]] == ["Thirty seconds", "Log it"]

    def test_the_cycle_and_what_superseded(self, clone: Clone) -> None:
        clone.change(
            "INSERT INTO cycles (id, project_id, name, cycle_type) VALUES ('c', ?, 'Auth', 's')",
            PROJECT,
        )
        said = message("New", "Decision: Sixty", "Supersedes: Thirty seconds", "Cycle: auth")
        clone.repo.commit(said, when=NOON + 3 * DAY)
        clone.capture()
        (session,) = ask(clone, "HEAD").sessions
        assert session["cycle"] == {"id": "c", "name": "Auth", "code": "CYC-1"}
        (old,) = ask(clone, "HEAD~1").reasons
        assert old.decisions[0]["superseded_by_title"] == "Sixty"


class TestWhatCannotBeAsked:
    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ("src/auth.py:5", "src/auth.py has only 4 lines"),
            ("src/auth.py:0", "names no lines"),
            ("src/auth.py:3-2", "names no lines"),
            ("src", "src is a folder"),
            (".", ". is a folder"),
            ("loose.txt", "loose.txt is not tracked"),
            ("loose.txt:1", "loose.txt is not tracked"),
            ("nothing", "neither a file of this repository nor a commit"),
            ("../x", "neither a file"),
            ("/etc/passwd", "neither a file"),
            ("", "neither a file"),
            ("HEAD~1..HEAD", "neither a file"),
            ("--all", "neither a file"),
            ("HEAD:src/auth.py", "neither a file"),
            ("deadbeef", "neither a file"),
            ("both", "both is a file, and a commit too"),
        ],
    )
    def test_is_told(self, clone: Clone, words: str, says: str) -> None:
        clone.repo.write("both", "x\n")
        clone.repo.commit("both")
        clone.repo.git("branch", "both")
        clone.repo.write("loose.txt", "x\n")
        with pytest.raises(UsageError) as caught:
            ask(clone, words)
        assert says in caught.value.message

    def test_the_way_out_of_an_ambiguity(self, clone: Clone) -> None:
        clone.repo.write("both", "x\n")
        clone.repo.commit("both")
        clone.repo.git("branch", "both", "HEAD~1")
        assert ask(clone, "./both").request.path == "both"
        assert titles(ask(clone, "both^0")) == ["Thirty seconds"]

    def test_a_line_of_a_file_that_is_gone(self, clone: Clone) -> None:
        clone.repo.git("rm", "-q", "src/auth.py")
        clone.repo.commit("Gone")
        with pytest.raises(UsageError) as caught:
            ask(clone, "src/auth.py:1")
        assert caught.value.hint == "Ask for the file: git studio why src/auth.py"

    def test_without_any_commit(self, make_repo: object) -> None:
        clone = bind(make_repo("empty"))  # type: ignore[operator]
        with pytest.raises(UsageError):
            ask(clone, "HEAD")


def test_what_blame_said_before_is_not_asked_again(clone: Clone) -> None:
    place = locate(clone.repo.path)
    request = Request("src/auth.py", (4, 4))
    origins = why.origins_of(place, "src/auth.py", (4, 4))
    assert [lines for _, lines in origins.items()] == [[(4, 4)]]
    clone.repo.git("config", "blame.ignoreRevsFile", "nowhere")  # blame would fail now
    with clone.store() as store:
        found = why.answer(store, PROJECT, place, request, origins=origins)
        assert titles(found) == ["Thirty seconds"]
        new = why.answer(store, PROJECT, place, request, origins={"0": [(4, 4)]})
        assert (new.uncommitted, new.reasons) == (((4, 4),), ())


def test_what_captured_commits_state(clone: Clone) -> None:
    with clone.store() as store:
        found = why.of_commits(store, PROJECT, clone.live())
    assert [reason.subject for reason in found.reasons] == ["Check tokens", "Allow for skew"]
    assert titles(found) == ["Use JWT", "Thirty seconds"]
    assert len(found.sessions) == 2


class NobodyWaitsError(Exception):
    pass


def test_blame_ends_when_nobody_waits_for_it(clone: Clone, tmp_path: Path) -> None:
    pipe = tmp_path / "revisions"
    os.mkfifo(pipe)  # blame waits for whoever writes to it
    clone.repo.git("config", "blame.ignoreRevsFile", str(pipe))
    held: list[int] = []

    def go_on() -> None:
        try:
            held.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # git does not read yet
            return
        raise NobodyWaitsError

    place = locate(clone.repo.path)
    with clone.store() as store, pytest.raises(NobodyWaitsError):
        why.answer(store, PROJECT, place, Request("src/auth.py", (1, 2)), go_on=go_on)
    try:
        with pytest.raises(BrokenPipeError):
            os.write(held[0], b"text")
    finally:
        os.close(held[0])
