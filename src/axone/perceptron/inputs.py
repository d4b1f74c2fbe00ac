"""What perceptrons are given, checked: numbers, examples a row each, and labels of any kind."""

from typing import Any

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.checks import require_unmasked
from axone.errors import DataError, ShapeError
from axone.messages import _

LARGEST = 1e100
"""Beyond this a feature is refused: the weighted sums of a long training could overflow."""


def as_numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return an array of float64, or say by its name that it holds something else."""
    require_unmasked(values, name)
    try:
        given = np.asarray(values)
        if given.dtype.kind == "c":
            raise TypeError("complex numbers")
        with np.errstate(over="ignore"):  # an infinity is told with its place
            return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(
            _(
                "{name} is not an array of numbers ({error}): encode categories as numbers, "
                "and give every row as many.",
                name=name,
                error=error,
            )
        ) from error


def checked_examples(X: npt.ArrayLike) -> FloatArray:
    """Return X as a float64 table, or say what is wrong with it."""
    examples = as_numbers("X", X)
    if examples.ndim != 2 or examples.size == 0:
        raise ShapeError(
            _(
                "X has shape {shape}; wanted (m, n_features), one example a row, at least one "
                "row and one feature. A single example is X.reshape(1, -1).",
                shape=examples.shape,
            )
        )
    usable = np.abs(examples) <= LARGEST
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise DataError(
            _(
                "X[{row}, {column}] is {cell}: a perceptron needs finite numbers of at "
                "most {largest:g}. Fill in missing values and scale the features.",
                row=row,
                column=column,
                cell=examples[row, column],
                largest=LARGEST,
            )
        )
    return examples


def checked_classes(y: npt.ArrayLike, n_rows: int) -> tuple[npt.NDArray[Any], IntArray]:
    """Return the sorted labels, and for each row the position of its own."""
    require_unmasked(y, "y")
    try:
        given = np.asarray(y)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(
            _("y is not a row of labels ({error}): give one label a row.", error=error)
        ) from error
    if given.shape != (n_rows,):
        raise ShapeError(
            _(
                "y has shape {shape}, but X has {n_rows} rows: give one label a row, shape "
                "({n_rows},); of one-hot rows, y.argmax(axis=1).",
                shape=given.shape,
                n_rows=n_rows,
            )
        )
    if _any_missing(given):
        raise DataError(_("y has missing labels: drop those rows, or give them a label."))
    if given.dtype.kind == "f" and not bool((given == np.round(given)).all()):
        raise DataError(
            _(
                "y holds {label}: a perceptron tells classes apart, it does not predict "
                "quantities. Labels are whole numbers or strings.",
                label=given[given != np.round(given)][0],
            )
        )
    try:
        classes, labels = np.unique(given, return_inverse=True)
    except TypeError as error:
        raise DataError(
            _(
                "y mixes labels that cannot be sorted ({error}): use whole numbers or strings "
                "throughout.",
                error=error,
            )
        ) from error
    if len(classes) < 2:
        raise DataError(
            _(
                "y holds the single class {label!s}: there is nothing to tell apart. At "
                "least two classes are needed.",
                label=classes[0],
            )
        )
    return classes, labels


def _any_missing(labels: npt.NDArray[Any]) -> bool:
    if labels.dtype != object:
        return bool((labels != labels).any())  # noqa: PLR0124 — NaN and NaT differ from themselves
    import pandas as pd

    return bool(pd.isna(labels).any())
