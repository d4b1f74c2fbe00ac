"""The smooth activations: sigmoid, tanh, exponential, softplus, the gated units GELU and Swish."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import BoolArray, FloatArray
from axone.traced import Index, Working

_FLAT = 0.05
"""Of its greatest slope: a curve is called flat where it is less steep."""


def logistic(z: FloatArray) -> FloatArray:
    """1/(1 + e⁻ᶻ) without overflow: SciPy branches on the sign of z."""
    from scipy.special import expit

    result: FloatArray = expit(z)
    return result


@dataclass(frozen=True)
class Sigmoid(ActivationFunction):
    """σ(z) = 1/(1 + e⁻ᶻ), σ′ = a(1 − a) ≤ 1/4."""

    def value(self, z: FloatArray) -> FloatArray:
        return logistic(z)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del z
        return a * (1 - a)

    def saturated_share(self, a: FloatArray) -> float:
        return float(self.saturated(a).mean())

    def saturated(self, a: FloatArray) -> BoolArray:
        return np.asarray(a * (1 - a) < _FLAT / 4)

    @property
    def value_equation(self) -> str:
        return "1/(1 + e^(−z))"

    def slope_equation(self, a: str = "a") -> str:
        return f"{a}·(1 − {a})"

    def working(self, z: FloatArray, index: Index) -> Working:
        return ("1/(1 + e^(", -float(z[index]), "))")

    def slope_working(self, z: FloatArray, a: FloatArray, index: Index) -> Working:
        return (float(a[index]), "·(1 − ", float(a[index]), ")")


@dataclass(frozen=True)
class Tanh(ActivationFunction):
    """σ(z) = tanh z, σ′ = 1 − a²."""

    def value(self, z: FloatArray) -> FloatArray:
        return np.tanh(z)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del z
        return 1 - a * a

    def saturated_share(self, a: FloatArray) -> float:
        return float(self.saturated(a).mean())

    def saturated(self, a: FloatArray) -> BoolArray:
        return np.asarray(1 - a * a < _FLAT)

    @property
    def value_equation(self) -> str:
        return "tanh(z)"

    def slope_equation(self, a: str = "a") -> str:
        return f"(1 − {a}²)"

    def slope_working(self, z: FloatArray, a: FloatArray, index: Index) -> Working:
        return ("(1 − ", float(a[index]), "²)")


@dataclass(frozen=True)
class Exponential(ActivationFunction):
    """σ(z) = eᶻ = σ′, for outputs that are positive, such as the mean of counts.

    It stops growing just before it would be infinite, at z = 88 in float32, 709 in float64.
    """

    def value(self, z: FloatArray) -> FloatArray:
        return np.exp(np.minimum(z, np.floor(np.log(np.finfo(z.dtype).max))))

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del z
        return a

    @property
    def value_equation(self) -> str:
        return "e^(z)"

    def slope_equation(self, a: str = "a") -> str:
        return a

    def working(self, z: FloatArray, index: Index) -> Working:
        return ("e^(", float(z[index]), ")")


@dataclass(frozen=True)
class Softplus(ActivationFunction):
    """σ(z) = ln(1 + eᶻ), a smooth ReLU (Dugas et al. 2001); σ′ = sigmoid(z)."""

    initializer: ClassVar[str] = "he_normal"

    def value(self, z: FloatArray) -> FloatArray:
        return np.logaddexp(z, z.dtype.type(0))

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return logistic(z)

    @property
    def value_equation(self) -> str:
        return "ln(1 + e^(z))"

    def slope_equation(self, a: str = "a") -> str:
        del a
        return "1/(1 + e^(−z))"

    def working(self, z: FloatArray, index: Index) -> Working:
        return ("ln(1 + e^(", float(z[index]), "))")


@dataclass(frozen=True)
class Swish(ActivationFunction):
    """σ(z) = z·s(z) with s the sigmoid, also called SiLU (Ramachandran et al. 2017).

    σ′ = s + a(1 − s).
    """

    initializer: ClassVar[str] = "he_normal"

    def value(self, z: FloatArray) -> FloatArray:
        return z * logistic(z)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        gate = logistic(z)
        return gate + a * (1 - gate)

    @property
    def value_equation(self) -> str:
        return "z/(1 + e^(−z))"

    def slope_equation(self, a: str = "a") -> str:
        return f"(1 + {a}·e^(−z))/(1 + e^(−z))"

    def working(self, z: FloatArray, index: Index) -> Working:
        return (float(z[index]), "/(1 + e^(", -float(z[index]), "))")


@dataclass(frozen=True)
class GELU(ActivationFunction):
    """σ(z) = z·Φ(z), Φ the normal distribution function (Hendrycks & Gimpel 2016).

    σ′ = Φ(z) + z·φ(z), φ the normal density.
    """

    initializer: ClassVar[str] = "he_normal"

    def value(self, z: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        return np.asarray(z * ndtr(z))

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        del a
        density = np.exp(-0.5 * z * z) * z.dtype.type(1 / np.sqrt(2 * np.pi))
        return np.asarray(ndtr(z) + z * density)

    @property
    def value_equation(self) -> str:
        return "z·Φ(z)"

    def slope_equation(self, a: str = "a") -> str:
        del a
        return "(Φ(z) + z·e^(−z²/2)/√(2·π))"

    def working(self, z: FloatArray, index: Index) -> Working:
        return (float(z[index]), "·Φ(", float(z[index]), ")")


@dataclass(frozen=True)
class GELUTanh(ActivationFunction):
    """The tanh form of GELU: z/2·(1 + tanh u), u = √(2/π)(z + 0.044715z³) (ibid., section 2).

    (1 + tanh u)/2 is the sigmoid s of 2u, which is computed: 1 + tanh u would be nothing but
    rounding far below zero. σ′ = s + z·s(1 − s)·2u′.
    """

    initializer: ClassVar[str] = "he_normal"
    _ROOT: ClassVar[float] = float(np.sqrt(2 / np.pi))
    _CUBIC: ClassVar[float] = 0.044715
    _TANH: ClassVar[str] = "tanh(√(2/π)·(z + 0.044715·z³))"

    def value(self, z: FloatArray) -> FloatArray:
        return z * self._gate(_bounded(z))

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        z = _bounded(z)
        gate = self._gate(z)
        slope = 2 * self._ROOT * (1 + 3 * self._CUBIC * z * z)
        return gate + z * gate * (1 - gate) * slope

    @property
    def value_equation(self) -> str:
        return f"z/2·(1 + {self._TANH})"

    def slope_equation(self, a: str = "a") -> str:
        return f"((1 + {self._TANH})/2 + {a}·(1 − {self._TANH})·√(2/π)·(1 + 0.134145·z²))"

    def working(self, z: FloatArray, index: Index) -> Working:
        cell = float(z[index])
        inner = self._ROOT * (cell + self._CUBIC * cell**3)
        return (cell, "/2·(1 + tanh(", inner, "))")

    def _gate(self, z: FloatArray) -> FloatArray:
        return logistic(2 * self._ROOT * (z + self._CUBIC * z**3))


def _bounded(z: FloatArray) -> FloatArray:
    # Beyond ±20 the gate is 0 or 1 to the last bit; without the bound z³ could overflow.
    return np.clip(z, -20, 20)
