"""Activations made of straight pieces that need no rectifier: the identity and Heaviside's step."""

from dataclasses import dataclass, field

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import FloatArray
from axone.checks import check_number
from axone.registry import ALWAYS_WRITTEN
from axone.traced import Index, Working


@dataclass(frozen=True)
class Identity(ActivationFunction):
    """σ(z) = z, the output of a regression."""

    def value(self, z: FloatArray) -> FloatArray:
        return z

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return np.ones_like(z)

    def backward(self, z: FloatArray, a: FloatArray, da: FloatArray) -> FloatArray:
        del z, a
        return da

    @property
    def value_equation(self) -> str:
        return "z"

    def slope_equation(self, a: str = "a") -> str:
        del a
        return "1"

    def delta_equation(self, by_a: str = "∂L/∂a", a: str = "a") -> str:
        del a
        return by_a

    def working(self, z: FloatArray, index: Index) -> Working:
        return (float(z[index]),)

    def backward_working(
        self, z: FloatArray, a: FloatArray, da: FloatArray, index: Index
    ) -> Working:
        return (float(da[index]),)


@dataclass(frozen=True)
class Heaviside(ActivationFunction):
    """σ(z) = 1 where z > 0, 0 where z < 0: the threshold unit (McCulloch & Pitts 1943).

    Its derivative is 0 everywhere that it exists: gradient descent cannot learn through it.

    Parameters
    ----------
    at_zero : float, default 0
        σ(0), from 0 to 1. By default a unit fires above its threshold only, as does the
        perceptron, here and in scikit-learn. McCulloch and Pitts let it fire at the threshold
        (1), signal processing takes ½; NumPy's ``heaviside(z, h0)`` asks for it each time.
    """

    # Models of before there was this setting hold none, and fire at 0: see `axone.model.earlier`.
    at_zero: float = field(default=0.0, metadata=ALWAYS_WRITTEN)

    def __post_init__(self) -> None:
        check_number("at_zero", self.at_zero, at_least=0, at_most=1)

    def value(self, z: FloatArray) -> FloatArray:
        fires = np.asarray(z > 0, dtype=z.dtype)
        if self.at_zero:
            fires[z == 0] = self.at_zero
        return fires

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return np.zeros_like(z)

    @property
    def value_equation(self) -> str:
        return "[z > 0]" + (f" + {self.at_zero:g}·[z = 0]" if self.at_zero else "")

    def slope_equation(self, a: str = "a") -> str:
        del a
        return "0"
