"""Which file systems are network ones; what follows from it is tested among the faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_git.store import mounts

MOUNTS = """\
21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 21 0:40 / /home rw,relatime shared:5 - nfs4 server:/home rw
31 30 8:2 / /home/ada/local\\040disk rw - ext4 /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ada/.project-studio", "nfs4"),
        ("/home", "nfs4"),
        ("/homes/ada", ""),
        ("/srv", ""),
        ("/home/ada/local disk/studio", ""),
    ],
)
def test_network_file_systems(path: str, kind: str) -> None:
    assert mounts.network_type(Path(path), MOUNTS) == kind


def test_a_table_that_cannot_be_read_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mounts.MOUNTS, str(tmp_path / "absent"))
    assert mounts.network(tmp_path) == ""
