"""Finding, adopting, tracking and untracking: the rows, the files and the file of the team."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from capturing import PROJECT, bind
from conftest import Repo

from studio_git.core.aliases import Group
from studio_git.core.models import AliasType
from studio_git.errors import UnreadableError, UsageError
from studio_git.services import context
from studio_git.services.clone import Workspace, enter
from studio_git.store import contexts
from studio_git.store.connection import open_store

RULES = "# Rules\n"


@pytest.fixture
def bound(repo: Repo) -> Repo:
    bind(repo)
    return repo


@contextmanager
def here(repo: Repo, home: Path) -> Iterator[Workspace]:
    with open_store(home) as store:
        yield enter(store, repo.place)


def tracked(repo: Repo, home: Path) -> dict[str, str | None]:
    with open_store(home) as store:
        return {it.filename: it.repo_path for it in contexts.tracked(store.db, PROJECT)}


class TestDiscovery:
    def test_what_is_offered_told_and_left_out(self, repo: Repo) -> None:
        repo.write("AGENTS.md", RULES)
        repo.write("CLAUDE.md", RULES)
        repo.write("GEMINI.md", "@./AGENTS.md\n")
        repo.write("packages/api/CLAUDE.md", "# Nested\n")
        repo.write("CLAUDE.local.md", "# Mine\n")
        repo.write("QWEN.md", b"\0")
        repo.write(".gitignore", "CLAUDE.local.md\nWARP.md\n")
        repo.write("WARP.md", "# Ignored\n")
        found = context.discover(repo.place)
        (group,) = found.offered
        assert group.primary == "AGENTS.md"
        assert [(it.path, it.type) for it in group.aliases] == [
            ("CLAUDE.md", AliasType.COPY), ("GEMINI.md", AliasType.POINTER),
        ]  # fmt: skip
        assert {it.primary for it in found.on_request} == {
            "packages/api/CLAUDE.md", "CLAUDE.local.md",
        }  # fmt: skip
        assert [path for path, _ in found.unreadable] == ["QWEN.md"]

    def test_nothing(self, repo: Repo) -> None:
        found = context.discover(repo.place)
        assert (found.offered, found.on_request, found.unreadable) == ((), (), ())

    def test_a_deleted_file_is_not_offered(self, repo: Repo) -> None:
        repo.write("AGENTS.md", RULES)
        repo.commit("First")
        (repo.path / "AGENTS.md").unlink()
        assert context.discover(repo.place).offered == ()


class TestAdopting:
    def test_studios_text_is_never_replaced(self, bound: Repo, studio_home: Path) -> None:
        canonical = studio_home / "projects" / PROJECT / "context/claude.md"
        canonical.parent.mkdir(parents=True)
        canonical.write_text("# Studio's\n")
        bound.write("CLAUDE.md", RULES)
        with here(bound, studio_home) as workspace:
            (file,) = context.adopt(workspace, [Group("CLAUDE.md")])
            assert file.filename == "claude.md"
            row = workspace.store.db.execute("SELECT * FROM context_files").fetchone()
        assert canonical.read_text() == "# Studio's\n"
        assert bound.read("CLAUDE.md") == RULES
        assert row["sync_status"] == "unknown"

    def test_a_link_in_the_canonical_place_is_not_followed(
        self, bound: Repo, studio_home: Path, tmp_path: Path
    ) -> None:
        canonical = studio_home / "projects" / PROJECT / "context/claude.md"
        canonical.parent.mkdir(parents=True)
        canonical.symlink_to(tmp_path / "outside")
        bound.write("CLAUDE.md", RULES)
        with here(bound, studio_home) as workspace:
            context.adopt(workspace, [Group("CLAUDE.md")])
        assert canonical.is_symlink()
        assert not (tmp_path / "outside").exists()

    def test_one_name_has_one_path(self, bound: Repo, studio_home: Path) -> None:
        bound.write("docs/architecture.md", "# One\n")
        bound.write("docs/ARCHITECTURE.md", "# Two\n")
        groups = [Group("docs/architecture.md"), Group("docs/ARCHITECTURE.md")]
        with here(bound, studio_home) as workspace:
            assert context.clashing(workspace, groups) == {
                "docs/ARCHITECTURE.md": "docs/architecture.md"
            }
            assert [it.repo_path for it in context.adopt(workspace, groups)] == [
                "docs/architecture.md"
            ]
            assert context.adopt(workspace, groups) == []

    def test_rows_of_the_dashboard_find_their_files(self, bound: Repo, studio_home: Path) -> None:
        bound.write("docs/Notes.md", "# Notes\n")
        bound.write("other.md", "# Other\n")
        with here(bound, studio_home) as workspace:
            assert context.kept_by_studio(workspace) == []
            contexts.add(workspace.store.db, "cf-1", PROJECT, "docs/notes.md", "docs/notes.md")
            contexts.add(workspace.store.db, "cf-2", PROJECT, "absent.md", "absent.md")
            (group,) = context.kept_by_studio(workspace)
            assert group == Group("docs/Notes.md")
            (file,) = context.adopt(workspace, [group])
            assert file.id == "cf-1"
            assert context.kept_by_studio(workspace) == []


class TestTracking:
    @pytest.mark.parametrize(
        "path",
        ["../x.md", "/etc/passwd", ".git/config", "a/../../x", "", ".", "a%2e%2e/x", "a\0b",
         "x" * 256, "con.md", "a\\b"],
    )  # fmt: skip
    def test_a_path_that_could_be_anything_else(
        self, bound: Repo, studio_home: Path, path: str
    ) -> None:
        with here(bound, studio_home) as workspace, pytest.raises(UsageError):
            context.track(workspace, path, None)
        assert tracked(bound, studio_home) == {}

    @pytest.mark.parametrize("name", ["../x.md", "/x.md", "a/../../x", "x" * 300, "nul", "a\x1b"])
    def test_a_name_that_could_be_anything_else(
        self, bound: Repo, studio_home: Path, name: str
    ) -> None:
        bound.write("A.md", RULES)
        with here(bound, studio_home) as workspace, pytest.raises(UsageError):
            context.track(workspace, "A.md", name)
        assert tracked(bound, studio_home) == {}

    def test_what_is_absent_or_no_text(self, bound: Repo, studio_home: Path) -> None:
        bound.write("A.md", b"\0")
        (bound.path / "folder").mkdir()
        with here(bound, studio_home) as workspace:
            with pytest.raises(UsageError, match="not in the work tree"):
                context.track(workspace, "none.md", None)
            for path in ("A.md", "folder"):
                with pytest.raises(UnreadableError):
                    context.track(workspace, path, None)
        assert tracked(bound, studio_home) == {}

    def test_names_that_differ_in_case_only(self, bound: Repo, studio_home: Path) -> None:
        bound.write("A.md", RULES)
        bound.write("B.md", "# Other\n")
        with here(bound, studio_home) as workspace:
            context.track(workspace, "A.md", None)
            with pytest.raises(UsageError, match="differ in case only"):
                context.track(workspace, "B.md", "A.md")
            with pytest.raises(UsageError, match="name of another context file"):
                context.track(workspace, "B.md", "a.md")
            with pytest.raises(UsageError, match="tracked already"):
                context.track(workspace, "A.md", None)
        assert tracked(bound, studio_home) == {"a.md": "A.md"}

    def test_untracked_and_tracked_again_it_is_the_same_row(
        self, bound: Repo, studio_home: Path
    ) -> None:
        bound.write("A.md", RULES)
        with here(bound, studio_home) as workspace:
            first = context.track(workspace, "A.md", None)
        with here(bound, studio_home) as workspace:
            context.untrack(workspace, first)
        assert tracked(bound, studio_home) == {}
        assert "a.md" not in bound.read(".studio.toml")
        with here(bound, studio_home) as workspace:
            assert context.track(workspace, "A.md", None).id == first.id
        assert tracked(bound, studio_home) == {"a.md": "A.md"}

    def test_a_copy_of_a_tracked_file_stands_for_it(self, bound: Repo, studio_home: Path) -> None:
        bound.write("A.md", RULES)
        bound.write("B.md", RULES)
        bound.write("C.md", RULES)
        with here(bound, studio_home) as workspace:
            context.track(workspace, "A.md", None)
        with here(bound, studio_home) as workspace:
            context.track(workspace, "B.md", None)
            context.track(workspace, "C.md", "own.md")
        assert tracked(bound, studio_home) == {"a.md": "A.md", "own.md": "C.md"}
        with here(bound, studio_home) as workspace:
            (file, _) = contexts.tracked(workspace.store.db, PROJECT)
            assert [(it.path, it.type) for it in file.aliases] == [("B.md", AliasType.COPY)]
            context.untrack_alias(workspace, file, "B.md")
            (file, _) = contexts.tracked(workspace.store.db, PROJECT)
            assert file.aliases == ()


class TestProposed:
    def test_it_is_taken_as_a_whole(self, bound: Repo, studio_home: Path) -> None:
        bound.write("A.md", RULES)
        bound.write("B.md", "@A.md\n")
        text = (
            f'[project]\nid = "{PROJECT}"\n\n[context]\n"a.md" = "A.md"\n\n'
            '[context.alias]\n"B.md" = "a.md"\n'
        )
        bound.write(".studio.toml", text)
        with here(bound, studio_home) as workspace:
            assert dict(context.take_proposed(workspace).added) == {"a.md": "A.md"}
        assert bound.read(".studio.toml") == text
        with here(bound, studio_home) as workspace:
            assert not context.take_proposed(workspace)
            (file,) = contexts.tracked(workspace.store.db, PROJECT)
            assert [(it.path, it.type) for it in file.aliases] == [("B.md", AliasType.POINTER)]
        bound.write(".studio.toml", f'[project]\nid = "{PROJECT}"\n')
        with here(bound, studio_home) as workspace:
            assert dict(context.take_proposed(workspace).removed) == {"a.md": "A.md"}
        assert tracked(bound, studio_home) == {}

    def test_without_a_file_there_is_nothing(self, bound: Repo, studio_home: Path) -> None:
        with here(bound, studio_home) as workspace:
            assert not context.take_proposed(workspace)
