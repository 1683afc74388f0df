"""The registry's items: added, found, read, used, and brought together with their files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_git.core.registryfiles import ItemType
from studio_git.errors import NotFoundError, StudioError, UnreadableError, UsageError
from studio_git.services import registry, registryfolders, registryitems, registrysync
from studio_git.services.registryadd import digest
from studio_git.store import projects
from studio_git.store import registry as rows
from studio_git.store.connection import Store, open_store
from studio_git.store.migrations import prepare_home
from studio_git.store.registry import ItemRow

SKILL = b"""# Python API Skill

## Description
FastAPI development patterns.

## Tech Stack Compatibility
- FastAPI
- Python 3.11+
"""
TOOL = b'{"name": "openapi-tool", "description": "OpenAPI.", "tool_type": "cli"}\n'
AGENT = json.dumps(
    {
        "name": "backend-agent",
        "description": "Backend.",
        "skills": ["python-api-skill"],
        "tools": ["openapi-tool"],
    }
).encode()


@pytest.fixture
def store(studio_home: Path) -> Iterator[Store]:
    prepare_home(studio_home)
    with open_store(studio_home) as store:
        yield store


def place(store: Store, path: str, data: bytes) -> Path:
    """Put a file into the registry, as a person does."""
    file = store.home / "registry" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def put(store: Store, row: ItemRow) -> None:
    """Put a row into the registry, as the dashboard does."""
    rows.add(store.db, row)


def skill_row(**columns: str) -> ItemRow:
    said = {"id": "s", "name": "s", "description": "", "path": "s.md"} | columns
    return ItemRow(
        ItemType.SKILL, said["id"], said["name"], said["description"], None, said["path"]
    )


class TestAdd:
    def test_a_file_and_a_row(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "python-api-skill.md"
        file.write_bytes(SKILL)
        mask = os.umask(0)
        try:
            added = registry.add(store, ItemType.SKILL, file)
        finally:
            os.umask(mask)
        item = added.item
        assert (item.name, item.id, item.title) == (
            "python-api-skill", "python-api-skill", "Python API Skill",
        )  # fmt: skip
        assert item.compatibility == ("FastAPI", "Python 3.11+")
        assert item.path is not None
        assert item.path.read_bytes() == SKILL
        assert item.path.stat().st_mode & 0o777 == 0o600
        assert item.path.parent.stat().st_mode & 0o777 == 0o700
        (row,) = registry.items(store)
        assert row.description == "FastAPI development patterns."
        assert added.warnings == ()

    def test_twice_is_once(self, store: Store) -> None:
        assert registry.add(store, ItemType.TOOL, TOOL).changed
        assert not registry.add(store, ItemType.TOOL, TOOL).changed
        assert len(registry.items(store)) == 1

    def test_another_one_of_that_name(self, store: Store) -> None:
        registry.add(store, ItemType.TOOL, TOOL)
        with pytest.raises(UsageError, match="another one"):
            registry.add(store, ItemType.TOOL, TOOL.replace(b"OpenAPI.", b"Other."))
        with pytest.raises(UsageError, match="another one"):
            registry.add(store, ItemType.TOOL, TOOL.replace(b"OpenAPI.", b"Other."), "OPENAPI-TOOL")

    def test_a_file_that_is_there_without_a_row(self, store: Store) -> None:
        file = place(store, "tools/openapi-tool.json", TOOL)
        with pytest.raises(UsageError, match="another one"):
            registry.add(store, ItemType.TOOL, TOOL.replace(b"cli", b"api"))
        assert file.read_bytes() == TOOL
        assert registry.add(store, ItemType.TOOL, TOOL).changed

    def test_the_name_given_stands_in_the_json_too(self, store: Store) -> None:
        item = registry.add(store, ItemType.TOOL, TOOL, "other").item
        assert json.loads(registry.content(store, item))["name"] == "other"
        item = registry.add(store, ItemType.TOOL, TOOL.replace(b"openapi-tool", b"Open API")).item
        assert item.name == "open-api"
        assert json.loads(registry.content(store, item))["name"] == "open-api"

    def test_names_from_the_file(self, store: Store, tmp_path: Path) -> None:
        folder = tmp_path / "pdf-forms"
        folder.mkdir()
        (folder / "SKILL.md").write_text("# Forms\n\n## Description\nx\n")
        assert registry.add(store, ItemType.SKILL, folder).item.name == "pdf-forms"
        front = b"---\nname: front\ndescription: x\n---\n"
        assert registry.add(store, ItemType.SKILL, front).item.name == "front"
        assert registry.add(store, ItemType.PROMPT, b"# My Review\n").item.name == "my-review"
        with pytest.raises(UsageError, match="no name"):
            registry.add(store, ItemType.PROMPT, b"x\n")

    @pytest.mark.parametrize("name", ["../x", "a b", "", "/etc/x", "a/b", "con"])
    def test_names_that_lead_elsewhere(self, store: Store, name: str) -> None:
        with pytest.raises(UsageError):
            registry.add(store, ItemType.SKILL, SKILL, name)
        assert registry.items(store) == []

    def test_warnings(self, store: Store) -> None:
        added = registry.add(store, ItemType.SKILL, "# T\u200b\n".encode(), "t")
        assert any("no description" in each for each in added.warnings)
        assert any("line 1: hidden characters: U+200B" in each for each in added.warnings)
        added = registry.add(store, ItemType.AGENT, AGENT)
        assert [each.partition("'")[2].partition("'")[0] for each in added.warnings] == [
            "python-api-skill", "openapi-tool",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("item_type", "data"),
        [
            (ItemType.AGENT, b"{"), (ItemType.TOOL, b"[]"), (ItemType.SKILL, b"\xff"),
            (ItemType.SKILL, b"a\0b"), (ItemType.PROMPT, b"x" * (2 * 1024 * 1024 + 1)),
            (ItemType.AGENT, b"[" * 100_000), (ItemType.TEMPLATE, b"x"),
        ],
        ids=["open", "list", "bytes", "nul", "large", "deep", "template"],
    )  # fmt: skip
    def test_what_cannot_be_read(self, store: Store, item_type: ItemType, data: bytes) -> None:
        with pytest.raises(UsageError):
            registry.add(store, item_type, data, "x")
        assert registry.items(store) == []
        assert not (store.home / "registry" / "skills" / "x.md").exists()

    def test_files_that_are_none(self, store: Store, tmp_path: Path) -> None:
        for path in (tmp_path / "none.md", tmp_path):
            with pytest.raises(UsageError):
                registry.add(store, ItemType.SKILL, path)

    def test_a_folder_that_is_a_link(self, store: Store, tmp_path: Path) -> None:
        folder = registryitems.folder_of(store.home, ItemType.SKILL)
        folder.rmdir() if folder.exists() else folder.parent.mkdir(exist_ok=True)
        folder.symlink_to(tmp_path)
        with pytest.raises(StudioError, match="symbolic link"):
            registry.add(store, ItemType.SKILL, SKILL, "x")
        assert not (tmp_path / "x.md").exists()


def test_additions_and_syncs_at_once(store: Store) -> None:
    """Four processes; every addition ends well, and nothing of another's is taken away."""
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from studio_git.core.registryfiles import ItemType\n"
        "from studio_git.services import registry\n"
        "from studio_git.store.connection import open_store\n"
        "with open_store(Path(sys.argv[1])) as store:\n"
        "    for number in range(25):\n"
        "        if sys.argv[2] == 'sync':\n"
        "            registry.sync(store)\n"
        "        else:\n"
        "            registry.add(store, ItemType.PROMPT, b'# T\\n\\nText.\\n', f'p{number}')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, store.home, what])
        for what in ("add", "sync", "add", "sync")
    ]
    assert [process.wait(120) for process in running] == [0, 0, 0, 0]
    assert len(registry.items(store)) == 25
    assert registry.sync(store).is_clean


