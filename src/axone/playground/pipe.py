"""Messages between the server and its worker: texts and bytes over two plain pipes.

A message is one byte of kind, ``T`` or ``B``, its length in four bytes, the least significant
first, and its body. The worker reads and writes files and may block; the server reads a stream of
asyncio.
"""

import asyncio
import os
import sys
from typing import BinaryIO, TypeAlias

from axone.errors import AxoneError
from axone.messages import _
from axone.playground.limits import MOST_PIPE_BYTES

Packet: TypeAlias = str | bytes
"""A text, JSON, or the bytes of a frame."""

_TEXT, _BYTES = b"T", b"B"
_HEAD = 5


class PipeError(AxoneError):
    """What came through the pipe is no message: the two sides have lost each other."""


def packed(packet: Packet) -> bytes:
    """Return a message as the bytes that travel.

    Raises
    ------
    PipeError
        It is longer than the other side would take.
    """
    kind, body = (_TEXT, packet.encode()) if isinstance(packet, str) else (_BYTES, packet)
    _check_length(len(body))
    return kind + len(body).to_bytes(4, "little") + body


def read(file: BinaryIO) -> Packet | None:
    """Wait for the next message; None where the other side has closed the pipe.

    Raises
    ------
    PipeError
        No message, or one that is cut off.
    """
    head = _read_exactly(file, _HEAD)
    if not head:
        return None
    length = _length(head)
    body = _read_exactly(file, length)
    if len(head) < _HEAD or len(body) < length:
        raise _cut_off()
    return _unpacked(head, body)


def write(file: BinaryIO, packet: Packet) -> None:
    """Write a message, all of it, at once: from one thread at a time."""
    file.write(packed(packet))
    file.flush()


async def read_stream(stream: asyncio.StreamReader) -> Packet | None:
    """Do as `read` does, for the server's side."""
    try:
        head = await stream.readexactly(_HEAD)
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise _cut_off() from error
    try:
        return _unpacked(head, await stream.readexactly(_length(head)))
    except asyncio.IncompleteReadError as error:
        raise _cut_off() from error


def streams_of_worker() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for messages, in the worker, before anything is printed.

    Returns
    -------
    tuple of file
        What is read, and what is written. From now on standard input is empty, and what anyone
        prints, C++ included, goes to standard error, where it spoils no message.
    """
    sys.stdout.flush()
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def _read_exactly(file: BinaryIO, count: int) -> bytes:
    parts = []
    while count > 0 and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _length(head: bytes) -> int:
    if head[:1] not in (_TEXT, _BYTES):
        raise PipeError(_("no message begins with {found!r}.", found=head[:1]))
    return _check_length(int.from_bytes(head[1:], "little"))


def _check_length(length: int) -> int:
    if length > MOST_PIPE_BYTES:
        raise PipeError(
            _(
                "a message of {length:,} bytes is above the limit of {most:,}.",
                length=length,
                most=MOST_PIPE_BYTES,
            )
        )
    return length


def _unpacked(head: bytes, body: bytes) -> Packet:
    if head[:1] == _BYTES:
        return body
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise PipeError(_("a text between server and worker is not UTF-8.")) from error


def _cut_off() -> PipeError:
    return PipeError(_("a message between server and worker is cut off."))
