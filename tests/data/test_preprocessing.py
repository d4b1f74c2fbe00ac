"""Preprocessing as a model keeps it: fitted to training rows, then the same for every input."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.preprocessing import StandardScaler

from axone.data import (
    Preprocessing,
    Reshaping,
    Standard,
    TargetScaler,
    Tokens,
    load_dataset,
    split_rows,
)
from axone.errors import DataError, ModelFileError, ShapeError, UnknownNameError

IRIS = load_dataset("iris")
TABLE = pd.DataFrame({"age": [20, 40, 60, 80], "sex": list("fmfm")})


def test_statistics_are_those_of_the_training_rows_alone():
    rows = split_rows(IRIS.y, "classification", validation=0.3, test=0, seed=0)
    fitted = Preprocessing.fit(IRIS.X[rows.train])
    oracle = StandardScaler().fit(IRIS.X[rows.train])
    np.testing.assert_allclose(
        fitted.transform(IRIS.X[rows.validation], "float64"),
        oracle.transform(IRIS.X[rows.validation]),
        atol=1e-12,
    )
    assert fitted.transform(IRIS.X).dtype == np.float32
    assert fitted.feature_shape == (4,)


def test_a_table_is_encoded_and_only_its_amounts_scaled():
    fitted = Preprocessing.fit(TABLE, "minmax")
    assert fitted.output_names == ("age", "sex=f", "sex=m")
    assert fitted.feature_names == ("age", "sex")
    np.testing.assert_allclose(
        fitted.transform(TABLE), [[0, 1, 0], [1 / 3, 0, 1], [2 / 3, 1, 0], [1, 0, 1]], rtol=1e-6
    )
    polars = pl.DataFrame({"sex": ["m"], "age": [80]})
    np.testing.assert_array_equal(fitted.transform(polars), [[1, 0, 1]])


def test_the_kinds_of_columns_can_be_chosen():
    fitted = Preprocessing.fit(TABLE, columns={"age": "category", "sex": "ignore"})
    assert fitted.feature_shape == (4,)


def test_an_array_for_a_model_of_tables_holds_the_columns_in_order():
    fitted = Preprocessing.fit(TABLE, "none")
    cells = np.array([[30, "m"]], dtype=object)
    np.testing.assert_array_equal(fitted.transform(cells), [[30, 0, 1]])
    with pytest.raises(ShapeError, match=r"rows of 2 cells, age, sex.*\(1, 3\)"):
        fitted.transform([[1, 2, 3]])


def test_a_table_for_a_model_of_arrays_is_matched_by_names_then_by_count():
    fitted = Preprocessing.fit(IRIS.X, feature_names=IRIS.feature_names)
    expected = fitted.transform(IRIS.X)
    named = pd.DataFrame(IRIS.X, columns=list(IRIS.feature_names)).assign(species="x", n=1)
    np.testing.assert_array_equal(fitted.transform(named[named.columns[::-1]]), expected)
    unnamed = pd.DataFrame(IRIS.X, columns=list("abcd")).assign(species="x")
    np.testing.assert_array_equal(fitted.transform(unnamed), expected)
    with pytest.raises(DataError, match=r"takes 4 numbers a row \(sepal length.*has 3 columns"):
        fitted.transform(unnamed.drop(columns="a"))
    with pytest.raises(DataError, match="1 cell that is NaN"):
        fitted.transform(unnamed.assign(a=unnamed["a"].where(unnamed.index != 3)))


def test_flattened_images_are_unfolded_and_images_flattened_where_the_model_wants_it():
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 6)).astype(np.uint8)
    fitted = Preprocessing.fit(images, "divide", kind="images")
    expected = fitted.transform(images)
    np.testing.assert_array_equal(fitted.transform(images.reshape(5, 24)), expected)
    np.testing.assert_array_equal(fitted.transform(images[:, None]), expected)
    table = pd.DataFrame(images.reshape(5, 24))
    np.testing.assert_array_equal(fitted.transform(table), expected)
    flat = Preprocessing.fit(images.reshape(5, 24), "divide")
    np.testing.assert_array_equal(flat.transform(images), expected.reshape(5, 24))


def test_axes_in_another_order_are_refused():
    fitted = Preprocessing.fit(np.random.default_rng(0).normal(size=(8, 6, 100)))
    with pytest.raises(ShapeError, match=r"shape \(6, 100\).*\(8, 100, 6\)"):
        fitted.transform(np.zeros((8, 100, 6)))


def test_another_width_is_refused_and_a_single_row_told_how():
    fitted = Preprocessing.fit(IRIS.X)
    with pytest.raises(ShapeError, match=r"shape \(m, 4\).*\(2, 3\)"):
        fitted.transform(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match=r"reshape\(1, -1\)"):
        fitted.transform(np.zeros(4))


def test_a_single_feature_needs_no_axis():
    fitted = Preprocessing.fit(np.arange(5.0), "none")
    assert fitted.feature_shape == (1,)
    np.testing.assert_array_equal(fitted.transform([7, 8]), [[7], [8]])


@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        ([["a", "b", "c", "d"]], DataError, "must hold numbers"),
        ([[1, 2, np.nan, 4]], DataError, "row 0, column 2"),
        (5.0, ShapeError, "single number"),
    ],
)
def test_what_holds_no_numbers_is_refused(X, error, words):
    with pytest.raises(error, match=words):
        Preprocessing.fit(IRIS.X).transform(X)


def test_an_unknown_scaling_is_refused():
    with pytest.raises(UnknownNameError, match="unknown scaling"):
        Preprocessing.fit(IRIS.X, "standart")


@pytest.mark.parametrize("X", [IRIS.X, TABLE, np.ones((3, 2, 5)), np.ones((3, 4, 4), np.uint8)])
def test_preprocessing_comes_back_from_json(X):
    fitted = Preprocessing.fit(X)
    again = Preprocessing.from_data(json.loads(json.dumps(fitted.to_data())))
    assert again == fitted
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))


SCALER = {"name": "scaling", "shape": [2], "shift": [0, 0], "scale": [1, 1]}
NUMBERS = {"name": "numbers", "shape": [2], "names": []}
GOOD = {"steps": [NUMBERS, SCALER]}
AMOUNTS = {"name": "robust", "amounts": [True, True], "centre": [0, 0], "scale": [1, 1]}


@pytest.mark.parametrize(
    "steps",
    [
        [],
        "many",
        [NUMBERS, {**SCALER, "shape": [3]}],
        [{**NUMBERS, "shape": []}],
        [{**NUMBERS, "shape": [0, 2]}],
        [{**NUMBERS, "shape": "wide"}],
        [{**NUMBERS, "names": 5}],
        [{**NUMBERS, "more": 1}],
        [{**NUMBERS, "shape": [True]}],
        [NUMBERS, NUMBERS],
        [SCALER, NUMBERS],
        [NUMBERS, {"name": "scaling"}],
        [NUMBERS, {**SCALER, "scale": [0, 1]}],
        [NUMBERS, {**SCALER, "name": "os.system"}],
        [NUMBERS, {key: SCALER[key] for key in ("shape", "shift", "scale")}],
        [{"name": "table", "columns": [], "notes": [], "table_names": []}],
        [{"name": "table", "columns": 3, "notes": [], "table_names": []}],
        [{"name": "table", "columns": [{"kind": "date"}], "notes": [], "table_names": []}],
        [{"name": "table", "columns": [{"kind": "data"}], "notes": [], "table_names": []}],
        [NUMBERS, {**AMOUNTS, "bins": [], "scale": [1, 0]}],
        [NUMBERS, {**AMOUNTS, "bins": [], "centre": [0]}],
        [NUMBERS, {**AMOUNTS, "bins": [{"column": 2, "edges": [0, 1]}]}],
        [NUMBERS, {**AMOUNTS, "bins": [{"column": 0, "edges": [1, 0]}]}],
        [NUMBERS, {"name": "shape", "shape": [3]}],
        [{"name": "tokens", "length": 0, "vocabulary": 5}],
        [{"name": "tokens", "length": 2, "vocabulary": 5}, SCALER],
    ],
)
def test_damaged_preprocessing_is_refused(steps):
    assert Preprocessing.from_data(GOOD).feature_shape == (2,)
    assert Preprocessing.from_data({"steps": [NUMBERS, {**AMOUNTS, "bins": []}]}).steps
    for data in ({"steps": steps}, {**GOOD, "more": 1}, [steps]):
        with pytest.raises(ModelFileError, match="damaged"):
            Preprocessing.from_data(data)


def test_a_shape_after_the_scaling_makes_images_of_rows():
    fitted = Preprocessing.fit(np.arange(24.0).reshape(2, 12))
    steps = Preprocessing((*fitted.steps, Reshaping((1, 3, 4))))
    assert steps.feature_shape == (1, 3, 4)
    X = np.ones((5, 12))
    np.testing.assert_array_equal(steps.transform(X), fitted.transform(X).reshape(5, 1, 3, 4))
    assert Preprocessing.from_data(json.loads(json.dumps(steps.to_data()))) == steps
    with pytest.raises(ShapeError, match="made of"):
        Preprocessing((*fitted.steps, Reshaping((5,))))


def test_tokens_stay_the_whole_numbers_that_they_are():
    rows = np.array([[0, 7, 3], [5, 5, 9]])
    tokens = Preprocessing((Tokens.fit(rows),))
    assert tokens.transform(rows).dtype == np.int64
    np.testing.assert_array_equal(tokens.transform(rows.astype(float)), rows)
    assert Preprocessing.from_data(tokens.to_data()) == tokens
    for wrong in ([[0, 1, 10]], [[0, 1, -1]], [[0, 1, 2.5]]):
        with pytest.raises(DataError, match=r"whole numbers from 0 to 9; found .* in row 0"):
            tokens.transform(wrong)
    with pytest.raises(ShapeError, match="length"):
        Tokens.fit([1, 2, 3])
    with pytest.raises(ShapeError, match="statistics"):
        Preprocessing((*tokens.steps, Standard().fit(rows)))


@pytest.mark.parametrize("rows", [7, 90_000])
@pytest.mark.parametrize("scaling", ["standard", "minmax", "none", {"name": "divide", "by": 4.0}])
def test_a_table_is_scaled_column_by_column_as_its_matrix_would_be(rows, scaling):
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "amount": random.normal(3.0, 2.0, rows),
            "few": random.choice(["a", "b"], rows),
            "many": random.choice([f"c{number}" for number in range(20)], rows),
            "gaps": np.where(np.arange(rows) % 3 == 0, np.nan, random.normal(size=rows)),
            "day": pd.date_range("2024-01-01", periods=rows, freq="h"),
        }
    )
    fitted, inputs = Preprocessing.fit_transform(table, "float64", scaling=scaling)
    encoder, scaler = fitted.steps
    matrix = encoder.transform(table)
    np.testing.assert_array_equal(inputs, scaler.transform(matrix, "float64"))
    np.testing.assert_array_equal(fitted.transform(table, "float64"), inputs)
    amounts = np.array(encoder.scaled)
    if scaling == "standard":
        np.testing.assert_allclose(
            inputs[:, amounts], StandardScaler().fit_transform(matrix[:, amounts]), atol=1e-9
        )
    np.testing.assert_array_equal(inputs[:, ~amounts], matrix[:, ~amounts])


def test_scaled_cells_that_a_type_cannot_hold_are_refused():
    table = pd.DataFrame({"a": [1e200, -1e200, 0.0], "b": ["x", "y", "x"]})
    fitted = Preprocessing.fit(table, "none")
    assert np.isfinite(fitted.transform(table, "float64")).all()
    with pytest.raises(DataError, match=r"do not fit into float32: .* as large as 1e\+200"):
        fitted.transform(table)


def test_an_array_may_hold_the_columns_of_the_whole_training_table():
    table = TABLE.assign(same=1)
    fitted = Preprocessing.fit(table)
    assert fitted.feature_names == ("age", "sex")
    expected = fitted.transform(table)
    np.testing.assert_array_equal(fitted.transform(table.to_numpy(dtype=object)), expected)
    np.testing.assert_array_equal(fitted.transform(TABLE.to_numpy(dtype=object)), expected)


def test_regression_targets_are_scaled_by_the_same_scaler():
    y = load_dataset("diabetes").y
    scaler: TargetScaler = Standard().fit(y)
    scaled = scaler.transform(y, "float64")
    np.testing.assert_allclose(scaled, StandardScaler().fit_transform(y[:, None])[:, 0])
    np.testing.assert_allclose(scaler.inverse(scaled), y)


def test_real_images_share_one_statistic(real_data):
    mnist = load_dataset("mnist")
    fitted = Preprocessing.fit(mnist.X, kind=mnist.kind)
    inputs = fitted.transform(mnist.X_test)
    assert inputs.shape == (10_000, 28, 28)
    np.testing.assert_allclose(
        [fitted.scaler.shift, fitted.scaler.scale], [33.318421, 78.567490], rtol=1e-6
    )
