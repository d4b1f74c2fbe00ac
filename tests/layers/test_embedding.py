"""The embedding: tokens that nobody casts, and a gradient that adds up where they repeat."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError
from axone.initializers import Normal
from axone.layers import PREDICTION


def test_a_token_that_repeats_adds_up_its_gradients():
    arrays = {"weight": np.arange(6.0).reshape(3, 2)}
    layer = ax.Embedding(3, 2)
    y, cache = layer.forward(arrays, np.array([[2, 0, 2]]), PREDICTION)
    assert y.tolist() == [[[4, 5], [0, 1], [4, 5]]]
    _, gradients = layer.backward(arrays, cache, np.array([[[1.0, 2], [3, 4], [5, 6]]]))
    assert gradients["weight"].tolist() == [[3, 4], [0, 0], [6, 8]]


def test_its_vectors_start_as_standardised_features_are():
    parameters = ax.Network(ax.Embedding(200, 50), input_shape=1).initialize(0)
    weight = parameters["0.weight"]
    assert (weight.mean(), weight.std()) == pytest.approx((0, 1), abs=0.03)
    (spec,) = ax.Embedding(3, 2, Normal(0.1)).parameters((4,))
    assert (spec.initializer, spec.penalised) == (Normal(0.1), True)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_tokens_of_any_integer_type_stay_what_they_are(dtype):
    network = ax.Network(ax.Embedding(300, 2), ax.Flatten(), ax.Dense(1), input_shape=2)
    assert network.takes_tokens
    X = np.array([[0, 255], [7, 8]], dtype=dtype)
    assert network.check_examples(X).dtype == dtype
    assert network.cast_examples(X, "float32") is X
    prediction = network.predict(network.initialize(0), X)
    assert (prediction.dtype, prediction.shape) == (np.float32, (2, 1))


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[0.0, 1.0]], DataError, r"Layer 0 \(Embedding\) reads token numbers, and X holds float"),
        ([[True, False]], DataError, "X holds bool: give integers"),
        ([[0, 1], [4, 5]], DataError, "Row 1 of X holds token 5: Embedding knows 0 … 4.*larger"),
        ([[0, -1]], DataError, r"Row 0 of X holds token -1: Embedding knows 0 … 4\. Number"),
        ([[0, 1, 2]], ShapeError, r"takes examples of shape \(2,\)"),
        ([["a", "b"]], DataError, "X holds <U1, not numbers"),
    ],
)
def test_what_is_no_token_is_refused_with_its_place(X, error, message):
    network = ax.Network(ax.Embedding(5, 2), ax.Flatten(), ax.Dense(1), input_shape=2)
    with pytest.raises(error, match=message):
        network.predict(network.initialize(), X)


def test_no_rows_hold_no_wrong_tokens():
    network = ax.Network(ax.Embedding(5, 2), ax.Flatten(), ax.Dense(1), input_shape=2)
    assert network.predict(network.initialize(), np.zeros((0, 2), int)).shape == (0, 1)


def test_a_network_of_numbers_takes_none():
    network = ax.Network(ax.Dense(1), input_shape=2)
    assert not network.takes_tokens
    assert network.cast_examples(np.array([[1, 2]]), "float32").dtype == np.float32


def test_it_is_refused_anywhere_but_first():
    with pytest.raises(ShapeError, match=r"Layer 1 \(Embedding\): it reads token numbers.*first"):
        ax.Network(ax.Dropout(0.1), ax.Embedding(5, 2), input_shape=3)
    with pytest.raises(ConfigurationError, match="token numbers cannot be added to"):
        ax.Residual(ax.Embedding(5, 2))


def test_images_of_tokens_are_refused():
    with pytest.raises(ShapeError, match=r"reads tokens \(length,\), not.*\(2, 2\)"):
        ax.Network(ax.Embedding(5, 2), input_shape=(2, 2))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"vocabulary_size": 0, "dimension": 1}, ConfigurationError, "vocabulary_size must be at"),
        ({"vocabulary_size": 2, "dimension": 1.5}, ArgumentTypeError, "dimension must be a whole"),
    ],
)
def test_wrong_settings_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        ax.Embedding(**settings)
