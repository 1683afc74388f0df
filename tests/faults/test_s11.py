"""Words of others in what an editor shows: they are read there, and nothing comes of them.

The store and the repository are filled with them in every place that is shown: titles, reasons,
names, commit messages, file names, context files, skills. What the server then says is read with
a Markdown parser, as editors do, with HTML switched on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Repo
from drifttools import bound, canonical, dashboard_writes, database, home, ok
from lsp.scripted import FULL, Scripted, editing
from markdown_it import MarkdownIt
from markdown_it.token import Token

HOSTILE = (
    "[go](command:evil)",
    "[go](command:evil?%5B%22x%22%5D 'title')",
    "[go](javascript:alert(1))",
    "[go](data:text/html,x)",
    "[go](vscode://evil/x)",
    "![see](https://evil.example/track.png)",
    "![see](file:///etc/passwd)",
    "<img src=https://evil.example/x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<a href='command:evil'>go</a>",
    "<https://evil.example>",
    "https://evil.example/x",
    "www.evil.example",
    "[go][1]",
    "[1]: command:evil",
    "`` [go](command:evil) `` `[go](command:evil)",
    "</code></pre><b>bold</b>",
    "<!-- [go](command:evil) -->",
    "<details open ontoggle=alert(1)>",
    "$(warning) {{x}} ${env:HOME}",
    "# heading",
    "```\n[go](command:evil)\n",
    "~~~\n<b>x</b>\n",
    "\x1b]8;;https://evil.example\x07x",
    "\\[go\\](command:evil) \\\\[go](command:evil)",
    "&lt;b&gt; &#91;go&#93;&#40;command:evil&#41;",
    "| a | b |\n|---|---|\n| [go](command:evil) | x |",
)
ACTIVE = {"link_open", "image", "html_inline", "html_block"}
VIRTUAL = FULL | {
    "workspace": FULL["workspace"] | {"symbol": {}, "inlayHint": {"refreshSupport": True}},
    "textDocument": FULL["textDocument"]
    | {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def active(markdown: str) -> list[str]:
    """What in a text does something when it is shown, or fetched."""

    def every(tokens: list[Token]) -> Iterator[Token]:
        for token in tokens:
            yield token
            yield from every(token.children or [])

    found = [
        f"{it.type} {it.attrs or it.content}"
        for it in every(PARSER.parse(markdown))
        if it.type in ACTIVE
    ]
    # What GitHub's Markdown, and editors with it, make links of besides.
    bare = "".join(it.content for it in every(PARSER.parse(markdown)) if it.type == "text")
    return found + [word for word in ("://", "www.") if word in bare]


def marked(said: Any) -> Iterator[str]:
    """Every Markdown text in an answer of the server's."""
    if isinstance(said, dict):
        if said.get("kind") == "markdown":
            yield str(said["value"])
        for value in said.values():
            yield from marked(value)
    elif isinstance(said, list):
        for value in said:
            yield from marked(value)


