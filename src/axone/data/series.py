"""Series: columns of numbers along time, of an archive or of a table.

An archive holds `series` (positions, columns) and `columns`, their names; of a table it is the
columns of numbers, truths and moments, its rows in the order of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.frames import days_of, numbers_of
from axone.data.reading import ReadTable
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame


_MOST_DAYS = 2.0**31
"""Days since 1970 that a calendar is asked about."""


@dataclass(frozen=True, eq=False)
class Series:
    """Columns along time.

    Attributes
    ----------
    name : str
    values : ndarray of shape (positions, columns)
        NaN where nothing was measured.
    columns : tuple of str
    where : str
        For messages.
    moments : ndarray of shape (positions,), optional
        When each position is, in days; None where no column tells.
    """

    name: str
    values: FloatArray
    columns: tuple[str, ...]
    where: str
    moments: FloatArray | None = None

    def frame(self) -> "DataFrame":
        """Return the series as a table."""
        import pandas as pd

        return pd.DataFrame(self.values, columns=list(self.columns))


def series_of_arrays(name: str, arrays: Mapping[str, NDArray[Any]], where: str) -> Series:
    """Return the series of an archive.

    Raises
    ------
    DataError
        `series` holds no numbers in one or two axes, or `columns` not their names.
    """
    values = arrays["series"]
    if values.dtype.kind not in "biuf" or values.ndim not in (1, 2) or not values.size:
        raise DataError(
            _(
                "{where}: series is of type {dtype} and shape {shape}; it must hold numbers, "
                "(positions,) or (positions, columns).",
                where=where,
                dtype=values.dtype,
                shape=values.shape,
            )
        )
    values = values.reshape(len(values), -1)
    names = arrays.get("columns")
    if names is None:
        found = tuple(f"x{number + 1}" for number in range(values.shape[1]))
        return Series(name, values, found, where)
    if names.dtype.kind != "U" or names.shape != (values.shape[1],):
        raise DataError(
            _(
                "{where}: columns is of type {dtype} and shape {shape}; it must name the {count} "
                "columns of series.",
                where=where,
                dtype=names.dtype,
                shape=names.shape,
                count=values.shape[1],
            )
        )
    return Series(name, values, tuple(names.tolist()), where)


def series_of_frame(
    name: str, read: ReadTable, where: str, target: str | None
) -> tuple[Series, tuple[Message, ...]]:
    """Return the columns of a table that are numbers, truths or moments, and what was left out.

    Parameters
    ----------
    name : str
    read : ReadTable
        The table as it was read.
    where : str
    target : str, optional
        Refused, where it is none of them.
    """
    of_kind = {"number": numbers_of, "boolean": _truths, "date": days_of}
    found: dict[str, FloatArray] = {}
    others = []
    for column, decided in read.kinds.items():
        # Amounts that rise with every row look like numbers of rows, which a series may hold.
        counts = column in read.left_out and read.frame[column].dtype.kind in "iuf"
        kind = "number" if counts else decided
        if kind in of_kind:
            found[column] = of_kind[kind](read.frame[column], where)
        else:
            others.append(column)
    if target in others or not found:
        raise DataError(
            _(
                "{where}: a series is of numbers, and {column!r} holds none.",
                where=where,
                column=target or listed(others),
            )
        )
    notes: tuple[Message, ...] = ()
    if others:
        notes = (
            _(
                "left out of the series, for they hold no numbers: {columns}",
                columns=listed(others),
            ).coded("columns_not_in_series"),
        )
    return Series(name, np.column_stack(list(found.values())), tuple(found), where), notes


def _truths(values: Any, where: str) -> FloatArray:
    del where
    return np.asarray(values.astype("float64"))


def in_time(series: Series, names: Sequence[str]) -> tuple[Series, tuple[Message, ...]]:
    """Put a series in the order of its column of moments, which is then no part of it."""
    if not names:
        return series, ()
    column = column_of(series, names[0], _("column"))
    moments = series.values[:, column]
    if np.isnan(moments).any():
        raise DataError(
            _(
                "{where}: {name} lacks a moment in row {row} (counted from 0): fill it in, or "
                "leave the row out.",
                where=series.where,
                name=names[0],
                row=int(np.argmax(np.isnan(moments))),
            )
        )
    order = np.argsort(moments, kind="stable")
    steps = np.diff(moments[order])
    repeated = int(np.count_nonzero(steps == 0))
    _require_one_series(series, names[0], repeated)
    notes: tuple[Message, ...] = ()
    if repeated:
        notes = (
            _n(
                "{count:,} row has the moment of {name} of a row before: it counts as a step of "
                "its own",
                "{count:,} rows have the moment of {name} of a row before: each counts as a step "
                "of its own",
                repeated,
                name=names[0],
            ).coded("moments_repeat"),
        )
    steps = steps[steps > 0]
    usual = float(np.median(steps)) if len(steps) else 0.0
    uneven = int(np.count_nonzero(np.abs(steps - usual) > 1e-6 + 0.01 * usual))
    if uneven and not are_months(moments[order]):
        notes += (
            _n(
                "{count:,} step of {name} is not as long as the others: every row counts as one "
                "step all the same",
                "{count:,} steps of {name} are not as long as the others: every row counts as one "
                "step all the same",
                uneven,
                name=names[0],
            ).coded("uneven_steps"),
        )
    kept = [at for at in range(len(series.columns)) if at != column]
    columns = tuple(series.columns[at] for at in kept)
    values = series.values[order][:, kept]
    return replace(series, values=values, columns=columns, moments=moments[order]), notes


def _require_one_series(series: Series, name: str, repeated: int) -> None:
    """Refuse a table in which half the moments or more stand several times, as of several series.

    Their rows would be taken for steps of one, up and down between the series.
    """
    if repeated and repeated >= (len(series.values) - repeated) / 2:
        raise DataError(
            _(
                "{where}: of {rows:,} rows {repeated:,} have the moment of {name} of a row before, "
                "as where a table holds several series one below the other. Keep the rows of one "
                "of them, or give each series a column of its own.",
                where=series.where,
                rows=len(series.values),
                repeated=repeated,
                name=name,
            )
        )


def are_months(moments: FloatArray) -> bool:
    """Tell whether days follow one another by the calendar: as many months each, or years.

    A month's last day counts as the last of any other, the 31st as the 28th.
    """
    if (moments != np.floor(moments)).any() or np.abs(moments).max() > _MOST_DAYS:
        return False
    days = moments.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    steps = np.diff(months.astype(np.int64))
    of_month = (days - months).astype(np.int64)
    is_last = (days + 1).astype("datetime64[M]") > months
    same_day = (of_month == of_month.max()) | is_last
    return bool(len(steps) and steps[0] > 0 and (steps == steps[0]).all() and same_day.all())


def column_of(series: Series, name: str, what: Message) -> int:
    """Return the position of a column.

    Raises
    ------
    UnknownNameError
        There is none of that name.
    """
    if name not in series.columns:
        raise UnknownNameError(what, name, series.columns, where=series.where)
    return series.columns.index(name)
