"""Texts in the forms that manifests are written in, read so that no text takes long or harms.

A manifest comes from a repository that nobody has looked at yet. So documents nested deeply, keys
of many parts, and entities of XML are refused, before or by the parser.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from studio_git.core import tomltext
from studio_git.core.manifestmodels import ManifestError

_LONGEST = {"JSON": 1024 * 1024, "YAML": 128 * 1024, "XML": 1024 * 1024}
"""Characters of a document; PyYAML reads about 100 kB a second."""


def toml(text: str) -> dict[str, Any]:
    """A TOML document. Raises ManifestError."""
    try:
        return tomltext.parse(text)
    except ValueError as error:
        raise ManifestError(f"not TOML: {_reason(error)}") from error


def json_object(text: str) -> dict[str, Any]:
    """A JSON document that is an object. Raises ManifestError."""
    _check_length(text, "JSON")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"not JSON: {_reason(error)}") from error
    if not isinstance(found, dict):
        raise ManifestError("not a JSON object")
    return found


def yaml_mapping(text: str) -> dict[str, Any]:
    """The first YAML document, a mapping; every scalar as the text it is. Raises ManifestError.

    As text, because a version 3.10 is no number. Tags make nothing. libyaml's parser is faster,
    and ends the process where a document is nested deeply.
    """
    _check_length(text, "YAML")
    try:
        found = next(yaml.load_all(text, Loader=yaml.BaseLoader), None)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise ManifestError(f"not YAML: {_reason(error)}") from error
    return found if isinstance(found, dict) else {}


def xml(text: str) -> ET.Element:
    """The root of an XML document, names without their namespaces. Raises ManifestError.

    A document with a DTD is refused before it is parsed, and without one no entity can grow.
    """
    _check_length(text, "XML")
    if "<!DOCTYPE" in text:
        raise ManifestError("XML with a DTD is not read")
    try:
        root = ET.fromstring(text)  # noqa: S314 - see above
    except (ET.ParseError, ValueError) as error:
        raise ManifestError(f"not XML: {_reason(error)}") from error
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


_STRING_OR_COMMENT = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|/\*.*?(?:\*/|\Z)|//[^\n]*""", re.DOTALL
)


def without_comments(text: str) -> str:
    """A text in the manner of C and Java without its comments; strings are left as they are."""
    return _STRING_OR_COMMENT.sub(lambda found: found["string"] or " ", text)


def _check_length(text: str, form: str) -> None:
    if len(text) > _LONGEST[form]:
        raise ManifestError(f"longer than {_LONGEST[form]:,} characters")


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    first = str(error).split("\n", 1)[0].strip().rstrip(".")
    return first or type(error).__name__
