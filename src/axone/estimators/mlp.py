"""Drop-in multilayer perceptrons: every parameter of scikit-learn's, and what was asked for since.

Initial weights, penalties, losses as reported, stopping and learning rates are scikit-learn's to
the last rounding; the shuffles of the rows are Axone's own.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.utils._param_validation import Interval, InvalidParameterError, StrOptions

from axone.activations import ACTIVATIONS, ActivationFunction, Sigmoid
from axone.arrays import DType, FloatArray
from axone.estimators.fitting import Constraints, Settings, TrainedNetwork, inverse_scaling
from axone.estimators.prediction import NetworkClassification, NetworkRegression
from axone.estimators.targets import Targets
from axone.initializers import INITIALIZERS, Initializer
from axone.layers import Activation, BatchNorm, Dense, Dropout, Layer
from axone.losses import Loss
from axone.network import Network
from axone.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
)
from axone.parameters import Parameters
from axone.schedules import SCHEDULES

SOLVERS = ("lbfgs", "sgd", "adam", "momentum", "rmsprop", "adamw")
LEARNING_RATES = ("constant", "invscaling", "adaptive")

_SCIPY_LOSS_TOLERANCE = 1e7 * float(np.finfo(np.float64).eps)
"""SciPy's default, which scikit-learn leaves as it is."""


