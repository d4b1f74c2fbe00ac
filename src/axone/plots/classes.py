"""Labels, probabilities and names of classes, checked and worded as every picture shows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _
from axone.plots.style import theme


def checked_labels(labels: ArrayLike, class_names: Sequence[object], rows: int) -> NDArray[Any]:
    """Return the class number of each of `rows` rows.

    Raises
    ------
    ShapeError
        There is not one label for each row.
    DataError
        A label is no whole number from 0 to K − 1, or there is no class.
    """
    numbers = np.asarray(labels)
    if numbers.shape != (rows,):
        raise ShapeError(
            _(
                "labels have shape {shape}: give one class number for each of the {rows} rows.",
                shape=numbers.shape,
                rows=rows,
            )
        )
    if len(class_names) == 0:
        raise DataError(_("class_names is empty: name at least one class."))
    if rows and (
        numbers.dtype.kind not in "iu" or numbers.min() < 0 or numbers.max() >= len(class_names)
    ):
        raise DataError(
            _(
                "labels must be whole numbers from 0 to {last}, one for each of the "
                "{classes} class names; they are {dtype} from {least} to {largest}.",
                last=len(class_names) - 1,
                classes=len(class_names),
                dtype=numbers.dtype,
                least=numbers.min(),
                largest=numbers.max(),
            )
        )
    return numbers.astype(np.intp)


def checked_probabilities(probabilities: ArrayLike, rows: int, classes: int) -> FloatArray:
    """Return the probability of each class for each of `rows` rows, (rows, classes).

    Raises
    ------
    ShapeError
        There is not one for each; of two classes those of the second will do, (rows, 1).
    DataError
        They are not finite.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    if table.shape == (rows, 1) and classes == 2:
        table = np.hstack([1.0 - table, table])
    if table.shape != (rows, classes):
        raise ShapeError(
            _(
                "probabilities have shape {shape}; {rows} examples and {classes} classes need "
                "({rows}, {classes}).",
                shape=table.shape,
                rows=rows,
                classes=classes,
            )
        )
    if not np.isfinite(table).all():
        raise DataError(_("probabilities must be finite: has the training diverged?"))
    return table


def verdict(names: Sequence[str], predicted: int, answer: int | None) -> tuple[str, str]:
    """Say in words and by a colour what was predicted, and whether that is right if it is known."""
    if answer is None:
        return names[predicted], theme().ink
    if answer == predicted:
        return _("{name}, right", name=names[predicted]), theme().green
    return _("{name}, not {right}", name=names[predicted], right=names[answer]), theme().vermilion
