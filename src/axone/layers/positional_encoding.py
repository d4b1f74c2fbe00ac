"""Positional encoding: attention itself does not know which position is which."""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays, NoCache, Passed
from axone.messages import _
from axone.traced import Index, Traced, Working, joined


@dataclass(frozen=True)
class PositionalEncoding(Layer[NoCache]):
    """y[p] = x[p] + PE[p] (Vaswani et al. 2017, section 3.5), on sequences (length, features).

    PE[p, 2i] = sin(p/10000^(2i/features)) and PE[p, 2i + 1] = cos of the same: waves from 2π to
    10000·2π positions long, of which any shift is a rotation. Positions are counted from 0, those
    that a mask leaves out too; nothing is learned, and ∂L/∂x = ∂L/∂y.
    """

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "PositionalEncoding reads sequences (length, features), not examples of shape "
                    "{input_shape}: put Embedding() before it for tokens, or Reshape() to "
                    "(length, features); signals (channels, length) need Transpose().",
                    input_shape=input_shape,
                )
            )
        return input_shape

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, NoCache]:
        return x + sinusoids(x.shape[1], x.shape[2]).astype(x.dtype), NoCache()

    def backward(
        self, parameters: LayerArrays, cache: NoCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy, {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        length, features = passed.y.shape[1:]
        waves = sinusoids(length, features)
        equation = "PE[p, 2i] = sin(p/10000^(2i/features)), PE[p, 2i + 1] = cos of the same"

        def of_wave(index: Index) -> Working:
            position, feature = index
            wave = "cos(" if feature % 2 else "sin("
            exponent = (float(feature // 2 * 2), "/", float(features))
            return (wave, float(position), "/10000^(", *exponent, "))")

        def of_y(index: Index) -> Working:
            return joined((float(passed.x[index]),), (float(waves[index[1:]]),))

        return (
            Traced("PE", equation, waves, of_wave),
            Traced("y", "y[p] = x[p] + PE[p]", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        return (Traced("∂L/∂x", "∂L/∂x = ∂L/∂y", dx),)


def sinusoids(length: int, features: int) -> FloatArray:
    """Return PE, float64 of shape (length, features)."""
    feature = np.arange(features)
    angles = np.arange(length)[:, None] / 10000 ** (feature // 2 * 2 / features)
    waves: FloatArray = np.where(feature % 2 == 0, np.sin(angles), np.cos(angles))
    return waves
