"""What a benchmark found, as values: medians, limits, and what they become on a page. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

DIGITS = 3


class Role(StrEnum):
    """What a row is to the others of the same measurement."""

    OURS = "ours"
    VARIANT = "variant"  # ours as well, in other circumstances
    FLOOR = "floor"  # what nobody can do without
    PEER = "peer"


@dataclass(frozen=True)
class Row:
    """One way to do one thing; rows of the same ``what`` were measured in turn."""

    what: str
    who: str
    role: Role
    unit: str
    median: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, what: str, who: str, role: Role, unit: str, values: Sequence[float]) -> Row:
        return cls(
            what, who, role, unit, statistics.median(values), min(values), max(values), len(values)
        )

    def __str__(self) -> str:
        return (
            f"{number(self.median)} {self.unit} "
            f"({number(self.least)} to {number(self.most)}, n={self.count})"
        )


@dataclass(frozen=True)
class Limit:
    """Something that we promise: at most, or at least, so much."""

    what: str
    reached: float
    bound: float
    unit: str = ""
    least: bool = False

    @property
    def kept(self) -> bool:
        return self.reached >= self.bound if self.least else self.reached <= self.bound

    @property
    def said(self) -> str:
        return f"at {'least' if self.least else 'most'} {amount(self.bound, self.unit)}"


@dataclass
class Result:
    """All that one benchmark found, and which peers it had to do without."""

    rows: list[Row] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def find(self, what: str, who: str | Role) -> Row:
        """The row of a measurement, by its name or what it is to the others."""
        return next(row for row in self.rows if row.what == what and who in (row.who, row.role))

    def as_json(self) -> dict[str, Any]:
        made = asdict(self)
        for values, limit in zip(made["limits"], self.limits, strict=True):
            values["kept"] = limit.kept  # for who reads the file; it is worked out anew by us
        return made

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Result:
        return cls(
            [Row(**row | {"role": Role(row["role"])}) for row in values["rows"]],
            [
                Limit(**{key: value for key, value in limit.items() if key != "kept"})
                for limit in values["limits"]
            ],
            values["absent"],
            values["facts"],
        )


def number(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value == 0:
        return "0"
    places = DIGITS - 1
    size = abs(value)
    while size >= 10 and places:
        size, places = size / 10, places - 1
    while size < 1 and places < 6:
        size, places = size * 10, places + 1
    return f"{value:,.0f}" if value == round(value) else f"{value:,.{places}f}"


def amount(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".rstrip()


def limits_table(found: Sequence[tuple[str, Result]]) -> list[str]:
    """The lines of a table of what is promised, by the titles of the benchmarks."""
    lines = ["| what is promised | limit | reached | |", "|---|---|---|---|"]
    for title, result in found:
        lines.extend(
            f"| {title}: {limit.what} | {limit.said} | {amount(limit.reached, limit.unit)} "
            f"| {'kept' if limit.kept else '**not kept**'} |"
            for limit in result.limits
        )
    return lines


def rows_table(result: Result) -> list[str]:
    """The lines of a table of all measurements of a benchmark, ours first, then the fastest."""
    lines = ["| | | median | least to most, n | beside ours |", "|---|---|---|---|---|"]
    for what in dict.fromkeys(row.what for row in result.rows):
        rows = [row for row in result.rows if row.what == what]
        ours = next((row for row in rows if row.role is Role.OURS), None)
        rows.sort(key=lambda row: (row.role is not Role.OURS, row.median))
        for place, row in enumerate(rows):
            who = f"**{row.who}**" if row.role is Role.OURS else row.who
            lines.append(
                f"| {'' if place else what} | {who}{' (floor)' * (row.role is Role.FLOOR)} "
                f"| {amount(row.median, row.unit)} "
                f"| {number(row.least)} to {number(row.most)}, {row.count} "
                f"| {beside(row, ours)} |"
            )
    return lines


def beside(row: Row, ours: Row | None) -> str:
    """How many times as much as ours, and whether a peer is ahead."""
    if ours is None or row is ours or not ours.median > 0:
        return ""
    times = f"{number(row.median / ours.median)} ×"
    return f"{times}, **ahead**" if is_ahead(row, ours) else times


def is_ahead(row: Row, ours: Row) -> bool:
    return row.role is Role.PEER and row.median < ours.median


def ahead(result: Result) -> list[Row]:
    """The peers' rows that are below ours in the same measurement."""
    ours = {row.what: row for row in result.rows if row.role is Role.OURS}
    return [row for row in result.rows if row.what in ours and is_ahead(row, ours[row.what])]


def between(text: str, begin: str, end: str, lines: Sequence[str]) -> str:
    """A page with other lines between two marks that each stand in it once."""
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])
