"""The door of the room: which reader a file needs, by how it begins and by its name."""

import mmap
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from axone.data.files import arff, columnar, databases, records, spreadsheets, text
from axone.data.files.bounds import BYTES_LIMIT, require_bytes
from axone.data.files.compressed import MAGIC, unpack
from axone.data.files.damage import told_of_reading
from axone.data.files.encodings import as_utf8
from axone.data.files.raw_table import RawTable
from axone.data.home import (
    DATABASES,
    SPREADSHEETS,
    compression_of,
    kind_of,
    known_endings,
    require_readable,
    suffix_of,
)
from axone.errors import DataError
from axone.messages import Message, _

STANDARD_INPUT = "-"

_PIECE = 2**20
_HEAD = 4096
_MARKUP = (b"<!doctype", b"<html", b"<?xml")

Reader = Callable[[memoryview, str], RawTable]

_READERS: dict[str, Reader] = {
    "text": text.read_text_table,
    "records": records.read_records,
    "arff": arff.read_arff,
    "parquet": columnar.read_parquet,
    "feather": columnar.read_feather,
}

_COUNTERS: dict[str, Callable[[memoryview, str], int]] = {
    "text": text.count_text_columns,
    "arff": arff.count_arff_columns,
    "parquet": columnar.count_parquet_columns,
    "feather": columnar.count_feather_columns,
}

_KINDS = (
    (columnar.PARQUET_MAGIC, "parquet"),
    (columnar.FEATHER_MAGIC, "feather"),
    (b"PK", "zip"),
)

_BY_ENDING = {
    ".json": "records",
    ".jsonl": "records",
    ".ndjson": "records",
    ".arff": "arff",
    ".parquet": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
}


@dataclass(frozen=True, eq=False)
class _Opened:
    """The bytes of a file, unpacked, and what they are."""

    content: memoryview
    name: str
    kind: str
    notes: tuple[Message, ...] = ()
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
    if _is_database(source):
        _require_none(sheet, _("a sheet"), _("a spreadsheet"), source)
        return databases.read_database(source, query)
    opened = _opened(source)
    _require_none(query, _("a query"), _("a database"), opened.name)
    with told_of_reading(opened.name, _("table")):
        if opened.kind in ("xlsx", "ods"):
            table = spreadsheets.read_spreadsheet(opened.content, opened.name, opened.kind, sheet)
        else:
            _require_none(sheet, _("a sheet"), _("a spreadsheet"), opened.name)
            table = _READERS[opened.kind](opened.content, opened.name)
    facts = replace(
        table.facts,
        compression=opened.compression,
        table=opened.member or table.facts.table,
    )
    return replace(table, facts=facts, notes=(*opened.notes, *table.notes))


def read_lines(source: str | Path) -> tuple[list[str], tuple[Message, ...]]:
    """Read the lines of a text, without blanks around them and without those of blanks alone.

    Parameters
    ----------
    source : str or Path
        A file, in any encoding, compressed or not; or ``-`` for standard input.

    Returns
    -------
    lines : list of str
    notes : tuple of Message
        How the file was read, where that is not plain.

    Raises
    ------
    DataError
        The file is not there, too large, no text, or in an encoding that cannot be told.
    """
    opened = _opened(source)
    with told_of_reading(opened.name, _("text")):
        if opened.kind not in ("text", "records", "arff"):
            raise DataError(
                _("{path} is {kind}, and no text of lines.", path=opened.name, kind=opened.kind)
            )
        found = as_utf8(opened.content, opened.name)
        whole = str(found.content, "utf-8").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in map(str.strip, whole.split("\n")) if line]
    return lines, (*opened.notes, *found.notes)


def count_columns(source: str | Path) -> int:
    """Count the columns of a table from its first lines or its footer, where these say it.

    Raises
    ------
    DataError
        As `read_raw_table`, as far as the beginning of the file shows.
    """
    if _is_database(source):
        return databases.read_database(source).frame.shape[1]
    opened = _opened(source)
    with told_of_reading(opened.name, _("table")):
        if opened.kind in _COUNTERS:
            return _COUNTERS[opened.kind](opened.content, opened.name)
    return read_raw_table(source).frame.shape[1]


def _is_database(source: str | Path) -> bool:
    if isinstance(source, str) and databases.is_url(source):
        return True
    return kind_of(source) in DATABASES


def _opened(source: str | Path) -> _Opened:
    if str(source) == STANDARD_INPUT:
        return _unpacked(_standard_input(), str(_("standard input")), "", "")
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
    return _unpacked(_mapped(path), str(path), compression_of(path)[1:], kind_of(path))


def _unpacked(packed: memoryview, name: str, compression: str, ending: str) -> _Opened:
    compression = compression or _compression_of_content(packed)
    if not compression:
        return _recognised(_Opened(packed, name, ""), ending)
    unpacked = unpack(packed, compression, name)
    inner = ending or kind_of(unpacked.member)
    opened = _Opened(unpacked.content, name, "", compression=compression, member=unpacked.member)
    return _recognised(opened, inner)


def _recognised(opened: _Opened, ending: str) -> _Opened:
    """Decide what a file is: by how it begins, where that is beyond doubt, else by its name."""
    head = bytes(opened.content[:_HEAD])
    by_content = _kind_of_content(opened.content)
    by_name = _BY_ENDING.get(ending) or (ending[1:] if ending in SPREADSHEETS else "text")
    if not by_content:
        _require_no_markup(head, opened.name)
        spreadsheets.require_no_old_workbook(opened.content, opened.name)
        if ending in SPREADSHEETS:
            return replace(opened, kind="text", notes=(_misnamed(ending, _("a text")),))
        if not ending and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            by_name = "records"
        if not ending and head.lstrip().lower().startswith(b"@relation"):
            by_name = "arff"
        return replace(opened, kind=by_name)
    family = "xlsx" if by_name == "xlsm" else by_name
    notes = (_misnamed(ending, by_content),) if ending and family != by_content else ()
    return replace(opened, kind=by_content, notes=notes)


def _misnamed(ending: str, kind: str) -> Message:
    return _(
        "the file is called {ending}, but it is {kind}, and was read as such",
        ending=ending,
        kind=kind,
    ).coded("read_by_content")


def _kind_of_content(content: memoryview) -> str:
    """Return the kind of which a file surely is, by its first bytes; empty for a text."""
    head = bytes(content[:_HEAD])
    found = next((kind for magic, kind in _KINDS if head.startswith(magic)), "")
    return spreadsheets.kind_of_archive(content) if found == "zip" else found


def _compression_of_content(content: memoryview) -> str:
    head = bytes(content[:_HEAD])
    found = next((name for magic, name in MAGIC if head.startswith(magic)), "")
    return "" if found == "zip" and spreadsheets.kind_of_archive(content) else found


def _require_no_markup(head: bytes, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise DataError(
            _(
                "{name} is a page of the web or XML, not a table. Was it saved from a page that "
                "asks to sign in? Fetch the table itself.",
                name=name,
            )
        )


def _require_none(given: str | None, what: Message, of: Message, name: str | Path) -> None:
    if given is not None:
        raise DataError(_("{name} is not {of}: it has no {what}.", name=name, of=of, what=what))


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
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise DataError(
            _("{path} cannot be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error
