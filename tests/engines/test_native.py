"""The compiled engine does what the reference engine does, step by step, whatever the network."""

import platform
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import axone as ax
from axone import engines
from axone.activations import ACTIVATIONS
from axone.engines import Recipe, ReferenceEngine, compile_recipe
from axone.engines.native import (
    _TRANSLATIONS,
    NativeEngine,
    UnsupportedError,
    default_threads,
    processors,
)
from axone.engines.variants import VARIANTS, NotBuiltError, load_variant, supported_variants
from axone.errors import ConfigurationError
from axone.layers import LAYERS, PREDICTION, Layer
from axone.losses import LOSSES, BinaryCrossEntropy, Poisson
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty
from axone.schedules import SCHEDULES

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

SMOOTH = ["tanh", "sigmoid", "gelu", "gelu_tanh", "swish", "softplus", "elu", "selu", "identity"]
"""All but the exponential, whose sums over tens of units leave the range where anything is said."""

KINKED = ["relu", "leaky_relu", "prelu"]
STEPWISE = [name for name in OPTIMIZERS if name != "lbfgs"]

FLOAT64 = 1e-9
"""Relative. Both compute in float64, in another order: a few hundred roundings of 1e-16, and
Adam's division by √v̂ where a gradient is nearly zero magnifies them."""

FLOAT64_BATCH_NORM = 1e-7
"""Relative, for networks with batch norm: it divides by deviations of a batch, which may be small,
and so multiplies what rounding left. Batches of two rows, where it is chaotic, are not compared."""

FLOAT32 = 1e-3
"""Relative, after 50 steps: roundings of 6e-8 grow from step to step. Networks with kinks are left
out: where z is 0 to the last bit one engine takes one side, the other the other."""


def trained(engine, recipe, X, target, weight, epochs):
    program = engine.compile(recipe)
    state = program.start(recipe.network.initialize(recipe.seed, recipe.dtype))
    reports = []
    program.run_epochs(
        state, X, target, weight, epochs, lambda new: reports.extend(new) or False, lambda: False, 2
    )
    return program, state, reports


def difference(found, wanted):
    found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    if wanted.size == 0:
        return 0.0
    return float(np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-3))


def rows_for(recipe, rows, seed, weighted=False):
    random = np.random.default_rng(seed)
    network, dtype = recipe.network, recipe.dtype
    X = random.normal(size=(rows, *network.input_shape)).astype(dtype)
    outputs = network.output_shape[0]
    if isinstance(recipe.loss, Poisson):
        y = random.poisson(2, size=(rows, outputs))
    elif recipe.loss.task == "regression":
        y = random.normal(size=(rows, outputs))
    elif isinstance(recipe.loss, BinaryCrossEntropy):
        y = random.integers(0, 2, size=(rows, outputs))
    else:
        y = random.integers(0, outputs, size=rows)
    weight = random.uniform(0.1, 2, size=rows).astype(dtype) if weighted else None
    return X, recipe.loss.prepare(y, network.output_shape, dtype), weight


def assert_engines_agree(recipe, rows, tolerance, epochs=3, weighted=False):
    X, target, weight = rows_for(recipe, rows, recipe.seed + 1, weighted)
    _, wanted, wanted_reports = trained(ReferenceEngine(), recipe, X, target, weight, epochs)
    program, found, reports = trained(NativeEngine(), recipe, X, target, weight, epochs)
    assert difference(found.parameters.vector, wanted.parameters.vector) < tolerance
    assert difference(found.parameters.buffers, wanted.parameters.buffers) < tolerance
    for name in wanted.slots:
        assert difference(found.slots[name], wanted.slots[name]) < tolerance
    assert (found.epoch, found.batch, found.step) == (wanted.epoch, wanted.batch, wanted.step)
    for ours, theirs in zip(reports, wanted_reports, strict=True):
        assert difference([ours.loss, ours.penalty], [theirs.loss, theirs.penalty]) < tolerance
        assert (ours.epoch, ours.step, ours.rows) == (theirs.epoch, theirs.step, theirs.rows)
        assert ours.learning_rate == theirs.learning_rate
        assert difference(ours.gradient_norms, theirs.gradient_norms) < tolerance * 100
        assert ours.dead_shares == pytest.approx(theirs.dead_shares)
    value, prediction = program.evaluate(found.parameters, X, target, weight)
    reference = ReferenceEngine().compile(recipe)
    wanted_value, wanted_prediction = reference.evaluate(found.parameters, X, target, weight)
    assert difference(prediction, wanted_prediction) < tolerance
    assert value == pytest.approx(wanted_value, rel=tolerance)
    assert difference(program.predict(found.parameters, X), wanted_prediction) < tolerance


def a_layer(draw, width, names):
    kind = draw(st.sampled_from(["dense", "dense", "dropout", "batch_norm", "noise", "residual"]))
    name = draw(st.sampled_from(names))
    if kind == "dense":
        units = draw(st.integers(1, 70))
        return ax.Dense(units, name, bias=draw(st.booleans())), units
    if kind == "dropout":
        return ax.Dropout(draw(st.sampled_from([0.0, 0.3, 0.7]))), width
    if kind == "batch_norm":
        return ax.BatchNorm(), width
    if kind == "noise":
        return ax.GaussianNoise(0.1), width
    return ax.Residual(ax.Dense(width, name), ax.Dropout(0.2), ax.Dense(width)), width


