"""Which axis of an example is time: what the first layer that can tell says."""

import numpy as np
import pytest

import axone as ax
from axone.augmentation import Axes


@pytest.mark.parametrize(
    ("layers", "shape", "wanted"),
    [
        ([ax.Conv1D(2, 3)], (4, 30), "signals"),
        ([ax.Activation("relu"), ax.MaxPool(2)], (4, 30), "signals"),
        ([ax.Flatten()], (4, 30), "signals"),
        ([ax.LSTM(3, last=True)], (30, 4), "sequences"),
        ([ax.LayerNorm(), ax.Attention(2)], (30, 4), "sequences"),
        ([ax.Transpose(), ax.GRU(3)], (4, 30), "signals"),
        ([ax.Transpose(), ax.Conv1D(2, 3)], (30, 4), "sequences"),
        ([ax.Residual(ax.PositionwiseDense(4))], (30, 4), "sequences"),
        ([ax.Conv2D(2, 3)], (1, 8, 8), "images"),
        ([ax.Dense(2)], (8,), "features"),
        ([ax.Reshape((1, 8, 8)), ax.Conv2D(2, 3)], (64,), "images"),
        ([ax.Reshape((8, 8)), ax.LSTM(2)], (64,), "sequences"),
        ([ax.Reshape((1, 8, 8)), ax.Conv2D(2, 3)], (8, 8), "images"),
        ([ax.Reshape((4, 16)), ax.Conv1D(2, 3)], (8, 8), "signals"),
        ([ax.Embedding(5, 3)], (8,), "tokens"),
    ],
)
def test_the_network_says_what_its_examples_are(layers, shape, wanted):
    axes = Axes.of(ax.Network(*layers, input_shape=shape))
    assert axes.kind == wanted
    assert axes.length == {"signals": axes.shape[-1], "sequences": axes.shape[0]}.get(wanted, 1)


def test_a_row_is_as_long_as_its_last_position_that_is_there():
    mask = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0]], bool)
    assert Axes("signals", (2, 4)).lengths(3, mask).tolist() == [2, 4, 1]
    assert Axes("signals", (2, 4)).lengths(3, None).tolist() == [4, 4, 4]
