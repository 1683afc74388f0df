"""Skills that are installed in repositories: tracked files that follow the registry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Repo
from drifttools import (
    await_row,
    bind,
    clone,
    editor,
    entry,
    home,
    kind,
    ok,
    refused,
    rows,
    sees,
)

from studio_git.services import registry, registryfollow, registryinstall
from studio_git.store import installs
from studio_git.store.connection import open_store

SKILL = "---\nname: pdf\ndescription: Fills forms.\n---\n\n# PDF\n\nOne.\n\nTwo.\n\nThree.\n"
PATH = ".claude/skills/pdf/SKILL.md"
NAME = ".claude/skills/pdf/skill.md"


def skill_file() -> Path:
    return home() / "registry" / "skills" / "pdf.md"


def edit(old: str, new: str) -> None:
    """What a person does in the registry's folder."""
    file = skill_file()
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


@pytest.fixture
def filled(repo: Repo) -> Repo:
    """A bound repository, and a registry with a skill that has a script."""
    repo.write("README.md", "x\n")
    repo.commit("Begin")
    bind(repo)
    repo.write("../pdf/SKILL.md", SKILL)
    repo.write("../pdf/scripts/fill.sh", "#!/bin/sh\n").chmod(0o755)
    repo.write("../pdf/notes.md", "Notes.\n")
    ok(repo, "registry", "add", "skill", "../pdf")
    return repo


@pytest.fixture
def installed(filled: Repo) -> Repo:
    ok(filled, "registry", "install", "pdf")
    filled.commit("Install")
    return filled


def test_install(filled: Repo) -> None:
    answer = filled.studio("registry", "install", "pdf", "--json")
    assert answer.json == {
        "skill": "pdf",
        "path": PATH,
        "filename": NAME,
        "changed": True,
        "written": [PATH, ".claude/skills/pdf/notes.md", ".claude/skills/pdf/scripts/fill.sh"],
        "left": [],
    }
    assert filled.read(PATH) == SKILL
    assert (filled.path / ".claude/skills/pdf/scripts/fill.sh").stat().st_mode & 0o111
    assert (filled.path / PATH).stat().st_mode & 0o777 == 0o644
    assert entry(filled, name=NAME)["sync_status"] == "synced"
    assert ok(filled, "registry", "install", "pdf") == f"There already: {PATH}\n"
    shown = filled.studio("registry", "show", "pdf", "--json").json
    assert [it["name"] for it in shown["used_by"]["installed"]] == ["repo"]


def test_a_skill_of_the_data_model_gets_front_matter(filled: Repo) -> None:
    filled.write("x.md", "# Python API\n\n## Description\nFastAPI patterns.\n")
    ok(filled, "registry", "add", "skill", "x.md", "--name", "python-api")
    ok(filled, "registry", "install", "python-api", "--to", ".agents/skills")
    path = ".agents/skills/python-api/SKILL.md"
    assert filled.read(path).startswith(
        "---\nname: python-api\ndescription: FastAPI patterns.\n---\n\n# Python API\n"
    )
    ok(filled, "registry", "validate", path)
    ok(filled, "registry", "install", "pdf")  # where the repository has its skills
    assert (filled.path / ".agents/skills/pdf/SKILL.md").exists()
    (home() / "registry/skills/python-api.md").write_text(
        "# Python API\n\n## Description\nOther patterns.\n"
    )
    ok(filled, "registry", "sync")
    assert kind(filled, name=path.lower()) == "studio-ahead"


def test_an_edit_in_the_registry_is_drift(installed: Repo, tmp_path: Path) -> None:
    edit("One.", "One, edited.")
    said = ok(installed, "registry", "sync")
    assert f"repo: {NAME} moved along with pdf." in said
    assert kind(installed, name=NAME) == "studio-ahead"
    (alert,) = rows("SELECT * FROM context_files WHERE sync_status IN ('stale', 'diverged')")
    assert alert["filename"] == NAME
    ok(installed, "sync")
    assert "One, edited." in installed.read(PATH)
    assert kind(installed, name=NAME) is None
    here = Repo(installed.path, {"GIT_EDITOR": editor(tmp_path, 'sed -i "s/Two/2/" "$1"')})
    assert "moved along" in ok(here, "registry", "edit", "pdf")
    assert kind(installed, name=NAME) == "studio-ahead"
    assert "Everything is in step" not in ok(installed, "sync")
    ok(installed, "undo")
    assert kind(installed, name=NAME) == "studio-ahead"


def test_each_repository_that_has_it_drifts(installed: Repo) -> None:
    other = clone(installed, "other")
    bind(other, "--name", "Other")
    ok(other, "registry", "install", "pdf")
    edit("One.", "One, edited.")
    assert ok(installed, "registry", "sync").count("moved along") == 1  # one project, two clones
    assert kind(installed, name=NAME) == kind(other, name=NAME) == "studio-ahead"


