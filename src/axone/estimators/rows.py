"""Rows as scikit-learn's users give them, checked and brought into the form that networks learn.

Sparse rows become dense ones, row and class weights one number a row, and some rows are held out to
measure each epoch by.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.model_selection import train_test_split
from sklearn.utils import column_or_1d
from sklearn.utils.validation import _check_sample_weight, validate_data

from axone.arrays import DType, FloatArray, IntArray
from axone.checks import require_unmasked
from axone.data import Examples
from axone.errors import DataError
from axone.estimators.objectives import Objective
from axone.estimators.settings import TrainingParameters
from axone.messages import _, listed

LARGEST_DENSE = 4 << 30
"""Bytes that a sparse X may take once it is dense: the network's products need all its zeros."""

_PREDICTION_ROWS = 1024
"""Of a sparse X made dense at a time."""


@dataclass(frozen=True, eq=False)
class RawRows:
    """Rows checked, but neither scaled nor encoded: as scorers take them.

    Attributes
    ----------
    X : ndarray of shape (m, n_features)
    y : ndarray of m rows
    weight : ndarray of shape (m,) or None
    """

    X: FloatArray
    y: Any
    weight: FloatArray | None

    def taken(self, rows: IntArray) -> "RawRows":
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return RawRows(self.X[rows], self.y[rows], weight)

    def examples(
        self, inputs: Callable[[FloatArray, DType], FloatArray], objective: Objective
    ) -> Examples:
        """Return the rows as the network learns them."""
        return Examples(inputs(self.X, dtype_of(self.X)), objective.encode(self.y), self.weight)


def checked(estimator: TrainingParameters, X: Any, y: Any, *, reset: bool) -> tuple[Any, Any]:
    """Return X, dense and of the run's precision, and y, as scikit-learn checks them."""
    with told_of_numbers(X=X, y=y):
        X, y = validate_data(
            estimator,
            X,
            y,
            reset=reset,
            multi_output=True,
            y_numeric=estimator._numeric_targets,
            **_accepted(estimator),
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return dense(X), y


@contextmanager
def told_of_numbers(**given: Any) -> Iterator[None]:
    """Let scikit-learn check arrays: what it overlooks is refused, what it stumbles over told.

    Parameters
    ----------
    **given
        The arrays by their names.

    Raises
    ------
    DataError
        Masked cells, whose hidden numbers it would take; whole numbers too large for a float.
    """
    for name, values in given.items():
        require_unmasked(values, name)
    try:
        # Numbers of higher precision may be too large for ours: it tells of infinities.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError as error:
        raise DataError(
            _("{names}: a number is too large: {error}.", names=listed(given), error=error)
        ) from error


def _accepted(estimator: TrainingParameters) -> dict[str, Any]:
    """What rows may be: sparse, of the precision asked for or of either."""
    dtype = (np.float64, np.float32) if estimator.dtype is None else np.dtype(estimator.dtype)
    return {"accept_sparse": ["csr", "csc"], "dtype": dtype}


def predicted(
    estimator: TrainingParameters, X: Any, predict: Callable[[FloatArray], NDArray[Any]]
) -> NDArray[Any]:
    """Return what `predict` makes of rows as they come, sparse ones made dense bit by bit."""
    with told_of_numbers(X=X):
        X = validate_data(estimator, X, reset=False, **_accepted(estimator))
    if not issparse(X):
        return predict(X)
    X = X.tocsr()
    starts = range(0, X.shape[0], _PREDICTION_ROWS)
    return np.concatenate([predict(dense(X[start : start + _PREDICTION_ROWS])) for start in starts])


def divided(
    estimator: TrainingParameters,
    X: FloatArray,
    y: Any,
    sample_weight: Any,
    validation_data: Any,
    random: np.random.RandomState,
) -> tuple[RawRows, RawRows | None]:
    """Return the rows to learn from, and those held out."""
    rows = RawRows(X, y, _row_weights(estimator, X, y, sample_weight))
    if validation_data is not None:
        return rows, _given_validation(estimator, validation_data)
    if not estimator.early_stopping or not estimator._design.training().optimizer.stepwise:
        return rows, None
    kept, taken = _split(estimator, y, random)
    return rows.taken(kept), rows.taken(taken)


def _given_validation(estimator: TrainingParameters, validation_data: Any) -> RawRows:
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise ValueError(
            _(
                "validation_data must be (X, y) or (X, y, sample_weight), not {kind}.",
                kind=type(validation_data).__name__,
            )
        )
    X, y = checked(estimator, *validation_data[:2], reset=False)
    weight = validation_data[2] if len(validation_data) == 3 else None
    return RawRows(X, y, None if weight is None else _given_weights(X, weight))


def _split(
    estimator: TrainingParameters, y: Any, random: np.random.RandomState
) -> tuple[IntArray, IntArray]:
    strata = estimator._objective.strata(y)
    numbers = np.arange(len(y))
    settings = {"test_size": estimator.validation_fraction, "random_state": random}
    try:
        kept, taken = train_test_split(numbers, stratify=strata, **settings)
    except ValueError:
        # As scikit-learn, which splits more than two classes without keeping proportions.
        if strata is None or estimator._objective.outputs == 1:
            raise
        kept, taken = train_test_split(numbers, **settings)
    if len(taken) < 2:
        raise ValueError(
            _(
                "The validation set is too small. Increase 'validation_fraction' or the "
                "size of your dataset."
            )
        )
    return kept, taken


def _row_weights(
    estimator: TrainingParameters, X: Any, y: Any, sample_weight: Any
) -> FloatArray | None:
    """Return the weight of every row, its class's included; None where all are alike."""
    class_weight = getattr(estimator, "class_weight", None)
    weight: FloatArray | None = estimator._objective.row_weights(y, class_weight)
    if sample_weight is None:
        return weight
    given = _given_weights(X, sample_weight)
    return given if weight is None else given * weight


def _given_weights(X: Any, sample_weight: Any) -> FloatArray:
    with told_of_numbers(sample_weight=sample_weight):
        given = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
    if (given < 0).any() or not given.any():
        raise DataError(
            _(
                "sample_weight must hold numbers of at least 0, not all of them zero: a "
                "row of weight two counts as two rows, one of weight zero as none."
            )
        )
    return given


def dtype_of(X: FloatArray) -> DType:
    """Return the precision of rows, in which they are learnt."""
    return "float64" if X.dtype == np.float64 else "float32"


def dense(X: Any) -> FloatArray:
    """Return X as an array, unless it is too large to be one.

    Raises
    ------
    DataError
        A sparse matrix of more than `LARGEST_DENSE` bytes once dense.
    """
    if not issparse(X):
        return np.asarray(X)
    size = X.shape[0] * X.shape[1] * X.dtype.itemsize
    if size > LARGEST_DENSE:
        raise DataError(
            _(
                "X is sparse, of shape {shape}: dense it takes {size:.1f} GiB, more than "
                "the {limit:.0f} GiB that are allowed. Use fewer features "
                "(SelectKBest, TruncatedSVD), or train on parts of the rows by "
                "partial_fit.",
                shape=X.shape,
                size=size / 2**30,
                limit=LARGEST_DENSE / 2**30,
            )
        )
    return np.asarray(X.toarray())
