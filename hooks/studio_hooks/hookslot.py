"""One hook's file: how ours is put beside what is there, and how that comes back.

A script of a POSIX shell gets our block right after its shebang. Anything else (Python, a
binary, CRLF, a symbolic link, a file that git does not run) is moved, under its own name, to a
folder beside the hooks folder, and a dispatcher of ours takes its place: so a hook that looks at
its own name, or at files relative to it, still finds what it looks for.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from studio_git import files
from studio_git.gitio import Place
from studio_hooks import hookfile, hookrecord
from studio_hooks.hookfile import Shape
from studio_hooks.hookrecord import Entry, Record

HOOK_MODE = 0o755


class Slot:
    """One file of a hooks folder, and what may be done to it."""

    def __init__(self, place: Place, path: Path, record: Record) -> None:
        self.place = place
        self.path = path
        self.record = record
        self.stage = _stage_of(path)
        self.key = os.path.relpath(path.with_name(self.stage), place.common_dir)
        self.kept = kept_folder(path.parent) / self.stage

    @property
    def kept_word(self) -> bytes:
        """Where the kept hook is, as seen from the hook's folder."""
        return os.fsencode(f"../{self.kept.parent.name}/{self.stage}")

    def put(self, block: bytes) -> None:
        """See to it that the hook runs our block."""
        self._recover()
        legacy = self._legacy_that_runs()
        if legacy is not None:
            legacy.put(block)
            return
        data = _regular(self.path)
        if data is None and not os.path.lexists(self.path):
            write_own(self.place, self.path, block, mode=HOOK_MODE)
        elif data is not None and hookfile.shape(data) is not Shape.NONE:
            self._refresh(data, block)
        elif data is not None and hookfile.chainable(data) and os.access(self.path, os.X_OK):
            self._chain(data, block)
        else:
            self._dispatch(block)

    def take_out(self) -> str:
        """Take our block out, and put back what it replaced; what had to be left, in words."""
        self._recover()
        data = _regular(self.path)
        shape = Shape.NONE if data is None else hookfile.shape(data)
        if data is None or shape is Shape.NONE:
            return ""
        if shape is Shape.OWN and not self._chained(data):
            self._remove(data)
        elif shape in (Shape.OWN, Shape.CHAINED):
            self._unchain(data)
        elif hookfile.edited_dispatcher(data, self.kept_word):
            self._write(hookfile.strip(data), expected=data)
            return f"{self.path} was edited: it still runs {self.kept}. Join the two by hand."
        else:
            self._put_back(data)
        return ""

    def _legacy_that_runs(self) -> Slot | None:
        """The hook beside this one that carries our block and that a framework runs."""
        front = _regular(self.path)
        beside = self.path.with_name(self.path.name + ".legacy")
        if front is None or not hookfile.runs_legacy(front) or not os.access(beside, os.X_OK):
            return None
        data = _regular(beside)
        if data is None or hookfile.shape(data) is Shape.NONE:
            return None
        if hookfile.found(front):
            self._write(hookfile.strip(front), expected=front)
        return Slot(self.place, beside, self.record)

    def _refresh(self, data: bytes, block: bytes) -> None:
        fresh = hookfile.insert(data, block)
        if fresh != data:
            self._write(fresh, expected=data)
            entry = self.record.entries.get(self.key)
            if entry is not None and entry.after == hookrecord.digest(data):
                self.record.entries[self.key] = Entry(entry.before, hookrecord.digest(fresh))
        mode = stat.S_IMODE(self.path.stat().st_mode)
        if hookfile.shape(fresh) is not Shape.CHAINED and not mode & stat.S_IXUSR:
            self.path.chmod(HOOK_MODE)

    def _chain(self, data: bytes, block: bytes) -> None:
        fresh = hookfile.insert(data, block)
        self._note(Entry(before=data, after=hookrecord.digest(fresh)))
        self._write(fresh, expected=data)

    def _dispatch(self, block: bytes) -> None:
        # Path.readlink would normalise what is written there.
        link = os.readlink(self.path) if self.path.is_symlink() else None  # noqa: PTH115
        self._note(Entry(link=link))
        self._make_room()
        if link is None:
            self.path.rename(self.kept)
        else:
            # The kept folder is as deep as the hooks folder: only its name differs.
            prefix = "" if Path(link).is_absolute() else f"../{self.path.parent.name}/"
            self.kept.symlink_to(prefix + link)
            self.path.unlink()
        files.write_whole(
            self.path,
            hookfile.dispatcher(block, self.kept_word),
            inside=self.place.common_dir,
            expected=None,
            lock=hookrecord.lock_of(self.place),
            mode=HOOK_MODE,
        )

    def _make_room(self) -> None:
        """A hook kept earlier, whose dispatcher somebody overwrote, is moved aside."""
        self.kept.parent.mkdir(exist_ok=True)
        if not os.path.lexists(self.kept):
            return
        number = 1
        while os.path.lexists(aside := self.kept.with_name(f"{self.stage}.{number}")):
            number += 1
        self.kept.rename(aside)

    def _recover(self) -> None:
        """Put right what we left when we were stopped: a kept hook that nothing stands for (it
        may also have been deleted), or a link that stands here and is kept as well.
        """
        if self.path.name != self.stage:
            return
        if not os.path.lexists(self.path):
            self._restore_kept()
        elif self._stands_twice():
            self.kept.unlink()

    def _chained(self, data: bytes) -> bool:
        """True where there was a hook, even if it was a shebang alone."""
        entry = self.record.entries.get(self.key)
        if entry is None or entry.before is None:
            return False
        return entry.after == hookrecord.digest(data)

    def _unchain(self, data: bytes) -> None:
        entry = self.record.entries.get(self.key)
        if entry and entry.before is not None and entry.after == hookrecord.digest(data):
            before = entry.before
        else:
            before = hookfile.strip(data)
        self._write(before, expected=data)

    def _put_back(self, data: bytes) -> None:
        if os.path.lexists(self.kept):
            self._restore_kept()
        else:
            self._remove(data)

    def _restore_kept(self) -> None:
        if not self.kept.is_symlink():
            if os.path.lexists(self.kept):
                self.kept.replace(self.path)
            return
        link = self._kept_link()
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(link)
        self.kept.unlink()

    def _stands_twice(self) -> bool:
        """True where the link that stands here is kept as well."""
        if not (self.kept.is_symlink() and self.path.is_symlink()):
            return False
        return os.readlink(self.path) == self._kept_link()  # noqa: PTH115 - as in _dispatch

    def _kept_link(self) -> str:
        """Where the kept link leads, as it was written before it was moved."""
        entry = self.record.entries.get(self.key)
        recorded = entry.link if entry else None
        written = os.readlink(self.kept)  # noqa: PTH115 - as in _dispatch
        return recorded or written.removeprefix(f"../{self.path.parent.name}/")

    def _note(self, entry: Entry) -> None:
        self.record.entries[self.key] = entry
        hookrecord.save(self.place, self.record)

    def _write(self, data: bytes, *, expected: bytes) -> None:
        files.write_whole(
            self.path,
            data,
            inside=self.place.common_dir,
            expected=expected,
            lock=hookrecord.lock_of(self.place),
        )

    def _remove(self, data: bytes) -> None:
        files.remove(
            self.path,
            inside=self.place.common_dir,
            expected=data,
            lock=hookrecord.lock_of(self.place),
        )


def kept_folder(hooks: Path) -> Path:
    """Where the hooks that a dispatcher stands for are kept."""
    return hooks.with_name(hooks.name + ".studio-kept")


def write_own(place: Place, path: Path, block: bytes, *, mode: int) -> None:
    """Write a hook that is ours alone."""
    data = hookfile.own(block)
    current = files.read_bytes(path)
    if current != data:
        files.write_whole(
            path,
            data,
            inside=place.common_dir,
            expected=current,
            lock=hookrecord.lock_of(place),
            mode=mode,
        )


def _regular(path: Path) -> bytes | None:
    """The bytes of a regular file; None for anything else, which is never read as a script."""
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()


def _stage_of(path: Path) -> str:
    name = path.name
    for suffix in hookfile.LEGACY_SUFFIXES:
        name = name.removesuffix(suffix)
    return name
