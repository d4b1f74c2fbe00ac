"""Formulas in the compiled engine: the reference engine's numbers, by programs that are checked."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.special
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.engines.agreement import (
    FLOAT32,
    FLOAT64,
    assert_engines_agree,
    difference,
    recipes,
    rows_for,
    trained,
)
from tests.engines.test_native_threads import trained_by_a_team
from tests.formula.trees import smooth_trees, trees

import axone as ax
from axone.activations import Formula
from axone.data.examples import Examples
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.variants import load_variant
from axone.formula import to_text
from axone.formula.expression import FUNCTIONS as EVERY_FUNCTION
from axone.formula.expression import Constant, Variable, walk
from axone.losses import LOSSES
from axone.penalties import Clipping, Penalty

LEARNT = "a*z + b*tanh(c*z), a=1, b=0.5, c=2"
FORMULAS = (
    "z * sigmoid(1.5*z)",
    "0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))",
    "log(1 + exp(z))",
    "z/(1 + abs(z))",
    "sin(a*z)**2/a + z, a=1.5",
    "sigmoid(z)",
    "2*z - 1",
    LEARNT,
)


def recipe_of(*layers, shape, dtype="float64", batch_size=7, optimizer=None):
    network = ax.Network(*layers, ax.Dense(3, "softmax"), input_shape=shape)
    rule = optimizer or ax.Momentum(0.05, 0.9, "classical")
    return Recipe(network, LOSSES.resolve("cce"), rule, batch_size=batch_size, dtype=dtype)


def around(formula):
    """Every kind of layer that has activations, narrow and wide, in rows and in lanes."""
    return {
        "narrow": ((ax.Dense(9, formula), ax.Dense(5, formula)), 5),
        "wide": ((ax.Dense(150, formula), ax.Dense(70, formula)), 40),
        "alone": ((ax.Dense(6), ax.Activation(formula)), 4),
        "signals": ((ax.Conv1D(5, 3, formula), ax.Activation(formula), ax.Flatten()), (2, 9)),
        "images": (
            (
                ax.Conv2D(6, 3, formula, padding="same"),
                ax.MaxPool(2),
                ax.Conv2D(3, 2, formula),
                ax.Flatten(),
            ),
            (1, 8, 8),
        ),
        "positions": ((ax.PositionwiseDense(5, formula), ax.Flatten()), (4, 6)),
        "beside a recurrent layer": (
            (ax.PositionwiseDense(4, formula), ax.GRU(5, last=True), ax.Dense(6, formula)),
            (5, 3),
        ),
        "in a residual block": ((ax.Dense(6), ax.Residual(ax.Dense(6, formula))), 5),
    }


@pytest.mark.parametrize("place", list(around("2*z")))
@pytest.mark.parametrize("formula", FORMULAS)
def test_every_layer_learns_with_formulas_as_the_reference_does(formula, place):
    layers, shape = around(formula)[place]
    assert_engines_agree(recipe_of(*layers, shape=shape), 24, FLOAT64)


@pytest.mark.parametrize("place", list(around("2*z")))
def test_in_float32_too(place):
    layers, shape = around(LEARNT)[place]
    assert_engines_agree(recipe_of(*layers, shape=shape, dtype="float32"), 24, FLOAT32)


@pytest.mark.parametrize("place", ["narrow", "wide", "images"])
@pytest.mark.parametrize(
    "changes",
    [
        {"clipping": Clipping(norm=0.05)},
        {"clipping": Clipping(value=0.01)},
        {"penalty": Penalty(0.1, 0.5)},
        {"frozen": 1},
        {"optimizer": ax.Adam(0.01, epsilon=1e-3)},
        {"optimizer": ax.LBFGS()},
    ],
    ids=["norm", "value", "penalties", "frozen", "adam", "lbfgs"],
)
def test_whatever_becomes_of_the_gradients_of_learnt_constants(changes, place):
    layers, shape = around(LEARNT)[place]
    recipe = replace(recipe_of(*layers, shape=shape), **changes)
    if recipe.full_batch:
        # Its searches magnify roundings from step to step: a few steps tell.
        assert_engines_agree(recipe, 24, 1e-5, epochs=2)
    else:
        assert_engines_agree(recipe, 24, FLOAT64)


@settings(max_examples=40)
@given(recipe=recipes(names=FORMULAS), rows=st.integers(1, 60))
def test_random_networks_of_formulas_have_the_same_gradient(recipe, rows):
    X, target, _ = rows_for(recipe, rows, 5)
    parameters = recipe.network.initialize(recipe.seed, recipe.dtype)
    batch = Examples(X, target)
    loss, gradient = NativeEngine().compile(recipe).loss_and_gradient(parameters, batch, 4)
    wanted_loss, wanted = ReferenceEngine().compile(recipe).loss_and_gradient(parameters, batch, 4)
    assume(np.isfinite(wanted_loss) and np.isfinite(wanted.vector).all())
    assert loss == pytest.approx(wanted_loss, rel=1e-9)
    assert difference(gradient.vector, wanted.vector) < 1e-8


def of_both_engines(tree, units, rows):
    """Return loss and gradient of the compiled engine and of the reference engine."""
    parts = set(walk(tree))
    assume(Variable() in parts)
    text = to_text(tree) + (", a=0.7" if Constant("a") in parts else "")
    assume(len(text) < 900)
    recipe = recipe_of(ax.Dense(units, Formula(text)), shape=4)
    assume(not NativeEngine().obstacles(recipe))
    X, target, _ = rows_for(recipe, rows, 5)
    parameters = recipe.network.initialize(3, "float64")
    found, wanted = (
        engine.compile(recipe).loss_and_gradient(parameters, Examples(X, target), 0)
        for engine in (NativeEngine(), ReferenceEngine())
    )
    assume(np.isfinite(wanted[1].vector).all() and np.abs(wanted[1].vector).max() < 1e4)
    assume(wanted[0] < 1e3)
    return found, wanted


@settings(max_examples=40)
@given(tree=trees(("a",), jumps=False), units=st.integers(1, 40), rows=st.integers(1, 30))
def test_any_formula_without_jumps_has_the_same_values(tree, units, rows):
    # Of two sides that are equal but for rounding engines may take one each, and `where` may jump
    # there; a kink has the same value on both sides, but not the same slope.
    (loss, _), (wanted, _) = of_both_engines(tree, units, rows)
    assert loss == pytest.approx(wanted, rel=1e-6)


@settings(max_examples=40)
@given(tree=smooth_trees(("a",)), units=st.integers(1, 40), rows=st.integers(1, 30))
def test_any_smooth_formula_has_the_same_gradients(tree, units, rows):
    (loss, gradient), (wanted_loss, wanted) = of_both_engines(tree, units, rows)
    assert loss == pytest.approx(wanted_loss, rel=1e-6)
    assert difference(gradient.vector, wanted.vector) < 1e-5


FUNCTIONS = {
    "exp(z)": np.exp,
    "expm1(z)": np.expm1,
    "log(abs(z))": lambda z: np.log(np.abs(z)),
    "log1p(abs(z))": lambda z: np.log1p(np.abs(z)),
    "log1p(z)": np.log1p,
    "log(z)": np.log,
    "sin(z)": np.sin,
    "cos(z)": np.cos,
    "tanh(z)": np.tanh,
    "erf(z)": scipy.special.erf,
    "sigmoid(z)": scipy.special.expit,
    "softplus(z)": lambda z: np.logaddexp(z, 0),
    "sqrt(abs(z))": lambda z: np.sqrt(np.abs(z)),
    "abs(z)": np.abs,
    "relu(z)": lambda z: np.maximum(z, 0),
    "abs(z)**1.7": lambda z: np.abs(z) ** 1.7,
    "z**-3": lambda z: 1 / z**3,
    "min(z, 2)": lambda z: np.minimum(z, 2),
    "max(z, -2)": lambda z: np.maximum(z, -2),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", list(FUNCTIONS))
def test_functions_are_numpys_and_scipys_to_some_roundings(formula, dtype):
    far = [1e4, -1e4, 1e6, -1e6, 123456.789, 1e-30, -1e-30, 1e-42, 0.0, np.nan, np.inf, -np.inf]
    z = np.concatenate([np.linspace(-20, 20, 1001), np.linspace(-1e-3, 1e-3, 51), far]).astype(
        dtype
    )
    if formula.startswith("exp") or "**" in formula:
        z = z[np.abs(z) < 80]
    network = ax.Network(ax.Activation(formula), input_shape=len(z))
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype=dtype)
    found = NativeEngine().compile(recipe).predict(network.initialize(0, dtype), z[None])[0]
    with np.errstate(all="ignore"):
        wanted = FUNCTIONS[formula](z.astype(np.float64)).astype(dtype)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    infinite = np.isinf(wanted)
    np.testing.assert_array_equal(found[infinite], wanted[infinite])
    finite = np.isfinite(wanted)
    # The exponent of a power is rounded to float32, too.
    tolerance = 1e-14 if dtype == "float64" else 3e-6 if "**" in formula else 5e-7
    tiny = np.finfo(dtype).tiny * 2
    np.testing.assert_allclose(found[finite], wanted[finite], rtol=tolerance, atol=tiny)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "activation",
    ["relu", "relu(z)", "max(0, z)", "max(z, -1)", "min(1, z)", "clip(z, 0, 1)", "abs(z)"],
)
def test_what_is_no_number_stays_none_in_every_engine(activation, dtype):
    torch_engine = pytest.importorskip(
        "axone.engines.torch", reason="PyTorch is an extra"
    ).TorchEngine
    network = ax.Network(ax.Activation(activation), input_shape=4)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype=dtype)
    X = np.array([[np.nan, -2, np.nan, 3]] * 5, dtype)
    for engine in (ReferenceEngine(), NativeEngine(), torch_engine()):
        found = engine.compile(recipe).predict(network.initialize(0, dtype), X)
        assert np.isnan(found[:, [0, 2]]).all()
        assert np.isfinite(found[:, [1, 3]]).all()


@pytest.mark.parametrize(
    ("formula", "kinks"),
    [
        ("sqrt(relu(z))", [-1, 0]),
        ("max(z, 0)**0.7", [-1, 0]),
        ("sqrt(abs(z))", [0]),
        ("relu(log(relu(z)))", [-1, 0]),
        ("sqrt(clip(z, 0, 1))", [-1, 0, 1, 2]),
    ],
)
def test_what_is_flat_passes_nothing_on_in_either_engine(formula, kinks):
    network = ax.Network(ax.Dense(1, "2*z"), ax.Activation(formula), input_shape=1)
    parameters = network.initialize(0, "float64").replaced({"0.weight": [[0.5]]})
    X = np.array(kinks, dtype=np.float64)[:, None]
    for engine in ("reference", "native"):
        _, gradient = ax.loss_and_gradient(
            network, parameters, X, np.full_like(X, 5), loss="mae", engine=engine
        )
        assert gradient["0.weight"].item() == gradient["0.bias"].item() == 0


@pytest.mark.parametrize("formula", ["log(abs(z))", "1/z", "a*log(abs(z)), a=1", "z**-2"])
@pytest.mark.parametrize("units", [1, 3, 9, 17, 70, 150])
def test_what_is_no_cell_spreads_nothing_where_a_formula_has_no_value_at_zero(formula, units):
    """Rows are padded to whole vectors and batches to whole blocks, with numbers that are 0."""
    for layers, shape in [
        ((ax.Dense(units, formula),), 5),
        ((ax.Dense(units, formula), ax.Dense(units, formula)), 5),
        ((ax.Conv1D(units % 5 + 1, 3, formula), ax.Conv1D(3, 2, formula), ax.Flatten()), (2, 9)),
        ((ax.Conv1D(3, 3), ax.Activation(formula), ax.Conv1D(3, 2), ax.Flatten()), (2, 9)),
        ((ax.Dense(units), ax.BatchNorm(), ax.Activation(formula), ax.LayerNorm()), 5),
    ]:
        recipe = recipe_of(*layers, shape=shape)
        parameters = recipe.network.initialize(1, "float64")
        X, target, _ = rows_for(recipe, 11, 3)
        batch = Examples(X, target)
        loss, gradient = NativeEngine().compile(recipe).loss_and_gradient(parameters, batch, 0)
        wanted_loss, wanted = (
            ReferenceEngine().compile(recipe).loss_and_gradient(parameters, batch, 0)
        )
        assert loss == pytest.approx(wanted_loss, rel=1e-7)
        assert difference(gradient.vector, wanted.vector) < 1e-6


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_the_last_layer_may_have_a_formula(loss):
    network = ax.Network(ax.Dense(6, "tanh"), ax.Dense(2, "z + 0.3*sin(z)"), input_shape=4)
    recipe = Recipe(network, LOSSES.resolve(loss), ax.SGD(0.05), batch_size=5, dtype="float64")
    assert_engines_agree(recipe, 23, FLOAT64)


@pytest.mark.parametrize("place", ["narrow", "wide", "signals", "images", "positions"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_learn_the_same_bits(place, dtype):
    layers, shape = around(LEARNT)[place]
    recipe = recipe_of(*layers, shape=shape, dtype=dtype, batch_size=37)
    ends = [trained_by_a_team(recipe, 90, threads) for threads in (1, 2, 3)]
    assert ends[0] == ends[1] == ends[2]


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_a_run_is_saved_loaded_and_resumed_to_the_same_bits(engine, tmp_path):
    network = ax.Network(ax.Dense(6, LEARNT), ax.Dense(1), input_shape=3)
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = np.sin(X).sum(axis=1)

    def trainer():
        return ax.Trainer(network, loss="mse", optimizer=ax.Adam(0.01), engine=engine, seed=1)

    whole = trainer().fit(train=(X, y), max_epochs=6)
    checkpoint = tmp_path / "run.safetensors"
    trainer().fit(train=(X, y), max_epochs=3, checkpoint=checkpoint)
    resumed = trainer().fit(train=(X, y), max_epochs=6, checkpoint=checkpoint, resume=True)
    assert resumed.parameters.vector.tobytes() == whole.parameters.vector.tobytes()


def test_a_saved_model_predicts_the_same(tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 3))
    regressor = ax.MLPRegressor(
        hidden_layer_sizes=(5,), activation=LEARNT, max_iter=200, tol=0.1, random_state=0
    )
    regressor.fit(X, np.sin(X).sum(axis=1))
    ax.save(regressor.model_, tmp_path / "model.safetensors")
    again = ax.load(tmp_path / "model.safetensors")
    assert again.network.layers[0].function == Formula(LEARNT)
    np.testing.assert_array_equal(again.predict(X), regressor.model_.predict(X))


@pytest.mark.parametrize("name", list(EVERY_FUNCTION))
def test_every_function_that_formulas_may_hold_runs_in_the_compiled_engine(name):
    formula = f"{name}({', '.join(['1.5*abs(z)', 'z'][: EVERY_FUNCTION[name]])})"
    assert name in load_variant().operations
    assert_engines_agree(recipe_of(ax.Dense(7, formula), shape=4), 20, 1e-7)


def test_a_plain_state_is_learnt_from_many_rows():
    recipe = recipe_of(ax.Dense(8, LEARNT), shape=4, dtype="float64")
    rows = rows_for(recipe, 200, 1)
    _, state, _ = trained(NativeEngine(), recipe, *rows, 3)
    assert not np.allclose([state.parameters[f"0.{name}"].item() for name in "abc"], [1, 0.5, 2])
