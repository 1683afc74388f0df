from __future__ import annotations

from lsprotocol import types

from studio_lsp import documents
from studio_lsp.documents import Documents


def opened(*names: str) -> Documents:
    found = Documents()
    for name in names:
        found.open(types.TextDocumentItem(name, "markdown", 1, "text\n"))
    return found


def changed(name: str, text: str, version: int = 2) -> types.DidChangeTextDocumentParams:
    return types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(version, name),
        [types.TextDocumentContentChangeWholeDocument(text)],
    )


def test_the_one_used_last_is_known() -> None:
    it = opened("a", "b")
    assert it.last == "b"
    assert it.used("a") is not None
    assert it.last == "a"
    assert it.used("nowhere") is None
    assert it.last == "a"
    it.close("a")
    assert (it.last, it.get("a")) == ("b", None)
    it.close("b")
    assert it.last == ""


def test_a_change_keeps_what_others_were_given() -> None:
    it = opened("a")
    before = it.get("a")
    it.change(changed("a", "new\n"))
    after = it.get("a")
    assert before is not None
    assert after is not None
    assert (before.pieces, before.version) == (["text\n", ""], 1)
    assert (after.pieces, after.version) == (["new\n", ""], 2)


def test_what_was_never_opened_is_passed_over() -> None:
    it = opened()
    it.change(changed("a", "new\n"))
    assert list(it) == []


def test_a_document_that_grew_too_long_is_followed_and_not_looked_at() -> None:
    it = opened("a")
    long = documents.MAX_CHARACTERS + 1
    it.change(changed("a", "x" * long))
    found = it.get("a")
    assert found is not None
    assert found.too_long == long
    start, end = types.Position(0, 2), types.Position(0, long)
    part = types.TextDocumentContentChangePartial(types.Range(start, end), "y")
    it.change(
        types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(3, "a"), [part])
    )
    found = it.get("a")
    assert found is not None
    assert (found.pieces, found.too_long) == (["xxy"], 0)


def test_a_document_that_was_too_long_at_first_is_known_again_as_a_whole() -> None:
    it = Documents()
    text = "x" * (documents.MAX_CHARACTERS + 1)
    it.open(types.TextDocumentItem("a", "markdown", 1, text))
    start = types.Position(0, 0)
    part = types.TextDocumentContentChangePartial(types.Range(start, start), "y")
    name = types.VersionedTextDocumentIdentifier(2, "a")
    it.change(types.DidChangeTextDocumentParams(name, [part]))
    found = it.get("a")
    assert found is not None
    assert (found.version, found.too_long) == (2, len(text))
    it.change(changed("a", "new\n"))
    found = it.get("a")
    assert found is not None
    assert (found.pieces, found.too_long) == (["new\n", ""], 0)
