"""What the user's own configuration says, beside what a repository's says."""

from __future__ import annotations

from conftest import Repo, run

from studio_git import gitscope
from studio_git.gitio import Git

FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"


def test_the_users_own_words_count(repo: Repo) -> None:
    repo.git("config", "--global", "core.editor", "mine")
    repo.git("config", "--global", "core.pager", "less")
    repo.git("config", "core.editor", "theirs")
    repo.git("config", "sequence.editor", "theirs")
    found = gitscope.own_values(Git(repo.path), r"^(core|sequence)\.(editor|pager)$")
    assert found == {"core.editor": "mine", "core.pager": "less", "sequence.editor": None}


def test_what_a_repository_includes_is_the_repositorys(repo: Repo) -> None:
    repo.write("more", "[core]\n\teditor = theirs\n")
    repo.git("config", "include.path", str(repo.path / "more"))
    assert gitscope.own_values(Git(repo.path), r"^core\.editor$") == {"core.editor": None}


def test_the_users_filters_stay(repo: Repo) -> None:
    """Those of all repositories do their work; one of this repository does nothing."""
    marks = repo.path / "marks"
    repo.git("config", "--global", "filter.mine.clean", f"echo mine >>{marks}; cat")
    for key in ("filter.theirs.clean", "filter.th=e\"i'rs.process", "filter.both.smudge"):
        repo.git("config", key, f"echo theirs >>{marks}; cat")
    repo.git("config", "--global", "filter.both.smudge", "cat")
    repo.git("config", "filter.theirs.required", "true")
    repo.write(".gitattributes", "a filter=mine\nb filter=theirs\n")
    for name in ("a", "b"):
        repo.write(name, "1\n")
    repo.git("add", "a", ".gitattributes")
    repo.git("-c", "filter.theirs.clean=", "-c", "filter.theirs.required=false", "add", "b")
    repo.git("commit", "-q", "-m", "Begin")
    marks.unlink()
    for name in ("a", "b"):
        repo.write(name, "2\n")
        git = gitscope.without_repository_filters(Git(repo.path))
        assert git.text("blame", "-s", "--", name).startswith("0000")
    assert set(marks.read_text().split()) == {"mine"}
    assert run("git", "blame", "b", cwd=repo.path).status == 0
    assert set(marks.read_text().split()) == {"mine", "theirs"}
