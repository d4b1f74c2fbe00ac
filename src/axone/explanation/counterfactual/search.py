"""Changed rows that have another answer, from three sides: one column alone, the gradient, others.

What they find is a beginning: how little of it is needed is found out in `least`.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.counterfactual.least import shrunk
from axone.explanation.counterfactual.question import Question

_POINTS = 65
_FACTORS = np.array([0.125, 0.25, 0.5, 1.0, 2.0, 4.0, np.inf])
"""Steps that are tried along the gradient, in spreads; the last ends at the bound."""

_STEEPEST = 8
_MOST_SWAPS = 50
_MOST_CHOICES = 200
_BEST = 5


def beginnings(question: Question) -> FloatArray:
    """Return changed rows whose answer is the wanted one, (k, n); none if none was found."""
    found = [*_alone(question), *_along_the_gradient(question), *_like_others(question)]
    width = len(question.space.fields)
    return np.unique(np.array(found).reshape(-1, width), axis=0)


def _best(question: Question, states: FloatArray) -> FloatArray:
    """Return those of the rows that have the answer and cost least."""
    right = states[question.flipped(states)] if len(states) else states
    return right[np.argsort(question.space.cost(right), kind="stable")[:_BEST]]


def _alone(question: Question) -> Iterator[FloatArray]:
    """Change one column: amounts over their whole range, categories to each of their values."""
    space, states = question.space, []
    for place, field in enumerate(space.fields):
        if field.held:
            continue
        values = np.arange(len(field.choices), dtype=float)
        if field.moves:
            values = np.linspace(field.low, field.high, _POINTS)
            values = np.unique(np.round(values)) if field.is_whole else values
        changed = np.tile(space.start, (len(values), 1))
        changed[:, place] = values
        # Of each column the nearest only: a row far off costs nothing to leave out.
        states.append(_best(question, changed)[:1])
    yield from _best(question, np.concatenate(states)) if states else ()


def _like_others(question: Question) -> Iterator[FloatArray]:
    """Become one of the other rows, whose answers are known to be possible."""
    space = question.space
    others = space.others.copy()
    for place, field in enumerate(space.fields):
        if field.moves:
            there = others[:, place]
            inside = np.clip(there, field.low, field.high)
            others[:, place] = np.where(there == space.start[place], there, inside)
    yield from _best(question, others)


def _along_the_gradient(question: Question) -> Iterator[FloatArray]:
    """Change one column after the other, each time that which wins most for its cost."""
    space = question.space
    state = space.start
    margin, cost = float(question.margins(state[None])[0]), 0.0
    for _step in range(3 * len(space.fields) + 10):
        moves = _moves(question, state)
        if not len(moves):
            return
        right = _best(question, moves)
        if len(right):
            yield right[0]
            return
        margins = question.margins(moves)
        costs = space.cost(moves)
        worth = (margins - margin) / np.maximum(costs - cost, 0.05)
        best = int(np.nanargmax(worth)) if np.isfinite(worth).any() else 0
        if not worth[best] > 0:
            return
        state, margin, cost = moves[best], float(margins[best]), float(costs[best])


def _moves(question: Question, state: FloatArray) -> FloatArray:
    """Return the row with one change more: along the steepest amounts, or another category."""
    space, states = question.space, []
    slopes = question.slopes(state)
    steep = np.abs(slopes) * [field.spread for field in space.fields]
    for place in np.argsort(-steep, kind="stable")[:_STEEPEST]:
        field = space.fields[place]
        if steep[place] > 0:
            values = state[place] + np.sign(slopes[place]) * _FACTORS * field.spread
            values = np.clip(values, field.low, field.high)
            values = np.round(values) if field.is_whole else values
            states.append(_with(state, int(place), values))
    for place, field in enumerate(space.fields):
        if field.choices:
            states.append(_with(state, place, np.arange(min(len(field.choices), _MOST_CHOICES))))
    moves = np.concatenate(states) if states else np.zeros((0, len(state)))
    return moves[(moves != state).any(axis=1)]


def swapped(question: Question, state: FloatArray) -> FloatArray | None:
    """Return a cheaper row with one or two changes undone for another one; None if there is none.

    Of amounts the steepest ones are tried.
    """
    space = question.space
    changed = np.flatnonzero(state != space.start).tolist()
    cost = float(space.cost(state[None])[0])
    best: FloatArray | None = None
    for undone in [*((one,) for one in changed), *combinations(changed, 2)][:_MOST_SWAPS]:
        base = state.copy()
        base[list(undone)] = space.start[list(undone)]
        for move, place in _nearest_of_each(question, base, _moves(question, base)):
            # Only about as far as it must, for steps are coarse.
            found = shrunk(question, move, place, 0) if space.fields[place].moves else move
            paid = float(space.cost(found[None])[0])
            if paid < cost * (1 - 1e-6):
                best, cost = found, paid
    return best


def _nearest_of_each(
    question: Question, base: FloatArray, moves: FloatArray
) -> list[tuple[FloatArray, int]]:
    """Return of each column the least of the moves that have the answer, the cheapest columns."""
    right = moves[question.flipped(moves)] if len(moves) else moves
    right = right[np.argsort(question.space.cost(right), kind="stable")]
    moved = (right != base).argmax(axis=1)
    _columns, first = np.unique(moved, return_index=True)
    return [(right[at], int(moved[at])) for at in np.sort(first)[:_BEST]]


def farther(question: Question, state: FloatArray) -> Iterator[FloatArray]:
    """Yield the row with one of several changed amounts moved farther, for others to do with less.

    To the bound, and half the way there.
    """
    space = question.space
    changed = np.flatnonzero(state != space.start).tolist()
    if len(changed) < 2:
        return
    for place in changed[:_STEEPEST]:
        field = space.fields[place]
        if field.moves:
            bound = field.high if state[place] > space.start[place] else field.low
            values = np.array([bound, (bound + state[place]) / 2])
            moved = _with(state, place, np.round(values) if field.is_whole else values)
            yield from moved[question.flipped(moved) & (moved != state).any(axis=1)]


def _with(state: FloatArray, place: int, values: FloatArray) -> FloatArray:
    changed = np.tile(state, (len(values), 1))
    changed[:, place] = values
    return changed
