"""Estimators tell how their fit went: `diagnosis_`, and `ax.diagnose` of them."""

import pickle

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from tests.estimators.irises import X, Y

import axone as ax
from axone.errors import ArgumentTypeError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    "estimator",
    [
        ax.MLPClassifier(hidden_layer_sizes=(16,), learning_rate_init=1e-7, max_iter=10),
        ax.NetworkClassifier(
            [ax.Dense(8, "relu"), ax.Dense(3, "softmax")], optimizer=ax.Adam(1e-7), max_iter=10
        ),
        ax.TabularClassifier(learning_rate=1e-8, max_epochs=2),
    ],
)
def test_a_fit_that_learnt_nothing_says_so(estimator):
    found = estimator.fit(X, Y).diagnosis_
    assert "not_learning" in found.codes
    assert ax.diagnose(estimator).codes == found.codes


def test_a_good_fit_says_nothing():
    assert not ax.MLPClassifier(max_iter=100, tol=0, random_state=0).fit(X, Y).diagnosis_


def test_signals_are_diagnosed_too():
    random = np.random.default_rng(0)
    signals = random.normal(size=(50, 1, 20)) + 3 * Y[::3][:50, None, None]
    estimator = ax.ConvClassifier(optimizer={"name": "adam", "learning_rate": 1e-8}, max_iter=2)
    estimator.fit(signals, Y[::3])
    assert "not_learning" in estimator.diagnosis_.codes


def test_a_pickle_holds_no_rows_and_therefore_no_diagnosis():
    estimator = ax.MLPClassifier(max_iter=60, random_state=0).fit(X, Y)
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(again.predict(X), estimator.predict(X))
    with pytest.raises(AttributeError, match="comes from a file"):
        _ = again.diagnosis_


def test_what_was_not_fitted_has_no_diagnosis():
    with pytest.raises(NotFittedError):
        _ = ax.MLPClassifier().diagnosis_


def test_what_is_no_training_is_refused():
    with pytest.raises(ArgumentTypeError, match="diagnose takes a TrainingResult"):
        ax.diagnose(7)
