"""Bytes that somebody else wrote: anything at all, and what is right but for a few changes.

A valid example is taken apart and put together again with the words of its own format, so that
readers are led further in than noise would lead them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import hypothesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ODD = tuple(
    part if isinstance(part, bytes) else part.encode()
    for part in (
        b"\0", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", "\ufeff", "\r", "\r\n",
        "\n", "\n\n", "\t", " ", "\x1b[2J", "\u2028", "\u202e", "\u200b", "𝒳", "é", "e\u0301",
        "9" * 400, "9" * 5000, "-1", "1e999", "NaN", "true", "null", "0x", "1_0", "\\ud800",
        "\\u0000", "\\", "../", "/", "%2e", "~", "$HOME", "'", '"', "`", "```", "<", ">", "&", "|",
        ";", ":", ": ", "=", ",", "#", "# ", "## ", "-", "- ", "---", "---\n", "+++", "*", "!",
        "!!python/object:os.system", "&a", "*a", "<<: *a", "{", "}", "[", "]", "(", ")", "[" * 3000,
        "{" * 3000, '{"a":' * 1500, "- " * 1500, "<a>" * 1500, "> " * 1500, "\n" * 300, "x" * 5000,
        "<!--", "-->", "<![CDATA[", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "{{", "{%", "${", "$(",
    )
)  # fmt: skip
"""What a format gives a meaning to, or an encoding, or a machine."""

_PLACES = 10_000


@dataclass(frozen=True)
class Reader:
    """Something that reads; ``read`` raises where it does not hold what it promises.

    ``samples`` are texts that it understands, ``words`` what its format is made of.
    """

    name: str
    samples: tuple[str, ...]
    words: tuple[str, ...]
    read: Callable[[bytes], object]


Change = tuple[int, int, int, int]


Words = Sequence[bytes]
Places = tuple[int, int]


def _spliced(data: bytes, at: Places, choice: int, words: Words, other: Words) -> bytes:
    """Something is taken out, put in, repeated or exchanged between two places."""
    first, last = sorted(place * len(data) // _PLACES for place in at)
    middle = data[first:last]
    instead = (
        b"",
        middle + middle[:2000] * (1 + choice % 5),
        words[choice % len(words)],
        words[choice % len(words)] + middle,
        ODD[choice % len(ODD)],
        ODD[choice % len(ODD)] + middle,
        other[choice % len(other)],
    )
    return data[:first] + instead[sum(at) % len(instead)] + data[last:]


def _by_lines(data: bytes, at: Places, choice: int, words: Words, other: Words) -> bytes:
    """Lines change places, are gone, or come many times."""
    lines = data.split(b"\n")
    here, there = (place * len(lines) // _PLACES for place in at)
    if choice % 3 == 0:
        lines[here], lines[there] = lines[there], lines[here]
    elif choice % 3 == 1:
        del lines[here]
    else:
        lines[here:here] = [lines[here]] * (choice % 40)
    return b"\n".join(lines)


def _overall(data: bytes, at: Places, choice: int, words: Words, other: Words) -> bytes:
    """It is cut short, has other line ends, or one odd byte."""
    place = at[0] * len(data) // _PLACES
    ends = {0: b"\r\n", 1: b"\r", 2: b"\n\n"}
    if choice % 5 in ends:
        return data.replace(b"\n", ends[choice % 5])
    return data[:place] + (b"" if choice % 5 == 3 else bytes([choice]) + data[place + 1 :])


_CHANGES = (_spliced, _spliced, _spliced, _by_lines, _overall)


def changed(
    data: bytes, changes: Sequence[Change], words: Sequence[bytes], other: Sequence[bytes]
) -> bytes:
    """A text after some changes, each a kind, two places and a choice."""
    for kind, one, two, choice in changes:
        data = _CHANGES[kind % len(_CHANGES)](data, (one, two), choice, words, other)
    return data


def strings_for(reader: Reader) -> st.SearchStrategy[bytes]:
    """What a reader is given: noise, its own words in any order, and its samples changed."""
    samples = [text.encode() for text in reader.samples]
    words = [word.encode() for word in reader.words] + [b"\n", b"\n", b" "]
    place = st.integers(0, _PLACES - 1)
    change = st.tuples(st.integers(0, len(_CHANGES) - 1), place, place, st.integers(0, 255))
    edited = st.builds(
        lambda data, changes: changed(data, changes, words, samples),
        st.sampled_from(samples),
        st.lists(change, max_size=6),
    )
    pieces = st.lists(st.sampled_from([*words, *words, *ODD]), max_size=25).map(b"".join)
    return st.one_of(edited, edited, edited, pieces, st.binary(max_size=300))


def hunt(
    read: Callable[[bytes], object], given_them: st.SearchStrategy[bytes], *, seed: int, many: int
) -> None:
    """Let a reader read so many texts. The first that it fails on is made small and shown."""

    @hypothesis.seed(seed)
    @settings(
        max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(given_them)
    def look(data: bytes) -> None:
        read(data)

    with given_up_after(300):
        look()


GROWS = 4
_AT_ONCE = 0.15
_LARGEST = 256 * 1024


def too_slow(read: Callable[[bytes], object], grown: Callable[[int], bytes]) -> str:
    """Why the time a reader takes grows too fast with its text; empty where it does not.

    Each text is four times as long as the one before: what grows with its square takes sixteen
    times as long. What is done at once is not looked at closer.
    """
    before, size = 0.0, 1024
    with given_up_after(120):
        while size <= _LARGEST:
            data = grown(size)
            spent = _spent(read, data)
            if spent > _AT_ONCE and before and spent > 2.5 * GROWS * before:
                spent = min(spent, _spent(read, data), _spent(read, data))
                smaller = grown(size // GROWS)
                before = max(before, _spent(read, smaller), _spent(read, smaller))
                if spent > 2.5 * GROWS * before:
                    return f"{size} bytes take {spent:.2f} s, a quarter of them {before:.3f} s"
            before, size = spent, size * GROWS
    return ""


def _spent(read: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    read(data)
    return time.process_time() - began


@contextmanager
def given_up_after(seconds: int) -> Iterator[None]:
    """End what never comes to an end, so that the text that did it is shown."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still reading after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
