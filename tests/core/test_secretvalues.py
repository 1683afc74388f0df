from __future__ import annotations

import pytest
from data.secrets import ALNUM, BASE64, HEX, LOWER, UPPER, body, uuid

from studio_git.core.secretvalues import is_code, is_example, is_innocent, is_password, is_random


@pytest.mark.parametrize("alphabet", [ALNUM, BASE64, HEX, LOWER, UPPER])
def test_random_characters_are_random(alphabet: str) -> None:
    missed = sum(not is_random(body(alphabet, 32, str(salt))) for salt in range(200))
    assert missed <= 4


@pytest.mark.parametrize(
    "value",
    [
        *("", "short1", "refresh", "rotation-2031", "oauth2-token-v2", "Uint8Array", "RS256/ES256"),
        *("HmacSHA256Signer", "12345678901234567890", "2.4.1-rc.3", "AccessTokenProviderFactory"),
    ],
)
def test_words_with_numbers_are_not_random(value: str) -> None:
    assert not is_random(value)


def test_uuids_and_digests_are_random_where_a_secret_is_expected() -> None:
    assert is_random(uuid("value"))
    assert is_random("f" * 32)


@pytest.mark.parametrize(
    ("value", "literal", "chosen"),
    [
        ("Argon2id", False, False),
        ("Winter" + "2031", True, True),
        ("Winter" + "2031", False, False),
        ("Winter" + "20!1", False, True),
        ("utf8mb4_bin", True, False),
        ("Ab1!", True, False),
    ],
)
def test_password_that_a_person_chose(value: str, literal: bool, chosen: bool) -> None:
    assert is_password(value, literal=literal) is chosen


@pytest.mark.parametrize("value", ["os.environ", "self.token2?.value", "a::b", "/run/x/y", "./a/b"])
def test_code_and_paths(value: str) -> None:
    assert is_code(value)


def test_random_characters_are_no_code_and_not_innocent() -> None:
    values = [body(BASE64, 40, str(salt)) for salt in range(300)]
    assert sum(map(is_code, values)) <= 6
    assert sum(map(is_innocent, values)) <= 6
    assert not any(map(is_example, values))


@pytest.mark.parametrize(
    "value", ["<token>", "${TOKEN}", "$TOKEN", "{{ token }}", "%(x)s", "change-me-1", "aaaaaaaa1"]
)
def test_what_stands_for_a_value_is_innocent(value: str) -> None:
    assert is_innocent(value)
