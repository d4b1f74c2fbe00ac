"""scikit-learn's networks reproduced: the same weights after epochs of the same batches."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

import axone as ax

EPOCHS, BATCH, ALPHA = 6, 32, 0.3


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()


def fitted(estimator, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*data)


def in_our_layout(network, estimator):
    arrays = {f"{n}.weight": coefs.T for n, coefs in enumerate(estimator.coefs_)}
    arrays |= {f"{n}.bias": bias for n, bias in enumerate(estimator.intercepts_)}
    return network.initialize(dtype="float64").replaced(arrays)


def compare(estimator_class, settings, data, network, **ours):
    """Train both from scikit-learn's first weights; return ours and theirs."""
    common = {
        "hidden_layer_sizes": (8, 5),
        "random_state": 1,
        "alpha": ALPHA,
        "batch_size": BATCH,
        "shuffle": False,
        "max_iter": EPOCHS,
        "tol": 0,
        "n_iter_no_change": 10 * EPOCHS,
    } | settings
    theirs = fitted(estimator_class(**common), data)
    # One step of no length leaves the weights that the same random_state began with.
    still = {"learning_rate_init": 1e-300, "max_iter": 1}
    start = in_our_layout(network, fitted(estimator_class(**common | still), data))
    wanted = in_our_layout(network, theirs)
    epochs = common["max_iter"]
    trainer = ax.Trainer(network, batch_size=BATCH, shuffle=False, dtype="float64", **ours)
    result = trainer.fit(data, max_epochs=epochs, initial=start)
    assert np.abs(wanted.vector - start.vector).max() > 1e-3
    np.testing.assert_allclose(result.parameters.vector, wanted.vector, rtol=0, atol=1e-8)
    return result, theirs


# With an ε that matters: scikit-learn adds it before the bias correction.
EPSILON = 1e-4

OPTIMIZERS = [
    ({"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0}, ax.SGD(0.1)),
    (
        {"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0.8, "nesterovs_momentum": False},
        ax.Momentum(0.05, 0.8, "classical"),
    ),
    ({"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0.9}, ax.Nesterov(0.05, 0.9)),
    (
        {"solver": "adam", "learning_rate_init": 0.01, "epsilon": EPSILON},
        ax.Adam(0.01, epsilon=EPSILON, form="uncorrected"),
    ),
]


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize(("settings", "optimizer"), OPTIMIZERS)
def test_a_classifier_has_the_same_weights(settings, optimizer, activation, iris):
    network = ax.Network(
        ax.Dense(8, activation), ax.Dense(5, activation), ax.Dense(3, "softmax"), input_shape=4
    )
    settings = settings | {"activation": activation}
    ours = {"loss": "cce", "optimizer": optimizer, "l2": ALPHA}
    result, theirs = compare(MLPClassifier, settings, iris, network, **ours)
    history = result.history
    # scikit-learn's curve weighs batches by their rows and holds the penalty within.
    curve = np.add(history["train_loss"], history["train_penalty"])
    np.testing.assert_allclose(curve, theirs.loss_curve_, rtol=1e-9)


def test_two_classes_have_the_same_weights_with_one_sigmoid_output(iris):
    X, y = iris
    network = ax.Network(
        ax.Dense(8, "relu"), ax.Dense(5, "relu"), ax.Dense(1, "sigmoid"), input_shape=4
    )
    settings = {"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0}
    ours = {"loss": "bce", "optimizer": ax.SGD(0.1), "l2": ALPHA}
    compare(MLPClassifier, settings, (X, (y > 0) * 1), network, **ours)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_regressor_has_the_same_weights(solver, diabetes):
    network = ax.Network(ax.Dense(8, "relu"), ax.Dense(5, "relu"), ax.Dense(1), input_shape=10)
    # scikit-learn minimises ½(ŷ − y)², half our loss: half the learning rate, twice λ and Adam's ε.
    settings, optimizer = {
        "sgd": ({"learning_rate_init": 0.02, "momentum": 0}, ax.SGD(0.01)),
        "adam": (
            {"learning_rate_init": 0.01, "epsilon": EPSILON},
            ax.Adam(0.01, epsilon=2 * EPSILON, form="uncorrected"),
        ),
    }[solver]
    ours = {"loss": "mse", "optimizer": optimizer, "l2": 2 * ALPHA}
    compare(MLPRegressor, settings | {"solver": solver}, diabetes, network, **ours)


@pytest.mark.parametrize(
    ("settings", "schedule", "rate"),
    [
        (
            {"learning_rate": "invscaling", "power_t": 0.4},
            {"name": "invscaling", "power": 0.4},
            0.5,
        ),
        (
            {"learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 2, "max_iter": 30},
            {"name": "adaptive", "tolerance": 0.05, "patience": 2, "minimum": 0},
            0.1,
        ),
    ],
)
def test_the_learning_rate_follows_the_same_course(settings, schedule, rate, iris):
    network = ax.Network(
        ax.Dense(8, "relu"), ax.Dense(5, "relu"), ax.Dense(3, "softmax"), input_shape=4
    )
    settings = settings | {"solver": "sgd", "learning_rate_init": rate, "momentum": 0, "alpha": 0}
    ours = {"loss": "cce", "optimizer": ax.SGD(rate), "schedule": schedule}
    result, _ = compare(MLPClassifier, settings, iris, network, **ours)
    assert len(set(result.history["learning_rate"])) > 2


class TestLBFGS:
    def test_it_reaches_the_minimum_of_scikit_learns(self, iris):
        X, y = iris
        network = ax.Network(ax.Dense(8, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
        common = {"activation": "tanh", "hidden_layer_sizes": (8,), "random_state": 2, "alpha": 1.0}
        still = {"solver": "sgd", "learning_rate_init": 1e-300, "max_iter": 1}
        start = in_our_layout(network, fitted(MLPClassifier(**common | still), iris))
        theirs = fitted(MLPClassifier(**common, solver="lbfgs", max_iter=2000, tol=1e-7), iris)
        trainer = ax.Trainer(
            network,
            loss="cce",
            optimizer=ax.LBFGS(gradient_tolerance=1e-7),
            l2=1.0,
            dtype="float64",
        )
        result = trainer.fit((X, y), max_epochs=2000, initial=start)
        wanted, _ = ax.loss_and_gradient(
            network, in_our_layout(network, theirs), X, y, loss="cce", l2=1.0
        )
        found, gradient = ax.loss_and_gradient(network, result.parameters, X, y, loss="cce", l2=1.0)
        assert result.stopped_by == "converged"
        assert found == pytest.approx(wanted, abs=1e-6)
        assert np.abs(gradient.vector).max() < 1e-5

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_without_hidden_layers_it_is_logistic_regression(self, dtype, iris):
        X, y = iris
        theirs = LogisticRegression(C=0.5, fit_intercept=True, tol=1e-8, max_iter=1000).fit(X, y)
        network = ax.Network(ax.Dense(3, "softmax"), input_shape=4)
        trainer = ax.Trainer(network, loss="cce", optimizer="lbfgs", l2=1 / 0.5, dtype=dtype)
        result = trainer.fit((X, y), max_epochs=500)
        assert result.stopped_by == "converged"
        ours = network.predict(result.parameters, X)
        assert ours.dtype == dtype
        tolerance = 1e-4 if dtype == "float64" else 2e-3
        np.testing.assert_allclose(ours, theirs.predict_proba(X), atol=tolerance)
