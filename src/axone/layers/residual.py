"""The residual block: layers whose output is added to their input, or to a projection of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from axone.arrays import BoolArray, FloatArray, Shape
from axone.bounds import DEEPEST_DESCRIPTION, MOST_LAYERS
from axone.errors import ConfigurationError, ShapeError
from axone.layers.layer import AnyCache, Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.layers.sequence import (
    LayerTrace,
    backward_through,
    field_after,
    forward_through,
    kept_numbers_of,
    masks_between,
    multiply_adds_of,
    output_shapes,
    trace_through,
)
from axone.layers.windows import Field
from axone.messages import _
from axone.traced import Index, Traced, Working, joined


class ResidualCache(NamedTuple):
    """F(X), S(X), and the caches of the layers of both."""

    branch: FloatArray
    short: FloatArray
    inner: tuple[AnyCache, ...]
    shortcut: tuple[AnyCache, ...]


@dataclass(frozen=True, init=False)
class Residual(Layer[ResidualCache]):
    """Y = S(X) + F(X), F the layers within; ∂L/∂X = ∂L/∂Y·∂S/∂X + ∂L/∂Y·∂F/∂X (He et al. 2016).

    Without a shortcut S(X) = X. The gradient then always has the short way round F, so that deep
    networks still learn.

    Parameters
    ----------
    *layers : Layer
        F, whose output must have the shape of S(X).
    shortcut : sequence of Layer, optional
        S, where F changes the shape: ``[Conv1D(64, 1, stride=2)]``, a projection.

    Notes
    -----
    Under a mask, a position of Y is there if it is in both S(X) and F(X). The arrays of the
    shortcut are named ``"shortcut.0.weight"``; its random layers draw from the streams within child
    ``len(layers)`` of the block's.
    """

    layers: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()
    depth: ClassVar[int]
    """How many blocks are within one another, this one counted: set on creation, no setting."""

    def __init__(self, *layers: Layer, shortcut: Sequence[Layer] = ()) -> None:
        if not layers:
            raise ConfigurationError(_("Residual needs at least one layer."))
        if not isinstance(shortcut, list | tuple):
            raise ConfigurationError(
                _(
                    "The shortcut of Residual must be a list of layers, not {found!r}.",
                    found=shortcut,
                )
            )
        within = (*layers, *shortcut)
        for layer in within:
            if not isinstance(layer, Layer):
                raise ConfigurationError(_("Residual holds layers, not {layer!r}.", layer=layer))
            if layer.takes_tokens:
                raise ConfigurationError(
                    _(
                        "{layer!r} in Residual: token numbers cannot be added to. Put it before.",
                        layer=layer,
                    )
                )
        if len(within) > MOST_LAYERS:
            raise ConfigurationError(
                _(
                    "Residual holds {layers:,} layers: at most {most:,} are allowed.",
                    layers=len(within),
                    most=MOST_LAYERS,
                )
            )
        inner = (layer.depth for layer in within if isinstance(layer, Residual))
        depth = 1 + max(inner, default=0)
        if depth > DEEPEST_DESCRIPTION:
            raise ConfigurationError(
                _(
                    "Residual blocks within one another {depth} deep: at most {most} are allowed.",
                    depth=depth,
                    most=DEEPEST_DESCRIPTION,
                )
            )
        object.__setattr__(self, "depth", depth)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "shortcut", tuple(shortcut))

    @classmethod
    def from_settings(cls, layers: Sequence[Any], shortcut: Sequence[Any] = ()) -> "Residual":
        """Build from plain data, as an experiment file holds it."""
        from axone.layers import LAYERS

        within = [LAYERS.resolve(layer) for layer in layers]
        return cls(*within, shortcut=[LAYERS.resolve(layer) for layer in shortcut])

    @property
    def is_random(self) -> bool:
        return any(layer.is_random for layer in (*self.layers, *self.shortcut))

    @property
    def takes_mask(self) -> bool:
        # Those within refuse theirs with their own place.
        return True

    def output_mask(self, mask: BoolArray) -> BoolArray | None:
        branch = masks_between(self.layers, mask)[-1]
        short = masks_between(self.shortcut, mask)[-1]
        # Where one of them has nothing, its numbers would reach the sum.
        return None if branch is None or short is None else branch & short

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = _shape_after(self.layers, input_shape)
        short = _shape_after(self.shortcut, input_shape)
        if shape != short and not self.shortcut:
            raise ShapeError(
                _(
                    "The layers of Residual turn {input_shape} into {shape}: the two are "
                    "added, so they must be alike. Let its last layer give {input_shape}, or give "
                    "a shortcut that turns {input_shape} into {shape}.",
                    input_shape=input_shape,
                    shape=shape,
                )
            )
        if shape != short:
            raise ShapeError(
                _(
                    "The layers of Residual turn {input_shape} into {shape}, its shortcut into "
                    "{short}: the two are added, so they must be alike.",
                    input_shape=input_shape,
                    shape=shape,
                    short=short,
                )
            )
        return shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        short = _specs(self.shortcut, input_shape)
        return (
            *_specs(self.layers, input_shape),
            *(replace(spec, name=_SHORTCUT + spec.name) for spec in short),
        )

    def multiply_adds(self, input_shape: Shape) -> int:
        branch = multiply_adds_of(self.layers, input_shape)
        return branch + multiply_adds_of(self.shortcut, input_shape)

    def kept_numbers(self, input_shape: Shape) -> int:
        branch = kept_numbers_of(self.layers, input_shape)
        short = kept_numbers_of(self.shortcut, input_shape)
        return branch + short + super().kept_numbers(input_shape)

    def receptive_field(self, input_shape: Shape) -> Field:
        """Return the larger of the two: they are added position by position."""
        branch = field_after(self.layers, input_shape)
        short = field_after(self.shortcut, input_shape)
        if branch is None or short is None:
            return None
        if not branch or not short:
            return branch or short
        return tuple(map(max, branch, short))

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ResidualCache]:
        within, of_shortcut = self.arrays_within(parameters)
        branch, inner = forward_through(self.layers, within, x, context)
        aside = context.child(len(self.layers), context.mask)
        short, caches = forward_through(self.shortcut, of_shortcut, x, aside)
        return short + branch, ResidualCache(branch, short, tuple(inner), tuple(caches))

    def backward(
        self, parameters: LayerArrays, cache: ResidualCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        within, of_shortcut = self.arrays_within(parameters)
        dx, gradients = backward_through(self.layers, within, cache.inner, dy)
        d_short, of_short = backward_through(self.shortcut, of_shortcut, cache.shortcut, dy)
        return d_short + dx, self._joined(gradients, of_short)

    def updated_buffers(
        self, parameters: LayerArrays, cache: ResidualCache
    ) -> dict[str, FloatArray]:
        within, of_shortcut = self.arrays_within(parameters)
        return self._joined(
            _updated(self.layers, within, cache.inner),
            _updated(self.shortcut, of_shortcut, cache.shortcut),
        )

    def dead_share(self, cache: ResidualCache) -> float:
        """Return the worst of the layers within."""
        return max(layer.dead_share(own) for layer, own in self._within(cache))

    def saturated_share(self, cache: ResidualCache) -> float:
        """Return the worst of the layers within."""
        return max(layer.saturated_share(own) for layer, own in self._within(cache))

    def _within(self, cache: ResidualCache) -> Iterator[tuple[Layer, Any]]:
        """Go through the layers within, each with its cache."""
        layers, caches = (*self.layers, *self.shortcut), (*cache.inner, *cache.shortcut)
        return zip(layers, caches, strict=True)

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: ResidualCache = passed.cache
        within, aside = self._traces(parameters, passed)

        def of_y(index: Index) -> Working:
            return joined((float(cache.short[index]),), (float(cache.branch[index]),))

        named = f"F(x) = {_names(self.layers)} of x"
        branch = Traced("F(x)", named, cache.branch, layers=within)
        if not self.shortcut:
            return (branch, Traced("y", "y = x + F(x)", passed.y, of_y))
        named = f"S(x) = {_names(self.shortcut)} of x"
        short = Traced("S(x)", named, cache.short, layers=aside)
        return (branch, short, Traced("y", "y = S(x) + F(x)", passed.y, of_y))

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        within, aside = self._traces(parameters, passed, dy)
        branch = within[0].backward[-1].array
        short = aside[0].backward[-1].array if aside else dy

        def of_x(index: Index) -> Working:
            return joined((float(short[index]),), (float(branch[index]),))

        through = [Traced("∂F", "∂F = ∂L/∂y·∂F/∂x", branch, layers=within)]
        if aside:
            through.append(Traced("∂S", "∂S = ∂L/∂y·∂S/∂x", short, layers=aside))
        equation = "∂L/∂x = ∂S + ∂F" if aside else "∂L/∂x = ∂L/∂y + ∂F"
        return (
            *through,
            *(
                Traced(f"∂L/∂{name}", _("∂L/∂{name} = that of the layer within", name=name), array)
                for name, array in gradients.items()
            ),
            Traced("∂L/∂x", equation, dx, of_x),
        )

    def _traces(
        self, parameters: LayerArrays, passed: Passed, dy: FloatArray | None = None
    ) -> tuple[tuple[LayerTrace, ...], tuple[LayerTrace, ...]]:
        """Pass again through the layers within and those of the shortcut, for what they computed.

        The same numbers once more: a layer draws from the stream of its context.
        """
        own, of_shortcut = self.arrays_within(parameters)
        aside = passed.context.child(len(self.layers), passed.context.mask)
        return (
            trace_through(self.layers, own, passed.x, passed.context, dy),
            trace_through(self.shortcut, of_shortcut, passed.x, aside, dy),
        )

    def arrays_within(
        self, parameters: LayerArrays
    ) -> tuple[list[dict[str, FloatArray]], list[dict[str, FloatArray]]]:
        """Return the arrays of each inner layer, and of each of the shortcut's.

        ``"0.weight"`` is layer 0's ``"weight"``.
        """
        within: list[dict[str, FloatArray]] = [{} for _ in self.layers]
        of_shortcut: list[dict[str, FloatArray]] = [{} for _ in self.shortcut]
        for name, array in parameters.items():
            row = of_shortcut if name.startswith(_SHORTCUT) else within
            position, _, inner_name = name.removeprefix(_SHORTCUT).partition(".")
            row[int(position)][inner_name] = array
        return within, of_shortcut

    def _joined(
        self,
        within: Sequence[Mapping[str, FloatArray]],
        of_shortcut: Sequence[Mapping[str, FloatArray]],
    ) -> dict[str, FloatArray]:
        """Name the arrays of inner layers as the block's own: the inverse of `arrays_within`."""
        short = _joined(of_shortcut)
        return _joined(within) | {_SHORTCUT + name: array for name, array in short.items()}


