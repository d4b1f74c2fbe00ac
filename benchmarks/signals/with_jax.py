"""The networks of signals, images and sequences in JAX: an epoch is one compiled `lax.scan`.

Of the ways to write a layer in JAX the fastest was taken on a processor: convolutions as products
of patches, in a scan four to ten times faster than `lax.conv_general_dilated` and its gradients;
pools as maxima over axes of two, not `lax.reduce_window`; channels last.
"""

from itertools import product
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.signals.opponents import RATES, Program
from benchmarks.signals.workloads import (
    BatchNormReLU,
    Convolution,
    Dense,
    Flatten,
    GlobalAverage,
    Layer,
    MaxPool,
    Recurrent,
    SignalWorkload,
)

if TYPE_CHECKING:
    from benchmarks.signals.workloads import Weights
    from benchmarks.workloads import Rows

_EPSILON, _KEPT = 1e-5, 0.9
"""Of a batch norm: what its variance has added, and what running averages keep."""


def prepare(workload: SignalWorkload, rows: "Rows", weights: "Weights") -> Program:
    """Return epochs that are compiled once; NumPy's shuffles are faster than JAX's own."""
    run_epoch = jax.jit(_epoch(workload), donate_argnums=0)
    X, y = jnp.asarray(rows[0]), jnp.asarray(rows[1].astype(np.int32))
    # Sequences have their features last as they are.
    if not isinstance(workload.layers[0], Recurrent):
        X = jnp.moveaxis(X, 1, -1)

    def train(orders: "list[np.ndarray]") -> list[Any]:
        state, losses = _start(workload, weights), []
        for order in orders:
            batches = order.astype(np.int32).reshape(-1, workload.batch_size)
            state, loss = run_epoch(state, X, y, batches)
            losses.append(loss)
        jax.block_until_ready(state)  # type: ignore[no-untyped-call]
        return losses

    def fit() -> None:
        random = np.random.default_rng(1)
        train([random.permutation(workload.rows) for _ in range(workload.epochs)])

    def first_losses() -> list[float]:
        beginning = workload.beginning()
        return [
            float(loss.mean()) for loss in train([np.arange(beginning.rows)] * beginning.epochs)
        ]

    return Program(fit, first_losses)


