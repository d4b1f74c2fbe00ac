"""The estimators' parameters; scikit-learn's own error for them is allowed too."""

import warnings

import numpy as np
from hypothesis import strategies as st
from sklearn.utils._param_validation import InvalidParameterError
from tests.fuzz.descriptions import VALUES, _value
from tests.fuzz.oracle import watched

import axone as ax

X, Y = np.random.default_rng(0).normal(size=(24, 3)), np.arange(24) % 2
FEW = {
    ax.MLPClassifier: {"hidden_layer_sizes": (3,), "max_iter": 2},
    ax.MLPRegressor: {"hidden_layer_sizes": (3,), "max_iter": 2},
    ax.NetworkClassifier: {"max_iter": 2},
    ax.NetworkRegressor: {"max_iter": 2},
    ax.TabularClassifier: {"hidden_layer_sizes": (3,), "max_epochs": 2, "n_networks": 1},
    ax.TabularRegressor: {"hidden_layer_sizes": (3,), "max_epochs": 2, "n_networks": 1},
    ax.Perceptron: {"max_iter": 3},
}
ESTIMATORS = list(FEW)
PARAMETERS = [
    (number, name) for number, kind in enumerate(ESTIMATORS) for name in sorted(kind().get_params())
]
COUNTS = ("max_iter", "max_epochs", "max_fun", "n_networks", "n_iter_no_change")

cases = st.tuples(st.sampled_from(PARAMETERS), VALUES)


def attempt(case, folder):
    """Fit with one parameter of another kind."""
    (number, name), given = case
    kind, value = ESTIMATORS[number], _value(given)
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if name in COUNTS and whole and 10 < value < 2**31:
        value = 3  # what is allowed would take for ever, rightly
    with watched(InvalidParameterError):
        warnings.simplefilter("ignore", FutureWarning)
        kind(**{**FEW[kind], name: value}).fit(X, Y).predict(X)
