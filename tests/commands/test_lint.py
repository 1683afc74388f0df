"""``git studio lint``: in a bound clone, in a repository, outside of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import SCRIPTS, Answer, Repo, run
from drifttools import bind, bound, clone, database, home, ok, refused

from studio_git.services import lint as service
from studio_git.services.known import Known, say_missing

HIDDEN = "# Rules\n\nUse\u200b tabs.\n"
OVERRIDE = "# Rules\n\nUse \u202espaces.\n"


def lines(answer: Answer) -> list[str]:
    return answer.out.rstrip("\n").split("\n")


def test_clean(repo: Repo) -> None:
    bound(repo)
    answer = repo.studio("lint")
    assert (answer.status, answer.out, answer.err) == (0, "Nothing is wrong.\n", "")
    assert repo.studio("lint", "--json").json == []
    (only,) = repo.studio("lint", "--sarif").json["runs"]
    assert only["results"] == []


def test_what_is_hidden_is_shown_with_its_place(repo: Repo) -> None:
    bound(repo, HIDDEN + OVERRIDE)
    answer = repo.studio("lint")
    assert answer.status == 1
    assert lines(answer) == [
        "CLAUDE.md:3:4: warning: U+200B ZERO WIDTH SPACE: it shows nothing [lint/hidden-unicode]",
        "CLAUDE.md:6:5: warning: U+202E RIGHT-TO-LEFT OVERRIDE: it shows text in another order "
        "than it is read in [lint/hidden-unicode]",
    ]
    (first, _) = repo.studio("lint", "--json").json
    assert first == {
        "path": "CLAUDE.md",
        "line": 3,
        "column": 4,
        "length": 1,
        "code": "lint/hidden-unicode",
        "severity": "warning",
        "message": "U+200B ZERO WIDTH SPACE: it shows nothing",
        "hint": "",
        "fix": "",
    }


def test_sarif(repo: Repo) -> None:
    bound(repo, HIDDEN + "[x](nowhere.md)\n")
    answer = repo.studio("lint", "--sarif")
    assert answer.status == 1
    (only,) = answer.json["runs"]
    assert [it["ruleId"] for it in only["results"]] == ["lint/hidden-unicode", "reference/missing"]
    place = only["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "CLAUDE.md", "uriBaseId": "TOP"}
    assert place["region"] == {"startLine": 3, "startColumn": 4, "endColumn": 5}
    assert "exclude" in refused(repo, "lint", "--json", "--sarif")


def test_only_tracked_files_and_skills_are_looked_at_unasked(repo: Repo) -> None:
    bound(repo)
    repo.write("GEMINI.md", HIDDEN)
    repo.write("docs/notes.md", HIDDEN)
    assert repo.studio("lint").status == 0
    repo.write(".claude/skills/tidy/SKILL.md", HIDDEN)
    assert lines(repo.studio("lint"))[0].startswith(".claude/skills/tidy/SKILL.md:3:4: ")


def test_a_repository_that_is_not_bound(repo: Repo) -> None:
    repo.write("AGENTS.md", HIDDEN)
    repo.write("api/AGENTS.md", HIDDEN)
    repo.write(".cursor/rules/a.mdc", f"---\nglobs: x\n---\n{HIDDEN}")
    repo.write("README.md", HIDDEN)
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    found = [it["path"] for it in repo.studio("lint", "--json").json]
    assert found == ["AGENTS.md", ".cursor/rules/a.mdc", "api/AGENTS.md"]
    assert not home().exists(), "looking makes no store"


def test_named_files_and_folders(repo: Repo) -> None:
    repo.write("docs/a.md", HIDDEN)
    repo.write("docs/deep/b.txt", OVERRIDE)
    repo.write("docs/data.bin", "\u200b")
    repo.write(".gitignore", "build/\n")
    repo.write("build/c.md", HIDDEN)
    answer = repo.studio("lint", "docs")
    assert [line.split(" ")[0] for line in lines(answer)] == [
        "docs/a.md:3:4:",
        "docs/deep/b.txt:3:5:",
    ]
    assert len(lines(repo.studio("lint", "docs", "docs/a.md"))) == 2, "each file once"
    assert repo.studio("lint", "build").status == 0
    assert repo.studio("lint", "build/c.md").status == 1
    inside = run(SCRIPTS / "git-studio", "lint", "a.md", "..", cwd=repo.path / "docs")
    assert [line.split(" ")[0] for line in lines(inside)] == ["a.md:3:4:", "deep/b.txt:3:5:"]


def test_outside_of_a_repository(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    (folder / "node_modules").mkdir(parents=True)
    (folder / "node_modules" / "x.md").write_text(HIDDEN)
    (folder / "a.md").write_text(HIDDEN + "See @nowhere.md\n")
    answer = run(SCRIPTS / "git-studio", "lint", "a.md", cwd=folder)
    assert answer.status == 1
    assert lines(answer) == [
        f"{folder}/a.md:3:4: warning: U+200B ZERO WIDTH SPACE: it shows nothing "
        "[lint/hidden-unicode]"
    ]
    assert run(SCRIPTS / "git-studio", "lint", ".", cwd=folder).status == 1
    (folder / "a.md").write_text("fine\n")
    assert run(SCRIPTS / "git-studio", "lint", ".", cwd=folder).status == 0
    nothing = run(SCRIPTS / "git-studio", "lint", cwd=folder)
    assert (nothing.status, nothing.out) == (2, "")
    assert "no repository here" in nothing.err
    assert run(SCRIPTS / "git-studio", "lint", "nope.md", cwd=folder).status == 2


def test_what_cannot_be_read_is_not_called_clean(repo: Repo) -> None:
    repo.write("AGENTS.md", b"\xff\xfe")
    answer = repo.studio("lint")
    assert answer.status == 1
    assert lines(answer) == [
        "AGENTS.md: warning: not looked at: not valid UTF-8 (byte 0) [drift/unreadable]"
    ]


def test_references(repo: Repo) -> None:
    bound(
        repo,
        "@docs/here.md @docs/gone.md [a](docs/) [b](docs/here.md#x) [c](gone.md)\n"
        "@skill:tidy @skill:gone decision:abcdef12\n`@docs/code.md` @types/node a@b.md\n",
    )
    repo.write("docs/here.md", "x\n")
    repo.write(".claude/skills/tidy/SKILL.md", "# Tidy\n")
    said = [line.split("warning: ")[1] for line in lines(repo.studio("lint"))]
    assert said == [
        "there is no file docs/gone.md [reference/missing]",
        "there is no file gone.md [reference/missing]",
        "there is no skill gone [reference/missing]",
        "there is no decision abcdef12 [reference/missing]",
    ]
    ok(repo, "decision", "add", "Use tabs")
    with database() as db:
        db.execute("UPDATE decisions SET id = 'abcdef12-' || substr(id, 10)")
    assert len(lines(repo.studio("lint"))) == 3
    (repo.path / "docs" / "gone.md").write_text("x\n")
    (repo.path / "gone.md").write_text("x\n")
    assert len(lines(repo.studio("lint"))) == 1


def test_a_file_that_a_sparse_checkout_leaves_out_is_there(repo: Repo) -> None:
    repo.write("docs/x.md", "x\n")
    repo.write("CLAUDE.md", "@docs/x.md [f](docs/x.md)\n")
    repo.commit("Begin")
    repo.git("sparse-checkout", "set", "--cone", "src")
    assert not (repo.path / "docs").exists()
    assert repo.studio("lint").status == 0


def test_what_is_known_is_asked_once(repo: Repo) -> None:
    repo.commit("Begin")
    known = Known(repo.place, None)
    (found,) = known.missing("@skill:x @a.md", "CLAUDE.md")
    assert say_missing(found) == "there is no file a.md"
    assert Known(None, None).missing("@skill:x @a.md", "CLAUDE.md") == []


@pytest.mark.parametrize(
    ("policy", "status", "severity"),
    [("warn", 1, "warning"), ("block", 1, "error"), ("off", 0, "")],
)
def test_the_setting(repo: Repo, policy: str, status: int, severity: str) -> None:
    repo.write("AGENTS.md", HIDDEN)
    repo.write(".studio.toml", f'[lint]\nhidden-unicode = "{policy}"\n')
    answer = repo.studio("lint", "--json")
    assert answer.status == status
    assert [it["severity"] for it in answer.json] == ([severity] if severity else [])
    repo.git("config", "studio.lint.hiddenUnicode", "off")
    assert repo.studio("lint").status == 0
    repo.git("config", "studio.lint.hiddenUnicode", "never")
    assert "studio.lint.hiddenUnicode cannot be 'never'" in refused(repo, "lint")


def test_registry_files(repo: Repo) -> None:
    bound(repo)
    agents = home() / "registry" / "agents"
    agents.mkdir(parents=True, exist_ok=True)
    (agents / "a.json").write_text('{"name": "a", "skills": ["nowhere"]')
    answer = repo.studio("lint", agents / "a.json", "--json")
    assert answer.status == 1
    assert {it["code"] for it in answer.json} == {"registry/syntax"}
    (agents / "a.json").write_text('{"name": "a", "description": "d\u200b", "skills": ["nowhere"]}')
    found = {it["code"]: it for it in repo.studio("lint", agents, "--json").json}
    assert {"lint/hidden-unicode", "registry/unknown-item"} <= set(found)
    assert found["registry/unknown-item"]["line"] == 1
    (only,) = repo.studio("lint", agents, "--sarif").json["runs"]
    texts = [it["message"]["text"] for it in only["results"]]
    assert all(text.endswith(".") and not text.endswith("..") for text in texts)


def test_nothing_steers_the_terminal(repo: Repo) -> None:
    repo.write("AGENTS.md", "a\x1b[2J b\x9bc \u202e[x](\x1b]0;t\x07.md) @\x1b.md\n")
    repo.write("evil\x1b[2J\n/AGENTS.md", HIDDEN)
    answer = repo.studio("lint")
    assert answer.status == 1
    assert not set(answer.out) & {"\x1b", "\x9b", "\u202e", "\x07"}
    assert all(line for line in lines(answer))
    for form in ("--json", "--sarif"):
        said = repo.studio("lint", form)
        assert not set(said.out) & {"\x1b", "\x9b", "\u202e", "\x07"}
        assert json.loads(said.out)


def test_a_byte_order_mark_does_not_move_columns(repo: Repo) -> None:
    repo.write("AGENTS.md", "\ufeffab\u200bc\r\n")
    assert lines(repo.studio("lint"))[0].startswith("AGENTS.md:1:3: ")
    repo.write("AGENTS.md", "\ufeffabc\r\n")
    assert repo.studio("lint").status == 0


def test_a_store_that_is_gone(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    bound(repo, HIDDEN)
    monkeypatch.setenv("STUDIO_HOME", str(repo.path.parent / "nowhere"))
    answer = repo.studio("lint")
    assert answer.status == 1
    assert "CLAUDE.md:3:4" in answer.out
    assert "Without the store" in answer.err


def test_the_same_in_a_clone_and_after_binding(repo: Repo) -> None:
    repo.write("CLAUDE.md", HIDDEN)
    repo.commit("Begin")
    before = repo.studio("lint").out
    bind(repo)
    repo.commit("Bind")
    assert repo.studio("lint").out == before
    assert clone(repo, "fresh").studio("lint").out == before


def test_the_page_of_the_codes_is_there() -> None:
    folder = service.documentation()
    assert folder.startswith("file:///")
    assert (
        "### drift-repo-ahead" in Path(folder.removeprefix("file://"), "diagnostics.md").read_text()
    )
