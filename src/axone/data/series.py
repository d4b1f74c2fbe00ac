"""A series as a dataset: every window of it an example, in the order of time.

A series is `series` (positions, columns) and `columns`, their names, in an archive, or the columns
of a table whose rows are in the order of time. Options say how far back is read and how far ahead
is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.array_dataset import make_array_dataset
from axone.data.dataset import Dataset
from axone.data.frames import days_of, numbers_of
from axone.data.generator_options import Count, Counts, Option, Words, checked_options
from axone.data.positions import require_room
from axone.data.reading import ReadTable
from axone.data.windows import Window, calendar, inputs_at, spans_of, targets_at
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, _n, listed

_LARGEST = 100_000
"""Lags, and positions of a horizon."""

OPTIONS: Mapping[str, Option] = {
    "lags": Count(32, least=1, most=_LARGEST),
    "horizon": Count(1, least=1, most=_LARGEST),
    "stride": Count(1, least=1, most=_LARGEST),
    "known": Words(()),
    "past": Words(()),
    "periods": Counts((), most=_LARGEST),
    "time": Words(()),
}
"""Of every series: positions read, positions said, from one origin to the next; columns known
beforehand; the others that are read, all where none is named; periods of the calendar; the column
of the time, which puts the rows in order."""

OWN_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    # Half-hours: a week is read, a day said. That tomorrow is a working day is known today, its
    # temperature is not.
    "electricity_demand": {
        "lags": 336,
        "horizon": 48,
        "known": ("workday",),
        "periods": (48, 336),
    }
}
"""What is usual of a series that is known by name."""


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
    """

    name: str
    values: FloatArray
    columns: tuple[str, ...]
    where: str


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


def series_options(name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return every option of a series, as given, as usual for it or its default, checked.

    Raises
    ------
    UnknownNameError, ConfigurationError
        An option that a series has not, or a value that is not allowed.
    """
    return checked_options(name, OPTIONS, {**OWN_OPTIONS.get(name, {}), **(given or {})})


def windows_of(
    series: Series, target: str | None = None, options: Mapping[str, Any] | None = None
) -> Dataset:
    """Make a dataset of the windows of a series.

    Parameters
    ----------
    series : Series
    target : str, optional
        The column to be said; the first by default. Its past is read as well.
    options : mapping, optional
        See `OPTIONS`.

    Returns
    -------
    Dataset
        `X` of shape (m, channels, lags), `y` (m, horizon), or (m,) for a horizon of 1, and the
        `spans` by which its parts are cut in the order of time. A window that is to say what is
        missing is left out.

    Raises
    ------
    DataError
        Too few positions, or nothing but gaps.
    UnknownNameError, ConfigurationError
        A column that there is not; an option that is not allowed.
    """
    chosen = series_options(series.name, options)
    series, notes = _in_time(series, chosen["time"])
    window = Window(chosen["lags"], chosen["horizon"], chosen["stride"])
    if not series.columns:
        raise DataError(_("{where}: there is nothing beside the time.", where=series.where))
    goal = _column(series, target or series.columns[0], _("target"))
    known = [_column(series, name, _("column")) for name in chosen["known"]]
    past = _past(series, goal, known, chosen["past"])
    if goal in known:
        raise DataError(
            _(
                "{where}: {name} is to be said and cannot be known beforehand.",
                where=series.where,
                name=series.columns[goal],
            )
        )
    length = len(series.values)
    clock = calendar(length, chosen["periods"]).astype(np.float32)
    ahead = np.column_stack([series.values[:, known], clock])
    origins = window.origins(length)
    channels = len(past) + ahead.shape[1]
    require_room(len(origins) * channels * window.lags * 4, series.where)
    values = np.where(np.isinf(series.values), np.nan, series.values)
    y = targets_at(values[:, goal], origins, window)
    readable = ~np.isnan(y).any(axis=1) & _has_numbers(values[:, past], origins, window)
    if lost := int(np.count_nonzero(~readable)):
        notes += (
            _n(
                "{count:,} window left out: what it is to say, or all that it reads, is missing",
                "{count:,} windows left out: what they are to say, or all that they read, is "
                "missing",
                lost,
            ).coded("windows_left_out"),
        )
    origins, y = origins[readable], y[readable]
    if len(origins) < 2:
        raise DataError(
            _(
                "{where}: {count} window of {lags} lags and a horizon of {horizon} without missing "
                "targets; learning needs at least two.",
                where=series.where,
                count=len(origins),
                lags=window.lags,
                horizon=window.horizon,
            )
        )
    X = inputs_at(values[:, past], ahead if ahead.shape[1] else None, origins, window)
    clocks = [f"{wave} {period}" for period in chosen["periods"] for wave in ("sin", "cos")]
    names = [series.columns[at] for at in [*past, *known]] + clocks
    dataset = make_array_dataset(
        series.name,
        {
            "X": X.astype(np.float32),
            "y": (y[:, 0] if window.horizon == 1 else y).astype(np.float64),
            "spans": spans_of(origins, window),
            "feature_names": np.array(names),
            "target_names": np.array(_target_names(series.columns[goal], window.horizon)),
        },
        task="regression",
        where=series.where,
    )
    return _noted(dataset, (*notes, _in_words(series, goal, window)))


def _in_time(series: Series, names: Sequence[str]) -> tuple[Series, tuple[Message, ...]]:
    """Put a series in the order of its column of moments, which is then no part of it."""
    if not names:
        return series, ()
    column = _column(series, names[0], _("column"))
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
    notes: tuple[Message, ...] = ()
    usual = float(np.median(steps)) if len(steps) else 0.0
    uneven = int(np.count_nonzero(np.abs(steps - usual) > 1e-6 + 0.01 * usual))
    if uneven:
        notes = (
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
    return replace(series, values=series.values[order][:, kept], columns=columns), notes


def _noted(dataset: Dataset, notes: Sequence[Message]) -> Dataset:
    return replace(dataset, notes=(*dataset.notes, *notes))


def _in_words(series: Series, goal: int, window: Window) -> Message:
    return _(
        "{name}: {horizon} to be said from {lags} of the past",
        name=series.columns[goal],
        horizon=_n("{count:,} position", "{count:,} positions", window.horizon),
        lags=_n("{count:,} position", "{count:,} positions", window.lags),
    ).coded("windows")


def _column(series: Series, name: str, what: Message) -> int:
    if name not in series.columns:
        raise UnknownNameError(what, name, series.columns, where=series.where)
    return series.columns.index(name)


def _past(series: Series, goal: int, known: list[int], names: Sequence[str]) -> list[int]:
    """Return the columns of which only the past is read, the one to be said first."""
    others = (
        [_column(series, name, _("column")) for name in names]
        if names
        else [at for at in range(len(series.columns)) if at not in known]
    )
    return [goal, *(at for at in others if at != goal)]


def _has_numbers(past: FloatArray, origins: NDArray[Any], window: Window) -> NDArray[np.bool_]:
    """Tell which windows have a number in every channel."""
    seen = np.concatenate([np.zeros((1, past.shape[1])), np.cumsum(~np.isnan(past), axis=0)])
    return np.asarray((seen[origins] - seen[origins - window.lags] > 0).all(axis=1))


def _target_names(name: str, horizon: int) -> list[str]:
    return [name] if horizon == 1 else [f"{name} +{step}" for step in range(1, horizon + 1)]
