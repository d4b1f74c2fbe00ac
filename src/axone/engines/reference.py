"""The reference engine: NumPy, running the layers' own equations one after another.

It is the one to read, and the one that every other engine is checked against.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.engines.engine import (
    Divergence,
    EpochReport,
    EpochReports,
    EpochTotals,
    Outcome,
    Program,
    Recipe,
    RunState,
)
from axone.errors import ConfigurationError
from axone.layers import PREDICTION, Context
from axone.layers.sequence import backward_through, forward_through
from axone.losses import Head
from axone.optimizers import LBFGS, Optimizer
from axone.parameters import Parameters
from axone.random import NOISE, SHUFFLE, RandomStream
from axone.schedules import Clock

_EVALUATION_ROWS = 4096


class ReferenceEngine:
    """Runs anything that can be described, at the speed of NumPy."""

    name = "reference"

    def compile(self, recipe: Recipe) -> Program:
        """Return a program for this recipe."""
        if isinstance(recipe.optimizer, LBFGS):
            return LBFGSProgram(recipe, recipe.optimizer)
        return StepwiseProgram(recipe, recipe.optimizer)


class Equations:
    """A network with its loss: predictions, loss and gradient of a batch."""

    def __init__(self, recipe: Recipe) -> None:
        network = recipe.network
        self.recipe = recipe
        self.body, output_activation = network.split_output()
        self.head = Head(output_activation, recipe.loss)
        self.mask = network.layout.penalised_mask(recipe.dtype)
        self.noise = RandomStream.from_seed(recipe.seed).child(NOISE)
        self.is_random = any(layer.is_random for layer in network.layers)
        # Below the first layer with weights no gradient is of use.
        self.first = next(
            (n for n, slots in enumerate(network.layout.by_layer) if slots), len(self.body) - 1
        )

    def predict(self, parameters: Parameters, X: FloatArray) -> FloatArray:
        """Return ŷ for all rows, nothing random."""
        return self.recipe.network.predict(parameters, X)

    def evaluate(
        self, parameters: Parameters, X: FloatArray, target: FloatArray, weight: FloatArray | None
    ) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""
        total, predictions = 0.0, []
        for start in range(0, len(X), _EVALUATION_ROWS):
            rows = slice(start, start + _EVALUATION_ROWS)
            logits, _ = forward_through(self.body, parameters.by_layer, X[rows], PREDICTION)
            prediction = self.head.predict(logits)
            losses = self.head.rows(logits, prediction, target[rows])
            total += float(np.dot(losses, weight[rows]) if weight is not None else losses.sum())
            predictions.append(prediction)
        scale = float(weight.sum()) if weight is not None else len(X)
        return total / scale, np.concatenate(predictions)

    def loss_and_gradient(
        self,
        parameters: Parameters,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        step: int,
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient."""
        gradient = parameters.zeros_like()
        losses, _, _ = self.backpropagate(parameters, gradient, X, target, weight, step)
        loss = float(losses.mean() if weight is None else np.dot(losses, weight) / weight.sum())
        penalty = self.recipe.penalty
        if penalty:
            loss += penalty.value(parameters.vector, self.mask, len(X))
            penalty.add_gradient(gradient.vector, parameters.vector, self.mask, len(X))
        return loss, gradient

    def backpropagate(
        self,
        parameters: Parameters,
        gradient: Parameters,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        step: int,
    ) -> tuple[FloatArray, FloatArray, list[Any]]:
        """Write the gradient of the batch's mean loss into `gradient`.

        Returns
        -------
        losses : array of shape (m,)
        prediction : array of shape (m, …)
        caches : list
            Of every layer, from the forward pass in training.
        """
        context = Context(training=True, random=self.noise.child(step) if self.is_random else None)
        logits, caches = forward_through(self.body, parameters.by_layer, X, context)
        prediction = self.head.predict(logits)
        losses = self.head.rows(logits, prediction, target)
        delta = self.head.row_deltas(logits, prediction, target)
        delta *= _row_shares(weight, delta)
        self._backward(parameters, gradient, caches, delta)
        return losses, prediction, caches

    def _backward(
        self, parameters: Parameters, gradient: Parameters, caches: list[Any], delta: FloatArray
    ) -> None:
        first = self.first
        dy, by_layer = backward_through(
            self.body[first + 1 :], parameters.by_layer[first + 1 :], caches[first + 1 :], delta
        )
        lowest = self.body[first].parameter_gradients(parameters.by_layer[first], caches[first], dy)
        for views, gradients in zip(gradient.by_layer[first:], [lowest, *by_layer], strict=True):
            for name, array in gradients.items():
                views[name][...] = array

    def dead_shares(self, caches: Sequence[Any]) -> tuple[float, ...]:
        """Return the share of ReLU units of each layer that were 0 on every row of a pass."""
        return tuple(
            layer.dead_share(cache) for layer, cache in zip(self.body, caches, strict=True)
        )

    def update_buffers(self, parameters: Parameters, caches: Sequence[Any]) -> None:
        """Let the layers with running averages take this batch into account."""
        if not parameters.buffers.size:
            return
        for layer, arrays, cache in zip(self.body, parameters.by_layer, caches, strict=True):
            for name, array in layer.updated_buffers(arrays, cache).items():
                arrays[name][...] = array


