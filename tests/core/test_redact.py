from __future__ import annotations

import json
import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from data.secrets import (
    ALNUM,
    BASE64,
    CASES,
    HARMLESS,
    HEX,
    PLACED,
    TOKENS,
    UPPER,
    Case,
    body,
    jwt,
    key_block,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio_git.core.redact import find, redact
from studio_git.core.secretkeys import find_keys
from studio_git.core.secretplaces import find_placed
from studio_git.core.secretshapes import SHAPES

TESTS = Path(__file__).parents[1]
ORDINARY = (TESTS / "data" / "ordinary.txt").read_text(encoding="utf-8").splitlines()
KEY = "[redacted: private key]"


def named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=f"{case.kind} {n}") for n, case in enumerate(cases)]


@pytest.mark.parametrize("case", named(CASES))
def test_secret_is_replaced_and_its_surroundings_stay(case: Case) -> None:
    assert redact(case.text) == case.redacted
    assert [case.text[f.start : f.end] for f in find(case.text)] == [case.secret]


@pytest.mark.parametrize("case", named(TOKENS))
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("(", ")"), ('"', '",'), ("`", "`"), ("<", ">"), ("see: ", ", then"), ("x=", "\n")],
)
def test_token_is_found_by_its_shape_whatever_is_around_it(
    case: Case, before: str, after: str
) -> None:
    text = before + case.text + after
    assert case.secret not in redact(text)
    assert f"[redacted: {case.kind}]" in redact(text)


@pytest.mark.parametrize("case", named(PLACED))
def test_placed_secret_needs_no_shape(case: Case) -> None:
    found = [*find_placed(case.text, case.text.lower())]
    assert found == [(len(case.before), len(case.before) + len(case.secret), case.kind)]


def test_shapes_are_more_than_forty_and_each_has_a_case() -> None:
    kinds = {case.kind for case in CASES}
    assert len(kinds) > 40
    assert {shape.kind for shape in SHAPES} <= kinds


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_marks_are_in_small_letters(shape: object) -> None:
    marks = getattr(shape, "marks", ())
    assert marks
    assert all(mark == mark.lower() for mark in marks)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_line_stays(line: str) -> None:
    assert redact(line) == line


def test_ordinary_text_stays_as_a_whole() -> None:
    assert len(set(ORDINARY)) >= 200
    text = "\n".join(ORDINARY)
    assert redact(text) is text


def test_small_letters_keep_their_places() -> None:
    # find() looks for names in small letters, and takes the values from the text itself.
    grown = [chr(c) for c in range(sys.maxunicode + 1) if len(chr(c).lower()) != 1]
    assert grown == ["\u0130"]
    value = body(ALNUM, 24)
    assert redact("\u0130" * 50 + f" token={value}") == "\u0130" * 50 + " token=[redacted: token]"


def test_several_secrets_in_one_line() -> None:
    first, second = TOKENS[0], TOKENS[2]
    text = f"{first.secret},{second.secret} and password={body(ALNUM, 12)};"
    assert redact(text) == (
        f"[redacted: {first.kind}],[redacted: {second.kind}] and password=[redacted: password];"
    )


def test_the_shape_names_what_a_name_only_hints_at() -> None:
    secret = next(case.secret for case in TOKENS if case.kind == "github token")
    assert redact(f'password = "{secret}"') == 'password = "[redacted: github token]"'
    assert redact(f"https://ada:{secret}@example.org") == (
        "https://ada:[redacted: github token]@example.org"
    )
    assert redact(f"Authorization: Bearer {jwt('x')}") == (
        "Authorization: Bearer [redacted: json web token]"
    )


def test_a_longer_finding_takes_in_a_shorter_one() -> None:
    secret = "AK" + "IA" + body(UPPER, 16)
    assert redact(f'password = "aB3-{secret}-x9"') == 'password = "[redacted: aws access key]"'


def test_a_secret_that_touches_another_does_not_hide_it() -> None:
    npm, aws = "do" + "p_v1_" + body(HEX, 64), "AK" + "IA" + body(UPPER, 16)
    assert redact(npm + aws) == "[redacted: digitalocean token][redacted: aws access key]"


def test_endless_value_goes_to_its_end() -> None:
    assert redact(f"secret={body(ALNUM, 5000)} next") == "secret=[redacted: secret] next"


