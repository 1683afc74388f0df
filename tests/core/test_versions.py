"""Versions and requirements, in the rules of each ecosystem."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import versions
from studio_git.core.versions import Requirement, Scheme

PYTHON, NPM, COMPOSER, GEM, MINIMUM, PIN = Scheme


@pytest.mark.parametrize(
    ("scheme", "text", "version", "expected"),
    [
        (PYTHON, ">=3.11", "3.11.4", True),
        (PYTHON, ">=3.11", "3.10.9", False),
        (PYTHON, ">= 3.11 , < 4", "3.13", True),
        (PYTHON, "==3.12.*", "3.12.1", True),
        (PYTHON, "~=3.11", "4.0", False),
        (PYTHON, ">=3.14", "3.14.0rc2", False),
        (PYTHON, ">=3.13", "3.14.0rc2", True),
        (PYTHON, ">=3.11 <4", "3.12", None),
        (PYTHON, "about 3", "3.12", None),
        (NPM, "^18 || >=20", "20.11.0", True),
        (NPM, "^18 || >=20", "19.0.0", False),
        (NPM, ">= 18.17.0 < 21", "20.0.0", True),
        (NPM, "18.x", "18.2.0", True),
        (NPM, "18 - 20", "20.11.0", True),
        (NPM, "~8.1", "8.2.0", False),
        (NPM, ">=9", "10", True),
        (NPM, "*", "1.0", True),
        (NPM, "", "1.0", True),
        (NPM, "18.3.0-rc.1", "18.3.0", False),
        (NPM, "18.3.0-rc.1", "18.3.0rc1", True),
        (NPM, ">=22", "23.0.0-rc.1", True),
        (NPM, "^3.11,<3.13", "3.12.1", True),
        (NPM, "^3.11,<3.13", "3.13.1", False),
        (NPM, "soon", "1.0", None),
        (NPM, "!=18", "18.0.0", None),
        (COMPOSER, "^8.1", "8.3.2", True),
        (COMPOSER, "~8.1", "8.3.2", True),
        (COMPOSER, "~8.1", "9.0.0", False),
        (COMPOSER, "~8.1.2", "8.1.9", True),
        (COMPOSER, "~8.1.2", "8.2.0", False),
        (COMPOSER, "~8", "8.9.0", True),
        (COMPOSER, "^7.4|^8.0", "8.2.0", True),
        (COMPOSER, "^7.4 || ^8.0", "7.4.33", True),
        (COMPOSER, ">=7.4,<8.2", "8.2.0", False),
        (COMPOSER, "8.1.*", "8.1.7", True),
        (COMPOSER, "^8.1@stable", "8.1.0", True),
        (GEM, "~> 3.2", "3.3.0", True),
        (GEM, "~> 3.2", "4.0.0", False),
        (GEM, "~> 3.2.1", "3.3.0", False),
        (GEM, "~> 3", "3.9.9", True),
        (GEM, "~> 3", "4.0.0", False),
        (GEM, ">= 2.7, < 3.4", "3.3.0", True),
        (GEM, "3.3.0", "3.3.1", False),
        (GEM, "= 3.3.0", "3.3.0", True),
        (GEM, "!= 3.3.0", "3.3.0", False),
        (MINIMUM, "1.22", "1.23.4", True),
        (MINIMUM, "1.22.3", "1.22.1", False),
        (MINIMUM, "17", "21.0.1", True),
        (MINIMUM, "soon", "21.0.1", None),
        (PIN, "3.11", "3.11.4", True),
        (PIN, "3.11", "3.12.0", False),
        (PIN, "3.11.4", "3.11.5", False),
        (PIN, "3.1", "3.11.4", False),
        (PIN, "v20.11.0", "20.11.0", True),
        (PIN, "20", "20.11.0", True),
        (PIN, "20.x", "20.11.0", True),
        (PIN, "3.11-dev", "3.11.4", True),
        (PIN, "3.13t", "3.13.1", True),
        (PIN, "3.13.0rc1", "3.13.0", False),
        (PIN, "3.13.0rc1", "3.13.0rc1", True),
        (PIN, "prefix:1.20", "1.20.3", True),
        (PIN, "lts/iron", "20.11.0", True),
        (PIN, "lts/iron", "22.0.0", False),
        (PIN, "lts/*", "22.0.0", True),
        (PIN, "lts/unheard", "22.0.0", None),
        (PIN, "latest", "1.0", True),
        (PIN, "system", "1.0", True),
        (PIN, "temurin-21.0.1+12.0.LTS", "21.0.1", True),
        (PIN, "temurin-17.0.9+9", "21.0.1", False),
        (PIN, "corretto-17.0.9.8.1", "17.0.9", True),
        (PIN, "ruby-3.3.0", "3.3.0", True),
        (PIN, "pypy3.10-7.3.12", "3.10.12", None),
        (PIN, "ref:main", "3.10.12", None),
        (PIN, "path:/opt/python", "3.10.12", None),
        (PIN, "3" * 300, "3", None),
    ],
)
def test_satisfies(scheme: Scheme, text: str, version: str, expected: bool | None) -> None:
    assert versions.satisfies(version, Requirement(scheme, text)) is expected


def test_a_version_that_is_none_satisfies_nothing_for_sure() -> None:
    assert versions.satisfies("garbage", Requirement(PIN, "1")) is None


@pytest.mark.parametrize(
    ("scheme", "text", "shown"),
    [
        (PYTHON, ">=3.11", ">= 3.11"),
        (PYTHON, ">=3.11,<4", ">= 3.11, < 4"),
        (PYTHON, "~=3.11", "~= 3.11"),
        (NPM, ">=18", ">= 18"),
        (NPM, "^18 ||  >=20", "^18 || >= 20"),
        (GEM, "~>3.2", "~> 3.2"),
        (COMPOSER, "^8.1", "^8.1"),
        (MINIMUM, "1.22", ">= 1.22"),
        (PIN, "3.11.4", "3.11.4"),
    ],
)
def test_as_people_read_it(scheme: Scheme, text: str, shown: str) -> None:
    assert str(Requirement(scheme, text)) == shown


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        (">= 3.11", PYTHON),
        (">=3.11,<4", PYTHON),
        ("18", PIN),
        ("v18.2", PIN),
        ("18.x", PIN),
        ("3.11+", MINIMUM),
        ("^18", NPM),
        ("^18 || ^20", NPM),
    ],
)
def test_whose_rules_words_follow(text: str, scheme: Scheme) -> None:
    assert versions.of_words(text).scheme is scheme


def test_what_is_written_into_the_store_is_understood_again() -> None:
    for scheme, text, version in (
        (PYTHON, ">=3.11,<4", "3.12"), (NPM, "^18 || >=20", "18.1.0"), (MINIMUM, "1.22", "1.22"),
        (PIN, "3.11", "3.11.4"), (NPM, ">=18", "18.0.0"),
    ):  # fmt: skip
        again = versions.of_words(str(Requirement(scheme, text)))
        assert versions.satisfies(version, again) is True
        assert versions.satisfies("1.0.0", again) is False


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (">=3.11", "3.11"),
        (">=3.11,<4", "3.11"),
        ("^18", "18"),
        ("^18.2.0", "18.2.0"),
        ("~> 7.1", "7.1"),
        ("~=4.2.1", "4.2.1"),
        ("==1.2.*", "1.2"),
        ("18.x", "18"),
        ("v1.22.3", "1.22.3"),
        ("^16 || ^17 || ^18", "18"),
        ("5.0.0.Final", "5.0.0"),
        ("6.0.0-beta.1", "6.0.0"),
        ("3.11-dev", "3.11"),
        ("<4", None),
        ("!=2", None),
        ("*", None),
        ("latest", None),
        ("", None),
        (None, None),
        ("workspace:^1.2", None),
        ("git+ssh://example.org/x#v1.2.3", None),
        ("1" * 300, None),
    ],
)
def test_the_release_that_is_named(text: str | None, named: str | None) -> None:
    assert versions.named(text) == named


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("3.12-slim-bookworm", "3.12"),
        ("16", "16"),
        ("16.2-alpine", "16.2"),
        ("v2.10", "2.10"),
        ("pg16", "16"),
        ("8u392", None),
        ("lts", None),
        ("latest", None),
        ("RELEASE.2024-01-01", None),
        ("", None),
        (None, None),
    ],
)
def test_the_release_that_a_tag_names(tag: str | None, version: str | None) -> None:
    assert versions.tagged(tag) == version


@pytest.mark.parametrize(
    ("words", "version", "holds"),
    [
        (" 3.11+", "3.12", True),
        (" 3.11+", "3.9", False),
        (" >=3.11", "3.11", True),
        (" ≥ 3.11", "3.10", False),
        (" 18", "18.2.0", True),
        (" 18.2", "18", True),
        (" 18", "17", False),
        (" 18.x", "18.2", True),
        (" 3.11, 3.12", "3.12", True),
        (" ^18", "19", True),
        ("", "3.9", True),
        (" 3.11+", None, True),
        (" 3.11+", "stable", True),
    ],
)
def test_what_a_list_says_of_versions(words: str, version: str | None, holds: bool) -> None:
    assert versions.holds_for(words, version) is holds


SIGNS = st.text(alphabet="0123456789.<>=~^!|,*xX-+ vlts/rc@\n\ud800", max_size=60)


@given(SIGNS | st.text(max_size=60), SIGNS | st.text(max_size=20))
def test_no_text_is_too_odd(text: str, version: str) -> None:
    for scheme in Scheme:
        requirement = Requirement(scheme, text)
        assert versions.satisfies(version, requirement) in {True, False, None}
        assert versions.satisfies("1.2.3", requirement) in {True, False, None}
        assert isinstance(str(requirement), str)
    versions.satisfies("1.2.3", versions.of_words(text))
    for found in (versions.named(text), versions.tagged(text)):
        assert found is None or found[0].isdigit()
    assert versions.holds_for(text, version) in {True, False}
