"""Axone as a contestant: its compiled program, run an epoch at a time."""

import math
import time
from collections.abc import Callable

from axone.arrays import FloatArray, IntArray
from axone.comparison.exercise import Exercise, Lap
from axone.engines import Divergence, EpochReports, Program


class AxoneContestant:
    """Axone's engine; it draws its shuffles and its learning rates itself, within its time.

    Parameters
    ----------
    exercise : Exercise
    program : Program
        Compiled from the exercise's recipe.
    interrupted : callable
        Asked between batches; True ends the epoch there.
    """

    def __init__(
        self, exercise: Exercise, program: Program, interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.exercise = exercise
        self.program = program
        self.interrupted = interrupted
        self.state = program.start(exercise.initial.copy())

    def run_epoch(self, order: IntArray, rates: FloatArray) -> Lap:
        """Train for one epoch; the loss of one that was not completed is NaN, or what diverged."""
        del order, rates
        losses: list[float] = []

        def after(reports: EpochReports) -> bool:
            losses.extend(reports.loss.tolist())
            return True

        train = self.exercise.train
        started = time.perf_counter()
        outcome = self.program.run_epochs(
            self.state,
            train.X,
            train.target,
            None,
            self.exercise.epochs,
            after,
            self.interrupted,
        )
        seconds = time.perf_counter() - started
        if isinstance(outcome, Divergence):
            return Lap(outcome.loss, seconds)
        return Lap(losses[-1] if losses else math.nan, seconds)

    def validation_loss(self) -> float | None:
        """Return the mean loss of the validation rows, nothing random; None without such rows."""
        rows = self.exercise.validation
        if rows is None:
            return None
        return self.program.evaluate(self.state.parameters, rows.X, rows.target, None)[0]

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,)."""
        return self.state.parameters.vector
