"""The texts of a folder of decision records, changed and made in memory, then written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from studio_git import beneath, files
from studio_git.core import adredit, adrfile, adrfolder
from studio_git.core.adragree import ALTERNATIVES, RATIONALE, STATUS, TITLE
from studio_git.core.adredit import Reference
from studio_git.core.adrfile import SUPERSEDED
from studio_git.core.adrfolder import Format
from studio_git.services import memory
from studio_git.services.decisionbase import Folder
from studio_git.services.decisionlook import Standing, newer_ids, studio_says
from studio_git.services.memory import Object
from studio_git.store import decisionfiles
from studio_git.store.connection import Store

_MODE = 0o644


class Texts:
    """What the files of a folder are to say; ``problems`` is what cannot be said in them."""

    def __init__(self, store: Store, folder: Folder, standings: Iterable[Standing]) -> None:
        self.problems: list[str] = []
        self._store = store
        self._folder = folder
        known = list(standings)
        self._before = {it.name: it.data for it in known}
        self._texts = {it.name: it.data.decode("utf-8") for it in known if it.data is not None}
        self._adrs = [it.adr for it in known if it.adr is not None]
        self._files = {it.decision["id"]: it.name for it in known if it.decision is not None}

    def change(self, it: Standing, field: str) -> bool:
        """Let a file say one field of its decision; False where it cannot be said there."""
        text, said = self._texts[it.name], it.studio[field]
        if field == TITLE:
            made = adredit.with_title(text, said)
        elif field == RATIONALE:
            made = adredit.with_rationale(text, said)
        elif field == ALTERNATIVES:
            made = adredit.with_alternatives(text, [line for line in said.split("\n") if line])
        else:
            made = self._with_status(it.name, text, said)
        if made is None:
            self.problems.append(
                f"{self._folder.known_as(it.name)}: the {field} cannot be written there by itself."
            )
            return False
        self._texts[it.name] = made
        return True

    def renew(self, name: str, decision: Object, form: Format | None) -> bool:
        """Make a file anew that is gone; False where it cannot say what the decision says."""
        made = self._rendered(name, decision, form)
        if made is not None:
            self._texts[name] = made
        return made is not None

    def new(self, decisions: Sequence[Object], form: Format | None) -> Iterator[tuple[str, Object]]:
        """Make files for decisions that have none, with their names, the oldest first.

        ``decisions`` come with the newest first.
        """
        taken = set(self._names()) | set(self._before)
        fresh = []
        oldest_first = list(decisions)
        oldest_first.reverse()
        oldest_first.sort(key=lambda it: it["created_at"] or "")
        for decision in oldest_first:
            name = adrfolder.new_name(decision["title"], taken)
            if decision["id"] in self._files or self._rendered(name, decision, form) is None:
                continue  # what cannot be said gets no name, and nothing links to it
            taken.add(name)
            self._files[decision["id"]] = name
            fresh.append((name, decision))
        for name, decision in fresh:
            made = self._rendered(name, decision, form)  # with links to the other new ones
            if made is not None:
                self._texts[name] = made
                yield name, decision

    def _names(self) -> Iterator[str]:
        try:
            found = beneath.entries(self._folder.path, inside=self._folder.inside)
        except (beneath.LeadsOutError, OSError):  # there is none yet
            return
        yield from (name for name, _ in found)

    def write(self) -> None:
        """Write what is new. Raises FileChangedError where a file is no longer what was read."""
        for name, text in self._texts.items():
            data, before = text.encode("utf-8"), self._before.get(name)
            if data != before:
                files.write_whole(
                    self._folder.path / name,
                    data,
                    inside=self._folder.inside,
                    expected=before,
                    lock=self._store.lock,
                    mode=_MODE,
                )

    def _rendered(self, name: str, decision: Object, form: Format | None) -> str | None:
        said = studio_says(self._store, decision, self._files)
        newer = self._references(newer_ids(said[STATUS]))
        made = adrfolder.render(
            form or adrfolder.format_of(self._adrs),
            said[TITLE],
            number=adrfolder.number_of(name) or 0,
            date=str(decision["created_at"] or "")[:10],
            status=SUPERSEDED if newer else said[STATUS],
            newer=newer,
            older=[each for each in self._references(decision["supersedes"]) if each.file],
            rationale=said[RATIONALE],
            alternatives=[line for line in said[ALTERNATIVES].split("\n") if line],
        )
        if made is None:
            path = self._folder.known_as(name)
            self.problems.append(f"{path}: {said[TITLE]} cannot be said as a record.")
        return made

    def _with_status(self, name: str, text: str, said: str) -> str | None:
        """A file with another status; those that superseded it say so too, or no longer."""
        newer = self._references(newer_ids(said))
        made = adredit.with_status(text, SUPERSEDED if newer else said, newer)
        if made is None:
            return None
        title, number = adrfile.parse(made).title, adrfolder.number_of(name)
        here = Reference(title, number, name)
        named = {each.file for each in newer if each.file}
        for other, other_text in self._texts.items():
            if other in named:
                self._texts[other] = adredit.with_supersedes(other_text, here)
            elif other != name:
                self._texts[other] = adredit.without_supersedes(other_text, name)
        return made

    def _references(self, decision_ids: Iterable[str]) -> list[Reference]:
        found = []
        for decision_id in decision_ids:
            name = self._files.get(decision_id, "")
            number = adrfolder.number_of(name) if name else None
            found.append(Reference(memory.title_of(self._store, decision_id), number, name))
        return found


def without_file(store: Store, project_id: str, decisions: Iterable[Object]) -> list[Object]:
    """Those of the decisions that no file states."""
    tied = {file.decision_id for file in decisionfiles.known(store.db, project_id)}
    return [decision for decision in decisions if decision["id"] not in tied]
