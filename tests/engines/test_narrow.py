"""Narrow layers, whose weights lie along their longer side, learn what the equations say.

A layer with few outputs keeps a row of whole vectors for each of them, one with few inputs a row
for each of these; what is left of the last vector is padding, which must learn nothing, whatever
the activation makes of zero. Sizes on both sides of every width of a vector lie here beside one
another, in batches that are cut into tiles in every way.
"""

import numpy as np
import pytest
from tests.engines.agreement import difference, trained

import axone as ax
from axone.data import Examples
from axone.engines import NativeEngine, NotBuiltError, Recipe, ReferenceEngine, get_engine
from axone.losses import LOSSES
from axone.penalties import Clipping, Penalty

try:
    get_engine("native")
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33]
BATCHES = [1, 2, 3, 4, 6, 7, 10, 12, 13, 24, 25, 64]


def both(network, rows, *, loss="mse", optimizer=None, batch_size=8, epochs=1, **settings):
    """Return the states of both engines after the same steps."""
    settings = {"dtype": "float64", **settings}
    recipe = Recipe(
        network, LOSSES.resolve(loss), optimizer or ax.SGD(0.1), batch_size=batch_size, **settings
    )
    random = np.random.default_rng(rows)
    X = random.normal(size=(rows, *network.input_shape)).astype(recipe.dtype)
    classes = network.output_shape[0]
    if loss == "mse":
        target = random.normal(size=(rows, classes)).astype(recipe.dtype)
    else:
        target = random.integers(0, classes, size=rows)
    return [
        trained(engine, recipe, X, target, None, epochs)[1]
        for engine in (ReferenceEngine(), NativeEngine())
    ]


def assert_alike(states, tolerance=1e-12):
    # Two engines add up in another order: a few hundred terms, each a rounding of 1e-16 apart.
    wanted, found = states
    assert difference(found.parameters.vector, wanted.parameters.vector) < tolerance
    for name in wanted.slots:
        assert difference(found.slots[name], wanted.slots[name]) < tolerance


@pytest.mark.parametrize("outputs", SIZES)
@pytest.mark.parametrize("inputs", SIZES)
def test_every_shape_makes_the_steps_of_the_equations(inputs, outputs):
    network = ax.Network(ax.Dense(inputs, "tanh"), ax.Dense(outputs), input_shape=6)
    assert_alike(both(network, 30, optimizer=ax.Adam(0.01, epsilon=1e-3), epochs=3))


@pytest.mark.parametrize("batch_size", BATCHES)
@pytest.mark.parametrize("units", [5, 40])
@pytest.mark.parametrize(
    ("loss", "ending"), [("cce", ax.Dense(3, "softmax")), ("mse", ax.Dense(1))]
)
def test_every_batch_is_cut_into_tiles_that_make_it_up(loss, ending, units, batch_size):
    network = ax.Network(ax.Dense(units, "sigmoid"), ending, input_shape=units // 2 + 1)
    # The last batch is shorter than the others.
    states = both(network, 3 * batch_size - batch_size // 2, loss=loss, batch_size=batch_size)
    assert_alike(states)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 5, 8, 13, 16])
@pytest.mark.parametrize("units", [66, 68, 72, 100, 108, 130])
def test_input_gradients_of_few_rows_whatever_is_left_of_a_vector(units, batch_size, dtype):
    """A wide layer, whose outputs fill panels of two vectors and a narrower one of any width."""
    network = ax.Network(ax.Dense(90, "tanh"), ax.Dense(units), input_shape=4)
    states = both(network, 2 * batch_size, batch_size=batch_size, dtype=dtype)
    # In float32 sums of 130 terms in another order: 130 roundings of 6e-8, most of which cancel.
    assert_alike(states, 1e-12 if dtype == "float64" else 2e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "prelu", "elu", "softplus", "softmax"])
@pytest.mark.parametrize("units", [3, 20])
def test_activations_of_both_layouts(units, name):
    """Between 11 inputs and units below and above them; ReLU is where the sums are made.

    Exponentials and logarithms of the C library and of NumPy differ by an ulp or two, in every one
    of fifteen steps.
    """
    network = ax.Network(ax.Dense(units, name), ax.Dense(2), input_shape=11)
    assert_alike(both(network, 40, epochs=3), 1e-11)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("optimizer", [ax.SGD(0.1), ax.Adam(0.01), ax.Nesterov(0.05)])
