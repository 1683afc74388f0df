"""What a user may set of the editor companion: the same keys in every editor and for a team.

Editors send them under the section ``studio`` or as initialization options; a team proposes them
in the table ``[editor]`` of ``.studio.toml``. All values are harmless: none names a program, a
folder or a file, because a repository's own settings reach an editor too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio_git.core.codes import CODES
from studio_git.core.models import DriftKind

Value = str | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its default, the words it may have (none: it is true or false), what it does."""

    key: str
    default: Value
    words: tuple[str, ...]
    description: str


_LEVELS = ("error", "warning", "info", "debug")
_SHOWN_AS = ("error", "warning", "information", "hint", "off")

SETTINGS: tuple[Setting, ...] = (
    *(
        Setting(
            f"drift.severity.{kind.value}",
            CODES[f"drift/{kind.value}"].severity,
            _SHOWN_AS,
            f"How drift of the kind {kind.value} is shown.",
        )
        for kind in DriftKind
    ),
    Setting("lint.severity", "warning", _SHOWN_AS, "How hidden characters are shown."),
    Setting("references.severity", "warning", _SHOWN_AS, "How references to nothing are shown."),
    Setting("messages.severity", "warning", _SHOWN_AS, "How trailers git will not read are shown."),
    Setting("codeLens.enabled", True, (), "Show lenses on context files and sessions."),
    Setting("hover.why", False, (), "Tell on hover why a line of source is as it is."),
    Setting("inlayHints.lastSync", False, (), "Show when a context file was last in step."),
    Setting("completion.enabled", True, (), "Complete names of the registry, paths and trailers."),
    Setting("symbols.enabled", True, (), "Answer for symbols of files and of the workspace."),
    Setting("log.level", "warning", _LEVELS, "What the server writes to its log file."),
)

PERSONAL = frozenset({"lint.severity", "log.level"})
"""What a repository may not set: it could hide what it brings along."""

BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """What counts after every layer had its say; what nobody set has its default."""

    values: Mapping[str, Value] = field(default_factory=dict)

    def word(self, key: str) -> str:
        """The value of a setting that is a word. Raises KeyError for a key that does not exist."""
        return str(self.values.get(key, BY_KEY[key].default))

    def on(self, key: str) -> bool:
        """The value of a setting that is true or false. Raises KeyError likewise."""
        return bool(self.values.get(key, BY_KEY[key].default))


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source of settings says, and what of it cannot count.

    ``unknown`` are keys that this release does not know, ``problems`` what is wrong with others,
    for people.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read(tree: object, ignored: tuple[str, ...] = (), *, team: bool = False) -> Layer:
    """The settings in nested tables, as editors and TOML write them; dotted keys count as well.

    ``ignored`` are keys at the top that belong to somebody else. ``team``: a repository says it,
    so what is personal does not count. Never raises: what is unknown or
    of the wrong type is told, and the rest counts.
    """
    if tree is None:
        return Layer()
    if not isinstance(tree, Mapping):
        return Layer(problems=(f"settings have to be a table, not {type(tree).__name__}",))
    values: dict[str, Value] = {}
    unknown: list[str] = []
    problems: list[str] = []
    for key, value in _flat(tree, "", ignored):
        setting = BY_KEY.get(key)
        if setting is None:
            unknown.append(key)
        elif team and key in PERSONAL:
            problems.append(f"{key} is for everyone to set in the own editor")
        elif _fits(setting, value):
            values[key] = value  # type: ignore[assignment]  # _fits looked
        elif value is not None:  # editors send null for "not set"
            wanted = " or ".join(setting.words) or "true or false"
            problems.append(f"{key} cannot be {value!r}: it is {wanted}")
    return Layer(values, tuple(unknown), tuple(problems))


def resolve(*layers: Layer) -> EditorSettings:
    """What counts, the later layers winning."""
    values: dict[str, Value] = {}
    for layer in layers:
        values |= layer.values
    return EditorSettings(values)


def _fits(setting: Setting, value: object) -> bool:
    if setting.words:
        return isinstance(value, str) and value in setting.words
    return isinstance(value, bool)


def _flat(
    tree: Mapping[object, object], prefix: str, ignored: tuple[str, ...]
) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if key in ignored:
            continue
        deeper = any(known.startswith(f"{key}.") for known in BY_KEY)
        if isinstance(value, Mapping) and deeper:
            found += _flat(value, f"{key}.", ignored)
        else:
            found.append((key, value))
    return found
