"""Large arrays piece by piece: row slices that stay small in float64, and the finiteness check.

An image set of a gibibyte in bytes would be eight in float64; whatever looks at every cell of an
array goes through it in these pieces.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.errors import DataError
from axone.messages import Listed, _, _n, listed

CHUNK_CELLS = 1 << 21
"""Cells at a time: 16 MiB in float64, about what a processor's last cache holds."""

CACHED_CELLS = 1 << 14
"""Cells at a time where several operations follow one another on each: 128 KiB in float64, which
stay in a core's own cache from one operation to the next."""


def row_chunks(array: NDArray[Any], cells: int | None = None) -> Iterator[slice]:
    """Slice the first axis into pieces of at most `cells` (`CHUNK_CELLS`) cells, or of one row."""
    rows = max(1, (cells or CHUNK_CELLS) // max(1, array[:1].size))
    for start in range(0, len(array), rows):
        yield slice(start, start + rows)


def require_finite(array: NDArray[Any], name: str, where: str) -> None:
    """Refuse an array of numbers that holds NaN or an infinity.

    Parameters
    ----------
    array : ndarray of numbers
        Any shape but `()`.
    name, where : str
        What the array is called and where it stands, for the message: ``"X"``, ``"iris.npz"``.

    Raises
    ------
    DataError
        With the number of such cells and the first one's place.
    """
    if array.dtype.kind != "f":
        return
    count = 0
    first: tuple[int, ...] = ()
    for rows in row_chunks(array):
        finite = np.isfinite(array[rows])
        if finite.all():
            continue
        bad = ~finite
        if not count:
            row, *rest = np.argwhere(bad)[0].tolist()
            first = (rows.start + row, *rest)
        count += int(np.count_nonzero(bad))
    if count:
        raise DataError(
            _n(
                "{where}: {name} holds {count} cell that is NaN or infinite, the first at {place} "
                "(counted from 0): {cell}. Fill in such cells or leave those rows out.",
                "{where}: {name} holds {count} cells that are NaN or infinite, the first at "
                "{place} (counted from 0): {cell}. Fill in such cells or leave those rows out.",
                count,
                where=where,
                name=name,
                place=_place(first),
                cell=array[first],
            )
        )


def _place(cell: tuple[int, ...]) -> Listed:
    row, *rest = cell
    if len(rest) == 1:
        return listed([_("row {number}", number=row), _("column {number}", number=rest[0])])
    return listed(
        [_("row {number}", number=row), *(_("position {number}", number=at) for at in rest)]
    )
