"""What ``git cat-file`` answers when it is asked for many objects at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def sizes(output: bytes, names: Sequence[bytes]) -> Iterator[int | None]:
    """Of ``--batch-check``: how many bytes each blob has; None for what is none."""
    for line, name in zip(output.split(b"\n")[: len(names)], names, strict=True):
        fields = line.rsplit(b" ", 2)
        is_blob = line != name + b" missing" and len(fields) == 3 and fields[1] == b"blob"
        yield int(fields[2]) if is_blob and fields[2].isdigit() else None


def contents(output: bytes, names: Sequence[bytes]) -> Iterator[bytes | None]:
    """Of ``--batch``: the content of each blob; None for what is none."""
    at = 0
    for name in names:
        end = output.index(b"\n", at)
        header, at = output[at:end], end + 1
        fields = header.rsplit(b" ", 2)
        if header == name + b" missing" or not (len(fields) == 3 and fields[2].isdigit()):
            yield None
            continue
        size = int(fields[2])
        yield output[at : at + size] if fields[1] == b"blob" else None
        at += size + 1
