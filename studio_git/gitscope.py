"""Whose configuration says it: the user's own, or the repository's that they stand in.

A repository's configuration comes along with an archive, a shared disk or a container. What it
says of words and numbers counts as git has it; a program that it names is never started by us.
"""

from __future__ import annotations

import os

from studio_git.gitio import Git, zsplit

_OF_THE_REPOSITORY = (b"local", b"worktree")


def own_values(git: Git, pattern: str) -> dict[str, str | None]:
    """The keys that match a regular expression, each with what the user's own files say.

    None for one that the repository's configuration has alone.
    """
    _, output, _ = git.ask("config", "--null", "--show-scope", "--get-regexp", pattern)
    fields = zsplit(output)
    found: dict[str, str | None] = {}
    for scope, record in zip(fields[::2], fields[1::2], strict=True):
        key, _, value = os.fsdecode(record).partition("\n")
        found[key] = found.get(key) if scope in _OF_THE_REPOSITORY else value
    return found


def without_repository_filters(git: Git) -> Git:
    """The same git, for what reads files of the work tree through the filters of attributes.

    Filters that the user has set up for all repositories still run; one that the repository's
    configuration names, or changes, does as the user's own says, or nothing.
    """
    wanted = own_values(git, r"^filter\..*\.(clean|smudge|process|required)$")
    for number, (key, value) in enumerate(wanted.items()):
        nothing = "false" if key.endswith(".required") else ""
        git.environment[f"GIT_CONFIG_KEY_{number}"] = key
        git.environment[f"GIT_CONFIG_VALUE_{number}"] = nothing if value is None else value
    git.environment["GIT_CONFIG_COUNT"] = str(len(wanted))
    return git
