"""The step of an optimiser on copies: penalties, clipping, decay, moments, the weights moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.messages import _
from axone.optimizers import Move, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty, norm_of
from axone.traced import Index, Traced, Working

PENALISED = ("g penalised", "W decayed")
"""Steps that concern only what penalties and decay act on."""


@dataclass(frozen=True)
class Rule:
    """How weights are moved.

    Attributes
    ----------
    optimizer, clipping
    slots : mapping of str to array, optional
        What the optimiser remembers of the steps before; nothing if left out.
    learning_rate : float, optional
        η of the step, where a schedule changes it; the optimiser's own if left out.
    """

    optimizer: Optimizer
    clipping: Clipping
    slots: Mapping[str, FloatArray] | None = None
    learning_rate: float | None = None


@dataclass(frozen=True, eq=False)
class Learning:
    """What of the weights learns, and what large ones of it cost.

    Attributes
    ----------
    penalty : Penalty
    place : slice
        Where what learns lies in every flat vector: behind what is frozen.
    mask : array
        1 where the penalty and decay act, 0 elsewhere and on what is frozen.
    rows : int
        Of the batch, by which the penalty is divided.
    """

    penalty: Penalty
    place: slice
    mask: FloatArray
    rows: int

    @classmethod
    def of(cls, parameters: Parameters, penalty: Penalty, frozen: int, rows: int) -> "Learning":
        """Return it of parameters whose first layers, so many, are frozen."""
        layout = parameters.layout
        place = slice(layout.size_before(frozen), None)
        dtype: Any = str(parameters.vector.dtype)
        mask = layout.penalised_mask(dtype)
        mask[: place.start] = 0
        return cls(penalty, place, mask, rows)

    def cost(self, parameters: Parameters) -> float:
        """Return the penalty that is added to the mean loss."""
        return self.penalty.value(parameters.vector, self.mask, self.rows) if self.penalty else 0.0


@dataclass(frozen=True, eq=False)
class Stepped:
    """Where a step led.

    Attributes
    ----------
    parameters : Parameters
    slots : dict of str to array
        What the optimiser remembers now.
    traced : tuple of Traced
        What was computed on the way, each as long as the vector of weights; last the weights.
    before : tuple of array or None
        What each of them was before the step, where it is remembered from step to step.
    aside : tuple of Traced
        What was computed of no single weight.
    """

    parameters: Parameters
    slots: dict[str, FloatArray]
    traced: tuple[Traced, ...]
    before: tuple[FloatArray | None, ...]
    aside: tuple[Traced, ...] = ()


def penalised(
    learning: Learning, weights: FloatArray, gradient: FloatArray
) -> tuple[FloatArray, tuple[Traced, ...]]:
    """Return the gradient of what learns with its penalty, and name it before and with that."""
    g = gradient.copy()
    g[: learning.place.start] = 0
    own = Traced("g", "g = ∂L/∂W", gradient)
    if not learning.penalty:
        return g, (own,)
    learning.penalty.add_gradient(g, weights, learning.mask, learning.rows)
    return g, (own, _penalised(learning, gradient, weights, g))


def updated(
    rule: Rule, learning: Learning, parameters: Parameters, gradient: Parameters, step: int
) -> Stepped:
    """Make one step on copies, as the reference engine makes it.

    Raises
    ------
    ConfigurationError
        The optimiser makes no step of one batch.
    """
    optimizer, after = rule.optimizer, parameters.copy()
    before = rule.slots
    if before is None:
        before = optimizer.fresh_slots(parameters.vector) if optimizer.stepwise else {}
    slots = {name: array.copy() for name, array in before.items()}
    rate = optimizer.learning_rate if rule.learning_rate is None else rule.learning_rate
    place, mask = learning.place, learning.mask
    g, named = penalised(learning, parameters.vector, gradient.vector)
    traced = [*named, *_clipped(rule.clipping, g)]
    clipped = _bounded(rule.clipping, g)
    if optimizer.decoupled_decay:
        share = rate * optimizer.decoupled_decay
        after.vector *= 1 - share * mask
        traced.append(_decayed(parameters.vector, share, mask, after.vector.copy()))
    weights = after.vector.copy()
    remembered = [slots[name] for name in optimizer.slots if name in slots]
    moved = [slot[place] for slot in remembered]
    optimizer.update(after.vector[place], clipped[place], moved, rate, step)
    move = Move(
        clipped,
        weights,
        [before[name] for name in optimizer.slots],
        after.vector,
        remembered,
        rate,
        step,
    )
    own = optimizer.trace(move)
    # What is remembered comes first, in the order of the slots, and the weights last.
    between = len(own) - len(move.slots) - 1
    old = (*[None] * len(traced), *move.slots, *[None] * between, parameters.vector)
    return Stepped(after, slots, (*traced, *own), old)


def _penalised(
    learning: Learning, gradient: FloatArray, weights: FloatArray, found: FloatArray
) -> Traced:
    penalty, rows = learning.penalty, learning.rows

    def worked_at(index: Index) -> Working:
        parts: Working = (float(gradient[index]),)
        if not learning.mask[index]:
            return parts
        weight = float(weights[index])
        if penalty.l2:
            parts = (*parts, " + ", penalty.l2, "/", float(rows), "·", weight)
        if penalty.l1:
            parts = (*parts, " + ", penalty.l1, "/", float(rows), "·", float(np.sign(weight)))
        return parts

    of_l2 = " + λ₂/m·W" if penalty.l2 else ""
    of_l1 = " + λ₁/m·sign(W)" if penalty.l1 else ""
    return Traced("g penalised", f"g = ∂L/∂W{of_l2}{of_l1}", found, worked_at)


def _clipped(clipping: Clipping, gradient: FloatArray) -> Iterator[Traced]:
    """Give what each bound makes of a gradient beyond it: of its numbers, then of its norm."""
    if clipping.value is not None:
        cut = _bounded(Clipping(value=clipping.value), gradient)
        if not np.array_equal(cut, gradient):
            bound = f"±{clipping.value:g}"
            yield Traced("g cut", _("g = g, cut to {bound}", bound=bound), cut)
        gradient = cut
    if clipping.norm is not None:
        scaled = _bounded(Clipping(norm=clipping.norm), gradient)
        if not np.array_equal(scaled, gradient):
            equation = f"g = g·{clipping.norm:g}/‖g‖"
            worked_at = partial(_scaled_working, gradient, clipping.norm)
            yield Traced("g clipped", equation, scaled, worked_at)


def _bounded(clipping: Clipping, gradient: FloatArray) -> FloatArray:
    within = gradient.copy()
    clipping.apply(within)
    return within


def _scaled_working(gradient: FloatArray, norm: float, index: Index) -> Working:
    return (float(gradient[index]), "·", norm, "/", norm_of(gradient))


def _decayed(weights: FloatArray, share: float, mask: FloatArray, found: FloatArray) -> Traced:
    def worked_at(index: Index) -> Working:
        if not mask[index]:
            return (float(weights[index]),)
        return (float(weights[index]), "·(1 − ", share, ")")

    return Traced("W decayed", "W = W − ηλ·W", found, worked_at)
