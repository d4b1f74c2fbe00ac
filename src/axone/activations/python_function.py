"""Activations that are a user's own Python function: for the reference engine alone.

A formula (`axone.activations.formula`) runs on every engine and is written into files; a function
is for what no formula can say.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import FloatArray
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError
from axone.messages import _
from axone.traced import Index, Working

_PLACES = np.array([-3.7, -2.3, -1.1, -0.43, 0.37, 0.91, 1.9, 3.1])
"""Where a derivative is checked: no kink that anybody writes is at such a number."""

_STEP = 6e-6
"""Of differences: the third root of float64's rounding, where theirs and the series' are alike."""

_TOLERANCE = 1e-4


@dataclass(frozen=True)
class PythonFunction(ActivationFunction):
    """σ(z) as a Python function has it, on NumPy arrays.

    Wherever an activation is taken in Python, the function itself is, too: ``Dense(8, function)``.
    It runs on the reference engine, and no file can hold it.

    Parameters
    ----------
    function : callable
        From an array z, of any shape, to σ(z) of the same shape, each cell by itself.
    slope : callable, optional
        From z to σ′(z). It is checked against differences when the activation is made. Without it
        the derivative is taken by central differences at every step, in float64, with a warning:
        two more calls of the function, and an error of about 1e-10 where σ is smooth.

    Raises
    ------
    ArgumentTypeError
        One of them cannot be called.
    ShapeError
        What comes out is not of the shape of z.
    ConfigurationError
        σ′ is not the derivative of σ, or a cell depends on others.

    Examples
    --------
    >>> import numpy as np
    >>> import axone as ax
    >>> bent = ax.PythonFunction(np.arctan, lambda z: 1 / (1 + z**2))
    >>> ax.Dense(8, bent).output_shape((4,))
    (8,)
    >>> try:
    ...     ax.PythonFunction(np.arctan, np.cos)
    ... except ValueError as error:
    ...     print(error)
    the slope of arctan is not its derivative: at z = -3.7 it gives -0.848, and
    differences give 0.0681.
    """

    function: Callable[[FloatArray], Any]
    slope: Callable[[FloatArray], Any] | None = None

    def __post_init__(self) -> None:
        for given in (self.function, *((self.slope,) if self.slope is not None else ())):
            if not callable(given) or isinstance(given, type):
                raise ArgumentTypeError(
                    _("an activation must be a function of z, not {found!r}.", found=given)
                )
        self._check_cells()
        if self.slope is not None:
            self._check_slope(self.slope)
        else:
            warnings.warn(
                _(
                    "{name} has no derivative: it is taken by differences, at three times the "
                    "cost. Give one, PythonFunction(function, slope), or write a formula.",
                    name=_name_of(self.function),
                ),
                stacklevel=3,
            )

    @property
    def value_equation(self) -> str:
        return f"{_name_of(self.function)}(z)"

    def slope_equation(self, a: str = "a") -> str:
        del a
        return f"{_name_of(self.function)}′(z)"

    def working(self, z: FloatArray, index: Index) -> Working:
        return (f"{_name_of(self.function)}(", float(z[index]), ")")

    def value(self, z: FloatArray) -> FloatArray:
        return _of_shape(self.function, z)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        if self.slope is not None:
            return _of_shape(self.slope, z)
        return self._difference(z).astype(z.dtype)

    def _difference(self, z: FloatArray) -> FloatArray:
        exact = z.astype(np.float64)
        step = _STEP * np.maximum(1, np.abs(exact))
        above, below = exact + step, exact - step
        return (_of_shape(self.function, above) - _of_shape(self.function, below)) / (above - below)

    def _check_cells(self) -> None:
        together = _of_shape(self.function, _PLACES[None, :])
        alone = [_of_shape(self.function, place.reshape(1, 1)).item() for place in _PLACES]
        if not np.allclose(together[0], alone, rtol=1e-9, atol=1e-12, equal_nan=True):
            raise ConfigurationError(
                _(
                    "{name} gives other values for a row than for its cells one by one: an "
                    "activation takes each cell by itself.",
                    name=_name_of(self.function),
                )
            )

    def _check_slope(self, slope: Callable[[FloatArray], Any]) -> None:
        given, wanted = _of_shape(slope, _PLACES), self._difference(_PLACES)
        wrong = ~(np.abs(given - wanted) <= _TOLERANCE * (1 + np.abs(wanted)))
        wrong &= np.isfinite(wanted)
        if wrong.any():
            first = int(np.argmax(wrong))
            raise ConfigurationError(
                _(
                    "the slope of {name} is not its derivative: at z = {z:g} it gives {given:.3g}, "
                    "and differences give {wanted:.3g}.",
                    name=_name_of(self.function),
                    z=_PLACES[first],
                    given=given[first],
                    wanted=wanted[first],
                )
            )


def _of_shape(function: Callable[[FloatArray], Any], z: FloatArray) -> FloatArray:
    """Call a function on a copy of z, which it may write into, and check what comes out."""
    with np.errstate(all="ignore"):
        found = np.asarray(function(z.copy()))
    if found.shape != z.shape:
        raise ShapeError(
            _(
                "{name} made an array of shape {found} of one of shape {wanted}: an activation "
                "keeps the shape.",
                name=_name_of(function),
                found=found.shape,
                wanted=z.shape,
            )
        )
    return found.astype(z.dtype)


def _name_of(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
