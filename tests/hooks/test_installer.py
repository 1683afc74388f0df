"""Our hooks beside those of others, with real commits; and everything back as it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import Repo, run
from hooktools import (
    all_run,
    bind,
    hooks_of,
    how,
    idle_python,
    put_hook,
    python_hook,
    ran,
    snapshot,
    spooled,
    theirs,
    tracing_block,
)

from studio_git.errors import StudioError
from studio_hooks import installer, shims


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the blocks note that they ran; they stand in for ours, which say nothing."""
    log = tmp_path / "ours it's.log"
    monkeypatch.setattr(shims, "block", tracing_block(log))
    return log


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where hooks of others note that they ran."""
    return tmp_path / "theirs.log"


def test_own_files_where_there_was_nothing(repo: Repo, log: Path) -> None:
    before = snapshot(hooks_of(repo))
    states = installer.install(repo.place)
    assert all_run(states)
    assert set(how(states).values()) == {"own"}
    assert [state.stage for state in states] == list(shims.STAGES)
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    assert installer.uninstall(repo.place) == []
    assert snapshot(hooks_of(repo)) == before
    assert {state.how for state in installer.states(repo.place)} == {"absent"}
    repo.commit("two")
    assert len(ran(log)) == 3


def test_the_real_block_runs_and_spools(repo: Repo, tmp_path: Path) -> None:
    put_hook(hooks_of(repo) / "post-commit", "#!/bin/sh -eu\nexit 0\n")
    put_hook(hooks_of(repo) / "post-rewrite", "#!/usr/bin/env python3\nimport sys\nsys.exit()\n")
    bind(repo)
    assert all_run(installer.install(repo.place, python=idle_python(tmp_path)))
    repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    assert spooled(repo) == ["post-commit", "post-commit", "post-rewrite"]


def test_installing_twice_changes_nothing(repo: Repo, log: Path, notes: Path) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", theirs(notes))
    put_hook(hooks / "post-merge", "#!/usr/bin/env python3\n")
    installer.install(repo.place)
    first = snapshot(repo.path / ".git")
    installer.install(repo.place)
    assert snapshot(repo.path / ".git") == first


def test_an_older_block_is_replaced(
    repo: Repo, log: Path, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", theirs(notes))
    put_hook(hooks / "commit-msg", "#!/bin/sh\n")
    before = snapshot(hooks)
    installer.install(repo.place)
    newer = tmp_path / "newer.log"
    monkeypatch.setattr(shims, "block", tracing_block(newer))
    old = installer.states(repo.place)
    assert all(state.runs and "another release" in state.problem for state in old)
    assert all_run(installer.install(repo.place))
    repo.commit("one")
    assert ran(log) == []
    assert ran(newer) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


@pytest.mark.parametrize("shebang", ["#!/bin/sh", "#!/bin/sh -eu", "#!/usr/bin/env bash"])
def test_a_shell_hook_is_chained(repo: Repo, log: Path, notes: Path, shebang: str) -> None:
    hooks = hooks_of(repo)
    for stage in ("pre-commit", "post-commit", "post-rewrite", "post-checkout"):
        put_hook(hooks / stage, theirs(notes, shebang), mode=0o750)
    before = snapshot(hooks)
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "chained"
    assert (hooks / "pre-commit").stat().st_mode & 0o777 == 0o750
    first = repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "side")
    assert ran(log) == [
        "pre-commit 0", "commit-msg 1", "post-commit 0",
        "pre-commit 0", "commit-msg 1", "post-commit 0", "post-rewrite 1",
        "post-checkout 3",
    ]  # fmt: skip
    assert notes.read_text().splitlines() == [
        "pre-commit []", "post-commit []", "pre-commit []", "post-commit []",
        "post-rewrite [amend]", f"{first} {second}",
        f"post-checkout [{second} {second} 1]",
    ]  # fmt: skip
    assert installer.uninstall(repo.place) == []
    assert snapshot(hooks) == before


def test_the_real_block_leaves_the_hosts_input(repo: Repo, tmp_path: Path, notes: Path) -> None:
    put_hook(hooks_of(repo) / "post-rewrite", theirs(notes, "#!/bin/sh -eu"))
    bind(repo)
    installer.install(repo.place, python=idle_python(tmp_path))
    first = repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    assert notes.read_text() == f"post-rewrite [amend]\n{first} {second}\n"


def test_their_refusal_and_ours_both_stop_a_commit(repo: Repo, log: Path, notes: Path) -> None:
    put_hook(hooks_of(repo) / "pre-commit", theirs(notes))
    installer.install(repo.place)
    refused = repo.try_git("commit", "--allow-empty", "-m", "x", env={"THEIRS_FAILS": "5"})
    assert refused.status != 0
    assert ran(log) == ["pre-commit 0"]
    assert notes.exists()
    notes.unlink()
    refused = repo.try_git("commit", "--allow-empty", "-m", "x", env={"OURS_BLOCKS": "1"})
    assert refused.status != 0
    assert not notes.exists()


def test_a_python_hook_is_dispatched(repo: Repo, log: Path, notes: Path, python: str) -> None:
    hooks = hooks_of(repo)
    for stage in ("pre-commit", "post-rewrite"):
        put_hook(hooks / stage, python_hook(notes, python))
    before = snapshot(repo.path / ".git" / "hooks")
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "dispatched"
    first = repo.commit("one")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "two")
    second = repo.git("rev-parse", "HEAD")
    assert notes.read_text().splitlines() == [
        "pre-commit []",
        "pre-commit []",
        "post-rewrite [amend]",
        f"{first} {second}",
    ]
    assert "post-rewrite 1" in ran(log)
    refused = repo.try_git("commit", "--allow-empty", "-m", "x", env={"THEIRS_FAILS": "5"})
    assert refused.status != 0
    assert installer.uninstall(repo.place) == []
    assert snapshot(hooks) == before
    assert not hooks.with_name("hooks.studio-kept").exists()


@pytest.mark.parametrize(
    "text",
    [
        b"echo no shebang >>NOTES\n",
        b"#!/bin/sh\necho no end >>NOTES",
        b"#!/usr/bin/env -S sh -c 'echo odd >>NOTES'\n",
        b"#!/bin/sh",
        b"",
    ],
)
def test_odd_hooks_run_and_come_back(repo: Repo, log: Path, notes: Path, text: bytes) -> None:
    hook = put_hook(hooks_of(repo) / "pre-commit", text.replace(b"NOTES", os.fsencode(notes)))
    before = snapshot(hooks_of(repo))
    repo.commit("without ours")
    expected = notes.read_text() * 2 if notes.exists() else ""
    assert all_run(installer.install(repo.place))
    repo.commit("with ours")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    assert (notes.read_text() if notes.exists() else "") == expected
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before
    assert hook.stat().st_mode & 0o777 == 0o755


def test_a_binary_is_dispatched(repo: Repo, log: Path) -> None:
    hooks = hooks_of(repo)
    shutil.copy(shutil.which("false") or "", hooks / "pre-commit")
    before = snapshot(hooks)
    installer.install(repo.place)
    assert repo.try_git("commit", "--allow-empty", "-m", "x").status != 0
    assert ran(log) == ["pre-commit 0"]
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


def test_a_hook_with_crlf_fails_or_runs_as_before(repo: Repo, log: Path) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "post-commit", b"#!/bin/sh\r\nexit 0\r\n")
    before = snapshot(hooks)
    assert all_run(installer.install(repo.place))
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


def test_a_hook_that_git_does_not_run_still_does_not(repo: Repo, log: Path, notes: Path) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", theirs(notes), mode=0o644)
    before = snapshot(hooks)
    states = installer.install(repo.place)
    assert how(states)["pre-commit"] == "dispatched"
    repo.commit("one")
    assert ran(log) == ["pre-commit 0", "commit-msg 1", "post-commit 0"]
    assert not notes.exists()
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


@pytest.mark.parametrize("link", ["../../scripts/hook", ".././../scripts//hook", "ABSOLUTE"])
def test_a_link_is_kept_and_its_target_never_edited(
    repo: Repo, log: Path, notes: Path, link: str
) -> None:
    target = put_hook(repo.path / "scripts" / "hook", theirs(notes))
    content = target.read_bytes()
    hook = hooks_of(repo) / "pre-commit"
    hook.symlink_to(str(target) if link == "ABSOLUTE" else link)
    before = snapshot(hooks_of(repo))
    states = installer.install(repo.place)
    assert all_run(states)
    assert how(states)["pre-commit"] == "dispatched"
    repo.commit("one")
    assert ran(log)[0] == "pre-commit 0"
    assert notes.read_text() == "pre-commit []\n"
    assert target.read_bytes() == content
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before
    assert target.read_bytes() == content


def test_a_link_to_a_neighbour_and_one_that_leads_nowhere(
    repo: Repo, log: Path, notes: Path
) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "runner", theirs(notes))
    (hooks / "pre-commit").symlink_to("runner")
    (hooks / "post-merge").symlink_to("../gone")
    before = snapshot(hooks)
    installer.install(repo.place)
    repo.commit("one")
    assert notes.read_text() == "pre-commit []\n"
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


def test_lines_added_meanwhile_stay(repo: Repo, log: Path, notes: Path) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", "#!/bin/sh\necho one\n")
    installer.install(repo.place)
    for stage in ("pre-commit", "post-commit"):
        with (hooks / stage).open("a") as file:
            file.write("echo added\n")
    assert installer.uninstall(repo.place) == []
    assert (hooks / "pre-commit").read_text() == "#!/bin/sh\necho one\necho added\n"
    assert (hooks / "post-commit").read_text() == "#!/bin/sh\necho added\n"


def test_an_edited_dispatcher_goes_on_working_and_is_told(
    repo: Repo, log: Path, notes: Path, python: str
) -> None:
    hook = put_hook(hooks_of(repo) / "pre-commit", python_hook(notes, python))
    installer.install(repo.place)
    hook.write_text(hook.read_text().replace("exec ", f"echo added >>'{notes}'\nexec "))
    left = installer.uninstall(repo.place)
    assert any(str(hook) in sentence for sentence in left)
    repo.commit("one")
    assert ran(log) == []
    assert notes.read_text() == "added\npre-commit []\n"


def test_a_hook_that_another_manager_rewrote_is_left(repo: Repo, log: Path, notes: Path) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", "#!/bin/sh\necho one\n")
    installer.install(repo.place)
    put_hook(hooks / "pre-commit", "#!/bin/sh\necho a manager's\n")
    states = {state.stage: state for state in installer.states(repo.place)}
    assert states["pre-commit"].how == "absent"
    assert not states["pre-commit"].runs
    installer.uninstall(repo.place)
    assert (hooks / "pre-commit").read_text() == "#!/bin/sh\necho a manager's\n"


def test_a_kept_hook_is_never_lost(repo: Repo, log: Path, notes: Path, python: str) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", "#!/usr/bin/python3\nfirst = 1\n")
    installer.install(repo.place)
    put_hook(hooks / "pre-commit", "#!/usr/bin/python3\nsecond = 2\n")
    installer.install(repo.place)
    left = installer.uninstall(repo.place)
    assert (hooks / "pre-commit").read_text() == "#!/usr/bin/python3\nsecond = 2\n"
    assert (hooks.with_name("hooks.studio-kept") / "pre-commit.1").read_text().endswith("1\n")
    assert any("pre-commit.1" in sentence for sentence in left)


@pytest.mark.parametrize("again", [installer.install, installer.uninstall])
def test_an_installation_that_was_cut_off_is_put_right(
    repo: Repo, log: Path, again: object
) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", "#!/usr/bin/env python3\n")
    before = snapshot(hooks)
    installer.install(repo.place)
    (hooks / "pre-commit").unlink()
    assert callable(again)
    again(repo.place)
    installer.uninstall(repo.place)
    assert snapshot(hooks) == before


def test_a_record_that_is_gone_or_garbage_does_not_matter(
    repo: Repo, log: Path, notes: Path
) -> None:
    hooks = hooks_of(repo)
    put_hook(hooks / "pre-commit", theirs(notes))
    (hooks / "post-merge").symlink_to("../../scripts/hook")
    before = snapshot(hooks)
    for damage in (b"", b"not json", b'{"version": 1, "entries": {"hooks/pre-commit": 3}}', b"[]"):
        installer.install(repo.place)
        (repo.path / ".git" / "studio" / "hooks.json").write_bytes(damage)
        installer.uninstall(repo.place)
        assert snapshot(hooks) == before


def test_states_tell_what_keeps_a_hook_from_running(
    repo: Repo, log: Path, tmp_path: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = hooks_of(repo)
    gone = put_hook(tmp_path / "venv" / "python", f'#!/bin/sh\nexec "{python}" "$@"\n')
    installer.install(repo.place, python=str(gone))
    (hooks / "post-merge").chmod(0o644)
    states = {state.stage: state for state in installer.states(repo.place)}
    assert states["post-merge"].problem == "it is not executable"
    monkeypatch.setenv("STUDIO_DISABLE", "1")
    assert not any(state.runs for state in installer.states(repo.place))
    monkeypatch.delenv("STUDIO_DISABLE")
    gone.unlink()
    assert all("is gone" in state.problem for state in installer.states(repo.place)[:2])
    put_hook(gone, "#!/bin/sh\nexit 1\n")
    assert all("cannot import" in state.problem for state in installer.states(repo.place)[:2])
    assert not any(state.runs for state in installer.states(repo.place))


def test_a_missing_interpreter_never_stops_a_commit(repo: Repo, tmp_path: Path) -> None:
    bind(repo)
    installer.install(repo.place, python=str(tmp_path / "nowhere" / "python"))
    repo.commit("one")
    assert "post-commit" in spooled(repo)


def test_isolation_is_chosen_by_what_works(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    only_p = put_hook(
        tmp_path / "python",
        f'#!/bin/sh\necho "$1" >>"{asked}"\n[ "$1" = -P ]\n',
    )
    states = installer.install(repo.place, python=str(only_p))
    assert all_run(states)
    assert asked.read_text() == "-I\n-P\n"
    assert "-P -m studio_hooks" in (hooks_of(repo) / "pre-commit").read_text()


def test_an_interpreter_without_a_folder_is_refused(repo: Repo) -> None:
    with pytest.raises(StudioError, match="not an absolute path"):
        installer.install(repo.place, python="python3")
    assert not (hooks_of(repo) / "pre-commit").exists()


def test_git_lfs_and_a_hook_manager_by_hand(repo: Repo, log: Path, notes: Path) -> None:
    lfs = (
        "#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { printf >&2 'no lfs'; exit 2; }\n"
        'git lfs post-checkout "$@"\n'
    )
    tools = put_hook(notes.parent / "bin" / "git-lfs", f'#!/bin/sh\necho "$@" >>"{notes}"\n')
    put_hook(hooks_of(repo) / "post-checkout", lfs)
    before = snapshot(hooks_of(repo))
    installer.install(repo.place)
    repo.env["PATH"] = f"{tools.parent}{os.pathsep}{os.environ['PATH']}"
    head = repo.commit("one")
    repo.git("checkout", "-q", "-b", "side")
    assert notes.read_text() == f"post-checkout {head} {head} 1\n"
    assert ran(log)[-1] == "post-checkout 3"
    installer.uninstall(repo.place)
    assert snapshot(hooks_of(repo)) == before


def test_a_folder_that_cannot_be_written_is_told(repo: Repo, log: Path) -> None:
    hooks = hooks_of(repo)
    shutil.rmtree(hooks)
    hooks.write_text("a file in its place")
    with pytest.raises(StudioError):
        installer.install(repo.place)
    assert hooks.read_text() == "a file in its place"


def test_the_installed_files_pass_a_shells_check(repo: Repo, tmp_path: Path) -> None:
    put_hook(hooks_of(repo) / "pre-commit", "#!/usr/bin/env python3\n")
    installer.install(repo.place)
    for stage in shims.STAGES:
        checked = run("sh", "-n", hooks_of(repo) / stage, cwd=tmp_path)
        assert checked.status == 0, checked.err
