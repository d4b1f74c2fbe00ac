"""Activation functions: σ and σ′ of each, and the table of their names.

`ACTIVATIONS.resolve` is the one place where a user's word becomes a function.
"""

from typing import Any

from axone.activations.formula import (
    LOOKS_LIKE_ONE,
    Formula,
    equation_of,
    formula_of,
    title_of,
)
from axone.activations.function import ActivationFunction
from axone.activations.linear import Heaviside, Identity
from axone.activations.python_function import PythonFunction
from axone.activations.rectified import ELU, SELU, LeakyReLU, PReLU, ReLU
from axone.activations.smooth import GELU, Exponential, GELUTanh, Sigmoid, Softplus, Swish, Tanh
from axone.activations.softmax import Softmax
from axone.errors import ConfigurationError
from axone.messages import _
from axone.registry import Registry


def _made_of(given: Any) -> ActivationFunction | None:
    """Make an activation of a formula, or of a Python function; None of anything else."""
    if isinstance(given, str):
        return formula_of(given)
    is_function = callable(given) and not isinstance(given, type)
    return PythonFunction(given) if is_function else None


ACTIVATIONS: Registry[ActivationFunction] = Registry(
    _("activation"),
    {
        "identity": Identity,
        "heaviside": Heaviside,
        "sigmoid": Sigmoid,
        "tanh": Tanh,
        "relu": ReLU,
        "leaky_relu": LeakyReLU,
        "prelu": PReLU,
        "elu": ELU,
        "selu": SELU,
        "gelu": GELU,
        "gelu_tanh": GELUTanh,
        "swish": Swish,
        "softplus": Softplus,
        "exponential": Exponential,
        "softmax": Softmax,
        "formula": Formula,
    },
    otherwise=_made_of,
    otherwise_pattern=LOOKS_LIKE_ONE,
    aliases={"linear": "identity", "logistic": "sigmoid", "silu": "swish", "exp": "exponential"},
)


def name_of(function: ActivationFunction) -> str:
    """Return what a reader calls a function: its name in the table, or that of its own class."""
    try:
        described = ACTIVATIONS.to_data(function)
    except KeyError:
        return type(function).__name__
    return str(described if isinstance(described, str) else described["name"])


def of_cells(given: Any) -> ActivationFunction:
    """Resolve an activation that is a function of one number.

    Raises
    ------
    ConfigurationError
        It is softmax.
    """
    function = ACTIVATIONS.resolve(given)
    if isinstance(function, Softmax):
        raise ConfigurationError(
            _("softmax is no function of one number: its cells depend on one another.")
        )
    return function


def written(function: ActivationFunction) -> str:
    """Write σ(z) for a reader: ``relu(z)``, and a formula as it stands in books."""
    return equation_of(function) if isinstance(function, Formula) else f"{name_of(function)}(z)"


def title(function: ActivationFunction) -> str:
    """Call a function what the row of a table calls it: its name, or its formula."""
    return title_of(function) if isinstance(function, Formula) else name_of(function)


__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "SELU",
    "ActivationFunction",
    "Exponential",
    "Formula",
    "GELUTanh",
    "Heaviside",
    "Identity",
    "LeakyReLU",
    "PReLU",
    "PythonFunction",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Swish",
    "Tanh",
    "name_of",
    "of_cells",
    "title",
    "written",
]
