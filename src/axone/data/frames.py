"""Tables of any library as one plain kind of pandas frame, and the reading of their columns.

Plain means: columns called by text, rows counted from 0, and in each column numbers, booleans,
moments in time, categories or text, whatever objects the frame held before.
"""

import contextlib
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.reading.faults import require_cells
from axone.data.reading.moments import moments_of
from axone.data.reading.numerals import LARGEST_EXACT
from axone.data.reading.truths import truth_of
from axone.data.targets import cell_text
from axone.errors import ArgumentTypeError, DataError
from axone.messages import _, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_MICROSECONDS_A_DAY = 86_400_000_000


def is_frame(value: object) -> bool:
    """Tell whether `value` is a table of pandas or polars, importing neither."""
    return any(
        kind.__module__.partition(".")[0] in ("pandas", "polars")
        and kind.__name__ in ("DataFrame", "LazyFrame")
        for kind in type(value).__mro__
    )


def as_frame(table: Any, where: str = "table") -> "DataFrame":
    """Return a plain pandas frame; the table given stays as it is.

    Parameters
    ----------
    table : pandas or polars frame
        A lazy polars frame is collected.
    where : str
        What to call it in messages.

    Raises
    ------
    DataError
        Two columns of one name, or complex numbers.
    ArgumentTypeError
        No table at all.
    """
    import pandas as pd

    if not is_frame(table):
        raise ArgumentTypeError(
            _(
                "{where} must be a pandas or polars frame, not {kind}.",
                where=where,
                kind=type(table),
            )
        )
    if hasattr(table, "collect"):
        table = table.collect()
    if not isinstance(table, pd.DataFrame):
        table = _from_polars(table)
    frame: DataFrame = table.reset_index(drop=True)
    frame.columns = pd.Index([str(name) for name in frame.columns])
    require_distinct(list(frame.columns), where)
    changed = {
        str(name): plain
        for name, column in frame.items()
        if (plain := _plain_column(column, where)) is not column
    }
    return frame.assign(**changed) if changed else frame


def require_distinct(names: list[str], where: str) -> None:
    """Refuse column names of which one stands twice.

    Raises
    ------
    DataError
        With the names that repeat.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            _(
                "{where} has more than one column called {names!r}. Give every column a name "
                "of its own.",
                where=where,
                names=listed(twice),
            )
        )


def numbers_of(values: "Series", where: str = "table") -> FloatArray:
    """Read a column as float64 numbers, NaN where a cell is missing.

    Raises
    ------
    DataError
        A cell is no number or infinite; with the column, the row (counted from 1) and the cell.
    """
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        cells = values.astype(object)
        parsed = pd.to_numeric(cells.where(cells.notna(), None), errors="coerce")
        numbers = parsed.to_numpy(dtype=np.float64, na_value=np.nan)
        require_cells(np.isnan(numbers) & values.notna().to_numpy(), values, _("no number"), where)
    # A sum is finite where all numbers are, and takes half the time.
    with np.errstate(over="ignore", invalid="ignore"):
        total = numbers.sum()
    if not math.isfinite(total):
        require_cells(np.isinf(numbers), values, _("infinite"), where)
    return numbers


def truths_of(values: "Series", where: str = "table") -> FloatArray:
    """Read a column of yes and no as 1 and 0, NaN where a cell is missing, in whatever spelling.

    Raises
    ------
    DataError
        As `numbers_of`.
    """
    import pandas as pd

    if pd.api.types.is_bool_dtype(values):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    codes, distinct = pd.factorize(values)
    truths = np.array([*map(truth_of, np.asarray(distinct, dtype=object)), np.nan])[codes]
    require_cells(np.isnan(truths) & (codes >= 0), values, _("neither yes nor no"), where)
    return truths


def texts_of(values: "Series") -> tuple[NDArray[Any], list[str]]:
    """Read a column as text: for each row a position in the list of distinct texts, or −1."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        # As they are: what no row holds any more is a text of no rows.
        return values.cat.codes.to_numpy(), [cell_text(text) for text in values.cat.categories]
    codes, uniques = pd.factorize(values)
    return codes, [cell_text(value) for value in np.asarray(uniques, dtype=object)]


def days_of(values: "Series", where: str = "table") -> FloatArray:
    """Read a column as days since 1970-01-01 UTC, NaN where a cell is missing.

    Raises
    ------
    DataError
        A cell is no date of the form ``2024-02-29``, with or without a time.
    """
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(values):
        require_cells(values.notna().to_numpy(), values, _("no date such as 2024-02-29"), where)
        return np.full(len(values), np.nan)
    moments = moments_of(values)
    days = moments.astype(np.int64) / _MICROSECONDS_A_DAY
    return np.where(np.isnat(moments), np.nan, days)


def _from_polars(table: Any) -> "DataFrame":
    import pandas as pd

    try:
        frame: DataFrame = table.to_pandas()
    # It converts through pyarrow, which does not know all of its types: Int128.
    except (ModuleNotFoundError, ValueError):
        columns = {name: pd.Series(table[name].to_list(), dtype=object) for name in table.columns}
        return pd.DataFrame(columns).infer_objects()
    return frame


def _plain_column(values: "Series", where: str) -> "Series":
    import pandas as pd

    if values.dtype.kind == "c":
        raise DataError(
            _(
                "{where}: column {column!r} holds complex numbers; split them.",
                where=where,
                column=values.name,
            )
        )
    if values.dtype.kind == "m":
        return values.dt.total_seconds()
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.to_timestamp()
    if values.dtype == np.longdouble and values.dtype.itemsize > 8:
        with np.errstate(over="ignore", under="ignore"):
            return values.astype(np.float64)
    return _plain_objects(values) if values.dtype == object else values


def _plain_objects(values: "Series") -> "Series":
    import pandas as pd

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in ("string", "boolean", "empty"):
        return values
    if kind in ("date", "datetime", "datetime64"):
        return pd.Series(_moments(values), name=values.name, index=values.index)
    if kind in ("timedelta", "timedelta64"):
        return pd.to_timedelta(values).dt.total_seconds()
    exact = kind != "integer" or (values.dropna().abs() <= LARGEST_EXACT).all()
    if exact and kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        # What is too large for a float stays what it is called.
        with contextlib.suppress(OverflowError, ValueError, TypeError):
            return pd.to_numeric(values.where(values.notna(), None)).astype(np.float64)
    return values.map(cell_text, na_action="ignore")


def _moments(values: "Series") -> NDArray[np.datetime64]:
    """Read Python's dates and times, zones brought to UTC, of any year that Python knows."""
    import pandas as pd

    found = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    for row in np.flatnonzero(values.notna()):
        cell = values.iloc[row]
        if isinstance(cell, pd.Timestamp):
            cell = cell.to_pydatetime(warn=False)
        if isinstance(cell, datetime) and cell.tzinfo is not None:
            cell = cell.astimezone(UTC).replace(tzinfo=None)
        found[row] = np.datetime64(cell, "us")
    return found
