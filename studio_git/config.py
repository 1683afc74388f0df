"""What the user, the team and the environment have set: where it is read, and what wins.

Personal settings are git configuration (``studio.*``) and win; the team's are in the committed
``.studio.toml``, where only harmless values count. Reading needs the standard library alone,
because hooks do it; :mod:`studio_git.services.studiotoml` writes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio_git import files
from studio_git.core import names, tomltext
from studio_git.core.models import DriftKind, Policy, Unreadable
from studio_git.core.times import parse_duration
from studio_git.errors import StudioError, UsageError
from studio_git.gitio import Git, Place

STUDIO_TOML = ".studio.toml"
DEFAULT_HOME = "~/.project-studio"

DEFAULT_POLICY: Mapping[DriftKind, Policy] = {
    kind: Policy.BLOCK if kind in (DriftKind.CONFLICT, DriftKind.MERGEABLE) else Policy.WARN
    for kind in DriftKind
}

DEFAULT_MESSAGE_POLICY = Policy.WARN
DEFAULT_HIDDEN_UNICODE_POLICY = Policy.WARN

DEFAULT_GAP_MINUTES = 120
DEFAULT_LEAD_IN_MINUTES = 30

_TEAM_POLICIES = {Policy.WARN, Policy.BLOCK, Policy.OFF}
_KNOWN_KEYS: Mapping[str, frozenset[str]] = {
    "project": frozenset({"id", "name"}),
    "context": frozenset(),  # any canonical name
    "drift": frozenset(kind.value for kind in DriftKind),
    "capture": frozenset({"gap", "lead-in"}),
    "message": frozenset({"unparsed"}),
    "lint": frozenset({"hidden-unicode"}),
}


class ConfigError(StudioError):
    """``.studio.toml`` or a ``studio.*`` setting cannot be understood."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a committed ``.studio.toml`` says of the project and its files; nobody is bound by it.

    ``context`` maps canonical names to repository paths, ``aliases`` repository paths to
    canonical names. ``editor`` are settings of the editor companion, as they stand
    (:mod:`studio_git.core.editorsettings`). ``unknown`` lists keys that this release does not
    know, dotted.
    """

    project_id: str = ""
    project_name: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    drift: Mapping[DriftKind, Policy] = field(default_factory=dict)
    gap_minutes: int | None = None
    lead_in_minutes: int | None = None
    message: Policy | None = None
    hidden_unicode: Policy | None = None
    editor: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts for one clone, after the user's configuration has had its say.

    ``emails`` are the clone's user's addresses in lower case. ``message`` is what a commit does
    about trailers that git would not parse, ``hidden_unicode`` what it does about characters in
    context files that a reader does not see.
    """

    policy: Mapping[DriftKind, Policy]
    gap_minutes: int
    lead_in_minutes: int
    emails: frozenset[str]
    message: Policy = DEFAULT_MESSAGE_POLICY
    hidden_unicode: Policy = DEFAULT_HIDDEN_UNICODE_POLICY


def disabled() -> bool:
    """True where ``STUDIO_DISABLE`` turns everything of ours off."""
    return os.environ.get("STUDIO_DISABLE", "") not in ("", "0")


def studio_home(recorded: str | None = None) -> Path:
    """The Studio home: ``$STUDIO_HOME``, else git's ``studio.home``, else the default.

    ``recorded`` is what the clone's binding or git configuration says. It is a whole path: one
    that begins where we happen to stand could name what came with a repository.
    """
    said = os.environ.get("STUDIO_HOME") or recorded
    if said:
        path = Path(os.path.expanduser(said))  # noqa: PTH111 - never raises
        if said == recorded and not path.is_absolute():
            raise ConfigError(
                f"the Studio home {said} is not a whole path.",
                "Set it so: git config --global studio.home ~/.project-studio",
            )
        return Path(os.path.abspath(path))  # noqa: PTH100 - keeps links
    if not os.environ.get("HOME") and os.name != "nt":
        raise ConfigError(
            "the Studio home is unknown: neither STUDIO_HOME nor HOME is set.",
            "Set STUDIO_HOME to the folder that holds your Project Studio store.",
        )
    return Path(DEFAULT_HOME).expanduser()


def read_proposal(top: Path) -> Proposal | None:
    """The work tree's ``.studio.toml``; None if there is none.

    Raises ConfigError with file, line and column, or with the key that cannot stand there.
    """
    path = top / STUDIO_TOML
    found = files.read_side(path, inside=top)  # a link may lead anywhere, to a device even
    if isinstance(found, Unreadable):
        raise ConfigError(
            f"{path} cannot be used: {found.reason}.",
            "It has to be a regular text file in the repository that you may read.",
        )
    return None if found is None else parse_proposal(found, path)


