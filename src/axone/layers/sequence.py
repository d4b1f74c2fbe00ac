"""Layers in a row: the forward pass from first to last, the backward pass from last to first.

A network and a residual block are both such a row; their passes are these functions.
"""

from collections.abc import Sequence
from typing import Any

from axone.arrays import FloatArray, Shape
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays


def output_shapes(layers: Sequence[Layer], input_shape: Shape) -> tuple[Shape, ...]:
    """Return the shape of an example after each layer.

    Raises
    ------
    ShapeError
        A layer cannot take what the one before it gives; the message says which.
    """
    shapes = []
    for position, layer in enumerate(layers):
        try:
            input_shape = layer.output_shape(input_shape)
        except ShapeError as error:
            raise ShapeError(f"Layer {position} ({type(layer).__name__}): {error}") from error
        shapes.append(input_shape)
    return tuple(shapes)


def forward_through(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    x: FloatArray,
    context: Context,
) -> tuple[FloatArray, list[Any]]:
    """Return the last layer's output and every layer's cache."""
    caches = []
    for position, (layer, arrays) in enumerate(zip(layers, parameters, strict=True)):
        x, cache = layer.forward(arrays, x, context.child(position))
        caches.append(cache)
    return x, caches


def backward_through(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    caches: Sequence[Any],
    dy: FloatArray,
) -> tuple[FloatArray, list[dict[str, FloatArray]]]:
    """Return ∂L/∂x and every layer's gradients, given ∂L/∂y of the last layer."""
    gradients: list[dict[str, FloatArray]] = []
    for layer, arrays, cache in zip(
        reversed(layers), reversed(parameters), reversed(caches), strict=True
    ):
        dy, gradient = layer.backward(arrays, cache, dy)
        gradients.append(gradient)
    gradients.reverse()
    return dy, gradients
