"""Slopes of a function of one number by finite differences, with how far they can be trusted.

Fourth-order central differences: (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/12h, whose error shrinks with
h⁴ until rounding takes over. Where the first step does not confirm what is claimed, others show
which step is to be trusted, and whether there is a kink: slopes from the left and from the right
that stay apart, however small the step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from axone.arrays import FloatArray

Curve = Callable[[float], FloatArray]
"""A function of a displacement, in parts whose sum is meant. What a displacement does not reach is
the same to the last bit, so that the difference of the parts is free of its rounding."""

STEPS = tuple(2.0**-power for power in (8, 12, 16, 20, 24))
"""In units of what is moved. Powers of two: adding one to a number loses hardly a bit."""

USUAL_STEP = 1
"""The place of the step that is tried first: h⁴ and rounding/h are both some 1e-12 there."""

_CLEAR = 1e-8
"""A relative difference below which a claim needs no other step to confirm it."""

LAST_BITS = 8 * float(np.finfo(np.float64).eps)
"""Of one part of a function, relative to it: a few operations beyond the last bit."""


class Ground(NamedTuple):
    """A function where nothing has moved.

    Attributes
    ----------
    parts : array
    size : float
        Root of the sum of squares of the numbers that the parts are computed from: their last bits
        are what rounding takes, whatever is left of them.
    """

    parts: FloatArray
    size: float


@dataclass(frozen=True)
class Slope:
    """A derivative as differences see it.

    Attributes
    ----------
    central, left, right : float
        By steps to both sides, and to one.
    uncertainty : float
        How far `central` may be from the derivative.
    is_kink : bool
        Whether `left` and `right` stay apart for smaller and smaller steps.
    """

    central: float
    left: float
    right: float
    uncertainty: float
    is_kink: bool = False

    @property
    def jump(self) -> float:
        """How much steeper it is to the right than to the left."""
        return self.right - self.left

    def beyond(self, claim: float) -> float:
        """Return how much further from `central` a claim is than uncertainty explains."""
        distance = abs(claim - self.central) - self.uncertainty
        # What is not finite is never explained.
        return max(0.0, distance) if np.isfinite(distance) else float("inf")

    def error(self, claim: float) -> float:
        """Return `beyond` relative to the sizes of both."""
        beyond = self.beyond(claim)
        return beyond / (abs(claim) + abs(self.central)) if 0 < beyond < np.inf else beyond

    def spans(self, claim: float) -> bool:
        """Whether a claim lies between the slopes of the two sides."""
        return is_between(self.left, self.right, claim, self.uncertainty)


def is_between(left: float, right: float, claim: float, uncertainty: float = 0.0) -> bool:
    """Return whether a slope is one of two sides', or lies between, but for rounding."""
    low, high = sorted((left, right))
    leeway = 1e-3 * (high - low) + uncertainty
    return low - leeway <= claim <= high + leeway


def slope_with(curve: Curve, ground: Ground, unit: float, step: float) -> Slope:
    """Return the slope at 0 by one step, a share of `unit`; its uncertainty is that of rounding."""
    middle, step = ground.parts, step * unit
    far_below, below, above, far_above = (curve(count * step) for count in (-2, -1, 1, 2))
    near, far = above - below, far_above - far_below
    # What is claimed has been rounded too: a slope of 0 may come as the last bits of larger terms.
    rounding = LAST_BITS * ground.size * (1 / step + 1 / unit)
    return Slope(
        float(8 * near.sum() - far.sum()) / (12 * step),
        float((3 * middle - 4 * below + far_below).sum()) / (2 * step),
        float((4 * above - 3 * middle - far_above).sum()) / (2 * step),
        rounding,
    )


def slope_of(
    curve: Curve,
    ground: Ground,
    unit: float,
    claims: Sequence[float],
    first: int,
) -> tuple[Slope, int]:
    """Return the slope at 0, and the place in `STEPS` of the step to begin with next time.

    Parameters
    ----------
    curve : Curve
    ground : Ground
        The function where no one moves.
    unit : float
        What a step is a share of.
    claims : sequence of float
        What the slope is said to be: where the first step confirms all, no other is tried. They
        never decide which step is trusted.
    first : int
        The place in `STEPS` of the first step.
    """
    begun = slope_with(curve, ground, unit, STEPS[first])
    if all(_is_clear(begun, claim) for claim in claims):
        return begun, first
    slopes = [
        begun if place == first else slope_with(curve, ground, unit, step)
        for place, step in enumerate(STEPS)
    ]
    spreads = [_spread(slopes[place], slopes[place + 1]) for place in range(len(slopes) - 1)]
    best = int(np.argmin(spreads))
    is_kink = any(
        _persists(slopes[place], slopes[place + 1]) for place in range(best, len(slopes) - 1)
    )
    chosen = slopes[best]
    slope = Slope(chosen.central, chosen.left, chosen.right, 2 * spreads[best], is_kink)
    return slope, first if is_kink else best


def _is_clear(slope: Slope, claim: float) -> bool:
    return slope.beyond(claim) <= _CLEAR * (abs(claim) + abs(slope.central))


def _spread(slope: Slope, smaller: Slope) -> float:
    """Return how far two steps are apart: in both curvature and rounding show."""
    spread = abs(slope.central - smaller.central) + slope.uncertainty
    return spread if np.isfinite(spread) else float("inf")


def _persists(slope: Slope, smaller: Slope) -> bool:
    """Whether the two sides differ as much for a step 16 times smaller.

    Were the function smooth they would be 256 times closer. At a jump of the function itself they
    part the more.
    """
    same_side = slope.jump * smaller.jump > 0
    shrinks = abs(smaller.jump) < 0.5 * abs(slope.jump)
    return same_side and not shrinks and abs(smaller.jump) > 10 * smaller.uncertainty
