"""Files below a folder: reached, listed, written; nothing that a link leads out to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio_git import beneath
from studio_git.beneath import LeadsOutError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "docs/deep").mkdir(parents=True)
    (folder / "docs/a.md").write_bytes(b"text")
    (folder / "docs/deep/b.md").write_bytes(b"deep")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.md").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("way", "docs"),
        ("docs/way", "../docs"),
        ("way", "TREE/docs"),
        ("way", "docs/deep/.."),
        ("way", "../tree/docs"),
    ],
)
def test_links_that_stay_are_followed(tree: Path, link: str, target: str) -> None:
    (tree / link).symlink_to(target.replace("TREE", str(tree)))
    assert beneath.read(tree / link / "a.md", inside=tree) == b"text"
    assert ("a.md", False) in beneath.entries(tree / link, inside=tree)
    assert ("deep", True) in beneath.entries(tree / link, inside=tree)


@pytest.mark.parametrize("target", ["../outside", "OUTSIDE", "docs/../../outside", "/"])
def test_links_that_lead_out_are_not(tree: Path, tmp_path: Path, target: str) -> None:
    (tree / "way").symlink_to(target.replace("OUTSIDE", str(tmp_path / "outside")))
    (tree / "file").symlink_to("../outside/a.md")
    for path in (tree / "way/a.md", tree / "way/x/y", tree / "../outside/a.md", tmp_path / "other"):
        with pytest.raises(LeadsOutError) as caught:
            beneath.read(path, inside=tree)
        assert not caught.value.by_itself
        with pytest.raises(LeadsOutError), beneath.spot(path, inside=tree, make=0o700):
            pass
    with pytest.raises(LeadsOutError) as caught:
        beneath.read(tree / "file", inside=tree)
    assert caught.value.by_itself
    with pytest.raises(LeadsOutError):
        beneath.entries(tree / "way", inside=tree)
    with pytest.raises(LeadsOutError):
        beneath.resolved(tree / "way", tree)
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["a.md"]


def test_the_folder_itself_may_be_reached_through_a_link(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to("tree")
    assert beneath.read(tmp_path / "alias/docs/a.md", inside=tmp_path / "alias") == b"text"
    assert beneath.read(tree / "docs/a.md", inside=tmp_path / "alias") == b"text"
    assert beneath.read(tree / "docs/../docs/a.md", inside=tree) == b"text"
    assert beneath.resolved(tmp_path / "alias", tree) == tree  # it is not written as one below


def test_a_spot_is_in_the_folder_that_was_opened(tree: Path, tmp_path: Path) -> None:
    with beneath.spot(tree / "docs/a.md", inside=tree) as spot:
        (tree / "docs").rename(tree / "moved")
        (tree / "docs").symlink_to(tmp_path / "outside")
        assert spot.read() == b"text"
        handle = spot.open("new", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.close(handle)
        spot.replace("new")
        spot.sync()
    assert (tree / "moved/a.md").read_bytes() == b""
    assert (tmp_path / "outside/a.md").read_bytes() == b"secret"


def test_missing_folders_are_made_when_asked(tree: Path) -> None:
    with pytest.raises(FileNotFoundError), beneath.spot(tree / "x/y/z", inside=tree):
        pass
    with beneath.spot(tree / "x/y/z", inside=tree, make=0o700) as spot:
        assert spot.status() is None
    assert (tree / "x/y").stat().st_mode & 0o777 == 0o700


def test_all_that_is_below(tree: Path) -> None:
    (tree / "way").symlink_to("docs")
    (tree / ".git").mkdir()
    (tree / ".git/config").write_bytes(b"")
    (tree / "docs/.git").write_bytes(b"")
    found = [path for path, _ in beneath.below(tree, leave={".git"})]
    assert sorted(found) == ["docs/a.md", "docs/deep/b.md", "way"]


def test_what_is_no_file(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "loop").symlink_to("loop")
    with pytest.raises(IsADirectoryError):
        beneath.read(tree / "docs", inside=tree)
    for name, said in (("pipe", "not a regular file"), ("loop", "Too many")):
        with pytest.raises(OSError, match=said):
            beneath.read(tree / name, inside=tree)
    for name in ("none", "none/a", "docs/a.md/b"):
        with pytest.raises((FileNotFoundError, NotADirectoryError)):
            beneath.read(tree / name, inside=tree)
