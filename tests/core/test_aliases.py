from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.aliases import (
    COPIES_DIFFER,
    PRIMARY_MISSING,
    Candidate,
    Group,
    RepoSide,
    group,
    pointer_target,
    repo_side,
    resolve_relative,
    stub_target,
    target_of,
)
from studio_git.core.models import Alias, AliasType, Side, Unreadable
from studio_git.core.text import BOM, content_hash

LINK, POINTER, COPY = AliasType.LINK, AliasType.POINTER, AliasType.COPY


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"@AGENTS.md", "AGENTS.md"),
        (b"\r\n  @AGENTS.md \r\n\n", "AGENTS.md"),
        (BOM + b"@docs/AGENTS.md\n", "docs/AGENTS.md"),
        (b"@../AGENTS.md", "../AGENTS.md"),
        (b"", None),
        (b"@", None),
        (b"AGENTS.md", None),
        (b"@AGENTS.md and more", None),
        (b"@AGENTS.md\n@CLAUDE.md\n", None),
        (b"# Title\n@AGENTS.md\n", None),
        (b"@A\0B", None),
        (b"@\xff", None),
        (b"@" + b"a" * 5000, None),
    ],
)
def test_pointer_target(data: bytes, target: str | None) -> None:
    assert pointer_target(data) == target


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"AGENTS.md", "AGENTS.md"),
        (b"../AGENTS.md\n", "../AGENTS.md"),
        (b"docs/my agents.md\r\n", "docs/my agents.md"),
        (b"", None),
        (b"\n", None),
        (b"@AGENTS.md", None),
        (b" AGENTS.md", None),
        (b"AGENTS.md\n\n", None),
        (b"AGENTS.md\nmore\n", None),
        (b"\xff", None),
    ],
)
def test_stub_target(data: bytes, target: str | None) -> None:
    assert stub_target(data) == target


@pytest.mark.parametrize(
    ("path", "target", "resolved"),
    [
        ("CLAUDE.md", "AGENTS.md", "AGENTS.md"),
        ("CLAUDE.md", "./AGENTS.md", "AGENTS.md"),
        (".claude/CLAUDE.md", "../AGENTS.md", "AGENTS.md"),
        ("a/b/c.md", "../x/./y//z.md", "a/x/y/z.md"),
        ("a/b.md", "../..", None),
        ("a/b.md", "../../AGENTS.md", None),
        ("CLAUDE.md", "..", None),
        ("CLAUDE.md", "..md", "..md"),
        ("CLAUDE.md", ".", None),
        ("CLAUDE.md", "", None),
        ("CLAUDE.md", "/etc/passwd", None),
        ("CLAUDE.md", "~/AGENTS.md", None),
        ("CLAUDE.md", "..\\AGENTS.md", None),
        ("CLAUDE.md", "a\0b", None),
    ],
)
def test_resolve_relative(path: str, target: str, resolved: str | None) -> None:
    assert resolve_relative(path, target) == resolved


@given(st.text("ab./~\\", max_size=12), st.text("ab./~\\", max_size=12))
def test_nothing_resolves_to_outside_of_the_repository(folder: str, target: str) -> None:
    resolved = resolve_relative(f"{folder.strip('/.')}/f" if folder.strip("/.") else "f", target)
    if resolved is not None:
        assert not resolved.startswith("/")
        assert not {"", ".", ".."} & set(resolved.split("/"))


def test_target_of() -> None:
    assert target_of(".claude/CLAUDE.md", Candidate(link="../AGENTS.md")) == ("AGENTS.md", LINK)
    assert target_of("CLAUDE.md", Candidate(b"@x/A.md")) == ("x/A.md", POINTER)
    assert target_of("CLAUDE.md", Candidate(b"x/A.md")) == ("x/A.md", LINK)
    assert target_of("CLAUDE.md", Candidate(b"@CLAUDE.md")) is None
    assert target_of("CLAUDE.md", Candidate(link="/etc/passwd")) is None
    assert target_of("CLAUDE.md", Candidate(b"# Title\n\nText\n")) is None
    assert target_of("CLAUDE.md", Candidate(Unreadable("binary"))) is None


