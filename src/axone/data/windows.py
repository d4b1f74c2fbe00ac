"""Forecasting as learning from examples: windows of a series, and parts and folds in its order.

A window at origin t reads the positions t − lags … t − 1 and is to say t … t + horizon − 1. What is
known of the future beforehand, such as the calendar, is read up to t + horizon − 1; of nothing else
is a position from t on ever read. Pure functions of arrays and of numbers of positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray, IntArray
from axone.checks import check_integer
from axone.errors import ConfigurationError, DataError
from axone.messages import _, _n


@dataclass(frozen=True)
class Window:
    """How long windows are.

    Parameters
    ----------
    lags : int
        Positions of the past that are read.
    horizon : int, default 1
        Positions of the future that are to be said.
    stride : int, default 1
        From one origin to the next.
    """

    lags: int
    horizon: int = 1
    stride: int = 1

    def __post_init__(self) -> None:
        for name in ("lags", "horizon", "stride"):
            check_integer(name, getattr(self, name), at_least=1)

    def origins(self, length: int) -> IntArray:
        """Return every origin whose past and future lie within so many positions, (m,).

        The last is as late as can be, so that nothing of the newest is lost to the stride.

        Raises
        ------
        DataError
            The series is too short for a single one.

        Examples
        --------
        >>> Window(lags=3, horizon=2, stride=2).origins(10)
        array([4, 6, 8])
        """
        last = length - self.horizon
        if last < self.lags:
            raise DataError(
                _(
                    "A series of {positions} is too short for {lags} and a horizon of "
                    "{horizon:,}: give a longer one, or fewer lags.",
                    positions=_n("{count:,} position", "{count:,} positions", length),
                    lags=_n("{count:,} lag", "{count:,} lags", self.lags),
                    horizon=self.horizon,
                )
            )
        return np.arange(last, self.lags - 1, -self.stride)[::-1].copy()


def inputs_at(
    past: FloatArray, known: FloatArray | None, origins: IntArray, window: Window
) -> FloatArray:
    """Return what windows read, (m, channels, lags).

    Parameters
    ----------
    past : ndarray of shape (length, n)
        Of which only the past may be read: what is to be said, and what is measured beside it.
    known : ndarray of shape (length, k), optional
        What is known beforehand. Its channels end with the horizon: they are read from
        t + horizon − lags on, so that the last `horizon` of their positions are those to be said.
    origins : ndarray of int, shape (m,)
    window : Window
        Of whose lags there are at least as many as positions in the horizon, where anything is
        known beforehand.

    Raises
    ------
    DataError
        Fewer lags than positions in the horizon, and something known beforehand.

    Examples
    --------
    >>> demand = np.arange(8.0)[:, None]
    >>> inputs_at(demand, None, np.array([3, 4]), Window(lags=3))
    array([[[0., 1., 2.]],
    <BLANKLINE>
           [[1., 2., 3.]]])
    """
    lags = window.lags
    read = _slices(past, origins - lags, lags)
    if known is None or not known.shape[1]:
        return read
    if lags < window.horizon:
        raise DataError(
            _(
                "{lags:,} lags are fewer than the {horizon:,} positions to be said, of which "
                "something is known beforehand: give at least as many lags.",
                lags=lags,
                horizon=window.horizon,
            )
        )
    ahead = _slices(known, origins + window.horizon - lags, lags)
    return np.concatenate([read, ahead], axis=1)


def targets_at(series: FloatArray, origins: IntArray, window: Window) -> FloatArray:
    """Return what windows are to say, (m, horizon).

    Parameters
    ----------
    series : ndarray of shape (length,)
    origins : ndarray of int, shape (m,)
    window : Window
    """
    return _slices(series[:, None], origins, window.horizon)[:, 0]


def spans_of(origins: IntArray, window: Window) -> IntArray:
    """Return when the target of each window begins and ends, (m, 2), the end not included."""
    return np.column_stack([origins, origins + window.horizon])


def calendar(length: int, periods: Sequence[int], first: int = 0) -> FloatArray:
    """Return sine and cosine of the place within each period, (length, 2·periods): the clock.

    Known beforehand at every position, and close for neighbours, across midnight too.

    Parameters
    ----------
    length : int
    periods : sequence of int
        In positions: 48 for a day of half-hours, 336 for its week.
    first : int, default 0
        The number of the first position.

    Examples
    --------
    >>> calendar(4, [4]).round(3).tolist()
    [[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, -0.0]]
    """
    positions = np.arange(first, first + length)
    angles = [2 * np.pi * (positions % period) / period for period in periods]
    waves = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    return np.column_stack(waves) if waves else np.empty((length, 0))


def backtest_folds(spans: IntArray, folds: int) -> list[tuple[IntArray, IntArray]]:
    """Return folds along time: each trains on all before a cut, and is judged on what follows it.

    The first cut leaves a share of 1/(folds + 1) of the rows for training, and each fold adds the
    rows that judged the one before (an expanding window). A row whose target lies on both sides of
    a cut is in neither.

    Parameters
    ----------
    spans : ndarray of int, shape (m, 2)
        When each row's target begins and ends.
    folds : int

    Returns
    -------
    list of (training rows, judging rows)

    Raises
    ------
    DataError
        Too few rows: a fold would have nothing to train on, or to be judged on.
    ArgumentTypeError, ConfigurationError
        `folds` is no whole number, or less than one.

    Examples
    --------
    >>> days = np.column_stack([np.arange(6), np.arange(1, 7)])
    >>> [(train.tolist(), judged.tolist()) for train, judged in backtest_folds(days, 2)]
    [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5])]
    """
    check_integer("folds", folds, at_least=1)
    begin, end = spans.T
    starts = np.sort(begin)
    rows = len(starts)
    if folds > rows:
        raise _too_few(rows, folds)
    at = [floor(rows * fold / (folds + 1) + 0.5) for fold in range(1, folds + 1)]
    cuts = [*(int(starts[min(row, rows - 1)]) for row in at), int(end.max())]
    found = []
    for cut, following in pairwise(cuts):
        train = np.flatnonzero(end <= cut)
        judged = np.flatnonzero((begin >= cut) & (end <= following))
        if not len(train) or not len(judged):
            raise _too_few(rows, folds)
        found.append((train, judged))
    return found


def _too_few(rows: int, folds: int) -> DataError:
    return DataError(
        _n(
            "{rows:,} rows in an order of time are too few for {count} fold: its cuts "
            "leave nothing to train on, or to be judged on.",
            "{rows:,} rows in an order of time are too few for {count} folds: their cuts "
            "leave nothing to train on, or to be judged on.",
            folds,
            rows=rows,
        )
    )


def season_of(periods: Sequence[int], lags: int, horizon: int) -> int:
    """Return the longest period that the lags hold and the horizon does not outlast.

    Where there is none, the horizon itself, or the lags if they are fewer.

    Examples
    --------
    >>> season_of((48, 336), lags=336, horizon=48), season_of((), lags=14, horizon=7)
    (336, 7)
    """
    held = [int(period) for period in periods if horizon <= period <= lags]
    return max(held, default=min(horizon, lags))


def seasonal_forecast(past: FloatArray, season: int, horizon: int) -> FloatArray:
    """Say what was a season before, (m, horizon); a season shorter than the horizon is repeated.

    Parameters
    ----------
    past : ndarray of shape (m, lags)
        Gaps are filled by the last number before them, or the first after.
    season : int
    horizon : int

    Raises
    ------
    ConfigurationError
        The past is shorter than a season.

    Examples
    --------
    >>> seasonal_forecast(np.array([[1.0, 2, 3, 4, 5]]), season=2, horizon=3)
    array([[4., 5., 4.]])
    """
    check_integer("season", season, at_least=1)
    lags = past.shape[1]
    if season > lags:
        raise ConfigurationError(
            _(
                "A season of {season:,} positions is longer than the {lags:,} lags that are read: "
                "give more lags, or a shorter season.",
                season=season,
                lags=lags,
            )
        )
    positions = lags - season + np.arange(horizon) % season
    return _without_gaps(past)[:, positions]


def _without_gaps(past: FloatArray) -> FloatArray:
    missing = np.isnan(past)
    if not missing.any():
        return past
    positions = np.arange(past.shape[1])
    last = np.maximum.accumulate(np.where(missing, -1, positions), axis=1)
    first = (~missing).argmax(axis=1)
    return np.take_along_axis(past, np.where(last < 0, first[:, None], last), axis=1)


def _slices(columns: FloatArray, starts: IntArray, length: int) -> NDArray[Any]:
    """Return so many positions from each start on, (m, columns, length)."""
    views = np.lib.stride_tricks.sliding_window_view(columns, length, axis=0)
    taken: NDArray[Any] = views[starts]
    return taken
