"""What is set, where it is read, and whose word wins."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import EMAIL, Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_git import config
from studio_git.config import ConfigError, Proposal
from studio_git.core.models import DriftKind, Policy

FILE = Path("/r/.studio.toml")


def parse(text: str) -> Proposal:
    return config.parse_proposal(text.encode(), FILE)


class TestProposal:
    def test_all_that_may_stand_there(self) -> None:
        found = parse(
            '[project]\nid = "6b1f-A_1"\nname = "Risk Workbench"\n'
            '[context]\n"claude.md" = "CLAUDE.md"\n"docs/a.md" = "docs/A.md"\n'
            '[context.alias]\n"AGENTS.md" = "claude.md"\n'
            '[drift]\nconflict = "block"\nrepo-ahead = "off"\n'
            '[capture]\ngap = "2 h"\nlead-in = 15\n'
        )
        assert found == Proposal(
            project_id="6b1f-A_1",
            project_name="Risk Workbench",
            context={"claude.md": "CLAUDE.md", "docs/a.md": "docs/A.md"},
            aliases={"AGENTS.md": "claude.md"},
            drift={DriftKind.CONFLICT: Policy.BLOCK, DriftKind.REPO_AHEAD: Policy.OFF},
            gap_minutes=120,
            lead_in_minutes=15,
        )

    def test_an_empty_file_proposes_nothing(self) -> None:
        assert parse("") == Proposal()

    def test_unknown_keys_are_listed(self) -> None:
        found = parse(
            'shell = "rm"\n[project]\nowner = "me"\n[drift]\nnew-kind = "warn"\n'
            '[hooks]\nrun = "x"\n[capture]\nzone = 1\n'
        )
        assert set(found.unknown) == {
            "shell", "project.owner", "drift.new-kind", "hooks", "capture.zone",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[project\n", "line 1, column 9"),
            ("[", "line 1, column 2"),
            ("[a]\n[", "line 2, column 2"),
            ('a = "x"\nb = """\n', "line 3, column 1"),
            ("\n\na = ", "line 3, column 5"),
            ('[project]\nid = "a\n', "line 2"),
            ("a = 1\na = 2\n", "line 2"),
            ("[project]\nid = 7\n", "project.id is not a text"),
            ('[project]\nid = "../x"\n', "project.id is not an id"),
            ('[project]\nid = "a/b"\n', "project.id is not an id"),
            (f'[project]\nid = "{"a" * 65}"\n', "project.id is not an id"),
            ('[project]\nid = "é"\n', "project.id is not an id"),
            ("[project]\nname = []\n", "project.name is not a text"),
            ('project = "x"\n', "project is not a table"),
            ("context = 1\n", "context is not a table"),
            ('[context]\n"a.md" = 1\n', 'context."a.md" is not a path'),
            ('[context]\n"a.md" = "../x"\n', "has a part '..'"),
            ('[context]\n"a.md" = "/etc/passwd"\n', "is absolute"),
            ('[context]\n"a.md" = ".git/config"\n', "git's own folder"),
            ('[context]\n"../a.md" = "a.md"\n', "has a part '..'"),
            ('[context]\n"a.md" = "C:\\\\x"\n', "has a backslash"),
            ('[context]\n"a.md" = "a%2e%2e/b"\n', "percent escape"),
            ('[context]\n"a.md" = "a\\u0000b"\n', "control character"),
            ('[context]\n"a.md" = "A.md"\n"A.md" = "B.md"\n', "differ in case only"),
            ('[context]\n"a.md" = "A.md"\n"b.md" = "A.md"\n', "A.md twice"),
            ("[context]\nalias = 1\n", "context.alias is not a table"),
            ('[context.alias]\n"A.md" = 1\n', "is not a name"),
            ('[context.alias]\n"../A.md" = "a.md"\n', "has a part '..'"),
            ('[context.alias]\n"A.md" = "../a.md"\n', "has a part '..'"),
            ('[drift]\nconflict = "accept"\n', "drift.conflict cannot be 'accept'"),
            ('[drift]\nconflict = "BLOCK"\n', "drift.conflict cannot be 'BLOCK'"),
            ('[drift]\nconflict = ["block"]\n', "drift.conflict cannot be"),
            ("[drift]\nconflict = {a = 1}\n", "drift.conflict cannot be"),
            ('[message]\nunparsed = "accept"\n', "message.unparsed cannot be 'accept'"),
            ('[lint]\nhidden-unicode = "accept"\n', "lint.hidden-unicode cannot be 'accept'"),
            ("[lint]\nhidden-unicode = true\n", "lint.hidden-unicode cannot be True"),
            ("lint = 1\n", "lint is not a table"),
            ('[capture]\ngap = "soon"\n', "capture.gap is no length of time"),
            ("[capture]\nlead-in = -5\n", "capture.lead-in is no length of time"),
        ],
    )
    def test_what_cannot_stand_there_is_named(self, text: str, says: str) -> None:
        with pytest.raises(ConfigError) as caught:
            parse(text)
        assert str(FILE) in caught.value.message
        assert says in caught.value.message
        assert caught.value.hint
        assert "\n" not in caught.value.message
        assert "\0" not in caught.value.message

    def test_accept_is_the_users_own_word(self) -> None:
        with pytest.raises(ConfigError) as caught:
            parse('[drift]\nrepo-ahead = "accept"\n')
        assert caught.value.hint == (
            "Only you can say that: git config studio.drift.repo-ahead accept"
        )

    def test_bytes_that_are_no_text(self) -> None:
        with pytest.raises(ConfigError, match="not UTF-8 text"):
            config.parse_proposal(b'[project]\nname = "\xff"\n', FILE)

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=60))
    def test_any_text_is_a_proposal_or_an_error_for_people(self, text: str) -> None:
        with suppress(ConfigError):
            config.parse_proposal(text.encode("utf-8", "surrogatepass"), FILE)


