"""The names of decision records, what they link to, and new ones."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio_git.core import adrfolder
from studio_git.core.adredit import Reference
from studio_git.core.adrfile import Link, parse
from studio_git.core.adrfolder import Format
from studio_git.core.prose import many_lines, one_line


@pytest.mark.parametrize(
    ("name", "number", "may_be"),
    [
        ("0001-use-x.md", 1, True),
        ("12_use_x.markdown", 12, True),
        ("ADR-007.md", 7, True),
        ("adr-0010-x.MD", 10, True),
        ("2024-05-01-use-x.md", None, True),
        ("use-x.md", None, True),
        ("README.md", None, False),
        ("adr-template.md", None, False),
        ("0000-template.md", 0, False),
        ("index.md", None, False),
        (".hidden.md", None, False),
        ("0001-x.txt", 1, False),
        (".md", None, False),
    ],
)
def test_names(name: str, number: int | None, may_be: bool) -> None:
    assert (adrfolder.number_of(name), adrfolder.may_be_record(name)) == (number, may_be)


def test_what_is_a_record() -> None:
    said = parse("# T\n\nStatus: accepted\n")
    notes = parse("# Notes\n")
    assert adrfolder.is_record("use-x.md", said)
    assert adrfolder.is_record("0001-x.md", notes)
    assert not adrfolder.is_record("notes.md", notes)
    assert not adrfolder.is_record("0001-x.md", parse("no title"))


@pytest.mark.parametrize(
    ("title", "names", "name"),
    [
        ("Use X", [], "0001-use-x.md"),
        ("Use X", ["0009-a.md", "README.md"], "0010-use-x.md"),
        ("Use X", ["001-a.md", "007-b.md"], "008-use-x.md"),
        ("Use X", ["adr-0003-a.md"], "0004-use-x.md"),
        ("日本語 を使う", [], "0001-日本語-を使う.md"),
        ("…", [], "0001-decision.md"),
        ("a" * 300, [], f"0001-{'a' * 50}.md"),
        ("word " * 60, [], f"0001-{'-'.join(['word'] * 10)}.md"),
    ],
)
def test_new_names(title: str, names: list[str], name: str) -> None:
    assert adrfolder.new_name(title, names) == name


def test_links() -> None:
    names = {
        "0001-a.md": parse("# Use A\n"), "0002-b.md": parse("# Use B\n"),
        "0012-c.md": parse("# 12. Twelve\n"),
    }  # fmt: skip
    for link, found in (
        (Link("x", "0002-b.md"), "0002-b.md"),
        (Link("x", "./0002-b.md#top"), "0002-b.md"),
        (Link("x", "https://example.org/docs/adr/0001-a.md"), "0001-a.md"),
        (Link("ADR-0001"), "0001-a.md"),
        (Link("12. Twelve", "gone.md"), "0012-c.md"),
        (Link("use b"), "0002-b.md"),
        (Link("ADR-0099"), None),
        (Link(""), None),
    ):
        assert adrfolder.file_of(link, names) == found, link


def test_the_form_is_that_of_most() -> None:
    nygard, madr = parse("# 1. T\n"), parse("---\nstatus: x\n---\n# T\n")
    assert adrfolder.format_of([]) is Format.MADR
    assert adrfolder.format_of([nygard, nygard, madr]) is Format.ADR_TOOLS
    assert adrfolder.format_of([nygard, madr]) is Format.MADR


def rendered(form: Format, title: str, rationale: str, alternatives: list[str]) -> str | None:
    return adrfolder.render(
        form, title, number=5, date="2025-03-11", status="accepted", newer=(), older=(),
        rationale=rationale, alternatives=alternatives,
    )  # fmt: skip


def test_the_forms_that_are_written() -> None:
    assert rendered(Format.MADR, "Use JWT", "no state.", ["Sessions"]) == (
        "---\nstatus: accepted\ndate: 2025-03-11\n---\n\n# Use JWT\n\n"
        "## Context and Problem Statement\n\n<!-- What led to this decision? -->\n\n"
        "## Considered Options\n\n* Use JWT\n* Sessions\n\n"
        '## Decision Outcome\n\nChosen option: "Use JWT", because no state.\n'
    )
    assert rendered(Format.ADR_TOOLS, "Use JWT", "No state.", ["Sessions"]) == (
        "# 5. Use JWT\n\nDate: 2025-03-11\n\n## Status\n\nAccepted\n\n"
        "## Context\n\n<!-- What led to this decision? -->\n\n## Decision\n\nNo state.\n\n"
        "## Alternatives\n\n* Sessions\n\n"
        "## Consequences\n\n<!-- What becomes easier, and what harder? -->\n"
    )


@pytest.mark.parametrize("form", Format)
def test_what_took_whose_place(form: Format) -> None:
    text = adrfolder.render(
        form, "Use JWT", number=5, date="2025-03-11", status="superseded",
        newer=[Reference("Use X", 7, "0007-use-x.md")],
        older=[Reference("Use Y", 1, "0001-use-y.md")], rationale="", alternatives=(),
    )  # fmt: skip
    found = parse(text or "")
    assert [link.target for link in found.superseded_by] == ["0007-use-x.md"]
    older = [link.target for link in found.supersedes]
    assert older == (["0001-use-y.md"] if form is Format.ADR_TOOLS else [])


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.sampled_from(list(Format)), WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_what_is_written_is_read(
    form: Format, title: str, rationale: str, alternatives: list[str]
) -> None:
    text = rendered(form, title, rationale, alternatives)
    assume(text is not None)
    found = parse(text or "")
    assert found.title == one_line(title)
    assert one_line(found.rationale) == one_line(many_lines(rationale))
    assert found.alternatives == tuple(one_line(each) for each in alternatives)


def test_what_cannot_be_said_is_not_written() -> None:
    assert rendered(Format.MADR, "7. Seven", "", []) is None
    assert rendered(Format.MADR, "T", "<!-- x", []) is not None
    assert rendered(Format.MADR, "T", "", ["t"]) is None
    assert rendered(Format.ADR_TOOLS, "T", "```\nopen", ["t"]) is not None
