"""The forecaster: what it reads and never reads, intervals, backtests, what is saved of it."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from sklearn.utils._param_validation import InvalidParameterError

import axone as ax
from axone.calibration import find_spread
from axone.data.windows import seasonal_forecast
from axone.errors import (
    ArgumentTypeError,
    AxoneError,
    ConfigurationError,
    DataError,
    UnknownNameError,
)
from axone.estimators.backtest import FoldScore
from axone.estimators.forecaster import blocks_of

DAYS = 420
QUICK = {"lags": 14, "horizon": 7, "max_iter": 6, "n_networks": 1, "random_state": 0}
ONCE = QUICK | {"calibration_folds": 0}


def shop(days=DAYS, seed=0):
    """Sales of a week's shape, more on days of an offer, which are known beforehand."""
    random = np.random.default_rng(seed)
    number = np.arange(days)
    offer = (random.random(days) < 0.2).astype(float)
    shape = np.array([5.0, 6, 7, 8, 12, 15, 1])[number % 7]
    sales = 100 + 10 * shape + 60 * offer + random.normal(0, 5, days)
    return pd.DataFrame(
        {
            "sales": sales,
            "offer": offer,
            "visitors": sales / 2 + random.normal(0, 5, days),
            "day": pd.date_range("2025-01-06", periods=days),
        }
    )


@pytest.fixture(scope="module")
def table():
    return shop()


@pytest.fixture(scope="module")
def fitted(table):
    forecaster = ax.Forecaster(
        lags=14, horizon=7, known=["offer"], periods=(7,), time="day", random_state=0
    )
    return forecaster.fit(table.iloc[:-7])


def coming(table):
    """The table with its last week's offers, but not what came of them."""
    return table.assign(
        sales=table["sales"].where(table.index < len(table) - 7),
        visitors=table["visitors"].where(table.index < len(table) - 7),
    )


def test_what_follows_the_last_known_row_is_said(table, fitted):
    said = fitted.predict(coming(table))
    truth = table["sales"].to_numpy()[-7:]
    week_before = table["sales"].to_numpy()[-14:-7]
    assert said.shape == (7,)
    assert mean_absolute_error(truth, said) < mean_absolute_error(truth, week_before)
    interval = fitted.predict_interval(coming(table))
    assert interval.shape == (7, 2)
    assert ((interval[:, 0] <= said) & (said <= interval[:, 1])).all()
    assert fitted.predict_quantiles(coming(table)).shape == (7, 3)


def test_what_is_known_beforehand_is_read_and_must_be_there(table, fitted):
    with_offers = coming(table).assign(offer=1.0)
    without = coming(table).assign(offer=table["offer"].where(table.index < DAYS - 7, 0.0))
    later = np.arange(DAYS) >= DAYS - 7
    with_offers["offer"] = np.where(later, 1.0, table["offer"])
    assert (fitted.predict(with_offers) > fitted.predict(without) + 30).all()
    with pytest.raises(DataError, match="'offer' must be known for the 7 rows"):
        fitted.predict(table.iloc[:-7])


