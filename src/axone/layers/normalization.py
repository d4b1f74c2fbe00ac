"""Batch normalisation: every feature is brought to mean 0 and variance 1 over the batch."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, Shape
from axone.checks import check_number
from axone.errors import ShapeError
from axone.initializers import Constant, Zeros
from axone.layers.layer import (
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Passed,
    is_there,
    per_channel,
    present_in_signals,
)
from axone.messages import _
from axone.traced import Index, Traced, Working, averaged, joined, mean_of_squares, products, summed


class BatchNormCache(NamedTuple):
    """x̂, √(s² + ε), in training the batch's μ and s², if it has any, and which cells are there."""

    normalised: FloatArray
    deviation: FloatArray
    batch: tuple[FloatArray, FloatArray] | None
    present: BoolArray | None


@dataclass(frozen=True)
class BatchNorm(Layer[BatchNormCache]):
    """y = weight ⊙ x̂ + bias, x̂ = (x − μ)/√(s² + ε) (Ioffe & Szegedy 2015, algorithm 1).

    μ and s² (biased) are the batch's in training, running averages at prediction. Examples with
    more than one axis share the statistics of a channel, their first axis. With N the cells that
    share them: ∂L/∂x = weight/√(s² + ε) ⊙ (∂L/∂y − mean(∂L/∂y) − x̂ ⊙ mean(∂L/∂y ⊙ x̂)).

    Under a mask, signals ``(channels, length)`` have the statistics of the positions that are
    there; y is 0 at the others. A batch of which nothing is there, as behind windows that skip it
    all, has no statistics: the running averages stay as they are.

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

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape:
            raise ShapeError(_("BatchNorm needs examples with at least one feature."))
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
    ) -> tuple[FloatArray, BatchNormCache]:
        present = None if context.mask is None else present_in_signals("BatchNorm", context.mask, x)
        batch = _statistics(x, present) if context.training else None
        mean, variance = batch or (parameters["running_mean"], parameters["running_variance"])
        deviation = np.sqrt(variance + self.epsilon).astype(x.dtype, copy=False)
        centred = (x - per_channel(mean, x)).astype(x.dtype, copy=False)
        normalised = centred / per_channel(deviation, x)
        y = per_channel(parameters["weight"], x) * normalised + per_channel(parameters["bias"], x)
        if present is not None:
            normalised, y = np.where(present, normalised, 0), np.where(present, y, 0)
        return y, BatchNormCache(normalised, deviation, batch, present)

    def backward(
        self, parameters: LayerArrays, cache: BatchNormCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        shared = _shared(dy)
        if cache.present is not None:
            dy = np.where(cache.present, dy, 0)
        d_bias = dy.sum(axis=shared)
        d_weight = (dy * cache.normalised).sum(axis=shared)
        scale = per_channel(parameters["weight"] / cache.deviation, dy)
        gradients = {"weight": d_weight, "bias": d_bias}
        if cache.batch is None:
            return scale * dy, gradients
        pull = per_channel(d_bias, dy) + cache.normalised * per_channel(d_weight, dy)
        if cache.present is None:
            return scale * (dy - pull / (dy.size // dy.shape[1])), gradients
        pull = np.where(cache.present, pull, 0)
        return scale * (dy - pull / dy.dtype.type(cache.present.sum())), gradients

    def updated_buffers(
        self, parameters: LayerArrays, cache: BatchNormCache
    ) -> dict[str, FloatArray]:
        if cache.batch is None:
            return {}
        keep, share = self.momentum, 1 - self.momentum
        averages = {}
        for name, found in zip(("running_mean", "running_variance"), cache.batch, strict=True):
            running = parameters[name]
            averages[name] = (keep * running + share * found).astype(running.dtype, copy=False)
        return averages

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: BatchNormCache = passed.cache
        weight, bias = parameters["weight"], parameters["bias"]
        mean, variance = cache.batch or (parameters["running_mean"], parameters["running_variance"])

        def of_normalised(index: Index) -> Working:
            channel = index[1]
            if not is_there(cache.present, index[0], index[-1]):
                return (0.0,)
            difference = ("(", float(passed.x[index]), " − ", float(mean[channel]), ")/")
            return (*difference, float(cache.deviation[channel]))

        def of_y(index: Index) -> Working:
            if not is_there(cache.present, index[0], index[-1]):
                return (0.0,)
            channel = index[1]
            scaled = (float(weight[channel]), "·", float(cache.normalised[index]))
            return joined(scaled, (float(bias[channel]),))

        return (
            *self._traced_statistics(parameters, passed, mean, variance),
            Traced("x̂", "x̂ = (x − μ)/√(s² + ε)", cache.normalised, of_normalised),
            Traced("y", "y = weight ⊙ x̂ + bias", passed.y, of_y),
        )

    def _traced_statistics(
        self, parameters: LayerArrays, passed: Passed, mean: FloatArray, variance: FloatArray
    ) -> tuple[Traced, ...]:
        """Name μ, √(s² + ε) and, where they are the batch's, the running averages."""
        cache: BatchNormCache = passed.cache

        def of_mean(index: Index) -> Working:
            return averaged(_cells_of(passed.x, index[0], cache.present))

        def of_deviation(index: Index) -> Working:
            if cache.batch is None:
                return ("√(", float(variance[index]), " + ", self.epsilon, ")")
            found = _cells_of(passed.x, index[0], cache.present)
            squares = mean_of_squares(found, float(mean[index]))
            return ("√(", *squares, " + ", self.epsilon, ")")

        root = "√(s² + ε)"
        if cache.batch is None:
            return (
                Traced("μ", _("μ = mean of x, {of}", of=_("running averages")), mean),
                Traced(
                    root,
                    _("s² = variance of x, {of}", of=_("running averages")),
                    cache.deviation,
                    of_deviation,
                ),
            )

        def of_average(name: str, found: FloatArray, index: Index) -> Working:
            kept = (self.momentum, "·", float(parameters[name][index]))
            return joined(kept, (1 - self.momentum, "·", float(found[index])))

        updated = self.updated_buffers(parameters, cache)
        averages = zip(updated.items(), ("μ", "s²"), (mean, variance), strict=True)
        return (
            Traced("μ", _("μ = mean of x, {of}", of=_("over the batch")), mean, of_mean),
            Traced(
                root,
                _("s² = variance of x, {of}", of=_("over the batch")),
                cache.deviation,
                of_deviation,
            ),
            *(
                Traced(
                    f"running {symbol}",
                    f"running {symbol} = momentum·running {symbol} + (1 − momentum)·{symbol}",
                    array,
                    partial(of_average, name, found),
                )
                for (name, array), symbol, found in averages
            ),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: BatchNormCache = passed.cache
        weight, present = parameters["weight"], cache.present
        count = dy.size // dy.shape[1] if present is None else int(present.sum())

        def of_weight(index: Index) -> Working:
            slopes = _cells_of(dy, index[0], present)
            return products(slopes, _cells_of(cache.normalised, index[0], present))

        def of_bias(index: Index) -> Working:
            return summed(_cells_of(dy, index[0], present))

        def of_x(index: Index) -> Working:
            channel = index[1]
            scale = (float(weight[channel]), "/", float(cache.deviation[channel]), "·")
            if not is_there(present, index[0], index[-1]):
                return (0.0,)
            if cache.batch is None:
                return (*scale, float(dy[index]))
            d_bias, d_weight = gradients["bias"][channel], gradients["weight"][channel]
            pull = joined((float(d_bias),), (float(cache.normalised[index]), "·", float(d_weight)))
            return (*scale, "(", float(dy[index]), " − (", *pull, ")/", float(count), ")")

        of_batch = "∂L/∂x = weight/√(s² + ε) ⊙ (∂L/∂y − (∂L/∂bias + x̂ ⊙ ∂L/∂weight)/N)"
        of_averages = "∂L/∂x = weight/√(s² + ε) ⊙ ∂L/∂y"
        equation = of_averages if cache.batch is None else of_batch
        return (
            Traced("∂L/∂weight", "∂L/∂weight = Σ ∂L/∂y ⊙ x̂", gradients["weight"], of_weight),
            Traced("∂L/∂bias", "∂L/∂bias = Σ ∂L/∂y", gradients["bias"], of_bias),
            Traced("∂L/∂x", equation, dx, of_x),
        )


def _statistics(x: FloatArray, present: BoolArray | None) -> tuple[FloatArray, FloatArray] | None:
    """Return mean and biased variance of every channel, over the cells that are there, if any are.

    In float64 whatever x is: the square of 10²⁰ is too large for float32, and many small numbers
    beside a large sum would be lost.
    """
    shared = _shared(x)
    if present is None:
        return x.mean(axis=shared, dtype=np.float64), x.var(axis=shared, dtype=np.float64)
    count = present.sum()
    if count == 0:
        return None
    mean = np.where(present, x, 0).sum(axis=shared, dtype=np.float64) / count
    squares = np.where(present, x - per_channel(mean, x), 0) ** 2
    return mean, squares.sum(axis=shared) / count


def _cells_of(x: FloatArray, channel: int, present: BoolArray | None) -> FloatArray:
    """Return the numbers of a channel that are there."""
    return x[:, channel] if present is None else x[:, channel][present[:, 0]]


def _shared(x: FloatArray) -> tuple[int, ...]:
    """Return every axis but the channels'."""
    return (0, *range(2, x.ndim))
