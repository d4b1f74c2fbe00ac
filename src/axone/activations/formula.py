"""Activations that a user writes down: a formula in z, which is differentiated here.

What a formula may hold, and how it is read without ever being run, is the room `axone.formula`.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from axone.activations.function import ActivationFunction
from axone.arrays import FloatArray
from axone.errors import ArgumentTypeError
from axone.formula import (
    Constant,
    Expression,
    derivative,
    evaluate,
    parse,
    simplify,
    to_text,
)
from axone.messages import _
from axone.traced import Index, Working

LOOKS_LIKE_ONE = r"\(|\bz\b[\s\S]*[-+*/·×−]|[-+*/·×−][\s\S]*\bz\b"
"""A text in which this is found is meant to be a formula: brackets, or z and a sign."""

_LOOKED_AT = 2000
"""Characters of a text that tell whether it is meant to be a formula: more than one may have."""

_LONGEST_SLOPE = 200
"""Characters of a derivative that stands within an equation."""

_LONGEST_TITLE = 32
"""Characters of a formula in the row of a table."""


class Meaning(NamedTuple):
    """What a formula comes to.

    Attributes
    ----------
    constants : mapping of str to float
        Those that are learnt, with their start values.
    value : Expression
        σ(z), simplified.
    slope : Expression
        σ′(z).
    by_constants : dict of str to Expression
        ∂σ/∂p for each learnt constant p.
    """

    constants: Mapping[str, float]
    value: Expression
    slope: Expression
    by_constants: dict[str, Expression]


@lru_cache(maxsize=256)
def meaning_of(text: str) -> Meaning:
    """Read a formula and differentiate it by all that it depends on."""
    expression, constants = (found := parse(text)).expression, found.constants
    return Meaning(
        constants,
        simplify(expression),
        derivative(expression),
        {name: derivative(expression, Constant(name)) for name in constants},
    )


@dataclass(frozen=True)
class Formula(ActivationFunction):
    """σ(z) as a formula says, σ′ by the rules of differentiation.

    Wherever the name of an activation is taken, the formula itself is, too:
    ``Dense(8, "z * sigmoid(1.5*z)")``. Names other than z are constants that training learns, one
    number a layer, from the start values behind the formula: ``"a*z + b*tanh(z), a=1, b=0.5"``,
    as Agostinelli et al. (2015) learn activations.

    Its weights start as He et al. (2015) have it where it grows above zero and stays small below,
    as rectifiers do and the gated units z·g(z); else, as for sigmoid and tanh, by Glorot & Bengio
    (2010).

    Parameters
    ----------
    formula : str
        Of z, numbers, ``pi``, ``+ - * / **``, brackets, ``exp log log1p expm1 tanh sigmoid softplus
        relu erf sqrt abs sin cos min max``, ``clip(x, low, high)``,
        ``where(x > y, then, otherwise)`` and learnt constants; what the derivative is at a kink
        says `axone.formula.derivative`.

    Raises
    ------
    FormulaError
        It is no such formula. The place is marked.

    Notes
    -----
    Where ∂L/∂a is 0, so is ∂L/∂z, whatever the slope: a cell that nothing depends on does not make
    a gradient infinite.

    Examples
    --------
    >>> import numpy as np
    >>> import axone as ax
    >>> gate = ax.Formula("z * sigmoid(1.5*z)")
    >>> gate.value(np.array([-1.0, 0.0, 1.0])).round(3)
    array([-0.182,  0.   ,  0.818])
    >>> gate.slope
    'sigmoid(1.5 * z) + 1.5 * (z * sigmoid(1.5 * z) * (1 - sigmoid(1.5 * z)))'
    >>> ax.Network(ax.Dense(8, "z * sigmoid(b*z), b=1"), input_shape=4).parameter_count
    41
    """

    formula: str
    _bound: Mapping[str, FloatArray] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not isinstance(self.formula, str):
            raise ArgumentTypeError(
                _("a formula must be a text, not {found!r}.", found=self.formula)
            )
        z = np.array([-8.0, -4.0, 4.0, 8.0])
        lowest, low, high, highest = np.abs(self.value(z))
        is_rectifier = highest > 1.5 * high and lowest < highest / 2 and low < high
        object.__setattr__(self, "initializer", "he_normal" if is_rectifier else "glorot_uniform")

    @property
    def meaning(self) -> Meaning:
        """What the formula comes to."""
        return meaning_of(self.formula)

    @property
    def slope(self) -> str:
        """σ′(z), as a formula."""
        return to_text(self.meaning.slope)

    @property
    def learned(self) -> Mapping[str, float]:
        return self.meaning.constants

    def bind(self, parameters: Mapping[str, FloatArray]) -> "Formula":
        if not self.learned:
            return self
        bound = copy.copy(self)
        object.__setattr__(bound, "_bound", {name: parameters[name] for name in self.learned})
        return bound

    def value(self, z: FloatArray) -> FloatArray:
        return self._evaluated(self.meaning.value, z)

    def derivative(self, z: FloatArray, a: FloatArray) -> FloatArray:
        del a
        return self._evaluated(self.meaning.slope, z)

    @property
    def value_equation(self) -> str:
        return equation_of(self)

    def slope_equation(self, a: str = "a") -> str:
        del a
        slope = self.slope
        return f"({as_in_a_book(slope)})" if len(slope) <= _LONGEST_SLOPE else "σ′(z)"

    def working(self, z: FloatArray, index: Index) -> Working:
        numbers = {name: float(np.asarray(value).item()) for name, value in self._constants.items()}
        numbers["z"] = float(z[index])
        parts = re.split(rf"\b({'|'.join(numbers)})\b", equation_of(self))
        pieces: list[str | float] = []
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            number = numbers.get(part)
            if number is not None and number < 0 and following.startswith("**"):
                pieces += "(", number, ")"  # −2² is not (−2)²
            elif part:
                pieces.append(part if number is None else number)
        return tuple(pieces)

    def backward(self, z: FloatArray, a: FloatArray, da: FloatArray) -> FloatArray:
        return _passed_on(da, self.derivative(z, a))

    def learned_gradients(self, z: FloatArray, da: FloatArray) -> dict[str, FloatArray]:
        """∂L/∂p = Σ ∂L/∂a · ∂σ/∂p."""
        return {
            name: np.sum(_passed_on(da, self._evaluated(slope, z))).reshape(1)
            for name, slope in self.meaning.by_constants.items()
        }

    def _evaluated(self, expression: Expression, z: FloatArray) -> FloatArray:
        return evaluate(expression, z, self._constants)

    @property
    def _constants(self) -> Mapping[str, Any]:
        return self.learned if self._bound is None else self._bound


def _passed_on(da: FloatArray, slope: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(da == 0, da, da * slope)


def formula_of(word: str) -> Formula | None:
    """Return the formula that a text is which is no activation's name; None where it is none.

    Raises
    ------
    FormulaError
        It looks like one, and has a mistake.
    """
    return Formula(word) if re.search(LOOKS_LIKE_ONE, word[:_LOOKED_AT]) else None


def equation_of(function: Formula) -> str:
    """Write σ as in a book: ``z·sigmoid(1.5·z)``."""
    return as_in_a_book(to_text(parse(function.formula).expression))


def as_in_a_book(text: str) -> str:
    """Write products as in a book."""
    return text.replace(" * ", "·")


def title_of(function: Formula) -> str:
    """Write σ for the row of a table: its end left out if it is long."""
    text = equation_of(function)
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
