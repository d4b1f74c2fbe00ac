"""The worked examples of the course, each reproduced by the library's own public functions."""

import numpy as np
import pytest

import axone as ax


def network_with(weights, biases, activations, inputs):
    """A dense network in float64 with the given weights, each W written (n_out, n_in)."""
    layers = [
        ax.Dense(len(weight), activation)
        for weight, activation in zip(weights, activations, strict=True)
    ]
    network = ax.Network(*layers, input_shape=inputs)
    arrays = {f"{n}.weight": weight for n, weight in enumerate(weights)}
    arrays |= {f"{n}.bias": bias for n, bias in enumerate(biases)}
    return network, network.initialize(dtype="float64").replaced(arrays)


@pytest.mark.parametrize(
    ("weight", "activation", "output"),
    [
        ([1 / 3, 1 / 3, 1 / 3], "linear", 2),
        ([0.6, 0.25, 0.15], "linear", 3.75),
        ([0.6, 0.25, 0.15], "sigmoid", 0.977),
    ],
)
def test_a_neuron_weighs_its_inputs(weight, activation, output):
    network, parameters = network_with([[weight]], [[0]], [activation], 3)
    assert network.predict(parameters, [[7, -3, 2]]).item() == pytest.approx(output, abs=5e-4)


def test_a_relu_neuron_is_silent_below_zero():
    for activation, output in (("linear", -1), ("relu", 0)):
        network, parameters = network_with([[[0.2, -0.5]]], [[0.1]], [activation], 2)
        assert network.predict(parameters, [[2, 3]]).item() == pytest.approx(output, abs=1e-12)


@pytest.mark.parametrize(
    ("logits", "probabilities", "digits"),
    [
        ([2, 1, -1, 3], [0.242, 0.089, 0.012, 0.657], 5e-4),
        ([5, 0, 0], [0.98670329, 0.00664835, 0.00664835], 5e-9),
        ([2.5, -2.5, 0], [0.91842297, 0.00618829, 0.07538875], 5e-9),
    ],
)
def test_softmax_turns_logits_into_these_probabilities(logits, probabilities, digits):
    network = ax.Network(ax.Activation("softmax"), input_shape=len(logits))
    parameters = network.initialize(dtype="float64")
    prediction = network.predict(parameters, [logits])[0]
    np.testing.assert_allclose(prediction, probabilities, atol=digits)


def test_three_layers_compute_the_house_price():
    weights = [
        np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]).T,
        np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]).T,
        np.array([[0.1], [0.2], [0.3]]).T,
    ]
    biases = [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [0.1]]
    outputs = [[17.1, 26.7, 36.3], [37.9, 46.01, 54.12], [29.328]]
    for depth in (1, 2, 3):
        network, parameters = network_with(weights[:depth], biases[:depth], ["relu"] * depth, 2)
        prediction = network.predict(parameters, [[70, 25]])[0]
        np.testing.assert_allclose(prediction, outputs[depth - 1], rtol=1e-12)


def loss_of(loss, y, prediction, activation="linear"):
    """The loss of a network that hands its inputs through to the output activation."""
    prediction = np.atleast_2d(np.asarray(prediction, dtype=float))
    network = ax.Network(ax.Activation(activation), input_shape=prediction.shape[1])
    parameters = network.initialize(dtype="float64")
    return ax.loss_and_gradient(network, parameters, prediction, y, loss=loss)[0]


@pytest.mark.parametrize(("loss", "value"), [("mae", 2.4), ("mse", 7.6)])
def test_mean_errors_of_five_predictions(loss, value):
    y, prediction = [[15], [18], [20], [22], [25]], [[17], [20], [18], [21], [20]]
    assert loss_of(loss, y, prediction) == pytest.approx(value, abs=1e-12)


def test_binary_cross_entropy_of_three_predictions():
    logits = [[np.log(p / (1 - p))] for p in (0.9, 0.2, 0.6)]
    assert loss_of("bce", [1, 0, 1], logits, "sigmoid") == pytest.approx(0.2798, abs=5e-5)


def test_categorical_cross_entropy_with_seven_tenths_on_the_true_class():
    logits = np.log([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2], [0.15, 0.15, 0.7]])
    assert loss_of("cce", [0, 1, 2], logits, "softmax") == pytest.approx(0.357, abs=5e-4)


