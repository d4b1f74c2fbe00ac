"""Recurrent layers: a cell run along a sequence, and the layer that keeps the last of its states.

The cell (`axone.layers.cells`) is one step; what is here is the same for all of them: the way
through time and back, and positions that are not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray, Shape
from axone.errors import ShapeError
from axone.layers.cells import CELLS, Cell, State
from axone.layers.layer import (
    AnyCache,
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Traced,
    check_positions,
)
from axone.layers.windows import Field
from axone.messages import _


class RecurrentCache(NamedTuple):
    """The cache of every step, and which positions are there, if not all."""

    steps: tuple[AnyCache, ...]
    mask: BoolArray | None


@dataclass(frozen=True)
class Recurrent(Layer[RecurrentCache]):
    """y[t] = h of state[t], state[t] = cell(x[t], state[t − 1]), from a state of zeros.

    Sequences ``(length, features)`` become the sequence of their states, ``(length, units)``; for
    the last one alone put `LastStep` after it. A position that the mask leaves out leaves the state
    as it was, so that the last state of a row is that of its last position.

    Parameters
    ----------
    cell : str, mapping or Cell
        One step: ``RNNCell(16)``.

    Examples
    --------
    >>> from axone.layers import RNNCell
    >>> Recurrent(RNNCell(16)).output_shape((20, 3))
    (20, 16)
    """

    cell: Cell | str | Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", CELLS.resolve(self.cell))

    @property
    def _cell(self) -> Cell:
        assert isinstance(self.cell, Cell)  # noqa: S101 — resolved on creation
        return self.cell

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "A recurrent layer reads sequences (length, features), not examples of "
                    "shape {input_shape}: put an Embedding before it for tokens, or a "
                    "Reshape.",
                    input_shape=input_shape,
                )
            )
        return (input_shape[0], self._cell.units)

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        return self._cell.parameters(input_shape[1])

    def multiply_adds(self, input_shape: Shape) -> int:
        return input_shape[0] * super().multiply_adds(input_shape)

    def receptive_field(self, input_shape: Shape) -> Field:
        return None

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, RecurrentCache]:
        cell, (rows, length, _) = self._cell, x.shape
        if context.mask is not None:
            check_positions(context.mask, rows, length)
        state = _zeros(cell, rows, x.dtype)
        y = np.empty((rows, length, cell.units), x.dtype)
        steps = []
        for t in range(length):
            after, cache = cell.step(parameters, x[:, t], state)
            state = after if context.mask is None else _chosen(context.mask[:, t], after, state)
            y[:, t] = state[0]
            steps.append(cache)
        return y, RecurrentCache(tuple(steps), context.mask)

    def backward(
        self, parameters: LayerArrays, cache: RecurrentCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        cell, mask, (rows, length, _) = self._cell, cache.mask, dy.shape
        nothing = _zeros(cell, rows, dy.dtype)
        d_state = nothing
        by_step: list[FloatArray] = []
        gradients: dict[str, FloatArray] = {}
        for t in reversed(range(length)):
            d_state = (d_state[0] + dy[:, t], *d_state[1:])
            d_after = d_state if mask is None else _chosen(mask[:, t], d_state, nothing)
            dx, d_before, shares = cell.step_back(parameters, cache.steps[t], d_after)
            if mask is not None:
                d_before = _chosen(mask[:, t], d_before, d_state)
            d_state = d_before
            by_step.append(dx)
            for name, share in shares.items():
                gradients[name] = gradients[name] + share if name in gradients else share
        return np.stack(by_step[::-1], axis=1), gradients

    def trace(
        self, parameters: LayerArrays, cache: RecurrentCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        return (Traced("h", self._cell.equation, y),)


class LastStepCache(NamedTuple):
    """The shape of x, and each row's last position."""

    shape: tuple[int, ...]
    last: IntArray


@dataclass(frozen=True)
class LastStep(Layer[LastStepCache]):
    """y = x[last], the last position of a sequence that is there: (length, features) → (features,).

    After `Recurrent` the summary of the whole sequence. The mask ends here.
    """

    @property
    def takes_mask(self) -> bool:
        return True

    def output_mask(self, mask: BoolArray) -> None:
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "LastStep reads sequences (length, features), not examples of shape "
                    "{input_shape}.",
                    input_shape=input_shape,
                )
            )
        return input_shape[1:]

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, LastStepCache]:
        rows, length, _ = x.shape
        last = np.full(rows, length - 1)
        if context.mask is not None:
            check_positions(context.mask, rows, length)
            last -= context.mask[:, ::-1].argmax(axis=1)
        return x[np.arange(rows), last], LastStepCache(x.shape, last)

    def backward(
        self, parameters: LayerArrays, cache: LastStepCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx = np.zeros(cache.shape, dy.dtype)
        dx[np.arange(len(dy)), cache.last] = dy
        return dx, {}

    def trace(
        self, parameters: LayerArrays, cache: LastStepCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        return (Traced("y", "y = x[last]", y),)


def _zeros(cell: Cell, rows: int, dtype: Any) -> State:
    return tuple(np.zeros((rows, cell.units), dtype) for _ in range(cell.state_arrays))


def _chosen(present: BoolArray, there: State, elsewhere: State) -> State:
    """Take each row's arrays from the one state where its position is there, else the other."""
    pairs = zip(there, elsewhere, strict=True)
    return tuple(np.where(present[:, None], new, old) for new, old in pairs)
