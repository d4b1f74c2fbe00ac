"""The compiled engine: the same equations, shuffles and masks as the reference, as C++ programs.

This file only translates: descriptions into the compiled program's settings, and its epoch reports
back. The module is built in several variants, one a kind of processor; the best is loaded.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction, Identity
from axone.arrays import BoolArray, FloatArray, Shape
from axone.checks import check_integer
from axone.data.examples import Examples
from axone.engines.engine import (
    Divergence,
    EpochReports,
    EpochTotals,
    Lap,
    Plan,
    Recipe,
    RunState,
    Session,
    UnsupportedError,
    never,
    refuse_obstacles,
)
from axone.engines.variants import load_variant
from axone.errors import ConfigurationError
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
from axone.losses import LOSSES, Head, Huber
from axone.optimizers import OPTIMIZERS, Momentum, Optimizer
from axone.parameters import Parameters, Slot
from axone.schedules import Adaptive, Warmup

_DIVERGED, _INTERRUPTED = 1, 2
"""How the compiled program says that it ended early."""

_EVALUATION_ROWS = 256
_MULTIPLICATIONS_OF_A_WEIGHT = 3
"""A row multiplies each weight forward, backward and for its gradient."""

_WORTH_THREADS = 5_000_000
"""Multiplications of a step, some 100 µs of one core: with fewer, barriers cost what they save."""

_MOST_RATES = 1_000_000
"""How many learning rates are handed over in one call, 8 MB of them."""


class NativeEngine:
    """Runs networks of dense, activation, dropout, noise, batch-norm and residual layers."""

    name = "native"

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None:
            check_integer("threads", threads, at_least=1)
        self.module = load_variant()
        self.threads = threads

    @property
    def variant(self) -> str:
        """The kind of processor that the loaded module was compiled for."""
        return str(self.module.variant)

    def obstacles(self, recipe: Recipe) -> tuple[str, ...]:
        """Say what in the recipe only the reference engine knows."""
        if not recipe.optimizer.stepwise:
            return ("L-BFGS runs through SciPy",)
        try:
            _program_settings(recipe, recipe.optimizer)
        except UnsupportedError as error:
            return (str(error),)
        return ()

    def compile(self, recipe: Recipe) -> Plan:
        """Return the plan of this recipe.

        Raises
        ------
        UnsupportedError
            A layer, activation or optimiser that only the reference engine knows.
        """
        refuse_obstacles(self, recipe)
        return NativePlan(recipe, self.module, self.threads)


class NativePlan:
    """One network compiled; see `Plan` for what its methods promise."""

    def __init__(self, recipe: Recipe, module: ModuleType, threads: int | None = None) -> None:
        self.recipe = recipe
        self.optimizer = recipe.optimizer
        self.module = module
        self.threads = threads
        self._settings = _program_settings(recipe, recipe.optimizer)
        self._programs: dict[tuple[int, int], Any] = {}

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""
        return RunState.beginning(parameters, self.recipe.optimizer)

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`; see `Plan`."""
        return NativeSession(self, state, examples, max_epochs)

    def predict(
        self, parameters: Parameters, X: FloatArray, mask: BoolArray | None = None
    ) -> FloatArray:
        """Return ŷ for all rows, nothing random."""
        return self._predict(parameters, X, None, None)[1]

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""
        return self._predict(parameters, examples.X, examples.target, examples.weight)

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient."""
        X, target, weight = examples.X, examples.target, examples.weight
        gradient = parameters.zeros_like()
        program = self._program(min(self.recipe.batch_size, len(X)), len(X))
        loss = program.gradient(
            parameters.vector,
            parameters.buffers,
            _rows(X),
            *_targets(target),
            weight,
            step,
            gradient.vector,
        )
        return loss, gradient

    def _predict(
        self,
        parameters: Parameters,
        X: FloatArray,
        target: FloatArray | None,
        weight: FloatArray | None,
    ) -> tuple[float, FloatArray]:
        shape = self.recipe.network.output_shape
        out = np.empty((len(X), int(np.prod(shape))), dtype=self.recipe.dtype)
        rows = min(_EVALUATION_ROWS, len(X))
        program = self._program(min(self.recipe.batch_size, rows), rows)
        targets = (None, None) if target is None else _targets(target)
        loss = program.predict(
            parameters.vector,
            parameters.buffers,
            _rows(X.astype(self.recipe.dtype, copy=False)),
            *targets,
            weight if target is not None else None,
            out,
        )
        return loss, out.reshape(len(X), *shape)

    def _program(self, batch_size: int, rows: int) -> Any:
        """Return a compiled program for batches of that size and passes of that many rows."""
        size = (batch_size, max(batch_size, rows))
        if size not in self._programs:
            number = "64" if self.recipe.dtype == "float64" else "32"
            work = _MULTIPLICATIONS_OF_A_WEIGHT * size[0] * self.recipe.network.layout.size
            settings = {
                **self._settings,
                "batch_size": size[0],
                "capacity": size[1],
                "threads": self.threads or default_threads(work),
            }
            self._programs[size] = getattr(self.module, f"Program{number}")(settings)
        return self._programs[size]


class NativeSession:
    """One run under way; see `Session`."""

    def __init__(
        self, plan: NativePlan, state: RunState, examples: Examples, max_epochs: int
    ) -> None:
        self.plan, self.recipe = plan, plan.recipe
        self.state, self.examples, self.max_epochs = state, examples, max_epochs

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
    ) -> Lap:
        """Train on from where `state` stands; see `Session`."""
        state, recipe, examples = self.state, self.recipe, self.examples
        size = recipe.batch_rows(len(examples))
        program = self.plan._program(size, size)
        most = 1 if _follows_losses(recipe) else max(1, _MOST_RATES // -(-len(examples) // size))
        labels, numbers = _targets(examples.target)
        last_epoch = min(state.epoch + epochs, self.max_epochs)
        reports = EpochReports.of(())

        def poll(epoch: int, batch: int) -> bool:
            state.epoch, state.batch = epoch, batch
            return interrupted()

        while state.epoch < last_epoch:
            count = min(most, last_epoch - state.epoch)
            rates = np.stack(
                [
                    recipe.rates(
                        state.learning_rate, epoch, len(examples), self.max_epochs, state.losses
                    )
                    for epoch in range(state.epoch, state.epoch + count)
                ]
            )
            ending, position, table, loss = program.run(
                state.parameters.vector,
                state.parameters.buffers,
                [state.slots[name] for name in recipe.optimizer.slots],
                _rows(examples.X),
                labels,
                numbers,
                examples.weight,
                (state.epoch, state.batch, state.step, *_flat_totals(state.totals)),
                rates,
                recipe.shuffle and not recipe.full_batch,
                poll,
            )
            state.epoch, state.batch, state.step = position[:3]
            state.totals = EpochTotals(*position[3:])
            reports = _reports(table, state.totals)
            state.losses.extend(reports.loss.tolist())
            if ending == _DIVERGED:
                order = recipe.order(state.epoch, len(examples))
                rows = order[state.batch * size : (state.batch + 1) * size]
                return Lap(reports, Divergence(state.epoch + 1, state.batch + 1, rows, loss))
            if ending == _INTERRUPTED or interrupted():
                break
        return Lap(reports)

    def close(self) -> None:
        """The plan keeps the scratch memory."""


def default_threads(work: int) -> int:
    """Return how many threads a program is built with, unless told otherwise.

    `AXONE_THREADS` if it is set; else one, or for steps of more than a fraction of a millisecond
    one a processor: the program itself finds out whether they are faster than one alone.

    Parameters
    ----------
    work : int
        Multiplications of a step.

    Raises
    ------
    ConfigurationError
        `AXONE_THREADS` is not a whole number of at least 1.
    """
    asked = os.environ.get("AXONE_THREADS", "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise ConfigurationError(
                f"AXONE_THREADS must be a whole number of at least 1; found {asked!r}."
            )
        return int(asked)
    return processors() if work >= _WORTH_THREADS else 1


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _rows(X: FloatArray) -> FloatArray:
    return X.reshape(len(X), -1)


def _targets(target: FloatArray) -> tuple[FloatArray | None, FloatArray | None]:
    """Return class numbers, or numbers to predict, as the program takes them apart."""
    if target.dtype.kind in "iu":
        return target.astype(np.int64, copy=False), None
    return None, target.reshape(len(target), -1)


def _flat_totals(totals: EpochTotals) -> tuple[Any, ...]:
    return totals.loss, totals.penalty, totals.weight, totals.rows, totals.hits


def _reports(table: FloatArray, totals: EpochTotals) -> EpochReports:
    """Name the columns of the program's table, which has a row an epoch."""
    hits = len(totals.hits)
    epoch, step, learning_rate, loss, penalty, weight, rows = table[:, :7].T
    return EpochReports(
        epoch=epoch.astype(np.int64),
        step=step.astype(np.int64),
        loss=loss / weight,
        penalty=penalty / rows,
        rows=rows.astype(np.int64),
        learning_rate=learning_rate,
        hits=table[:, 7 : 7 + hits],
        gradient_norms=table[:, 7 + hits :: 2],
        dead_shares=table[:, 8 + hits :: 2],
    )


