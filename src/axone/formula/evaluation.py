"""Formulas in NumPy: what a formula is for every engine that is to run it.

No warning is ever given: where a formula has no value, such as ln(−1), it has no number. eˣ and
eˣ − 1 stop growing just before they would be infinite, at x = 88 in float32 and 709 in float64, as
the activation "exponential" does, so that what is divided by them comes to its limit.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.formula.expression import Constant, Expression, Number, Operation, Variable, Where
from axone.formula.powers import by_squares


def evaluate(
    expression: Expression, z: FloatArray, constants: Mapping[str, Any] | None = None
) -> FloatArray:
    """Work out an expression for every cell of z.

    Parameters
    ----------
    expression : Expression
    z : array of float32 or float64
    constants : mapping of str to number, optional
        The values of the learnt constants that it names, each a number or an array of one.

    Returns
    -------
    array of the shape and the precision of z

    Examples
    --------
    >>> import numpy as np
    >>> from axone.formula import evaluate, parse
    >>> z = np.array([-1e4, 0.0, 1e4])
    >>> evaluate(parse("where(z > 0, log(z + 1), sigmoid(z))").expression, z).round(3)
    array([0.  , 0.5 , 9.21])
    """
    number = z.dtype.type
    named = {name: number(np.asarray(value).item()) for name, value in (constants or {}).items()}
    known: dict[int, Any] = {}  # parts that stand in several places of a tree

    def value_of(part: Expression) -> Any:
        if id(part) not in known:
            known[id(part)] = worked_out(part)
        return known[id(part)]

    def worked_out(part: Expression) -> Any:
        match part:
            case Number(value):
                return number(value)
            case Variable():
                return z
            case Constant(name):
                return named[name]
            case Where(comparison, left, right, then, otherwise):
                holds = _COMPARISONS[comparison](value_of(left), value_of(right))
                return np.where(holds, value_of(then), value_of(otherwise))
            case Operation("**", (base, Number(exponent))):
                return _power(value_of(base), exponent)
            case Operation(name, arguments):
                return _OPERATIONS[name](*map(value_of, arguments))

    with np.errstate(all="ignore"):
        found = value_of(expression)
    return np.array(np.broadcast_to(found, z.shape), dtype=z.dtype)


def _power(x: Any, exponent: float) -> Any:
    if not exponent.is_integer():
        return np.power(x, x.dtype.type(exponent))
    if exponent < 0:
        return x.dtype.type(1) / _power(x, -exponent)
    return by_squares(x, int(exponent), np.multiply) if exponent else np.ones_like(x)


def _bounded(x: Any) -> Any:
    return np.minimum(x, np.floor(np.log(np.finfo(x.dtype).max)))


def _sigmoid(x: Any) -> Any:
    from scipy.special import expit

    return expit(x)


def _error_function(x: Any) -> Any:
    from scipy.special import erf

    return erf(x)


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
}

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "exp": lambda x: np.exp(_bounded(x)),
    "log": np.log,
    "log1p": np.log1p,
    "expm1": lambda x: np.expm1(_bounded(x)),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(x, x.dtype.type(0)),
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "erf": _error_function,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sin": np.sin,
    "cos": np.cos,
    "min": np.minimum,
    "max": np.maximum,
}
