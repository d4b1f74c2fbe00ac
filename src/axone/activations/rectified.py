"""The ReLU family: identity for z > 0, something smaller below."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import BoolArray, FloatArray
from axone.checks import check_number
from axone.traced import Index, Working, products


@dataclass(frozen=True)
class ReLU(ActivationFunction):
    """σ(z) = max(0, z), with σ′(0) = 0 (Nair & Hinton 2010)."""

    initializer: ClassVar[str] = "he_normal"

    def value(self, z: FloatArray) -> FloatArray:
        return np.maximum(z, 0)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return np.asarray(z > 0, dtype=z.dtype)

    def backward(self, z: FloatArray, a: FloatArray, da: FloatArray) -> FloatArray:
        del a
        return da * (z > 0)

    @property
    def value_equation(self) -> str:
        return "max(0, z)"

    def slope_equation(self, a: str = "a") -> str:
        del a
        return "[z > 0]"

    def working(self, z: FloatArray, index: Index) -> Working:
        return ("max(0, ", float(z[index]), ")")

    def dead_share(self, a: FloatArray) -> float:
        """A unit that is 0 on every row has no gradient: it may never come back to life."""
        return float(self.dead(a).mean())

    def dead(self, a: FloatArray) -> BoolArray:
        return np.asarray((a <= 0).all(axis=0))


def _leaky_value(z: FloatArray, alpha: Any) -> FloatArray:
    return np.where(z > 0, z, np.asarray(alpha, dtype=z.dtype) * z)


def _leaky_derivative(z: FloatArray, alpha: Any) -> FloatArray:
    return np.where(z > 0, z.dtype.type(1), np.asarray(alpha, dtype=z.dtype))


def _leaky_working(z: FloatArray, alpha: Any, index: Index) -> Working:
    cell = float(z[index])
    return (cell,) if cell > 0 else (float(np.asarray(alpha).item()), "·", cell)


def _leaky_equation(alpha: str) -> str:
    return f"max(0, z) + {alpha}·min(0, z)"


def _leaky_slope_equation(alpha: str) -> str:
    return f"([z > 0] + {alpha}·[z ≤ 0])"


def _numeral(number: float) -> str:
    return f"{number:g}" if number >= 0 else f"(−{-number:g})"


@dataclass(frozen=True)
class LeakyReLU(ActivationFunction):
    """σ(z) = z where z > 0, else αz; σ′(0) = α (Maas et al. 2013).

    Parameters
    ----------
    alpha : float, default 0.01
        The slope below zero, the authors' value.
    """

    alpha: float = 0.01
    initializer: ClassVar[str] = "he_normal"

    def __post_init__(self) -> None:
        check_number("alpha", self.alpha)

    def value(self, z: FloatArray) -> FloatArray:
        return _leaky_value(z, self.alpha)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return _leaky_derivative(z, self.alpha)

    @property
    def value_equation(self) -> str:
        return _leaky_equation(_numeral(self.alpha))

    def slope_equation(self, a: str = "a") -> str:
        del a
        return _leaky_slope_equation(_numeral(self.alpha))

    def working(self, z: FloatArray, index: Index) -> Working:
        return _leaky_working(z, self.alpha, index)


@dataclass(frozen=True)
class PReLU(ActivationFunction):
    """σ(z) = z where z > 0, else αz, with one α a layer that is learned (He et al. 2015).

    Parameters
    ----------
    alpha : float, default 0.25
        The slope from which learning starts, the authors' value.
    """

    alpha: Any = 0.25
    initializer: ClassVar[str] = "he_normal"

    def __post_init__(self) -> None:
        # The array that the layer learns, once it is bound.
        if not isinstance(self.alpha, np.ndarray) or self.alpha.size != 1:
            check_number("alpha", self.alpha)

    @property
    def learned(self) -> Mapping[str, float]:
        return {"alpha": float(self.alpha)}

    def bind(self, parameters: Mapping[str, FloatArray]) -> "PReLU":
        return replace(self, alpha=parameters["alpha"])

    def value(self, z: FloatArray) -> FloatArray:
        return _leaky_value(z, self.alpha)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return _leaky_derivative(z, self.alpha)

    @property
    def value_equation(self) -> str:
        return _leaky_equation("α")

    def slope_equation(self, a: str = "a") -> str:
        del a
        return _leaky_slope_equation("α")

    def working(self, z: FloatArray, index: Index) -> Working:
        return _leaky_working(z, self.alpha, index)

    def learned_gradients(self, z: FloatArray, da: FloatArray) -> dict[str, FloatArray]:
        """∂L/∂α = Σ ∂L/∂a · min(z, 0)."""
        return {"alpha": np.sum(da * np.minimum(z, 0)).reshape(1)}

    def learned_workings(self, z: FloatArray, da: FloatArray) -> dict[str, Working]:
        return {"alpha": products(da, np.minimum(z, 0))}


@dataclass(frozen=True)
class ELU(ActivationFunction):
    """σ(z) = z where z > 0, else α(eᶻ − 1) (Clevert et al. 2016).

    Parameters
    ----------
    alpha : float, default 1
        Minus the value that σ approaches far below zero.
    """

    alpha: float = 1.0
    initializer: ClassVar[str] = "he_normal"

    def __post_init__(self) -> None:
        check_number("alpha", self.alpha)

    def value(self, z: FloatArray) -> FloatArray:
        return np.where(z > 0, z, z.dtype.type(self.alpha) * np.expm1(np.minimum(z, 0)))

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        return np.where(z > 0, z.dtype.type(1), a + z.dtype.type(self.alpha))

    @property
    def value_equation(self) -> str:
        return f"max(0, z) + {_numeral(self.alpha)}·(e^(min(0, z)) − 1)"

    def slope_equation(self, a: str = "a") -> str:
        return f"([z > 0] + [z ≤ 0]·({a} + {_numeral(self.alpha)}))"

    def working(self, z: FloatArray, index: Index) -> Working:
        cell = float(z[index])
        return (cell,) if cell > 0 else (float(self.alpha), "·(e^(", cell, ") − 1)")


@dataclass(frozen=True)
class SELU(ActivationFunction):
    """σ(z) = λz where z > 0, else λα(eᶻ − 1): activations tend to mean 0, variance 1.

    λ and α are the fixed point of Klambauer et al. 2017, equation 14.
    """

    initializer: ClassVar[str] = "lecun_normal"
    scale: ClassVar[float] = 1.0507009873554805
    alpha: ClassVar[float] = 1.6732632423543772

    def value(self, z: FloatArray) -> FloatArray:
        negative = self.alpha * np.expm1(np.minimum(z, 0))
        return self.scale * np.where(z > 0, z, negative)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        scale = z.dtype.type(self.scale)
        return np.where(z > 0, scale, a + scale * z.dtype.type(self.alpha))

    @property
    def value_equation(self) -> str:
        return f"{self.scale:.5g}·(max(0, z) + {self.alpha:.5g}·(e^(min(0, z)) − 1))"

    def slope_equation(self, a: str = "a") -> str:
        return f"({self.scale:.5g}·[z > 0] + [z ≤ 0]·({a} + {self.scale * self.alpha:.5g}))"

    def working(self, z: FloatArray, index: Index) -> Working:
        cell = float(z[index])
        if cell > 0:
            return (self.scale, "·", cell)
        return (self.scale, "·", self.alpha, "·(e^(", cell, ") − 1)")
