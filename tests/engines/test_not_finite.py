"""What is not finite is not stepped on: both engines stop at the same batch and leave no trace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.agreement import STEPWISE
from tests.models import NAMED_ACTIVATIONS

import axone as ax
from axone.data import Examples
from axone.engines import NativeEngine, NotBuiltError, Recipe, ReferenceEngine, get_engine
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty

ENGINES = ["reference", "native"]


@pytest.fixture(params=ENGINES)
def engine(request):
    try:
        return get_engine(request.param)
    except NotBuiltError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _overflow_is_expected():
    with np.errstate(all="ignore"):
        yield


def begun(engine, network, examples, loss="mse", epochs=1, **settings):
    settings = {"optimizer": ax.SGD(), "batch_size": 4, "shuffle": False, **settings}
    recipe = Recipe(network, LOSSES.resolve(loss), **settings)
    plan = engine.compile(recipe)
    state = plan.start(network.initialize(recipe.seed, recipe.dtype))
    return plan.session(state, examples, epochs)


def standing(state):
    """Everything that a step moves."""
    vectors = [state.parameters.vector, state.parameters.buffers, *state.slots.values()]
    counts = (state.epoch, state.batch, state.step, state.totals)
    return [vector.tobytes() for vector in vectors], counts


@pytest.mark.parametrize(("dtype", "x", "y"), [("float32", 1e25, 1e18), ("float64", 1e160, 1e150)])
def test_a_gradient_that_overflows_moves_nothing(engine, dtype, x, y):
    examples = Examples(np.full((1, 1), x, dtype), np.full((1, 1), y, dtype))
    network = ax.Network(ax.Dense(1, initializer="zeros"), input_shape=1)
    session = begun(engine, network, examples, dtype=dtype)
    before = standing(session.state)
    divergence = session.advance().divergence
    assert divergence.what == "gradient"
    assert divergence.loss == pytest.approx(y * y)
    assert standing(session.state) == before


def test_the_case_that_used_to_end_at_minus_infinity(engine):
    examples = Examples(np.full((1, 1), 1e20, "float32"), np.zeros((1, 1), "float32"))
    session = begun(engine, ax.Network(ax.Dense(1), input_shape=1), examples, epochs=3)
    assert session.advance(epochs=3).divergence is not None
    assert np.isfinite(session.state.parameters.vector).all()


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_weight_that_relu_hides_is_found_although_every_loss_is_finite(engine, epochs):
    """From the third batch on the unit would give relu(−∞) = 0, whatever it is shown."""
    network = ax.Network(ax.Dense(1, "relu"), ax.Dense(1), input_shape=1)
    X = np.ones((6, 1), "float32")
    X[2] = 1e16
    examples = Examples(X, np.zeros((6, 1), "float32"))
    session = begun(engine, network, examples, epochs=epochs, batch_size=1, optimizer=ax.SGD(1e-25))
    weights = session.state.parameters
    weights.vector[...] = 0
    weights["0.weight"][...], weights["1.weight"][...] = 1e-10, 1e10
    divergence = session.advance(epochs=epochs).divergence
    # ŷ = 10¹⁶, ∂L/∂w₁ = 2·10¹⁶·10¹⁰·10¹⁶ in a precision that ends at 10³⁸.
    assert (divergence.epoch, divergence.batch, divergence.what) == (1, 3, "gradient")
    assert (session.state.step, session.state.batch) == (2, 2)
    assert np.isfinite(weights.vector).all()


def test_running_averages_that_overflow_are_a_step_not_made(engine):
    """In float32 the variance of rows at ±10²⁵, 10⁵⁰, is no number, though x̂ and the loss are."""
    random = np.random.default_rng(0)
    X = random.normal(size=(12, 2)).astype("float32")
    X[4:8] *= 1e25
    examples = Examples(X, random.normal(size=(12, 1)).astype("float32"))
    network = ax.Network(ax.BatchNorm(), ax.Dense(1), input_shape=2)
    session = begun(engine, network, examples)
    session.advance(steps=1)
    before = standing(session.state)
    divergence = session.advance().divergence
    assert (divergence.batch, divergence.what) == (2, "averages")
    assert np.isfinite(divergence.loss)
    assert standing(session.state) == before


@pytest.mark.parametrize("norm", [ax.LayerNorm(), ax.RMSNorm()])
def test_rows_far_out_are_normalised_alike_in_float32(norm):
    """Squares of 10²⁵ are no numbers of float32; statistics are summed in float64."""
    random = np.random.default_rng(0)
    X = (random.normal(size=(8, 5)) * 1e25).astype("float32")
    examples = Examples(X, random.normal(size=(8, 1)).astype("float32"))
    network = ax.Network(norm, ax.Dense(1), input_shape=5)
    ends = []
    for engine in (ReferenceEngine(), NativeEngine()):
        session = begun(engine, network, examples, epochs=5)
        assert session.advance(epochs=5).divergence is None
        ends.append(session.state)
    np.testing.assert_allclose(
        ends[0].parameters.vector, ends[1].parameters.vector, rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(ends[0].losses, ends[1].losses, rtol=1e-5)


@pytest.mark.parametrize("optimizer", STEPWISE)
@pytest.mark.parametrize("clipping", [Clipping(), Clipping(value=0.5), Clipping(norm=0.5)])
@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_a_batch_that_is_not_learnt_from_leaves_no_trace(engine, optimizer, clipping, what):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(23, 3)), random.normal(size=(23, 1))
    # The third batch fails. Its loss is (10¹⁵⁰)², its gradient 10¹⁵⁰·10¹⁶⁰: a feature that was
    # always 0, whose weight therefore is; or its loss is (10²⁰⁰)², after batch norm has looked.
    layers = [ax.Dense(1, initializer="zeros")]
    if what == "gradient":
        X[:8, 2], X[9], y[9] = 0, (0, 0, 1e160), 1e150
    else:
        y[9], layers = 1e200, [ax.BatchNorm(), *layers]
    session_of = {
        "network": ax.Network(*layers, input_shape=3),
        "optimizer": OPTIMIZERS.resolve(optimizer),
        "clipping": clipping,
        "penalty": Penalty(0.01, 0.1),
        "dtype": "float64",
    }
    failing = 1 if session_of["optimizer"].full_batch else 3
    session = begun(engine, examples=Examples(X, y), **session_of)
    if failing > 1:
        session.advance(steps=2)
    before = standing(session.state)
    divergence = session.advance().divergence
    assert (divergence.batch, divergence.what) == (failing, what)
    assert standing(session.state) == before
    # In one call from the start it ends at the same place.
    again = begun(engine, examples=Examples(X, y), **session_of)
    assert again.advance().divergence.batch == failing
    assert standing(again.state) == before


def test_epochs_before_the_one_that_fails_are_reported(engine):
    random = np.random.default_rng(0)
    examples = Examples(random.normal(size=(20, 3)), random.normal(size=(20, 1)))
    network = ax.Network(ax.Dense(1), input_shape=3)
    session = begun(
        engine, network, examples, epochs=10_000, optimizer=ax.SGD(3.0), dtype="float64"
    )
    lap = session.advance(epochs=10_000)
    assert lap.divergence is not None
    assert 1 < len(lap.reports) == session.state.epoch < 10_000
    assert lap.divergence.epoch == session.state.epoch + 1
    assert np.isfinite(session.state.losses).all()


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e15), ("float64", 1e100)])
def test_a_gradient_whose_square_overflows_is_clipped_all_the_same(engine, dtype, size):
    examples = Examples(np.full((4, 2), size, dtype), np.full((4, 1), size, dtype))
    network = ax.Network(ax.Dense(1, bias=False, initializer="zeros"), input_shape=2)
    clipping = Clipping(norm=0.5)
    session = begun(
        engine, network, examples, dtype=dtype, clipping=clipping, optimizer=ax.SGD(1.0)
    )
    assert session.advance().divergence is None
    assert np.linalg.norm(session.state.parameters.vector) == pytest.approx(0.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(NAMED_ACTIVATIONS))
def test_activations_pass_on_what_is_not_finite_as_the_reference_does(name, dtype):
    values = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 1e4, -1e4, 0.0, -0.0], dtype)
    loss = LOSSES.resolve("cce" if name == "softmax" else "mse")
    for some in [values[:1], values[3:]] if name == "softmax" else [values]:
        network = ax.Network(ax.Activation(name), input_shape=len(some))
        recipe = Recipe(network, loss, ax.SGD(), dtype=dtype)
        parameters = network.initialize(0, dtype)
        wanted = ReferenceEngine().compile(recipe).predict(parameters, some[None])[0]
        found = NativeEngine().compile(recipe).predict(parameters, some[None])[0]
        np.testing.assert_array_equal(np.isfinite(found), np.isfinite(wanted))
        np.testing.assert_array_equal(np.isnan(found)[:1], np.isnan(wanted)[:1])
        finite = np.isfinite(wanted)
        # Of e⁻ᶻ a smallest normal number is left, where the reference says 0.
        np.testing.assert_allclose(found[finite], wanted[finite], rtol=1e-6, atol=1e-7)


@st.composite
def wild_runs(draw):
    """A network, an optimiser, and rows of which some are far too large."""
    layers = draw(
        st.lists(
            st.sampled_from(
                [
                    ax.Dense(5, "relu"),
                    ax.Dense(4, "tanh"),
                    ax.Dense(6, "leaky_relu"),
                    ax.Dense(3, "elu"),
                    ax.Dense(7, "swish"),
                    ax.Dense(5),
                    ax.Dropout(0.3),
                    ax.BatchNorm(),
                    ax.LayerNorm(),
                    ax.RMSNorm(),
                    ax.Activation("softplus"),
                ]
            ),
            max_size=3,
        )
    )
    network = ax.Network(*layers, ax.Dense(2), input_shape=3)
    recipe = Recipe(
        network,
        LOSSES.resolve(draw(st.sampled_from(["mse", "mae", "huber"]))),
        OPTIMIZERS.resolve(draw(st.sampled_from([n for n in STEPWISE if n != "gradient_descent"]))),
        batch_size=4,
        penalty=Penalty(l2=draw(st.sampled_from([0.0, 0.1]))),
        clipping=Clipping(draw(st.sampled_from([None, 0.1])), draw(st.sampled_from([None, 0.1]))),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        seed=draw(st.integers(0, 100)),
    )
    return recipe, draw(st.integers(0, 29)), draw(st.sampled_from([1.0, 3.0]))


@settings(max_examples=150)
@given(run=wild_runs())
def test_both_engines_stop_at_the_same_step(run):
    recipe, row, factor = run
    random = np.random.default_rng(recipe.seed)
    X, y = random.normal(size=(30, 3)), random.normal(size=(30, 2))
    # So large that products overflow, whatever the order in which they are added.
    largest = float(np.finfo(recipe.dtype).max)
    X[row] *= largest**0.9 * factor / 10
    examples = Examples(X.astype(recipe.dtype), y.astype(recipe.dtype))
    ends = []
    for engine in (ReferenceEngine(), NativeEngine()):
        plan = engine.compile(recipe)
        state = plan.start(recipe.network.initialize(recipe.seed, recipe.dtype))
        with np.errstate(all="ignore"):
            lap = plan.session(state, examples, 2).advance(epochs=2)
        divergence = lap.divergence
        ends.append(
            (divergence and (divergence.epoch, divergence.batch, divergence.what), state.step)
        )
        assert np.isfinite(state.parameters.vector).all()
        assert np.isfinite(state.parameters.buffers).all()
    assert ends[0] == ends[1]