_SHORTCUT = "shortcut."
"""What the names of the shortcut's arrays begin with."""


def prefixed(spec: ParameterSpec, position: int) -> ParameterSpec:
    """Return the same array under the name it has outside its layer: ``"0.weight"``."""
    return replace(spec, name=f"{position}.{spec.name}")


def _shape_after(layers: Sequence[Layer], input_shape: Shape) -> Shape:
    return (input_shape, *output_shapes(layers, input_shape))[-1]


def _specs(layers: Sequence[Layer], input_shape: Shape) -> tuple[ParameterSpec, ...]:
    before = (input_shape, *output_shapes(layers, input_shape))
    return tuple(
        prefixed(spec, position)
        for position, layer in enumerate(layers)
        for spec in layer.parameters(before[position])
    )


def _updated(
    layers: Sequence[Layer], parameters: Sequence[LayerArrays], caches: Sequence[AnyCache]
) -> list[dict[str, FloatArray]]:
    inner = zip(layers, parameters, caches, strict=True)
    return [layer.updated_buffers(arrays, cache) for layer, arrays, cache in inner]


def _names(layers: Sequence[Layer]) -> str:
    return ", ".join(type(layer).__name__ for layer in layers)


def _joined(by_layer: Sequence[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    return {
        f"{position}.{name}": array
        for position, arrays in enumerate(by_layer)
        for name, array in arrays.items()
    }


def all_layers(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Go through the layers, and through those within residual blocks."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from all_layers((*layer.layers, *layer.shortcut))
