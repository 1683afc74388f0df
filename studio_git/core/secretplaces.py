"""Secrets known by the place where they stand: an assignment, a URL, a header, a login."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_git.core.secretvalues import is_code, is_innocent, is_password, is_random

Span = tuple[int, int, str]

# No name, header or login below is without one of these.
_WORDS = ("pass", "pwd", "secret", "token", "key", "auth", "bearer", "credential", "curl")

# Each branch begins with a letter, so that re skips where none can.
_NAME = re.compile(
    r"(pass(?:word|wd|phrase|code)|pass(?<=[_-]pass)|pass(?==)(?<![a-z]pass)|pwd|secret|token"
    r"|credential|auth(?==)(?<=[_-]auth)"
    r"|api[_ .-]?key|access[_ .-]?key|auth[_ .-]?key|account[_ .-]?key|private[_ .-]?key"
    r"|encrypt(?:ion)?[_ .-]?key|signing[_ .-]?key|master[_ .-]?key|shared[_ .-]?key"
    r"|app[_ .-]?key|storage[_ .-]?key|license[_ .-]?key|deploy[_ .-]?key|session[_ .-]?key"
    r"|service[_ .-]?key)"
    r"(?:[_ .-]?(?:access|key|value|base|prod|production|dev|staging|live|[0-9]{1,2})){0,3}s?"
)
_ASSIGN = re.compile(
    r"(?:\\{0,2}[\"'`]\]?)?(?: ?\[[^\]\s:]{0,24}\])?[ \t]{0,16}"
    r"(?::?[ \t]{0,4}&?(?:'static )?str(?:ing)?[ \t]{0,4}=|:=|=>|={1,3}|:(?!:))[ \t]{0,16}"
)
_SPACE = re.compile(r"[ \t]{1,4}")
_IDENTIFIER = re.compile(r"[a-z0-9_.-]*+")
_QUOTED = re.compile(r"[bfruBFRU]{0,2}\\{0,2}([\"'`])([^\s\"'`\\]{8,256})(?=\\{0,2}\1)")
_BARE = re.compile(r"\\{0,2}[\"'`]?([^\s\"'`,;<>(){}\[\]|\\&]{8,256})")
_LONGEST = 256
_JUDGED = 64
_REST = re.compile(r"[^\s\"'`,;<>(){}\[\]|\\&]*+")
_VENDOR = re.compile(
    r"(?:^|[_.-])(aws|azure|algolia|cloudflare|codecov|datadog|fastly|heroku|mailgun|twilio)"
)

_URL_PASSWORD = re.compile(r"://([^\s/?#@:\"'<>`]{0,128}):([^\s/?#\"'<>`]{3,256})@(?=[\w\[$%{-])")
_URL_TOKEN = re.compile(r"://([A-Za-z0-9_-]{20,256}+)@")
_WEAK = {
    *("pass", "passwd", "password", "pwd", "secret", "token", "user", "username", "root", "admin"),
    *("guest", "foo", "bar", "key", "pat", "x-oauth-basic", "postgres", "access_token", "hunter2"),
}

_HEADER = re.compile(
    r"(?:authorization\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\?[\"']?"
    r"(?:bearer|basic|token|apikey|digest|negotiate)|bearer)[ \t]{1,4}"
)
_CREDENTIAL = re.compile(r"[A-Za-z0-9._~+/=-]{8,}+")
_NETRC = re.compile(
    r"\bmachine\s{1,4}\S{1,128}\s{1,8}login\s{1,4}\S{1,128}\s{1,8}password\s{1,4}(\S{4,256})"
)
_CURL_USER = re.compile(r"[ \t](?:-u|--user)[ =]?[\"']?[^\s:\"']{1,128}:([^\s\"']{4,256})")


def find_placed(text: str, lower: str) -> Iterator[Span]:
    """Find secrets by their place: start, end and kind. ``lower`` is the text in lower case."""
    if "://" in text:
        yield from _urls(text)
    words = [word for word in _WORDS if word in lower]
    if not words:
        return
    if "auth" in words or "bearer" in words:
        yield from _headers(text, lower)
    if "pass" in words and "machine" in lower:
        yield from _logins(text)
    if "curl" in words:
        yield from _curl(text)
    if any(sign in text for sign in (":", "=", "--", "</")):
        yield from _assigned(text, lower)


def _urls(text: str) -> Iterator[Span]:
    """Find passwords, and tokens in the place of the user."""
    for match in _URL_PASSWORD.finditer(text):
        if match[2] != match[1] and _is_login(match[2]):
            yield *match.span(2), "url password"
    for match in _URL_TOKEN.finditer(text):
        if is_random(match[1]) and not is_innocent(match[1]):
            yield *match.span(1), "url token"


def _headers(text: str, lower: str) -> Iterator[Span]:
    for match in _HEADER.finditer(lower):
        value = _CREDENTIAL.match(text, match.end())
        if value and is_random(value[0]) and not is_innocent(value[0]):
            yield *value.span(), "authorization header"


def _logins(text: str) -> Iterator[Span]:
    """Find the passwords of .netrc."""
    for match in _NETRC.finditer(text):
        if _is_login(match[1]):
            yield *match.span(1), "password"


def _curl(text: str) -> Iterator[Span]:
    for match in _CURL_USER.finditer(text):
        if _is_login(match[1]):
            yield *match.span(1), "password"


def _is_login(password: str) -> bool:
    """Whether a password beside its user is more than an example of the form, or a port."""
    weak = password.lower() in _WEAK or password.isdigit()
    return not weak and not is_innocent(password, few=3)


def _assigned(text: str, lower: str) -> Iterator[Span]:
    """Find secrets by the name to which they are assigned."""
    at = 0
    while name := _NAME.search(lower, at):
        at = name.end()
        before = _IDENTIFIER.match(lower[max(0, name.start() - 40) : name.start()][::-1])
        identifier = before[0][::-1] if before else ""
        place = _value_place(lower, name, identifier)
        found = _secret_at(text, at, place, name[1]) if place is not None else None
        if found and not (name[1] == "token" and identifier.endswith("publickey")):
            yield *found, _kind(name, identifier)
            at = found[1]


def _value_place(lower: str, name: re.Match[str], identifier: str) -> int | None:
    """Return where the value begins that is assigned to a name, in code, XML or a command."""
    sign = _ASSIGN.match(lower, name.end())
    if sign:
        return sign.end()
    if identifier.startswith("--"):
        space = _SPACE.match(lower, name.end())
        return space.end() if space else None
    start = name.start() - len(identifier)
    if lower[start - 1 : start] == "<" and lower[name.end() : name.end() + 1] == ">":
        return name.end() + 1
    return None


def _secret_at(text: str, name_end: int, place: int, name: str) -> tuple[int, int] | None:
    """Return where the value at ``place`` begins and ends, if it is a secret."""
    quoted = _QUOTED.match(text, place)
    if quoted:
        start, end = quoted.span(2)
    else:
        bare = _BARE.match(text, place)
        if bare is None or text[bare.end() : bare.end() + 1] in {"(", "[", "{"}:
            return None
        start, end = bare.span(1)
    value = text[start:end].rstrip(".:?")
    head = value[:_JUDGED]
    if is_innocent(head) or (not quoted and is_code(head)):
        return None
    literal = quoted is not None or place - name_end == 1
    personal = name.strip("_-").startswith(("pass", "pwd"))
    if not (is_random(head) or is_password(head, literal=literal and personal)):
        return None
    if end - start == _LONGEST:
        rest = _REST.match(text, end)
        return start, rest.end() if rest else end
    return start, end if quoted else start + len(value)


def _kind(name: re.Match[str], identifier: str) -> str:
    """Return what to call a secret by the name to which it was assigned."""
    word = name[1].strip("_-")
    if word.startswith(("pass", "pwd")):
        kind = "password"
    elif word == "auth":
        kind = "token"
    elif word.endswith("key"):
        kind = word.removesuffix("key").rstrip("_ .-") + " key"
    else:
        kind = "secret key" if word == "secret" and "key" in name[0] else word
    vendor = _VENDOR.search(identifier)
    return f"{vendor[1]} {kind}" if vendor else kind
