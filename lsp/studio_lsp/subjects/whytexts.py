"""Why something is as it is, as Markdown that is inert: commits, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio_git.core.prose import one_line, shorten
from studio_git.services.memory import Object
from studio_git.services.why import Answer, Reason
from studio_lsp.markdown import escaped, quoted

_HOVERED = 600
_LONGEST = 300
_UNCOMMITTED = "Not committed yet."


def hover(found: Answer) -> str:
    """Of one line; empty where nothing is known."""
    if found.uncommitted:
        return _UNCOMMITTED
    sessions = _by_id(found)
    return "\n\n".join(
        part
        for reason in found.reasons[:1]
        for part in (*_records(reason, _HOVERED), _facts(reason, sessions))
    )


def document(found: Answer, title: str) -> str:
    """Everything behind a line, a file or a session, as a document of its own."""
    sessions = _by_id(found)
    parts = [f"# {escaped(title)}"]
    parts += [_UNCOMMITTED] if found.uncommitted else []
    told = {it["id"] for reason in found.reasons for it in (*reason.decisions, *reason.learnings)}
    before: str | None = None
    for reason in found.reasons:
        parts.append(f"## {escaped(shorten(reason.subject, _LONGEST)) or reason.oid[:10]}")
        parts.append(_facts(reason, sessions))
        parts += _records(reason, None)
        if reason.session != before:
            parts += _others(sessions.get(reason.session or ""), told)
        before = reason.session
    if not found.reasons and not found.uncommitted:
        parts.append("No commit is known.")
    return "\n\n".join(parts) + "\n"


def message(found: Answer, what: str) -> str:
    """The answer in a sentence, as plain text."""
    if found.uncommitted:
        return f"{what} is not committed yet."
    if not found.reasons:
        return f"No commit has {what} yet."
    reason = found.reasons[0]
    titles = [str(it["title"]) for it in (*reason.decisions, *reason.learnings)]
    said = shorten("; ".join(titles) or reason.subject, _LONGEST)
    return f"{what}: {said} ({reason.oid[:10]}, {reason.author}, {reason.created_at[:10]})"


def counted(found: Answer, what: str) -> str:
    """How much stands behind something, as plain text."""
    return f"{what}: {count(found)}"


def count(found: Answer) -> str:
    """``3 commits, 2 decisions``."""
    decisions = {it["id"] for reason in found.reasons for it in reason.decisions}
    numbers = ((len(found.reasons), "commit"), (len(decisions), "decision"))
    return ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in numbers)


def commit(reason: Reason) -> str:
    """A commit by itself: its subject, its author, its date."""
    now = f", now {_oid(reason.now)}" if reason.now else ""
    subject = escaped(shorten(reason.subject, _LONGEST))
    return f"{_oid(reason.oid)} {subject}  \n{_by(reason)}{now}"


def _by_id(found: Answer) -> Mapping[str, Object]:
    return {session["id"]: session for session in found.sessions}


def _records(reason: Reason, longest: int | None) -> Iterable[str]:
    for decision in reason.decisions:
        yield f"**Decision:** {escaped(shorten(decision['title'], _LONGEST))}"
        yield from _text(decision["rationale"], longest)
        considered = decision["alternatives"]
        if isinstance(considered, list) and considered:
            yield "Considered:\n\n" + "\n".join(
                f"- {escaped(shorten(one_line(str(each)), _LONGEST))}" for each in considered
            )
        if decision["superseded_by_title"]:
            yield f"**Superseded by:** {escaped(shorten(decision['superseded_by_title'], 300))}"
    for learning in reason.learnings:
        yield "**Problem:**"
        yield from _text(learning["problem"], longest)
        yield "**Solution:**"
        yield from _text(learning["solution"], longest)


def _facts(reason: Reason, sessions: Mapping[str, Object]) -> str:
    lines = []
    session = sessions.get(reason.session or "")
    if session is not None:
        cycle = session["cycle"]
        in_cycle = ""
        if cycle:
            code = f" ({cycle['code']})" if cycle["code"] else ""
            in_cycle = f", {escaped(cycle['name'])}{code}"
        title = escaped(shorten(session["title"], _LONGEST))
        lines.append(f"Session: {title} ({escaped(str(session['created_at'])[:10])}{in_cycle})")
    lines.append(f"Commit: {commit(reason)}")
    if not reason.captured:
        lines.append("Not captured yet: git studio backfill")
    return "  \n".join(lines)


def _others(session: Object | None, told: set[str]) -> Iterable[str]:
    """What else the session decided and learned, by title."""
    for name, verb in (("decisions", "decided"), ("learnings", "learned")):
        records = () if session is None else session[name]
        titles = [str(it["title"]) for it in records if it["id"] not in told]
        if titles:
            listed = "\n".join(f"- {escaped(shorten(title, _LONGEST))}" for title in titles)
            yield f"Also {verb} in this session:\n\n{listed}"


def _by(reason: Reason) -> str:
    return f"by {escaped(reason.author)}, {escaped(reason.created_at[:10])}"


def _oid(oid: str) -> str:
    return f"`{oid[:10]}`"


def _text(text: str | None, longest: int | None) -> Iterable[str]:
    said = (text or "").strip()
    if said:
        yield quoted(said if longest is None else shorten(said, longest))
