"""What is shipped: the wheel's contents, and an installation of it in a fresh environment."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import Answer, Repo, run

from studio_git import __version__

ROOT = Path(__file__).resolve().parent.parent
SHARED = {
    "share/man/man1/git-studio.1": "docs/man/git-studio.1",
    "share/bash-completion/completions/git-studio": "studio_git/completions/git-studio.bash",
    "share/zsh/site-functions/_git-studio": "studio_git/completions/git-studio.zsh",
    "share/fish/vendor_completions.d/git-studio.fish": "studio_git/completions/git-studio.fish",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tree as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


class Installation:
    """A fresh environment with the wheel in it; dependencies come from the running one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.bin = folder / "bin"
        venv.create(folder, symlinks=True, with_pip=True)
        packages = Path(
            sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
        )
        # A folder that a .pth file names is searched, but no .pth file in it is read: so the
        # dependencies are found, and the editable installation beside them is not.
        (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        answer = self.run("python", "-m", "pip", "install", "--no-deps", "--no-index", str(wheel))
        assert answer.status == 0, answer.err

    def run(self, *words: str, cwd: Path = Path("/")) -> Answer:
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "MANPAGER": "cat", "PAGER": "cat", "MANWIDTH": "80"}
        program = self.bin / words[0]
        first = str(program) if program.exists() else words[0]
        return run(first, *words[1:], cwd=cwd, env=environment)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Installation:
    return Installation(tmp_path_factory.mktemp("installed"), wheel)


class TestWheel:
    def test_holds_three_packages_and_what_they_need(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            names = set(archive.namelist())
        top = {name.split("/")[0] for name in names}
        assert top == {
            "studio_git",
            "studio_hooks",
            "studio_lsp",
            f"studio_git-{__version__}.dist-info",
            f"studio_git-{__version__}.data",
        }
        for package in ("studio_git", "studio_hooks", "studio_lsp"):
            assert f"{package}/py.typed" in names
        tracked = Repo(ROOT).git("ls-files", "studio_git", "hooks", "lsp").splitlines()
        wanted = {path.removeprefix("hooks/").removeprefix("lsp/") for path in tracked}
        assert {path for path in wanted if not path.startswith("editors/")} <= names

    def test_holds_the_manual_and_the_completions(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            for place, source in SHARED.items():
                data = archive.read(f"studio_git-{__version__}.data/data/{place}")
                assert data == (ROOT / source).read_bytes()


class TestInstalled:
    @pytest.mark.parametrize("name", ["git-studio", "studio-hook", "studio-lsp"])
    def test_console_scripts(self, installed: Installation, name: str) -> None:
        answer = installed.run(name, "--version")
        assert (answer.status, answer.err) == (0, "")
        assert __version__ in answer.out

    @pytest.mark.parametrize("module", ["studio_git", "studio_hooks", "studio_lsp"])
    def test_modules(self, installed: Installation, module: str) -> None:
        answer = installed.run("python", "-m", module, "--version")
        assert (answer.status, answer.err) == (0, "")
        assert __version__ in answer.out

    def test_runs_from_the_wheel_and_not_from_here(self, installed: Installation) -> None:
        code = "import studio_git, studio_hooks, studio_lsp as l; print(studio_git.__file__)"
        answer = installed.run("python", "-c", code)
        assert Path(answer.out).is_relative_to(installed.bin.parent)

    def test_git_finds_it(self, installed: Installation, repo: Repo) -> None:
        answer = installed.run("git", "studio", "--version", cwd=repo.path)
        assert (answer.status, answer.out) == (0, f"git studio {__version__}\n")

    def test_the_manual_is_found_and_shown(self, installed: Installation, repo: Repo) -> None:
        answer = installed.run("man", "-w", "git-studio")
        page = installed.bin.parent / "share" / "man" / "man1" / "git-studio.1"
        assert (answer.status, Path(answer.out.strip())) == (0, page)
        for words in (["help", "studio"], ["studio", "--help"]):
            answer = installed.run("git", *words, cwd=repo.path)
            assert answer.status == 0, answer.err
            assert "git-studio - keep context files in step" in " ".join(answer.out.split())

    def test_completes_in_bash_without_being_set_up(
        self, installed: Installation, repo: Repo
    ) -> None:
        script = installed.bin.parent / "share" / "bash-completion" / "completions" / "git-studio"
        answer = installed.run("bash", "-c", f". {script}; complete -p git-studio", cwd=repo.path)
        assert answer.status == 0
        assert "git-studio" in answer.out


def test_editable_here() -> None:
    import studio_hooks
    import studio_lsp

    assert Path(studio_hooks.__path__[0]) == ROOT / "hooks" / "studio_hooks"
    assert Path(studio_lsp.__path__[0]) == ROOT / "lsp" / "studio_lsp"


@pytest.mark.slow
def test_installs_from_the_source_with_its_dependencies(tmp_path: Path, repo: Repo) -> None:
    """As pipx does: a new environment, the package index, nothing of ours but the sources."""
    venv.create(tmp_path / "fresh", symlinks=True, with_pip=True)
    scripts = tmp_path / "fresh" / "bin"
    answer = run(scripts / "python", "-m", "pip", "install", ROOT, cwd=tmp_path)
    assert answer.status == 0, answer.err
    for name in ("git-studio", "studio-hook", "studio-lsp"):
        answer = run(scripts / name, "--version", cwd=repo.path)
        assert (answer.status, answer.err) == (0, "")
