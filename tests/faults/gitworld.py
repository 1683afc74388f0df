"""A user at work in a bound clone with git alone: every command leaves something that can go on.

Each method is one thing that a user does, with plain numbers for what it is done to, so that the
steps of a failure read as a test. The dates are those of a clock of the clone's own.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from capturing import HOUR, NOON
from conftest import EMAIL, Answer, Repo, run
from drifttools import sees
from situated import Here, message, set_up

from studio_git.commands.capture import capture_now
from studio_git.core import sessionfile
from studio_git.services.history import DIFF

Numbers = dict[str, tuple[int, int]]
"""Lines added and removed, by path."""

PAUSES = (0, 1, 20, 300, HOUR, 5 * HOUR)
"""Seconds between two commands; the last is longer than the gap of a session."""

_SHARED = "".join(f"line {number}\n" for number in range(12))
_TODO = """
import sys
how, *files = sys.argv[1:]
lines = [line for line in open(files[-1]) if line[:1].strip() and line[0] != "#"]
if how == "drop":
    del lines[0]
elif how == "reverse":
    lines.reverse()
elif len(lines) > 1:
    lines[1:] = [line.replace("pick", how, 1) for line in lines[1:]]
open(files[-1], "w").writelines(lines or ["noop\\n"])
"""
_PYTHON = re.compile(r"\bstudio_python=/\S+")
HOW = ("squash", "fixup", "drop", "reverse", "reword", "pick")
OUT = ("abort", "continue", "skip")


class World:
    """One clone, its worktrees and a colleague's clone that it pulls from.

    ``alone`` says that hooks start no worker: what they note is settled by :meth:`reconcile`.
    """

    def __init__(self, here: Here, *, alone: bool) -> None:
        self.here = here
        self.alone = alone
        self.places = [here.repo]
        self.place = here.repo
        self.theirs = Repo(here.repo.path.parent / "theirs")
        self.clock = NOON
        self.made = 0
        self.numbers: dict[str, Numbers] = {}
        self.hooks = True
        self.steps = 0

    # what the user does

    def work(self, *, where: int = 0, decides: bool = False, pause: int = 2, bare: int = 0) -> None:
        """Commit: a file of its own (``where`` 0), or a change of a shared line.

        ``bare`` 1 is ``--no-verify``, 2 an empty commit.
        """
        self.made += 1
        self.clock += PAUSES[pause]
        self._edit(where)
        options = {1: ["--no-verify"], 2: ["--allow-empty"]}.get(bare, [])
        if bare != 2:
            self.git("add", "-A")
        self.git("commit", "-q", "-m", self._message(decides), *options)

    def amend(self, *, what: int, decides: bool = False) -> None:
        """Amend: nothing (0), the words (1), the files (2), or both (3)."""
        if not self._own_head():
            return
        self.made += 1
        if what & 2:
            self._edit(0)
            self.git("add", "-A")
        said = ["-m", self._message(decides)] if what & 1 else ["--no-edit"]
        self.git("commit", "-q", "--amend", "--allow-empty", *said)

    def rebase(self, *, onto: int, way: int, out: int) -> None:
        """Rebase onto another branch, by merging or by patches."""
        name = self._branch(onto)
        self.git("rebase", "-q", ("--merge", "--apply")[way % 2], name)
        self._through(out)

    def edit_history(self, *, last: int, how: int, out: int) -> None:
        """Squash, fix up, drop, reorder or reword the last commits."""
        last = min(last, self._depth())
        if last:
            editor = f"{shlex.quote(sys.executable)} -c {shlex.quote(_TODO)} {HOW[how]}"
            self.git("rebase", "-q", "-i", f"HEAD~{last}", env={"GIT_SEQUENCE_EDITOR": editor})
            self._through(out)

    def fix_up(self, *, back: int, out: int) -> None:
        """Commit a fix of an earlier commit, and let git put it there."""
        back = min(back, self._depth() - 1)
        if back >= 0:
            self.made += 1
            self._edit(0)
            self.git("add", "-A")
            self.git("commit", "-q", "--fixup", f"HEAD~{back}")
            self.git("rebase", "-q", "-i", "--autosquash", f"HEAD~{back + 2}")
            self._through(out)

    def reset(self, *, back: int, how: int, again: bool = False) -> None:
        """Reset ``--soft``, ``--mixed`` or ``--hard``; ``again`` commits what is left."""
        back = min(back, self._depth())
        self.git("reset", "-q", ("--soft", "--mixed", "--hard")[how], f"HEAD~{back}")
        if again:
            self.git("add", "-A")
            self.git("commit", "-q", "-C", "ORIG_HEAD")
        self._tidy()

    def recover(self, *, back: int) -> None:
        """Go back to where HEAD stood some time ago."""
        self.git("reset", "-q", "--hard", f"HEAD@{{{back}}}")

    def pick(self, *, branch: int, back: int, how: int, out: int) -> None:
        """Cherry-pick from a branch: as it is, with ``-x``, or with ``-n`` and a commit."""
        options = ([], ["-x"], ["-n"])[how]
        self.git("cherry-pick", *options, f"{self._branch(branch)}~{back}")
        self._through(out)
        if how == 2:
            self.git("commit", "-q", "-C", f"{self._branch(branch)}~{back}")
            self._tidy()

    def revert(self, *, back: int, out: int) -> None:
        self.git("revert", "--no-edit", f"HEAD~{back}")
        self._through(out)

    def merge(self, *, branch: int, how: int, out: int) -> None:
        """Merge as git likes, never fast-forward, or squashed; what conflicts is resolved."""
        name = self._branch(branch)
        self.git("merge", "-q", "--no-edit", *([], ["--no-ff"], ["--squash"])[how], name)
        if how == 2:
            self.git("add", "-A")
            self.git("commit", "-q", "--no-edit")
            self._tidy()
        self._through(out)

    def branch(self, *, at: int) -> None:
        self.made += 1
        self.git("switch", "-q", "-c", f"branch{self.made}", f"HEAD~{at}")

    def switch(self, *, branch: int) -> None:
        self.git("switch", "-q", self._branch(branch))

    def detach(self, *, back: int) -> None:
        self.git("checkout", "-q", "--detach", f"HEAD~{back}")

    def delete(self, *, branch: int) -> None:
        """Delete a branch, merged or not."""
        if len(self._branches()) > 1:
            self.git("branch", "-q", "-D", self._branch(branch))

    def tag(self, *, back: int) -> None:
        self.made += 1
        self.git("tag", f"tag{self.made}", f"HEAD~{back}")

    def stash(self, *, drop: bool) -> None:
        """Put a change away, and take it up again (or not)."""
        self.made += 1
        self._edit(0)
        self._edit(3)
        self.git("stash", "push", "-q", "-u")
        if not drop:
            self.git("stash", "pop", "-q")
            self.git("add", "-A")
            self.git("commit", "-q", "-m", self._message(False))

    def add_worktree(self, *, back: int, detached: bool) -> None:
        """Add a worktree, and work there from now on."""
        self.made += 1
        path = self.here.repo.path.parent / f"tree{self.made}"
        kind = ["--detach"] if detached else ["-b", f"branch{self.made}"]
        if self.git("worktree", "add", "-q", *kind, path, f"HEAD~{back}").status == 0:
            self.places.append(Repo(path))
            self.place = self.places[-1]

    def go(self, *, place: int) -> None:
        """Work in another worktree."""
        self.place = self.places[place % len(self.places)]

    def remove_worktree(self) -> None:
        """Remove the worktree that is worked in."""
        if self.place is not self.here.repo:
            self.places.remove(self.place)
            gone, self.place = self.place, self.here.repo
            self.git("worktree", "remove", "--force", gone.path)

    def collect(self) -> None:
        """Let git throw away all that nothing reaches."""
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")

    def toggle_hooks(self) -> None:
        """Let git look for hooks where there are none, or where ours are again."""
        self.hooks = not self.hooks
        if self.hooks:
            self.git("config", "--unset", "core.hooksPath")
        else:
            self.git("config", "core.hooksPath", "/nonexistent")

    def pull(self, *, way: int, out: int) -> None:
        """A colleague commits, and it is fetched, merged, rebased onto, or picked."""
        self.made += 1
        self.theirs.write(f"theirs{self.made}", "theirs\n")
        self.theirs.git("add", "-A")
        self.theirs.git("commit", "-q", "-m", f"Theirs {self.made}", env=self._dates())
        self.git("fetch", "-q", "origin")
        words = (
            [],
            ["merge", "-q", "--no-edit", "origin/main"],
            ["rebase", "-q", "origin/main"],
            ["cherry-pick", "origin/main"],
        )[way]
        if words:
            self.git(*words)
            self._through(out)

    def kill_git(self, *, after: float) -> None:
        """Commit, and kill git with all that it has started, after so many seconds."""
        self.made += 1
        self._edit(0)
        self.git("add", "-A")
        process = subprocess.Popen(
            ["git", "commit", "-q", "-m", self._message(True)],
            cwd=self.place.path,
            env=os.environ | self._dates(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for lock in self.here.repo.place.common_dir.rglob("*.lock"):
            if "studio" not in lock.parts:  # git says so to its user: remove the file
                lock.unlink()

    def kill_workers(self) -> None:
        """Kill the workers of this clone, wherever they are."""
        for process in _workers(self.here.repo.place.common_dir):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def rest(self) -> None:
        """Let every worker of this clone come to its end."""
        while _workers(self.here.repo.place.common_dir):
            select.select([], [], [], 0.02)

    # what must hold

    def reconcile(self) -> None:
        """Bring the store up to date, as the command does."""
        if self.alone:
            (self.here.folder / "kick").unlink(missing_ok=True)
        with sees(self.here.repo.path) as workspace:
            report = capture_now(workspace)
        assert report.problems == ()

    def check(self) -> None:
        """Git and the store say the same, and nothing is counted twice."""
        self.count()
        self.reconcile()
        here = self.here
        assert here.log() == ""
        missing, more = self._apart()
        assert not missing, f"not in the store: {missing}"
        assert not more, f"in the store, and not in git: {more}"
        here.follows()
        rows = here.rows(
            "SELECT * FROM git_commits c WHERE rewritten_to IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM git_commit_sources s JOIN git_commits o ON o.oid = s.oid "
            "WHERE s.commit_id = c.id AND o.session_id = c.session_id AND o.id <> c.id "
            "AND o.rewritten_to IS NULL)"
        )
        self._sums(rows)
        self._once(rows)

    def count(self) -> None:
        """Remember what each commit changes, by git, before it may be thrown away."""
        git = self.here.git
        heads = [f"{place.git('rev-parse', 'HEAD')}" for place in self.places]
        for oid in git("rev-list", "--all", "--reflog", *heads).split():
            if oid not in self.numbers:
                self.numbers[oid] = _numbers(self.here.repo, oid)

    def picture(self) -> str:
        """Git's history and the store's rows, for whoever looks into a failure."""
        queries = (
            "SELECT id, oid, session_id, rewritten_to, gone_at, author_time, committer_time, "
            "patch_id, message FROM git_commits",
            "SELECT n.record_id, n.position, c.oid FROM git_notes n "
            "JOIN git_commits c ON c.id = n.commit_id",
            "SELECT commit_id, oid, how FROM git_commit_sources",
        )
        graph = self.here.git("log", "--graph", "--all", "--reflog", "--format=%h %at %ct %s%d")
        return "\n".join([graph, *(str(row) for sql in queries for row in self.here.rows(sql))])

    def _apart(self) -> tuple[set[str], set[str]]:
        """What only git has of the user's own commits, and what only the store has.

        A colleague's commit is in the store only where work of the user's was folded into it.
        """
        reached, mine = set(self.here.reached()), set(self.here.mine())
        strange = set()
        for row in self.here.rows("SELECT oid FROM git_commits WHERE author_email <> ?", EMAIL):
            strange.add(row["oid"])
        pulled = strange & set(self.here.git("rev-list", "--remotes=origin").split())
        for oid in pulled:
            assert self.here.rows("SELECT 1 FROM git_commits WHERE rewritten_to = ?", oid)
        return self._named(mine - reached), self._named(reached - mine - strange)

    def _named(self, oids: set[str]) -> set[str]:
        return {f"{oid[:7]} {self.here.git('log', '-1', '--format=%s', oid)}" for oid in oids}

    def _sums(self, rows: list[dict[str, Any]]) -> None:
        """The files of the sessions add up to git's own numbers."""
        wanted: dict[str, Numbers] = defaultdict(dict)
        for row in rows:
            files = wanted[row["session_id"]]
            for path, (added, removed) in self.numbers[row["oid"]].items():
                before = files.get(path, (0, 0))
                files[path] = (before[0] + added, before[1] + removed)
        for session_id, expected in wanted.items():
            said = sessionfile.parse(self.here.file(session_id).read_text())
            found = {it.path: (it.added or 0, it.removed or 0) for it in said.files}
            assert found == expected, f"session {session_id}"
        for session in self.here.sessions():
            assert session["duration_minutes"] >= 0

    def _once(self, rows: list[dict[str, Any]]) -> None:
        """No two commits that count are the same change made by one author at one time."""
        seen: dict[Any, str] = {}
        for row in rows:
            numbers = self.numbers[row["oid"]]
            if not numbers or " " in row["parents"]:
                continue
            key = (row["author_email"], row["author_time"], tuple(sorted(numbers.items())))
            other = seen.setdefault(key, row["oid"])
            assert other == row["oid"], f"counted twice: {other} and {row['oid']}"

    # underneath

    def git(self, *words: str | Path, env: dict[str, str] | None = None) -> Answer:
        """Run git where the user is; it may well refuse."""
        self.steps += 1
        more = {"GIT_EDITOR": "true", "GIT_MERGE_AUTOEDIT": "no"} | self._dates()
        return self.place.try_git(*words, env=more | (env or {}))

    def _dates(self) -> dict[str, str]:
        self.clock += 1
        return dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{self.clock} +0200")

    def _edit(self, where: int) -> None:
        if not where:
            self.place.write(f"file{self.made}", f"{self.made}\n" * (1 + self.made % 5))
            return
        shared = self.place.path / "shared"
        lines = (shared.read_text() if shared.exists() else _SHARED).splitlines()
        lines[where % max(1, len(lines)) : where % max(1, len(lines)) + 1] = [f"work {self.made}"]
        self.place.write("shared", "\n".join(lines) + "\n")

    def _message(self, decides: bool) -> str:
        subject = f"Work {self.made}"
        return message(subject, f"Decision: D{self.made}") if decides else f"{subject}\n"

    def _branches(self) -> list[str]:
        return self.here.git("for-each-ref", "--format=%(refname:short)", "refs/heads/").split()

    def _branch(self, number: int) -> str:
        names = self._branches()
        return names[number % len(names)]

    def _depth(self) -> int:
        """So many commits of HEAD's first parents are newer than the beginning."""
        return int(self.place.git("rev-list", "--count", "--first-parent", "start..HEAD"))

    def _own_head(self) -> bool:
        return self.place.git("log", "-1", "--format=%aE") == EMAIL and self._depth() > 0

    def _through(self, out: int) -> None:
        """Come to the end of what git is in the middle of, one way or another."""
        for attempt in range(12):
            doing = self._doing()
            if doing is None:
                break
            how = OUT[out] if attempt < 10 else "abort"
            if how == "skip" and doing == "merge":
                how = "abort"
            if how == "continue":
                self.git("add", "-A")
            if self.git(doing, f"--{how}").status and how == "continue":
                # Nothing is left of what was to be committed.
                self.git(doing, "--abort" if doing == "merge" else "--skip")
        self._tidy()

    def _doing(self) -> str | None:
        git_dir = self.place.place.git_dir
        for name, command in (
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
            ("MERGE_HEAD", "merge"),
        ):
            if (git_dir / name).exists():
                return command
        return None

    def _tidy(self) -> None:
        """Leave no half-done work behind."""
        self.git("reset", "-q", "--hard")
        self.git("clean", "-q", "-f", "-d")


