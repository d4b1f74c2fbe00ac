"""Saliency: PyTorch's autograd and finite differences over every kind of network, and masks."""

import numpy as np
import pytest

import axone as ax
from axone.errors import DataError, ShapeError

torch = pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `peers`")
functional = torch.nn.functional

RANDOM = np.random.default_rng(11)


def drawn(network, seed=3):
    """Parameters in float64, none of them as it starts: biases and averages too."""
    parameters = network.initialize(seed, dtype="float64")
    changed = {
        name: parameters[name] + np.abs(RANDOM.normal(0.0, 0.2, parameters[name].shape))
        for name in parameters.shapes
    }
    return parameters.replaced(changed)


def by_differences(network, parameters, X, outputs, mask=None):
    """Central differences of the chosen logit: of log-probabilities no part but the logits'."""
    layers, _ending = network.split_output()
    body = ax.Network(*layers, input_shape=network.input_shape)
    slopes = np.zeros(X.shape)
    step = 1e-6
    for place in np.ndindex(X.shape):
        ends = []
        for sign in (1, -1):
            moved = X.copy()
            moved[place] += sign * step
            ends.append(body.predict(parameters, moved, mask)[place[0], outputs[place[0]]])
        slopes[place] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def test_an_image_has_the_gradient_of_torch():
    network = ax.Network(
        ax.Conv2D(4, 3, "tanh", padding="same", stride=2),
        ax.BatchNorm(),
        ax.Dropout(0.5),
        ax.AveragePool(2),
        ax.Flatten(),
        ax.Dense(3, "softmax"),
        input_shape=(2, 8, 8),
    )
    parameters = drawn(network)
    X = RANDOM.normal(size=(300, 2, 8, 8))  # more than are taken at a time
    x = torch.tensor(X, requires_grad=True)
    of = {name: torch.tensor(parameters[name].copy()) for name in parameters.shapes}
    # An even length and a stride of 2: "same" puts the padding behind.
    z = functional.conv2d(
        functional.pad(x, (0, 1, 0, 1)), of["0.weight"], of["0.bias"], stride=2
    ).tanh()
    z = functional.batch_norm(
        z,
        of["1.running_mean"],
        of["1.running_variance"],
        of["1.weight"],
        of["1.bias"],
        eps=network.layers[1].epsilon,
    )
    z = functional.avg_pool2d(z, 2).flatten(1) @ of["5.weight"].T + of["5.bias"]
    z.max(dim=1).values.sum().backward()
    found = ax.saliency(network, parameters, X)
    np.testing.assert_allclose(found, x.grad.numpy(), rtol=1e-9, atol=1e-12)
    assert found.dtype == np.float64


