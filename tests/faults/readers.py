"""Everything that reads text from outside, with samples that it understands and what it promises.

A promise that is not held is an AssertionError; a reader may raise a StudioError or what its own
layer has for people (JsonError, ManifestError), and nothing else.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

from faults.samples import SESSION

from studio_git import config
from studio_git.core import (
    adredit,
    adrfile,
    adrfolder,
    aliases,
    claudeagents,
    copierfile,
    editorsettings,
    frames,
    frontmatter,
    hidden,
    jsonplaces,
    jsontyping,
    manifests,
    mcpserver,
    messages,
    messagetyping,
    recordtext,
    redact,
    references,
    registryfiles,
    searchquery,
    sessionfile,
    sessionlayout,
    skillfile,
    skillfolders,
    trailers,
)
from studio_git.core.manifestmodels import ManifestError
from studio_git.core.models import Unreadable
from studio_git.core.registrytypes import ItemType
from studio_git.core.text import content_hash, normalise, readable
from studio_git.errors import StudioError
from studio_lsp import sanitise

NOW = 1_700_000_000


def text_of(data: bytes) -> str:
    """The text of bytes as git and the editor hand it over: whole UTF-8."""
    return data.decode("utf-8", "replace")


def holds(promise: bool, what: object) -> None:
    """What is promised of something, an error too."""
    if not promise:
        raise AssertionError(what)


def for_people(error: StudioError) -> None:
    """An error is one line that can be written."""
    holds(bool(error.message) and "\n" not in error.message, error)
    error.message.encode()


def people(read: Callable[[str], object]) -> Callable[[bytes], None]:
    """A reader of text, which may also say to people what is wrong with it."""

    def look(data: bytes) -> None:
        try:
            read(text_of(data))
        except StudioError as error:
            for_people(error)

    return look


def message(text: str) -> None:
    found = trailers.read(text)
    assert all(decision.title for decision in found.decisions)
    trailers.body(text)
    trailers.read_pairs(text)
    fixed = messages.fix(text)
    assert messages.fix(fixed) == fixed
    for one in messages.statements(text):
        assert one.line <= text.count("\n") + 1
    messagetyping.typing_at(text, 0, 3)
    redacted = redact.redact(text)
    assert redact.redact(redacted) == redacted


def session(text: str) -> None:
    assert sessionlayout.unify(text) == sessionlayout.join(
        sessionlayout.split(sessionlayout.unify(text))
    )
    said = sessionfile.parse(text)
    rendered = sessionfile.render(said)
    rendered.encode()
    assert sessionfile.render(sessionfile.parse(rendered)) == rendered
    merged = sessionfile.merge_person(SESSION, text, SESSION)
    assert merged == text
    sessionfile.merge_person("", text, SESSION)
    sessionfile.with_question(text, "Why?")


def decision(text: str) -> None:
    adr = adrfile.parse(text)
    adrfolder.is_record("0001-x.md", adr)
    titled = adredit.with_title(text, "Another title")
    assert titled is None or adrfile.parse(titled).title == "Another title"
    reasoned = adredit.with_rationale(text, "Because of this.")
    assert reasoned is None or adrfile.parse(reasoned).rationale == "Because of this."
    listed = adredit.with_alternatives(text, ["One", "Two"])
    assert listed is None or adrfile.parse(listed).alternatives == ("One", "Two")
    adredit.with_status(text, "accepted")
    older = adredit.Reference("Older", 1, "0001-older.md")
    adredit.without_supersedes(adredit.with_supersedes(text, older), older.file)


def front_matter(text: str) -> None:
    document = frontmatter.read(text)
    assert document.head + document.body == text
    if document.fault is None:
        changed = frontmatter.read(frontmatter.changed(document, {"studio-x": "y"}))
        if changed.fault is None:
            assert changed.text("studio-x") == "y"


def skill(text: str) -> None:
    found = skillfile.parse_skill(text)
    skillfile.parse_prompt(text)
    skillfolders.check(text, "a-skill")
    skillfolders.renamed(text, "other")
    skillfolders.as_skill_file(text, "other", "What it does")
    claudeagents.is_agent(text)
    claudeagents.problems(text, skills=())
    for item_type in (ItemType.SKILL, ItemType.PROMPT):
        changed = registryfiles.described(
            item_type, text, description="What it does", tool_type=None
        )
        if changed is not None:
            said = registryfiles.details(item_type, changed).description
            assert said == "What it does"
    assert len(found.description) < 100_000


def registry_json(text: str) -> None:
    for item_type in (ItemType.AGENT, ItemType.TOOL):
        registryfiles.details(item_type, text, name="x", skills=(), tools=())
        changed = registryfiles.described(
            item_type, text, description="What it does", tool_type="cli"
        )
        if changed is not None:
            assert registryfiles.details(item_type, changed).description == "What it does"
    jsontyping.context_at(text, text.count("\n") // 2, 5)
    jsontyping.mentions(text)
    mcpserver.problems(text)
    if mcpserver.is_server(text) and not mcpserver.problems(text):
        mcpserver.to_server(mcpserver.to_json(text), text)
    _as_the_standard_library(text)


def _as_the_standard_library(text: str) -> None:
    """Nothing is read that is no JSON."""
    try:
        jsonplaces.parse(text)
    except jsonplaces.JsonError as fault:
        holds(0 <= fault.start <= fault.end <= len(text), fault)
        return
    try:
        json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        holds("int" in str(error), error)  # 4,300 digits are JSON, and too many for Python


def claude_agent(text: str) -> None:
    if claudeagents.is_agent(text) and not claudeagents.problems(text):
        agent = claudeagents.to_json(text)
        assert claudeagents.to_markdown(agent, text) == text
        claudeagents.not_carried(agent)


def copier(text: str) -> None:
    found = copierfile.read(text)
    changed = copierfile.with_type(text, "doc")
    if changed is not None and not found.fault:
        assert copierfile.read(changed).type == "doc"


def team_file(data: bytes) -> None:
    try:
        said = config.parse_proposal(data, Path("/r/.studio.toml"))
    except StudioError as error:
        for_people(error)
        return
    tomllib.loads(data.decode())
    for path in said.context.values():
        assert not path.startswith("/")
        assert ".." not in path.split("/")
    editorsettings.resolve(editorsettings.read(said.editor, team=True))


def context_file(data: bytes) -> None:
    side = readable(data)
    if isinstance(side, Unreadable):
        return
    assert isinstance(side, bytes)
    content_hash(side)
    for path in ("CLAUDE.md", "a/.cursor/rules/x.mdc", ".github/instructions/x.instructions.md"):
        frame = frames.split(path, side)
        assert frame.before + frame.body + frame.after == side
        try:
            made = frame.with_body(frame.body)
        except StudioError:
            continue
        assert normalise(frames.split(path, made).body) == normalise(frame.body)
    aliases.pointer_target(side)
    aliases.stub_target(side)
    text = side.decode()
    clean = hidden.fixed(text)
    assert hidden.find(clean) == ()
    for found in references.find(text):
        references.paths_of(found, "docs/CLAUDE.md")


def record(text: str) -> None:
    sheet = recordtext.parse(text, ("Rationale", "Alternatives"))
    again = recordtext.parse(recordtext.render(sheet), ("Rationale", "Alternatives"))
    assert again == sheet


def query(text: str) -> None:
    asked = searchquery.parse(text)
    asked.grams  # noqa: B018 - it is computed
    document, end = searchquery.document(text, [text, "other"])
    searchquery.score(asked, document, end)
    searchquery.snippet(asked, text, 120)


def when(text: str) -> None:
    assert -(2**63) <= searchquery.since(text, NOW, 3600) < 2**63


def lsp_body(data: bytes) -> None:
    try:
        found = sanitise.parse(data)
    except sanitise.UnreadableError as error:
        holds(error.id is None or sanitise.is_id(error.id), error)
        return
    sanitise.clamp_positions(found)
    json.dumps(found, ensure_ascii=False).encode()


def manifest(path: str) -> Callable[[bytes], None]:
    def look(data: bytes) -> None:
        try:
            found = manifests.read(path, text_of(data))
        except ManifestError as error:
            holds(bool(str(error)), error)
            return
        for need in found.needs:
            str(need.requirement).encode()

    return look
