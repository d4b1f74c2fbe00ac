"""L-BFGS in the compiled engine: as many iterations in one call as nobody is asked between.

The equations are those of `axone.lbfgs`; `native/src/lbfgs.hpp` keeps the same numbers in the same
order, so that a run's state reads alike for both engines.
"""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from axone.data.examples import Examples
from axone.engines.engine import never
from axone.engines.native.session import WorkspaceSession, position_of
from axone.engines.native.workspaces import Borrowed
from axone.engines.recipe import Recipe
from axone.engines.state import EpochReports, Lap, RunState
from axone.lbfgs import SLOTS
from axone.optimizers import LBFGS
from axone.parameters import Trail


class LBFGSSession(WorkspaceSession):
    """One run under way; see `Session`. A lap is at least one iteration, whatever `steps` says."""

    def __init__(
        self,
        recipe: Recipe,
        optimizer: LBFGS,
        borrowed: Borrowed,
        hit_counts: int,
        state: RunState,
        examples: Examples,
        max_epochs: int,
    ) -> None:
        super().__init__(recipe, borrowed, hit_counts, state, examples, max_epochs)
        self._limits = astuple(optimizer.limits(recipe.dtype))

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
        trail: Trail | None = None,
    ) -> Lap:
        """Make some iterations; see `Session`."""
        self._require_open()
        state = self.state
        last_epoch = min(state.epoch + epochs, self.max_epochs)
        last_step = None if steps is None else state.step + steps
        parts: list[EpochReports] = []
        first_epoch = state.epoch
        while state.epoch < last_epoch:
            rest = None if trail is None else trail[state.epoch - first_epoch :]
            ending, reports, loss = self._run(
                last_epoch - state.epoch if steps is None else 1, interrupted, rest
            )
            parts.append(reports)
            state.losses.extend(reports.loss.tolist())
            if ending == "converged":
                return Lap(EpochReports.joined(parts), converged=True)
            if ending not in ("done", "interrupted"):
                divergence = self._divergence(loss, ending)
                return Lap(EpochReports.joined(parts), divergence)
            if ending == "interrupted" or interrupted():
                break
            if last_step is not None and state.step >= last_step:
                break
        return Lap(EpochReports.joined(parts))

    def _run(
        self, epochs: int, interrupted: Callable[[], bool], trail: Trail | None
    ) -> tuple[Any, EpochReports, float]:
        """Make that many iterations at most; say how that ended."""
        state = self.state
        return self._called(
            lambda poll: self._workspace.minimise(
                state.parameters.vector,
                state.parameters.buffers,
                *[state.slots[name] for name in SLOTS],
                *self._rows,
                position_of(state),
                epochs,
                self._limits,
                poll,
                bool(self.recipe.measures),
                None if trail is None else trail.rows,
            ),
            interrupted,
        )
