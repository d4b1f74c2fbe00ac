"""Recurrent layers against PyTorch, rows of different length included, and what a cell must be."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError, UnknownNameError
from axone.initializers import Constant
from axone.layers import CELLS, LAYERS, PREDICTION, Cell, Context, ParameterSpec
from axone.layers.sequence import backward_through, forward_through, trace_through

CELLS_TRIED = [
    ax.RNNCell(4),
    ax.RNNCell(3, "relu"),
    ax.LSTMCell(4),
    ax.LSTMCell(1),
    ax.GRUCell(4),
    ax.GRUCell(1),
]
PLAIN = ax.Recurrent(ax.RNNCell(4))
FEATURES = 3


class Theirs:
    """PyTorch's module with the layer's arrays, and its gradients by the layer's names."""

    def __init__(self, torch, layer, arrays):
        cell = layer.cell
        settings = {"batch_first": True, "bidirectional": layer.bidirectional}
        if isinstance(cell, ax.RNNCell):
            settings["nonlinearity"] = cell.activation
        kinds = {ax.RNNCell: torch.nn.RNN, ax.LSTMCell: torch.nn.LSTM, ax.GRUCell: torch.nn.GRU}
        self.module = kinds[type(cell)](FEATURES, cell.units, **settings).double()
        self.units = cell.units
        self.places = {
            prefix + ours: (f"{theirs}_l0{suffix}", slice(None))
            for prefix, suffix in (("", ""), ("backward_", "_reverse"))
            for ours, theirs in (
                ("weight", "weight_ih"),
                ("recurrent_weight", "weight_hh"),
                ("bias", "bias_ih"),
            )
        } | {
            # Of PyTorch's second bias only the part of the candidate is not the first one again.
            "recurrent_bias": ("bias_hh_l0", slice(2 * cell.units, None)),
            "backward_recurrent_bias": ("bias_hh_l0_reverse", slice(2 * cell.units, None)),
        }
        with torch.no_grad():
            for name, parameter in self.module.named_parameters():
                if "bias" in name:
                    parameter.zero_()
            for name, array in arrays.items():
                theirs, part = self.places[name]
                getattr(self.module, theirs)[part] = torch.tensor(array)

    def gradient(self, name):
        theirs, part = self.places[name]
        return getattr(self.module, theirs).grad[part].numpy()

    def last(self, state):
        """The last h of each direction side by side."""
        h = state[0] if isinstance(state, tuple) else state
        return h.transpose(0, 1).flatten(1)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("cell", CELLS_TRIED, ids=repr)
