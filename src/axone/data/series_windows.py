"""A series as a dataset: every window of it an example, in the order of time.

Options say how far back is read and how far ahead is said. A model of windows keeps how they were
cut, and says what follows the end of another series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType, FloatArray
from axone.data.array_dataset import make_array_dataset
from axone.data.dataset import Dataset
from axone.data.frames import as_frame, is_frame
from axone.data.generator_options import Count, Counts, Option, Words, checked_options
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.positions import require_room
from axone.data.reading import read_columns
from axone.data.series import Series, are_months, column_of, in_time, series_of_frame
from axone.data.signals import Signals
from axone.data.steps import ExampleLayout, Step
from axone.data.windows import Window, calendar, inputs_at, spans_of, targets_at
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, _n

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


@dataclass(frozen=True)
class SeriesWindows(Step, PlainData):
    """The first step of models of windows: how they are cut from a series.

    Parameters
    ----------
    past : tuple of str
        Columns of which the past is read, the one to be said first.
    known : tuple of str
        Columns known beforehand.
    periods : tuple of int
        Of the calendar, in positions from the first row of training on.
    lags, horizon : int
    time : str
        The column that puts rows in order; may be empty.
    first, step : float
        When the first row of training was, and how long a position is, as `time` counts: so a later
        table is found in the calendar. Without a step its first row stands where training began.
    """

    past: tuple[str, ...]
    known: tuple[str, ...]
    periods: tuple[int, ...]
    lags: int
    horizon: int
    time: str = ""
    first: float = 0.0
    step: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """What the channels of an example are called."""
        clocks = (f"{wave} {period}" for period in self.periods for wave in ("sin", "cos"))
        return (*self.past, *self.known, *clocks)

    @property
    def options(self) -> dict[str, Any]:
        """How they are cut, as options of a series: see `OPTIONS`."""
        return {
            "lags": self.lags,
            "horizon": self.horizon,
            "past": list(self.past),
            "known": list(self.known),
            "periods": list(self.periods),
            "time": [self.time] if self.time else [],
        }

    @property
    def signals(self) -> Signals:
        """What windows in memory are held to."""
        return Signals((len(self.names), self.lags), self.names)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if not self.past or min(self.lags, self.horizon, *self.periods) < 1:
            raise ShapeError(
                _("windows of {lags} lags and {horizon}", lags=self.lags, horizon=self.horizon)
            )
        return self.signals.after(before)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[Any]:
        """Return windows as they are; of a table, the one that ends with its last known target.

        Raises
        ------
        DataError
            The table lacks a column, or is too short; what is known beforehand does not reach as
            far as the horizon.
        """
        return self.signals.transform(self._windows(X), dtype)

    def mask(self, X: Any) -> BoolArray | None:
        return self.signals.mask(self._windows(X))

    def examples(self, table: Any) -> tuple[FloatArray, FloatArray]:
        """Return every window of a table and what it is to say, to measure a model on."""
        window = Window(self.lags, self.horizon)
        series = self._series(table)
        past, ahead = self._columns(series)
        y = targets_at(past[:, 0], window.origins(len(past)), window)
        known = ~np.isnan(y).any(axis=1)
        origins = window.origins(len(past))[known]
        X = inputs_at(past, ahead, origins, window)
        return X, y[known, 0] if self.horizon == 1 else y[known]

    def _windows(self, X: Any) -> Any:
        if not is_frame(X):
            return X
        series = self._series(X)
        past, ahead = self._columns(series)
        said = np.flatnonzero(~np.isnan(past[:, 0]))
        origin = int(said[-1]) + 1 if len(said) else 0
        if origin < self.lags:
            raise DataError(
                _(
                    "The model reads {lags:,} rows of the past, and the table has {rows:,} up to "
                    "the last that holds {column!r}.",
                    lags=self.lags,
                    rows=origin,
                    column=self.past[0],
                )
            )
        if ahead is not None and len(ahead) < origin + self.horizon:
            if self.known:
                raise DataError(
                    _(
                        "{known!r} must be known for the {horizon:,} rows to be said: add them to "
                        "the table, {column!r} left empty.",
                        known=self.known[0],
                        horizon=self.horizon,
                        column=self.past[0],
                    )
                )
            ahead = calendar(origin + self.horizon, self.periods, self.begin(series))
        return inputs_at(past, ahead, np.array([origin]), Window(self.lags, self.horizon))

    def _series(self, table: Any) -> Series:
        read = read_columns(as_frame(table))
        series, _notes = series_of_frame("table", read, "table", None)
        return in_time(series, (self.time,) if self.time in series.columns else ())[0]

    def _columns(self, series: Series) -> tuple[FloatArray, FloatArray | None]:
        """Return what is read of the past, and what is known beforehand."""
        what = _("column")
        past = series.values[:, [column_of(series, name, what) for name in self.past]]
        known = series.values[:, [column_of(series, name, what) for name in self.known]]
        ahead = np.column_stack([known, calendar(len(past), self.periods, self.begin(series))])
        return past, ahead if ahead.shape[1] else None

    def begin(self, series: Series) -> int:
        """Return which position of the calendar the first row of a table is."""
        if series.moments is None or not self.step:
            return 0
        return round((float(series.moments[0]) - self.first) / self.step)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "SeriesWindows":
        return read_data(cls, data, _("step {name!r}", name="windows"))


def series_options(name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return every option of a series, as given, as usual for it or its default, checked.

    Raises
    ------
    UnknownNameError, ConfigurationError
        An option that a series has not, or a value that is not allowed.
    """
    return checked_options(name, OPTIONS, {**OWN_OPTIONS.get(name, {}), **(given or {})})


