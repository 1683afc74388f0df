from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.names import (
    canonical_name,
    case_clash,
    check_canonical_name,
    check_repo_path,
    printable,
)
from studio_git.errors import UsageError


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("CLAUDE.md", "claude.md"),
        (".claude/CLAUDE.md", ".claude/claude.md"),
        ("packages/API/AGENTS.md", "packages/api/agents.md"),
    ],
)
def test_a_canonical_name_is_the_path_in_lower_case(path: str, name: str) -> None:
    assert canonical_name(path) == name


GOOD = [
    "claude.md",
    "CLAUDE.md",
    ".github/copilot-instructions.md",
    ".gitlab/duo/chat-rules.md",
    ".gitignore",
    "packages/api/agents.md",
    "docs/Läs mig.md",
    "规则.md",
    "a..b/..c",
    "100%.md",
    "console.md",
    "com10.md",
    "nul-values.md",
    "x" * 255,
    "git/~x",
]

BAD = [
    ("", "is empty"),
    ("/etc/passwd", "is absolute"),
    ("C:/x", "is absolute"),
    ("c:x", "is absolute"),
    ("../x", "has a part '..'"),
    ("a/../../x", "has a part '..'"),
    ("a/..", "has a part '..'"),
    ("./a", "has a part '.'"),
    (".", "has a part '.'"),
    ("a//b", "has an empty part"),
    ("a/", "has an empty part"),
    ("a\\b", "has a backslash"),
    ("..\\x", "has a backslash"),
    ("a\0b", "has a control character"),
    ("a\nb", "has a control character"),
    ("a\x1b[31m", "has a control character"),
    ("a\x85b", "has a control character"),
    ("%2e%2e/x", "has a percent escape"),
    ("a%2Fb", "has a percent escape"),
    ("%252e", "has a percent escape"),
    ("x" * 256, "has a part of over 255 bytes"),
    ("é" * 128, "has a part of over 255 bytes"),
    ("a/" * 2048 + "b", "is longer than 4096 bytes"),
    ("con", "has a part that Windows reserves for a device"),
    ("docs/Aux.md", "has a part that Windows reserves for a device"),
    ("lpt1.tar.gz", "has a part that Windows reserves for a device"),
    ("COM¹", "has a part that Windows reserves for a device"),
    ("nul .md", "has a part that Windows reserves for a device"),
    ("a./b", "has a part that ends in a dot or a space"),
    ("a /b", "has a part that ends in a dot or a space"),
    ("...", "has a part that ends in a dot or a space"),
    (".git", "goes into git's own folder"),
    ("a/.GIT/config", "goes into git's own folder"),
    (".git./config", "goes into git's own folder"),
    (".git ./config", "goes into git's own folder"),
    ("GIT~1/config", "goes into git's own folder"),
    (".git::$INDEX_ALLOCATION/x", "goes into git's own folder"),
    (".g\u200cit/config", "goes into git's own folder"),
    ("a\udcffb", "is not valid UTF-8"),
]


@pytest.mark.parametrize("name", GOOD)
def test_good_names_pass(name: str) -> None:
    check_canonical_name(name)
    check_repo_path(name)


@pytest.mark.parametrize(("name", "problem"), BAD)
def test_bad_names_are_refused_with_a_way_out(name: str, problem: str) -> None:
    for noun, check in (("name", check_canonical_name), ("path", check_repo_path)):
        with pytest.raises(UsageError) as caught:
            check(name)
        assert caught.value.message.startswith(f"The {noun} '")
        assert caught.value.message.endswith(f"' {problem}.")
        assert caught.value.message == printable(caught.value.message)
        assert caught.value.hint


@given(st.text())
def test_what_passes_is_safe(text: str) -> None:
    try:
        check_repo_path(text)
    except UsageError:
        return
    assert not {"", ".", "..", ".git"} & {part.lower() for part in text.split("/")}
    assert "\0" not in text


@given(st.text())
def test_what_was_made_printable_stays(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    ("names", "clashes"),
    [
        ([], ()),
        (["a.md", "b.md"], ()),
        (["a.md", "a.md"], ()),
        (["a.md", "A.md", "b.md"], (("A.md", "a.md"),)),
        (["X/a", "x/A", "y", "Y"], (("X/a", "x/A"), ("Y", "y"))),
        (["caf\u00e9", "cafe\u0301"], (("cafe\u0301", "caf\u00e9"),)),
        (["straße", "STRASSE"], (("STRASSE", "straße"),)),
    ],
)
def test_case_clash(names: list[str], clashes: tuple[tuple[str, ...], ...]) -> None:
    assert case_clash(names) == clashes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ASCII \\x1b", "plain ASCII \\x1b"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("a\r\nb\tc\0\x7f", r"a\x0d\x0ab\x09c\x00\x7f"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("a\u200fb\u061c", r"a\u200fb\u061c"),
        ("a\u2028b", r"a\u2028b"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("你好 مرحبا 🏳️\u200d🌈 e\u0301", "你好 مرحبا 🏳️\u200d🌈 e\u0301"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_newline_and_tab_stay_in_a_text_of_several_lines() -> None:
    assert printable("a\n\tb\r\n\x1b", multiline=True) == "a\n\tb\\x0d\n\\x1b"
