from __future__ import annotations

from pathlib import Path

from conftest import Repo, run

from studio_git.core.models import Side, Unreadable
from studio_git.services.sides import Found, Index, WorkTree


def work_tree(repo: Repo, path: str) -> Found:
    return WorkTree(repo.place).read([path])[path]


def index(repo: Repo, path: str, file: Path | None = None) -> Found:
    return Index(repo.place, file).read([path])[path]


def why(side: Side) -> str:
    assert isinstance(side, Unreadable), side
    return side.reason


def test_absent_everywhere(repo: Repo) -> None:
    repo.commit("Begin")
    assert work_tree(repo, "a.md") == index(repo, "a.md") == Found(None)
    assert WorkTree(repo.place).read([]) == Index(repo.place).read([]) == {}
    assert Index(repo.place).oids([]) == {}


def test_each_source_answers_for_itself(repo: Repo) -> None:
    repo.write("a.md", "staged\n")
    repo.git("add", "a.md")
    repo.write("a.md", b"\xef\xbb\xbfon disk\r\n")
    assert index(repo, "a.md").side == b"staged\n"
    assert work_tree(repo, "a.md").side == b"\xef\xbb\xbfon disk\r\n"
    assert set(Index(repo.place).oids(["a.md", "b.md"])) == {"a.md"}


def test_many_at_once_with_odd_names(repo: Repo) -> None:
    names = ["a b.md", "q'\"x.md", "*.md", ":x.md", "n\nl.md", "t\tab.md", "é.md", "\udcff.md"]
    for name in names:
        repo.write(name, f"{name!r}\n")
    repo.git("add", "-A")
    expected = {name: f"{name!r}\n".encode() for name in names}
    found = Index(repo.place).read(names)
    assert {name: it.side for name, it in found.items()} == expected
    found = WorkTree(repo.place).read(names)
    assert {name: it.side for name, it in found.items()} == expected


def test_what_is_deleted_from_the_index_and_still_in_head_is_absent(repo: Repo) -> None:
    repo.write("a.md", "x\n")
    repo.commit("Begin")
    repo.git("rm", "-q", "--cached", "a.md")
    assert index(repo, "a.md").side is None
    assert work_tree(repo, "a.md").side == b"x\n"


def test_what_git_does_not_know_is_read_from_disk(repo: Repo) -> None:
    repo.commit("Begin")
    repo.write("a.md", "new\n")
    assert index(repo, "a.md").side == b"new\n"


def test_add_n_is_no_content(repo: Repo) -> None:
    repo.commit("Begin")
    repo.write("a.md", "new\n")
    repo.write("empty.md", "")
    repo.git("add", "-N", "a.md")
    repo.git("add", "empty.md")
    assert index(repo, "a.md").side == b"new\n"
    assert index(repo, "empty.md").side == b""


def test_links_are_followed_inside_the_repository(repo: Repo) -> None:
    repo.write("docs/real.md", "x\n")
    (repo.path / "link.md").symlink_to("docs/real.md")
    (repo.path / "docs/second.md").symlink_to("../link.md")
    (repo.path / "nowhere.md").symlink_to("missing.md")
    (repo.path / "out.md").symlink_to("../outside.md")
    (repo.path / "loop.md").symlink_to("loop.md")
    (repo.path.parent / "outside.md").write_text("secret\n")
    repo.git("add", "-A")
    for look in (work_tree, index):
        assert look(repo, "link.md") == Found(b"x\n", "docs/real.md")
        assert look(repo, "docs/second.md") == Found(b"x\n", "link.md")
        assert isinstance(look(repo, "out.md").side, Unreadable)
        assert isinstance(look(repo, "loop.md").side, Unreadable)
    assert work_tree(repo, "nowhere.md").side is None
    assert "leads nowhere" in why(index(repo, "out.md").side)
    assert "leads out" in why(work_tree(repo, "out.md").side)


def test_a_folder_a_submodule_and_a_conflict(repo: Repo) -> None:
    repo.write("d/a.md", "x\n")
    oid = repo.commit("Begin")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{oid},sub.md")
    assert "a submodule" in why(index(repo, "sub.md").side)
    assert "a directory" in why(work_tree(repo, "d").side)
    blob = repo.git("rev-parse", "HEAD:d/a.md")
    both = "".join(f"100644 {blob} {stage}\tc.md\n" for stage in (1, 2, 3))
    repo.git("read-tree", "HEAD")
    assert run("git", "update-index", "--index-info", cwd=repo.path, stdin=both).status == 0
    assert "in conflict" in why(index(repo, "c.md").side)


def test_a_blob_that_is_missing(repo: Repo) -> None:
    repo.write("a.md", "x\n")
    repo.git("add", "a.md")
    oid = Index(repo.place).oids(["a.md"])["a.md"]
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    assert "missing" in why(index(repo, "a.md").side)


def test_what_a_sparse_checkout_leaves_out_is_read_from_the_index(repo: Repo) -> None:
    repo.write("docs/a.md", "x\n")
    repo.write("src/b", "y\n")
    repo.commit("Begin")
    repo.git("sparse-checkout", "set", "src")
    assert work_tree(repo, "docs/a.md").side == b"x\n"


def test_another_index_file(repo: Repo) -> None:
    repo.write("a.md", "one\n")
    repo.commit("Begin")
    other = repo.path / ".git" / "other"
    repo.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(other)})
    repo.write("a.md", "two\n")
    repo.git("add", "a.md")
    assert index(repo, "a.md", other).side == b"one\n"
    assert index(repo, "a.md").side == b"two\n"


def test_no_filter_of_the_repository_is_started(repo: Repo) -> None:
    repo.write("a.md", "x\n")
    repo.write("e.md", "")
    repo.write(".gitattributes", "*.md filter=evil diff=evil\n")
    repo.commit("Begin")
    mark = repo.path.parent / "started"
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.external"):
        repo.git("config", key, f"touch {mark}; cat")
    (repo.path / "hook").write_text(f"#!/bin/sh\ntouch {mark}\n")
    (repo.path / "hook").chmod(0o755)
    repo.git("config", "core.fsmonitor", str(repo.path / "hook"))
    assert work_tree(repo, "a.md").side == index(repo, "a.md").side == b"x\n"
    assert index(repo, "e.md").side == b""
    assert not mark.exists()
