"""Under umask 000: whatever we make, for however short a time, only its owner can get at."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from conftest import Repo
from faults.recording import tracer
from storetools import query

from studio_git.store.connection import open_store

FAULT = "from studio_git import faultlog; faultlog.record('a fault', 'details')"

DAY = f"""
umask 000
git studio init --yes --name 'Risk Workbench'
git add -A; git commit -q -m 'First

Decision: Choice'
git worktree add -q ../linked
( cd ../linked; git studio status; echo other >CLAUDE.md; git commit -q -a -m 'Linked' )
echo '# Other rules' >CLAUDE.md; git studio status; git studio sync
git studio resolve CLAUDE.md --accept-repo; git studio undo
git commit -q --amend -m 'First again'; git commit -q -a -m 'Second'; git studio capture
git studio backfill --all-authors
git studio cycle start 'Auth Flow'; git studio task add 'Write it' --cycle 'Auth Flow'
git studio decision add 'By hand'; git studio decision export adr
git studio registry add skill skill.md; git studio registry sync
git studio registry export --all out
git studio search choice; git studio stack detect; git studio deps check
git studio backup --full; git studio project export ../exported
git studio restore "$(ls "$STUDIO_HOME"/backups | grep 'db$' | tail -n 1)" --yes --files
git studio hooks uninstall; git studio hooks install
printf 'bad line\\n' >>.git/studio/spool; git studio capture
studio-lsp <editor
'{sys.executable}' -c "{FAULT}"
head -c 5000 /dev/urandom >"$STUDIO_HOME/studio.db"
git studio doctor; git studio doctor --rebuild --yes; git studio doctor --fix --yes
"""
"""Commands that make files of every kind: also those of a damaged store, and of a fault."""

_OPENED = re.compile(
    r"(?:openat|open|creat)\(.*O_CREAT.*, 0?([0-7]+)\) = \d+<(.*?)>(?:\(deleted\))?$"
)
_FOLDER = re.compile(r'mkdir(?:at\(.*?)?[(,] ?"(.*?)", 0?([0-7]+)\) += 0')


_NOTES = re.compile(r"(?:spool|kick|squash|rewrite)(?:[.].*)?")
"""What hooks note in sh, for moments, in a folder of ours that nobody else can enter: a mask of
its own would cost each commit a process."""

_MASK = re.compile(r"^ *umask\(0?([0-7]+)\)")
_CHILD = re.compile(r"(?:clone3?|v?fork)(?:\(| resumed>).* = (\d+)$")


def spoken(top: Path) -> bytes:
    """What an editor says that opens a folder and goes away."""
    said = [
        f'{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"processId":null,'
        f'"rootUri":"{top.as_uri()}","capabilities":{{}}}}}}',
        '{"jsonrpc":"2.0","method":"initialized","params":{}}',
        '{"jsonrpc":"2.0","id":2,"method":"shutdown"}',
        '{"jsonrpc":"2.0","method":"exit"}',
    ]
    return "".join(f"Content-Length: {len(it)}\r\n\r\n{it}" for it in said).encode()


def made(log: Path) -> Iterator[tuple[Path, int]]:
    """What programs made: the path, and the mode that it got, the first time.

    The mode that a call names is less the process's mask, which a child has from its parent.
    """
    masks: dict[str, int] = {}
    seen = set()
    for line in log.read_text("utf-8", "surrogateescape").splitlines():
        process, _, call = line.partition(" ")
        masked, child = _MASK.search(call), _CHILD.search(call)
        opened, folder = _OPENED.search(call), _FOLDER.search(call)
        if masked:
            masks[process] = int(masked[1], 8)
        elif child:
            masks[child[1]] = masks.get(process, 0)
        elif opened or folder:
            path = Path(opened[2] if opened else folder[1])  # type: ignore[index]
            mode = int(opened[1] if opened else folder[2], 8)  # type: ignore[index]
            if path not in seen:
                seen.add(path)
                yield path, mode & ~masks.get(process, 0)


def test_all_is_private_from_its_first_moment(
    repo: Repo, studio_home: Path, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    repo.write("CLAUDE.md", "# Rules\n")
    repo.write("skill.md", "# Skill\n\n## Description\nQueries.\n")
    repo.write("pyproject.toml", '[project]\nname = "x"\ndependencies = ["fastapi"]\n')
    repo.write("editor", spoken(repo.path))
    (repo.path / ".git" / "info" / "exclude").write_text("/editor\n/out\n/exported\n")
    log = tmp_path / "trace"
    calls = "trace=open,openat,creat,mkdir,mkdirat,umask,clone,clone3,fork,vfork"
    words = tracer("-y", "-s", "4096", "-e", calls, "-o", str(log), "sh", "-c", DAY)
    done = subprocess.run(words, cwd=repo.path, capture_output=True, text=True, check=False)
    ours = {studio_home, repo.path / ".git" / "studio", tmp_path / "exported"}
    ours |= {path for path in (repo.path / ".git").rglob("studio") if path.is_dir()}
    private, wrong, hooks, notes = 0, [], 0, 0
    for path, mode in made(log):
        if any(path.is_relative_to(top) for top in ours):
            private += 1
            noted = path.parent.name == "studio" and _NOTES.fullmatch(path.name)
            notes += bool(noted)
            wrong += [(path, oct(mode))] if mode & 0o077 and not noted else []
        elif path.is_relative_to(repo.path / ".git" / "hooks"):
            hooks += 1
            wrong += [(path, oct(mode))] if mode & 0o022 else []
    assert not wrong, [(str(path), mode) for path, mode in wrong]
    assert private > 60, done.stderr[-2000:]
    assert hooks > 4
    for part in ("logs/git-studio.log", "search.db", "backups", "projects", "registry/skills"):
        assert (studio_home / part).exists(), (part, done.stderr[-2000:])
    kept = open_modes(ours)
    assert kept == []
    assert writable(repo.path / ".git" / "hooks") == []
    assert notes < 20
    figure(f"{private} files and folders made: 0 for others to get at, {hooks} hooks: 0 to write")


def open_modes(tops: set[Path]) -> list[tuple[str, str]]:
    """What stands there now that is not as it has to be."""
    found = []
    for top in tops:
        for path in [top, *top.rglob("*")]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            wanted = 0o700 if path.is_dir() else 0o600
            noted = path.parent.name == "studio" and _NOTES.fullmatch(path.name)
            if mode != wanted and not noted and not path.is_symlink():
                found.append((str(path), oct(mode)))
    return found


def writable(top: Path) -> list[str]:
    return [str(path) for path in top.iterdir() if path.lstat().st_mode & 0o022]


def test_what_sqlite_keeps_beside_an_open_store(repo: Repo, studio_home: Path) -> None:
    old = os.umask(0)
    try:
        assert repo.studio("init", "--yes", "--no-hooks").status == 0
        with open_store(studio_home) as store, store.writing() as db:
            db.execute("INSERT INTO projects (id, name) VALUES ('p', 'x')")
            assert (studio_home / "studio.db-wal").exists()
            assert open_modes({studio_home}) == []
        assert query(studio_home / "studio.db", "SELECT count(*) FROM projects") == [(2,)]
    finally:
        os.umask(old)
