"""Every fault that is injected: what is done, what then holds, and the tests that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``tests`` are pytest's arguments, relative to the repository."""

    id: str
    inject: str
    promise: str
    tests: tuple[str, ...]


def _own(name: str, inject: str, promise: str, *more: str) -> Row:
    return Row(name, inject, promise, (f"tests/faults/test_{name.lower()}.py", *more))


ROWS = (
    _own("R1", "8 repositories commit 200 times each at once; 4 worktrees of one do",
         "no commit fails, none is missing in the store"),
    _own("R2", "another program holds the store's write lock for 60 s",
         "commits go on; all are in the store within 5 s of its release"),
    _own("R3", "hooks and workers killed with SIGKILL",
         "after reconciling none missing, none twice"),
    _own("R4", "writers of the store killed with SIGKILL",
         "no acknowledged row is lost, the store is sound"),
    _own("R5", "power cut: only what was fsynced is kept",
         "no acknowledged row or file is lost, no file is torn",
         "tests/faults/test_r5_commands.py"),
    _own("R6", "disk full, and a limit on file sizes",
         "commits succeed with one line of warning; what was acknowledged stays; it resumes"),
    _own("R7", "store, home and spool read-only or absent", "no commit fails"),
    _own("R8", "database garbage, truncated, pages flipped, -wal or -shm gone",
         "told; the damaged file is kept; all that was captured is rebuilt"),
    _own("R9", "the spool cut at every byte of its last record, a bad line in its middle",
         "all other records are processed, the bad one is set aside"),
    _own("R10", "backups under load, restoring with readers open",
         "every backup is consistent; no old journal is replayed over what was restored"),
    _own("R11", "8 writers of one canonical file",
         "every change is kept, no reader sees half a file"),
    _own("R12", "the dashboard holds a read transaction for minutes",
         "commits and commands go on; the journal stays bounded; all is drained afterwards"),
    _own("R13", "clocks a year off, and going backwards",
         "no negative duration; the order is kept"),
    Row("R14", "every situation of git that we know", "each leaves each commit in the store once",
        ("tests/situations", "tests/faults/test_r14.py")),
    _own("R15", "a hook's environment variables set, in a linked worktree",
         "the index is unchanged, byte for byte"),
    _own("R16", "Ctrl-C at random points of the drift check, with unstaged changes",
         "index and work tree are unchanged"),
    _own("R17", "interpreter removed, package broken", "the commit succeeds and is captured later"),
    _own("R18", "store older, newer, with foreign tables and columns",
         "nothing unknown is dropped; a newer one is only read"),
    _own("R19", "other people's hooks, hooksPath, managers; the installer killed at every step",
         "uninstalling restores their bytes",
         "tests/hooks/test_installer.py", "tests/hooks/test_installer_managers.py",
         "tests/hooks/test_installer_places.py"),
    _own("R20", "every command and worker traced", "only SQLite opens the database files"),
    _own("R21", "a home on a network file system", "told; no WAL"),
    _own("S1", "a cloned `.studio.toml` with commands, paths, another's id, trust in itself",
         "nothing runs; binding and tracked paths stay as confirmed"),
    _own("S2", "a crafted `.git` file, `commondir`, links to a bound repository",
         "its binding is not inherited"),
    _own("S3", "a repository's configuration: fsmonitor, textconv, external diff, filters, pager",
         "none of our commands starts a program"),
    _own("S4", "names and ids: `../`, absolute, `%2e`, NUL, over 255 bytes, case collisions",
         "nothing is written outside the home and the work tree"),
    _own("S5", "links swapped while we work", "nothing outside is read or written"),
    _own("S6", "a context file of 100 MB, a million lines, deep JSON, 10,000 registry files",
         "limits are said; the hook goes on; the server stays under 300 MB"),
    _own("S7", "NUL, invalid UTF-8, CRLF, BOM, lone surrogates", "no crash; bytes are kept"),
    _own("S8", "bidirectional controls, zero-width and tag characters",
         "all are flagged, in hook and editor; no false alarm in four scripts and emoji"),
    _own("S9", "hostile references, messages, authors and file names in every command",
         "no shell; no raw control character; JSON goes round"),
    _own("S10", "trailers forged through newlines and bodies", "no forged field"),
    _own("S11", "`command:`, `javascript:`, HTML and remote images in what an editor shows",
         "they are inert", "tests/lsp/test_markdown.py"),
    _own("S12", "search text with quotes, operators, NUL, 60 kB", "no error, under 100 ms"),
    _own("S13", "`install_command` and `version_check` in registry files",
         "never run without consent that shows the very words"),
    _own("S14", "secrets of 40 and more shapes in messages and notes",
         "redacted before the first write; at most 1 % of ordinary lines are touched"),
    _own("S15", "garbage, bad lengths, deep JSON, 50 MB, before initialize",
         "the next valid request is answered within 1 s, or the server exits non-zero",
         "tests/lsp/test_protocol.py"),
    _own("S16", "URIs that lead out of the workspace", "nothing is read"),
    _own("S17", "editors killed, pipes held, 50 windows", "every server is gone within 5 s"),
    _own("S18", "umask 000", "folders 0700, files 0600"),
    _own("S19", "every error text", "none has a destructive command to paste"),
    Row("drift", "random edits of three sides",
        "accept then check is clean; undo gives the bytes back; a merge loses no line",
        ("tests/faults/test_drift_properties.py", "tests/core/test_merge.py",
         "tests/services/test_decisionsync.py")),
    Row("capture", "random sequences of git commands, with kills",
        "each commit is in the store once", ("tests/faults/test_capture_machine.py",)),
    Row("fuzz", "what parses outside bytes, fed with anything",
        "an answer or an error for people, never a crash",
        ("tests/faults/test_fuzz.py", "tests/faults/test_fuzz_files.py")),
    Row("ways", "the same faults through pre-commit, prek, husky, lefthook and an editor",
        "as above", ("tests/faults/test_ways_in.py", "tests/editors/test_neovim_killed.py")),
)  # fmt: skip
