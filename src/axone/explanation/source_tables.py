"""Where the reference engine computes what a trace shows: tables by class, direction and symbol.

A place is a method and a piece of the line's text in it. Several places of one symbol stand in the
order in which they are run.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from axone import lbfgs, optimizers
from axone.explanation.trace import BACKWARD, FORWARD, UPDATE
from axone.layers import (
    Activation,
    Attention,
    AveragePool,
    BatchNorm,
    Dense,
    Embedding,
    Flatten,
    GaussianNoise,
    GlobalPool,
    GRUCell,
    LastStep,
    LayerNorm,
    LSTMCell,
    MaxPool,
    PositionalEncoding,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
    Transpose,
    Upsample,
    attention,
    convolution,
    normalization,
    pooling,
    positional_encoding,
)
from axone.layers.cells import cell
from axone.layers.noise import InvertedDropout
from axone.layers.weighted import delta_of

Place: TypeAlias = "tuple[Callable[..., Any], str]"

Row: TypeAlias = "list[Place] | dict[str, list[Place]]"
"""The places of a symbol; or those of each end of its equation, "" for all others."""


def _table(
    forward: dict[str, Row] | None = None, backward: dict[str, Row] | None = None
) -> dict[tuple[str, str], Row]:
    return {(FORWARD, symbol): row for symbol, row in (forward or {}).items()} | {
        (BACKWARD, symbol): row for symbol, row in (backward or {}).items()
    }


_CONVOLUTION = convolution.Convolution
_NORM = BatchNorm.backward
_STATISTICS: list[Place] = [
    (normalization._statistics, "return x.mean"),
    (BatchNorm.forward, "mean, variance = "),
]
_WITHIN: list[Place] = [(Residual.backward, "dx, gradients = backward_through")]
_ASIDE: list[Place] = [(Residual.backward, "d_short, of_short = backward_through")]
_PROJECTED: list[Place] = [(Attention.forward, 'self._apart(x @ parameters[f"{name}_weight"]')]
_MATRIX: list[Place] = [(Attention.backward, 'gradients[f"{name}_weight"] = ')]
_BIAS: list[Place] = [(Attention.backward, 'gradients[f"{name}_bias"] = ')]

OF_LAYERS: dict[type, dict[tuple[str, str], Row]] = {
    Dense: _table(
        {
            "z": [(Dense.forward, "z = x @ "), (Dense.forward, "z += ")],
            "a": [(Dense.forward, "a = self.function")],
        },
        {
            "δ": [(delta_of, "return ")],
            "∂L/∂W": [(Dense._gradients, 'gradients = {"weight"')],
            "∂L/∂b": [(Dense._gradients, 'gradients["bias"] = ')],
            "∂L/∂x": [(Dense.backward, "return delta @ ")],
            "∂L/∂…": [(Dense._gradients, "gradients.update")],
        },
    ),
    _CONVOLUTION: _table(
        {
            "z": [
                (convolution.correlate, "z[tap.outputs] += "),
                (_CONVOLUTION.forward, "z = correlate"),
                (_CONVOLUTION.forward, "z += "),
            ],
            "a": [(_CONVOLUTION.forward, "a = self.function")],
        },
        {
            "δ": [(delta_of, "return ")],
            "∂L/∂W": [
                (convolution.kernel_gradient, "gradient[tap.kernel] = "),
                (_CONVOLUTION._gradients, "gradients = {"),
            ],
            "∂L/∂b": [(_CONVOLUTION._gradients, 'gradients["bias"] = ')],
            "∂L/∂x": [
                (convolution.convolve_fully, "dx[tap.inputs] += "),
                (_CONVOLUTION.backward, "dx = convolve_fully"),
            ],
            "∂L/∂…": [(_CONVOLUTION._gradients, "gradients.update")],
        },
    ),
    Activation: _table(
        {"a": [(Activation.forward, "a = self._function")]},
        {
            "δ": [(Activation.backward, "return bound.backward")],
            "∂L/∂…": [(Activation.backward, "return bound.backward")],
        },
    ),
    InvertedDropout: _table(
        {
            "r": [(InvertedDropout.forward, "factors *= ")],
            "y": {
                "y = x": [(InvertedDropout.forward, "return x, ")],
                "": [(InvertedDropout.forward, "return x * factors")],
            },
        },
        {"∂L/∂x": [(InvertedDropout.backward, "return ")]},
    ),
    GaussianNoise: _table(
        {
            "noise": [(GaussianNoise.forward, "noise = ")],
            "y": {
                "y = x": [(GaussianNoise.forward, "return x, ")],
                "": [(GaussianNoise.forward, "return x + noise")],
            },
        },
        {"∂L/∂x": [(GaussianNoise.backward, "return ")]},
    ),
    BatchNorm: _table(
        {
            "μ": _STATISTICS,
            "s²": _STATISTICS,
            "√(s² + ε)": [(BatchNorm.forward, "deviation = ")],
            "running μ": [(BatchNorm.updated_buffers, "averages[name] = ")],
            "running s²": [(BatchNorm.updated_buffers, "averages[name] = ")],
            "x̂": [(BatchNorm.forward, "normalised = centred")],
            "y": [(BatchNorm.forward, 'y = per_channel(parameters["weight"]')],
        },
        {
            "∂L/∂weight": [(_NORM, "d_weight = ")],
            "∂L/∂bias": [(_NORM, "d_bias = ")],
            "∂L/∂x": {
                "⊙ ∂L/∂y": [(_NORM, "return scale * dy, ")],
                "": [(_NORM, "return scale * (dy - pull / (dy.size")],
            },
        },
    ),
    LayerNorm: _table(
        {
            "μ": [(LayerNorm.forward, "mean = ")],
            "√(s² + ε)": [(LayerNorm.forward, "deviation = ")],
            "x̂": [(LayerNorm.forward, "normalised = ")],
            "y": [(LayerNorm.forward, "y = parameters")],
        },
        {
            "∂L/∂weight": [(LayerNorm.backward, '"weight": ')],
            "∂L/∂bias": [(LayerNorm.backward, '"bias": ')],
            "g": [(LayerNorm._pulls, 'g = parameters["weight"]')],
            "∂L/∂x": [(LayerNorm.backward, "return (g - mean")],
        },
    ),
    RMSNorm: _table(
        {
            "rms": [(RMSNorm.forward, "root = ")],
            "x̂": [(RMSNorm.forward, "normalised = ")],
            "y": [(RMSNorm.forward, "return parameters")],
        },
        {
            "∂L/∂weight": [(RMSNorm.backward, 'gradients = {"weight"')],
            "g": [(RMSNorm._pulls, 'g = parameters["weight"]')],
            "∂L/∂x": [(RMSNorm.backward, "return (g - ")],
        },
    ),
    MaxPool: _table(
        {
            "k*": [(MaxPool.forward, "winner[tap.outputs][wins] = ")],
            "y": [(MaxPool.forward, "y[tap.outputs] = ")],
        },
        {"∂L/∂x": [(MaxPool.backward, "dx[tap.inputs] += ")]},
    ),
    AveragePool: _table(
        {
            "n": [(AveragePool.forward, "count[tap.outputs] += ")],
            "y": [(AveragePool.forward, "return total / count")],
        },
        {"∂L/∂x": [(AveragePool.backward, "dx[tap.inputs] += ")]},
    ),
    GlobalPool: _table(
        {
            "y": {
                "maxₚ x[c, p]": [
                    (pooling._largest, "return "),
                    (GlobalPool.forward, "y, share = pool"),
                ],
                "": [
                    (pooling._mean, "return (x * share)"),
                    (GlobalPool.forward, "y, share = pool"),
                ],
            }
        },
        {"∂L/∂x": [(GlobalPool.backward, "return np.broadcast_to")]},
    ),
    Upsample: _table(
        {"y": [(Upsample.forward, "y = y.take")]},
        {"∂L/∂x": [(Upsample.backward, "dx = np.add.reduceat")]},
    ),
    Flatten: _table(
        {"y": [(Flatten.forward, "return ")]}, {"∂L/∂x": [(Flatten.backward, "return ")]}
    ),
    Reshape: _table(
        {"y": [(Reshape.forward, "return ")]}, {"∂L/∂x": [(Reshape.backward, "return ")]}
    ),
    Transpose: _table(
        {"y": [(Transpose.forward, "return ")]}, {"∂L/∂x": [(Transpose.backward, "return ")]}
    ),
    LastStep: _table(
        {"y": [(LastStep.forward, "return ")]}, {"∂L/∂x": [(LastStep.backward, "dx[np.arange")]}
    ),
    Embedding: _table(
        {"y": [(Embedding.forward, "return ")]},
        {
            "∂L/∂weight": [(Embedding.backward, "np.add.at")],
            "∂L/∂x": [(Embedding.backward, "return ")],
        },
    ),
    PositionalEncoding: _table(
        {
            "PE": [(positional_encoding.sinusoids, "waves: FloatArray = ")],
            "y": [(PositionalEncoding.forward, "return x + ")],
        },
        {"∂L/∂x": [(PositionalEncoding.backward, "return ")]},
    ),
    Residual: _table(
        {
            "F(x)": [(Residual.forward, "branch, inner = ")],
            "S(x)": [(Residual.forward, "short, caches = ")],
            "y": [(Residual.forward, "return short + branch")],
        },
        {
            "∂F": _WITHIN,
            "∂S": _ASIDE,
            "∂L/∂…": _WITHIN,
            "∂L/∂shortcut…": _ASIDE,
            "∂L/∂x": [(Residual.backward, "return d_short + dx")],
        },
    ),
    Attention: _table(
        {
            "Q": _PROJECTED,
            "K": _PROJECTED,
            "V": _PROJECTED,
            "S": [(attention._scores, "return ")],
            "A": [(attention.softmax_where, "return "), (Attention.forward, "weights = ")],
            "Z": [(Attention.forward, "gathered = ")],
            "y": [(Attention.forward, "y = ")],
        },
        {
            "∂L/∂Z": [(Attention._slopes, "d_gathered = ")],
            "∂L/∂A": [(Attention._slopes, "d_weights = ")],
            "∂L/∂S": [(Attention._slopes, "d_scores = ")],
            "∂L/∂Q": [(Attention._slopes, "d_scores @ cache.keys")],
            "∂L/∂K": [(Attention._slopes, "d_scores.swapaxes")],
            "∂L/∂V": [(Attention._slopes, "cache.weights.swapaxes")],
            **{f"∂L/∂W_{letter}": _MATRIX for letter in "QKV"},
            **{f"∂L/∂b_{letter}": _BIAS for letter in "QKV"},
            "∂L/∂W_O": [(Attention.backward, 'gradients["output_weight"] = ')],
            "∂L/∂b_O": [(Attention.backward, 'gradients["output_bias"] = ')],
            "∂L/∂x": [(Attention.backward, "dx += slope @ ")],
        },
    ),
    Recurrent: _table(
        {
            "h": [(Recurrent._through_time, "h[:, t] = ")],
            "y": [(Recurrent.forward, "return np.concatenate")],
        },
        {
            "∂L/∂h": [(Recurrent._back_through_time, "d_state = (d_state[0] + ")],
            "∂L/∂…": [
                (cell.shares_of, "name: delta.sum"),
                (Recurrent.backward, "gradients[full] = "),
            ],
            "∂L/∂x": [(Recurrent.backward, "dx = dx + ")],
        },
    ),
}

OF_CELLS: dict[type, dict[tuple[str, str], Row]] = {
    RNNCell: _table(
        {"h": [(RNNCell.step, "after = ")]},
        {"δ": [(RNNCell._delta, "return ")], "∂L/∂x": [(RNNCell.step_back, "dx = ")]},
    ),
    LSTMCell: _table(
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
    GRUCell: _table(
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
