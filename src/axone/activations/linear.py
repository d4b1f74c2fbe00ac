"""Activations made of straight pieces that need no rectifier: the identity and Heaviside's step."""

from dataclasses import dataclass

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import FloatArray


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


@dataclass(frozen=True)
class Heaviside(ActivationFunction):
    """σ(z) = 1 where z ≥ 0, else 0 (McCulloch & Pitts 1943).

    Its derivative is 0 everywhere that it exists: gradient descent cannot learn through it.
    """

    def value(self, z: FloatArray) -> FloatArray:
        return np.asarray(z >= 0, dtype=z.dtype)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return np.zeros_like(z)
