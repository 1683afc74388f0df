"""What parses outside bytes, fed with anything: an answer or an error for people, in bounded time.

A failure names its reader and shows the smallest text that Hypothesis found; ``STUDIO_SEED``
repeats it, and the text then belongs among that reader's own tests.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from faults.fuzzing import ODD, Reader, hunt, strings_for, too_slow
from faults.readers import (
    claude_agent,
    context_file,
    copier,
    decision,
    front_matter,
    lsp_body,
    manifest,
    message,
    people,
    query,
    record,
    registry_json,
    session,
    skill,
    team_file,
    when,
)
from faults.samples import (
    AGENT,
    CLAUDE_AGENT,
    CONTEXT,
    COPIER,
    MADR,
    MANIFESTS,
    MDC,
    MESSAGE,
    NYGARD,
    REGION,
    SERVER,
    SESSION,
    SKILL,
    SKILL_MD,
    SQUASH,
    STUDIO_TOML,
    TOOL,
)

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

_MARKDOWN = ("# ", "## ", "- ", "* ", "1. ", "```", "> ", "`", "[x](y)", "**", "<!-- ", " -->")
_KEYS = (
    "---\n",
    "name: ",
    "description: ",
    ">-\n  ",
    "|\n  ",
    "[a, b]",
    "- ",
    "'",
    '"',
    ": ",
    "  ",
)
_JSON = ('{"', '": ', '"', ", ", "{", "}", "[", "]", "null", "true", "1", "-0.5e3", "\\u00e9", "\\")
_TOML = (
    "x = ",
    "a.",
    "\n[",
    "[",
    "]\n",
    "[[",
    " = ",
    '"',
    "'",
    '"""',
    "{",
    "}",
    ".",
    "project",
    "context",
    "drift",
)
_TRAILERS = (
    "Decision: ",
    "Rationale: ",
    "Alternative: ",
    "Problem: ",
    "Solution: ",
    "Tags: ",
    "Note: ",
    "Rejected: ",
    "Constraint: ",
    "Signed-off-by: A <a@b>",
    "Co-authored-by: ",
    "\n\n",
    "\n ",
    "---",
    "# ",
    "> ",
    "    ",
    "```\n",
    "Decision",
    ":",
    "|",
    "* ",
    "squash! ",
    "# ------ >8 ------",
)

READERS = (
    Reader("message", (MESSAGE, SQUASH), _TRAILERS, people(message)),
    Reader(
        "session file",
        (SESSION,),
        (*_MARKDOWN, "## Notes", "(+1 -2)", "**Date:** "),
        people(session),
    ),
    Reader(
        "decision file",
        (MADR, NYGARD),
        (*_MARKDOWN, "## Status", "Superseded by ", "## Decision"),
        people(decision),
    ),
    Reader("front matter", (SKILL_MD, CLAUDE_AGENT, MDC), _KEYS, people(front_matter)),
    Reader("skill", (SKILL, SKILL_MD), (*_MARKDOWN, *_KEYS, "## Description"), people(skill)),
    Reader("claude agent", (CLAUDE_AGENT,), (*_KEYS, "tools: ", "skills: "), people(claude_agent)),
    Reader(
        "registry JSON",
        (AGENT, TOOL, SERVER),
        (*_JSON, '"name"', '"skills"', '"packages"'),
        people(registry_json),
    ),
    Reader(
        "copier file",
        (COPIER,),
        (*_KEYS, "_tasks:\n", "_template_type: ", "!include "),
        people(copier),
    ),
    Reader(
        ".studio.toml",
        (STUDIO_TOML,),
        (*_TOML, "warn", "block", "120 min", "1979-05-27"),
        team_file,
    ),
    Reader(
        "context file",
        (CONTEXT, MDC, REGION),
        (*_MARKDOWN, "@AGENTS.md", "<!-- studio:begin -->"),
        context_file,
    ),
    Reader(
        "edited record",
        ("# Title\n\n## Rationale\n\nWhy.\n\n## Alternatives\n\n- One\n",),
        (*_MARKDOWN, "## Rationale", "\\## Rationale"),
        people(record),
    ),
    Reader(
        "search query",
        ('jwt "refresh token" auth',),
        ('"', "a", " ", "AND", "*", "NEAR("),
        people(query),
    ),
    Reader(
        "time",
        ("2025-03-31 14:00", "3 days ago", "2 weeks"),
        ("1", "days", "weeks", "-", ":", "T", "Z", "+01:00", "yesterday", "9999", "0001"),
        people(when),
    ),
    Reader(
        "LSP body",
        (
            '{"jsonrpc": "2.0", "id": 1, "method": "textDocument/hover", "params": '
            '{"textDocument": {"uri": "file:///a"}, "position": {"line": 1, "character": 2}}}',
        ),
        (*_JSON, '"id"', '"method"', '"params"', '"position"', '"line"'),
        lsp_body,
    ),
    *(Reader(path, (text,), words, manifest(path)) for path, (text, words) in MANIFESTS.items()),
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_any_bytes_are_answered(reader: Reader, times: Times, seed: int, figure: Figure) -> None:
    many = times(25, 500)
    hunt(reader.read, strings_for(reader), seed=seed, many=many)
    if reader is READERS[-1]:
        figure(f"{len(READERS)} readers, {len(READERS) * many:,} texts: no crash, no slow one")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_time_grows_with_the_text(reader: Reader, times: Times, chance: random.Random) -> None:
    words = [word.encode() for word in reader.words]
    pieces = [*words, *ODD, *(text.encode() for text in reader.samples)]
    for _ in range(times(2, 20)):
        piece = b"".join(chance.choices(pieces, k=chance.randrange(1, 4)))[:4000] or b" "
        before = chance.choice([b"", *words, reader.samples[0].encode()])
        after = chance.choice([b"", *words])

        def grown(size: int, parts: tuple[bytes, bytes, bytes] = (before, piece, after)) -> bytes:
            first, again, last = parts
            return first + again * (size // len(again) + 1) + last

        complaint = too_slow(reader.read, grown)
        assert not complaint, f"{complaint}: {before[:80]!r} + {piece[:80]!r} * n + {after!r}"
