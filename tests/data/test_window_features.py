"""From windows of a series to rows of numbers: nothing lost, nothing twice."""

import numpy as np
import pandas as pd
import pytest

from axone.data import Preprocessing, load_dataset
from axone.data.window_features import WindowFeatures
from axone.errors import ModelFileError, ShapeError

OPTIONS = {"lags": 10, "horizon": 3, "known": "offer", "past": "sales", "periods": "7"}


@pytest.fixture(scope="module")
def windows():
    days = np.arange(60.0)
    table = pd.DataFrame({"sales": days * 10, "offer": days % 4, "stock": -days})
    return load_dataset(table, target="sales", options=OPTIONS)


def test_a_row_holds_the_past_what_is_known_ahead_and_the_clock_once(windows):
    step = WindowFeatures(past=1, known=1, clocks=2, lags=10, horizon=3)
    row = step.transform(windows.X)[5]
    origin = 15
    assert len(row) == step.width == 10 + 3 + 2
    assert row[:10].tolist() == [10.0 * day for day in range(origin - 10, origin)]
    assert row[10:13].tolist() == [day % 4 for day in range(origin, origin + 3)]
    angle = 2 * np.pi * (origin % 7) / 7
    np.testing.assert_allclose(row[13:], [np.sin(angle), np.cos(angle)], atol=1e-6)


def test_the_step_is_written_and_read_with_the_windows_before_it(windows):
    step = WindowFeatures(past=1, known=1, clocks=2, lags=10, horizon=3)
    fitted = Preprocessing.fit(windows.X, kind="signals", reader=windows.reader)
    whole = Preprocessing((*fitted.steps, step))
    again = Preprocessing.from_data(whole.to_data())
    assert again == whole
    np.testing.assert_array_equal(again.transform(windows.X), whole.transform(windows.X))


def test_a_step_that_fits_no_windows_is_refused(windows):
    fitted = Preprocessing.fit(windows.X, kind="signals", reader=windows.reader)
    for step in (
        WindowFeatures(past=2, known=1, clocks=2, lags=10, horizon=3),
        WindowFeatures(past=4, known=0, clocks=0, lags=10, horizon=11),
        WindowFeatures(past=0, known=2, clocks=2, lags=10, horizon=3),
    ):
        with pytest.raises(ShapeError):
            Preprocessing((*fitted.steps, step))
    with pytest.raises(ModelFileError):
        WindowFeatures.from_data({"past": 1, "known": "x", "clocks": 0, "lags": 3, "horizon": 1})


def test_a_later_table_is_found_in_the_calendar_by_its_moments():
    days = pd.date_range("2025-01-06", periods=70)
    table = pd.DataFrame({"sales": np.arange(70.0), "day": days})
    options = {"lags": 14, "horizon": 7, "periods": "7", "time": "day"}
    data = load_dataset(table, target="sales", options=options)
    later = data.reader.transform(table.iloc[17:45])
    wanted = data.X[45 - 14]
    np.testing.assert_allclose(later[0], wanted, atol=1e-6)
