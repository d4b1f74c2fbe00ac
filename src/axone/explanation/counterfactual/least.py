"""From a changed row with the wanted answer to one of which nothing can be taken back.

Whole columns are put back while the answer holds; then each is brought as near to where it was as
the others let it, by looking along its way and halving where the answer turns. At the end it is
checked: no change can be undone or made a hundredth smaller.
"""

import math

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.counterfactual.columns import Field
from axone.explanation.counterfactual.question import Question

_LOOKS = 64
"""Points along the way back at which the answer is looked at, before it is halved."""

_ROUNDS, _CUTS = 6, 17
"""17⁶ is 2.4·10⁷: so finely a turn is found between two looks."""

_SMALLER = 0.01
_SLACKS = (4e-3, 4e-4, 4e-5, 4e-6)
"""By what share a change may be larger than it must be, for a number of few digits."""


def least(question: Question, state: FloatArray) -> FloatArray | None:
    """Return the row with as little changed as the answer needs; None where it does not settle.

    Parameters
    ----------
    question : Question
    state : array of shape (n,)
        Whose answer is the wanted one.
    """
    for _attempt in range(50):
        state = _all_shrunk(question, state)
        smaller = smaller_change(question, state)
        if smaller is None:
            return _in_few_digits(question, state)
        state = smaller
    return None


def smaller_change(question: Question, state: FloatArray) -> FloatArray | None:
    """Return a row with one change undone or made smaller that has the answer too; None if none.

    Smaller by a hundredth, of whole numbers by one.
    """
    space, tries = question.space, [_undone(question, state)]
    for place in _changed(question, state):
        field, start = space.fields[place], space.start[place]
        if not field.moves:
            continue
        step = np.sign(state[place] - start) if field.is_whole else 0.0
        nearer = (
            state[place] - step
            if field.is_whole
            else state[place] - _SMALLER * (state[place] - start)
        )
        if field.low <= nearer <= field.high and nearer != start:
            tries.append(_put(state, place, np.array([nearer])))
    return _cheapest(question, np.concatenate(tries))


def _cheapest(question: Question, states: FloatArray) -> FloatArray | None:
    right = states[question.flipped(states)] if len(states) else states
    return right[int(question.space.cost(right).argmin())] if len(right) else None


def _changed(question: Question, state: FloatArray) -> list[int]:
    return np.flatnonzero(state != question.space.start).tolist()


def _put(state: FloatArray, place: int, values: FloatArray) -> FloatArray:
    changed = np.tile(state, (len(values), 1))
    changed[:, place] = values
    return changed


def _undone(question: Question, state: FloatArray) -> FloatArray:
    """Return the row with each of its changes undone alone."""
    start = question.space.start
    each = [_put(state, place, start[[place]]) for place in _changed(question, state)]
    return np.concatenate(each) if each else np.zeros((0, len(state)))


def _all_shrunk(question: Question, state: FloatArray) -> FloatArray:
    """Undo what can be undone, then bring each amount as near as the others let it, in turn."""
    for _round in range(20):
        before = question.space.cost(state[None])[0]
        while (fewer := _cheapest(question, _undone(question, state))) is not None:
            state = fewer
        for place in _by_worth(question, state):
            state = shrunk(question, state, place)
        if question.space.cost(state[None])[0] > before * (1 - 1e-6):
            break
    return state


def _by_worth(question: Question, state: FloatArray) -> list[int]:
    """Return the changed amounts, first those that win least for their cost."""
    space = question.space
    places = _changed(question, state)
    if not places:
        return []
    without = _undone(question, state)
    won = question.margins(state[None]) - question.margins(without)
    paid = space.distance(state[None]) - space.distance(without)
    order = np.argsort(won / np.maximum(paid, 1e-12), kind="stable")
    return [places[n] for n in order if space.fields[places[n]].moves]


def shrunk(question: Question, state: FloatArray, place: int, rounds: int = _ROUNDS) -> FloatArray:
    """Return the row with one amount as near to where it was as the answer allows.

    To a 64th of its change, which every round makes 17 times as fine.
    """
    field, start = question.space.fields[place], float(question.space.start[place])
    low, high = start, float(state[place])
    for turn in range(1 + rounds):
        values = _between(field, low, high, _LOOKS if turn == 0 else _CUTS)
        if not len(values):
            break
        right = np.flatnonzero(question.flipped(_put(state, place, values)))
        first = int(right[0]) if len(right) else len(values)
        low = low if first == 0 else float(values[first - 1])
        high = float(values[first]) if first < len(values) else high
    return _put(state, place, np.array([high]))[0]


def _between(field: Field, low: float, high: float, count: int) -> FloatArray:
    """Return amounts between two others that the column may have, the nearest to `low` first."""
    values = np.linspace(low, high, count + 2)[1:-1]
    if field.is_whole:
        values = np.round(values)
        values = values[np.append(True, np.diff(values) != 0)]
    # Rounded neighbours may be the ends themselves.
    inside = (values != low) & (values != high) & (values >= field.low) & (values <= field.high)
    return values[inside]


def _in_few_digits(question: Question, state: FloatArray) -> FloatArray:
    """Return the row with changes of as few digits as a small part more of them allows."""
    space = question.space
    for slack in _SLACKS:
        written = state.copy()
        for place in _changed(question, state):
            field = space.fields[place]
            if field.moves and not field.is_whole:
                reach = state[place] + slack * (state[place] - space.start[place])
                reach = float(np.clip(reach, field.low, field.high))
                written[place] = fewest_digits(float(state[place]), reach)
        if question.flipped(written[None])[0] and smaller_change(question, written) is None:
            return written
    return state


def fewest_digits(one: float, other: float) -> float:
    """Return the number of the fewest digits between two, ends included: the one nearest to `one`.

    Examples
    --------
    >>> fewest_digits(3.14159, 3.1501), fewest_digits(-0.0123456, -0.01236)
    (3.15, -0.01235)
    """
    low, high = min(one, other), max(one, other)
    if low <= 0 <= high:
        return 0.0
    size = math.floor(math.log10(max(abs(low), abs(high))))
    for digits in range(1, 17):
        places = digits - 1 - size
        # Division by a power of ten is the nearest number; multiplication by its inverse is not.
        scale = 10.0 ** abs(places)
        nearest = math.ceil if one == low else math.floor
        steps = nearest(one * scale if places >= 0 else one / scale)
        found = steps / scale if places >= 0 else steps * scale
        if low <= found <= high:
            return found
    return one
