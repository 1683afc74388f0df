"""Decision records are read as people write them, and no text makes that fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import adrfile
from studio_git.core.adrfile import Adr, Link, parse
from studio_git.core.adrlayout import layout, without_comments
from studio_git.core.prose import many_lines

MADR = """---
# These lines are optional.
status: accepted
date: 2025-03-11
decision-makers: Ada, Bo
---

# Use JWT for stateless authentication

## Context and Problem Statement

Every service asks who calls.

<!-- This one can be left out. -->
## Decision Drivers

* few moving parts

## Considered Options

* [Use JWT for stateless authentication](#jwt)
* Opaque tokens
  with a lookup
  * nested: not an option
* Server-side sessions

## Decision Outcome

Chosen option: "Use JWT for stateless authentication", because
a session store is one more thing to run.

It is also what the gateway speaks.

<!-- This one can be left out. -->
### Consequences

* Good, because nothing is looked up
"""

NYGARD = """# 12. Use PostgreSQL

Date: 2016-12-17

## Status

Accepted

Supersedes [3. Use MySQL](0003-use-mysql.md)

Amends [4. Keep rows](0004-keep-rows.md)

## Context

We need a database.

## Decision

We will use PostgreSQL.

```sh
## no heading
```

## Consequences

Somebody has to run it.
"""

OLD_MADR = """# Use Markdown

* Status: superseded by [ADR-0005](0005-use-asciidoc.md)
* Deciders: Ada
* Date: 2020-02-29

Technical Story: none

## Considered Options

1. Use Markdown
2. Use plain text

## Decision Outcome

Chosen option: Use Markdown because everybody knows it.
"""

SETEXT = """ADR-7 - Log in UTC
==================

Status
------

Proposed (until May)

Decision
--------

Write UTC.
"""


def adr(**said: object) -> Adr:
    empty: dict[str, object] = {
        "title": "", "number": None, "status": "", "superseded_by": (), "supersedes": (),
        "date": "", "rationale": "", "alternatives": (), "has_front_matter": False,
        "is_record": True,
    }  # fmt: skip
    return Adr(**(empty | said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            MADR,
            adr(
                title="Use JWT for stateless authentication", status="accepted", date="2025-03-11",
                rationale="a session store is one more thing to run.\n\n"
                "It is also what the gateway speaks.",
                alternatives=("Opaque tokens with a lookup", "Server-side sessions"),
                has_front_matter=True,
            ),
        ),
        (
            NYGARD,
            adr(
                title="Use PostgreSQL", number=12, status="accepted", date="2016-12-17",
                supersedes=(Link("3. Use MySQL", "0003-use-mysql.md"),),
                rationale="We will use PostgreSQL.\n\n```sh\n## no heading\n```",
            ),
        ),
        (
            OLD_MADR,
            adr(
                title="Use Markdown", status="superseded", date="2020-02-29",
                superseded_by=(Link("ADR-0005", "0005-use-asciidoc.md"),),
                rationale="everybody knows it.", alternatives=("Use plain text",),
            ),
        ),
        (
            SETEXT,
            adr(title="Log in UTC", number=7, status="proposed", rationale="Write UTC."),
        ),
        ("", adr(is_record=False)),
        ("# Only a title", adr(title="Only a title", is_record=False)),
    ],
    ids=["madr", "adr-tools", "madr-2", "setext", "empty", "title"],
)  # fmt: skip
def test_the_forms(text: str, found: Adr) -> None:
    assert parse(text) == found
    assert parse(text.replace("\n", "\r\n")) == found
    assert parse(f"\ufeff{text}") == found


@pytest.mark.parametrize(
    ("heading", "title", "number"),
    [
        ("1. Record decisions", "Record decisions", 1),
        ("ADR-0042: Use X", "Use X", 42),
        ("ADR 3 — Use X", "Use X", 3),
        ("0007 - Use X", "Use X", 7),
        ("#5: Use X", "Use X", 5),
        ("12 factors", "12 factors", None),
        ("3.11 is enough", "3.11 is enough", None),
        ("Use C# ##", "Use C#", None),
        ("  Use   X  ", "Use X", None),
    ],
)
def test_titles(heading: str, title: str, number: int | None) -> None:
    found = parse(f"# {heading}\n")
    assert (found.title, found.number) == (title, number)


@pytest.mark.parametrize(
    ("said", "status", "newer"),
    [
        ("Accepted", "accepted", ()),
        ("**Accepted** on 2020-01-01", "accepted", ()),
        ("✅ accepted", "accepted", ()),
        ("Rejected, for now", "rejected", ()),
        ("Deprecated", "deprecated", ()),
        ("Draft", "draft", ()),
        ("{proposed | accepted}", "", ()),
        ("superseded", "superseded", ()),
        ("superseded by ADR-0123", "superseded", (Link("ADR-0123"),)),
        ("Superseded by Use X.", "superseded", (Link("Use X"),)),
        ("Superceded by [2. X](0002-x.md)", "superseded", (Link("2. X", "0002-x.md"),)),
        ("Accepted, replaced by [X](./0002-x.md#top) and [Y](y.md)", "superseded",
         (Link("X", "./0002-x.md#top"), Link("Y", "y.md"))),
        ("superseded by", "superseded", (Link(""),)),
    ],
)  # fmt: skip
def test_statuses(said: str, status: str, newer: tuple[Link, ...]) -> None:
    for text in (
        f"# T\n\n## Status\n\n{said}\n",
        f"# T\n\n* Status: {said}\n",
        f"# T\n\n**Status:** {said}\n\n## X\n",
        f"---\nstatus: '{said}' # now\n---\n# T\n",
    ):
        found = parse(text)
        assert (found.status, found.superseded_by) == (status, newer), text


@pytest.mark.parametrize(
    ("outcome", "rationale"),
    [
        ('Chosen option: "X", because it is.', "it is."),
        ("Chosen option: “X”\nbecause it is.", "it is."),
        ("**Chosen option**: [X](#x), because: it is.", "it is."),
        ('Chosen option: "X".\n\nIt is.', "It is."),
        ('Chosen option: "X"', ""),
        ("We take X.", "We take X."),
        ("<!-- To be written. -->", ""),
        ("We <!-- all --> agree.", "We <!-- all --> agree."),
        ("\\# no heading\n\na\n\\---", "# no heading\n\na\n---"),
        ("", ""),
    ],
)
def test_reasons(outcome: str, rationale: str) -> None:
    found = parse(f"# X\n\n## Decision Outcome\n\n{outcome}\n\n## More Information\n\nno\n")
    assert found.rationale == rationale


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("* X\n* Y\n", ("Y",)),
        ("- `Y`\n\n- Z\n", ("Y", "Z")),
        ("In prose.\n", None),
        ("### Y\n\nGood.\n", None),
        ("", ()),
        ("<!-- none -->\n", ()),
        ("```\n* code\n```\n* Y\n", ("Y",)),
    ],
)
def test_options(options: str, found: tuple[str, ...] | None) -> None:
    text = f'# T\n\n## Considered Options\n\n{options}\n## Decision Outcome\n\nChosen option: "x"\n'
    assert parse(text).alternatives == found


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", ""),
        ("17/12/2016", "2016-12-17"),
        ("12/17/2016", "2016-12-17"),
        ("soon", ""),
        ("0000-01-01", ""),
    ],
)
def test_dates(said: str, date: str) -> None:
    assert parse(f"# T\n\nDate: {said}\n").date == date
    assert parse(f"---\ndate: {said}\n---\n# T\n").date == date


def test_what_is_too_long_is_not_read() -> None:
    text = "# T\n\n## Status\n\nAccepted\n"
    assert parse(text + "x" * adrfile.MAX_CHARACTERS).is_record is False


def test_hidden_headings() -> None:
    text = "# T\n<!--\n## Decision\n-->\n```\n## Decision\n```\n<!-- open\n## Decision\nReal.\n"
    assert parse(text).rationale == "Real."
    assert without_comments("a<!-- b -->c<!-- d") == "ac<!-- d"


PIECES = st.lists(
    st.sampled_from(
        [
            "# ", "## ", "### ", "Status", "Decision", "Decision Outcome", "Considered Options",
            "Alternatives", "\n", "\n\n", "\r\n", "---\n", "===\n", "* ", "1. ", "  - ", "status: ",
            "Date: 2020-01-01", "superseded by ", "Supersedes ", "[ADR-1](0001-x.md)", "accepted",
            "Chosen option: ", '"X"', ", because ", "```\n", "<!-- ", " -->", "|", "\ufeff", "\\",
            "'", '"', "x", " ", "\t", "é", "\u2028", "#",
        ]
    )
).map("".join)  # fmt: skip


@given(st.one_of(st.text(), PIECES))
def test_no_text_raises(text: str) -> None:
    parse(text)
    parts = layout(text)
    assert all(text[line.start : line.end] == line.text for line in parts.lines)


@given(st.one_of(st.text(), PIECES))
def test_reasons_are_escaped_and_come_back(text: str) -> None:
    reasons = many_lines(text)
    assert adrfile.unescape(adrfile.escape(reasons)) == reasons
