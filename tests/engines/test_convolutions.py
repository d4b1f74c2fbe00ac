"""The compiled engine does what the equations of convolutions and pools do, whatever their options.

It works on examples in the lanes of vectors, so that batches of every size below, at and above a
whole number of vectors matter, and changes between that arrangement and rows.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.agreement import (
    FLOAT32,
    FLOAT64,
    FLOAT64_BATCH_NORM,
    SMOOTH,
    assert_engines_agree,
    difference,
    rows_for,
    trained,
)

import axone as ax
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.errors import ShapeError
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

KINDS = (
    *("convolution", "convolution", "convolution", "max_pool", "average_pool", "batch_norm"),
    *("activation", "dropout", "channel_dropout", "noise", "residual", "transpose", "layer_norm"),
    "upsample",
)


def a_convolution(draw, shape, names):
    kind = ax.Conv1D if len(shape) == 2 else ax.Conv2D
    groups = draw(st.sampled_from([g for g in (1, 2, 3) if shape[0] % g == 0]))
    per_axis = st.integers(1, 3)
    if len(shape) == 3:
        per_axis = st.one_of(per_axis, st.tuples(per_axis, per_axis))
    size = draw(per_axis)
    smallest = size if isinstance(size, int) else min(size)
    padding = draw(st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, smallest - 1)))
    return kind(
        groups * draw(st.integers(1, 5)),
        size,
        draw(st.sampled_from(names)),
        stride=draw(per_axis),
        padding=padding,
        dilation=draw(per_axis),
        groups=groups,
        bias=draw(st.booleans()),
    )


def a_pool(draw, kind):
    kind = ax.MaxPool if kind == "max_pool" else ax.AveragePool
    size, stride = draw(st.integers(1, 3)), draw(st.one_of(st.none(), st.integers(1, 3)))
    return kind(size, stride, padding=draw(st.sampled_from(["valid", "same"])))


def a_layer(draw, kind, shape, names):
    if kind == "convolution":
        return a_convolution(draw, shape, names)
    if kind in {"max_pool", "average_pool"}:
        return a_pool(draw, kind)
    if kind == "residual":
        convolution = ax.Conv1D if len(shape) == 2 else ax.Conv2D
        stride = draw(st.integers(1, 2))
        channels = draw(st.integers(1, 5)) if stride > 1 else shape[0]
        name = draw(st.sampled_from(names))
        branch = convolution(channels, 3, name, stride=stride, padding="same"), ax.Dropout(0.2)
        if stride == 1:
            return ax.Residual(*branch)
        aside = convolution(channels, 1, stride=stride), ax.BatchNorm(), ax.Dropout(0.1)
        return ax.Residual(*branch, shortcut=aside)
    return {
        "batch_norm": ax.BatchNorm(),
        "activation": ax.Activation(draw(st.sampled_from(names))),
        "dropout": ax.Dropout(0.3),
        "channel_dropout": ax.ChannelDropout(0.3),
        "noise": ax.GaussianNoise(0.1),
        "transpose": ax.Transpose(),
        "upsample": ax.Upsample(2),
        "layer_norm": ax.LayerNorm(),
    }[kind]


POOLS = (ax.GlobalPool(), ax.GlobalPool("max"))
ENDS = (ax.Flatten(), *POOLS)
UNDER_MASKS = tuple(kind for kind in KINDS if kind not in {"transpose", "layer_norm"})


@st.composite
def recipes(draw, dtype="float64", names=(*SMOOTH, "prelu"), axes=(1, 2), kinds=KINDS, ends=ENDS):
    """Networks of signals and images; a layer that does not fit what comes to it is left out."""
    axes = draw(st.sampled_from(axes))
    inputs = (draw(st.integers(1, 6)), *(draw(st.integers(1, 14)) for _ in range(axes)))
    layers, shape = [], inputs
    for _ in range(draw(st.integers(1, 5))):
        layer = a_layer(draw, draw(st.sampled_from(kinds)), shape, names)
        try:
            shape = layer.output_shape(shape)
        except ShapeError:
            continue
        layers.append(layer)
    layers.append(draw(st.sampled_from(ends)))
    outputs = draw(st.integers(2, 5))
    network = ax.Network(*layers, ax.Dense(outputs, "softmax"), input_shape=inputs)
    return Recipe(
        network,
        LOSSES.resolve("cce"),
        OPTIMIZERS.resolve({"name": "adam", "learning_rate": 0.01, "epsilon": 1e-3}),
        batch_size=draw(st.integers(2, 40)),
        dtype=dtype,
        seed=draw(st.integers(0, 1000)),
        measures=draw(st.sampled_from([(), ("gradient_norm", "dead_units")])),
    )


def has_batch_norm(recipe):
    return recipe.network.layout.buffer_size > 0


@settings(max_examples=150)
@given(recipe=recipes(), rows=st.integers(2, 60), weighted=st.booleans())
def test_any_network_of_signals_or_images_trains_alike_in_float64(recipe, rows, weighted):
    if not has_batch_norm(recipe):
        assert_engines_agree(recipe, rows, FLOAT64, weighted=weighted)
        return
    recipe = replace(recipe, batch_size=max(recipe.batch_size, 8))
    full_batches = max(1, rows // recipe.batch_size) * recipe.batch_size
    assert_engines_agree(recipe, full_batches, FLOAT64_BATCH_NORM, weighted=weighted)


def some_positions(random, rows, length):
    """A mask: most rows end early, some have holes, none is empty."""
    mask = np.arange(length) < random.integers(1, length + 1, size=(rows, 1))
    mask &= random.random((rows, length)) < random.choice([0.6, 1.0], size=(rows, 1))
    mask[np.arange(rows), random.integers(0, length, size=rows)] = True
    return mask


@settings(max_examples=80)
@given(recipe=recipes(axes=(1,), kinds=UNDER_MASKS, ends=POOLS), rows=st.integers(2, 40))
def test_signals_of_different_lengths_are_learnt_alike(recipe, rows):
    if has_batch_norm(recipe):
        recipe = replace(recipe, batch_size=40)
        rows = 40
    X, target, _ = rows_for(recipe, rows, 1)
    mask = some_positions(np.random.default_rng(recipe.seed), rows, X.shape[2])
    X[~np.broadcast_to(mask[:, None, :], X.shape)] = 1e6  # whatever lies where nothing is
    examples = Examples(X, target, mask=mask)
    ends = []
    for engine in (ReferenceEngine(), NativeEngine()):
        plan = engine.compile(recipe)
        parameters = recipe.network.initialize(3, "float64")
        loss, gradient = plan.loss_and_gradient(parameters, examples, 5)
        state = plan.start(parameters)
        plan.session(state, examples, 2).advance(epochs=2)
        value, prediction = plan.evaluate(state.parameters, examples)
        found = (loss, gradient.vector, value, prediction, plan.predict(parameters, X, mask))
        ends.append((*found, state.parameters.vector, state.parameters.buffers))
    tolerance = FLOAT64_BATCH_NORM if has_batch_norm(recipe) else FLOAT64
    for wanted, found in zip(*ends, strict=True):
        assert difference(found, wanted) < tolerance


@pytest.mark.parametrize("batch_size", [1, 7, 8, 16, 17, 33])
def test_a_small_lenet_trains_alike_in_float32(batch_size):
    network = ax.Network(
        ax.Conv2D(6, 5, "tanh", padding=2),
        ax.AveragePool(2),
        ax.Conv2D(16, 5, "tanh"),
        ax.MaxPool(2),
        ax.Flatten(),
        ax.Dense(12, "tanh"),
        ax.Dense(5, "softmax"),
        input_shape=(1, 14, 14),
    )
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(1e-3), batch_size=batch_size, seed=1)
    assert_engines_agree(recipe, 40, FLOAT32)


@given(recipe=recipes(dtype="float32"), rows=st.integers(2, 60))
@settings(max_examples=25)
def test_two_threads_learn_the_same_bits(recipe, rows):
    X, target, _ = rows_for(recipe, rows, 1)
    ends = []
    for threads in (1, 2, 3):
        engine = NativeEngine(threads=threads)
        plan, state, _ = trained(engine, recipe, X, target, None, 2)
        loss, prediction = plan.evaluate(state.parameters, Examples(X, target))
        ends.append((state.parameters.vector, state.parameters.buffers, prediction, loss))
    for others in ends[1:]:
        for one, other in zip(ends[0], others, strict=True):
            assert np.array_equal(one, other)


def of_many_blocks(batch_size, dtype, optimizer="adam"):
    """A network whose pools overlap, leave cells out or do neither, with learnt slopes."""
    network = ax.Network(
        ax.Conv1D(3, 3, "prelu", padding="same"),
        ax.MaxPool(2),
        ax.ChannelDropout(0.2),
        ax.Conv1D(4, 2, "tanh", stride=2),
        ax.Activation("prelu"),
        ax.AveragePool(3, 2),
        ax.Residual(ax.Conv1D(4, 3, "tanh", padding="same"), ax.Activation("tanh")),
        ax.MaxPool(1, 2),
        ax.Flatten(),
        ax.Dense(3, "softmax"),
        input_shape=(2, 26),
    )
    chosen = OPTIMIZERS.resolve({"name": optimizer, "learning_rate": 0.01})
    return Recipe(
        network, LOSSES.resolve("cce"), chosen, batch_size=batch_size, dtype=dtype, seed=5
    )


@pytest.mark.parametrize("batch_size", [64, 130, 256, 272, 300, 530])
def test_gradients_of_many_blocks_are_added_up(batch_size):
    assert_engines_agree(of_many_blocks(batch_size, "float64", "sgd"), batch_size + 70, FLOAT64)


@pytest.mark.parametrize("batch_size", [16, 48, 272, 530])
def test_threads_learn_the_same_bits_of_many_blocks_and_of_few(batch_size):
    recipe = of_many_blocks(batch_size, "float32")
    X, target, _ = rows_for(recipe, batch_size + 70, 1)
    ends = []
    for threads in (1, 2, 3, 7):
        _, state, _ = trained(NativeEngine(threads=threads), recipe, X, target, None, 2)
        ends.append(state.parameters.vector)
    for others in ends[1:]:
        np.testing.assert_array_equal(others, ends[0])


def test_rectified_units_that_are_dead_are_counted_alike():
    network = ax.Network(
        ax.Conv1D(9, 3, "relu", padding="same", bias_initializer={"name": "uniform", "limit": 2}),
        ax.BatchNorm(),
        ax.Activation("relu"),
        ax.Flatten(),
        ax.Dense(3, "softmax"),
        input_shape=(2, 20),
    )
    measures = ("gradient_norm", "dead_units")
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD(0.01), batch_size=13, measures=measures)
    assert_engines_agree(recipe, 26, FLOAT32)


def test_lbfgs_minimises_alike():
    network = ax.Network(
        ax.Conv1D(3, 3, "tanh"), ax.GlobalPool(), ax.Dense(2, "softmax"), input_shape=(2, 12)
    )
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.LBFGS(), dtype="float64", seed=4)
    assert_engines_agree(recipe, 50, 1e-6)


def test_no_gradient_remembers_a_larger_batch_that_was_not_finite():
    layers = (ax.Conv1D(2, 1), ax.Dropout(0.1), ax.Conv1D(3, 2, "tanh"), ax.GlobalPool())
    network = ax.Network(*layers, ax.Dense(2, "softmax"), input_shape=(2, 6))
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD())
    plan, parameters = NativeEngine().compile(recipe), recipe.network.initialize(0)
    X, target, _ = rows_for(recipe, 8, 1)
    few, spoilt = Examples(X[:5], target[:5]), Examples(np.full_like(X, np.inf), target)
    wanted = plan.loss_and_gradient(parameters, few, 1)[1].vector
    assert np.isnan(plan.loss_and_gradient(parameters, spoilt, 1)[1].vector).any()
    found = plan.loss_and_gradient(parameters, few, 1)[1].vector
    np.testing.assert_array_equal(found, wanted)
