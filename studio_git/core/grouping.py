"""Which session a commit belongs to.

The rule, per author and by the author's dates:

1. Commits are taken in the order of their times; at one time those that say a cycle come first
   (:func:`order`).
2. A session fits if its cycle and the commit's are equal or one of them is not said, and if the
   commit lies within the session or less than the gap from its start or its end.
3. Of the sessions that fit and have begun by then, the one that began last takes the commit. So
   a late commit between two sessions joins the earlier one, and work on two cycles at once makes
   two sessions side by side.
4. Otherwise, of those that fit and begin later, the one that begins first takes it, and begins
   with it. Otherwise a new session begins.
5. Sessions that began in the same second are told apart by cycle, none before any, then by id.

Sessions never merge. A session without a cycle takes that of the first commit in it that says
one, whether the session is new or not; :func:`extend` shows what becomes of the sessions.
The rule looks only at starts, ends and cycles in ways that later commits cannot change, so it
does not matter in how many portions the commits arrive, as long as they arrive in order, and a
commit that is grouped again lands where it was (given that no two sessions of one author that
were there before began in the same second).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A session that exists: times of its first and last commit, seconds since the epoch."""

    session_id: str
    author: str
    cycle: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Work:
    """A commit to be placed: the author's time in seconds since the epoch; None: no cycle said."""

    oid: str
    author: str
    time: int
    cycle: str | None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a commit belongs: the id of a session, or the number of a new one, from 0 on."""

    oid: str
    session: str | int


@dataclass(slots=True)
class _Open:
    session: str | int
    cycle: str | None
    start: int
    end: int

    def rank(self) -> tuple[int, str, bool, str | int]:
        """A total order by start; the flag keeps ids and numbers from being compared."""
        return self.start, self.cycle or "", isinstance(self.session, int), self.session

    def take(self, work: Work) -> None:
        self.start = min(self.start, work.time)
        self.end = max(self.end, work.time)
        self.cycle = self.cycle or work.cycle

    def suits(self, work: Work) -> bool:
        return self.cycle is None or work.cycle is None or self.cycle == work.cycle


class _Timeline:
    """One author's sessions, while time moves on."""

    def __init__(self, spans: Iterable[Span], reach: int) -> None:
        # A clock that went backwards must not turn a span inside out.
        self._begun: list[_Open] = []
        self._later = sorted(
            (
                _Open(
                    span.session_id,
                    span.cycle,
                    min(span.start, span.end),
                    max(span.start, span.end),
                )
                for span in spans
            ),
            key=_Open.rank,
        )
        self._reach = reach

    def fitting(self, work: Work) -> _Open | None:
        """The session that takes the work, if there is one; the work's time never goes back."""
        while self._later and self._later[0].start <= work.time:
            self._begun.append(self._later.pop(0))
        # What is out of reach now stays out of reach.
        self._begun = [item for item in self._begun if work.time - item.end < self._reach]
        chosen: _Open | None = None
        for item in self._begun:
            if item.suits(work) and (chosen is None or _began_later(item, chosen)):
                chosen = item
        if chosen is not None:
            return chosen
        for place, item in enumerate(self._later):
            if item.start - work.time >= self._reach:
                break
            if item.suits(work):
                self._begun.append(self._later.pop(place))
                return item
        return None

    def begin(self, item: _Open) -> None:
        self._begun.append(item)


def order(work: Work) -> tuple[int, bool, str, str, str]:
    """The order in which commits are placed, and in which portions of them must come."""
    return work.time, work.cycle is None, work.cycle or "", work.author, work.oid


def group(spans: Sequence[Span], works: Sequence[Work], *, gap: int) -> list[Placement]:
    """Place each commit in one session, by the rule of this module.

    ``gap`` is in seconds; exactly the gap is too long, and a time within a session's span is
    always near enough. New sessions are numbered in the order in which they begin. The result
    is in :func:`order`, whatever the order of the arguments; a commit that is given twice is
    placed once.
    """
    reach = max(gap, 1)
    by_author: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_author[span.author].append(span)
    timelines: dict[str, _Timeline] = {}
    placed: dict[str, Placement] = {}
    new = 0
    for work in sorted(works, key=order):
        if work.oid in placed:
            continue
        if work.author not in timelines:
            timelines[work.author] = _Timeline(by_author[work.author], reach)
        timeline = timelines[work.author]
        item = timeline.fitting(work)
        if item is None:
            item = _Open(new, work.cycle, work.time, work.time)
            new += 1
            timeline.begin(item)
        item.take(work)
        placed[work.oid] = Placement(work.oid, item.session)
    return list(placed.values())


def extend(
    spans: Sequence[Span],
    works: Sequence[Work],
    placements: Sequence[Placement],
    ids: Mapping[int, str],
) -> list[Span]:
    """The sessions after the placements: those there were, then the new ones by their number.

    ``ids`` gives the id of each new session. ``works`` holds at least what was placed.
    """
    by_oid = {work.oid: work for work in sorted(works, key=order, reverse=True)}
    authors = {span.session_id: span.author for span in spans}
    sessions = {
        span.session_id: _Open(span.session_id, span.cycle, span.start, span.end) for span in spans
    }
    chosen = {placement.oid: placement.session for placement in placements}
    for oid, session in sorted(chosen.items(), key=lambda item: order(by_oid[item[0]])):
        work = by_oid[oid]
        name = ids[session] if isinstance(session, int) else session
        if name not in sessions:
            sessions[name] = _Open(name, work.cycle, work.time, work.time)
            authors[name] = work.author
        sessions[name].take(work)
    return [
        Span(name, authors[name], item.cycle, item.start, item.end)
        for name, item in sessions.items()
    ]


def duration_minutes(start: int, end: int, lead_in_minutes: int) -> int:
    """Whole minutes from the first to the last commit and the lead-in, never below zero."""
    return max(0, (max(0, end - start)) // 60 + lead_in_minutes)


def _began_later(one: _Open, other: _Open) -> bool:
    if one.start != other.start:
        return one.start > other.start
    return one.rank() < other.rank()
