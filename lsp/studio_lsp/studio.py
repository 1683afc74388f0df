"""All subjects together: each is asked, and the failure of one takes nothing from the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from studio_git.errors import StudioError
from studio_lsp.desk import Desk
from studio_lsp.documents import Opened
from studio_lsp.editor import Editor
from studio_lsp.page import Page
from studio_lsp.presenter import Presenter
from studio_lsp.subject import Command, Finding, Subject
from studio_lsp.work import StoppedError, go_on

T = TypeVar("T")
log = logging.getLogger(__name__)


class Studio:
    """The subjects of one server at one desk."""

    def __init__(self, desk: Desk, editor: Editor, subjects: Iterable[type[Subject]]) -> None:
        self.desk = desk
        self.editor = editor
        presenter = Presenter(desk, editor, self.document)
        self.subjects = [subject(desk, editor, presenter) for subject in subjects]
        self.commands: Mapping[str, Command] = {
            name: command
            for subject in self.subjects
            for name, command in subject.commands().items()
        }

    def findings(self, opened: Opened) -> list[Finding]:
        """What is to be told of a document; in the live lane."""
        page = self.desk.page(opened)
        return self.gather(lambda subject: subject.findings(page))

    def saved(self, opened: Opened) -> None:
        """A document was saved."""
        page = self.desk.page(opened)

        def about(subject: Subject) -> tuple[()]:
            subject.saved(page)
            return ()

        self.gather(about)

    def document(self, path: str) -> str:
        """The text of a virtual document; empty where there is none of that name."""
        for subject in self.subjects:
            for text in self.gather_from(subject, lambda it: (it.document(path),)):
                if text is not None:
                    return text
        return ""

    def ask(self, opened: Opened, about: Callable[[Subject, Page], Iterable[T]]) -> list[T]:
        """What every subject says of a document."""
        page = self.desk.page(opened)
        return self.gather(lambda subject: about(subject, page))

    def gather(self, about: Callable[[Subject], Iterable[T]]) -> list[T]:
        """What every subject says, in the order of the subjects."""
        return [each for subject in self.subjects for each in self.gather_from(subject, about)]

    def gather_from(self, subject: Subject, about: Callable[[Subject], Iterable[T]]) -> list[T]:
        """What one subject says; nothing where it fails, which is logged."""
        go_on()
        try:
            return list(about(subject))
        except StoppedError:
            raise
        except StudioError as error:
            log.info("%s: %s", type(subject).__name__, error)
        except Exception:
            log.exception("%s failed", type(subject).__name__)
        return []
