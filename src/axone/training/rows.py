"""Rows as a user gives them, checked and brought into the form in which an engine takes them."""

from typing import Any

import numpy as np

from axone.arrays import DType
from axone.checks import as_array
from axone.data.examples import Examples
from axone.errors import DataError, ShapeError
from axone.losses import Loss, prepare_weights
from axone.messages import _
from axone.network import Network

GivenRows = tuple[Any, Any] | tuple[Any, Any, Any] | Examples
"""(X, y), (X, y, weights of the rows), or the same as `Examples`, whose mask comes with them."""

_LOOKED_AT_TOGETHER = 65536
"""Rows: of a table larger than memory there is never a copy of the whole."""


def examples_of(network: Network, loss: Loss, dtype: DType, rows: GivenRows) -> Examples:
    """Return rows that a network can learn by a loss; arrays that are right are not copied.

    Raises
    ------
    DataError, ShapeError
        They do not fit the network or the loss, or hold what is not finite.
    """
    mask = None
    if isinstance(rows, Examples):
        mask = rows.mask
        rows = (rows.X, rows.target, rows.weight)
    X = network.check_examples(rows[0])
    y = np.atleast_1d(as_array(rows[1], "y"))
    if len(X) != len(y):
        raise ShapeError(_("{rows} rows in X, but {targets} targets.", rows=len(X), targets=len(y)))
    if len(X) == 0:
        raise DataError(_("there are no rows."))
    X = np.ascontiguousarray(network.cast_examples(X, dtype))
    mask = network.check_mask(mask, len(X))
    target = loss.prepare(y, network.output_shape, dtype)
    examples = Examples(X, target, mask=mask)
    for chunk in examples.chunks(_LOOKED_AT_TOGETHER):
        for name, array in (("X", chunk.X), ("y", chunk.target)):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise DataError(_("{name} holds NaN or infinite numbers.", name=name))
    if len(rows) == 3 and rows[2] is not None:
        weight = prepare_weights(rows[2], len(X), dtype)
        examples = Examples(X, target, weight, mask)
    return examples
