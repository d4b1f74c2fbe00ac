"""From a column of targets to `y`: is it classes or numbers, and which label is which class.

The rules are the same for arrays and tables but for whole numbers: in a table they may be
amounts, in an array an integer type says that they are labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.dataset import Task, TaskChoice
from axone.errors import DataError
from axone.messages import _, listed

MOST_INTEGER_CLASSES = 20
"""A table's whole-number column of more distinct values than this is taken for amounts."""

MANY_CLASSES = 100

USUAL_TARGETS = ("target", "label", "class", "y")
"""What the column to predict is called where nobody says which it is."""


@dataclass(frozen=True, eq=False)
class EncodedTarget:
    """`y` and, where there is one, `y_test`, with what the values mean."""

    y: NDArray[Any]
    y_test: NDArray[Any] | None
    task: Task
    class_names: tuple[str, ...] = ()
    class_values: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def encode_target(
    values: NDArray[Any],
    task: TaskChoice,
    where: str,
    *,
    test_values: NDArray[Any] | None = None,
    names: Sequence[str] = (),
    most_integer_classes: float = float("inf"),
) -> EncodedTarget:
    """Turn raw targets into labels or numbers.

    Parameters
    ----------
    values : ndarray of shape (m,) or (m, n)
        Finite numbers, booleans or text, none missing. Of two axes, `(m, 1)` is one column, rows
        of zeros with a single one are one-hot classes, anything else several targets.
    task : {"auto", "classification", "regression"}
        "auto" takes text, booleans, whole numbers of at most `most_integer_classes` distinct
        values, and floats of exactly two distinct whole values for classes.
    where : str
        File and column, for messages.
    test_values : ndarray, optional
        Targets of the source's own test set, encoded alike.
    names : sequence of str
        Names of the classes: by label where labels are positions in it, else in sorted order
        where there are as many as classes; otherwise a class is called by its value.
    most_integer_classes : float, default infinity
        An array's integer type says labels; tables pass `MOST_INTEGER_CLASSES`.

    Raises
    ------
    DataError
        One value only, classes that look like an identifier, text where numbers are wanted.
    """
    values = _column(values)
    test_values = None if test_values is None else _column(test_values)
    notes: tuple[str, ...] = ()
    if values.ndim == 2 and task != "regression" and is_one_hot(values):
        values = values.argmax(axis=1)
        test_values = None if test_values is None else test_values.argmax(axis=1)
        notes = (
            _(
                "{where}: rows of zeros with a single one taken for one-hot classes", where=where
            ).coded("one_hot_target"),
        )
    numeric = values.dtype.kind in "biuf"
    if values.ndim > 2 or (values.ndim == 2 and (task == "classification" or not numeric)):
        raise DataError(
            _(
                "{where} has shape {shape}; labels are (m,), one-hot labels (m, classes), and "
                "numbers to predict (m,) or (m, targets).",
                where=where,
                shape=values.shape,
            )
        )
    if values.ndim == 1:
        distinct = np.unique(values)
        if len(distinct) == 1:
            raise DataError(
                _(
                    "{where} holds only one value, {value!r}, in all {rows} rows: there is "
                    "nothing to learn. Choose another target.",
                    where=where,
                    value=cell_text(distinct[0]),
                    rows=len(values),
                )
            )
        if task == "auto":
            task = _guess_task(distinct, most_integer_classes)
            if task == "classification" and values.dtype.kind == "f":
                notes += (
                    _("{where}: two whole values taken for classes", where=where).coded(
                        "two_values_as_classes"
                    ),
                )
    if values.ndim == 2 or task == "regression":
        y_test = None if test_values is None else _numbers(test_values, where)
        return EncodedTarget(_numbers(values, where), y_test, "regression", notes=notes)
    return _labels(values, test_values, names, where, notes)


def cell_text(value: Any) -> str:
    """Write a cell as text; whole floats as integers, since a missing cell makes 1 a 1.0."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain)


def _column(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def is_one_hot(values: NDArray[Any]) -> bool:
    """Tell whether every row is zeros with a single one."""
    if values.dtype.kind not in "biuf" or values.ndim != 2:
        return False
    return bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())


def _guess_task(distinct: NDArray[Any], most_integer_classes: float) -> Task:
    if distinct.dtype.kind in "iu":
        classes = len(distinct) <= most_integer_classes
    elif distinct.dtype.kind == "f":
        classes = len(distinct) == 2 and bool((distinct == np.floor(distinct)).all())
    else:
        classes = True
    return "classification" if classes else "regression"


def _numbers(values: NDArray[Any], where: str) -> NDArray[Any]:
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    numbers = np.empty(len(values))
    for row, cell in enumerate(values):
        try:
            numbers[row] = float(cell)
            if not np.isfinite(numbers[row]):
                raise ValueError(cell)
        except ValueError as error:
            raise DataError(
                _(
                    "{where} holds text where regression needs numbers, first in row {row}: "
                    "{cell!r}. Choose another target, or classification as the task.",
                    where=where,
                    row=row + 1,
                    cell=str(cell),
                )
            ) from error
    return numbers


def _labels(
    values: NDArray[Any],
    test_values: NDArray[Any] | None,
    names: Sequence[str],
    where: str,
    notes: tuple[str, ...],
) -> EncodedTarget:
    rows = len(values)
    both = values if test_values is None else np.concatenate([values, test_values])
    distinct, codes = np.unique(both, return_inverse=True)
    present = np.bincount(codes[:rows], minlength=len(distinct)) > 0
    found = int(present.sum())
    # Whole numbers may well be many classes; text that hardly repeats is a name or a key.
    hardly_repeats = values.dtype.kind in "OUS" and found > max(2, rows / 2)
    if found == rows or hardly_repeats:
        raise DataError(
            _(
                "{where} has {found} different values in {rows} rows: an identifier? Classes "
                "must repeat. Choose another target, or regression as the task where the "
                "values are amounts.",
                where=where,
                found=found,
                rows=rows,
            )
        )
    class_names = _class_names(distinct, names)
    if len(distinct) > MANY_CLASSES:
        notes += (
            _(
                "{where}: {classes} classes are many; is the target the right column?",
                where=where,
                classes=len(distinct),
            ).coded("many_classes"),
        )
    if not present.all():
        missing = listed(class_names[label] for label in np.flatnonzero(~present)[:5])
        notes += (
            _(
                "{where}: only the test set has rows of class {missing}",
                where=where,
                missing=missing,
            ).coded("classes_only_in_test"),
        )
    labels = codes.astype(np.int64)
    y_test = None if test_values is None else labels[rows:]
    class_values = tuple(cell_text(value) for value in distinct)
    return EncodedTarget(labels[:rows], y_test, "classification", class_names, class_values, notes)


def _class_names(distinct: NDArray[Any], names: Sequence[str]) -> tuple[str, ...]:
    count = len(names)
    if count and distinct.dtype.kind in "iu" and distinct[0] >= 0 and distinct[-1] < count:
        return tuple(names[label] for label in distinct.tolist())
    if count == len(distinct):
        return tuple(names)
    return tuple(cell_text(value) for value in distinct)
