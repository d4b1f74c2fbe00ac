"""Numbers as a page takes them: finite or none, and evenly thinned out where they are many."""

import math
from typing import Any

import numpy as np

from axone.arrays import IntArray


def finite(number: Any) -> float | None:
    """Return a number as JSON holds it: None for what is none."""
    found = float(number)
    return found if math.isfinite(found) else None


def evenly(count: int, most: int) -> IntArray:
    """Return at most so many of the places 0 … count − 1, evenly, rising, the last among them.

    Examples
    --------
    >>> evenly(3, 5).tolist(), evenly(101, 3).tolist()
    ([0, 1, 2], [0, 50, 100])
    """
    if count <= most:
        return np.arange(count)
    if most == 1:
        return np.array([count - 1])
    return np.linspace(0, count - 1, most).round().astype(np.intp)
