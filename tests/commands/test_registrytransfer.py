"""``git studio registry import`` and ``export``: what comes from elsewhere goes back as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo, run
from drifttools import bind, home, ok, refused

from studio_git.services import registryexport, registryfolders, registryimport, registrykeep
from studio_git.services.registryimport import State
from studio_git.services.registrysource import is_address, opened
from studio_git.store.connection import open_store

SKILL = "---\nname: pdf\ndescription: Fills forms.\nlicense: MIT\nx-own: 1\n---\n\n# PDF\r\n"
AGENT = '---\nname: reviewer\ndescription: "Use when: x"\ntools: Read\ncolor: blue\n---\n\nHi.\n'
SERVER = (
    '{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",\n'
    '  "name": "io.github.ada/weather", "description": "Weather.",\n   "version": "1.0.0",\n'
    '"packages": [{"registryType": "npm", "identifier": "w", "transport": {"type": "stdio"}}]}'
)


def fill(folder: Path) -> Path:
    """A repository's files: a skill with what belongs to it, an agent, a server, and no items."""
    for path, text in {
        ".claude/skills/pdf/SKILL.md": SKILL,
        ".claude/skills/pdf/scripts/fill.sh": "#!/bin/sh\ntouch ran\n",
        ".claude/skills/pdf/assets/form.bin": "\0\1\2",
        ".claude/agents/reviewer.md": AGENT,
        "servers/weather/server.json": SERVER,
        "README.md": "# Skills\n",
        "agents/README.md": "# Agents\n",
        "node_modules/x/SKILL.md": SKILL,
        "conf/server.json": '{"port": 80}',
    }.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    (folder / ".claude/skills/pdf/scripts/fill.sh").chmod(0o755)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return fill(tmp_path / "source")


@pytest.fixture
def bound(repo: Repo) -> Repo:
    return bind(repo)