class TestTemplates:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        folder = tmp_path / "web-app"
        (folder / "src").mkdir(parents=True)
        (folder / ".git").mkdir()
        (folder / ".git" / "config").write_text("x")
        (folder / "README.md").write_text("# Web app\n\nA web application.\n")
        (folder / "src" / "run").write_text("x")
        (folder / "src" / "run").chmod(0o755)
        return folder

    def test_the_whole_folder(self, store: Store, source: Path) -> None:
        item = registry.add(store, ItemType.TEMPLATE, source).item
        assert (item.name, item.title, item.description) == (
            "web-app", "Web app", "A web application.",
        )  # fmt: skip
        assert item.path is not None
        modes = {
            path.relative_to(item.path).as_posix(): path.stat().st_mode & 0o777
            for path in item.path.rglob("*")
        }
        assert modes == {"README.md": 0o600, "src": 0o700, "src/run": 0o700}
        assert not registry.add(store, ItemType.TEMPLATE, source).changed
        (source / "more").write_text("y")
        with pytest.raises(UsageError, match="another one"):
            registry.add(store, ItemType.TEMPLATE, source)

    def test_what_nobody_sees_is_told_of_every_file(self, store: Store, source: Path) -> None:
        (source / "src" / "rules.md").write_text("a\n\u200bb\n")
        (source / "picture.png").write_bytes(b"\x89PNG\0\xff")
        (warning,) = registry.add(store, ItemType.TEMPLATE, source).warnings
        assert warning.startswith("src/rules.md, line 2: hidden characters: U+200B")

    def test_links_are_refused(self, store: Store, source: Path) -> None:
        for target in ("/etc/passwd", "/etc"):
            (source / "link").symlink_to(target)
            with pytest.raises(UsageError, match="no regular file"):
                registry.add(store, ItemType.TEMPLATE, source)
            (source / "link").unlink()
        assert list(registryitems.folder_of(store.home, ItemType.TEMPLATE).glob("*")) == []

    def test_empty_and_too_many(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(UsageError, match="empty"):
            registry.add(store, ItemType.TEMPLATE, tmp_path / "empty")
        with pytest.raises(UsageError, match="no folder"):
            registry.add(store, ItemType.TEMPLATE, tmp_path / "none")
        for number in range(registryfolders.MAX_FILES + 1):
            (tmp_path / "empty" / str(number)).touch()
        with pytest.raises(UsageError, match="too large"):
            registry.add(store, ItemType.TEMPLATE, tmp_path / "empty")


class TestGet:
    def test_by_any_of_its_words(self, store: Store) -> None:
        uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
        put(store, skill_row(id=uuid, name="Python API Skill", path="python-api-skill.md"))
        for word in ("python-api-skill", "Python API Skill", uuid, "PYTHON-API-SKILL"):
            item = registry.get(store, word)
            assert (item.name, item.title) == ("python-api-skill", "Python API Skill")
        assert registry.known(registry.items(store), ItemType.SKILL) == {
            "python-api-skill", "Python API Skill", uuid,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("columns", "name"),
        [
            ({"id": "a", "name": "b", "path": "c.md"}, "b"),
            ({"id": "a", "name": "B c", "path": "d.md"}, "d"),
            ({"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "name": "b",
              "path": "6ba7b810-9dad-11d1-80b4-00c04fd430c8.md"}, "b"),
            ({"id": "a", "name": "B c", "path": "D e.md"}, "a"),
            ({"id": "A b", "name": "B c", "path": "D e.md"}, "B c"),
            ({"id": "a", "name": "b", "path": "x/y/c.md"}, "b"),
        ],
    )  # fmt: skip
    def test_what_an_item_is_called(self, store: Store, columns: dict[str, str], name: str) -> None:
        put(store, skill_row(**columns))
        assert registry.items(store)[0].name == name

    def test_none_and_several(self, store: Store) -> None:
        registry.add(store, ItemType.SKILL, SKILL, "same-name")
        registry.add(store, ItemType.PROMPT, SKILL, "same-name")
        with pytest.raises(UsageError, match="may be several: skill same-name"):
            registry.get(store, "same-name")
        assert registry.get(store, "same-name", ItemType.PROMPT).type is ItemType.PROMPT
        with pytest.raises(NotFoundError) as caught:
            registry.get(store, "same")
        assert caught.value.hint == "Did you mean same-name?"
        with pytest.raises(NotFoundError) as caught:
            registry.get(store, "\x1b[31mother")
        assert "git studio registry list" in caught.value.hint


class TestHostileRows:
    @pytest.mark.parametrize(
        "path",
        ["../../studio.db", "/etc/passwd", "../../../../etc/passwd", "a/../../x", "C:\\x", "a\0b",
         "%2e%2e/x", "", ".", "x" * 300],
    )  # fmt: skip
    def test_a_path_that_leads_elsewhere(self, store: Store, path: str) -> None:
        put(store, skill_row(path=path))
        (item,) = registry.items(store)
        assert item.path is None
        assert item.compatibility == ()
        with pytest.raises(UnreadableError):
            registry.content(store, item)
        report = registry.sync(store)
        assert [told.name for told in report.problems] == ["s"]
        assert not report.is_clean

    def test_links_out_of_the_folder(self, store: Store, tmp_path: Path) -> None:
        secret = tmp_path / "secret.md"
        secret.write_text("# Secret\n")
        for target in (secret, store.home / "studio.db"):
            link = registryitems.folder_of(store.home, ItemType.SKILL) / "s.md"
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
            if not registry.items(store):
                put(store, skill_row())
            (item,) = registry.items(store)
            assert item.title == "s"
            with pytest.raises(UnreadableError, match="leads out"):
                registry.content(store, item)
            assert [told.name for told in registry.sync(store).problems] == ["s"]
            link.unlink()

    def test_a_registry_that_is_a_link(self, store: Store, tmp_path: Path) -> None:
        put(store, skill_row())
        folder = registryitems.folder_of(store.home, ItemType.SKILL)
        for link in (folder, folder.parent):
            if link.exists():
                link.rename(tmp_path / f"old-{link.name}")
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(tmp_path)
            (tmp_path / "s.md").write_bytes(SKILL)
            (tmp_path / "skills").mkdir(exist_ok=True)
            (tmp_path / "skills" / "s.md").write_bytes(SKILL)
            (item,) = registry.items(store)
            assert item.compatibility == ()
            assert "symbolic link" in registry.sync(store).problems[0].message
            link.unlink()

    def test_text_that_utf8_cannot_write(self, store: Store) -> None:
        tool = rb'{"name": "x", "description": "a \ud800 b", "tool_type": "cli"}'
        assert registry.add(store, ItemType.TOOL, tool).item.description == "a \ufffd b"


class TestSync:
    def test_a_file_without_a_row(self, store: Store) -> None:
        place(store, "skills/python-api-skill.md", SKILL)
        place(store, "agents/backend-agent.json", AGENT)
        place(store, "tools/openapi-tool.json", TOOL)
        place(store, "prompts/review.md", b"# Review\n\nLook hard.\n")
        place(store, "templates/web/README.md", b"# Web\n\nAn app.\n")
        place(store, "templates/bare/x", b"y")
        for ignored in ("skills/.x.md", "skills/notes.txt", "skills/folder/x.md"):
            place(store, ignored, b"x")
        report = registry.sync(store)
        assert report.is_clean
        found = {
            item.name: (item.type.value, item.description, item.row.subtype)
            for item in registry.items(store)
        }
        assert found == {
            "python-api-skill": ("skill", "FastAPI development patterns.", None),
            "backend-agent": ("agent", "Backend.", None),
            "openapi-tool": ("tool", "OpenAPI.", "cli"),
            "review": ("prompt", "Look hard.", None),
            "web": ("template", "An app.", "project"),
            "bare": ("template", "", "project"),
        }
        assert {item.name for item in report.added} == set(found)
        again = registry.sync(store)
        assert (again.added, again.updated, again.written, again.problems) == ([], [], [], [])

    def test_the_file_was_edited(self, store: Store) -> None:
        registry.add(store, ItemType.TOOL, TOOL)
        place(
            store,
            "tools/openapi-tool.json",
            TOOL.replace(b"OpenAPI.", b"New.").replace(b"cli", b"api"),
        )
        report = registry.sync(store)
        assert [item.name for item in report.updated] == ["openapi-tool"]
        (item,) = registry.items(store)
        assert (item.description, item.tool_type) == ("New.", "api")

    def test_the_row_was_edited(self, store: Store) -> None:
        path = registry.add(store, ItemType.TOOL, TOOL).item.path
        assert path is not None
        store.db.execute("UPDATE registry_tools SET description = 'By row', tool_type = 'mcp'")
        report = registry.sync(store)
        assert [item.name for item in report.written] == ["openapi-tool"]
        assert path.read_bytes() == TOOL.replace(b"OpenAPI.", b"By row").replace(b"cli", b"mcp")
        assert registry.sync(store).written == []

    def test_the_row_of_a_skill_was_edited(self, store: Store) -> None:
        path = registry.add(store, ItemType.SKILL, SKILL, "s").item.path
        assert path is not None
        store.db.execute("UPDATE registry_skills SET description = 'By\n row'")
        assert [item.name for item in registry.sync(store).written] == ["s"]
        assert path.read_bytes() == SKILL.replace(b"FastAPI development patterns.", b"By row")
        assert registry.items(store)[0].description == "By\n row"
        again = registry.sync(store)
        assert (again.written, again.updated) == ([], [])

    def test_both_were_edited(self, store: Store) -> None:
        registry.add(store, ItemType.TOOL, TOOL)
        store.db.execute("UPDATE registry_tools SET description = 'By row'")
        place(store, "tools/openapi-tool.json", TOOL.replace(b"OpenAPI.", b"By file"))
        report = registry.sync(store)
        assert registry.items(store)[0].description == "By file"
        assert ["By row" in told.message for told in report.warnings] == [True]

    def test_a_row_of_the_dashboards_and_its_file(self, store: Store) -> None:
        """Nothing says which is newer, so the file counts; what it leaves open stays."""
        place(store, "skills/s.md", SKILL)
        place(store, "tools/t.json", b'{"name": "t"}')
        put(store, skill_row(description="Short"))
        put(store, ItemRow(ItemType.TOOL, "t", "t", "Kept", "mcp", "t.json"))
        registry.sync(store)
        skill, tool = registry.items(store)
        assert skill.description == "FastAPI development patterns."
        assert (tool.description, tool.tool_type) == ("Kept", "mcp")

    def test_the_file_has_no_place_for_what_the_row_says(self, store: Store) -> None:
        text = b"# T\n\n## Description\n- one\n"
        path = registry.add(store, ItemType.SKILL, text, "t").item.path
        assert path is not None
        store.db.execute("UPDATE registry_skills SET description = 'By row'")
        (told,) = registry.sync(store).problems
        assert "no place" in told.message
        assert path.read_bytes() == text
        assert registry.items(store)[0].description == "By row"

    def test_the_row_has_line_ends_of_its_own(self, store: Store) -> None:
        tool = b'{"name": "t", "description": "One.\\nTwo.", "tool_type": "cli"}'
        path = place(store, "tools/t.json", tool)
        put(store, ItemRow(ItemType.TOOL, "t", "t", "One.\nTwo.", "cli", "t.json"))
        assert registry.sync(store).updated == []
        store.db.execute("UPDATE registry_tools SET description = 'Three.'")
        assert len(registry.sync(store).written) == 1
        assert b"Three." in path.read_bytes()

    def test_a_row_without_a_file(self, store: Store) -> None:
        put(store, skill_row())
        put(store, ItemRow(ItemType.TEMPLATE, "t", "t", "", None, "t/"))
        report = registry.sync(store)
        assert [item.name for item in report.missing] == ["s", "t"]
        assert not report.is_clean
        assert len(registry.items(store)) == 2
        with pytest.raises(NotFoundError, match="has no file"):
            registry.content(store, registry.get(store, "s"))

    def test_names_that_clash(self, store: Store) -> None:
        put(store, skill_row(id="1", name="taken", path="s.md"))
        put(store, skill_row(id="id", name="other", path="o.md"))
        for name in ("s", "o", "taken", "id", "no name"):
            place(store, f"skills/{name}.md", SKILL)
        report = registry.sync(store)
        assert [item.name for item in report.added] == ["id"]
        assert report.added[0].id != "id"
        assert sorted(told.name for told in report.problems) == ["no name.md", "taken"]

    def test_files_that_cannot_be_read(self, store: Store) -> None:
        place(store, "agents/a.json", b"{")
        place(store, "skills/s.md", b"\xff")
        place(store, "skills/h.md", SKILL + "\u202e".encode())
        report = registry.sync(store)
        assert sorted(told.name for told in report.problems) == ["a", "s"]
        assert ["U+202E" in told.message for told in report.warnings] == [True]
        assert [item.name for item in registry.items(store)] == ["h"]

    def test_a_row_that_changes_meanwhile(self, store: Store) -> None:
        put(store, skill_row(description="Old"))
        place(store, "skills/s.md", SKILL)
        item = registry.items(store)[0]
        store.db.execute("UPDATE registry_skills SET description = 'Newer'")
        report = registrysync.SyncReport()
        registrysync._apply(store.db, item, ("x", None), report, is_new=True)
        assert [told.name for told in report.problems] == ["s"]
        assert digest("x", None) not in rows.agreed(store.db).values()


class TestUse:
    @pytest.fixture
    def filled(self, store: Store) -> Store:
        registry.add(store, ItemType.SKILL, SKILL, "python-api-skill")
        registry.add(store, ItemType.SKILL, b"# T\n\n## Description\nx\n", "sql-skill")
        registry.add(store, ItemType.TOOL, TOOL)
        registry.add(store, ItemType.AGENT, AGENT)
        projects.add(store.db, "p", "Workbench", None)
        return store

    def stack(self, store: Store, name: str) -> None:
        store.db.execute(
            "INSERT INTO tech_stack (id, project_id, category, name, version) "
            "VALUES (?, 'p', 'backend', ?, '1')",
            [name, name],
        )

    def test_who_uses_what(self, filled: Store) -> None:
        self.stack(filled, "FastAPI")
        filled.db.execute(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES ('m', 'FastAPI', 'skill', 'python-api-skill')"
        )
        assert registry.used_by(filled, "python-api-skill") == registry.Uses(
            ("backend-agent",), (("p", "Workbench"),)
        )
        assert registry.used_by(filled, "openapi-tool").agents == ("backend-agent",)
        assert registry.used_by(filled, "openapi-tool", ItemType.SKILL).agents == ()
        assert registry.used_by(filled, "sql-skill") == registry.Uses((), ())
        assert registry.used_by(filled, "backend-agent") == registry.Uses((), ())

    @pytest.mark.parametrize("name", ["fastapi", "PYTHON", "Python 3.12"])
    def test_what_fits(self, filled: Store, name: str) -> None:
        assert registry.fits(filled, "p") == frozenset()
        self.stack(filled, name)
        assert registry.fits(filled, "p") == {"python-api-skill"}
        assert registry.fits(filled, "p", among=registry.items(filled)) == {"python-api-skill"}

    def test_what_is_mapped_fits(self, filled: Store) -> None:
        self.stack(filled, "Cobol")
        filled.db.execute(
            "INSERT INTO tech_mappings (id, tech_stack_id, registry_type, registry_id) "
            "VALUES ('m', 'Cobol', 'skill', 'sql-skill')"
        )
        assert registry.fits(filled, "p") == {"sql-skill"}


class TestStamp:
    def test_changes_with_rows_and_files_and_nothing_else(self, store: Store) -> None:
        stamps = [registry.stamp(store)]
        assert registry.stamp(store) == stamps[0]
        path = place(store, "skills/s.md", SKILL)
        stamps.append(registry.stamp(store))
        registry.sync(store)
        stamps.append(registry.stamp(store))
        path.write_bytes(SKILL + b"x")
        stamps.append(registry.stamp(store))
        store.db.execute("UPDATE registry_skills SET description = 'x'")
        stamps.append(registry.stamp(store))
        path.unlink()
        stamps.append(registry.stamp(store))
        assert len(set(stamps)) == len(stamps)
        projects.add(store.db, "p", "P", None)
        assert registry.stamp(store) == stamps[-1]

    def test_the_files_alone(self, store: Store) -> None:
        first = registry.file_stamp(store.home)
        put(store, skill_row())
        assert registry.file_stamp(store.home) == first
        place(store, "skills/s.md", SKILL)
        assert registry.file_stamp(store.home) != first

    def test_what_was_read_is_read_again_only_where_it_changed(self, store: Store) -> None:
        paths = [registry.add(store, ItemType.SKILL, SKILL, name).item.path for name in "abc"]
        before = registry.items(store)
        assert [item.title for item in before] == ["Python API Skill"] * 3
        assert paths[0] is not None
        paths[0].write_bytes(SKILL.replace(b"Python API", b"Other"))
        store.db.execute("UPDATE registry_skills SET description = 'x' WHERE name = 'b'")
        after = registry.items(store, before=before)
        assert [old is new for old, new in zip(before, after, strict=True)] == [False, False, True]
        assert after[0].title == "Other Skill"


def test_types_of_paths(studio_home: Path) -> None:
    top = studio_home / "registry"
    found = {
        path: registry.type_at(studio_home, top / path)
        for path in ("skills/a.md", "agents/b.json", "agents/b.md", "templates/c/x/y.md", "x.md",
                     "skills/a/b.md", "prompts/d.md", "templates")
    }  # fmt: skip
    assert found == {
        "skills/a.md": (ItemType.SKILL, "a"),
        "agents/b.json": (ItemType.AGENT, "b"),
        "agents/b.md": None,
        "templates/c/x/y.md": (ItemType.TEMPLATE, "c"),
        "x.md": None,
        "skills/a/b.md": None,
        "prompts/d.md": (ItemType.PROMPT, "d"),
        "templates": None,
    }
