"""The answers of ``git cat-file``, as git gives them and taken apart."""

from __future__ import annotations

from studio_git.core import catfile

NAMES = [b"HEAD:a b", b"HEAD:none x", b"HEAD:dir", b":missing"]


def test_sizes() -> None:
    output = b"%s blob 12\nHEAD:none x missing\n%s tree 30\n:missing missing\n"
    oid = b"1" * 40
    assert list(catfile.sizes(output % (oid, oid), NAMES)) == [12, None, None, None]
    assert list(catfile.sizes(b"", [])) == []


def test_contents() -> None:
    output = b"%s blob 3\na\nb\nHEAD:none x missing\n%s tree 2\nxy\n:missing missing\n"
    oid = b"1" * 40
    assert list(catfile.contents(output % (oid, oid), NAMES)) == [b"a\nb", None, None, None]
