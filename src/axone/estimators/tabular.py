"""Estimators for tables as they come, whose first fit is to be a fair answer.

A table becomes inputs and outputs become predictions in the model that is fitted; how it is trained
stands in `axone.estimators.tabular_training`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_array,
    check_is_fitted,
    column_or_1d,
)

from axone.arrays import FloatArray
from axone.data import Scaler, Standard, cell_text
from axone.errors import DataError
from axone.estimators.objectives import weights_by_class
from axone.estimators.rows import told_of_numbers
from axone.estimators.settings import Constraints
from axone.estimators.tabular_rows import (
    numbers_as_read,
    table_of,
    weighted_rows,
    with_known_targets,
)
from axone.estimators.tabular_training import (
    TABULAR_CONSTRAINTS,
    Lesson,
    TabularParameters,
    train_networks,
)
from axone.losses import smoothed
from axone.messages import _
from axone.model import Classes, Numbers

_SMOOTHED_ROWS = 200
"""Label smoothing "auto" is this over the rows: many rows keep a network from certainty alone."""


@dataclass(eq=False, repr=False)
class TabularClassifier(ClassifierMixin, TabularParameters, BaseEstimator):
    """A classifier for tables as they come: categories, dates, missing values, unscaled numbers.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (128, 128)
        Units of the hidden layers.
    activation : str, mapping or ActivationFunction, default "swish"
        Smooth, of the kind of the Mish of "Better by Default".
    bins : int, default 16
        Of the piecewise-linear encoding of each amount, beside the amount itself (Gorishniy,
        Rubachev & Babenko 2022); fewer where columns are many, 0 for none.
    dropout : float, default 0.1
        After every hidden layer.
    label_smoothing : float or "auto", default "auto"
        ε of the targets (1 − ε)·one-hot + ε·(shares of the classes) (Szegedy et al. 2016, with the
        shares for the uniform distribution, so that rare classes stay rare). "auto" is 0.1 up to
        2000 rows and 200/rows beyond: a network is too sure of itself where it knows every row.
    learning_rate : float, default 0.002
        The first of AdamW (β₂ = 0.95); it falls to 0 along half a cosine.
    weight_decay : float, default 0
        λ of AdamW.
    batch_size : int or "auto", default "auto"
        "auto" is the power of two nearest to √rows, 32 to 512.
    max_epochs : int or "auto", default "auto"
        "auto" is 1 500 000/rows, 6 to 30, or as many as make 1500 steps where that is more.
    validation_fraction : float, default 0.1
        Share of the rows that each network is not trained on: the epoch of their least loss is
        kept. None where that is fewer than 20 rows.
    n_networks : int, default 2
        How many networks, each with its own validation rows, are averaged. More are better, most
        of all on tables of few rows, and take their time.
    class_weight : dict or "balanced", optional
        As scikit-learn's.
    columns : mapping of str to str, optional
        What columns are, where they would be read otherwise: "number", "boolean", "category",
        "ordinal", "date", "ignore"; or how their cells are: "text", "decimal-comma",
        "decimal-point", "day-first", "month-first", "year-first". Columns of an array are called
        "x0", "x1", …. `axone.look` tells how a table is read.
    missing : sequence of str, optional
        Marks that stand for a missing cell in every column.
    threads : int, optional
        Several networks are trained at once, one a processor by default; results do not depend
        on it.
    engine : {"auto", "native", "reference"}, default "auto"
    random_state : int, RandomState instance or None, default None
        Decides everything: validation rows, weights, shuffles, masks.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X was a table.
    model_ : Model
        Everything that predicts; `axone.save` writes it.
    features_ : Preprocessing
        From rows to the network's inputs; ``features_.notes`` says what was decided.
    network_ : Network
    parameters_ : list of Parameters
        Of each network.
    histories_ : list of History
    best_epochs_ : list of int

    Notes
    -----
    Amounts are scaled by median and quartiles and smoothly clipped at ±3. Categories are one-hot;
    the 64 most frequent of them. Text is read as numbers, dates or truths where it holds such,
    identifiers and counters are left out. Rows without a target are left out with a warning. Two
    classes are two softmax units, as in
    experiment files; `MLPClassifier` has one sigmoid for them, as scikit-learn's.

    Examples
    --------
    >>> import pandas as pd, axone as ax
    >>> table = pd.DataFrame({"size": [1.0, 2.5, None, 9.0] * 9, "kind": ["a", "a", "b", "b"] * 9})
    >>> y = ["low", "low", "high", "high"] * 9
    >>> model = ax.TabularClassifier(random_state=0).fit(table, y)
    >>> model.predict(table[:4]).tolist()
    ['low', 'low', 'high', 'high']
    """

    hidden_layer_sizes: int | Sequence[int] = (128, 128)
    dropout: float = field(default=0.1, kw_only=True)
    label_smoothing: float | str = field(default="auto", kw_only=True)
    class_weight: Mapping[Any, float] | str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **TABULAR_CONSTRAINTS,
        "label_smoothing": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : pandas or polars frame, or array-like of shape (m, n_features)
            Cells may be missing.
        y : array-like of shape (m,)
            Classes: numbers or text.
        sample_weight : array-like of shape (m,), optional
            Rows of weight 0 count for nothing at all.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Fewer than two rows or classes, no column to learn from, cells of the wrong kind.
        InvalidParameterError
            A setting out of bounds.
        """
        self._validate_params()
        table = table_of(self, X, reset=True)
        with told_of_numbers(y=y):
            labels = column_or_1d(y, warn=True)
            table, labels, sample_weight = with_known_targets(table, labels, sample_weight)
            check_classification_targets(labels)
        table, labels, weight = weighted_rows(table, labels, sample_weight)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                _(
                    "All rows are of one class, {label!r}: at least 2 classes are needed.",
                    label=cell_text(self.classes_[0]),
                )
            )
        if self.class_weight is not None:
            by_class = weights_by_class(self.class_weight, labels)
            weight = by_class if weight is None else weight * by_class
        one_hot = np.eye(len(self.classes_), dtype=np.float32)[numbers]
        learnt = smoothed(one_hot, self._smoothing(len(labels)), weight)
        target = Classes.of(self.classes_)
        _train(self, Lesson(table, learnt, numbers, weight, "classification", target))
        return self

    def _smoothing(self, rows: int) -> float:
        if self.label_smoothing == "auto":
            return min(0.1, _SMOOTHED_ROWS / rows)
        return float(self.label_smoothing)

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (m, n_classes), in the order of `classes_`."""
        check_is_fitted(self)
        return self.model_.predict_proba(table_of(self, X, reset=False))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of every row, (m,)."""
        check_is_fitted(self)
        return np.asarray(self.model_.predict(table_of(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        return _with_tables(super().__sklearn_tags__())


@dataclass(eq=False, repr=False)
class TabularRegressor(RegressorMixin, TabularParameters, BaseEstimator):
    """A regressor for tables as they come: categories, dates, missing values, unscaled numbers.

    Targets are standardised, the mean squared error is minimised, and predictions stay within the
    range of the training targets.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (128, 128, 128)
        One layer more than for classes, which sharp functions of few columns need.
    dropout : float, default 0.05
        Half as much as for classes: noise within blurs numbers sooner.
    activation, bins, learning_rate, weight_decay, batch_size, max_epochs
        As of `TabularClassifier`.
    validation_fraction, n_networks, columns, missing, threads, engine, random_state
        As of `TabularClassifier`.

    Attributes
    ----------
    target_scaler_ : Scaler
        Mean and standard deviation of the targets.
    target_range_ : tuple of (lowest, highest)
        Of each target.
    features_, network_, parameters_, histories_, best_epochs_, n_features_in_, feature_names_in_
        As of `TabularClassifier`.

    Examples
    --------
    >>> import pandas as pd, axone as ax
    >>> days = pd.date_range("2026-01-01", periods=90).astype(str)
    >>> table = pd.DataFrame({"day": days, "open": [True, False, True] * 30})
    >>> sales = [10.0, 0.0, 10.0] * 30
    >>> model = ax.TabularRegressor(random_state=0).fit(table, sales)
    >>> bool(model.score(table, sales) > 0.9)
    True
    """

    _parameter_constraints: ClassVar[Constraints] = TABULAR_CONSTRAINTS

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : pandas or polars frame, or array-like of shape (m, n_features)
            Cells may be missing.
        y : array-like of shape (m,) or (m, n_outputs)
            Numbers.
        sample_weight : array-like of shape (m,), optional
            Rows of weight 0 count for nothing at all.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Fewer than two rows, no column to learn from, cells of the wrong kind.
        InvalidParameterError
            A setting out of bounds.
        """
        self._validate_params()
        table = table_of(self, X, reset=True)
        if y is None:
            raise DataError(
                _("TabularRegressor requires y to be passed, but the target y is None.")
            )
        with told_of_numbers(y=y):
            table, y, sample_weight = with_known_targets(table, numbers_as_read(y), sample_weight)
            numbers = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if numbers.ndim == 2 and numbers.shape[1] == 1:
            numbers = column_or_1d(numbers, warn=True)
        table, numbers, weight = weighted_rows(table, numbers, sample_weight)
        self.target_scaler_: Scaler = Standard().fit(numbers)
        self.target_range_ = (numbers.min(axis=0), numbers.max(axis=0))
        learnt = self.target_scaler_.transform(numbers).reshape(len(numbers), -1)
        lowest, highest = (tuple(np.atleast_1d(bound).tolist()) for bound in self.target_range_)
        target = Numbers(scaler=self.target_scaler_, lowest=lowest, highest=highest)
        _train(self, Lesson(table, learnt, learnt, weight, "regression", target))
        return self

    def predict(self, X: Any) -> FloatArray:
        """Return the targets, (m,) or (m, n_outputs), in their own units."""
        check_is_fitted(self)
        return np.asarray(self.model_.predict(table_of(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        tags = _with_tables(super().__sklearn_tags__())
        tags.target_tags.multi_output = True
        return tags


def _train(estimator: Any, lesson: Lesson) -> None:
    """Train the networks and set the fitted attributes."""
    model, results = train_networks(estimator, lesson)
    estimator.model_ = model
    estimator.features_, estimator.network_ = model.preprocessing, model.network
    estimator.parameters_ = list(model.members)
    estimator.histories_ = [result.history for result in results]
    estimator.best_epochs_ = [result.best_epoch for result in results]
    estimator._evidence = tuple(result.evidence for result in results)


def _with_tables(tags: Any) -> Any:
    tags.input_tags.allow_nan = True
    tags.input_tags.categorical = True
    tags.input_tags.string = True
    return tags