@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4), seed=st.integers(0, 2**32 - 1))
def test_rows_of_different_length_agree_with_packed_sequences_of_pytorch(
    cell, bidirectional, lengths, seed, torch, arrays_of
):
    random = np.random.default_rng(seed)
    longest = max(lengths)
    x = random.normal(size=(len(lengths), longest, FEATURES))
    mask = np.arange(longest) < np.array(lengths)[:, None]
    layer = ax.Recurrent(cell, bidirectional)
    summary = ax.Recurrent(cell, bidirectional, last=True)
    arrays = arrays_of(layer, x.shape[1:], seed).by_layer[0]

    theirs = Theirs(torch, layer, arrays)
    tensor = torch.tensor(x, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        tensor, torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, end = theirs.module(packed)
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    last = theirs.last(end)
    dy, d_last = random.normal(size=tuple(padded.shape)), random.normal(size=tuple(last.shape))
    dy[~mask] = 0
    ((padded * torch.tensor(dy)).sum() + (last * torch.tensor(d_last)).sum()).backward()

    y, cache = layer.forward(arrays, x, Context(mask=mask))
    ours, last_cache = summary.forward(arrays, x, Context(mask=mask))
    np.testing.assert_allclose(y[mask], padded.detach().numpy()[mask], atol=1e-12)
    np.testing.assert_allclose(ours, last.detach().numpy(), atol=1e-12)
    dx, gradients = layer.backward(arrays, cache, dy)
    dx_last, gradients_last = summary.backward(arrays, last_cache, d_last)
    np.testing.assert_allclose(dx + dx_last, tensor.grad.numpy(), atol=1e-12)
    assert set(gradients) == set(arrays)
    for name in gradients:
        summed = gradients[name] + gradients_last[name]
        np.testing.assert_allclose(summed, theirs.gradient(name), atol=1e-11)


@pytest.mark.parametrize("cell", CELLS_TRIED, ids=repr)
@given(
    lengths=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    truncation=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_truncated_backpropagation_is_that_of_detached_states_in_pytorch(
    cell, lengths, truncation, seed, torch, arrays_of
):
    random = np.random.default_rng(seed)
    x = random.normal(size=(len(lengths), max(lengths), FEATURES))
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    layer = ax.Recurrent(cell, truncation=truncation)
    arrays = arrays_of(layer, x.shape[1:], seed).by_layer[0]
    theirs, tensor = Theirs(torch, layer, arrays), torch.tensor(x, requires_grad=True)
    dy = random.normal(size=(*mask.shape, cell.units)) * mask[:, :, None]
    for row, length in enumerate(lengths):
        state = None
        for start in range(0, length, truncation):
            stop = min(start + truncation, length)
            h, state = theirs.module(tensor[row : row + 1, start:stop], state)
            (h * torch.tensor(dy[row, start:stop])).sum().backward()
            both = isinstance(state, tuple)
            state = tuple(part.detach() for part in state) if both else state.detach()
    _, cache = layer.forward(arrays, x, Context(mask=mask))
    dx, gradients = layer.backward(arrays, cache, dy)
    np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, theirs.gradient(name), atol=1e-11)


def test_both_directions_are_truncated_in_their_own_order(arrays_of):
    """The backward direction is the forward one of the sequence read from its end."""
    random = np.random.default_rng(0)
    layer = ax.GRU(2, bidirectional=True, truncation=2)
    arrays = arrays_of(layer, (5, FEATURES), 0).by_layer[0]
    own = {
        name.removeprefix("backward_"): array
        for name, array in arrays.items()
        if name.startswith("backward_")
    }
    x, dy = random.normal(size=(2, 5, FEATURES)), random.normal(size=(2, 5, 4))
    dy[:, :, :2] = 0
    dx, gradients = layer.backward(arrays, layer.forward(arrays, x, PREDICTION)[1], dy)
    alone = ax.GRU(2, truncation=2)
    cache = alone.forward(own, x[:, ::-1], PREDICTION)[1]
    expected, slopes = alone.backward(own, cache, dy[:, ::-1, 2:])
    np.testing.assert_allclose(dx, expected[:, ::-1], atol=1e-15)
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradients[f"backward_{name}"], slope, atol=1e-15)


@pytest.mark.parametrize("truncation", [None, 1, 2])
@pytest.mark.parametrize("last", [False, True], ids=["all", "last"])
@pytest.mark.parametrize("cell", CELLS_TRIED[::2], ids=repr)
def test_padding_changes_nothing_wherever_it_stands(cell, last, truncation, arrays_of):
    random = np.random.default_rng(1)
    layer = ax.Recurrent(cell, bidirectional=True, last=last, truncation=truncation)
    arrays = arrays_of(layer, (5, FEATURES), 1).by_layer[0]
    x, there = random.normal(size=(2, 5, FEATURES)), np.zeros((2, 9), bool)
    there[0, [0, 2, 3, 6, 7]] = there[1, [4, 5, 6, 7, 8]] = True
    padded = random.normal(size=(2, 9, FEATURES))
    padded[there] = x.reshape(-1, FEATURES)
    y, cache = layer.forward(arrays, x, PREDICTION)
    ours, padded_cache = layer.forward(arrays, padded, Context(mask=there))
    dy = random.normal(size=y.shape)
    d_padded = dy
    if not last:
        ours = ours[there].reshape(y.shape)
        d_padded = np.zeros((2, 9, y.shape[2]))
        d_padded[there] = dy.reshape(-1, y.shape[2])
    np.testing.assert_allclose(ours, y, atol=1e-15)
    dx, gradients = layer.backward(arrays, cache, dy)
    dx_padded, padded_gradients = layer.backward(arrays, padded_cache, d_padded)
    np.testing.assert_allclose(dx_padded[there].reshape(dx.shape), dx, atol=1e-14)
    np.testing.assert_array_equal(dx_padded[~there], 0)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(padded_gradients[name], gradient, atol=1e-14)


