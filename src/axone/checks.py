"""Checks of single settings, so that every description refuses nonsense in the same words."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from axone.arrays import Shape
from axone.errors import ArgumentTypeError, ConfigurationError


def check_number(
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
) -> None:
    """Refuse `value` unless it is a finite real number within the bounds.

    Raises
    ------
    ArgumentTypeError
        Not a number (booleans are not numbers here).
    ConfigurationError
        Infinite, NaN or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} must be a number, not {value!r}.")
    number = float(value)
    bounds = (
        (at_least, number >= (at_least or 0.0), f"at least {at_least}"),
        (above, number > (above or 0.0), f"greater than {above}"),
        (at_most, number <= (at_most or 0.0), f"at most {at_most}"),
        (below, number < (below or 0.0), f"less than {below}"),
    )
    asked = [(fits, words) for bound, fits, words in bounds if bound is not None]
    if not math.isfinite(number) or not all(fits for fits, _ in asked):
        wanted = " and ".join(words for _, words in asked) or "finite"
        raise ConfigurationError(f"{name} must be {wanted}, not {value!r}.")


def check_integer(name: str, value: Any, *, at_least: int) -> None:
    """Refuse `value` unless it is a whole number of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} must be a whole number, not {value!r}.")
    if int(value) < at_least:
        raise ConfigurationError(f"{name} must be at least {at_least}, not {value!r}.")


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse `value` unless it is one of the words `allowed`."""
    if value not in allowed:
        words = ", ".join(repr(word) for word in allowed)
        raise ConfigurationError(f"{name} must be one of {words}, not {value!r}.")


def checked_shape(name: str, value: Any) -> Shape:
    """Return the shape of an example as a tuple, given a sequence of sizes or a single size."""
    sizes = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    for size in sizes:
        check_integer(name, size, at_least=1)
    return tuple(int(size) for size in sizes)
