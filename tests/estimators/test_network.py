"""Estimators of networks that are given as layers."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.utils._param_validation import InvalidParameterError

import axone as ax

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
QUICK = {"max_iter": 30, "random_state": 0, "scale": "standard", "tol": 0}


def test_the_output_layer_that_suits_the_target_is_added():
    layers = [ax.Dense(8, "gelu"), ax.Dropout(0.1)]
    classifier = ax.NetworkClassifier(layers, optimizer=ax.Adam(0.02), **QUICK).fit(X, Y)
    assert [type(layer) for layer in classifier.network_.layers] == [ax.Dense, ax.Dropout, ax.Dense]
    assert classifier.score(X, Y) > 0.9
    regressor = ax.NetworkRegressor(layers, loss="poisson", **QUICK).fit(X, np.column_stack([Y, Y]))
    assert regressor.network_.output_shape == (2,)
    assert regressor.predict(X).min() > 0


def test_layers_may_be_described_by_words():
    classifier = ax.NetworkClassifier(
        [{"name": "dense", "units": 4, "activation": "tanh"}], **QUICK
    )
    assert classifier.fit(X, Y == 1).network_.parameter_count == 4 * 4 + 4 + 4 + 1


def test_a_whole_network_is_taken_as_it_is():
    network = ax.Network(ax.Dense(6, "elu"), ax.Dense(3, "softmax"), input_shape=4)
    classifier = clone(ax.NetworkClassifier(network, optimizer={"name": "sgd"}, **QUICK))
    assert classifier.fit(X, Y).network_ == network


def test_a_network_that_ends_otherwise_than_the_target_is_refused():
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=4)
    with pytest.raises(ValueError, match=r"ends in examples of shape \(2,\).*needs 3 output"):
        ax.NetworkClassifier(network).fit(X, Y)


def test_rows_are_shaped_as_the_layers_take_them():
    layers = [ax.Flatten(), ax.Dense(5, "relu")]
    classifier = ax.NetworkClassifier(layers, input_shape=(2, 2), **QUICK).fit(X, Y)
    assert classifier.network_.input_shape == (2, 2)
    assert classifier.predict(X).shape == (150,)
    with pytest.raises(ValueError, match=r"X has 4 features, .* of shape \(3, 2\): 6 numbers"):
        classifier.set_params(input_shape=(3, 2)).fit(X, Y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": ["dence"]}, "The 'layers' parameter of NetworkClassifier cannot be used"),
        ({"layers": range(10**9)}, "The 'layers' parameter of NetworkClassifier"),
        ({"callbacks": [int]}, "functions or objects, no classes"),
        ({"callbacks": range(10**9)}, "a sequence of at most 1,000 callables"),
        ({"optimizer": "adamm"}, "The 'optimizer' parameter of NetworkClassifier"),
        ({"input_shape": (2, 0)}, "input_shape must be at least 1"),
        ({"batch_size": 0}, "The 'batch_size' parameter of NetworkClassifier"),
    ],
)
def test_a_bad_parameter_is_refused(settings, message):
    with pytest.raises(InvalidParameterError, match=message):
        ax.NetworkClassifier(**settings).fit(X, Y)


def test_lbfgs_trains_a_network_and_cannot_be_given_dropout():
    assert ax.NetworkClassifier(optimizer="lbfgs", **QUICK).fit(X, Y).score(X, Y) > 0.95
    with pytest.raises(ValueError, match="leave out dropout"):
        ax.NetworkClassifier([ax.Dropout(0.5)], optimizer="lbfgs").fit(X, Y)


def test_weights_that_are_a_minimum_already_stay():
    zero = [ax.Dense(2, initializer="zeros")]
    with pytest.warns(UserWarning, match="stay alike"):
        regressor = ax.NetworkRegressor(zero, optimizer="lbfgs").fit(X, np.zeros(150))
    assert regressor.n_iter_ == 0
    assert regressor.loss_ == pytest.approx(regressor.loss_)
