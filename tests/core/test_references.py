"""What a context file refers to; above all, what it does not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core.references import Kind, Reference, find, paths_of

NO_REFERENCE = [
    "mail ada@example.org or ada@docs/x.md",
    "npm i @types/node @angular/core @scope/pkg@1.2.3",
    "extends @tsconfig/node20/tsconfig.json",
    "import { x } from '@/components/x'",
    "@app.route('/x.md') and @pytest.fixture, @Override, @media screen",
    "@param path the path, @returns {string} @see other",
    "thanks @ada, @bob-builder and @org/team!",
    "`@docs/x.md` and ``a ` @docs/x.md`` and `[x](y.md)` and `@skill:x`",
    "see https://unpkg.com/@scope/x.md and git@github.com:org/x.md",
    "@~/.claude/mine.md is personal",
    "a \\@docs/x.md",
    "```\n@docs/x.md\n[a](b.md)\n```",
    "- item\n  ```md\n  @docs/x.md\n  ```\n",
    "> ~~~\n> @docs/x.md\n> ~~~\n",
    "text\n\n    @docs/x.md in indented code\n",
    "```\nnever closed\n@docs/x.md",
    "<!-- @docs/x.md\n[a](b.md) -->",
    "---\nauthor: @docs/x.md\n---\n# T",
    "[a](https://x.org/y.md) [b](mailto:a@b.c) [c](#here) [d](//x.org/y.md) <https://x.md>",
    "[^1]: a note.md",
    "an array[0](x) and f(x)[1]",
    "decision: abcdef12 is prose, mydecision:abcdef12, decision:xyz, decision:12",
    "undecision:abcdef and x@skill:y and the skill:x",
]

NOT_CERTAIN = [
    "@README.md.bak/x @src/app.ts @docs/README",
    "@/etc/rules.md",
    "@path/to/import.md @docs/*.md @docs/{name}.md @<dir>/x.md @docs/$X.md @your-file.md",
    "[x](url.com) [x](path) [x](docs/intro) [x](../../issues) [x](www.example.org/a.md)",
    "[x](example.com/a.md) [x](page.html) [x](<a {b}.md>) [x](path/to/x.md) [x](...)",
    "[x](docs/) [x](your-app/README.md)",
]


def certain(text: str) -> list[tuple[Kind, str]]:
    return [(it.kind, it.target) for it in find(text) if it.certain]


@pytest.mark.parametrize("text", NO_REFERENCE)
def test_what_is_no_reference(text: str) -> None:
    assert certain(text) == []
    assert [it for it in find(text) if it.kind is not Kind.FILE] == []


@pytest.mark.parametrize("text", NOT_CERTAIN)
def test_what_may_be_one(text: str) -> None:
    assert certain(text) == []


@pytest.mark.parametrize(
    ("text", "target", "imported"),
    [
        ("@docs/style.md", "docs/style.md", True),
        ("- See @docs/style.md.", "docs/style.md", True),
        ("(@AGENTS.md)", "AGENTS.md", True),
        ("**@AGENTS.md**, too", "AGENTS.md", True),
        ("@./x.ts @../y.py:10-20", "./x.ts", True),
        ("@docs/style.md#naming", "docs/style.md", True),
        ("1. @a.mdc", "a.mdc", True),
        ("      - @docs/deep.md", "docs/deep.md", True),
        ("[s](docs/style.md)", "docs/style.md", False),
        ("![p](./a.png)", "./a.png", False),
        ('[s](docs/style.md#x "Title")', "docs/style.md", False),
        ("[s](<docs/a b.md>)", "docs/a b.md", False),
        ("[s](docs/a%20b.md)", "docs/a b.md", False),
        ("[s](docs/a_(1).md)", "docs/a_(1).md", False),
        ("[s](/README.md)", "/README.md", False),
        ("[s](.github/x.yml)", ".github/x.yml", False),
        ("[s]: docs/style.md", "docs/style.md", False),
        ('[s]: docs/style.md "Title"', "docs/style.md", False),
    ],
)
def test_files(text: str, target: str, imported: bool) -> None:
    found = find(text)[0]
    assert (found.kind, found.target, found.imported) == (Kind.FILE, target, imported)
    assert found.certain


def test_skills_and_decisions() -> None:
    text = "Use @skill:python-api-skill. See decision:3dcd066a, decision:3dcd066a-12ab."
    assert certain(text) == [
        (Kind.SKILL, "python-api-skill"),
        (Kind.DECISION, "3dcd066a"),
        (Kind.DECISION, "3dcd066a-12ab"),
    ]


def test_places() -> None:
    text = "\ufeff# T\r\n\r\n𝒳 [a](b.md) @c.md\r`x` @skill:s, decision:abcdef12"
    assert find(text) == (
        Reference(2, 6, 4, Kind.FILE, "b.md"),
        Reference(2, 12, 5, Kind.FILE, "c.md", imported=True),
        Reference(3, 4, 8, Kind.SKILL, "s"),
        Reference(3, 14, 17, Kind.DECISION, "abcdef12"),
    )


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("CLAUDE.md", "@docs/x.md", ("docs/x.md",)),
        ("api/CLAUDE.md", "@docs/x.md", ("api/docs/x.md", "docs/x.md")),
        ("api/CLAUDE.md", "@../x.md", ("x.md",)),
        ("api/CLAUDE.md", "[x](y.md)", ("api/y.md",)),
        ("api/CLAUDE.md", "[x](/y.md)", ("y.md",)),
        ("CLAUDE.md", "[x](../y.md)", ()),
        ("CLAUDE.md", "@/etc/x.md", ()),
        ("CLAUDE.md", "[x](docs/)", ("docs",)),
    ],
)
def test_which_paths_are_meant(path: str, text: str, expected: tuple[str, ...]) -> None:
    (found,) = find(text)
    assert paths_of(found, path) == expected


@given(st.text(st.sampled_from("@[]()`~<!->:/.#-* \n\r\tabmd\\skil0dec%—"), max_size=200))
def test_any_text_has_its_references_in_place(text: str) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    for found in find(text):
        written = lines[found.line][found.column : found.column + found.length]
        assert len(written) == found.length
        assert written.startswith("@") == (found.imported or found.kind is Kind.SKILL)
        paths_of(found, "docs/x.md")


@pytest.mark.parametrize(
    "text",
    [
        " " * 100_000,
        "> " * 50_000,
        "`" * 5_000 + "a`" * 2_000,
        "](" * 50_000,
        "<!--" * 50_000,
        "[" * 50_000 + "]:",
        "@" * 100_000,
        "@a" * 50_000,
        "x](a(b)" * 1_000,
        "`" * 9_000,
        "a`" * 4_000,
        "> - " * 2_000 + "```",
        "decision:" + "abcdef-" * 10_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_lines_do_not_stop_it(text: str) -> None:
    """They end; a regular expression that runs away would not."""
    find(text + "\n@x.md](")
