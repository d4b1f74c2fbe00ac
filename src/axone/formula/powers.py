"""Whole powers by squares, z¹³ = z·z⁴·z⁸, of whatever can be multiplied: arrays, steps of programs.

A power by the C library, cell by cell, costs many times as much.
"""

from collections.abc import Callable
from typing import TypeVar

Factor = TypeVar("Factor")


def by_squares(base: Factor, exponent: int, multiply: Callable[[Factor, Factor], Factor]) -> Factor:
    """Return the power of a base whose exponent is whole and at least 1.

    Examples
    --------
    >>> by_squares(3, 13, lambda x, y: x * y) == 3**13
    True
    """
    found, square, left = None, base, exponent
    while True:
        if left % 2:
            found = square if found is None else multiply(found, square)
        left //= 2
        if not left:
            assert found is not None  # noqa: S101 — the highest digit of a whole number is 1
            return found
        square = multiply(square, square)
