"""``git studio debug-info``: enough for a report, and nothing of anybody's."""

from __future__ import annotations

import os
from pathlib import Path

from conftest import SCRIPTS, Repo, run
from storetools import change

from studio_git import __version__


def test_versions_paths_and_counts_without_contents(repo: Repo) -> None:
    repo.write("CLAUDE.md", "# Secret rules\n")
    repo.commit("Secret words\n\nDecision: Secret decision")
    assert repo.studio("init", "--no-hooks", "--yes", "--name", "Secret project").status == 0
    assert repo.studio("backfill", "--all-authors").status == 0
    store = Path(os.environ["STUDIO_HOME"]) / "studio.db"
    change(store, "UPDATE settings SET value = '\"secret\"' WHERE key = 'theme'")
    answer = repo.studio("debug-info", "--json")
    found = answer.json
    assert found["versions"]["studio-git"] == __version__ == found["versions"]["studio-lsp"]
    assert found["versions"]["git"][0].isdigit()
    assert found["paths"]["home"] == "~/studio"
    assert found["paths"]["here"]["bound"] == "yes"
    assert found["store"]["rows"]["decisions"] == 1
    assert "theme" in found["store"]["settings"]
    text = repo.studio("debug-info").out
    for said in (answer.out, text):
        assert "secret" not in said.lower()
        assert os.environ["HOME"] not in said
    assert "  home" in text


def test_without_a_store_or_a_repository(tmp_path: Path) -> None:
    answer = run(SCRIPTS / "git-studio", "debug-info", "--json", cwd=tmp_path)
    assert (answer.status, answer.json["store"]) == (0, {"there": False})
    assert answer.json["paths"]["here"]["repository"] == "none"


def test_a_damaged_store(tmp_path: Path, studio_home: Path) -> None:
    studio_home.mkdir()
    (studio_home / "studio.db").write_bytes(b"garbage" * 999)
    answer = run(SCRIPTS / "git-studio", "debug-info", "--json", cwd=tmp_path)
    assert answer.status == 0
    assert "damaged" in answer.json["store"]["problem"]
