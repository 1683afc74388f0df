"""Commits as git has them: odd paths, odd messages, odd dates, and nothing held back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Repo

from studio_git.core.models import Commit, FileChange
from studio_git.errors import GitError
from studio_git.services import history

NOON = 1_700_000_000


def read(repo: Repo, *tips: str, known: tuple[str, ...] = ()) -> list[Commit]:
    oids = [repo.git("rev-parse", tip) for tip in tips or ("HEAD",)]
    return [walked.commit for walked in history.walk(history.reader(repo.place), oids, known)]


def raw_commit(repo: Repo, header: bytes, body: bytes) -> str:
    """Store a commit object byte for byte."""
    tree = repo.git("write-tree").encode()
    path = repo.write(".git/raw", b"tree " + tree + b"\n" + header + b"\n" + body)
    return repo.git("hash-object", "-t", "commit", "-w", "--literally", path)


AUTHOR = b"author Ada <ada@example.org> 1700000000 +0200\n"
COMMITTER = b"committer Bo <bo@example.org> 1700000060 -0330\n"


def test_all_fields(repo: Repo) -> None:
    root = repo.commit("Root", when=NOON)
    repo.write("a", "1\n")
    oid = repo.commit("Subject\n\nBody\n\nKey: value", when=NOON + 60)
    first, second = read(repo)
    assert (first.oid, first.parents, first.files) == (root, (), ())
    assert second == Commit(
        oid=oid,
        parents=(root,),
        tree=repo.git("rev-parse", "HEAD^{tree}"),
        author_name="Ada Example",
        author_email="ada@example.org",
        author_time=NOON + 60,
        author_zone="+0200",
        committer_email="ada@example.org",
        committer_time=NOON + 60,
        message="Subject\n\nBody\n\nKey: value\n",
        files=(FileChange("a", 1, 0),),
    )


def test_parents_come_first_and_known_commits_not_at_all(repo: Repo) -> None:
    oids = [repo.commit(f"C{number}", when=NOON - number * 60) for number in range(4)]
    assert [commit.oid for commit in read(repo)] == oids
    assert [commit.oid for commit in read(repo, known=(oids[1],))] == oids[2:]
    assert list(history.walk(history.reader(repo.place), [], [oids[0]])) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"new\nline", "new\nline"),
        (b'quote" tab\t back\\', 'quote" tab\t back\\'),
        (b"caf\xe9", "caf\\xe9"),
        ("cafe\u0301".encode(), "cafe\u0301"),
        (b"-\t-\tx", "-\t-\tx"),
        (b"0" * 40, "0" * 40),
    ],
)
def test_paths(repo: Repo, name: bytes, shown: str) -> None:
    import os

    (repo.path / os.fsdecode(name)).write_text("x\n")
    repo.commit("One", when=NOON)
    (commit,) = read(repo)
    assert commit.files == (FileChange(shown, 1, 0),)
    shown.encode()


def test_modes_renames_links_and_binary_content(repo: Repo) -> None:
    repo.git("config", "diff.renames", "copies")
    repo.write("old", "1\n2\n3\n")
    repo.write("script", "x\n")
    repo.write("logo", b"\0\1")
    repo.commit("One", when=NOON)
    repo.git("mv", "old", "new")
    (repo.path / "script").chmod(0o755)
    (repo.path / "link").symlink_to("new")
    repo.commit("Two", when=NOON + 1)
    first, second = read(repo)
    assert FileChange("logo", None, None) in first.files
    assert {file.path: (file.added, file.removed) for file in second.files} == {
        "link": (1, 0), "new": (3, 0), "old": (0, 3), "script": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "body", "message"),
    [
        (b"encoding ISO-8859-1\n", b"caf\xe9\n", "café\n"),
        (b"", b"caf\xe9\n", "café\n"),
        (b"", "caf\u00e9 \U0001f600\n".encode(), "café 😀\n"),
        (b"", b"", ""),
        (b"", b"no newline", "no newline"),
        (b"gpgsig -----BEGIN\n more\n", b"signed\n", "signed\n"),
        (b"", b"a\x01\x1b[31m\n\n1\t2\tx\n", "a\x01\x1b[31m\n\n1\t2\tx\n"),
    ],
)
def test_messages(repo: Repo, header: bytes, body: bytes, message: str) -> None:
    oid = raw_commit(repo, AUTHOR + COMMITTER + header, body)
    (commit,) = read(repo, oid)
    assert commit.message == message
    assert (commit.author_zone, commit.committer_time) == ("+0200", 1700000060)


@pytest.mark.parametrize(
    ("date", "time", "zone"),
    [
        (b"253402300800 +0000", 253402300800, "+0000"),  # the year 10000
        (b"0 -1200", 0, "-1200"),
        (b"1700000000 +1345", 1700000000, "+1345"),
        (b"18446744073709551614 +0000", None, None),
        (b"yesterday", 0, "+0000"),
    ],
)
def test_dates(repo: Repo, date: bytes, time: int | None, zone: str | None) -> None:
    oid = raw_commit(repo, b"author A <a@b> " + date + b"\n" + COMMITTER, b"x\n")
    (commit,) = read(repo, oid)
    assert 0 <= commit.author_time < 2**63
    if time is not None:
        assert (commit.author_time, commit.author_zone) == (time, zone)


def test_the_mailmap_counts(repo: Repo) -> None:
    repo.write(".mailmap", "Ada L. <ada@new.example> <ada@example.org>\n")
    repo.commit("One", when=NOON)
    (commit,) = read(repo)
    assert (commit.author_name, commit.author_email) == ("Ada L.", "ada@new.example")
    assert history.mapped_emails(history.reader(repo.place), {"ada@example.org", "x<y"}) == {
        "ada@example.org", "ada@new.example",
    }  # fmt: skip


def test_a_configuration_that_shows_more_changes_nothing(repo: Repo) -> None:
    repo.write("a", "1\n")
    repo.commit("One", when=NOON)
    repo.git("notes", "add", "-m", "a note")
    for key, value in {
        "color.ui": "always", "log.decorate": "full", "log.date": "iso", "diff.noprefix": "true",
        "log.diffMerges": "m", "format.pretty": "fuller", "diff.relative": "true",
        "notes.displayRef": "refs/notes/*", "log.showRoot": "false", "diff.stat": "true",
        "i18n.logOutputEncoding": "UTF-16",
    }.items():  # fmt: skip
        repo.git("config", key, value)
    (commit,) = read(repo)
    assert (commit.message, commit.files) == ("One\n", (FileChange("a", 1, 0),))


def test_it_is_a_stream(repo: Repo) -> None:
    for number in range(3):
        repo.commit(f"C{number}", when=NOON + number)
    found = history.walk(history.reader(repo.place), [repo.git("rev-parse", "HEAD")], [])
    assert isinstance(found, Iterator)
    assert next(found).commit.subject == "C0"
    found.close()  # type: ignore[attr-defined]


def test_a_missing_object_raises(repo: Repo) -> None:
    with pytest.raises(GitError):
        list(history.walk(history.reader(repo.place), ["1" * 40], []))


def test_what_still_exists_and_what_is_reachable(repo: Repo) -> None:
    git = history.reader(repo.place)
    base = repo.commit("Base", when=NOON)
    lost = repo.commit("Lost", when=NOON + 1)
    repo.git("reset", "-q", "--hard", base)
    gone = "1" * 40
    tree = repo.git("rev-parse", "HEAD^{tree}")
    assert history.existing(git, [gone, base, tree, lost]) == [base, lost]
    assert history.unreachable(git, [gone, base, lost], [base]) == {gone, lost}
    assert history.unreachable(git, [], [base]) == set()


def test_patch_ids_ignore_where_a_patch_stands(repo: Repo) -> None:
    repo.write("a", "1\n")
    repo.commit("Base", when=NOON)
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("b", "b\n")
    one = repo.commit("Add b", when=NOON + 1)
    repo.git("checkout", "-q", "main")
    other = repo.commit("Empty", when=NOON + 2)
    repo.git("cherry-pick", "topic")
    two = repo.git("rev-parse", "HEAD")
    found = history.patch_ids(history.reader(repo.place), [one, two, other])
    assert found[one] == found[two]
    assert other not in found
