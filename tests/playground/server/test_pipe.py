"""Messages over pipes: what goes in comes out, and what is none is refused."""

import asyncio
import io
import struct
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.playground import pipe
from axone.playground.limits import MOST_PIPE_BYTES
from axone.playground.pipe import PipeError

packets = st.one_of(st.text(), st.binary())


def streamed(data):
    async def read_all():
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        stream.feed_eof()
        found = []
        while (packet := await pipe.read_stream(stream)) is not None:
            found.append(packet)
        return found

    return asyncio.run(read_all())


def read_all(data):
    file = io.BytesIO(data)
    found = []
    while (packet := pipe.read(file)) is not None:
        found.append(packet)
    return found


@given(st.lists(packets))
def test_what_is_written_is_read_by_either_side(sent):
    file = io.BytesIO()
    for packet in sent:
        pipe.write(file, packet)
    assert read_all(file.getvalue()) == sent
    assert streamed(file.getvalue()) == sent


def test_a_message_is_its_kind_its_length_and_its_body():
    assert pipe.packed("é") == b"T" + struct.pack("<I", 2) + "é".encode()
    assert pipe.packed(b"\x00\xff") == b"B" + struct.pack("<I", 2) + b"\x00\xff"


@pytest.mark.parametrize("read", [read_all, streamed])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"X\x00\x00\x00\x00", "no message begins with"),
        (b"T\x01\x00\x00\x00\xff", "not UTF-8"),
        (b"B" + struct.pack("<I", MOST_PIPE_BYTES + 1), "above the limit"),
        (b"B\xff\xff\xff\xff", "above the limit"),
        (b"T\x05\x00\x00\x00abc", "cut off"),
        (b"T\x05", "cut off"),
    ],
)
def test_what_is_no_message_is_refused(read, data, words):
    with pytest.raises(PipeError, match=words):
        read(data)


def test_a_message_that_is_too_long_is_not_written():
    with pytest.raises(PipeError, match="above the limit"):
        pipe.packed(bytes(MOST_PIPE_BYTES + 1))


def test_nothing_that_is_printed_gets_between_the_messages():
    program = """
import os, subprocess, sys
from axone.playground import pipe
reading, writing = pipe.streams_of_worker()
print("printed", flush=True)
os.write(1, b"by number")
subprocess.run([sys.executable, "-c", "print('by a child')"])
pipe.write(writing, f"{pipe.read(reading)}, {sys.stdin.read()!r}")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], input=pipe.packed("heard"), capture_output=True, check=True
    )
    assert read_all(done.stdout) == ["heard, ''"]
    for said in (b"printed", b"by number", b"by a child"):
        assert said in done.stderr
