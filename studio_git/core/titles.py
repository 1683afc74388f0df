"""Titles and summaries of sessions, as a person would have written them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio_git.core.models import Commit
from studio_git.core.prose import ELLIPSIS, one_line, shorten
from studio_git.core.trailers import body

UNTITLED = "Untitled session"

_TITLE_LIMIT = 76
_SUMMARY_LIMIT = 300
# Patterns look at the beginning of a subject only, which bounds their work.
_LOOK_AT = 400

_TYPES = "feat|fix|docs?|style|refactor|perf|tests?|build|ci|chore|revert|deps|security"
_CONVENTIONAL = re.compile(
    rf"(?P<type>{_TYPES})(?:\((?P<scope>[^()]{{1,60}})\))?!?: *(?P<rest>\S.*)", re.IGNORECASE
)
_AREA = re.compile(r"(?P<scope>[A-Za-z][\w./-]{0,40}): \S")
_ROUTINE_TYPES = {"doc", "docs", "style", "test", "tests", "build", "ci", "chore", "deps"}
_FOLLOW_UP = re.compile(r"(?:(?:fixup|squash|amend)! *)+")
_MERGE = re.compile(
    r"Merge (?:(?:remote-tracking )?branch(?:es)? |pull request |tag |commit |remote |')"
)
_UNFINISHED = re.compile(r"\W*(?:wip|work in progress)\b\W*", re.IGNORECASE)
_FILLER = re.compile(r"(?:checkpoint|tmp|temp|save|snapshot)?\W*", re.IGNORECASE)
_VERSION_BUMP = re.compile(
    r"(?:bump\b.{0,80}?(?:[0-9]\.[0-9]|\bfrom \S+ to )"
    r"|(?:bump|set|update) (?:the )?versions?\b"
    r"|(?:release|version)(?: (?:release|version))?:? v?[0-9]"
    r"|(?:prepare|prep|cut|tag)(?: for)?(?: the)? (?:next )?(?:release|version|v?[0-9]+\.[0-9])"
    r"|v?[0-9]+(?:\.[0-9]+)+\S*$)",
    re.IGNORECASE,
)
_NOT_PROSE = ("#", "```", "~~~")
# Lock files, and the file that shares a binding: nobody's work, however many lines.
_NOT_WORK = (
    "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", ".lock", ".studio.toml",
)  # fmt: skip

_WORD = re.compile(r"\w+")
_BRANCH_WORD = re.compile(r"[-_.\s]+")
_TICKET = re.compile(r"(?:[A-Z][A-Z0-9]{0,9}-|#|gh-|issue-)[0-9]+(?=[-_/]|$)", re.IGNORECASE)
_NUMBER_OR_HASH = re.compile(r"v?[0-9]+|(?=[a-f]*[0-9])[0-9a-f]{7,}", re.IGNORECASE)
_SHARED_BRANCHES = {
    "main", "master", "trunk", "develop", "development", "dev", "default", "head", "next",
    "production", "prod", "staging", "stable", "release", "wip", "work", "tmp", "temp", "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Subject:
    """A commit's subject taken apart; ``rest`` is what remains without a prefix."""

    text: str
    scope: str
    rest: str
    routine: bool
    size: int


def title(commits: Sequence[Commit], branch: str | None) -> str:
    """A session's title: one line of at most 76 characters, never empty.

    A single subject that says something is kept as it is. For several it is the largest change,
    under the scope that all of them share or else the branch's name in words. Merges, version
    bumps, fixups, WIP and empty subjects count only where there is nothing else. The order in
    which the commits come does not matter.
    """
    ordered = _ordered(commits)
    subjects = _subjects([commit for commit in ordered if _names_a_session(commit)])
    words = branch_words(branch)
    if not subjects:
        return _last_resort(ordered, words)
    if len(subjects) == 1:
        return shorten(subjects[0].text, _TITLE_LIMIT)
    main = max(subjects, key=lambda subject: (not subject.routine, subject.size))
    scopes = {subject.scope.casefold() for subject in subjects}
    theme = main.scope if len(scopes) == 1 and main.scope else words
    text = main.rest if _words(theme) <= _words(main.rest) else f"{theme}: {main.rest}"
    return shorten(_capital(text), _TITLE_LIMIT)


