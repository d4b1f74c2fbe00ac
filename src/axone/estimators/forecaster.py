"""The forecaster: from the last rows of a series to what follows, with intervals.

Windows of a series become rows (`axone.data.windows`), quantiles of all that is to be said are
learnt at once by the pinball loss, and a backtest trains on what was known before each cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils._param_validation import Interval, Options
from sklearn.utils.validation import check_array, check_is_fitted

from axone.arrays import FloatArray, IntArray
from axone.bounds import MOST_MEMBERS, MOST_UNITS
from axone.calibration import find_spread
from axone.checks import items_of
from axone.data import Dataset, Standard
from axone.data.frames import as_frame, is_frame
from axone.data.reading import read_columns
from axone.data.series import Series, series_of_frame
from axone.data.series_windows import SeriesWindows, windows_of
from axone.data.window_features import features_of
from axone.data.windows import backtest_folds, season_of, seasonal_forecast
from axone.estimators.backtest import Backtest, FoldScore
from axone.estimators.example_training import (
    EXAMPLE_CONSTRAINTS,
    Course,
    ExampleLesson,
    ExampleParameters,
    train_examples,
)
from axone.estimators.going_on import begun_from
from axone.estimators.reporting import warn
from axone.estimators.rows import told_of_numbers
from axone.estimators.settings import COUNT, UNITS, Constraints, refused_by_name
from axone.layers import Dense, Flatten, Layer
from axone.losses import Loss, Quantile, nearest_to_the_median, several_levels
from axone.messages import _
from axone.model import Model, Numbers
from axone.presets.series import QUANTILES, forecast_course, linear_beside_hidden

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(eq=False, repr=False)
class Forecaster(ExampleParameters, BaseEstimator):
    """A forecaster: of a series the next values, each as quantiles of what may come.

    A series is a pandas or polars frame with a row for each position, or an array of one or two
    axes; every position of it that has enough past and future is learnt from. Nothing is read from
    the future but the columns named as `known` and the calendar.

    Parameters
    ----------
    layers, preset
        A network for signals (channels, lags), as of `ConvClassifier`, to which a unit for each
        quantile of each value is added. By default the sum of a linear layer, which holds whatever
        is seasonal, and of a hidden one beside it (in the manner of TiDE, Das et al. 2023).
    lags : int, default 32
        Positions of the past that are read: at least a season.
    horizon : int, default 1
        Positions of the future that are said.
    target : str, optional
        The column to be said; the first by default.
    known : sequence of str, default ()
        Columns known beforehand, as far as the horizon: holidays, prices, plans.
    past : sequence of str, default ()
        Columns of which the past is read; all the others where none is named.
    periods : sequence of int, default ()
        Of the calendar, in positions: ``(48, 336)`` for the day and week of half-hours.
    time : str, optional
        The column of moments: it puts rows in order, and finds a later table in the calendar.
        Without it rows are in order, and a table begins where training began in all periods.
    quantiles : sequence of float, default (0.05, 0.5, 0.95)
        The levels that are learnt (Koenker & Bassett 1978). The one nearest to ½ is what is
        predicted, the outer two are the interval.
    stride : int, default 1
        From one position that is learnt from to the next.
    hidden : int, default 64
        Units of the hidden layer.
    dropout : float, default 0.5
        After it: the days of a year are few, and near ones are alike.
    n_networks : int, default 2
        How many networks are averaged.
    calibration_folds : int, default 3
        Parts of time by each of which the interval is made as wide as it must be, with networks
        that learnt the others; those that predict learn from all. A network is too sure of what it
        has seen (cross-conformal prediction: Vovk 2015, Romano, Patterson & Candès 2019). 0 takes
        quantiles as they are learnt, in a third of the time.
    optimizer, batch_size, max_iter, schedule, clip_norm, alpha, augmentation, scale, \
