"""The two tasks of the networks' estimators: classes with probabilities, and numbers.

The methods of each: what `fit` and `partial_fit` take, and what `predict` returns. Fitting is
`axone.estimators.fitting`'s; predicting is the model's.

The classes here are the first parents of estimators, beside scikit-learn's base and Axone's
settings: what they ask of `self` and of `super()` stands in those, which the type checker does not
see from here; hence the checks that are switched off.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import _fit_context
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import check_is_fitted

from axone.arrays import FloatArray
from axone.estimators.fitting import fit
from axone.estimators.going_on import require_same_classes
from axone.estimators.objectives import (
    ClassObjective,
    NumberObjective,
    several_labels,
)
from axone.estimators.rows import predicted
from axone.losses import Loss
from axone.messages import _


def _is_stochastic(estimator: Any) -> bool:
    """Whether the solver works batch by batch, so that it can be given a batch."""
    if not estimator._design.training().optimizer.stepwise:
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. L-BFGS is not stochastic."
        )
    return True


class ClassificationMethods:
    """The methods of a network that tells classes apart.

    Two classes are one sigmoid, as in scikit-learn, whose fitted attributes have that shape. In
    experiment files they are two softmax units unless the layers say otherwise: the same
    probabilities, p = σ(z₁ − z₀), from twice the weights in the last layer.
    """

    _numeric_targets: ClassVar[bool] = False
    class_weight: Mapping[Any, float] | str | None
    classes_: NDArray[Any]

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, validation_data: Any = None) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Class labels of any kind that sorts, or an indicator matrix of several labels.
        sample_weight : array-like of shape (n_samples,), optional
            A row of weight two counts as two rows.
        validation_data : (X, y) or (X, y, sample_weight), optional
            Rows to measure each epoch by, instead of a part of X.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Data that cannot be learnt from, parameters out of bounds, or a loss that left the
            finite numbers: the message says where and why.
        """
        return self._fitted(X, y, sample_weight, validation_data)

    @available_if(_is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train for one epoch on these rows; the optimiser remembers those before.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array-like of shape (n_classes,), optional
            All classes that will ever come; needed in the first call.

        Returns
        -------
        self
        """
        if self.class_weight == "balanced":
            raise ValueError(
                _(
                    "class_weight 'balanced' is not supported for partial_fit: the rows to "
                    "come are not known. Give a dict, computed by "
                    "sklearn.utils.compute_class_weight."
                )
            )
        if _check_partial_fit_first_call(self, classes):
            estimator: Any = self
            estimator._objective = ClassObjective(self.classes_, several=several_labels(y))
        return self._fitted(X, y, sample_weight, one_epoch=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, or 0 or 1 for each label.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        check_is_fitted(self)
        return predicted(self, X, self.model_.predict)  # type: ignore[arg-type, attr-defined]

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of each class, in the order of `classes_`.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Rows add up to 1, unless a row may have several labels.
        """
        check_is_fitted(self)
        return predicted(self, X, self.model_.predict_proba)  # type: ignore[arg-type, attr-defined]

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Return the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def _fitted(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation_data: Any = None,
        *,
        one_epoch: bool = False,
    ) -> Self:
        estimator: Any = self
        fit(estimator, X, y, sample_weight, validation_data, one_epoch=one_epoch)
        self.classes_ = estimator._objective.classes
        return self

    def _objective_for(self, y: Any) -> ClassObjective:
        return ClassObjective.of(y)

    def _require_known(self, y: Any) -> None:
        """Refuse targets that a warm start cannot go on with."""
        require_same_classes(ClassObjective.of(y).classes, self.classes_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.classifier_tags.multi_label = True
        tags.input_tags.sparse = True
        return tags


class RegressionMethods:
    """The methods of a network that predicts numbers."""

    _numeric_targets: ClassVar[bool] = True
    loss: str | Mapping[str, Any] | Loss

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, validation_data: Any = None) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            A row of weight two counts as two rows.
        validation_data : (X, y) or (X, y, sample_weight), optional
            Rows to measure each epoch by, instead of a part of X.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Data that cannot be learnt from, parameters out of bounds, or a loss that left the
            finite numbers: the message says where and why.
        """
        return self._fitted(X, y, sample_weight, validation_data)

    @available_if(_is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows; the optimiser remembers those before.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.

        Returns
        -------
        self
        """
        return self._fitted(X, y, sample_weight, one_epoch=True)

    def predict(self, X: Any) -> FloatArray:
        """Return the predicted numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        check_is_fitted(self)
        return predicted(self, X, self.model_.predict)  # type: ignore[arg-type, attr-defined]

    def _fitted(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation_data: Any = None,
        *,
        one_epoch: bool = False,
    ) -> Self:
        estimator: Any = self
        fit(estimator, X, y, sample_weight, validation_data, one_epoch=one_epoch)
        return self

    def _objective_for(self, y: Any) -> NumberObjective:
        outputs = 1 if y.ndim == 1 else y.shape[1]
        return NumberObjective.of(self, outputs)

    def _require_known(self, y: Any) -> None:
        """Any numbers will do."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.multi_output = True
        tags.target_tags.positive_only = self.loss == "poisson"
        tags.input_tags.sparse = True
        return tags
