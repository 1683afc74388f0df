"""References that lead nowhere, told while they are typed and on their own characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Repo
from drifttools import bound, ok
from hypothesis import given
from hypothesis import strategies as st
from lsp.scripted import Diagnostic, Scripted, editing
from lsprotocol import types

from studio_git.core import references
from studio_lsp import lines
from studio_lsp.subjects.references import look

MISSING = "reference/missing"
HEAD = "# Project\n\n"


def missing(editor: Scripted, uri: str, *names: str) -> list[Diagnostic]:
    """The findings of the subject, once there is one for each name."""

    def of_ours(found: list[Diagnostic]) -> list[Diagnostic]:
        return [it for it in found if it["code"] == MISSING]

    found = editor.told(
        uri, lambda all_: [it["message"].split()[-1] for it in of_ours(all_)] == list(names)
    )
    return of_ours(found)


def skill(repo: Repo, name: str) -> None:
    file = Path(repo.path.parent, f"{name}.md")
    file.write_text(f"# {name}\n\n## Description\nWhat it is for.\n")
    ok(repo, "registry", "add", "skill", str(file))


def test_what_is_missing_is_told_and_what_is_there_is_not(repo: Repo) -> None:
    repo.write("docs/rules.md", "# Rules\n")
    text = (
        f"{HEAD}🚀 @docs/rules.md and @docs/gone.md\n[a](docs/rules.md) [b](docs/lost.md)\n"
        "@skill:python-api-skill\ndecision:abcdef12\n"
    )
    bound(repo, text)
    skill(repo, "python-api-skill")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        gone, lost, decision = missing(editor, uri, "docs/gone.md", "docs/lost.md", "abcdef12")
        begin = text.splitlines()[2].index("@docs/gone.md")
        assert gone["range"] == {
            "start": {"line": 2, "character": begin},
            "end": {"line": 2, "character": begin + len("@docs/gone.md")},
        }
        assert lost["range"]["start"] == {"line": 3, "character": len("[a](docs/rules.md) [b](")}
        assert decision["range"]["start"]["line"] == 5
        editor.type(uri, text.replace("python-api-skill", "no-such-skill"))
        missing(editor, uri, "docs/gone.md", "docs/lost.md", "no-such-skill", "abcdef12")
        skill(repo, "no-such-skill")
        missing(editor, uri, "docs/gone.md", "docs/lost.md", "abcdef12")


def test_a_decision_by_the_beginning_of_its_id(repo: Repo) -> None:
    bound(repo)
    made = repo.studio("decision", "add", "Keep limits in one table", "--json").json
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.type(uri, f"{HEAD}As decision:{made['id'][:8]} and decision:00000000 say.\n")
        missing(editor, uri, "00000000")


def test_other_files_and_unbound_clones_are_left_alone(repo: Repo) -> None:
    bound(repo)
    other = Repo(repo.path.parent / "other")
    other.path.mkdir()
    other.git("init", "-q")
    other.write("CLAUDE.md", "@docs/gone.md\n")
    repo.write("notes.md", "@docs/gone.md and @skill:none\n")
    with editing(repo.path, other.path) as editor:
        notes = editor.open(repo.path / "notes.md")
        unbound = editor.open(other.path / "CLAUDE.md")
        for uri in (notes, unbound):
            editor.told(uri, lambda found: MISSING not in [it["code"] for it in found])


def test_what_a_sparse_checkout_left_out_is_there(repo: Repo) -> None:
    repo.write("docs/rules.md", "# Rules\n")
    bound(repo, f"{HEAD}@docs/rules.md\n")
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/docs/")
    assert not (repo.path / "docs").exists()
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.type(uri, f"{HEAD}@docs/rules.md\n@docs/gone.md\n")
        missing(editor, uri, "docs/gone.md")


def test_severity_is_a_setting(repo: Repo) -> None:
    bound(repo)
    options = {"references": {"severity": "error"}}
    with editing(repo.path, initializationOptions=options) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        editor.type(uri, f"{HEAD}@docs/gone.md\n")
        (found,) = missing(editor, uri, "docs/gone.md")
        assert found["severity"] == 1


BEFORE = "# T\n\nSee @docs/a.md.\n\n```\n@docs/code.md\n```\n\nEnd with [b](b.md).\nLast.\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, "One more line of prose.\n\n"),
        (3, "a - b -- c\nd\n"),
        (9, "Last, and longer.\n"),
        (0, "# Another title\n"),
        (8, ""),
        (4, ""),
        (2, "See @docs/z.md.\n"),
        (0, "---\n"),
        (3, "~~~\n"),
        (3, "<!-- a\n"),
        (9, "decision:abcdef12"),
    ],
)
def test_a_look_after_a_change_finds_what_a_first_look_does(line: int, text: str) -> None:
    before = lines.split(BEFORE)
    span = types.Range(types.Position(line, 0), types.Position(line + 1, 0))
    change = types.TextDocumentContentChangePartial(range=span, text=text)
    after = lines.apply_changes(before, [change], "utf-32")
    expected = references.find("".join(after))
    assert tuple(look(after, look(before, None)).references()) == expected
    assert tuple(look(after, None).references()) == expected


SIGNS = ["@docs/a.md", "[b](b.md)", "[c]: c.md", "---", "...", "```", "~~~", "<!--", "-->", "    "]


@given(
    st.lists(
        st.lists(st.sampled_from([*SIGNS, " ", "x", "`", "- ", "> "]), max_size=3).map("".join),
        max_size=12,
    ),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([*SIGNS, "", "x"])), max_size=4),
)
def test_whatever_is_typed_a_look_is_the_same(
    begun: list[str], typed: list[tuple[int, str]]
) -> None:
    looked = None
    text = list(begun)
    for line, words in [(0, ""), *typed]:
        text[line : line + 1] = [words] if words else []
        whole = "\n".join(text)
        looked = look(lines.split(whole), looked)
        assert tuple(looked.references()) == references.find(whole)


def test_a_file_that_comes_to_be_is_noticed(repo: Repo) -> None:
    bound(repo, f"{HEAD}@docs/later.md\n")
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / "CLAUDE.md")
        missing(editor, uri, "docs/later.md")
        repo.write("docs/later.md", "# Later\n")
        missing(editor, uri)