def test_a_relu_cell_agrees_with_differences(numeric_gradient, relative_error, arrays_of):
    layer = ax.Recurrent(ax.RNNCell(3, "relu"))
    parameters = arrays_of(layer, (4, FEATURES), 0)
    arrays, x = parameters.by_layer[0], np.random.default_rng(0).normal(size=(5, 4, FEATURES))
    y, cache = layer.forward(arrays, x, PREDICTION)
    assert 0 < (y == 0).mean() < 1
    dx, gradients = layer.backward(arrays, cache, np.cos(y))

    def total():
        return float(np.sin(layer.forward(arrays, x, PREDICTION)[0]).sum())

    assert relative_error(dx, numeric_gradient(total, x)) <= 1e-7
    analytic = parameters.zeros_like().replaced({f"0.{k}": g for k, g in gradients.items()})
    assert relative_error(analytic.vector, numeric_gradient(total, parameters.vector)) <= 1e-7


def test_a_masked_position_leaves_the_state_as_it_was(arrays_of):
    x = np.random.default_rng(0).normal(size=(1, 4, 3))
    arrays = arrays_of(PLAIN, (4, 3), 0).by_layer[0]
    mask = np.array([[False, True, False, True]])
    states, _ = PLAIN.forward(arrays, x, Context(mask=mask))
    without, _ = PLAIN.forward(arrays, x[:, mask[0]], PREDICTION)
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


def test_the_last_state_alone_is_what_the_last_step_keeps(arrays_of):
    layers = [ax.LSTM(4), ax.LastStep()]
    arrays = arrays_of(layers[0], (5, 3), 0).by_layer[0]
    x = np.random.default_rng(0).normal(size=(3, 5, 3))
    context = Context(mask=np.arange(5) < np.array([[2], [5], [1]]))
    y, caches = forward_through(layers, [arrays, {}], x, context)
    alone, cache = ax.LSTM(4, last=True).forward(arrays, x, context)
    np.testing.assert_array_equal(alone, y)
    dx, (gradients, _) = backward_through(layers, [arrays, {}], caches, np.cos(y))
    d_alone, slopes = ax.LSTM(4, last=True).backward(arrays, cache, np.cos(y))
    np.testing.assert_allclose(d_alone, dx, atol=1e-15)
    for name, slope in slopes.items():
        np.testing.assert_allclose(slope, gradients[name], atol=1e-15)


def test_gates_far_out_stay_finite():
    for layer in (ax.LSTM(3), ax.GRU(3)):
        arrays = {
            name: np.full(shape, 1e4)
            for name, shape in ax.Network(layer, input_shape=(4, 2)).layout.shapes.items()
        }
        arrays = {name.removeprefix("0."): array for name, array in arrays.items()}
        for sign in (1, -1):
            y, cache = layer.forward(arrays, np.full((1, 4, 2), sign * 1e4), PREDICTION)
            dx, gradients = layer.backward(arrays, cache, np.ones_like(y))
            assert all(np.isfinite(array).all() for array in (y, dx, *gradients.values()))


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
    (traced,) = trace_through([layer], [arrays], x, Context(mask=mask), weights)
    assert [step.symbol for step in traced.backward] == ["∂L/∂h", "∂L/∂w", "∂L/∂x"]


def test_signals_are_read_once_their_axes_are_swapped():
    """Without Transpose() the mask tells: channels are no positions."""
    mask = np.arange(6) < np.array([[6], [3]])
    x = np.random.default_rng(0).normal(size=(2, 2, 6))
    wrong = ax.Network(ax.LSTM(3, last=True), input_shape=(2, 6))
    with pytest.raises(ShapeError, match=r"2 rows of 2 positions.*\(2, 6\).*put Transpose\(\)"):
        wrong.predict(wrong.initialize(), x, mask)
    right = ax.Network(ax.Transpose(), ax.LSTM(3, last=True), input_shape=(2, 6))
    parameters = right.initialize(0, "float64")
    other = np.where(mask[:, None, :], x, 1e6)
    predicted = right.predict(parameters, x, mask)
    np.testing.assert_array_equal(predicted, right.predict(parameters, other, mask))
    short = x[1:, :, :3].swapaxes(1, 2)
    alone, _ = ax.LSTM(3, last=True).forward(parameters.by_layer[1], short, PREDICTION)
    np.testing.assert_allclose(predicted[1:], alone, atol=1e-15)


