"""The exercise that every library is set: a recipe, first weights, rows, and the order of the rows.

Shuffles, masks and learning rates are Axone's own, so that all libraries make the same steps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from axone.arrays import FloatArray, IntArray, Shape
from axone.data.examples import Examples
from axone.engines import Recipe, RunState
from axone.layers import BatchNorm, Layer, Residual
from axone.layers.sequence import output_shapes
from axone.parameters import Parameters


@dataclass(frozen=True)
class Exercise:
    """What all libraries are to compute.

    Attributes
    ----------
    recipe : Recipe
        With a stepwise optimiser: L-BFGS has no batches that could be the same.
    initial : Parameters
        In the recipe's dtype; nobody changes it.
    train : Examples
    validation : Examples or None
    epochs, threads : int
    """

    recipe: Recipe
    initial: Parameters
    train: Examples
    validation: Examples | None
    epochs: int
    threads: int = 1

    @property
    def batch_size(self) -> int:
        """Rows of every step but perhaps the last of an epoch."""
        return self.recipe.batch_rows(len(self.train))

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        return self.recipe.steps(len(self.train))

    @cached_property
    def batch_rows(self) -> tuple[int, ...]:
        """How many rows each batch of an epoch has."""
        rows, size = self.recipe.rows_learnt(len(self.train)), self.batch_size
        return tuple(min(size, rows - start) for start in range(0, rows, size))

    def order(self, epoch: int) -> IntArray:
        """Return the rows in the order in which Axone's engines take them in an epoch, from 0."""
        return self.recipe.order(epoch, len(self.train))

    def rates(self, epoch: int, losses: Sequence[float]) -> FloatArray:
        """Return the learning rate of every step of an epoch, given the losses of those before."""
        rate = float(self.recipe.optimizer.learning_rate)
        state = RunState(self.initial, {}, rate, epoch=epoch, losses=list(losses))
        return np.asarray(self.recipe.rates(state, 1, len(self.train), self.epochs)[0])

    def beginning(self) -> "Exercise":
        """Return the same with the rows of two batches: enough to warm a library up."""
        return replace(self, train=self.train.rows(slice(0, 2 * self.batch_size)))


def normalises_flat(layers: Sequence[Layer], shape: Shape) -> bool:
    """Whether some batch norm sees one number a channel and a row."""
    before = (shape, *output_shapes(layers, shape))
    return any(
        (isinstance(layer, BatchNorm) and math.prod(before[position][1:]) == 1)
        or (
            isinstance(layer, Residual)
            and (
                normalises_flat(layer.layers, before[position])
                or normalises_flat(layer.shortcut, before[position])
            )
        )
        for position, layer in enumerate(layers)
    )


@dataclass(frozen=True)
class TimedEpoch:
    """One library's epoch.

    Attributes
    ----------
    loss : float
        Mean loss of the rows as training met them, penalties apart, in Axone's terms.
    seconds : float
        Of training alone.
    """

    loss: float
    seconds: float


class Contestant(Protocol):
    """A library with the exercise's network, ready for its next epoch."""

    def run_epoch(self, order: IntArray, rates: FloatArray) -> TimedEpoch:
        """Train for one epoch on the rows in that order, with those learning rates of its steps."""

    def validation_loss(self) -> float | None:
        """Return the mean loss of the validation rows, nothing random; None without such rows."""

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,), laid out as Axone's."""
