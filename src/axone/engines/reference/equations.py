"""What every plan of the reference engine computes: predictions, and the gradient of a batch.

The layers' own equations, one after another, then the loss; nothing here moves a weight.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.data.examples import Examples
from axone.engines.recipe import DEAD_UNITS, GRADIENT_NORM, Recipe
from axone.engines.state import EpochReport, EpochTotals, RunState
from axone.layers import PREDICTION, Context
from axone.layers.layer import AnyCache
from axone.layers.sequence import backward_through, forward_through
from axone.losses import Head
from axone.parameters import Parameters, Trail
from axone.random import NOISE, RandomStream

_EVALUATION_ROWS = 4096


@dataclasses.dataclass(frozen=True)
class Pass:
    """What one pass forward and backward over a batch found.

    Attributes
    ----------
    losses : array of shape (m,)
    prediction : array of shape (m, …)
    caches : list
        Of every layer, from the forward pass in training.
    loss : float
        Σ of the rows' losses times their weights, in float64.
    """

    losses: FloatArray
    prediction: FloatArray
    caches: list[AnyCache]
    loss: float


class Equations:
    """A network with its loss. It holds no weights, so that any number of threads may use it."""

    def __init__(self, recipe: Recipe) -> None:
        network = recipe.network
        self.recipe = recipe
        self.body, output_activation = network.split_output()
        self.head = Head(output_activation, recipe.loss)
        # What learns lies behind what is frozen, in every flat vector.
        self.learning = slice(recipe.frozen_size, None)
        self.mask = network.layout.penalised_mask(recipe.dtype)
        self.mask[: recipe.frozen_size] = 0
        self.noise = RandomStream.from_seed(recipe.seed).child(NOISE)
        self.augmenter = recipe.augmenter
        # Below the first layer that learns no gradient is of use.
        self.first = next(
            (n for n in network.layout.learning if n >= recipe.frozen), len(self.body) - 1
        )

    def initialize(self) -> Parameters:
        """Draw the weights with which a run begins from the recipe's seed."""
        return self.recipe.network.initialize(self.recipe.seed, self.recipe.dtype)

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""
        return RunState.beginning(parameters, self.recipe.optimizer)

    def predict(
        self, parameters: Parameters, X: FloatArray, mask: BoolArray | None = None
    ) -> FloatArray:
        """Return ŷ for all rows, nothing random."""
        return self.recipe.network.predict(parameters, X, mask)

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""
        total, predictions = 0.0, []
        for chunk in examples.chunks(self.recipe.network.rows_together(_EVALUATION_ROWS)):
            context = PREDICTION if chunk.mask is None else Context(mask=chunk.mask)
            logits, _ = forward_through(self.body, parameters.by_layer, chunk.X, context)
            prediction = self.head.predict(logits)
            losses = self.head.rows(logits, prediction, chunk.target)
            weight = chunk.weight
            total += float(np.dot(losses, weight) if weight is not None else losses.sum())
            predictions.append(prediction)
        return total / examples.total_weight, np.concatenate(predictions)

    def evaluate_each(self, trail: Trail, examples: Examples) -> tuple[FloatArray, FloatArray]:
        """Return the same for the weights of several epochs, an epoch after the other."""
        values, predictions = zip(
            *(self.evaluate(parameters, examples) for parameters in trail), strict=True
        )
        return np.array(values), np.stack(predictions)

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient."""
        gradient = parameters.zeros_like()
        losses = self.backpropagate(parameters, gradient, examples, step).losses
        loss = mean_loss(losses, examples.weight)
        penalty = self.recipe.penalty
        if penalty:
            loss += penalty.value(parameters.vector, self.mask, len(examples))
            penalty.add_gradient(gradient.vector, parameters.vector, self.mask, len(examples))
        return loss, gradient

    def backpropagate(
        self, parameters: Parameters, gradient: Parameters, batch: Examples, step: int
    ) -> Pass:
        """Write the gradient of the batch's mean loss into `gradient`; see `Pass`."""
        random = self.noise.child(step) if self.recipe.is_random else None
        context = Context(training=True, random=random, mask=batch.mask)
        X = batch.X if self.augmenter is None else self.augmenter(batch.X, step, batch.mask)
        logits, caches = forward_through(
            self.body, parameters.by_layer, X, context, self.recipe.frozen
        )
        prediction = self.head.predict(logits)
        losses = self.head.rows(logits, prediction, batch.target)
        delta = self.head.row_deltas(logits, prediction, batch.target)
        delta *= row_shares(batch.weight, delta)
        self._backward(parameters, gradient, caches, delta)
        weight = batch.weight
        loss = float(losses.sum(dtype=np.float64) if weight is None else np.dot(losses, weight))
        return Pass(losses, prediction, caches, loss)

    def _backward(
        self,
        parameters: Parameters,
        gradient: Parameters,
        caches: list[AnyCache],
        delta: FloatArray,
    ) -> None:
        first = self.first
        dy, by_layer = backward_through(
            self.body[first + 1 :], parameters.by_layer[first + 1 :], caches[first + 1 :], delta
        )
        lowest = self.body[first].parameter_gradients(parameters.by_layer[first], caches[first], dy)
        for views, gradients in zip(gradient.by_layer[first:], [lowest, *by_layer], strict=True):
            for name, array in gradients.items():
                views[name][...] = array

    def update_buffers(self, parameters: Parameters, caches: Sequence[AnyCache]) -> bool:
        """Let the layers with running averages take this batch into account.

        Where one of them would not be finite, all stay as they are and the answer is False.
        """
        if not parameters.buffers.size:
            return True
        before = parameters.buffers.copy()
        for layer, arrays, cache in zip(self.body, parameters.by_layer, caches, strict=True):
            for name, array in layer.updated_buffers(arrays, cache).items():
                arrays[name][...] = array
        if np.isfinite(parameters.buffers).all():
            return True
        parameters.buffers[...] = before
        return False

    def count(self, totals: EpochTotals, batch: Examples, passed: Pass, penalty: float) -> None:
        """Add a batch to what its epoch adds up."""
        rows = len(batch)
        totals.loss += passed.loss
        totals.penalty += penalty * rows
        totals.weight += batch.total_weight
        totals.rows += rows
        hits = self.recipe.loss.hits(passed.prediction, batch.target, batch.weight).tolist()
        before = totals.hits or [0.0] * len(hits)
        totals.hits = [old + new for old, new in zip(before, hits, strict=True)]

    def finish_epoch(
        self,
        state: RunState,
        learning_rate: float,
        gradient: Parameters,
        caches: Sequence[AnyCache],
    ) -> EpochReport:
        """Close the epoch in `state` and report on it, measuring its last step."""
        totals = state.totals
        state.epoch += 1
        state.batch = 0
        state.totals = EpochTotals()
        state.losses.append(totals.loss / totals.weight)
        measures = self.recipe.measures
        return EpochReport(
            epoch=state.epoch,
            step=state.step,
            loss=state.losses[-1],
            penalty=totals.penalty / totals.rows,
            hits=tuple(totals.hits),
            weight=totals.weight,
            rows=totals.rows,
            learning_rate=learning_rate,
            gradient_norms=layer_norms(gradient) if GRADIENT_NORM in measures else (),
            dead_shares=self._dead_shares(caches) if DEAD_UNITS in measures else (),
        )

    def _dead_shares(self, caches: Sequence[AnyCache]) -> tuple[float, ...]:
        """Return the share of ReLU units of each layer that were 0 on every row of a pass.

        Of frozen layers nothing is measured, as nothing is to be done about them.
        """
        shares = (layer.dead_share(cache) for layer, cache in zip(self.body, caches, strict=True))
        return tuple(
            share if position >= self.recipe.frozen else 0.0
            for position, share in enumerate(shares)
        )


