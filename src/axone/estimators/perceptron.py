"""Rosenblatt's perceptron behind scikit-learn's interface, one against the rest."""

import sys
import warnings
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from axone.arrays import FloatArray
from axone.data import NumericRows, Preprocessing
from axone.errors import DataError
from axone.estimators.rows import told_of_numbers
from axone.estimators.settings import ABOVE_ZERO, COUNT, CheckedParameters
from axone.layers import Dense
from axone.losses import MeanSquaredError
from axone.messages import _
from axone.model import Classes, Model
from axone.network import Network
from axone.parameters import Parameters
from axone.perceptron import RosenblattPerceptron

_DRAWN: Final = "with_replacement"


@dataclass(eq=False, repr=False)
class Perceptron(CheckedParameters, ClassifierMixin, BaseEstimator):
    """The perceptron: w·x + b, corrected by every row that it gets wrong (Rosenblatt 1958).

    It fires above its threshold only, as scikit-learn's does. Training ends with the first epoch
    without a mistake, which comes exactly where a hyperplane separates the classes. Where it does
    not come, a warning says whether it ever could.

    Parameters
    ----------
    eta0 : float, default 1
        Learning rate; from zero weights it only scales them.
    max_iter : int, default 1000
        Epochs at most.
    shuffle : bool or "with_replacement", default True
        Whether the rows are shuffled anew each epoch, or taken as they come, or drawn one by one
        from all of them, as many in an epoch as there are; training then ends with an epoch after
        which no row is wrong.
    threshold : float, default 0
        The sum above which it fires.
    bias : bool, default True
        Whether a bias is learnt: scikit-learn's `fit_intercept`. Without one the boundary is
        w·x = threshold, by default through the origin.
    random_state : int, RandomState or None
        Decides the shuffles or the draws.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features) for two classes, else (n_classes, n_features)
    intercept_ : ndarray of shape (1,) or (n_classes,)
        The threshold is taken off, so that it fires where `decision_function` is above 0.
    classes_ : ndarray of shape (n_classes,)
    n_iter_ : int
        Epochs of the perceptron that took the most.
    t_ : int
        Rows seen by it.
    converged_ : bool
        Whether every perceptron came to make no mistake.
    separable_ : bool or None
        Whether weights exist that make none; None where that stayed undecided.
    mistakes_ : tuple of int
        Mistakes in each epoch, all perceptrons together.
    explanation_ : str
        A sentence a perceptron.
    model_ : Model
        What predicts; `axone.save` writes it.
    n_features_in_, feature_names_in_

    See Also
    --------
    axone.RosenblattPerceptron : The same without scikit-learn.

    Notes
    -----
    scikit-learn's `Perceptron` minimises a loss by stochastic gradient descent and stops where
    that stalls (`tol`), with penalties on request; this one is Rosenblatt's rule, which has
    neither.

    Examples
    --------
    >>> import axone as ax
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> perceptron = ax.Perceptron(random_state=0).fit(X, [0, 0, 0, 1])
    >>> perceptron.predict(X).tolist(), perceptron.converged_
    ([0, 0, 0, 1], True)
    """

    _: KW_ONLY
    eta0: float = 1.0
    max_iter: int = 1000
    shuffle: bool | str = True
    threshold: float = 0.0
    bias: bool = True
    random_state: Any = None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "eta0": [ABOVE_ZERO],
        "max_iter": [COUNT],
        "shuffle": ["boolean", StrOptions({_DRAWN})],
        "bias": ["boolean"],
        "threshold": [Interval(Real, -sys.float_info.max, sys.float_info.max, closed="both")],
        "random_state": ["random_state"],
    }

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Train until an epoch passes without a mistake.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels of any kind that sorts.

        Returns
        -------
        self
        """
        with told_of_numbers(X=X, y=y):
            X, y = validate_data(self, X, y, dtype=np.float64)
            check_classification_targets(y)
        if len(np.unique(y)) < 2:
            raise DataError(
                _(
                    "y holds 1 class, {label}: there is nothing to tell apart. At least two "
                    "classes are needed.",
                    label=y[0],
                )
            )
        random = check_random_state(self.random_state)
        rosenblatt = RosenblattPerceptron(
            learning_rate=float(self.eta0),
            threshold=float(self.threshold),
            bias=bool(self.bias),
            order=_DRAWN if self.shuffle == _DRAWN else "random" if self.shuffle else "cyclic",
            max_epochs=int(self.max_iter),
            seed=int(random.randint(np.iinfo(np.int32).max)),
        )
        fitted = rosenblatt.fit(X, y)
        self.coef_ = fitted.weights
        self.intercept_ = fitted.bias - fitted.threshold
        self.classes_ = fitted.classes
        self.n_iter_ = fitted.epochs
        self.t_ = fitted.epochs * len(X)
        self.converged_ = fitted.converged
        self.separable_ = fitted.separable
        self.mistakes_ = fitted.mistakes
        self.explanation_ = fitted.explanation
        names = tuple(map(str, getattr(self, "feature_names_in_", ())))
        self.model_ = _model(self.coef_, self.intercept_, self.classes_, names)
        if not fitted.converged:
            warnings.warn(fitted.explanation, ConvergenceWarning, stacklevel=3)
        return self

    def decision_function(self, X: Any) -> FloatArray:
        """Return w·x + b: (n_samples,) for two classes, (n_samples, n_classes) for more."""
        check_is_fitted(self)
        with told_of_numbers(X=X):
            X = validate_data(self, X, dtype=np.float64, reset=False)
        sums = np.asarray(X @ self.coef_.T + self.intercept_)
        return sums[:, 0] if len(self.classes_) == 2 else sums

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of each row: of several, the one with the largest sum.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        with told_of_numbers(X=X):
            X = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.model_.predict(X))


def _model(
    coef: FloatArray, intercept: FloatArray, classes: NDArray[Any], names: tuple[str, ...]
) -> Model:
    """Return what predicts: one threshold unit for two classes, the largest of the sums for more.

    Its outputs are no probabilities. The loss is what `axone evaluate` would tell of threshold
    units: the share of wrong answers.
    """
    units, features = coef.shape
    activation = "heaviside" if len(classes) == 2 else "identity"
    network = Network(Dense(units, activation), input_shape=features)
    arrays = {"0.weight": coef, "0.bias": intercept}
    parameters = Parameters(network.layout, np.zeros(network.layout.size)).replaced(arrays)
    preprocessing = Preprocessing((NumericRows((features,), names),))
    target = Classes.of(classes)
    # The reference engine multiplies as `decision_function` does, to the last bit.
    return Model(
        network, (parameters,), MeanSquaredError(), preprocessing, target, engine="reference"
    )