class TestReading:
    def test_no_file(self, tmp_path: Path) -> None:
        assert config.read_proposal(tmp_path) is None

    def test_a_bom_and_crlf(self, tmp_path: Path) -> None:
        (tmp_path / ".studio.toml").write_bytes(b'\xef\xbb\xbf[project]\r\nname = "x"\r\n')
        with pytest.raises(ConfigError, match="line 1, column 1"):
            config.read_proposal(tmp_path)
        (tmp_path / ".studio.toml").write_bytes(b'[project]\r\nname = "x"\r\n')
        assert config.read_proposal(tmp_path) == Proposal(project_name="x")

    def test_what_is_no_file_is_not_opened(self, tmp_path: Path) -> None:
        place = tmp_path / "r"
        place.mkdir()
        file = place / ".studio.toml"
        (tmp_path / "secret").write_text("password")
        for target in ("/dev/zero", "/dev/stdin", tmp_path / "secret", ".studio.toml"):
            file.symlink_to(target)
            with pytest.raises(ConfigError, match="symbolic link") as caught:
                config.read_proposal(place)
            assert "password" not in caught.value.message
            file.unlink()
        os.mkfifo(file)
        with pytest.raises(ConfigError, match="not a regular file"):
            config.read_proposal(place)
        file.unlink()
        file.mkdir()
        with pytest.raises(ConfigError, match="a directory"):
            config.read_proposal(place)
        file.rmdir()
        file.write_bytes(b"#" * (2 * 1024 * 1024 + 1))
        with pytest.raises(ConfigError, match="larger than"):
            config.read_proposal(place)


