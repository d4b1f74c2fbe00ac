"""PyTorch as a contestant: a `Sequential` of its own modules, its losses and its optimisers.

It minimises the same function at its fastest: fused optimisers, no number read back before the
epoch is over, penalties added to the gradient rather than differentiated as part of the loss, which
is the same. `axone.engines.torch` translates; what else had to be arranged for the same numbers:

- `clip_grads_with_norm_` divides by norm + 10⁻⁶; it is given norm − 10⁻⁶.
- Dropout masks and noise are Axone's, drawn outside the time: PyTorch draws none.
- Its batch norm keeps the unbiased variance for prediction, Axone the biased one: weights and
  training losses are the same, validation losses nearly.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from axone.arrays import FloatArray, IntArray
from axone.comparison.exercise import Exercise, TimedEpoch, normalises_flat
from axone.data.examples import Examples
from axone.engines.torch import obstacles as beyond_pytorch
from axone.engines.torch.modules import GivenNumbers
from axone.engines.torch.translation import (
    OPTIMIZERS,
    criterion_of,
    holds_steps,
    load,
    rate_share,
    translate,
)
from axone.layers import BatchNorm, ChannelDropout, Dropout, GaussianNoise
from axone.layers.residual import all_layers
from axone.messages import Message, _
from axone.random import NOISE, RandomStream

_CLIPPED_AT = 1e-6
"""What PyTorch adds to a norm before it divides by it."""


def obstacles(exercise: Exercise) -> tuple[Message, ...]:
    """Return what in the exercise is beyond PyTorch; nothing if it can take part."""
    found = beyond_pytorch(exercise.recipe)
    network = exercise.recipe.network
    if exercise.batch_rows[-1] == 1 and normalises_flat(network.layers, network.input_shape):
        found += (_("batch norm of a batch of one row, which the last of each epoch is"),)
    return found


def notes(exercise: Exercise) -> tuple[Message, ...]:
    """Return what is not quite PyTorch's own, or not quite the same."""
    found = []
    layers = list(all_layers(exercise.recipe.network.layers))
    if any(
        isinstance(layer, (ChannelDropout, Dropout, GaussianNoise)) and layer.is_random
        for layer in layers
    ):
        found.append(
            _("PyTorch: masks and noise are Axone's, drawn outside its time").coded("noise_is_ours")
        )
    if exercise.validation is not None and any(isinstance(layer, BatchNorm) for layer in layers):
        found.append(
            _("PyTorch: validation losses differ, its batch norm keeps unbiased variances").coded(
                "unbiased_variances"
            )
        )
    return tuple(found)


class PyTorchContestant:
    """PyTorch.

    Its rows come in Axone's order, gathered at once within its time; that the order is drawn
    beforehand is to its advantage.
    """

    def __init__(self, exercise: Exercise) -> None:
        recipe = exercise.recipe
        self.exercise = exercise
        body, activation = recipe.network.split_output()
        translated = translate(body, recipe.network.input_shape, recipe.dtype)
        load(translated, exercise.initial)
        self.module, self.arrays = translated.module, translated.arrays
        criterion = criterion_of(activation, recipe.loss, recipe.dtype)
        assert criterion is not None  # noqa: S101 — an obstacle otherwise
        self.criterion = criterion
        self.train = self._tensors(exercise.train)
        slots = [slot for slot in recipe.network.layout.slots if slot.spec.trainable]
        self.slots = slots
        self.penalised = [self.arrays[slot.name] for slot in slots if slot.spec.penalised]
        self.free = [self.arrays[slot.name] for slot in slots if not slot.spec.penalised]
        groups = [{"params": self.penalised}, {"params": self.free, "weight_decay": 0.0}]
        self.optimizer = OPTIMIZERS[type(recipe.optimizer)](recipe.optimizer, groups)
        self.random = [m for m in self.module.modules() if isinstance(m, GivenNumbers)]
        self.noise = RandomStream.from_seed(recipe.seed).child(NOISE)
        self.steps = 0

    def _tensors(self, rows: Examples) -> tuple[Any, Any]:
        return torch.from_numpy(rows.X), torch.from_numpy(rows.target)

    def run_epoch(self, order: IntArray, rates: FloatArray) -> TimedEpoch:
        """Train for one epoch."""
        rows = self.exercise.batch_rows
        for layer in self.random:
            layer.draw(self.noise, self.steps + 1, rows)
        self.steps += len(rows)
        self.module.train()
        share = rate_share(self.exercise.recipe.optimizer)
        with _threads(self.exercise.threads):
            started = time.perf_counter()
            losses = self._steps(torch.from_numpy(order), (rates * share).tolist())
            seconds = time.perf_counter() - started
        means = torch.stack(losses).double().numpy()
        return TimedEpoch(float(np.average(means, weights=rows)), seconds)

    def _steps(self, order: Any, rates: list[float]) -> list[Any]:
        learnt = order[: sum(self.exercise.batch_rows)]
        X, y = (tensor.index_select(0, learnt) for tensor in self.train)
        size = self.exercise.batch_size
        amended = self._amends
        scaled = holds_steps(self.exercise.recipe.optimizer)
        set_rate = not scaled and len(set(rates)) > 1
        self._set_rate(1.0 if scaled else rates[0])
        losses = []
        batches = zip(X.split(size), y.split(size), strict=True)
        for rate, (X_batch, y_batch) in zip(rates, batches, strict=True):
            if set_rate:
                self._set_rate(rate)
            self.optimizer.zero_grad()
            loss = self.criterion(self.module(X_batch), y_batch, "mean")
            loss.backward()
            if amended:
                self._amend(len(X_batch))
            if scaled:
                for weight in (*self.penalised, *self.free):
                    weight.grad.mul_(rate)
            self.optimizer.step()
            losses.append(loss.detach())
        return losses

    def _set_rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    @property
    def _amends(self) -> bool:
        recipe = self.exercise.recipe
        clipping = recipe.clipping
        return bool(recipe.penalty) or clipping.value is not None or clipping.norm is not None

    def _amend(self, rows: int) -> None:
        """Add the penalties to the gradients, then clip these."""
        penalty, clipping = self.exercise.recipe.penalty, self.exercise.recipe.clipping
        with torch.no_grad():
            for weight in self.penalised:
                if penalty.l2:
                    weight.grad.add_(weight, alpha=penalty.l2 / rows)
                if penalty.l1:
                    weight.grad.add_(weight.sign(), alpha=penalty.l1 / rows)
        everything = [*self.penalised, *self.free]
        if clipping.value is not None:
            nn.utils.clip_grad_value_(everything, clipping.value)
        if clipping.norm is not None:
            norm = nn.utils.get_total_norm([array.grad for array in everything])
            nn.utils.clip_grads_with_norm_(everything, clipping.norm, norm - _CLIPPED_AT)

    def validation_loss(self) -> float | None:
        """Return the mean loss of the validation rows, nothing random; None without such rows."""
        if self.exercise.validation is None:
            return None
        X, y = self._tensors(self.exercise.validation)
        self.module.eval()
        with torch.no_grad():
            return float(self.criterion(self.module(X), y, "mean"))

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,), laid out as Axone's."""
        arrays = {slot.name: self.arrays[slot.name].detach().numpy() for slot in self.slots}
        return self.exercise.initial.replaced(arrays).vector


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads, and afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
