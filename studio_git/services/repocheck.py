"""What a commit can be checked for where there is no Studio home: in CI, in a fresh clone.

Copies and pointers that are to carry one text agree, and nothing is hidden in what agents read.
On the hook path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio_git import config
from studio_git.config import Proposal
from studio_git.core import aliases, catalogue, frames
from studio_git.core.models import DriftKind, Policy, Unreadable
from studio_git.core.text import content_hash
from studio_git.gitio import Git, Place
from studio_git.services import hiddencheck
from studio_git.services.making import changed, git_makes_it
from studio_git.services.sides import Found, Index

SKILL_FOLDERS = (".agents/skills", ".claude/skills", ".github/skills", "skills")
"""Where agents look for the skills of a repository, before it has any."""

_SKILL = re.compile(r"(?:^|/)skills/[^/]+/SKILL\.md$")
_SKILLS = ":(top,glob)**/skills/*/SKILL.md"


@dataclass(frozen=True, slots=True)
class RepoCheck:
    """What was found: lines to tell, and whether they stop the commit."""

    messages: tuple[str, ...] = ()
    blocked: bool = False


def is_skill(path: str) -> bool:
    """True for a skill that a repository carries, as ``.claude/skills/NAME/SKILL.md``."""
    return _SKILL.search(path) is not None


def skills_in(place: Place, index_file: Path | None) -> list[str]:
    """The skills that the index has."""
    git = Git(place.top, git_dir=place.git_dir, work_tree=place.top, index_file=index_file)
    return [os.fsdecode(path) for path in git.records("ls-files", "-z", "--cached", "--", _SKILLS)]


def read_by_agents(paths: list[str]) -> list[str]:
    """Those of a repository's paths that agents read: context files and skills."""
    return [it.path for it in catalogue.find(paths)] + [path for path in paths if is_skill(path)]


def check(place: Place, index_file: Path | None) -> RepoCheck:
    """Judge the index. Raises StudioError where that cannot be done.

    git names the index to the hooks of a commit. Where it does not, no commit is being made (a
    framework runs all its checks, as CI does), and what stands in the repository counts.
    """
    proposal = config.read_proposal(place.top) or Proposal()
    settings = config.settings(place, proposal)
    git = Git(place.top, git_dir=place.git_dir, work_tree=place.top, index_file=index_file)
    listed = [os.fsdecode(path) for path in git.records("ls-files", "-z", "--cached")]
    known = set(listed)
    named = [path for path in (*proposal.context.values(), *proposal.aliases) if path in known]
    found = Index(place, index_file).read({*read_by_agents(listed), *named})
    hiding = hiddencheck.look(found) if settings.hidden_unicode is not Policy.OFF else {}
    apart = _apart(proposal, found) | _pointing_nowhere(found, known)
    policy = settings.policy[DriftKind.CONFLICT]
    if policy is Policy.OFF:
        apart = {}
    blocking = [*(apart if policy is Policy.BLOCK else ())]
    blocking += hiding if settings.hidden_unicode is Policy.BLOCK else ()
    if index_file is not None:
        blocking = [] if git_makes_it(place) else changed(place, blocking, index_file)
    messages = [f"studio-git: {path}: {says}" for path, says in apart.items()]
    messages += hiddencheck.told(hiding)
    if blocking:
        messages += hiddencheck.stopped(dict.fromkeys(blocking))
    return RepoCheck(tuple(messages), bool(blocking))


def _apart(proposal: Proposal, found: Mapping[str, Found]) -> dict[str, str]:
    """Aliases of ``.studio.toml`` that carry another text than their context file."""
    apart = {}
    for path, name in proposal.aliases.items():
        primary = proposal.context.get(name, "")
        if path not in found or primary not in found:
            continue
        if _stands_for(path, found[path], primary) or _same(path, primary, found):
            continue
        apart[path] = f"differs from {primary}, which it is to be a copy of."
    return apart


def _pointing_nowhere(found: Mapping[str, Found], known: set[str]) -> dict[str, str]:
    """Files that are a pointer and nothing else, to a file that is not there."""
    folders = {path.rpartition("/")[0] for path in known}
    nowhere = {}
    for path, it in found.items():
        named = aliases.pointer_target(it.side) if isinstance(it.side, bytes) else None
        target = aliases.resolve_relative(path, named) if named and it.link is None else None
        if target is not None and target not in known | folders:
            nowhere[path] = f"points to {target}, which is not there."
    return nowhere


def _stands_for(path: str, it: Found, primary: str) -> bool:
    content = it.side if isinstance(it.side, bytes) else None
    link = None if it.link is None else os.path.relpath(it.link, os.path.dirname(path) or ".")  # noqa: PTH120
    named = aliases.target_of(path, aliases.Candidate(content, link))
    return named is not None and named[0] == primary


def _same(path: str, primary: str, found: Mapping[str, Found]) -> bool:
    sides = found[path].side, found[primary].side
    if any(isinstance(side, Unreadable) or side is None for side in sides):
        return False
    bodies = [
        frames.split(name, side).body
        for name, side in zip((path, primary), sides, strict=True)
        if isinstance(side, bytes)
    ]
    return content_hash(bodies[0]) == content_hash(bodies[1])
