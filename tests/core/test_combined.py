"""Counting in combined patches, as git writes them."""

from __future__ import annotations

from studio_git.core.combined import count

ONE, TWO = "1" * 40, "2" * 40

PATCHES = f"""{ONE}

diff --combined a.txt
index 1,2..3
--- a/a.txt
+++ b/a.txt
@@@ -1,1 -1,3 +1,2 @@@
- ours
 -theirs
 -- more of it
++both
 +{TWO}
diff --combined logo.bin
index 1,2..3
Binary files differ
diff --combined script
index 1,1..1
mode 100644,100644..100755
{TWO}

diff --combined three.txt
index 1,2,3..4
--- a/three.txt
+++ b/three.txt
@@@@ -1,1 -1,1 -1,1 +1,2 @@@@
+++x
++ y
---gone
""".encode()


def test_each_file_against_its_nearest_parent() -> None:
    assert count(PATCHES, {ONE: 2, TWO: 3}) == {
        ONE: [(1, 1), None, (0, 0)],
        TWO: [(1, 1)],
    }


def test_nothing() -> None:
    assert count(b"", {}) == {}
    assert count(f"{ONE}\n".encode(), {ONE: 2}) == {ONE: []}
