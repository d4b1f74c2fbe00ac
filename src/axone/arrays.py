"""The array types that every room speaks of.

They carry meaning for the reader; shapes stand in docstrings.
"""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[Any]
"""An array of float32 or float64; which one is the run's `dtype`."""

IntArray: TypeAlias = NDArray[Any]
"""An array of integers: row numbers or class labels."""

BoolArray: TypeAlias = NDArray[np.bool_]
"""An array of truths: a mask."""

Shape: TypeAlias = tuple[int, ...]
"""A shape without the leading axis of examples: `(784,)`, `(1, 28, 28)`."""

DType: TypeAlias = Literal["float32", "float64"]
