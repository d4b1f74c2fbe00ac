"""Where the reference engine computes what a trace shows of cells and optimisers, by their symbols.

A place is a function and a piece of the line's text in it. Several places of one symbol stand in
the order in which they are run.
"""

from typing import TypeAlias

from axone import lbfgs, optimizers
from axone.explanation.source_text import Place
from axone.explanation.trace import BACKWARD, FORWARD, UPDATE
from axone.layers import GRUCell, LSTMCell, RNNCell

Row: TypeAlias = "list[Place] | dict[str, list[Place]]"
"""The places of a symbol; or those of each end of its equation, "" for all others."""


def table(
    forward: dict[str, Row] | None = None, backward: dict[str, Row] | None = None
) -> dict[tuple[str, str], Row]:
    """Return the rows of a class, of its way forward and of that back."""
    return {(FORWARD, symbol): row for symbol, row in (forward or {}).items()} | {
        (BACKWARD, symbol): row for symbol, row in (backward or {}).items()
    }


OF_CELLS: dict[type, dict[tuple[str, str], Row]] = {
    RNNCell: table(
        {"h": [(RNNCell.step, "after = ")]},
        {"δ": [(RNNCell._delta, "return ")], "∂L/∂x": [(RNNCell.step_back, "dx = ")]},
    ),
    LSTMCell: table(
        {
            **{gate: [(LSTMCell.step, "i, f, g, o = ")] for gate in "ifgo"},
            "c": [(LSTMCell.step, "memory = ")],
            "h": [(LSTMCell.step, "h = ")],
        },
        {
            "∂L/∂c": [(LSTMCell._deltas, "d_memory = d_memory + ")],
            "δi": [(LSTMCell._deltas, "d_memory * g * i")],
            "δf": [(LSTMCell._deltas, "d_memory * cache.memory_before")],
            "δg": [(LSTMCell._deltas, "d_memory * i * ")],
            "δo": [(LSTMCell._deltas, "dh * shown * o")],
            "∂L/∂x": [(LSTMCell.step_back, 'return delta @ parameters["weight"]')],
        },
    ),
    GRUCell: table(
        {
            "r": [(GRUCell.step, "r, z = ")],
            "z": [(GRUCell.step, "r, z = ")],
            "s": [(GRUCell.step, "s = h_n")],
            "n": [(GRUCell.step, "n = np.tanh")],
            "h": [(GRUCell.step, "h = (1 - z)")],
        },
        {
            "δn": [(GRUCell._deltas, "delta_n = ")],
            "δz": [(GRUCell._deltas, "delta_z = ")],
            "δr": [(GRUCell._deltas, "delta_r = ")],
            "δs": [(GRUCell._deltas, "return delta_r, ")],
            "∂L/∂x": [(GRUCell.step_back, 'return delta @ parameters["weight"]')],
        },
    ),
}


def _moved(by_symbol: dict[str, Row]) -> dict[tuple[str, str], Row]:
    return {(UPDATE, symbol): row for symbol, row in by_symbol.items()}


_MOMENTUM, _ADAM = optimizers.Momentum.update, optimizers._adam_step
_OF_ADAM = _moved(
    {
        "m": [(_ADAM, "first += scratch")],
        "v": [(_ADAM, "second += scratch")],
        # The step takes the two corrections as numbers; only the trace writes m̂ and v̂ out.
        "m̂": [(optimizers._adam_trace, "unbiased_first = ")],
        "v̂": [(optimizers._adam_trace, "unbiased_second = ")],
        "W": [(_ADAM, "scratch *= learning_rate"), (_ADAM, "weights -= scratch")],
    }
)
_DESCENT = "weights -= learning_rate * gradient"

OF_OPTIMIZERS: dict[type, dict[tuple[str, str], Row]] = {
    optimizers.SGD: _moved({"W": [(optimizers.SGD.update, _DESCENT)]}),
    optimizers.GradientDescent: _moved({"W": [(optimizers.GradientDescent.update, _DESCENT)]}),
    optimizers.Momentum: _moved(
        {
            "v": {
                "η·g": [(_MOMENTUM, "velocity += learning_rate")],
                "": [(_MOMENTUM, "velocity += share")],
            },
            "W": {
                "η·v": [(_MOMENTUM, "weights -= learning_rate * velocity")],
                "": [(_MOMENTUM, "weights -= velocity")],
            },
        }
    ),
    optimizers.Nesterov: _moved(
        {
            "v": [(optimizers.Nesterov.update, "velocity += gradient")],
            "W": [(optimizers.Nesterov.update, "weights -= ")],
        }
    ),
    optimizers.Adagrad: _moved(
        {
            "s": [(optimizers.Adagrad.update, "accumulator += ")],
            "W": [(optimizers.Adagrad.update, "weights -= ")],
        }
    ),
    optimizers.RMSProp: _moved(
        {
            "s": [(optimizers.RMSProp.update, "mean_square += ")],
            "W": [(optimizers.RMSProp.update, "weights -= ")],
        }
    ),
    optimizers.Adam: _OF_ADAM,
    optimizers.AdamW: _OF_ADAM,
    optimizers.LBFGS: _moved(
        {
            "d": [(lbfgs.Minimisation._new_direction, 'direction = -slots["gradient"]')],
            "W": {
                "α·d": [(lbfgs.Minimisation._accept, "self.weights += ")],
                "": [(lbfgs.Minimisation.trial, "return None")],
            },
        }
    ),
}
