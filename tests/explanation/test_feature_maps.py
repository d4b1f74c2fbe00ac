"""Feature maps: which layers give one, what belongs to it, and positions that are not there."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ShapeError

torch = pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `peers`")

RANDOM = np.random.default_rng(5)


def test_a_convolution_takes_what_follows_it_into_its_map():
    network = ax.Network(
        ax.Conv2D(3, 3),
        ax.BatchNorm(),
        ax.Activation("relu"),
        ax.Dropout(0.5),
        ax.MaxPool(2),
        ax.Conv2D(2, 2, "tanh"),
        ax.Flatten(),
        ax.Dense(2, "softmax"),
        input_shape=(1, 8, 8),
    )
    parameters = network.initialize(dtype="float64")
    x = RANDOM.normal(size=(1, 8, 8))
    first, second = ax.feature_maps(network, parameters, x)
    assert first.label == "0 Conv2D + BatchNorm + relu"
    assert second.label == "5 Conv2D (tanh)"
    weight = torch.tensor(parameters["0.weight"].copy())
    expected = torch.nn.functional.conv2d(torch.tensor(x)[None], weight).relu()[0].numpy()
    expected = expected / np.sqrt(1 + network.layers[1].epsilon)
    np.testing.assert_allclose(first.array, expected, atol=1e-12)
    assert second.array.shape == (2, 2, 2)


def test_a_formula_is_called_by_itself():
    network = ax.Network(ax.Conv1D(2, 3), ax.Activation("z*sigmoid(1.5*z)"), input_shape=(1, 6))
    (found,) = ax.feature_maps(network, network.initialize(), np.zeros((1, 6)))
    assert found.label == "0 Conv1D + z·sigmoid(1.5·z)"


def test_recurrent_layers_show_every_state_even_where_they_hand_on_the_last():
    layers = [ax.GRU(3, bidirectional=True), ax.LSTM(2, last=True), ax.Dense(2)]
    network = ax.Network(*layers, input_shape=(5, 2))
    parameters = network.initialize(dtype="float64")
    x = RANDOM.normal(size=(5, 2))
    first, second = ax.feature_maps(network, parameters, x)
    assert (first.array.shape, second.array.shape) == ((6, 5), (2, 5))
    handed_on = ax.Network(*layers[:2], input_shape=(5, 2))
    own = handed_on.initialize(dtype="float64")
    own = own.replaced({name: parameters[name] for name in own.shapes})
    np.testing.assert_allclose(second.array[:, -1], handed_on.predict(own, x[None])[0])


def test_positions_that_are_not_there_are_left_blank():
    network = ax.Network(
        ax.Conv1D(2, 3, padding="same"),
        ax.Transpose(),
        ax.GRU(3, last=True),
        ax.Dense(2),
        input_shape=(1, 6),
    )
    mask = np.array([True, True, True, False, False, False])
    maps = ax.feature_maps(network, network.initialize(), RANDOM.normal(size=(1, 6)), mask)
    # Of the convolution a position is there where its window meets one that is.
    blank = [np.isnan(found.array).all(axis=0).tolist() for found in maps]
    assert blank == [[False] * 4 + [True] * 2] * 2


def test_a_block_gives_one_map_and_dense_layers_none():
    attention = ax.Residual(ax.LayerNorm(), ax.Attention(2))
    network = ax.Network(
        ax.PositionwiseDense(4),
        attention,
        ax.Transpose(),
        ax.Residual(ax.Conv1D(4, 3, padding="same")),
        ax.GlobalPool(),
        ax.Dense(2),
        input_shape=(5, 3),
    )
    maps = ax.feature_maps(network, network.initialize(), RANDOM.normal(size=(5, 3)))
    assert [found.label for found in maps] == ["1 Residual", "3 Residual"]
    assert [found.array.shape for found in maps] == [(4, 5), (4, 5)]
    dense = ax.Network(ax.Dense(4), input_shape=3)
    assert ax.feature_maps(dense, dense.initialize(), np.zeros(3)) == ()


def test_an_example_of_another_shape_is_refused():
    network = ax.Network(ax.Conv1D(2, 3), input_shape=(1, 6))
    with pytest.raises(ShapeError, match="takes examples of shape"):
        ax.feature_maps(network, network.initialize(), np.zeros((1, 1, 6)))
