"""The way in through pre-commit and prek, with the real frameworks and this very checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Repo, run
from frameworktools import FRAMEWORKS, checkout, installed, share_environments, shared_folder
from hooktools import spooled

from studio_git import files

TEXT = "# Rules\n\nOne.\n\nTwo.\n\nThree.\n"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    return shared_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def source(shared: Path) -> Path:
    """This checkout, as a repository that a framework can clone."""
    return checkout(shared)


@pytest.fixture
def bound(repo: Repo, shared: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository bound to a project, with one adopted file and no native hooks."""
    share_environments(monkeypatch, shared)
    repo.write("CLAUDE.md", TEXT)
    repo.commit("Add the rules")
    made = repo.studio("init", "--yes", "--adopt", "--no-hooks")
    assert made.status == 0, made.err
    repo.commit("Bind the repository")
    return repo


@pytest.fixture
def canonical(bound: Repo, studio_home: Path) -> Path:
    """Studio's copy of the rules."""
    (found,) = studio_home.glob("projects/*/context/claude.md")
    return found


def commit(repo: Repo, message: str) -> tuple[int, str]:
    """Commit all; the exit status and all that was said."""
    repo.git("add", "-A")
    answer = repo.try_git("commit", "-m", message)
    return answer.status, answer.out + answer.err


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_clean_commit_passes(bound: Repo, source: Path, canonical: Path, tool: str) -> None:
    repo = installed(bound, source, tool)
    repo.write("code.py", "x = 1\n")
    status, said = commit(repo, "Write code")
    assert status == 0, said
    assert "CLAUDE.md" not in said


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_conflict_blocks_the_commit_and_says_how_to_go_on(
    bound: Repo, source: Path, canonical: Path, tool: str
) -> None:
    repo = installed(bound, source, tool)
    head = repo.git("rev-parse", "HEAD")
    canonical.write_text(TEXT.replace("Two", "Studio's two"))
    repo.write("CLAUDE.md", TEXT.replace("Two", "The repository's two"))
    status, said = commit(repo, "Diverge")
    assert status != 0
    assert "CLAUDE.md" in said
    assert "conflict" in said
    assert "git studio resolve CLAUDE.md" in said
    assert repo.git("rev-parse", "HEAD") == head
    resolved = repo.studio("resolve", "CLAUDE.md", "--keep-studio")
    assert resolved.status == 0, resolved.err
    status, said = commit(repo, "Take Studio's")
    assert status == 0, said


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_an_edit_is_told_though_the_commit_passes(
    bound: Repo, source: Path, canonical: Path, tool: str
) -> None:
    repo = installed(bound, source, tool)
    repo.write("CLAUDE.md", TEXT + "\nFour.\n")
    status, said = commit(repo, "Edit the rules")
    assert status == 0, said
    assert "CLAUDE.md: repo-ahead" in said


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_the_index_is_judged_and_not_the_work_tree(
    bound: Repo, source: Path, canonical: Path, tool: str
) -> None:
    repo = installed(bound, source, tool)
    canonical.write_text(TEXT.replace("Two", "Studio's two"))
    repo.write("code.py", "x = 1\n")
    repo.git("add", "code.py")
    repo.write("CLAUDE.md", TEXT.replace("Two", "The repository's two"))
    answer = repo.try_git("commit", "-m", "Only code")
    assert answer.status == 0, answer.out + answer.err
    assert "studio-ahead" in answer.out + answer.err
    assert "The repository's two" in repo.read("CLAUDE.md")


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_each_post_stage_leaves_its_record(
    bound: Repo, source: Path, canonical: Path, tool: str
) -> None:
    """The worker is held off by its own lock, so that the records can be seen."""
    repo = installed(bound, source, tool)
    folder = repo.path / ".git" / "studio"
    # The commits above started a worker: this waits until it has gone, and keeps others out.
    with files.locked(folder / "worker.lock"):
        (folder / "spool").unlink(missing_ok=True)
        repo.write("code.py", "x = 1\n")
        repo.commit("Write code")
        repo.git("commit", "-q", "--amend", "-m", "Write better code")
        repo.git("checkout", "-q", "-b", "side")
        repo.commit("On the side")
        repo.git("checkout", "-q", "main")
        repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
        records = spooled(repo)
    assert records == [
        "post-commit",
        "post-commit",
        "post-rewrite",
        "post-checkout",
        "post-commit",
        "post-checkout",
        "post-merge",
    ]


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_capture_makes_a_session(bound: Repo, source: Path, canonical: Path, tool: str) -> None:
    repo = installed(bound, source, tool)
    repo.write("code.py", "x = 1\n")
    oid = repo.commit("Write code")
    captured = repo.studio("capture")
    assert captured.status == 0, captured.err
    sessions = repo.studio("session", "list", "--json")
    assert sessions.status == 0, sessions.err
    assert oid in {commit for session in sessions.json for commit in session["commits"]}
    assert all(Path(session["path"]).is_file() for session in sessions.json)


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_native_hooks_beside_the_framework_do_not_tell_twice(
    bound: Repo, source: Path, canonical: Path, tool: str
) -> None:
    repo = installed(bound, source, tool)
    hooks = repo.studio("hooks", "install")
    assert hooks.status == 0, hooks.out + hooks.err
    repo.write("CLAUDE.md", TEXT + "\nFour.\n")
    status, said = commit(repo, "Edit the rules")
    assert status == 0, said
    assert said.count("CLAUDE.md: repo-ahead") == 1
    states = {row["stage"]: row for row in repo.studio("hooks", "status", "--json").json}
    assert states["pre-commit"]["how"] == "framework"
    assert states["post-applypatch"]["how"] == "own"


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_without_a_store_the_hook_says_so_and_passes(
    bound: Repo, source: Path, canonical: Path, tool: str, studio_home: Path
) -> None:
    repo = installed(bound, source, tool)
    # The commits above started a worker: it must not be at it while the store goes away.
    with files.locked(repo.path / ".git" / "studio" / "worker.lock"):
        studio_home.rename(studio_home.with_name("gone"))
        repo.write("CLAUDE.md", TEXT + "\nFour.\n")
        status, said = commit(repo, "As in CI")
        assert status == 0, said
        assert said.count("studio-git: ") == 1
        assert not studio_home.exists()