def _start(workload: SignalWorkload, weights: "Weights") -> Any:
    """Return weights, running averages, Adam's two averages and the steps made."""
    parameters = jax.tree.map(jnp.array, weights)
    averages = [
        (jnp.zeros_like(arrays["bias"]), jnp.ones_like(arrays["bias"]))
        for layer, arrays in zip(workload.layers, parameters, strict=True)
        if isinstance(layer, BatchNormReLU)
    ]
    moments = None, None
    if workload.optimizer == "adam":
        moments = tuple(jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
    return parameters, averages, *moments, jnp.zeros((), jnp.int32)


def _epoch(workload: SignalWorkload) -> Any:
    rate = RATES[workload.optimizer]

    def loss(parameters: Any, averages: Any, X: Any, y: Any) -> Any:
        logits, averages = _forward(workload.layers, parameters, averages, X)
        log_probabilities = jax.nn.log_softmax(logits)
        return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean(), averages

    def adam(parameters: Any, gradient: Any, first: Any, second: Any, step: Any) -> Any:
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        corrected_rate = rate / (1 - 0.9**step)
        scale = 1 / jnp.sqrt(1 - 0.999**step)
        parameters = jax.tree.map(
            lambda w, m, v: w - corrected_rate * m / (jnp.sqrt(v) * scale + 1e-8),
            parameters,
            first,
            second,
        )
        return parameters, first, second

    def sgd(parameters: Any, gradient: Any, first: Any, second: Any, _step: Any) -> Any:
        parameters = jax.tree.map(lambda w, g: w - rate * g, parameters, gradient)
        return parameters, first, second

    move = adam if workload.optimizer == "adam" else sgd

    def run_epoch(state: Any, X: Any, y: Any, order: Any) -> Any:
        def update(state: Any, batch: Any) -> Any:
            parameters, averages, first, second, step = state
            (value, averages), gradient = jax.value_and_grad(loss, has_aux=True)(
                parameters, averages, X[batch], y[batch]
            )
            parameters, first, second = move(parameters, gradient, first, second, step + 1)
            return (parameters, averages, first, second, step + 1), value

        return jax.lax.scan(update, state, order)

    return run_epoch


def _forward(layers: tuple[Layer, ...], parameters: Any, averages: Any, x: Any) -> Any:
    """Return the logits, and the running averages of the batch norms."""
    before, after = iter(averages), []
    for layer, arrays in zip(layers, parameters, strict=True):
        match layer:
            case Convolution():
                x = _convolve(layer, arrays, x)
            case BatchNormReLU():
                x, moved = _normalise(arrays, next(before), x)
                after.append(moved)
            case MaxPool():
                x = _pool(x)
            case GlobalAverage():
                x = x.mean(_positions(x))
            case Flatten():
                x = jnp.moveaxis(x, -1, 1).reshape(len(x), -1)
            case Dense():
                x = x @ arrays["weight"].T + arrays["bias"]
                x = jax.nn.relu(x) if layer.relu else x
            case Recurrent():
                x = (_lstm if layer.cell == "LSTM" else _gru)(arrays, x)
    return x, after


def _positions(x: Any) -> tuple[int, ...]:
    """Return the axes between the examples and the channels."""
    return tuple(range(1, x.ndim - 1))


def _convolve(layer: Convolution, arrays: Any, x: Any) -> Any:
    if layer.padding == "same":
        x = jnp.pad(x, ((0, 0), *(((k - 1) // 2, k // 2) for k in layer.kernel), (0, 0)))
    lengths = [n - k + 1 for n, k in zip(x.shape[1:-1], layer.kernel, strict=True)]
    shifts = product(*map(range, layer.kernel))
    windows = [
        tuple(slice(first, first + n) for first, n in zip(shift, lengths, strict=True))
        for shift in shifts
    ]
    patches = jnp.concatenate([x[(slice(None), *window)] for window in windows], axis=-1)
    weight = jnp.moveaxis(arrays["weight"], 1, -1).reshape(layer.channels, -1)
    z = patches @ weight.T
    z = z + arrays["bias"] if layer.bias else z
    return jax.nn.relu(z) if layer.relu else z


def _normalise(arrays: Any, averages: Any, x: Any) -> Any:
    shared = (0, *_positions(x))
    mean, variance = x.mean(shared), x.var(shared)
    count = x.size // x.shape[-1]
    found = mean, variance * (count / (count - 1))
    averages = tuple(
        _KEPT * average + (1 - _KEPT) * jax.lax.stop_gradient(new)
        for average, new in zip(averages, found, strict=True)
    )
    scale = arrays["weight"] * jax.lax.rsqrt(variance + _EPSILON)
    return jax.nn.relu((x - mean) * scale + arrays["bias"]), averages


def _pool(x: Any) -> Any:
    examples, *lengths, channels = x.shape
    pairs = [size for length in lengths for size in (length // 2, 2)]
    within = tuple(range(2, 2 + len(pairs), 2))
    return x.reshape(examples, *pairs, channels).max(within)


def _lstm(arrays: Any, x: Any) -> Any:
    sums = jnp.einsum("mlf,gf->lmg", x, arrays["weight"]) + arrays["bias"]
    recurrent_weight = arrays["recurrent_weight"].T
    zeros = jnp.zeros((len(x), len(recurrent_weight)))

    def step(state: Any, z: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(z + h @ recurrent_weight, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    (h, _), _ = jax.lax.scan(step, (zeros, zeros), sums)
    return h


def _gru(arrays: Any, x: Any) -> Any:
    sums = jnp.einsum("mlf,gf->lmg", x, arrays["weight"]) + arrays["bias"]
    recurrent_weight = arrays["recurrent_weight"].T

    def step(h: Any, z: Any) -> Any:
        z_r, z_z, z_n = jnp.split(z, 3, axis=1)
        s_r, s_z, s_n = jnp.split(h @ recurrent_weight, 3, axis=1)
        r, z = jax.nn.sigmoid(z_r + s_r), jax.nn.sigmoid(z_z + s_z)
        n = jnp.tanh(z_n + r * (s_n + arrays["recurrent_bias"]))
        return (1 - z) * n + z * h, None

    h, _ = jax.lax.scan(step, jnp.zeros((len(x), len(recurrent_weight))), sums)
    return h
