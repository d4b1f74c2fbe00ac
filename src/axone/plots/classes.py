"""Checks of labels and of the names of their classes, shared by the pictures that show both."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from axone.errors import DataError, ShapeError
from axone.messages import _


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