@pytest.mark.parametrize("label", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_private_key_is_replaced_line_by_line(label: str, end: str) -> None:
    lines = key_block(label)
    text = end.join(["the key was", "", *lines, "", "Decision: rotate it"])
    redacted = end.join(["the key was", "", *[KEY] * len(lines), "", "Decision: rotate it"])
    assert redact(text) == redacted


def test_pgp_private_key() -> None:
    first, *rest = key_block("PGP ")
    text = "\n".join([first, "Version: GnuPG v2", "", *rest[:-1], "=" + body(BASE64, 4), rest[-1]])
    lines = redact(text).split("\n")
    assert set(lines) == {"[redacted: pgp private key]", ""}
    assert len(lines) == len(text.split("\n"))


@pytest.mark.parametrize("cut", [2, 5, 12])
@pytest.mark.parametrize("after", ["", "\n", "\n\nSigned-off-by: Ada <ada@example.org>\n"])
def test_private_key_without_its_end(cut: int, after: str) -> None:
    lines = key_block("RSA ")[:cut]
    lines[-1] = lines[-1][:40]
    assert redact("\n".join(lines) + after) == "\n".join([KEY] * cut) + after


def test_private_key_cut_off_in_its_last_line() -> None:
    text = "\n".join([*key_block("")[:3], "MIIEa1"])
    assert redact(text) == "\n".join([KEY] * 4)


def test_encrypted_private_key_has_fields_before_it() -> None:
    first, *rest = key_block("RSA ")
    fields = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC," + body(HEX, 32), ""]
    for lines in ([first, *fields, *rest], [first, *fields, *rest[:-1]]):
        redacted = redact("\n".join(lines)).split("\n")
        assert redacted == [line and KEY for line in lines]


@pytest.mark.parametrize("quote", ["> ", "    ", "# ", " * ", "\t"])
def test_quoted_private_key_keeps_its_quoting(quote: str) -> None:
    lines = key_block("RSA ")
    text = "\n".join(quote + line for line in lines)
    assert redact(text) == "\n".join([quote + KEY] * len(lines))


def test_private_key_is_found_as_its_lines() -> None:
    text = "\n".join(["", *key_block("EC "), ""])
    assert [text[start:end] for start, end, _ in find_keys(text)] == text.split("\n")[1:-1]


def test_private_key_in_one_line() -> None:
    lines = key_block("")
    escaped = json.dumps({"private_key": "\n".join(lines) + "\n", "type": "service_account"})
    assert redact(escaped) == f'{{"private_key": "{KEY}\\n", "type": "service_account"}}'
    assert redact("KEY='" + " ".join(lines) + "'") == f"KEY='{KEY}'"


def test_two_private_keys_and_a_header_alone() -> None:
    lines = key_block("EC ")
    text = "\n".join([*lines, "and", *lines[:4], *lines, "and " + lines[0]])
    kept = {"and", "and " + lines[0]}
    assert redact(text).split("\n") == [line if line in kept else KEY for line in text.split("\n")]


def test_header_and_footer_in_prose_are_no_key() -> None:
    first, *_, last = key_block("RSA ")
    text = f"We look for {first} and\nfor {last}; what stands\nbetween the two is the secret."
    assert redact(text) == text


GLUE = [
    "",
    " ",
    "\n",
    "\r\n",
    "\u2028",
    "=",
    ": ",
    '"',
    "'",
    "@",
    "://",
    "\\n",
    ".",
    "-",
    "password=",
]
PIECES = st.one_of(
    st.sampled_from([case.text for case in CASES]),
    st.sampled_from([case.secret for case in CASES]),
    st.sampled_from([case.secret[: len(case.secret) // 2] for case in CASES]),
    st.sampled_from([case.before for case in CASES]),
    st.sampled_from(HARMLESS),
    st.sampled_from(ORDINARY),
    st.sampled_from(GLUE),
    st.sampled_from(["[redacted: token]", "[redacted:", "]", *key_block("RSA ", 2)]),
    st.text(st.characters(), max_size=12),
)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
@example("token [redacted: token]: " + body(ALNUM, 20))
@example("https://ada:[redacted: url password]@example.org")
def test_redact_is_stable_and_keeps_what_is_not_found(text: str) -> None:
    found = find(text)
    for finding in found:
        assert 0 <= finding.start < finding.end <= len(text)
        assert len(text[finding.start : finding.end].splitlines()) == 1
    assert all(one.end <= other.start for one, other in pairwise(found))

    redacted = redact(text)
    assert redact(redacted) == redacted
    assert find(redacted) == []
    assert len(redacted.splitlines()) == len(text.splitlines())
    assert redacted.count("\n") == text.count("\n")
    if not found:
        assert redacted == text


SIZE = 200_000
HARD = [
    *("a", "A", "0", "/", "=", "-", " ", "\n", '"', "@", ".", "\\n", "%3D", "a1", "MTA.", "eyJ"),
    *(
        "eyJ.",
        "eyJhbGciOi.",
        "-----BEGIN ",
        "-----END ",
        *key_block("", 1),
        "\n".join(key_block("")),
    ),
    *("password=", "password: ", "pass=", "DB_PASS=", 'token="', "secret='a1", "api key: a1B2"),
    *("://", "://a:", "://a:@", "://a:b@", "bearer ", "authorization: bearer ", "--token "),
    *("<password>", "machine a login b ", "machine ", "curl -u a:", "password [", "[redacted: "),
    *(mark for shape in SHAPES for mark in (shape.marks[0], shape.marks[0].upper())),
    *(case.secret[:16] for case in TOKENS),
]
REPEAT = """
import json, sys
from studio_git.core.redact import redact
for text in json.load(sys.stdin):
    redact(text)
print("done")
"""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (150, 150))


@pytest.mark.parametrize("part", range(4))
def test_no_input_takes_more_than_time_in_proportion(part: int) -> None:
    # What grows with the square of the size would need hours here, and is ended by the limit.
    seeds = sorted(set(HARD))[part::4]
    texts = [seed * (SIZE // len(seed)) for seed in seeds]
    texts += [seed + "a1B2" * (SIZE // 4) for seed in seeds[::8]]
    done = subprocess.run(
        [sys.executable, "-c", REPEAT],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)
