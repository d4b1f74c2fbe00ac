"""What an activation function is: σ, its derivative, and how δ passes backwards through it.

A new one is a frozen dataclass with `value` and `derivative` and a row in the table of the package.
Objects of a class of the user's own are accepted wherever a name is.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.traced import Index, Working, joined


@dataclass(frozen=True)
class ActivationFunction(ABC):
    """σ, applied to every cell of z (softmax: to every row).

    Attributes
    ----------
    initializer : str
        The initialiser that keeps the variance of a layer followed by this function: "he_normal"
        for the ReLU family, "glorot_uniform" otherwise, "lecun_normal" for SELU.
    learned : mapping of str to float
        Parameters that training learns, with their initial values; empty but for PReLU.
    """

    initializer: ClassVar[str] = "glorot_uniform"

    @property
    def learned(self) -> Mapping[str, float]:
        """Return the parameters that training learns, with their initial values."""
        return {}

    def bind(self, parameters: Mapping[str, FloatArray]) -> Self:
        """Return this function with its learned parameters set to their present values."""
        del parameters
        return self

    @abstractmethod
    def value(self, z: FloatArray) -> FloatArray:
        """Return a = σ(z), of the shape of z."""

    @abstractmethod
    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        """Return σ′(z) cell by cell, given a = σ(z), which often makes it cheap."""

    def backward(self, z: FloatArray, a: FloatArray, da: FloatArray) -> FloatArray:
        """Return ∂L/∂z = ∂L/∂a ⊙ σ′(z)."""
        return da * self.derivative(z, a)

    @property
    def value_equation(self) -> str:
        """How σ(z) is written, for readers: ``max(0, z)``; by the class's name unless it says so.

        As with its `value`, an equation that is a function's own stands in its class.
        """
        return f"{type(self).__name__.lower()}(z)"

    def slope_equation(self, a: str = "a") -> str:
        """Return how σ′(z) is written, a factor, where σ(z) is called `a`: ``[z > 0]``."""
        del a
        return f"{type(self).__name__.lower()}′(z)"

    def delta_equation(self, by_a: str = "∂L/∂a", a: str = "a") -> str:
        """Return how ∂L/∂z is written, of what ∂L/∂a and a are called: ``∂L/∂a ⊙ [z > 0]``."""
        return f"{by_a} ⊙ {self.slope_equation(a)}"

    def working(self, z: FloatArray, index: Index) -> Working:
        """Write how one cell of a comes about: ``max(0, −1)``, or ``σ(−1)`` by the class's name."""
        return (f"{type(self).__name__.lower()}(", float(z[index]), ")")

    def slope_working(self, z: FloatArray, a: FloatArray, index: Index) -> Working:
        """Write σ′ at one cell; the number alone unless it says otherwise."""
        return (float(self.derivative(z, a)[index]),)

    def backward_working(
        self, z: FloatArray, a: FloatArray, da: FloatArray, index: Index
    ) -> Working:
        """Write how one cell of ∂L/∂z comes about."""
        return joined((float(da[index]),), self.slope_working(z, a, index), by="·")

    def dead_share(self, a: FloatArray) -> float:
        """Return the share of units that gave nothing for any of the rows; 0 but for ReLU."""
        del a
        return 0.0

    def dead(self, a: FloatArray) -> BoolArray:
        """Return which units, (m, …) → (…), gave nothing for any of the rows: `dead_share`'s."""
        return np.zeros(a.shape[1:], dtype=bool)

    def saturated_share(self, a: FloatArray) -> float:
        """Return the share of a's numbers at a flat end, where σ′ is nearly 0 and little is learnt.

        0 but for sigmoid and tanh: below a twentieth of the greatest slope, the end is flat.
        """
        del a
        return 0.0

    def saturated(self, a: FloatArray) -> BoolArray:
        """Return which of a's numbers lie at a flat end: those that `saturated_share` counts."""
        return np.zeros(a.shape, dtype=bool)

    def learned_gradients(self, z: FloatArray, da: FloatArray) -> dict[str, FloatArray]:
        """Return ∂L/∂p for every learned parameter p."""
        del z, da
        return {}

    def learned_workings(self, z: FloatArray, da: FloatArray) -> dict[str, Working]:
        """Write how ∂L/∂p of every learned parameter p comes about."""
        del z, da
        return {}
