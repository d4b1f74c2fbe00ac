"""Axone: small neural networks that train fast, read like the textbook and explain themselves.

A network is described once, as data (`Network` of layers); its equations are written once, in
NumPy, in `axone.layers`; engines run that description; everything else only uses the two.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from axone.activations import ActivationFunction
from axone.calibration import calibration_error, find_temperature
from axone.data import Examples, load_examples
from axone.engines import get_engine
from axone.errors import AxoneError, ConfigurationError, DataError, ModelFileError, ShapeError
from axone.gradients import loss_and_gradient
from axone.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    LastStep,
    Layer,
    LayerNorm,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
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
    NoImprovement,
    Plateau,
    Trainer,
    TrainingResult,
    ValidationLoss,
    fit_many,
)
from axone.version import VERSION

if TYPE_CHECKING:
    from axone.comparison import compare
    from axone.estimators import (
        MLPClassifier,
        MLPRegressor,
        NetworkClassifier,
        NetworkRegressor,
        Perceptron,
        TabularClassifier,
        TabularRegressor,
    )
    from axone.experiments import Experiment
    from axone.tuning import tune

__version__ = VERSION

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
    "Embedding",
    "Examples",
    "Experiment",
    "FittedPerceptron",
    "Flatten",
    "GaussianNoise",
    "GradientDescent",
    "LastStep",
    "Layer",
    "LayerNorm",
    "LossTolerance",
    "MLPClassifier",
    "MLPRegressor",
    "Model",
    "ModelFileError",
    "Momentum",
    "Nesterov",
    "Network",
    "NetworkClassifier",
    "NetworkRegressor",
    "NoImprovement",
    "Parameters",
    "Perceptron",
    "Plateau",
    "RMSNorm",
    "RMSProp",
    "RNNCell",
    "Recurrent",
    "Reshape",
    "Residual",
    "RosenblattPerceptron",
    "ShapeError",
    "TabularClassifier",
    "TabularRegressor",
    "Trainer",
    "TrainingResult",
    "ValidationLoss",
    "calibration_error",
    "compare",
    "find_temperature",
    "fit_many",
    "get_engine",
    "load",
    "load_examples",
    "loss_and_gradient",
    "save",
    "tune",
]


_LAZY = {
    "Experiment": "axone.experiments",
    "MLPClassifier": "axone.estimators",
    "MLPRegressor": "axone.estimators",
    "NetworkClassifier": "axone.estimators",
    "NetworkRegressor": "axone.estimators",
    "Perceptron": "axone.estimators",
    "TabularClassifier": "axone.estimators",
    "TabularRegressor": "axone.estimators",
    "compare": "axone.comparison",
    "tune": "axone.tuning",
}
"""Where the names are that need pydantic or scikit-learn, which cost more than all the rest."""


def __getattr__(name: str) -> Any:
    """Import what is costly when it is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module 'axone' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
