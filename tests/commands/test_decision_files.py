"""``git studio decision import``, ``export`` and ``sync``, as people and programs use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from capturing import NOON, Clone, bind, message
from conftest import Answer, Repo

FIRST = """# 1. Record decisions

Date: 2020-02-29

## Status

Superseded by [2. Use MADR](0002-use-madr.md)

## Context

We forget why.

## Decision

We write them down.

## Consequences

More   files.\t
"""

SECOND = """---
status: accepted
date: 2021-05-04
decision-makers: Ada, Bo
---

# Use MADR

## Context and Problem Statement

Which form?

## Considered Options

* Use MADR
* Plain prose

## Decision Outcome

Chosen option: "Use MADR", because tools read it.

### Consequences

* Good, because there are tools
"""

FOLDER = "docs/adr"


@pytest.fixture
def clone(repo: Repo) -> Clone:
    return bind(repo)


@pytest.fixture
def records(clone: Clone) -> Clone:
    clone.repo.write(f"{FOLDER}/0001-record-decisions.md", FIRST)
    clone.repo.write(f"{FOLDER}/0002-use-madr.md", SECOND)
    clone.repo.write(f"{FOLDER}/README.md", "# Decisions\n")
    clone.repo.write(f"{FOLDER}/template.md", "# Title\n\n## Status\n\nx\n")
    clone.repo.commit("Records", when=NOON)
    return clone


def studio(clone: Clone, *words: str, status: int = 0) -> Answer:
    answer = clone.repo.studio("decision", *words)
    assert answer.status == status, answer.out + answer.err
    return answer


def shown(clone: Clone, words: str) -> dict[str, Any]:
    found: dict[str, Any] = studio(clone, "show", words, "--json").json
    return found


def folder(clone: Clone) -> dict[str, bytes]:
    path = clone.repo.path / FOLDER
    return {each.name: each.read_bytes() for each in sorted(path.iterdir())}


class TestImport:
    def test_records_become_decisions(self, records: Clone) -> None:
        before = folder(records)
        done = studio(records, "import", FOLDER)
        assert done.out.splitlines()[:2] == [
            "Decision added: docs/adr/0001-record-decisions.md: Record decisions",
            "Decision added: docs/adr/0002-use-madr.md: Use MADR",
        ]
        assert done.out.endswith("2 records agree.\n")
        first, second = shown(records, "record decisions"), shown(records, "use madr")
        assert (first["created_at"], first["rationale"]) == (
            "2020-02-29 12:00:00", "We write them down."
        )  # fmt: skip
        assert (first["status"], first["superseded_by"]) == ("superseded", second["id"])
        assert first["files"] == ["docs/adr/0001-record-decisions.md"]
        assert (second["rationale"], second["alternatives"]) == ("tools read it.", ["Plain prose"])
        assert records.rows("SELECT * FROM activity_log") == []
        assert folder(records) == before

    def test_again_changes_nothing(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        rows = records.rows("SELECT * FROM decisions")
        syncs = records.rows("SELECT * FROM git_decision_syncs")
        again = studio(records, "import", FOLDER, "--json").json
        assert again["added"] == again["updated"] == again["problems"] == []
        assert [it["kind"] for it in again["records"]] == [None, None]
        assert records.rows("SELECT * FROM decisions") == rows
        assert records.rows("SELECT * FROM git_decision_syncs") == syncs

    def test_then_export_gives_the_same_bytes(self, records: Clone) -> None:
        crlf = SECOND.replace("Use MADR", "Use CRLF").replace("\n", "\r\n")
        records.repo.write(f"{FOLDER}/0003-use-crlf.md", b"\xef\xbb\xbf" + crlf.encode())
        records.repo.write(f"{FOLDER}/0004-odd.md", "# Odd\n\n<!--\n## Status\n-->\nWords.")
        before = folder(records)
        studio(records, "import", FOLDER)
        studio(records, "export", FOLDER)
        studio(records, "sync", FOLDER)
        assert folder(records) == before

    def test_an_edit_follows(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        text = SECOND.replace("tools read it", "everybody reads it").replace("accepted", "rejected")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        done = studio(records, "import", FOLDER)
        assert "Decision changed: docs/adr/0002-use-madr.md: Use MADR (rationale, status)" in (
            done.out
        )
        found = shown(records, "use madr")
        assert (found["rationale"], found["status"]) == ("everybody reads it.", "rejected")

    def test_a_captured_decision_of_that_title_is_the_same(self, records: Clone) -> None:
        records.repo.commit(message("x", "Decision: use madr", "Rationale: Mine"), when=NOON + 60)
        records.capture()
        done = studio(records, "import", FOLDER, status=1)
        assert "they differ, and were never the same (rationale)" in done.out
        assert "Studio: Mine\n" in done.out
        found = shown(records, "use madr")
        assert (found["title"], found["rationale"]) == ("Use MADR", "Mine")
        assert found["alternatives"] == ["Plain prose"]
        assert len(records.rows("SELECT * FROM decisions")) == 2

    def test_a_file_without_a_date_is_as_old_as_its_commit(self, clone: Clone) -> None:
        clone.repo.write(f"{FOLDER}/0001-x.md", "# X\n\nStatus: accepted\n")
        clone.repo.commit("One", when=NOON)
        studio(clone, "import", FOLDER)
        assert shown(clone, "X")["created_at"] == "2023-11-14 22:13:20"

    def test_secrets_stay_out_of_the_store_and_are_no_drift(self, clone: Clone) -> None:
        key = "AKIA" + "QWERTYUIOPASDFGH"
        clone.repo.write(f"{FOLDER}/0001-x.md", f"# X\n\n## Decision\n\nThe key is {key}.\n")
        studio(clone, "import", FOLDER)
        assert key not in str(shown(clone, "X"))
        studio(clone, "sync", FOLDER)
        assert key in clone.repo.read(f"{FOLDER}/0001-x.md")

    def test_what_cannot_be_read_is_told(self, records: Clone, tmp_path: Path) -> None:
        records.repo.write(f"{FOLDER}/0003-binary.md", b"\xff\xfe")
        (tmp_path / "secret.md").write_text(FIRST)
        (records.repo.path / FOLDER / "0004-link.md").symlink_to(tmp_path / "secret.md")
        done = studio(records, "import", FOLDER, status=1)
        assert "docs/adr/0003-binary.md: not valid UTF-8" in done.out
        assert "docs/adr/0004-link.md: a symbolic link that leads out" in done.out
        assert len(records.rows("SELECT * FROM decisions")) == 2

    def test_what_is_not_there(self, clone: Clone) -> None:
        studio(clone, "import", "none", status=2)
        clone.repo.write("file", "x")
        studio(clone, "import", "file", status=2)
        studio(clone, "import", status=2)
        studio(clone, "sync", status=2)


class TestExport:
    @pytest.mark.parametrize("form", ["madr", "adr-tools"])
    def test_files_for_those_that_have_none(self, clone: Clone, form: str) -> None:
        clone.repo.commit(message("x", "Decision: Use sessions", "Rationale: Simple"), when=NOON)
        clone.capture()
        studio(clone, "add", "Use JWT", "-r", "no state", "-a", "Cookies")
        studio(clone, "supersede", "use sessions", "use jwt")
        done = studio(clone, "export", FOLDER, "--format", form)
        assert "File made: docs/adr/0001-use-sessions.md: Use sessions" in done.out
        old = clone.repo.read(f"{FOLDER}/0001-use-sessions.md")
        new = clone.repo.read(f"{FOLDER}/0002-use-jwt.md")
        if form == "madr":
            assert "status: superseded by [ADR-0002](0002-use-jwt.md)\ndate: 2023-11-14\n" in old
            assert 'Chosen option: "Use JWT", because no state\n' in new
            assert "* Use JWT\n* Cookies\n" in new
        else:
            assert old.startswith("# 1. Use sessions\n\nDate: 2023-11-14\n\n## Status\n\n")
            assert "\nSuperseded by [2. Use JWT](0002-use-jwt.md)\n" in old
            assert "\nSupersedes [1. Use sessions](0001-use-sessions.md)\n" in new
        before = folder(clone)
        assert "2 records agree." in studio(clone, "import", FOLDER).out
        studio(clone, "export", FOLDER)
        assert folder(clone) == before
        assert len(clone.rows("SELECT * FROM decisions")) == 2

    def test_only_what_moved_is_written(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        studio(records, "edit", "use madr", "--title", "Use MADR 4", "-a", "None", "-a", "Wiki")
        done = studio(records, "export", FOLDER)
        assert "File changed: docs/adr/0002-use-madr.md: Use MADR 4 (title, alternatives)" in (
            done.out
        )
        wanted = SECOND.replace("# Use MADR\n", "# Use MADR 4\n").replace(
            "* Plain prose\n", "* None\n* Wiki\n"
        )
        assert records.repo.read(f"{FOLDER}/0002-use-madr.md") == wanted
        assert records.repo.read(f"{FOLDER}/0001-record-decisions.md") == FIRST

    def test_what_a_person_edited_is_not_overwritten(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        studio(records, "edit", "use madr", "-r", "Mine")
        text = SECOND.replace("tools read it", "theirs")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        done = studio(records, "export", FOLDER, status=1)
        assert "both sides changed the same (rationale)" in done.out
        assert records.repo.read(f"{FOLDER}/0002-use-madr.md") == text
        left = studio(records, "export", FOLDER, "--json", status=1).json["records"]
        assert [(it["kind"], it["fields"]) for it in left] == [
            (None, []), ("conflict", ["rationale"])
        ]  # fmt: skip

    def test_those_that_are_named(self, clone: Clone) -> None:
        for title in ("7. Seven", "A", "B"):
            studio(clone, "add", title)
        studio(clone, "export", FOLDER, "b")
        assert list(folder(clone)) == ["0001-b.md"]
        told = studio(clone, "export", FOLDER, status=1)
        assert "7. Seven cannot be said as a record" in told.err
        assert "0002-a.md" in folder(clone)
        studio(clone, "export", FOLDER, "none", status=2)

    def test_outside_of_the_repository(self, clone: Clone, tmp_path: Path) -> None:
        studio(clone, "add", "A")
        out = tmp_path / "out"
        studio(clone, "export", str(out))
        assert (out / "0001-a.md").exists()
        studio(clone, "edit", "A", "-r", "Why")
        studio(clone, "export", str(out))
        assert "Why" in (out / "0001-a.md").read_text()
        (out / "0001-a.md").write_text((out / "0001-a.md").read_text().replace("Why", "So"))
        studio(clone, "import", str(out))
        assert shown(clone, "A")["rationale"] == "So"

    def test_nothing_is_written_through_a_link(self, records: Clone, tmp_path: Path) -> None:
        studio(records, "import", FOLDER)
        (tmp_path / "out").mkdir()
        path = records.repo.path / FOLDER / "0002-use-madr.md"
        target = records.repo.write("other.md", SECOND)
        path.unlink()
        path.symlink_to(target)
        studio(records, "edit", "use madr", "-r", "Mine")
        studio(records, "export", FOLDER, status=2)
        assert target.read_text() == SECOND


class TestSync:
    def test_both_ways_at_once(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        studio(records, "edit", "use madr", "-r", "Mine")
        records.repo.write(
            f"{FOLDER}/0002-use-madr.md", SECOND.replace("* Plain prose", "* Plain prose\n* Wiki")
        )
        assert "different parts (rationale, alternatives)" in (
            studio(records, "sync", "--check", status=1).out
        )
        done = studio(records, "sync")
        assert "Decision changed" in done.out
        assert "File changed" in done.out
        assert shown(records, "use madr")["alternatives"] == ["Plain prose", "Wiki"]
        assert "because Mine" in records.repo.read(f"{FOLDER}/0002-use-madr.md")

    @pytest.mark.parametrize(
        ("side", "said"), [("--accept-repo", "theirs."), ("--keep-studio", "Mine")]
    )
    def test_whose_word_counts(self, records: Clone, side: str, said: str) -> None:
        studio(records, "import", FOLDER)
        studio(records, "edit", "use madr", "-r", "Mine")
        text = SECOND.replace("tools read it", "theirs")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        assert "--accept-repo" in studio(records, "sync", status=1).out
        studio(records, "sync", side)
        assert shown(records, "use madr")["rationale"] == said
        assert f"because {said}" in records.repo.read(f"{FOLDER}/0002-use-madr.md")
        studio(records, "sync", "--check")

    def test_superseding_goes_both_ways(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        studio(records, "supersede", "record decisions", "use madr", "--take-back")
        studio(records, "sync")
        first = records.repo.read(f"{FOLDER}/0001-record-decisions.md")
        assert first == FIRST.replace("Superseded by [2. Use MADR](0002-use-madr.md)", "Accepted")
        records.repo.commit("Accepted", when=NOON + 60)
        records.repo.write(f"{FOLDER}/0001-record-decisions.md", FIRST)
        studio(records, "sync")
        assert shown(records, "record decisions")["status"] == "superseded"

    def test_what_is_thrown_away_before_it_was_committed_is_written_again(
        self, records: Clone
    ) -> None:
        studio(records, "import", FOLDER)
        studio(records, "edit", "use madr", "-r", "Mine")
        studio(records, "sync")
        records.repo.git("checkout", "--", FOLDER)
        assert "File changed" in studio(records, "sync").out
        assert shown(records, "use madr")["rationale"] == "Mine"

    def test_a_circle_is_told(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        text = SECOND.replace("accepted", "superseded by ADR-0001")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        told = studio(records, "sync", status=1)
        assert "Record decisions is superseded by Use MADR itself" in told.err

    def test_a_file_that_is_renamed_stays_the_same_decision(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        records.repo.git(
            "mv", f"{FOLDER}/0002-use-madr.md", f"{FOLDER}/0005-use-madr-everywhere.md"
        )
        studio(records, "sync", status=0)
        found = shown(records, "use madr")
        assert found["files"] == ["docs/adr/0005-use-madr-everywhere.md"]
        assert len(records.rows("SELECT * FROM decisions")) == 2

    def test_a_file_that_is_gone(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        path = records.repo.path / FOLDER / "0002-use-madr.md"
        path.unlink()
        assert "0002-use-madr.md: deleted from the repository" in (
            studio(records, "sync", status=1).out
        )
        assert not path.exists()
        studio(records, "sync", "--keep-studio")
        assert "tools read it." in path.read_text()
        path.unlink()
        kept = studio(records, "sync", "--accept-repo")
        assert "Decision kept without its file" in kept.out
        assert shown(records, "use madr")["files"] == []
        studio(records, "sync", "--check")

    def test_a_decision_that_is_removed_stays_away(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        told = studio(records, "remove", "use madr", "--yes")
        assert "docs/adr/0002-use-madr.md" in told.err
        again = studio(records, "sync", status=1)
        assert "0002-use-madr.md: removed in Studio" in again.out
        assert len(records.rows("SELECT * FROM decisions")) == 1
        studio(records, "sync", "--accept-repo")
        assert shown(records, "use madr")["rationale"] == "tools read it."

    def test_words_that_do_not_go_together(self, records: Clone) -> None:
        studio(records, "sync", "--accept-repo", "--keep-studio", status=2)
        studio(records, "sync", "--check", "--accept-repo", status=2)


class TestStatus:
    def test_records_that_differ_are_drift(self, records: Clone) -> None:
        assert records.repo.studio("status", "--json").json["decisions"] == []
        studio(records, "import", FOLDER)
        assert records.repo.studio("status").status == 0
        records.repo.write(f"{FOLDER}/0002-use-madr.md", SECOND.replace("tools read it", "theirs"))
        records.repo.write(f"{FOLDER}/0003-new.md", "# New\n\nStatus: accepted\n")
        told = records.repo.studio("status")
        assert told.status == 1
        assert "docs/adr/0002-use-madr.md: the file has more (rationale)\n" in told.out
        assert "docs/adr/0003-new.md: Studio does not have it\n" in told.out
        assert "git studio decision sync" in told.out
        found = records.repo.studio("status", "--json").json["decisions"]
        assert [it["kind"] for it in found] == ["repo-ahead", "missing-in-studio"]
        studio(records, "sync")
        assert records.repo.studio("status").status == 0


class TestTheFolder:
    def test_the_usual_ones_and_the_one_that_was_used(self, records: Clone) -> None:
        found = studio(records, "sync", "--json").json
        assert found["folder"] == str(records.repo.path / FOLDER)
        records.repo.write("docs/decisions/0001-x.md", "# X\n")
        assert studio(records, "sync", "--json").json["folder"].endswith("docs/adr")

    def test_the_one_that_adr_tools_noted(self, records: Clone) -> None:
        records.repo.write("own/0001-x.md", "# X\n\nStatus: accepted\n")
        records.repo.write(".adr-dir", "own\n")
        assert studio(records, "sync", "--json").json["folder"].endswith("/own")
        records.repo.write(".adr-dir", "../..\n")
        assert studio(records, "sync", "--json").json["folder"].endswith("/own")

    def test_from_a_folder_below(self, records: Clone) -> None:
        below = Repo(records.repo.path / "docs")
        assert below.studio("decision", "import", "adr").status == 0
        assert shown(records, "use madr")["files"] == ["docs/adr/0002-use-madr.md"]


class TestBranches:
    def test_an_older_branch_is_behind_and_not_an_edit(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        records.repo.git("switch", "-qc", "feature")
        text = SECOND.replace("tools read it", "everybody reads it")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        records.repo.write(f"{FOLDER}/0003-new.md", "# New\n\nStatus: accepted\n")
        studio(records, "sync")
        records.repo.commit("Edit", when=NOON + 60)
        records.repo.git("switch", "-q", "main")
        told = studio(records, "sync")
        assert "Studio has what this line of history lacks" in told.out
        assert "0003" not in told.out
        assert records.repo.read(f"{FOLDER}/0002-use-madr.md") == SECOND
        assert shown(records, "use madr")["rationale"] == "everybody reads it."

    def test_studios_own_edit_goes_to_an_older_branch_too(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        records.repo.git("branch", "old")
        studio(records, "edit", "use madr", "-r", "Mine")
        studio(records, "sync")
        records.repo.commit("Written", when=NOON + 60)
        records.repo.git("switch", "-q", "old")
        done = studio(records, "sync")
        assert "File changed" in done.out
        assert shown(records, "use madr")["rationale"] == "Mine"

    def test_a_revert_is_an_edit(self, records: Clone) -> None:
        studio(records, "import", FOLDER)
        text = SECOND.replace("tools read it", "everybody reads it")
        records.repo.write(f"{FOLDER}/0002-use-madr.md", text)
        studio(records, "sync")
        records.repo.commit("Edit", when=NOON + 60)
        records.repo.git("revert", "--no-edit", "HEAD")
        studio(records, "sync")
        assert shown(records, "use madr")["rationale"] == "tools read it."
