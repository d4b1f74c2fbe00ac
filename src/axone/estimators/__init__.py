"""scikit-learn's interface: estimators that train through `axone.Trainer`."""

from axone.estimators.convolutional import ConvClassifier, ConvRegressor
from axone.estimators.forecaster import Forecaster
from axone.estimators.mlp import MLPClassifier, MLPRegressor
from axone.estimators.network import NetworkClassifier, NetworkRegressor
from axone.estimators.perceptron import Perceptron
from axone.estimators.sequential import SequenceClassifier, SequenceRegressor
from axone.estimators.tabular import TabularClassifier, TabularRegressor
from axone.estimators.trained import as_estimator

__all__ = [
    "ConvClassifier",
    "ConvRegressor",
    "Forecaster",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
    "Perceptron",
    "SequenceClassifier",
    "SequenceRegressor",
    "TabularClassifier",
    "TabularRegressor",
    "as_estimator",
]
