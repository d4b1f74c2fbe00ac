"""Forecasting windows: what they read, and that no future is ever read or learnt from."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data import split_rows
from axone.data.windows import (
    Window,
    backtest_folds,
    calendar,
    inputs_at,
    spans_of,
    targets_at,
)
from axone.errors import ConfigurationError, DataError

windows = st.builds(Window, st.integers(1, 12), st.integers(1, 6), st.integers(1, 5))
lengths = st.integers(60, 120)


@given(windows, lengths)
def test_windows_read_nothing_from_their_origin_on_and_say_what_follows(window, length):
    # A series whose numbers are their own positions tells what was read.
    positions = np.arange(float(length))
    origins = window.origins(length)
    read = inputs_at(positions[:, None], None, origins, window)
    said = targets_at(positions, origins, window)
    assert (read.max(axis=(1, 2)) == origins - 1).all()
    assert (read.min(axis=(1, 2)) == origins - window.lags).all()
    assert (said[:, 0] == origins).all()
    assert (said[:, -1] == origins + window.horizon - 1).all()
    assert said[-1, -1] == length - 1
    assert (np.diff(origins) == window.stride).all()


@given(windows.filter(lambda window: window.lags >= window.horizon), lengths)
def test_what_is_known_beforehand_ends_with_the_horizon_and_the_rest_before_it(window, length):
    positions = np.arange(float(length))[:, None]
    origins = window.origins(length)
    past, known = inputs_at(positions, positions, origins, window).transpose(1, 0, 2)
    assert (past[:, -1] == origins - 1).all()
    assert (known[:, -1] == origins + window.horizon - 1).all()


@given(windows, lengths, st.floats(0.05, 0.4), st.floats(0.05, 0.4))
def test_no_part_learns_what_a_later_part_is_asked(window, length, validation, test):
    spans = spans_of(window.origins(length), window)
    try:
        parts = split_rows(
            spans, "regression", validation=validation, test=test, seed=0, spans=spans
        )
    except DataError:
        return  # too few windows for such shares, as it said
    begin, end = spans.T
    assert end[parts.train].max() <= begin[parts.validation].min()
    assert end[parts.validation].max() <= begin[parts.test].min()
    used = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(used.tolist())) == len(used)
    # Only windows across a cut are lost: fewer than a horizon at each.
    assert len(spans) - len(used) <= 2 * (window.horizon - 1) / window.stride + 2


@given(windows, lengths, st.integers(1, 4))
def test_folds_train_on_an_expanding_past_and_are_judged_on_what_follows_it(window, length, count):
    spans = spans_of(window.origins(length), window)
    try:
        folds = backtest_folds(spans, count)
    except DataError:
        return
    begin, end = spans.T
    assert len(folds) == count
    for train, judged in folds:
        assert end[train].max() <= begin[judged].min()
    for (train, judged), (later, next_judged) in pairwise(folds):
        assert set(train) < set(later)
        assert not set(judged) & set(next_judged)


def test_folds_of_plain_rows_are_those_of_scikit_learn():
    from sklearn.model_selection import TimeSeriesSplit

    rows = np.arange(40)
    ours = backtest_folds(np.column_stack([rows, rows + 1]), 4)
    for (train, judged), (theirs, tested) in zip(ours, TimeSeriesSplit(4).split(rows), strict=True):
        np.testing.assert_array_equal(train, theirs)
        np.testing.assert_array_equal(judged, tested)


def test_a_clock_stands_where_it_stood_a_period_before():
    clock = calendar(400, [48, 336])
    assert clock.shape == (400, 4)
    np.testing.assert_allclose(clock[48:, :2], clock[:-48, :2])
    np.testing.assert_allclose(clock[336:], clock[:-336])
    np.testing.assert_allclose(clock[:, 0] ** 2 + clock[:, 1] ** 2, 1)


def test_windows_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="5 positions is too short for 4 lags and a horizon of 2"):
        Window(4, 2).origins(5)
    with pytest.raises(ConfigurationError, match="lags"):
        Window(0)
    series = np.zeros((20, 1))
    with pytest.raises(DataError, match="2 lags are fewer than the 3 positions"):
        inputs_at(series, series, np.array([5]), Window(2, 3))
    with pytest.raises(DataError, match="too few for 5 folds"):
        backtest_folds(np.array([[0, 1], [1, 2]]), 5)
