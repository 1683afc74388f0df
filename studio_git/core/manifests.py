"""Which files of a repository say what it is made of, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from studio_git.core import (
    manifestscontainers,
    manifestsjvm,
    manifestsnative,
    manifestspins,
    manifestspython,
    manifestsweb,
)
from studio_git.core.manifestmodels import Declared, Ecosystem, ManifestError, Need, Package

MOST_FILES = 200
"""How many files of one repository are read; those nearest to its top come first."""

LONGEST = 512 * 1024
"""Characters of a file that is read."""

Reader = Callable[[str], Declared]
_NOTHING = Declared()


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of one form: a pattern of names, and how they are read.

    In a pattern ``*`` stands for any characters but ``/``. It is looked for in every folder
    unless it begins with ``/``. A file without a reader says all by being there.
    """

    pattern: str
    reader: Reader | None = None
    declared: Declared = _NOTHING

    @property
    def pathspec(self) -> str:
        """The pattern as git takes it."""
        return f":(top,glob){self.pattern[1:] if self.is_rooted else f'**/{self.pattern}'}"

    @property
    def is_rooted(self) -> bool:
        """Whether it is looked for at one place alone."""
        return self.pattern.startswith("/")

    def matches(self, path: str) -> bool:
        """Whether a path from the top of the repository is of this kind."""
        pattern = self.pattern[1:] if self.is_rooted else self.pattern
        parts, wanted = path.split("/"), pattern.split("/")
        if len(parts) < len(wanted) or (self.is_rooted and len(parts) != len(wanted)):
            return False
        return all(map(fnmatchcase, parts[-len(wanted) :], wanted))


def _there(*programs: str, technology: str = "") -> Declared:
    """What a file declares by being there: programs that it needs, a technology."""
    known = (Package(Ecosystem.FILE, technology),) if technology else ()
    return Declared(known, tuple(Need(program) for program in programs))


_PINS = {
    ".python-version": "python",
    ".nvmrc": "node",
    ".node-version": "node",
    ".ruby-version": "ruby",
    ".go-version": "go",
    ".java-version": "java",
    ".php-version": "php",
    ".terraform-version": "terraform",
}
_MISE = ("mise.toml", ".mise.toml", "/.config/mise.toml", "/mise/config.toml")

KINDS: tuple[Kind, ...] = (
    Kind("pyproject.toml", manifestspython.pyproject),
    Kind("package.json", manifestsweb.package_json),
    Kind("go.mod", manifestsnative.go_mod),
    Kind("Cargo.toml", manifestsnative.cargo_toml),
    Kind("Gemfile", manifestsnative.gemfile),
    Kind("composer.json", manifestsweb.composer_json),
    Kind("pom.xml", manifestsjvm.pom),
    Kind("build.gradle", manifestsjvm.gradle),
    Kind("build.gradle.kts", manifestsjvm.gradle),
    Kind("gradle/libs.versions.toml", manifestsjvm.version_catalog),
    Kind("requirements*.txt", manifestspython.requirements),
    Kind("requirements/*.txt", manifestspython.requirements),
    *(Kind(name, manifestspins.one_version(program)) for name, program in _PINS.items()),
    Kind(".tool-versions", manifestspins.tool_versions),
    *(Kind(name, manifestspins.mise_toml) for name in _MISE),
    Kind("rust-toolchain.toml", manifestspins.rust_toolchain),
    Kind("rust-toolchain", manifestspins.rust_toolchain),
    Kind("Gemfile.lock", manifestsnative.gemfile_lock),
    *(
        Kind(pattern, manifestscontainers.compose)
        for pattern in ("compose*.yml", "compose*.yaml", "docker-compose*.yml",
                        "docker-compose*.yaml")
    ),
    *(
        Kind(pattern, manifestscontainers.dockerfile)
        for pattern in ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile",
                        "Containerfile")
    ),
    Kind("/.github/workflows/*.yml", manifestscontainers.workflow),
    Kind("/.github/workflows/*.yaml", manifestscontainers.workflow),
    Kind("uv.lock", declared=_there("uv")),
    Kind("poetry.lock", declared=_there("poetry")),
    Kind("pdm.lock", declared=_there("pdm")),
    Kind("package-lock.json", declared=_there("npm")),
    Kind("pnpm-lock.yaml", declared=_there("pnpm")),
    Kind("yarn.lock", declared=_there("yarn")),
    Kind("bun.lock", declared=_there("bun")),
    Kind("mvnw", declared=Declared(brings=("maven",))),
    Kind("gradlew", declared=Declared(brings=("gradle",))),
    Kind("tsconfig.json", declared=_there(technology="typescript")),
    Kind("Chart.yaml", declared=_there(technology="helm")),
    Kind("vercel.json", declared=_there(technology="vercel")),
    Kind("netlify.toml", declared=_there(technology="netlify")),
    Kind("fly.toml", declared=_there(technology="fly")),
    Kind("wrangler.toml", declared=_there(technology="wrangler")),
)  # fmt: skip

_NOT_OURS = frozenset(
    (
        "node_modules", "bower_components", "vendor", "third_party", "third-party", "site-packages",
        ".venv", "venv", "testdata", "test-data", "fixtures", "__fixtures__", "examples", "example",
        "samples",
    )
)  # fmt: skip
"""Folders whose manifests speak of something else: what is taken along, and what is only shown."""


def pathspecs() -> list[str]:
    """What to ask git for: every path that :func:`chosen` may take."""
    return [kind.pathspec for kind in KINDS]


def chosen(paths: Iterable[str]) -> list[str]:
    """Those of the paths that are read, the nearest to the top first, and all that there are.

    Manifests below folders such as ``node_modules`` and ``examples`` are left out.
    """
    ranked = []
    for path in dict.fromkeys(paths):
        folders = path.split("/")[:-1]
        rank = next((at for at, kind in enumerate(KINDS) if kind.matches(path)), None)
        if rank is not None and _NOT_OURS.isdisjoint(folders):
            depth = 0 if KINDS[rank].is_rooted else len(folders)
            ranked.append((depth, rank, path))
    return [path for _, _, path in sorted(ranked)]


def needs_text(path: str) -> bool:
    """Whether a file has to be read; the others say all by being there."""
    return _kind(path).reader is not None


def read(path: str, text: str) -> Declared:
    """What a file declares. Raises ManifestError where it is not what its name says."""
    kind = _kind(path)
    if kind.reader is None:
        return kind.declared
    if len(text) > LONGEST:
        raise ManifestError(f"longer than {LONGEST:,} characters")
    return kind.reader(text.removeprefix("\ufeff"))


def needs(files: Sequence[tuple[str, Declared]]) -> list[tuple[str, Need]]:
    """The programs that files need, each with its file, but for what the repository brings."""
    brought = {program for _, each in files for program in each.brings}
    return [
        (path, need) for path, each in files for need in each.needs if need.program not in brought
    ]


def _kind(path: str) -> Kind:
    return next(kind for kind in KINDS if kind.matches(path))