@dataclass(eq=False, repr=False)
class MultilayerPerceptron(TrainedNetwork):
    """Dense layers, described by scikit-learn's parameters and Axone's own."""

    hidden_layer_sizes: int | Sequence[int] = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    solver: str | Mapping[str, Any] | Optimizer | LBFGS = "adam"
    alpha: float = 1e-4
    batch_size: int | Literal["auto"] = "auto"
    learning_rate: str = "constant"
    learning_rate_init: float = 1e-3
    power_t: float = 0.5
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    max_fun: int = 15000
    weight_decay: float = 0.01
    dropout: float | Sequence[float] = 0.0
    batch_norm: bool = False
    initializer: Initializer | str | Mapping[str, Any] | None = None

    _parameter_constraints: ClassVar[Constraints] = {
        **TrainedNetwork._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, dict, "array-like", ActivationFunction],
        "solver": [StrOptions(set(SOLVERS)), dict, Optimizer, LBFGS],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions(set(LEARNING_RATES))],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "nesterovs_momentum": ["boolean"],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
        "batch_norm": ["boolean"],
        "initializer": [str, dict, Initializer, None],
    }

    def _architecture(self, features: int, targets: Targets) -> Network:
        layers: list[Layer] = []
        sizes = self._sizes
        initializer = (
            None
            if self.initializer is None
            else self._resolved("initializer", INITIALIZERS, self.initializer)
        )
        for units, function, rate in zip(sizes, self._activations, self._rates, strict=True):
            if self.batch_norm:
                # Before the activation, as Ioffe & Szegedy (2015) have it.
                start = initializer or function.initializer
                layers += [Dense(units, initializer=start), BatchNorm(), Activation(function)]
            else:
                layers.append(Dense(units, function, initializer=initializer))
            if rate:
                layers.append(Dropout(rate))
        layers.append(Dense(targets.outputs, targets.activation, initializer=initializer))
        return Network(*layers, input_shape=features)

    @property
    def _sizes(self) -> list[int]:
        given = self.hidden_layer_sizes
        sizes: Any = list(given) if isinstance(given, Iterable) else [given]
        if any(not isinstance(size, Integral) for size in sizes) or min(sizes, default=1) <= 0:
            raise InvalidParameterError(
                f"hidden_layer_sizes must be > 0, got {sizes}: whole numbers, one a hidden layer."
            )
        return [int(size) for size in sizes]

    @property
    def _activations(self) -> list[ActivationFunction]:
        """The activation of each hidden layer."""
        given = self._per_layer("activation", self.activation, (str, Mapping, ActivationFunction))
        return [self._resolved("activation", ACTIVATIONS, function) for function in given]

    @property
    def _rates(self) -> list[float]:
        """The dropout rate after each hidden layer."""
        given = self._per_layer("dropout", self.dropout, Real)
        if any(not isinstance(rate, Real) or not 0 <= float(rate) < 1 for rate in given):
            raise InvalidParameterError(
                f"The 'dropout' parameter of {type(self).__name__} must be in [0, 1), or a "
                f"sequence of such numbers, one a hidden layer. Got {self.dropout!r} instead."
            )
        return [float(rate) for rate in given]

    def _per_layer(self, parameter: str, given: Any, single: Any) -> list[Any]:
        """Return one value a hidden layer, given one for all or a sequence of them."""
        layers = len(self._sizes)
        if isinstance(given, single):
            return [given] * layers
        values = list(given)
        if len(values) != layers:
            raise InvalidParameterError(
                f"The {parameter!r} parameter of {type(self).__name__} must be one value for all "
                f"hidden layers, or one for each: got {len(values)} for {layers} layers."
            )
        return values

    def _training_settings(self) -> Settings:
        optimizer = self._optimizer
        divides = False
        schedule: Any = "constant"
        if self.solver in ("sgd", "momentum"):
            divides = self.learning_rate == "adaptive"
            if self.learning_rate == "invscaling":
                schedule = inverse_scaling(float(self.power_t))
        if self.schedule is not None:
            if self.solver in ("sgd", "momentum") and self.learning_rate != "constant":
                raise ValueError(
                    f"learning_rate={self.learning_rate!r} and schedule={self.schedule!r} both say "
                    "how the learning rate changes: give one of them."
                )
            schedule = self._resolved_schedule()
        return Settings(
            optimizer,
            SCHEDULES.resolve(schedule),
            self.batch_size,
            float(self.alpha),
            divides,
            remembers_steps=self.solver == "sgd" and self.momentum > 0,
        )

    @property
    def _optimizer(self) -> Optimizer | LBFGS:
        if not isinstance(self.solver, str):
            return self._resolved("solver", OPTIMIZERS, self.solver)
        rate, epsilon = float(self.learning_rate_init), float(self.epsilon)
        moments = float(self.beta_1), float(self.beta_2)
        named: dict[str, Callable[[], Optimizer | LBFGS]] = {
            "lbfgs": self._scikit_learn_lbfgs,
            "sgd": self._scikit_learn_sgd,
            "adam": lambda: Adam(rate, *moments, epsilon, "uncorrected"),
            "adamw": lambda: AdamW(rate, *moments, epsilon, float(self.weight_decay)),
            "momentum": lambda: Momentum(rate, float(self.momentum)),
            "rmsprop": lambda: RMSProp(rate, epsilon=epsilon),
        }
        return named[self.solver]()

    def _scikit_learn_lbfgs(self) -> LBFGS:
        return LBFGS(
            gradient_tolerance=float(self.tol),
            max_evaluations=int(self.max_fun),
            loss_tolerance=_SCIPY_LOSS_TOLERANCE,
        )

    def _scikit_learn_sgd(self) -> Optimizer:
        rate = float(self.learning_rate_init)
        if self.momentum == 0:
            return SGD(rate)
        if self.nesterovs_momentum:
            return Nesterov(rate, float(self.momentum))
        return Momentum(rate, float(self.momentum), "classical")

    def _initial_parameters(
        self, network: Network, dtype: DType, random: np.random.RandomState
    ) -> Parameters:
        if self.initializer is not None:
            return network.initialize(int(random.randint(np.iinfo(np.int32).max)), dtype)
        # Drawn in float64, as scikit-learn draws them: weights of a layer, then its biases.
        parameters = network.initialize(0, dtype)
        functions = self._activations
        for number, (weight, bias) in enumerate(_dense_arrays(network, parameters)):
            function = functions[min(number, len(functions) - 1)] if functions else None
            outputs, inputs = weight.shape
            factor = 2.0 if isinstance(function, Sigmoid) else 6.0
            bound = np.sqrt(factor / (inputs + outputs))
            weight[...] = random.uniform(-bound, bound, (inputs, outputs)).T
            bias[...] = random.uniform(-bound, bound, outputs)
        return parameters

    def _preset(self, network: Network, parameters: Parameters) -> Parameters:
        if not hasattr(self, "coefs_"):
            return parameters
        arrays = _dense_arrays(network, parameters)
        given = zip(self.coefs_, self.intercepts_, strict=True)
        for (weight, bias), (coef, intercept) in zip(arrays, given, strict=True):
            weight[...], bias[...] = np.asarray(coef).T, intercept
        return parameters

    def _batches_clipped(self) -> None:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=7,
        )

    def _attributes_fitted(self) -> None:
        self._show_parameters()
        self.n_layers_ = len(self.coefs_) + 1
        super()._attributes_fitted()

    def _show_parameters(self) -> None:
        """Set `coefs_` and `intercepts_`, which share memory with `parameters_`."""
        arrays = _dense_arrays(self.network_, self.parameters_)
        self.coefs_ = [weight.T for weight, _ in arrays]
        self.intercepts_ = [bias for _, bias in arrays]

    def _current_parameters(self) -> Parameters:
        """Return the weights, those included that a user has put into `coefs_`."""
        shown = zip(self.coefs_, self.intercepts_, strict=True)
        arrays = _dense_arrays(self.network_, self.parameters_)
        for (coef, intercept), (weight, bias) in zip(shown, arrays, strict=True):
            if getattr(coef, "base", None) is not self.parameters_.vector:
                weight[...] = np.asarray(coef).T
            if getattr(intercept, "base", None) is not self.parameters_.vector:
                bias[...] = intercept
        return self.parameters_

    def __getstate__(self) -> dict[str, Any]:
        if hasattr(self, "parameters_"):
            self._current_parameters()
        state: dict[str, Any] = super().__getstate__()
        return {key: value for key, value in state.items() if key not in ("coefs_", "intercepts_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "parameters_"):
            self._show_parameters()


def _dense_arrays(network: Network, parameters: Parameters) -> list[tuple[FloatArray, FloatArray]]:
    """Return the weight (n_out, n_in) and the bias of every dense layer."""
    return [
        (parameters[f"{position}.weight"], parameters[f"{position}.bias"])
        for position, layer in enumerate(network.layers)
        if isinstance(layer, Dense)
    ]


@dataclass(eq=False, repr=False)
class MLPClassifier(NetworkClassification, MultilayerPerceptron):
    """A multilayer perceptron for classes, with every parameter of scikit-learn's `MLPClassifier`.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (100,)
        Units of each hidden layer; ``()`` makes a linear model.
    activation : str, mapping or ActivationFunction, or a sequence of them, default "relu"
        Of the hidden layers: one for all, or one for each. scikit-learn's names ("identity",
        "logistic", "tanh", "relu") and all of Axone's.
    solver : {"adam", "sgd", "lbfgs", "momentum", "rmsprop", "adamw"} or Optimizer, default "adam"
        "sgd" has scikit-learn's momentum; "momentum" averages gradients, v ← βv + (1 − β)g. An
        optimiser (``ax.RMSProp(0.01, rho=0.95)``) brings its own settings, learning rate included.
    alpha : float, default 1e-4
        λ of the L2 penalty λ/(2m)·ΣW², m the rows of the batch. With sample weights their mean
        stands for one row.
    batch_size : int or "auto", default "auto"
        "auto" is min(200, n_samples). Unused by L-BFGS.
    learning_rate : {"constant", "invscaling", "adaptive"}, default "constant"
        Of "sgd" and "momentum". "invscaling" divides by (t + 1)^power_t, t the rows seen before the
        epoch. "adaptive" divides by 5 where training would otherwise stop, until 1e-6.
    learning_rate_init : float, default 1e-3
    power_t : float, default 0.5
    max_iter : int, default 200
        Epochs at most; of L-BFGS, iterations.
    shuffle : bool, default True
        Whether each epoch takes the rows in another order.
    random_state : int, RandomState or None
        Decides initial weights, the validation rows, shuffles and dropout. The weights and the
        validation rows are those that scikit-learn draws from it.
    tol : float, default 1e-4
        Training stops once the loss (with early stopping, what is monitored) has not improved by
        `tol` for more than `n_iter_no_change` epochs in a row. Of L-BFGS, the largest component of
        the gradient that counts as converged.
    verbose : bool, default False
        Print the loss of each epoch.
    warm_start : bool, default False
        Whether `fit` begins with the weights of the last one.
    momentum : float, default 0.9
        Of "sgd" and "momentum"; below 1, for a velocity that forgets nothing never settles.
    nesterovs_momentum : bool, default True
        Of "sgd".
    early_stopping : bool, default False
        Watch validation rows instead of the training loss, and put the best weights back.
    validation_fraction : float, default 0.1
        The share of X held out, stratified by class, unless `fit` is given validation data.
    beta_1, beta_2, epsilon : float, default 0.9, 0.999, 1e-8
        Of "adam" and "adamw"; `epsilon` of "rmsprop" too. "adam" adds it before the bias
        correction, as scikit-learn does: ``Adam(form="uncorrected")``.
    n_iter_no_change : int or infinity, default 10
    max_fun : int, default 15000
        Gradients at most that L-BFGS may compute.
    weight_decay : float, default 0.01
        Of "adamw", apart from `alpha`.
    dropout : float or sequence of float, default 0
        The share of units dropped after each hidden layer.
    batch_norm : bool, default False
        Batch normalisation between the sums and the activation of each hidden layer.
    initializer : str, mapping or Initializer, optional
        Of all weights, biases then starting at 0. By default scikit-learn's: uniform over
        ±√(6/(n_in + n_out)), ±√(2/(n_in + n_out)) for the logistic activation, biases likewise.
    l1 : float, default 0
        λ of the L1 penalty λ/m·Σ|W|.
    clip_norm, clip_value : float, optional
        Bounds on the norm of the gradient, and on its components.
    schedule : str, mapping or Schedule, optional
        How the learning rate changes, of any solver but L-BFGS: "cosine", "one_cycle",
        ``{"name": "step", "every": 20}`` …
    scale : bool, str, mapping or Scaling, default False
        Scale the features by the training rows' statistics: True or "standard", "minmax" … Off,
        so that all means what it means in scikit-learn; networks learn far better from scaled
        features.
    class_weight : mapping or "balanced", optional
        The weight of each class's rows; "balanced" makes every class count alike.
    monitor : str or callable, optional
        What early stopping watches: by default the mean accuracy, "loss" for the validation loss,
        or a scorer of scikit-learn ("roc_auc", "f1_macro", "average_precision" …).
    callbacks : callable or sequence of callables, optional
        Called after each epoch with the `History` so far; True ends the training.
    dtype : {"float32", "float64"}, optional
        Precision; by default that of X. float32 is about twice as fast.
    engine : {"auto", "native", "reference"}, default "auto"
    threads : int, optional
        Of the compiled engine.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coefs_ : list of ndarray of shape (n_in, n_out)
        The weights of each dense layer. They may be changed, in place or by putting others into
        the list.
    intercepts_ : list of ndarray of shape (n_out,)
    loss_curve_ : list of float
        The mean loss of each epoch as training met it, penalties included.
    loss_, best_loss_ : float
        Its last and its least value; `best_loss_` is None with early stopping.
    validation_scores_ : list of float or None
        What was monitored (for "loss": the accuracy), where there were validation rows.
    best_validation_score_ : float or None
    validation_loss_curve_ : list of float or None
    n_iter_ : int
        Epochs of the last fit.
    t_ : int
        Training rows seen, over all epochs.
    n_layers_, n_outputs_ : int
    out_activation_ : str
    n_features_in_, feature_names_in_
    network_ : Network
    parameters_ : Parameters
    history_ : History
        Every column that the trainer records.
    scaler_ : Scaler or None
    engine_ : str

    See Also
    --------
    NetworkClassifier : Layers of any kind.
    MLPRegressor : The same for numbers.

    Examples
    --------
    >>> import axone as ax
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = ax.MLPClassifier((32, 16), ["relu", "gelu"], solver="lbfgs", scale=True)
    >>> bool(classifier.fit(X, y).score(X, y) > 0.95)
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {
        **MultilayerPerceptron._parameter_constraints,
        **NetworkClassification._class_constraints,
    }


@dataclass(eq=False, repr=False)
class _LossFirst:
    """Puts `loss` before the other parameters, where scikit-learn's regressor has it."""

    loss: str | Mapping[str, Any] | Loss = "squared_error"


@dataclass(eq=False, repr=False)
class MLPRegressor(NetworkRegression, MultilayerPerceptron, _LossFirst):
    """A multilayer perceptron for numbers, with every parameter of scikit-learn's `MLPRegressor`.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "mae", "huber"}, mapping or Loss, default "squared_error"
        "squared_error" is ½(ŷ − y)², "poisson" half the deviance of counts, with an exponential
        output. Of several outputs the gradient is that of the sum; squared, absolute and Huber
        losses are reported as the mean. An object (``Huber(delta=2.0)``) is taken as it is.
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate, learning_rate_init, \
power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum, \
early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, max_fun, \
weight_decay, dropout, batch_norm, initializer, l1, clip_norm, clip_value, schedule, scale, \
monitor, callbacks, dtype, engine, threads
        As of `MLPClassifier`; what early stopping watches is R² by default, and the validation
        rows are not stratified.

    Attributes
    ----------
    coefs_, intercepts_, loss_curve_, …
        As of `MLPClassifier`, but for `classes_`.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.linspace(-1, 1, 100)[:, np.newaxis]; y = X[:, 0] ** 2
    >>> regressor = ax.MLPRegressor(activation="tanh", solver="lbfgs", random_state=0)
    >>> bool(regressor.fit(X, y).score(X, y) > 0.99)
    True
    """

    loss: str | Mapping[str, Any] | Loss = "squared_error"

    _parameter_constraints: ClassVar[Constraints] = {
        **MultilayerPerceptron._parameter_constraints,
        **NetworkRegression._loss_constraints,
    }
