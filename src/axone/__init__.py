"""Axone: small neural networks that train fast, read like the textbook and explain themselves.

A network is described once, as data (`Network` of layers); its equations are written once, in
NumPy, in `axone.layers`; engines run that description; everything else only uses the two.
"""

from typing import TYPE_CHECKING, Any

from axone.activations import ActivationFunction
from axone.engines import get_engine
from axone.errors import AxoneError, ConfigurationError, DataError, ModelFileError, ShapeError
from axone.gradients import loss_and_gradient
from axone.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    Reshape,
    Residual,
)
from axone.model import Model, load, save
from axone.network import Network
from axone.optimizers import (
    LBFGS,
    SGD,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
)
from axone.parameters import Parameters
from axone.perceptron import FittedPerceptron, RosenblattPerceptron
from axone.training import (
    LossTolerance,
    Plateau,
    Trainer,
    TrainingResult,
    ValidationLoss,
    fit_many,
)

if TYPE_CHECKING:
    from axone.estimators import TabularClassifier, TabularRegressor
    from axone.experiments import Experiment

__version__ = "0.1.0"

__all__ = [
    "LBFGS",
    "SGD",
    "Activation",
    "ActivationFunction",
    "Adam",
    "AdamW",
    "AxoneError",
    "BatchNorm",
    "ConfigurationError",
    "DataError",
    "Dense",
    "Dropout",
    "Experiment",
    "FittedPerceptron",
    "Flatten",
    "GaussianNoise",
    "GradientDescent",
    "Layer",
    "LossTolerance",
    "Model",
    "ModelFileError",
    "Momentum",
    "Nesterov",
    "Network",
    "Parameters",
    "Plateau",
    "RMSProp",
    "Reshape",
    "Residual",
    "RosenblattPerceptron",
    "ShapeError",
    "TabularClassifier",
    "TabularRegressor",
    "Trainer",
    "TrainingResult",
    "ValidationLoss",
    "fit_many",
    "get_engine",
    "load",
    "loss_and_gradient",
    "save",
]


def __getattr__(name: str) -> Any:
    """Import what costs more than all the rest when it is first asked for."""
    if name == "Experiment":
        from axone.experiments import Experiment

        return Experiment
    if name in ("TabularClassifier", "TabularRegressor"):
        from axone.estimators import tabular

        return getattr(tabular, name)
    raise AttributeError(f"module 'axone' has no attribute {name!r}")
