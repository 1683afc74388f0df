"""The known programs, and the version in what each prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import programslist
from studio_git.core.manifestmodels import Need
from studio_git.core.programslist import PROGRAMS


@pytest.mark.parametrize(
    ("name", "output", "version"),
    [
        ("python", "Python 3.11.4\n", "3.11.4"),
        ("python", "Python 3.14.0rc2+\n", "3.14.0rc2"),
        ("python", "Python 3.13.0a1", "3.13.0a1"),
        ("node", "v20.11.0\n", "20.11.0"),
        ("node", "(node:1) Warning of 3 things\nv22.1.0", "22.1.0"),
        ("npm", "10.2.4\n", "10.2.4"),
        ("go", "go version go1.22.3 linux/amd64\n", "1.22.3"),
        ("go", "go version go1.22 darwin/arm64", "1.22"),
        ("rust", "rustc 1.77.0-nightly (abc 2024-01-01)", "1.77.0"),
        ("ruby", "ruby 3.3.0p0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]", "3.3.0"),
        ("bundler", "Bundler version 2.5.6", "2.5.6"),
        ("php", "PHP 8.2.7 (cli) (built: Jun  9 2023)\nZend Engine v4.2.7", "8.2.7"),
        ("php", "PHP 8.1.2-1ubuntu2.14 (cli)", "8.1.2"),
        ("composer", "Composer version 2.7.1 2024-02-09 15:26:28\nPHP version 8.2.7", "2.7.1"),
        ("java", 'openjdk version "17.0.9" 2023-10-17\nOpenJDK Runtime Environment', "17.0.9"),
        ("java", 'openjdk version "21" 2023-09-19', "21"),
        ("java", 'java version "1.8.0_392"', "8.0"),
        ("maven", "Apache Maven 3.9.6 (bc0240f)\nMaven home: /opt/maven-4.0.0", "3.9.6"),
        ("gradle", "\n-----\nGradle 8.5\n-----\nKotlin: 1.9.20", "8.5"),
        ("docker", "Docker version 24.0.7, build afdd53b", "24.0.7"),
        ("kubectl", "Client Version: v1.29.0\nKustomize Version: v5.0.4", "1.29.0"),
        ("helm", "v3.14.0+g3fc9f4b", "3.14.0"),
        ("terraform", "Terraform v1.6.6\non linux_amd64", "1.6.6"),
        ("awscli", "aws-cli/2.15.0 Python/3.11.6 Linux/5.15", "2.15.0"),
        ("poetry", "Poetry (version 1.8.2)", "1.8.2"),
        ("uv", "uv 0.4.18 (7b55e9790 2024-10-01)", "0.4.18"),
        ("elixir", "Erlang/OTP 26 [erts-14.2.1]\n\nElixir 1.16.0 (compiled)", "1.16.0"),
        ("perl", "\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for", "5.36.0"),
        ("git", "git version 2.43.0.windows.1", "2.43.0"),
        ("dotnet", "8.0.100\n", "8.0.100"),
        ("python", "", None),
        ("python", "Python\n", None),
        ("python", "pyenv: python3: command not found\n3.11.4", None),
        ("node", "command not found", None),
        ("node", "\x00\xff" * 1000, None),
        ("node", "x" * 200_000 + " 20.11.0", None),
        ("go", "garbage 1.2.3", None),
    ],
)
def test_the_version_in_an_output(name: str, output: str, version: str | None) -> None:
    program = programslist.find(name)
    assert program is not None
    assert programslist.version_in(program, output) == version


@given(st.sampled_from(PROGRAMS), st.text() | st.text(alphabet="v1.2 -rcab\n", max_size=60))
def test_no_output_is_too_odd(program: programslist.Program, output: str) -> None:
    found = programslist.version_in(program, program.before.replace("\\", "") + output)
    assert found is None or found[0].isdigit()


@pytest.mark.parametrize(
    ("words", "name"),
    [("nodejs", "node"), ("golang", "go"), ("Python", "python"), ("mvn", "maven")],
)
def test_found_by_what_others_call_it(words: str, name: str) -> None:
    found = programslist.find(words)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("words", ["", "sh", "rm", "../python", "/bin/python", "python3 -c x"])
def test_anything_else_is_no_program(words: str) -> None:
    assert programslist.find(words) is None


def test_needs_come_together_under_one_name() -> None:
    needs = [("a", Need("nodejs")), ("b", Need("quux")), ("c", Need("node"))]
    found = programslist.by_program(needs)
    assert {name: [path for path, _ in each] for name, each in found.items()} == {
        "node": ["a", "c"],
        "quux": ["b"],
    }


def test_no_two_programs_answer_to_one_name() -> None:
    names = [name for each in PROGRAMS for name in (each.name, *each.aliases)]
    assert len(names) == len(set(names))
    for each in PROGRAMS:
        assert each.words
        assert all("/" not in name for name in each.executables)
