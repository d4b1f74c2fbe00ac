"""Parquet and Feather: tables by columns, of which little may unpack to much.

What a file says of itself is looked at first. Then Parquet is read piece by piece and its texts are
counted while they are still in the short form of their dictionaries; Feather says before every
compressed part how long it is unpacked.
"""

import struct
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from axone.data.files.bounds import require_bytes, require_cells, require_ratio
from axone.data.files.damage import told_of_reading
from axone.data.files.names import ColumnNames, column_names
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.typed import frame_of_arrow, require_plain_types

PARQUET_MAGIC = b"PAR1"
FEATHER_MAGIC = b"ARROW1"

_PARQUET = "Parquet file"
_FEATHER = "Feather file"
_ROWS = 2**14
_CELLS = 2**22
_FEWEST_ROWS = 2**8
_STREAM_START = 8


def read_parquet(content: memoryview, path: str | Path) -> RawTable:
    """Read a Parquet file; columns that pandas wrote as the names of rows are left out.

    Raises
    ------
    DataError
        Damaged, too large when unpacked, columns of one name or of nested values.
    """
    with told_of_reading(path, _PARQUET):
        metadata = _parquet_file(content).metadata
        require_cells(metadata.num_rows, metadata.num_columns, path)
        groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
        require_bytes(sum(group.total_byte_size for group in groups), path)
        schema = _parquet_file(content).schema_arrow
        named = _named(schema, path)
        texts = [field.name for field in schema if _is_text(field.type)]
        file = _parquet_file(content, texts)
        batches = file.iter_batches(_rows_at_once(metadata))
        table = _table(_with_plain_texts(batches, texts, len(content), path), schema, path)
        return _raw_table(table, named, "parquet", path)


def count_parquet_columns(content: memoryview, path: str | Path) -> int:
    """Count the columns of a Parquet file from its footer."""
    with told_of_reading(path, _PARQUET):
        return len(_named(_parquet_file(content).schema_arrow, path).names)


def read_feather(content: memoryview, path: str | Path) -> RawTable:
    """Read a Feather file (version 2, which is Arrow's own form).

    Raises
    ------
    DataError
        As `read_parquet`.
    """
    with told_of_reading(path, _FEATHER):
        require_bytes(sum(_unpacked_lengths(content)), path)
        reader = _feather_reader(content)
        named = _named(reader.schema, path)
        batches = (reader.get_batch(place) for place in range(reader.num_record_batches))
        return _raw_table(_table(batches, reader.schema, path), named, "feather", path)


def count_feather_columns(content: memoryview, path: str | Path) -> int:
    """Count the columns of a Feather file from its schema."""
    with told_of_reading(path, _FEATHER):
        return len(_named(_feather_reader(content).schema, path).names)


def _parquet_file(content: memoryview, texts: Iterable[str] = ()) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    return parquet.ParquetFile(pa.BufferReader(pa.py_buffer(content)), read_dictionary=list(texts))


def _feather_reader(content: memoryview) -> Any:
    import pyarrow as pa

    return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(content)))


def _named(schema: Any, path: str | Path) -> ColumnNames:
    """Return the names of the columns that are kept, after a look at their types."""
    kept = [schema.field(place) for place in _kept(schema)]
    require_plain_types({field.name: field.type for field in kept}, path)
    return column_names([field.name for field in kept], path)


def _kept(schema: Any) -> list[int]:
    """Return the columns without those that pandas wrote as the names of the rows."""
    said = schema.pandas_metadata or {}
    index = {name for name in said.get("index_columns", ()) if isinstance(name, str)}
    return [place for place, name in enumerate(schema.names) if name not in index]


def _raw_table(table: Any, named: ColumnNames, kind: str, path: str | Path) -> RawTable:
    frame = frame_of_arrow(table.select(_kept(table.schema)), named.names, path)
    return RawTable(frame, FileFacts(kind), named.notes)