TEXT, OTHER = Candidate(b"# How we work\n"), Candidate(b"# Other\n")


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        ({}, []),
        ({"AGENTS.md": TEXT}, [Group("AGENTS.md")]),
        (
            {"CLAUDE.md": OTHER, "AGENTS.md": TEXT},
            [Group("CLAUDE.md"), Group("AGENTS.md")],
        ),
        (
            {
                "AGENTS.md": TEXT,
                "CLAUDE.md": Candidate(link="AGENTS.md"),
                "GEMINI.md": Candidate(b"@AGENTS.md\n"),
                "QWEN.md": Candidate(b"AGENTS.md"),
            },
            [
                Group(
                    "AGENTS.md",
                    (Alias("CLAUDE.md", LINK), Alias("GEMINI.md", POINTER), Alias("QWEN.md", LINK)),
                )
            ],
        ),
        # The real file is the primary, whatever its name.
        (
            {"AGENTS.md": Candidate(link=".rules"), ".rules": TEXT},
            [Group(".rules", (Alias("AGENTS.md", LINK),))],
        ),
        # Chains end at the real file.
        (
            {
                "A.md": Candidate(b"@B.md"),
                "B.md": Candidate(link="C.md"),
                "C.md": TEXT,
            },
            [Group("C.md", (Alias("A.md", POINTER), Alias("B.md", LINK)))],
        ),
        # Rings, dangling links and pointers to files that are not context files stand alone.
        (
            {
                "A.md": Candidate(b"@B.md"),
                "B.md": Candidate(b"@A.md"),
                "C.md": Candidate(b"@./A.md"),
            },
            [Group("A.md"), Group("B.md"), Group("C.md")],
        ),
        (
            {"A.md": Candidate(link="gone.md"), "B.md": Candidate(b"@../x"), "C.md": TEXT},
            [Group("A.md"), Group("B.md"), Group("C.md")],
        ),
        # Identical copies: AGENTS.md, else CLAUDE.md, else the catalogue's order; top before below.
        (
            {"GEMINI.md": TEXT, "CLAUDE.md": Candidate(b"\xef\xbb\xbf# How we work\r\n")},
            [Group("CLAUDE.md", (Alias("GEMINI.md", COPY),))],
        ),
        (
            {"CLAUDE.md": TEXT, "AGENTS.md": TEXT, "x/AGENTS.md": TEXT},
            [Group("AGENTS.md", (Alias("CLAUDE.md", COPY), Alias("x/AGENTS.md", COPY)))],
        ),
        (
            {"QWEN.md": TEXT, "other.md": TEXT, ".cursorrules": TEXT},
            [Group(".cursorrules", (Alias("QWEN.md", COPY), Alias("other.md", COPY)))],
        ),
        # What stands for a copy stands for the primary.
        (
            {"GEMINI.md": Candidate(link="CLAUDE.md"), "CLAUDE.md": TEXT, "AGENTS.md": TEXT},
            [Group("AGENTS.md", (Alias("CLAUDE.md", COPY), Alias("GEMINI.md", LINK)))],
        ),
        # Of a rule file the body is compared.
        (
            {
                "AGENTS.md": TEXT,
                ".cursor/rules/a.mdc": Candidate(b"---\nalwaysApply: true\n---\n# How we work\n"),
            },
            [Group("AGENTS.md", (Alias(".cursor/rules/a.mdc", COPY),))],
        ),
        # Empty files, unreadable ones and private ones are no copies of others.
        (
            {"AGENTS.md": Candidate(b"\n"), "CLAUDE.md": Candidate(b"")},
            [Group("AGENTS.md"), Group("CLAUDE.md")],
        ),
        (
            {"A.md": Candidate(Unreadable("binary")), "B.md": Candidate(Unreadable("binary"))},
            [Group("A.md"), Group("B.md")],
        ),
        (
            {"CLAUDE.local.md": TEXT, "GEMINI.md": TEXT},
            [Group("CLAUDE.local.md"), Group("GEMINI.md")],
        ),
    ],
)
def test_group(files: dict[str, Candidate], groups: list[Group]) -> None:
    assert group(files) == groups


BASE, NEW, NEWER, OLDER = b"base\n", b"new\n", b"newer\n", b"older\n"
BAD = Unreadable("binary (NUL at byte 0)")
OLD_HASHES = {content_hash(OLDER)}


@pytest.mark.parametrize(
    ("primary", "copies", "base", "expected"),
    [
        (BASE, {}, None, RepoSide(BASE, "P")),
        (None, {}, BASE, RepoSide(None, "P")),
        (BASE, {"A": BASE}, BASE, RepoSide(BASE, "P")),
        (BASE, {"A": b"base"}, None, RepoSide(BASE, "P")),
        # Only one was edited, or several alike.
        (NEW, {"A": BASE}, BASE, RepoSide(NEW, "P", "", ("P",))),
        (BASE, {"A": BASE, "B": NEW}, BASE, RepoSide(NEW, "B", "", ("B",))),
        (BASE, {"A": NEW, "B": NEW}, BASE, RepoSide(NEW, "A", "", ("A", "B"))),
        (NEW, {"A": NEW}, BASE, RepoSide(NEW, "P", "", ("P", "A"))),
        # Edited differently; or different, and nothing says which was edited.
        (NEW, {"A": NEWER}, BASE, RepoSide(NEW, "P", COPIES_DIFFER, ("P", "A"))),
        (BASE, {"A": NEW, "B": NEWER}, BASE, RepoSide(BASE, "P", COPIES_DIFFER, ("A", "B"))),
        (BASE, {"A": NEW, "B": BASE}, None, RepoSide(BASE, "P", COPIES_DIFFER, ("A",))),
        # An absent copy is no edit; an absent primary is carried on by a copy.
        (BASE, {"A": None}, BASE, RepoSide(BASE, "P")),
        (None, {"A": None}, BASE, RepoSide(None, "P")),
        (None, {"A": BASE}, BASE, RepoSide(BASE, "A", PRIMARY_MISSING)),
        (None, {"A": BASE, "B": NEW}, BASE, RepoSide(NEW, "B", PRIMARY_MISSING, ("B",))),
        (None, {"A": BASE, "B": NEW}, None, RepoSide(BASE, "A", COPIES_DIFFER, ("B",))),
        # What cannot be read is said before all else.
        (BAD, {"A": BASE}, BASE, RepoSide(BAD, "P")),
        (BASE, {"A": BASE, "B": BAD}, BASE, RepoSide(BAD, "B")),
        # A copy with an older text is behind; where the primary has it too, it is a revert.
        (BASE, {"A": OLDER}, BASE, RepoSide(BASE, "P", "", (), ("A",))),
        (NEW, {"A": OLDER, "B": BASE}, BASE, RepoSide(NEW, "P", "", ("P",), ("A",))),
        (OLDER, {"A": BASE}, BASE, RepoSide(OLDER, "P", "", ("P",))),
        (OLDER, {"A": OLDER}, BASE, RepoSide(OLDER, "P", "", ("P", "A"))),
    ],
)
def test_repo_side(
    primary: Side, copies: dict[str, Side], base: bytes | None, expected: RepoSide
) -> None:
    assert repo_side("P", primary, copies, base, OLD_HASHES) == expected
