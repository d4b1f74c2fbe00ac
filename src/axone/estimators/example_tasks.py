"""The two tasks of the estimators of signals, images and sequences: classes, and numbers.

The methods of each: from what scikit-learn's users give to a lesson, and from outputs to what they
expect. The classes here are the first parents of estimators, which say how their rows come.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from axone.arrays import FloatArray
from axone.data import Examples, Standard, cell_text
from axone.errors import DataError
from axone.estimators.example_rows import GivenExamples, in_order_of, require_a_target_each
from axone.estimators.example_training import ExampleLesson, train_examples
from axone.estimators.going_on import begun_from, require_same_classes
from axone.estimators.objectives import NumberObjective, weights_by_class
from axone.estimators.rows import told_of_numbers
from axone.layers import Dense
from axone.losses import CategoricalCrossEntropy, Loss, Poisson, several_levels
from axone.messages import _
from axone.model import Classes, Numbers


class ExampleClassification:
    """The methods of a network that tells classes of examples apart.

    Two classes are two softmax units, as in experiment files.
    """

    class_weight: Mapping[Any, float] | str | None
    classes_: NDArray[Any]
    _given: Callable[..., GivenExamples]

    def fit(self, X: Any, y: Any, sample_weight: Any = None, validation_data: Any = None) -> Self:
        """Learn from examples.

        Parameters
        ----------
        X : array of m examples, or sequence of m arrays
            As the class says.
        y : array-like of shape (m,)
            Classes: numbers or text.
        sample_weight : array-like of shape (m,), optional
            A row of weight two counts as two rows.
        validation_data : (X, y), optional
            Examples to measure each epoch by: the weights that are best on them are kept.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Data that cannot be learnt from, parameters out of bounds, a preset or layers that do
            not fit: the message says where and why.
        """
        estimator: Any = self
        estimator._validate_params()
        before = begun_from(self)
        given = self._given(X, reset=before is None)
        labels = _labels(y, given)
        classes, numbers = np.unique(labels, return_inverse=True)
        if before is not None:
            require_same_classes(classes, self.classes_)
        self.classes_ = classes
        if len(self.classes_) < 2:
            raise DataError(
                _(
                    "All rows are of one class, {label!r}: at least 2 classes are needed.",
                    label=cell_text(self.classes_[0]),
                )
            )
        weight = _weights(sample_weight, given.X)
        if self.class_weight is not None:
            by_class = weights_by_class(self.class_weight, labels)
            weight = by_class if weight is None else weight * by_class
        lesson = ExampleLesson(
            given.X,
            given.kind,
            numbers,
            numbers,
            weight,
            "classification",
            CategoricalCrossEntropy(),
            Dense(len(self.classes_), "softmax"),
            Classes.of(self.classes_),
        )
        train_examples(self, lesson, self._validation(validation_data)).show(self)
        return self

    def _validation(self, given: Any) -> Examples | None:
        if given is None:
            return None
        X, y = _pair(given)
        examples = self._given(X, reset=False)
        labels = _labels(y, examples)
        known = np.isin(labels, self.classes_)
        if not known.all():
            raise DataError(
                _(
                    "validation_data: {label!r} is no class of y.",
                    label=cell_text(labels[~known][0]),
                )
            )
        return Examples(examples.X, np.searchsorted(self.classes_, labels))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each example, (m,)."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (m, n_classes), in the order of `classes_`."""
        check_is_fitted(self)
        estimator: Any = self
        return np.asarray(estimator.model_.predict_proba(self._given(X, reset=False).X))

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Return the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        return _of_several_axes(super().__sklearn_tags__())  # type: ignore[misc]


