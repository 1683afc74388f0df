"""Diagnostics: sent after every change, or given when the client asks; never both.

Both gave doubled, then contradictory ones in Neovim 0.11 and VS Code. A client that cannot be
told to ask again would keep stale ones, so it is sent them too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from studio_git.core.codes import CODES
from studio_lsp import uris

if TYPE_CHECKING:
    from studio_git.core.editorsettings import EditorSettings
    from studio_lsp.client import Client
    from studio_lsp.documents import Opened
    from studio_lsp.server import StudioServer
    from studio_lsp.studio import Studio
    from studio_lsp.subject import Finding

SOURCE = "studio"

_SEVERITY: Mapping[str, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}

_SETTING = {
    "lint": "lint.severity",
    "reference": "references.severity",
    "message": "messages.severity",
}


def register(server: StudioServer) -> None:
    """Push or pull, as the client has it."""
    if server.client.pulls:
        _Pulled(server)
    else:
        _Pushed(server)


class _Pushed:
    """Tells each document's diagnostics after it changed; while it changes, only the newest."""

    def __init__(self, server: StudioServer) -> None:
        self.server = server
        self.waiting: set[str] = set()
        self.running: set[str] = set()
        server.listens(types.TEXT_DOCUMENT_DID_OPEN, self.opened)
        server.listens(types.TEXT_DOCUMENT_DID_CHANGE, self.opened)
        server.listens(types.TEXT_DOCUMENT_DID_CLOSE, self.closed)
        server.on_change.append(self.all_again)

    def opened(
        self, params: types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams
    ) -> None:
        self.again(params.text_document.uri)
        self._others_again(params.text_document.uri)

    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self._others_again(uri)
        self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    async def all_again(self) -> None:
        for opened in self.server.documents:
            self.again(opened.uri)

    def _others_again(self, uri: str) -> None:
        for other in self.server.documents.related.get(uri, ()):
            self.again(other)

    def again(self, uri: str) -> None:
        self.waiting.add(uri)
        if uri not in self.running:
            self.running.add(uri)
            self.server.spawn(self._run(uri))

    async def _run(self, uri: str) -> None:
        try:
            studio = await self.server.studio()
            while uri in self.waiting:
                self.waiting.discard(uri)
                opened = self.server.documents.get(uri)
                if opened is None:
                    return
                found = await self.server.work.live(told, studio, opened)
                if self.server.documents.get(uri) is not None:
                    self.server.text_document_publish_diagnostics(
                        types.PublishDiagnosticsParams(uri, found, opened.version)
                    )
        finally:
            self.running.discard(uri)
            if uri in self.waiting and self.server.documents.get(uri) is not None:
                self.again(uri)  # it changed while this look failed


class _Pulled:
    """Gives diagnostics when asked, of open documents and of files that are not open."""

    def __init__(self, server: StudioServer) -> None:
        self.server = server
        options = types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier=SOURCE
        )
        server.answers(types.TEXT_DOCUMENT_DIAGNOSTIC, self.document, _full([]), options)
        nothing = types.WorkspaceDiagnosticReport([])
        server.answers(types.WORKSPACE_DIAGNOSTIC, self.workspace, nothing)

    async def document(
        self, params: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        opened = self.server.documents.get(params.text_document.uri)
        if opened is None:
            return _full([])
        studio = await self.server.studio()
        found = await self.server.work.live(told, studio, opened)
        name = _name(found)
        if params.previous_result_id == name:
            return types.RelatedUnchangedDocumentDiagnosticReport(name)
        return _full(found)

    async def workspace(
        self, params: types.WorkspaceDiagnosticParams
    ) -> types.WorkspaceDiagnosticReport:
        studio = await self.server.studio()
        known = frozenset(
            uri for opened in self.server.documents for uri in (opened.uri, _as_ours(opened.uri))
        )
        found = await self.server.work.aside(_elsewhere, studio, known)
        before = {it.uri: it.value for it in params.previous_result_ids}
        for uri in before:
            if uri not in known:
                found.setdefault(uri, [])
        return types.WorkspaceDiagnosticReport(
            [_workspace_report(uri, each, before.get(uri)) for uri, each in sorted(found.items())]
        )


def told(studio: Studio, opened: Opened) -> list[types.Diagnostic]:
    """The diagnostics of a document; in the live lane."""
    clone = studio.desk.page(opened).clone
    show = partial(diagnostic, studio.desk.client, studio.desk.settings(clone), studio.desk.docs)
    return [it for it in map(show, studio.findings(opened)) if it is not None]


def diagnostic(
    client: Client, settings: EditorSettings, docs: str, finding: Finding
) -> types.Diagnostic | None:
    """A finding as the client takes it; None where the user does not want to see its kind.

    ``docs`` is the address of the folder with the page of all codes.
    """
    severity = severity_of(finding.code, settings)
    if severity is None:
        return None
    related = None
    if client.relates_diagnostics and finding.related:
        related = [
            types.DiagnosticRelatedInformation(types.Location(it.uri, it.range), it.message)
            for it in finding.related
        ]
    described = None
    if client.describes_codes and docs:
        from studio_git.core.codes import href

        described = types.CodeDescription(href(finding.code, docs))
    return types.Diagnostic(
        range=finding.range,
        message=finding.message,
        severity=severity,
        code=finding.code,
        code_description=described,
        source=SOURCE,
        related_information=related,
    )


def severity_of(code: str, settings: EditorSettings) -> types.DiagnosticSeverity | None:
    """How a code is shown; None where it is not."""
    family, _, what = code.partition("/")
    if family == "drift":
        word = settings.word(f"drift.severity.{what}")
    elif family in _SETTING:
        word = settings.word(_SETTING[family])
    else:
        word = CODES[code].severity
    return _SEVERITY.get(word)


def _elsewhere(studio: Studio, known: frozenset[str]) -> dict[str, list[types.Diagnostic]]:
    found: dict[str, list[types.Diagnostic]] = {}
    desk = studio.desk
    for uri, findings in studio.gather(lambda subject: subject.elsewhere(known)):
        path = uris.path_of(uri)
        clone = desk.clones.of(path) if path is not None else None
        show = partial(diagnostic, desk.client, desk.settings(clone), desk.docs)
        found.setdefault(uri, []).extend(it for it in map(show, findings) if it is not None)
    return found


def _as_ours(uri: str) -> str:
    """The address of a file as we write it: clients differ in what they escape."""
    path = uris.path_of(uri)
    return uri if path is None else uris.uri_of(path)


def _full(found: list[types.Diagnostic]) -> types.RelatedFullDocumentDiagnosticReport:
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=_name(found))


def _workspace_report(
    uri: str, found: list[types.Diagnostic], before: str | None
) -> types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport:
    name = _name(found)
    if before == name:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=name)
    return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=found, result_id=name)


def _name(found: list[types.Diagnostic]) -> str:
    """The same for the same diagnostics, so that a client need not be sent them twice."""
    parts = [
        (repr(it.range), it.message, it.code, it.severity, repr(it.related_information))
        for it in found
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
