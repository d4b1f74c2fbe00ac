"""Checks of single settings, so that every description refuses nonsense in the same words."""

import math
import sys
from collections.abc import Iterable
from itertools import islice
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import Shape
from axone.bounds import LARGEST_COUNT, LARGEST_SEED, MOST_AXES, MOST_LAYERS, MOST_UNITS
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.messages import _, _n, all_of, listed

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
    number = _as_float(value)
    fits = (
        math.isfinite(number)
        and (at_least is None or number >= at_least)
        and (above is None or number > above)
        and (at_most is None or number <= at_most)
        and (below is None or number < below)
    )
    if not fits:
        upper = at_most is not None or below is not None
        if isinstance(value, _WHOLE_NUMBER) and number == math.inf and not upper:
            at_most, upper = sys.float_info.max, True
        lower = at_least is not None or above is not None
        if isinstance(value, _WHOLE_NUMBER) and number == -math.inf and not (lower or upper):
            at_least = -sys.float_info.max
        enclosed = lower and upper
        endless = not math.isfinite(number) and not isinstance(value, _WHOLE_NUMBER)
        bounds = all_of(
            words
            for wanted, words in (
                (endless and not enclosed, _("finite")),
                (at_least is not None, _("at least {bound}", bound=at_least)),
                (above is not None, _("greater than {bound}", bound=above)),
                (at_most is not None, _("at most {bound}", bound=at_most)),
                (below is not None, _("less than {bound}", bound=below)),
            )
            if wanted
        )
        raise ConfigurationError(
            _("{name} must be {bounds}, not {found!r}.", name=name, bounds=bounds, found=value)
        )


def _as_float(value: Any) -> float:
    """Return a number as Python's float; one that is too large for it as an infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def check_integer(name: str, value: Any, *, at_least: int, at_most: int = LARGEST_COUNT) -> None:
    """Refuse `value` unless it is a whole number from `at_least` to `at_most`."""
    if isinstance(value, bool) or not isinstance(value, _WHOLE_NUMBER):
        raise ArgumentTypeError(
            _("{name} must be a whole number, not {found!r}.", name=name, found=value)
        )
    number = int(value)
    if number < at_least:
        raise ConfigurationError(
            _(
                "{name} must be at least {least}, not {found!r}.",
                name=name,
                least=at_least,
                found=value,
            )
        )
    if number > at_most:
        raise ConfigurationError(
            _(
                "{name} must be at most {most:,}, not {found!r}.",
                name=name,
                most=at_most,
                found=value,
            )
        )


def check_seed(seed: Any, name: str = "seed") -> None:
    """Refuse `seed` unless it is a whole number that every door takes."""
    check_integer(name, seed, at_least=0, at_most=LARGEST_SEED)


def check_truth(name: str, value: Any) -> None:
    """Refuse `value` unless it is True or False, NumPy's included."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentTypeError(
            _("{name} must be true or false, not {found!r}.", name=name, found=value)
        )


def check_text(name: str, value: Any) -> None:
    """Refuse `value` unless it is a text."""
    if not isinstance(value, str):
        raise ArgumentTypeError(_("{name} must be a text, not {found!r}.", name=name, found=value))


def require_unmasked(values: Any, name: str) -> None:
    """Refuse an array with masked cells, whose hidden numbers NumPy gives to whoever asks for them.

    Raises
    ------
    DataError
        With their number and the first one's place.
    """
    if not isinstance(values, np.ma.MaskedArray) or not np.ma.is_masked(values):
        return
    masked = np.argwhere(np.ma.getmaskarray(values))
    raise DataError(
        _n(
            "{name} holds {count} masked cell, at {place} (counted from 0). Fill it in "
            "(`.filled(value)`) or leave its row out.",
            "{name} holds {count} masked cells, the first at {place} (counted from 0). Fill them "
            "in (`.filled(value)`) or leave their rows out.",
            len(masked),
            name=name,
            place=tuple(masked[0].tolist()),
        )
    )


def as_array(values: Any, name: str) -> NDArray[Any]:
    """Return what a user gave as an array.

    Raises
    ------
    DataError
        Masked cells, rows of unlike lengths, or whole numbers that no type of NumPy holds.
    """
    require_unmasked(values, name)
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(_("{name} is no array: {error}", name=name, error=error)) from error


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse `value` unless it is one of the words `allowed`."""
    # Of unlike types, arrays for instance, some do not even compare.
    if not isinstance(value, str) or value not in allowed:
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
    sizes = items_of(value, MOST_AXES)
    if len(sizes) > MOST_AXES:
        raise ConfigurationError(
            _(
                "{name} has more than {most} axes: {found!r}.",
                name=name,
                most=MOST_AXES,
                found=value,
            )
        )
    for size in sizes:
        check_integer(name, size, at_least=1, at_most=MOST_UNITS)
    return tuple(int(size) for size in sizes)


def checked_sizes(name: str, value: Any) -> tuple[int, ...]:
    """Return how many units the layers of a network have, given a sequence or a single number."""
    sizes = items_of(value, MOST_LAYERS)
    if len(sizes) > MOST_LAYERS:
        raise ConfigurationError(
            _(
                "{name}: more than {most:,} layers: {found!r}.",
                name=name,
                most=MOST_LAYERS,
                found=value,
            )
        )
    for size in sizes:
        check_integer(name, size, at_least=1, at_most=MOST_UNITS)
    return tuple(int(size) for size in sizes)


def items_of(value: Any, most: int) -> tuple[Any, ...]:
    """Return what a sequence holds; a text, a number, whatever is none, as the one item.

    At most one item more than `most`: there are sequences without end.
    """
    alone = (
        isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0
    )
    return (value,) if alone else tuple(islice(value, most + 1))