def references(said: Any) -> Iterator[tuple[str, str]]:
    """Every name of a command and every address in an answer of the server's."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key in ("command", "href", "target", "uri", "targetUri") and isinstance(value, str):
                yield key, value
            else:
                yield from references(value)
    elif isinstance(said, list):
        for value in said:
            yield from references(value)


def words_of(text: str) -> str:
    """A hostile text as one line of a commit message or a row."""
    return " ".join(text.replace("\x1b", "").replace("\x07", "").split())


@pytest.fixture
def poisoned(repo: Repo) -> Repo:
    """A bound repository that has each of the texts wherever somebody else may have put it."""
    titles = [f"Choice {n} {words_of(text)}" for n, text in enumerate(HOSTILE)]
    repo.write("CLAUDE.md", "# Project\n\n" + "".join(f"{it}\n\n" for it in titles))
    repo.write("limits.py", "LIMITS = {}\n")
    bound(repo, repo.read("CLAUDE.md"))
    source = repo.path.parent / "source"
    for number, (title, text) in enumerate(zip(titles, HOSTILE, strict=True)):
        repo.write("limits.py", f"LIMITS = {{{number}: 1}}\n" + "x\n" * number)
        repo.commit(
            f"Change {number} {words_of(text)}\n\nDecision: {title}\n"
            f"Rationale: {words_of(text)}\nAlternative: {words_of(text)}\n"
            f"Open-Question: {words_of(text)}\n",
            author=f"{words_of(text).replace('<', '(').replace('>', ')')} <ada@example.org>",
        )
        skill = source / "skills" / f"skill-{number}" / "SKILL.md"
        skill.parent.mkdir(parents=True)
        skill.write_text(
            f"---\nname: skill-{number}\ndescription: {json.dumps(words_of(text))}\n---\n\n{text}\n"
        )
    ok(repo, "registry", "import", str(source), "--yes")
    ok(repo, "capture")
    with database() as db:
        db.execute("UPDATE sessions SET title = ?, summary = ?", [HOSTILE[0], "\n".join(HOSTILE)])
        for number, text in enumerate(HOSTILE):
            db.execute("UPDATE decisions SET rationale = ? WHERE title = ?", [text, titles[number]])
            db.execute(
                "INSERT INTO learnings (id, project_id, title, problem, solution, tags) "
                "SELECT ?, id, ?, ?, ?, ? FROM projects",
                [f"l{number}", f"Lesson {number} {words_of(text)}", text, text, json.dumps([text])],
            )
        db.execute("UPDATE projects SET name = ?", [HOSTILE[0]])
    (folder,) = (home() / "projects").glob("*/context")
    assert canonical().parent == folder
    dashboard_writes("# Project\n\n" + "\n\n".join(HOSTILE) + "\n")
    return repo


def test_nothing_comes_of_it(poisoned: Repo, figure: Callable[[str], None]) -> None:
    with editing(
        poisoned.path,
        capabilities=VIRTUAL,
        initializationOptions={"hover": {"why": True}, "inlayHints": {"enabled": True}},
    ) as editor:
        said = list(_everything(editor, poisoned))
        said += editor.wire.received
    texts = [text for one in said for text in marked(one)]
    assert sum("evil" in text for text in texts) > len(HOSTILE), "the words were not shown"
    wrong = {problem: text for text in texts for problem in active(text)}
    assert not wrong, next(iter(wrong.items()))
    for key, value in (pair for one in said for pair in references(one)):
        if key == "command":
            assert value.startswith("studio."), value
        else:
            assert value.startswith(("file:///", "studio:", "studio-git:")), value
            assert "evil" not in value
    raw = json.dumps(said, ensure_ascii=False)
    assert "\x1b" not in raw
    figure(f"{len(HOSTILE)} texts in {len(texts)} places that are shown: 0 active")


def _everything(editor: Scripted, repo: Repo) -> Iterator[Any]:
    """All that can be asked about the files of a repository."""
    message = repo.write(".git/COMMIT_EDITMSG", "Change\n\nSupersedes: Choice\n")
    sessions = sorted((home() / "projects").glob("*/sessions/*.md"))
    opened = [
        (repo.path / "CLAUDE.md", "markdown"),
        (repo.path / "limits.py", "python"),
        (message, "gitcommit"),
        *((path, "markdown") for path in sessions),
    ]
    everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 500, "character": 0}}
    for path, language in opened:
        uri = editor.open(path, language)
        lines = editor.texts[uri].split("\n")
        document = {"textDocument": {"uri": uri}}
        for method in ("documentSymbol", "codeLens", "documentLink"):
            yield editor.ask(f"textDocument/{method}", document)
        yield editor.ask("textDocument/inlayHint", document | {"range": everywhere})
        yield editor.actions(uri, 0, len(lines) - 1)
        for line in range(min(len(lines), 80)):
            yield editor.about(uri, "hover", line, min(3, len(lines[line])))
            yield editor.about(uri, "definition", line, min(3, len(lines[line])))
    editor.codes(
        (repo.path / "CLAUDE.md").as_uri(),
        *(it["code"] for it in editor.diagnostics[(repo.path / "CLAUDE.md").as_uri()]),
    )
    yield editor.ask("workspace/symbol", {"query": ""})
    yield editor.ask("workspace/symbol", {"query": "Choice"})
    uri = (repo.path / "CLAUDE.md").as_uri()
    for word in ("Choice", "@skill:", "skill-", "Lesson"):
        editor.type(uri, f"# Project\n\n{word}")
        found = editor.about(uri, "completion", 2, len(word))
        items = found["items"] if isinstance(found, dict) else found or []
        yield items
        for item in items:
            yield editor.ask("completionItem/resolve", item)


def test_the_parser_would_tell() -> None:
    """Each of the texts does something when nothing is done about it, or comes close to it."""
    assert sum(bool(active(text)) for text in HOSTILE) > len(HOSTILE) // 2
