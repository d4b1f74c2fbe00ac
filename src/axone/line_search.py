"""How far to go in a given direction: the line search of Moré & Thuente (1994).

Their algorithm as MINPACK-2 (1993) has it in its routines dcsrch and dcstep, with the settings of
L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995), SciPy's: a search keeps an interval that holds a good step,
and cubics and parabolas through what is known of its ends say which step to try next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

SUFFICIENT_DECREASE = 1e-3
"""μ: a step α must lower the loss by at least μ·α·|φ′(0)|, where φ(α) = L(W + α·d)."""

FLATTENING = 0.9
"""η: and must have left at most η·|φ′(0)| of the slope. With the first, the strong Wolfe conditions
(Wolfe 1969)."""

NARROWEST = 0.1
"""An interval whose width is no larger than this share of its upper end is not searched further."""

LONGEST_STEP = 1e10

MOST_EVALUATIONS = 20
"""Of one search; without a good step by then, it has failed."""

_NARROWS_BY = 0.66
"""Two trials must narrow an interval to this share of its width, or it is cut in half."""

_NEAREST, _FARTHEST = 1.1, 4.0
"""Where there is no interval yet, the next step lies that many of the last advances beyond."""


class Trial(NamedTuple):
    """A step, and what is known of it: the loss φ(α) and its slope φ′(α) along the direction."""

    step: float
    loss: float
    slope: float


@dataclass(frozen=True)
class LineSearch:
    """One search under way; each trial makes the next one of it.

    Attributes
    ----------
    start : Trial
        Of step 0.
    step : float
        To be tried next.
    best, other : Trial
        The ends of the interval; of all steps so far, `best` has the least loss.
    shortest, longest : float
        Between which the next step lies.
    width, width_before : float
        Of the interval now, and before the last trial.
    is_bracketed : bool
        Whether the interval is known to hold a minimum.
    is_first_stage : bool
        Whether no trial yet has both lowered the loss enough and led uphill.
    evaluations : int
        Trials made.
    """

    start: Trial
    step: float
    best: Trial
    other: Trial
    shortest: float
    longest: float
    width: float = LONGEST_STEP
    width_before: float = 2 * LONGEST_STEP
    is_bracketed: bool = False
    is_first_stage: bool = True
    evaluations: int = 0

    @classmethod
    def beginning(cls, loss: float, slope: float, step: float) -> "LineSearch":
        """Return a search from a loss and a slope below 0 that will try `step` first."""
        start = Trial(0.0, loss, slope)
        return cls(start, step, start, start, 0.0, step + _FARTHEST * step)

    def is_over(self, trial: Trial) -> bool:
        """Say whether to take the step that was tried: it is good, or none better can be told.

        The latter where roundings, or the bounds, leave nothing to try.
        """
        enough = trial.loss <= self._most_loss(trial.step)
        if enough and abs(trial.slope) <= FLATTENING * -self.start.slope:
            return True
        if self.is_bracketed and (
            not self.shortest < trial.step < self.longest or self._is_too_narrow
        ):
            return True
        still_falling = trial.slope <= SUFFICIENT_DECREASE * self.start.slope
        return trial.step == LONGEST_STEP and enough and still_falling

    def narrowed(self, trial: Trial) -> "LineSearch":
        """Return the search after a trial that did not end it: a smaller interval, a new step."""
        enough = trial.loss <= self._most_loss(trial.step)
        is_first_stage = self.is_first_stage and not (enough and trial.slope >= 0)
        # In the first stage it is ψ(α) = φ(α) − φ(0) − μφ′(0)·α that is to be brought below 0,
        # where φ itself is lowered, but not enough (Moré & Thuente, section 4).
        tilt = 0.0
        if is_first_stage and not enough and trial.loss <= self.best.loss:
            tilt = SUFFICIENT_DECREASE * self.start.slope
        best, other, here = (_tilted(each, -tilt) for each in (self.best, self.other, trial))
        step, is_bracketed = _next_step(
            best, other, here, self.is_bracketed, self.shortest, self.longest
        )
        best, other = (_tilted(each, tilt) for each in _next_interval(best, other, here))
        width, width_before = self.width, self.width_before
        if is_bracketed:
            if abs(other.step - best.step) >= _NARROWS_BY * width_before:
                step = best.step + 0.5 * (other.step - best.step)
            width, width_before = abs(other.step - best.step), width
            shortest, longest = sorted((best.step, other.step))
        else:
            shortest = step + _NEAREST * (step - best.step)
            longest = step + _FARTHEST * (step - best.step)
        search = replace(
            self,
            step=min(max(step, 0.0), LONGEST_STEP),
            best=best,
            other=other,
            shortest=shortest,
            longest=longest,
            width=width,
            width_before=width_before,
            is_bracketed=is_bracketed,
            is_first_stage=is_first_stage,
            evaluations=self.evaluations + 1,
        )
        if is_bracketed and (not shortest < search.step < longest or search._is_too_narrow):
            # Nothing is left to try but the best step again.
            return replace(search, step=best.step)
        return search

    @property
    def has_failed(self) -> bool:
        """Whether it has tried often enough, or knows no step to try."""
        return self.evaluations >= MOST_EVALUATIONS or not math.isfinite(self.step)

    @property
    def _is_too_narrow(self) -> bool:
        return self.longest - self.shortest <= NARROWEST * self.longest

    def _most_loss(self, step: float) -> float:
        return self.start.loss + step * (SUFFICIENT_DECREASE * self.start.slope)

    def to_numbers(self) -> list[float]:
        """Return all of it as numbers, in the order of the compiled engine's."""
        ends = (*self.start, self.step, *self.best, *self.other)
        bounds = (self.shortest, self.longest, self.width, self.width_before)
        return [
            float(number)
            for number in (
                *ends, *bounds, self.is_bracketed, self.is_first_stage, self.evaluations,
            )
        ]  # fmt: skip

    @classmethod
    def from_numbers(cls, numbers: Sequence[float]) -> "LineSearch":
        """Return the search that those numbers were made of."""
        shortest, longest, width, width_before = numbers[10:14]
        is_bracketed, is_first_stage, evaluations = numbers[14:]
        return cls(
            Trial(*numbers[:3]),
            numbers[3],
            Trial(*numbers[4:7]),
            Trial(*numbers[7:10]),
            shortest,
            longest,
            width,
            width_before,
            bool(is_bracketed),
            bool(is_first_stage),
            int(evaluations),
        )


