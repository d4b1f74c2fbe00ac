"""Batch normalisation: every feature is brought to mean 0 and variance 1 over the batch."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.errors import ShapeError
from axone.initializers import Constant, Zeros
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec


class _Cache(NamedTuple):
    normalised: FloatArray
    deviation: FloatArray
    mean: FloatArray | None
    variance: FloatArray | None


@dataclass(frozen=True)
class BatchNorm(Layer):
    """y = weight ⊙ x̂ + bias, x̂ = (x − μ)/√(s² + ε) (Ioffe & Szegedy 2015, algorithm 1).

    μ and s² (biased) are the batch's in training, running averages at prediction. Examples with
    more than one axis share the statistics of a channel, their first axis. With N the cells that
    share them: ∂L/∂x = weight/√(s² + ε) ⊙ (∂L/∂y − mean(∂L/∂y) − x̂ ⊙ mean(∂L/∂y ⊙ x̂)).

    Parameters
    ----------
    momentum : float, default 0.9
        running ← momentum·running + (1 − momentum)·batch.
    epsilon : float, default 1e-5
        Keeps the division finite where a feature does not vary.
    """

    momentum: float = 0.9
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        check_number("momentum", self.momentum, at_least=0, below=1)
        check_number("epsilon", self.epsilon, above=0)

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape:
            raise ShapeError("BatchNorm needs examples with at least one feature.")
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        channels = input_shape[:1]
        return (
            ParameterSpec("weight", channels, Constant(1.0)),
            ParameterSpec("bias", channels, Zeros()),
            ParameterSpec("running_mean", channels, Zeros(), trainable=False),
            ParameterSpec("running_variance", channels, Constant(1.0), trainable=False),
        )

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, Any]:
        if context.training:
            mean = x.mean(axis=_shared(x))
            variance = x.var(axis=_shared(x))
            cache_mean, cache_variance = mean, variance
        else:
            mean, variance = parameters["running_mean"], parameters["running_variance"]
            cache_mean = cache_variance = None
        deviation = np.sqrt(variance + x.dtype.type(self.epsilon))
        normalised = (x - _spread(mean, x)) / _spread(deviation, x)
        y = _spread(parameters["weight"], x) * normalised + _spread(parameters["bias"], x)
        return y, _Cache(normalised, deviation, cache_mean, cache_variance)

    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        shared = _shared(dy)
        d_bias = dy.sum(axis=shared)
        d_weight = (dy * cache.normalised).sum(axis=shared)
        scale = _spread(parameters["weight"] / cache.deviation, dy)
        gradients = {"weight": d_weight, "bias": d_bias}
        if cache.mean is None:
            return scale * dy, gradients
        cells = dy.size // dy.shape[1]
        pull = _spread(d_bias, dy) + cache.normalised * _spread(d_weight, dy)
        return scale * (dy - pull / cells), gradients

    def updated_buffers(self, parameters: LayerArrays, cache: Any) -> dict[str, FloatArray]:
        share = 1 - self.momentum
        return {
            "running_mean": self.momentum * parameters["running_mean"] + share * cache.mean,
            "running_variance": (
                self.momentum * parameters["running_variance"] + share * cache.variance
            ),
        }


def _shared(x: FloatArray) -> tuple[int, ...]:
    """Return every axis but the channels'."""
    return (0, *range(2, x.ndim))


def _spread(per_channel: FloatArray, x: FloatArray) -> FloatArray:
    """Shape one number a channel so that it broadcasts over x."""
    return per_channel.reshape(1, -1, *[1] * (x.ndim - 2))
