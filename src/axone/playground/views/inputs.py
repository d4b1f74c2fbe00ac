"""A network's inputs as axes: which of them may be one, what they are called, in which units.

An input is an amount, scaled as the preprocessing has it, or a 0 or 1 that stands for a category;
rows of a plane hold every input that is no axis at what is usual among the training rows.
"""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray
from axone.data.columns import CategoryColumn
from axone.data.scaling import Scaler
from axone.experiments.preparation import Prepared
from axone.playground.numbers import evenly

_ENOUGH_ROWS = 20_000
"""From so many, evenly taken, means and principal components are true to what a plane shows."""


@dataclass(frozen=True)
class Axis:
    """An input that may be an axis: its place among the inputs, and its name."""

    place: int
    name: str


def has_plane(prepared: Prepared) -> bool:
    """Whether the network reads rows of single numbers, which planes can be laid through."""
    layout = prepared.preprocessing.layout
    return len(prepared.network.input_shape) == 1 and not layout.tokens


def input_count(prepared: Prepared) -> int:
    """Return how many numbers an example holds."""
    return int(np.prod(prepared.network.input_shape))


def input_names(prepared: Prepared) -> tuple[str, ...]:
    """Return what a network's inputs are called: x₁, x₂ … where nobody named them."""
    names, count = prepared.preprocessing.output_names, input_count(prepared)
    if len(names) == count:
        return tuple(names)
    return tuple(f"x{str(number + 1).translate(_BELOW)}" for number in range(count))


_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def possible_axes(prepared: Prepared) -> tuple[Axis, ...]:
    """Return the inputs that may be axes of a plane: amounts, of a table or of an array."""
    if not has_plane(prepared):
        return ()
    amounts = prepared.preprocessing.layout.amounts
    return tuple(
        Axis(place, name)
        for place, name in enumerate(input_names(prepared))
        if amounts is None or len(amounts) <= place or amounts[place]
    )


def units_of(prepared: Prepared) -> tuple[FloatArray, FloatArray]:
    """Return shift and scale of every input, by which scaled·scale + shift is in its own units."""
    count = input_count(prepared)
    last = prepared.preprocessing.steps[-1]
    if isinstance(last, Scaler) and last.shift.shape in ((), (1,), (count,)):
        return (
            np.broadcast_to(last.shift, (count,)).astype(np.float64),
            np.broadcast_to(last.scale, (count,)).astype(np.float64),
        )
    return np.zeros(count), np.ones(count)


def usual_row(prepared: Prepared, rows: FloatArray) -> FloatArray:
    """Return the inputs of a usual row, (n,): amounts at their mean, categories at the commonest.

    Parameters
    ----------
    prepared : Prepared
    rows : array of shape (m, n)
        Training rows as the network takes them.
    """
    mean = rows.mean(axis=0, dtype=np.float64)
    encoder = prepared.preprocessing.encoder
    if encoder is None or len(encoder.output_names) != len(mean):
        return np.asarray(mean)
    usual, start = mean.copy(), 0
    for column in encoder.columns:
        stop = start + len(column.outputs)
        for place in range(start, stop):
            if not encoder.scaled[place]:
                usual[place] = np.round(mean[place])
        if isinstance(column, CategoryColumn):
            usual[start:stop] = 0
            usual[start + int(mean[start:stop].argmax())] = 1
        start = stop
    return np.asarray(usual)


def some_training_rows(prepared: Prepared) -> FloatArray:
    """Return training rows as the network takes them, evenly taken where there are very many."""
    inputs = prepared.parts["train"].X
    return inputs[evenly(len(inputs), _ENOUGH_ROWS)]
