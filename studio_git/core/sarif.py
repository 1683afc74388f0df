"""Findings as SARIF 2.1.0, the form that code hosts read (OASIS, sarif-v2.1.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from studio_git.core.codes import CODES, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"

_LEVEL: dict[Severity, str] = {
    "error": "error",
    "warning": "warning",
    "information": "note",
    "hint": "note",
}
_TOP = "TOP"


@dataclass(frozen=True, slots=True)
class Result:
    """One finding. ``path`` is relative to the top where ``relative``, else absolute, with ``/``.

    ``line`` and ``column`` count from 0, columns and ``length`` in code points, as in our other
    findings; None for ``line`` where the whole file is meant.
    """

    code: str
    severity: Severity
    message: str
    path: str
    relative: bool = True
    line: int | None = None
    column: int = 0
    length: int = 0


def document(results: Iterable[Result], *, version: str) -> dict[str, Any]:
    """The document, ready for JSON. ``version`` is ours.

    Every result's code has to stand in :data:`~studio_git.core.codes.CODES`. Paths are relative
    to a base that the reader of the document knows, the top of the repository.
    """
    found = list(results)
    used = [code for code in CODES if any(result.code == code for result in found)]
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "studio-git",
                        "semanticVersion": version,
                        "rules": [_rule(code) for code in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _TOP: {"description": {"text": "The top of the repository."}}
                },
                "results": [_result(result, used.index(result.code)) for result in found],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    known = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": f"{known.title}."},
        "fullDescription": {"text": known.meaning},
        "help": {"text": known.remedy, "markdown": known.remedy},
        "defaultConfiguration": {"level": _LEVEL[known.severity]},
    }


def _result(result: Result, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"uri": _uri(result)}
    if result.relative:
        place["uriBaseId"] = _TOP
    location: dict[str, Any] = {"artifactLocation": place}
    if result.line is not None:
        location["region"] = {
            "startLine": result.line + 1,
            "startColumn": result.column + 1,
            "endColumn": result.column + result.length + 1,
        }
    return {
        "ruleId": result.code,
        "ruleIndex": rule,
        "level": _LEVEL[result.severity],
        "message": {"text": result.message},
        "locations": [{"physicalLocation": location}],
    }


def _uri(result: Result) -> str:
    """The path as a URI; bytes that are not UTF-8 (surrogates) become those bytes' escapes."""
    path = quote(result.path.encode("utf-8", "surrogateescape"))
    if result.relative:
        return path
    return f"file://{path}" if path.startswith("/") else f"file:///{path}"
