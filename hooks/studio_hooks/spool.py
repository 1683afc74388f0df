"""The spool: what the hooks note for the worker, one short line each, in the common git folder.

A record is ``1<TAB>stage<TAB>git_dir<TAB>detail…``: the version of the format, the hook's name or
``blocked``, the absolute git folder of the worktree (empty where its name would break the line),
and what the stage tells:

==================  ==========================================================================
post-commit         the agent's session (``CLAUDE_CODE_SESSION_ID``), where there is one
post-merge          ``1`` for a squash, else ``0``
post-rewrite        ``amend`` or ``rebase``, then ``old new`` pairs, or ``@FILE``: the pairs are
                    the lines of that file beside the spool
post-checkout       nothing
post-applypatch     the number of the patch, and how many there are
blocked             nothing: the drift check stopped a commit
==================  ==========================================================================

Appends of a few hundred bytes are never torn by each other, of ten thousand they are. A full disk
or a power cut can cut one short, without its end of line: then the next one stands behind it on
the same line, and only what was cut is lost. What a record says is a hint: the worker finds the
truth by comparing the repository with the store.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from studio_git import files

VERSION = "1"
SHORT = 2000
"""Bytes of a record; longer pairs go into a file of their own."""
KEPT_OF_THE_BAD = 64 * 1024

_STAGE = re.compile(r"[a-z][a-z-]{2,30}")
_BEGINNING = re.compile(rb"1\t(?:post-(?:commit|merge|rewrite|checkout|applypatch)|blocked)\t")
_PAIRS_FILE = re.compile(r"@(rewrite\.[0-9.]{1,60})")  # longer ones no folder could hold


class Record(NamedTuple):
    """One note. ``git_dir`` is None where the record could not name it."""

    stage: str
    git_dir: Path | None
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was taken from the spool: its records, and what :func:`done` clears away.

    ``files`` are the files read with the bytes that were read, ``bad`` the lines that are no
    records.
    """

    records: tuple[Record, ...]
    files: tuple[tuple[Path, int], ...]
    bad: tuple[bytes, ...]
    pairs: tuple[Path, ...]


def append(common_dir: Path, stage: str, git_dir: Path, *details: str) -> None:
    """Note one event. Raises OSError where the folder cannot be written."""
    place = "" if _breaks_a_line(str(git_dir)) else str(git_dir)
    kept = [detail for detail in details if not _breaks_a_line(detail)]
    line = "\t".join([VERSION, stage, place, *kept])
    if len(os.fsencode(line)) > SHORT:
        name = _write_pairs(common_dir, kept[1:])
        line = "\t".join([VERSION, stage, place, *kept[:1], f"@{name}"])
    files.append_line(_studio(common_dir) / "spool", line)


def drain(common_dir: Path) -> Batch:
    """Take what the spool holds, with what earlier workers took and did not finish.

    Call it under the worker's lock. Nothing is lost until :func:`done`. What is no file or cannot
    be read stays where it is, and holds nothing up.
    """
    folder = _studio(common_dir)
    if _is_file(folder / "spool"):
        (folder / "spool").rename(folder / f"spool.{time.time_ns()}.{os.getpid()}")
    taken, bad, read, pairs = [], [], [], []
    for file in sorted(folder.glob("spool.[0-9]*")):
        data = _bytes(file)
        if data is None:
            continue
        read.append((file, len(data)))
        *lines, unfinished = data.split(b"\n")
        for line in lines:
            cut, rest = _apart(line)
            record = _parse(rest)
            bad += [part for part in (cut, b"" if record else rest) if part]
            if record is None:
                continue
            named = _pairs_file(folder, record)
            if named:
                pairs.append(named)
                record = record._replace(details=(record.details[0], *_pairs(named)))
            taken.append(record)
        bad += [unfinished] if unfinished else []
    return Batch(tuple(taken), tuple(read), tuple(bad), tuple(pairs))


def done(common_dir: Path, batch: Batch) -> None:
    """Clear away a batch that was settled. A file that grew meanwhile stays for the next."""
    if batch.bad:
        _set_aside(_studio(common_dir) / "spool.bad", batch.bad)
    grown = False
    for file, size in batch.files:
        if file.stat().st_size == size:
            file.unlink()
        else:
            grown = True
    for file in () if grown else batch.pairs:
        file.unlink(missing_ok=True)


def waiting(common_dir: Path) -> bool:
    """True where there is something to drain, or somebody asked for a worker."""
    folder = _studio(common_dir)
    taken = folder.glob("spool.[0-9]*")
    return (
        (folder / "kick").exists()
        or _is_file(folder / "spool")
        or any(_is_file(file) and os.access(file, os.R_OK) for file in taken)
    )


def _is_file(path: Path) -> bool:
    """True for a regular file itself, not for a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _bytes(file: Path) -> bytes | None:
    """What a spool holds; None where it cannot be read. A mode of our own file is put right."""
    if not _is_file(file):
        return None
    try:
        if not os.access(file, os.R_OK):
            file.chmod(files.FILE_MODE)
        return file.read_bytes()
    except OSError:
        return None


def _studio(common_dir: Path) -> Path:
    return common_dir / "studio"


def _breaks_a_line(text: str) -> bool:
    """True for text that is not one field of plain UTF-8."""
    return any(ord(sign) < 32 or ord(sign) == 127 or 0xD800 <= ord(sign) <= 0xDFFF for sign in text)


def _apart(line: bytes) -> tuple[bytes, bytes]:
    """What was cut short, and what stands behind it; no record has the beginning of one inside."""
    *_, last = (0, *(found.start() for found in _BEGINNING.finditer(line)))
    return line[:last], line[last:]


def _parse(line: bytes) -> Record | None:
    version, *fields = os.fsdecode(line).split("\t")
    if version != VERSION or len(fields) < 2 or not _STAGE.fullmatch(fields[0]):
        return None
    stage, git_dir, *details = fields
    if git_dir and not Path(git_dir).is_absolute():
        return None
    while details and not details[-1]:
        details.pop()
    return Record(stage, Path(git_dir) if git_dir else None, tuple(details))


def _pairs_file(folder: Path, record: Record) -> Path | None:
    if record.stage != "post-rewrite" or len(record.details) != 2:
        return None
    named = _PAIRS_FILE.fullmatch(record.details[1])
    return folder / named[1] if named else None


def _pairs(file: Path) -> list[str]:
    """``old new`` for each line that git wrote; none if the file is gone."""
    data = files.read_bytes(file) or b""
    words = (line.split() for line in data.decode("ascii", "replace").splitlines())
    return [f"{pair[0]} {pair[1]}" for pair in words if len(pair) >= 2]


def _write_pairs(common_dir: Path, lines: Iterable[str]) -> str:
    name = f"rewrite.{os.getpid()}.{time.time_ns()}"
    with (_studio(common_dir) / name).open("x", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return name


def _set_aside(file: Path, lines: Iterable[bytes]) -> None:
    with file.open("ab") as kept:
        room = KEPT_OF_THE_BAD - kept.tell()
        for line in lines:
            room -= len(line) + 1
            if room >= 0:
                kept.write(line + b"\n")
