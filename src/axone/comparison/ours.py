"""Axone as a contestant: a session of its compiled plan, an epoch at a time."""

import math
import time
from collections.abc import Callable

from axone.arrays import FloatArray, IntArray
from axone.comparison.exercise import Exercise, TimedEpoch
from axone.engines import Plan, never


class AxoneContestant:
    """Axone's engine; it draws its shuffles and its learning rates itself, within its time.

    Parameters
    ----------
    exercise : Exercise
    plan : Plan
        Compiled from the exercise's recipe.
    interrupted : callable
        Asked between batches; True ends the epoch there.
    """

    def __init__(
        self, exercise: Exercise, plan: Plan, interrupted: Callable[[], bool] = never
    ) -> None:
        self.exercise = exercise
        self.plan = plan
        self.interrupted = interrupted
        self.state = plan.start(exercise.initial.copy())
        self.session = plan.session(self.state, exercise.train, exercise.epochs)

    def run_epoch(self, order: IntArray, rates: FloatArray) -> TimedEpoch:
        """Train for one epoch; the loss of one that was not completed is NaN, or what diverged."""
        del order, rates
        started = time.perf_counter()
        lap = self.session.advance(interrupted=self.interrupted)
        seconds = time.perf_counter() - started
        if lap.divergence is not None:
            return TimedEpoch(lap.divergence.loss, seconds)
        return TimedEpoch(float(lap.reports.loss[-1]) if len(lap.reports) else math.nan, seconds)

    def validation_loss(self) -> float | None:
        """Return the mean loss of the validation rows, nothing random; None without such rows."""
        rows = self.exercise.validation
        if rows is None:
            return None
        return self.plan.evaluate(self.state.parameters, rows)[0]

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,)."""
        return self.state.parameters.vector
