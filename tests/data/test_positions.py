"""Rows along time: what is there, gaps that are filled, rows of unlike lengths."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from axone.data import Preprocessing
from axone.data.positions import filled, gaps_in, joined, lengths_of, there, with_nothing_at
from axone.data.scaling import Standard
from axone.errors import DataError, ShapeError

NAN = np.nan
RANDOM = np.random.default_rng(0)


def test_ends_without_numbers_are_not_there_and_gaps_between_them_are():
    X = np.array([[[NAN, 1.0, NAN, 3.0, NAN], [NAN, 5.0, 6.0, 7.0, NAN]]])
    assert there(X, "signals").tolist() == [[False, True, True, True, False]]
    assert there(X.swapaxes(1, 2), "sequences").tolist() == there(X, "signals").tolist()
    assert lengths_of(X, "signals").tolist() == [3]
    assert gaps_in(X, "signals").cells == 1
    assert filled(X, "signals").tolist() == [[[0, 1, 2, 3, 0], [0, 5, 6, 7, 0]]]


def test_rows_without_gaps_are_not_even_copied():
    X = RANDOM.normal(size=(3, 2, 5))
    assert filled(X, "signals") is X
    assert there(X, "signals") is None


@given(arrays(np.float64, (4, 12), elements=st.sampled_from([NAN, 1.0, 2.0, -3.0])))
def test_gaps_are_filled_as_pandas_interpolates(channels):
    X = channels[:, None]
    if np.isnan(X).all(axis=2).any():
        with pytest.raises(DataError, match="no number at all"):
            filled(X, "signals")
        return
    mask = there(X, "signals")
    for row, (numbers, wanted) in enumerate(zip(filled(X, "signals")[:, 0], channels, strict=True)):
        present = slice(None) if mask is None else mask[row]
        expected = pd.Series(wanted).interpolate().to_numpy()
        np.testing.assert_allclose(numbers[present], expected[present])
        assert mask is None or not numbers[~mask[row]].any()


def test_a_channel_that_begins_late_takes_its_first_number():
    X = np.array([[[1.0, 2.0, 3.0], [NAN, 5.0, NAN]]])
    assert filled(X, "signals")[0, 1].tolist() == [5, 5, 5]


def test_rows_that_say_nothing_are_refused_with_their_place():
    X = np.ones((3, 2, 4))
    X[2, 1] = NAN
    with pytest.raises(DataError, match="channel 1 of row 2"):
        filled(X, "signals")
    with pytest.raises(DataError, match="channel 1 of row 2"):
        filled(X.swapaxes(1, 2), "sequences")
    X[2, 1] = np.inf
    with pytest.raises(DataError, match=r"row 2 .* infinite"):
        filled(X, "signals")


def test_rows_of_unlike_lengths_are_joined_and_told_apart_again():
    rows = [RANDOM.normal(size=(2, length)) for length in (3, 7, 5)]
    X = joined(rows, "signals", "rows")
    assert X.shape == (3, 2, 7)
    assert lengths_of(X, "signals").tolist() == [3, 7, 5]
    swapped = joined([row.T for row in rows], "sequences", "rows")
    np.testing.assert_array_equal(swapped.swapaxes(1, 2), X)
    with pytest.raises(DataError, match=r"row 1 .* has 3 channels, the first has 2"):
        joined([rows[0], np.ones((3, 4))], "signals", "rows")
    with pytest.raises(DataError, match="holds <U1"):
        joined([["a"]], "signals", "rows")


def test_one_row_too_long_for_all_is_refused_before_memory_is_asked_for(monkeypatch):
    monkeypatch.setattr("axone.data.positions.ARRAY_BYTES", 1000)
    with pytest.raises(DataError, match="as long as the longest"):
        joined([np.ones(1), np.ones(500)], "signals", "rows")


def test_statistics_are_those_of_the_positions_that_are_there():
    X = RANDOM.normal(3.0, 2.0, size=(6, 2, 9))
    mask = np.arange(9) < np.array([9, 2, 5, 7, 9, 3])[:, None]
    ragged = with_nothing_at(X, mask, "signals")
    fitted = Preprocessing.fit(ragged)
    numbers = X.swapaxes(1, 2)[mask]
    np.testing.assert_allclose(fitted.scaler.shift[:, 0], numbers.mean(axis=0))
    np.testing.assert_allclose(fitted.scaler.scale[:, 0], numbers.std(axis=0))
    inputs = fitted.transform(ragged, "float64")
    np.testing.assert_array_equal(fitted.mask(ragged), mask)
    scaled = (X - numbers.mean(axis=0)[:, None]) / numbers.std(axis=0)[:, None]
    np.testing.assert_allclose(inputs, np.where(mask[:, None], scaled, 0), atol=1e-12)
    swapped = Preprocessing.fit(ragged.swapaxes(1, 2), kind="sequences")
    np.testing.assert_allclose(
        swapped.transform(ragged.swapaxes(1, 2), "float64"), inputs.swapaxes(1, 2)
    )


def test_sequences_have_a_statistic_for_each_feature():
    X = RANDOM.normal(size=(20, 50, 3)) * [1.0, 10.0, 100.0]
    scaler = Standard().fit_positions(X, None, 0)
    np.testing.assert_allclose(scaler.scale, X.reshape(-1, 3).std(axis=0))


def test_new_rows_may_be_shorter_or_lists_but_neither_longer_nor_of_other_channels():
    X = RANDOM.normal(size=(8, 2, 10))
    fitted = Preprocessing.fit(X)
    assert fitted.mask(X) is None
    shorter = fitted.transform(X[:, :, :6])
    np.testing.assert_array_equal(shorter[:, :, :6], fitted.transform(X)[:, :, :6])
    assert not shorter[:, :, 6:].any()
    assert fitted.mask(X[:, :, :6]).sum() == 8 * 6
    listed = [X[0, :, :4], X[1]]
    assert fitted.mask(listed).sum(axis=1).tolist() == [4, 10]
    np.testing.assert_array_equal(fitted.transform(X.reshape(8, 20)), fitted.transform(X))
    for wrong in (RANDOM.normal(size=(8, 2, 11)), RANDOM.normal(size=(8, 3, 10))):
        with pytest.raises(ShapeError, match=r"shape \(2, 10\)"):
            fitted.transform(wrong)
