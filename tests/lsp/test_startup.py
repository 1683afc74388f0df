"""What the start remembers is what would have been compiled, and only that."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio_lsp.startup import code_file, remembered_code

# Says how many of attrs' texts were compiled, and what the classes then are.
PROGRAM = """
import builtins
compiled = []
anew = builtins.compile
def counted(source, filename, *rest, **more):
    if str(filename).startswith("<attrs generated methods lsprotocol"):
        compiled.append(filename)
    return anew(source, filename, *rest, **more)
builtins.compile = counted
from studio_lsp import startup
startup.load()
assert builtins.compile is counted
print(len(compiled), startup.code_file())
from lsprotocol import types
from pygls.protocol import default_converter
spot = types.Position(line=1, character=2)
print(repr(types.Range(spot, spot)), spot == types.Position(1, 2), spot < types.Position(1, 3))
print(types.Position.__init__.__code__.co_filename, types.Position.__init__.__annotations__)
try:
    types.Position(line=-1, character=0)
except ValueError as error:
    print(error)
print(default_converter().unstructure(types.Hover(contents="x", range=types.Range(spot, spot))))
"""


def start(prefix: Path, **environment: str) -> tuple[int, Path, str]:
    """How many texts were compiled, where the others were found, and what came of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=kept | {"PYTHONPYCACHEPREFIX": str(prefix)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    head, _, rest = done.stdout.partition("\n")
    count, _, name = head.partition(" ")
    return int(count), Path(name), rest


def test_the_second_start_compiles_nothing(tmp_path: Path) -> None:
    first, path, made = start(tmp_path)
    assert first > 500
    assert path.is_relative_to(tmp_path)
    assert start(tmp_path) == (0, path, made)
    assert list(path.parent.glob(f"{path.name}*")) == [path]  # nothing temporary


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "of another Python"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: str) -> None:
    first, path, made = start(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-100],
            "empty": b"",
            "changed": whole[:5000] + b"\0\0\0\0" + whole[5004:],
            "of another Python": b"\0\0\0\0" + whole[4:],
        }[damage]
    )
    assert start(tmp_path) == (first, path, made)
    assert start(tmp_path)[0] == 0


def test_nothing_is_written_where_python_writes_nothing(tmp_path: Path) -> None:
    first, path, made = start(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert not path.exists()
    assert start(tmp_path, PYTHONDONTWRITEBYTECODE="1") == (first, path, made)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    first, path, made = start(tmp_path)
    path.unlink()
    path.mkdir()  # stands in the way for every user
    assert start(tmp_path) == (first, path, made)


def test_other_compiling_is_left_alone(tmp_path: Path) -> None:
    anew = builtins.compile
    namespace: dict[str, object] = {}
    with remembered_code(tmp_path / "codes"):
        assert builtins.compile is not anew
        exec(compile("x: what = 1", "<other>", "exec"), namespace)
        assert eval(compile("1 + 1", "<attrs generated>", "eval")) == 2
        tree = compile("x", "<attrs generated>", "exec", 0x400)  # an AST
        exec(compile("y = 2", "<attrs generated>", "exec"), namespace)
    assert builtins.compile is anew
    assert (namespace["x"], namespace["y"], type(tree).__name__) == (1, 2, "Module")
    # As this module's own annotations are not evaluated, so are not those that it compiles.
    assert namespace["__annotations__"] == {"x": "what"}


def test_it_is_an_error_of_the_block_that_counts(tmp_path: Path) -> None:
    anew = builtins.compile
    with pytest.raises(SyntaxError), remembered_code(tmp_path / "codes"):
        compile("(", "<attrs generated>", "exec")
    assert builtins.compile is anew
    assert not (tmp_path / "codes").exists()


def test_the_file_lies_beside_the_bytecode() -> None:
    assert code_file().parent.name == "__pycache__" or sys.pycache_prefix
    assert sys.implementation.cache_tag in code_file().name