def _row_shares(weight: FloatArray | None, delta: FloatArray) -> Any:
    """Return each row's share of the batch's mean loss: 1/m, or its weight over their sum."""
    if weight is None:
        return delta.dtype.type(1 / len(delta))
    # A batch of weight zero teaches nothing: shares 0/1, not 0/0.
    total = weight.sum() or 1.0
    return (weight / total).reshape(-1, *[1] * (delta.ndim - 1)).astype(delta.dtype)


class StepwiseProgram(Equations):
    """Mini-batch training: gradient, penalty, clipping, optimiser, batch after batch."""

    def __init__(self, recipe: Recipe, optimizer: Optimizer) -> None:
        super().__init__(recipe)
        self.optimizer = optimizer

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""
        slots = {name: np.zeros_like(parameters.vector) for name in self.optimizer.slots}
        return RunState(parameters, slots)

    def run_epochs(
        self,
        state: RunState,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        max_epochs: int,
        after_epochs: Callable[[EpochReports], bool],
        interrupted: Callable[[], bool],
        epochs_per_call: int = 1,
    ) -> Outcome:
        """Train on, in place, from where `state` stands; see `Program`."""
        recipe = self.recipe
        batch_size = len(X) if recipe.full_batch else min(recipe.batch_size, len(X))
        steps_per_epoch = math.ceil(len(X) / batch_size)
        gradient = state.parameters.zeros_like()
        while state.epoch < max_epochs:
            order = self._order(state.epoch, len(X))
            clock = Clock(state.epoch, steps_per_epoch, max_epochs, len(X), state.losses)
            rates = self.optimizer.learning_rate * recipe.schedule.factors(clock)
            caches: list[Any] = []
            for batch in range(state.batch, steps_per_epoch):
                rows = order[batch * batch_size : (batch + 1) * batch_size]
                batch_weight = None if weight is None else weight[rows]
                loss, caches = self._step(
                    state, gradient, X[rows], target[rows], batch_weight, float(rates[batch])
                )
                if not math.isfinite(loss):
                    return Divergence(state.epoch + 1, batch + 1, rows, loss)
                if interrupted() and batch + 1 < steps_per_epoch:
                    return None
            report = _finish_epoch(
                state, float(rates[-1]), layer_norms(gradient), self.dead_shares(caches)
            )
            if after_epochs(EpochReports.of(report)) or interrupted():
                return None
        return None

    def _order(self, epoch: int, rows: int) -> IntArray:
        if not self.recipe.shuffle or self.recipe.full_batch:
            return np.arange(rows)
        stream = RandomStream.from_seed(self.recipe.seed).child(SHUFFLE, epoch)
        return stream.permutation(rows)

    def _step(
        self,
        state: RunState,
        gradient: Parameters,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        learning_rate: float,
    ) -> tuple[float, list[Any]]:
        """Make one step, unless its loss or gradient is not finite, which the result tells.

        The caches of the layers come back with it.
        """
        parameters, recipe = state.parameters, self.recipe
        losses, prediction, caches = self.backpropagate(
            parameters, gradient, X, target, weight, state.step + 1
        )
        rows = len(X)
        row_weight = float(rows if weight is None else weight.sum())
        loss = float(losses.sum(dtype=np.float64) if weight is None else np.dot(losses, weight))
        # A sum is finite only if every term is: one pass over the gradient, no array made.
        if not math.isfinite(loss) or not math.isfinite(float(gradient.vector.sum())):
            return (loss if not math.isfinite(loss) else math.inf), caches
        cost = 0.0
        if recipe.penalty:
            cost = recipe.penalty.value(parameters.vector, self.mask, rows)
            recipe.penalty.add_gradient(gradient.vector, parameters.vector, self.mask, rows)
        recipe.clipping.apply(gradient.vector)
        if self.optimizer.decoupled_decay:
            share = learning_rate * self.optimizer.decoupled_decay
            parameters.vector *= 1 - share * self.mask
        state.step += 1
        slots = [state.slots[name] for name in self.optimizer.slots]
        self.optimizer.update(parameters.vector, gradient.vector, slots, learning_rate, state.step)
        self.update_buffers(parameters, caches)
        state.batch += 1
        hits = recipe.loss.hits(prediction, target)
        _add(state.totals, loss, cost, row_weight, rows, hits)
        return loss, caches


def _add(
    totals: EpochTotals, loss: float, penalty: float, weight: float, rows: int, hits: FloatArray
) -> None:
    totals.loss += loss
    totals.penalty += penalty * rows
    totals.weight += weight
    totals.rows += rows
    before = totals.hits or [0.0] * len(hits)
    totals.hits = [old + new for old, new in zip(before, hits.tolist(), strict=True)]


