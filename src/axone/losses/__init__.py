"""Losses: what a prediction costs, row by row, and the gradient of that cost; their table."""

from axone.losses.classification import BinaryCrossEntropy, CategoricalCrossEntropy
from axone.losses.head import Head
from axone.losses.loss import Loss, Task, prepare_weights
from axone.losses.regression import (
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
    nearest_to_the_median,
    several_levels,
)
from axone.losses.smoothing import smoothed
from axone.messages import _
from axone.registry import Registry

LOSSES: Registry[Loss] = Registry(
    _("loss"),
    {
        "mse": MeanSquaredError,
        "mae": MeanAbsoluteError,
        "huber": Huber,
        "quantile": Quantile,
        "poisson": Poisson,
        "binary_cross_entropy": BinaryCrossEntropy,
        "categorical_cross_entropy": CategoricalCrossEntropy,
    },
    aliases={
        "mean_squared_error": "mse",
        "mean_absolute_error": "mae",
        "pinball": "quantile",
        "bce": "binary_cross_entropy",
        "cce": "categorical_cross_entropy",
        "cross_entropy": "categorical_cross_entropy",
    },
)

__all__ = [
    "LOSSES",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Head",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "Quantile",
    "Task",
    "nearest_to_the_median",
    "prepare_weights",
    "several_levels",
    "smoothed",
]
