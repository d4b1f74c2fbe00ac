"""L-BFGS: a minimum found by the curvature of the last steps, which is never written down.

The two-loop recursion of Nocedal (1980) and Liu & Nocedal (1989) gives the direction of each
iteration, `axone.line_search` the length of the step; what else is decided — when an update is
skipped, the memory forgotten, the search ended — is as in L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995)
without bounds, which SciPy's "L-BFGS-B" is. All of it works on whole vectors and knows no layers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from axone.arrays import FloatArray
from axone.line_search import LINE_SEARCH_NUMBERS, LineSearch, Trial

SLOTS = ("gradient", "steps", "changes", "curvatures", "search")
"""The names of the arrays that hold a minimisation; see `fresh_slots`."""


@dataclass(frozen=True)
class Limits:
    """When a minimisation ends.

    Attributes
    ----------
    gradient : float
        Where no component of the gradient is larger.
    loss : float
        Where an iteration lowers the loss by no more than this share of it (of 1, if it is less).
    evaluations : int
        Where more gradients than these were computed.
    """

    gradient: float
    loss: float
    evaluations: int


@dataclass(frozen=True)
class Standing:
    """Where a minimisation stands, apart from its vectors.

    Attributes
    ----------
    loss, loss_before : float
        At the weights, and an iteration before; NaN, which compares with nothing, if not known.
    scale : float
        γ = sᵀy/yᵀy of the newest pair: H₀ = γI (Liu & Nocedal 1989, their M3; Shanno & Phua 1978).
    pairs : int
        How many were remembered since the memory was last forgotten; pair k lies in row
        k mod memory, so that the last ones are there.
    has_ended : bool
        Whether even the steepest descent finds no lower loss.
    line : LineSearch or None
        The search under way.
    """

    loss: float = math.nan
    loss_before: float = math.nan
    scale: float = 1.0
    pairs: int = 0
    has_ended: bool = False
    line: LineSearch | None = None

    def to_numbers(self) -> list[float]:
        """Return all of it as numbers, in the order of the compiled engine's."""
        line = [0.0] * LINE_SEARCH_NUMBERS if self.line is None else self.line.to_numbers()
        own = (self.loss, self.loss_before, self.scale, self.pairs, self.has_ended)
        return [*map(float, own), float(self.line is not None), *line]

    @classmethod
    def from_numbers(cls, numbers: Sequence[float]) -> "Standing":
        """Return the standing that those numbers were made of."""
        loss, loss_before, scale, pairs, has_ended, is_searching, *line = numbers
        search = LineSearch.from_numbers(line) if is_searching else None
        return cls(loss, loss_before, scale, int(pairs), bool(has_ended), search)

    def is_gained_out(self, share: float) -> bool:
        """Say whether the last iteration lowered the loss by no more than that share of it."""
        size = max(abs(self.loss_before), abs(self.loss), 1.0)
        return self.loss_before - self.loss <= share * size


def fresh_slots(vector: FloatArray, memory: int) -> dict[str, FloatArray]:
    """Return the arrays of a minimisation that has not begun.

    Parameters
    ----------
    vector : array of shape (n,)
        The weights.
    memory : int
        How many pairs are remembered.

    Returns
    -------
    dict of str to array
        "gradient", (n,), at the weights; "steps" and "changes", (memory, n): s = W′ − W and
        y = g′ − g of past iterations; "curvatures", (memory,): their sᵀy in float64; "search": the
        numbers of a `Standing`.
    """
    rows = (memory, vector.size)
    arrays = (
        np.zeros_like(vector),
        np.zeros(rows, dtype=vector.dtype),
        np.zeros(rows, dtype=vector.dtype),
        np.zeros(memory),
        np.array(Standing().to_numbers()),
    )
    return dict(zip(SLOTS, arrays, strict=True))


