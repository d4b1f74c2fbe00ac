"""Shorter formulas that mean the same, and steadier ones where a known form would overflow.

`add`, `subtract`, … build an expression and simplify it on the way; `simplify` builds a whole tree
anew with them. Products of numbers are worked out, 0 and 1 vanish, and forms that lose all digits
far from zero become the function that does not: 1/(1 + e⁻ˣ) is sigmoid(x), ln(1 + eˣ) is
softplus(x), 1 + tanh(x) is 2·sigmoid(2x).
"""

import math
from collections.abc import Callable

from axone.formula.expression import Expression, Number, Operation, Where

LARGEST = 1e30
"""Of the numbers of a formula, in size: float32 holds them."""

MOST_POWER = 64.0
"""The largest exponent, in size: 4 to the power of 64 is beyond float32."""

ZERO, ONE, MINUS_ONE = Number(0.0), Number(1.0), Number(-1.0)


def simplify(expression: Expression) -> Expression:
    """Return a shorter or steadier expression that means the same.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    Expression

    Examples
    --------
    >>> from axone.formula import parse, simplify, to_text
    >>> to_text(simplify(parse("0*z + 1/(1 + exp(-z))*1").expression))
    'sigmoid(z)'
    """
    match expression:
        case Operation(name, arguments):
            return operation(name, *map(simplify, arguments))
        case Where(comparison, left, right, then, otherwise):
            return where(comparison, *map(simplify, (left, right, then, otherwise)))
    return expression


def operation(name: str, *arguments: Expression) -> Expression:
    """Build an operation of simplified arguments, simplified."""
    build = _BUILDERS.get(name)
    return build(*arguments) if build else _function(name, *arguments)


def add(left: Expression, right: Expression) -> Expression:
    """Build left + right."""
    match left, right:
        case Number(x), Number(y):
            return _worked_out(x + y, "+", left, right)
        case (Number(0.0), only) | (only, Number(0.0)):
            return only
        case _, Operation("*", (Number(y), factor)) if y < 0:
            return subtract(left, multiply(Number(-y), factor))
        case Operation("*", (Number(x), factor)), _ if x < 0:
            return subtract(right, multiply(Number(-x), factor))
    if (inner := _beside_one((left, right), "tanh")) is not None:
        return multiply(Number(2.0), operation("sigmoid", multiply(Number(2.0), inner)))
    if left == right:
        return multiply(Number(2.0), left)
    return Operation("+", (left, right))


def subtract(left: Expression, right: Expression) -> Expression:
    """Build left − right."""
    match left, right:
        case Number(x), Number(y):
            return _worked_out(x - y, "-", left, right)
        case _, Number(0.0):
            return left
        case Number(0.0), _:
            return multiply(MINUS_ONE, right)
        case _, Operation("*", (Number(y), factor)) if y < 0:
            return add(left, multiply(Number(-y), factor))
    return ZERO if left == right else Operation("-", (left, right))


def multiply(left: Expression, right: Expression) -> Expression:
    """Build left·right: a number stands first, all other factors from left to right."""
    match left, right:
        case Number(x), Number(y):
            return _worked_out(x * y, "*", left, right)
        case (Number(0.0), _) | (_, Number(0.0)):
            return ZERO
        case (Number(1.0), only) | (only, Number(1.0)):
            return only
        case Number(x), Operation("*", (Number(y), factor)) if _fits(x * y):
            return multiply(Number(x * y), factor)
        case _, Number():
            return multiply(right, left)
        case Number(), _:
            return Operation("*", (left, right))
        case Operation("*", (Number() as number, factor)), _:
            return multiply(number, multiply(factor, right))
        case _, Operation("*", (Number() as number, factor)):
            return multiply(number, multiply(left, factor))
        case _, Operation("*", (first, second)):
            return multiply(multiply(left, first), second)
    match _as_power(left), _as_power(right):
        case (base, x), (other, y) if base == other and _is_whole(x) and _is_whole(y):
            # Not z**2·z**−1, which has no value at 0.
            if x * y > 0 and abs(x + y) <= MOST_POWER:
                return power(base, Number(x + y))
    return Operation("*", (left, right))


