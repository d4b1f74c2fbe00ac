"""The residual block: layers whose output is added to their input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from axone.arrays import BoolArray, FloatArray, Shape
from axone.bounds import DEEPEST_DESCRIPTION, MOST_LAYERS
from axone.errors import ConfigurationError, ShapeError
from axone.layers.layer import AnyCache, Context, Layer, LayerArrays, ParameterSpec, Traced
from axone.layers.sequence import backward_through, forward_through, masks_between, output_shapes
from axone.messages import _


class ResidualCache(NamedTuple):
    """What the layers within gave, F(X), and the cache of each."""

    branch: FloatArray
    inner: tuple[AnyCache, ...]


@dataclass(frozen=True, init=False)
class Residual(Layer[ResidualCache]):
    """Y = X + F(X), F the layers within; ∂L/∂X = ∂L/∂Y + ∂L/∂Y·∂F/∂X (He et al. 2016).

    The gradient always has the short way round F, so that deep networks still learn.

    Parameters
    ----------
    *layers : Layer
        F, whose output must have the shape of its input.
    """

    layers: tuple[Layer, ...]
    depth: ClassVar[int]
    """How many blocks are within one another, this one counted: set on creation, no setting."""

    def __init__(self, *layers: Layer) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ConfigurationError(_("Residual holds layers, not {layer!r}.", layer=layer))
            if layer.takes_tokens:
                raise ConfigurationError(
                    _(
                        "{layer!r} in Residual: token numbers cannot be added to. Put it before.",
                        layer=layer,
                    )
                )
        if len(layers) > MOST_LAYERS:
            raise ConfigurationError(
                _(
                    "Residual holds {layers:,} layers: at most {most:,} are allowed.",
                    layers=len(layers),
                    most=MOST_LAYERS,
                )
            )
        if not layers:
            raise ConfigurationError(_("Residual needs at least one layer."))
        inner = (layer.depth for layer in layers if isinstance(layer, Residual))
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

    @classmethod
    def from_settings(cls, layers: Sequence[Any]) -> "Residual":
        """Build from plain data, as an experiment file holds it."""
        from axone.layers import LAYERS

        return cls(*(LAYERS.resolve(layer) for layer in layers))

    @property
    def is_random(self) -> bool:
        return any(layer.is_random for layer in self.layers)

    @property
    def takes_mask(self) -> bool:
        # Those within refuse theirs with their own place.
        return True

    def output_mask(self, mask: BoolArray) -> BoolArray | None:
        return masks_between(self.layers, mask)[-1]

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = output_shapes(self.layers, input_shape)[-1]
        if shape != input_shape:
            raise ShapeError(
                _(
                    "The layers of Residual turn {input_shape} into {shape}: the two are "
                    "added, so they must be alike. Let its last layer give {input_shape}.",
                    input_shape=input_shape,
                    shape=shape,
                )
            )
        return shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        before = (input_shape, *output_shapes(self.layers, input_shape))
        return tuple(
            prefixed(spec, position)
            for position, layer in enumerate(self.layers)
            for spec in layer.parameters(before[position])
        )

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ResidualCache]:
        branch, inner = forward_through(self.layers, self._split(parameters), x, context)
        return x + branch, ResidualCache(branch, tuple(inner))

    def backward(
        self, parameters: LayerArrays, cache: ResidualCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx, gradients = backward_through(self.layers, self._split(parameters), cache.inner, dy)
        return dy + dx, _joined(gradients)

    def updated_buffers(
        self, parameters: LayerArrays, cache: ResidualCache
    ) -> dict[str, FloatArray]:
        inner = zip(self.layers, self._split(parameters), cache.inner, strict=True)
        return _joined([layer.updated_buffers(arrays, c) for layer, arrays, c in inner])

    def dead_share(self, cache: ResidualCache) -> float:
        """Return the worst of the layers within."""
        return max(layer.dead_share(c) for layer, c in zip(self.layers, cache.inner, strict=True))

    def trace(
        self, parameters: LayerArrays, cache: ResidualCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        names = ", ".join(type(layer).__name__ for layer in self.layers)
        return (
            Traced("F(x)", f"F(x) = {names} of x", cache.branch),
            Traced("y", "y = x + F(x)", y),
        )

    def _split(self, parameters: LayerArrays) -> list[dict[str, FloatArray]]:
        """Give each inner layer its own arrays: ``"0.weight"`` is layer 0's ``"weight"``."""
        split: list[dict[str, FloatArray]] = [{} for _ in self.layers]
        for name, array in parameters.items():
            position, _, inner_name = name.partition(".")
            split[int(position)][inner_name] = array
        return split


def prefixed(spec: ParameterSpec, position: int) -> ParameterSpec:
    """Return the same array under the name it has outside its layer: ``"0.weight"``."""
    return replace(spec, name=f"{position}.{spec.name}")


def _joined(by_layer: Sequence[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    return {
        f"{position}.{name}": array
        for position, arrays in enumerate(by_layer)
        for name, array in arrays.items()
    }
