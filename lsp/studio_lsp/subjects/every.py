"""All subjects, in the order in which they have their say."""

from __future__ import annotations

from studio_lsp.subject import Subject
from studio_lsp.subjects.about import About

SUBJECTS: tuple[type[Subject], ...] = (About,)
