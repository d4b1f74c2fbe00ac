"""Scalings against scikit-learn's, on every shape, in pieces and in one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from axone.data import SCALINGS, Divide, MinMax, NoScaling, Scaler, Standard
from axone.errors import ConfigurationError, DataError, ModelFileError, ShapeError

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.integers(1, 5)),
    elements=st.integers(-1000, 1000).map(lambda n: n / 8),
)


@settings(max_examples=60, deadline=None)
@given(matrices, st.sampled_from([4, 16, 1 << 20]))
def test_standard_is_scikit_learns_in_pieces_of_any_size(X, cells):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("axone.data.finite.CHUNK_CELLS", cells)
        scaler = Standard().fit(X)
        scaled = scaler.transform(X, "float64")
    expected = StandardScaler().fit(X)
    np.testing.assert_allclose(scaler.shift, expected.mean_, atol=1e-12)
    np.testing.assert_allclose(scaler.scale, expected.scale_, rtol=1e-10)
    np.testing.assert_allclose(scaled, expected.transform(X), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_minmax_is_scikit_learns_and_inverse_undoes_it(X):
    scaler = MinMax().fit(X)
    scaled = scaler.transform(X, "float64")
    np.testing.assert_allclose(scaled, MinMaxScaler().fit_transform(X), atol=1e-12)
    np.testing.assert_allclose(scaler.inverse(scaled), X, atol=1e-9)


def test_large_means_do_not_drown_the_variance():
    X = 1e9 + np.random.default_rng(0).normal(size=(3000, 2))
    np.testing.assert_allclose(Standard().fit(X).scale, X.std(axis=0), rtol=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8 + 0.1])
def test_a_feature_that_never_changes_becomes_zero(value):
    X = np.column_stack([np.full(1000, value), np.arange(1000.0)])
    for scaling in (Standard(), MinMax()):
        scaler = scaling.fit(X)
        assert scaler.scale[0] == 1.0
        np.testing.assert_allclose(
            scaler.transform(X, "float64")[:, 0], 0.0, atol=1e-12 + 1e-13 * value
        )


def test_signals_have_a_statistic_for_each_channel():
    X = np.random.default_rng(0).normal(size=(20, 3, 50)) * [[[1.0], [10.0], [100.0]]]
    scaler = Standard().fit(X)
    assert scaler.shift.shape == (3, 1)
    by_channel = X.transpose(0, 2, 1).reshape(-1, 3)
    expected = StandardScaler().fit_transform(by_channel).reshape(20, 50, 3).transpose(0, 2, 1)
    np.testing.assert_allclose(scaler.transform(X, "float64"), expected, atol=1e-12)


def test_images_have_one_statistic_for_all_pixels_and_colours():
    X = np.random.default_rng(0).integers(0, 256, (30, 3, 4, 4)).astype(np.uint8)
    colour = Standard().fit(X, is_image=True)
    assert colour.shift.shape == ()
    np.testing.assert_allclose([colour.shift, colour.scale], [X.mean(), X.std()])
    grey = Standard().fit(X[:, 0], is_image=True)
    assert grey.shift.shape == ()
    np.testing.assert_allclose([grey.shift, grey.scale], [X[:, 0].mean(), X[:, 0].std()])


def test_only_the_columns_that_are_amounts_are_scaled():
    X = np.array([[1.0, 1.0], [3.0, 0.0]])
    for scaling in (Standard(), Divide(by=2.0)):
        scaled = scaling.fit(X, [True, False]).transform(X)
        np.testing.assert_array_equal(scaled[:, 1], X[:, 1])
        assert scaled[1, 0] != X[1, 0]


def test_division_and_no_scaling_need_no_statistics():
    X = np.array([[0, 51], [255, 102]], dtype=np.uint8)
    np.testing.assert_allclose(Divide().fit(X).transform(X), X / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(NoScaling().fit(X).transform(X), X)
    assert NoScaling().fit(X).transform(X, "float64").dtype == np.float64
    assert Standard().fit(X).transform(X).dtype == np.float32


def test_targets_are_scaled_like_features_and_predictions_brought_back():
    y = np.linspace(3, 9, 50)
    scaler = Standard().fit(y)
    assert scaler.shift.shape == ()
    np.testing.assert_allclose(scaler.inverse(scaler.transform(y, "float64")), y)
    np.testing.assert_allclose(scaler.inverse(np.zeros((4, 1))), np.full((4, 1), y.mean()))
    several = Standard().fit(np.column_stack([y, -y]))
    np.testing.assert_allclose(several.inverse(np.zeros((1, 2))), [[6.0, -6.0]])


def test_large_images_are_not_made_float64_whole():
    import tracemalloc

    X = np.zeros((2000, 64, 64), dtype=np.uint8)
    X[::2] = 200
    tracemalloc.start()
    scaler = Standard().fit(X, is_image=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert float(scaler.shift) == 100.0
    assert peak < 0.8 * X.size * 8


def test_numbers_too_large_are_refused():
    huge = np.array([[1e308], [-1e308]])
    for scaling in (Standard(), MinMax()):
        with pytest.raises(DataError, match="overflows"):
            scaling.fit(huge)
    with pytest.raises(DataError, match="do not fit into float32"):
        NoScaling().fit(huge).transform(huge)


def test_no_rows_and_another_shape_are_refused():
    with pytest.raises(DataError, match="No rows"):
        Standard().fit(np.zeros((0, 3)))
    scaler = Standard().fit(np.ones((4, 3)))
    for shape in ((2, 4), (2, 1), (2,)):
        with pytest.raises(ShapeError, match=r"\(3,\)"):
            scaler.transform(np.ones(shape))


def test_no_rows_to_transform_give_no_rows():
    assert Standard().fit(np.ones((4, 3))).transform(np.ones((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("name", ["standard", "MinMax", "divide", "none", "z_score"])
def test_scalings_are_found_by_name(name):
    scaling = SCALINGS.resolve(name)
    assert SCALINGS.resolve(SCALINGS.to_data(scaling)) == scaling


def test_division_by_nothing_is_refused():
    with pytest.raises(ConfigurationError, match="greater than 0"):
        SCALINGS.resolve({"name": "divide", "by": 0})


@pytest.mark.parametrize("shape", [(5,), (5, 2), (5, 2, 3)])
def test_a_scaler_comes_back_from_json_to_the_bit(shape):
    X = np.random.default_rng(1).normal(size=shape)
    scaler = Standard().fit(X)
    again = Scaler.from_data(json.loads(json.dumps(scaler.to_data())))
    assert again == scaler
    assert again != Standard().fit(X + 1)
    assert again != "a scaler"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"shape": [2], "shift": [0, 0], "scale": [1]},
        {"shape": [3], "shift": [0, 0], "scale": [1, 1]},
        {"shape": [-1, -2], "shift": [0, 0], "scale": [1, 1]},
        {"shape": [10**9, 10**9], "shift": [0], "scale": [1]},
        {"shape": [1], "shift": [0], "scale": [0]},
        {"shape": [1], "shift": [float("nan")], "scale": [1]},
        {"shape": [1], "shift": ["x"], "scale": [1]},
        {"shape": [1], "shift": [0], "scale": [1], "more": 1},
    ],
)
def test_a_damaged_scaler_is_refused(data):
    with pytest.raises(ModelFileError, match="scaler in this model file is damaged"):
        Scaler.from_data(data)
