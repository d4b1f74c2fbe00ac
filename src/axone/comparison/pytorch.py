"""PyTorch as a contestant: a `Sequential` of its own modules, its losses and its optimisers.

It minimises the same function at its fastest: fused optimisers, no number read back before the
epoch is over, penalties added to the gradient rather than differentiated as part of the loss, which
is the same. What had to be arranged for the same numbers:

- Averaged momentum is the classical form with (1 − β)η.
- `clip_grads_with_norm_` divides by norm + 10⁻⁶; it is given norm − 10⁻⁶.
- `Softplus` is a straight line above a threshold of 20; here above 40, where that is exact.
- Dropout masks and noise are Axone's, drawn outside the time: PyTorch draws none.
- Its batch norm keeps the unbiased variance for prediction, Axone the biased one: weights and
  training losses are the same, validation losses nearly.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from axone.activations import (
    ELU,
    GELU,
    SELU,
    ActivationFunction,
    Exponential,
    GELUTanh,
    Identity,
    LeakyReLU,
    PReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Swish,
    Tanh,
)
from axone.arrays import FloatArray, IntArray, Shape
from axone.comparison.exercise import Exercise, Lap, Rows
from axone.comparison.naming import name_of
from axone.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    Reshape,
    Residual,
)
from axone.layers.sequence import output_shapes
from axone.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)
from axone.optimizers import Adam, AdamW, Momentum, Nesterov, RMSProp
from axone.random import NOISE, RandomStream

Criterion = Callable[[Any, Any], Any]
"""From logits and targets to the mean loss of a batch, a tensor."""

_CLIPPED_AT = 1e-6
"""What PyTorch adds to a norm before it divides by it."""


class _Exponential(nn.Module):  # type: ignore[misc]
    """eᶻ, for which PyTorch has a function but no module."""

    def forward(self, z: Any) -> Any:
        return torch.exp(z)


_ACTIVATIONS: dict[type[ActivationFunction], Callable[[Any], Any]] = {
    Identity: lambda _: nn.Identity(),
    Sigmoid: lambda _: nn.Sigmoid(),
    Tanh: lambda _: nn.Tanh(),
    ReLU: lambda _: nn.ReLU(),
    LeakyReLU: lambda function: nn.LeakyReLU(function.alpha),
    PReLU: lambda function: nn.PReLU(init=float(function.alpha)),
    ELU: lambda function: nn.ELU(function.alpha),
    SELU: lambda _: nn.SELU(),
    GELU: lambda _: nn.GELU(),
    GELUTanh: lambda _: nn.GELU(approximate="tanh"),
    Swish: lambda _: nn.SiLU(),
    Softplus: lambda _: nn.Softplus(threshold=40),
    Exponential: lambda _: _Exponential(),
    Softmax: lambda _: nn.Softmax(dim=1),
}


class _Given(nn.Module):  # type: ignore[misc]
    """A random layer whose numbers are Axone's, drawn before the epoch that uses them.

    Parameters
    ----------
    layer : Dropout or GaussianNoise
    path : tuple of int
        Where it stands in the network, which chooses its stream.
    shape : tuple of int
        Of an example.
    """

    def __init__(self, layer: Layer, path: tuple[int, ...], shape: Shape) -> None:
        super().__init__()
        self.layer, self.path, self.shape = layer, path, shape
        self.drawn: Iterator[Any] = iter(())

    def draw(
        self, noise: RandomStream, first_step: int, batches: Sequence[int], dtype: Any
    ) -> None:
        """Draw the numbers of an epoch whose batches have so many rows."""
        tensors = []
        for step, rows in enumerate(batches, start=first_step):
            stream, shape = noise.child(step, *self.path), (rows, *self.shape)
            if isinstance(self.layer, Dropout):
                tensors.append(torch.from_numpy(stream.keep(shape, self.layer.rate)))
            else:
                tensors.append(torch.from_numpy(stream.normal(shape)).to(dtype))
        self.drawn = iter(tensors)

    def forward(self, x: Any) -> Any:
        """Drop or add in training; leave x alone at prediction."""
        if not self.training:
            return x
        if isinstance(self.layer, Dropout):
            return x * next(self.drawn) * (1 / (1 - self.layer.rate))
        assert isinstance(self.layer, GaussianNoise)  # noqa: S101 — the other random layer
        return torch.add(x, next(self.drawn), alpha=self.layer.standard_deviation)


class _Sum(nn.Module):  # type: ignore[misc]
    """x + F(x)."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Any) -> Any:
        return x + self.inner(x)


