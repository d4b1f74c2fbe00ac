"""Any `Network` as an estimator: its layers and the trainer's settings are the parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import InvalidParameterError

from axone.arrays import DType, Shape
from axone.checks import checked_shape
from axone.errors import ShapeError
from axone.estimators.objectives import CLASS_CONSTRAINTS, LOSS_CONSTRAINTS, Objective
from axone.estimators.settings import (
    TRAINER_CONSTRAINTS,
    TRAINING_CONSTRAINTS,
    UNITS,
    Constraints,
    Training,
    TrainingParameters,
    constraints_of,
    resolved,
    resolved_layers,
    resolved_schedule,
)
from axone.estimators.tasks import ClassificationMethods, RegressionMethods
from axone.layers import Dense, Layer
from axone.losses import Loss
from axone.messages import _
from axone.network import Network
from axone.optimizers import OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.training import Trainer

_DEFAULT_LAYERS = (Dense(100, "relu"),)

_LAYER_CONSTRAINTS: Constraints = {
    "layers": ["array-like", Network, None],
    "alpha": TRAINER_CONSTRAINTS["l2"],
    **constraints_of("optimizer", "batch_size"),
    "input_shape": [UNITS, "array-like", None],
}


@dataclass(eq=False, repr=False)
class LayerParameters:
    """Layers of any kind, trained by an optimiser of any kind."""

    layers: Sequence[Layer | Mapping[str, Any]] | Network | None = None
    _: KW_ONLY
    optimizer: str | Mapping[str, Any] | Optimizer = Trainer.optimizer
    alpha: float = Trainer.l2
    batch_size: int | Literal["auto"] = Trainer.batch_size
    input_shape: int | Sequence[int] | None = None

    @property
    def _design(self) -> "LayerDesign":
        return LayerDesign(self)


@dataclass(frozen=True)
class LayerDesign:
    """The network that an estimator's layers make, with the output layer that suits the target."""

    given: Any

    def network(self, features: int, objective: Objective) -> Network:
        """Return the network for rows of so many features."""
        layers = self.given.layers
        if isinstance(layers, Network):
            network = layers
            if network.output_shape != (objective.outputs,):
                raise ShapeError(
                    _(
                        "The network ends in examples of shape {shape}, but this target "
                        "needs {outputs} output(s) of {activation}: give the hidden layers "
                        "alone, and the output layer is added.",
                        shape=network.output_shape,
                        outputs=objective.outputs,
                        activation=objective.activation,
                    )
                )
        else:
            hidden = resolved_layers(self.given, _DEFAULT_LAYERS if layers is None else layers)
            output = Dense(objective.outputs, objective.activation)
            network = Network(*hidden, output, input_shape=self._example_shape(features))
        if prod(network.input_shape) != features:
            raise ShapeError(
                _(
                    "X has {features} features, but the network takes examples of shape "
                    "{input_shape}: {numbers} numbers.",
                    features=features,
                    input_shape=network.input_shape,
                    numbers=prod(network.input_shape),
                )
            )
        return network

    def _example_shape(self, features: int) -> Shape:
        if self.given.input_shape is None:
            return (features,)
        try:
            return checked_shape("input_shape", self.given.input_shape)
        except (TypeError, ValueError) as error:
            raise InvalidParameterError(str(error)) from error

    def training(self) -> Training:
        """Return how it is trained."""
        given = self.given
        optimizer = resolved(given, "optimizer", OPTIMIZERS, given.optimizer)
        return Training(optimizer, resolved_schedule(given), given.batch_size, float(given.alpha))

    def initial(self, network: Network, dtype: DType, random: np.random.RandomState) -> Parameters:
        """Draw the first weights, by the layers' own initialisers."""
        return network.initialize(int(random.randint(np.iinfo(np.int32).max)), dtype)

    def preset(self, network: Network, parameters: Parameters) -> None:
        """Nothing: the weights of layers of any kind have no names in scikit-learn."""


