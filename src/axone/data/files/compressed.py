"""Files unpacked, as a stream and within bounds: gzip, bzip2, xz, Zstandard, and zip archives.

Nothing is written to disk, and no more is unpacked than the bounds allow.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from axone.data.files.bounds import LZMA_MEMORY, require_bytes, require_ratio
from axone.data.files.damage import told_of_reading
from axone.errors import DataError
from axone.messages import _, listed

_PIECE = 2**20
_TOLD = 10

MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"PK\x03\x04", "zip"),
)
"""How compressed files begin."""


@dataclass(frozen=True, eq=False)
class Unpacked:
    """The bytes of a compressed file, and the name of the file within."""

    content: memoryview
    member: str = ""


def unpack(packed: memoryview, compression: str, path: str | Path) -> Unpacked:
    """Unpack a compressed file.

    Parameters
    ----------
    packed : memoryview
        The file.
    compression : {"gz", "bz2", "xz", "zst", "zip"}
    path : str or Path
        For messages.

    Raises
    ------
    DataError
        Damaged, cut short, too large, a bomb, or an archive that does not hold exactly one table.
    """
    with told_of_reading(path, f".{compression} file"):
        if compression == "zip":
            return _only_member(packed, path)
        pieces = _UNPACKERS[compression](packed)
        return Unpacked(_bounded(pieces, len(packed), path))


def member_names(packed: memoryview) -> list[str]:
    """Return what a zip archive says it holds."""
    with zipfile.ZipFile(_as_file(packed)) as archive:
        return archive.namelist()


def inflated_members(packed: memoryview, path: str | Path) -> Iterator[tuple[str, memoryview]]:
    """Unpack every member of a zip archive in turn, whatever sizes the archive says they have.

    For parsers that unpack by themselves, without bounds: what comes out here, comes out there.
    """
    with zipfile.ZipFile(_as_file(packed)) as archive:
        for member in archive.infolist():
            start = member.header_offset
            name, extra = struct.unpack_from("<HH", packed, start + 26)
            body = packed[start + 30 + name + extra :][: member.compress_size]
            stored = member.compress_type == zipfile.ZIP_STORED
            pieces = iter([bytes(body)]) if stored else _inflate(body)
            yield member.filename, _bounded(pieces, len(packed), path)


def _inflate(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: Any = packed
    while not unpacker.eof and len(rest):
        yield unpacker.decompress(rest[:_PIECE], _PIECE)
        rest = unpacker.unconsumed_tail + bytes(rest[_PIECE:])


def _bounded(pieces: Iterator[bytes], packed: int, path: str | Path) -> memoryview:
    content = bytearray()
    for piece in pieces:
        content += piece
        require_bytes(len(content), path)
        require_ratio(len(content), packed, path)
    return memoryview(content)


def _only_member(packed: memoryview, path: str | Path) -> Unpacked:
    with zipfile.ZipFile(_as_file(packed)) as archive:
        members = [member for member in archive.infolist() if _is_content(member)]
        if len(members) != 1:
            names = [member.filename for member in members[:_TOLD]]
            raise DataError(
                _(
                    "{path} must hold exactly one table, and holds {count} files{names}. Unpack "
                    "it and give one of them.",
                    path=path,
                    count=len(members),
                    names=_(": {names!r}", names=listed(names)) if names else "",
                )
            )
        if members[0].flag_bits & 1:
            raise DataError(_("{path} is encrypted. Unpack it with its password first.", path=path))
        with archive.open(members[0]) as file:
            return Unpacked(_bounded(_read(file), len(packed), path), members[0].filename)


def _is_content(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    hidden = "__MACOSX" in parts or (parts and parts[-1].startswith("."))
    return not member.is_dir() and not hidden


def _as_file(packed: memoryview) -> Any:
    import pyarrow as pa

    return pa.BufferReader(pa.py_buffer(packed))


def _read(file: Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _gzip(packed: memoryview) -> Iterator[bytes]:
    import gzip

    with gzip.GzipFile(fileobj=_as_file(packed), mode="rb") as file:
        yield from _read(file)


def _bzip2(packed: memoryview) -> Iterator[bytes]:
    import bz2

    with bz2.BZ2File(_as_file(packed)) as file:
        yield from _read(file)


def _xz(packed: memoryview) -> Iterator[bytes]:
    """Unpack xz streams, one after the other; `lzma.open` would grant any memory asked for."""
    import lzma

    rest: Any = packed
    while len(rest):
        decompressor = lzma.LZMADecompressor(memlimit=LZMA_MEMORY)
        for start in range(0, len(rest), _PIECE):
            piece = bytes(rest[start : start + _PIECE])
            while not decompressor.eof and (piece or not decompressor.needs_input):
                yield decompressor.decompress(piece, _PIECE)
                piece = b""
            if decompressor.eof:
                used = min(start + _PIECE, len(rest)) - len(decompressor.unused_data)
                break
        if not decompressor.eof:
            raise EOFError(_("the file ends before its end was marked"))
        rest = bytes(rest[used:]).lstrip(b"\0")  # streams may be padded with zeros


def _zstandard(packed: memoryview) -> Iterator[bytes]:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(pa.py_buffer(packed)), "zstd") as file:
        yield from _read(file)


_UNPACKERS: dict[str, Callable[[memoryview], Iterator[bytes]]] = {
    "gz": _gzip,
    "bz2": _bzip2,
    "xz": _xz,
    "zst": _zstandard,
}
