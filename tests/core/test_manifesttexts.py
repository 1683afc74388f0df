"""The forms that manifests are written in: what is read, and what is refused in time."""

from __future__ import annotations

import pytest

from studio_git.core import manifesttexts
from studio_git.core.manifestmodels import ManifestError


class TestToml:
    def test_dots_in_strings_and_comments_are_no_parts_of_keys(self) -> None:
        dots = "." * 60
        text = f"# {dots}\na = [\"x{dots}\", '{dots}'] # {dots}\n"
        assert manifesttexts.toml(text) == {"a": [f"x{dots}", dots]}

    @pytest.mark.parametrize("key", ["a" + ".a" * 40, ".".join(['"a"'] * 40), "[a" + ".a" * 40])
    def test_a_key_of_many_parts_is_refused_before_it_is_parsed(self, key: str) -> None:
        with pytest.raises(ManifestError, match="too many parts"):
            manifesttexts.toml(f"{key} = 1")

    @pytest.mark.parametrize("text", ["a", "[a", "a = '", "a = " + "[" * 5000, "x" * 300_000])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(ManifestError):
            manifesttexts.toml(text)


class TestYaml:
    def test_every_scalar_is_the_text_that_stands_there(self) -> None:
        text = "a: 3.10\nb: yes\nc: 2024-01-01\nd: 0o17\ne: !!python/object:os.system x\non: push\n"
        assert manifesttexts.yaml_mapping(text) == {
            "a": "3.10", "b": "yes", "c": "2024-01-01", "d": "0o17", "e": "x", "on": "push",
        }  # fmt: skip

    @pytest.mark.parametrize("text", ["", "- a", "just words", "--- \n--- {a: 1}"])
    def test_what_is_no_mapping_is_an_empty_one(self, text: str) -> None:
        assert manifesttexts.yaml_mapping(text) == {}

    def test_the_first_document_counts(self) -> None:
        assert manifesttexts.yaml_mapping("a: 1\n---\nb: 2\n---\n{") == {"a": "1"}

    def test_a_long_one_is_refused(self) -> None:
        with pytest.raises(ManifestError, match=r"longer than 131,072 characters"):
            manifesttexts.yaml_mapping("a" * 131_073)


class TestXml:
    def test_names_have_no_namespace(self) -> None:
        root = manifesttexts.xml('<p xmlns="urn:x"><y:a xmlns:y="urn:y">1</y:a></p>')
        assert (root.tag, root.findtext("a")) == ("p", "1")

    def test_with_a_dtd_it_is_refused(self) -> None:
        with pytest.raises(ManifestError, match="DTD"):
            manifesttexts.xml("<!DOCTYPE p><p/>")

    def test_an_encoding_that_it_says_does_not_count(self) -> None:
        root = manifesttexts.xml("<?xml version='1.0' encoding='utf-16'?><p>é</p>")
        assert root.text == "é"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a // b\nc", "a  \nc"),
        ("a /* b\n */ c", "a   c"),
        ('"http://x" // y', '"http://x"  '),
        ("'/* no */' x", "'/* no */' x"),
        ('"a\\"//b" // c', '"a\\"//b"  '),
        ("a /* open", "a  "),
        ("don't // x\ny", "don't  \ny"),
    ],
)
def test_without_comments(text: str, plain: str) -> None:
    assert manifesttexts.without_comments(text) == plain


def test_a_json_document_is_an_object() -> None:
    assert manifesttexts.json_object('{"a": 1}') == {"a": 1}
    for text in ("[]", "1", "", "{" * 5000):
        with pytest.raises(ManifestError):
            manifesttexts.json_object(text)
