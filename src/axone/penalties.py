"""What is done to a gradient before the optimiser sees it: penalties on large weights, clipping.

Both work on whole vectors. Only weights are penalised, which a mask of ones and zeros says;
biases and batch-norm parameters are free.
"""

import math
from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_number
from axone.messages import _


@dataclass(frozen=True)
class Penalty:
    """λ₁/m·Σ|W| + λ₂/(2m)·Σ W², m the rows of the batch (Tibshirani 1996; Hoerl & Kennard 1970).

    Parameters
    ----------
    l1, l2 : float, default 0
        λ₁ and λ₂; `l2` is scikit-learn's `alpha`.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_number("l1", self.l1, at_least=0)
        check_number("l2", self.l2, at_least=0)

    def __bool__(self) -> bool:
        return bool(self.l1 > 0 or self.l2 > 0)  # NumPy's numbers answer with their own booleans

    def value(self, weights: FloatArray, mask: FloatArray, rows: int) -> float:
        """Return the penalty that is added to the mean loss of a batch."""
        penalised = weights * mask
        cost = 0.5 * self.l2 * float(np.dot(penalised, penalised))
        if self.l1:
            cost += self.l1 * float(np.abs(penalised).sum())
        return cost / rows

    def add_gradient(
        self, gradient: FloatArray, weights: FloatArray, mask: FloatArray, rows: int
    ) -> None:
        """Add λ₁/m·sign(W) + λ₂/m·W to `gradient`, in place."""
        if self.l2:
            gradient += (self.l2 / rows) * (weights * mask)
        if self.l1:
            gradient += (self.l1 / rows) * (np.sign(weights) * mask)


@dataclass(frozen=True)
class Clipping:
    """Bounds on the gradient, against the one batch that would throw the weights away.

    Parameters
    ----------
    value : float, optional
        Every component is cut to ±value.
    norm : float, optional
        A gradient whose global norm exceeds this is scaled down to it, its direction kept
        (Pascanu et al. 2013). Both may be given; components are cut first.
    """

    value: float | None = None
    norm: float | None = None

    def __post_init__(self) -> None:
        if self.value is not None:
            check_number(_("clip value"), self.value, above=0)
        if self.norm is not None:
            check_number(_("clip norm"), self.norm, above=0)

    def apply(self, gradient: FloatArray) -> None:
        """Clip in place."""
        if self.value is not None:
            np.clip(gradient, -self.value, self.value, out=gradient)
        if self.norm is not None:
            norm = norm_of(gradient)
            if norm > self.norm:
                gradient *= self.norm / norm


def norm_of(gradient: FloatArray) -> float:
    """Return ‖g‖, in units of its largest number where the squares are too large for their type."""
    norm = math.sqrt(float(np.dot(gradient, gradient)))
    if math.isfinite(norm):
        return norm
    unit = float(np.abs(gradient).max())
    relative = gradient.astype(np.float64) / unit
    return unit * math.sqrt(float(np.dot(relative, relative)))
