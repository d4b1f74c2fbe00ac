"""Robust statistics and bins against scikit-learn's scaler and NumPy's interpolation."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import RobustScaler

from axone.data import Preprocessing
from axone.data.robust import (
    MOST_BIN_INPUTS,
    STATISTICS_ROWS,
    Bins,
    fit_bins,
    robust_statistics,
    smooth_clip,
)


def fitted(table, bins=16):
    return Preprocessing.fit_robust(table, most_bins=bins)


def normal(rows, columns, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def test_statistics_are_those_of_the_robust_scaler():
    matrix = normal(101, 5)
    scaler = RobustScaler().fit(matrix)
    centre, scale = robust_statistics(matrix)
    np.testing.assert_allclose(centre, scaler.center_)
    np.testing.assert_allclose(scale, scaler.scale_)


def test_half_the_range_stands_in_for_quartiles_that_are_one_and_one_for_a_constant():
    column = np.array([0.0] * 9 + [6.0])
    _, scale = robust_statistics(np.column_stack([column, np.ones(10)]))
    assert scale.tolist() == [3, 1]


@given(arrays(np.float64, 5, elements=st.floats(-1e300, 1e300)))
def test_clipping_is_odd_rising_and_bounded_by_three(values):
    clipped = smooth_clip(np.sort(values))
    assert (np.abs(clipped) <= 3).all()
    assert (np.diff(clipped) >= 0).all()
    np.testing.assert_array_equal(smooth_clip(-np.sort(values)), -clipped)


def test_clipping_hardly_touches_what_is_near_and_has_its_formula():
    x = np.array([0.01, 1.0, 4.0])
    np.testing.assert_allclose(smooth_clip(x), x / np.sqrt(1 + (x / 3) ** 2))


@given(st.floats(-5, 5))
def test_bins_are_full_below_empty_above_and_linear_within(x):
    edges = np.array([-2.0, -1.0, 0.5, 3.0])
    encoded = Bins(0, edges).transform(np.array([x]))[0]
    # The sum of the bins is a position among the edges, linear between them.
    assert encoded.sum() == pytest.approx(np.interp(x, edges, np.arange(4)))
    assert ((encoded[:-1] == 1) | (encoded[1:] == 0)).all()


def test_bins_hold_equally_many_rows():
    values = normal(1600, 1).astype(np.float32)
    (bins,) = fit_bins(values, np.array([0]), 16)
    counts, _ = np.histogram(values, bins.edges)
    assert counts.min() >= 99
    assert len(counts) == 16


def test_columns_of_few_values_get_no_bins_and_many_columns_fewer():
    few = np.repeat(np.arange(8.0), 20)[:, None]
    assert fit_bins(few, np.array([0]), 16) == ()
    wide = normal(200, 20)
    bins = fit_bins(wide, np.arange(20), 16)
    assert len(bins) == 20
    assert all(len(line.edges) - 1 == MOST_BIN_INPUTS // 20 for line in bins)
    assert fit_bins(normal(200, 40), np.arange(40), 16) == ()
    assert fit_bins(wide, np.arange(20), 0) == ()


def test_repeated_quantiles_are_one_edge():
    values = np.concatenate([np.zeros(900), np.arange(1, 101)])[:, None]
    (bins,) = fit_bins(values, np.array([0]), 16)
    assert (np.diff(bins.edges) > 0).all()
    assert np.isfinite(bins.transform(values[:, 0])).all()


def test_amounts_come_first_then_bins_and_categories_stay_as_they_are():
    table = pd.DataFrame({"size": normal(100, 1)[:, 0] * 1e6, "word": ["a", "b"] * 50})
    features = fitted(table)
    inputs = features.transform(table)
    assert inputs.dtype == np.float32
    assert inputs.shape == (100, *features.feature_shape) == (100, 3 + 16)
    assert features.output_names[2:5] == ("word=b", "size bin 1", "size bin 2")
    assert np.unique(inputs[:, 1:3]).tolist() == [0, 1]
    assert np.abs(inputs[:, 0]).max() <= 3
    assert abs(np.median(inputs[:, 0])) < 0.02
    assert inputs[:, 3:].min() == 0
    assert inputs[:, 3:].max() == 1


def test_statistics_of_many_rows_are_those_of_a_sample():
    table = pd.DataFrame({"size": normal(3 * STATISTICS_ROWS, 1)[:, 0]})
    robust = fitted(table).steps[1]
    assert robust.centre[0] == pytest.approx(table["size"].median(), abs=0.03)
    assert robust.scale[0] == pytest.approx(1.349, abs=0.05)


def test_a_category_never_seen_and_a_missing_amount_are_taken():
    table = pd.DataFrame(
        {"size": [*normal(30, 1)[:, 0], np.nan], "word": ["a", "b", "c"] * 10 + ["a"]}
    )
    features = fitted(table)
    later = features.transform(pd.DataFrame({"size": [np.nan], "word": ["d"]}))
    assert np.isfinite(later).all()
    assert features.encoder.output_names == (
        "size",
        "size is missing",
        "word=a",
        "word=b",
        "word=c",
    )
    np.testing.assert_allclose(later[0, :5], [0, 1, 0, 0, 0], atol=1e-6)


def test_they_come_back_from_json_to_the_bit():
    table = pd.DataFrame({"size": normal(100, 1)[:, 0] * 1e6, "word": ["a", "b"] * 50})
    features = fitted(table)
    again = Preprocessing.from_data(json.loads(json.dumps(features.to_data())))
    np.testing.assert_array_equal(again.transform(table), features.transform(table))
    wide = again.transform(table, "float64")
    np.testing.assert_array_equal(wide, features.transform(table))
    assert wide.dtype == np.float64