def windows_of(
    series: Series,
    target: str | None = None,
    options: Mapping[str, Any] | None = None,
    before: SeriesWindows | None = None,
) -> Dataset:
    """Make a dataset of the windows of a series.

    Parameters
    ----------
    series : Series
    target : str, optional
        The column to be said; the first by default. Its past is read as well.
    options : mapping, optional
        See `OPTIONS`.
    before : SeriesWindows, optional
        The step of a model that is to go on learning: the calendar is counted from its first row.

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
    series, notes = in_time(series, chosen["time"])
    window = Window(chosen["lags"], chosen["horizon"], chosen["stride"])
    if not series.columns:
        raise DataError(_("{where}: there is nothing beside the time.", where=series.where))
    goal = column_of(series, target or series.columns[0], _("target"))
    known = [column_of(series, name, _("column")) for name in chosen["known"]]
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
    begin = 0 if before is None else before.begin(series)
    clock = calendar(length, chosen["periods"], begin).astype(np.float32)
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
                "{where}: {windows} of {lags} lags and a horizon of {horizon} without missing "
                "targets; learning needs at least two.",
                where=series.where,
                windows=_n("{count} window", "{count} windows", len(origins)),
                lags=window.lags,
                horizon=window.horizon,
            )
        )
    with np.errstate(over="ignore"):  # what does not fit is told just below
        X = inputs_at(values[:, past], ahead if ahead.shape[1] else None, origins, window).astype(
            np.float32
        )
    _require_single_precision(values[:, past], series, past)
    reader = SeriesWindows(
        tuple(series.columns[at] for at in past),
        tuple(series.columns[at] for at in known),
        chosen["periods"],
        window.lags,
        window.horizon,
        "".join(chosen["time"][:1]),
        *_clock_of(series),
    )
    dataset = make_array_dataset(
        series.name,
        {
            "X": X,
            "kind": np.array("signals"),
            "y": (y[:, 0] if window.horizon == 1 else y).astype(np.float64),
            "spans": spans_of(origins, window),
            "feature_names": np.array(reader.names),
            "target_names": np.array(_target_names(series.columns[goal], window.horizon)),
        },
        task="regression",
        where=series.where,
    )
    notes = (*dataset.notes, *notes, _in_words(series, goal, window))  # type: ignore[arg-type]
    return replace(dataset, notes=notes, reader=reader)


def _clock_of(series: Series) -> tuple[float, float]:
    """Return when a series begins, and how long its positions are; zeros where nothing tells."""
    if series.moments is None:
        return 0.0, 0.0
    steps = np.diff(series.moments)
    # Months are of unlike lengths: by the middle one the calendar would run away.
    step = np.mean(steps) if are_months(series.moments) else np.median(steps)
    return float(series.moments[0]), float(step)


def _in_words(series: Series, goal: int, window: Window) -> Message:
    return _(
        "{name}: {horizon} to be said from {lags} of the past",
        name=series.columns[goal],
        horizon=_n("{count:,} position", "{count:,} positions", window.horizon),
        lags=_n("{count:,} position", "{count:,} positions", window.lags),
    ).coded("windows")


def _require_single_precision(values: FloatArray, series: Series, columns: list[int]) -> None:
    """Refuse numbers beyond those of float32, in which windows are kept."""
    beyond = np.abs(values) > np.finfo(np.float32).max
    if beyond.any():
        row, at = np.argwhere(beyond)[0]
        raise DataError(
            _(
                "{where}: {name} is {found:.3g} in row {row} (counted from 0, in the order of "
                "time), too large for float32: use larger units.",
                where=series.where,
                name=series.columns[columns[at]],
                found=float(values[row, at]),
                row=int(row),
            )
        )


def _past(series: Series, goal: int, known: list[int], names: Sequence[str]) -> list[int]:
    """Return the columns of which only the past is read, the one to be said first."""
    others = (
        [column_of(series, name, _("column")) for name in names]
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
