"""A model of every kind, with rows that it predicts: tests of models and of their files share."""

import numpy as np
import pandas as pd

import axone as ax
from axone.activations import ACTIVATIONS
from axone.data import Preprocessing
from axone.data.scaling import Standard
from axone.losses import LOSSES
from axone.model import Classes, Model, Numbers

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(5, 2, size=(30, 4))


def model_of(X, layers, target, loss, *, dtype="float32", **preprocessing):
    prepared = Preprocessing.fit(X, **preprocessing)
    network = ax.Network(*layers, input_shape=prepared.feature_shape)
    return Model(network, (network.initialize(3, dtype),), LOSSES.resolve(loss), prepared, target)


def classifier(X=ROWS, dtype="float32", **preprocessing):
    layers = [ax.Dense(6, "relu"), ax.BatchNorm(), ax.Dense(3, "softmax")]
    if np.ndim(X) > 2:
        layers.insert(0, ax.Flatten())
    target = Classes(column="kind", class_names=("a", "b", "c"), class_values=("0", "1", "2"))
    return model_of(X, layers, target, "categorical_cross_entropy", dtype=dtype, **preprocessing)


def binary():
    layers = [ax.Dense(3, "tanh"), ax.Dense(1, "sigmoid")]
    target = Classes(class_names=("no", "yes"))
    return model_of(RANDOM.normal(size=(20, 2)), layers, target, "binary_cross_entropy")


def regression(columns=1):
    y = RANDOM.normal(100, 20, size=(30, columns))
    scaler = Standard().fit(y[:, 0] if columns == 1 else y)
    names = tuple(f"y{n}" for n in range(columns))
    target = Numbers(names=names, scaler=scaler)
    return model_of(RANDOM.normal(size=(30, 2)), [ax.Dense(columns)], target, "mse")


TABLE = pd.DataFrame(
    {
        "weight": [1.0, 2.0, None, 4.0, 3.0, 0.5],
        "colour": ["red", "blue", "red", None, "green", "blue"],
        "when": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"] * 2),
    }
)

MODELS = {
    "array": (classifier(), RANDOM.normal(size=(5, 4))),
    "float64": (classifier(dtype="float64"), RANDOM.normal(size=(5, 4))),
    "table": (classifier(TABLE), TABLE.iloc[::-1]),
    "images": (
        classifier(RANDOM.integers(0, 256, (20, 6, 6), dtype=np.uint8), kind="images"),
        RANDOM.integers(0, 256, (5, 6, 6), dtype=np.uint8),
    ),
    "named columns": (
        classifier(feature_names=("a", "b", "c", "d")),
        pd.DataFrame(RANDOM.normal(size=(5, 4)), columns=list("dbca")),
    ),
    "binary": (binary(), RANDOM.normal(size=(5, 2))),
    "regression": (regression(), RANDOM.normal(size=(5, 2))),
    "two numbers": (regression(2), RANDOM.normal(size=(5, 2))),
}


NAMED_ACTIVATIONS = [name for name in ACTIVATIONS if name != "formula"]
"""Activations that their name is enough for; what a formula is says the formula."""
