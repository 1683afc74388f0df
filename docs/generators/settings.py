"""What can be set: the rows of the reference page and of the manual.

Defaults and permitted values come from the code. A test reads the sources for settings and
environment variables that are missing here.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio_git import config
from studio_git.core.editorsettings import SETTINGS
from studio_git.core.models import DriftKind, Policy


@dataclass(frozen=True)
class Setting:
    """One row: the key as it is written, what may stand there, what holds unless it is set."""

    key: str
    values: str
    default: str
    meaning: str


KIND_MEANINGS = {
    DriftKind.STUDIO_AHEAD: "Studio's copy has moved on, the repository's has not.",
    DriftKind.REPO_AHEAD: "The repository's copy has moved on, Studio's has not.",
    DriftKind.MERGEABLE: "Both have moved on, in different places.",
    DriftKind.CONFLICT: "Both have moved on, in the same place.",
    DriftKind.NO_BASE: "They differ, and no common content is known.",
    DriftKind.MISSING_IN_REPO: "The repository lacks the file.",
    DriftKind.MISSING_IN_STUDIO: "Studio lacks the file.",
    DriftKind.UNREADABLE: "A side is no regular text file, or too large.",
}

_LENGTH = "a length of time: `90`, `90 min`, `2h`"


def personal() -> list[Setting]:
    """Git configuration: the user's own settings, which win."""
    rows = [
        Setting(
            "studio.home",
            "a folder",
            f"`{config.DEFAULT_HOME}`",
            "The Studio home. The environment variable STUDIO_HOME goes before it.",
        ),
        Setting(
            "studio.capture.gap",
            _LENGTH,
            f"{config.DEFAULT_GAP_MINUTES} minutes",
            "Commits that are less than this apart belong to one session.",
        ),
        Setting(
            "studio.capture.lead-in",
            _LENGTH,
            f"{config.DEFAULT_LEAD_IN_MINUTES} minutes",
            "What a session is credited for the work before its first commit.",
        ),
        Setting(
            "studio.capture.email",
            "an address; may be given several times",
            "`user.email`",
            "Further addresses under which you commit.",
        ),
        Setting(
            "studio.message",
            "`warn`, `block`, `off`",
            f"`{config.DEFAULT_MESSAGE_POLICY.value}`",
            "What a commit does about trailers of its message that git would not parse.",
        ),
        Setting(
            "studio.lint.hiddenUnicode",
            "`warn`, `block`, `off`",
            f"`{config.DEFAULT_HIDDEN_UNICODE_POLICY.value}`",
            "What a commit does about characters in context files that a reader does not see.",
        ),
        Setting(
            "studio.prepareMessage",
            "`true`, `false`",
            "`false`",
            "Whether `git studio hooks install` adds the hook that puts the cycle and the open "
            "questions, as comments, into the message that you edit.",
        ),
    ]
    for kind in DriftKind:
        values = [policy.value for policy in Policy if policy is not Policy.ACCEPT]
        if kind is DriftKind.REPO_AHEAD:
            values.append(Policy.ACCEPT.value)
        rows.append(
            Setting(
                f"studio.drift.{kind.value}",
                ", ".join(f"`{value}`" for value in values),
                f"`{config.DEFAULT_POLICY[kind].value}`",
                KIND_MEANINGS[kind],
            )
        )
    return rows


def team() -> list[Setting]:
    """The keys of ``.studio.toml``, which a repository commits."""
    rows = [
        Setting(
            "[project] id", "letters, digits, `-`, `_`", "–", "The project's id; never rewritten."
        ),
        Setting(
            "[project] name", "text", "–", "The project's name, for a store that lacks the id."
        ),
        Setting(
            '[context] "NAME"',
            "a path in the repository",
            "–",
            "A context file: Studio's name for it, and where it stands.",
        ),
        Setting(
            '[context.alias] "PATH"',
            "a name of [context]",
            "–",
            "Another path that carries the same context file.",
        ),
        Setting(
            "[capture] gap",
            _LENGTH,
            f"{config.DEFAULT_GAP_MINUTES} minutes",
            "As studio.capture.gap.",
        ),
        Setting(
            "[capture] lead-in",
            _LENGTH,
            f"{config.DEFAULT_LEAD_IN_MINUTES} minutes",
            "As studio.capture.lead-in.",
        ),
        Setting(
            "[message] unparsed",
            "`warn`, `block`, `off`",
            f"`{config.DEFAULT_MESSAGE_POLICY.value}`",
            "As studio.message.",
        ),
        Setting(
            "[lint] hidden-unicode",
            "`warn`, `block`, `off`",
            f"`{config.DEFAULT_HIDDEN_UNICODE_POLICY.value}`",
            "As studio.lint.hiddenUnicode.",
        ),
    ]
    rows += [
        Setting(
            f"[drift] {kind.value}",
            "`warn`, `block`, `off`",
            f"`{config.DEFAULT_POLICY[kind].value}`",
            KIND_MEANINGS[kind],
        )
        for kind in DriftKind
    ]
    return rows


def editor() -> list[Setting]:
    """What the language server can be told, with the same keys in every editor."""
    return [
        Setting(
            it.key,
            ", ".join(f"`{word}`" for word in it.words or ("true", "false")),
            f"`{it.default if it.words else str(it.default).lower()}`",
            it.description,
        )
        for it in SETTINGS
    ]


def environment() -> list[Setting]:
    """The environment variables that we read."""
    return [
        Setting(
            "STUDIO_HOME",
            "a folder",
            "–",
            "The Studio home; it goes before studio.home and before the one recorded by init.",
        ),
        Setting("STUDIO_DISABLE", "anything but `0`", "–", "Turns every hook off."),
        Setting(
            "STUDIO_MOUNTS",
            "a file",
            "`/proc/self/mountinfo`",
            "The table of mounts, in Linux's form. It tells whether the Studio home is on a "
            "network file system, where SQLite's WAL is not used.",
        ),
        Setting(
            "STUDIO_DEBUG", "anything but `0`", "–", "Shows the details of an unforeseen fault."
        ),
        Setting("NO_COLOR", "anything", "–", "No colour."),
        Setting("FORCE_COLOR", "anything", "–", "Colour, even through a pipe."),
        Setting(
            "COLUMNS", "a number", "the terminal's width", "The width of tables on a terminal."
        ),
    ]
