"""How the databases of a Studio home keep what is being written, by the file system they are on.

SQLite's log of writes (WAL) needs memory that all its users share, which no network file system
has: https://sqlite.org/wal.html. There the older journal is kept, beside which readers wait.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

MOUNTS = "STUDIO_MOUNTS"
"""The variable that names another table of mounts than Linux's own."""

_TABLE = "/proc/self/mountinfo"
_NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph", "fuse.glusterfs",
     "fuse.rclone", "lustre", "gpfs", "ncpfs", "davfs", "fuse.davfs2", "virtiofs")
)  # fmt: skip


def network(folder: Path) -> str:
    """The type of the network file system that a folder is on; empty on any other, or unknown."""
    try:
        text = Path(os.environ.get(MOUNTS) or _TABLE).read_text("utf-8", "replace")
    except OSError:
        return ""
    return network_type(folder.resolve(), text)


def network_type(path: Path, mounts: str) -> str:
    """The type of a network file system that a path is on; empty on any other.

    ``mounts`` is the text of Linux's /proc/self/mountinfo (proc_pid_mountinfo(5)).
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].encode().decode("unicode_escape", "replace")
        inside = point == "/" or str(path) == point or str(path).startswith(f"{point}/")
        if inside and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind if kind in _NETWORK else ""


def settle_journal(db: sqlite3.Connection, path: Path) -> None:
    """Let a database keep the journal that fits the place of its file. Raises sqlite3.Error.

    One in WAL mode that another program has open stays so until that has closed it.
    """
    is_wal = str(db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    if not network(path.parent):
        if not is_wal:
            db.execute("PRAGMA journal_mode = WAL")
    elif is_wal:
        try:
            db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
