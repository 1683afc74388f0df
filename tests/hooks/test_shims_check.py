"""The drift check's sh: when it starts Python, when it does not, and what can stop a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Repo, run
from shimtools import SHELLS, Fake, bind, fake_interpreter, install, know, old_file, shebang, today

from studio_hooks import shims

HOSTILE = (
    "it's.md",
    "new\nline.md",
    "tab\there.md",
    "-n",
    "--help",
    "$HOME.md",
    "`id`.md",
    "$(id).md",
    'double"quote.md',
    "back\\slash.md",
    " leading and trailing ",
    "star*[a-z]?.md",
    ":(glob)**",
    "ünïcode.md",
    os.fsdecode(b"not-utf8-\xff.md"),
    "~/tilde.md",
    "a;b&c|d.md",
    "#comment.md",
    "end\n",
    "!bang.md",
    "carriage\r.md",
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    made = fake_interpreter(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=SHELLS)
def bound(request: pytest.FixtureRequest, repo: Repo, fake: Fake) -> Repo:
    """A bound clone with two context files committed and our hooks, once for each shell."""
    repo.write("CLAUDE.md", "one\n")
    repo.write("docs/AGENTS.md", "two\n")
    repo.write("other", "three\n")
    repo.commit("first")
    bind(repo.place.common_dir)
    install(repo, fake.program, first=shebang(request.param))
    return repo


def commit(repo: Repo, *words: str, env: dict[str, str] | None = None) -> int:
    return repo.try_git("commit", "-q", "--allow-empty", "-m", "m", *words, env=env).status


WATCHED = ("CLAUDE.md", "docs/AGENTS.md")


def test_what_is_known_as_clean_starts_nothing(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    know(bound.place, WATCHED, [old_file(tmp_path / "canonical"), tmp_path / "absent"])
    for _ in range(2):
        answer = bound.try_git("commit", "-q", "--allow-empty", "-m", "m")
        assert (answer.status, answer.err) == (0, "")
    assert fake.checks() == 0


def test_only_status_3_of_the_check_stops_the_commit(bound: Repo, fake: Fake) -> None:
    before = bound.git("rev-parse", "HEAD")
    for status in (0, 1, 2, 126, 127, 130):
        fake.answer(status)
        assert commit(bound) == 0
        assert fake.checks() == 1
    fake.answer(3)
    after = bound.git("rev-parse", "HEAD")
    assert after != before
    assert commit(bound) == 1
    assert bound.git("rev-parse", "HEAD") == after
    assert commit(bound, "--no-verify") == 0


def test_what_changes_in_the_index_is_seen(bound: Repo, fake: Fake) -> None:
    def staged_then_restored() -> None:
        bound.write("CLAUDE.md", "changed\n")
        bound.git("add", "CLAUDE.md")
        bound.write("CLAUDE.md", "one\n")

    def removed_from_the_index() -> None:
        bound.git("rm", "-q", "--cached", "CLAUDE.md")

    def other_mode() -> None:
        bound.git("update-index", "--chmod=+x", "docs/AGENTS.md")

    for change in (staged_then_restored, removed_from_the_index, other_mode):
        know(bound.place, WATCHED)
        assert commit(bound) == 0
        assert fake.checks() == 0, change
        change()
        assert commit(bound) == 0
        assert fake.checks() == 1, change


def test_the_index_of_the_commit_counts(bound: Repo, fake: Fake) -> None:
    know(bound.place, WATCHED)
    bound.write("other", "changed\n")
    bound.write("CLAUDE.md", "changed\n")
    assert commit(bound) == 0
    assert fake.checks() == 0, "the work tree is not what is committed"
    bound.git("add", "CLAUDE.md")
    assert commit(bound, "--", "other") == 0
    assert fake.checks() == 0, "what is staged is not in this commit"
    bound.git("reset", "-q")
    assert commit(bound, "-a") == 0
    assert fake.checks() == 1
    know(bound.place, WATCHED)
    bound.write("CLAUDE.md", "again\n")
    assert commit(bound, "--", "CLAUDE.md") == 0
    assert fake.checks() == 1


def test_what_changes_beside_the_index_is_seen(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    canonical, absent = tmp_path / "canon.md", tmp_path / "no such"
    link = tmp_path / "link"

    def newer() -> None:
        canonical.write_text("edited\n")

    def older() -> None:
        old_file(canonical, age=7200)

    def one_second() -> None:
        when = canonical.stat().st_mtime - 1
        os.utime(canonical, (when, when))

    def gone() -> None:
        canonical.unlink()

    def appears() -> None:
        absent.write_text("")

    def twin_gone() -> None:
        shutil.rmtree(bound.place.git_dir / "studio" / "twins")

    def behind_the_link() -> None:
        old_file(tmp_path / "target", age=60)

    for change in (newer, older, one_second, gone, appears, twin_gone, behind_the_link):
        absent.unlink(missing_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(old_file(tmp_path / "target"))
        know(bound.place, WATCHED, [old_file(canonical), absent, link])
        assert commit(bound) == 0
        assert fake.checks() == 0, change
        change()
        assert commit(bound) == 0
        assert fake.checks() == 1, change


def test_drift_is_told_once_a_day(bound: Repo, fake: Fake) -> None:
    know(bound.place, WATCHED, clean=False, told_day=today())
    assert commit(bound) == 0
    assert commit(bound, "--date", "@86400 +0000") == 0
    assert fake.checks() == 0, "an old date of the author's is no other day"
    know(bound.place, WATCHED, clean=False, told_day=today() - 1)
    assert commit(bound) == 0
    assert fake.checks() == 1
    know(bound.place, WATCHED, clean=False, told_day=1)
    assert commit(bound, env={"GIT_AUTHOR_DATE": "@86500 +0000"}) == 0
    assert fake.checks() == 0, "the author's date is the clock"
    bound.write("CLAUDE.md", "other drift\n")
    know(bound.place, WATCHED, clean=False, told_day=today())
    assert commit(bound, "-a") == 0
    assert fake.checks() == 1


def test_hostile_paths(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    for name in HOSTILE:
        bound.write(name, os.fsencode(name))
    bound.commit("hostile")
    fake.checks()
    inputs = [old_file(tmp_path / "in puts" / name) for name in HOSTILE]
    know(bound.place, HOSTILE, inputs)
    assert commit(bound) == 0
    assert fake.checks() == 0
    for name, path in zip(HOSTILE, inputs, strict=True):
        old_file(path, age=60)
        assert commit(bound) == 0
        assert fake.checks() == 1, name
        old_file(path)
        know(bound.place, HOSTILE, inputs)
        bound.git("--literal-pathspecs", "rm", "-q", "--cached", "--", name)
        assert commit(bound) == 0
        assert fake.checks() == 1, name
        know(bound.place, HOSTILE, inputs)


def test_nothing_to_look_at(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    know(bound.place, [], [tmp_path / "absent"])
    bound.write("new", "file")
    bound.git("add", "new")
    assert commit(bound) == 0
    assert fake.checks() == 0
    know(bound.place, ["not/there.md"])
    assert commit(bound) == 0
    assert fake.checks() == 0
    bound.write("not/there.md", "now it is")
    bound.git("add", "not/there.md")
    assert commit(bound) == 0
    assert fake.checks() == 1


def test_a_check_file_that_is_cut_short_is_not_believed(
    bound: Repo, fake: Fake, tmp_path: Path
) -> None:
    know(bound.place, ("it's.md", *WATCHED), [old_file(tmp_path / "o'canon")])
    path = bound.place.git_dir / "studio" / "check"
    whole = path.read_bytes()
    for size in [*range(0, len(whole) - 20, 61), len(whole) - 20]:
        path.write_bytes(whole[:size])
        answer = bound.try_git("commit", "-q", "--allow-empty", "-m", "m")
        assert (answer.status, answer.err) == (0, "")
        assert fake.checks() == 1, whole[:size]
    for garbage in (b"\0\xff(((", b"return 9\n", b"studio_same=1\n", b"'"):
        path.write_bytes(garbage)
        assert commit(bound) == 0
        assert fake.checks() == 1, garbage


def test_a_variable_of_the_users_is_no_answer(bound: Repo, fake: Fake) -> None:
    know(bound.place, WATCHED)
    path = bound.place.git_dir / "studio" / "check"
    path.write_text("set -- CLAUDE.md\n")
    found = bound.git("ls-files", "-s", "CLAUDE.md")
    env = {"studio_same": "1", "studio_clean": f"={found}", "studio_told": f"={found}"}
    assert commit(bound, env=env) == 0
    assert fake.checks() == 1


def test_a_clone_that_is_not_bound_is_left_alone(bound: Repo, fake: Fake) -> None:
    (bound.place.common_dir / "studio" / "binding.json").unlink()
    assert commit(bound) == 0
    assert fake.checks() == 0


def test_a_linked_worktree_has_a_state_of_its_own(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    know(bound.place, WATCHED)
    other = tmp_path / "other tree"
    bound.git("worktree", "add", "-q", "-b", "side", other)
    tree = Repo(other)
    assert commit(tree) == 0
    assert fake.checks() == 1, "it has no check file yet"
    know(tree.place, WATCHED)
    assert commit(tree) == 0
    assert fake.checks() == 0
    tree.write("CLAUDE.md", "side\n")
    assert commit(tree, "-a") == 0
    assert fake.checks() == 1
    assert commit(bound) == 0
    assert fake.checks() == 0


def test_a_copied_clone_does_not_trust_the_state_it_brought(
    bound: Repo, fake: Fake, tmp_path: Path
) -> None:
    know(bound.place, WATCHED)
    copy = tmp_path / "copy"
    assert run("cp", "-a", bound.path, copy, cwd=tmp_path).status == 0
    assert commit(Repo(copy)) == 0
    assert fake.checks() == 1


def test_git_directories_elsewhere(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    apart = tmp_path / "apart.git"
    bound.git("init", "-q", f"--separate-git-dir={apart}")
    know(bound.place, WATCHED)
    assert commit(bound) == 0
    assert fake.checks() == 0
    sub = bound.path / "docs"
    assert run("git", "commit", "-q", "--allow-empty", "-m", "m", cwd=sub).status == 0
    given = run(
        *("git", f"--git-dir={apart}", f"--work-tree={bound.path}"),
        *("commit", "-q", "--allow-empty", "-m", "m"),
        cwd=tmp_path,
    )
    assert given.status == 0
    assert fake.checks() == 0


def test_a_submodule_is_a_clone_of_its_own(bound: Repo, fake: Fake) -> None:
    bound.git("submodule", "add", "-q", bound.path, "sub")
    sub = Repo(bound.path / "sub")
    fake.checks()
    bind(sub.place.common_dir)
    install(sub, fake.program)
    know(sub.place, WATCHED)
    assert commit(sub) == 0
    assert fake.checks() == 0
    sub.write("CLAUDE.md", "changed\n")
    assert commit(sub, "-a") == 0
    assert fake.checks() == 1


def test_a_merge_is_checked_too(bound: Repo, fake: Fake) -> None:
    bound.git("switch", "-q", "-c", "side")
    bound.write("CLAUDE.md", "side\n")
    bound.git("commit", "-qam", "side", "--no-verify")
    bound.git("switch", "-q", "main")
    bound.git("commit", "-q", "--allow-empty", "-m", "main", "--no-verify")
    know(bound.place, WATCHED)
    fake.answer(3)
    assert bound.try_git("merge", "-q", "--no-edit", "side").status == 1
    assert fake.checks() == 1
    fake.answer(0)
    bound.git("merge", "--abort")
    bound.git("merge", "-q", "--no-edit", "side")
    assert fake.checks() == 1
    know(bound.place, WATCHED, clean=False, told_day=today())
    bound.git("switch", "-q", "-c", "again", "HEAD~1")
    bound.git("commit", "-q", "--allow-empty", "-m", "again", "--no-verify")
    bound.git("merge", "-q", "--no-edit", "main")
    assert fake.checks() == 0, "the day is known where git names no author's date"


def test_studio_disable(bound: Repo, fake: Fake) -> None:
    fake.answer(3)
    assert commit(bound, env={"STUDIO_DISABLE": "1"}) == 0
    assert fake.checks() == 0
    assert commit(bound, env={"STUDIO_DISABLE": "0"}) == 1
    assert commit(bound, env={"STUDIO_DISABLE": ""}) == 1


def test_a_missing_interpreter_costs_one_line(bound: Repo, fake: Fake) -> None:
    fake.program.unlink()
    answer = bound.try_git("commit", "-q", "--allow-empty", "-m", "m")
    assert answer.status == 0
    assert len(answer.err.splitlines()) == 1
    assert "git studio hooks install" in answer.err
    know(bound.place, WATCHED)
    assert bound.try_git("commit", "-q", "--allow-empty", "-m", "m").err == ""


def test_a_bare_environment(bound: Repo, fake: Fake) -> None:
    git = shutil.which("git")
    assert git is not None
    env = {name: os.environ[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")}
    env["PATH"] = ""

    def bare_commit() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [git, "commit", "-q", "--allow-empty", "-m", "m"],
            cwd=bound.path,
            env=env,
            capture_output=True,
            check=False,
        )

    know(bound.place, WATCHED)
    clean = bare_commit()
    assert (clean.returncode, clean.stderr) == (0, b"")
    know(bound.place, WATCHED, clean=False, told_day=1)
    env["GIT_AUTHOR_DATE"] = "@86500 +0000"
    told = bare_commit()
    assert (told.returncode, told.stderr) == (0, b"")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_git_folder_of_somebody_else(shell: str, fake: Fake) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        repo = Repo(folder / "repo")
        assert run("git", "init", "-q", repo.path, cwd=folder).status == 0
        repo.write("CLAUDE.md", "one\n")
        repo.commit("first")
        studio = bind(repo.place.common_dir)
        install(repo, folder / "no python", first=shebang(shell))
        env = {"HOME": made, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
        env |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
        env |= {"GIT_CONFIG_GLOBAL": "/dev/null"}
        prefix: list[str] = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            for path in [repo.path, *repo.path.rglob("*")]:
                os.chown(path, 65534, 65534)
            os.chown(studio, 0, 0)
        studio.chmod(0o555)
        command = [*prefix, "git", "commit", "-q", "--allow-empty", "-m", "m"]
        done = run(*command, cwd=repo.path, env=env)
        studio.chmod(0o755)
        assert done.status == 0
        assert len(done.err.splitlines()) == 1, done.err
        assert not (studio / "spool").exists()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("stage", shims.STAGES)
def test_the_host_hook_finds_its_shell_as_it_was(
    stage: str, shell: str, repo: Repo, fake: Fake, make_repo: Callable[..., Repo]
) -> None:
    probe = (
        'echo "$#:$*:$-:$PWD"; trap\n'
        'set | grep -v -e "^_=" -e ^PPID= -e ^LINENO= -e ^BASH_ -e ^PIPESTATUS\n'
        'cat; echo "${unset_by_nobody}"; echo not reached\n'
    )
    repo.write("CLAUDE.md", "x")
    repo.commit("first")
    bind(repo.place.common_dir)
    hook = repo.place.git_dir / "hooks" / "probe"
    said = []
    for block in ("", shims.block(stage, python=str(fake.program), isolation="-I")):
        hook.write_text(shebang(shell) + "set -eu\n" + block + probe)
        hook.chmod(0o755)
        done = subprocess.run(
            [hook, "one", "two words", "1"],
            cwd=repo.path,
            input=b"old new\nold2 new2 extra\nno newline",
            capture_output=True,
            check=False,
        )
        said.append((done.returncode, done.stdout.split(b"\n")))
    plain, ours = said
    if stage == "post-rewrite":  # what was read line by line ends in a newline
        ours[1][:] = [line for line in ours[1] if line] + [b""]
        plain[1][:] = [line for line in plain[1] if line] + [b""]
    assert ours == plain


@pytest.mark.parametrize("first", ["#!/bin/sh -eu\n", "#!/bin/bash -eu\n", "#!/bin/sh -euC\n"])
def test_the_shebang_of_a_strict_host(first: str, repo: Repo, fake: Fake) -> None:
    repo.write("CLAUDE.md", "x")
    repo.commit("first")
    bind(repo.place.common_dir)
    install(repo, fake.program, first=first, host="exec true\n")
    for status, expected in ((0, 0), (1, 0), (3, 1)):
        fake.answer(status)
        assert commit(repo) == expected
    know(repo.place, ["CLAUDE.md"])
    answer = repo.try_git("commit", "-q", "--allow-empty", "-m", "m")
    assert (answer.status, answer.err) == (0, "")


def test_a_host_that_refuses_is_heard(bound: Repo, fake: Fake) -> None:
    install(bound, fake.program, host="exit 1\n")
    know(bound.place, WATCHED)
    assert commit(bound) == 1


@pytest.mark.parametrize("stage", shims.STAGES)
def test_the_text_is_plain_sh(stage: str) -> None:
    text = shims.block(stage, python=sys.executable, isolation="-P")
    assert text.startswith(f"{shims.BEGIN} {shims.VERSION} {stage} ")
    assert text.endswith(f"\n{shims.END}\n")
    assert "\r" not in text
    assert not re.search("@[A-Z]+@|@include", text)
    checked = subprocess.run(
        ["shellcheck", "--shell=sh", "--severity=warning", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_unknown_words_make_no_block() -> None:
    with pytest.raises(ValueError, match="pre-push"):
        shims.block("pre-push", python="/p", isolation="-I")
    with pytest.raises(ValueError, match="-E"):
        shims.block("pre-commit", python="/p", isolation="-E")


def _framework(repo: Repo, fake: Fake, *, config: str, name: str, text: str) -> int:
    (repo.path / name).write_text(config)
    hook = repo.place.git_dir / "hooks" / "pre-commit"
    hook.write_text(text)
    hook.chmod(0o755)
    commit(repo)
    (repo.path / name).unlink()
    return fake.checks()


CONFIG = "repos:\n- repo: x\n  hooks:\n  - id: studio-drift\n"
PREK_CONFIG = '[[repos]]\nrepo = "x"\nhooks = [{ id = "studio-drift" }]\n'


@pytest.mark.parametrize(
    ("config", "name", "marker", "checks"),
    [
        (CONFIG, ".pre-commit-config.yaml", "# File generated by pre-commit: https://x", 0),
        (CONFIG, ".pre-commit-config.yml", "# File generated by prek: https://x", 0),
        (PREK_CONFIG, "prek.toml", "# File generated by prek: https://x", 0),
        (CONFIG, ".pre-commit-config.yaml", "# by hand", 1),
        (
            CONFIG.replace("- id", "# - id"),
            ".pre-commit-config.yaml",
            "# File generated by prek",
            1,
        ),
        (
            CONFIG.replace("drift", "capture"),
            ".pre-commit-config.yaml",
            "# File generated by prek",
            1,
        ),
    ],
)
def test_a_framework_with_our_entry_does_the_work(
    bound: Repo, fake: Fake, *, config: str, name: str, marker: str, checks: int
) -> None:
    block = shims.block("pre-commit", python=str(fake.program), isolation="-I")
    text = f"#!/bin/sh\n{block}{marker}\nexit 0\n"
    assert _framework(bound, fake, config=config, name=name, text=text) == checks


def test_a_legacy_hook_leaves_it_to_the_framework(bound: Repo, fake: Fake) -> None:
    hooks = bound.place.git_dir / "hooks"
    (hooks / "pre-commit").rename(hooks / "pre-commit.legacy")
    caller = '#!/bin/sh\nexec "${0}.legacy"\n'
    name = ".pre-commit-config.yaml"
    assert _framework(bound, fake, config=CONFIG, name=name, text=caller) == 0
    assert _framework(bound, fake, config="repos: []\n", name=name, text=caller) == 1


def test_time_does_not_stand_still_for_the_check(bound: Repo, fake: Fake, tmp_path: Path) -> None:
    """A file written just before it was read may be written again with the same time."""
    from studio_hooks import checkfile
    from studio_hooks.checkfile import CheckState

    canonical = tmp_path / "canonical"
    canonical.write_text("just now")
    found = checkfile.entries(bound.place, WATCHED, None)
    state = CheckState(WATCHED, found, None, None, (canonical,))
    assert not checkfile.write(bound.place.git_dir, state, seen=time.time())
    assert commit(bound) == 0
    assert fake.checks() == 1
