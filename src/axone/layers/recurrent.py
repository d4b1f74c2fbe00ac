"""Recurrent layers: a cell run along a sequence, and the layer that keeps the last of its states.

The cell (`axone.layers.cells`) is one step; what is here is the same for all of them: the way
through time and back, once or in both directions, and positions that are not there.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray, Shape
from axone.checks import check_integer, check_truth
from axone.errors import ShapeError
from axone.layers.cells import CELLS, Cell, GRUCell, LSTMCell, State
from axone.layers.cells.cell import Factors
from axone.layers.layer import (
    AnyCache,
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Passed,
    check_positions,
)
from axone.layers.windows import Field
from axone.messages import _
from axone.traced import Index, Traced, WorkedAt, Working, joined, products, summed


class Direction(NamedTuple):
    """One of the two ways along a sequence.

    Attributes
    ----------
    prefix : str
        Of its arrays' names.
    mark : str
        Before its symbols in a trace.
    order : int
        1 from the first position to the last, −1 from the last to the first: ``x[:, ::order]``.
    """

    prefix: str
    mark: str
    order: int

    def positions(self, length: int) -> tuple[int, ...]:
        """Return the positions in the order in which they are come by."""
        return tuple(range(length))[:: self.order]

    def step_at(self, position: int, length: int) -> int:
        """Return the number of the step that is made at a position."""
        return position if self.order == 1 else length - 1 - position


FORWARD, BACKWARD = Direction("", "", 1), Direction("backward_", "←", -1)


class WayCache(NamedTuple):
    """One way along the sequence, in its own order.

    The cache of every step, h after it, and which positions are there, if not all.
    """

    steps: tuple[AnyCache, ...]
    h: FloatArray
    mask: BoolArray | None


class RecurrentCache(NamedTuple):
    """The way of each direction."""

    ways: tuple[WayCache, ...]


class BackwardStep(NamedTuple):
    """What backpropagation through time comes by at one position."""

    d_state: State
    dx: FloatArray
    gradients: dict[str, FloatArray]


@dataclass(frozen=True)
class Recurrent(Layer[RecurrentCache]):
    """y[t] = h of state[t], state[t] = cell(x[t], state[t − 1]), from a state of zeros.

    Sequences ``(length, features)`` become the sequence of their states, ``(length, units)``, or
    the last of them. A position that the mask leaves out leaves the state as it was, so that the
    last state of a row is that of its last position.

    The way back is backpropagation through time (Werbos 1990): the cell is run along the positions
    as often as there are any, always with the same arrays, so their gradients are the sums of all
    steps' shares; ∂L/∂state[t] is what y[t] has of the loss, and what state[t + 1] hands back.

    Parameters
    ----------
    cell : str, mapping or Cell
        One step: ``RNNCell(16)``, ``LSTMCell(16)``, ``GRUCell(16)``.
    bidirectional : bool, default False
        A second cell with arrays of its own, ``"backward_weight"`` and so on, goes from the last
        position to the first (Schuster & Paliwal 1997); y[t] is the h of both side by side,
        (2·units,).
    last : bool, default False
        Whether y is the last h alone: that of the last position that is there and, of the other
        direction, that of the first, which is where it ends. The mask ends here.
    truncation : int, optional
        How many positions backpropagation looks back over at most (Williams & Peng 1990): no
        gradient passes from position t to t − 1 where t is a multiple of it. Positions are counted
        from 0, those that are there, each direction in its own order. None looks back to the
        beginning.

    Examples
    --------
    >>> from axone.layers import RNNCell
    >>> Recurrent(RNNCell(16)).output_shape((20, 3))
    (20, 16)
    >>> Recurrent(LSTMCell(16), bidirectional=True, last=True).output_shape((20, 3))
    (32,)
    """

    cell: Cell | str | Mapping[str, Any]
    bidirectional: bool = False
    last: bool = False
    truncation: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", CELLS.resolve(self.cell))
        for name in ("bidirectional", "last"):
            check_truth(name, getattr(self, name))
            object.__setattr__(self, name, bool(getattr(self, name)))  # NumPy's too
        if self.truncation is not None:
            check_integer("truncation", self.truncation, at_least=1)
            object.__setattr__(self, "truncation", int(self.truncation))

    @property
    def _cell(self) -> Cell:
        assert isinstance(self.cell, Cell)  # noqa: S101 — resolved on creation
        return self.cell

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The ways along the sequence that the layer goes."""
        return (FORWARD, BACKWARD) if self.bidirectional else (FORWARD,)

    @property
    def takes_mask(self) -> bool:
        return True

    def output_mask(self, mask: BoolArray) -> BoolArray | None:
        return None if self.last else mask

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(
                _(
                    "A recurrent layer reads sequences (length, features), not examples of "
                    "shape {input_shape}: put Embedding() before it for tokens, or Reshape() to "
                    "(length, features); signals (channels, length) need Transpose().",
                    input_shape=input_shape,
                )
            )
        features = len(self.directions) * self._cell.units
        return (features,) if self.last else (input_shape[0], features)

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        return tuple(
            replace(spec, name=direction.prefix + spec.name)
            for direction in self.directions
            for spec in self._cell.parameters(input_shape[1])
        )

    def multiply_adds(self, input_shape: Shape) -> int:
        return input_shape[0] * super().multiply_adds(input_shape)

    def kept_numbers(self, input_shape: Shape) -> int:
        """Return those of all gates and states of every position, were only the last one given."""
        length, features = input_shape
        specs = self._cell.parameters(features)
        gates = sum(math.prod(spec.shape) for spec in specs if not spec.penalised)
        return len(self.directions) * length * (gates + 3 * self._cell.units)

    def receptive_field(self, input_shape: Shape) -> Field:
        return None

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, RecurrentCache]:
        mask = context.mask
        if mask is not None:
            check_positions(mask, *x.shape[:2])
        ways, outputs = [], []
        for direction in self.directions:
            own = _arrays_of(direction, parameters)
            there = None if mask is None else mask[:, :: direction.order]
            way = self._through_time(own, x[:, :: direction.order], there)
            # Past its last position a row's state stays what it was.
            outputs.append(way.h[:, -1] if self.last else way.h[:, :: direction.order])
            ways.append(way)
        return np.concatenate(outputs, axis=-1), RecurrentCache(tuple(ways))

    def _through_time(
        self, parameters: LayerArrays, x: FloatArray, mask: BoolArray | None
    ) -> WayCache:
        cell, (rows, length, _features) = self._cell, x.shape
        state = _zeros(cell, rows, x.dtype)
        h = np.empty((rows, length, cell.units), x.dtype)
        steps = []
        for t in range(length):
            after, cache = cell.step(parameters, x[:, t], state)
            state = after if mask is None else _chosen(mask[:, t], after, state)
            h[:, t] = state[0]
            steps.append(cache)
        return WayCache(tuple(steps), h, mask)

    def backward(
        self, parameters: LayerArrays, cache: RecurrentCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx: Any = 0
        gradients: dict[str, FloatArray] = {}
        for direction, way, dh in self._ways_back(cache, dy):
            by_step = []
            for step in self._back_through_time(_arrays_of(direction, parameters), way, dh):
                by_step.append(step.dx)
                for name, share in step.gradients.items():
                    full = direction.prefix + name
                    gradients[full] = gradients[full] + share if full in gradients else share
            # The steps came last first.
            dx = dx + np.stack(by_step[::-1], axis=1)[:, :: direction.order]
        return dx, gradients

    def _ways_back(
        self, cache: RecurrentCache, dy: FloatArray
    ) -> Iterator[tuple[Direction, WayCache, FloatArray]]:
        """Give each direction with its way and its part of ∂L/∂y, in its own order."""
        parts = np.split(dy, len(self.directions), axis=-1)
        for direction, way, part in zip(self.directions, cache.ways, parts, strict=True):
            if self.last:
                dh = np.zeros_like(way.h)
                dh[:, -1] = part
            else:
                dh = part[:, :: direction.order]
            yield direction, way, dh

    def _back_through_time(
        self, parameters: LayerArrays, way: WayCache, dh: FloatArray
    ) -> Iterator[BackwardStep]:
        """Go from the last step to the first; ∂L/∂state is handed from each to the one before."""
        mask = way.mask
        nothing = _zeros(self._cell, len(dh), dh.dtype)
        begins = self._begins_anew(way)
        d_state = nothing
        for t in reversed(range(dh.shape[1])):
            d_state = (d_state[0] + dh[:, t], *d_state[1:])
            d_after = d_state if mask is None else _chosen(mask[:, t], d_state, nothing)
            dx, d_before, shares = self._cell.step_back(parameters, way.steps[t], d_after)
            if mask is not None:
                d_before = _chosen(mask[:, t], d_before, d_state)
            if begins is not None:
                d_before = _chosen(begins[:, t], nothing, d_before)
            yield BackwardStep(d_after, dx, shares)
            d_state = d_before

    def _begins_anew(self, way: WayCache) -> BoolArray | None:
        """Tell where truncation lets no gradient pass to the position before; None if nowhere."""
        if self.truncation is None:
            return None
        rows, length, _units = way.h.shape
        there = np.ones((rows, length), bool) if way.mask is None else way.mask
        number = np.cumsum(there, axis=1) - 1
        begins: BoolArray = there & (number % self.truncation == 0)
        return begins

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: RecurrentCache = passed.cache
        cell, traced = self._cell, []
        for direction, way in zip(self.directions, cache.ways, strict=True):
            own = _arrays_of(direction, parameters)
            of_steps = [cell.trace(own, step) for step in way.steps]
            traced += _along(direction, of_steps, way.mask)
            equation = _turned(direction, cell.equation)
            worked_at = partial(self._state_working, direction, own, way)
            h = way.h[:, :: direction.order]
            positions = direction.positions(h.shape[1])
            traced.append(Traced(f"{direction.mark}h", equation, h, worked_at, positions))
        if not self.last and not self.bidirectional:
            return tuple(traced)
        names = ("y", "h[last]", "←h[first]") if self.last else ("yₜ", "hₜ", "←hₜ")
        both = f"{names[0]} = ({names[1]}, {names[2]})"
        equation = both if self.bidirectional else f"{names[0]} = {names[1]}"
        return (*traced, Traced("y", equation, passed.y))

    def _state_working(
        self, direction: Direction, parameters: LayerArrays, way: WayCache, index: Index
    ) -> Working:
        row, position, unit = index
        t = direction.step_at(position, way.h.shape[1])
        if way.mask is not None and not way.mask[row, t]:
            return (float(way.h[row, t, unit]),)  # the state stays as it was
        return self._cell.state_working(parameters, way.steps[t], (row, unit))

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cell, traced = self._cell, []
        factors: list[tuple[Direction, list[dict[str, Factors]]]] = []
        for direction, way, dh in self._ways_back(passed.cache, dy):
            own = _arrays_of(direction, parameters)
            d_states = [step.d_state for step in self._back_through_time(own, way, dh)][::-1]
            of_steps = [
                (
                    Traced(
                        "∂L/∂h",
                        _("∂L/∂hₜ = ∂L/∂yₜ + what the next step hands back"),
                        d_state[0],
                        _added(dh[:, t], d_state[0]),
                    ),
                    *cell.trace_back(own, step, d_state),
                )
                for t, (step, d_state) in enumerate(zip(way.steps, d_states, strict=True))
            ]
            # The way back begins at the last step.
            traced += [
                step._replace(positions=step.positions[::-1])
                for step in _along(direction, of_steps, way.mask)
            ]
            pairs = zip(way.steps, d_states, strict=True)
            factors.append((direction, [cell.factors(step, d_state) for step, d_state in pairs]))
        equations = {
            direction.prefix + name: _turned(direction, equation)
            for direction in self.directions
            for name, equation in cell.gradient_equations.items()
        }
        workings = {
            direction.prefix + name: partial(_gradient_working, of_steps, name)
            for direction, of_steps in factors
            for name in of_steps[0]
        }
        for name, gradient in gradients.items():
            by_default = f"∂L/∂{name} = Σₜ ∂L/∂stateₜ · ∂stateₜ/∂{name}"
            equation = equations.get(name, by_default)
            traced.append(Traced(f"∂L/∂{name}", equation, gradient, workings.get(name)))
        summed_up = " + the same of ←" if self.bidirectional else ""
        of_x = cell.gradient_equations.get("x", "∂L/∂xₜ = ∂L/∂stateₜ · ∂stateₜ/∂xₜ")

        def of_input(index: Index) -> Working:
            row, position, feature = index
            deltas, weights = [], []
            for direction, of_steps in factors:
                t = direction.step_at(position, dx.shape[1])
                deltas.append(of_steps[t]["weight"][0][row])
                weights.append(parameters[f"{direction.prefix}weight"][:, feature])
            return products(np.concatenate(weights), np.concatenate(deltas))

        worked_at = of_input if "weight" in factors[0][1][0] else None
        return (*traced, Traced("∂L/∂x", of_x + summed_up, dx, worked_at))


def LSTM(  # noqa: N802 — named as the class would be that it saves
    units: int, bidirectional: bool = False, last: bool = False, truncation: int | None = None
) -> Recurrent:
    """Return ``Recurrent(LSTMCell(units), bidirectional, last, truncation)``.

    Examples
    --------
    >>> LSTM(32, last=True) == Recurrent(LSTMCell(32), last=True)
    True
    """
    return Recurrent(LSTMCell(units), bidirectional, last, truncation)


def GRU(  # noqa: N802
    units: int, bidirectional: bool = False, last: bool = False, truncation: int | None = None
) -> Recurrent:
    """Return ``Recurrent(GRUCell(units), bidirectional, last, truncation)``.

    Examples
    --------
    >>> GRU(32) == Recurrent(GRUCell(32))
    True
    """
    return Recurrent(GRUCell(units), bidirectional, last, truncation)


class LastStepCache(NamedTuple):
    """The shape of x, and each row's last position."""

    shape: tuple[int, ...]
    last: IntArray


@dataclass(frozen=True)
class LastStep(Layer[LastStepCache]):
    """y = x[last], the last position of a sequence that is there: (length, features) → (features,).

    After `Recurrent` the summary of the whole sequence, which `last=True` gives at once. The mask
    ends here.
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

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        return (Traced("y", "y = x[last]", passed.y),)


def _zeros(cell: Cell, rows: int, dtype: Any) -> State:
    return tuple(np.zeros((rows, cell.units), dtype) for _ in range(cell.state_arrays))


def _chosen(present: BoolArray, there: State, elsewhere: State) -> State:
    """Take each row's arrays from the one state where its position is there, else the other."""
    pairs = zip(there, elsewhere, strict=True)
    return tuple(np.where(present[:, None], new, old) for new, old in pairs)


def _arrays_of(direction: Direction, parameters: LayerArrays) -> LayerArrays:
    """Return the arrays of one direction by the names that its cell knows them by."""
    others = BACKWARD.prefix if direction is FORWARD else None
    return {
        name.removeprefix(direction.prefix): array
        for name, array in parameters.items()
        if name.startswith(direction.prefix) and not (others and name.startswith(others))
    }


def _along(
    direction: Direction, of_steps: Sequence[Sequence[Traced]], mask: BoolArray | None
) -> list[Traced]:
    """Put what every step traced side by side: (m, length, units), 0 where no position is."""
    traced = []
    for same in zip(*of_steps, strict=True):
        arrays = np.stack([step.array for step in same], axis=1)
        if mask is not None:
            arrays = np.where(mask[:, :, None], arrays, 0)
        symbol, equation = direction.mark + same[0].symbol, _turned(direction, same[0].equation)
        worked = [step.worked_at for step in same if step.worked_at is not None]
        worked_at = partial(_step_working, direction, worked, mask) if worked else None
        positions = direction.positions(len(same))
        array = arrays[:, :: direction.order]
        traced.append(Traced(symbol, equation, array, worked_at, positions))
    return traced


def _step_working(
    direction: Direction, worked: Sequence[WorkedAt], mask: BoolArray | None, index: Index
) -> Working:
    row, position, unit = index
    t = direction.step_at(position, len(worked))
    if mask is not None and not mask[row, t]:
        return (0.0,)
    return worked[t]((row, unit))


def _added(own: FloatArray, total: FloatArray) -> WorkedAt:
    """Write ∂L/∂hₜ: what yₜ has of the loss, and what was handed back."""
    handed_back = total - own

    def worked_at(index: Index) -> Working:
        return joined((float(own[index]),), (float(handed_back[index]),))

    return worked_at


def _gradient_working(
    of_steps: Sequence[Mapping[str, Factors]], name: str, index: Index
) -> Working:
    """Write one cell of a gradient, the sum of all steps' shares."""
    deltas = np.concatenate([factors[name][0][:, index[0]] for factors in of_steps])
    met = [factors[name][1] for factors in of_steps]
    if met[0] is None:
        return summed(deltas)
    return products(deltas, np.concatenate([each[:, index[1]] for each in met if each is not None]))


def _turned(direction: Direction, equation: str) -> str:
    """Write an equation for the direction in which the step before stands at position t + 1."""
    if direction is FORWARD:
        return equation
    earlier, later = "ₜ₋₁", "ₜ₊₁"
    parts = (part.replace(later, earlier) for part in equation.split(earlier))
    return later.join(parts)
