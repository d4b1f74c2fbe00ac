"""What is asked of every layer of the table, for free: a new one gives its row in `ROWS`, no more.

Gradients against finite differences, with and without a mask; shapes and precision; the way through
plain data; PyTorch, where the row names a counterpart; masks taken or refused; names for a reader.
A layer without a row fails here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.activations import Identity
from axone.errors import ShapeError
from axone.explanation import as_html, as_latex, as_text
from axone.explanation.numerals import written
from axone.layers import LAYERS, Context
from axone.layers.sequence import masks_between, trace_through
from axone.random import RandomStream

FLAT, SIGNAL, IMAGE, TOKENS = (3,), (2, 3), (2, 2, 3), (4,)
SEQUENCE, LONGER_SIGNAL, LARGER_IMAGE = (4, 3), (2, 7), (2, 5, 4)
FAR = {"name": "constant", "value": 9}  # from the kink at zero


def no_counterpart(nn, layer, input_shape):
    """PyTorch has no such layer, or its randomness is its own."""


def linear(nn, layer, input_shape):
    identity = layer == ax.Dense(layer.units, bias=layer.bias)
    return nn.Linear(*input_shape, layer.units, bias=layer.bias) if identity else None


def activation(nn, layer, input_shape):
    modules = [nn.GELU(), nn.Softmax(dim=1), nn.PReLU(), nn.LeakyReLU()]
    names = ["gelu", "softmax", "prelu", "leaky_relu"]
    return modules[[ax.Activation(name) for name in names].index(layer)]


def batch_norm(nn, layer, input_shape):
    module = nn.BatchNorm2d if len(input_shape) == 3 else nn.BatchNorm1d
    return module(input_shape[0], eps=layer.epsilon)


def recurrent(nn, layer, input_shape):
    """PyTorch's has no `last`, its own test is in test_recurrent.py."""
    if layer.last or layer.truncation:
        return None
    kinds = {ax.RNNCell: nn.RNN, ax.LSTMCell: nn.LSTM, ax.GRUCell: nn.GRU}
    module = kinds[type(layer.cell)](
        input_shape[1],
        layer.cell.units,
        batch_first=True,
        bidirectional=layer.bidirectional,
    )
    return None if isinstance(module, nn.GRU) else module


RECURRENT_NAMES = {
    prefix + ours: theirs + suffix
    for prefix, suffix in (("", ""), ("backward_", "_reverse"))
    for ours, theirs in (
        ("weight", "weight_ih_l0"),
        ("recurrent_weight", "weight_hh_l0"),
        ("bias", "bias_ih_l0"),
    )
}


def positionwise(nn, layer, input_shape):
    if layer.activation == Identity():
        return nn.Linear(input_shape[1], layer.units, bias=layer.bias)
    return None


def convolution(nn, layer, input_shape):
    """PyTorch knows "same" for a stride of 1 alone, and pads on the other side."""
    if layer.padding == "same" or layer.function != ax.Conv1D(1, 1).function:
        return None
    kind = nn.Conv1d if len(input_shape) == 2 else nn.Conv2d
    return kind(
        input_shape[0],
        layer.channels,
        layer.kernel_size,
        layer.stride,
        layer.padding if layer.padding != "valid" else 0,
        layer.dilation,
        layer.groups,
        layer.bias,
    )


def pool(of_signals, of_images, **settings):
    def counterpart(nn, layer, input_shape):
        if layer.padding == "same":
            return None
        kind = getattr(nn, of_signals if len(input_shape) == 2 else of_images)
        padding = layer.padding if layer.padding != "valid" else 0
        return kind(layer.size, layer.stride, padding, **settings)

    return counterpart


def global_pool(nn, layer, input_shape):
    if layer.function == "max":
        kind = nn.AdaptiveMaxPool1d if len(input_shape) == 2 else nn.AdaptiveMaxPool2d
    else:
        kind = nn.AdaptiveAvgPool1d if len(input_shape) == 2 else nn.AdaptiveAvgPool2d
    return nn.Sequential(kind(1), nn.Flatten())


