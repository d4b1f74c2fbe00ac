"""Checks of single settings, so that every description refuses nonsense in the same words."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from axone.arrays import Shape
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.messages import _, all_of, listed

# Python's own kinds first: they are recognised at once, an abstract class by asking it.
_NUMBER, _WHOLE_NUMBER = (float, int, Real), (int, Integral)


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
    if isinstance(value, bool) or not isinstance(value, _NUMBER):
        raise ArgumentTypeError(
            _("{name} must be a number, not {found!r}.", name=name, found=value)
        )
    number = float(value)
    fits = (
        math.isfinite(number)
        and (at_least is None or number >= at_least)
        and (above is None or number > above)
        and (at_most is None or number <= at_most)
        and (below is None or number < below)
    )
    if not fits:
        bounds = all_of(
            words
            for bound, words in (
                (at_least, _("at least {bound}", bound=at_least)),
                (above, _("greater than {bound}", bound=above)),
                (at_most, _("at most {bound}", bound=at_most)),
                (below, _("less than {bound}", bound=below)),
            )
            if bound is not None
        )
        raise ConfigurationError(
            _(
                "{name} must be {bounds}, not {found!r}.",
                name=name,
                bounds=bounds or _("finite"),
                found=value,
            )
        )


def check_integer(name: str, value: Any, *, at_least: int) -> None:
    """Refuse `value` unless it is a whole number of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, _WHOLE_NUMBER):
        raise ArgumentTypeError(
            _("{name} must be a whole number, not {found!r}.", name=name, found=value)
        )
    if int(value) < at_least:
        raise ConfigurationError(
            _(
                "{name} must be at least {least}, not {found!r}.",
                name=name,
                least=at_least,
                found=value,
            )
        )


def check_boolean(name: str, value: Any) -> None:
    """Refuse `value` unless it is true or false."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentTypeError(
            _("{name} must be True or False, not {found!r}.", name=name, found=value)
        )


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse `value` unless it is one of the words `allowed`."""
    if value not in allowed:
        raise ConfigurationError(
            _(
                "{name} must be one of {allowed!r}, not {found!r}.",
                name=name,
                allowed=listed(allowed),
                found=value,
            )
        )


def checked_shape(name: str, value: Any) -> Shape:
    """Return the shape of an example as a tuple, given a sequence of sizes or a single size."""
    sizes = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    for size in sizes:
        check_integer(name, size, at_least=1)
    return tuple(int(size) for size in sizes)