def test_rows_before_the_lags_and_the_order_of_rows_do_not_matter(table, fitted):
    whole = fitted.predict(coming(table))
    np.testing.assert_allclose(fitted.predict(coming(table).iloc[-21:]), whole, rtol=1e-6)
    # The moments find the last rows in the calendar, wherever the table begins.
    np.testing.assert_allclose(fitted.predict(coming(table).iloc[-24:]), whole, rtol=1e-6)
    shuffled = coming(table).sample(frac=1, random_state=0)
    np.testing.assert_allclose(fitted.predict(shuffled), whole, rtol=1e-6)
    np.testing.assert_allclose(fitted.predict(pl.from_pandas(coming(table))), whole, rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(origin=st.integers(14, DAYS - 7), seed=st.integers(0, 99))
def test_nothing_of_the_future_but_what_is_known_is_read(fitted, table, origin, seed):
    """Whatever comes after an origin, the forecast from there is the same."""
    random = np.random.default_rng(seed)
    empty = table.iloc[: origin + 7].copy()
    empty.loc[origin:, ["sales", "visitors"]] = np.nan
    other = empty.copy()
    other.loc[origin:, "visitors"] = random.normal(0, 1e4, len(other) - origin)
    np.testing.assert_array_equal(fitted.predict(empty), fitted.predict(other))


@settings(max_examples=5, deadline=None)
@given(share=st.floats(0.55, 0.9), seed=st.integers(0, 99))
def test_a_fold_learns_nothing_of_what_judges_it(share, seed):
    """Whatever the target becomes after the first cut, the first fold's network is the same."""
    table = shop(200)
    windows = ax.Forecaster(**ONCE)._windows(table)
    from axone.data.windows import backtest_folds

    train, judged = backtest_folds(windows.spans, 2)[0]
    cut = int(windows.spans[judged, 0].min())
    assert windows.spans[train, 1].max() <= cut
    changed = table.copy()
    row = cut + int(share * (len(table) - cut - 1))
    changed.loc[cut:, "sales"] = np.random.default_rng(seed).normal(0, 1e3, len(table) - cut)
    changed.loc[row:, "visitors"] = -1.0
    forecaster = ax.Forecaster(**{**ONCE, "max_iter": 1})
    ours = clone(forecaster)._learn(windows, train)
    theirs = clone(forecaster)._learn(forecaster._windows(changed), train)
    np.testing.assert_array_equal(ours.parameters_.vector, theirs.parameters_.vector)
    assert ours.preprocessing_.scaler == theirs.preprocessing_.scaler
    assert ours.model_.target.scaler == theirs.model_.target.scaler


def test_a_backtest_judges_along_time(table):
    forecaster = ax.Forecaster(
        lags=14, horizon=7, known=["offer"], periods=(7,), time="day", random_state=0
    )
    report = forecaster.backtest(table, folds=3)
    assert not hasattr(forecaster, "model_")
    assert [fold.train_rows for fold in report.folds] == sorted(
        fold.train_rows for fold in report.folds
    )
    assert report.season == 7
    assert report.mae < 0.6 * report.naive_mae
    assert report.rmse < report.naive_rmse
    assert 0.8 < report.coverage <= 1
    assert report.wanted_coverage == pytest.approx(0.9)
    assert list(report.frame().columns)[:4] == ["train_rows", "rows", "mae", "rmse"]
    assert str(report).count("\n") == 4


def test_scores_are_scikit_learns():
    random = np.random.default_rng(0)
    target, said, naive = random.normal(size=(3, 9, 4))
    interval = np.stack([said - 1, said + 1], axis=-1)
    score = FoldScore.of(target, said, interval, naive, 50)
    assert score.mae == pytest.approx(mean_absolute_error(target, said))
    assert score.rmse == pytest.approx(root_mean_squared_error(target.ravel(), said.ravel()))
    assert score.naive_mae == pytest.approx(mean_absolute_error(target, naive))
    assert score.coverage == pytest.approx((np.abs(target - said) <= 1).mean())


@given(lags=st.integers(1, 20), horizon=st.integers(1, 20), data=st.data())
def test_a_seasonal_forecast_repeats_the_last_season(lags, horizon, data):
    season = data.draw(st.integers(1, lags))
    past = np.arange(float(lags))[None]
    said = seasonal_forecast(past, season, horizon)[0]
    longer = list(past[0])
    for _step in range(horizon):
        longer.append(longer[-season])
    assert said.tolist() == longer[lags:]


def test_a_seasonal_forecast_of_gaps_takes_the_number_before():
    past = np.array([[np.nan, 1.0, np.nan, 3.0]])
    assert seasonal_forecast(past, 4, 4).tolist() == [[1.0, 1.0, 1.0, 3.0]]
    with pytest.raises(ConfigurationError, match="A season of 5 positions"):
        seasonal_forecast(past, 5, 1)


@given(rows=st.integers(2, 60), horizon=st.integers(1, 9), blocks=st.integers(2, 5))
def test_blocks_hold_every_row_once_and_overlap_no_row_learnt(rows, horizon, blocks):
    spans = np.column_stack([np.arange(rows), np.arange(rows) + horizon])
    seen = []
    for others, block in blocks_of(spans, blocks):
        seen += block.tolist()
        said = {step for row in block for step in range(*spans[row])}
        learnt = {step for row in others for step in range(*spans[row])}
        assert not said & learnt
    assert sorted(seen) == list(range(rows))


def test_spread_quantiles_hold_their_levels():
    random = np.random.default_rng(0)
    target = random.normal(size=(500, 8))
    said = np.tile([-0.5, 0.0, 0.7], (500, 8, 1))
    lower, middle, upper = find_spread(target, said, (0.05, 0.5, 0.95))
    assert middle == 1
    assert (target < -0.5 * lower).mean() == pytest.approx(0.05, abs=0.002)
    assert (target > 0.7 * upper).mean() == pytest.approx(0.05, abs=0.002)


def test_what_was_saved_forecasts_the_same(table, fitted, tmp_path):
    ax.save(fitted, tmp_path / "model.safetensors")
    model = ax.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(model.predict(coming(table))[0], fitted.predict(coming(table)))
    np.testing.assert_array_equal(
        model.predict_quantiles(coming(table))[0], fitted.predict_quantiles(coming(table))
    )
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict(coming(table)), fitted.predict(coming(table)))


def test_an_array_is_a_series_too(table):
    sales = table["sales"].to_numpy()
    alone = ax.Forecaster(**ONCE).fit(sales)
    assert alone.target_ == "x0"
    several = ax.Forecaster(**ONCE, target="x2").fit(table.drop(columns="day").to_numpy())
    assert several.target_ == "x2"
    one_step = ax.Forecaster(lags=14, max_iter=3, random_state=0).fit(sales)
    assert one_step.predict(sales).shape == (1,)
    assert one_step.predict_interval(sales).shape == (1, 2)


