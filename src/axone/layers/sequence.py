"""Layers in a row: the forward pass from first to last, the backward pass from last to first.

A network and a residual block are both such a row; their passes are these functions. A mask is
followed from layer to layer, and what a layer refuses is refused with its place.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from axone.arrays import BoolArray, FloatArray, Shape
from axone.errors import ShapeError
from axone.layers.layer import AnyCache, Context, Layer, LayerArrays, Passed
from axone.layers.windows import Field, composed
from axone.messages import _, listed
from axone.traced import Traced


def layer_kind(layers: Sequence[Layer], position: int, names: Sequence[str] = ()) -> str:
    """Return what a layer is called in a message: its kind, with its name where it has one.

    Examples
    --------
    >>> from axone.layers import Dense
    >>> layer_kind([Dense(3)], 0), layer_kind([Dense(3)], 0, ["hidden"])
    ('Dense', "Dense 'hidden'")
    """
    kind = type(layers[position]).__name__
    return f"{kind} {names[position]!r}" if names and names[position] else kind


def output_shapes(
    layers: Sequence[Layer], input_shape: Shape, names: Sequence[str] = ()
) -> tuple[Shape, ...]:
    """Return the shape of an example after each layer.

    Parameters
    ----------
    layers : sequence of Layer
    input_shape : tuple of int
    names : sequence of str, optional
        The layers' own, for messages.

    Raises
    ------
    ShapeError
        A layer cannot take what the one before it gives; the message says which.
    """
    shapes = []
    for position, layer in enumerate(layers):
        if position and layer.takes_tokens:
            raise ShapeError(
                _(
                    "Layer {position} ({kind}): it reads token numbers, which no layer "
                    "before it gives: put it first.",
                    position=position,
                    kind=layer_kind(layers, position, names),
                )
            )
        try:
            input_shape = layer.output_shape(input_shape)
        except ShapeError as error:
            raise _placed(error, position, layer_kind(layers, position, names)) from error
        shapes.append(input_shape)
    return tuple(shapes)


def multiply_adds_of(layers: Sequence[Layer], input_shape: Shape) -> int:
    """Return the multiplications of one example in all layers' products."""
    return sum(layer.multiply_adds(shape) for layer, shape in _with_inputs(layers, input_shape))


def kept_numbers_of(layers: Sequence[Layer], input_shape: Shape) -> int:
    """Return about how many numbers of an example the layers leave behind, the input among them."""
    kept = sum(layer.kept_numbers(shape) for layer, shape in _with_inputs(layers, input_shape))
    return math.prod(input_shape) + kept


def _with_inputs(layers: Sequence[Layer], input_shape: Shape) -> Iterator[tuple[Layer, Shape]]:
    return zip(layers, (input_shape, *output_shapes(layers, input_shape)), strict=False)


def field_after(layers: Sequence[Layer], input_shape: Shape) -> Field:
    """Return what one position behind the layers sees of the input: the receptive field."""
    return fields_after(layers, input_shape)[-1] if layers else ()


def fields_after(layers: Sequence[Layer], input_shape: Shape) -> tuple[Field, ...]:
    """Return what one position behind each layer sees of the input."""
    field: Field = ()
    fields = []
    before = (input_shape, *output_shapes(layers, input_shape))
    for position, layer in enumerate(layers):
        field = composed(field, layer.receptive_field(before[position]))
        fields.append(field)
    return tuple(fields)


def masks_between(
    layers: Sequence[Layer], mask: BoolArray | None, names: Sequence[str] = ()
) -> tuple[BoolArray | None, ...]:
    """Return the mask as each layer meets it and, last, as the last one leaves it.

    Raises
    ------
    ShapeError
        A mask reaches a layer that does not know masks; the message says which.
    """
    masks = [mask]
    for position, layer in enumerate(layers):
        if mask is not None:
            if not layer.takes_mask:
                raise ShapeError(
                    _(
                        "Layer {position} ({kind}): it would take the positions that the mask "
                        "leaves out for numbers: put LastStep(), or another layer that ends the "
                        "positions, before it, or give rows of one length and no mask.",
                        position=position,
                        kind=layer_kind(layers, position, names),
                    )
                )
            try:
                mask = layer.output_mask(mask)
            except ShapeError as error:
                raise _placed(error, position, layer_kind(layers, position, names)) from error
        masks.append(mask)
    return tuple(masks)


