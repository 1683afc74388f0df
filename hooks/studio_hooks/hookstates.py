"""Whether our hooks really run: not only that their text is there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio_git import config, files, programs
from studio_git.gitio import Place, zsplit
from studio_hooks import hookfile, hookfolder, hookrecord, shims
from studio_hooks.hookfile import Shape
from studio_hooks.hookfolder import HookFolder

How = Literal["own", "chained", "dispatched", "config", "framework", "absent"]

IMPORT_SECONDS = 30.0
INSTALL = "run: git studio hooks install"
_HOW: Mapping[Shape, How] = {
    Shape.OWN: "own",
    Shape.CHAINED: "chained",
    Shape.DISPATCHED: "dispatched",
}
_FRAMEWORK_FILES = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
_FRAMEWORK_STAGES = {
    "studio-drift": ("pre-commit", "pre-merge-commit"),
    "studio-capture": ("post-commit", "post-merge", "post-rewrite", "post-checkout"),
    "studio-message": ("commit-msg",),
    "studio-prepare-message": ("prepare-commit-msg",),
}


@dataclass(frozen=True, slots=True)
class HookState:
    """One stage: the file that git or a person would look at, how ours stands there, if it runs.

    ``problem`` says why it does not run, or what is not as it should be although it does.
    """

    stage: str
    path: Path
    how: How
    runs: bool
    problem: str = ""


def states(place: Place) -> list[HookState]:
    """The state of each stage that is wanted here, in the order of :data:`shims.EVERY_STAGE`.

    Changes nothing.
    """
    record = hookrecord.load(place)
    look = _Look(place, hookfolder.find(place), record)
    return [look.at(stage) for stage in wanted(place)]


def wanted(place: Place) -> tuple[str, ...]:
    """The stages that belong into this repository."""
    return shims.EVERY_STAGE if config.prepares_messages(place) else shims.STAGES


def script_of(place: Place, stage: str) -> Path:
    """The script that a configuration hook, or a line in the user's own hook, runs."""
    return place.common_dir / "studio" / "hooks" / stage


def line_for(stage: str) -> str:
    """The line for a user's own hook. It may be committed: where we are not installed, it is
    nothing. It stands for the hook's own process, so that input and words stay what they are.
    """
    return (
        f'h="$(git rev-parse --git-common-dir)/studio/hooks/{stage}"; [ ! -f "$h" ] || . "$h" || :'
    )


def calls_script(folder: HookFolder, stage: str) -> bool:
    """True where the user's own hook has such a line."""
    try:
        text = (folder.user_hooks / stage).read_bytes()
    except OSError:
        return False
    return re.search(rb"^[^#\n]*studio/hooks/" + stage.encode() + rb"\b", text, re.M) is not None


def config_name(stage: str) -> str:
    """What our configuration hook of a stage is called."""
    return f"studio-{stage}"


def configured(place: Place) -> dict[str, tuple[str, str]]:
    """Command and event of each hook of ours in the repository's own configuration."""
    _, output, _ = place.git.ask(
        "config", "--local", "--null", "--get-regexp", r"^hook\.studio-.*\.(command|event)$"
    )
    found: dict[str, tuple[str, str]] = {}
    for record in zsplit(output):
        key, _, value = os.fsdecode(record).partition("\n")
        name, _, variable = key.removeprefix("hook.").rpartition(".")
        command, event = found.get(name, ("", ""))
        found[name] = (value, event) if variable == "command" else (command, value)
    return found


def importable(python: str, isolation: str) -> bool:
    """True where an interpreter, isolated so, finds the package that the hooks start."""
    words = [python, isolation, "-c", "import studio_hooks"]
    return programs.succeeds(words, seconds=IMPORT_SECONDS)


