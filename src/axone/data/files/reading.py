"""The door of the room: which reader a file needs, by its name and by how it begins."""

import mmap
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from axone.data.files.bounds import BYTES_LIMIT, require_bytes
from axone.data.files.compressed import MAGIC, unpack
from axone.data.files.raw_table import RawTable
from axone.data.files.text import count_text_columns, read_text_table
from axone.data.home import compression_of, kind_of, known_endings, require_readable, suffix_of
from axone.errors import DataError
from axone.messages import _

STANDARD_INPUT = "-"

_PIECE = 2**20


@dataclass(frozen=True, eq=False)
class _Source:
    """The bytes of a file, unpacked, and what they are."""

    content: memoryview
    name: str
    kind: str
    compression: str = ""
    member: str = ""


def read_raw_table(
    source: str | Path, *, query: str | None = None, sheet: str | None = None
) -> RawTable:
    """Read a table as its file has it.

    Parameters
    ----------
    source : str or Path
        A file, ``-`` for standard input, or the URL of a database.
    query : str, optional
        Of a database: SQL, or the name of a table.
    sheet : str, optional
        Of a spreadsheet; by default the first that holds anything.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        The file is not there, damaged, too large, or cannot be read as the table that it should be;
        the message names it and says what to do.
    """
    opened = _opened(source)
    table = read_text_table(opened.content, opened.name)
    facts = replace(table.facts, compression=opened.compression, table=opened.member)
    return replace(table, facts=facts)


def count_columns(source: str | Path) -> int:
    """Count the columns of a table from its first lines or its footer.

    Raises
    ------
    DataError
        As `read_raw_table`, as far as the beginning of the file shows.
    """
    opened = _opened(source)
    return count_text_columns(opened.content, opened.name)


def _opened(source: str | Path) -> _Source:
    if str(source) == STANDARD_INPUT:
        name, packed, compression, kind = str(_("standard input")), _standard_input(), "", ""
    else:
        path = Path(source)
        require_readable(path, BYTES_LIMIT)
        if not suffix_of(path):
            raise DataError(
                _(
                    "{path} is no kind of file that can be read: its name must end in {endings}.",
                    path=path,
                    endings=known_endings(),
                )
            )
        name, packed = str(path), _mapped(path)
        compression, kind = compression_of(path)[1:], kind_of(path)
    compression = compression or _compression_of_content(packed)
    if not compression:
        return _Source(packed, name, kind)
    unpacked = unpack(packed, compression, name)
    return _Source(unpacked.content, name, kind, compression, unpacked.member)


def _compression_of_content(content: memoryview) -> str:
    head = bytes(content[:8])
    return next((name for magic, name in MAGIC if head.startswith(magic)), "")


def _standard_input() -> memoryview:
    content = bytearray()
    while piece := sys.stdin.buffer.read(_PIECE):
        content += piece
        require_bytes(len(content), _("standard input"))
    if not content:
        raise DataError(
            _("standard input is empty. Pipe a table into it, as in: cat table.csv | axone …")
        )
    return memoryview(content)


def _mapped(path: Path) -> memoryview:
    """Map a file into memory: what is read of it only once need not be copied."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
