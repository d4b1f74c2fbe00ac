"""Where the reference engine computes what a trace shows of layers, by class, direction, symbol.

A place is a method and a piece of the line's text in it. Several places of one symbol stand in the
order in which they are run.
"""

from axone.explanation.source_places import Row, table
from axone.explanation.source_text import Place
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
    LastStep,
    LayerNorm,
    MaxPool,
    PositionalEncoding,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
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
    Dense: table(
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
    _CONVOLUTION: table(
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
    Activation: table(
        {"a": [(Activation.forward, "a = self._function")]},
        {
            "δ": [(Activation.backward, "return bound.backward")],
            "∂L/∂…": [(Activation.backward, "return bound.backward")],
        },
    ),
    InvertedDropout: table(
        {
            "r": [(InvertedDropout.forward, "factors *= ")],
            "y": {
                "y = x": [(InvertedDropout.forward, "return x, ")],
                "": [(InvertedDropout.forward, "return x * factors")],
            },
        },
        {"∂L/∂x": [(InvertedDropout.backward, "return ")]},
    ),
    GaussianNoise: table(
        {
            "noise": [(GaussianNoise.forward, "noise = ")],
            "y": {
                "y = x": [(GaussianNoise.forward, "return x, ")],
                "": [(GaussianNoise.forward, "return x + noise")],
            },
        },
        {"∂L/∂x": [(GaussianNoise.backward, "return ")]},
    ),
    BatchNorm: table(
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
    LayerNorm: table(
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
    RMSNorm: table(
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
    MaxPool: table(
        {
            "k*": [(MaxPool.forward, "winner[tap.outputs][wins] = ")],
            "y": [(MaxPool.forward, "y[tap.outputs] = ")],
        },
        {"∂L/∂x": [(MaxPool.backward, "dx[tap.inputs] += ")]},
    ),
    AveragePool: table(
        {
            "n": [(AveragePool.forward, "count[tap.outputs] += ")],
            "y": [(AveragePool.forward, "return total / count")],
        },
        {"∂L/∂x": [(AveragePool.backward, "dx[tap.inputs] += ")]},
    ),
    GlobalPool: table(
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
    Upsample: table(
        {"y": [(Upsample.forward, "y = y.take")]},
        {"∂L/∂x": [(Upsample.backward, "dx = np.add.reduceat")]},
    ),
    Flatten: table(
        {"y": [(Flatten.forward, "return ")]}, {"∂L/∂x": [(Flatten.backward, "return ")]}
    ),
    Reshape: table(
        {"y": [(Reshape.forward, "return ")]}, {"∂L/∂x": [(Reshape.backward, "return ")]}
    ),
    Transpose: table(
        {"y": [(Transpose.forward, "return ")]}, {"∂L/∂x": [(Transpose.backward, "return ")]}
    ),
    LastStep: table(
        {"y": [(LastStep.forward, "return ")]}, {"∂L/∂x": [(LastStep.backward, "dx[np.arange")]}
    ),
    Embedding: table(
        {"y": [(Embedding.forward, "return ")]},
        {
            "∂L/∂weight": [(Embedding.backward, "np.add.at")],
            "∂L/∂x": [(Embedding.backward, "return ")],
        },
    ),
    PositionalEncoding: table(
        {
            "PE": [(positional_encoding.sinusoids, "waves: FloatArray = ")],
            "y": [(PositionalEncoding.forward, "return x + ")],
        },
        {"∂L/∂x": [(PositionalEncoding.backward, "return ")]},
    ),
    Residual: table(
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
    Attention: table(
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
    Recurrent: table(
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
