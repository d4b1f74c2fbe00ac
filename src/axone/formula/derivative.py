"""The derivative of a formula, as a formula: one table of one-line rules, and the chain rule.

At a kink the rules choose one of the two slopes, the one that training has always used where there
is a custom: relu′(0) = 0 and |z|′(0) = 0. `max` and `min` take the slope of their second argument
where both are equal, and a number counts as the second wherever it stands: so max(0, z)′(0) = 0, as
relu's, and a formula is flat at the edges of `clip`. `where` has the slope of the branch that is
taken, as if the place of the comparison did not move.
"""

import math
from collections.abc import Callable

from axone.formula.expression import Constant, Expression, Number, Operation, Variable, Where
from axone.formula.simplification import (
    MINUS_ONE,
    ONE,
    ZERO,
    add,
    divide,
    multiply,
    operation,
    power,
    simplify,
    subtract,
    where,
)

_Z = Variable()


def derivative(expression: Expression, by: Variable | Constant = _Z) -> Expression:
    """Differentiate an expression.

    Parameters
    ----------
    expression : Expression
    by : Variable or Constant, default z
        What it is differentiated with respect to.

    Returns
    -------
    Expression
        Simplified.

    Examples
    --------
    >>> from axone.formula import Constant, derivative, parse, to_text
    >>> swish = parse("z * sigmoid(b*z), b=1").expression
    >>> to_text(derivative(swish))
    'sigmoid(b * z) + z * b * sigmoid(b * z) * (1 - sigmoid(b * z))'
    >>> to_text(derivative(swish, Constant("b")))
    'z**2 * sigmoid(b * z) * (1 - sigmoid(b * z))'
    """
    return _derivative(simplify(expression), by)


def _derivative(expression: Expression, by: Variable | Constant) -> Expression:
    match expression:
        case Number() | Variable() | Constant():
            return ONE if expression == by else ZERO
        case Where(comparison, left, right, then, otherwise):
            return where(comparison, left, right, _derivative(then, by), _derivative(otherwise, by))
        case Operation(name, (x,)):
            inner = _derivative(x, by)
            # Where nothing moves inside, no rule is asked for what may be huge.
            return ZERO if inner == ZERO else _chained(inner, _OF_FUNCTIONS[name](x, expression))
        case Operation("**", (x, Number(n) as exponent)):
            rest = multiply(exponent, power(x, Number(n - 1)))
            return _chained(_derivative(x, by), rest)
        case Operation(name, (x, y)):
            return _OF_PAIRS[name](x, y, _derivative(x, by), _derivative(y, by))
    raise AssertionError(expression)  # pragma: no cover — the cases above are all there are


def _chained(inner: Expression, outer: Expression) -> Expression:
    """Build the product of two slopes, 0 where one of them is, though the other be infinite there.

    So √relu(z) is flat below 0, as relu(z) is.
    """
    match inner:
        case Where(comparison, left, right, then, otherwise) if ZERO in (then, otherwise):
            branches = _chained(then, outer), _chained(otherwise, outer)
            return where(comparison, left, right, *branches)
    match outer:
        case Where(comparison, left, right, then, otherwise) if ZERO in (then, otherwise):
            branches = _chained(inner, then), _chained(inner, otherwise)
            return where(comparison, left, right, *branches)
    return multiply(inner, outer)


_OF_FUNCTIONS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: divide(ONE, x),
    "log1p": lambda x, y: divide(ONE, add(ONE, x)),
    "expm1": lambda x, y: operation("exp", x),
    "tanh": lambda x, y: subtract(ONE, power(y, Number(2.0))),
    "sigmoid": lambda x, y: multiply(y, subtract(ONE, y)),
    "softplus": lambda x, y: operation("sigmoid", x),
    "relu": lambda x, y: where(">", x, ZERO, ONE, ZERO),
    "erf": lambda x, y: multiply(
        Number(2 / math.sqrt(math.pi)),
        operation("exp", multiply(MINUS_ONE, power(x, Number(2.0)))),
    ),
    "sqrt": lambda x, y: divide(Number(0.5), y),
    "abs": lambda x, y: where("!=", x, ZERO, where(">", x, ZERO, ONE, MINUS_ONE), ZERO),
    "sin": lambda x, y: operation("cos", x),
    "cos": lambda x, y: multiply(MINUS_ONE, operation("sin", x)),
}
"""∂y/∂x of each function y = f(x), from x and y."""

_OF_PAIRS: dict[str, Callable[[Expression, Expression, Expression, Expression], Expression]] = {
    "+": lambda x, y, dx, dy: add(dx, dy),
    "-": lambda x, y, dx, dy: subtract(dx, dy),
    "*": lambda x, y, dx, dy: add(_chained(dx, y), _chained(x, dy)),
    "/": lambda x, y, dx, dy: divide(subtract(dx, _chained(divide(x, y), dy)), y),
    "max": lambda x, y, dx, dy: where(">", x, y, dx, dy),
    "min": lambda x, y, dx, dy: where("<", x, y, dx, dy),
}
"""The derivative of each operation on x and y, from those of x and y."""
