"""Softmax, the one activation whose outputs depend on each other: positive, of sum 1."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import FloatArray
from axone.traced import Index, Working, products, share_of_powers


@dataclass(frozen=True)
class Softmax(ActivationFunction):
    """aᵢ = exp zᵢ / Σⱼ exp zⱼ over the first feature axis (classes, channels) of every example."""

    def value(self, z: FloatArray) -> FloatArray:
        # Subtracting the largest logit changes nothing but keeps every exponential ≤ 1.
        exponentials = np.exp(z - z.max(axis=1, keepdims=True))
        exponentials /= exponentials.sum(axis=1, keepdims=True)
        return exponentials

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        """Return only the diagonal ∂aᵢ/∂zᵢ = aᵢ(1 − aᵢ); the whole is in `jacobian`."""
        del z
        return a * (1 - a)

    def jacobian(self, a: FloatArray) -> FloatArray:
        """Return diag(a) − aaᵀ for every row: (m, n) in, (m, n, n) out."""
        return a[:, :, None] * np.eye(a.shape[1], dtype=a.dtype) - a[:, :, None] * a[:, None, :]

    def backward(self, z: FloatArray, a: FloatArray, da: FloatArray) -> FloatArray:
        """∂L/∂z = a ⊙ (∂L/∂a − Σⱼ ∂L/∂aⱼ·aⱼ), the product with the Jacobian without building it."""
        del z
        return a * (da - (da * a).sum(axis=1, keepdims=True))

    @property
    def value_equation(self) -> str:
        return "e^(z)/Σⱼ e^(zⱼ)"

    def delta_equation(self, by_a: str = "∂L/∂a", a: str = "a") -> str:
        return f"(diag({a}) − {a}·{a}ᵀ)·{by_a}"

    def working(self, z: FloatArray, index: Index) -> Working:
        return share_of_powers(z[_alike(index)], index[1])

    def backward_working(
        self, z: FloatArray, a: FloatArray, da: FloatArray, index: Index
    ) -> Working:
        alike = _alike(index)
        mean = products(a[alike], da[alike])
        return (float(a[index]), "·(", float(da[index]), " − (", *mean, "))")


def _alike(index: Index) -> Any:
    """Return where the cells lie that add up to 1 with that one."""
    return (index[0], slice(None), *index[2:])