def a_rule(name):
    """An optimiser with an ε that rounding cannot reach.

    Where a gradient is zero but for its last bits (batch norm of two rows makes such), RMSProp and
    Adam divide that noise by its own size plus ε: with ε = 1e-8 the step would be made of it.
    """
    settings = {"learning_rate": 0.01}
    if hasattr(OPTIMIZERS.resolve(name), "epsilon"):
        settings["epsilon"] = 1e-3
    return OPTIMIZERS.resolve({"name": name, **settings})


@st.composite
def recipes(draw, dtype="float64", names=tuple(SMOOTH + KINKED)):
    width = inputs = draw(st.integers(1, 70))
    layers = []
    for _ in range(draw(st.integers(0, 4))):
        layer, width = a_layer(draw, width, names)
        layers.append(layer)
    loss, output = draw(
        st.sampled_from(
            [
                ("categorical_cross_entropy", "softmax"),
                ("binary_cross_entropy", "sigmoid"),
                ("mse", "identity"),
                ("mse", "tanh"),
                ("mae", "identity"),
                ("huber", "identity"),
                ("poisson", "exponential"),
                ("poisson", "softplus"),
            ]
        )
    )
    scale = draw(st.sampled_from([1.0, 0.5, 3.0]))
    outputs = draw(st.integers(2 if output == "softmax" else 1, 35))
    network = ax.Network(*layers, ax.Dense(outputs, output), input_shape=inputs)
    return Recipe(
        network,
        LOSSES.resolve({"name": loss, "scale": scale}),
        a_rule(draw(st.sampled_from(STEPWISE))),
        batch_size=draw(st.integers(2, 40)),
        schedule=SCHEDULES.resolve(draw(st.sampled_from(["constant", "cosine", "adaptive"]))),
        penalty=Penalty(draw(st.sampled_from([0.0, 0.1])), draw(st.sampled_from([0.0, 0.5]))),
        clipping=Clipping(draw(st.sampled_from([None, 0.05])), draw(st.sampled_from([None, 0.1]))),
        dtype=dtype,
        seed=draw(st.integers(0, 1000)),
        shuffle=draw(st.booleans()),
    )


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
    loss, gradient = (
        NativeEngine().compile(recipe).loss_and_gradient(parameters, X, target, None, 4)
    )
    wanted_loss, wanted = (
        ReferenceEngine().compile(recipe).loss_and_gradient(parameters, X, target, None, 4)
    )
    assert loss == pytest.approx(wanted_loss, rel=1e-10)
    assert difference(gradient.vector, wanted.vector) < 1e-9


@pytest.mark.parametrize("name", list(ACTIVATIONS))
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


def test_one_hot_targets_are_learnt_from_too():
    network = ax.Network(ax.Dense(7, "tanh"), ax.Dense(4, "softmax"), input_shape=3)
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=5, dtype="float64")
    random = np.random.default_rng(0)
    X = random.normal(size=(23, 3))
    target = random.dirichlet(np.ones(4), size=23)
    _, wanted, _ = trained(ReferenceEngine(), recipe, X, target, None, 3)
    _, found, _ = trained(NativeEngine(), recipe, X, target, None, 3)
    assert difference(found.parameters.vector, wanted.parameters.vector) < FLOAT64


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
    program, whole, _ = trained(NativeEngine(), recipe, X, target, None, 2)
    state = program.start(network.initialize(2))
    batches = []
    while state.epoch < 2:
        program.run_epochs(state, X, target, None, 2, lambda reports: False, lambda: True)
        batches.append(state.batch)
    assert max(batches) > 0
    assert state.step == whole.step
    assert state.parameters.vector.tobytes() == whole.parameters.vector.tobytes()
    assert state.losses == whole.losses


def test_a_diverging_run_tells_the_batch():
    network = ax.Network(ax.Dense(5, "relu"), ax.Dense(2), input_shape=3)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(1e9), batch_size=4)
    X, target, _ = rows_for(recipe, 40, 1)
    program = NativeEngine().compile(recipe)
    state = program.start(network.initialize(0))
    outcome = program.run_epochs(state, X, target, None, 3, lambda new: False, lambda: False)
    assert outcome is not None
    assert outcome.epoch == 1
    assert 2 <= outcome.batch <= 10
    assert not np.isfinite(outcome.loss)
    assert len(outcome.rows) == 4


class Doubling(Layer):
    def output_shape(self, input_shape):
        return input_shape

    def forward(self, parameters, x, context):
        return 2 * x, None

    def backward(self, parameters, cache, dy):
        return 2 * dy, {}


def test_a_layer_of_the_users_own_is_refused_by_name():
    network = ax.Network(Doubling(), ax.Dense(2), input_shape=3)
    with pytest.raises(UnsupportedError, match="Doubling"):
        NativeEngine().compile(Recipe(network, LOSSES.resolve("mse"), ax.SGD()))