def prepare(repo: Repo, *, alone: bool) -> None:
    """What every world begins with: a clone of a colleague's, bound, with hooks."""
    repo.write("shared", _SHARED)
    repo.commit("Before", when=NOON - 24 * HOUR)
    repo.git("tag", "start")
    theirs = Repo(repo.path.parent / "theirs")
    run("git", "clone", "-q", repo.path, theirs.path, cwd=repo.path.parent)
    theirs.git("config", "user.email", "bo@example.org")
    theirs.git("config", "user.name", "Bo Example")
    repo.git("remote", "add", "origin", theirs.path)
    here = set_up(repo)
    here.settle()
    if alone:
        idle = repo.path.parent / "idle"
        idle.write_text("#!/bin/sh\nexit 0\n")
        idle.chmod(0o755)
        for hook in (here.repo.place.common_dir / "hooks").iterdir():
            text, count = _PYTHON.subn(f"studio_python={idle}", hook.read_text())
            assert count or "studio" not in text, hook
            hook.write_text(text)


def begin(folder: Path, template: Path, home: Path, *, alone: bool) -> World:
    """A world in ``folder`` as :func:`prepare` left one there; ``template`` keeps a copy of it."""
    for path in (folder, home):
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(template / path.name, path, symlinks=True)
    here = Here(Repo(folder / "repo"), home)
    with here.store() as store:
        here.project_id = here.bound(store).project_id
    return World(here, alone=alone)


def _numbers(repo: Repo, oid: str) -> Numbers:
    """What a commit changed, and of a merge what it changed itself, by git."""
    parents = repo.git("rev-list", "--parents", "-n", "1", oid).split()[1:]
    sides = [_numstat(repo, parent, oid) for parent in parents]
    if len(sides) < 2:
        return sides[0] if sides else {}
    own = set.intersection(*(set(side) for side in sides))
    return {path: min((side[path] for side in sides), key=sum) for path in own}


def _numstat(repo: Repo, old: str, new: str) -> Numbers:
    found = {}
    for line in repo.git("diff-tree", "-r", "--numstat", *DIFF, old, new).splitlines():
        added, removed, path = line.split("\t")
        found[path] = (int(added), int(removed))
    return found


def _workers(common_dir: Path) -> list[int]:
    """The ids of the processes that are a worker of this clone (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"worker" in words and any(
                Path(os.fsdecode(word)).resolve() == common_dir for word in words[1:] if word
            ):
                found.append(int(entry.name))
    return found
