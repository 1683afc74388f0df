"""Which file a URI names, and which of them may be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio_lsp.uris import Allowed, decoded, encoded, path_of, uri_of

POSIX = {
    "file:///home/ada/CLAUDE.md": "/home/ada/CLAUDE.md",
    "FILE:///home/ada/CLAUDE.md": "/home/ada/CLAUDE.md",
    "file:/home/ada": "/home/ada",
    "file://localhost/home/ada": "/home/ada",
    "file:///a%20b/%C3%A9.md": "/a b/é.md",
    "file:///a b/é.md": "/a b/é.md",
    "file:///a%23b%3Fc": "/a#b?c",
    "file:///%ff": "/\udcff",
    "file:///a/..%2f..%2fetc/passwd": "/a/../../etc/passwd",
    "file:///a/%2e%2e/b": "/a/../b",
    "file:///a/%252e%252e/b": "/a/%2e%2e/b",  # decoded once
    "file:///c%3A/x": "/c:/x",
    "file:///": "/",
    "file://server/share/x": None,
    "file://127.0.0.1/etc/passwd": None,
    "file:////server/share": None,
    "file:relative": None,
    "file://": None,
    "file:": None,
    "file:///a%00b": None,
    "file:///a\0b": None,
    "file:///a?query": None,
    "file:///a#fragment": None,
    "http:///etc/passwd": None,
    "http://localhost/etc/passwd": None,
    "vscode-scm:git/scm0/input": None,
    "untitled:Untitled-1": None,
    "studio:/session/x.md": None,
    "/etc/passwd": None,
    " file:///etc/passwd": None,
    "file:///etc/passwd\n": "/etc/passwd\n",
    "": None,
}

WINDOWS = {
    "file:///c%3A/Users/Ada/x.md": "C:\\Users\\Ada\\x.md",
    "file:///C:/Users/Ada/x.md": "C:\\Users\\Ada\\x.md",
    "file:///c|/x": "C:\\x",
    "file:///C:": "C:\\",
    "file:///C:/a%20b/%C3%A9": "C:\\a b\\é",
    "file:///C:/..%5c..%5cx": "C:\\..\\..\\x",
    "file:///etc/passwd": None,
    "file:///C:relative": None,
    "file://server/share/x": None,
    "file:////server/share/x": None,
    "file:///C:/%ff": None,
    "file:///C:/a%00": None,
}


@pytest.mark.parametrize(("uri", "path"), POSIX.items())
def test_what_a_uri_names(uri: str, path: str | None) -> None:
    assert decoded(uri, windows=False) == path


@pytest.mark.parametrize(("uri", "path"), WINDOWS.items())
def test_what_a_uri_names_on_windows(uri: str, path: str | None) -> None:
    assert decoded(uri, windows=True) == path


@pytest.mark.parametrize("path", ["/a b/é.md", "/a#b?c%2e", "/\udcff", "/c:/x", "/"])
def test_a_path_survives_its_uri(path: str) -> None:
    uri = encoded(path, windows=False)
    assert uri.isascii()
    assert decoded(uri, windows=False) == path


def test_a_path_survives_its_uri_on_windows() -> None:
    assert encoded("C:\\a b\\é", windows=True) == "file:///C:/a%20b/%C3%A9"
    assert decoded("file:///C:/a%20b/%C3%A9", windows=True) == "C:\\a b\\é"


def test_files_of_this_system(tmp_path: Path) -> None:
    assert path_of(uri_of(tmp_path / "é #1")) == tmp_path / "é #1"
    assert path_of("http://example.org") is None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "file.md").write_text("x")
    (tmp_path / "outside.md").write_text("x")
    (tmp_path / "treehouse").mkdir()
    (tmp_path / "treehouse" / "file.md").write_text("x")
    return root


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("file.md", True),
        ("sub/../file.md", True),
        ("../tree/file.md", True),
        ("../outside.md", False),
        ("sub/../../outside.md", False),
        ("../treehouse/file.md", False),  # begins alike
        ("absent.md", False),
        ("sub", False),
        ("../../../../../../../../etc/passwd", False),
    ],
)
def test_what_may_be_read(root: Path, name: str, may: bool) -> None:
    assert Allowed([root]).may_read(root / name) is may
    uri = f"file://{root}/" + name.replace("..", "%2e%2e")
    path = path_of(uri)
    assert path is not None
    assert Allowed([root]).may_read(path) is may


def test_links_count_for_where_they_lead(root: Path) -> None:
    links = {
        "in": (root / "file.md", True),
        "out": (root.parent / "outside.md", False),
        "folder": (root.parent, False),
        "loop": (root / "loop", False),
        "dangling": (root / "nothing", False),
    }
    for name, (target, _) in links.items():
        (root / name).symlink_to(target)
    allowed = Allowed([root])
    assert {name: allowed.may_read(root / name) for name in links} == {
        name: may for name, (_, may) in links.items()
    }
    assert not allowed.may_read(root / "folder" / "outside.md")
    assert not allowed.contains(root / "folder" / "new.md")
    assert allowed.contains(root / "new.md")


def test_a_root_may_be_reached_through_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert Allowed([link]).may_read(root / "file.md")
    assert Allowed([root]).may_read(link / "file.md")


def test_only_regular_files_are_read(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert not Allowed([root]).may_read(root / "pipe")
    assert not Allowed([Path("/dev")]).may_read(Path("/dev/zero"))


def test_odd_roots_allow_nothing(root: Path) -> None:
    loop = root / "loop"
    loop.symlink_to(loop)
    for roots in ([], [Path("/")], [loop], [Path("relative")]):
        assert not Allowed(roots).may_read(root / "file.md")
        assert not Allowed(roots).may_read(Path("/etc/passwd"))
    assert not Allowed([root]).may_read(Path("file.md"))
    assert not Allowed([root]).may_read(root / ("x" * 5000))
    assert not Allowed([root]).may_read(root / "a\0b")