class TestGradientDescent:
    """y = Wx from W = 0, and y = Wx + b from (0, 0), both at learning rate 0.1."""

    X, y = np.array([[1.0], [2], [3], [4]]), np.array([2.0, 3, 4, 5])

    def run(self, network, epochs):
        trainer = ax.Trainer(
            network, loss="mse", optimizer=ax.GradientDescent(0.1), dtype="float64"
        )
        start = network.initialize(dtype="float64").replaced({"0.weight": [[0.0]]})
        return trainer.fit((self.X, self.y), max_epochs=epochs, initial=start)

    def test_the_slope_alone_overshoots_and_settles(self):
        network = ax.Network(ax.Dense(1, bias=False), input_shape=1)
        slopes = [2.0, 1.0, 1.5, 1.25, 1.375, 1.3125]
        for epoch, slope in enumerate(slopes, start=1):
            result = self.run(network, epoch)
            assert result.parameters["0.weight"].item() == pytest.approx(slope, abs=1e-12)
        losses = [13.5, 3.5, 1.0, 0.375, 0.2188, 0.1797]
        np.testing.assert_allclose(result.history["train_loss"], losses, atol=5e-5)
        settled = self.run(network, 100).parameters["0.weight"].item()
        assert settled == pytest.approx(1.3333, abs=5e-5)

    def test_slope_and_intercept_reach_the_line(self):
        network = ax.Network(ax.Dense(1), input_shape=1)
        start = network.initialize(dtype="float64").replaced({"0.weight": [[0.0]]})
        _, gradient = ax.loss_and_gradient(network, start, self.X, self.y, loss="mse")
        assert gradient.vector.tolist() == [-20, -7]
        for epoch, point in enumerate([(2.0, 0.7), (0.65, 0.26), (1.545, 0.583)], start=1):
            result = self.run(network, epoch)
            np.testing.assert_allclose(result.parameters.vector, point, atol=5e-4)
        np.testing.assert_allclose(result.history["train_loss"], [13.5, 6.09, 2.761], atol=5e-4)
        np.testing.assert_allclose(self.run(network, 233).parameters.vector, [1, 1], atol=5e-4)
        before = self.run(network, 232).parameters.vector
        assert np.abs(before - 1).max() > 5e-4


@pytest.mark.parametrize(
    ("sizes", "by_layer", "total"),
    [
        ([784, 128, 64, 10], [100_480, 8_256, 650], 109_386),
        ([2, 16, 16, 16, 1], [48, 272, 272, 17], 609),
    ],
)
def test_networks_have_these_many_parameters(sizes, by_layer, total):
    network = ax.Network(*(ax.Dense(size) for size in sizes[1:]), input_shape=sizes[0])
    summary = network.summary()
    assert [row.parameters for row in summary.rows] == by_layer
    assert summary.parameters == network.parameter_count == network.layout.size == total
    assert f"{total:,}" in str(summary)


@pytest.mark.parametrize("seed", range(5))
def test_a_network_with_four_hidden_units_learns_xor(seed):
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    trainer = ax.Trainer(network, loss="bce", optimizer=ax.Adam(0.1), seed=seed)
    result = trainer.fit((X, y), max_epochs=300)
    assert (network.predict(result.parameters, X)[:, 0] > 0.5).astype(int).tolist() == y.tolist()
    assert result.history["train_accuracy"][-1] == 1


def test_a_window_of_a_signal_is_weighed_by_the_kernel():
    network = ax.Network(ax.Conv1D(1, 3, bias=False), input_shape=(1, 3))
    parameters = network.initialize(dtype="float64").replaced({"0.weight": [[[0.5, 1, 0.5]]]})
    step = network.trace(parameters, [[[0.20, 0.60, 0.90]]])[0].forward[0]
    assert (step.equation, step.array.item()) == ("z = Σₖ W[k]·x[p + k]", pytest.approx(1.15))


def test_the_gradients_of_a_convolution_are_these_sums():
    """∂L/∂w[k] = Σₚ δ[p]·x[p + k]; ∂L/∂x is the full convolution of δ with the kernel."""
    random = np.random.default_rng(0)
    x, kernel, delta = random.normal(size=10), random.normal(size=3), random.normal(size=8)
    network = ax.Network(ax.Conv1D(1, 3), input_shape=(1, 10))
    parameters = network.initialize(dtype="float64").replaced({"0.weight": kernel.reshape(1, 1, 3)})
    (trace,) = network.trace(parameters, x.reshape(1, 1, 10), dy=delta.reshape(1, 1, 8))
    np.testing.assert_allclose(trace["z"][0, 0], np.correlate(x, kernel, "valid"))
    np.testing.assert_allclose(trace["∂L/∂W"][0, 0], np.correlate(x, delta, "valid"))
    np.testing.assert_allclose(trace["∂L/∂b"], [delta.sum()])
    np.testing.assert_allclose(trace["∂L/∂x"][0, 0], np.convolve(delta, kernel, "full"))


def test_the_network_for_signals_halves_their_length_and_ends_in_two_classes():
    network = ax.Network(
        ax.Conv1D(1, 3, "relu"),
        ax.MaxPool(2),
        ax.Flatten(),
        ax.Dense(8, "relu"),
        ax.Dense(2, "softmax"),
        input_shape=(1, 10),
    )
    assert network.shapes == ((1, 8), (1, 4), (4,), (8,), (2,))
    summary = network.summary()
    assert [row.multiply_adds for row in summary.rows] == [24, 0, 0, 32, 16]
    assert [row.receptive_field for row in summary.rows] == [(3,), (4,), (4,), None, None]