def tree(folder: Path) -> dict[str, tuple[bytes, bool]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes(),
            bool(path.stat().st_mode & 0o100),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def states(answer: Any) -> dict[str, str]:
    return {it["name"]: it["state"] for it in answer["found"]}


def test_what_comes_goes_back_byte_for_byte(bound: Repo, source: Path, tmp_path: Path) -> None:
    ok(bound, "registry", "import", str(source), "--yes")
    names = [it["name"] for it in bound.studio("registry", "list", "--json").json]
    assert names == ["pdf", "reviewer", "io.github.ada-weather"]
    out = tmp_path / "out"
    ok(bound, "registry", "export", "pdf", "reviewer", str(out / ".claude"))
    ok(bound, "registry", "export", "io.github.ada-weather", str(out))
    assert tree(out / ".claude") == tree(source / ".claude")
    (server,) = (out / "servers").rglob("server.json")
    assert server.read_text() == SERVER
    ok(bound, "registry", "export", "pdf", str(tmp_path / "skills"))
    assert (tmp_path / "skills" / "pdf" / "SKILL.md").exists()
    modes = {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()}
    assert modes == {0o644, 0o755}


def test_the_preview_and_consent(bound: Repo, source: Path) -> None:
    answer = bound.studio("registry", "import", str(source))
    assert answer.status == 2
    assert "nobody agreed" in answer.err
    assert "new      skill pdf" in answer.out
    assert "(2 more files, 1 of them executable)" in answer.out
    assert bound.studio("registry", "list", "--json").json == []
    dry = bound.studio("registry", "import", str(source), "--dry-run", "--json")
    assert (dry.status, dry.json["imported"]) == (0, [])
    assert states(dry.json) == {
        "pdf": "new",
        "reviewer": "new",
        "io.github.ada-weather": "new",
    }
    done = bound.studio("registry", "import", str(source), "--yes", "--json").json
    assert done["imported"] == ["pdf", "reviewer", "io.github.ada-weather"]
    assert "nothing to import" in ok(bound, "registry", "import", str(source))
    assert not list(source.rglob("ran"))


def test_what_differs_stays_unless_it_is_to_be_replaced(bound: Repo, source: Path) -> None:
    ok(bound, "registry", "import", str(source), "--yes")
    skill = source / ".claude/skills/pdf"
    (skill / "SKILL.md").write_text(SKILL.replace("forms", "many forms"))
    (skill / "scripts/fill.sh").unlink()
    kept = home() / "registry" / "skills" / "pdf.md"
    said = ok(bound, "registry", "import", str(source), "--yes")
    assert "differs  skill pdf" in said
    assert "--replace" in said
    assert kept.read_bytes() == SKILL.encode()
    done = bound.studio("registry", "import", str(source), "--yes", "--replace", "--json").json
    assert done["replaced"] == ["pdf"]
    assert "many forms" in kept.read_text()
    assert not (kept.with_suffix("") / "scripts").exists()
    shown = bound.studio("registry", "show", "pdf", "--json").json
    assert shown["description"] == "Fills many forms."
    backup = Path(done["kept"])
    assert (backup / "registry/skills/pdf.md").read_bytes() == SKILL.encode()
    assert (backup / "registry/skills/pdf/scripts/fill.sh").stat().st_mode & 0o100
    ok(bound, "registry", "import", str(backup), "--yes", "--replace")
    assert kept.read_bytes() == SKILL.encode()


@pytest.mark.parametrize("bare", [False, True])
def test_a_git_repository(bound: Repo, source: Path, tmp_path: Path, bare: bool) -> None:
    """Nothing of it is checked out: no filter runs, and no hook of the user's template."""
    mark = tmp_path / "ran"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    run("git", "config", "--global", "core.hooksPath", hooks, cwd=tmp_path)
    run("git", "config", "--global", "filter.evil.smudge", f"touch {mark}; cat", cwd=tmp_path)
    (source / ".gitattributes").write_text("* filter=evil\n")
    (source / ".claude/skills/pdf/link").symlink_to("/etc/passwd")
    theirs = Repo(source)
    theirs.git("-c", f"core.hooksPath={tmp_path / 'none'}", "init", "-q")
    theirs.git("-c", f"core.hooksPath={tmp_path / 'none'}", "add", "-A")
    theirs.git("-c", f"core.hooksPath={tmp_path / 'none'}", "commit", "-qm", "x")
    address = source.as_uri()
    if bare:
        address = str(tmp_path / "bare.git")
        run("git", "-c", f"core.hooksPath={tmp_path}", "clone", "-q", "--bare", source, address,
            cwd=tmp_path)  # fmt: skip
    mark.unlink(missing_ok=True)
    answer = bound.studio("registry", "import", address, "pdf", "--yes")
    assert answer.status == 0, answer.err
    assert "link is no regular file" in answer.out
    assert not mark.exists()
    out = tmp_path / "out"
    ok(bound, "registry", "export", "pdf", str(out))
    (source / ".claude/skills/pdf/link").unlink()
    assert tree(out / "skills" / "pdf") == tree(source / ".claude/skills/pdf")


def test_a_branch(bound: Repo, source: Path) -> None:
    theirs = Repo(source)
    theirs.git("init", "-q")
    theirs.commit("One")
    theirs.git("switch", "-qc", "next")
    theirs.write("skills/more/SKILL.md", SKILL.replace("name: pdf", "name: more"))
    theirs.commit("Two")
    theirs.git("switch", "-q", "main")
    found = bound.studio("registry", "import", source.as_uri(), "--dry-run", "--json").json
    assert "more" not in states(found)
    found = bound.studio(
        "registry", "import", str(source), "--branch", "next", "--dry-run", "--json"
    ).json
    assert states(found)["more"] == "new"
    assert "cannot be cloned" in refused(
        bound, "registry", "import", source.as_uri(), "--branch", "none"
    )


def test_what_cannot_be(bound: Repo, source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run("git", "init", "-q", "--bare", tmp_path / "nothing.git", cwd=tmp_path)
    for words, said in (
        (["none"], "no folder or file none"),
        ([str(tmp_path / "empty")], "no registry item"),
        ([f"file://{tmp_path}/none"], "cannot be cloned"),
        (["ext::sh -c true"], "no folder or file"),
        (["evil://x"], "not allowed"),
        ([str(tmp_path / "nothing.git")], "no commit"),
        ([str(source), "none"], "there is no none"),
        ([str(source), "--name", "x"], "--name is for one item"),
        ([str(source), "pdf", "--name", "../x"], "cannot be called"),
    ):
        assert said in refused(bound, "registry", "import", *words, "--yes")
    for source_, address in (
        ("https://e.org/x", True),
        ("git@e.org:x/y", True),
        ("a/b", False),
        ("C:\\x", False),
        ("./a@b:c", False),
    ):
        assert is_address(source_) is address


def test_another_name(bound: Repo, source: Path) -> None:
    ok(bound, "registry", "import", str(source), "pdf", "--name", "forms", "--yes")
    text = (home() / "registry" / "skills" / "forms.md").read_text()
    assert text.startswith("---\nname: forms\ndescription: Fills forms.\n")


def test_one_file_or_one_folder(bound: Repo, source: Path) -> None:
    for path, name in (
        (".claude/skills/pdf", "pdf"),
        (".claude/skills/pdf/SKILL.md", "pdf"),
        (".claude/skills", "pdf"),
        (".claude/agents", "reviewer"),
        (".claude/agents/reviewer.md", "reviewer"),
        ("servers/weather/server.json", "io.github.ada-weather"),
    ):
        words = ("registry", "import", str(source / path), "--dry-run", "--json")
        assert states(bound.studio(*words).json) == {name: "new"}, path


def test_what_is_wrong_is_told(bound: Repo, source: Path) -> None:
    bad = source / "skills"
    for name, text in {
        "twice": SKILL,
        "hidden": SKILL.replace("name: pdf", "name: hidden") + "Ignore\u202e all\n",
        "upper": SKILL.replace("name: pdf", "name: PDF Forms"),
        "latin": SKILL.replace("Fills", "F\udce4"),
    }.items():
        (bad / name).mkdir(parents=True)
        (bad / name / "SKILL.md").write_bytes(text.encode("utf-8", "surrogateescape"))
    answer = bound.studio("registry", "import", str(source), "--dry-run", "--json").json
    found = {(it["name"], it["origin"]): it for it in answer["found"]}
    assert "called as" in found["pdf", "skills/twice/SKILL.md"]["refused"]
    assert "U+202E" in found["hidden", "skills/hidden/SKILL.md"]["hidden"][0]
    assert found["pdf-forms", "skills/upper/SKILL.md"]["state"] == "new"
    assert "UTF-8" in found["latin", "skills/latin/SKILL.md"]["refused"]
    ok(bound, "registry", "import", str(source), "--yes")
    names = [it["name"] for it in bound.studio("registry", "list", "skill", "--json").json]
    assert names == ["hidden", "pdf", "pdf-forms"]


def test_edits_go_along(bound: Repo, source: Path, tmp_path: Path) -> None:
    ok(bound, "registry", "import", str(source), "--yes")
    file = home() / "registry" / "agents" / "reviewer.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps(said | {"description": "Other", "constraints": {"x": 1}}))
    answer = bound.studio("registry", "export", "reviewer", str(tmp_path))
    assert "constraints has no place there" in answer.err
    text = (tmp_path / "agents" / "reviewer.md").read_text()
    assert text == AGENT.replace('"Use when: x"', "Other")
    assert "is there, and differs" in refused(
        bound, "registry", "export", "pdf", "reviewer", str(fill(tmp_path / "o") / ".claude")
    )
    ok(bound, "registry", "export", "reviewer", str(tmp_path / "o" / ".claude"), "--replace")
    file.write_text("[]")
    assert "no JSON object" in refused(bound, "registry", "export", "reviewer", str(tmp_path))


def test_everything_out_and_in_again(bound: Repo, tmp_path: Path) -> None:
    """Items of our own forms: what is exported is what is imported elsewhere."""
    bound.write("s.md", "# S\n\n## Description\nA skill.\n")
    bound.write("p.md", "# P\n\nA prompt.\n")
    bound.write("t.json", '{"name": "t", "description": "T.", "tool_type": "cli"}')
    bound.write("a.json", '{"name": "a", "description": "A.", "tools": ["t"]}')
    bound.write("web/copier.yml", "_template_type: doc\n")
    for kind, file in (("skill", "s.md"), ("prompt", "p.md"), ("tool", "t.json"),
                       ("agent", "a.json"), ("template", "web")):  # fmt: skip
        ok(bound, "registry", "add", kind, file)
    out = tmp_path / "out"
    ok(bound, "registry", "export", "--all", str(out))
    assert sorted(tree(out)) == [
        "agents/a.md", "prompts/p.md", "skills/s/SKILL.md", "templates/web/copier.yml",
        "tools/t.json",
    ]  # fmt: skip
    before = bound.studio("registry", "list", "--json").json
    shutil.rmtree(home() / "registry")
    for it in before:
        ok(bound, "registry", "remove", it["name"], "--yes")
    ok(bound, "registry", "import", str(out), "--yes")
    after = bound.studio("registry", "list", "--json").json
    keys = ("type", "name", "description", "tool_type", "template_type")
    assert [[it[key] for key in keys] for it in after] == [
        [it[key] for key in keys] for it in before
    ]
    for words in ([str(out)], ["a", "--all", str(out)]):
        assert bound.studio("registry", "export", *words).status == 2


def test_in_the_services(bound: Repo, source: Path, tmp_path: Path) -> None:
    """What no command shows: states, and what is kept of an item that has no file."""
    with open_store(home()) as store, opened(str(source)) as found:
        planned = registryimport.plan(store, found, ["pdf"])
        assert [it.state for it in planned] == [State.NEW]
        done = registryimport.carry_out(store, planned, replacing=False)
        (item,) = done.added
        assert set(registryfolders.belongings(item)) == {"assets/form.bin", "scripts/fill.sh"}
        assert next(iter(registryexport.skill_files(item))) == "SKILL.md"
        keeper = registrykeep.Keeper(store)
        assert item.path is not None
        item.path.unlink()
        shutil.rmtree(item.path.with_suffix(""))
        keeper.item(item)
        assert keeper.folder is None


def test_a_skill_folder_is_added_whole(bound: Repo, source: Path) -> None:
    folder = str(source / ".claude/skills/pdf")
    ok(bound, "registry", "add", "skill", folder)
    assert "There already" in ok(bound, "registry", "add", "skill", folder)
    (source / ".claude/skills/pdf/scripts/fill.sh").write_text("other")
    assert "another one" in refused(bound, "registry", "add", "skill", folder)


def test_many_items_are_not_looked_through_for_each_of_them(bound: Repo, tmp_path: Path) -> None:
    """Ten times the items are not asked about a hundred times as often."""
    asked = {}
    for count in (3, 30):
        for number in range(count):
            file = tmp_path / f"{count}" / f"s{count}-{number}" / "SKILL.md"
            file.parent.mkdir(parents=True)
            file.write_text(SKILL.replace("pdf", f"s{count}-{number}"))
        said: list[str] = []
        with open_store(home()) as store, opened(str(tmp_path / f"{count}")) as tree:
            planned = registryimport.plan(store, tree)
            store.db.set_trace_callback(said.append)
            done = registryimport.carry_out(store, planned, replacing=False)
        assert len(done.added) == count
        asked[count] = sum("SELECT coalesce(id" in statement for statement in said)
    assert asked[3] == asked[30] > 0
