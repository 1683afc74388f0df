"""What ``make bench`` runs, in this order, and what the page says where a peer is ahead."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    """``full`` is whether it has a large size, ``tiny`` makes it small enough to be tried.

    ``ahead`` says what it would take to be as fast as a peer, by the peer's name.
    """

    name: str
    title: str
    tiny: str
    full: bool = False
    ahead: dict[str, str] = field(default_factory=dict)


LOOKS = (
    "It looks at no file, where ours asks git for the index and the store's files for their age. "
    "Nearer to it would take doing that in fewer processes."
)
DATES = "It reads dates and addresses alone, no files and no messages, and stores nothing."
TOPICS = (
    Topic(
        "commit",
        "A commit's hooks",
        "--rounds 3",
        ahead={
            "husky": LOOKS,
            "lefthook": LOOKS,
            "prek": LOOKS,
            "AgentNote": "Without an agent at work its hooks end at once, and record nothing. "
            "Ours records each commit.",
        },
    ),
    Topic("rebase", "A rebase", "--rounds 2"),
    Topic("latency", "Until a commit is a session", "--rounds 3"),
    Topic("many", "Eight processes at once", "--commits 2", full=True),
    Topic("scale", "A full store", "--rounds 2", full=True),
    Topic(
        "backfill",
        "Taking in a history",
        "--commits 200 --few 50 --rounds 2",
        full=True,
        ahead={
            "git-hours": DATES,
            "git-hours' port to Python": DATES,
        },
    ),
    Topic(
        "context",
        "Checking and syncing context files",
        "--rounds 2",
        ahead={
            "ruler": "It copies without looking at what is there, and remembers nothing: what was "
            "edited is gone. Ours starts Python, compares three sides and keeps what it replaces; "
            "nearer to it would take a command that imports less.",
        },
    ),
    Topic(
        "decisions",
        "Finding decisions again",
        "--rounds 2 --commits 60",
        ahead={
            "lore": "It asks git anew at each question and keeps nothing; its time grows with the "
            "history, ours does not. What ours takes is the start of Python and its libraries, "
            "and nearer to it would take a command that imports less.",
            "AgentNote": "It looks at one note. What ours takes is the start of Python and its "
            "libraries, and nearer to it would take a command that imports less.",
        },
    ),
    Topic(
        "memory",
        "Search, and status of many files",
        "--rounds 1 --records 2000 --files 100",
        full=True,
    ),
    Topic(
        "lsp",
        "The language server",
        "--rounds 2 --changes 4 --items 100 --records 1000",
        ahead={
            "ruff server": "It is a compiled program that lints Python in the process itself. To "
            "start like it, ours would have to be written in another language: a bare server of "
            "the same library is the floor for what is written in Python.",
        },
    ),
)
BY_NAME = {topic.name: topic for topic in TOPICS}
