"""Files are written whole, under a lock, never through a link; what is read is told truly."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from storetools import as_user, fingerprint, give_away, ordinary_place

from studio_git import files
from studio_git.core.models import Unreadable
from studio_git.core.text import MAX_BYTES
from studio_git.errors import FileChangedError, StudioError


def write(path: Path, data: bytes, expected: bytes | None, **options: int) -> None:
    root = path.parent
    while root.name != "tree":
        root = root.parent
    files.write_whole(
        path, data, inside=root, expected=expected, lock=root.parent / "locks/lock", **options
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


class TestWriting:
    def test_a_new_file_in_new_folders_is_private(self, tree: Path) -> None:
        old = os.umask(0)
        try:
            write(tree / "a/b/c.md", b"text\r\n\xff", None)
        finally:
            os.umask(old)
        assert (tree / "a/b/c.md").read_bytes() == b"text\r\n\xff"
        assert (tree / "a/b/c.md").stat().st_mode & 0o777 == 0o600
        assert (tree / "a").stat().st_mode & 0o777 == 0o700
        assert (tree.parent / "locks").stat().st_mode & 0o777 == 0o700
        assert (tree.parent / "locks/lock").stat().st_mode & 0o777 == 0o600

    def test_folders_of_a_file_that_is_not_private_follow_the_umask(self, tree: Path) -> None:
        old = os.umask(0o022)
        try:
            write(tree / "a/c.md", b"text", None, mode=0o644)
        finally:
            os.umask(old)
        assert (tree / "a").stat().st_mode & 0o777 == 0o755
        assert (tree / "a/c.md").stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
    def test_an_existing_file_keeps_its_mode(self, tree: Path, mode: int) -> None:
        (tree / "a.md").write_bytes(b"old")
        (tree / "a.md").chmod(mode)
        write(tree / "a.md", b"new", b"old")
        assert (tree / "a.md").read_bytes() == b"new"
        assert (tree / "a.md").stat().st_mode & 0o777 == mode

    @pytest.mark.parametrize(
        ("there", "expected"), [(b"other", b"old"), (b"other", None), (None, b"old")]
    )
    def test_what_somebody_else_wrote_is_not_replaced(
        self, tree: Path, there: bytes | None, expected: bytes | None
    ) -> None:
        if there is not None:
            (tree / "a.md").write_bytes(there)
        before = fingerprint(tree)
        with pytest.raises(FileChangedError, match="nothing was written"):
            write(tree / "a.md", b"new", expected)
        assert fingerprint(tree) == before

    def test_a_link_is_never_written_through(self, tree: Path, tmp_path: Path) -> None:
        (tmp_path / "target").write_bytes(b"old")
        for target in (tmp_path / "target", tree / "inside", tmp_path / "nowhere"):
            (tree / "a.md").symlink_to(target)
            with pytest.raises(StudioError, match="symbolic link"):
                write(tree / "a.md", b"new", b"old")
            with pytest.raises(StudioError, match="symbolic link"):
                write(tree / "a.md", b"new", None)
            (tree / "a.md").unlink()
        assert (tmp_path / "target").read_bytes() == b"old"
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize("private", [True, False])
    def test_a_linked_folder_does_not_lead_out(
        self, tree: Path, tmp_path: Path, private: bool
    ) -> None:
        (tmp_path / "outside").mkdir()
        (tree / "docs").symlink_to(tmp_path / "outside")
        for path in ("docs/a.md", "docs/new/a.md", "../outside/a.md"):
            with pytest.raises(StudioError, match="leads out of"):
                files.write_whole(
                    tree / path, b"x", inside=tree, expected=None, lock=tmp_path / "lock",
                    mode=0o600 if private else 0o644,
                )  # fmt: skip
        assert list((tmp_path / "outside").iterdir()) == []

    def test_a_file_in_the_place_of_a_folder_is_told(self, tree: Path) -> None:
        (tree / "a").write_bytes(b"mine")
        for mode in (0o600, 0o644):
            with pytest.raises(StudioError, match="cannot be made"):
                write(tree / "a/b.md", b"x", None, mode=mode)
        assert (tree / "a").read_bytes() == b"mine"

    def test_a_folder_in_the_place_of_the_file_is_told(self, tree: Path) -> None:
        (tree / "a.md").mkdir()
        with pytest.raises(StudioError, match="cannot be read: Is a directory"):
            write(tree / "a.md", b"x", None)
        assert [path.name for path in tree.iterdir()] == ["a.md"]

    @pytest.mark.parametrize("name", ["a" * 255, "é" * 127, "😀" * 63])
    def test_the_longest_names(self, tree: Path, name: str) -> None:
        write(tree / name, b"x", None)
        assert [path.name for path in tree.iterdir()] == [name]

    def test_a_write_that_fails_leaves_no_temporary_file(self, tree: Path) -> None:
        script = (
            "import resource, signal, sys; from pathlib import Path\n"
            "from studio_git import files; from studio_git.errors import StudioError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
            "tree = Path(sys.argv[1])\n"
            "try:\n"
            "    files.write_whole(tree / 'a.md', b'x' * 5000, inside=tree, expected=b'old',\n"
            "                      lock=tree.parent / 'lock')\n"
            "except StudioError as error: print(error.message)\n"
        )
        (tree / "a.md").write_bytes(b"old")
        told = subprocess.run(
            [sys.executable, "-c", script, tree], capture_output=True, text=True, check=True
        )
        assert "cannot be written: File too large" in told.stdout
        assert fingerprint(tree).keys() == {"a.md"}
        assert (tree / "a.md").read_bytes() == b"old"

    def test_what_a_killed_writer_of_our_number_left_is_in_nobodys_way(self, tree: Path) -> None:
        (tree / f".a.md.{os.getpid()}.studio-tmp").write_bytes(b"half")
        write(tree / "a.md", b"new", None)
        assert fingerprint(tree).keys() == {"a.md"}

    def test_a_folder_that_may_not_be_read_can_be_written(self) -> None:
        script = (
            "import sys; from pathlib import Path\n"
            "from studio_git import files\n"
            "tree = Path(sys.argv[1]) / 'tree'\n"
            "files.write_whole(tree / 'new/a.md', b'x', inside=tree, expected=None,\n"
            "                  lock=tree / 'lock')\n"
            "print((tree / 'new/a.md').read_text())\n"
        )
        with ordinary_place() as place:
            (place / "tree").mkdir()
            give_away(place)
            (place / "tree").chmod(0o300)
            told = as_user(sys.executable, "-c", script, place, cwd=place)
        assert told.out == "x\n", told.err

    def test_a_folder_that_may_not_be_written_is_told(self) -> None:
        script = (
            "import sys; from pathlib import Path\n"
            "from studio_git import files; from studio_git.errors import StudioError\n"
            "tree = Path(sys.argv[1])\n"
            "for path, lock in (('tree/a', 'lock'), ('a', 'tree/lock'), ('tree/b/a', 'lock'),\n"
            "                   ('a', 'tree/b/lock')):\n"
            "    try: files.write_whole(tree / path, b'x', inside=tree, expected=None,\n"
            "                           lock=tree / lock)\n"
            "    except StudioError as error: print(error.message)\n"
        )
        with ordinary_place() as place:
            (place / "tree").mkdir()
            give_away(place)
            (place / "tree").chmod(0o500)
            told = as_user(sys.executable, "-c", script, place, cwd=place)
        assert told.out.count("Permission denied") == 4, told.err
        assert told.out.count(str(place)) == 4


WRITER = """
import sys
from pathlib import Path
from studio_git import files
from studio_git.errors import FileChangedError
path = Path(sys.argv[1])
for _ in range(50):
    while True:
        before = files.read_bytes(path)
        try:
            files.write_whole(path, b"%d" % (int(before) + 1), inside=path.parent,
                              expected=before, lock=path.parent.parent / "lock")
        except FileChangedError:
            continue
        break
