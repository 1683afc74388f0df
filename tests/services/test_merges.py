"""What a merge changed itself, beside what it brought in."""

from __future__ import annotations

from conftest import Repo

from studio_git.core.models import FileChange
from studio_git.services import history, merges


def test_a_resolved_conflict_counts_and_what_was_merged_in_does_not(repo: Repo) -> None:
    repo.write("a b\t.txt", "base\n")
    repo.write("logo.bin", b"\0base")
    repo.commit("Base")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("a b\t.txt", "side\n" * 30)
    repo.write("brought.txt", "x\n")
    repo.write("logo.bin", b"\0side")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("a b\t.txt", "main\n")
    repo.write("logo.bin", b"\0main")
    repo.commit("Main")
    repo.git("merge", "-q", "side", ok=False)
    repo.write("a b\t.txt", "main\nand\n")
    repo.write("logo.bin", b"\0both")
    merge = repo.commit("Merge side")
    git = history.reader(repo.place)
    expected = (FileChange("a b\t.txt", 1, 0), FileChange("logo.bin", None, None))
    (commit,) = history.read(git, [merge])
    assert merges.own_files(git, [commit]) == {merge: expected}
    # One by one, as for merges of very many files, it is the same.
    paths = [change.path.encode() for change in expected]
    assert merges._nearest(git, commit, paths) == expected


def test_no_merges(repo: Repo) -> None:
    assert merges.own_files(history.reader(repo.place), []) == {}
