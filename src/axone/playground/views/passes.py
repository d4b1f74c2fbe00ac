"""A pass through a network by the layers' own equations, with what every layer gives on the way."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.experiments.preparation import Prepared
from axone.layers import Context, Layer, Transpose
from axone.layers.sequence import masks_between
from axone.network import Network
from axone.parameters import Parameters

MOST_UNITS = 64
"""Units, or channels, of a layer that are drawn; of more the first ones."""


class Step(NamedTuple):
    """What a layer made of some rows.

    Attributes
    ----------
    position : int
    layer : Layer
    y : array of shape (m, …)
    cache
        The layer's own.
    mask : array of bool, shape (m, length), or None
        Which positions of y are there.
    """

    position: int
    layer: Layer
    y: FloatArray
    cache: Any
    mask: BoolArray | None


def passed(
    network: Network, parameters: Parameters, rows: FloatArray, mask: BoolArray | None = None
) -> Iterator[Step]:
    """Go through the layers as at prediction, in float32.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        In float32: see `in_single_precision`.
    rows : array of shape (m, *network.input_shape)
        In float32, or tokens.
    mask : array of bool, shape (m, length), optional
    """
    x, masks = rows, masks_between(network.layers, mask)
    for position, layer in enumerate(network.layers):
        context = Context(mask=masks[position])
        x, cache = layer.forward(parameters.by_layer[position], x, context)
        yield Step(position, layer, x, cache, masks[position + 1])


def in_single_precision(parameters: Parameters) -> Parameters:
    """Return the weights in float32, the same where they are so already."""
    if parameters.vector.dtype == np.float32:
        return parameters
    with np.errstate(over="ignore"):
        return parameters.astype("float32")


def single(rows: FloatArray) -> FloatArray:
    """Return rows in float32; tokens as they are."""
    return rows if rows.dtype.kind in "iu" else np.ascontiguousarray(rows, dtype=np.float32)


def features_stand_last(prepared: Prepared) -> tuple[bool, ...]:
    """Return of the input and of every layer's output whether positions come before features.

    True of sequences and of what an embedding makes of tokens; channels come first elsewhere.
    """
    last = prepared.preprocessing.layout.positions == 0
    found = [last]
    for layer in prepared.network.layers:
        last ^= isinstance(layer, Transpose)
        found.append(last)
    return tuple(found)