def _finish_epoch(
    state: RunState,
    learning_rate: float,
    gradient_norms: tuple[float, ...],
    dead_shares: tuple[float, ...],
) -> EpochReport:
    """Close the epoch in `state` and report on it."""
    totals = state.totals
    state.epoch += 1
    state.batch = 0
    state.totals = EpochTotals()
    state.losses.append(totals.loss / totals.weight)
    return EpochReport(
        epoch=state.epoch,
        step=state.step,
        loss=state.losses[-1],
        penalty=totals.penalty / totals.rows,
        hits=tuple(totals.hits),
        rows=totals.rows,
        learning_rate=learning_rate,
        gradient_norms=gradient_norms,
        dead_shares=dead_shares,
    )


def layer_norms(gradient: Parameters) -> tuple[float, ...]:
    """Return ‖∂L/∂W‖ of every layer, 0 where there is nothing to learn."""
    layout = gradient.layout
    return tuple(
        float(np.linalg.norm(gradient.vector[layout.layer_slice(position)]))
        for position in range(len(layout.by_layer))
    )


class _DivergedError(Exception):
    """Leaves SciPy's loop when the loss is not finite."""


class LBFGSProgram(Equations):
    """L-BFGS through SciPy: an epoch is one iteration, line search included.

    SciPy keeps the memory of past steps to itself, so that a run cannot be taken up half way: it
    is continued by running it again from its start, which gives the same bits.
    """

    def __init__(self, recipe: Recipe, optimizer: LBFGS) -> None:
        super().__init__(recipe)
        self.optimizer = optimizer
        if self.is_random:
            raise ConfigurationError(
                "L-BFGS needs a loss that is the same each time it is computed: leave out dropout "
                "and noise, or choose another optimizer (adam)."
            )

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""
        return RunState(parameters, {})

    def run_epochs(
        self,
        state: RunState,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        max_epochs: int,
        after_epochs: Callable[[EpochReports], bool],
        interrupted: Callable[[], bool],
        epochs_per_call: int = 1,
    ) -> Outcome:
        """Train until `max_epochs` iterations are done or SciPy finds a minimum."""
        from scipy.optimize import minimize

        if state.epoch >= max_epochs:
            return None
        parameters = state.parameters
        everything = np.arange(len(X))
        diverged: list[Divergence] = []
        gradient = parameters.zeros_like()
        last: list[Any] = []

        def evaluate(vector: FloatArray) -> None:
            parameters.vector[...] = vector
            passed = self.backpropagate(parameters, gradient, X, target, weight, step=1)
            last[:] = [vector.copy(), *passed]

        def objective(vector: FloatArray) -> tuple[float, FloatArray]:
            evaluate(vector)
            losses, penalty = last[1], self.recipe.penalty
            loss = float(losses.mean() if weight is None else np.dot(losses, weight) / weight.sum())
            slope = gradient.vector.astype(np.float64)
            if penalty:
                loss += penalty.value(parameters.vector, self.mask, len(X))
                penalty.add_gradient(slope, parameters.vector, self.mask, len(X))
            state.step += 1
            if not math.isfinite(loss):
                diverged.append(Divergence(state.epoch + 1, 1, everything, loss))
                raise _DivergedError
            return loss, slope

        def callback(intermediate_result: Any) -> None:
            # The line search ends at the point that it looked at last: no need to look again.
            if not np.array_equal(intermediate_result.x, last[0]):
                evaluate(intermediate_result.x)
            report = self._report(state, gradient, target, weight, *last[1:])
            if after_epochs(EpochReports.of(report)) or interrupted():
                raise StopIteration

        options = {
            "maxiter": max_epochs - state.epoch,
            "maxcor": self.optimizer.memory,
            "maxfun": self.optimizer.max_evaluations,
            "gtol": self.optimizer.gradient_tolerance,
            "ftol": self._loss_tolerance,
        }
        try:
            found = minimize(
                objective,
                parameters.vector.astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                callback=callback,
                options=options,
            )
        except _DivergedError:
            return diverged[0]
        parameters.vector[...] = found.x
        return None

    @property
    def _loss_tolerance(self) -> float:
        given = self.optimizer.loss_tolerance
        return 64 * float(np.finfo(self.recipe.dtype).eps) if given is None else given

    def _report(
        self,
        state: RunState,
        gradient: Parameters,
        target: FloatArray,
        weight: FloatArray | None,
        losses: FloatArray,
        prediction: FloatArray,
        caches: list[Any],
    ) -> EpochReport:
        parameters, rows = state.parameters, len(target)
        self.update_buffers(parameters, caches)
        row_weight = float(rows if weight is None else weight.sum())
        loss = float(losses.sum(dtype=np.float64) if weight is None else np.dot(losses, weight))
        penalty = self.recipe.penalty.value(parameters.vector, self.mask, rows)
        hits = self.recipe.loss.hits(prediction, target)
        _add(state.totals, loss, penalty, row_weight, rows, hits)
        return _finish_epoch(state, 1.0, layer_norms(gradient), self.dead_shares(caches))