@dataclass(frozen=True)
class _Part:
    """A layer in PyTorch: its module, and what it trains by the names that Axone's layer uses."""

    module: Any
    arrays: dict[str, Any] = field(default_factory=dict)


def _dense(layer: Dense, shape: Shape, path: tuple[int, ...]) -> _Part:
    linear = nn.Linear(shape[0], layer.units, bias=layer.bias)
    activation = _activation(layer.function)
    arrays = {"weight": linear.weight, **({"bias": linear.bias} if layer.bias else {})}
    module = linear if isinstance(layer.function, Identity) else nn.Sequential(linear, activation)
    return _Part(module, arrays | _learned(activation))


def _activation_layer(layer: Activation, shape: Shape, path: tuple[int, ...]) -> _Part:
    assert isinstance(layer.function, ActivationFunction)  # noqa: S101 — resolved on creation
    activation = _activation(layer.function)
    return _Part(activation, _learned(activation))


def _activation(function: ActivationFunction) -> Any:
    return _ACTIVATIONS[type(function)](function)


def _learned(activation: Any) -> dict[str, Any]:
    return {"alpha": activation.weight} if isinstance(activation, nn.PReLU) else {}


def _random(layer: Dropout | GaussianNoise, shape: Shape, path: tuple[int, ...]) -> _Part:
    return _Part(_Given(layer, path, shape) if layer.is_random else nn.Identity())


def _batch_norm(layer: BatchNorm, shape: Shape, path: tuple[int, ...]) -> _Part:
    kind = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}[len(shape)]
    module = kind(shape[0], eps=layer.epsilon, momentum=1 - layer.momentum)
    # Its running averages start at 0 and 1, as Axone's do.
    return _Part(module, {"weight": module.weight, "bias": module.bias})


def _flatten(layer: Flatten, shape: Shape, path: tuple[int, ...]) -> _Part:
    return _Part(nn.Flatten())


def _reshape(layer: Reshape, shape: Shape, path: tuple[int, ...]) -> _Part:
    return _Part(nn.Sequential(nn.Flatten(), nn.Unflatten(1, tuple(layer.shape))))


def _residual(block: Residual, shape: Shape, path: tuple[int, ...]) -> _Part:
    inner = _sequential(block.layers, shape, path)
    return _Part(_Sum(inner.module), inner.arrays)


_TRANSLATIONS: dict[type[Layer], Callable[[Any, Shape, tuple[int, ...]], _Part]] = {
    Dense: _dense,
    Activation: _activation_layer,
    Dropout: _random,
    GaussianNoise: _random,
    BatchNorm: _batch_norm,
    Flatten: _flatten,
    Reshape: _reshape,
    Residual: _residual,
}


def _sequential(layers: Sequence[Layer], shape: Shape, path: tuple[int, ...] = ()) -> _Part:
    """Return the layers in a row, their arrays named ``"<position>.<name>"``."""
    before = (shape, *output_shapes(layers, shape))
    modules: list[Any] = []
    arrays: dict[str, Any] = {}
    for position, layer in enumerate(layers):
        part = _TRANSLATIONS[type(layer)](layer, before[position], (*path, position))
        modules.append(part.module)
        arrays |= {f"{position}.{name}": array for name, array in part.arrays.items()}
    return _Part(nn.Sequential(*modules), arrays)