class TestTheirWeights:
    def test_recurrent_weights_keep_the_length_of_a_state_gate_by_gate(self):
        for layer, gates in ((PLAIN, 1), (ax.LSTM(4), 4), (ax.GRU(4), 3)):
            weight = ax.Network(layer, input_shape=(5, 3)).initialize(1, "float64")[
                "0.recurrent_weight"
            ]
            parts = np.split(weight, gates)
            for part in parts:
                np.testing.assert_allclose(part @ part.T, np.eye(4), atol=1e-12)
            assert len({part.tobytes() for part in parts}) == gates

    def test_input_weights_are_glorots_of_one_gate(self):
        weight = ax.Network(ax.LSTM(60), input_shape=(5, 40)).initialize(0)["0.weight"]
        assert np.abs(weight).max() == pytest.approx(np.sqrt(6 / 100), rel=1e-3)

    def test_only_the_forget_gate_of_an_lstm_starts_open(self):
        parameters = ax.Network(ax.LSTM(2, bidirectional=True), input_shape=(5, 3)).initialize(0)
        for name in ("0.bias", "0.backward_bias"):
            assert parameters[name].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
        gru = ax.Network(ax.GRU(2), input_shape=(5, 3)).initialize(0)
        assert not gru["0.bias"].any()
        assert not gru["0.recurrent_bias"].any()

    def test_the_directions_start_unlike(self):
        parameters = ax.Network(ax.GRU(2, True), input_shape=(5, 3)).initialize(0)
        for name in ("weight", "recurrent_weight"):
            assert not np.allclose(parameters[f"0.{name}"], parameters[f"0.backward_{name}"])


class TestDescriptions:
    def test_a_recurrent_layer_is_described_by_its_cell(self):
        network = ax.Network(PLAIN, ax.LastStep(), ax.Dense(1), input_shape=(5, 3))
        data = network.to_data()
        assert data["layers"][0] == {"name": "recurrent", "cell": {"name": "rnn", "units": 4}}
        assert ax.Network.from_data(data) == network
        assert network.shapes == ((5, 4), (4,), (1,))
        assert {name: shape for name, shape in network.layout.shapes.items() if name[0] == "0"} == {
            "0.weight": (4, 3),
            "0.recurrent_weight": (4, 4),
            "0.bias": (4,),
        }
        assert list(CELLS) == ["rnn", "lstm", "gru"]

    def test_the_arrays_of_both_directions_have_names(self):
        network = ax.Network(ax.GRU(4, bidirectional=True, last=True), input_shape=(5, 3))
        assert network.output_shape == (8,)
        assert network.layout.shapes == {
            "0.weight": (12, 3),
            "0.recurrent_weight": (12, 4),
            "0.bias": (12,),
            "0.recurrent_bias": (4,),
            "0.backward_weight": (12, 3),
            "0.backward_recurrent_weight": (12, 4),
            "0.backward_bias": (12,),
            "0.backward_recurrent_bias": (4,),
        }

    def test_short_ways_build_the_same_and_are_written_in_full(self):
        assert ax.LSTM(32, True, True, 5) == ax.Recurrent(ax.LSTMCell(32), True, True, 5)
        assert ax.GRU(32) == ax.Recurrent(ax.GRUCell(32))
        given_in_a_file = {"name": "LSTM", "units": 32, "bidirectional": True}
        layer = LAYERS.resolve(given_in_a_file)
        assert layer == ax.LSTM(32, bidirectional=True)
        data = json.loads(json.dumps(LAYERS.to_data(layer)))
        assert data == {
            "name": "recurrent",
            "cell": {"name": "lstm", "units": 32},
            "bidirectional": True,
        }
        assert LAYERS.resolve(data) == layer
        block = LAYERS.resolve({"name": "residual", "layers": [{"name": "gru", "units": 3}]})
        assert block == ax.Residual(ax.GRU(3))

    def test_numpys_own_truths_and_numbers_become_plain(self):
        layer = ax.GRU(np.int64(3), np.bool_(True), np.bool_(False), np.int32(2))
        assert json.dumps(LAYERS.to_data(layer))
        assert layer == ax.GRU(3, True, truncation=2)


