"""Mini-batch training in NumPy: gradient, penalty, clipping, optimiser, batch after batch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.examples import Examples
from axone.engines.engine import Session, never
from axone.engines.reference.equations import Equations, Pass, broken_part
from axone.engines.state import Divergence, EpochReport, EpochReports, Lap, RunState
from axone.parameters import Trail


class StepwisePlan(Equations):
    """The plan of an optimiser that makes a step a batch."""

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`; see `Plan`."""
        return StepwiseSession(self, state, examples, max_epochs)


class StepwiseSession:
    """One run under way; see `Session`."""

    def __init__(
        self, plan: Equations, state: RunState, examples: Examples, max_epochs: int
    ) -> None:
        self.plan, self.recipe = plan, plan.recipe
        self.state, self.examples, self.max_epochs = state, examples, max_epochs
        self.gradient = state.parameters.zeros_like()
        self._order_of: tuple[int, IntArray] = (-1, examples.target[:0])

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
        trail: Trail | None = None,
    ) -> Lap:
        """Train on from where `state` stands; see `Session`."""
        state = self.state
        last_epoch = min(state.epoch + epochs, self.max_epochs)
        last_step = None if steps is None else state.step + steps
        reports: list[EpochReport] = []
        while state.epoch < last_epoch and state.step != last_step:
            order, rates = self._order(), self._rates()
            size = self.recipe.batch_rows(len(self.examples))
            for batch in range(state.batch, len(rates)):
                rows = order[batch * size : (batch + 1) * size]
                passed, broken = self._step(self.examples.rows(rows), float(rates[batch]))
                if broken:
                    divergence = Divergence(state.epoch + 1, batch + 1, rows, passed.loss, broken)
                    return Lap(EpochReports.of(reports), divergence)
                is_last = batch + 1 == len(rates)
                if not is_last and (state.step == last_step or interrupted()):
                    return Lap(EpochReports.of(reports))
            report = self.plan.finish_epoch(state, float(rates[-1]), self.gradient, passed.caches)
            reports.append(report)
            if trail is not None:
                trail.put(len(reports) - 1, state.parameters)
            if interrupted():
                break
        return Lap(EpochReports.of(reports))

    def close(self) -> None:
        """Nothing is held that Python does not free by itself."""

    def _order(self) -> IntArray:
        """Return the order of the epoch begun, drawn once however often it is taken up."""
        epoch = self.state.epoch
        if self._order_of[0] != epoch:
            self._order_of = epoch, self.recipe.order(epoch, len(self.examples))
        return self._order_of[1]

    def _rates(self) -> FloatArray:
        rates = self.recipe.rates(self.state, 1, len(self.examples), self.max_epochs)
        return np.asarray(rates[0])

    def _step(self, batch: Examples, learning_rate: float) -> tuple[Pass, Any]:
        """Make one step, unless its loss, gradient or averages are not finite: then say which."""
        state, recipe, plan, gradient = self.state, self.recipe, self.plan, self.gradient
        parameters, optimizer, rows = state.parameters, recipe.optimizer, len(batch)
        passed = plan.backpropagate(parameters, gradient, batch, state.step + 1)
        broken = broken_part(passed.loss, gradient)
        if broken:
            return passed, broken
        if not plan.update_buffers(parameters, passed.caches):
            return passed, "averages"
        penalty = 0.0
        if recipe.penalty:
            penalty = recipe.penalty.value(parameters.vector, plan.mask, rows)
            recipe.penalty.add_gradient(gradient.vector, parameters.vector, plan.mask, rows)
        recipe.clipping.apply(gradient.vector)
        if optimizer.decoupled_decay:
            share = learning_rate * optimizer.decoupled_decay
            parameters.vector *= 1 - share * plan.mask
        state.step += 1
        learning = plan.learning
        slots = [state.slots[name][learning] for name in optimizer.slots]
        weights, slopes = parameters.vector[learning], gradient.vector[learning]
        optimizer.update(weights, slopes, slots, learning_rate, state.step)
        state.batch += 1
        plan.count(state.totals, batch, passed, penalty)
        return passed, ""
