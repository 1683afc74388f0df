"""All subjects, in the order in which they have their say."""

from __future__ import annotations

from studio_lsp.subject import Subject
from studio_lsp.subjects.about import About
from studio_lsp.subjects.drift import Drift
from studio_lsp.subjects.lint import Lint
from studio_lsp.subjects.memory import Memory
from studio_lsp.subjects.messages import Messages
from studio_lsp.subjects.references import References
from studio_lsp.subjects.registry import Registry
from studio_lsp.subjects.registryfiles import RegistryFiles
from studio_lsp.subjects.sessionfiles import SessionFiles
from studio_lsp.subjects.why import Why

SUBJECTS: tuple[type[Subject], ...] = (
    Drift,
    References,
    Registry,
    Memory,
    Messages,
    Lint,
    Why,
    SessionFiles,
    RegistryFiles,
    About,
)