class ExampleRegression:
    """The methods of a network that predicts numbers from examples.

    Targets are standardised, unless the loss is that of counts.
    """

    loss: str | Mapping[str, Any] | Loss
    _given: Callable[..., GivenExamples]

    def fit(self, X: Any, y: Any, sample_weight: Any = None, validation_data: Any = None) -> Self:
        """Learn from examples.

        Parameters
        ----------
        X : array of m examples, or sequence of m arrays
            As the class says.
        y : array-like of shape (m,) or (m, n_outputs)
            Numbers.
        sample_weight : array-like of shape (m,), optional
            A row of weight two counts as two rows.
        validation_data : (X, y), optional
            Examples to measure each epoch by: the weights that are best on them are kept.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As of a classifier.
        """
        estimator: Any = self
        estimator._validate_params()
        before = begun_from(self)
        given = self._given(X, reset=before is None)
        numbers = _numbers(self, y, given)
        outputs = 1 if numbers.ndim == 1 else numbers.shape[1]
        objective = NumberObjective.of(self, outputs)
        counts = isinstance(objective.loss, Poisson)
        levels = several_levels(objective.loss)
        # The outputs of weights that were learnt before are in the units of then.
        learnt_in = None if before is None else before.target.scaler
        target = Numbers(
            scaler=None if counts else learnt_in or Standard().fit(numbers),
            levels=levels,
        )
        learnt = target.scaled(numbers)
        lesson = ExampleLesson(
            given.X,
            given.kind,
            learnt,
            numbers,
            _weights(sample_weight, given.X),
            "regression",
            objective.loss,
            Dense(outputs * max(len(levels), 1), objective.activation),
            target,
        )
        train_examples(self, lesson, self._validation(validation_data, target)).show(self)
        return self

    def _validation(self, given: Any, target: Numbers) -> Examples | None:
        if given is None:
            return None
        X, y = _pair(given)
        examples = self._given(X, reset=False)
        return Examples(examples.X, target.scaled(_numbers(self, y, examples)))

    def predict(self, X: Any) -> FloatArray:
        """Return the numbers, (m,) or (m, n_outputs), in their own units."""
        check_is_fitted(self)
        estimator: Any = self
        return np.asarray(estimator.model_.predict(self._given(X, reset=False).X))

    def __sklearn_tags__(self) -> Any:
        tags = _of_several_axes(super().__sklearn_tags__())  # type: ignore[misc]
        tags.target_tags.multi_output = True
        tags.target_tags.positive_only = self.loss == "poisson"
        return tags


def _of_several_axes(tags: Any) -> Any:
    # What is not there is NaN, and every fit draws its own weights and batches.
    tags.input_tags.allow_nan = True
    tags.input_tags.three_d_array = True
    tags.non_deterministic = False
    return tags


def _labels(y: Any, given: GivenExamples) -> NDArray[Any]:
    with told_of_numbers(y=y):
        labels = column_or_1d(in_order_of(given.ids, y), warn=True)
        require_a_target_each(given, labels)
        check_consistent_length(given.X, labels)
        check_classification_targets(labels)
    return np.asarray(labels)


def _numbers(estimator: object, y: Any, given: GivenExamples) -> FloatArray:
    if y is None:
        raise DataError(
            _(
                "{kind} requires y to be passed, but the target y is None.",
                kind=type(estimator).__name__,
            )
        )
    with told_of_numbers(y=y):
        y = in_order_of(given.ids, y)
        numbers = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if numbers.ndim == 2 and numbers.shape[1] == 1:
            numbers = column_or_1d(numbers, warn=True)
        require_a_target_each(given, numbers)
        check_consistent_length(given.X, numbers)
    return np.asarray(numbers)


def _weights(sample_weight: Any, X: NDArray[Any]) -> FloatArray | None:
    if sample_weight is None:
        return None
    with told_of_numbers(sample_weight=sample_weight):
        weight = np.asarray(
            _check_sample_weight(
                sample_weight, X.reshape(len(X), -1), dtype=np.float64, ensure_non_negative=True
            )
        )
    if not weight.any():
        raise DataError(_("sample_weight is 0 for every row: nothing is left to learn from."))
    return weight


def _pair(given: Any) -> tuple[Any, Any]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise DataError(_("validation_data must be (X, y), not {kind}.", kind=type(given).__name__))
    return given[0], given[1]
