"""Times as the store, the session file and people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from studio_git.errors import StoreError, UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62135596800  # 0001-01-01 00:00:00
_LAST = 253402300799  # 9999-12-31 23:59:59
_ZONE = re.compile(r"([+-])([0-9]{1,2})([0-9]{2})")
_DURATION = re.compile(
    r"(?:(?P<hours>[0-9]{1,6}) ?(?:h|hrs?|hours?))?"
    r" ?(?:(?P<minutes>[0-9]{1,6}) ?(?:m|mins?|minutes?)?)?"
)
_LONGEST_DURATION = 60  # characters
_MINUTES_ONLY_BELOW = 120


def to_store(epoch: int) -> str:
    """``YYYY-MM-DD HH:MM:SS`` in UTC, as SQLite's CURRENT_TIMESTAMP writes it.

    Git stores any integer as a time: what lies outside the years 1 to 9999 becomes the first
    or the last second of them.
    """
    return _at(epoch).replace(tzinfo=None).isoformat(sep=" ")


def from_store(text: str) -> int:
    """Seconds since the epoch of a time in the store, in UTC where it names no zone.

    Other programs write the store too, so any ISO 8601 form is read, and fractions of a second
    are dropped. Raises StoreError for what is no time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(seconds=1)
    except ValueError:
        raise StoreError(
            f"The store holds {text!r} where a time belongs.",
            "Times are written as YYYY-MM-DD HH:MM:SS, in UTC.",
        ) from None


def local(epoch: int, zone: str) -> str:
    """``2024-12-22 10:42 AM``: the session file's form, in the zone as git wrote it.

    ``zone`` is a sign, hours and minutes (``+0200``). Git keeps whatever it was given, so
    ``+9999`` counts 99 hours and 99 minutes, and what has another form counts as UTC. The words
    AM and PM never follow the locale.
    """
    moment = _at(_clamp(epoch) + _offset(zone))
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.date().isoformat()} {moment.hour % 12 or 12:02}:{moment.minute:02} {half}"


def parse_duration(text: str) -> int:
    """Minutes of ``120 min``, ``2 h``, ``90`` (minutes), ``1h30`` or ``2 hours 5 minutes``.

    Raises UsageError for anything else, negative times included.
    """
    words = " ".join(text.lower().split()) if len(text) <= _LONGEST_DURATION else ""
    found = _DURATION.fullmatch(words)
    if not words or found is None:
        raise UsageError(
            f"{text[:_LONGEST_DURATION]!r} is not a length of time.",
            "Write it like 90 min, 2 h or 1h30.",
        )
    return int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)


def duration(minutes: int) -> str:
    """``45 minutes``, ``1 minute``; from two hours on ``2 hours 5 minutes``.

    Below two hours only minutes are written, as in the data model's session file.
    ``parse_duration`` reads every result back; a negative length counts as none.
    """
    minutes = max(0, minutes)
    if minutes < _MINUTES_ONLY_BELOW:
        return _count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    return f"{_count(hours, 'hour')} {_count(rest, 'minute')}" if rest else _count(hours, "hour")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _clamp(epoch: int) -> int:
    return min(max(epoch, _FIRST), _LAST)


def _at(epoch: int) -> datetime:
    return _EPOCH + timedelta(seconds=_clamp(epoch))


def _offset(zone: str) -> int:
    found = _ZONE.fullmatch(zone)
    if found is None:
        return 0
    seconds = (int(found[2]) * 60 + int(found[3])) * 60
    return -seconds if found[1] == "-" else seconds
