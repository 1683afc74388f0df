from __future__ import annotations

import json

from conftest import Repo
from drifttools import bound, ok, rows, sees

from studio_git.config import Proposal
from studio_git.services import proposals
from studio_git.services.proposals import Changes


def propose(repo: Repo, line: str, section: str = "context") -> None:
    toml = repo.read(".studio.toml")
    if f"[{section}]\n" not in toml:
        toml += f"\n[{section}]\n"
    repo.write(".studio.toml", toml.replace(f"[{section}]\n", f"[{section}]\n{line}\n"))


def found(repo: Repo) -> Changes:
    with sees(repo.path) as workspace:
        return proposals.changes(workspace)


def test_what_we_wrote_ourselves_is_no_proposal(repo: Repo) -> None:
    bound(repo)
    assert not found(repo)
    assert proposals.told(found(repo)) == []
    (row,) = rows("SELECT confirmed FROM git_repositories")
    assert json.loads(row["confirmed"])["context"] == {"claude.md": "CLAUDE.md"}


def test_added_removed_moved_and_aliases(repo: Repo) -> None:
    bound(repo)
    propose(repo, '"notes.md" = "NOTES.md"')
    assert found(repo).added == {"notes.md": "NOTES.md"}
    repo.write(".studio.toml", repo.read(".studio.toml").replace('= "CLAUDE.md"', '= "C.md"'))
    assert found(repo).added == {"notes.md": "NOTES.md", "claude.md": "C.md"}
    propose(repo, '"A.md" = "claude.md"', "context.alias")
    assert found(repo).aliases == ("A.md",)
    told = "\n".join(proposals.told(found(repo)))
    assert "tracks NOTES.md" in told
    assert "track --proposed" in told


def test_a_path_that_moved_is_followed_once_it_is_taken(repo: Repo) -> None:
    bound(repo)
    repo.git("mv", "CLAUDE.md", "AGENTS.md")
    repo.write(".studio.toml", repo.read(".studio.toml").replace('= "CLAUDE.md"', '= "AGENTS.md"'))
    answer = repo.studio("track", "--proposed")
    assert answer.status == 0, answer.err
    status = repo.studio("status", "--json")
    assert [it["repo_path"] for it in status.json["context"]] == ["AGENTS.md"]
    assert status.status == 0
    assert len(rows("SELECT * FROM context_files")) == 1


def test_no_file_at_all_proposes_nothing(repo: Repo) -> None:
    bound(repo)
    (repo.path / ".studio.toml").unlink()
    assert not found(repo)
    assert repo.studio("status").status == 0


def test_what_is_open_stays_open_when_the_rest_is_confirmed() -> None:
    proposal = Proposal("p", "P", {"a.md": "A.md", "n.md": "N.md"}, {"X.md": "a.md"})
    before = json.dumps({"project": "p", "context": {"a.md": "A.md", "r.md": "R.md"}, "alias": {}})
    still = Changes(added={"n.md": "N.md"}, removed={"r.md": "R.md"}, aliases=("X.md",))
    confirmed = json.loads(proposals.still_open(proposal, before, still))
    assert confirmed == {
        "project": "p",
        "context": {"a.md": "A.md", "r.md": "R.md"},
        "alias": {},
    }


def test_a_file_that_is_proposed_and_not_there_yet(repo: Repo) -> None:
    bound(repo)
    propose(repo, '"notes.md" = "NOTES.md"')
    ok(repo, "track", "--proposed")
    status = repo.studio("status", "--json")
    kinds = {it["filename"]: it["kind"] for it in status.json["context"]}
    assert kinds == {"claude.md": None, "notes.md": "missing-in-studio"}
    repo.write("NOTES.md", "# Notes\n")
    ok(repo, "resolve", "NOTES.md", "--accept-repo")
    assert repo.studio("status").status == 0


def test_a_proposed_name_that_is_taken_by_another_path(repo: Repo) -> None:
    bound(repo)
    propose(repo, '"CLAUDE.md" = "OTHER.md"')
    repo.write("OTHER.md", "# Other\n")
    answer = repo.studio("track", "--proposed")
    assert answer.status == 2
    assert "Traceback" not in answer.err
    assert len(rows("SELECT * FROM context_files")) == 1
