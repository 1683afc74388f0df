"""The shape that SARIF 2.1.0 asks for, as far as it concerns us."""

from __future__ import annotations

import json
import re
from typing import Any

from studio_git.core import sarif
from studio_git.core.codes import CODES, HIDDEN_UNICODE, MISSING_REFERENCE
from studio_git.core.sarif import Result

# Section 3 of the specification: the properties of each object that we write, and those it needs.
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "document": ({"version", "runs"}, {"$schema", "version", "runs"}),
    "run": ({"tool"}, {"tool", "columnKind", "originalUriBaseIds", "results"}),
    "driver": ({"name"}, {"name", "semanticVersion", "rules"}),
    "rule": (
        {"id"},
        {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration"},
    ),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "message", "locations"}),
    "region": (set(), {"startLine", "startColumn", "endColumn"}),
    "artifactLocation": (set(), {"uri", "uriBaseId"}),
}
URI_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
SEMANTIC = re.compile(r"\d+\.\d+\.\d+([.+-].+)?")


def fits(name: str, value: dict[str, Any]) -> None:
    needed, known = SHAPES[name]
    assert needed <= set(value) <= known, name


def check(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Assert the shape; returns the results."""
    assert json.loads(json.dumps(document)) == document
    fits("document", document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    fits("run", run)
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    fits("driver", driver)
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        fits("rule", rule)
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        fits("result", result)
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        fits("artifactLocation", place["artifactLocation"])
        assert URI_REFERENCE.fullmatch(place["artifactLocation"]["uri"])
        base = place["artifactLocation"].get("uriBaseId")
        assert base is None or base in run["originalUriBaseIds"]
        if "region" in place:
            fits("region", place["region"])
            assert place["region"]["startLine"] >= 1
            assert 1 <= place["region"]["startColumn"] <= place["region"]["endColumn"]
    results: list[dict[str, Any]] = run["results"]
    return results


def test_nothing_found_is_a_document_too() -> None:
    assert check(sarif.document([], version="1.0.0")) == []


def test_each_code_and_severity() -> None:
    results = [
        Result(code, severity, "m", "a.md")
        for code in CODES
        for severity in ("error", "warning", "information", "hint")
    ]
    found = check(sarif.document(results, version="1.0.0"))
    assert [it["ruleId"] for it in found] == [it.code for it in results]
    assert [it["level"] for it in found[:4]] == ["error", "warning", "note", "note"]


def test_places() -> None:
    found = check(
        sarif.document(
            [
                Result(HIDDEN_UNICODE, "warning", "m", "docs/a b#ü.md", line=2, column=3, length=1),
                Result(MISSING_REFERENCE, "warning", "m", "/home/x.md", relative=False),
                Result(MISSING_REFERENCE, "warning", "m", "C:/x.md", relative=False),
                Result(MISSING_REFERENCE, "warning", "m", "a\udcff\x1b.md"),
            ],
            version="1.0.0",
        )
    )
    places = [it["locations"][0]["physicalLocation"] for it in found]
    assert places[0]["region"] == {"startLine": 3, "startColumn": 4, "endColumn": 5}
    assert "region" not in places[1]
    assert [place["artifactLocation"]["uri"] for place in places] == [
        "docs/a%20b%23%C3%BC.md",
        "file:///home/x.md",
        "file:///C%3A/x.md",
        "a%FF%1B.md",
    ]
    assert "uriBaseId" not in places[1]["artifactLocation"]


def test_our_version_is_a_semantic_one() -> None:
    from studio_git import __version__

    assert SEMANTIC.fullmatch(__version__)