def _criterion(activation: ActivationFunction, loss: Loss) -> Criterion | None:
    """Return the loss as a function of logits; None where PyTorch has none that is the same."""
    if isinstance(loss, CategoricalCrossEntropy):
        return functional.cross_entropy if isinstance(activation, Softmax) else None
    if isinstance(loss, BinaryCrossEntropy):
        logits = functional.binary_cross_entropy_with_logits
        return logits if isinstance(activation, Sigmoid) else None
    if isinstance(loss, Poisson):
        return _poisson if isinstance(activation, Exponential) else None
    of_predictions = _of_predictions(loss)
    if of_predictions is None or type(activation) not in _ACTIVATIONS or activation.learned:
        return None
    if isinstance(activation, Identity):
        return of_predictions
    function = _activation(activation)
    return lambda z, y: of_predictions(function(z), y)


def _of_predictions(loss: Loss) -> Criterion | None:
    if isinstance(loss, Huber):
        delta = loss.delta
        return lambda prediction, y: functional.huber_loss(prediction, y, delta=delta)
    named = {MeanSquaredError: functional.mse_loss, MeanAbsoluteError: functional.l1_loss}
    return named.get(type(loss))


def _poisson(z: Any, y: Any) -> Any:
    """Compute y ln(y/ŷ) − y + ŷ with ŷ = eᶻ; PyTorch's own lacks what no prediction changes."""
    return functional.poisson_nll_loss(z, y) + (torch.xlogy(y, y) - y).mean()


def obstacles(exercise: Exercise) -> tuple[str, ...]:
    """Return what in the exercise is beyond PyTorch; nothing if it can take part."""
    recipe = exercise.recipe
    found = _strange(recipe.network.layers)
    _, activation = recipe.network.split_output()
    if _criterion(activation, recipe.loss) is None:
        found.append(f"the loss {name_of(recipe.loss)} of {name_of(activation)} outputs")
    if isinstance(recipe.optimizer, Adam) and recipe.optimizer.form == "uncorrected":
        found.append("the uncorrected form of adam")
    if exercise.batch_rows[-1] == 1 and _normalises_flat(
        recipe.network.layers, recipe.network.input_shape
    ):
        found.append("batch norm of a batch of one row, which the last of each epoch is")
    return tuple(dict.fromkeys(found))


def notes(exercise: Exercise) -> tuple[str, ...]:
    """Return what is not quite PyTorch's own, or not quite the same."""
    found = []
    layers = list(_all_layers(exercise.recipe.network.layers))
    if any(isinstance(layer, (Dropout, GaussianNoise)) and layer.is_random for layer in layers):
        found.append("PyTorch: masks and noise are Axone's, drawn outside its time")
    if exercise.validation is not None and any(isinstance(layer, BatchNorm) for layer in layers):
        found.append("PyTorch: validation losses differ, its batch norm keeps unbiased variances")
    return tuple(found)


