"""An editor that plays a script without a screen: started, waited for, and asked what it saw.

The script writes JSON to $STUDIO_SEEN: what the test looks at, and ``failure`` where it gave up.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editors.story import SERVER, Story, wait_until

SECONDS = 150
"""Longer than any script waits, so that it can say what did not happen."""


@dataclass(frozen=True)
class Driven:
    """An editor with the story in front of it.

    ``types``: it waits for keys, so its standard input stays open, and silent.
    """

    story: Story
    words: Sequence[str]
    variables: Mapping[str, str]
    folder: Path
    types: bool = False

    def play(self, scenario: Path, file: Path) -> dict[str, Any]:
        """Play a scenario on a file; what it saw."""
        reading, writing = os.pipe()
        try:
            done = subprocess.run(
                self.words,
                cwd=self.story.repo.path,
                env=self._environment(scenario, file),
                stdin=reading if self.types else subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=SECONDS,
            )
        finally:
            os.close(reading)
            os.close(writing)
        said = done.stdout + done.stderr
        assert self._seen.exists(), said
        answer: dict[str, Any] = json.loads(self._seen.read_text())
        assert "failure" not in answer, f"{answer['failure']}\n{said}"
        return answer

    def ends_with_its_server(self, scenario: Path, file: Path, how: str) -> None:
        """Let the editor end, by its own leave ("quit") or killed; its server has to follow."""
        ready, said = self.folder / "ready", self.folder / "said.txt"
        reading, writing = os.pipe()
        with said.open("wb") as output:
            process = subprocess.Popen(
                self.words,
                cwd=self.story.repo.path,
                env=self._environment(scenario, file) | {"STUDIO_READY": str(ready)},
                stdin=reading if self.types else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            wait_until(
                lambda: ready.exists() or process.poll() is not None, "an attached server", 60
            )
            assert ready.exists(), f"ended with {process.returncode}: {said.read_text()}"
            assert len(self.story.servers()) == 1
            if how == "kill":
                process.send_signal(signal.SIGKILL)
            else:
                ready.unlink()
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            os.close(reading)
            os.close(writing)
        self.story.await_no_server()

    @property
    def _seen(self) -> Path:
        return self.folder / "seen.json"

    def _environment(self, scenario: Path, file: Path) -> dict[str, str]:
        return {
            **self.story.env,
            **self.variables,
            "STUDIO_SERVER": str(SERVER),
            "STUDIO_SCENARIO": str(scenario),
            "STUDIO_FILE": str(file),
            "STUDIO_SEEN": str(self._seen),
        }
