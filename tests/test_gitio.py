"""Git is started in one place: it answers, in bytes, and starts nothing of a repository's."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SCRIPTS, Repo, run

from studio_git import gitio
from studio_git.errors import GitError, NotBoundError
from studio_git.gitio import LOCAL_VARIABLES, Git, clean_environment, locate


class TestEnvironment:
    def test_every_variable_that_git_calls_local_is_known(self, repo: Repo) -> None:
        assert set(repo.git("rev-parse", "--local-env-vars").split()) <= set(LOCAL_VARIABLES)

    @pytest.mark.parametrize(
        "name",
        [*LOCAL_VARIABLES, "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "GIT_AUTHOR_DATE",
         "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE2_EVENT",
         "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_ATTR_SOURCE"],
    )  # fmt: skip
    def test_it_is_dropped(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, "1")
        assert name not in clean_environment()

    def test_what_a_hook_inherits_changes_no_answer(
        self, make_repo: Callable[..., Repo], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repo, other = make_repo("one"), make_repo("two")
        repo.write("a.txt", "one")
        repo.commit("One")
        other.write("b.txt", "two")
        other.commit("Two")
        monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
        monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git/objects"))
        monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
        git = Git(repo.path)
        assert git.records("--literal-pathspecs", "ls-files", "-z") == [b"a.txt"]
        assert git.text("log", "--format=%s") == "One"

    def test_what_is_asked_for_is_added(self) -> None:
        assert clean_environment({"GIT_INDEX_FILE": "x"})["GIT_INDEX_FILE"] == "x"


CANARY = "#!/bin/sh\ntouch '{mark}'\ncat 2>/dev/null\nexit 0\n"


@pytest.fixture
def trapped(repo: Repo, tmp_path: Path) -> tuple[Repo, Path]:
    """A repository whose configuration and attributes name a program that leaves a mark."""
    mark = tmp_path / "mark"
    canary = tmp_path / "canary"
    canary.write_text(CANARY.format(mark=mark))
    canary.chmod(0o755)
    repo.write("CLAUDE.md", "# Rules\n")
    repo.write(".gitattributes", "* diff=trap filter=trap merge=trap\n")
    repo.commit("First")
    for key in (
        "core.fsmonitor", "diff.external", "diff.trap.textconv", "diff.trap.command",
        "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "gpg.program",
        "gpg.ssh.program", "core.pager", "pager.log", "pager.status", "core.sshCommand",
        "core.editor", "sequence.editor", "core.askPass", "credential.helper", "merge.trap.driver",
        "core.alternateRefsCommand", "interactive.diffFilter", "trailer.x.command",
        "trailer.x.cmd", "uploadpack.packObjectsHook", "core.gitProxy",
    ):  # fmt: skip
        repo.git("config", key, str(canary))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "trailer.x.key", "X")
    hooks = tmp_path / "traps"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).symlink_to(canary)
    repo.git("config", "core.hooksPath", str(hooks))
    mark.unlink(missing_ok=True)
    return repo, mark


class TestHostileConfiguration:
    def test_the_trap_works(self, trapped: tuple[Repo, Path]) -> None:
        repo, mark = trapped
        repo.write("CLAUDE.md", "# Other rules\n")
        repo.try_git("status")
        assert mark.exists()

    @pytest.mark.parametrize(
        "words",
        [
            ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"),
            ("ls-files", "-s", "-z"),
            ("rev-parse", "HEAD"),
            ("log", "-z", "--format=%H%n%B"),
            ("cat-file", "-p", "HEAD:CLAUDE.md"),
            ("diff-tree", "-r", "-z", "--numstat", "--no-ext-diff", "--no-textconv", "--root",
             "HEAD"),
            ("worktree", "list", "--porcelain", "-z"),
            ("config", "--null", "--get-regexp", "."),
        ],
    )  # fmt: skip
    def test_looking_starts_no_program(
        self, trapped: tuple[Repo, Path], words: tuple[str, ...]
    ) -> None:
        repo, mark = trapped
        repo.write("CLAUDE.md", "# Other rules\n")
        Git(repo.path).run(*words)
        assert not mark.exists()

    @pytest.mark.parametrize(
        "words",
        [("init", "--no-hooks"), ("init",), ("status",), ("status", "--staged"), ("diff",),
         ("sync",), ("resolve", "CLAUDE.md", "--dismiss"), ("capture",), ("project", "show"),
         ("hooks", "status")],
        ids=" ".join,
    )  # fmt: skip
    def test_no_command_of_ours_starts_a_program(
        self, trapped: tuple[Repo, Path], words: tuple[str, ...]
    ) -> None:
        repo, mark = trapped
        env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c"}
        if words[0] != "init":
            assert repo.studio("init", "--no-hooks", "--adopt").status == 0
            repo.write("CLAUDE.md", "# Other rules\n")
            mark.unlink(missing_ok=True)
        answer = run(SCRIPTS / "git-studio", *words, cwd=repo.path, env=env)
        assert answer.status in (0, 1), answer.err
        assert not mark.exists()


class TestLocate:
    def test_a_work_tree_and_a_folder_in_it(self, repo: Repo) -> None:
        (repo.path / "deep/er").mkdir(parents=True)
        place = locate(repo.path / "deep/er")
        assert (place.top, place.git_dir, place.common_dir) == (
            repo.path, repo.path / ".git", repo.path / ".git",
        )  # fmt: skip

    def test_a_linked_worktree(self, repo: Repo, tmp_path: Path) -> None:
        repo.commit("First")
        repo.git("worktree", "add", "-q", tmp_path / "linked")
        (tmp_path / "linked/sub").mkdir()
        for where in (tmp_path / "linked", tmp_path / "linked/sub"):
            place = locate(where)
            assert place.top == tmp_path / "linked"
            assert place.git_dir == repo.path / ".git/worktrees/linked"
            assert place.common_dir == repo.path / ".git"

    def test_a_submodule(self, make_repo: Callable[..., Repo]) -> None:
        outer, inner = make_repo("outer"), make_repo("inner")
        inner.commit("First")
        outer.git("submodule", "add", "-q", str(inner.path), "lib")
        place = locate(outer.path / "lib")
        assert place.top == outer.path / "lib"
        assert place.git_dir == place.common_dir == outer.path / ".git/modules/lib"

    def test_a_separate_git_directory(self, make_repo: Callable[..., Repo], tmp_path: Path) -> None:
        repo = make_repo("work", "--separate-git-dir", str(tmp_path / "elsewhere.git"))
        place = locate(repo.path)
        assert (place.top, place.git_dir) == (repo.path, tmp_path / "elsewhere.git")
        assert place.common_dir == place.git_dir

    def test_what_the_environment_names(
        self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work = tmp_path / "work"
        work.mkdir()
        monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(work))
        place = locate(work)
        assert (place.top, place.git_dir) == (work, repo.path / ".git")
        assert place.git.text("rev-parse", "--show-toplevel") == str(work)

    def test_through_a_link(self, repo: Repo, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(repo.path)
        assert locate(tmp_path / "link").top == repo.path

    @pytest.mark.parametrize(
        "name", [b"caf\xe9", b"two\nlines", b"ends in newline\n", "日本".encode(), b" space "]
    )
    def test_paths_of_any_bytes(self, tmp_path: Path, name: bytes) -> None:
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        run("git", "init", "-q", ".", cwd=folder)
        (folder / "sub").mkdir()
        for where in (folder, folder / "sub"):
            place = locate(where)
            assert place.top == folder
            assert place.git_dir == place.common_dir == folder / ".git"
        assert place.git.text("rev-parse", "--is-inside-work-tree") == "true"

    def test_outside_of_a_repository(self, tmp_path: Path) -> None:
        with pytest.raises(NotBoundError, match="not in a git repository") as caught:
            locate(tmp_path)
        assert "git init" in caught.value.hint

    def test_a_bare_repository(self, make_repo: Callable[..., Repo]) -> None:
        with pytest.raises(NotBoundError, match="bare repository"):
            locate(make_repo("bare.git", "--bare").path)

    def test_inside_of_the_git_directory(self, repo: Repo) -> None:
        for folder in (".git", ".git/objects"):
            with pytest.raises(NotBoundError, match="inside a git directory"):
                locate(repo.path / folder)

    def test_a_worktree_of_a_bare_repository(
        self, make_repo: Callable[..., Repo], repo: Repo, tmp_path: Path
    ) -> None:
        repo.commit("First")
        run("git", "clone", "-q", "--bare", repo.path, tmp_path / "b.git", cwd=tmp_path)
        run("git", "worktree", "add", "-q", tmp_path / "w", cwd=tmp_path / "b.git")
        assert locate(tmp_path / "w").common_dir == tmp_path / "b.git"

    def test_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(GitError, match="is gone"):
            locate(tmp_path / "nowhere")

    def test_a_broken_repository_is_told_in_gits_words(self, repo: Repo) -> None:
        (repo.path / ".git/config").write_text("[core\n")
        with pytest.raises(GitError, match="bad config"):
            locate(repo.path)

    def test_a_missing_git(
        self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(GitError, match="cannot be started") as caught:
            locate(repo.path)
        assert "Install git" in caught.value.hint

    def test_a_git_that_may_not_be_started(
        self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "git").write_text("#!/bin/sh\n")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(GitError, match="cannot be started"):
            locate(repo.path)
        with pytest.raises(GitError, match="cannot be started"):
            list(Git(repo.path).stream("log"))


class TestAnswers:
    def test_a_refusal_carries_gits_first_line(self, repo: Repo) -> None:
        with pytest.raises(GitError, match=r"git rev-list failed: .*nowhere"):
            Git(repo.path).run("rev-list", "nowhere")
        with pytest.raises(GitError, match=r"git rev-list failed: .*nowhere"):
            list(Git(repo.path).stream("rev-list", "nowhere"))

    def test_a_refusal_names_the_verb_and_not_an_option(self, repo: Repo) -> None:
        with pytest.raises(GitError, match=r"^git log failed: .*nowhere"):
            repo.place.git.run("-c", "log.showRoot=true", "--no-pager", "log", "nowhere")

    def test_records_come_one_by_one(self, repo: Repo) -> None:
        for number in range(30):
            repo.write(f"{number}.txt", "x" * number)
        repo.commit("First")
        git = Git(repo.path)
        listed = git.records("ls-files", "-z")
        assert len(listed) == 30
        assert list(git.stream("ls-files", "-z")) == listed
        assert gitio.zsplit(b"") == []

    def test_a_reader_may_leave_early(self, repo: Repo) -> None:
        repo.write("big.txt", "line\n" * 200_000)
        repo.commit("First")
        records = Git(repo.path).stream("cat-file", "blob", "HEAD:big.txt")
        records.close()  # type: ignore[attr-defined]
        assert Git(repo.path).text("log", "--format=%s") == "First"

    def test_more_questions_than_a_pipe_holds(self, repo: Repo) -> None:
        repo.write("a.txt", "text")
        oid = repo.git("rev-parse", f"{repo.commit('First')}:a.txt")
        asked = f"{oid}\n".encode() * 20_000
        told = b"".join(Git(repo.path).stream("cat-file", "--batch-check", stdin=asked))
        assert told.count(b" blob 4\n") == 20_000

    def test_names_that_are_not_utf8(self, repo: Repo) -> None:
        name = os.fsdecode(b"caf\xe9\n.md")
        repo.write(name, "x")
        repo.commit("First")
        (record,) = Git(repo.path).records("ls-files", "-z")
        assert os.fsdecode(record) == name

    def test_blobs_of_every_kind(self, repo: Repo) -> None:
        repo.write("a.md", "text")
        repo.write("empty.md", "")
        repo.write("two\nlines.md", "hidden")
        repo.write("with space and 5.md", b"\0bytes\n\n")
        repo.write("big.md", b"x" * 3_000_000)
        (repo.path / "link.md").symlink_to("a.md")
        repo.commit("First")
        oid = repo.git("rev-parse", "HEAD:a.md")
        git = Git(repo.path)
        names = ["HEAD:a.md", ":a.md", oid, "HEAD:empty.md", "HEAD:with space and 5.md",
                 "HEAD:link.md", "HEAD:big.md", "HEAD:none.md", "HEAD:two\nlines.md", "HEAD",
                 "HEAD:", "", "f" * 40, "0" * 40, "nowhere:a.md", "a missing"]  # fmt: skip
        found = dict(zip(names, git.blobs(names), strict=True))
        assert found["HEAD:a.md"] == found[":a.md"] == found[oid] == b"text"
        assert found["HEAD:empty.md"] == b""
        assert found["HEAD:with space and 5.md"] == b"\0bytes\n\n"
        assert found["HEAD:link.md"] == b"a.md"
        assert found["HEAD:big.md"] == b"x" * 3_000_000
        assert [found[name] for name in names[7:]] == [None] * len(names[7:])
        assert git.blobs([]) == []

    def test_a_blob_that_is_missing_from_the_object_store(self, repo: Repo) -> None:
        repo.write("a.md", "text")
        repo.commit("First")
        oid = repo.git("rev-parse", "HEAD:a.md")
        file = repo.path / ".git/objects" / oid[:2] / oid[2:]
        file.chmod(stat.S_IRWXU)
        file.unlink()
        assert Git(repo.path).blobs(["HEAD:a.md", oid]) == [None, None]

    def test_sha256(self, make_repo: Callable[..., Repo]) -> None:
        repo = make_repo("sha", "--object-format=sha256")
        repo.write("a.md", "text")
        oid = repo.commit("First")
        assert len(oid) == 64
        assert Git(repo.path).blobs([f"{oid}:a.md", "HEAD:none"]) == [b"text", None]

    def test_configuration(self, repo: Repo) -> None:
        git = Git(repo.path)
        repo.git("config", "--add", "studio.capture.email", "a@b.c")
        repo.git("config", "--add", "studio.capture.email", "two\nlines")
        repo.git("config", "studio.home", "")
        assert git.config("studio.capture.email") == "two\nlines"
        assert git.config("studio.home") == ""
        assert git.config("studio.none") is None
        assert git.config_pattern(r"^studio\.") == {
            "studio.capture.email": ["a@b.c", "two\nlines"], "studio.home": [""],
        }  # fmt: skip
        assert git.config_pattern(r"^none\.") == {}

    def test_the_index_that_is_named(self, repo: Repo, tmp_path: Path) -> None:
        repo.write("a.md", "one")
        repo.git("add", "a.md")
        other = tmp_path / "index"
        other.write_bytes((repo.path / ".git/index").read_bytes())
        repo.write("a.md", "two")
        repo.git("add", "a.md")
        git = Git(repo.path, index_file=other)
        assert git.blobs([":a.md"]) == [b"one"]
        assert Git(repo.path).blobs([":a.md"]) == [b"two"]


class WaitedForInVainError(Exception):
    pass


class TestWhoWaits:
    def test_git_ends_when_nobody_waits_for_it_any_more(self, repo: Repo, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        held: list[int] = []

        def go_on() -> None:
            try:
                held.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:  # git does not read yet
                return
            raise WaitedForInVainError

        git = Git(repo.path)
        git.go_on = go_on
        with pytest.raises(WaitedForInVainError):
            git.ask("hash-object", "--", str(pipe))
        try:
            with pytest.raises(BrokenPipeError):
                os.write(held[0], b"text")
        finally:
            os.close(held[0])

    def test_an_answer_is_the_same_for_who_looks_up_now_and_then(self, repo: Repo) -> None:
        repo.write("a.md", "text")
        repo.commit("First")
        names = b"HEAD:a.md\n" * 50_000
        looked: list[None] = []
        git = Git(repo.path)
        git.go_on = lambda: looked.append(None)
        answer = git.run("cat-file", "--batch-check", stdin=names)
        assert answer.count(b" blob 4\n") == 50_000
        assert answer == Git(repo.path).run("cat-file", "--batch-check", stdin=names)
        assert git.ask("rev-parse", "--verify", "none")[0] == 128


@pytest.mark.parametrize("count", [3, 120])
def test_what_head_has_at_many_paths(repo: Repo, count: int) -> None:
    """Few are asked for one by one, many are looked up in one list; the answers are the same."""
    paths = [f"d{number % 7}/é{number}.md" for number in range(count)]
    git = Git(repo.path)
    assert set(git.blobs(git.in_head(paths))) == {None}  # there is no commit yet
    for path in paths:
        repo.write(path, path)
    repo.commit("All")
    repo.write(paths[0], "changed since")
    (repo.path / paths[1]).unlink()
    asked = [*paths, "absent.md", "d0"]
    assert git.blobs(git.in_head(asked)) == [*map(str.encode, paths), None, None]