def test_a_sequence_has_the_gradient_of_torch_on_rows_of_its_own_length():
    network = ax.Network(
        ax.GRU(4, bidirectional=True, last=True), ax.Dense(3, "softmax"), input_shape=(7, 2)
    )
    parameters = drawn(network)
    X = RANDOM.normal(size=(5, 7, 2))
    lengths = np.array([7, 4, 1, 6, 3])
    found = ax.saliency(network, parameters, X, mask=np.arange(7) < lengths[:, None])
    theirs = torch.nn.GRU(2, 4, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for suffix, prefix in (("", ""), ("_reverse", "backward_")):
            recurrent_bias = torch.zeros(12, dtype=torch.float64)
            recurrent_bias[8:] = torch.tensor(parameters[f"0.{prefix}recurrent_bias"].copy())
            for name, values in (
                ("weight_ih", parameters[f"0.{prefix}weight"]),
                ("weight_hh", parameters[f"0.{prefix}recurrent_weight"]),
                ("bias_ih", parameters[f"0.{prefix}bias"]),
                ("bias_hh", recurrent_bias.numpy()),
            ):
                getattr(theirs, f"{name}_l0{suffix}").copy_(torch.tensor(values.copy()))
    weight = torch.tensor(parameters["1.weight"].copy())
    bias = torch.tensor(parameters["1.bias"].copy())
    for row, length in enumerate(lengths):
        x = torch.tensor(X[row : row + 1, :length], requires_grad=True)
        _states, last = theirs(x)
        (last.transpose(0, 1).flatten(1) @ weight.T + bias).max().backward()
        np.testing.assert_allclose(found[row, :length], x.grad[0].numpy(), rtol=1e-9, atol=1e-12)
        assert not found[row, length:].any()


NETWORKS = {
    "residual and dilated": (
        ax.Network(
            ax.Conv1D(3, 3, "tanh", padding="same"),
            ax.Residual(ax.Conv1D(3, 3, "gelu", padding="same", dilation=2), ax.BatchNorm()),
            ax.GlobalPool(),
            ax.Dense(3, "softmax"),
            input_shape=(2, 9),
        ),
        9,
    ),
    "attention": (
        ax.Network(
            ax.PositionwiseDense(4, "tanh"),
            ax.PositionalEncoding(),
            ax.Residual(ax.LayerNorm(), ax.Attention(2)),
            ax.LastStep(),
            ax.Dense(3, "softmax"),
            input_shape=(6, 2),
        ),
        6,
    ),
    "lstm": (
        ax.Network(ax.LSTM(3, last=True), ax.Dense(3, "softmax"), input_shape=(5, 2)),
        5,
    ),
}


@pytest.mark.parametrize("masked", [False, True], ids=["whole rows", "masked rows"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_is_that_of_finite_differences(name, masked):
    network, length = NETWORKS[name]
    parameters = drawn(network)
    X = RANDOM.normal(size=(4, *network.input_shape))
    mask = np.arange(length) < np.array([[length], [3], [1], [4]]) if masked else None
    outputs = np.array([0, 2, 1, 2])
    found = ax.saliency(network, parameters, X, outputs=outputs, mask=mask)
    expected = by_differences(network, parameters, X, outputs, mask)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)


def test_the_winning_class_is_looked_at_unless_another_is_named():
    network, _length = NETWORKS["residual and dilated"]
    parameters = drawn(network)
    X = RANDOM.normal(size=(6, 2, 9))
    won = network.predict(parameters, X).argmax(axis=1)
    found = ax.saliency(network, parameters, X)
    assert np.array_equal(found, ax.saliency(network, parameters, X, outputs=won))
    assert not np.array_equal(found, ax.saliency(network, parameters, X, outputs=(won + 1) % 3))
    alone = [ax.saliency(network, parameters, X, outputs=k)[0] for k in range(3)]
    np.testing.assert_allclose(found[0], alone[won[0]])


def test_one_sigmoid_output_has_two_classes_of_opposite_gradients():
    network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=3)
    parameters = drawn(network)
    X = RANDOM.normal(size=(8, 3)) * 3
    second = by_differences(network, parameters, X, np.zeros(8, dtype=int))
    np.testing.assert_allclose(
        ax.saliency(network, parameters, X, outputs=1), second, rtol=1e-5, atol=1e-9
    )
    wins = network.predict(parameters, X)[:, 0] > 0.5
    expected = np.where(wins[:, None], second, -second)
    np.testing.assert_allclose(ax.saliency(network, parameters, X), expected, rtol=1e-5, atol=1e-9)


def test_a_number_has_the_gradient_of_itself_and_no_row_has_none():
    network = ax.Network(ax.Dense(1), input_shape=2)
    parameters = network.initialize().replaced({"0.weight": [[3.0, -1.0]]})
    found = ax.saliency(network, parameters, np.ones((2, 2)))
    assert found.tolist() == [[3.0, -1.0]] * 2
    assert found.dtype == np.float32
    assert ax.saliency(network, parameters, np.ones((0, 2))).shape == (0, 2)


def test_what_has_no_gradient_or_does_not_fit_is_refused():
    tokens = ax.Network(ax.Embedding(5, 3), ax.LastStep(), ax.Dense(2), input_shape=4)
    with pytest.raises(DataError, match=r"Layer 0 \(Embedding\) reads token numbers"):
        ax.saliency(tokens, tokens.initialize(), np.zeros((1, 4), dtype=int))
    maps = ax.Network(ax.Conv1D(2, 3), input_shape=(1, 5))
    with pytest.raises(ShapeError, match=r"outputs have shape \(2, 3\)"):
        ax.saliency(maps, maps.initialize(), np.zeros((1, 1, 5)))
    network = ax.Network(ax.Dense(3, "softmax"), input_shape=2)
    parameters = network.initialize()
    for outputs, error, words in (
        ([0, 1], ShapeError, "one for each of the 3 rows"),
        (3, DataError, "from 0 to 2; found 3"),
        ([0, 1, -1], DataError, "from 0 to 2"),
        (0.5, DataError, "whole numbers"),
    ):
        with pytest.raises(error, match=words):
            ax.saliency(network, parameters, np.zeros((3, 2)), outputs=outputs)
