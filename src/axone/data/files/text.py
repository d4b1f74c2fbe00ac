"""Tables of text: every cell read as it is written, by Arrow where it can, else line by line.

Arrow divides a text several times as fast as Python, but tells nothing of lines. What it refuses is
read again by Python's reader, which accepts it with a note or says which lines are wrong.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.data.files.bounds import CELLS_LIMIT, require_cells
from axone.data.files.damage import reason_of
from axone.data.files.dialect import BLANKS, cells_of_any_length, records
from axone.data.files.encodings import Glance, as_utf8, first_of
from axone.data.files.layout import Layout, find_layout
from axone.data.files.names import column_names, counted_names
from axone.data.files.notes import layout_notes, superfluous_note
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.trimming import trimmed
from axone.errors import DataError
from axone.messages import Message, _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame

_END_MARK = 0x1A
_SAMPLE = 64 * 2**10
_LARGEST_SAMPLE = 16 * 2**20
_SAMPLE_LINES = 20
_BLOCK = 4 * 2**20
_BLOCK_OF_COLUMN = 2**13
_LARGEST_BLOCK = 2**30
_BATCH = 20_000
_TOLD = 5
_SHOWN_NAMES = 8


@dataclass(frozen=True, eq=False)
class _Body:
    """The rows of data of a text, in UTF-8, and what is known of them."""

    content: memoryview
    layout: Layout
    path: str | Path
    glance: Glance

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names or counted_names(self.layout.width)


def read_text_table(content: memoryview, path: str | Path, compression: str = "") -> RawTable:
    """Read a table of text.

    Parameters
    ----------
    content : memoryview
        The whole file, unpacked.
    path : str or Path
        For messages.
    compression : str, optional
        What it was packed in, to be told.

    Raises
    ------
    DataError
        Empty, zero or wrong bytes, names that stand twice, lines of different lengths, a quote that
        is never closed.
    """
    text = as_utf8(_without_end_mark(content), path)
    sample, is_whole = _sample(text.content)
    layout = _layout(sample, is_whole, path)
    named = column_names(layout.names or counted_names(layout.width), path)
    start = len(sample[: layout.data_start].encode())
    body = _Body(text.content[start:], layout, path, text.glance)
    _require_memory(body)
    columns, superfluous = _read(body)
    facts = FileFacts(
        kind="csv",
        compression=compression,
        encoding=text.encoding,
        encoding_from=text.decided_by,
        separator=layout.dialect.separator,
        quote=layout.dialect.quote,
        first_row=layout.data_line,
        has_header=layout.names is not None,
    )
    notes = (*text.notes, *layout_notes(layout), *named.notes, *superfluous)
    return RawTable(frame_of_texts(named.names, columns), facts, notes)


def _without_end_mark(content: memoryview) -> memoryview:
    """Leave out the Ctrl-Z with which programs of MS-DOS end a text."""
    return content[:-1] if len(content) > 1 and content[-1] == _END_MARK else content


def count_text_columns(content: memoryview, path: str | Path) -> int:
    """Count the columns of a table of text, of which the first lines are enough.

    Raises
    ------
    DataError
        As `read_text_table`, as far as these lines show.
    """
    text = as_utf8(content, path)
    layout = _layout(*_sample(text.content), path)
    return len(column_names(layout.names or counted_names(layout.width), path).names)


def frame_of_texts(names: Sequence[str], columns: Sequence[Any]) -> "DataFrame":
    """Make a frame of Arrow's columns of text, without copying them."""
    import pandas as pd
    from pandas.arrays import ArrowExtensionArray

    made = {name: ArrowExtensionArray(c) for name, c in zip(names, columns, strict=True)}
    frame = pd.DataFrame(made, copy=False)
    frame.columns = pd.Index(list(names), dtype=object)
    return frame


def _sample(content: memoryview) -> tuple[str, bool]:
    """Return the first lines, enough of them to compare, and whether they are all."""
    size = _SAMPLE
    while True:
        head = bytes(content[:size])
        lines = head.count(b"\n") or head.count(b"\r")
        if lines > _SAMPLE_LINES or size >= min(len(content), _LARGEST_SAMPLE):
            # A character cut at the end is left out.
            return head.decode("utf-8", "ignore"), size >= len(content)
        size *= 2