def test_the_worker_moves_it_along(repo: Repo) -> None:
    repo.commit("Begin")
    bind(repo, hooks=True)
    repo.write("../pdf/SKILL.md", SKILL)
    ok(repo, "registry", "add", "skill", "../pdf")
    ok(repo, "registry", "install", "pdf")
    repo.commit("Install")
    edit("Fills forms.", "Fills many forms.")
    repo.commit("Work")
    await_row("SELECT * FROM registry_skills WHERE description = 'Fills many forms.'")
    await_row("SELECT * FROM context_files WHERE filename = ? AND sync_status = 'stale'", NAME)
    with open_store(home()) as store:
        assert registryfollow.keep_up(store) is None


def test_both_sides_edited_merge(installed: Repo) -> None:
    edit("One.", "One, edited.")
    installed.write(PATH, SKILL.replace("Three.", "Three, here."))
    ok(installed, "registry", "sync")
    assert kind(installed, name=NAME) == "mergeable"
    ok(installed, "resolve", PATH, "--merge")
    edit("Two.", "Two, edited.")
    answer = installed.studio("registry", "sync")
    assert answer.status == 0
    assert "has a text of its own for pdf" in answer.err
    found = installed.studio("registry", "sync", "--json").json["installed"]
    assert [it["moved"] for it in found] == [False]
    ok(installed, "registry", "import", ".claude/skills/pdf", "--replace", "--yes")
    assert "One, edited.\n\nTwo.\n\nThree, here." in skill_file().read_text()
    edit("Two.", "Two, again.")
    assert "moved along" in ok(installed, "registry", "sync")


def test_other_files_come_along_unless_they_were_edited(installed: Repo) -> None:
    belongings = home() / "registry" / "skills" / "pdf"
    (belongings / "scripts" / "fill.sh").write_text("#!/bin/sh\nnew\n")
    (belongings / "notes.md").write_text("New notes.\n")
    (belongings / "more.md").write_text("More.\n")
    installed.write(".claude/skills/pdf/notes.md", "Mine.\n")
    answer = installed.studio("registry", "install", "pdf", "--json").json
    assert answer["written"] == [
        ".claude/skills/pdf/more.md",
        ".claude/skills/pdf/scripts/fill.sh",
    ]
    assert answer["left"] == [".claude/skills/pdf/notes.md"]
    assert installed.read(".claude/skills/pdf/notes.md") == "Mine.\n"
    (belongings / "more.md").unlink()
    answer = installed.studio("registry", "install", "pdf")
    assert "more.md was edited here, or is the skill's no more" in answer.err


def test_what_is_there_is_never_replaced(filled: Repo) -> None:
    filled.write(PATH, SKILL.replace("Two", "Other"))
    assert "another text" in refused(filled, "registry", "install", "pdf")
    assert "Other" in filled.read(PATH)
    assert rows("SELECT * FROM git_registry_installs") == []
    filled.write(PATH, SKILL)
    ok(filled, "track", PATH)
    ok(filled, "registry", "install", "pdf")  # the same text: it follows from now on
    (found,) = rows("SELECT * FROM git_registry_installs")
    assert found["skill_id"] == "pdf"
    (filled.path / PATH).unlink()
    (filled.path / PATH).mkdir()
    assert "cannot be used" in refused(filled, "registry", "install", "pdf")


def test_a_second_place_is_another_name(installed: Repo) -> None:
    ok(installed, "registry", "install", "pdf", "--to", ".agents/skills")
    assert (installed.path / ".agents/skills/pdf/SKILL.md").exists()
    (found,) = rows("SELECT files FROM git_registry_installs")
    assert len(json.loads(found["files"])) == 4
    (home() / "registry/skills/pdf/notes.md").write_text("New.\n")
    for folder in (".claude/skills", ".agents/skills"):
        answer = installed.studio("registry", "install", "pdf", "--to", folder, "--json").json
        assert (answer["written"], answer["left"]) == ([f"{folder}/pdf/notes.md"], [])
    edit("One.", "One, edited.")
    ok(installed, "registry", "sync")
    ok(installed, "sync")
    for path in (PATH, ".agents/skills/pdf/SKILL.md"):
        assert "One, edited." in installed.read(path)


def test_without_the_skill_it_is_an_ordinary_file(installed: Repo) -> None:
    ok(installed, "registry", "remove", "pdf", "--yes")
    assert rows("SELECT * FROM git_registry_installs") == []
    assert kind(installed, name=NAME) is None
    ok(installed, "untrack", PATH)
    assert "there is no skill pdf" in refused(installed, "registry", "install", "pdf")


def test_untracked_ones_follow_nothing(installed: Repo) -> None:
    ok(installed, "untrack", PATH)
    edit("One.", "One, edited.")
    assert "moved along" not in ok(installed, "registry", "sync")


def test_in_the_services(installed: Repo) -> None:
    with sees(installed.path) as workspace:
        item = registry.get(workspace.store, "pdf")
        assert registryinstall.place_for(workspace) == ".claude/skills"
        ((install, project, path),) = installs.tracked(workspace.store.db, item.id)
        assert (project, path) == (workspace.project["id"], NAME)
        assert installs.of(workspace.store.db, install.context_file_id) == install
        assert set(install.files) == {
            ".claude/skills/pdf/notes.md",
            ".claude/skills/pdf/scripts/fill.sh",
        }
        skill_file().unlink()
        assert registryfollow.follow(workspace.store) == []
        assert registryfollow.text_for_repositories(item) is None
