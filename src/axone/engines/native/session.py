"""A training run in the compiled engine: whole epochs in one call, and their reports back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines.engine import never
from axone.engines.native.translation import flat_examples
from axone.engines.native.workspaces import Borrowed
from axone.engines.recipe import DEAD_UNITS, GRADIENT_NORM, Recipe
from axone.engines.state import Divergence, EpochReports, EpochTotals, Lap, RunState
from axone.errors import ConfigurationError
from axone.messages import _
from axone.parameters import Trail

_MOST_RATES = 1_000_000
"""How many learning rates are handed over in one call, 8 MB of them."""

Poll = Callable[[int, int], bool]
"""What a workspace asks about twenty times a second, with epoch and batch: whether to stop."""


class WorkspaceSession:
    """A run under way in a workspace: what is the same for stepwise optimisers and for L-BFGS.

    Parameters
    ----------
    recipe : Recipe
    borrowed : Borrowed
        A workspace for this run alone, for batches of its size.
    hit_counts : int
        How many numbers the right answers, or squared errors, of an epoch are.
    state, examples, max_epochs
        See `Plan.session`.
    """

    def __init__(
        self,
        recipe: Recipe,
        borrowed: Borrowed,
        hit_counts: int,
        state: RunState,
        examples: Examples,
        max_epochs: int,
    ) -> None:
        self.recipe, self.state, self.examples = recipe, state, examples
        self.max_epochs, self.hit_counts = max_epochs, hit_counts
        self._borrowed: Borrowed | None = borrowed
        self._workspace = borrowed.workspace
        self._rows = flat_examples(examples, recipe.dtype)

    def close(self) -> None:
        """Give the workspace back."""
        if self._borrowed is not None:
            self._borrowed.give_back()
        self._borrowed = self._workspace = None

    @property
    def _size(self) -> int:
        return self.recipe.batch_rows(len(self.examples))

    @property
    def threads_used(self) -> int:
        """How many threads the run has settled on."""
        return int(self._workspace.threads_used)

    def _require_open(self) -> None:
        if self._borrowed is None:
            raise ConfigurationError(_("This session is closed: start another one."))

    def _called(
        self, call: Callable[[Poll], tuple[Any, ...]], interrupted: Callable[[], bool]
    ) -> tuple[Any, EpochReports, float]:
        """Make a call of the workspace's, given what it asks; say how that ended.

        Where it raises, the state stands as it did before.
        """
        state = self.state
        epoch, batch = state.epoch, state.batch

        def poll(epoch: int, batch: int) -> bool:
            # Whoever is asked may want to know how far the run is.
            state.epoch, state.batch = epoch, batch
            return interrupted()

        try:
            ending, position, table, loss = call(poll)
        except BaseException:
            # Nothing was moved: the arrays are written at the end of a call.
            state.epoch, state.batch = epoch, batch
            raise
        take_position(state, position)
        return ending, reports_of(table, self.recipe, self.hit_counts), loss

    def _divergence(self, loss: float, what: Any) -> Divergence:
        state, size = self.state, self._size
        order = self.recipe.order(state.epoch, len(self.examples))
        rows = order[state.batch * size : (state.batch + 1) * size]
        return Divergence(state.epoch + 1, state.batch + 1, rows, loss, what)


class NativeSession(WorkspaceSession):
    """A run of a stepwise optimiser under way; see `Session`."""

    @property
    def _steps(self) -> int:
        """Steps of an epoch."""
        return self.recipe.steps(len(self.examples))

    @property
    def _most_epochs(self) -> int:
        """How many epochs' learning rates are known, and no more than one call takes."""
        if self.recipe.schedule.follows_losses:
            return 1
        return max(1, _MOST_RATES // self._steps)

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
        trail: Trail | None = None,
    ) -> Lap:
        """Train on from where `state` stands; see `Session`."""
        self._require_open()
        state = self.state
        last_epoch = min(state.epoch + epochs, self.max_epochs)
        last_step = None if steps is None else state.step + steps
        parts: list[EpochReports] = []
        first_epoch = state.epoch
        while state.epoch < last_epoch and state.step != last_step:
            rest = None if trail is None else trail[state.epoch - first_epoch :]
            count = min(self._most_epochs, last_epoch - state.epoch)
            left = -1 if last_step is None else last_step - state.step
            if left >= 0:
                count = min(count, -(-(state.batch + left) // self._steps))
            ending, reports, loss = self._run(count, left, interrupted, rest)
            parts.append(reports)
            state.losses.extend(reports.loss.tolist())
            if ending not in ("done", "interrupted"):
                divergence = self._divergence(loss, ending)
                return Lap(EpochReports.joined(parts), divergence)
            if ending == "interrupted" or interrupted():
                break
        return Lap(EpochReports.joined(parts))

    def _run(
        self, epochs: int, steps: int, interrupted: Callable[[], bool], trail: Trail | None
    ) -> tuple[Any, EpochReports, float]:
        """Train for that many epochs, or so many steps if not -1; say how that ended."""
        state, recipe = self.state, self.recipe
        return self._called(
            lambda poll: self._workspace.run(
                state.parameters.vector,
                state.parameters.buffers,
                [state.slots[name] for name in recipe.optimizer.slots],
                *self._rows,
                position_of(state),
                recipe.rates(state, epochs, len(self.examples), self.max_epochs),
                recipe.shuffle and not recipe.full_batch,
                poll,
                steps,
                bool(recipe.measures),
                None if trail is None else trail.rows,
            ),
            interrupted,
        )


def position_of(state: RunState) -> tuple[Any, ...]:
    """Say where a run stands, as the compiled module is told it."""
    totals = state.totals
    sums = (totals.loss, totals.penalty, totals.weight, totals.rows, totals.hits)
    return (state.epoch, state.batch, state.step, *sums)


def take_position(state: RunState, position: tuple[Any, ...]) -> None:
    """Let a run stand where the compiled module says."""
    state.epoch, state.batch, state.step = position[:3]
    state.totals = EpochTotals(*position[3:])


def reports_of(table: FloatArray, recipe: Recipe, hit_counts: int) -> EpochReports:
    """Name the columns of a compiled table, which has a row an epoch."""
    hits = 7 + hit_counts
    epoch, step, learning_rate, loss, penalty, weight, rows = table[:, :7].T
    measures, nothing = recipe.measures, np.empty((len(table), 0))
    return EpochReports(
        epoch=epoch.astype(np.int64),
        step=step.astype(np.int64),
        loss=loss / weight,
        penalty=penalty / rows,
        weight=weight,
        rows=rows.astype(np.int64),
        learning_rate=learning_rate,
        hits=table[:, 7:hits],
        gradient_norms=table[:, hits::2] if GRADIENT_NORM in measures else nothing,
        dead_shares=table[:, hits + 1 :: 2] if DEAD_UNITS in measures else nothing,
    )
