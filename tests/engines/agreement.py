"""What tests of engines share: random recipes and rows, and whether two engines agree on them."""

import numpy as np
import pytest
from benchmarks.random_networks import HEADS, KINDS, targets
from hypothesis import strategies as st

import axone as ax
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty
from axone.schedules import SCHEDULES

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


def trained(engine, recipe, X, target, weight, epochs, mask=None):
    plan = engine.compile(recipe)
    state = plan.start(recipe.network.initialize(recipe.seed, recipe.dtype))
    session = plan.session(state, Examples(X, target, weight, mask), epochs)
    reports = []
    while state.epoch < epochs:
        lap = session.advance(epochs=2)
        assert lap.divergence is None
        reports.extend(lap.reports)
    return plan, state, reports


def difference(found, wanted):
    found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    if wanted.size == 0:
        return 0.0
    return float(np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-3))


def rows_for(recipe, rows, seed, weighted=False):
    random = np.random.default_rng(seed)
    network, dtype = recipe.network, recipe.dtype
    shape = (rows, *network.input_shape)
    if network.takes_tokens:
        X = random.integers(0, network.layers[0].vocabulary_size, shape)
    else:
        X = random.normal(size=shape).astype(dtype)
    target = targets(random, recipe, rows)
    weight = random.uniform(0.1, 2, size=rows).astype(dtype) if weighted else None
    return X, target, weight


def mask_for(rows, length, seed):
    """A mask that leaves some positions out, anywhere, and of no row all."""
    random = np.random.default_rng(seed)
    mask = random.random((rows, length)) < 0.6
    mask[np.arange(rows), random.integers(0, length, rows)] = True
    return mask


def assert_engines_agree(recipe, rows, tolerance, epochs=3, weighted=False, mask=None):
    X, target, weight = rows_for(recipe, rows, recipe.seed + 1, weighted)
    _, wanted, wanted_reports = trained(ReferenceEngine(), recipe, X, target, weight, epochs, mask)
    plan, found, reports = trained(NativeEngine(), recipe, X, target, weight, epochs, mask)
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
    rows = Examples(X, target, weight, mask)
    value, prediction = plan.evaluate(found.parameters, rows)
    reference = ReferenceEngine().compile(recipe)
    wanted_value, wanted_prediction = reference.evaluate(found.parameters, rows)
    assert difference(prediction, wanted_prediction) < tolerance
    assert value == pytest.approx(wanted_value, rel=tolerance)
    assert difference(plan.predict(found.parameters, X, mask), wanted_prediction) < tolerance


def a_layer(draw, width, names):
    kind = draw(st.sampled_from(KINDS))
    name = draw(st.sampled_from(names))
    if kind == "dense":
        units = draw(st.integers(1, 70))
        return ax.Dense(units, name, bias=draw(st.booleans())), units
    if kind == "dropout":
        return ax.Dropout(draw(st.sampled_from([0.0, 0.3, 0.7]))), width
    if kind == "batch_norm":
        return ax.BatchNorm(), width
    if kind == "layer_norm":
        return ax.LayerNorm(), width
    if kind == "rms_norm":
        return ax.RMSNorm(), width
    if kind == "noise":
        return ax.GaussianNoise(0.1), width
    assert kind == "residual"
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
    loss, output = draw(st.sampled_from(HEADS))
    scale = draw(st.sampled_from([1.0, 0.5, 3.0]))
    outputs = draw(st.integers(2 if output == "softmax" else 1, 35))
    network = ax.Network(*layers, ax.Dense(outputs, output), input_shape=inputs)
    return Recipe(
        network,
        LOSSES.resolve({"name": loss, "scale": scale}),
        a_rule(draw(st.sampled_from(STEPWISE))),
        batch_size=draw(st.integers(2, 40)),
        drop_last=draw(st.booleans()),
        schedule=SCHEDULES.resolve(draw(st.sampled_from(["constant", "cosine", "adaptive"]))),
        penalty=Penalty(draw(st.sampled_from([0.0, 0.1])), draw(st.sampled_from([0.0, 0.5]))),
        clipping=Clipping(draw(st.sampled_from([None, 0.05])), draw(st.sampled_from([None, 0.1]))),
        dtype=dtype,
        seed=draw(st.integers(0, 1000)),
        shuffle=draw(st.booleans()),
    )
