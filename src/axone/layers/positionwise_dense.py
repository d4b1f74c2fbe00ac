"""The dense layer applied to every position of a sequence, with the same weights for all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from axone.activations import ActivationFunction, Identity
from axone.arrays import FloatArray, Shape
from axone.errors import ShapeError
from axone.initializers import Initializer, Zeros
from axone.layers.dense import Dense, DenseCache
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.messages import _
from axone.traced import Index, Traced, reindexed


class PositionwiseDenseCache(NamedTuple):
    """The length of a sequence, and the cache of `Dense`, to which every position is a row."""

    length: int
    positions: DenseCache


@dataclass(frozen=True)
class PositionwiseDense(Layer[PositionwiseDenseCache]):
    """y[p] = σ(W·x[p] + b) at every position p: `Dense`, to which each position is an example.

    (length, features) → (length, units). In a transformer two of them in a row are the feed-forward
    part (Vaswani et al. 2017, section 3.3); a convolution of kernel size 1 is the same on signals.

    Parameters
    ----------
    units : int
        Outputs of a position. W is (units, features), b is (units,).
    activation, initializer, bias_initializer, bias
        As in `Dense`.

    Examples
    --------
    >>> PositionwiseDense(64, "gelu").output_shape((20, 16))
    (20, 64)
    """

    units: int
    activation: ActivationFunction | str | Mapping[str, Any] = field(default_factory=Identity)
    initializer: Initializer | str | Mapping[str, Any] | None = None
    bias_initializer: Initializer | str | Mapping[str, Any] = field(default_factory=Zeros)
    bias: bool = True

    def __post_init__(self) -> None:
        # Dense checks and resolves the settings.
        for name, setting in vars(self.dense).items():
            object.__setattr__(self, name, setting)

    @property
    def dense(self) -> Dense:
        """The layer that each position goes through."""
        return Dense(
            self.units, self.activation, self.initializer, self.bias_initializer, self.bias
        )

    @property
    def function(self) -> ActivationFunction:
        """The activation function, resolved."""
        return self.dense.function

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "PositionwiseDense reads sequences (length, features), not examples of shape "
                    "{input_shape}: take Dense() for features, or put Reshape() to (length, "
                    "features) before it.",
                    input_shape=input_shape,
                )
            )
        return (input_shape[0], self.units)

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        return self.dense.parameters(input_shape[1:])

    def multiply_adds(self, input_shape: Shape) -> int:
        return input_shape[0] * super().multiply_adds(input_shape)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, PositionwiseDenseCache]:
        y, cache = self.dense.forward(parameters, _positions(x), context)
        return _sequences(y, x.shape[1]), PositionwiseDenseCache(x.shape[1], cache)

    def backward(
        self, parameters: LayerArrays, cache: PositionwiseDenseCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx, gradients = self.dense.backward(parameters, cache.positions, _positions(dy))
        return _sequences(dx, cache.length), gradients

    def parameter_gradients(
        self, parameters: LayerArrays, cache: PositionwiseDenseCache, dy: FloatArray
    ) -> dict[str, FloatArray]:
        return self.dense.parameter_gradients(parameters, cache.positions, _positions(dy))

    def dead_share(self, cache: PositionwiseDenseCache) -> float:
        return self.dense.dead_share(cache.positions)

    def saturated_share(self, cache: PositionwiseDenseCache) -> float:
        return self.dense.saturated_share(cache.positions)

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        traced = self.dense.trace(parameters, _each_a_row(passed))
        return tuple(_along(step, passed.cache.length) for step in traced)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: PositionwiseDenseCache = passed.cache
        delta, *of_arrays, of_x = self.dense.trace_back(
            parameters, _each_a_row(passed), _positions(dy), _positions(dx), gradients
        )
        of_sequences = _along(of_x, cache.length)._replace(array=dx)
        return (_along(delta, cache.length), *of_arrays, of_sequences)


def _each_a_row(passed: Passed) -> Passed:
    """Return what the dense layer met, to which every position is a row."""
    x, y = _positions(passed.x), _positions(passed.y)
    return Passed(x, passed.context, passed.cache.positions, y)


def _along(step: Traced, length: int) -> Traced:
    """Return a step of (m·length, features) as one of (m, length, features)."""

    def as_a_row(index: Index) -> Index:
        row, position, feature = index
        return (row * length + position, feature)

    worked_at = reindexed(step.worked_at, as_a_row)
    return step._replace(array=_sequences(step.array, length), worked_at=worked_at)


def _positions(x: FloatArray) -> FloatArray:
    """(m, length, features) → (m·length, features)."""
    return x.reshape(-1, x.shape[-1])


def _sequences(x: FloatArray, length: int) -> FloatArray:
    """(m·length, features) → (m, length, features)."""
    return x.reshape(-1, length, x.shape[-1])
