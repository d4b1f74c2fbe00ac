"""Drop-in multilayer perceptrons: every parameter of scikit-learn's, and what was asked for since.

Initial weights, penalties, losses as reported, stopping and learning rates are scikit-learn's to
the last rounding; the shuffles of the rows are Axone's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions

from axone.activations import ActivationFunction
from axone.estimators.dense import DenseDesign, Views, coefs_and_intercepts
from axone.estimators.objectives import CLASS_CONSTRAINTS, LOSS_CONSTRAINTS
from axone.estimators.settings import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    COUNT,
    TRAINER_CONSTRAINTS,
    TRAINING_CONSTRAINTS,
    UNITS,
    Constraints,
    TrainingParameters,
)
from axone.estimators.tasks import ClassificationMethods, RegressionMethods
from axone.initializers import Initializer
from axone.losses import Loss
from axone.optimizers import Optimizer

if TYPE_CHECKING:
    from axone.model import Model

SOLVERS = ("lbfgs", "sgd", "adam", "momentum", "adagrad", "rmsprop", "adamw")
LEARNING_RATES = ("constant", "invscaling", "adaptive")

_DENSE_CONSTRAINTS: Constraints = {
    "hidden_layer_sizes": ["array-like", UNITS],
    "activation": [str, dict, "array-like", ActivationFunction, callable],
    "solver": [StrOptions(set(SOLVERS)), dict, Optimizer],
    "alpha": TRAINER_CONSTRAINTS["l2"],
    "batch_size": TRAINER_CONSTRAINTS["batch_size"],
    "learning_rate": [StrOptions(set(LEARNING_RATES))],
    "learning_rate_init": [ABOVE_ZERO],
    "power_t": [AT_LEAST_ZERO],
    "momentum": [Interval(Real, 0, 1, closed="left")],
    "nesterovs_momentum": ["boolean"],
    "beta_1": [Interval(Real, 0, 1, closed="left")],
    "beta_2": [Interval(Real, 0, 1, closed="left")],
    "epsilon": [ABOVE_ZERO],
    "max_fun": [COUNT],
    "weight_decay": [AT_LEAST_ZERO],
    "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
    "batch_norm": ["boolean"],
    "initializer": [str, dict, Initializer, None],
}


@dataclass(eq=False, repr=False)
class DenseParameters:
    """Dense layers, described by scikit-learn's parameters and Axone's own."""

    hidden_layer_sizes: int | Sequence[int] = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    solver: str | Mapping[str, Any] | Optimizer = "adam"
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

    if TYPE_CHECKING:
        model_: Model

    @property
    def _design(self) -> DenseDesign:
        return DenseDesign(self)

    @property
    def coefs_(self) -> Views:
        """The weights (n_in, n_out) of each dense layer, which share memory with `parameters_`."""
        return self._views(0, "_given_coefs")

    @coefs_.setter
    def coefs_(self, arrays: Sequence[Any]) -> None:
        self._set_views(0, "_given_coefs", arrays)

    @property
    def intercepts_(self) -> Views:
        """The biases (n_out,) of each dense layer, which share memory with `parameters_`."""
        return self._views(1, "_given_intercepts")

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[Any]) -> None:
        self._set_views(1, "_given_intercepts", arrays)

    def _views(self, which: int, preset: str) -> Views:
        model = vars(self).get("model_")
        if model is not None:
            return coefs_and_intercepts(model.network, model.parameters)[which]
        if preset in vars(self):
            given: Views = vars(self)[preset]
            return given
        raise AttributeError(f"{type(self).__name__} has no weights before it is fitted.")

    def _set_views(self, which: int, preset: str, arrays: Sequence[Any]) -> None:
        """Write weights into the network, or keep them for the first fit."""
        if "model_" in vars(self):
            self._views(which, preset)[:] = arrays
        else:
            vars(self)[preset] = list(arrays)


@dataclass(eq=False, repr=False)
class _LossFirst:
    """Puts `loss` before the other parameters, where scikit-learn's regressor has it."""

    loss: str | Mapping[str, Any] | Loss = "squared_error"


@dataclass(eq=False, repr=False)
class MLPClassifier(
    ClassificationMethods, ClassifierMixin, DenseParameters, TrainingParameters, BaseEstimator
):
    """A multilayer perceptron for classes, with every parameter of scikit-learn's `MLPClassifier`.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (100,)
        Units of each hidden layer; ``()`` makes a linear model.
    activation : str, mapping or ActivationFunction, or a sequence of them, default "relu"
        Of the hidden layers: one for all, or one for each. scikit-learn's names ("identity",
        "logistic", "tanh", "relu") and all of Axone's, or a formula: ``"z * sigmoid(1.5*z)"``.
    solver : {"adam", "sgd", "lbfgs", "momentum", "adagrad", "rmsprop", "adamw"} or Optimizer, \
default "adam"
        "sgd" has scikit-learn's momentum; "momentum" averages gradients, v ← βv + (1 − β)g. An
        optimiser (``ax.RMSProp(0.01, rho=0.95)``) brings its own settings, learning rate included.
    alpha : float, default 1e-4
        λ of the L2 penalty λ/(2m)·ΣW², m the rows of the batch. With sample weights their mean
        stands for one row.
    batch_size : int or "auto", default "auto"
        "auto" is scikit-learn's min(200, n_samples); experiment files have another rule of that
        name. Unused by L-BFGS.
    drop_last : bool, default False
        Whether an epoch leaves out its last batch where that is smaller than the others.
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
        Of "adam" and "adamw"; `epsilon` of "adagrad" and "rmsprop" too. "adam" adds it before the
        bias correction, as scikit-learn does: ``Adam(form="uncorrected")``.
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

    Notes
    -----
    Two classes are one sigmoid, because scikit-learn's `coefs_` have that shape; in experiment
    files they are two softmax units, unless the layers say otherwise.

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

    class_weight: Mapping[Any, float] | str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **TRAINING_CONSTRAINTS,
        **_DENSE_CONSTRAINTS,
        **CLASS_CONSTRAINTS,
    }


@dataclass(eq=False, repr=False)
class MLPRegressor(
    RegressionMethods,
    RegressorMixin,
    DenseParameters,
    _LossFirst,
    TrainingParameters,
    BaseEstimator,
):
    """A multilayer perceptron for numbers, with every parameter of scikit-learn's `MLPRegressor`.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "mae", "huber"}, mapping or Loss, default "squared_error"
        "squared_error" is ½(ŷ − y)², "poisson" half the deviance of counts, with an exponential
        output. Of several outputs the gradient is that of the sum; squared, absolute and Huber
        losses are reported as the mean. An object (``Huber(delta=2.0)``) is taken as it is.
    hidden_layer_sizes, activation, solver, alpha, batch_size, drop_last, learning_rate, \
learning_rate_init, power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum, \
nesterovs_momentum, early_stopping, validation_fraction, beta_1, beta_2, epsilon, \
n_iter_no_change, max_fun, weight_decay, dropout, batch_norm, initializer, l1, clip_norm, \
clip_value, schedule, scale, monitor, callbacks, dtype, engine, threads
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

    _parameter_constraints: ClassVar[Constraints] = {
        **TRAINING_CONSTRAINTS,
        **_DENSE_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
    }
