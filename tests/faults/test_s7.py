"""S7: NUL, invalid UTF-8, CRLF, BOM and lone surrogates: no crash, and the bytes stay.

The side that counts is never touched, and the other one is had back by undo; what is no text is
told, and neither side of it is touched.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from capturing import bind as bind_in_process
from conftest import Repo
from drifttools import bound, canonical, dashboard_writes, rows
from lsp.wire import connected, frame, notification, request
from shimtools import adopt_background, end_of_background

from studio_git.__main__ import main
from studio_git.core.text import normalise

Times = Callable[[int, int], int]
Figure = Callable[[str], None]

BOM = b"\xef\xbb\xbf"
TEXTS = (
    b"",
    b"\n",
    b"one\r\ntwo\r\n",
    b"one\r\ntwo\nthree\rfour",
    b"one\r\r\ntwo\r\r\n",
    BOM + b"# Rules\r\n\r\nUse tabs.\r\n",
    BOM + BOM + b"twice\n",
    b"# Rules\n" + BOM + b"inside\n",
    "é e\u0301 𝒳 \u2028 \x85 \x0b\x0c\n".encode(),
    b"\x01\x1b[2J\x7f\n",
    b"no end",
    b"\n\n\nlines\n\n\n",
    b"trailing \t \n",
)
"""What is text, whatever else it is."""

NO_TEXTS = (
    b"a\0b\n",
    b"\0" * 100,
    b"caf\xe9\n",
    b"\xed\xa0\x80\n",
    b"\xc0\xaf\n",
    b"\xf4\x90\x80\x80\n",
    b"\xff\xfeh\0i\0",
    b"\xfe\xff\0h\0i",
    "é".encode()[:1],
    b"ok\n" * 100 + b"\x80",
)
"""What is none."""

LOOKING = (["status"], ["status", "--json"], ["status", "--staged"], ["diff"], ["lint"], ["sync"])
SETTLING = ("--accept-repo", "--keep-studio", "--merge", "--dismiss")


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    adopt_background()
    yield
    end_of_background()


@pytest.fixture
def here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.chdir(repo.path)
    return repo


def says(words: list[str], capfd: pytest.CaptureFixture[str]) -> int:
    """Run a command; its status. It says nothing of a fault of ours."""
    capfd.readouterr()
    status = main(words)
    said = capfd.readouterr()
    assert status in (0, 1, 2), words
    assert "unexpected" not in said.err, (words, said.err)
    assert said.out.isprintable() or not set("\0\x1b\x85") & set(said.out), words
    if "--json" in words:
        json.loads(said.out)
    return status


def sides(here: Repo) -> tuple[bytes, bytes]:
    return (here.path / "CLAUDE.md").read_bytes(), canonical().read_bytes()


def test_texts_go_round(
    here: Repo,
    capfd: pytest.CaptureFixture[str],
    times: Times,
    chance: random.Random,
    figure: Figure,
) -> None:
    """What counts is kept byte for byte, what it replaced comes back byte for byte."""
    bound(here)
    pairs = [(one, other) for one in TEXTS for other in TEXTS if one != other]
    pairs = chance.sample(pairs, times(5, len(pairs)))
    for mine, theirs in pairs:
        dashboard_writes(theirs)
        (here.path / "CLAUDE.md").write_bytes(mine)
        for words in LOOKING[: times(1, 2)]:
            says(words, capfd)
        assert sides(here) == (mine, theirs), "looking changes nothing"
        if says(["status"], capfd) == 0:
            continue  # they say the same, but for their line ends
        assert says(["resolve", "CLAUDE.md", "--accept-repo"], capfd) == 0
        taken = sides(here)
        assert taken[0] == mine
        assert normalise(taken[1]) == normalise(mine), "but for how lines end in Studio's"
        assert says(["undo"], capfd) == 0
        assert sides(here) == (mine, theirs)
        assert says(["resolve", "CLAUDE.md", "--keep-studio"], capfd) == 0
        assert canonical().read_bytes() == theirs
        assert says(["status"], capfd) == 0
        assert says(["undo"], capfd) == 0
        assert sides(here) == (mine, theirs)
    figure(f"{len(pairs)} pairs of {len(TEXTS)} texts went to and fro")


@pytest.mark.parametrize("side", ["repo", "studio", "both"])
def test_what_is_no_text_is_left_alone(
    here: Repo, side: str, capfd: pytest.CaptureFixture[str], times: Times, chance: random.Random
) -> None:
    bound(here)
    for data in (NO_TEXTS[0], *chance.sample(NO_TEXTS[1:], times(1, len(NO_TEXTS) - 1))):
        if side != "repo":
            dashboard_writes(data)
        if side != "studio":
            (here.path / "CLAUDE.md").write_bytes(data)
        before = sides(here)
        for words in LOOKING:
            assert says(words, capfd) != 0 or words in (["status", "--staged"], ["lint"])
        for option in SETTLING:
            says(["resolve", "CLAUDE.md", option], capfd)
            assert sides(here) == before, option


def test_commits_of_it_all(here: Repo, figure: Figure) -> None:
    """In files, in their names, in messages and authors of any encoding: the real hooks go on."""
    bound(here, hooks=True)
    for number, data in enumerate((*TEXTS, *NO_TEXTS)):
        (here.path / "CLAUDE.md").write_bytes(data)
        name = os.fsencode(here.path) + b"/\xff%d\x1b.md" % number
        with open(name, "wb") as file:  # noqa: PTH123 - no Path holds it everywhere
            file.write(data)
        here.git("add", "-A")
        message = here.path / ".git" / "hostile-message"
        message.write_bytes(
            b"Work %d \xff\x1b[m caf\xe9\n\nDecision: Use %d \xe9\n" % (number, number)
        )
        env = {"GIT_AUTHOR_NAME": os.fsdecode(b"Ad\xe0")}
        words = ["-c", "i18n.commitEncoding=latin-1", "commit", "-q", "--cleanup=verbatim"]
        answer = here.try_git(
            *words, "--no-verify" if number % 2 else "--verbose", "-F", message, env=env
        )
        assert "Traceback" not in answer.err
        if answer.status:
            assert "stopped" in answer.err, answer.err
            here.git(*words, "--no-verify", "-F", message, env=env)
    done = here.studio("capture", "--json")
    assert done.status == 0, done.err
    titles = [row["title"] for row in rows("SELECT title FROM decisions")]
    many = len(TEXTS) + len(NO_TEXTS)
    assert sorted(titles) == sorted(f"Use {number} é" for number in range(many))
    for (summary,) in rows("SELECT summary FROM sessions"):
        assert "\0" not in summary
    figure(f"{many} kinds of content committed and captured")


def test_the_server_takes_lone_surrogates(repo: Repo, figure: Figure) -> None:
    """JSON can spell half a character, and no encoding can hold it."""
    place = repo.write("CLAUDE.md", "# Rules\n")
    half = "\\ud800"
    tries = 0
    with connected() as wire:
        wire.initialize(rootUri=repo.path.as_uri(), workspaceFolders=None)
        for text in (half, f"# {half}\\udc00 {half}", f"\\udfff\\r\\n{half}", "\\u0000"):
            for uri in (place.as_uri(), f"{place.as_uri()}{half}", half):
                item = {"uri": "URI", "languageId": "markdown", "version": 1, "text": "TEXT"}
                told = json.dumps(notification("textDocument/didOpen", {"textDocument": item}))
                wire.send(frame(told.replace("URI", uri).replace("TEXT", text).encode()))
                about: Any = {
                    "textDocument": {"uri": "URI"},
                    "position": {"line": 0, "character": 1},
                }
                asked = json.dumps(request(9000 + tries, "textDocument/hover", about))
                wire.send(frame(asked.replace("URI", uri).encode()))
                wire.answer(9000 + tries)
                tries += 1
        assert wire.goodbye() == 0
        assert b"Traceback" not in wire.stderr
    assert Path(place).read_text() == "# Rules\n"
    figure(f"{tries} documents with halves of characters answered")


def test_the_projects_own_files(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A session file that somebody spoilt is kept as it is, and told."""
    clone = bind_in_process(repo)
    repo.commit("Work\n\nDecision: One\n")
    clone.capture()
    (session,) = clone.sessions()
    path = clone.file(session["id"])
    for data in NO_TEXTS:
        path.write_bytes(data)
        repo.commit("More\n\nDecision: Two\n")
        try:
            clone.capture()
        except Exception as error:
            assert type(error).__module__.startswith("studio_git"), error  # noqa: PT017
        assert path.read_bytes() == data or data in path.read_bytes()
