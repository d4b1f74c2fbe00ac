# The public names and where they are: read by type checkers, and by `lazy_loader` at run time.
from .activations import ActivationFunction
from .calibration import calibration_error, find_temperature
from .comparison import compare
from .data import Examples, load_dataset, load_examples
from .data.look import look
from .engines import get_engine
from .errors import AxoneError, ConfigurationError, DataError, ModelFileError, ShapeError
from .estimators import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    Perceptron,
    TabularClassifier,
    TabularRegressor,
)
from .experiments import Experiment
from .gradients import loss_and_gradient
from .layers import (
    GRU,
    LSTM,
    Activation,
    Attention,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GRUCell,
    LastStep,
    Layer,
    LayerNorm,
    LSTMCell,
    PositionalEncoding,
    PositionwiseDense,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
)
from .model import Model, load, save
from .network import Network
from .optimizers import (
    LBFGS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
)
from .parameters import Parameters
from .perceptron import FittedPerceptron, RosenblattPerceptron
from .training import (
    LossTolerance,
    NoImprovement,
    Plateau,
    Trainer,
    TrainingResult,
    ValidationLoss,
    fit_many,
)
from .tuning import tune

__version__: str

__all__ = [
    "GRU",
    "LBFGS",
    "LSTM",
    "SGD",
    "Activation",
    "ActivationFunction",
    "Adagrad",
    "Adam",
    "AdamW",
    "Attention",
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
    "GRUCell",
    "GaussianNoise",
    "GradientDescent",
    "LSTMCell",
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
    "PositionalEncoding",
    "PositionwiseDense",
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
    "load_dataset",
    "load_examples",
    "look",
    "loss_and_gradient",
    "save",
    "tune",
]
