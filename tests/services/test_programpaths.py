"""Where programs are looked for, and that nothing of the repository is taken for one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import Repo

from studio_git.core import programslist
from studio_git.core.versions import Requirement, Scheme
from studio_git.services import programpaths


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH besides git's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = os.environ["PATH"]
    git = next(Path(each) for each in path.split(os.pathsep) if (Path(each) / "git").exists())
    (folder / "git").symlink_to(git / "git")
    monkeypatch.setenv("PATH", str(folder))
    for name in ("PYENV_ROOT", "ASDF_DATA_DIR", "CARGO_HOME", "RUSTUP_HOME", "MISE_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def candidates(repo: Repo, name: str, *pins: str) -> list[Path]:
    program = programslist.find(name)
    assert program is not None
    required = [Requirement(Scheme.PIN, pin) for pin in pins]
    return list(programpaths.candidates(program, required, repo.place))


def also(monkeypatch: pytest.MonkeyPatch, *folders: Path | str) -> None:
    """Put folders before PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]]))


def test_the_first_one_on_the_path(
    bin_: Path, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = executable(tmp_path / "other" / "node")
    assert candidates(repo, "node") == []
    here = executable(bin_ / "node")
    assert candidates(repo, "node") == [here]
    also(monkeypatch, tmp_path / "other", tmp_path / "none")
    assert candidates(repo, "node") == [other]


def test_what_cannot_be_run_is_none(bin_: Path, repo: Repo) -> None:
    (bin_ / "node").write_text("")
    (bin_ / "nodejs").mkdir()
    assert candidates(repo, "node") == []


def test_other_names_come_after(bin_: Path, repo: Repo) -> None:
    names = ["python3.11", "python", "python3.12", "python3"]
    found = {name: executable(bin_ / name) for name in names}
    assert candidates(repo, "python") == [
        found[name] for name in ("python3", "python", "python3.12", "python3.11")
    ]


class TestOfTheRepository:
    def test_folders_of_the_work_tree_and_relative_ones_do_not_count(
        self, bin_: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        executable(repo.path / "tools" / "node")
        (repo.path.parent / "link").symlink_to(repo.path / "tools")
        monkeypatch.chdir(repo.path)
        also(monkeypatch, repo.path / "tools", repo.path.parent / "link", "tools", "", ".")
        assert programpaths.folders(repo.place) == [bin_]
        assert candidates(repo, "node") == []

    def test_nor_do_links_that_lead_into_it(self, bin_: Path, repo: Repo) -> None:
        (bin_ / "node").symlink_to(executable(repo.path / "tools" / "node"))
        assert candidates(repo, "node") == []

    def test_nor_does_a_link_that_leads_nowhere(
        self, bin_: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (bin_ / "node").symlink_to("node")
        (repo.path / "loop").symlink_to("loop")
        (repo.path / "python3").symlink_to("python3")
        also(monkeypatch, repo.path / "loop", repo.path)
        assert candidates(repo, "node") == []
        assert candidates(repo, "python") == []

    def test_a_virtual_environment_counts_by_the_interpreter_that_it_leads_to(
        self, bin_: Path, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = executable(tmp_path / "opt" / "python3.12")
        executable(bin_ / "python3")
        venv = repo.path / ".venv" / "bin"
        venv.mkdir(parents=True)
        (venv / "python3").symlink_to("python")
        (venv / "python").symlink_to(real)
        executable(venv / "node")
        also(monkeypatch, venv)
        assert candidates(repo, "python")[0] == real
        assert candidates(repo, "node") == []

    def test_but_not_where_git_tracks_it(
        self, bin_: Path, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = executable(tmp_path / "opt" / "python3.12")
        (repo.path / "tools").mkdir()
        (repo.path / "tools" / "python3").symlink_to(real)
        also(monkeypatch, repo.path / "tools")
        assert candidates(repo, "python") == [real]
        repo.git("add", "-A")
        assert candidates(repo, "python") == []

    def test_nor_through_another_link(
        self, bin_: Path, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        real = executable(tmp_path / "opt" / "python3.12")
        (tmp_path / "elsewhere" / "python3").symlink_to(real)
        (repo.path / "tools").symlink_to(tmp_path / "elsewhere")
        also(monkeypatch, repo.path / "tools")
        assert candidates(repo, "python") == []

    @pytest.mark.parametrize("name", ["reboot", "python-evil", "bash"])
    def test_nor_where_it_leads_to_another_program(
        self, bin_: Path, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        (repo.path / "venv").mkdir()
        (repo.path / "venv" / "python3").symlink_to(executable(tmp_path / "opt" / name))
        also(monkeypatch, repo.path / "venv")
        assert candidates(repo, "python") == []


class TestVersionManagers:
    def test_the_release_that_is_required_stands_before_the_others(
        self, bin_: Path, repo: Repo, own_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = own_home / ".pyenv"
        executable(root / "shims" / "python3")
        releases = [
            executable(root / "versions" / name / "bin" / "python3")
            for name in ("3.9.1", "3.12.4", "3.11.4", "pypy3.10-7.3")
        ]
        also(monkeypatch, root / "shims")
        found = candidates(repo, "python", "3.11")
        assert found[0] == releases[2]
        assert set(found) == set(releases)
        assert candidates(repo, "python")[0] == releases[1]
        assert candidates(repo, "python", "3.13")[0] == releases[1]

    def test_its_stand_in_is_never_started(
        self, bin_: Path, repo: Repo, own_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shim = executable(own_home / ".asdf" / "shims" / "node")
        also(monkeypatch, shim.parent)
        assert candidates(repo, "node") == []

    @pytest.mark.parametrize(
        "where",
        [
            ("ASDF_DATA_DIR", "shims/node", "installs/nodejs/20.11.0/bin/node"),
            ("MISE_DATA_DIR", "shims/go", "installs/go/1.22.3/bin/go"),
            ("RBENV_ROOT", "shims/ruby", "versions/3.3.0/bin/ruby"),
            ("VOLTA_HOME", "bin/node", "tools/image/node/20.11.0/bin/node"),
        ],
    )
    def test_where_its_folder_is_told(
        self, bin_: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch, where: tuple[str, str, str]
    ) -> None:
        variable, shim, release = where
        root = bin_.parent / "manager"
        monkeypatch.setenv(variable, str(root))
        also(monkeypatch, executable(root / shim).parent)
        name = Path(shim).name
        assert candidates(repo, name) == []
        wanted = executable(root / release)
        assert candidates(repo, name) == [wanted]

    def test_rustup(
        self, bin_: Path, repo: Repo, own_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cargo = executable(own_home / ".cargo" / "bin" / "rustc")
        also(monkeypatch, cargo.parent)
        assert candidates(repo, "rust") == [cargo]
        toolchains = own_home / ".rustup" / "toolchains"
        stable = executable(toolchains / "stable-x86_64-unknown-linux-gnu" / "bin" / "rustc")
        old = executable(toolchains / "1.75-x86_64-unknown-linux-gnu" / "bin" / "rustc")
        assert candidates(repo, "rust", "1.75")[0] == old
        assert stable in candidates(repo, "rust", "1.80")


def test_it_finds_the_interpreter_that_runs_this(repo: Repo) -> None:
    found = candidates(repo, "python")
    assert Path(sys.executable).resolve() in {path.resolve() for path in found}
