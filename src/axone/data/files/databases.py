"""Tables of databases: SQLite and DuckDB by themselves, any other by SQLAlchemy.

A database is opened for reading, asked one question, and read in pieces up to the bounds. What a
hostile file may hold (a view that reads other files) finds the doors to other files closed.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from axone.data.files.bounds import BYTES_LIMIT, require_bytes, require_cells
from axone.data.files.damage import reason_of, told_of_reading
from axone.data.files.names import column_names
from axone.data.files.queries import query_for
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.typed import (
    column_of,
    frame_of,
    frame_of_arrow,
    require_plain_types,
)
from axone.data.home import require_readable
from axone.errors import AxoneError, DataError
from axone.messages import _

SQLITE_MAGIC = b"SQLite format 3\0"
DUCKDB_MAGIC = b"DUCK"
"""At the ninth byte of a file of DuckDB."""

_KIND = "database"
_ALL_OF = "SELECT * FROM "
_ROWS = 10_000
_CELL_BYTES = 64
_FILE_URL = re.compile(r"(sqlite|duckdb):///(.+)")
_SECRET = re.compile(r"(?i)(password|passwd|pwd|token|secret|key)=[^&;\s]*")


def is_url(source: str) -> bool:
    """Tell whether a text is the URL of a database."""
    return re.match(r"[A-Za-z][\w+.]*://", source) is not None


def read_database(source: str | Path, query: str | None = None) -> RawTable:
    """Read a table of a database, or what a query makes of its tables.

    Parameters
    ----------
    source : str or Path
        A file of SQLite or DuckDB, or a URL as SQLAlchemy knows them.
    query : str, optional
        A SELECT statement or the name of a table; needless where there is one table.

    Raises
    ------
    DataError
        Not there, damaged, more rows than the bounds allow, a query that fails or does not only
        read. Passwords of URLs are in no message.
    """
    text = str(source)
    file = _FILE_URL.fullmatch(text) if isinstance(source, str) else None
    if file:
        source, text = Path(file[2]), file[2]
    elif is_url(text):
        return _read_by_sqlalchemy(text, query)
    path = Path(text)
    require_readable(path, BYTES_LIMIT)
    with path.open("rb") as opened:
        head = opened.read(16)
    with told_of_reading(path, _KIND):
        if head[8:12] == DUCKDB_MAGIC:
            return _read_duckdb(path, query)
        return _read_sqlite(path, query)


def _read_sqlite(path: Path, query: str | None) -> RawTable:
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        kinds = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
            "ORDER BY name"
        ).fetchall()
        tables, views = ([n for kind, n in kinds if kind == k] for k in ("table", "view"))
        asked, is_table = query_for(query, tables, views, str(path))
        statement = _ALL_OF + _quoted(asked) if is_table else asked
        connection.set_authorizer(_only_reading)
        with _told_of_query(str(path), ()):
            cursor = connection.execute(statement)
            names = [column[0] for column in cursor.description]
            rows = _bounded_rows(iter(lambda: cursor.fetchmany(_ROWS), []), len(names), str(path))
        return _table_of_rows(names, rows, str(path), "sqlite", asked)


def _only_reading(action: int, *_details: str | None) -> int:
    allowed = (
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    )
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _read_duckdb(path: Path, query: str | None) -> RawTable:
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise _not_installed(str(path), "duckdb") from error
    settings: dict[str, Any] = {"enable_external_access": "false", "lock_configuration": "true"}
    with closing(duckdb.connect(str(path), read_only=True, config=settings)) as connection:
        kinds = connection.execute(
            "SELECT table_type, table_name FROM information_schema.tables ORDER BY table_name"
        ).fetchall()
        tables, views = ([n for kind, n in kinds if kind == k] for k in ("BASE TABLE", "VIEW"))
        asked, is_table = query_for(query, tables, views, str(path))
        statement = _ALL_OF + _quoted(asked) if is_table else asked
        with _told_of_query(str(path), ()):
            reader = connection.sql(statement).to_arrow_reader(_ROWS)
            table = _bounded_batches(reader, str(path))
    named = column_names(table.schema.names, path)
    require_plain_types(dict(zip(named.names, table.schema.types, strict=True)), path)
    frame = frame_of_arrow(table, named.names, path)
    return RawTable(frame, FileFacts("duckdb", table=asked), named.notes)


def _read_by_sqlalchemy(url: str, query: str | None) -> RawTable:
    try:
        import sqlalchemy
    except ModuleNotFoundError as error:
        raise _not_installed(_shown(url), "sqlalchemy") from error
    where, secrets = _shown(url), _secrets(url)
    with told_of_reading(where, _KIND), _told_of_query(where, secrets):
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.connect() as connection:
                inspector = sqlalchemy.inspect(connection)
                tables, views = inspector.get_table_names(), inspector.get_view_names()
                asked, is_table = query_for(query, sorted(tables), sorted(views), where)
                name = engine.dialect.identifier_preparer.quote(asked)
                statement = _ALL_OF + name if is_table else asked
                connection.rollback()
                result = _for_reading(connection).exec_driver_sql(statement)
                names = list(result.keys())
                pieces = iter(lambda: result.fetchmany(_ROWS), [])
                rows = _bounded_rows(pieces, len(names), where)
        finally:
            engine.dispose()
    return _table_of_rows(names, rows, where, engine.dialect.name, asked)


def _for_reading(connection: Any) -> Any:
    """Return a connection whose rows come in pieces and which, where it can, cannot write."""
    options: dict[str, Any] = {"stream_results": True}
    if connection.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    return connection.execution_options(**options)


def _bounded_rows(
    pieces: Iterable[Sequence[Sequence[Any]]], width: int, where: str
) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = []
    size = 0
    for piece in pieces:
        rows.extend(tuple(row) for row in piece)
        require_cells(len(rows), width, where)
        size += sum(
            len(cell) if isinstance(cell, (str, bytes)) else _CELL_BYTES
            for row in piece
            for cell in row
        )
        require_bytes(size, where)
    return rows


def _bounded_batches(reader: Any, where: str) -> Any:
    import pyarrow as pa

    batches, size = [], 0
    for batch in reader:
        batches.append(batch)
        size += batch.nbytes
        require_bytes(size, where)
    return pa.Table.from_batches(batches, reader.schema)


def _table_of_rows(
    names: Sequence[str], rows: Sequence[Sequence[Any]], where: str, kind: str, asked: str
) -> RawTable:
    named = column_names(names, where)
    columns: Iterator[Sequence[Any]] = (
        iter(zip(*rows, strict=True)) if rows else iter([()] * len(names))
    )
    frame = frame_of(
        {
            name: column_of([_cell(value) for value in column])
            for name, column in zip(named.names, columns, strict=True)
        }
    )
    return RawTable(frame, FileFacts(kind, table=asked), named.notes)


def _cell(value: Any) -> Any:
    """Return a cell as one of the plain types, empty text as missing."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (bytes, memoryview, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _told_of_query(where: str, secrets: Sequence[str]) -> Iterator[None]:
    """Say of the query what a database says against it, without what is secret."""
    try:
        yield
    except AxoneError as error:
        if not any(secret in str(error) for secret in secrets):
            raise
        raise DataError(_hidden(str(error), secrets)) from None
    except ModuleNotFoundError as error:
        raise DataError(
            _(
                "{where} needs the driver {driver!r}, which is not installed. Install it, or save "
                "the table as CSV.",
                where=where,
                driver=error.name,
            )
        ) from error
    except Exception as error:
        reason = _hidden(reason_of(error), secrets)
        raise DataError(
            _(
                "{where} does not answer the query: {error}. Correct the query or the address.",
                where=where,
                error=reason,
            )
        ) from None


def _hidden(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _secrets(url: str) -> list[str]:
    found = re.match(r"[^:]+://[^:@/]*:(.*)@", url)
    values = [found[1]] if found else []
    values += [match[0].partition("=")[2] for match in _SECRET.finditer(url)]
    return [form for value in values if value for form in (value, unquote(value))]


def _shown(url: str) -> str:
    """Return a URL without what is secret in it."""
    scheme, rest = url.split("://", 1)
    account, at, address = rest.rpartition("@")
    user, colon, _password = account.partition(":")
    hidden = f"{user}:***" if colon else account
    return f"{scheme}://{hidden}{at}" + _SECRET.sub(r"\1=***", address)


def _not_installed(where: str, library: str) -> DataError:
    return DataError(
        _(
            "{where}: it is read with {library}, which is not installed: pip install "
            '"axone[sql]", and the driver of the database. Or save the table as CSV.',
            where=where,
            library=library,
        )
    )