def parse_proposal(data: bytes, path: Path) -> Proposal:
    """The proposal in the bytes of a ``.studio.toml``; ``path`` is for messages."""
    try:
        document = tomltext.parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8."
        ) from error
    except ValueError as error:
        said = str(error).replace("at end of document", _end_of(data.decode("utf-8")))
        raise ConfigError(f"{path}: {said}.", "Put the TOML right at that place.") from error
    reader = _Reader(path)
    context = reader.table(document, "context")
    aliases = context.pop("alias", {})
    project = reader.table(document, "project")
    capture = reader.table(document, "capture")
    return Proposal(
        project_id=reader.text(project, "project.id"),
        project_name=reader.text(project, "project.name"),
        context=reader.paths(context, "context"),
        aliases=reader.alias_paths(aliases),
        drift=reader.drift(reader.table(document, "drift")),
        gap_minutes=reader.minutes(capture, "capture.gap"),
        lead_in_minutes=reader.minutes(capture, "capture.lead-in"),
        message=reader.policy(reader.table(document, "message"), "message.unparsed"),
        hidden_unicode=reader.policy(reader.table(document, "lint"), "lint.hidden-unicode"),
        editor=reader.table(document, "editor"),
        unknown=_unknown(document),
    )


def settings(place: Place, proposal: Proposal | None) -> Settings:
    """What counts in this clone. Raises ConfigError for a value that cannot be understood."""
    configured = place.git.config_pattern(r"^(studio\..*|user\.email)$")
    team = proposal or Proposal()
    policy = dict(DEFAULT_POLICY) | dict(team.drift)
    for kind in DriftKind:
        said = configured.get(f"studio.drift.{kind.value}")
        if said:
            policy[kind] = _personal_policy(kind, said[-1])
    emails = [*configured.get("user.email", [])[-1:], *configured.get("studio.capture.email", [])]
    if "GIT_AUTHOR_EMAIL" in os.environ:
        emails.append(os.environ["GIT_AUTHOR_EMAIL"])
    return Settings(
        policy=policy,
        gap_minutes=_minutes(configured, "gap", team.gap_minutes, DEFAULT_GAP_MINUTES),
        lead_in_minutes=_minutes(
            configured, "lead-in", team.lead_in_minutes, DEFAULT_LEAD_IN_MINUTES
        ),
        emails=frozenset(email.strip().lower() for email in emails if email.strip()),
        message=_message_policy(configured, team),
        hidden_unicode=_hidden_unicode_policy(configured, team),
    )


def message_policy(place: Place, proposal: Proposal | None) -> Policy:
    """What a commit does about trailers that git would not parse.

    Raises ConfigError for a value that cannot be understood.
    """
    configured = place.git.config_pattern(r"^studio\.message$")
    return _message_policy(configured, proposal or Proposal())


def hidden_unicode_policy(place: Place, proposal: Proposal | None) -> Policy:
    """What a commit does about characters that a reader does not see.

    Raises ConfigError for a value that cannot be understood.
    """
    configured = place.git.config_pattern(r"^studio\.lint\.hiddenunicode$")
    return _hidden_unicode_policy(configured, proposal or Proposal())


def prepares_messages(place: Place) -> bool:
    """True where ``studio.prepareMessage`` switches the comments for the editor on."""
    words = ("config", "--type=bool", "--get", "studio.prepareMessage")
    status, output, _ = place.git.ask(*words)
    return status == 0 and output.strip() == b"true"


def recorded_home(git: Git) -> str | None:
    """The Studio home that git configuration names (``studio.home``), the user's own words."""
    return git.config("studio.home")


def _personal_policy(kind: DriftKind, said: str) -> Policy:
    try:
        policy = Policy(said)
    except ValueError:
        raise ConfigError(
            f"git configuration studio.drift.{kind.value} is {said!r}.",
            "Use warn, block or off" + (" (or accept)." if kind is DriftKind.REPO_AHEAD else "."),
        ) from None
    if policy is Policy.ACCEPT and kind is not DriftKind.REPO_AHEAD:
        raise ConfigError(
            f"git configuration studio.drift.{kind.value} cannot be accept.",
            "Only studio.drift.repo-ahead can be accept; use warn, block or off.",
        )
    return policy


def _message_policy(configured: Mapping[str, list[str]], team: Proposal) -> Policy:
    return _one_policy(configured, "studio.message", team.message) or DEFAULT_MESSAGE_POLICY


def _hidden_unicode_policy(configured: Mapping[str, list[str]], team: Proposal) -> Policy:
    said = _one_policy(configured, "studio.lint.hiddenUnicode", team.hidden_unicode)
    return said or DEFAULT_HIDDEN_UNICODE_POLICY