def without_loss(slots: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the curvature alone: loss and gradient may be of other rows from here on."""
    before = Standing.from_numbers(slots["search"].tolist())
    kept = Standing(scale=before.scale, pairs=before.pairs)
    return {**slots, "search": np.array(kept.to_numbers())}


class Minimisation:
    """A minimisation, asked for the weights to look at and told what was found there.

    It moves `weights` and `slots` in place, once an iteration; at any time between two calls they
    are all that its future depends on.

    Parameters
    ----------
    limits : Limits
    weights : array of shape (n,)
    slots : mapping of str to array
        See `fresh_slots`.
    """

    def __init__(
        self, limits: Limits, weights: FloatArray, slots: Mapping[str, FloatArray]
    ) -> None:
        self.limits, self.weights, self.slots = limits, weights, slots
        self._standing = Standing.from_numbers(slots["search"].tolist())
        # The same memory gives the same direction: it need not be kept.
        self._direction = self._new_direction() if self._standing.line is not None else weights

    @property
    def direction(self) -> FloatArray:
        """Along which the search under way goes: d = −H·g."""
        return self._direction

    @property
    def length(self) -> float | None:
        """How far along it the last trial lay: α; None where no search is under way."""
        return None if self._standing.line is None else self._standing.line.step

    def trial(self, evaluations: int) -> FloatArray | None:
        """Return weights of which loss and gradient are wanted; None if there is nothing to gain.

        Parameters
        ----------
        evaluations : int
            How many gradients were computed so far.
        """
        if math.isnan(self._standing.loss):
            return self.weights.copy()
        while self._standing.line is None:
            if self._is_over(evaluations):
                return None
            self._begin_line()
        step = self._standing.line.step
        return self.weights + self.weights.dtype.type(step) * self._direction

    def tell(self, loss: float, gradient: FloatArray) -> bool:
        """Take what was found at the last `trial`, finite; say whether an iteration is complete."""
        line = self._standing.line
        if line is None:
            self.slots["gradient"][...] = gradient
            self._stand(replace(self._standing, loss=loss))
            return False
        trial = Trial(line.step, loss, _dot(gradient, self._direction))
        if line.is_over(trial):
            self._accept(line, trial, gradient)
            return True
        line = line.narrowed(trial)
        if line.has_failed:
            self._start_over()
        else:
            self._stand(replace(self._standing, line=line))
        return False

    def _is_over(self, evaluations: int) -> bool:
        standing, limits = self._standing, self.limits
        return (
            standing.has_ended
            or evaluations > limits.evaluations
            or float(np.abs(self.slots["gradient"]).max()) <= limits.gradient
            or standing.is_gained_out(limits.loss)
        )

    def _begin_line(self) -> None:
        """Begin an iteration's search, or find that there is none along the direction."""
        standing = self._standing
        self._direction = self._new_direction()
        slope = _dot(self.slots["gradient"], self._direction)
        if not slope < 0:
            self._start_over()
            return
        # A direction with curvature in it has its length; the first has not.
        is_first = standing.pairs == 0 and math.isnan(standing.loss_before)
        step = 1 / math.sqrt(_dot(self._direction, self._direction)) if is_first else 1.0
        line = LineSearch.beginning(standing.loss, slope, step)
        if line.has_failed:
            self._start_over()
        else:
            self._stand(replace(standing, line=line))

    def _start_over(self) -> None:
        """Forget the curvature: it led nowhere. Without any, there is nowhere to go."""
        standing = replace(self._standing, line=None)
        if standing.pairs == 0:
            self._stand(replace(standing, has_ended=True))
        else:
            self._stand(replace(standing, pairs=0, scale=1.0))

    def _accept(self, line: LineSearch, trial: Trial, gradient: FloatArray) -> None:
        """Move the weights, and remember the pair s = α·d, y = g′ − g."""
        standing, slots = self._standing, self.slots
        pairs, scale = standing.pairs, standing.scale
        step = self.weights.dtype.type(trial.step)
        change = gradient - slots["gradient"]
        # sᵀy = α·(φ′(α) − φ′(0)). One so small that it is mostly rounding would make H nearly
        # singular: L-BFGS-B then learns nothing from the iteration.
        curvature = (trial.slope - line.start.slope) * trial.step
        if curvature > np.finfo(np.float64).eps * -line.start.slope * trial.step:
            row = pairs % len(slots["steps"])
            slots["steps"][row] = step * self._direction
            slots["changes"][row] = change
            slots["curvatures"][row] = curvature
            pairs, scale = pairs + 1, curvature / _dot(change, change)
        self.weights += step * self._direction
        slots["gradient"][...] = gradient
        self._stand(Standing(trial.loss, standing.loss, scale, pairs))

    def _new_direction(self) -> FloatArray:
        """Return d = −H·g by the two-loop recursion (Nocedal 1980)."""
        standing, slots = self._standing, self.slots
        steps, changes, curvatures = slots["steps"], slots["changes"], slots["curvatures"]
        memory = len(steps)
        oldest = max(standing.pairs - memory, 0)
        rows = [pair % memory for pair in range(oldest, standing.pairs)]
        direction = -slots["gradient"]
        shares = dict.fromkeys(rows, 0.0)
        for row in reversed(rows):
            shares[row] = _dot(steps[row], direction) / float(curvatures[row])
            direction -= shares[row] * changes[row]
        direction *= standing.scale
        for row in rows:
            back = _dot(changes[row], direction) / float(curvatures[row])
            direction += (shares[row] - back) * steps[row]
        return direction

    def _stand(self, standing: Standing) -> None:
        self._standing = standing
        self.slots["search"][...] = standing.to_numbers()


def _dot(a: FloatArray, b: FloatArray) -> float:
    """Return aᵀb, added up in float64."""
    return float(np.dot(a.astype(np.float64, copy=False), b.astype(np.float64, copy=False)))
