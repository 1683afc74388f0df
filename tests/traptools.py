"""A repository whose own configuration names programs everywhere, each of which leaves a mark.

What stands in a repository's ``.git/config`` comes with an archive, a shared disk or a container,
never with a clone. Git starts much of what it names; nothing of ours may.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import Repo

ATTRIBUTES = """\
* filter=trap diff=trap merge=trap
*.py diff=textconv
*.own diff=textconv filter=process
"""

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout",
    "post-merge", "pre-push", "pre-receive", "update", "proc-receive", "post-receive",
    "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite",
    "sendemail-validate", "fsmonitor-watchman", "post-index-change",
)  # fmt: skip

KEYS = (
    "core.fsmonitor", "diff.external", "diff.trap.command", "diff.trap.textconv",
    "diff.textconv.textconv", "filter.trap.clean", "filter.trap.smudge", "filter.process.process",
    "filter.process.clean", "filter.process.smudge", "merge.trap.driver", "merge.trap.recursive",
    "gpg.program", "gpg.ssh.program", "gpg.x509.program",
    "gpg.ssh.defaultKeyCommand", "core.pager", "core.editor", "sequence.editor", "core.sshCommand",
    "core.askPass", "core.gitProxy", "core.alternateRefsCommand", "credential.helper",
    "interactive.diffFilter", "trailer.decision.command", "trailer.decision.cmd",
    "trailer.x.command", "uploadpack.packObjectsHook", "tar.tar.gz.command", "web.browser",
    "man.viewer", "browser.trap.cmd", "diff.tool", "difftool.trap.cmd", "merge.tool",
    "mergetool.trap.cmd", "sendemail.smtpServer", "sendemail.toCmd", "guitool.trap.cmd",
    "hook.trap.command", "instaweb.httpd", "gc.recentObjectsHook", "remote.origin.uploadpack",
    "remote.origin.receivepack",
)  # fmt: skip
"""Keys whose value is a program; each has a program of its own, which notes the key."""

PAGED = (
    "blame", "branch", "config", "diff", "diff-tree", "for-each-ref", "log", "ls-files", "ls-tree",
    "rev-list", "rev-parse", "show", "status", "tag", "worktree",
)  # fmt: skip
ALIASED = (
    *PAGED, "cat-file", "check-ignore", "diff-index", "hash-object", "hook", "merge-base",
    "patch-id", "studio", "symbolic-ref", "var", "x",
)  # fmt: skip

REMOTES: Mapping[str, str] = {
    "ext": "url = ext::{trap} %S",
    "ssh": "url = ssh://nobody@invalid.invalid/x",
    "local": "url = {top}",
    "helper": "url = trap::x",
    "vcs": "url = x\n\tvcs = trap",
    "proxy": "url = git://invalid.invalid/x",
    "instead": "url = https://invalid.invalid/x",
}
"""Where a clone that lacks objects would get them from, each by a program of its own."""


@dataclass
class Traps:
    """Programs that note that they were started, in ``marks``; ``folder`` is where they are."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.marks = self.folder / "marks"

    def program(self, name: str) -> str:
        """The path of a program that notes its name; a filter gives back what it is given."""
        path = self.folder / name.replace("/", "-")
        mark = f'echo "{name} $*" >>{shlex.quote(str(self.marks))}'
        works = "cat" if name.endswith((".clean", ".smudge")) else ":"
        path.write_text(f"#!/bin/sh\n{mark}\n{works}\n")
        path.chmod(0o755)
        return str(path)

    def sprung(self) -> list[str]:
        """What was started since this was asked last."""
        found = self.marks.read_text().splitlines() if self.marks.exists() else []
        self.marks.unlink(missing_ok=True)
        return found