def _follows_losses(recipe: Recipe) -> bool:
    """Whether the learning rate of an epoch depends on the losses of those before."""
    schedule = recipe.schedule
    while isinstance(schedule, Warmup):
        assert not isinstance(schedule.after, (str, dict))  # noqa: S101 — resolved on creation
        schedule = schedule.after  # type: ignore[assignment]
    return isinstance(schedule, Adaptive)


def _program_settings(recipe: Recipe, optimizer: Optimizer) -> dict[str, Any]:
    network = recipe.network
    body, output = network.split_output()
    Head(output, recipe.loss)  # refuses a pair that makes no sense, in the reference's words
    translated = _layers(body, network.input_shape, [list(s) for s in network.layout.by_layer])
    outputs = int(np.prod(network.output_shape))
    if len(network.output_shape) > 1 and ACTIVATIONS.to_data(output) == "softmax":
        raise UnsupportedError("softmax over channels runs on the reference engine.")
    loss = recipe.loss
    return {
        "columns": int(np.prod(network.input_shape)),
        "outputs": outputs,
        "parameters": network.layout.size,
        "buffers": network.layout.buffer_size,
        "seed": int(recipe.seed) % 2**64,
        "layers": translated,
        "head": {
            "loss": _name(LOSSES.to_data(loss)),
            "scale": float(loss.scale),
            "delta": float(loss.delta) if isinstance(loss, Huber) else 0.0,
            **_activation(output),
        },
        "optimizer": _optimizer(recipe, optimizer),
    }


