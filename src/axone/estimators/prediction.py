"""The two tasks of the networks' estimators: classes with probabilities, and numbers.

A mixin for each: what `fit` and `partial_fit` take, and what `predict` returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin, _fit_context
from sklearn.utils._param_validation import InvalidParameterError, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call

from axone.arrays import FloatArray
from axone.estimators.fitting import Constraints, TrainedNetwork
from axone.estimators.targets import REGRESSION_LOSSES, Labels, Numbers, Targets, several_labels
from axone.losses import LOSSES, Loss


def _is_stochastic(estimator: Any) -> bool:
    """Whether the solver works batch by batch, so that it can be given a batch."""
    if estimator._is_full_batch:
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. L-BFGS is not stochastic."
        )
    return True


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkClassification(ClassifierMixin, TrainedNetwork):
    """A network that tells classes apart."""

    class_weight: Mapping[Any, float] | str | None = None

    _class_constraints: ClassVar[Constraints] = {
        "class_weight": [StrOptions({"balanced"}), dict, None]
    }

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
        return self._fit(X, y, sample_weight, validation_data)

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
                "class_weight 'balanced' is not supported for partial_fit: the rows to come are "
                "not known. Give a dict, computed by sklearn.utils.compute_class_weight."
            )
        if _check_partial_fit_first_call(self, classes):
            self._targets = Labels(self.classes_, several=several_labels(y))
        return self._fit(X, y, sample_weight, None, one_epoch=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, or 0 or 1 for each label.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        outputs = self._outputs(X)
        return self._targets.decode(outputs)

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
        outputs = self._outputs(X)
        return self._labels.probabilities(outputs)

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Return the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @property
    def _labels(self) -> Labels:
        assert isinstance(self._targets, Labels)  # noqa: S101 — set by `_targets_of`
        return self._targets

    def _attributes_fitted(self) -> None:
        self.classes_ = self._labels.classes
        super()._attributes_fitted()

    def _targets_of(self, y: Any) -> Targets:
        return Labels.of(y)

    def _check_known(self, y: Any) -> None:
        given = Labels.of(y)
        if set(given.classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.classes_}, `y` has {given.classes}"
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkRegression(RegressorMixin, TrainedNetwork):
    """A network that predicts numbers."""

    loss: str | Mapping[str, Any] | Loss = "squared_error"

    _numeric_targets: ClassVar[bool] = True
    _loss_constraints: ClassVar[Constraints] = {
        "loss": [StrOptions(set(REGRESSION_LOSSES)), dict, Loss]
    }

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
        return self._fit(X, y, sample_weight, validation_data)

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
        return self._fit(X, y, sample_weight, None, one_epoch=True)

    def predict(self, X: Any) -> FloatArray:
        """Return the predicted numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        outputs = self._outputs(X)
        return self._targets.decode(outputs)

    def _targets_of(self, y: Any) -> Targets:
        outputs = 1 if y.ndim == 1 else y.shape[1]
        if isinstance(self.loss, str):
            return Numbers(outputs, self.loss)
        loss = self._resolved("loss", LOSSES, self.loss)
        if loss.task != "regression":
            raise InvalidParameterError(
                f"The 'loss' parameter of {type(self).__name__} must compare numbers, not classes: "
                f"{loss!r} cannot be used."
            )
        return Numbers(outputs, loss)

    def _check_known(self, y: Any) -> None:
        """Any numbers will do."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.positive_only = self.loss == "poisson"
        return tags
