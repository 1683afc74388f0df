"""How the web dashboard's pages say things: their templates, and the words and times in them.

Everything that stands in a store is somebody else's text: it is escaped unless a filter here made
it, and what would steer how a page is read is spelt out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup, escape

from studio_git.core import hidden, times
from studio_git.core.names import printable
from studio_git.core.prose import counted
from studio_git.errors import StoreError

WEB = Path(__file__).resolve().parent.parent / "web"
"""The templates, the style sheets and nothing else."""

_UNITS = ((60, "minute"), (3600, "hour"), (86_400, "day"))
_DAYS_AGO = 7
_LINE_END = re.compile(r"\r\n|\n|\r")
_FILTERS: Mapping[str, Callable[..., Any]]


def environment(base: str) -> jinja2.Environment:
    """Where the templates come from, for pages below a path that ends in a slash."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    env.filters.update(_FILTERS)
    env.globals["base"] = base

    def to(path: str, /, **query: Any) -> str:
        return _address(base, path, query)

    env.globals["to"] = to
    return env


def when(stored: str | None) -> Markup:
    """A time of the store in the local zone, as an element."""
    moment = _moment(stored)
    if moment is None:
        return escape(printable(stored or ""))
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M}</time>').format(
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), moment
    )


def ago(stored: str | None) -> Markup:
    """How long ago a time of the store is, as people say it; within a week."""
    moment = _moment(stored)
    if moment is None:
        return when(stored)
    seconds = int(time.time() - moment.timestamp())
    if not -60 < seconds < _DAYS_AGO * 86_400:
        return Markup('<time datetime="{}">{:%Y-%m-%d}</time>').format(
            moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), moment
        )
    words = "just now"
    for length, unit in _UNITS:
        if seconds >= length:
            number = seconds // length
            words = f"{number} {unit}{'' if number == 1 else 's'} ago"
    return Markup('<time datetime="{}" title="{:%Y-%m-%d %H:%M}">{}</time>').format(
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), moment, words
    )


def clock(stored: str | None) -> str:
    """The time of the day, in the local zone."""
    moment = _moment(stored)
    return "" if moment is None else f"{moment:%H:%M}"


def day(stored: str | None) -> str:
    """The day, in the local zone; empty where the store has no time there."""
    moment = _moment(stored)
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def day_in_words(said: str) -> str:
    """``2025-03-31`` as ``Monday, 31 March 2025``; the words never follow the locale."""
    try:
        date = datetime.fromisoformat(said)
    except ValueError:
        return said or "Without a date"
    return f"{_WEEKDAYS[date.weekday()]}, {date.day} {_MONTHS[date.month - 1]} {date.year}"


def duration(minutes: Any) -> str:
    """Minutes as people say them; nothing for what is no number."""
    return times.duration(minutes) if isinstance(minutes, int) else ""


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Markup:
    """The text with what was searched for marked."""
    parts, last = [], 0
    for begin, end in marks:
        parts += [escape(printable(text[last:begin])), Markup("<mark>")]
        parts += [escape(printable(text[begin:end])), Markup("</mark>")]
        last = end
    return Markup("").join([*parts, escape(printable(text[last:]))])


def spelled(text: str) -> Markup:
    """A text whose hidden characters are shown by their numbers, as in ``U+200B``."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    parts, last = [], 0
    for finding in hidden.find(text):
        begin = starts[finding.line] + finding.column
        end = begin + finding.length
        codes = " ".join(f"U+{ord(char):04X}" for char in text[begin:end][:_SPELLED])
        more = "…" if end - begin > _SPELLED else ""
        parts += [
            escape(printable(text[last:begin], multiline=True)),
            Markup('<span class="hidden-char">{}{}</span>').format(codes, more),
        ]
        last = end
    return Markup("").join([*parts, escape(printable(text[last:], multiline=True))])


def lines(value: Any) -> list[str]:
    """A JSON column as a list of texts, whatever another program wrote there."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [each if isinstance(each, str) else str(each) for each in value]
    return [str(value)]


def words(value: str) -> str:
    """A name of the data model, such as ``in_progress``, as words."""
    return str(value).replace("_", " ")


def _shown(value: Any) -> Any:
    """What an expression of a template shows: text with nothing in it that steers."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    return printable(str(value), multiline=True)


def _address(base: str, page: str, query: Mapping[str, Any]) -> str:
    said = {name: str(value) for name, value in query.items() if value not in (None, "")}
    text = urlencode(said, errors="surrogatepass")
    return f"{base}{page}?{text}" if text else f"{base}{page}"


def _moment(stored: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(times.from_store(stored or ""), UTC).astimezone()
    except (StoreError, OverflowError, ValueError, OSError):
        return None


_SPELLED = 8
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_FILTERS = {
    each.__name__: each
    for each in (ago, clock, counted, day_in_words, duration, lines, marked, spelled, when, words)
}