@dataclass(frozen=True)
class Row:
    """A layer's row.

    `pytorch(nn, layer, input_shape)` gives the counterpart of a case, or None; `names` says what
    PyTorch calls the arrays that have another name there; `positions` is the axis of an example
    that a mask speaks of, `positions_after` that of its output, if it is another; `apart` asks for
    inputs no two of which are nearly equal.
    """

    cases: list[tuple[ax.Layer, tuple[int, ...]]]
    pytorch: Callable[..., Any]
    names: Mapping[str, str] = field(default_factory=dict)
    positions: int = 0
    positions_after: int | None = None
    apart: bool = False


ROWS = {
    "dense": Row(
        [
            (ax.Dense(4), FLAT),
            (ax.Dense(2, "tanh", bias=False), FLAT),
            (ax.Dense(3, bias=False), FLAT),
            (ax.Dense(3, "softmax"), FLAT),
            (ax.Dense(2, "prelu", bias_initializer=FAR), FLAT),
        ],
        linear,
    ),
    "activation": Row(
        [
            (ax.Activation("gelu"), FLAT),
            (ax.Activation("softmax"), SIGNAL),
            (ax.Activation("prelu"), IMAGE),
            (ax.Activation("leaky_relu"), SIGNAL),
        ],
        activation,
        {"alpha": "weight"},
    ),
    "dropout": Row(
        [(ax.Dropout(0.4), FLAT), (ax.Dropout(0), SIGNAL), (ax.Dropout(0.5), IMAGE)],
        lambda nn, layer, shape: nn.Dropout(layer.rate),
    ),
    "batch_norm": Row(
        [(ax.BatchNorm(), FLAT), (ax.BatchNorm(0.5, 0.1), SIGNAL), (ax.BatchNorm(), IMAGE)],
        batch_norm,
        {"running_variance": "running_var"},
        positions=1,
    ),
    "gaussian_noise": Row(
        [(ax.GaussianNoise(0.3), SEQUENCE), (ax.GaussianNoise(0), IMAGE)], no_counterpart
    ),
    "flatten": Row(
        [(ax.Flatten(), FLAT), (ax.Flatten(), IMAGE), (ax.Flatten(), SEQUENCE)],
        lambda nn, layer, shape: nn.Flatten(),
    ),
    "reshape": Row(
        [(ax.Reshape((3, 2)), SIGNAL), (ax.Reshape([12]), IMAGE), (ax.Reshape(6), SIGNAL)],
        lambda nn, layer, shape: nn.Sequential(nn.Flatten(), nn.Unflatten(1, layer.shape)),
    ),
    "residual": Row(
        [
            (ax.Residual(ax.Dense(4, "swish"), ax.Dropout(0.3), ax.Dense(3, "tanh")), FLAT),
            (ax.Residual(ax.BatchNorm(), ax.Residual(ax.Dense(3, "sigmoid"))), FLAT),
            (ax.Residual(ax.Activation("prelu"), ax.BatchNorm()), SIGNAL),
            (ax.Residual(ax.Conv1D(2, 3, "tanh", padding="same"), ax.BatchNorm()), LONGER_SIGNAL),
            (
                ax.Residual(
                    ax.Conv1D(3, 3, "tanh", stride=2, padding=1),
                    shortcut=[ax.Conv1D(3, 1, stride=2, bias=False), ax.ChannelDropout(0.3)],
                ),
                LONGER_SIGNAL,
            ),
            (ax.Residual(ax.Dense(2), shortcut=(ax.Dense(2, "gelu"), ax.BatchNorm())), FLAT),
        ],
        no_counterpart,
        positions=1,
    ),
    "embedding": Row(
        [(ax.Embedding(5, 3), TOKENS), (ax.Embedding(2, 1), (1,))],
        lambda nn, layer, shape: nn.Embedding(layer.vocabulary_size, layer.dimension),
    ),
    "recurrent": Row(
        [
            (ax.Recurrent(ax.RNNCell(2)), SEQUENCE),
            (ax.Recurrent(ax.RNNCell(4)), (1, 2)),
            (ax.LSTM(3), SEQUENCE),
            (ax.LSTM(2, bidirectional=True), SEQUENCE),
            (ax.LSTM(2, bidirectional=True, last=True), SEQUENCE),
            (ax.GRU(3), SEQUENCE),
            (ax.GRU(2, bidirectional=True), (1, 2)),
            (ax.GRU(3, last=True), SEQUENCE),
            # Truncated further back than there is anything: the derivative is still the whole one.
            (ax.GRU(2, bidirectional=True, truncation=4), SEQUENCE),
        ],
        recurrent,
        RECURRENT_NAMES,
    ),
    "attention": Row(
        [
            (ax.Attention(1), SEQUENCE),
            (ax.Attention(3, causal=True), SEQUENCE),
            (ax.Attention(2), (3, 4)),
            (ax.Attention(2, causal=True), (1, 2)),
        ],
        no_counterpart,  # packed otherwise: test_attention.py
    ),
    "positional_encoding": Row(
        [(ax.PositionalEncoding(), SEQUENCE), (ax.PositionalEncoding(), (5, 2))], no_counterpart
    ),
    "positionwise_dense": Row(
        [
            (ax.PositionwiseDense(2), SEQUENCE),
            (ax.PositionwiseDense(4, bias=False), SEQUENCE),
            (ax.PositionwiseDense(3, "softmax"), SEQUENCE),
            # Its bend is far away.
            (
                ax.PositionwiseDense(2, "prelu", bias_initializer={"name": "constant", "value": 9}),
                (1, 2),
            ),
        ],
        positionwise,
    ),
    "layer_norm": Row(
        [(ax.LayerNorm(), FLAT), (ax.LayerNorm(0.1), SEQUENCE)],
        lambda nn, layer, shape: nn.LayerNorm(shape[-1], eps=layer.epsilon),
    ),
    "rms_norm": Row(
        [(ax.RMSNorm(), FLAT), (ax.RMSNorm(0.1), SEQUENCE)],
        lambda nn, layer, shape: nn.RMSNorm(shape[-1], eps=layer.epsilon),
    ),
    "conv1d": Row(
        [
            (ax.Conv1D(3, 2), SIGNAL),
            (ax.Conv1D(4, 3, stride=2, padding=2, dilation=2, groups=2, bias=False), LONGER_SIGNAL),
            (ax.Conv1D(2, 3, "tanh", stride=3, padding="same"), LONGER_SIGNAL),
            (ax.Conv1D(2, 4, "prelu", padding="same", bias_initializer=FAR), SIGNAL),
            (ax.Conv1D(3, 2, "softmax", stride=3), LONGER_SIGNAL),
            (ax.Conv1D(2, 1, stride=4, dilation=9), LONGER_SIGNAL),
        ],
        convolution,
        positions=1,
    ),
    "conv2d": Row(
        [
            (ax.Conv2D(3, 2), IMAGE),
            (
                ax.Conv2D(4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
                LARGER_IMAGE,
            ),
            (ax.Conv2D(2, (2, 3), "gelu", stride=2, padding="same", bias=False), LARGER_IMAGE),
            (ax.Conv2D(2, 3, "softmax", padding="same", dilation=2), IMAGE),
        ],
        convolution,
    ),
    "max_pool": Row(
        [
            (ax.MaxPool(), LONGER_SIGNAL),
            (ax.MaxPool(3, 2, 1), LONGER_SIGNAL),
            (ax.MaxPool(2, 3), LONGER_SIGNAL),
            (ax.MaxPool(4, 3, "same"), LONGER_SIGNAL),
            (ax.MaxPool((2, 3), (1, 2), (1, 0)), LARGER_IMAGE),
            (ax.MaxPool(3, padding="same"), LARGER_IMAGE),
        ],
        pool("MaxPool1d", "MaxPool2d"),
        positions=1,
        apart=True,
    ),
    "average_pool": Row(
        [
            (ax.AveragePool(), LONGER_SIGNAL),
            (ax.AveragePool(3, 2, 1), LONGER_SIGNAL),
            (ax.AveragePool(2, 3), LONGER_SIGNAL),
            (ax.AveragePool(4, 3, "same"), LONGER_SIGNAL),
            (ax.AveragePool((2, 3), (1, 2), (1, 0)), LARGER_IMAGE),
            (ax.AveragePool(3, padding="same"), LARGER_IMAGE),
        ],
        pool("AvgPool1d", "AvgPool2d", count_include_pad=False),
        positions=1,
    ),
    "upsample": Row(
        [
            (ax.Upsample(), SIGNAL),
            (ax.Upsample(3), LONGER_SIGNAL),
            (ax.Upsample(size=13), LONGER_SIGNAL),
            (ax.Upsample((2, 3)), IMAGE),
            (ax.Upsample(size=(9, 7)), LARGER_IMAGE),
        ],
        lambda nn, layer, shape: nn.Upsample(layer.lengths(shape[1:])),
        positions=1,
    ),
    "global_pool": Row(
        [
            (ax.GlobalPool(), SIGNAL),
            (ax.GlobalPool("max"), SIGNAL),
            (ax.GlobalPool(), LARGER_IMAGE),
            (ax.GlobalPool("max"), LARGER_IMAGE),
        ],
        global_pool,
        positions=1,
        apart=True,
    ),
    "channel_dropout": Row(
        [(ax.ChannelDropout(0.4), SIGNAL), (ax.ChannelDropout(0), IMAGE)],
        lambda nn, layer, shape: (nn.Dropout1d if len(shape) == 2 else nn.Dropout2d)(layer.rate),
        positions=1,
    ),
    "transpose": Row(
        [(ax.Transpose(), SIGNAL), (ax.Transpose(), SEQUENCE)],
        no_counterpart,
        positions=1,
        positions_after=0,
    ),
    "last_step": Row([(ax.LastStep(), SEQUENCE), (ax.LastStep(), (1, 2))], no_counterpart),
}


def row_of(name):
    assert name in ROWS, f"give the layer {name!r} a row in ROWS: its gradient is not checked"
    return ROWS[name]


def example_axes(layer, input_shape):
    """Whether examples of that shape have positions, of which a mask could leave some out."""
    return len(input_shape) == (1 if layer.takes_tokens else 2)


def inputs(layer, input_shape, rows, seed, numbers):
    if layer.takes_tokens:
        random = np.random.default_rng(seed)
        return random.integers(0, layer.vocabulary_size, (rows, *input_shape))
    x = numbers((rows, *input_shape), seed)
    if row_of(LAYERS.name_of(layer)).apart:
        return (x.ravel().argsort().argsort() / x.size - 0.4).reshape(x.shape)
    return x


def some_mask(rows, length, seed):
    """Positions at random, at least one a row, not only at the end."""
    random = np.random.default_rng(seed)
    mask = random.random((rows, length)) < 0.6
    mask[np.arange(rows), random.integers(0, length, rows)] = True
    return mask


def along(mask, positions, ndim):
    """The mask with axes of size 1, so that it broadcasts over examples with these positions."""
    shape = [1] * ndim
    shape[0], shape[1 + positions] = mask.shape
    return mask.reshape(shape)


def masks_for(row, layer, input_shape, rows, seed):
    """No mask, and one where the layer takes it."""
    if layer.takes_mask and example_axes(layer, input_shape):
        return [None, some_mask(rows, input_shape[row.positions], seed)]
    return [None]


def directions_in(array, seed, count=6):
    """Ways to go at random, of length 1: whichever entry of a gradient is wrong, they tell."""
    ways = np.random.default_rng(seed).normal(size=(count, *array.shape))
    return ways / np.sqrt((ways**2).sum(axis=tuple(range(1, ways.ndim)), keepdims=True))


def along_them(directions, gradient):
    """The slopes along directions that a gradient promises."""
    return (directions * gradient).reshape(len(directions), -1).sum(axis=1)


@pytest.fixture(scope="session")
def each_gradient(away_from_zero, arrays_of):
    """What a layer's backward pass says of every case: `check(total, array, its gradient)`."""

    def visit(name, training, rows, seed, check):
        row = row_of(name)
        for layer, input_shape in row.cases:
            for mask in masks_for(row, layer, input_shape, rows, seed):
                parameters = arrays_of(layer, input_shape, seed)
                arrays = parameters.by_layer[0]
                context = Context(training, RandomStream.from_seed(seed), mask)
                x = inputs(layer, input_shape, rows, seed, away_from_zero)
                y, cache = layer.forward(arrays, x, context)
                weights = np.random.default_rng(seed).normal(size=y.shape)

                def total(layer=layer, arrays=arrays, x=x, context=context, weights=weights):
                    return float((weights * layer.forward(arrays, x, context)[0]).sum())

                watched = x, weights, parameters.vector, parameters.buffers
                before = [array.copy() for array in watched]
                dx, gradients = layer.backward(arrays, cache, weights)
                for old, new in zip(before, watched, strict=True):
                    np.testing.assert_array_equal(old, new)
                assert y.shape == (rows, *layer.output_shape(input_shape))
                if layer.takes_tokens:
                    np.testing.assert_array_equal(dx, np.zeros(x.shape))
                else:
                    check(total, x, dx)
                slots = parameters.layout.slots
                assert set(gradients) == {s.spec.name for s in slots if s.spec.trainable}
                if gradients:
                    analytic = parameters.zeros_like()
                    for inner, array in gradients.items():
                        analytic[f"0.{inner}"][...] = array
                    check(total, parameters.vector, analytic.vector)
                    alone = layer.parameter_gradients(arrays, cache, weights)
                    assert all(
                        np.array_equal(alone[inner], gradients[inner]) for inner in gradients
                    )

    return visit


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
def test_every_entry_of_the_gradients_agrees_with_differences_under_a_mask_too(
    name, training, each_gradient, numeric_gradient, relative_error
):
    def check(total, array, gradient):
        assert relative_error(gradient, numeric_gradient(total, array)) <= 1e-7

    each_gradient(name, training, 4, 17, check)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
@given(rows=st.integers(3, 6), seed=st.integers(0, 2**32 - 1))
def test_the_gradients_of_any_numbers_agree_with_differences_along_any_direction(
    name, training, rows, seed, each_gradient, numeric_slopes, relative_error
):
    def check(total, array, gradient):
        directions = directions_in(array, seed)
        promised = along_them(directions, gradient)
        assert relative_error(promised, numeric_slopes(total, array, directions)) <= 1e-7

    each_gradient(name, training, rows, seed, check)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
def test_float32_and_the_declared_shape_are_kept(name, training, arrays_of):
    row = row_of(name)
    for layer, input_shape in row.cases:
        for mask in masks_for(row, layer, input_shape, 5, 0):
            parameters = arrays_of(layer, input_shape, 3).astype("float32")
            arrays = parameters.by_layer[0]
            random = np.random.default_rng(0)
            x = inputs(layer, input_shape, 5, 0, lambda shape, seed, r=random: r.normal(size=shape))
            x = x if layer.takes_tokens else x.astype(np.float32)
            y, cache = layer.forward(arrays, x, Context(training, RandomStream.from_seed(1), mask))
            dx, gradients = layer.backward(arrays, cache, np.ones_like(y))
            updated = layer.updated_buffers(arrays, cache) if training else {}
            assert y.shape == (5, *layer.output_shape(input_shape))
            assert dx.shape == x.shape
            computed = (y, dx, *gradients.values(), *updated.values())
            assert {array.dtype.name for array in computed} == {"float32"}
            assert {inner: array.shape for inner, array in gradients.items()} == {
                slot.spec.name: slot.spec.shape
                for slot in parameters.layout.slots
                if slot.spec.trainable
            }


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_is_written_as_data_and_read_back(name):
    for layer, _ in row_of(name).cases:
        assert LAYERS.resolve(LAYERS.to_data(layer)) == layer
        assert hash(LAYERS.resolve(LAYERS.to_data(layer))) == hash(layer)


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_agrees_with_its_counterpart_in_pytorch(name, torch, arrays_of, away_from_zero):
    row = row_of(name)
    for layer, input_shape in row.cases:
        for training in [True, False]:
            module = row.pytorch(torch.nn, layer, input_shape)
            if module is None or (training and layer.is_random):
                continue
            module.double().train(training)
            arrays = arrays_of(layer, input_shape, 1).by_layer[0]
            theirs = {**dict(module.named_parameters()), **dict(module.named_buffers())}
            ours = {row.names.get(inner, inner): array for inner, array in arrays.items()}
            with torch.no_grad():
                for inner, tensor in theirs.items():
                    if tensor.dtype == torch.float64:
                        tensor.copy_(torch.tensor(ours.get(inner, np.zeros(tensor.shape))))
            x = inputs(layer, input_shape, 5, 1, away_from_zero)
            y, cache = layer.forward(arrays, x, Context(training))
            dy = np.random.default_rng(2).normal(size=y.shape)
            dx, gradients = layer.backward(arrays, cache, dy)
            tensor = torch.tensor(x, requires_grad=not layer.takes_tokens)
            wanted = module(tensor)
            wanted = wanted[0] if isinstance(wanted, tuple) else wanted
            wanted.backward(torch.tensor(dy))
            np.testing.assert_allclose(y, wanted.detach().numpy(), rtol=1e-12, atol=1e-12)
            if not layer.takes_tokens:
                np.testing.assert_allclose(dx, tensor.grad.numpy(), rtol=1e-12, atol=1e-12)
            for inner, gradient in gradients.items():
                theirs_of_it = theirs[row.names.get(inner, inner)].grad.numpy()
                np.testing.assert_allclose(gradient, theirs_of_it, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_refuses_a_mask_with_its_place_or_lets_nothing_masked_through(
    name, arrays_of, away_from_zero
):
    row, seed, rows = row_of(name), 5, 6
    tried = 0
    for layer, input_shape in row.cases:
        if not example_axes(layer, input_shape):
            continue
        tried += 1
        mask = some_mask(rows, input_shape[row.positions], seed)
        if not layer.takes_mask:
            place = rf"Layer 0 \({type(layer).__name__}\).*LastStep\(\).*before it"
            with pytest.raises(ShapeError, match=place):
                masks_between([layer], mask)
            continue
        arrays = arrays_of(layer, input_shape, seed).by_layer[0]
        context = Context(True, RandomStream.from_seed(seed), mask)
        x = inputs(layer, input_shape, rows, seed, away_from_zero)
        other = np.where(
            along(mask, row.positions, x.ndim),
            x,
            inputs(layer, input_shape, rows, seed + 1, away_from_zero),
        )
        after = layer.output_mask(mask)
        passes = []
        for given_x in (x, other):
            y, cache = layer.forward(arrays, given_x, context)
            axis = row.positions if row.positions_after is None else row.positions_after
            there = np.ones(1, bool) if after is None else along(after, axis, y.ndim)
            dy = np.where(there, np.random.default_rng(seed).normal(size=y.shape), 0)
            dx, gradients = layer.backward(arrays, cache, dy)
            np.testing.assert_array_equal(
                dx[~np.broadcast_to(along(mask, row.positions, dx.ndim), dx.shape)], 0
            )
            updated = layer.updated_buffers(arrays, cache)
            passes.append([np.where(there, y, 0), dx, *gradients.values(), *updated.values()])
        for first, second in zip(*passes, strict=True):
            np.testing.assert_array_equal(first, second)
    takes = any(layer.takes_mask for layer, _ in row.cases)
    assert tried or not takes, f"give the row of {name!r} a case with positions"


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_names_what_it_computes(name, training, arrays_of, away_from_zero):
    for layer, input_shape in row_of(name).cases:
        arrays = arrays_of(layer, input_shape, 2).by_layer[0]
        x = inputs(layer, input_shape, 5, 2, away_from_zero)
        context = Context(training, RandomStream.from_seed(0))
        y, cache = layer.forward(arrays, x, context.child(0))
        dy = np.random.default_rng(0).normal(size=y.shape)
        dx, gradients = layer.backward(arrays, cache, dy)
        (traced,) = trace_through([layer], [arrays], x, context, dy)
        np.testing.assert_array_equal(traced.forward[-1].array, y)
        np.testing.assert_array_equal(traced.backward[-1].array, dx)
        for gradient in gradients.values():
            assert any(np.array_equal(step.array, gradient) for step in traced.backward)
        steps = [*traced.forward, *traced.backward]
        symbols = [step.symbol for step in steps]
        assert len(set(symbols)) == len(symbols)
        for step in steps:
            assert " = " in step.equation
            np.testing.assert_array_equal(traced[step.symbol], step.array)


def within(trace):
    """The steps of a layer and of the layers within it, each once."""
    for traced in (*trace.forward, *trace.backward):
        yield traced
        for inner in traced.layers:
            yield from within(inner)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
def test_what_a_layer_writes_of_its_numbers_comes_to_them(
    name, training, arrays_of, away_from_zero, by_hand
):
    row, worked = row_of(name), 0
    for layer, input_shape in row.cases:
        for mask in masks_for(row, layer, input_shape, 3, 2):
            arrays = arrays_of(layer, input_shape, 2).by_layer[0]
            x = inputs(layer, input_shape, 3, 2, away_from_zero)
            context = Context(training, RandomStream.from_seed(0), mask)
            y, _cache = layer.forward(arrays, x, context.child(0, mask))
            dy = np.random.default_rng(0).normal(size=y.shape)
            (trace,) = trace_through([layer], [arrays], x, context, dy)
            for traced in within(trace):
                if traced.worked_at is None:
                    continue
                for index in np.ndindex(traced.array.shape):
                    line = written(traced.worked_at(index), 17)
                    value = traced.array[index]
                    assert by_hand(line) == pytest.approx(value, rel=1e-9, abs=1e-12), (
                        layer,
                        traced.equation,
                        index,
                        line,
                    )
                    worked += 1
    copies = {"flatten", "reshape", "transpose", "last_step"}
    idle = set() if training else {"dropout", "channel_dropout", "gaussian_noise"}
    assert worked or name in copies | idle


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_is_explained_there_and_back(name, away_from_zero):
    for layer, input_shape in row_of(name).cases:
        network = ax.Network(layer, input_shape=input_shape)
        parameters = network.initialize(1, "float64")
        x = inputs(layer, input_shape, 2, 1, away_from_zero)
        y = np.zeros((2, *network.output_shape))
        trace = ax.explain(network, parameters, x, y, loss="mse", optimizer="adam", training=True)
        assert max(map(len, as_text(trace).splitlines())) <= 80
        assert ax.Trace.from_data(trace.to_data()).to_data() == trace.to_data()
        assert as_html(trace).endswith("</html>")
        assert as_latex(trace).count("\\begin{align*}") == as_latex(trace).count("\\end{align*}")
        _loss, gradient = ax.loss_and_gradient(
            network, parameters, x, y, loss="mse", engine="reference"
        )
        found = {step.name: step for step in trace.walk() if step.before is not None}
        for each, array in gradient.items():
            if gradient.layout.shapes[each] and each in found and "running" not in each:
                of_it = next(s for s in trace.walk() if s.name == each and s.children)
                np.testing.assert_array_equal(of_it.children[0].array, array)
