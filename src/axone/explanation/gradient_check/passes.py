"""A network with its loss on a batch as a function of each of its arrays, at one point.

It computes what an engine computes at a training step, dropout masks and batch statistics included,
forward only, from the layer whose array is moved.
"""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines import Plan, Recipe
from axone.engines.reference.equations import Equations, row_shares
from axone.explanation.gradient_check.differences import LAST_BITS
from axone.explanation.gradient_check.probes import Surface
from axone.layers import Context
from axone.layers.layer import AnyCache
from axone.layers.sequence import backward_through, masks_between
from axone.losses import Head
from axone.parameters import Parameters, Slot
from axone.random import RandomStream

_NEARBY = 0.01
"""How far a point nearby is from here, in units of what is moved."""


def moved(array: FloatArray, stream: RandomStream) -> FloatArray:
    """Return numbers that are some per cent of theirs away from an array's, at random."""
    unit = float(np.sqrt(np.mean(array**2))) if array.size else 0.0
    return array + _NEARBY * (unit or 1.0) * stream.normal(array.shape)


def sizes_of(head: Head, logits: FloatArray) -> FloatArray:
    """Return how large the numbers are that the loss of each row is computed from, (m,)."""
    largest = np.abs(logits).reshape(len(logits), -1).max(axis=1)
    return head.loss.scale * (1 + largest)


class Passes:
    """A batch on its way through a network to its loss.

    Parameters
    ----------
    recipe : Recipe
        In float64.
    plans : mapping of str to Plan
        The engines whose gradients are looked at.
    parameters : Parameters
        Moved in place, and put back, by what looks at slopes: a copy of its own.
    examples : Examples
        Likewise.
    step : int
        Which dropout masks and noise are drawn.
    """

    def __init__(
        self,
        recipe: Recipe,
        plans: Mapping[str, Plan],
        parameters: Parameters,
        examples: Examples,
        step: int,
    ) -> None:
        equations = Equations(recipe)
        self.recipe, self.plans = recipe, plans
        self.parameters, self.examples, self.step = parameters, examples, step
        self.body, self.head = equations.body, equations.head
        random = equations.noise.child(step) if recipe.is_random else None
        context = Context(True, random, examples.mask)
        masks = masks_between(self.body, examples.mask)
        self.contexts = [context.child(at, masks[at]) for at in range(len(self.body))]
        self.inputs: list[FloatArray] = []
        self.caches: list[AnyCache] = []
        x = examples.X
        for at in range(len(self.body)):
            self.inputs.append(x)
            x, cache = self._through(at, x)
            self.caches.append(cache)
        self.logits = x

    @property
    def shares(self) -> FloatArray:
        """What each row counts: 1/m, or its weight over their sum, (m,)."""
        weight = self.examples.weight
        if weight is None:
            return np.full(len(self.examples), 1 / len(self.examples))
        return weight / weight.sum()

    @cached_property
    def claims(self) -> dict[str, tuple[float, Parameters]]:
        """The loss and the gradient, by each engine."""
        return {
            name: plan.loss_and_gradient(self.parameters, self.examples, self.step)
            for name, plan in self.plans.items()
        }

    @property
    def loss(self) -> float:
        """The mean loss of the rows, penalties included."""
        parameters, rows = self.parameters, len(self.examples)
        mask = parameters.layout.penalised_mask("float64")
        penalty = self.recipe.penalty.value(parameters.vector, mask, rows)
        return float(self._row_losses(self.logits).sum()) + penalty

    def loss_error(self, said: float) -> float:
        """Return how far a loss is from this one beyond rounding, relative to it."""
        distance = abs(said - self.loss) - LAST_BITS * float(np.linalg.norm(self._sizes))
        return max(0.0, distance) / (abs(self.loss) or 1.0)

    def surface(self, position: int, slot: Slot) -> Surface:
        """Return the loss as a function of an array of the layer at that position."""
        array, losses_of = self.parameters.view(slot), self._losses_from(position)
        penalty, rows = self.recipe.penalty, len(self.examples)

        def penalised() -> FloatArray:
            # What is penalised besides does not move.
            own = penalty.value(array.ravel(), np.ones(array.size), rows)
            return np.append(losses_of(), own)

        claims = {name: gradient[slot.name] for name, (_, gradient) in self.claims.items()}
        if not (penalty and slot.spec.penalised):
            return Surface(array, losses_of, claims, self._sizes)
        return Surface(array, penalised, claims, np.append(self._sizes, 0.0))

    def surface_of_x(self) -> Surface:
        """Return the loss as a function of the examples."""
        prediction = self.head.predict(self.logits)
        deltas = self.head.row_deltas(self.logits, prediction, self.examples.target)
        deltas = deltas * row_shares(self.examples.weight, deltas)
        dx, _ = backward_through(self.body, self.parameters.by_layer, self.caches, deltas)
        return Surface(self.examples.X, self._losses_from(0), {"reference": dx}, self._sizes)

    @property
    def _sizes(self) -> FloatArray:
        return self.shares * sizes_of(self.head, self.logits)

    def nearby(self, stream: RandomStream) -> "Passes":
        """Return the same at a point nearby, where what coincides at this one no longer does."""
        parameters, X = self.parameters.copy(), self.examples.X
        for number, slot in enumerate(parameters.layout.slots):
            if slot.spec.trainable:
                view = parameters.view(slot)
                view[...] = moved(view, stream.child(number))
        if not self.recipe.network.takes_tokens:
            X = moved(X, stream)
        examples = Examples(X, self.examples.target, self.examples.weight, self.examples.mask)
        return Passes(self.recipe, self.plans, parameters, examples, self.step)

    def _through(self, at: int, x: FloatArray) -> tuple[FloatArray, AnyCache]:
        return self.body[at].forward(self.parameters.by_layer[at], x, self.contexts[at])

    def _losses_from(self, position: int) -> Callable[[], FloatArray]:
        def losses() -> FloatArray:
            x = self.inputs[position]
            for at in range(position, len(self.body)):
                x = self._through(at, x)[0]
            return self._row_losses(x)

        return losses

    def _row_losses(self, logits: FloatArray) -> FloatArray:
        prediction = self.head.predict(logits)
        return self.shares * self.head.rows(logits, prediction, self.examples.target)
