"""The shapes of both passes: those of the arrays themselves, whatever the number of rows."""

import numpy as np
import pytest

import axone as ax
from axone.explanation import pass_shapes

NETWORKS = [
    ax.Network(ax.Dense(5, "relu"), ax.BatchNorm(), ax.Dense(3, "softmax"), input_shape=4),
    ax.Network(ax.Conv1D(2, 3), ax.MaxPool(2), ax.Flatten(), ax.Dense(2), input_shape=(3, 9)),
    ax.Network(ax.Embedding(7, 3), ax.LSTM(2, bidirectional=True), ax.LastStep(), input_shape=5),
    ax.Network(ax.Attention(2), ax.GlobalPool(), input_shape=(2, 2)),
    ax.Network(ax.Residual(ax.Dense(3)), ax.Dropout(0.5), input_shape=3),
]


def first_kind(network):
    return type(network.layers[0]).__name__


@pytest.mark.parametrize("network", NETWORKS, ids=first_kind)
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_they_are_those_of_the_arrays(network, rows):
    parameters = network.initialize()
    x = np.ones((rows, *network.input_shape), int)
    traces = network.trace(parameters, x, np.ones((rows, *network.output_shape)))
    shapes = pass_shapes(network)
    told = {(each.pass_, each.layer, each.symbol): each.shape for each in shapes.arrays}
    for name, array in parameters.items():
        position, _, own = name.partition(".")
        assert told["parameters", int(position), own] == tuple(map(str, array.shape))
    for trace in traces:
        for pass_ in ("forward", "backward"):
            for step in getattr(trace, pass_):
                shape = told[pass_, trace.position, step.symbol]
                numbers = tuple(rows if part == "m" else int(part) for part in shape)
                assert numbers == step.array.shape


@pytest.mark.parametrize("network", NETWORKS, ids=first_kind)
def test_their_text_fits_eighty_columns(network):
    lines = str(pass_shapes(network)).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("0 ")
