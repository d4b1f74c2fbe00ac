"""The estimators' parameters; scikit-learn's own error for them is allowed too.

Each estimator has rows of its own to learn from: a table, signals, images, sequences or a series.
Networks and courses are as short as they can be, so that a try is over at once.
"""

import warnings

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from sklearn.utils._param_validation import InvalidParameterError
from tests.fuzz.descriptions import EVERY_VALUE, VALUES, _value
from tests.fuzz.oracle import watched

import axone as ax

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(24, 3)), np.arange(24) % 2
SIGNALS = RANDOM.normal(size=(24, 2, 12))
IMAGES = RANDOM.integers(0, 256, (24, 8, 8), dtype=np.uint8)
TABLE = pd.DataFrame(
    {"id": np.repeat(np.arange(24), 5), "time": np.arange(120), "1": RANDOM.normal(size=120)}
)
SEQUENCES = [RANDOM.normal(size=(4 + row % 3, 2)) for row in range(24)]
SERIES = pd.DataFrame(RANDOM.normal(size=(60, 3)), columns=["name", "1", "dense"])
CONVOLUTIONS = {"layers": [ax.Conv1D(2, 3), ax.Flatten()], "max_iter": 2}
CELLS = {"layers": [ax.GRU(2, last=True)], "max_iter": 2}
FORECAST = {
    "lags": 6,
    "horizon": 2,
    "hidden": 3,
    "max_iter": 2,
    "n_networks": 1,
    "calibration_folds": 0,
}
FEW = {
    ax.MLPClassifier: {"hidden_layer_sizes": (3,), "max_iter": 2},
    ax.MLPRegressor: {"hidden_layer_sizes": (3,), "max_iter": 2},
    ax.NetworkClassifier: {"max_iter": 2},
    ax.NetworkRegressor: {"max_iter": 2},
    ax.TabularClassifier: {"hidden_layer_sizes": (3,), "max_epochs": 2, "n_networks": 1},
    ax.TabularRegressor: {"hidden_layer_sizes": (3,), "max_epochs": 2, "n_networks": 1},
    ax.Perceptron: {"max_iter": 3},
    ax.ConvClassifier: CONVOLUTIONS,
    ax.ConvRegressor: {"layers": [ax.Conv2D(2, 3), ax.Flatten()], "max_iter": 2},
    ax.SequenceClassifier: CELLS | {"id": "id", "time": "time"},
    ax.SequenceRegressor: CELLS,
    ax.Forecaster: FORECAST,
}
LEARNT = {
    ax.ConvClassifier: (SIGNALS, Y),
    ax.ConvRegressor: (IMAGES, Y),
    ax.SequenceClassifier: (TABLE, Y),
    ax.SequenceRegressor: (SEQUENCES, Y),
    ax.Forecaster: (SERIES,),
}
"""What is learnt from where a table of numbers is none of it."""

INSTEAD = {"preset": "layers"}
"""What must not be there beside a parameter that is tried."""

ESTIMATORS = list(FEW)
PARAMETERS = [
    (number, name) for number, kind in enumerate(ESTIMATORS) for name in sorted(kind().get_params())
]
COUNTS = ("max_iter", "max_epochs", "max_fun", "n_networks", "n_iter_no_change")

cases = st.tuples(st.sampled_from(PARAMETERS), VALUES)


def every_case():
    """Each parameter of each estimator given each value."""
    return ((parameter, value) for parameter in PARAMETERS for value in EVERY_VALUE)


def attempt(case, folder):
    """Fit with one parameter of another kind."""
    (number, name), given = case
    kind, value = ESTIMATORS[number], _value(given)
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if name in COUNTS and whole and 10 < value < 2**31:
        value = 3  # what is allowed would take for ever, rightly
    settings = {key: few for key, few in FEW[kind].items() if key != INSTEAD.get(name)}
    rows, *target = LEARNT.get(kind, (X, Y))
    with watched(InvalidParameterError):
        warnings.simplefilter("ignore", FutureWarning)
        kind(**{**settings, name: value}).fit(rows, *target).predict(rows)
