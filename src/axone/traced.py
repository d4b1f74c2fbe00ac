"""Steps of a computation for a reader: names, equations, numbers, and how each number came about.

Layers, losses and optimisers write their own equations with the numbers put in: a `Working` is the
line that one writes by hand. Nothing here computes; `axone.explanation` makes trees of steps, and
pages of trees.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from axone.arrays import FloatArray

if TYPE_CHECKING:
    from axone.layers.sequence import LayerTrace

_MOST_TERMS, _FIRST_TERMS = 8, 3
"""A sum of more terms than the one is written with the first few and what the rest come to."""


_LARGE_EXPONENT = 50
"""Powers of e beyond it are too large to be compared by eye."""


class Rest(NamedTuple):
    """Terms of a sum that are not written out: how many, and what they come to together."""

    terms: int
    total: float


Part: TypeAlias = "str | float | Rest"

Working: TypeAlias = tuple[Part, ...]
"""An equation with its numbers: ``(0.1, "·", 70.0, " + ", 0.4, "·", 25.0)``, signs in the numbers.

Between them stand ``+ − · / ( ) ,``, powers as ``²``, ``^(…)`` and ``e^(…)``, roots as ``√(…)``,
and names of functions: ``max(…)``, ``ln(…)``. Who reads it needs to know nothing else.
"""

Index: TypeAlias = tuple[int, ...]

WorkedAt: TypeAlias = Callable[[Index], Working]
"""The working of each cell of an array, by the cell's index, its row's number first."""


class Traced(NamedTuple):
    """One step of a pass, for a reader.

    Attributes
    ----------
    symbol : str
        What the numbers are called: ``"z"``, ``"δ"``, ``"∂L/∂W"``.
    equation : str
        How they came about, for one example: ``"z = W·x + b"``.
    array : array
        The numbers themselves, of all rows where there is one value a row.
    worked_at : callable, optional
        How each cell came about; None where numbers only go from one place to another.
    positions : tuple of int, optional
        Of a step that was made once a position, the second axis of `array`: in which order.
    layers : tuple of LayerTrace, optional
        What the layers within did on the way.
    """

    symbol: str
    equation: str
    array: FloatArray
    worked_at: WorkedAt | None = None
    positions: tuple[int, ...] = ()
    layers: "tuple[LayerTrace, ...]" = ()


def joined(*workings: Working, by: str = " + ") -> Working:
    """Put workings side by side.

    Examples
    --------
    >>> joined((1.0, "·", 2.0), (3.0,))
    (1.0, '·', 2.0, ' + ', 3.0)
    """
    parts: list[Part] = []
    for working in workings:
        if parts:
            parts.append(by)
        parts += working
    return tuple(parts)


def products(left: Any, right: Any, *more: Working) -> Working:
    """Write Σ left·right, and what else is added; long sums with their first terms and the rest.

    Examples
    --------
    >>> products([0.1, 0.4], [70, 25], (0.5,))
    (0.1, '·', 70.0, ' + ', 0.4, '·', 25.0, ' + ', 0.5)
    >>> products(range(100), [1] * 100)[-1]
    Rest(terms=97, total=4947.0)
    """
    left, right = _numbers(left), _numbers(right)
    pairs = zip(left[:_MOST_TERMS].tolist(), right[:_MOST_TERMS].tolist(), strict=True)
    first: list[Working] = [(a, "·", b) for a, b in pairs]
    terms = _first_and_rest(first, len(left), lambda place: left[place:] @ right[place:])
    return joined(*terms, *more) if terms or more else (0.0,)


def summed(numbers: Any) -> Working:
    """Write a sum of numbers, a long one with its first terms and the rest.

    Examples
    --------
    >>> summed([1, 2]), summed([])
    ((1.0, ' + ', 2.0), (0.0,))
    """
    numbers = _numbers(numbers)
    first: list[Working] = [(number,) for number in numbers[:_MOST_TERMS].tolist()]
    terms = _first_and_rest(first, len(numbers), lambda place: numbers[place:].sum())
    return joined(*terms) if terms else (0.0,)


def averaged(numbers: Any) -> Working:
    """Write the mean of numbers; of none 0.

    Examples
    --------
    >>> averaged([1, 2]), averaged([])
    (('(', 1.0, ' + ', 2.0, ')/', 2.0), (0.0,))
    """
    count = len(_numbers(numbers))
    return ("(", *summed(numbers), ")/", float(count)) if count else (0.0,)


def mean_of(terms: Sequence[Working], total_from: Callable[[int], float]) -> Working:
    """Write the mean of terms, given what all from a place on come to; of one the term itself.

    Examples
    --------
    >>> mean_of([("|", 1.0, "|"), ("|", 3.0, "|")], lambda place: 0)
    ('(', '|', 1.0, '|', ' + ', '|', 3.0, '|', ')/', 2.0)
    """
    if len(terms) == 1:
        return terms[0]
    shown = _first_and_rest(terms, len(terms), total_from)
    return ("(", *joined(*shown), ")/", float(len(terms)))


def mean_of_squares(numbers: Any, middle: float = 0.0) -> Working:
    """Write Σ (x − middle)²/n, or Σ x²/n.

    Examples
    --------
    >>> mean_of_squares([1, 3], 2)
    ('(', '(', 1.0, ' − ', 2, ')²', ' + ', '(', 3.0, ' − ', 2, ')²', ')/', 2.0)
    """
    numbers = _numbers(numbers)
    first: list[Working] = [
        ("(", number, " − ", middle, ")²") if middle else (number, "²")
        for number in numbers[:_MOST_TERMS].tolist()
    ]
    terms = _first_and_rest(
        first, len(numbers), lambda place: ((numbers[place:] - middle) ** 2).sum()
    )
    return ("(", *joined(*terms), ")/", float(len(numbers)))


def share_of_powers(exponents: FloatArray, place: int) -> Working:
    """Write eˢ of one number over the sum of all eˢ; of large ones the largest is taken out first.

    Examples
    --------
    >>> share_of_powers(np.array([0.0, 1.0]), 1)
    ('e^(', 1.0, ')/(', 'e^(', 0.0, ')', ' + ', 'e^(', 1.0, ')', ')')
    """
    exponents = _numbers(exponents)
    if np.abs(exponents).max() > _LARGE_EXPONENT:
        exponents = exponents - exponents.max()
    first: list[Working] = [("e^(", exponent, ")") for exponent in exponents[:_MOST_TERMS].tolist()]
    terms = _first_and_rest(first, len(exponents), lambda place: np.exp(exponents[place:]).sum())
    return ("e^(", float(exponents[place]), ")/(", *joined(*terms), ")")


def largest_of(numbers: Iterable[float], winner: int) -> Working:
    """Write the largest of some numbers; the one that won is marked.

    Examples
    --------
    >>> largest_of([0.2, 0.6], 1)
    ('max(', 0.2, ', ', '▸', 0.6, ')')
    """
    each: list[Working] = [
        ("▸", float(number)) if place == winner else (float(number),)
        for place, number in enumerate(numbers)
    ]
    return ("max(", *joined(*each, by=", "), ")")


def reindexed(worked_at: WorkedAt | None, place: Callable[[Index], Index]) -> WorkedAt | None:
    """Return the workings of an array of which each cell lies elsewhere in the one they are of.

    Examples
    --------
    >>> turned = reindexed(lambda index: (f"cell {index}",), lambda index: index[::-1])
    >>> turned((0, 1)), reindexed(None, lambda index: index)
    (('cell (1, 0)',), None)
    """
    return None if worked_at is None else lambda index: worked_at(place(index))


def _first_and_rest(
    terms: Sequence[Working], count: int, total_from: Callable[[int], float]
) -> list[Working]:
    """Return so many terms, or the first few and what those from a place on come to.

    Of `terms` the first `_MOST_TERMS` are enough.
    """
    if count <= _MOST_TERMS:
        return list(terms)
    rest = Rest(count - _FIRST_TERMS, float(total_from(_FIRST_TERMS)))
    return [*terms[:_FIRST_TERMS], (rest,)]


def _numbers(values: Any) -> FloatArray:
    return np.asarray(values, dtype=np.float64).ravel()