def _layout(sample: str, is_whole: bool, path: str | Path) -> Layout:
    try:
        with cells_of_any_length():
            layout = find_layout(sample, is_whole=is_whole)
    except csv.Error as error:
        raise _not_divided(path, error) from error
    if layout is None:
        raise DataError(
            _("{path} is empty: it holds nothing but blanks. Write the file again.", path=path)
        )
    return layout


def _require_memory(body: _Body) -> None:
    # Short texts cannot have too many cells; of long ones the separators are counted.
    if len(body.content) > CELLS_LIMIT:
        data = np.frombuffer(body.content, np.uint8)
        signs = (body.layout.dialect.delimiter.encode(), b"\n")
        count = sum(int(np.count_nonzero(data == sign[0])) for sign in signs)
        require_cells(-(-count // body.layout.width), body.layout.width, body.path)


def _read(body: _Body) -> tuple[list[Any], tuple[Message, ...]]:
    columns = _by_arrow(body)
    if columns is None:
        columns = _by_lines(body)
    length = len(body.names)
    extra = columns[length:]
    if any(column.null_count < len(column) for column in extra):
        columns = _by_lines(body)
    superfluous = (superfluous_note(len(extra)),) if extra else ()
    return columns[:length], superfluous


def _by_arrow(body: _Body) -> list[Any] | None:
    """Divide the text with Arrow; None where it does not take it as it is."""
    import pyarrow as pa

    dialect, width = body.layout.dialect, body.layout.width
    quote = dialect.quote.encode()
    # The names may stand in quotes where no cell does.
    quoted = quote in body.glance.signs and _holds(body.content, quote)
    if dialect.separator == BLANKS:
        return None
    if quoted and (before := _blanks_before_quotes(body, quote)):
        if dialect.escape or _holds(body.content, 2 * quote):
            return None  # within cells in quotes, quotes may follow blanks as well
        body = replace(body, content=memoryview(before.sub(rb"\1" + quote, bytes(body.content))))
    if not len(body.content):
        return [pa.chunked_array([], pa.string()) for _place in range(width)]
    # Every column of a block is a piece of its own, which pays for hundreds of rows only.
    block = max(_BLOCK, width * _BLOCK_OF_COLUMN)
    for size in (block, min(len(body.content), _LARGEST_BLOCK)):
        try:
            columns = _columns_by_arrow(body, size, quoted)
            break
        except pa.ArrowInvalid as error:
            # A row, or a cell, may be longer than a block.
            if "straddling" not in str(error):
                return None
    else:
        return None
    if quoted:
        _require_closed_quote(body, [column[-1].as_py() for column in columns if len(column)])
    return trimmed(columns, body.glance, quoted)


def _columns_by_arrow(body: _Body, block: int, quoted: bool) -> list[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    dialect, width = body.layout.dialect, body.layout.width
    names = [str(place) for place in range(width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(body.content)),
        arrow_csv.ReadOptions(column_names=names, block_size=block),
        arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if quoted else False,
            escape_char=dialect.escape or False,
            newlines_in_values=quoted,
            invalid_row_handler=_skip_blank_lines if width > 1 else None,
        ),
        arrow_csv.ConvertOptions(
            check_utf8=False,  # it was checked already
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return list(table.columns)


def _skip_blank_lines(row: Any) -> str:
    return "skip" if not row.text.strip() else "error"


def _holds(content: memoryview, sought: bytes) -> bool:
    return first_of(content, sought) >= 0


def _blanks_before_quotes(body: _Body, quote: bytes) -> re.Pattern[bytes] | None:
    """Return what finds blanks before cells in quotes, which Arrow takes for part of a text.

    None where there are none.
    """
    sign = body.layout.dialect.delimiter.encode()
    blank = rb"[ ]" if sign == b"\t" else rb"[ \t]"
    # They are rare; only where there are any, what stands before them matters.
    if not re.search(blank + re.escape(quote), body.content):
        return None
    pattern = re.compile(rb"(^|[\r\n]|%b)%b+%b" % (re.escape(sign), blank, re.escape(quote)))
    return pattern if pattern.search(body.content) else None


def _require_closed_quote(body: _Body, last_row: Sequence[str | None]) -> None:
    """Refuse a text whose last cell opens a quote that nothing closes."""
    quote = body.layout.dialect.quote
    cell = (last_row[-1] or "") if last_row else ""
    tail = bytes(body.content[-len(cell.encode()) * 2 - 16 :]).decode("utf-8", "ignore")
    opened = quote + cell.replace(quote, 2 * quote)
    end = tail if tail.endswith(opened) else tail.rstrip("\r\n")
    if not end.endswith(opened):
        return
    before = end[: len(end) - len(opened)]
    if not before or before[-1] in (body.layout.dialect.delimiter, "\n", "\r"):
        raise DataError(
            _(
                "{path}: a quote ({quote}) is opened and never closed, before {cell!r} at the end "
                "of the file. The file was cut, or the quote belongs to the text: write it twice.",
                path=body.path,
                quote=quote,
                cell=cell[:40],
            )
        )


def _by_lines(body: _Body) -> list[Any]:
    """Divide the text with Python's reader: slower, but it knows the lines.

    Raises
    ------
    DataError
        Lines of different lengths, with their numbers.
    """
    with cells_of_any_length():
        rows, width = _divided(body)
    return _columns_of(rows, len(body.names), width)


def _divided(body: _Body) -> tuple[list[list[tuple[str, ...]]], int]:
    """Return the rows, in batches, and the cells of the longest."""
    text = str(body.content, "utf-8")
    length = len(body.names)
    batches: list[list[tuple[str, ...]]] = [[]]
    bad: list[tuple[int, int]] = []
    width = length
    last: tuple[str, ...] = ()
    try:
        for record in records(text, body.layout.dialect, 0, body.layout.data_line):
            if not record.cells or (length > 1 and len(record.cells) == 1 and record.is_blank):
                continue
            last = record.cells
            if not record.fits(length):
                bad.append((record.line, len(record.cells)))
                continue
            width = max(width, len(record.cells))
            if len(batches[-1]) == _BATCH:
                batches.append([])
            batches[-1].append(record.cells[:length])
    except csv.Error as error:
        raise _not_divided(body.path, error) from error
    _require_closed_quote(body, last)
    if bad:
        raise _ragged(body, bad)
    return batches, width


def _columns_of(batches: list[list[tuple[str, ...]]], length: int, width: int) -> list[Any]:
    import pyarrow as pa

    pieces: list[list[Any]] = [[] for _place in range(length)]
    for batch in batches:
        for place in range(length):
            cells = [row[place] or None for row in batch]
            pieces[place].append(pa.array(cells, pa.string()))
    columns = [pa.chunked_array(column, pa.string()) for column in pieces]
    rows = len(columns[0]) if columns else 0
    return columns + [pa.chunked_array([pa.nulls(rows, pa.string())])] * (width - length)


def _ragged(body: _Body, bad: Sequence[tuple[int, int]]) -> DataError:
    lines = [
        _n("line {line} has {count}", "line {line} has {count}", cells, line=line)
        for line, cells in bad[:_TOLD]
    ]
    names = body.names
    more = len(bad) - len(lines)
    return DataError(
        _(
            "{path}: the lines are not of one length. Every line needs {expected}, separated by "
            "{separator!r}: {names!r}; but {lines}{more}. Correct them: a cell that holds the "
            "separator or a line end stands in quotes ({quote}).",
            path=body.path,
            expected=_n("{count} cell", "{count} cells", len(names)),
            separator=body.layout.dialect.separator,
            names=listed([*names[:_SHOWN_NAMES], *(["…"] if len(names) > _SHOWN_NAMES else [])]),
            lines=listed(lines),
            more=_n(", and {count} more line", ", and {count} more lines", more) if more else "",
            quote=body.layout.dialect.quote,
        )
    )


def _not_divided(path: str | Path, error: csv.Error) -> DataError:
    return DataError(
        _(
            "{path} cannot be divided into lines and cells: {error}. Is a quote opened and never "
            "closed?",
            path=path,
            error=reason_of(error),
        )
    )