random_state, warm_start, verbose, callbacks, engine, threads, dtype
        As of `ConvClassifier`. The networks that calibrate always begin anew.
    validation_fraction : float, default 0
        Share of the windows, the last ones, that choose the best epoch instead of teaching.

    Attributes
    ----------
    model_ : Model
        Everything that predicts; `axone.save` writes it, and ``axone predict`` reads it.
    target_ : str
        The column that is said.
    network_, parameters_, preprocessing_, history_, n_iter_, best_epoch_, engine_
        As of `ConvClassifier`; of the first network.

    Notes
    -----
    scikit-learn's checks of estimators do not apply: their rows stand for themselves, in any order,
    and hold no targets. Parameters, clones, copies and pickles are as everywhere.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> days = np.arange(400)
    >>> sales = 50 + 10 * np.sin(2 * np.pi * days / 7) + np.random.default_rng(0).normal(size=400)
    >>> forecaster = ax.Forecaster(lags=14, horizon=7, periods=(7,), random_state=0).fit(sales)
    >>> forecaster.predict(sales).shape, forecaster.predict_interval(sales).shape
    ((7,), (7, 2))
    >>> report = forecaster.backtest(sales, folds=2)
    >>> bool(report.mae < report.naive_mae)
    True
    """

    lags: int = field(default=32, kw_only=True)
    horizon: int = field(default=1, kw_only=True)
    target: str | None = field(default=None, kw_only=True)
    known: Sequence[str] = field(default=(), kw_only=True)
    past: Sequence[str] = field(default=(), kw_only=True)
    periods: Sequence[int] = field(default=(), kw_only=True)
    time: str | None = field(default=None, kw_only=True)
    quantiles: Sequence[float] = field(default=QUANTILES, kw_only=True)
    stride: int = field(default=1, kw_only=True)
    hidden: int = field(default=64, kw_only=True)
    dropout: float = field(default=0.5, kw_only=True)
    n_networks: int = field(default=2, kw_only=True)
    calibration_folds: int = field(default=3, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **EXAMPLE_CONSTRAINTS,
        "lags": [COUNT],
        "horizon": [COUNT],
        "target": [str, None],
        "known": ["array-like"],
        "past": ["array-like"],
        "periods": ["array-like"],
        "time": [str, None],
        "quantiles": ["array-like"],
        "stride": [COUNT],
        "hidden": [UNITS],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "calibration_folds": [Options(Integral, {0}), Interval(Integral, 2, 100, closed="both")],
        "n_networks": [Interval(Integral, 1, MOST_MEMBERS, closed="both")],
    }

    def fit(self, table: Any, y: None = None) -> Self:
        """Learn from a series.

        Parameters
        ----------
        table : pandas or polars frame, or array of shape (positions,) or (positions, columns)
            In the order of time, unless `time` tells it. Cells may be missing.
        y : None
            Nothing: what is to be said is a column of the table.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Too few positions, columns that there are not, parameters out of bounds.
        """
        self._validate_params()
        if y is not None:
            warn(
                _(
                    "y is not read: what is to be said is a column of the table, the one that "
                    "'target' names or else the first."
                )
            )
        windows = self._windows(table)
        self._learn(windows, np.arange(len(windows.y)))
        return self

    def predict(self, table: Any) -> FloatArray:
        """Return what follows the last row whose target is known, (horizon,).

        Parameters
        ----------
        table : as of `fit`
            At least `lags` rows; behind them rows of the horizon with an empty target, where
            columns are known beforehand.
        """
        found = self._quantiles(table)
        return found[:, nearest_to_the_median(_levels_of(self.model_.loss))]

    def predict_quantiles(self, table: Any) -> FloatArray:
        """Return the quantiles of what follows, (horizon, n_quantiles), rising.

        Parameters
        ----------
        table : as of `predict`
        """
        return self._quantiles(table)

    def predict_interval(self, table: Any) -> FloatArray:
        """Return the lowest and the highest quantile of what follows, (horizon, 2).

        Parameters
        ----------
        table : as of `predict`
        """
        return self._quantiles(table)[:, [0, -1]]

    def backtest(self, table: Any, folds: int = 5, season: int | None = None) -> Backtest:
        """Judge the forecaster along time: a fold learns what was before a cut, and goes on.

        The fitted attributes stay as they are; it need not be fitted.

        Parameters
        ----------
        table : as of `fit`
        folds : int, default 5
            The first leaves a share of 1/(folds + 1) for training, each adds what judged the last.
        season : int, optional
            Positions of the seasonal forecast that it is compared with, which says what was so long
            before; by default the longest of `periods` that `lags` hold, else `horizon`.

        Returns
        -------
        Backtest
            Errors and coverage of each fold.

        Raises
        ------
        ValueError
            As `fit`; too few rows for so many folds.
        """
        self._validate_params()
        levels = self._levels()
        windows = self._windows(table)
        assert windows.spans is not None  # noqa: S101 — windows have them
        reader = _reader_of(windows)
        if season is None:
            season = season_of(reader.periods, reader.lags, reader.horizon)
        middle = nearest_to_the_median(levels)
        scores = []
        for train, judged in backtest_folds(windows.spans, folds):
            X = np.asarray(windows.X)[judged]
            said = clone(self)._learn(windows, train)._said(X)
            score = FoldScore.of(
                windows.y[judged].reshape(len(judged), reader.horizon),
                said[..., middle],
                said[..., [0, -1]],
                seasonal_forecast(X[:, 0], season, reader.horizon),
                len(train),
            )
            scores.append(score)
        return Backtest(tuple(scores), levels[-1] - levels[0], season)

    def _windows(self, table: Any) -> Dataset:
        """Return every window of a series."""
        read = read_columns(self._frame(table))
        target = None if self.target is None else str(self.target)
        series: Series = series_of_frame("table", read, "table", target)[0]
        options = {
            "lags": int(self.lags),
            "horizon": int(self.horizon),
            "stride": int(self.stride),
            "known": [str(name) for name in items_of(self.known, MOST_UNITS)],
            "past": [str(name) for name in items_of(self.past, MOST_UNITS)],
            "periods": list(items_of(self.periods, MOST_UNITS)),
            "time": [] if self.time is None else [str(self.time)],
        }
        before = begun_from(self)
        reader = None if before is None else before.preprocessing.steps[0]
        assert reader is None or isinstance(reader, SeriesWindows)  # noqa: S101 — as they are made
        return windows_of(series, target, options, reader)

    def _frame(self, table: Any) -> "DataFrame":
        if is_frame(table):
            return as_frame(table)
        import pandas as pd

        with told_of_numbers(table=table):
            values = check_array(
                table, ensure_2d=False, ensure_all_finite="allow-nan", input_name="table"
            )
            columns = values.reshape(len(values), -1)
            names = [f"x{at}" for at in range(columns.shape[1])]
            return as_frame(pd.DataFrame(columns, columns=names))

    def _learn(self, windows: Dataset, rows: IntArray) -> Self:
        """Learn from some of the windows, and from nothing else."""
        spread = self._spread(windows, rows)
        return self._trained(windows, rows, spread)

    def _spread(self, windows: Dataset, rows: IntArray) -> tuple[float, ...]:
        """Return how wide quantiles must be, as each part of time has it; () for as learnt."""
        assert windows.spans is not None  # noqa: S101 — windows have them
        spans, X = windows.spans[rows], np.asarray(windows.X)
        levels = self._levels()
        targets, said = [], []
        for others, part in blocks_of(spans, self.calibration_folds):
            if len(others) < 2 or len(levels) < 2:
                return ()
            apart = clone(self)._trained(windows, rows[others], ())
            said.append(apart._said(X[rows[part]]))
            targets.append(windows.y[rows[part]].reshape(said[-1].shape[:2]))
        if not said:
            return ()
        return find_spread(np.concatenate(targets), np.concatenate(said), levels)

    def _trained(self, windows: Dataset, rows: IntArray, spread: tuple[float, ...]) -> Self:
        reader = _reader_of(windows)
        assert windows.spans is not None  # noqa: S101
        levels = self._levels()
        loss = Quantile(levels)
        y = windows.y[rows]
        before = begun_from(self)
        learnt_in = None if before is None else before.target.scaler
        target = Numbers(
            column=reader.past[0],
            names=windows.target_names,
            # One unit for all steps ahead: they are values of one series.
            scaler=learnt_in or Standard().fit(y.reshape(-1)),
            levels=several_levels(loss),
            spread=spread,
        )
        learnt = target.scaled(y)
        outputs = reader.horizon * len(levels)
        lesson = ExampleLesson(
            np.asarray(windows.X)[rows],
            "signals",
            learnt,
            learnt,
            None,
            "regression",
            loss,
            Dense(outputs),
            target,
            reader=reader,
            spans=windows.spans[rows],
            course=self._course(reader, outputs),
        )
        train_examples(self, lesson, networks=int(self.n_networks)).show(self)
        self.target_ = reader.past[0]
        return self

    def _levels(self) -> tuple[float, ...]:
        """Return the quantiles' levels, as the loss has checked them."""
        with refused_by_name(self, "quantiles"):
            return _levels_of(Quantile(self.quantiles))

    def _course(self, reader: SeriesWindows, outputs: int) -> Course:
        """Return the usual network: a linear layer and a hidden one side by side."""
        features = features_of(reader)
        layers: list[Layer] = [] if features is not None else [Flatten()]
        layers.append(linear_beside_hidden(outputs, self.hidden, self.dropout))
        return Course(layers, forecast_course, features)

    def _said(self, X: Any) -> FloatArray:
        """Return quantiles (m, horizon, n_quantiles) for windows, or for a table's last."""
        model: Model = self.model_
        levels = len(_levels_of(model.loss))
        found = model.predict_quantiles(X) if levels > 1 else model.predict(X)
        units = model.network.output_shape[0]
        return np.asarray(found).reshape(-1, units // levels, levels)

    def _quantiles(self, table: Any) -> FloatArray:
        check_is_fitted(self)
        return self._said(self._frame(table))[0]


def _reader_of(windows: Dataset) -> SeriesWindows:
    """Return how windows were cut, its settings checked."""
    reader = windows.reader
    assert isinstance(reader, SeriesWindows)  # noqa: S101 — as windows are made
    return reader


def _levels_of(loss: Loss) -> tuple[float, ...]:
    """Return the levels of a forecaster's loss."""
    assert isinstance(loss, Quantile)  # noqa: S101 — as forecasters are trained
    return tuple(loss.levels)  # type: ignore[arg-type]  # a tuple, once checked


def blocks_of(spans: IntArray, blocks: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Go through blocks along time: the rows of all others, and those of the block.

    Rows whose targets lie on both sides of an end of the block are in neither.

    Examples
    --------
    >>> days = np.column_stack([np.arange(5), np.arange(2, 7)])
    >>> [(others.tolist(), block.tolist()) for others, block in blocks_of(days, 2)]
    [([4], [0, 1, 2]), ([0, 1], [3, 4])]
    """
    begin, end = spans.T
    if not blocks:
        return
    for block in np.array_split(np.argsort(begin, kind="stable"), blocks):
        if len(block):
            before, after = end <= begin[block].min(), begin >= end[block].max()
            yield np.flatnonzero(before | after), block
