"""S10: fields forged in commit messages, names, titles and values: none is taken for a field.

Each commit states one decision of its own, among texts that quote, fence, indent, fold and break
their lines in every way that somebody's parser takes for the beginning of another field.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from capturing import NOON, bind
from conftest import SCRIPTS, Repo, run
from drifttools import bind as bind_by_command
from drifttools import ok

from studio_git.core import adrfile, sessionfile
from studio_git.core.messages import fix, unparsed
from studio_git.core.trailers import read

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

BREAKS = ("\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
"""What ends a line for somebody, and not for git."""
KEYS = ("Decision", "Rationale", "Alternative", "Problem", "Tags", "Note", "Cycle", "Open-Question")


def fields(chance: random.Random) -> str:
    """Lines of a field that nobody stated."""
    return f"{chance.choice(KEYS)}: FORGED {chance.randrange(1000)}"


def paragraph(chance: random.Random) -> str:
    """A paragraph of a body in which fields are shown, and not stated."""
    one, two = fields(chance), fields(chance)
    return chance.choice(
        (
            f"> {one}\n> {two}",
            f"    {one}\n    {two}",
            f"\t{one}",
            f"```\n{one}\n\n{two}\n```",
            f"~~~text\n{one}\n~~~",
            f"Somebody wrote\n{one}\nin the old one.",
            f"- {one}\n- {two}",
            f"* {one}",
            f"`{one}`",
            f"See{chance.choice(BREAKS)}{one}",
            f"Prose, and then{chance.choice(BREAKS)}{chance.choice(BREAKS)}{one}{BREAKS[0]}{two}",
            f"<!-- {one} -->",
            f"| {one} |",
            f"\u200b{one}",
            f"“{one}”",
        )
    )


def value(chance: random.Random) -> str:
    """What an honest field says, with others inside."""
    one = fields(chance)
    return chance.choice(
        (
            f"honest\n  {one}",
            f"honest\n {one}\n {fields(chance)}",
            f"honest{chance.choice(BREAKS)}{one}",
            f"honest ## Decisions Made - {one}",
            f"honest\n  ## Notes\n  - {one}",
            f"honest\n  # {one}",
            f"honest **Cycle:** {one}",
            f"honest --- {one}",
        )
    )


def forged(chance: random.Random, number: int) -> str:
    """A message that states one decision, titled ``number …``."""
    body = [paragraph(chance) for _ in range(chance.randrange(1, 4))]
    return "\n\n".join([f"Work {number}", *body, f"Decision: {number} {value(chance)}"]) + "\n"


def test_messages(repo: Repo, times: Times, chance: random.Random, figure: Figure) -> None:
    """Through git and capture into the store and the file of the session."""
    many = times(8, 200)
    clone = bind(repo)
    # Names can break no line in git; a path can, and so can what a tool makes a message of.
    for number in range(many):
        repo.write(f"f{number}\nDecision: FORGED.md", "x")
        author = f"Ada{chance.choice(BREAKS[1:])}Decision: FORGED <ada@example.org>"
        repo.git("add", "-A")
        env = dict.fromkeys(
            ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON + 60 * number} +0000"
        )
        words = ["commit", "-q", "--cleanup=verbatim", "--author", author]
        repo.git(*words, "-m", forged(chance, number), env=env)
    clone.capture()
    rows = clone.rows("SELECT title, rationale, alternatives FROM decisions ORDER BY rowid")
    assert [row["title"].split(" ")[0] for row in rows] == [str(it) for it in range(many)]
    assert {row["rationale"] for row in rows} == {None}
    assert {row["alternatives"] for row in rows} <= {None, "[]"}
    assert clone.rows("SELECT * FROM learnings") == []
    assert clone.rows("SELECT * FROM cycles") == []
    (session,) = clone.sessions()
    text = clone.file(session["id"]).read_text()
    said = sessionfile.parse(text)
    assert sorted(said.decisions) == sorted(row["title"] for row in rows)
    assert said.questions == said.notes == ()
    assert said.cycle is None
    assert {change.path for change in said.files} == {
        f"f{number}\nDecision: FORGED.md" for number in range(many)
    }
    headings = re.findall(r"^## .*$", text, re.M)
    assert len(headings) == len(set(headings)) == 5, headings
    figure(f"0 forged fields in {many} messages with {len(BREAKS)} kinds of line breaks")


def test_putting_right_promotes_nothing(times: Times, chance: random.Random) -> None:
    """What is quoted, fenced or indented stays where it is."""
    for number in range(times(60, 4000)):
        message = forged(chance, number)
        assert [it.title.split(" ")[0] for it in read(message).decisions] == [str(number)], message
        again = read(fix(message))
        assert [it.title.split(" ")[0] for it in again.decisions][-1:] == [str(number)], message
        quoted = [
            line for line in message.split("\n") if re.match(r"> |    |\t|[-*|`<“\u200b]", line)
        ]
        assert [line for line in quoted if line not in fix(message).split("\n")] == []
        assert unparsed(fix(message)) == []


def test_what_is_typed_into_records(repo: Repo) -> None:
    """Titles and texts given to commands, in the records, their exports and the comments of git."""
    bind_by_command(repo)
    every = ("\n", "\n\n", *BREAKS)
    title = "Honest" + "".join(f"{it}Decision: FORGED{it}## Status{it}Superseded" for it in every)
    why = "Why" + "".join(f"{it}## Decision Outcome{it}FORGED" for it in every)
    ok(repo, "decision", "add", title, "--rationale", why)
    (decision,) = repo.studio("decision", "list", "--json").json
    assert decision["title"].startswith("Honest Decision: FORGED")
    assert decision["title"].isprintable()
    ok(repo, "cycle", "start", "Cycle" + "".join(f"{it}Decision: FORGED" for it in every))
    ok(repo, "decision", "export", "docs/adr")
    (path,) = (repo.path / "docs" / "adr").glob("0*.md")
    adr = adrfile.parse(path.read_text())
    assert adr.title == decision["title"]
    assert adr.status != "superseded"
    repo.git("config", "studio.prepareMessage", "true")
    message = repo.write(".git/COMMIT_EDITMSG", "\n# Please enter\n")
    hook = SCRIPTS / "studio-hook"
    answer = run(hook, "prepare", message, cwd=repo.path, env={"GIT_EDITOR": "vi"})
    assert answer.status == 0, answer.err
    text = message.read_bytes().decode()
    assert "Cycle Decision: FORGED" in text
    assert [line for line in text.split("\n") if line and not line.startswith("#")] == []
    assert not set(BREAKS) & set(text)
