"""The start, which every window of an editor waits for.

Most of a language server's start in Python is ``lsprotocol``: attrs writes the methods of its
554 classes as source text, and compiles them anew in every process. Python remembers in
``__pycache__`` what it compiled of modules; here it is remembered there for these methods too,
under the same conditions, and found by the hash of the text.
"""

from __future__ import annotations
import __future__

import builtins
import importlib.util
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType
from typing import Any

_GENERATED = "<attrs generated"
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)

Codes = dict[tuple[str, bytes, int], CodeType]


def load() -> None:
    """Import what the protocol is made of; to be called before anything else imports it."""
    import attrs  # noqa: F401 - its own classes have texts that differ from process to process

    with remembered_code(code_file()):
        import lsprotocol.types  # noqa: F401


def code_file() -> Path:
    """Where compiled methods are remembered: beside the bytecode of this module."""
    return Path(importlib.util.cache_from_source(__file__)).with_suffix(".codes")


@contextmanager
def remembered_code(path: Path) -> Iterator[None]:
    """Within the block, compile what attrs generates only if no earlier process did.

    A file that is missing, damaged or of another Python counts as empty. It is written as
    bytecode is: whole, not where Python was told not to, and never mind if it cannot be.
    """
    known = _read(path)
    used: Codes = {}
    compile_anew = builtins.compile

    def compile_once(
        source: Any, filename: Any, mode: str, flags: int = 0, *rest: Any, **more: Any
    ) -> Any:
        inherited = sys._getframe(1).f_code.co_flags & _FUTURE
        plain = not (flags or rest or more) and isinstance(source, str) and mode == "exec"
        if not plain or not str(filename).startswith(_GENERATED):
            if not (rest or "dont_inherit" in more):
                flags, more = flags | inherited, more | {"dont_inherit": True}
            return compile_anew(source, filename, mode, flags, *rest, **more)
        key = filename, importlib.util.source_hash(source.encode()), inherited
        code = known.get(key)
        if code is None:
            code = compile_anew(source, filename, mode, inherited, dont_inherit=True)
        used[key] = code
        return code

    setattr(builtins, "compile", compile_once)  # noqa: B010
    try:
        yield
    finally:
        setattr(builtins, "compile", compile_anew)  # noqa: B010
    if used.keys() != known.keys() and not sys.dont_write_bytecode:
        _write(path, used)


def _read(path: Path) -> Codes:
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    head = len(importlib.util.MAGIC_NUMBER) + 8
    payload = data[head:]
    if data[:head] != _head(payload):
        return {}
    found: Codes = marshal.loads(payload)  # noqa: S302 - trusted as bytecode beside it is
    return found


def _write(path: Path, codes: Codes) -> None:
    payload = marshal.dumps(codes)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        temporary.write_bytes(_head(payload) + payload)
        temporary.replace(path)


def _head(payload: bytes) -> bytes:
    return importlib.util.MAGIC_NUMBER + importlib.util.source_hash(payload)
