"""The programs that are looked for, and how each is asked for its version.

Only these are ever started, with these words, whatever a repository names. What each prints is
told by its own documentation; :func:`version_in` finds the version in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from studio_git.core.manifestmodels import Need

_PRE_RELEASE = r"(?:(?:-?(?:rc|alpha|beta|preview)\.?|a|b)[0-9]{1,6})?"
_AFTER_WORDS = re.compile(r"[vV]?([0-9]{1,6}(?:\.[0-9]{1,9}){0,3}" + _PRE_RELEASE + ")")
_ANYWHERE = re.compile(r"(?<![\w.])[vV]?([0-9]{1,6}(?:\.[0-9]{1,9}){1,3}" + _PRE_RELEASE + ")")
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """A known program: its name in ``dependencies``, its executables, the best first.

    ``aliases`` are what version managers call it. ``before`` is a pattern of what stands right
    before the version, where that is not the first one in the output.
    """

    name: str
    executables: tuple[str, ...]
    words: tuple[str, ...] = ("--version",)
    aliases: tuple[str, ...] = ()
    before: str = ""


_PYTHONS = ("python3", "python", *(f"python3.{minor}" for minor in range(20, 7, -1)))

PROGRAMS: tuple[Program, ...] = (
    Program("python", _PYTHONS, before="Python "),
    Program("node", ("node", "nodejs"), aliases=("nodejs",)),
    Program("deno", ("deno",), before="deno "),
    Program("bun", ("bun",)),
    Program("npm", ("npm",)),
    Program("pnpm", ("pnpm",)),
    Program("yarn", ("yarn",)),
    Program("go", ("go",), ("version",), aliases=("golang",), before=" go"),
    Program("rust", ("rustc",), aliases=("rustc",), before="rustc "),
    Program("cargo", ("cargo",), before="cargo "),
    Program("ruby", ("ruby",), before="ruby "),
    Program("bundler", ("bundle",), aliases=("bundle",)),
    Program("php", ("php",), before="PHP "),
    Program("composer", ("composer",), ("--version", "--no-plugins", "--no-interaction"),
            before=r"Composer (?:version )?"),
    Program("java", ("java",), ("-version",), aliases=("openjdk", "jdk"), before='version "'),
    Program("maven", ("mvn",), aliases=("mvn",), before="Apache Maven "),
    Program("gradle", ("gradle",), before="Gradle "),
    Program("kotlin", ("kotlinc",), ("-version",), before=r"kotlinc-jvm "),
    Program("dotnet", ("dotnet",), aliases=("dotnet-core",)),
    Program("elixir", ("elixir",), before="Elixir "),
    Program("perl", ("perl",), before=r"\(v"),
    Program("lua", ("lua",), ("-v",), before="Lua "),
    Program("swift", ("swift",), before="Swift version "),
    Program("zig", ("zig",), ("version",)),
    Program("uv", ("uv",), before="uv "),
    Program("poetry", ("poetry",), before="version "),
    Program("pdm", ("pdm",), before="version "),
    Program("pipx", ("pipx",)),
    Program("pre-commit", ("pre-commit",), before="pre-commit "),
    Program("docker", ("docker",), aliases=("docker-cli",), before="version "),
    Program("kubectl", ("kubectl",), ("version", "--client"), before="Client Version: "),
    Program("helm", ("helm",), ("version", "--short")),
    Program("terraform", ("terraform",), ("version",), before="Terraform "),
    Program("opentofu", ("tofu",), ("version",), aliases=("tofu",), before="OpenTofu "),
    Program("awscli", ("aws",), aliases=("aws-cli",), before="aws-cli/"),
    Program("git", ("git",), before="git version "),
    Program("make", ("make",), before="Make "),
    Program("cmake", ("cmake",), before="cmake version "),
    Program("ninja", ("ninja",)),
    Program("just", ("just",), before="just "),
    Program("shellcheck", ("shellcheck",), before="version: "),
)  # fmt: skip

_BY_NAME = {name: each for each in PROGRAMS for name in (each.name, *each.aliases)}


def find(name: str) -> Program | None:
    """The program that a manifest means by a name; None where we know none."""
    return _BY_NAME.get(name.casefold())


def version_in(program: Program, output: str) -> str | None:
    """The version that a program's output tells; None where there is none to be found."""
    text = output[:_LONGEST]
    words = re.search(program.before, text) if program.before else None
    if program.before and words is None:
        return None
    found = _AFTER_WORDS.match(text, words.end()) if words else _ANYWHERE.search(text)
    if found is None:
        return None
    version = found[1]
    if program.name == "java" and version.startswith("1."):
        return version[2:]  # 1.8.0 is what was later called 8
    return version


def by_program(needs: Iterable[tuple[str, Need]]) -> dict[str, list[tuple[str, Need]]]:
    """Needs with their files, under the one name of each program, in the order of their coming."""
    found: dict[str, list[tuple[str, Need]]] = {}
    for path, need in needs:
        program = find(need.program)
        found.setdefault(program.name if program else need.program, []).append((path, need))
    return found
