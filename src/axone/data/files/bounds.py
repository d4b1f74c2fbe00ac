"""How much a file may be: every limit on what is read from outside stands here.

A small file may unpack to terabytes, so what comes out is counted as it comes, and refused at the
limit, not measured afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from axone.errors import DataError
from axone.messages import _

BYTES_LIMIT = 4 * 2**30
"""Bytes of a table, on disk and unpacked; more would hardly fit in memory beside a network."""

RATIO_LIMIT = 200
"""Bytes unpacked for one byte compressed. Tables of measurements come to 3–10, one-hot columns to
some 50; only repetition without end comes to gzip's 1032 or the tens of thousands of xz."""

RATIO_FLOOR = 128 * 2**20
"""Bytes unpacked up to which any ratio is right: so much does no harm."""

CELLS_LIMIT = 500_000_000
"""Rows times columns: an empty cell takes one byte of text and at least four of memory."""

COLUMNS_LIMIT = 200_000
"""Columns of a table; every one is an object of pandas, of some kilobytes."""

PLANE_LIMIT = 20_000_000
"""Rows times columns up to the last filled cell of a spreadsheet, each a Python object."""

SPREADSHEET_LIMIT = 2**30
"""Bytes of a spreadsheet's XML, unpacked: some ten for each byte of a cell."""

RECORDS_LIMIT = 2**29
"""Bytes of JSON, of which Python's objects take some ten times as many."""

DEPTH_LIMIT = 64
"""Levels of lists and objects within each other in JSON."""

LZMA_MEMORY = 256 * 2**20
"""Bytes of working memory that an xz file may ask for; its strongest preset needs 65 MiB."""


_SMALLER: ContextVar[tuple[int, int] | None] = ContextVar("smaller tables", default=None)


@contextmanager
def smaller_tables(cells: int, columns: int) -> Iterator[None]:
    """Have tables refused within that are allowed elsewhere: somebody waits for them."""
    token = _SMALLER.set((cells, columns))
    try:
        yield
    finally:
        _SMALLER.reset(token)


def require_bytes(count: int, path: str | Path, limit: int | None = None) -> None:
    """Refuse what unpacks to more than the limit, by default `BYTES_LIMIT`.

    Raises
    ------
    DataError
        With the limit.
    """
    limit = BYTES_LIMIT if limit is None else limit
    if count > limit:
        raise DataError(
            _(
                "{path} unpacks to more than the limit of {limit:.1f} GiB. Use part of its rows.",
                path=path,
                limit=limit / 2**30,
            )
        )


def require_ratio(unpacked: int, compressed: int, path: str | Path) -> None:
    """Refuse what unpacks to far more than tables do: a decompression bomb.

    Raises
    ------
    DataError
        With the ratio.
    """
    if unpacked > RATIO_FLOOR and unpacked > RATIO_LIMIT * compressed:
        raise DataError(
            _(
                "{path} unpacks to more than {ratio} times its size, as no table of "
                "measurements does. If it is right, give it as plain CSV.",
                path=path,
                ratio=RATIO_LIMIT,
            )
        )


def require_cells(rows: int, columns: int, path: str | Path) -> None:
    """Refuse a table of too many cells or columns, before any is made.

    Raises
    ------
    DataError
        With the count and the limit.
    """
    most_cells, most_columns = _SMALLER.get() or (CELLS_LIMIT, COLUMNS_LIMIT)
    if columns > most_columns:
        raise DataError(
            _(
                "{path} has {count} columns, more than the limit of {limit}. Use part of them.",
                path=path,
                count=columns,
                limit=most_columns,
            )
        )
    if rows * columns > most_cells:
        raise DataError(
            _(
                "{path} has {rows} rows of {columns} columns, more cells than the limit of "
                "{limit}. Use part of them.",
                path=path,
                rows=rows,
                columns=columns,
                limit=most_cells,
            )
        )
