"""The residual block: layers whose output is added to their input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from axone.arrays import FloatArray, Shape
from axone.errors import ConfigurationError, ShapeError
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec
from axone.layers.sequence import backward_through, forward_through, output_shapes


@dataclass(frozen=True, init=False)
class Residual(Layer):
    """Y = X + F(X), F the layers within; ∂L/∂X = ∂L/∂Y + ∂L/∂Y·∂F/∂X (He et al. 2016).

    The gradient always has the short way round F, so that deep networks still learn.

    Parameters
    ----------
    *layers : Layer
        F, whose output must have the shape of its input.
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ConfigurationError(f"Residual holds layers, not {layer!r}.")
        if not layers:
            raise ConfigurationError("Residual needs at least one layer.")
        object.__setattr__(self, "layers", layers)

    @classmethod
    def from_settings(cls, layers: Sequence[Any]) -> "Residual":
        """Build from plain data, as an experiment file holds it."""
        from axone.layers import LAYERS

        return cls(*(LAYERS.resolve(layer) for layer in layers))

    @property
    def is_random(self) -> bool:
        return any(layer.is_random for layer in self.layers)

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = output_shapes(self.layers, input_shape)[-1]
        if shape != input_shape:
            raise ShapeError(
                f"The layers of Residual turn {input_shape} into {shape}: the two are added, so "
                f"they must be alike. Let its last layer give {input_shape}."
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
    ) -> tuple[FloatArray, Any]:
        y, caches = forward_through(self.layers, self._split(parameters), x, context)
        return x + y, caches

    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx, gradients = backward_through(self.layers, self._split(parameters), cache, dy)
        return dy + dx, _joined(gradients)

    def updated_buffers(self, parameters: LayerArrays, cache: Any) -> dict[str, FloatArray]:
        inner = zip(self.layers, self._split(parameters), cache, strict=True)
        return _joined([layer.updated_buffers(arrays, c) for layer, arrays, c in inner])

    def dead_share(self, cache: Any) -> float:
        """Return the worst of the layers within."""
        return max(layer.dead_share(c) for layer, c in zip(self.layers, cache, strict=True))

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
