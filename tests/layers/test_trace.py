"""The trace of a pass: every number of the textbook under its name, forward and back."""

import numpy as np
import pytest

import axone as ax
from axone.activations import Identity
from axone.errors import ShapeError
from axone.layers import PREDICTION, Traced
from axone.layers.sequence import trace_through
from axone.losses import LOSSES, Head


def test_a_forward_pass_shows_the_numbers_of_the_textbook():
    network = ax.Network(
        ax.Dense(3, "relu"), ax.Dense(3, "relu"), ax.Dense(1, "relu"), input_shape=2
    )
    parameters = network.initialize(dtype="float64").replaced(
        {
            "0.weight": np.transpose([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
            "0.bias": [0.1, 0.2, 0.3],
            "1.weight": np.transpose([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
            "1.bias": [0.1, 0.2, 0.3],
            "2.weight": [[0.1, 0.2, 0.3]],
            "2.bias": [0.1],
        }
    )
    traces = network.trace(parameters, [[70.0, 25.0]])
    named = [("z", "z = W·x + b"), ("a", "a = max(0, z)")]
    assert [step[:2] for step in traces[0].forward] == named
    np.testing.assert_allclose(traces[0]["z"], [[17.1, 26.7, 36.3]])
    np.testing.assert_allclose(traces[1]["a"], [[37.9, 46.01, 54.12]])
    np.testing.assert_allclose(traces[2]["a"], [[29.328]])
    assert [trace.backward for trace in traces] == [(), (), ()]


def small_worked_run():
    """The network 3-4-3-2 of the course with its weights, drawn as it draws them."""
    random = np.random.RandomState(42)
    sizes = [3, 4, 3, 2]
    network = ax.Network(
        ax.Dense(4, "relu"), ax.Dense(3, "relu"), ax.Dense(2, "softmax"), input_shape=3
    )
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    weights = [random.normal(0, 0.5, shape) for shape in shapes]
    biases = [random.normal(0, 0.1, size) for size in sizes[1:]]
    arrays = {f"{n}.weight": weight for n, weight in enumerate(weights)}
    arrays |= {f"{n}.bias": bias for n, bias in enumerate(biases)}
    return network, network.initialize(dtype="float64").replaced(arrays)


def test_the_small_worked_run_is_traced_to_its_deltas():
    network, parameters = small_worked_run()
    x, y = np.array([[1.0, 4.0, 5.0]]), np.array([[1.0, 0.0]])
    body, activation = network.split_output()
    head = Head(activation, LOSSES.resolve("categorical_cross_entropy"))
    *_, last = trace_through(body, parameters.by_layer, x, PREDICTION)
    prediction = head.predict(last["z"])
    np.testing.assert_allclose(prediction, [[0.36105, 0.63895]], atol=5e-6)
    np.testing.assert_allclose(-np.log(prediction[0, 0]), 1.018737, atol=5e-7)

    delta = prediction - y
    traces = trace_through(body, parameters.by_layer, x, PREDICTION, delta)
    np.testing.assert_allclose(traces[2]["δ"], delta)
    by_hand = (delta @ parameters["2.weight"]) * (traces[1]["z"] > 0)
    np.testing.assert_allclose(traces[1]["δ"], by_hand)
    np.testing.assert_allclose(traces[1]["∂L/∂W"], by_hand.T @ traces[0]["a"])
    loss, gradient = ax.loss_and_gradient(
        network, parameters, x, y, loss="categorical_cross_entropy", engine="reference"
    )
    assert loss == pytest.approx(1.018737, abs=5e-7)
    for position, trace in enumerate(traces):
        np.testing.assert_allclose(trace["∂L/∂W"], gradient[f"{position}.weight"])
        np.testing.assert_allclose(trace["∂L/∂b"], gradient[f"{position}.bias"])


def test_from_the_gradient_of_the_prediction_softmax_goes_through_its_jacobian():
    network, parameters = small_worked_run()
    x, y = np.array([[1.0, 4.0, 5.0]]), np.array([[1.0, 0.0]])
    prediction = network.predict(parameters, x)
    last = network.trace(parameters, x, dy=-y / prediction)[-1]
    assert [step.equation for step in last.backward] == [
        "δ = (diag(a) − a·aᵀ)·∂L/∂a",
        "∂L/∂W = Σ δ·xᵀ",
        "∂L/∂b = Σ δ",
        "∂L/∂x = Wᵀ·δ",
    ]
    np.testing.assert_allclose(last["δ"], prediction - y)


def test_tokens_and_masks_are_traced_as_they_are_predicted():
    network = ax.Network(
        ax.Embedding(5, 2), ax.Recurrent(ax.RNNCell(3)), ax.LastStep(), input_shape=4
    )
    parameters = network.initialize(0, "float64")
    X = np.array([[1, 2, 0, 0], [4, 3, 2, 1]])
    mask = np.array([[True, True, False, False], [True] * 4])
    traces = network.trace(parameters, X, mask=mask)
    np.testing.assert_array_equal(traces[0]["y"], parameters["0.weight"][X])
    assert traces[1].forward[0].equation == "hₜ = tanh(W·xₜ + U·hₜ₋₁ + b)"
    np.testing.assert_array_equal(traces[2]["y"], network.predict(parameters, X, mask))


def test_a_layer_of_ones_own_is_traced_without_a_word():
    class Double(ax.Layer):
        def output_shape(self, input_shape):
            return input_shape

        def forward(self, parameters, x, context):
            return 2 * x, ()

        def backward(self, parameters, cache, dy):
            return 2 * dy, {}

    (trace,) = trace_through([Double()], [{}], np.ones((1, 1)), PREDICTION, np.ones((1, 1)))
    assert trace.forward == (Traced("y", "y = Double(x)", np.array([[2.0]])),)
    assert trace["∂L/∂x"].tolist() == [[2]]
    with pytest.raises(KeyError, match="layer 0 computed y, ∂L/∂x, not 'z'"):
        trace["z"]


def test_a_gradient_of_another_shape_than_the_prediction_is_refused():
    network = ax.Network(ax.Dense(2, Identity()), input_shape=3)
    with pytest.raises(ShapeError, match=r"∂L/∂ŷ has shape \(1, 3\).*predictions, \(1, 2\)"):
        network.trace(network.initialize(), np.ones((1, 3)), dy=np.ones((1, 3)))
