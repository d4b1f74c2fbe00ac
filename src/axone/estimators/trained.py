"""A model that is trained already, as an estimator of scikit-learn's: to inspect, to measure.

Of a result folder only its model is left; here it has the interface that `sklearn.inspection`,
scorers and curves ask for. Its columns are those of the user's own table, before they are encoded.
"""

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from axone.arrays import FloatArray
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.messages import _
from axone.model import Classes, Model, Numbers


class _Trained(BaseEstimator):
    """What both kinds share: a model, and that it is not trained again."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def fit(self, X: Any, y: Any = None) -> NoReturn:
        """Refuse: a model holds no settings of its training.

        Raises
        ------
        ConfigurationError
            Always.
        """
        raise ConfigurationError(
            _(
                "A trained model does not know how it was trained, and learns nothing more: train "
                "an estimator such as ax.MLPClassifier instead."
            )
        )

    def predict(self, X: Any) -> NDArray[Any]:
        """Return what `Model.predict` returns.

        Parameters
        ----------
        X : array or table of m rows
        """
        return np.asarray(self.model.predict(X))

    @property
    def n_features_in_(self) -> int:
        """How many columns a row has."""
        names = self.model.preprocessing.feature_names
        return len(names) or int(np.prod(self.model.preprocessing.feature_shape))

    def __sklearn_is_fitted__(self) -> bool:
        return True


class TrainedClassifier(ClassifierMixin, _Trained):
    """A model of classes; see `as_estimator`."""

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes as they are predicted, (n_classes,)."""
        assert isinstance(self.model.target, Classes)  # noqa: S101 — as `as_estimator` has seen
        return self.model.target.array

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (m, n_classes).

        Parameters
        ----------
        X : array or table of m rows

        Raises
        ------
        DataError
            The model has no probabilities: it is a perceptron's.
        """
        return self.model.predict_proba(X)


class TrainedRegressor(RegressorMixin, _Trained):
    """A model of numbers; see `as_estimator`."""


def as_estimator(model: Any) -> Any:
    """Return a trained model with the interface of scikit-learn's estimators, fitted.

    For `sklearn.inspection.permutation_importance`, `partial_dependence` and whatever else asks for
    an estimator: it takes rows as they came, so that an importance is one of a column of the table
    and not of what it is encoded to.

    Parameters
    ----------
    model : Model, or an estimator that is fitted
        Of `axone.load`, of a run's result. Estimators, which have the interface, are returned.

    Returns
    -------
    TrainedClassifier or TrainedRegressor
        With `predict`, of classes also `predict_proba` and `classes_`. It cannot be fitted.

    Raises
    ------
    ArgumentTypeError
        Neither a model nor an estimator.
    DataError
        A model that predicts neither one class a row nor numbers: it gives its input back, or
        continues texts.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> from sklearn.inspection import permutation_importance
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = (X[:, 0] > 0).astype(int)
    >>> run = ax.Experiment.in_memory({"seed": 1}).run(dataset=(X, y))
    >>> found = permutation_importance(
    ...     ax.as_estimator(run.model), X, y.astype(str), random_state=0
    ... )
    """
    if isinstance(model, Model):
        if isinstance(model.target, Classes) and not model.target.several:
            return TrainedClassifier(model)
        if isinstance(model.target, Numbers):
            return TrainedRegressor(model)
        raise DataError(
            _(
                "This model predicts neither one class a row nor numbers: scikit-learn has no "
                "estimators of that kind."
            )
        )
    if hasattr(model, "fit") and hasattr(model, "predict"):
        return model
    raise ArgumentTypeError(
        _("Give a Model, such as ax.load reads, or an estimator; found {found!r}.", found=model)
    )
