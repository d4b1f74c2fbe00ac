"""Gradients of whole networks against finite differences, and what a batch must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError

HEADS = {
    "mse": ("identity", "tanh"),
    "mae": ("identity", "softplus"),
    "huber": ("identity", "sigmoid"),
    "binary_cross_entropy": ("sigmoid", "softmax"),
    "categorical_cross_entropy": ("softmax", "sigmoid"),
}

HIDDEN = [
    lambda units: (ax.Dense(units, "tanh"),),
    lambda units: (ax.Dense(units, "gelu_tanh", bias=False), ax.BatchNorm(epsilon=0.1)),
    lambda units: (ax.Dropout(0.3), ax.Dense(units, "swish")),
    lambda units: (ax.Dense(units), ax.GaussianNoise(0.2), ax.Activation("softplus")),
    lambda units: (
        ax.Dense(units),
        ax.Residual(ax.BatchNorm(epsilon=0.1), ax.Activation("sigmoid"), ax.Dense(units)),
    ),
]


@st.composite
def problems(draw):
    """A network without kinks, a batch for it, and a loss."""
    blocks = draw(st.lists(st.sampled_from(HIDDEN), max_size=2))
    loss = draw(st.sampled_from(list(HEADS)))
    activation = draw(st.sampled_from(HEADS[loss]))
    outputs = draw(st.integers(2, 3))
    hidden = [layer for block in blocks for layer in block(draw(st.integers(2, 3)))]
    inputs, rows = draw(st.integers(1, 3)), draw(st.integers(4, 6))
    network = ax.Network(*hidden, ax.Dense(outputs, activation), input_shape=inputs)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parameters = network.initialize(0, "float64")
    # Nowhere 0, where |W| of an L1 penalty has its kink.
    signs = random.choice([-1.0, 1.0], parameters.vector.shape)
    parameters.vector[...] = random.uniform(0.1, 0.9, signs.shape) * signs
    if loss == "categorical_cross_entropy":
        y = random.integers(0, outputs, rows)
        y = np.eye(outputs)[y] if draw(st.booleans()) else y
    elif loss == "binary_cross_entropy":
        y = random.integers(0, 2, (rows, outputs))
    else:
        y = random.normal(30, 1, (rows, outputs))
    X = random.normal(size=(rows, inputs))
    settings = {
        "loss": loss,
        "sample_weight": random.uniform(0, 2, rows) if draw(st.booleans()) else None,
        "l1": draw(st.sampled_from([0.0, 0.3])),
        "l2": draw(st.sampled_from([0.0, 0.7])),
        "seed": 3,
        "step": draw(st.integers(1, 5)),
    }
    return network, parameters, X, y, settings


@given(problem=problems())
def test_whole_networks_agree_with_differences(problem, numeric_gradient, relative_error):
    network, parameters, X, y, settings = problem
    _, gradient = ax.loss_and_gradient(network, parameters, X, y, **settings)
    numeric = numeric_gradient(
        lambda: ax.loss_and_gradient(network, parameters, X, y, **settings)[0], parameters.vector
    )
    assert relative_error(gradient.vector, numeric) <= 1e-7


def test_a_network_of_rectifiers_agrees_with_differences_away_from_their_kinks(
    numeric_gradient, relative_error
):
    random = np.random.default_rng(0)
    for activation in ("relu", "leaky_relu", "prelu", "elu", "selu"):
        network = ax.Network(
            ax.Dense(4, activation), ax.Dense(3, activation), ax.Dense(2), input_shape=2
        )
        parameters = network.initialize(1, "float64")
        parameters["0.weight"][...] = random.uniform(-0.2, 0.2, (4, 2))
        parameters["0.bias"][...] = [1, -1, 1, -1]
        parameters["1.weight"][...] = random.uniform(-0.2, 0.2, (3, 4))
        parameters["1.bias"][...] = [3, -3, 3]
        X, y = random.uniform(-1, 1, (5, 2)), random.normal(size=(5, 2))
        _, gradient = ax.loss_and_gradient(network, parameters, X, y, loss="mse")
        numeric = numeric_gradient(
            lambda network=network, parameters=parameters, X=X, y=y: ax.loss_and_gradient(
                network, parameters, X, y, loss="mse"
            )[0],
            parameters.vector,
        )
        assert relative_error(gradient.vector, numeric) <= 1e-7


@pytest.mark.parametrize("layers", [(ax.Flatten(),), (ax.Reshape(4), ax.Activation("sigmoid"))])
def test_a_network_with_nothing_to_learn_has_an_empty_gradient(layers):
    network = ax.Network(*layers, input_shape=(2, 2))
    loss, gradient = ax.loss_and_gradient(
        network, network.initialize(), np.zeros((3, 2, 2)), np.zeros((3, 4)), loss="mse"
    )
    assert gradient.vector.shape == (0,)
    assert loss >= 0


def test_seed_and_step_choose_the_masks():
    network = ax.Network(ax.Dropout(0.5), ax.Dense(1), input_shape=8)
    parameters, X = network.initialize(1, "float64"), np.ones((6, 8))

    def loss(**settings):
        return ax.loss_and_gradient(network, parameters, X, np.zeros(6), loss="mse", **settings)[0]

    assert loss() == loss(seed=0, step=1)
    assert len({loss(seed=seed, step=step) for seed in (0, 1, 2) for step in (1, 2)}) == 6


class TestWeightsOfRows:
    NETWORK = ax.Network(ax.Dense(3, "tanh"), ax.Dense(1), input_shape=2)

    def of(self, X, y, weights=None):
        parameters = self.NETWORK.initialize(2, "float64")
        return ax.loss_and_gradient(
            self.NETWORK, parameters, X, y, loss="mse", sample_weight=weights
        )

    @given(weights=st.lists(st.integers(0, 3), min_size=2, max_size=6).filter(any))
    def test_a_whole_weight_counts_the_row_that_many_times(self, weights):
        random = np.random.default_rng(1)
        X, y = random.normal(size=(len(weights), 2)), random.normal(size=len(weights))
        weighted = self.of(X, y, weights)
        repeated = self.of(np.repeat(X, weights, axis=0), np.repeat(y, weights))
        assert weighted[0] == pytest.approx(repeated[0], rel=1e-12)
        np.testing.assert_allclose(weighted[1].vector, repeated[1].vector, atol=1e-13)

    def test_alike_weights_change_nothing(self):
        random = np.random.default_rng(1)
        X, y = random.normal(size=(5, 2)), random.normal(size=5)
        np.testing.assert_allclose(self.of(X, y, [7] * 5)[1].vector, self.of(X, y)[1].vector)


class TestRefusals:
    NETWORK = ax.Network(ax.Dense(2, "softmax"), input_shape=3)

    def ask(self, X=None, y=(0, 1), parameters=None, **settings):
        X = np.zeros((2, 3)) if X is None else X
        settings = {"loss": "cce"} | settings
        parameters = parameters or self.NETWORK.initialize()
        return ax.loss_and_gradient(self.NETWORK, parameters, X, y, **settings)

    def test_examples_of_another_shape(self):
        with pytest.raises(ShapeError, match=r"examples of shape \(3,\).*X has shape \(2, 4\)"):
            self.ask(np.zeros((2, 4)))

    def test_examples_that_are_no_numbers(self):
        with pytest.raises(DataError, match="X holds <U1, not numbers"):
            self.ask(np.full((2, 3), "a"))

    @pytest.mark.parametrize(("rows", "y"), [(2, [0]), (1, [0, 1]), (0, np.zeros(0))])
    def test_targets_that_are_not_one_a_row(self, rows, y):
        with pytest.raises(ShapeError, match=f"{rows} rows in X and {len(y)} targets"):
            self.ask(np.zeros((rows, 3)), y)

    def test_weights_that_are_not_one_a_row(self):
        with pytest.raises(DataError, match="weights must be 2 finite numbers"):
            self.ask(sample_weight=[1.0])

    def test_parameters_of_another_network(self):
        other = ax.Network(ax.Dense(5, "softmax"), input_shape=3).initialize()
        with pytest.raises(ShapeError, match=r"another network: '0.weight' has shape \(5, 3\)"):
            self.ask(parameters=other)

    def test_an_unknown_engine(self):
        with pytest.raises(UnknownNameError, match=r"unknown engine 'refrence'. Did you mean 'ref"):
            self.ask(engine="refrence")

    def test_a_penalty_below_zero(self):
        with pytest.raises(ConfigurationError, match="l2 must be at least 0, not -1"):
            self.ask(l2=-1)
