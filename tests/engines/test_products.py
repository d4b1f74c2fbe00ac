"""The compiled products are those of NumPy, however they are cut, copied and added up.

Which way a product goes depends on its sizes: few rows are multiplied by dot products, long sums
are cut into pieces, many rows are taken some at a time, wide layers in groups of blocks. Here sizes
on either side of each of these lie beside one another, and odd ones that fill no vector.
"""

import numpy as np
import pytest

import axone as ax
from axone.data import Examples
from axone.engines import NativeEngine, NotBuiltError, Recipe, ReferenceEngine, get_engine
from axone.losses import LOSSES

try:
    get_engine("native")
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

ROUNDING = {"float32": 2e-5, "float64": 1e-13}
"""Relative to the largest number of the gradient: sums of some hundred products."""


def gradients(rows, inputs, hidden, outputs, dtype, threads=1):
    """Return the flat gradient of both engines, of three layers of which two pass δ on."""
    network = ax.Network(
        ax.Dense(hidden, "tanh"), ax.Dense(hidden, "tanh"), ax.Dense(outputs), input_shape=inputs
    )
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype=dtype)
    random = np.random.default_rng(rows * 31 + hidden)
    X = random.normal(size=(rows, inputs)).astype(dtype)
    examples = Examples(X, random.normal(size=(rows, outputs)).astype(dtype))
    start = network.initialize(1, dtype)
    engines = (ReferenceEngine(), NativeEngine(threads))
    plans = [engine.compile(recipe) for engine in engines]
    return [plan.loss_and_gradient(start, examples, 1)[1] for plan in plans]


def assert_alike(wanted, found, dtype):
    for name in wanted:
        scale = np.abs(wanted[name]).max()
        np.testing.assert_allclose(
            found[name], wanted[name], rtol=0, atol=ROUNDING[dtype] * scale, err_msg=name
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("hidden", [3, 15, 16, 17, 31, 33, 47, 64, 65, 100, 127, 129, 200])
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 7, 8, 9, 13, 16, 17, 23, 24, 64])
def test_few_rows(rows, hidden, dtype):
    assert_alike(*gradients(rows, 21, hidden, 5, dtype), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rows", "inputs", "hidden"),
    [
        (65, 257, 130),
        (129, 1000, 33),
        (300, 130, 500),
        (512, 385, 401),
        (1000, 60, 257),
        (5000, 70, 90),
    ],
)
def test_many_rows_and_long_sums(rows, inputs, hidden, dtype):
    assert_alike(*gradients(rows, inputs, hidden, 40, dtype), dtype)


@pytest.mark.parametrize("batch_size", [16, 300])
def test_threads_share_large_products_to_the_bit(batch_size):
    network = ax.Network(
        ax.Dense(401, "relu"), ax.Dense(300, "relu"), ax.Dense(3, "softmax"), input_shape=257
    )
    random = np.random.default_rng(0)
    X = random.normal(size=(600, 257)).astype("float32")
    y = random.integers(0, 3, size=600)
    ends = [
        ax.Trainer(network, loss="cce", engine="native", batch_size=batch_size, threads=threads)
        .fit((X, y), max_epochs=2)
        .parameters.vector.tobytes()
        for threads in (1, 2, 3)
    ]
    assert ends[0] == ends[1] == ends[2]
