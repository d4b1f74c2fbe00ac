"""Layers that only rearrange an example's numbers: Flatten, Reshape and Transpose."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from axone.arrays import FloatArray, Shape
from axone.checks import checked_shape
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays, NoCache, Passed
from axone.messages import _
from axone.traced import Traced


class ShapeCache(NamedTuple):
    """The shape of x, rows included, which ∂L/∂x gets back."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Flatten(Layer[ShapeCache]):
    """All axes of an example become one, the last varying fastest."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ShapeCache]:
        return x.reshape(len(x), -1), ShapeCache(x.shape)

    def backward(
        self, parameters: LayerArrays, cache: ShapeCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy.reshape(cache.shape), {}


@dataclass(frozen=True)
class Reshape(Layer[ShapeCache]):
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
                _(
                    "Reshape to {shape} needs {needed} numbers an example; {input_shape} has "
                    "{found}.",
                    shape=tuple(self.shape),
                    needed=math.prod(self.shape),
                    input_shape=input_shape,
                    found=math.prod(input_shape),
                )
            )
        return tuple(self.shape)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ShapeCache]:
        return x.reshape(len(x), *self.shape), ShapeCache(x.shape)

    def backward(
        self, parameters: LayerArrays, cache: ShapeCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy.reshape(cache.shape), {}


@dataclass(frozen=True)
class Transpose(Layer[NoCache]):
    """y[b, a] = x[a, b]: signals ``(channels, length)`` become sequences ``(length, features)``.

    And the other way round. A mask stays as it is: positions are positions.
    """

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "Transpose reads signals (channels, length) or sequences (length, features), "
                    "not examples of shape {input_shape}: put a Reshape to two axes before it.",
                    input_shape=input_shape,
                )
            )
        return input_shape[::-1]

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, NoCache]:
        return x.swapaxes(1, 2), NoCache()

    def backward(
        self, parameters: LayerArrays, cache: NoCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy.swapaxes(1, 2), {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        return (Traced("y", "y = xᵀ", passed.y),)
