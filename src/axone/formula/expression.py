"""What a formula is, once it is read: a tree of numbers, z, learnt constants and operations.

Trees are as they were written; `axone.formula.simplification` makes them shorter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stays as it is, such as 1.5."""

    value: float


@dataclass(frozen=True, slots=True)
class Variable:
    """The variable, z."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that training learns, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A sum, a product, a function: its sign or name, and what it is of.

    Attributes
    ----------
    name : str
        One of ``+ - * / **`` or of `FUNCTIONS`. −x is ``*`` of −1 and x; of ``**`` the exponent is
        a `Number`.
    arguments : tuple of Expression
    """

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Where:
    """One expression where a comparison holds, another where it does not.

    Attributes
    ----------
    comparison : str
        One of ``> >= < <= == !=``.
    left, right : Expression
        What is compared; where one of them is no number, the comparison does not hold, unless it
        is ``!=``.
    then, otherwise : Expression
    """

    comparison: str
    left: "Expression"
    right: "Expression"
    then: "Expression"
    otherwise: "Expression"


Expression: TypeAlias = Number | Variable | Constant | Operation | Where

FUNCTIONS = {
    "exp": 1,
    "log": 1,
    "log1p": 1,
    "expm1": 1,
    "tanh": 1,
    "sigmoid": 1,
    "softplus": 1,
    "relu": 1,
    "erf": 1,
    "sqrt": 1,
    "abs": 1,
    "sin": 1,
    "cos": 1,
    "min": 2,
    "max": 2,
}
"""The functions, and how many arguments each takes. ``clip(x, low, high)`` is read as
``min(max(x, low), high)``."""


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression is directly made of."""
    match expression:
        case Operation(_, arguments):
            return arguments
        case Where(_, left, right, then, otherwise):
            return left, right, then, otherwise
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Go through an expression and all that it is made of."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)
