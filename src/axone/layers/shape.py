"""Layers that only rearrange an example's numbers: Flatten and Reshape."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from axone.arrays import FloatArray, Shape
from axone.checks import checked_shape
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays


@dataclass(frozen=True)
class Flatten(Layer):
    """All axes of an example become one, the last varying fastest."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, Any]:
        return x.reshape(len(x), -1), x.shape

    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy.reshape(cache), {}


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape.

    Parameters
    ----------
    shape : sequence of int
        Of an example, the axis of examples left out: ``(1, 28, 28)``.
    """

    shape: Sequence[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", checked_shape("shape", self.shape))

    def output_shape(self, input_shape: Shape) -> Shape:
        if math.prod(self.shape) != math.prod(input_shape):
            raise ShapeError(
                f"Reshape to {tuple(self.shape)} needs {math.prod(self.shape)} numbers an example; "
                f"{input_shape} has {math.prod(input_shape)}."
            )
        return tuple(self.shape)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, Any]:
        return x.reshape(len(x), *self.shape), x.shape

    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy.reshape(cache), {}