def summary(commits: Sequence[Commit]) -> str:
    """A session in at most 300 characters, for lists; empty where no commit says anything.

    Of a single commit the first paragraph of its body, else its subject; of several their
    distinct subjects as sentences, in the order of the work.
    """
    ordered = _ordered(commits)
    if len(ordered) == 1:
        paragraphs = body(ordered[0].message).split("\n\n")
        said = next((text for text in paragraphs if not text.startswith(_NOT_PROSE)), "")
        return shorten(said or ordered[0].subject, _SUMMARY_LIMIT)
    subjects = _subjects([commit for commit in ordered if _names_a_session(commit)])
    sentences = [_sentence(subject.rest) for subject in subjects or _subjects(ordered)]
    text = ""
    for sentence in dict.fromkeys(sentences):
        longer = f"{text} {sentence}".strip()
        if len(longer) > _SUMMARY_LIMIT - 2:
            return f"{text} {ELLIPSIS}" if text else shorten(sentence, _SUMMARY_LIMIT)
        text = longer
    return text


def branch_words(branch: str | None) -> str:
    """A branch's name in words: ``feature/ABC-12-auth-flow`` is ``Auth flow``.

    Empty for a branch that many kinds of work share (``main``), and where no word is left.
    """
    name = (branch or "")[:_LOOK_AT].removeprefix("refs/heads/")
    last = _TICKET.sub("", name.rsplit("/", 1)[-1])
    words = [
        word
        for word in _BRANCH_WORD.split(one_line(last))
        if word and not _NUMBER_OR_HASH.fullmatch(word)
    ]
    text = " ".join(words)
    if text.casefold() in _SHARED_BRANCHES or not any(character.isalpha() for character in text):
        return ""
    return _capital(text)


def _ordered(commits: Sequence[Commit]) -> list[Commit]:
    return sorted(commits, key=lambda commit: (commit.author_time, commit.oid))


def _subjects(commits: Sequence[Commit]) -> list[_Subject]:
    """The distinct subjects, in order; one that comes again adds to the size of the first."""
    found: dict[str, _Subject] = {}
    for commit in commits:
        text = one_line(commit.subject)
        if not text:
            continue
        # `feat(auth): ` says little to a reader; the `auth: ` of other projects says where.
        parts = _CONVENTIONAL.fullmatch(text) or _AREA.match(text)
        groups = parts.groupdict() if parts else {}
        earlier = found.get(text)
        found[text] = _Subject(
            text=text,
            scope=groups.get("scope") or "",
            rest=groups.get("rest") or text,
            routine=(groups.get("type") or "").lower() in _ROUTINE_TYPES,
            size=_size(commit) + (earlier.size if earlier else 0),
        )
    return list(found.values())


def _size(commit: Commit) -> int:
    return sum(
        (change.added or 0) + (change.removed or 0)
        for change in commit.files
        if not change.path.endswith(_NOT_WORK)
    )


def _names_a_session(commit: Commit) -> bool:
    subject = one_line(commit.subject[:_LOOK_AT])
    return not (
        len(commit.parents) > 1
        or _MERGE.match(subject)
        or _FOLLOW_UP.match(subject)
        or _UNFINISHED.match(subject)
        or _FILLER.fullmatch(subject)
        or _is_bump(subject)
    )


def _is_bump(subject: str) -> bool:
    parts = _CONVENTIONAL.fullmatch(subject)
    released = parts is not None and (parts["scope"] or "").lower() in {"release", "version"}
    return released or bool(_VERSION_BUMP.match(parts["rest"] if parts else subject))


def _last_resort(commits: Sequence[Commit], words: str) -> str:
    """Name a session of commits none of which says what was done."""
    texts = [one_line(commit.subject) for commit in commits]

    def first(of: Callable[[str], str]) -> str:
        return next((found for text in texts if (found := of(text))), "")

    found = (
        first(lambda text: _without(_FOLLOW_UP, text))
        or first(lambda text: _capital(_without(_UNFINISHED, text)))
        or words
        or first(lambda text: "" if _FILLER.fullmatch(text) or _UNFINISHED.match(text) else text)
        or first(lambda text: text)
    )
    return shorten(found, _TITLE_LIMIT) or UNTITLED


def _without(marker: re.Pattern[str], text: str) -> str:
    """What follows the marker; empty where the text does not begin with it."""
    found = marker.match(text)
    return text[found.end() :] if found else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _capital(text: str) -> str:
    """A capital first letter, unless the first word has a spelling of its own (``iOS``)."""
    word = text.split(" ", 1)[0].rstrip(":,")
    plain = word.isalpha() and word.islower()
    return text[:1].upper() + text[1:] if plain else text


def _sentence(text: str) -> str:
    whole = _capital(text)
    return whole if whole.endswith((".", "!", "?", ELLIPSIS)) else f"{whole}."