def test_every_gate_is_traced_under_its_name(arrays_of):
    layer = ax.LSTM(2, bidirectional=True, last=True)
    arrays = arrays_of(layer, (3, FEATURES), 0).by_layer[0]
    network = ax.Network(layer, input_shape=(3, FEATURES))
    parameters = network.initialize().astype("float64")
    parameters = parameters.replaced({f"0.{name}": array for name, array in arrays.items()})
    x = np.random.default_rng(0).normal(size=(2, 3, FEATURES))
    mask = np.array([[True, True, False], [True, True, True]])
    (trace,) = network.trace(parameters, x, np.ones((2, 4)), mask)
    gates = ["i", "f", "g", "o", "c", "h"]
    assert [step.symbol for step in trace.forward] == [*gates, *(f"←{g}" for g in gates), "y"]
    np.testing.assert_allclose(trace["h"][mask], (trace["o"] * np.tanh(trace["c"]))[mask])
    np.testing.assert_allclose(
        trace["c"][1, 1], trace["f"][1, 1] * trace["c"][1, 0] + trace["i"][1, 1] * trace["g"][1, 1]
    )
    np.testing.assert_allclose(
        trace["←c"][1, 1],
        trace["←f"][1, 1] * trace["←c"][1, 2] + trace["←i"][1, 1] * trace["←g"][1, 1],
    )
    np.testing.assert_array_equal(trace["i"][0, 2], 0)
    np.testing.assert_array_equal(trace["y"], np.hstack([trace["h"][:, -1], trace["←h"][:, 0]]))
    stacked = np.concatenate([trace[f"δ{gate}"] for gate in "ifgo"], axis=2)
    np.testing.assert_allclose(trace["∂L/∂bias"], stacked.sum(axis=(0, 1)))
    turned = np.concatenate([trace[f"←δ{gate}"] for gate in "ifgo"], axis=2)
    np.testing.assert_allclose(
        trace["∂L/∂x"], stacked @ arrays["weight"] + turned @ arrays["backward_weight"]
    )
    back = {step.symbol: step.equation for step in trace.backward}
    assert back["∂L/∂recurrent_weight"] == "∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ"
    assert back["∂L/∂backward_recurrent_weight"] == "∂L/∂U = Σₜ δₜ·hₜ₊₁ᵀ"


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ax.RNNCell(0), ConfigurationError, "units must be at least 1, not 0"),
        (
            lambda: ax.RNNCell(2, "gelu"),
            ConfigurationError,
            "activation must be one of.*relu",
        ),
        (lambda: ax.LSTM(True), ArgumentTypeError, "units must be a whole number, not True"),
        (lambda: ax.GRU(2, last=1), ArgumentTypeError, "last must be true or false, not 1"),
        (lambda: ax.GRU(2, "yes"), ArgumentTypeError, "bidirectional must be true or false"),
        (lambda: ax.LSTM(2, truncation=0), ConfigurationError, "truncation must be at least 1"),
        (lambda: ax.Recurrent("rnm"), UnknownNameError, "unknown cell 'rnm'.*mean 'rnn'"),
        (lambda: ax.Recurrent("rnn"), ConfigurationError, "cell 'rnn' needs units"),
        (lambda: ax.Recurrent(ax.Dense(3)), ArgumentTypeError, "cell must be a name"),
        (lambda: LAYERS.resolve("lstm"), ConfigurationError, "layer 'lstm' needs units"),
        (
            lambda: LAYERS.resolve({"name": "gru", "units": 3, "cell": "rnn"}),
            UnknownNameError,
            "layer 'gru': unknown setting 'cell'. Allowed: bidirectional, last",
        ),
        (
            lambda: LAYERS.resolve({"name": "lstm", "units": 0}),
            ConfigurationError,
            "layer 'lstm': units must be at least 1",
        ),
        (lambda: LAYERS.resolve("lstn"), UnknownNameError, "unknown layer 'lstn'.*mean 'lstm'"),
        (
            lambda: ax.Network(PLAIN, input_shape=3),
            ShapeError,
            r"Layer 0 \(Recurrent\): .*sequences \(length, features\), not.*\(3,\).*Embedding\(\)",
        ),
        (
            lambda: ax.Network(ax.Dropout(0.1), ax.GRU(3), input_shape=(3, 8, 8)),
            ShapeError,
            r"Layer 1 \(Recurrent\): .*not examples of shape \(3, 8, 8\): put .* Transpose\(\)",
        ),
        (
            lambda: ax.Network(ax.LSTM(3, last=True), ax.GRU(3), input_shape=(4, 2)),
            ShapeError,
            r"Layer 1 \(Recurrent\): .*not examples of shape \(3,\)",
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
