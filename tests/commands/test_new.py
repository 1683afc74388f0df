"""``git studio new``: templates made into projects and documents, by the real copier."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest
from conftest import SCRIPTS, Repo, run
from drifttools import bind, database, home, ok, refused, rows

from studio_git.errors import UsageError
from studio_git.services import templates

COPIER = """\
_template_type: project
_subdirectory: template
name:
  type: str
  default: web
port:
  type: int
  default: 80
"""


def add(repo: Repo, name: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        repo.write(f"../templates/{name}/{path}", text)
    ok(repo, "registry", "add", "template", f"../templates/{name}")


@pytest.fixture
def bound(repo: Repo) -> Repo:
    bind(repo)
    add(
        repo,
        "web",
        {
            "copier.yml": COPIER,
            "README.md": "# Web\n\nA web app.\n",
            "template/README.md.jinja": "# {{ name }} on {{ port }}\n",
            "template/run.sh": "#!/bin/sh\n",
            "template/{{ name }}/a": "",
        },
    )
    add(
        repo,
        "record",
        {
            "copier.yml": "_template_type: doc\ntitle:\n  type: str\n  default: First\n",
            "{{ title }}.md.jinja": "# {{ title }}\n",
        },
    )
    return repo


def test_a_project(bound: Repo, tmp_path: Path) -> None:
    answer = bound.studio("new", "web", str(tmp_path / "app"), "--data", "name=shop", "--json")
    assert answer.status == 0, answer.err
    made = answer.json
    assert made["written"] == ["README.md", "run.sh", "shop/a"]
    assert (tmp_path / "app/README.md").read_text() == "# shop on 80\n"
    assert (tmp_path / "app/README.md").stat().st_mode & 0o777 == 0o644
    (project,) = rows("SELECT * FROM projects WHERE template_id IS NOT NULL")
    assert (project["id"], project["template_id"]) == (made["project_id"], "web")
    assert (project["name"], project["repo_path"]) == ("app", str(tmp_path / "app"))
    theirs = Repo(tmp_path / "app")
    theirs.git("init", "-q")
    bind(theirs)
    (bound_now,) = rows(
        "SELECT project_id FROM git_repositories WHERE primary_worktree = ?", str(theirs.path)
    )
    assert bound_now["project_id"] == project["id"]


def test_a_repository_that_is_there(bound: Repo, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    run("git", "init", "-q", fresh, cwd=tmp_path)
    bind(Repo(fresh))
    ok(bound, "new", "web", str(fresh))
    (project,) = rows("SELECT * FROM projects WHERE template_id = 'web'")
    assert project["repo_path"] == str(fresh)
    said = ok(bound, "new", "web", "sub")  # a part of another repository is no project
    assert "git init" not in said
    assert len(rows("SELECT * FROM projects")) == 2


def test_a_document_beside_what_is_there(bound: Repo) -> None:
    ok(bound, "new", "record", "docs")
    assert bound.read("docs/First.md") == "# First\n"
    ok(bound, "new", "record", "docs")  # the same once more
    ok(bound, "new", "record", "docs", "-d", "title=Second")
    bound.write("docs/Second.md", "# Mine\n")
    said = refused(bound, "new", "record", "docs", "-d", "title=Second")
    assert "Second.md is there, and differs" in said
    assert bound.read("docs/Second.md") == "# Mine\n"
    assert rows("SELECT * FROM projects WHERE template_id IS NOT NULL") == []


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("_tasks:\n  - touch ran\n  - [echo, hi]\n", "would run commands: touch ran; echo hi"),
        ("_migrations:\n  - touch ran\n", "would run commands at an update: touch ran"),
        ("_jinja_extensions: [os.path:join]\n", "would load extensions of Jinja"),
    ],
)
def test_what_would_be_run_is_refused(bound: Repo, tmp_path: Path, extra: str, said: str) -> None:
    add(bound, "evil", {"copier.yml": extra, "a": "x"})
    assert said in refused(bound, "new", "evil", str(tmp_path / "e"))
    assert not (tmp_path / "e").exists()


def test_trust_lets_it_run_where_the_folder_is(bound: Repo, tmp_path: Path) -> None:
    add(bound, "tasks", {"copier.yml": "_tasks:\n  - pwd > ran\n  - echo loud\n", "a": "x"})
    answer = bound.studio("new", "tasks", str(tmp_path / "t"), "--trust", "--json")
    assert answer.json["written"] == ["a"]
    assert "loud" in answer.err
    assert (tmp_path / "t" / "ran").read_text().strip() == str(tmp_path / "t")


def test_what_cannot_be(bound: Repo, tmp_path: Path) -> None:
    target = str(tmp_path / "x")
    add(bound, "asks", {"copier.yml": "who:\n  type: str\n", "a.jinja": "{{ who }}"})
    add(bound, "broken", {"copier.yml": "a: [", "b": "x"})
    add(bound, "syntax", {"copier.yml": "a: b", "b.jinja": "{% if %}"})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for words, said in (
        (["none", target], "there is no template none"),
        (["asks", target], "an answer is missing"),
        (["web", target, "-d", "port=x"], "an answer does not fit"),
        (["web", target, "-d", "port"], "port is no answer"),
        (["broken", target], "cannot be used"),
        (["syntax", target], "copier cannot make it"),
        (["web", str(tmp_path / "full")], "is not empty"),
        (["web", str(tmp_path / "full" / "file")], "is no folder"),
    ):
        assert said in refused(bound, "new", *words), words
        assert not Path(target).exists()
    (home() / "registry" / "templates" / "web").rename(tmp_path / "gone")
    assert "has no folder" in refused(bound, "new", "web", target)


def test_the_type_is_the_templates_own(bound: Repo) -> None:
    types = {
        it["name"]: it["template_type"]
        for it in bound.studio("registry", "list", "template", "--json").json
    }
    assert types == {"web": "project", "record": "doc"}
    with database() as db:
        db.execute("UPDATE registry_templates SET template_type = 'cycle' WHERE name = 'record'")
    ok(bound, "registry", "sync")
    file = home() / "registry" / "templates" / "record" / "copier.yml"
    assert file.read_text().startswith("_template_type: cycle\n")
    file.write_text(file.read_text().replace("cycle", "doc"))
    ok(bound, "registry", "sync")
    assert rows("SELECT template_type FROM registry_templates WHERE name = 'record'") == [
        {"template_type": "doc"}
    ]


def test_without_copier_it_says_how_to_install_it(bound: Repo, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['copier'] = None; sys.argv[0] = 'git-studio'; "
        "from studio_git.__main__ import main; sys.exit(main())"
    )
    words = ("new", "web", str(tmp_path / "x"))
    answer = run(sys.executable, "-c", code, *words, cwd=bound.path)
    assert answer.status == 2
    assert "pipx inject studio-git copier" in answer.err
    assert "uv tool install 'studio-git[templates]'" in answer.err
    assert not (tmp_path / "x").exists()


def test_questions_on_a_terminal(bound: Repo, tmp_path: Path) -> None:
    child = pexpect.spawn(
        str(SCRIPTS / "git-studio"), ["new", "record", str(tmp_path / "d")], cwd=str(bound.path),
        encoding="utf-8", timeout=60, dimensions=(24, 100), env=os.environ | {"TERM": "xterm"},
    )  # fmt: skip
    child.expect("title")
    child.sendline(" one")  # behind the proposed answer
    child.expect_exact("Made ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert (tmp_path / "d" / "First one.md").read_text() == "# First one\n"


def test_answers() -> None:
    assert templates.answers_of(("a=b=c", " d =")) == {"a": "b=c", "d": ""}
    with pytest.raises(UsageError):
        templates.answers_of(("=x",))
