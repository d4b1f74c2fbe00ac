"""L-BFGS through SciPy: an epoch is one iteration, line search included.

SciPy keeps the memory of past steps to itself, and its loop cannot be left and taken up. A session
therefore lets it run in a thread of its own, which waits after every iteration until it is told to
go on; a run that was stopped is continued by running it again from its start, which gives the same
bits.
"""

import threading
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines.engine import Session, never
from axone.engines.recipe import Recipe
from axone.engines.reference.equations import Equations, Pass, broken_part, mean_loss
from axone.engines.state import Divergence, EpochReport, EpochReports, Lap, RunState
from axone.optimizers import LBFGS


class LBFGSPlan(Equations):
    """The plan of L-BFGS."""

    def __init__(self, recipe: Recipe, optimizer: LBFGS) -> None:
        super().__init__(recipe)
        self.optimizer = optimizer

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`; see `Plan`."""
        return LBFGSSession(self, state, examples, max_epochs)

    @property
    def loss_tolerance(self) -> float:
        """The share of the loss that an iteration must gain: 64 roundings, unless given."""
        given = self.optimizer.loss_tolerance
        return 64 * float(np.finfo(self.recipe.dtype).eps) if given is None else given


class _DivergedError(Exception):
    """Leaves SciPy's loop when the loss or the gradient is not finite."""


class LBFGSSession:
    """One run under way; see `Session`. A lap is at least one iteration, whatever `steps` says."""

    def __init__(
        self, plan: LBFGSPlan, state: RunState, examples: Examples, max_epochs: int
    ) -> None:
        self.plan, self.state = plan, state
        self.examples, self.max_epochs = examples, max_epochs
        self.gradient = state.parameters.zeros_like()
        self._go, self._arrived = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._closed = self._ended = False
        self._reports: list[EpochReport] = []
        self._divergence: Divergence | None = None
        self._error: BaseException | None = None
        self._seen: tuple[FloatArray, Pass] | None = None
        self._accepted = state.parameters.vector.copy()

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
    ) -> Lap:
        """Let SciPy make some iterations; see `Session`."""
        last_epoch = min(self.state.epoch + epochs, self.max_epochs)
        last_step = None if steps is None else self.state.step + steps
        self._reports = []
        while self.state.epoch < last_epoch and not self._ended:
            self._let_go()
            if self._error is not None:
                raise self._error
            if interrupted() or (last_step is not None and self.state.step >= last_step):
                break
        converged = self._ended and self._divergence is None
        return Lap(EpochReports.of(self._reports), self._divergence, converged)

    def close(self) -> None:
        """End SciPy's loop at the iteration in hand."""
        self._closed = True
        if self._thread is not None and not self._ended:
            self._let_go()
        self._thread = None

    def _let_go(self) -> None:
        """Let the thread run until its next iteration is complete, or its loop is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._minimise, name="axone-lbfgs", daemon=True)
            self._thread.start()
        else:
            self._go.release()
        self._arrived.acquire()
        if self._ended:
            self._thread.join()

    def _minimise(self) -> None:
        from scipy.optimize import minimize

        plan, parameters = self.plan, self.state.parameters
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                found = minimize(
                    self._objective,
                    parameters.vector.astype(np.float64),
                    jac=True,
                    method="L-BFGS-B",
                    callback=self._iterated,
                    options={
                        "maxiter": self.max_epochs - self.state.epoch,
                        "maxcor": plan.optimizer.memory,
                        "maxfun": plan.optimizer.max_evaluations,
                        "gtol": plan.optimizer.gradient_tolerance,
                        "ftol": plan.loss_tolerance,
                    },
                )
            parameters.vector[...] = found.x
        except _DivergedError:
            parameters.vector[...] = self._accepted
        except BaseException as error:
            self._error = error
        self._ended = True
        self._arrived.release()

    def _evaluate(self, vector: FloatArray) -> Pass:
        parameters = self.state.parameters
        parameters.vector[...] = vector
        passed = self.plan.backpropagate(parameters, self.gradient, self.examples, step=1)
        self._seen = vector.copy(), passed
        return passed

    def _objective(self, vector: FloatArray) -> tuple[float, FloatArray]:
        state, plan, rows = self.state, self.plan, len(self.examples)
        losses = self._evaluate(vector).losses
        loss = mean_loss(losses, self.examples.weight)
        slope = self.gradient.vector.astype(np.float64)
        penalty = plan.recipe.penalty
        if penalty:
            loss += penalty.value(state.parameters.vector, plan.mask, rows)
            penalty.add_gradient(slope, state.parameters.vector, plan.mask, rows)
        state.step += 1
        broken: Any = broken_part(loss, self.gradient)
        if broken:
            self._diverge(loss, broken)
        return loss, slope

    def _diverge(self, loss: float, what: Any) -> NoReturn:
        everything = np.arange(len(self.examples))
        self._divergence = Divergence(self.state.epoch + 1, 1, everything, loss, what)
        raise _DivergedError

    def _iterated(self, intermediate_result: Any) -> None:
        """Report on an iteration, then wait until it is wanted that the next one begins."""
        state, plan, x = self.state, self.plan, intermediate_result.x
        # The line search ends at the point that it looked at last: no need to look again.
        if self._seen is None or not np.array_equal(x, self._seen[0]):
            self._evaluate(x)
        assert self._seen is not None  # noqa: S101 — set by `_evaluate`
        passed = self._seen[1]
        if not plan.update_buffers(state.parameters, passed.caches):
            self._diverge(passed.loss, "averages")
        self._accepted = state.parameters.vector.copy()
        rows = len(self.examples)
        penalty = plan.recipe.penalty.value(state.parameters.vector, plan.mask, rows)
        plan.count(state.totals, self.examples, passed, penalty)
        self._reports.append(plan.finish_epoch(state, 1.0, self.gradient, passed.caches))
        self._arrived.release()
        self._go.acquire()
        if self._closed:
            raise StopIteration