WITH = "Co-authored-by: Bob <bob@example.org>"
WRONG = f"Subject\n\nDecision: Use JWT\n\n{WITH}\n"


def with_messages(repo: Repo, source: Path, tool: str) -> Repo:
    """The framework with the two entries of the message, and no other."""
    rev = run("git", "rev-parse", "HEAD", cwd=source).out.strip()
    repo.write(
        ".pre-commit-config.yaml",
        f"default_install_hook_types: [commit-msg, prepare-commit-msg]\nrepos:\n- repo: {source}\n"
        f"  rev: {rev}\n  hooks:\n  - id: studio-message\n  - id: studio-prepare-message\n",
    )
    done = run(tool, "install", "--install-hooks", cwd=repo.path)
    assert done.status == 0, done.out + done.err
    repo.commit("Ask\n\nOpen-Question: How to revoke?")
    assert repo.studio("capture").status == 0
    return repo


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_a_decision_that_git_would_not_parse_is_told(bound: Repo, source: Path, tool: str) -> None:
    repo = with_messages(bound, source, tool)
    status, said = commit(repo, "Write code\n\nDecision: Use JWT")
    assert "git would not parse" not in said
    repo.write("code.py", "x = 1\n")
    status, said = commit(repo, WRONG)
    assert status == 0, said
    assert said.count("line 3: Decision: Use JWT") == 1
    repo.git("config", "studio.message", "block")
    repo.write("code.py", "x = 2\n")
    status, said = commit(repo, WRONG)
    assert status != 0
    assert "git studio message fix" in said
    fixed = repo.studio("message", "fix", ".git/COMMIT_EDITMSG")
    assert fixed.status == 0, fixed.err
    assert repo.try_git("commit", "-F", ".git/COMMIT_EDITMSG").status == 0
    assert "Decision: Use JWT" in repo.git("log", "-1", "--format=%(trailers)")


@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_the_message_in_the_editor_has_the_open_questions(
    bound: Repo, source: Path, tmp_path: Path, tool: str
) -> None:
    repo = with_messages(bound, source, tool)
    seen = tmp_path / "seen"
    editor = {"GIT_EDITOR": f"cp \"$1\" '{seen}'; :"}
    repo.try_git("commit", "--allow-empty", env=editor)
    assert "# - How to revoke?" in seen.read_text()
    repo.git("commit", "-q", "--amend", "--allow-empty", env=editor)
    assert "How to revoke" not in seen.read_text().split("#", 1)[1]


@pytest.mark.slow
@pytest.mark.parametrize("tool", FRAMEWORKS)
def test_try_repo(bound: Repo, source: Path, canonical: Path, tool: str) -> None:
    bound.write("CLAUDE.md", TEXT + "\nFour.\n")
    bound.git("add", "-A")
    words = ["try-repo", source, "studio-drift", "--hook-stage", "pre-commit"]
    tried = run(tool, *words, cwd=bound.path)
    assert tried.status == 0, tried.out + tried.err
    assert "CLAUDE.md: repo-ahead" in tried.out
    canonical.write_text(TEXT.replace("Three", "Studio's three"))
    bound.write("CLAUDE.md", TEXT.replace("Three", "Our three"))
    bound.git("add", "-A")
    tried = run(tool, *words, cwd=bound.path)
    assert tried.status == 1, tried.out + tried.err
    assert "CLAUDE.md: conflict" in tried.out