LINE_SEARCH_NUMBERS = 17
"""How many `LineSearch.to_numbers` gives."""


def _tilted(trial: Trial, slope: float) -> Trial:
    return Trial(trial.step, trial.loss + trial.step * slope, trial.slope + slope)


def _next_interval(best: Trial, other: Trial, trial: Trial) -> tuple[Trial, Trial]:
    """Return the best and the other end of the interval once a trial is known (dcstep)."""
    if trial.loss > best.loss:
        return best, trial
    return trial, best if trial.slope * best.slope < 0 else other


def _next_step(
    best: Trial, other: Trial, trial: Trial, is_bracketed: bool, shortest: float, longest: float
) -> tuple[float, bool]:
    """Return the step to try after a trial, and whether a minimum is bracketed (dcstep)."""
    beyond = longest if trial.step > best.step else shortest
    if trial.loss > best.loss:
        # A higher loss: the minimum lies between.
        cubic = _cubic_step(best, trial)
        fall = (best.loss - trial.loss) / (trial.step - best.step)
        parabola = best.step + best.slope / (fall + best.slope) / 2 * (trial.step - best.step)
        if abs(cubic - best.step) <= abs(parabola - best.step):
            return cubic, True
        return cubic + (parabola - cubic) / 2, True
    if trial.slope * best.slope < 0:
        # A lower loss, but uphill from here: the minimum lies between.
        cubic, secant = _cubic_step(trial, best), _secant_step(trial, best)
        return max(cubic, secant, key=lambda step: abs(step - trial.step)), True
    if abs(trial.slope) < abs(best.slope):
        # A lower loss and a smaller slope: farther, as far as the cubic tells.
        cubic, secant = _cubic_step(trial, best, beyond), _secant_step(trial, best)
        cubic_advance, secant_advance = abs(cubic - trial.step), abs(secant - trial.step)
        if not is_bracketed:
            farther = cubic if cubic_advance > secant_advance else secant
            return min(max(farther, shortest), longest), False
        nearer = cubic if cubic_advance < secant_advance else secant
        bound = trial.step + _NARROWS_BY * (other.step - trial.step)
        return (min if trial.step > best.step else max)(bound, nearer), True
    # A lower loss and no smaller slope.
    return (_cubic_step(trial, other), True) if is_bracketed else (beyond, False)


def _cubic_step(a: Trial, b: Trial, beyond: float | None = None) -> float:
    """Return the minimum of the cubic that has the losses and slopes of both (dcstep).

    NaN for a horizontal line, which has none.

    Parameters
    ----------
    a, b : Trial
    beyond : float, optional
        What is returned where the cubic has no minimum on the side of a that b is not on.
    """
    theta = 3 * (a.loss - b.loss) / (b.step - a.step) + a.slope + b.slope
    size = max(abs(theta), abs(a.slope), abs(b.slope))
    if size == 0:
        return math.nan
    theta_unit = theta / size
    radicand = theta_unit * theta_unit - (a.slope / size) * (b.slope / size)
    gamma = size * math.sqrt(max(0.0, radicand))
    if b.step < a.step:
        gamma = -gamma
    divisor = ((gamma - a.slope) + gamma) + b.slope
    share = ((gamma - a.slope) + theta) / divisor if divisor else math.inf
    if beyond is not None and not (share < 0 and gamma != 0):
        return beyond
    return a.step + share * (b.step - a.step)


def _secant_step(a: Trial, b: Trial) -> float:
    """Return where the slope is 0 on the line through the slopes of both."""
    return a.step + a.slope / (a.slope - b.slope) * (b.step - a.step)
