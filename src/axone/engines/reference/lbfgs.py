"""L-BFGS in NumPy: `axone.lbfgs` on the loss of all rows, an epoch being one iteration."""

from collections.abc import Callable
from typing import Any

import numpy as np

from axone.data.examples import Examples
from axone.engines.engine import Session, never
from axone.engines.recipe import Recipe
from axone.engines.reference.equations import Equations, Pass, broken_part
from axone.engines.state import Divergence, EpochReport, EpochReports, Lap, RunState
from axone.lbfgs import Minimisation
from axone.optimizers import LBFGS
from axone.parameters import Parameters, Trail


class LBFGSPlan(Equations):
    """The plan of L-BFGS."""

    def __init__(self, recipe: Recipe, optimizer: LBFGS) -> None:
        super().__init__(recipe)
        self.limits = optimizer.limits(recipe.dtype)

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`; see `Plan`."""
        return LBFGSSession(self, state, examples, max_epochs)


class LBFGSSession:
    """One run under way; see `Session`. A lap is at least one iteration, whatever `steps` says."""

    def __init__(
        self, plan: LBFGSPlan, state: RunState, examples: Examples, max_epochs: int
    ) -> None:
        self.plan, self.state = plan, state
        self.examples, self.max_epochs = examples, max_epochs
        self.gradient = state.parameters.zeros_like()

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
        trail: Trail | None = None,
    ) -> Lap:
        """Make some iterations; see `Session`."""
        state = self.state
        last_epoch = min(state.epoch + epochs, self.max_epochs)
        last_step = None if steps is None else state.step + steps
        search = Minimisation(self.plan.limits, state.parameters.vector, state.slots)
        reports: list[EpochReport] = []
        while state.epoch < last_epoch:
            vector = search.trial(state.step)
            if vector is None:
                return Lap(EpochReports.of(reports), converged=True)
            looked_at = Parameters(state.parameters.layout, vector, state.parameters.buffers.copy())
            passed, penalty, broken = self._evaluate(looked_at)
            if broken:
                everything = np.arange(len(self.examples))
                divergence = Divergence(state.epoch + 1, 1, everything, passed.loss, broken)
                return Lap(EpochReports.of(reports), divergence)
            state.step += 1
            loss = passed.loss / self.examples.total_weight + penalty
            is_complete = search.tell(loss, self.gradient.vector)
            if is_complete:
                state.parameters.buffers[...] = looked_at.buffers
                self.plan.count(state.totals, self.examples, passed, penalty)
                reports.append(self.plan.finish_epoch(state, 1.0, self.gradient, passed.caches))
                if trail is not None:
                    trail.put(len(reports) - 1, looked_at)
            has_stepped = is_complete and last_step is not None and state.step >= last_step
            if has_stepped or interrupted():
                break
        return Lap(EpochReports.of(reports))

    def close(self) -> None:
        """Nothing is held that Python does not free by itself."""

    def _evaluate(self, parameters: Parameters) -> tuple[Pass, float, Any]:
        """Look at weights, and say what is not finite; their gradient is left in `gradient`."""
        plan, rows, penalty = self.plan, len(self.examples), self.plan.recipe.penalty
        passed = plan.backpropagate(parameters, self.gradient, self.examples, step=1)
        cost = 0.0
        if penalty:
            cost = penalty.value(parameters.vector, plan.mask, rows)
            penalty.add_gradient(self.gradient.vector, parameters.vector, plan.mask, rows)
        broken = broken_part(passed.loss + cost, self.gradient)
        if not broken and not plan.update_buffers(parameters, passed.caches):
            broken = "averages"
        return passed, cost, broken
