"""Linear layers one after another are one layer: W₂·(W₁·x + b₁) + b₂ = (W₂·W₁)·x + (W₂·b₁ + b₂).

Without an activation between them depth adds nothing that one layer could not compute.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from axone.activations import Identity
from axone.arrays import FloatArray
from axone.layers.activation import Activation
from axone.layers.dense import Dense
from axone.layers.layer import Layer, LayerArrays
from axone.layers.positionwise_dense import PositionwiseDense

_WEIGHTED = (Dense, PositionwiseDense)


@dataclass(frozen=True)
class LinearRun:
    """Layers one after another that are one, the activation of the last with them.

    Attributes
    ----------
    first, last : int
        Their positions.
    """

    first: int
    last: int


def linear_runs(layers: Sequence[Layer]) -> tuple[LinearRun, ...]:
    """Return which layers are one with those before them: the longest such runs.

    Examples
    --------
    >>> linear_runs([Dense(4), Dense(3), Dense(2, "relu"), Dense(1)])
    (LinearRun(first=0, last=2),)
    """
    runs, position = [], 0
    while position < len(layers):
        last, end = position, position + 1
        while _is_linear(layers[last]) and end < len(layers):
            if _does_nothing(layers[end]):
                end += 1
                continue
            if type(layers[end]) is not type(layers[position]):
                break
            last, end = end, end + 1
        if last > position and isinstance(layers[position], _WEIGHTED):
            runs.append(LinearRun(position, last))
        position = max(last, position) + 1
    return tuple(runs)


def collapsed(
    layers: Sequence[Layer], parameters: Sequence[LayerArrays]
) -> tuple[Layer, dict[str, FloatArray]]:
    """Return the one layer that the layers of a run are, and its arrays: the products."""
    weighted = [
        (layer, arrays)
        for layer, arrays in zip(layers, parameters, strict=True)
        if isinstance(layer, _WEIGHTED)
    ]
    weight, bias = _float64(weighted[0][1]["weight"]), _bias(*weighted[0])
    for layer, arrays in weighted[1:]:
        following = _float64(arrays["weight"])
        weight, bias = following @ weight, following @ bias + _bias(layer, arrays)
    last, arrays = weighted[-1]
    biased = any(layer.bias for layer, _arrays in weighted)
    kept = {name: array for name, array in arrays.items() if name not in {"weight", "bias"}}
    joint: Any = replace(last, bias=biased)
    return joint, {"weight": weight, **({"bias": bias} if biased else {}), **kept}


def _is_linear(layer: Layer) -> bool:
    return isinstance(layer, _WEIGHTED) and isinstance(layer.function, Identity)


def _does_nothing(layer: Layer) -> bool:
    return isinstance(layer, Activation) and isinstance(layer.function, Identity)


def _bias(layer: Dense | PositionwiseDense, arrays: LayerArrays) -> FloatArray:
    return _float64(arrays["bias"]) if layer.bias else np.zeros(layer.units)


def _float64(array: FloatArray) -> FloatArray:
    return array.astype(np.float64)
