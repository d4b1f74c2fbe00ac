"""The design of drop-in multilayer perceptrons: dense layers out of scikit-learn's parameters.

Initial weights, learning rates and optimisers are scikit-learn's to the last rounding.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import InvalidParameterError

from axone.activations import ACTIVATIONS, ActivationFunction, Sigmoid
from axone.arrays import DType, FloatArray
from axone.bounds import MOST_LAYERS
from axone.estimators.objectives import Objective
from axone.estimators.settings import Training, resolved, resolved_schedule
from axone.initializers import INITIALIZERS, Constant
from axone.layers import Activation, BatchNorm, Dense, Dropout, Layer
from axone.messages import _
from axone.network import Network
from axone.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
)
from axone.parameters import Parameters
from axone.schedules import InverseScaling

_SCIPY_LOSS_TOLERANCE = 1e7 * float(np.finfo(np.float64).eps)
"""SciPy's default, which scikit-learn leaves as it is."""


@dataclass(frozen=True)
class DenseDesign:
    """The network and the training that a multilayer perceptron's parameters describe.

    Parameters
    ----------
    given : MLPClassifier or MLPRegressor
        Whose parameters they are.
    """

    given: Any

    def network(self, features: int, objective: Objective) -> Network:
        """Return the network for rows of so many features."""
        layers: list[Layer] = []
        sizes = self._sizes
        chosen = self.given.initializer
        initializer = (
            None if chosen is None else resolved(self.given, "initializer", INITIALIZERS, chosen)
        )
        for units, function, rate in zip(sizes, self._activations, self._rates, strict=True):
            if self.given.batch_norm:
                # Before the activation, as Ioffe & Szegedy (2015) have it.
                start = initializer or function.initializer
                layers += [Dense(units, initializer=start), BatchNorm(), Activation(function)]
            else:
                layers.append(Dense(units, function, initializer=initializer))
            if rate:
                layers.append(Dropout(rate))
        layers.append(Dense(objective.outputs, objective.activation, initializer=initializer))
        return Network(*layers, input_shape=features)

    @property
    def _sizes(self) -> list[int]:
        given = self.given.hidden_layer_sizes
        alone = not isinstance(given, Iterable) or getattr(given, "ndim", 1) == 0
        sizes: Any = [given] if alone else list(islice(given, MOST_LAYERS + 1))
        if any(not isinstance(size, Integral) for size in sizes) or min(sizes, default=1) <= 0:
            raise InvalidParameterError(
                _(
                    "hidden_layer_sizes must be > 0, got {found}: whole numbers, one a "
                    "hidden layer.",
                    found=sizes,
                )
            )
        return [int(size) for size in sizes]

    @property
    def _activations(self) -> list[ActivationFunction]:
        """The activation of each hidden layer."""
        given = self._per_layer(
            "activation", self.given.activation, (str, Mapping, ActivationFunction, Callable)
        )
        return [resolved(self.given, "activation", ACTIVATIONS, function) for function in given]

    @property
    def _rates(self) -> list[float]:
        """The dropout rate after each hidden layer."""
        given = self._per_layer("dropout", self.given.dropout, Real)
        if any(not isinstance(rate, Real) or not 0 <= float(rate) < 1 for rate in given):
            raise InvalidParameterError(
                _(
                    "The 'dropout' parameter of {kind} must be in [0, 1), or a sequence of "
                    "such numbers, one a hidden layer. Got {found!r} instead.",
                    kind=type(self.given).__name__,
                    found=self.given.dropout,
                )
            )
        return [float(rate) for rate in given]

    def _per_layer(self, parameter: str, given: Any, single: Any) -> list[Any]:
        """Return one value a hidden layer, given one for all or a sequence of them."""
        layers = len(self._sizes)
        if isinstance(given, single):
            return [given] * layers
        # One more than needed: there are sequences without end.
        values = list(islice(given, layers + 1)) if getattr(given, "ndim", 1) else [given]
        if len(values) != layers:
            raise InvalidParameterError(
                _(
                    "The {parameter!r} parameter of {kind} must be one value for all hidden "
                    "layers, or one for each: got {count} for {layers} layers.",
                    parameter=parameter,
                    kind=type(self.given).__name__,
                    count=len(values),
                    layers=layers,
                )
            )
        return values

    def training(self) -> Training:
        """Return how it is trained."""
        given = self.given
        optimizer = self._optimizer
        changes = given.solver in ("sgd", "momentum") and given.learning_rate != "constant"
        if changes and given.schedule is not None:
            raise ValueError(
                _(
                    "learning_rate={learning_rate!r} and schedule={schedule!r} both say how "
                    "the learning rate changes: give one of them.",
                    learning_rate=given.learning_rate,
                    schedule=given.schedule,
                )
            )
        schedule = resolved_schedule(given)
        if changes and given.learning_rate == "invscaling" and given.power_t > 0:
            schedule = InverseScaling(float(given.power_t))
        return Training(
            optimizer,
            schedule,
            given.batch_size,
            float(given.alpha),
            divides=changes and given.learning_rate == "adaptive",
            remembers_steps=given.solver == "sgd" and given.momentum > 0,
            tells_of_smaller_batches=True,
        )

    @property
    def _optimizer(self) -> Optimizer:
        if not isinstance(self.given.solver, str):
            return resolved(self.given, "solver", OPTIMIZERS, self.given.solver)
        rate, epsilon = float(self.given.learning_rate_init), float(self.given.epsilon)
        moments = float(self.given.beta_1), float(self.given.beta_2)
        named: dict[str, Callable[[], Optimizer]] = {
            "lbfgs": self._scikit_learn_lbfgs,
            "sgd": self._scikit_learn_sgd,
            "adam": lambda: Adam(rate, *moments, epsilon, "uncorrected"),
            "adamw": lambda: AdamW(rate, *moments, epsilon, float(self.given.weight_decay)),
            "momentum": lambda: Momentum(rate, float(self.given.momentum)),
            "adagrad": lambda: Adagrad(rate, epsilon),
            "rmsprop": lambda: RMSProp(rate, epsilon=epsilon),
        }
        return named[self.given.solver]()

    def _scikit_learn_lbfgs(self) -> LBFGS:
        return LBFGS(
            gradient_tolerance=float(self.given.tol),
            max_evaluations=int(self.given.max_fun),
            loss_tolerance=_SCIPY_LOSS_TOLERANCE,
        )

    def _scikit_learn_sgd(self) -> Optimizer:
        rate = float(self.given.learning_rate_init)
        if self.given.momentum == 0:
            return SGD(rate)
        if self.given.nesterovs_momentum:
            return Nesterov(rate, float(self.given.momentum))
        return Momentum(rate, float(self.given.momentum), "classical")

    def initial(self, network: Network, dtype: DType, random: np.random.RandomState) -> Parameters:
        """Draw the first weights, by default those that scikit-learn draws."""
        if self.given.initializer is not None:
            return network.initialize(int(random.randint(np.iinfo(np.int32).max)), dtype)
        # Drawn in float64, as scikit-learn draws them: weights of a layer, then its biases.
        parameters = _undrawn(network, dtype)
        functions = self._activations
        for number, (weight, bias) in enumerate(dense_arrays(network, parameters)):
            function = functions[min(number, len(functions) - 1)] if functions else None
            outputs, inputs = weight.shape
            factor = 2.0 if isinstance(function, Sigmoid) else 6.0
            bound = np.sqrt(factor / (inputs + outputs))
            weight[...] = random.uniform(-bound, bound, (inputs, outputs)).T
            bias[...] = random.uniform(-bound, bound, outputs)
        return parameters

    def preset(self, network: Network, parameters: Parameters) -> None:
        """Put in `coefs_` and `intercepts_`, where a user has set them before the first fit."""
        coefs, intercepts = coefs_and_intercepts(network, parameters)
        given = vars(self.given)
        coefs[:] = given.get("_given_coefs", coefs)
        intercepts[:] = given.get("_given_intercepts", intercepts)


