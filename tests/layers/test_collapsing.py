"""Linear layers one after another are one: the same predictions from fewer layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ShapeError
from axone.layers.collapsing import LinearRun, linear_runs


def with_random_biases(network, seed):
    parameters = network.initialize(seed, "float64")
    parameters.vector += np.random.default_rng(seed).normal(size=parameters.vector.shape)
    return parameters


def test_layers_without_an_activation_between_them_are_told_to_be_one():
    network = ax.Network(
        ax.Dense(8), ax.Activation("linear"), ax.Dense(4), ax.Dense(3, "softmax"), input_shape=5
    )
    text = str(network.summary())
    assert "Layers 0 to 3 are linear one after another" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert network.summary().linear == (LinearRun(0, 3),)
    apart = ax.Network(ax.Dense(8, "relu"), ax.Dense(3, "softmax"), input_shape=5)
    assert "linear one after another" not in str(apart.summary())


@pytest.mark.parametrize(
    ("layers", "runs"),
    [
        ([ax.Dense(2)], ()),
        ([ax.Dense(2, "relu"), ax.Dense(2)], ()),
        ([ax.Dense(2), ax.Dropout(0.1), ax.Dense(2)], ()),
        ([ax.Dense(2), ax.Activation("linear")], ()),
        ([ax.Dense(2), ax.Activation("relu"), ax.Dense(2)], ()),
        ([ax.Dense(2), ax.Dense(2, "relu"), ax.Dense(2), ax.Dense(2)], ((0, 1), (2, 3))),
        ([ax.Activation("linear"), ax.Dense(2), ax.Dense(2)], ((1, 2),)),
    ],
    ids=str,
)
def test_only_what_has_nothing_between_it_is_one(layers, runs):
    assert linear_runs(layers) == tuple(LinearRun(*run) for run in runs)


@st.composite
def rows_of_layers(draw):
    """Dense layers with and without activations and biases, and what stands between them."""
    units = st.integers(1, 5)
    activations = st.sampled_from(["linear", "linear", "tanh", "relu", "prelu"])
    dense = st.builds(
        lambda n, word, bias: ax.Dense(n, word, bias=bias), units, activations, st.booleans()
    )
    others = st.sampled_from([ax.Activation("linear"), ax.BatchNorm(), ax.Dropout(0.5)])
    return draw(st.lists(st.one_of(dense, dense, others), min_size=1, max_size=6))


@given(rows_of_layers(), st.integers(0, 9))
def test_the_collapsed_network_predicts_the_same(layers, seed):
    network = ax.Network(*layers, input_shape=3)
    parameters = with_random_biases(network, seed)
    before = parameters.copy()
    x = np.random.default_rng(seed).normal(size=(4, 3))
    smaller, collapsed = network.collapse(parameters)
    np.testing.assert_allclose(
        smaller.predict(collapsed, x), network.predict(parameters, x), rtol=1e-9, atol=1e-9
    )
    assert linear_runs(smaller.layers) == ()
    np.testing.assert_array_equal(before.vector, parameters.vector)


def test_layers_of_positions_are_one_too_and_names_are_kept():
    network = ax.Network(
        ax.PositionwiseDense(4),
        ax.PositionwiseDense(2, "tanh"),
        ax.LastStep(),
        ax.Dense(1),
        input_shape=(5, 3),
        layer_names=["first", "second", "last", "answer"],
    )
    parameters = with_random_biases(network, 0)
    smaller, collapsed = network.collapse(parameters)
    assert smaller.layer_names == ("second", "last", "answer")
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    expected = network.predict(parameters, x)
    np.testing.assert_allclose(smaller.predict(collapsed, x), expected, rtol=1e-12)


def test_precision_is_kept_and_parameters_of_another_network_are_refused():
    network = ax.Network(ax.Dense(3), ax.Dense(2), input_shape=4)
    assert network.collapse(network.initialize())[1].vector.dtype == np.float32
    other = ax.Network(ax.Dense(3), input_shape=4)
    with pytest.raises(ShapeError, match="parameters of another network"):
        network.collapse(other.initialize())
