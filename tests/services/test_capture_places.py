"""Wherever commits are made: worktrees, detached, orphaned, shallow, in other formats."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from capturing import HOUR, MINUTE, NOON, Clone, bind, message
from conftest import Repo, run

from studio_git.errors import GitError

MakeRepo = Callable[..., Repo]


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


class TestWhereItBegins:
    def test_what_is_older_than_the_binding_is_left_alone(self, repo: Repo) -> None:
        repo.commit("Old", when=NOON)
        repo.git("branch", "aside")
        clone = bind(repo)
        repo.commit("New", when=NOON + HOUR)
        clone.capture()
        assert clone.titles("sessions") == ["New"]

    def test_an_old_branch_that_comes_back_stays_old(self, repo: Repo) -> None:
        repo.commit("Old", when=NOON)
        repo.git("checkout", "-q", "-b", "aside")
        repo.commit("Aside", when=NOON + MINUTE)
        repo.git("update-ref", "refs/remotes/origin/far", repo.commit("Far", when=NOON + HOUR))
        repo.git("reset", "-q", "--hard", "HEAD~1")
        clone = bind(repo)
        repo.git("checkout", "-q", "main")
        tip = repo.git("rev-parse", "aside")
        repo.git("branch", "-q", "-D", "aside")
        clone.capture()
        repo.git("branch", "aside", tip)
        repo.git("branch", "far", "refs/remotes/origin/far")
        assert clone.capture().commits == 0

    def test_a_tag_that_is_checked_out_brings_nothing_along(self, repo: Repo) -> None:
        repo.commit("Old", when=NOON)
        repo.commit("Released", when=NOON + MINUTE)
        repo.git("tag", "-a", "-m", "v1", "v1")
        repo.git("tag", "file", repo.git("hash-object", "-w", "--stdin", ok=True))
        repo.git("reset", "-q", "--hard", "HEAD~1")
        clone = bind(repo)
        repo.git("checkout", "-q", "v1")
        assert clone.capture().commits == 0

    def test_binding_again_forgets_nothing(self, repo: Repo) -> None:
        clone = bind(repo)
        repo.commit("First", when=NOON)
        bind(repo)
        assert clone.capture().commits == 1


class TestWorktrees:
    def test_linked_ones_are_captured_from_any(self, clone: Clone) -> None:
        clone.repo.commit("Main", when=NOON)
        linked = clone.repo.path.parent / "linked"
        clone.repo.git("worktree", "add", "-q", "-b", "side", linked)
        other = Repo(linked)
        other.write("s", "s\n")
        other.commit("Side", when=NOON + MINUTE)
        clone.capture()
        clone.repo.commit("Main again", when=NOON + 2 * MINUTE)
        clone.capture(at=linked)
        branches = clone.rows("SELECT branch FROM git_commits ORDER BY author_time")
        assert [row["branch"] for row in branches] == ["main", "side", "main"]
        assert len(clone.sessions()) == 1

    def test_a_detached_head_in_each(self, clone: Clone) -> None:
        clone.repo.commit("Main", when=NOON)
        linked = clone.repo.path.parent / "linked"
        clone.repo.git("worktree", "add", "-q", "--detach", linked)
        clone.repo.git("checkout", "-q", "--detach")
        Repo(linked).commit("There", when=NOON + MINUTE)
        clone.repo.commit("Here", when=NOON + 2 * MINUTE)
        clone.capture()
        rows = clone.rows("SELECT message, branch FROM git_commits ORDER BY author_time")
        assert [(row["message"].strip(), row["branch"]) for row in rows] == [
            ("Main", "main"), ("There", None), ("Here", None),
        ]  # fmt: skip
        clone.repo.git("checkout", "-q", "main")
        assert clone.capture().commits == 0

    def test_a_removed_worktree_does_not_disturb(self, clone: Clone) -> None:
        clone.repo.commit("Main", when=NOON)
        linked = clone.repo.path.parent / "linked"
        clone.repo.git("worktree", "add", "-q", "--detach", linked)
        clone.capture()
        clone.repo.git("worktree", "remove", linked)
        assert clone.capture().commits == 0

    def test_a_bare_repository_with_a_worktree(self, make_repo: MakeRepo) -> None:
        bare = make_repo("bare.git", "--bare")
        linked = bare.path.parent / "linked"
        done = bare.try_git("worktree", "add", "-q", "--orphan", "-b", "main", linked)
        if done.status:  # --orphan is of git 2.42
            tree = bare.git("mktree", "--missing", "--batch")
            first = bare.git(
                "commit-tree",
                "-m",
                "Root",
                tree.split()[0] if tree else "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            )
            bare.git("update-ref", "refs/heads/main", first)
            bare.git("worktree", "add", "-q", linked, "main")
        repo = Repo(linked)
        clone = bind(repo)
        repo.commit("There", when=NOON)
        assert clone.capture().commits == 1

    def test_a_git_directory_that_stands_apart(self, make_repo: MakeRepo) -> None:
        repo = make_repo("work", "--separate-git-dir", "apart.git")
        clone = bind(repo)
        repo.commit("One", when=NOON)
        assert clone.capture().commits == 1


class TestHistory:
    def test_merges_bring_no_files_of_the_other_side(self, clone: Clone) -> None:
        repo = clone.repo
        repo.write("base", "1\n2\n3\n")
        repo.commit("Base", when=NOON)
        repo.git("checkout", "-q", "-b", "topic")
        repo.write("topic", "t\n" * 50)
        repo.write("base", "1\nother\n3\n")
        env = {
            "GIT_AUTHOR_EMAIL": "bo@example.org", "GIT_COMMITTER_EMAIL": "bo@example.org",
        }  # fmt: skip
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", "Theirs", env=env)
        repo.git("checkout", "-q", "main")
        repo.write("base", "1\nmine\n3\n")
        repo.commit("Mine", when=NOON + MINUTE)
        repo.try_git("merge", "-q", "topic")
        repo.write("base", "1\nmine and other\n3\n")
        repo.write("extra", "e\n")
        repo.commit(message("Merge branch 'topic'", "Decision: Keep both"), when=NOON + 2 * MINUTE)
        clone.capture()
        (session,) = (row for row in clone.sessions() if "Theirs" not in row["title"])
        assert json.loads(session["files_changed"]) == ["base", "extra"]
        text = clone.file(session["id"]).read_text()
        assert "- `base` (+5 -2)\n- `extra` (+1 -0)\n" in text
        assert "Merge" not in session["title"]
        assert clone.titles("decisions") == ["Keep both"]

    def test_an_octopus(self, clone: Clone) -> None:
        repo = clone.repo
        repo.commit("Base", when=NOON)
        for name in ("a", "b", "c"):
            repo.git("checkout", "-q", "-b", name, "main")
            repo.write(name, f"{name}\n")
            repo.commit(f"Add {name}", when=NOON + MINUTE)
        repo.git("checkout", "-q", "main")
        repo.git("merge", "-q", "a", "b", "c")
        assert clone.capture().commits == 5
        merge = clone.rows("SELECT id, parents FROM git_commits WHERE message LIKE 'Merge%'")
        assert len(merge[0]["parents"].split()) in {3, 4}
        assert (
            clone.rows("SELECT * FROM git_commit_files WHERE commit_id = ?", merge[0]["id"]) == []
        )

    def test_an_orphan_branch(self, clone: Clone) -> None:
        clone.repo.commit("Main", when=NOON)
        clone.capture()
        clone.repo.git("checkout", "-q", "--orphan", "pages")
        clone.repo.write("index.html", "x\n")
        clone.repo.commit("Pages", when=NOON + MINUTE)
        assert clone.capture().commits == 1

    def test_all_ways_of_naming_what_is_committed(self, clone: Clone) -> None:
        repo = clone.repo
        for name in ("a", "b"):
            repo.write(name, "1\n")
        repo.commit("Both", when=NOON)
        clone.capture()
        repo.write("a", "2\n")
        repo.write("b", "2\n")
        dates = {"GIT_AUTHOR_DATE": f"{NOON + 86400} +0000"}
        repo.git("add", "b")
        repo.git("commit", "-q", "-m", "Only a", "--", "a", env=dates)
        clone.capture()
        assert json.loads(clone.sessions()[-1]["files_changed"]) == ["a"]
        repo.git("commit", "-q", "-a", "-m", "The rest", env=dates)
        clone.capture()
        assert json.loads(clone.sessions()[-1]["files_changed"]) == ["a", "b"]

    def test_commits_that_no_hook_saw(self, clone: Clone) -> None:
        repo = clone.repo
        repo.commit("One", when=NOON)
        tree = repo.git("rev-parse", "HEAD^{tree}")
        made = repo.git("commit-tree", "-p", "HEAD", "-m", "By plumbing", tree)
        repo.git("update-ref", "refs/heads/main", made)
        clone.capture()
        assert made in clone.live()

    def test_sha256(self, make_repo: MakeRepo) -> None:
        repo = make_repo("sha", "--object-format=sha256")
        clone = bind(repo)
        repo.write("a", "1\n")
        old = repo.commit(message("One", "Decision: A"), when=NOON)
        clone.capture()
        repo.write("a", "2\n")
        repo.git("commit", "-q", "-a", "--amend", "--no-edit")
        assert clone.capture().rewritten == 1
        assert len(old) == 64
        assert clone.titles("decisions") == ["A"]

    def test_a_shallow_clone(self, repo: Repo) -> None:
        for number in range(3):
            repo.write(f"f{number}", "x\n")
            repo.commit(f"Old {number}", when=NOON + number)
        path = repo.path.parent / "shallow"
        repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", path)
        clone = bind(Repo(path))
        clone.repo.write("new", "n\n")
        clone.repo.commit("New", when=NOON + HOUR)
        clone.capture()
        assert clone.titles("sessions") == ["New"]
        for number in range(2):
            repo.write(f"g{number}", "x\n")
            repo.commit(f"Elsewhere {number}", when=NOON + 2 * HOUR)
        clone.repo.git("fetch", "-q", "--depth", "1", "origin", "main:side")
        clone.capture()
        listed = clone.rows("SELECT path FROM git_commit_files")
        assert [row["path"] for row in listed] == ["new"]

    def test_a_partial_clone_fetches_nothing(self, repo: Repo) -> None:
        repo.git("config", "uploadpack.allowFilter", "true")
        repo.write("a", "1\n")
        repo.commit("Old", when=NOON)
        path = repo.path.parent / "partial"
        repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repo.path}", path)
        clone = bind(Repo(path))
        repo.write("a", "1\n2\n")
        repo.commit("Mine, made elsewhere", when=NOON + HOUR)
        clone.repo.git("fetch", "-q", "origin", "main:side")
        missing = clone.repo.git("rev-list", "--objects", "--all", "--missing=print")
        assert clone.capture().commits == 1
        assert clone.repo.git("rev-list", "--objects", "--all", "--missing=print") == missing
        assert clone.rows("SELECT * FROM git_commit_files") == []

    def test_a_missing_object_writes_nothing_and_is_made_up_for(self, clone: Clone) -> None:
        repo = clone.repo
        repo.write("d/a", "1\n")
        repo.commit("One", when=NOON)
        tree = repo.git("rev-parse", "HEAD:d")
        lost = repo.path / ".git/objects" / tree[:2] / tree[2:]
        data = lost.read_bytes()
        lost.chmod(0o644)
        lost.unlink()
        with pytest.raises(GitError):
            clone.capture()
        assert clone.sessions() == []
        lost.write_bytes(data)
        assert clone.capture().commits == 1

    def test_a_remembered_commit_that_is_gone(self, clone: Clone) -> None:
        repo = clone.repo
        repo.commit("Base", when=NOON)
        repo.commit("Lost", when=NOON + MINUTE)
        clone.capture()
        repo.git("reset", "-q", "--hard", "HEAD~1")
        repo.git("reflog", "expire", "--expire=now", "--all")
        repo.git("gc", "-q", "--prune=now")
        repo.commit("After", when=NOON + 2 * MINUTE)
        assert clone.capture().commits == 1

    def test_a_submodule_pointer(self, clone: Clone, make_repo: MakeRepo) -> None:
        part = make_repo("part")
        part.commit("Part", when=NOON)
        clone.repo.git("submodule", "add", "-q", part.path, "part")
        clone.repo.git("config", "diff.ignoreSubmodules", "all")
        clone.repo.commit("Add part", when=NOON)
        clone.capture()
        assert "- `part` (+1 -0)\n" in clone.only_file()

    def test_inside_a_submodule(self, make_repo: MakeRepo) -> None:
        part = make_repo("part")
        part.commit("Part", when=NOON)
        whole = make_repo("whole")
        whole.git("submodule", "add", "-q", part.path, "part")
        whole.commit("Whole", when=NOON)
        clone = bind(Repo(whole.path / "part"))
        clone.repo.git("checkout", "-q", "--detach")
        clone.repo.write("a", "1\n")
        clone.repo.commit("In the part", when=NOON + MINUTE)
        assert clone.capture().commits == 1
        assert clone.titles("sessions") == ["In the part"]

    def test_nothing_of_the_repository_is_run(self, clone: Clone) -> None:
        repo = clone.repo
        trap = repo.path.parent / "trap"
        trap.write_text(f"#!/bin/sh\ntouch '{trap}.sprung'\ncat\n")
        trap.chmod(0o755)
        for key in (
            "core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "gpg.program",
            "core.pager", "filter.x.clean", "filter.x.smudge",
        ):  # fmt: skip
            repo.git("config", key, str(trap))
        repo.git("config", "log.showSignature", "true")
        repo.write("a", "1\n")
        tree = repo.git("-c", "core.fsmonitor=false", "write-tree")
        made = repo.git("commit-tree", "-m", "One", tree)
        blob = run("git", "hash-object", "-w", "--stdin", cwd=repo.path, stdin="* diff=x\n").out
        listed = run(
            "git", "mktree", cwd=repo.path, stdin=f"100644 blob {blob.strip()}\t.gitattributes\n"
        ).out.strip()
        second = repo.git("commit-tree", "-p", made, "-m", "Two", listed)
        repo.git("update-ref", "refs/heads/main", second)
        repo.write(".gitattributes", "* diff=x\n")
        assert clone.capture().commits == 2
        assert not trap.with_name("trap.sprung").exists()