def _rows_at_once(metadata: Any) -> int:
    """Return how many rows to read at once, so that no piece is large whatever it unpacks to.

    How its columns are encoded would say more, but to ask the footer of a damaged file for it ends
    the process: an exception of the compiled parser that pyarrow does not catch.
    """
    return max(_FEWEST_ROWS, min(_ROWS, _CELLS // max(1, metadata.num_columns)))


def _table(batches: Iterable[Any], schema: Any, path: str | Path) -> Any:
    import pyarrow as pa

    kept, size = [], 0
    for batch in batches:
        # Arrow trusts what it maps: positions that point elsewhere would end the process.
        batch.validate(full=True)
        size += batch.nbytes
        require_bytes(size, path)
        kept.append(batch)
    if not kept:
        return schema.empty_table()
    return pa.Table.from_batches(kept).replace_schema_metadata(schema.metadata)


def _with_plain_texts(
    batches: Iterable[Any], texts: Collection[str], packed: int, path: str | Path
) -> Iterator[Any]:
    """Take texts out of their dictionaries, once it is known that they are not too long."""
    import pyarrow as pa

    size = 0
    for batch in batches:
        batch.validate(full=True)
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        size += sum(_length_of_texts(columns[name]) for name in texts)
        require_bytes(size, path)
        require_ratio(size, packed, path)
        plain = {name: columns[name].dictionary_decode() for name in texts}
        yield pa.RecordBatch.from_pydict(columns | plain)


def _length_of_texts(column: Any) -> int:
    import pyarrow.compute as pc

    lengths = pc.binary_length(column.dictionary)
    return pc.sum(lengths.take(column.indices)).as_py() or 0


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return types.is_string(kind) or types.is_binary(kind)


def _unpacked_lengths(content: memoryview) -> Iterator[int]:
    """Return the bytes of every part of a Feather file when unpacked, without unpacking any.

    A compressed part begins with its length, eight bytes, -1 where it is not compressed after all;
    where the parts lie, the message before them says (Arrow columnar format, "Serialization and
    Interprocess Communication", as FlatBuffers).
    """
    import pyarrow as pa

    source = pa.BufferReader(pa.py_buffer(content[_STREAM_START:]))
    for message in pa.ipc.MessageReader.open_stream(source):
        if message.type not in ("record batch", "dictionary"):
            continue
        body = memoryview(message.body)
        for start, length in _parts(memoryview(message.metadata), message.type):
            if length >= _STREAM_START:
                (unpacked,) = struct.unpack_from("<q", body, start)
                yield max(length, unpacked)


def _parts(metadata: memoryview, kind: str) -> Iterator[tuple[int, int]]:
    """Return where the parts of a compressed batch lie: tables of FlatBuffers, field by field."""
    (root,) = struct.unpack_from("<I", metadata, 0)
    batch = _linked(metadata, root, 2)  # Message.header
    if batch and kind == "dictionary":
        batch = _linked(metadata, batch, 1)  # DictionaryBatch.data
    if not batch or not _linked(metadata, batch, 3):  # RecordBatch.compression
        return
    buffers = _linked(metadata, batch, 2)  # RecordBatch.buffers
    (count,) = struct.unpack_from("<I", metadata, buffers)
    for place in range(count):
        yield struct.unpack_from("<qq", metadata, buffers + 4 + 16 * place)


def _linked(metadata: memoryview, table: int, field: int) -> int:
    """Return the position to which a field of a table points, 0 where it has none."""
    (back,) = struct.unpack_from("<i", metadata, table)
    (size,) = struct.unpack_from("<H", metadata, table - back)
    if 4 + 2 * field >= size:
        return 0
    (offset,) = struct.unpack_from("<H", metadata, table - back + 4 + 2 * field)
    if not offset:
        return 0
    (link,) = struct.unpack_from("<I", metadata, table + offset)
    return table + offset + link