@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (17, 1), (1, 17)])
def test_padding_learns_nothing_in_many_steps(sizes, optimizer, bias):
    """The sigmoid makes ½ of the zeros that padding holds."""
    inputs, units = sizes
    network = ax.Network(
        ax.Dense(inputs, "sigmoid", bias=bias),
        ax.Dense(units, "sigmoid", bias=bias),
        ax.Dense(2, bias=bias),
        input_shape=3,
    )
    # Each of 200 steps of Adam divides by the size of gradients, however small they have become.
    assert_alike(both(network, 40, optimizer=optimizer, epochs=40), 1e-9)


@pytest.mark.parametrize("clipping", [Clipping(), Clipping(0.01, None), Clipping(None, 0.05)])
@pytest.mark.parametrize("penalty", [Penalty(), Penalty(0.05, 0.0), Penalty(0.0, 0.3)])
@pytest.mark.parametrize("optimizer", [ax.SGD(0.1), ax.AdamW(0.01, epsilon=1e-3)])
def test_weights_moved_at_one_go_are_penalised_and_their_gradient_cut(optimizer, penalty, clipping):
    """Weights are penalised and decay, biases do not; all lie in one array."""
    network = ax.Network(ax.Dense(9, "relu"), ax.Dense(3, "softmax"), input_shape=7)
    settings = {"penalty": penalty, "clipping": clipping}
    # What Adam divides by may be small: here 1e-3, a thousand roundings.
    assert_alike(both(network, 40, loss="cce", optimizer=optimizer, epochs=5, **settings), 1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layers_too_wide_or_batches_too_long_to_be_narrow_agree_with_those_that_are(dtype):
    """A batch of 64 rows passes through narrow layers, one of 65 does not."""
    network = ax.Network(ax.Dense(30, "tanh"), ax.Dense(4, "softmax"), input_shape=12)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    for rows in (64, 65):
        states = both(network, rows, loss="cce", batch_size=rows, epochs=4, dtype=dtype)
        assert_alike(states, tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [127, 128, 131, 300])
@pytest.mark.parametrize("outputs", [1, 3, 7, 10])
def test_few_outputs_of_long_batches_are_shared_out_to_the_same_bits(outputs, rows, dtype):
    network = ax.Network(ax.Dense(outputs, "softmax"), input_shape=61)
    random = np.random.default_rng(outputs)
    X, y = random.normal(size=(rows, 61)).astype(dtype), random.integers(0, outputs, rows)
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(0.01), batch_size=rows, dtype=dtype)
    ends = []
    for threads in (1, 2, 3):
        plan = NativeEngine(threads).compile(recipe)
        # As a run's own workspace would be, but for the team that is taken whatever it costs.
        workspace = plan.compiled.workspace(rows, rows, threads, True)
        state = plan.start(network.initialize(2, dtype))
        vectors = state.parameters.vector, state.parameters.buffers, list(state.slots.values())
        rates = recipe.rates(state, 3, rows, 3)
        start = (0, 0, 0, 0.0, 0.0, 0.0, 0, [])
        given = (X, y.astype(np.int64), None, None, None)
        workspace.run(*vectors, *given, start, rates, True, lambda *_: False, -1, True)
        ends.append(state.parameters.vector.copy())
    assert ends[0].tobytes() == ends[1].tobytes() == ends[2].tobytes()
    states = both(network, rows, loss="cce", batch_size=rows, epochs=3, dtype=dtype)
    assert_alike(states, 1e-12 if dtype == "float64" else 1e-5)


def test_a_narrow_network_predicts_alike_one_by_one_and_together():
    network = ax.Network(ax.Dense(17, "relu"), ax.Dense(3, "softmax"), input_shape=5)
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD(), dtype="float64")
    plan = NativeEngine().compile(recipe)
    parameters = network.initialize(3, "float64")
    X = np.random.default_rng(0).normal(size=(300, 5))
    together = plan.predict(parameters, X)
    one_by_one = np.concatenate([plan.predict(parameters, row[None]) for row in X])
    np.testing.assert_allclose(one_by_one, together, rtol=0, atol=1e-15)
    wanted = ReferenceEngine().compile(recipe).evaluate(parameters, Examples(X, np.zeros(300, int)))
    np.testing.assert_allclose(together, wanted[1], rtol=0, atol=1e-14)
