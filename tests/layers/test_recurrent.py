"""Recurrent layers against PyTorch, rows of different length included, and what a cell must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError, UnknownNameError
from axone.initializers import Constant
from axone.layers import CELLS, PREDICTION, Cell, Context, ParameterSpec
from axone.layers.sequence import backward_through, forward_through

LAYERS = [ax.Recurrent(ax.RNNCell(4)), ax.LastStep()]


@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4), seed=st.integers(0, 2**32 - 1))
def test_rows_of_different_length_agree_with_packed_sequences_of_pytorch(
    lengths, seed, torch, arrays_of
):
    random = np.random.default_rng(seed)
    longest = max(lengths)
    x = random.normal(size=(len(lengths), longest, 3))
    mask = np.arange(longest) < np.array(lengths)[:, None]
    arrays = arrays_of(LAYERS[0], (longest, 3), seed).by_layer[0]

    theirs = torch.nn.RNN(3, 4, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(arrays["weight"]))
        theirs.weight_hh_l0.copy_(torch.tensor(arrays["recurrent_weight"]))
        theirs.bias_ih_l0.copy_(torch.tensor(arrays["bias"]))
        theirs.bias_hh_l0.zero_()
    tensor = torch.tensor(x, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        tensor, torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, last = theirs(packed)
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    dy = random.normal(size=(len(lengths), 4))
    last[0].backward(torch.tensor(dy))

    y, caches = forward_through(LAYERS, [arrays, {}], x, Context(mask=mask))
    all_states, _ = LAYERS[0].forward(arrays, x, Context(mask=mask))
    dx, (gradients, _) = backward_through(LAYERS, [arrays, {}], caches, dy)
    np.testing.assert_allclose(y, last[0].detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(all_states[mask], padded.detach().numpy()[mask], atol=1e-12)
    np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
    for name, theirs_of_it in [
        ("weight", theirs.weight_ih_l0),
        ("recurrent_weight", theirs.weight_hh_l0),
        ("bias", theirs.bias_ih_l0),
    ]:
        np.testing.assert_allclose(gradients[name], theirs_of_it.grad.numpy(), atol=1e-12)


def test_a_masked_position_leaves_the_state_as_it_was(arrays_of):
    x = np.random.default_rng(0).normal(size=(1, 4, 3))
    arrays = arrays_of(LAYERS[0], (4, 3), 0).by_layer[0]
    mask = np.array([[False, True, False, True]])
    states, _ = LAYERS[0].forward(arrays, x, Context(mask=mask))
    without, _ = LAYERS[0].forward(arrays, x[:, mask[0]], PREDICTION)
    np.testing.assert_array_equal(states[0, 0], np.zeros(4))
    np.testing.assert_array_equal(states[0, 2], states[0, 1])
    np.testing.assert_allclose(states[0, [1, 3]], without[0], atol=1e-15)


def test_the_last_step_is_the_last_that_is_there():
    x = np.arange(12.0).reshape(2, 3, 2)
    mask = np.array([[True, False, False], [True, True, False]])
    y, cache = ax.LastStep().forward({}, x, Context(mask=mask))
    assert y.tolist() == [[0, 1], [8, 9]]
    dx, _ = ax.LastStep().backward({}, cache, np.ones((2, 2)))
    assert dx[:, :, 0].tolist() == [[1, 0, 0], [0, 1, 0]]
    assert ax.LastStep().forward({}, x, PREDICTION)[0].tolist() == [[4, 5], [10, 11]]


def test_a_cell_with_two_arrays_of_state_needs_nothing_else(numeric_gradient, relative_error):
    """The state of an LSTM has two arrays too: h, which is the output, and a memory."""

    class Leaky(Cell):
        state_arrays = 2
        equation = "cₜ = ½·cₜ₋₁ + w ⊙ xₜ, hₜ = cₜ²"

        def parameters(self, features):
            return (ParameterSpec("w", (self.units,), Constant(1.0)),)

        def step(self, parameters, x, state):
            memory = 0.5 * state[1] + parameters["w"] * x
            return (memory**2, memory), (x, memory)

        def step_back(self, parameters, cache, d_state):
            x, memory = cache
            d_memory = d_state[1] + 2 * memory * d_state[0]
            state = (np.zeros_like(memory), 0.5 * d_memory)
            return d_memory * parameters["w"], state, {"w": (d_memory * x).sum(axis=0)}

    layer = ax.Recurrent(Leaky(2))
    random = np.random.default_rng(0)
    arrays, x = {"w": random.normal(size=2)}, random.normal(size=(3, 4, 2))
    mask = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]], bool)
    y, cache = layer.forward(arrays, x, Context(mask=mask))
    weights = random.normal(size=y.shape)

    def total():
        return float((weights * layer.forward(arrays, x, Context(mask=mask))[0]).sum())

    dx, gradients = layer.backward(arrays, cache, weights)
    assert relative_error(dx, numeric_gradient(total, x)) <= 1e-7
    assert relative_error(gradients["w"], numeric_gradient(total, arrays["w"])) <= 1e-7


def test_a_recurrent_layer_is_described_by_its_cell():
    network = ax.Network(*LAYERS, ax.Dense(1), input_shape=(5, 3))
    data = network.to_data()
    assert data["layers"][0] == {"name": "recurrent", "cell": {"name": "rnn", "units": 4}}
    assert ax.Network.from_data(data) == network
    assert network.shapes == ((5, 4), (4,), (1,))
    assert {name: shape for name, shape in network.layout.shapes.items() if name[0] == "0"} == {
        "0.weight": (4, 3),
        "0.recurrent_weight": (4, 4),
        "0.bias": (4,),
    }
    assert list(CELLS) == ["rnn"]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ax.RNNCell(0), ConfigurationError, "units must be at least 1, not 0"),
        (lambda: ax.Recurrent("rnm"), UnknownNameError, "unknown cell 'rnm'.*mean 'rnn'"),
        (lambda: ax.Recurrent("rnn"), ConfigurationError, "cell 'rnn' needs units"),
        (lambda: ax.Recurrent(ax.Dense(3)), ArgumentTypeError, "cell must be a name"),
        (
            lambda: ax.Network(*LAYERS, input_shape=3),
            ShapeError,
            r"Layer 0 \(Recurrent\): .*sequences \(length, features\), not.*\(3,\)",
        ),
        (
            lambda: ax.Network(ax.LastStep(), input_shape=3),
            ShapeError,
            r"LastStep reads sequences \(length, features\), not examples of shape \(3,\)",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
