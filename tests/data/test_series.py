"""Series as datasets of windows: of archives, of tables, of the data home."""

import numpy as np
import pandas as pd
import pytest

from axone.data import Preprocessing, load_dataset
from axone.data.series import Series
from axone.errors import ConfigurationError, DataError, UnknownNameError

SERIES = np.column_stack([np.arange(60.0), np.arange(60.0) % 7, -np.arange(60.0)])
COLUMNS = np.array(["sales", "weekday", "stock"])


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.npz"
    np.savez(path, series=SERIES, columns=COLUMNS)
    return path


def test_windows_of_an_archive_read_all_columns_and_say_the_first(shop):
    data = load_dataset(shop, options={"lags": 5, "horizon": 2})
    assert (data.X.shape, data.y.shape, data.task) == ((54, 3, 5), (54, 2), "regression")
    assert data.X[0].tolist() == SERIES[:5].T.tolist()
    assert data.y[0].tolist() == [5.0, 6.0]
    assert data.feature_names == ("sales", "weekday", "stock")
    assert data.target_names == ("sales +1", "sales +2")
    assert data.spans[0].tolist() == [5, 7]


def test_columns_known_beforehand_and_the_calendar_end_with_the_horizon(shop):
    options = {"lags": 5, "horizon": 2, "known": "weekday", "past": "stock", "periods": "7"}
    data = load_dataset(shop, options=options)
    assert data.feature_names == ("sales", "stock", "weekday", "sin 7", "cos 7")
    assert data.X[0, 2].tolist() == SERIES[2:7, 1].tolist()
    np.testing.assert_allclose(data.X[0, 3], np.sin(2 * np.pi * np.arange(2, 7) / 7), rtol=1e-5)


def test_a_table_is_a_series_where_options_say_how_far_back(tmp_path):
    days = pd.date_range("2024-01-01", periods=60)
    table = pd.DataFrame(SERIES, columns=COLUMNS).assign(day=days, shop="north")
    path = tmp_path / "shop.csv"
    table.sample(frac=1, random_state=0).to_csv(path, index=False)
    data = load_dataset(path, target="stock", options={"lags": 5})
    assert data.feature_names == ("stock", "sales", "weekday")
    assert data.y.tolist() == (-np.arange(5.0, 60)).tolist()
    assert any("shop" in note for note in data.notes)
    uneven = load_dataset(table.drop(index=30), target="sales", options={"lags": 5})
    assert "uneven_steps" in [note.code for note in uneven.notes]


def test_windows_that_would_say_what_is_missing_are_left_out(tmp_path):
    series = SERIES.copy()
    series[20, 0] = np.nan
    series[30:45, 1] = np.nan
    np.savez(tmp_path / "gaps.npz", series=series, columns=COLUMNS)
    data = load_dataset(tmp_path / "gaps.npz", options={"lags": 5})
    assert 20 not in data.spans[:, 0]
    assert not {*range(35, 46)} & {*data.spans[:, 0].tolist()}
    assert 34 in data.spans[:, 0]
    assert {"windows_left_out", "gaps_filled"} <= {note.code for note in data.notes}


def test_what_cannot_be_a_series_is_refused(shop, tmp_path):
    with pytest.raises(UnknownNameError, match="unknown target 'price'"):
        load_dataset(shop, target="price")
    with pytest.raises(UnknownNameError, match="unknown option 'lag'"):
        load_dataset(shop, options={"lag": 3})
    with pytest.raises(ConfigurationError, match="lags"):
        load_dataset(shop, options={"lags": 0})
    with pytest.raises(DataError, match="known beforehand"):
        load_dataset(shop, options={"lags": 4, "known": "sales"})
    with pytest.raises(DataError, match="too short for 59 lags and a horizon of 2"):
        load_dataset(shop, options={"lags": 59, "horizon": 2})
    with pytest.raises(DataError, match="holds none"):
        load_dataset(pd.DataFrame({"a": ["x", "y"] * 9}), target="a", options={"lags": 3})
    for arrays in (
        {"series": COLUMNS},
        {"series": SERIES, "columns": COLUMNS[:2]},
        {"series": np.zeros((2, 2, 2))},
    ):
        np.savez(tmp_path / "wrong.npz", **arrays)
        with pytest.raises(DataError, match=r"wrong\.npz: (series|columns)"):
            load_dataset(tmp_path / "wrong.npz")
    np.savez(tmp_path / "rows.npz", X=SERIES, y=np.arange(60) % 2)
    with pytest.raises(ConfigurationError, match="takes no options such as 'lags'"):
        load_dataset(tmp_path / "rows.npz", options={"lags": 3})


