"""Features that explain the target all alone: a copy of it, or what was known only after it."""

from math import lgamma
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray
from axone.data.reading.keys import FEWEST_ROWS
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_A_COPY = 0.99999
"""|r| of a feature and an amount, or of their ranks, from which it is the amount in other units."""

_LOOSELY = 0.5
"""|r| below which ranks are not looked at: a logarithm or a square is far above."""

_SURELY = -14.0
"""The logarithm of a chance of one in a million, for all columns together."""


def alone_notes(X: "DataFrame", y: NDArray[Any], task: str) -> tuple[Message, ...]:
    """Warn of each column by which alone the target could be told on every row.

    Parameters
    ----------
    X : pandas.DataFrame of m rows
    y : ndarray of shape (m,) or (m, n_targets)
    task : {"classification", "regression"}
    """
    if y.ndim > 1 or len(X) < FEWEST_ROWS or X.shape[1] < 2:
        return ()
    return tuple(
        _(
            "column {name!r} alone tells the target of every row: is it known before the target "
            "is? If not, leave it out",
            name=name,
        ).coded("explains_alone")
        for name in X.columns
        if _explains(X[name], y, task, X.shape[1])
    )


def _explains(values: "Series", y: NDArray[Any], task: str, columns: int) -> bool:
    import pandas as pd

    present = values.notna().to_numpy()
    if np.count_nonzero(present) < max(FEWEST_ROWS, len(y) / 2):
        return False
    values, y = values[present], y[present]
    classes = np.unique(y, return_counts=True)[1]
    if len(classes) < 2:
        return False
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=np.float64)
        if not np.isfinite(numbers).all():
            return False
        if task == "regression":
            return _is_copy(numbers, y)
        ways = lgamma(len(classes) + 1)
        return _is_no_chance(ways, classes, columns) and _divides(numbers, y)
    codes = pd.factorize(values)[0]
    ways = (int(codes.max()) + 1) * float(np.log(len(classes)))
    return _is_no_chance(ways, classes, columns) and _is_function(codes, y)


def _is_no_chance(ways: float, classes: NDArray[np.int64], columns: int) -> bool:
    """Tell whether a target as good as this would hardly come about by shuffling it.

    Of the n!/Πnₖ! ways to deal out the classes, e^ways at most would do.
    """
    dealt = lgamma(classes.sum() + 1) - sum(lgamma(rows + 1) for rows in classes.tolist())
    return ways - dealt + float(np.log(columns)) < _SURELY


def _divides(numbers: NDArray[np.float64], classes: NDArray[Any]) -> bool:
    """Tell whether each class has an interval of its own."""
    order = np.lexsort((classes, numbers))
    sorted_classes, sorted_numbers = classes[order], numbers[order]
    changes: BoolArray = sorted_classes[1:] != sorted_classes[:-1]
    if np.count_nonzero(changes) != len(np.unique(classes)) - 1:
        return False
    return bool((sorted_numbers[1:][changes] > sorted_numbers[:-1][changes]).all())


def _is_copy(numbers: NDArray[np.float64], y: NDArray[Any]) -> bool:
    import pandas as pd

    if numbers.std() == 0:
        return False
    linear = abs(np.corrcoef(numbers, y)[0, 1])
    if linear <= _LOOSELY:
        return False
    ranks = np.corrcoef(pd.Series(numbers).rank(), pd.Series(y).rank())[0, 1]
    return bool(max(linear, abs(ranks)) > _A_COPY)


def _is_function(codes: NDArray[Any], y: NDArray[Any]) -> bool:
    """Tell whether all rows of one value have the same target."""
    order = np.argsort(codes, kind="stable")
    same_value = codes[order][1:] == codes[order][:-1]
    return bool((y[order][1:] == y[order][:-1])[same_value].all())
