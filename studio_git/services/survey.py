"""What GitPython knows of a repository: remotes and submodules, for the words of ``init``."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from pathlib import Path

from git import Repo
from git.exc import GitError as GitPythonError

from studio_git import gitio


@dataclass(frozen=True, slots=True)
class Survey:
    """A repository's name as people know it, and the paths of its submodules."""

    name: str
    submodules: tuple[str, ...] = ()


def survey(top: Path) -> Survey:
    """Look at a repository's configuration; what GitPython cannot read is left out.

    GitPython does not read SHA-256 and reftable repositories (3.2.1), so nothing here decides
    anything: the folder's name stands in.
    """
    try:
        with Repo(top) as repo:
            repo.git.update_environment(**gitio.clean_environment())
            urls = {remote.name: next(remote.urls, "") for remote in repo.remotes}
            submodules = tuple(str(module.path) for module in repo.submodules)
    except (GitPythonError, configparser.Error, ValueError, KeyError, OSError):
        return Survey(top.name)
    url = urls.get("origin") or next(iter(urls.values()), "")
    return Survey(_name_in(url) or top.name, submodules)


def _name_in(url: str) -> str:
    last = re.split(r"[/:\\]", url.rstrip("/\\"))[-1]
    return last.removesuffix(".git").strip()
