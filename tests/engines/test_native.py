"""The compiled engine does what the reference engine does, step by step, whatever the network."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.agreement import (
    FLOAT32,
    FLOAT64,
    FLOAT64_BATCH_NORM,
    SMOOTH,
    STEPWISE,
    assert_engines_agree,
    difference,
    recipes,
    rows_for,
    trained,
)
from tests.models import NAMED_ACTIVATIONS

import axone as ax
from axone.activations import ACTIVATIONS
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.translation import _DESCRIPTIONS
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.layers import LAYERS, PREDICTION
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.schedules import SCHEDULES

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)


@settings(max_examples=60)
@given(recipe=recipes(), rows=st.integers(2, 90), weighted=st.booleans())
def test_any_network_trains_alike_in_float64(recipe, rows, weighted):
    if not any(isinstance(layer, ax.BatchNorm) for layer in recipe.network.layers):
        assert_engines_agree(recipe, rows, FLOAT64, weighted=weighted)
        return
    recipe = replace(recipe, batch_size=max(recipe.batch_size, 8))
    full_batches = max(1, rows // recipe.batch_size) * recipe.batch_size
    assert_engines_agree(recipe, full_batches, FLOAT64_BATCH_NORM, weighted=weighted)


@pytest.mark.parametrize("optimizer", STEPWISE)
@pytest.mark.parametrize("activation", SMOOTH)
def test_fifty_steps_in_float32_stay_together(activation, optimizer):
    network = ax.Network(
        ax.Dense(24, activation), ax.Dropout(0.2), ax.Dense(5, "softmax"), input_shape=13
    )
    rule = OPTIMIZERS.resolve({"name": optimizer, "learning_rate": 0.01})
    recipe = Recipe(network, LOSSES.resolve("cce"), rule, batch_size=10, seed=3)
    epochs = 50 if recipe.full_batch else 5
    assert_engines_agree(recipe, 100, FLOAT32, epochs=epochs)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_forms_of_momentum_are_the_reference_engines_while_the_rate_changes(dtype):
    network = ax.Network(ax.Dense(7, "tanh"), ax.Dense(3, "softmax"), input_shape=5)
    ends = []
    for form in ("averaged", "classical", "heavy_ball"):
        rule = ax.Momentum(0.1, 0.8, form)
        schedule = SCHEDULES.resolve("cosine")
        recipe = Recipe(
            network, LOSSES.resolve("cce"), rule, batch_size=4, schedule=schedule, dtype=dtype
        )
        assert_engines_agree(recipe, 30, FLOAT64 if dtype == "float64" else FLOAT32)
        ends.append(trained(NativeEngine(), recipe, *rows_for(recipe, 30, 1), 3)[1])
    averaged, classical, heavy = (end.parameters.vector for end in ends)
    assert difference(classical, heavy) > 1e-3
    assert difference(averaged, heavy) > 1e-3


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_threshold_units_give_at_zero_what_they_are_told(at_zero):
    step = ACTIVATIONS.resolve({"name": "heaviside", "at_zero": at_zero})
    network = ax.Network(ax.Dense(9, step), ax.Dense(9, step), ax.Dense(2), input_shape=9)
    parameters = network.initialize(0, "float64")
    parameters.vector[...] = np.round(2 * parameters.vector)
    X = np.random.default_rng(0).integers(-1, 2, size=(40, 9)).astype(float)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype="float64")
    sums = X @ parameters["0.weight"].T
    assert (sums == 0).any()
    wanted = ReferenceEngine().compile(recipe).predict(parameters, X)
    np.testing.assert_array_equal(NativeEngine().compile(recipe).predict(parameters, X), wanted)


def test_both_forms_of_adam_are_the_reference_engines():
    network = ax.Network(ax.Dense(7, "tanh"), ax.Dense(3, "softmax"), input_shape=5)
    ends = []
    for form in ("corrected", "uncorrected"):
        rule = ax.Adam(0.01, epsilon=1e-2, form=form)
        recipe = Recipe(network, LOSSES.resolve("cce"), rule, batch_size=4, dtype="float64")
        assert_engines_agree(recipe, 30, FLOAT64)
        ends.append(trained(NativeEngine(), recipe, *rows_for(recipe, 30, 1), 3)[1])
    assert difference(ends[0].parameters.vector, ends[1].parameters.vector) > 1e-3


def test_the_moments_of_adam_are_as_exact_as_float32_allows():
    network = ax.Network(ax.Dense(3, "softmax"), input_shape=5)
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(0.01), batch_size=4)
    exact = replace(recipe, dtype="float64")
    X, target, weight = rows_for(recipe, 30, 1)
    _, found, _ = trained(NativeEngine(), recipe, X, target, weight, 1)
    _, wanted, _ = trained(ReferenceEngine(), exact, X.astype("float64"), target, weight, 1)
    # 1 − β₂ taken in float32 would be 1.3e-5 too small, and the second moment with it.
    for name in wanted.slots:
        assert difference(found.slots[name] / wanted.slots[name], 1) < 3e-6


@settings(max_examples=30)
@given(recipe=recipes(), rows=st.integers(1, 30))
def test_the_gradient_of_a_batch_is_the_same(recipe, rows):
    X, target, _ = rows_for(recipe, rows, 5)
    parameters = recipe.network.initialize(recipe.seed, recipe.dtype)
    batch = Examples(X, target)
    loss, gradient = NativeEngine().compile(recipe).loss_and_gradient(parameters, batch, 4)
    wanted_loss, wanted = ReferenceEngine().compile(recipe).loss_and_gradient(parameters, batch, 4)
    assert loss == pytest.approx(wanted_loss, rel=1e-10)
    assert difference(gradient.vector, wanted.vector) < 1e-9


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_activation_has_the_same_values(name, dtype):
    network = ax.Network(ax.Activation(name), ax.Dense(1), input_shape=(400,))
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype=dtype)
    parameters = network.initialize(0, dtype)
    parameters["1.weight"][...] = 0
    values = np.linspace(-30, 30, 400).astype(dtype)
    tolerance = 1e-12 if dtype == "float64" else 2e-6
    # One cell at a time gets through, so that the output is the activation's value there.
    one_hot = np.eye(400, dtype=dtype)[::37]
    for row in one_hot:
        parameters["1.weight"][0] = row
        found = NativeEngine().compile(recipe).predict(parameters, values[None])
        wanted = network.predict(parameters, values[None])
        assert found[0, 0] == pytest.approx(wanted[0, 0], rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5, 8, 16, 17, 63, 64, 65, 130])
def test_softmax_is_scipys_whatever_the_number_of_rows_and_columns(columns, dtype):
    network = ax.Network(ax.Activation("softmax"), input_shape=(columns,))
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD(), dtype=dtype)
    plan, parameters = NativeEngine().compile(recipe), network.initialize(0, dtype)
    values = np.random.default_rng(columns).normal(0, 20, (67, columns)).astype(dtype)
    values[3], values[4, 0], values[5] = 1000, -1000, -1000
    wanted = scipy.special.softmax(values.astype(np.float64), axis=1)
    for rows in (1, 2, 15, 16, 17, 67):
        found = plan.predict(parameters, values[:rows])
        np.testing.assert_allclose(found, wanted[:rows], rtol=1e-5, atol=1e-12)
        assert difference(found, wanted[:rows]) < (1e-15 if dtype == "float64" else 2e-7)


@pytest.mark.parametrize("outputs", [1, 3, 4, 7, 16, 31, 33, 70])
@pytest.mark.parametrize("inputs", [1, 2, 5, 16, 23, 48])
def test_weights_of_any_shape_go_into_panels_and_come_back(inputs, outputs):
    network = ax.Network(ax.Dense(outputs), input_shape=inputs)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(1e-30), batch_size=4, dtype="float64")
    parameters = network.initialize(5, "float64")
    X = np.random.default_rng(0).normal(size=(9, inputs))
    found = NativeEngine().compile(recipe).predict(parameters, X)
    np.testing.assert_allclose(found, X @ parameters["0.weight"].T + parameters["0.bias"])
    # Steps too short to move a weight leave every one where it was.
    _, ended, _ = trained(NativeEngine(), recipe, X, np.zeros((9, outputs)), None, 2)
    started = network.initialize(recipe.seed, "float64")["0.weight"]
    np.testing.assert_array_equal(ended.parameters["0.weight"], started)


def test_one_hot_targets_are_learnt_from_too():
    network = ax.Network(ax.Dense(7, "tanh"), ax.Dense(4, "softmax"), input_shape=3)
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=5, dtype="float64")
    random = np.random.default_rng(0)
    X = random.normal(size=(23, 3))
    target = random.dirichlet(np.ones(4), size=23)
    _, wanted, _ = trained(ReferenceEngine(), recipe, X, target, None, 3)
    _, found, _ = trained(NativeEngine(), recipe, X, target, None, 3)
    assert difference(found.parameters.vector, wanted.parameters.vector) < FLOAT64


@pytest.mark.parametrize("norm", [ax.LayerNorm(), ax.RMSNorm()])
def test_the_positions_of_a_sequence_are_normalised_one_by_one(norm):
    network = ax.Network(norm, ax.Flatten(), ax.Dense(3, "softmax"), input_shape=(6, 5))
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(0.1), batch_size=7, dtype="float64")
    assert_engines_agree(recipe, 30, FLOAT64)


def test_images_are_flattened_on_the_way():
    network = ax.Network(
        ax.BatchNorm(),
        ax.Reshape((8, 2)),
        ax.Flatten(),
        ax.Dense(3, "softmax"),
        input_shape=(2, 2, 4),
    )
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD(0.1), batch_size=7, dtype="float64")
    assert_engines_agree(recipe, 30, FLOAT64)


def test_a_run_interrupted_in_mid_epoch_goes_on_to_the_same_bits():
    network = ax.Network(
        ax.Dense(90, "relu"), ax.BatchNorm(), ax.Dropout(0.3), ax.Dense(3, "softmax"), input_shape=4
    )
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=1, seed=2)
    X, target, _ = rows_for(recipe, 60_000, 1)
    plan, whole, _ = trained(NativeEngine(), recipe, X, target, None, 2)
    state = plan.start(network.initialize(2))
    session, batches = plan.session(state, Examples(X, target), 2), []
    while state.epoch < 2:
        session.advance(epochs=2, interrupted=lambda: True)
        batches.append(state.batch)
    assert max(batches) > 0
    assert state.step == whole.step
    assert state.parameters.vector.tobytes() == whole.parameters.vector.tobytes()
    assert state.losses == whole.losses


def test_a_diverging_run_tells_the_batch():
    network = ax.Network(ax.Dense(5, "relu"), ax.Dense(2), input_shape=3)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(1e9), batch_size=4)
    X, target, _ = rows_for(recipe, 40, 1)
    plan = NativeEngine().compile(recipe)
    state = plan.start(network.initialize(0))
    outcome = plan.session(state, Examples(X, target), 3).advance(epochs=3).divergence
    assert outcome is not None
    assert outcome.epoch == 1
    assert 2 <= outcome.batch <= 10
    assert not np.isfinite(outcome.loss)
    assert len(outcome.rows) == 4


def test_every_layer_that_is_translated_runs_natively():
    examples = {
        "dense": ax.Dense(4),
        "activation": ax.Activation("tanh"),
        "dropout": ax.Dropout(0.5),
        "batch_norm": ax.BatchNorm(),
        "layer_norm": ax.LayerNorm(),
        "rms_norm": ax.RMSNorm(),
        "gaussian_noise": ax.GaussianNoise(0.1),
        "flatten": ax.Flatten(),
        "reshape": ax.Reshape((4,)),
        "residual": ax.Residual(ax.Dense(4)),
        "conv1d": ax.Conv1D(3, 2),
        "conv2d": ax.Conv2D(3, 2),
        "max_pool": ax.MaxPool(2),
        "average_pool": ax.AveragePool(2),
        "global_pool": ax.GlobalPool(),
        "channel_dropout": ax.ChannelDropout(0.5),
        "transpose": ax.Transpose(),
        "upsample": ax.Upsample(2),
        "embedding": ax.Embedding(6, 3),
        "last_step": ax.LastStep(),
        "recurrent": ax.LSTM(3),
        "attention": ax.Attention(1),
        "positional_encoding": ax.PositionalEncoding(),
        "positionwise_dense": ax.PositionwiseDense(3),
    }
    signals = {
        *("conv1d", "max_pool", "average_pool", "global_pool", "channel_dropout", "transpose"),
        "upsample",
        *("last_step", "recurrent", "attention", "positional_encoding", "positionwise_dense"),
    }
    assert set(examples) == {name for name in LAYERS if LAYERS.member(name) in _DESCRIPTIONS}
    for name, layer in examples.items():
        shape = (2, 5) if name in signals else (2, 5, 4) if name == "conv2d" else (4,)
        network = ax.Network(layer, ax.Flatten(), ax.Dense(2), input_shape=shape)
        recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), batch_size=3, dtype="float64")
        assert_engines_agree(recipe, 8, FLOAT64)
    assert PREDICTION.random is None