def _all_layers(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Go through the layers, and through those within residual blocks."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from _all_layers(layer.layers)


def _strange(layers: Sequence[Layer]) -> list[str]:
    found: list[str] = []
    for layer in _all_layers(layers):
        if type(layer) not in _TRANSLATIONS:
            found.append(f"the layer {type(layer).__name__}")
        elif isinstance(layer, (Dense, Activation)):
            function = layer.activation if isinstance(layer, Dense) else layer.function
            if type(function) not in _ACTIVATIONS:
                found.append(f"the activation {name_of(function)}")
    return found


def _normalises_flat(layers: Sequence[Layer], shape: Shape) -> bool:
    """Whether some batch norm sees one number a channel and a row."""
    before = (shape, *output_shapes(layers, shape))
    return any(
        (isinstance(layer, BatchNorm) and int(np.prod(before[position][1:])) == 1)
        or (isinstance(layer, Residual) and _normalises_flat(layer.layers, before[position]))
        for position, layer in enumerate(layers)
    )


class PyTorchContestant:
    """PyTorch.

    Its rows come in Axone's order, gathered at once within its time; that the order is drawn
    beforehand is to its advantage.
    """

    def __init__(self, exercise: Exercise) -> None:
        recipe = exercise.recipe
        self.exercise = exercise
        self.dtype = torch.float64 if recipe.dtype == "float64" else torch.float32
        body, activation = recipe.network.split_output()
        part = _sequential(body, recipe.network.input_shape)
        self.module, self.arrays = part.module.to(self.dtype), part.arrays
        with torch.no_grad():
            for name, array in self.arrays.items():
                array.copy_(torch.from_numpy(exercise.initial[name]))
        criterion = _criterion(activation, recipe.loss)
        assert criterion is not None  # noqa: S101 — an obstacle otherwise
        self.criterion = _scaled(criterion, recipe.loss.scale)
        self.train = self._tensors(exercise.train)
        slots = [slot for slot in recipe.network.layout.slots if slot.spec.trainable]
        self.slots = slots
        self.penalised = [self.arrays[slot.name] for slot in slots if slot.spec.penalised]
        self.free = [self.arrays[slot.name] for slot in slots if not slot.spec.penalised]
        self.optimizer = self._optimizer()
        self.random = [module for module in self.module.modules() if isinstance(module, _Given)]
        self.noise = RandomStream.from_seed(recipe.seed).child(NOISE)
        self.steps = 0

    def _tensors(self, rows: Rows) -> tuple[Any, Any]:
        return torch.from_numpy(rows.X), torch.from_numpy(rows.target)

    def _optimizer(self) -> Any:
        rule = self.exercise.recipe.optimizer
        groups = [{"params": self.penalised}, {"params": self.free, "weight_decay": 0.0}]
        if isinstance(rule, RMSProp):
            return torch.optim.RMSprop(groups, alpha=rule.rho, eps=rule.epsilon)
        if isinstance(rule, (Adam, AdamW)):
            betas = (rule.beta_1, rule.beta_2)
            if isinstance(rule, Adam):
                return torch.optim.Adam(groups, betas=betas, eps=rule.epsilon, fused=True)
            return torch.optim.AdamW(
                groups, betas=betas, eps=rule.epsilon, weight_decay=rule.weight_decay, fused=True
            )
        return torch.optim.SGD(
            groups,
            momentum=getattr(rule, "beta", 0.0),
            nesterov=isinstance(rule, Nesterov),
            fused=True,
        )

    def run_epoch(self, order: IntArray, rates: FloatArray) -> Lap:
        """Train for one epoch."""
        rows = self.exercise.batch_rows
        for layer in self.random:
            layer.draw(self.noise, self.steps + 1, rows, self.dtype)
        self.steps += len(rows)
        self.module.train()
        with _threads(self.exercise.threads):
            started = time.perf_counter()
            losses = self._steps(torch.from_numpy(order), (rates * self._rate_share()).tolist())
            seconds = time.perf_counter() - started
        means = torch.stack(losses).double().numpy()
        return Lap(float(np.average(means, weights=rows)), seconds)

    def _steps(self, order: Any, rates: list[float]) -> list[Any]:
        X, y = (tensor.index_select(0, order) for tensor in self.train)
        size = self.exercise.batch_size
        amended = self._amends
        set_rate = len(set(rates)) > 1
        self._set_rate(rates[0])
        losses = []
        for rate, X_batch, y_batch in zip(rates, X.split(size), y.split(size), strict=True):
            if set_rate:
                self._set_rate(rate)
            self.optimizer.zero_grad()
            loss = self.criterion(self.module(X_batch), y_batch)
            loss.backward()
            if amended:
                self._amend(len(X_batch))
            self.optimizer.step()
            losses.append(loss.detach())
        return losses

    def _rate_share(self) -> float:
        rule = self.exercise.recipe.optimizer
        averaged = isinstance(rule, Momentum) and rule.form == "averaged"
        return 1 - float(getattr(rule, "beta", 0.0)) if averaged else 1.0

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
            return float(self.criterion(self.module(X), y))

    def weights(self) -> FloatArray:
        """Return all trained numbers, (n_parameters,), laid out as Axone's."""
        arrays = {slot.name: self.arrays[slot.name].detach().numpy() for slot in self.slots}
        return self.exercise.initial.replaced(arrays).vector


def _scaled(criterion: Criterion, scale: float) -> Criterion:
    return criterion if scale == 1 else lambda z, y: criterion(z, y) * scale


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads, and afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