def forward_through(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    x: FloatArray,
    context: Context,
    frozen: int = 0,
) -> tuple[FloatArray, list[AnyCache]]:
    """Return the last layer's output and every layer's cache.

    The first `frozen` layers run as at prediction, whatever the context says.
    """
    y, caches = x, []
    # Only the newest output is held on to: the others may be freed.
    for output, cache in _forward(layers, parameters, x, context, frozen):
        y = output
        caches.append(cache)
    return y, caches


def backward_through(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    caches: Sequence[AnyCache],
    dy: FloatArray,
) -> tuple[FloatArray, list[dict[str, FloatArray]]]:
    """Return ∂L/∂x and every layer's gradients, given ∂L/∂y of the last layer."""
    dx, gradients = dy, []
    for upstream, gradient in _backward(layers, parameters, caches, dy):
        dx = upstream
        gradients.append(gradient)
    gradients.reverse()
    return dx, gradients


@dataclass(frozen=True)
class LayerTrace:
    """What one layer computed in a pass.

    Attributes
    ----------
    position : int
    layer : Layer
    forward : tuple of Traced
        In the order in which it was computed; the last is the layer's output.
    backward : tuple of Traced
        The same of the backward pass, the last being ∂L/∂x; empty where none was made.
    """

    position: int
    layer: Layer
    forward: tuple[Traced, ...]
    backward: tuple[Traced, ...] = ()

    def __getitem__(self, symbol: str) -> FloatArray:
        """Return the numbers of that symbol."""
        for traced in (*self.forward, *self.backward):
            if traced.symbol == symbol:
                return traced.array
        known = listed(traced.symbol for traced in (*self.forward, *self.backward))
        raise KeyError(
            _(
                "layer {position} computed {known}, not {symbol!r}",
                position=self.position,
                known=known,
                symbol=symbol,
            )
        )


def trace_through(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    x: FloatArray,
    context: Context,
    dy: FloatArray | None = None,
    frozen: int = 0,
) -> tuple[LayerTrace, ...]:
    """Return what every layer computed on its way from x to y and, given ∂L/∂y, back to ∂L/∂x.

    The first `frozen` layers run as in `forward_through`.
    """
    given, passed = x, []
    made = _forward(layers, parameters, x, context, frozen)
    for own, (y, cache) in zip(_contexts(layers, context, frozen), made, strict=True):
        passed.append(Passed(given, own, cache, y))
        given = y
    forward = [
        layer.trace(arrays, of_layer)
        for layer, arrays, of_layer in zip(layers, parameters, passed, strict=True)
    ]
    backward: list[tuple[Traced, ...]] = [()] * len(passed)
    if dy is not None:
        upstream = dy
        positions = reversed(range(len(layers)))
        back = _backward(layers, parameters, [of_layer.cache for of_layer in passed], dy)
        for position, (dx, gradient) in zip(positions, back, strict=True):
            backward[position] = layers[position].trace_back(
                parameters[position], passed[position], upstream, dx, gradient
            )
            upstream = dx
    return tuple(
        LayerTrace(position, layer, forward[position], backward[position])
        for position, layer in enumerate(layers)
    )


def _forward(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    x: FloatArray,
    context: Context,
    frozen: int = 0,
) -> Iterator[tuple[FloatArray, AnyCache]]:
    """Give the output and the cache of every layer, from first to last."""
    contexts = _contexts(layers, context, frozen)
    for position, (layer, arrays) in enumerate(zip(layers, parameters, strict=True)):
        try:
            x, cache = layer.forward(arrays, x, contexts[position])
        except ShapeError as error:
            raise _placed(error, position, layer_kind(layers, position)) from error
        yield x, cache


def _contexts(layers: Sequence[Layer], context: Context, frozen: int) -> list[Context]:
    """Return the context of every layer; that of a frozen one is that of predicting."""
    return [
        Context(mask=mask) if position < frozen else context.child(position, mask)
        for position, mask in enumerate(masks_between(layers, context.mask)[:-1])
    ]


def _backward(
    layers: Sequence[Layer],
    parameters: Sequence[LayerArrays],
    caches: Sequence[AnyCache],
    dy: FloatArray,
) -> Iterator[tuple[FloatArray, dict[str, FloatArray]]]:
    """Give ∂L/∂x and the gradients of every layer, from last to first."""
    for layer, arrays, cache in zip(
        reversed(layers), reversed(parameters), reversed(caches), strict=True
    ):
        dy, gradient = layer.backward(arrays, cache, dy)
        yield dy, gradient


def _placed(error: ShapeError, position: int, kind: str) -> ShapeError:
    return ShapeError(
        _("Layer {position} ({kind}): {error}", position=position, kind=kind, error=error)
    )