def mean_loss(losses: FloatArray, weight: FloatArray | None) -> float:
    """Return the mean of the rows' losses, each by its weight."""
    return float(losses.mean() if weight is None else np.dot(losses, weight) / weight.sum())


def broken_part(loss: float, gradient: Parameters) -> str:
    """Say which is not finite, "loss" or "gradient"; empty if both are."""
    if not math.isfinite(loss):
        return "loss"
    return "" if np.isfinite(gradient.vector).all() else "gradient"


def layer_norms(gradient: Parameters) -> tuple[float, ...]:
    """Return ‖∂L/∂W‖ of every layer, 0 where there is nothing to learn."""
    layout = gradient.layout
    return tuple(
        float(np.linalg.norm(gradient.vector[layout.layer_slice(position)]))
        for position in range(len(layout.by_layer))
    )


def row_shares(weight: FloatArray | None, delta: FloatArray) -> Any:
    """Return each row's share of the batch's mean loss: 1/m, or its weight over their sum."""
    if weight is None:
        return delta.dtype.type(1 / len(delta))
    # A batch of weight zero teaches nothing: shares 0/1, not 0/0.
    total = weight.sum() or 1.0
    return (weight / total).reshape(-1, *[1] * (delta.ndim - 1)).astype(delta.dtype)