def divide(left: Expression, right: Expression) -> Expression:
    """Build left/right."""
    match left, right:
        case Number(x), Number(y) if y != 0:
            return _worked_out(x / y, "/", left, right)
        case Number(0.0), _:
            return ZERO
        case _, Number(1.0):
            return left
        case _, Operation("+", parts) if (inner := _beside_one(parts, "exp")) is not None:
            return multiply(left, operation("sigmoid", multiply(MINUS_ONE, inner)))
        case Operation("*", (Number(x), factor)), Number(y) if y != 0 and _fits(x / y):
            return multiply(Number(x / y), factor)
    return Operation("/", (left, right))


def power(base: Expression, exponent: Expression) -> Expression:
    """Build base**exponent, whose exponent is a number."""
    match base, exponent:
        case _, Number(0.0):
            return ONE
        case _, Number(1.0):
            return base
        case _, Number(0.5):
            return operation("sqrt", base)
        case Number(x), Number(y) if x > 0 or (_is_whole(y) and x != 0):
            try:
                return _worked_out(x**y, "**", base, exponent)
            except OverflowError:
                pass
        case Operation("**", (inner, Number(x))), Number(y) if _is_whole(x) and _is_whole(y):
            if abs(x * y) <= MOST_POWER:
                return power(inner, Number(x * y))
    return Operation("**", (base, exponent))


def larger(left: Expression, right: Expression) -> Expression:
    """Build max(left, right), a number second: see `axone.formula.derivative`."""
    return _ordered("max", left, right)


def smaller(left: Expression, right: Expression) -> Expression:
    """Build min(left, right), a number second."""
    return _ordered("min", left, right)


def where(
    comparison: str,
    left: Expression,
    right: Expression,
    then: Expression,
    otherwise: Expression,
) -> Expression:
    """Build the choice between two expressions; none where they are the same."""
    if then == otherwise:
        return then
    return Where(comparison, left, right, then, otherwise)


def _ordered(name: str, left: Expression, right: Expression) -> Expression:
    match left, right:
        case Number(x), Number(y):
            return Number(max(x, y) if name == "max" else min(x, y))
        case Number(0.0), only if name == "max":
            return operation("relu", only)
        case only, Number(0.0) if name == "max":
            return operation("relu", only)
        case Number(), _:
            return Operation(name, (right, left))
    return left if left == right else Operation(name, (left, right))


def _function(name: str, x: Expression) -> Expression:
    match name, x:
        case _, Number(value):
            try:
                found = _OF_NUMBERS[name](value)
            except (ValueError, OverflowError):
                found = math.nan
            return Number(found) if _fits(found) else Operation(name, (x,))
        case "log1p", Operation("exp", (given,)):
            return Operation("softplus", (given,))
        case "log", Operation("+", parts) if (inner := _beside_one(parts, "exp")) is not None:
            return Operation("softplus", (inner,))
    return Operation(name, (x,))


_BUILDERS: dict[str, Callable[..., Expression]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
    "max": larger,
    "min": smaller,
}

_OF_NUMBERS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "tanh": math.tanh,
    "sigmoid": lambda x: math.exp(min(x, 0)) / (1 + math.exp(-abs(x))),
    "softplus": lambda x: max(x, 0) + math.log1p(math.exp(-abs(x))),
    "relu": lambda x: max(x, 0.0),
    "erf": math.erf,
    "sqrt": math.sqrt,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
}


def _beside_one(parts: tuple[Expression, ...], name: str) -> Expression | None:
    """Return x where the parts of a sum are 1 and that function of x, in either order."""
    match parts:
        case (Number(1.0), Operation(found, (x,))) if found == name:
            return x
        case (Operation(found, (x,)), Number(1.0)) if found == name:
            return x
    return None


def _as_power(expression: Expression) -> tuple[Expression, float]:
    match expression:
        case Operation("**", (base, Number(exponent))):
            return base, exponent
    return expression, 1.0


def _is_whole(number: float) -> bool:
    return number.is_integer()


def _fits(number: float) -> bool:
    return abs(number) <= LARGEST  # no number is not


def _worked_out(number: float, sign: str, left: Expression, right: Expression) -> Expression:
    # −0 is written as 0, so that a text and its tree tell the same.
    return Number(number + 0.0) if _fits(number) else Operation(sign, (left, right))