def test_every_layer_that_is_translated_runs_natively():
    examples = {
        "dense": ax.Dense(4),
        "activation": ax.Activation("tanh"),
        "dropout": ax.Dropout(0.5),
        "batch_norm": ax.BatchNorm(),
        "gaussian_noise": ax.GaussianNoise(0.1),
        "flatten": ax.Flatten(),
        "reshape": ax.Reshape((4,)),
        "residual": ax.Residual(ax.Dense(4)),
    }
    assert set(examples) == {name for name in LAYERS if LAYERS.member(name) in _TRANSLATIONS}
    for layer in examples.values():
        network = ax.Network(layer, ax.Dense(2), input_shape=4)
        recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), batch_size=3, dtype="float64")
        assert_engines_agree(recipe, 8, FLOAT64)
    assert PREDICTION.random is None


class TestThreads:
    def fitted(self, threads, rows=600, units=300):
        network = ax.Network(
            ax.Dense(units, "relu"),
            ax.Dropout(0.2),
            ax.Dense(units, "tanh"),
            ax.Dense(3, "softmax"),
            input_shape=70,
        )
        recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=64, seed=1)
        X, target, _ = rows_for(recipe, rows, 1)
        program = NativeEngine(threads).compile(recipe)
        state = program.start(network.initialize(1))
        program.run_epochs(state, X, target, None, 4, lambda reports: False, lambda: False)
        return state

    def test_their_number_changes_no_bit(self):
        alone = self.fitted(1)
        for threads in (2, 3, 5):
            assert self.fitted(threads).parameters.vector.tobytes() == (
                alone.parameters.vector.tobytes()
            )

    def test_the_environment_sets_their_number(self, monkeypatch):
        monkeypatch.setenv("AXONE_THREADS", "3")
        assert default_threads(1) == default_threads(10**12) == 3
        monkeypatch.setenv("AXONE_THREADS", "many")
        with pytest.raises(ConfigurationError, match=r"AXONE_THREADS must be .* found 'many'"):
            default_threads(1)

    def test_small_steps_have_one(self, monkeypatch):
        monkeypatch.delenv("AXONE_THREADS", raising=False)
        assert default_threads(1000) == 1
        assert default_threads(10**12) == processors()

    def test_a_number_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="threads must be at least 1"):
            NativeEngine(0)


def test_the_variant_can_be_forced_and_nonsense_is_refused(monkeypatch):
    assert load_variant().variant in VARIANTS
    monkeypatch.setenv("AXONE_ISA", "mmx")
    load_variant.cache_clear()
    with pytest.raises(ConfigurationError, match=r"AXONE_ISA must be one of .*; found 'mmx'"):
        load_variant()
    monkeypatch.setattr("axone.engines.variants._processor_features", set)
    monkeypatch.setenv("AXONE_ISA", "avx512")
    if platform.machine() == "x86_64":
        assert supported_variants() == ("baseline",)
        with pytest.raises(ConfigurationError, match="this processor runs only baseline"):
            load_variant()
    monkeypatch.undo()
    load_variant.cache_clear()


class TestChoice:
    def test_auto_takes_the_compiled_engine_and_says_why(self):
        recipe = Recipe(ax.Network(ax.Dense(2), input_shape=3), LOSSES.resolve("mse"), ax.SGD())
        compiled = compile_recipe(recipe)
        assert compiled.engine == "native"
        assert load_variant().variant in compiled.reason

    def test_auto_falls_back_with_a_warning_where_a_layer_is_not_known(self):
        network = ax.Network(Doubling(), ax.Dense(2), input_shape=3)
        recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD())
        with pytest.warns(UserWarning, match="Doubling runs on the reference engine"):
            compiled = compile_recipe(recipe)
        assert (compiled.engine, compiled.reason) == (
            "reference",
            "Doubling runs on the reference engine.",
        )

    def test_l_bfgs_runs_on_the_reference_without_a_word(self):
        recipe = Recipe(ax.Network(ax.Dense(2), input_shape=3), LOSSES.resolve("mse"), ax.LBFGS())
        assert compile_recipe(recipe).engine == "reference"
        with pytest.raises(UnsupportedError, match="L-BFGS"):
            compile_recipe(recipe, "native")

    def test_without_the_compiled_module_one_warning_says_so(self, monkeypatch):
        def missing():
            raise NotBuiltError("The compiled engine is not installed: no compiler.")

        monkeypatch.setattr("axone.engines.native.load_variant", missing)
        engines._warn_not_built.cache_clear()
        recipe = Recipe(ax.Network(ax.Dense(2), input_shape=3), LOSSES.resolve("mse"), ax.SGD())
        with pytest.warns(UserWarning, match="no compiler") as caught:
            names = [compile_recipe(recipe).engine for _ in range(3)]
        assert names == ["reference"] * 3
        assert len(caught) == 1
        with pytest.raises(NotBuiltError):
            compile_recipe(recipe, "native")