def test_a_series_too_wide_for_memory_is_refused_beforehand(shop, monkeypatch):
    monkeypatch.setattr("axone.data.positions.ARRAY_BYTES", 1000)
    with pytest.raises(DataError, match="above the limit"):
        load_dataset(shop, options={"lags": 20})


def test_electricity_is_said_a_day_ahead_from_a_week(real_data):
    data = load_dataset("electricity_demand")
    assert data.X.shape[1:] == (7, 336)
    assert data.y.shape[1] == 48
    demand = np.load(real_data / "electricity_demand.npz")["series"][:, 0]
    np.testing.assert_array_equal(data.X[10, 0], demand[10:346])
    np.testing.assert_allclose(data.y[10], demand[346:394])


def test_a_model_says_what_follows_the_end_of_another_table(shop):
    options = {"lags": 5, "horizon": 3, "known": "weekday", "periods": "7"}
    data = load_dataset(shop, options=options)
    fitted = Preprocessing.fit(data.X, "none", kind=data.kind, reader=data.reader)
    first = Preprocessing.from_data(fitted.to_data()).steps[0]
    assert first == data.reader
    table = pd.DataFrame(SERIES, columns=COLUMNS)
    # The last three sales are to be said; the stock of then is not known either.
    table.loc[57:, ["sales", "stock"]] = np.nan
    np.testing.assert_allclose(first.transform(table), data.X[-1:], rtol=1e-6)
    X, y = first.examples(pd.DataFrame(SERIES, columns=COLUMNS))
    np.testing.assert_allclose(X, data.X, rtol=1e-6)
    np.testing.assert_array_equal(y, data.y)
    with pytest.raises(DataError, match="'weekday' must be known for the 3 rows"):
        first.transform(table[:58])
    with pytest.raises(DataError, match="reads 5 rows of the past, and the table has 4"):
        first.transform(table[:4])
    with pytest.raises(UnknownNameError, match="unknown column 'stock'"):
        first.transform(table.drop(columns="stock"))


def test_a_calendar_alone_needs_no_rows_of_the_future(shop):
    data = load_dataset(shop, options={"lags": 5, "horizon": 3, "periods": [7]})
    table = pd.DataFrame(SERIES, columns=COLUMNS)[:57]
    np.testing.assert_allclose(data.reader.transform(table), data.X[-1:], rtol=1e-6, atol=1e-6)


def daily(rows=60, **columns):
    return pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=rows), "sales": np.arange(rows) % 7, **columns}
    )


def test_several_series_in_one_table_are_refused_and_few_repeated_moments_noted():
    both = pd.concat([daily(shop="north"), daily(shop="south")])
    with pytest.raises(DataError, match="several series"):
        load_dataset(both, target="sales", options={"lags": 5})
    repeated = pd.concat([daily(), daily().iloc[[3, 9]]])
    notes = load_dataset(repeated, target="sales", options={"lags": 5}).notes
    assert "moments_repeat" in [note.code for note in notes]
    assert "uneven_steps" not in [note.code for note in notes]


@pytest.mark.parametrize("frequency", ["MS", "ME", "QS", "YS"])
def test_months_are_steps_as_long_as_one_another(frequency):
    table = daily(90).assign(day=pd.date_range("1990-01-01", periods=90, freq=frequency))
    data = load_dataset(table, target="sales", options={"lags": 5, "periods": "12"})
    assert "uneven_steps" not in [note.code for note in data.notes]
    days = table.day.to_numpy().astype("datetime64[D]").astype(float)
    later = Series("later", days[80:, None], ("day",), "later", moments=days[80:])
    assert data.reader.begin(later) == 80
    gone = load_dataset(table.drop(index=30), target="sales", options={"lags": 5})
    assert "uneven_steps" in [note.code for note in gone.notes]


@pytest.mark.filterwarnings("error")
def test_numbers_beyond_single_precision_are_refused_with_their_column():
    with pytest.raises(DataError, match=r"sales is 1e\+300 in row 1 .* float32"):
        load_dataset(daily().assign(sales=lambda table: table.sales * 1e300), target="sales",
                     options={"lags": 5})  # fmt: skip
