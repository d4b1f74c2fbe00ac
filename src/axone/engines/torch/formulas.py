"""Formulas in PyTorch: σ is worked out by its functions, σ′ left to its own differentiation.

A gradient that is no number where a branch of ``where`` was not taken is PyTorch's own: it goes
back through both branches and multiplies that one's slope by 0, which makes an infinite slope, such
as that of ``where(z > 0, sqrt(z), 0)`` at 0, NaN. The other engines have the slope of the branch
that is taken.
"""

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from axone.activations import Formula
from axone.formula import Constant, Expression, Number, Operation, Variable, Where

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": torch.gt,
    ">=": torch.ge,
    "<": torch.lt,
    "<=": torch.le,
    "==": torch.eq,
    "!=": torch.ne,
}

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "exp": lambda x: torch.exp(_bounded(x)),
    "log": torch.log,
    "log1p": torch.log1p,
    "expm1": lambda x: torch.expm1(_bounded(x)),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": lambda x: functional.softplus(x, threshold=40),
    "relu": torch.relu,
    "erf": torch.erf,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "sin": torch.sin,
    "cos": torch.cos,
    "min": torch.minimum,
    "max": torch.maximum,
}


class FormulaModule(nn.Module):
    """σ(z) as a formula says.

    Parameters
    ----------
    function : Formula
    dtype : torch.dtype

    Attributes
    ----------
    names : tuple of str
        Of the constants that it learns.
    constants : torch.nn.ParameterList
        Their values, in that order.
    """

    def __init__(self, function: Formula, dtype: Any) -> None:
        super().__init__()
        self.names = tuple(function.learned)
        self.constants = nn.ParameterList(
            torch.full((1,), start, dtype=dtype) for start in function.learned.values()
        )
        self._value = function.meaning.value

    def forward(self, z: Any) -> Any:
        """Return σ(z)."""
        named = dict(zip(self.names, self.constants, strict=True))

        def value_of(part: Expression) -> Any:
            match part:
                case Number(value):
                    return z.new_tensor(value)
                case Variable():
                    return z
                case Constant(name):
                    return named[name]
                case Where(comparison, left, right, then, otherwise):
                    holds = _COMPARISONS[comparison](value_of(left), value_of(right))
                    return torch.where(holds, value_of(then), value_of(otherwise))
                case Operation(name, arguments):
                    return _OPERATIONS[name](*map(value_of, arguments))

        return value_of(self._value).expand_as(z)


def _bounded(x: Any) -> Any:
    """Bound an exponent as `axone.formula.evaluation` does."""
    return torch.clamp(x, max=88.0 if x.dtype == torch.float32 else 709.0)
