"""One part of a decision record is replaced, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio_git.core import adredit
from studio_git.core.adredit import Reference
from studio_git.core.adrfile import parse
from studio_git.core.prose import many_lines, one_line

MADR = """---
# Kept as it is.
status: "accepted"   # since May
date: 2025-03-11
---

# Use JWT

## Considered Options

* Use JWT
* Opaque tokens
  with a lookup
* Sessions

## Decision Outcome

Chosen option: "Use JWT", because
it needs no state.

### Consequences

* Good:   spaces  stay\t
"""

NYGARD = """# 3. Use MySQL

Date: 2016-12-17

## Status

~~Accepted~~

Superceded by [4. Use Postgres](0004-use-postgres.md)

Supercedes [1. Files](0001-files.md)

Amended by [5. Rows](0005-rows.md)

## Context

Rows.

## Decision

MySQL.

## Consequences

None.
"""

PLAIN = "Intro.\n\n# Use X\n\nBecause.\n"
NEWER = Reference("Use SQLite", 7, "0007-use-sqlite.md")


def changed(before: str, after: str | None) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    assert after is not None
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old, new


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        (MADR, adredit.with_title(MADR, "Use  tokens"), ["# Use JWT"], ["# Use tokens"]),
        (NYGARD, adredit.with_title(NYGARD, "Use it"), ["# 3. Use MySQL"], ["# 3. Use it"]),
        ("Text.", adredit.with_title("Text.", "T"), [], ["# T", ""]),
        (MADR, adredit.with_rationale(MADR, "it is\n# small"), ["it needs no state."],
         ["it is", "\\# small"]),
        (MADR, adredit.with_rationale(MADR, ""),
         ['Chosen option: "Use JWT", because', "it needs no state."],
         ['Chosen option: "Use JWT".']),
        (NYGARD, adredit.with_rationale(NYGARD, ""), ["MySQL.", ""], []),
        (PLAIN, adredit.with_rationale(PLAIN, "So."), [], ["## Decision", "", "So.", ""]),
        (MADR, adredit.with_alternatives(MADR, ["Sessions", "None"]),
         ["* Opaque tokens", "  with a lookup", "* Sessions"], ["* Sessions", "* None"]),
        (NYGARD, adredit.with_alternatives(NYGARD, ["Files"]), [],
         ["## Alternatives", "", "* Files", ""]),
        (MADR, adredit.with_status(MADR, "rejected"), ['status: "accepted"   # since May'],
         ["status: rejected   # since May"]),
        (MADR, adredit.with_status(MADR, "superseded", [NEWER]),
         ['status: "accepted"   # since May'],
         ["status: superseded by [ADR-0007](0007-use-sqlite.md)   # since May"]),
        (MADR, adredit.with_status(MADR, "superseded", [Reference("A: b")]),
         ['status: "accepted"   # since May'], ['status: "superseded by A: b"   # since May']),
        (NYGARD, adredit.with_status(NYGARD, "accepted"),
         ["~~Accepted~~", "", "Superceded by [4. Use Postgres](0004-use-postgres.md)"],
         ["Accepted"]),
        (NYGARD, adredit.with_status(NYGARD, "superseded", [NEWER]),
         ["~~Accepted~~", "", "Superceded by [4. Use Postgres](0004-use-postgres.md)"],
         ["Superseded by [7. Use SQLite](0007-use-sqlite.md)"]),
        (PLAIN, adredit.with_status(PLAIN, "superseded", [NEWER]), [],
         ["Status: Superseded by [ADR-0007](0007-use-sqlite.md)", ""]),
        (NYGARD, adredit.with_supersedes(NYGARD, NEWER), [],
         ["Supersedes [7. Use SQLite](0007-use-sqlite.md)", ""]),
        (NYGARD, adredit.without_supersedes(NYGARD, "0001-files.md"),
         ["Supercedes [1. Files](0001-files.md)", ""], []),
        (MADR, adredit.with_supersedes(MADR, NEWER), [], []),
        (NYGARD, adredit.with_supersedes(NYGARD, Reference("F", 1, "0001-files.md")), [], []),
    ],
)  # fmt: skip
def test_one_part(before: str, after: str | None, went: list[str], came: list[str]) -> None:
    old, new = changed(before, after)
    assert (old, new) == (went, came)


def test_line_ends_and_mark_stay() -> None:
    text = "\ufeff" + NYGARD.replace("\n", "\r\n")
    for made in (
        adredit.with_rationale(text, "a\nb"),
        adredit.with_alternatives(text, ["x", "y"]),
        adredit.with_status(text, "superseded", [NEWER]),
        adredit.with_supersedes(text, NEWER),
    ):
        assert made is not None
        assert made.startswith("\ufeff# 3. Use MySQL\r\n")
        assert made.count("\n") == made.count("\r\n")


def test_lists_keep_their_form() -> None:
    text = '# T\n\n## Options\n\n1. A\n\n2. X\n\n3. B\n\n## Decision\n\nChosen option: "X"\n'
    after = adredit.with_alternatives(text, ["B", "C"])
    assert after is not None
    assert "1. B\n\n2. X\n\n3. C\n" in after


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n## Options\n\nIn prose.\n",
        "# T\n\n## Options\n\n* A\n\nA word on it.\n\n* B\n",
    ],
)
def test_what_would_be_lost_is_refused(text: str) -> None:
    assert adredit.with_alternatives(text, ["C"]) is None


def test_what_would_not_be_read_is_refused() -> None:
    assert adredit.with_title(MADR, "7. Seven") is None
    assert adredit.with_title(MADR, "") is None
    assert adredit.with_rationale("# T\n\n```\nopen", "x\n```\ny") is None
    assert adredit.with_status("no title", "rejected") is None


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="`~"), min_size=1)
TEXTS = st.sampled_from([MADR, NYGARD, PLAIN, MADR.replace("\n", "\r\n"), ""])


@given(TEXTS, WORDS)
def test_any_title(text: str, title: str) -> None:
    after = adredit.with_title(text, title)
    assert after is None or parse(after).title == one_line(title)


@given(TEXTS, WORDS)
def test_any_reasons(text: str, words: str) -> None:
    after = adredit.with_rationale(text, words)
    assume(after is not None)
    assert one_line(parse(after or "").rationale) == one_line(many_lines(words))


@given(TEXTS, st.lists(WORDS))
def test_any_alternatives(text: str, alternatives: list[str]) -> None:
    after = adredit.with_alternatives(text, alternatives)
    wanted = tuple(one_line(each) for each in alternatives)
    assert after is None or parse(after).alternatives == wanted


@given(st.text(), WORDS)
def test_no_text_raises(text: str, words: str) -> None:
    adredit.with_title(text, words)
    adredit.with_rationale(text, words)
    adredit.with_alternatives(text, [words])
    adredit.with_status(text, "superseded", [Reference(words, 1, "0001-x.md")])
    adredit.without_supersedes(adredit.with_supersedes(text, Reference(words)), words)
