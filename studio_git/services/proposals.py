"""What a committed ``.studio.toml`` proposes beyond what the user confirmed.

A pulled change to that file changes nothing by itself: it is told, and taken by
``git studio track --proposed``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio_git.config import Proposal
from studio_git.services.clone import Workspace


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences between what the file says now and what was confirmed.

    ``added`` and ``removed`` map canonical names to repository paths; ``aliases`` are paths
    whose alias entry changed; ``project_id`` is another project's id, where one is named.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    project_id: str = ""
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """True where there is anything to be taken."""
        return bool(self.added or self.removed or self.aliases or self.project_id)


def as_confirmed(proposal: Proposal | None) -> str:
    """What is kept of a proposal that was agreed to as a whole, as JSON."""
    proposal = proposal or Proposal()
    return _dumped(proposal.project_id, proposal.context, proposal.aliases)


def still_open(proposal: Proposal | None, confirmed: str, open_changes: Changes) -> str:
    """The same, but for changes that were not agreed to: they stay proposals."""
    proposal = proposal or Proposal()
    before = json.loads(confirmed or "{}")
    context = {
        name: path for name, path in proposal.context.items() if name not in open_changes.added
    }
    context |= {
        name: path
        for name, path in before.get("context", {}).items()
        if name in open_changes.added or name in open_changes.removed
    }
    known = before.get("alias", {})
    alias = {
        path: name for path, name in proposal.aliases.items() if path not in open_changes.aliases
    }
    alias |= {path: known[path] for path in open_changes.aliases if path in known}
    return _dumped(before.get("project", proposal.project_id), context, alias)


def _dumped(project_id: str, context: Mapping[str, str], alias: Mapping[str, str]) -> str:
    content = {"project": project_id, "context": dict(context), "alias": dict(alias)}
    return json.dumps(content, sort_keys=True)


def changes(workspace: Workspace) -> Changes:
    """What the work tree's ``.studio.toml`` proposes and the user has not confirmed."""
    proposal = workspace.proposal
    if proposal is None:
        return Changes()
    confirmed: Mapping[str, Any] = json.loads(workspace.repository.confirmed or "{}")
    context, alias = confirmed.get("context", {}), confirmed.get("alias", {})
    other = proposal.project_id and proposal.project_id not in (
        workspace.repository.project_id,
        confirmed.get("project"),
    )
    return Changes(
        added={name: path for name, path in proposal.context.items() if context.get(name) != path},
        removed={name: path for name, path in context.items() if name not in proposal.context},
        aliases=tuple(
            sorted(
                path
                for path in {*alias, *proposal.aliases}
                if alias.get(path) != proposal.aliases.get(path)
            )
        ),
        project_id=proposal.project_id if other else "",
        unknown=proposal.unknown,
    )


def told(found: Changes) -> list[str]:
    """The changes in a few lines for people; none where there are none."""
    if not found:
        return []
    words = [f"tracks {path}" for path in found.added.values()]
    words += [f"no longer tracks {path}" for path in found.removed.values()]
    words += [f"changes what {path} stands for" for path in found.aliases]
    lines = []
    if words:
        lines.append(f".studio.toml proposes: {', '.join(words)}.")
        lines.append("    take it with: git studio track --proposed")
    if found.project_id:
        lines.append(
            f".studio.toml names another project ({found.project_id}); this clone stays bound as "
            "it is."
        )
        lines.append(f"    bind it anew with: git studio init --project {found.project_id}")
    return lines
