"""Numbers as bytes: what a picture shows of them, an eighth of their size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray


def shares_as_bytes(shares: FloatArray) -> NDArray[np.uint8]:
    """Return shares of 0 … 1 as 0 … 255; 0 for NaN."""
    return _bytes(shares * np.float32(255))


def as_bytes(
    values: FloatArray, low: FloatArray | float, high: FloatArray | float
) -> NDArray[np.uint8]:
    """Return values of low … high as 0 … 255; NaN is 0, what lies outside is at the nearer end.

    Parameters
    ----------
    values, low, high : array or float
        That broadcast. Where high is not above low, everything is 0.
    """
    with np.errstate(all="ignore"):
        width = np.asarray(high - low)
        factor = np.divide(255.0, width, out=np.zeros(width.shape, values.dtype), where=width > 0)
        return _bytes((values - low) * factor)


def extent(values: FloatArray, axis: Any = None) -> tuple[Any, Any]:
    """Return least and greatest of the finite numbers along some axes; 0 where there are none."""
    low, high = values.min(axis=axis), values.max(axis=axis)
    if np.isfinite(low).all() and np.isfinite(high).all():
        return low, high
    known = np.isfinite(values)
    low = np.where(known, values, np.inf).min(axis=axis)
    high = np.where(known, values, -np.inf).max(axis=axis)
    some = known.any(axis=axis)
    return np.where(some, low, 0.0), np.where(some, high, 0.0)


def _bytes(numbers: FloatArray) -> NDArray[np.uint8]:
    with np.errstate(all="ignore"):
        rounded = np.rint(numbers)
        # fmax takes the other where one is NaN.
        return np.asarray(np.fmin(np.fmax(rounded, 0), 255), dtype=np.uint8)