def _undrawn(network: Network, dtype: DType) -> Parameters:
    """Return zeros for weights and biases that are to be drawn, all else as its layer starts it."""
    parameters = Parameters(network.layout, np.zeros(network.layout.size, dtype=dtype))
    for slot in network.layout.slots:
        if isinstance(slot.spec.initializer, Constant):
            parameters[slot.name][...] = slot.spec.initializer.value
    return parameters


def dense_arrays(network: Network, parameters: Parameters) -> list[tuple[FloatArray, FloatArray]]:
    """Return the weight (n_out, n_in) and the bias of every dense layer."""
    return [
        (parameters[f"{position}.weight"], parameters[f"{position}.bias"])
        for position, layer in enumerate(network.layers)
        if isinstance(layer, Dense)
    ]


class Views(list[FloatArray]):
    """Arrays that share memory with a network's parameters, and keep doing so.

    What is put into the list is written into the array that was there.
    """

    def __setitem__(self, place: Any, value: Any) -> None:
        if isinstance(place, slice):
            for array, given in zip(self[place], value, strict=True):
                array[...] = given
        else:
            self[place][...] = value

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy of the views alone shares memory with nothing.
        return list, (list(self),)


def coefs_and_intercepts(network: Network, parameters: Parameters) -> tuple[Views, Views]:
    """Return the weights (n_in, n_out) and biases of the dense layers, as scikit-learn has them."""
    arrays = dense_arrays(network, parameters)
    return Views(weight.T for weight, _ in arrays), Views(bias for _, bias in arrays)
