from __future__ import annotations

import re

import pytest

from studio_git.core import codes
from studio_git.core.models import DriftKind


def test_there_is_a_code_for_each_kind_of_drift() -> None:
    assert {codes.drift_code(kind) for kind in DriftKind} == {
        code for code in codes.CODES if code.startswith("drift/")
    }


@pytest.mark.parametrize("code", codes.CODES.values(), ids=list(codes.CODES))
def test_a_code_says_what_it_means_and_what_to_do(code: codes.Code) -> None:
    assert codes.CODES[code.code] is code
    assert re.fullmatch(r"(drift|lint|reference|message|registry)/[a-z]+(-[a-z]+)*", code.code)
    assert code.severity in ("error", "warning", "information", "hint")
    assert code.title[0].isupper()
    assert not code.title.endswith(".")
    assert code.meaning.endswith(".")
    assert code.remedy.endswith(".")


def test_anchors_differ() -> None:
    assert len({codes.anchor(code) for code in codes.CODES}) == len(codes.CODES)


@pytest.mark.parametrize("folder", ["file:///usr/share/studio", "file:///usr/share/studio/"])
def test_the_address_is_that_of_the_page_with_the_place_on_it(folder: str) -> None:
    assert (
        codes.href("drift/repo-ahead", folder)
        == "file:///usr/share/studio/diagnostics.md#drift-repo-ahead"
    )
