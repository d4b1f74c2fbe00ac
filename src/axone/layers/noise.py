"""Layers that are random in training and do nothing at prediction: dropout and Gaussian noise."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays, NoCache, Passed
from axone.messages import _
from axone.traced import Index, Traced, WorkedAt, Working, joined


class DropoutCache(NamedTuple):
    """What each cell was multiplied with: 0 or 1/(1 − rate); None where all were kept."""

    factors: FloatArray | None


@dataclass(frozen=True)
class InvertedDropout(Layer[DropoutCache]):
    """What `Dropout` and `ChannelDropout` share: x ⊙ keep/(1 − rate) in training, x otherwise."""

    rate: float

    _drawn: ClassVar[str]
    """The equation of the factors."""

    def __post_init__(self) -> None:
        check_number("rate", self.rate, at_least=0, below=1)

    @abstractmethod
    def _draws(self, shape: Shape) -> Shape:
        """Return how many are kept or dropped along each axis of x; a 1 is all of it at once."""

    @property
    def is_random(self) -> bool:
        return self.rate > 0

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, DropoutCache]:
        if not context.training or context.random is None or self.rate == 0:
            return x, DropoutCache(None)
        factors = context.random.keep(self._draws(x.shape), self.rate).astype(x.dtype)
        factors *= 1 / (1 - self.rate)
        return x * factors, DropoutCache(factors)

    def backward(
        self, parameters: LayerArrays, cache: DropoutCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return (dy if cache.factors is None else dy * cache.factors), {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: DropoutCache = passed.cache
        if cache.factors is None:
            return (Traced("y", "y = x", passed.y),)
        factors = cache.factors

        def of_factor(index: Index) -> Working:
            return (float(factors[index] > 0), "/(1 − ", self.rate, ")")

        return (
            Traced("r", self._drawn, factors, of_factor),
            Traced("y", "y = x ⊙ r", passed.y, _scaled(passed.x, factors)),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: DropoutCache = passed.cache
        if cache.factors is None:
            return (Traced("∂L/∂x", "∂L/∂x = ∂L/∂y", dx),)
        return (Traced("∂L/∂x", "∂L/∂x = ∂L/∂y ⊙ r", dx, _scaled(dy, cache.factors)),)


def _scaled(numbers: FloatArray, factors: FloatArray) -> WorkedAt:
    everywhere = np.broadcast_to(factors, numbers.shape)

    def worked_at(index: Index) -> Working:
        return (float(numbers[index]), "·", float(everywhere[index]))

    return worked_at


@dataclass(frozen=True)
class Dropout(InvertedDropout):
    """Y = X ⊙ keep/(1 − rate), each cell dropped with probability `rate` (Srivastava et al. 2014).

    The division (inverted dropout) keeps the mean, so that prediction needs no correction.

    Parameters
    ----------
    rate : float
        The probability of dropping, 0 ≤ rate < 1.
    """

    _drawn: ClassVar[str] = "r = keep/(1 − rate)"

    def _draws(self, shape: Shape) -> Shape:
        return shape


@dataclass(frozen=True)
class ChannelDropout(InvertedDropout):
    """Y[c] = X[c]·keep[c]/(1 − rate): channels are dropped whole (Tompson et al. 2015).

    Neighbours of a signal or an image resemble each other: of single cells that were dropped the
    others would tell.

    Parameters
    ----------
    rate : float
        The probability of dropping, 0 ≤ rate < 1.
    """

    _drawn: ClassVar[str] = "r = keep/(1 − rate), one a channel"

    def _draws(self, shape: Shape) -> Shape:
        return (*shape[:2], *[1] * (len(shape) - 2))

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            raise ShapeError(
                _(
                    "ChannelDropout drops channels of signals (channels, length) and images "
                    "(channels, height, width), not of examples of shape {input_shape}: take "
                    "Dropout.",
                    input_shape=input_shape,
                )
            )
        return input_shape


@dataclass(frozen=True)
class GaussianNoise(Layer[NoCache]):
    """Y = X + N(0, standard_deviation²) in training: noisy inputs act like a penalty (Bishop 1995).

    Parameters
    ----------
    standard_deviation : float
        In units of the layer's input; after scaling, of the features' standard deviations.
    """

    standard_deviation: float

    def __post_init__(self) -> None:
        check_number("standard_deviation", self.standard_deviation, at_least=0)

    @property
    def is_random(self) -> bool:
        return self.standard_deviation > 0

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, NoCache]:
        if not context.training or context.random is None:
            return x, NoCache()
        noise = (self.standard_deviation * context.random.normal(x.shape)).astype(x.dtype)
        return x + noise, NoCache()

    def backward(
        self, parameters: LayerArrays, cache: NoCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        return dy, {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        if not passed.context.training or passed.context.random is None:
            return (Traced("y", "y = x", passed.y),)
        noise = passed.y - passed.x

        def of_y(index: Index) -> Working:
            return joined((float(passed.x[index]),), (float(noise[index]),))

        return (
            Traced("noise", f"noise = N(0, {self.standard_deviation}²)", noise),
            Traced("y", "y = x + noise", passed.y, of_y),
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