@dataclass(eq=False, repr=False)
class NetworkClassifier(
    ClassificationMethods, ClassifierMixin, LayerParameters, TrainingParameters, BaseEstimator
):
    """Any network as a classifier.

    Parameters
    ----------
    layers : sequence of Layer, or Network, optional
        The hidden layers; by default a dense one of 100 ReLU units. The output layer that suits
        the target is added: a softmax over the classes, one sigmoid for two classes, or one for
        each of several labels. A `Network` is taken whole, its own output layer included.
    optimizer : str, mapping or Optimizer, default "adam"
        ``ax.SGD(0.1)``, ``{"name": "rmsprop", "rho": 0.95}`` …
    alpha : float, default 0
        L2 penalty, as of `MLPClassifier`.
    batch_size : int or "auto", default 32
        Small batches make more steps an epoch, which small networks need; "auto" is scikit-learn's
        min(200, n_samples), not that of experiment files.
    input_shape : int or sequence of int, optional
        Of one example, where the layers do not take flat rows: ``(1, 28, 28)``. Rows of X are
        reshaped to it.
    class_weight : mapping or "balanced", optional
        The weight of each class's rows.
    drop_last, max_iter, tol, n_iter_no_change, early_stopping, validation_fraction, monitor, l1, \
clip_norm, clip_value, schedule, scale, shuffle, random_state, verbose, warm_start, callbacks, \
dtype, engine, threads
        As of `MLPClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    network_ : Network
    parameters_ : Parameters
    history_ : History
        Every column that the trainer records.
    loss_, loss_curve_, best_loss_, n_iter_, t_, validation_scores_, best_validation_score_, \
validation_loss_curve_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As of `MLPClassifier`.

    Examples
    --------
    >>> import axone as ax
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> layers = [ax.Dense(16, "gelu"), ax.Dropout(0.1), ax.Dense(16, "gelu")]
    >>> classifier = ax.NetworkClassifier(
    ...     layers, optimizer=ax.Adam(0.01), tol=0.001, scale=True, random_state=0
    ... )
    >>> bool(classifier.fit(X, y).score(X, y) > 0.95)
    True
    """

    class_weight: Mapping[Any, float] | str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **TRAINING_CONSTRAINTS,
        **_LAYER_CONSTRAINTS,
        **CLASS_CONSTRAINTS,
    }


@dataclass(eq=False, repr=False)
class NetworkRegressor(
    RegressionMethods, RegressorMixin, LayerParameters, TrainingParameters, BaseEstimator
):
    """Any network as a regressor.

    Parameters
    ----------
    layers, optimizer, alpha, batch_size, input_shape
        As of `NetworkClassifier`; the output layer that is added has a unit for each number, and
        the exponential as its activation for the loss "poisson".
    loss : {"squared_error", "poisson", "mae", "huber"}, mapping or Loss, default "squared_error"
        As of `MLPRegressor`.
    drop_last, max_iter, tol, n_iter_no_change, early_stopping, validation_fraction, monitor, l1, \
clip_norm, clip_value, schedule, scale, shuffle, random_state, verbose, warm_start, callbacks, \
dtype, engine, threads
        As of `MLPRegressor`.

    Attributes
    ----------
    network_, parameters_, history_, loss_, loss_curve_, …
        As of `NetworkClassifier`.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.linspace(-3, 3, 200)[:, np.newaxis]; y = np.sin(X[:, 0])
    >>> regressor = ax.NetworkRegressor(
    ...     [ax.Dense(32, "tanh")], optimizer=ax.Adam(0.02), tol=0.001, random_state=0
    ... )
    >>> bool(regressor.fit(X, y).score(X, y) > 0.9)
    True
    """

    loss: str | Mapping[str, Any] | Loss = field(default="squared_error", kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **TRAINING_CONSTRAINTS,
        **_LAYER_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
    }