class _Look:
    """Looks at one repository; what all stages share is found out once."""

    def __init__(self, place: Place, folder: HookFolder, record: hookrecord.Record) -> None:
        self.place = place
        self.folder = folder
        self.python = record.python or sys.executable
        self.isolation = record.isolation or "-I"
        self.configured = configured(place)
        self.hooks_from_config = hookfolder.config_hooks(place)
        self.obstacle = self._obstacle()

    def at(self, stage: str) -> HookState:
        """The state of one stage."""
        path = self.folder.path / stage
        data = _content(path)
        framework = data is not None and hookfile.runs_legacy(data)
        if framework and self._in_framework(stage):
            return self._framework(stage, path)
        if data is not None and self.folder.ours and hookfile.found(data):
            return self._ours(stage, path, _HOW[hookfile.shape(data)], data)
        beside = path.with_name(f"{stage}.legacy")
        legacy = _content(beside)
        if framework and legacy is not None and hookfile.found(legacy):
            return self._ours(stage, beside, "framework", legacy)
        if calls_script(self.folder, stage):
            return self._called(stage)
        if config_name(stage) in self.configured:
            return self._from_config(stage)
        return HookState(
            stage, self.folder.user_hooks / stage, "absent", False, self._absent(stage)
        )

    def _ours(self, stage: str, path: Path, how: How, data: bytes) -> HookState:
        problem = self.obstacle or ("" if os.access(path, os.X_OK) else "it is not executable")
        return HookState(stage, path, how, not problem, problem or self._outdated(stage, data))

    def _called(self, stage: str) -> HookState:
        path = self.folder.user_hooks / stage
        front = self.folder.path / stage
        script = files.read_bytes(script_of(self.place, stage))
        problem = self.obstacle
        if script is None:
            problem = f"the script that it calls is gone; {INSTALL}"
        elif not os.access(front, os.X_OK):
            problem = f"{front} is not executable"
        return HookState(
            stage, path, "chained", not problem, problem or self._outdated(stage, script or b"")
        )

    def _from_config(self, stage: str) -> HookState:
        script = script_of(self.place, stage)
        data = files.read_bytes(script)
        problem = self.obstacle
        command, event = self.configured[config_name(stage)]
        if not self.hooks_from_config:
            problem = "this git does not run hooks of the configuration (2.54 does)"
        elif data is None or str(script) not in command.replace("'\"'\"'", "'"):
            problem = f"the repository was moved or its script is gone; {INSTALL}"
        elif event != stage or not self._listed(stage):
            problem = "git's configuration has switched it off"
        return HookState(
            stage, script, "config", not problem, problem or self._outdated(stage, data or b"")
        )

    def _listed(self, stage: str) -> bool:
        _, output, _ = self.place.git.ask("hook", "list", stage)
        return config_name(stage) in os.fsdecode(output).splitlines()

    def _obstacle(self) -> str:
        """What keeps every stage from running, wherever its text is."""
        if config.disabled():
            return "STUDIO_DISABLE is set in this environment"
        if not os.access(self.python, os.X_OK):
            return f"the interpreter {self.python} is gone; {INSTALL}"
        if not importable(self.python, self.isolation):
            return f"{self.python} {self.isolation} cannot import studio_hooks; {INSTALL}"
        return ""

    def _outdated(self, stage: str, data: bytes) -> str:
        expected = shims.block(stage, python=self.python, isolation=self.isolation)
        if hookfile.found(data) == expected.encode("utf-8", "surrogateescape"):
            return ""
        return f"it is of another release; {INSTALL}"

    def _absent(self, stage: str) -> str:
        if self.folder.ours:
            return INSTALL
        if not script_of(self.place, stage).is_file() or self.hooks_from_config:
            return f"{self.folder.refusal}; {INSTALL}"
        if self.folder.path.exists() and not self.folder.path.is_dir():
            return f"{self.folder.refusal}, where no hook can be: git runs none"
        return (
            f"{self.folder.refusal}; add to {self.folder.user_hooks / stage}, at its top: "
            f"{line_for(stage)}"
        )

    def _framework(self, stage: str, path: Path) -> HookState:
        problem = "" if os.access(path, os.X_OK) else "it is not executable"
        if config.disabled():
            problem = "STUDIO_DISABLE is set in this environment"
        return HookState(stage, path, "framework", not problem, problem)

    def _in_framework(self, stage: str) -> bool:
        names = [name for name, stages in _FRAMEWORK_STAGES.items() if stage in stages]
        top = self.place.top
        sides = [files.read_side(top / name, inside=top) for name in _FRAMEWORK_FILES]
        texts = [side for side in sides if isinstance(side, bytes)]
        return any(
            re.search(rb"""^[^#\n]*\bid["']?\s*[:=]\s*["']?""" + name.encode() + rb"\b", text, re.M)
            for name in names
            for text in texts
        )


def _content(path: Path) -> bytes | None:
    """A hook's bytes, through a link too, as git would read it."""
    try:
        return path.read_bytes()
    except OSError:
        return None