def test_a_preset_or_layers_read_windows_as_signals(table):
    convolved = ax.Forecaster([ax.Conv1D(4, 3, "relu"), ax.Flatten()], **ONCE).fit(
        table.drop(columns="day")
    )
    assert convolved.network_.input_shape == (3, 14)
    assert convolved.network_.output_shape == (21,)
    named = ax.Forecaster(preset="course-1d", **ONCE).fit(table.drop(columns="day"))
    assert named.predict(table.drop(columns="day")).shape == (7,)


def test_a_single_level_has_no_interval_to_widen(table):
    median = ax.Forecaster(**QUICK, quantiles=(0.5,)).fit(table["sales"].to_numpy())
    assert median.network_.output_shape == (7,)
    assert median.model_.target.levels == ()
    assert median.predict(table["sales"].to_numpy()).shape == (7,)


def test_a_true_is_one_wherever_scikit_learn_takes_it_for_a_number(table):
    sales = table["sales"].to_numpy()
    forecaster = ax.Forecaster(**{**ONCE, "horizon": True, "n_networks": True}).fit(sales)
    assert forecaster.predict(sales).shape == (1,)
    assert forecaster.backtest(sales, folds=1).mae > 0


def test_a_fitted_forecaster_says_what_it_learnt_whatever_its_parameters_are_by_now(table):
    sales = table["sales"].to_numpy()
    forecaster = ax.Forecaster(**ONCE).fit(sales)
    before = forecaster.predict_interval(sales)
    forecaster.set_params(horizon=3, quantiles=(0.5,))
    np.testing.assert_array_equal(forecaster.predict_interval(sales), before)


def test_numbers_beyond_floats_are_infinite_and_told():
    long = np.full(60, np.longdouble("1e4000"))
    with pytest.raises(DataError, match="is infinite"):
        ax.Forecaster(**ONCE).fit(long)


@pytest.mark.parametrize(
    ("folds", "error", "message"),
    [
        (0, ConfigurationError, "folds must be at least 1"),
        ("x", ArgumentTypeError, "folds must be a whole number"),
        (10**9, DataError, "too few for 1000000000 folds"),
    ],
)
def test_so_many_folds_as_no_series_has_are_refused(table, folds, error, message):
    with pytest.raises(error, match=message):
        ax.Forecaster(**ONCE).backtest(table["sales"].to_numpy(), folds=folds)


def test_the_same_seed_gives_the_same_forecast(table):
    sales = table["sales"].to_numpy()
    first, again = (ax.Forecaster(**ONCE).fit(sales).predict(sales) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("given_settings", "error", "message"),
    [
        ({"lags": 0}, InvalidParameterError, "'lags' parameter of Forecaster"),
        ({"quantiles": (0.9, 0.1)}, InvalidParameterError, "'quantiles' parameter"),
        ({"calibration_folds": 1}, InvalidParameterError, "'calibration_folds' parameter"),
        ({"target": "profit"}, UnknownNameError, "profit"),
        ({"known": ["sales"], "target": "sales"}, DataError, "cannot be known beforehand"),
        ({"lags": 1000}, DataError, "too short for 1,000 lags"),
        ({"periods": [7.5]}, ConfigurationError, "periods must be a whole number, not 7.5"),
        ({"periods": [None]}, ConfigurationError, "periods must be a whole number"),
        # What is like an array to scikit-learn: without axes, or without end.
        ({"periods": np.array(7.5)}, ConfigurationError, "periods must be a whole number"),
        ({"periods": range(10**9)}, ConfigurationError, "periods must be at least 2, not 0"),
        ({"known": np.array("profit")}, UnknownNameError, "profit"),
        ({"past": range(10**9)}, UnknownNameError, "unknown column '0'"),
        ({"quantiles": np.array(3)}, InvalidParameterError, "'quantiles' parameter"),
        ({"quantiles": range(10**9)}, InvalidParameterError, "'quantiles' parameter"),
    ],
)
def test_bad_parameters_are_refused(table, given_settings, error, message):
    with pytest.raises(error, match=message):
        ax.Forecaster(**{**QUICK, **given_settings}).fit(table)


def test_a_forecaster_that_is_not_fitted_says_so(table):
    with pytest.raises(NotFittedError):
        ax.Forecaster().predict(table)
    with pytest.raises(AxoneError, match="too few"):
        ax.Forecaster(**ONCE).backtest(table.iloc[:40], folds=30)


def test_a_y_beside_the_table_is_not_left_out_in_silence(table):
    forecaster = ax.Forecaster(**{**ONCE, "max_iter": 1})
    with pytest.warns(UserWarning, match="y is not read"):
        forecaster.fit(table, table["sales"])
