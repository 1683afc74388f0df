"""Documents of the index that a query may mean: the newest of each kind, never all of a million.

What the tokens of FTS5 find is looked at in the text itself, so the answers are exact. A query
of one or two letters has no token: the newest documents are looked through, and then those that
have a token which begins so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from studio_git.core.searchquery import Kind, Query, match_all, match_any
from studio_git.store.searchindex import Index, id_range, kind_of

FEW = 4000
"""So many documents are looked through rather than found by tokens."""

_TERMS = 300
"""So many tokens with the same beginning are looked for; more are as quick to look through."""

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents count; empty, all of them. ``since`` is in seconds since the epoch."""

    kinds: tuple[Kind, ...] = ()
    project_id: str | None = None
    cycle_id: str | None = None
    tag: str | None = None
    since: int | None = None


class Found(NamedTuple):
    """A document that has all parts of a query."""

    id: int
    source: int
    digest: bytes
    project: int | None
    created: int
    title_end: int
    stamp: str
    text: str

    @property
    def kind(self) -> Kind:
        """What it is."""
        return kind_of(self.id)


_COLUMNS = "d.id, d.source, d.digest, d.project, d.created, d.title_end, d.stamp, d.text"
_HAS_PARTS = (
    "instr(d.text, :longest) AND (:others IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM json_each(:others) WHERE NOT instr(d.text, value)))"
)


_ALL = "d.id BETWEEN :first AND :last"


class _Look(NamedTuple):
    """One kind's part of a search: SQL's conditions, and the values that they name."""

    on: Index
    where: str
    values: dict[str, object]
    most: int

    def docs(self, **values: object) -> list[Found]:
        """Documents by what they are, the newest first."""
        return self._rows("docs d", "1", values)

    def matching(
        self, table: str, expression: str, condition: str = "1", **values: object
    ) -> list[Found]:
        """Documents by their tokens, the newest first."""
        # The order matters: tokens first, and documents by them.
        source = f"{table} CROSS JOIN docs d ON d.id = {table}.rowid"
        match = f"{table} MATCH :match AND {table}.rowid BETWEEN :first AND :last"
        return self._rows(
            source, f"{match} AND {condition}", values | {"match": expression}, f"{table}.rowid"
        )

    def _rows(
        self, source: str, condition: str, values: dict[str, object], order: str = "d.id"
    ) -> list[Found]:
        rows = self.on.db.execute(
            f"SELECT {_COLUMNS} FROM {source} WHERE {condition} AND {self.where} "  # noqa: S608
            f"AND {_HAS_PARTS} ORDER BY {order} DESC LIMIT {self.most}",
            self.values | values,
        )
        return [Found(*row) for row in rows]


def find(
    index: Index, query: Query, filters: Filters, most: int | None, near: str | None = None
) -> list[Found]:
    """Documents with all parts of a query.

    Of each kind all of them, or at most about ``most`` of what is good to look at: the newest,
    those with the query in their title or as words, those of the project ``near``.
    """
    found: dict[int, Found] = {}
    for kind in _kinds(filters):
        look = _look(index, query, filters, kind, most)
        if look is None:
            continue
        newest = _newest(look, query, kind)
        found |= {doc.id: doc for doc in newest}
        if most is not None and len(newest) >= most:
            found |= {doc.id: doc for doc in _better(look, query, near)}
    return list(found.values())


def _kinds(filters: Filters) -> Iterable[Kind]:
    """The kinds that can have what the filters ask for."""
    kinds = filters.kinds or tuple(Kind)
    return kinds if filters.tag is None else [kind for kind in kinds if kind is Kind.LEARNING]


def _look(
    index: Index, query: Query, filters: Filters, kind: Kind, most: int | None
) -> _Look | None:
    first, last = id_range(kind)
    longest, *others = query.parts
    values: dict[str, object] = {
        "first": first,
        "last": last,
        "longest": longest,
        "others": json.dumps(others) if others else None,
    }
    conditions = []
    for column, said in (("project", filters.project_id), ("cycle", filters.cycle_id)):
        if said is not None:
            values[column] = index.name(said)
            if values[column] is None:
                return None
            conditions.append(f"d.{column} = :{column}")
    # Of ids and times the times are few; the sign keeps SQLite from going by the ids.
    by_time = filters.since is not None and not conditions
    conditions.append(f"+{_ALL}" if by_time else _ALL)
    if filters.since is not None:
        values["since"] = filters.since
        conditions.append("d.created >= :since")
    if filters.tag is not None:
        values["tag"] = f"\n{filters.tag}\n"
        conditions.append("instr(d.tags, :tag)")
    return _Look(index, " AND ".join(conditions), values, -1 if most is None else most)


def _newest(look: _Look, query: Query, kind: Kind) -> list[Found]:
    if _few(look):
        return look.docs()
    grams = query.grams
    if grams:
        return look.matching("texts", match_all(grams))
    # SQLite goes by one condition for each end of a range: so the ends themselves are moved.
    recent = id_range(kind)[0] + _recent(look)
    found = look.docs(first=recent)
    if len(found) == look.most:
        return found
    terms = _terms_from(look.on, query.parts[0])
    if len(terms) > _TERMS:
        return found + look.docs(last=recent - 1)
    if not terms:
        return found
    return found + look.matching("texts", match_any(terms), last=recent - 1)


def _better(look: _Look, query: Query, near: str | None) -> Iterable[Found]:
    """What the newest documents may hide: titles, words, and what belongs to a project."""
    grams = query.grams
    if grams:
        in_title = "instr(d.text, :longest) < d.title_end"
        yield from look.matching("titles", match_all(grams), in_title)
        words = Query(tuple(f" {part}" for part in query.parts), query.phrase)
        at_start = "instr(d.text, :word)"
        yield from look.matching("texts", match_all(words.grams), at_start, word=words.parts[0])
    number = None if near is None else look.on.name(near)
    if number is None:
        return
    nearby = look._replace(
        where=f"{look.where} AND d.project = :near", values=look.values | {"near": number}
    )
    if _few(nearby) or not grams:
        yield from nearby.docs()
    else:
        yield from nearby.matching("texts", match_all(grams))


def _few(look: _Look) -> bool:
    """Whether so few documents are left that looking through them is quick."""
    if look.where == _ALL:
        return _recent(look) <= 0
    query = f"SELECT count(*) FROM (SELECT 1 FROM docs d WHERE {look.where} LIMIT {FEW + 1})"  # noqa: S608
    (count,) = look.on.db.execute(query, look.values).fetchone()
    return bool(count <= FEW)


def _recent(look: _Look) -> int:
    """How many documents of a kind come before those that are newest, by their serials."""
    query = f"SELECT max(d.id) - :first + 1 FROM docs d WHERE {_ALL}"  # noqa: S608
    (count,) = look.on.db.execute(query, look.values).fetchone()
    return max(0, (count or 0) - FEW)


def _terms_from(index: Index, start: str) -> list[str]:
    """The tokens that begin with one or two letters, up to one more than are looked for."""
    rows = index.db.execute(
        f"SELECT term FROM terms WHERE term >= ? AND term < ? LIMIT {_TERMS + 1}",  # noqa: S608
        [start, start + _LAST],
    )
    return [row[0] for row in rows]
