"""Where weights start: every initialiser draws a whole array from a stream of random numbers.

The variance-keeping ones differ in what they keep: Glorot the mean of forward and backward
variance, He the forward one through a ReLU, LeCun the forward one through a linear unit.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.messages import _
from axone.random import RandomStream
from axone.registry import Registry


@dataclass(frozen=True)
class Initializer(ABC):
    """How one array of parameters is drawn."""

    @abstractmethod
    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        """Return float64 values of that shape; `fan_in` inputs feed each of `fan_out` units."""


@dataclass(frozen=True)
class Zeros(Initializer):
    """All zeros: right for biases, a trap for weights, whose units then stay alike for ever."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return np.zeros(shape)


@dataclass(frozen=True)
class Constant(Initializer):
    """All of one value."""

    value: float = 0.0

    def __post_init__(self) -> None:
        check_number("value", self.value)

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return np.full(shape, float(self.value))


@dataclass(frozen=True)
class Normal(Initializer):
    """Normal of mean 0.

    Parameters
    ----------
    standard_deviation : float, default 0.01
        Small, so that no sigmoid starts saturated.
    """

    standard_deviation: float = 0.01

    def __post_init__(self) -> None:
        check_number("standard_deviation", self.standard_deviation, above=0)

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return self.standard_deviation * random.normal(shape)


@dataclass(frozen=True)
class Uniform(Initializer):
    """Uniform over [−limit, limit)."""

    limit: float = 0.05

    def __post_init__(self) -> None:
        check_number("limit", self.limit, above=0)

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return _uniform(shape, self.limit, random)


@dataclass(frozen=True)
class GlorotNormal(Initializer):
    """Variance 2/(fan_in + fan_out) (Glorot & Bengio 2010, equation 12)."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return math.sqrt(2 / (fan_in + fan_out)) * random.normal(shape)


@dataclass(frozen=True)
class GlorotUniform(Initializer):
    """Uniform over ±√(6/(fan_in + fan_out)) (Glorot & Bengio 2010, equation 16)."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return _uniform(shape, math.sqrt(6 / (fan_in + fan_out)), random)


@dataclass(frozen=True)
class HeNormal(Initializer):
    """Variance 2/fan_in (He et al. 2015, equation 10)."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return math.sqrt(2 / fan_in) * random.normal(shape)


@dataclass(frozen=True)
class HeUniform(Initializer):
    """Uniform over ±√(6/fan_in), of the variance of `HeNormal`."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return _uniform(shape, math.sqrt(6 / fan_in), random)


@dataclass(frozen=True)
class LecunNormal(Initializer):
    """Variance 1/fan_in (LeCun et al. 1998, section 4.6)."""

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        return math.sqrt(1 / fan_in) * random.normal(shape)


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows or columns, whichever are fewer, at right angles and of length 1 (Saxe et al. 2014).

    A vector that is multiplied by such a square matrix again and again, as the state of a recurrent
    layer is, keeps its length.
    """

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        normal = random.normal((shape[0], math.prod(shape[1:])))
        tall = normal if len(normal) >= normal.shape[1] else normal.T
        q, r = np.linalg.qr(tall)
        # With the signs of R's diagonal, evenly from all such matrices (Mezzadri 2007).
        q *= np.where(np.diag(r) < 0, -1.0, 1.0)
        return (q if tall is normal else q.T).reshape(shape)


@dataclass(frozen=True)
class Stacked(Initializer):
    """Arrays of one size one below the other, as the gates of a recurrent cell are.

    Parameters
    ----------
    parts : tuple of Initializer
        Of each, in their order. In no table: cells choose it, not files.
    """

    parts: tuple[Initializer, ...]

    def draw(self, shape: Shape, fan_in: int, fan_out: int, random: RandomStream) -> FloatArray:
        of_each = (shape[0] // len(self.parts), *shape[1:])
        return np.concatenate(
            [
                part.draw(of_each, fan_in, fan_out, random.child(number))
                for number, part in enumerate(self.parts)
            ]
        )


def _uniform(shape: Shape, limit: float, random: RandomStream) -> FloatArray:
    return limit * (2 * random.uniform(shape) - 1)


INITIALIZERS: Registry[Initializer] = Registry(
    _("initializer"),
    {
        "zeros": Zeros,
        "constant": Constant,
        "normal": Normal,
        "uniform": Uniform,
        "glorot_normal": GlorotNormal,
        "glorot_uniform": GlorotUniform,
        "he_normal": HeNormal,
        "he_uniform": HeUniform,
        "lecun_normal": LecunNormal,
        "orthogonal": Orthogonal,
    },
    aliases={
        "glorot": "glorot_uniform",
        "xavier": "glorot_uniform",
        "xavier_normal": "glorot_normal",
        "xavier_uniform": "glorot_uniform",
        "he": "he_normal",
        "kaiming": "he_normal",
        "kaiming_normal": "he_normal",
        "kaiming_uniform": "he_uniform",
        "lecun": "lecun_normal",
    },
)
