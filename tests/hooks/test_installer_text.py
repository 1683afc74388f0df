"""The text surgery: what goes in comes out, whatever the script is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_hooks import hookfile
from studio_hooks.hookfile import Shape

BLOCK = hookfile.BEGIN + b" 1 pre-commit\n(\necho ours\n) || :\n" + hookfile.END + b"\n"
OLDER = hookfile.BEGIN + b" 0\necho older\n" + hookfile.END + b"\n"
KEPT = b"../hooks.studio-kept/pre-commit"

LINES = st.lists(
    st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
    max_size=6,
)


@pytest.mark.parametrize(
    "shebang",
    [
        b"#!/bin/sh",
        b"#! /bin/sh",
        b"#!/bin/sh -e",
        b"#!/bin/bash -eu -x",
        b"#!/usr/bin/env bash",
        b"#!/usr/bin/env -S bash -e",
        b"#!/usr/bin/dash",
        b"#!/usr/local/bin/ksh",
    ],
)
def test_scripts_of_a_shell_take_a_block(shebang: bytes) -> None:
    assert hookfile.chainable(shebang + b"\necho hello\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"echo no shebang\n",
        b"#!/bin/sh",
        b"#!/bin/sh\r\necho hello\r\n",
        b"#!/bin/sh\necho hello\r\n",
        b"#!/bin/sh\n\0\1\2",
        b"#!/usr/bin/env python3\n",
        b"#!/usr/bin/python3\n",
        b"#!/usr/bin/env node\n",
        b"#!/bin/zsh\n",
        b"#!/usr/bin/fish\n",
        b"#!/bin/sh -c\n",
        b"#!/bin/bash -o pipefail\n",
        b"#!/opt/sh/bin/perl\n",
        b"\xef\xbb\xbf#!/bin/sh\n",
        b"\x7fELF\n",
    ],
)
def test_anything_else_does_not(data: bytes) -> None:
    assert not hookfile.chainable(data)


@given(LINES, st.booleans())
def test_what_is_put_in_comes_out_byte_for_byte(lines: list[bytes], ends: bool) -> None:
    data = b"#!/bin/sh\n" + b"\n".join(lines) + (b"\n" if ends else b"")
    if hookfile.found(data):
        return
    chained = hookfile.insert(data, BLOCK)
    assert chained.startswith(b"#!/bin/sh\n" + BLOCK)
    assert hookfile.found(chained) == BLOCK
    assert hookfile.strip(chained) == data
    assert hookfile.insert(chained, BLOCK) == chained


@given(LINES)
def test_an_older_block_is_replaced_where_it_stands(lines: list[bytes]) -> None:
    data = b"#!/bin/sh\n" + b"\n".join(lines)
    chained = hookfile.insert(data, OLDER)
    assert hookfile.insert(chained, BLOCK) == hookfile.insert(data, BLOCK)


def test_two_blocks_become_one() -> None:
    twice = b"#!/bin/sh\n" + OLDER + b"echo mine\n" + OLDER + b"exit 0\n"
    assert hookfile.insert(twice, BLOCK) == b"#!/bin/sh\n" + BLOCK + b"echo mine\nexit 0\n"


def test_lines_added_around_the_block_stay() -> None:
    data = b"#!/bin/sh\nbefore\n" + BLOCK + b"after\n"
    assert hookfile.strip(data) == b"#!/bin/sh\nbefore\nafter\n"


def test_a_block_without_an_end_is_not_touched() -> None:
    data = b"#!/bin/sh\n" + hookfile.BEGIN + b"\necho mine\n"
    assert hookfile.found(data) is None
    assert hookfile.strip(data) == data


def test_shapes_are_told_apart() -> None:
    assert hookfile.shape(b"#!/bin/sh\necho\n") is Shape.NONE
    assert hookfile.shape(hookfile.own(BLOCK)) is Shape.OWN
    assert hookfile.shape(hookfile.own(BLOCK) + b"echo mine\n") is Shape.CHAINED
    assert hookfile.shape(hookfile.dispatcher(BLOCK, KEPT)) is Shape.DISPATCHED
    assert not hookfile.edited_dispatcher(hookfile.dispatcher(OLDER, KEPT), KEPT)
    assert hookfile.edited_dispatcher(hookfile.dispatcher(BLOCK, KEPT) + b"echo\n", KEPT)
