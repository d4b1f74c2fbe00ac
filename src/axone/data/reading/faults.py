"""The refusal of a column for cells that are no values of its kind."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.data.targets import cell_text
from axone.errors import DataError
from axone.messages import _n

if TYPE_CHECKING:
    from pandas import Series


def require_cells(bad: NDArray[Any], values: "Series", fault: str, where: str) -> None:
    """Refuse a column with the first of its bad cells, where there is any.

    Raises
    ------
    DataError
        With the column, the row (counted from 1), the cell and how many there are.
    """
    count = int(np.count_nonzero(bad))
    if count:
        row = int(np.argmax(bad))
        raise DataError(
            _n(
                "{where}: column {column!r}, row {row} (counted from 1): {cell!r} is {fault}; "
                "{count} such cell in the column. Correct them, empty them (an empty cell counts "
                "as missing), or leave the column out.",
                "{where}: column {column!r}, row {row} (counted from 1): {cell!r} is {fault}; "
                "{count} such cells in the column. Correct them, empty them (an empty cell counts "
                "as missing), or leave the column out.",
                count,
                where=where,
                column=values.name,
                row=row + 1,
                cell=cell_text(values.iloc[row]),
                fault=fault,
            )
        )
