"""S8: characters that are not seen, in what agents read: flagged in the hook and in the editor.

And none is flagged that Chinese, Arabic, Persian, Hindi and emoji need.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from conftest import Repo
from drifttools import bound
from faults.writings import BACKDOORS, HIDDEN, WRITINGS
from lsp.scripted import Diagnostic, editing
from shimtools import adopt_background, end_of_background

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

CODE = "lint/hidden-unicode"
SKILL = ".claude/skills/s{}/SKILL.md"
FRAMES = (
    "- {}\n",
    "# {}\n",
    "> {}\n",
    "| {} | x |\n",
    "`{}`\n",
    "{}\r\n",
    "1. **{}**\n",
    "[{}](a.md)\n",
    "{} {}\n",
)


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    adopt_background()
    yield
    end_of_background()


def written(chance: random.Random, lines: int) -> str:
    """A file in five writings, as people mix them with Markdown and with each other."""
    every = [sentence for sentences in WRITINGS.values() for sentence in sentences]
    text = [
        chance.choice(FRAMES).format(chance.choice(every), chance.choice(every))
        for _ in range(lines)
    ]
    return "".join(["# Rules\n\n", *text])


def backdoored(chance: random.Random) -> list[str]:
    """Every sentence with every backdoor somewhere in it."""
    lines = []
    for sentences in WRITINGS.values():
        for sentence in sentences:
            for backdoor in BACKDOORS:
                place = chance.choice(
                    [0, len(sentence), sentence.index(" ") if " " in sentence else 1]
                )
                lines.append(f"- {sentence[:place]}{backdoor}{sentence[place:]}")
    return lines


def flagged_by_hook(repo: Repo) -> tuple[list[str], str]:
    """The paths that a commit of all there is tells of; and all that it says."""
    repo.git("add", "-A")
    answer = repo.try_git("commit", "-q", "-m", "Work")
    assert answer.status == 0, answer.err
    assert "Traceback" not in answer.err
    return re.findall(r"^studio-git: (.+):\d+: hidden characters", answer.err, re.M), answer.err


def skills(repo: Repo, texts: Sequence[str]) -> list[str]:
    """Write a skill of each text; their paths."""
    paths = [SKILL.format(number) for number in range(len(texts))]
    for number, (path, text) in enumerate(zip(paths, texts, strict=True)):
        repo.write(path, f"---\nname: s{number}\ndescription: What\n---\n\n{text}\n".encode())
    return paths


def told(repo: Repo, path: str, lines: int) -> set[int]:
    """The lines that the server flags in a file, once it has looked at all of it."""
    with editing(repo.path) as editor:
        uri = editor.open(repo.path / path)

        def settled(found: list[Diagnostic]) -> bool:
            seen = {it["range"]["start"]["line"] for it in found if it["code"] == CODE}
            return len(seen) >= lines

        found = editor.told(uri, settled)
    return {it["range"]["start"]["line"] for it in found if it["code"] == CODE}


def test_no_false_alarm(repo: Repo, times: Times, chance: random.Random, figure: Figure) -> None:
    lines = times(150, 6000)
    bound(repo, hooks=True)
    texts = [written(chance, lines // 3) for _ in range(3)]
    repo.write("CLAUDE.md", texts[0])
    skills(repo, [*texts[1:], *("\n".join(it) for it in WRITINGS.values())])
    paths, said = flagged_by_hook(repo)
    assert paths == [], said
    assert "repo-ahead" in said, "the check did run"
    mark = "Last\u200b line\n"
    end = texts[0].count("\n")
    repo.write("CLAUDE.md", texts[0] + mark)
    assert told(repo, "CLAUDE.md", 1) == {end}, "only what was put in"
    figure(f"0 false alarms in {lines:,} lines of four scripts and emoji")


def test_every_hidden_character_is_flagged(
    repo: Repo, times: Times, chance: random.Random, figure: Figure
) -> None:
    chars = chance.sample(HIDDEN, times(40, len(HIDDEN)))
    bound(repo, hooks=True)
    paths = skills(repo, [f"Use{char}tabs." for char in chars])
    flagged, said = flagged_by_hook(repo)
    assert sorted(flagged) == sorted(paths), said
    context = [f"Use{char}tabs." for char in chars]
    # A line break of its own kind ends an editor's line, too; so each is told on line or next.
    repo.write("CLAUDE.md", "\n".join(context).encode())
    assert len(told(repo, "CLAUDE.md", len(chars))) == len(chars)
    figure(f"{len(chars)} of {len(HIDDEN)} hidden characters tried, all flagged in both")


def test_backdoors_are_flagged_among_every_writing(
    repo: Repo, times: Times, chance: random.Random, figure: Figure
) -> None:
    lines = [line for _ in range(times(1, 5)) for line in backdoored(chance)]
    lines = chance.sample(lines, times(40, len(lines)))
    bound(repo, hooks=True)
    paths = skills(repo, lines)
    flagged, said = flagged_by_hook(repo)
    assert sorted(flagged) == sorted(paths), said
    some = lines[:400]  # the editor shows a thousand of one file
    repo.write("CLAUDE.md", "\n".join(some).encode())
    assert told(repo, "CLAUDE.md", len(some)) == set(range(len(some)))
    figure(f"{len(lines)} hidden orders among five writings, all flagged")