"""


def test_eight_writers_lose_nothing(tree: Path) -> None:
    count = tree / "count"
    count.write_bytes(b"0")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, count]) for _ in range(8)]
    torn = []
    while any(writer.poll() is None for writer in writers):
        text = count.read_bytes()
        if not text.isdigit():
            torn.append(text)
    assert [writer.wait() for writer in writers] == [0] * 8
    assert torn == []
    assert count.read_bytes() == b"400"
    assert [path.name for path in tree.iterdir()] == ["count"]


class TestRemoving:
    def test_a_file_that_is_what_was_read(self, tree: Path, tmp_path: Path) -> None:
        (tree / "a.md").write_bytes(b"old")
        files.remove(tree / "a.md", inside=tree, expected=b"old", lock=tmp_path / "lock")
        assert list(tree.iterdir()) == []

    def test_anything_else_stays(self, tree: Path, tmp_path: Path) -> None:
        (tmp_path / "target").write_bytes(b"old")
        (tmp_path / "out").mkdir()
        (tmp_path / "out/x").write_bytes(b"old")
        (tree / "link").symlink_to(tmp_path / "target")
        (tree / "folder").symlink_to(tmp_path / "out")
        (tree / "changed").write_bytes(b"new")
        for name in ("link", "changed", "folder/x", "none"):
            with pytest.raises(FileChangedError):
                files.remove(tree / name, inside=tree, expected=b"old", lock=tmp_path / "lock")
        assert (tmp_path / "out/x").exists()
        assert (tree / "link").is_symlink()
        assert (tree / "changed").exists()


class TestReadingASide:
    def reason(self, path: Path, inside: Path) -> str:
        side = files.read_side(path, inside=inside)
        assert isinstance(side, Unreadable), side
        return side.reason

    @pytest.mark.parametrize(
        "data", [b"", b"text\n", b"\xef\xbb\xbfa\r\nb", "日本\u202e".encode(), b"x" * MAX_BYTES]
    )
    def test_text_comes_as_its_bytes(self, tree: Path, data: bytes) -> None:
        (tree / "a.md").write_bytes(data)
        assert files.read_side(tree / "a.md", inside=tree) == data

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"a\0b", "binary (NUL at byte 1)"),
            (b"caf\xe9", "not valid UTF-8 (byte 3)"),
            (b"\xed\xa0\x80", "not valid UTF-8 (byte 0)"),
            (b"x" * (MAX_BYTES + 1), "larger than"),
        ],
    )
    def test_what_is_no_text_says_so(self, tree: Path, data: bytes, reason: str) -> None:
        (tree / "a.md").write_bytes(data)
        assert reason in self.reason(tree / "a.md", tree)

    def test_absent_files(self, tree: Path) -> None:
        (tree / "file").write_bytes(b"")
        for name in ("none.md", "none/a.md", "file/a.md"):
            assert files.read_side(tree / name, inside=tree) is None

    def test_links_inside_are_followed(self, tree: Path) -> None:
        (tree / "docs").mkdir()
        (tree / "docs/a.md").write_bytes(b"text")
        (tree / "one.md").symlink_to("two.md")
        (tree / "two.md").symlink_to("docs/a.md")
        (tree / "folder").symlink_to("docs")
        assert files.read_side(tree / "one.md", inside=tree) == b"text"
        assert files.read_side(tree / "folder/a.md", inside=tree) == b"text"

    def test_links_out_are_not(self, tree: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").mkdir()
        (tmp_path / "secret/a.md").write_bytes(b"secret")
        (tree / "a.md").symlink_to(tmp_path / "secret/a.md")
        (tree / "folder").symlink_to("../secret")
        (tree / "passwd").symlink_to("/etc/passwd")
        assert "leads out" in self.reason(tree / "a.md", tree)
        assert "leads out" in self.reason(tree / "folder/a.md", tree)
        assert "leads out" in self.reason(tree / "passwd", tree)

    def test_a_link_to_itself_and_to_nothing(self, tree: Path) -> None:
        (tree / "loop").symlink_to("loop")
        (tree / "gone").symlink_to("nowhere")
        assert "leads to itself" in self.reason(tree / "loop", tree)
        assert files.read_side(tree / "gone", inside=tree) is None

    def test_other_kinds_of_files(self, tree: Path) -> None:
        (tree / "folder").mkdir()
        os.mkfifo(tree / "pipe")
        (tree / "zero").symlink_to("/dev/zero")
        (tree / "to-pipe").symlink_to("pipe")
        assert self.reason(tree / "folder", tree) == "a directory"
        assert self.reason(tree / "pipe", tree) == "not a regular file"
        assert self.reason(tree / "to-pipe", tree) == "not a regular file"
        assert "leads out" in self.reason(tree / "zero", tree)

    def test_a_file_that_may_not_be_read(self) -> None:
        script = (
            "import sys; from pathlib import Path; from studio_git import files\n"
            "tree = Path(sys.argv[1])\n"
            "for name in ('a.md', 'shut/a.md'): print(files.read_side(tree / name, inside=tree))\n"
        )
        with ordinary_place() as place:
            (place / "a.md").write_text("secret")
            (place / "shut").mkdir()
            give_away(place)
            (place / "a.md").chmod(0)
            (place / "shut").chmod(0)
            told = as_user(sys.executable, "-c", script, place, cwd=place)
        assert told.out.count("cannot be read: Permission denied") == 2, told.err


class TestLock:
    def test_one_holds_it_and_others_are_told(self, tree: Path) -> None:
        with files.locked(tree / "lock") as mine:
            assert mine
            with files.locked(tree / "lock", wait=False) as theirs:
                assert not theirs
        with files.locked(tree / "lock", wait=False) as free:
            assert free

    def test_the_lock_of_a_dead_process_is_free(self, tree: Path) -> None:
        script = (
            "import sys, time; from pathlib import Path; from studio_git import files\n"
            "with files.locked(Path(sys.argv[1])):\n    print('held', flush=True)\n"
            "    time.sleep(600)\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script, tree / "lock"], stdout=subprocess.PIPE
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with files.locked(tree / "lock", wait=False) as mine:
                assert not mine
            holder.kill()
        with files.locked(tree / "lock", wait=False) as mine:
            assert mine


def test_lines_are_appended_whole(tree: Path) -> None:
    files.append_line(tree / "log", "one")
    files.append_line(tree / "log", "two\udce9")
    assert (tree / "log").read_bytes() == b"one\ntwo\\udce9\n"
    assert (tree / "log").stat().st_mode & 0o777 == 0o600


def test_a_line_that_is_cut_short_is_told(tree: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            files.append_line(tree / "log", "longer than that")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tree / "log").read_bytes() == b"longer tha"
