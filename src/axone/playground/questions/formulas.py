"""An activation as a curve: a name or a formula, its values and slopes, its kinks, its constants.

A text that is no formula is answered with the place of the mistake in it, so that the page can mark
it where it was written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from axone.activations import ActivationFunction, Formula, of_cells, written
from axone.arrays import FloatArray
from axone.bounds import LONGEST_FORMULA
from axone.checks import check_text
from axone.errors import ConfigurationError, FormulaError
from axone.formula import Constant, Expression, Number, Operation, Variable, Where, evaluate
from axone.formula.expression import walk
from axone.playground.bench import Bench
from axone.playground.numbers import finite

_POINTS = 200
_LOW, _HIGH = -6.0, 6.0

_LOOKED_AT = 4801
"""Places between which a kink is looked for: a step of 1/400, so that whole numbers are hit."""

_APART = 1e-6
"""How far beside a place its slopes on both sides are taken."""

_MOST_KINKS = 24
"""That are told: a curve of more is no function one would choose."""


def formula(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the curve of an activation and of its derivative, or where its text is mistaken.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        `text`: a name such as gelu, or a formula in z.

    Returns
    -------
    dict
        `x`, `y`, `slope` (None where it is no finite number), `equation`, `derivative` (a formula,
        or None of a function that has a name), `constants` (learnt, from their start values),
        `kinks` (places where the slope or the value jumps), `initializer`; or `mistake`: `start`,
        `end` (places in the text) and `words`.
    """
    del bench
    text = fields.get("text")
    check_text("text", text)
    text = str(text)
    try:
        function = of_cells(text) if _is_name(text) else Formula(text)
    except FormulaError as error:
        start, end = error.span or (0, len(text))
        words = error.message if error.problem is None else error.problem
        return {"mistake": {"start": start, "end": end, "words": str(words)}}
    except ConfigurationError as error:
        return {"mistake": {"start": 0, "end": len(text), "words": str(error)}}
    x = np.linspace(_LOW, _HIGH, _POINTS)
    value, slope = _curve(function, x)
    return {
        "x": x.tolist(),
        "y": [finite(each) for each in value.tolist()],
        "slope": [finite(each) for each in slope.tolist()],
        "equation": written(function),
        "derivative": function.slope if isinstance(function, Formula) else None,
        "constants": dict(function.learned),
        "kinks": kinks_of(function),
        "initializer": function.initializer,
    }


def _is_name(text: str) -> bool:
    """Return whether a text is one word, which z alone is not: a formula's mistakes are marked."""
    return len(text) <= LONGEST_FORMULA and text != "z" and re.fullmatch(r"\w+", text) is not None


def kinks_of(function: ActivationFunction) -> list[float]:
    """Return where, between −6 and 6, a function or its slope jumps.

    Candidates are the zeros of what its relu, abs, max, min and comparisons decide by, and 0 of a
    function that has a name; of these it is those at which the two sides differ.
    """
    found: list[float] = []
    for place in sorted(_candidates(function)):
        if found and place - found[-1] < 4 * _APART:
            continue
        sides = np.array([place - _APART, place + _APART])
        values, slopes = _curve(function, sides)
        if not (np.isfinite(values).all() and np.isfinite(slopes).all()):
            continue
        steepest = max(1.0, float(np.abs(slopes).max()))
        if np.abs(np.diff(slopes)) > 1e-3 or np.abs(np.diff(values)) > 10 * _APART * steepest:
            # −0 is 0.
            found.append(round(place, 9) + 0.0)
    return found[:_MOST_KINKS]


def _curve(function: ActivationFunction, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    z = x[:, None]
    bound = function.bind({name: np.array([start]) for name, start in function.learned.items()})
    with np.errstate(all="ignore"):
        value = bound.value(z)
        return value[:, 0], bound.derivative(z, value)[:, 0]


def _candidates(function: ActivationFunction) -> list[float]:
    if not isinstance(function, Formula):
        return [0.0]
    places: list[float] = []
    for part in dict.fromkeys(walk(function.meaning.value)):
        for deciding in _deciding(part):
            places += _zeros(deciding, function.learned)
    return places


def _deciding(part: Expression) -> Sequence[Expression]:
    """Return expressions at whose zeros a part of a formula may change its branch."""
    match part:
        case Operation("relu" | "abs", (inner,)):
            return (inner,)
        case Operation("max" | "min", (left, right)) | Where(left=left, right=right):
            return (Operation("-", (left, right)),)
        case Operation("/", (Number(), below)):
            return (below,)
    return ()


def _zeros(expression: Expression, constants: Mapping[str, float]) -> list[float]:
    if not {Variable(), *map(Constant, constants)} & set(walk(expression)):
        return []
    x = np.linspace(_LOW, _HIGH, _LOOKED_AT)

    def at(places: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            values = evaluate(expression, places, constants)
        return np.broadcast_to(values, places.shape)

    values = at(x)
    # Of a stretch that is all zero, the two ends.
    zero = values == 0
    edges = zero & ~(np.roll(zero, 1) & np.roll(zero, -1))
    places = x[edges].tolist()
    with np.errstate(invalid="ignore"):
        changes = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    low, high = x[changes], x[changes + 1]
    sign = np.sign(values[changes])
    for _halving in range(40):
        middle = (low + high) / 2
        same = np.sign(at(middle)) == sign
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return [*places, *((low + high) / 2).tolist()]


ANSWERS: dict[str, Callable[[Bench, Mapping[str, Any]], Any]] = {"formula": formula}