def _name(data: Any) -> str:
    return str(data if isinstance(data, str) else data["name"])


def _activation(function: ActivationFunction) -> dict[str, Any]:
    try:
        name = _name(ACTIVATIONS.to_data(function))
    except KeyError as error:
        raise UnsupportedError(
            f"{type(function).__name__} is an activation of your own: it runs on the reference "
            "engine."
        ) from error
    return {"activation": name, "alpha": float(getattr(function, "alpha", 0.0))}


def _optimizer(recipe: Recipe, optimizer: Optimizer) -> dict[str, Any]:
    settings = {"beta": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "rho": 0.9}
    settings |= {key: float(getattr(optimizer, key)) for key in settings if hasattr(optimizer, key)}
    averaged = isinstance(optimizer, Momentum) and optimizer.form == "averaged"
    return {
        "rule": _name(OPTIMIZERS.to_data(optimizer)),
        **settings,
        "share": 1 - settings["beta"] if averaged else 1.0,
        "uncorrected": getattr(optimizer, "form", "") == "uncorrected",
        "decay": float(optimizer.decoupled_decay),
        "l1": float(recipe.penalty.l1),
        "l2": float(recipe.penalty.l2),
        "clip_value": float(recipe.clipping.value or 0.0),
        "clip_norm": float(recipe.clipping.norm or 0.0),
    }


def _layers(
    layers: Sequence[Layer], input_shape: Shape, slots: Sequence[Sequence[Slot]]
) -> list[dict[str, Any]]:
    """Describe each layer, with the places of its numbers in the flat vectors."""
    before = (input_shape, *output_shapes(layers, input_shape))
    return [
        _layer(layer, before[position], {slot.spec.name: slot for slot in slots[position]})
        for position, layer in enumerate(layers)
    ]


def _layer(layer: Layer, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    translate = _TRANSLATIONS.get(type(layer))
    if translate is None:
        raise UnsupportedError(f"{type(layer).__name__} runs on the reference engine.")
    return {"columns": int(np.prod(shape)), **translate(layer, shape, slots)}


def _dense(layer: Dense, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {
        "kind": "dense",
        "outputs": layer.units,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **_activation(layer.function),
        **_learned(slots),
    }


def _activation_layer(layer: Activation, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    described = _activation(layer.function)  # type: ignore[arg-type]
    if described["activation"] == "softmax" and len(shape) > 1:
        raise UnsupportedError("softmax over channels runs on the reference engine.")
    return {"kind": "activation", **described, **_learned(slots)}


def _learned(slots: dict[str, Slot]) -> dict[str, Any]:
    """Say whether and where the slope of a parametric ReLU lies."""
    learned = "alpha" in slots
    return {"learns_alpha": learned, "alpha_offset": slots["alpha"].offset if learned else 0}


def _rearrangement(layer: Layer, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    """The numbers of an example stay where they are: nothing to run."""
    return {"kind": "activation", **_activation(Identity()), **_learned({})}


def _dropout(layer: Dropout, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {"kind": "dropout", "rate": float(layer.rate)}


def _noise(layer: GaussianNoise, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {"kind": "gaussian_noise", "deviation": float(layer.standard_deviation)}


def _batch_norm(layer: BatchNorm, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {
        "kind": "batch_norm",
        "channels": shape[0],
        "momentum": float(layer.momentum),
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
        "mean": slots["running_mean"].offset,
        "variance": slots["running_variance"].offset,
    }


def _residual(block: Residual, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    """Describe the layers within, whose slots are named ``"0.weight"`` here."""
    inner: list[list[Slot]] = [[] for _ in block.layers]
    for name, slot in slots.items():
        position, _, own = name.partition(".")
        inner[int(position)].append(replace(slot, spec=replace(slot.spec, name=own)))
    return {"kind": "residual", "layers": _layers(block.layers, shape, inner)}


_TRANSLATIONS: dict[type[Layer], Callable[[Any, Shape, dict[str, Slot]], dict[str, Any]]] = {
    Dense: _dense,
    Activation: _activation_layer,
    Flatten: _rearrangement,
    Reshape: _rearrangement,
    Dropout: _dropout,
    GaussianNoise: _noise,
    BatchNorm: _batch_norm,
    Residual: _residual,
}
"""How each layer is described to the compiled program; others run on the reference engine."""
