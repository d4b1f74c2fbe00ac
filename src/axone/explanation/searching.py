"""The first iteration of L-BFGS on copies: its direction, and the lengths that the search tried."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.updating import Learning, Stepped, penalised
from axone.layers.layer import AnyCache
from axone.lbfgs import Minimisation
from axone.messages import _
from axone.optimizers import LBFGS
from axone.parameters import Parameters
from axone.traced import Index, Traced, Working, joined


class Looked(NamedTuple):
    """What was found at some weights: the loss, penalties included, and ∂L/∂W without them.

    With what the layers keep of the pass, the logits, and δ of the mean loss.
    """

    loss: float
    gradient: Parameters
    caches: list[AnyCache]
    logits: FloatArray
    delta: FloatArray


def searched(
    optimizer: LBFGS,
    learning: Learning,
    parameters: Parameters,
    look: Callable[[Parameters], Looked],
) -> tuple[Stepped, list[AnyCache]]:
    """Make one iteration as the reference engine makes a run's first, the rows being all there are.

    Also returns the caches of the weights that it ended at. A search that is not finite, or has
    nothing to gain, leaves the weights as they were.
    """
    dtype: Any = str(parameters.vector.dtype)
    after, slots = parameters.copy(), optimizer.fresh_slots(parameters.vector)
    search = Minimisation(optimizer.limits(dtype), after.vector, slots)
    first: tuple[Traced, ...] = ()
    caches: list[AnyCache] = []
    lengths: list[float] = []
    losses: list[float] = []
    is_complete = False
    direction = np.zeros_like(parameters.vector)
    while not is_complete and (vector := search.trial(len(losses))) is not None:
        length = search.length
        looked = look(Parameters(parameters.layout, vector, parameters.buffers.copy()))
        slopes, traced = penalised(learning, vector, looked.gradient.vector)
        if not math.isfinite(looked.loss) or not np.isfinite(slopes).all():
            break
        if not first:
            first, caches = traced, looked.caches
        if length is not None:
            direction = search.direction.copy()
            lengths.append(length)
        losses.append(looked.loss)
        is_complete = search.tell(looked.loss, slopes)
        if is_complete:
            caches = looked.caches
    steps, moved = first, Traced("W", _("W = W: there is nothing to gain"), after.vector)
    aside: tuple[Traced, ...] = ()
    if is_complete:
        steps = (*steps, _direction(direction))
        moved = _moved(parameters.vector, lengths[-1], direction, after.vector)
        aside = (
            Traced("α", _("α = lengths that the line search tried"), np.array(lengths)),
            Traced("L(α)", _("L(α) = L at W + α·d"), np.array(losses[1:])),
        )
    before = (*[None] * len(steps), parameters.vector)
    return Stepped(after, slots, (*steps, moved), before, aside), caches


def _direction(direction: FloatArray) -> Traced:
    """Name d: without a memory of steps the steepest descent."""

    def worked_at(index: Index) -> Working:
        return ("−", -float(direction[index]))

    return Traced("d", "d = −g", direction, worked_at)


def _moved(weights: FloatArray, length: float, direction: FloatArray, found: FloatArray) -> Traced:
    def worked_at(index: Index) -> Working:
        return joined((float(weights[index]),), (length, "·", float(direction[index])))

    return Traced("W", "W = W + α·d", found, worked_at)