def configuration(traps: Traps, top: Path, *, remote: str = "") -> str:
    """A configuration file that names a trap wherever git's documentation knows of a program.

    With ``remote``, one of :data:`REMOTES`, the clone also claims that it lacks objects.
    """
    lines: dict[str, list[str]] = {}

    def say(key: str, value: str) -> None:
        section, _, name = key.rpartition(".")
        head, _, sub = section.partition(".")
        title = f'[{head} "{sub}"]' if sub else f"[{head}]"
        lines.setdefault(title, []).append(f"{name} = {value}")

    traps.program("git-remote-trap")
    for key in KEYS:
        say(key, traps.program(key))
    for name in PAGED:
        say(f"pager.{name}", traps.program(f"pager.{name}"))
    for name in ALIASED:
        say(f"alias.{name}", f"!{traps.program(f'alias.{name}')}")
    attributes = traps.folder / "attributes"
    attributes.write_text(ATTRIBUTES)
    hooks = traps.folder / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        hook = hooks / name
        if not hook.exists():
            hook.symlink_to(traps.program(f"hook.{name}"))
    settings = (
        ("core.hooksPath", str(hooks)),
        ("core.attributesFile", str(attributes)),
        ("core.untrackedCache", "true"),
        ("core.pager", traps.program("core.pager")),
        ("hook.trap.event", "reference-transaction"),
        ("hook.trap.event", "pre-commit"),
        ("log.showSignature", "true"),
        ("commit.gpgSign", "true"),
        ("tag.gpgSign", "true"),
        ("filter.trap.required", "true"),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("submodule.part.update", f"!{traps.program('submodule.update')}"),
        ("submodule.part.url", f"ext::{traps.program('submodule.ext')} %S"),
        ("submodule.recurse", "true"),
        ("diff.submodule", "log"),
        ("status.submoduleSummary", "true"),
        ("trailer.decision.key", "Decision"),
        ("trailer.x.key", "X"),
        (f"url.ext::{traps.program('insteadOf')} %S .insteadOf", "https://invalid.invalid/"),
        ("diff.trap.cachetextconv", "false"),
    )
    for key, value in settings:
        say(key, value)
    if remote:
        said = REMOTES[remote].format(trap=traps.program(f"remote.{remote}"), top=top)
        lines.setdefault('[remote "origin"]', []).extend(
            [said, "promisor = true", "partialclonefilter = blob:none"]
        )
        lines["[extensions]"] = ["partialClone = origin"]
    return "".join(
        f"{section}\n" + "".join(f"\t{line}\n" for line in each) for section, each in lines.items()
    )


@dataclass
class Armed:
    """A repository that can be armed: what its configuration names is then in force."""

    repo: Repo
    traps: Traps

    def __post_init__(self) -> None:
        self.config = self.repo.path / ".git" / "config"
        self.plain = self.config.read_text()

    def arm(self, *, remote: str = "", how: str = "config") -> None:
        """Put the traps into force: in ``config``, through an ``include``, or ``config.worktree``.

        Names of attributes stand in the work tree, in ``info/attributes`` and in a file that the
        configuration names.
        """
        git = self.repo.path / ".git"
        (git / "info").mkdir(exist_ok=True)
        (git / "info" / "attributes").write_text(ATTRIBUTES)
        said = configuration(self.traps, self.repo.path, remote=remote)
        version = "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n"
        if how == "config":
            self.config.write_text(f"{self.plain}[core]\n\trepositoryFormatVersion = 1\n{said}")
        elif how == "include":
            (self.traps.folder / "included").write_text(said)
            extra = "\tpartialClone = origin\n" if remote else ""
            self.config.write_text(
                f"{self.plain}{version}{extra}[include]\n\tpath = {self.traps.folder}/included\n"
            )
        else:
            (git / "config.worktree").write_text(said)
            extra = "\tpartialClone = origin\n" if remote else ""
            self.config.write_text(f"{self.plain}{version}\tworktreeConfig = true\n{extra}")
        self.traps.sprung()

    def disarm(self) -> None:
        """Let git be git again, to commit something."""
        git = self.repo.path / ".git"
        (git / "info" / "attributes").unlink(missing_ok=True)
        self.config.write_text(self.plain)


def environment(traps: Traps) -> dict[str, str]:
    """With the helpers of transports on PATH, where git would find them."""
    return {"PATH": f"{os.environ['PATH']}{os.pathsep}{traps.folder}"}


def names(marks: Sequence[str]) -> set[str]:
    """Which traps were sprung."""
    return {mark.split(" ")[0] for mark in marks}