def _one_policy(
    configured: Mapping[str, list[str]], key: str, team: Policy | None
) -> Policy | None:
    said = configured.get(key.lower())  # git tells keys in lower case
    if not said:
        return team
    if said[-1] not in _TEAM_POLICIES:
        raise ConfigError(
            f"git configuration {key} cannot be {said[-1]!r}.", "Use warn, block or off."
        )
    return Policy(said[-1])


def _minutes(configured: Mapping[str, list[str]], key: str, team: int | None, default: int) -> int:
    said = configured.get(f"studio.capture.{key}")
    if not said:
        return default if team is None else team
    try:
        return parse_duration(said[-1])
    except UsageError as error:
        raise ConfigError(
            f"git configuration studio.capture.{key}: {error.message}", error.hint
        ) from error


def _unknown(document: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for table, content in document.items():
        if table == "editor":
            from studio_git.core import editorsettings

            found += [f"editor.{key}" for key in editorsettings.read(content).unknown]
        elif table not in _KNOWN_KEYS:
            found.append(table)
        elif table != "context" and isinstance(content, Mapping):
            found += [f"{table}.{key}" for key in content if key not in _KNOWN_KEYS[table]]
    return tuple(found)


class _Reader:
    """Reads values of one file, and names file and key where a value is of the wrong shape."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def wrong(self, key: str, says: str, hint: str) -> ConfigError:
        return ConfigError(f"{self.path}: {key} {says}.", hint)

    def table(self, document: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = document.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "is not a table", f"Write it as [{key}].")
        return dict(value)

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key.rpartition(".")[2], "")
        if not isinstance(value, str):
            raise self.wrong(key, "is not a text", "Put it in quotes.")
        if value and key == "project.id" and not _is_id(value):
            raise self.wrong(
                key, "is not an id", "Use letters, digits, '-' and '_', at most 64 of them."
            )
        return value

    def minutes(self, table: Mapping[str, Any], key: str) -> int | None:
        value = table.get(key.rpartition(".")[2])
        if value is None:
            return None
        try:
            return parse_duration(str(value))
        except UsageError as error:
            raise self.wrong(key, f"is no length of time: {error.message}", error.hint) from error

    def drift(self, table: Mapping[str, Any]) -> dict[DriftKind, Policy]:
        found = {}
        for key, value in table.items():
            if key not in _KNOWN_KEYS["drift"]:
                continue
            if not isinstance(value, str) or value not in _TEAM_POLICIES:
                hint = 'Use "warn", "block" or "off".'
                if value == Policy.ACCEPT.value:
                    hint = f"Only you can say that: git config studio.drift.{key} accept"
                raise self.wrong(f"drift.{key}", f"cannot be {value!r}", hint)
            found[DriftKind(key)] = Policy(value)
        return found

    def policy(self, table: Mapping[str, Any], key: str) -> Policy | None:
        value = table.get(key.rpartition(".")[2])
        if value is None:
            return None
        if not isinstance(value, str) or value not in _TEAM_POLICIES:
            raise self.wrong(key, f"cannot be {value!r}", 'Use "warn", "block" or "off".')
        return Policy(value)

    def paths(self, table: Mapping[str, Any], section: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, path in table.items():
            key = f'{section}."{name}"'
            if not isinstance(path, str):
                raise self.wrong(key, "is not a path", "Write the path in the repository, quoted.")
            self.checked(key, names.check_canonical_name, name)
            self.checked(key, names.check_repo_path, path)
            found[name] = path
        for path in found.values():
            if list(found.values()).count(path) > 1:
                raise self.wrong(section, f"has {path} twice", "Give each path one name.")
        for clash in names.case_clash(found):
            raise self.wrong(
                section,
                f"has names that differ in case only: {' and '.join(clash)}",
                "Give one of them another name.",
            )
        return found

    def alias_paths(self, table: object) -> dict[str, str]:
        if not isinstance(table, dict):
            raise self.wrong("context.alias", "is not a table", "Write it as [context.alias].")
        found = {}
        for path, name in table.items():
            key = f'context.alias."{path}"'
            if not isinstance(name, str):
                raise self.wrong(key, "is not a name", "Write the canonical name, quoted.")
            self.checked(key, names.check_repo_path, path)
            self.checked(key, names.check_canonical_name, name)
            found[path] = name
        return found

    def checked(self, key: str, check: Any, value: str) -> None:
        try:
            check(value)
        except UsageError as error:
            raise self.wrong(key, f"cannot be used: {error.message}", error.hint) from error


def _end_of(text: str) -> str:
    lines = text.split("\n")
    return f"at line {len(lines)}, column {len(lines[-1]) + 1}"


def _is_id(value: str) -> bool:
    known = all(sign.isalnum() or sign in "-_" for sign in value)
    return known and value.isascii() and len(value) <= 64