class TestHome:
    def test_the_environment_wins_then_what_is_recorded(
        self, monkeypatch: pytest.MonkeyPatch, own_home: Path
    ) -> None:
        monkeypatch.setenv("STUDIO_HOME", "~/here")
        assert config.studio_home("/recorded") == own_home / "here"
        monkeypatch.setenv("STUDIO_HOME", "")
        assert config.studio_home("/recorded") == Path("/recorded")
        assert config.studio_home("~/x/../y") == own_home / "y"
        assert config.studio_home(None) == own_home / ".project-studio"

    def test_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("STUDIO_HOME")
        monkeypatch.setenv("HOME", "")
        with pytest.raises(ConfigError, match="Studio home is unknown"):
            config.studio_home()

    def test_git_configuration(self, repo: Repo) -> None:
        repo.git("config", "--global", "studio.home", "/somewhere")
        assert config.recorded_home(repo.place.git) == "/somewhere"

    @pytest.mark.parametrize(
        ("said", "off"), [("1", True), ("yes", True), ("0", False), ("", False)]
    )
    def test_disabled(self, monkeypatch: pytest.MonkeyPatch, said: str, off: bool) -> None:
        monkeypatch.setenv("STUDIO_DISABLE", said)
        assert config.disabled() is off


class TestSettings:
    def test_the_defaults(self, repo: Repo) -> None:
        found = config.settings(repo.place, None)
        assert found.policy == {
            kind: Policy.BLOCK if kind in (DriftKind.CONFLICT, DriftKind.MERGEABLE) else Policy.WARN
            for kind in DriftKind
        }
        assert (found.gap_minutes, found.lead_in_minutes) == (120, 30)
        assert found.emails == {EMAIL}

    def test_the_users_word_wins_over_the_teams(self, repo: Repo) -> None:
        team = Proposal(
            drift={DriftKind.CONFLICT: Policy.OFF, DriftKind.NO_BASE: Policy.BLOCK},
            gap_minutes=60,
            lead_in_minutes=10,
        )
        repo.git("config", "studio.drift.conflict", "block")
        repo.git("config", "studio.drift.repo-ahead", "accept")
        repo.git("config", "studio.capture.gap", "3h")
        repo.git("config", "studio.capture.email", "Ada@Work.example")
        found = config.settings(repo.place, team)
        assert found.policy[DriftKind.CONFLICT] is Policy.BLOCK
        assert found.policy[DriftKind.NO_BASE] is Policy.BLOCK
        assert found.policy[DriftKind.REPO_AHEAD] is Policy.ACCEPT
        assert (found.gap_minutes, found.lead_in_minutes) == (180, 10)
        assert found.emails == {EMAIL, "ada@work.example"}

    @pytest.mark.parametrize("said", ["warn", "block", "off"])
    def test_hidden_characters(self, repo: Repo, said: str) -> None:
        team = parse(f'[lint]\nhidden-unicode = "{said}"\n')
        assert team.unknown == ()
        assert config.hidden_unicode_policy(repo.place, None) is Policy.WARN
        assert config.hidden_unicode_policy(repo.place, team) is Policy(said)
        assert config.settings(repo.place, team).hidden_unicode is Policy(said)
        repo.git("config", "studio.lint.hiddenUnicode", "off")
        assert config.hidden_unicode_policy(repo.place, team) is Policy.OFF
        assert config.settings(repo.place, team).hidden_unicode is Policy.OFF

    @pytest.mark.parametrize(
        ("key", "value", "says"),
        [
            ("studio.drift.conflict", "never", "studio.drift.conflict is 'never'"),
            ("studio.drift.conflict", "accept", "studio.drift.conflict cannot be accept"),
            ("studio.message", "accept", "studio.message cannot be 'accept'"),
            ("studio.lint.hiddenUnicode", "x", "studio.lint.hiddenUnicode cannot be 'x'"),
            ("studio.capture.gap", "soon", "studio.capture.gap: "),
            ("studio.capture.lead-in", "", "studio.capture.lead-in: "),
        ],
    )
    def test_a_value_that_cannot_be_understood_is_named(
        self, repo: Repo, key: str, value: str, says: str
    ) -> None:
        repo.git("config", key, value)
        with pytest.raises(ConfigError) as caught:
            config.settings(repo.place, None)
        assert says in caught.value.message
        assert caught.value.hint
