"""L-BFGS on both engines: SciPy's iterations, each other's numbers, interrupted without a trace."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from tests.engines.agreement import FLOAT64_BATCH_NORM, assert_engines_agree, difference, rows_for

import axone as ax
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe, compile_recipe, get_engine
from axone.engines.native.lbfgs import LBFGSSession
from axone.engines.native.population import shape_of
from axone.engines.native.workspaces import Borrowed
from axone.lbfgs import Standing
from axone.losses import LOSSES
from axone.parameters import Parameters
from axone.penalties import Penalty

NETWORKS = {
    "classes": (
        ax.Network(ax.Dense(9, "tanh"), ax.Dense(6, "gelu"), ax.Dense(3, "softmax"), input_shape=5),
        "cce",
    ),
    "two classes": (
        ax.Network(ax.Dense(7, "swish"), ax.Dense(1, "sigmoid"), input_shape=5),
        "binary_cross_entropy",
    ),
    "numbers": (ax.Network(ax.Dense(8, "sigmoid"), ax.Dense(2), input_shape=5), "mse"),
    "batch norm": (
        ax.Network(
            ax.Dense(8, "tanh"), ax.BatchNorm(), ax.Residual(ax.Dense(8, "elu")), ax.LayerNorm(),
            ax.Dense(3, "softmax"), input_shape=5,
        ),
        "cce",
    ),
}  # fmt: skip

REGULAR = [name for name in NETWORKS if name != "batch norm"]
"""With a penalty their losses have a minimum; batch norm makes up for any weights before it."""


@pytest.fixture(params=["reference", "native"])
def engine(request):
    try:
        return get_engine(request.param)
    except NotBuiltError as error:
        pytest.skip(str(error))


def recipe(name="classes", dtype="float64", optimizer=None, **settings):
    network, loss = NETWORKS[name]
    return Recipe(
        network, LOSSES.resolve(loss), optimizer or ax.LBFGS(), dtype=dtype, seed=2, **settings
    )


def begun(engine, made, rows=60, epochs=40, weighted=False):
    """Return a session at its beginning."""
    examples = Examples(*rows_for(made, rows, 1, weighted))
    plan = engine.compile(made)
    state = plan.start(made.network.initialize(made.seed, made.dtype))
    return plan.session(state, examples, epochs)


def everything(state):
    arrays = [state.parameters.vector, state.parameters.buffers, *state.slots.values()]
    counts = (state.epoch, state.batch, state.step, state.totals, state.losses)
    return [array.tobytes() for array in arrays], counts


def minimised_by_scipy(session, iterations, loss_tolerance):
    """Return what SciPy shows after every iteration on the reference engine's loss and gradient."""
    made = session.recipe if hasattr(session, "recipe") else session.plan.recipe
    reference, buffers = get_engine("reference").compile(made), session.state.parameters.buffers

    def objective(vector):
        weights = Parameters(made.network.layout, vector, buffers.copy())
        loss, gradient = reference.loss_and_gradient(weights, session.examples, 1)
        return loss, gradient.vector

    path = []

    def callback(intermediate_result):
        path.append((float(intermediate_result.fun), intermediate_result.x.copy()))

    minimize(
        objective,
        session.state.parameters.vector.copy(),
        jac=True,
        method="L-BFGS-B",
        callback=callback,
        options={"maxcor": 10, "gtol": 1e-5, "ftol": loss_tolerance, "maxiter": iterations},
    )
    return path


@pytest.mark.parametrize("penalty", [Penalty(), Penalty(l1=0.01, l2=0.3)], ids=["plain", "l1, l2"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_first_iterations_are_scipys(engine, name, penalty):
    session = begun(engine, recipe(name, penalty=penalty), weighted=True)
    path = minimised_by_scipy(session, iterations=10, loss_tolerance=0.0)
    for wanted, _ in path:
        (report,) = session.advance().reports
        assert report.loss + report.penalty == pytest.approx(wanted, rel=1e-8)
    found = session.state.parameters.vector
    np.testing.assert_allclose(found, path[-1][1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", REGULAR)
def test_it_comes_to_the_minimum_that_scipy_comes_to(engine, name):
    session = begun(engine, recipe(name, penalty=Penalty(l2=3.0)), epochs=2000)
    path = minimised_by_scipy(session, iterations=2000, loss_tolerance=64 * 2.0**-52)
    reports = session.advance(epochs=2000).reports
    assert reports.loss[-1] + reports.penalty[-1] == pytest.approx(path[-1][0], rel=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_both_engines_make_the_same_iterations(name, weighted):
    made = recipe(name, penalty=Penalty(l2=0.1), optimizer=ax.LBFGS(memory=4))
    assert_engines_agree(made, 60, FLOAT64_BATCH_NORM, epochs=8, weighted=weighted)


@settings(max_examples=25)
@given(
    width=st.integers(1, 40),
    outputs=st.integers(2, 12),
    rows=st.integers(20, 90),
    memory=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_any_network_is_minimised_alike(width, outputs, rows, memory, seed):
    network = ax.Network(
        ax.Dense(width, "tanh"), ax.Dense(outputs, "softmax"), input_shape=(width + 6) // 2
    )
    made = Recipe(
        network, LOSSES.resolve("cce"), ax.LBFGS(memory=memory), dtype="float64", seed=seed
    )
    assert_engines_agree(made, rows, FLOAT64_BATCH_NORM, epochs=6)


@pytest.mark.parametrize("name", REGULAR)
def test_float32_comes_to_the_minimum_of_float64(engine, name):
    losses = []
    for dtype in ("float64", "float32"):
        session = begun(engine, recipe(name, dtype, penalty=Penalty(l2=3.0)), epochs=2000)
        reports = session.advance(epochs=2000).reports
        losses.append(reports.loss[-1] + reports.penalty[-1])
    assert losses[1] == pytest.approx(losses[0], rel=5e-3)


class TestManyRows:
    """More than pass together: the compiled engine adds the gradients of groups of rows up."""

    ROWS = 1500

    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("name", NETWORKS)
    def test_they_are_learnt_from_as_the_reference_engine_does(self, name, weighted):
        made = recipe(name, penalty=Penalty(l1=0.1, l2=0.5))
        assert_engines_agree(made, self.ROWS, FLOAT64_BATCH_NORM, epochs=6, weighted=weighted)

    def test_a_unit_is_dead_that_is_so_in_every_group(self):
        network = ax.Network(ax.Dense(4, "relu"), ax.Dense(1), input_shape=1)
        made = Recipe(network, LOSSES.resolve("mse"), ax.LBFGS(), dtype="float64")
        # The first two units live on the last row alone, and on the first; the others nowhere.
        start = network.initialize(0, "float64").replaced(
            {"0.weight": [[1.0], [-1.0], [1.0], [1.0]], "0.bias": [-0.5, -0.5, -9.0, -9.0]}
        )
        X = np.zeros((self.ROWS, 1))
        X[-1], X[0] = 1.0, -1.0
        plan = get_engine("native").compile(made)
        session = plan.session(plan.start(start), Examples(X, np.zeros((self.ROWS, 1))), 1)
        assert plan._rows_together(self.ROWS) < self.ROWS
        (report,) = session.advance().reports
        assert report.dead_shares[0] == 0.5

    def test_a_gradient_that_is_not_finite_in_any_group_ends_it(self, engine):
        network = ax.Network(ax.Dense(1), input_shape=1)
        made = Recipe(network, LOSSES.resolve("mse"), ax.LBFGS(), dtype="float64")
        X = np.ones((self.ROWS, 1))
        X[-1] = 1e200
        plan = engine.compile(made)
        state = plan.start(network.initialize(0, "float64"))
        with np.errstate(all="ignore"):
            lap = plan.session(state, Examples(X, X * 0), 3).advance(epochs=3)
        assert lap.divergence is not None
        assert (state.epoch, state.step) == (0, 0)


class TestInterruption:
    @pytest.mark.parametrize("name", NETWORKS)
    def test_between_any_two_gradients_it_leaves_no_trace(self, name):
        made = recipe(name, optimizer=ax.LBFGS(memory=3))
        whole = begun(get_engine("reference"), made)
        whole.advance(epochs=9)
        session, laps = begun(get_engine("reference"), made), 0
        while session.state.epoch < 9:
            session.advance(epochs=9, interrupted=lambda: True)
            laps += 1
        assert laps == session.state.step > session.state.epoch
        assert everything(session.state) == everything(whole.state)

    # Some of their first searches need several trials.
    @pytest.mark.parametrize("name", ["classes", "batch norm"])
    def test_the_compiled_engine_goes_on_within_a_search(self, name):
        made = recipe(name, optimizer=ax.LBFGS(memory=3))
        whole, part = (begun(get_engine("reference"), made) for _ in range(2))
        whole.advance(epochs=14)
        within = []
        while part.state.epoch < 14:
            part.advance(epochs=14, interrupted=lambda: True)
            standing = Standing.from_numbers(part.state.slots["search"].tolist())
            if standing.line is not None and standing.line.evaluations:
                within.append(part.state.copy())
        assert within
        for state in within:
            plan = get_engine("native").compile(made)
            plan.session(state, part.examples, 14).advance(epochs=14)
            assert (state.epoch, state.step) == (whole.state.epoch, whole.state.step)
            found, wanted = state.parameters.vector, whole.state.parameters.vector
            assert difference(found, wanted) < FLOAT64_BATCH_NORM

    def test_the_compiled_engine_is_asked_within_an_iteration_too(self):
        network = ax.Network(ax.Dense(300, "tanh"), ax.Dense(10, "softmax"), input_shape=200)
        made = Recipe(network, LOSSES.resolve("cce"), ax.LBFGS(), dtype="float64")
        engine = get_engine("native")
        # So many rows that it is asked after every few gradients.
        whole = begun(engine, made, rows=4000, epochs=3)
        whole.advance(epochs=3)
        session = begun(engine, made, rows=4000, epochs=3)
        while session.state.epoch < 3:
            session.advance(epochs=3, interrupted=lambda: True)
        assert everything(session.state) == everything(whole.state)

    def test_an_error_of_whoever_is_asked_leaves_everything_as_it_was(self):
        network = ax.Network(ax.Dense(300, "tanh"), ax.Dense(10, "softmax"), input_shape=200)
        made = Recipe(network, LOSSES.resolve("cce"), ax.LBFGS(), dtype="float64")
        session = begun(get_engine("native"), made, rows=8000)
        before = everything(session.state)

        def failing():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            session.advance(epochs=30, interrupted=failing)
        assert everything(session.state) == before

    def test_a_lap_is_at_least_an_iteration(self, engine):
        session = begun(engine, recipe())
        lap = session.advance(epochs=5, steps=1)
        assert (len(lap.reports), session.state.epoch) == (1, 1)


def test_epoch_by_epoch_are_the_bits_of_all_at_once(engine):
    for name in NETWORKS:
        whole, parts = begun(engine, recipe(name)), begun(engine, recipe(name))
        whole.advance(epochs=15)
        for _ in range(15):
            parts.advance()
        assert everything(parts.state) == everything(whole.state)


def test_what_has_converged_stays_converged(engine):
    session = begun(engine, recipe(optimizer=ax.LBFGS(loss_tolerance=1e-2)), epochs=500)
    lap = session.advance(epochs=500)
    assert lap.converged
    before = everything(session.state)
    again = session.advance(epochs=500)
    assert again.converged
    assert len(again.reports) == 0
    assert everything(session.state) == before


def test_a_loss_that_is_not_finite_on_the_way_ends_it_at_the_last_good_weights(engine):
    # A steep exponential: the first step is too long for float32.
    network = ax.Network(ax.Dense(1, "exponential"), input_shape=1)
    made = Recipe(network, LOSSES.resolve("mse"), ax.LBFGS())
    X = np.linspace(1, 80, 20, dtype=np.float32).reshape(-1, 1)
    plan = engine.compile(made)
    start = network.initialize().replaced({"0.weight": [[0.1]], "0.bias": [0.0]})
    state = plan.start(start.astype("float32"))
    session = plan.session(state, Examples(X, np.full((20, 1), 1e9, dtype=np.float32)), 50)
    before = state.copy()
    with np.errstate(all="ignore"):
        lap = session.advance(epochs=50)
    assert lap.divergence is not None
    assert lap.divergence.what == "loss"
    assert len(lap.divergence.rows) == 20
    assert np.isfinite(state.parameters.vector).all()
    assert state.step >= before.step
    assert state.epoch == len(lap.reports)


def test_threads_change_no_bit():
    network = ax.Network(
        ax.Dense(130, "relu"), ax.Dense(64, "tanh"), ax.Dense(10, "softmax"), input_shape=90
    )
    made = Recipe(network, LOSSES.resolve("cce"), ax.LBFGS(memory=3), penalty=Penalty(l2=0.1))
    examples = Examples(*rows_for(made, 1100, 1))
    ends = []
    for threads in (1, 2, 3):
        plan = get_engine("native").compile(made)
        state = plan.start(network.initialize(0))
        workspace = plan.compiled.workspace(300, 300, threads, threads_forced=True)
        borrowed, hits = Borrowed(workspace, deque()), plan.compiled.hit_counts
        session = LBFGSSession(made, made.optimizer, borrowed, hits, state, examples, 6)
        session.advance(epochs=6)
        assert session.threads_used == threads
        ends.append(everything(state))
    assert ends[0] == ends[1] == ends[2]


class TestTheCompiledFunction:
    @pytest.fixture
    def given(self):
        made = recipe("numbers")
        plan = get_engine("native").compile(made)
        state = plan.start(made.network.initialize(0, "float64"))
        rows, labels, numbers, weights = (*rows_for(made, 8, 1)[:1], None, None, None)
        numbers = np.zeros((8, 2))
        workspace = plan.compiled.workspace(8, 8, 1)
        slots = dict(
            zip(("gradient", "steps", "changes", "curvatures", "standing"), state.slots.values(),
                strict=True)
        )  # fmt: skip
        return workspace, {
            "parameters": state.parameters.vector,
            "buffers": state.parameters.buffers,
            **slots,
            "X": rows,
            "labels": labels,
            "numbers": numbers,
            "weights": weights,
            "mask": None,
            "position": (0, 0, 0, 0.0, 0.0, 0.0, 0, []),
            "epochs": 2,
            "limits": (0.0, 0.0, 100),
            "poll": lambda epoch, batch: False,
        }

    def test_what_fits_is_taken(self, given):
        workspace, arguments = given
        ending, position, table, _ = workspace.minimise(**arguments)
        assert (ending, position[0], len(table)) == ("done", 2, 2)

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("gradient", np.zeros(3), "gradient has another length"),
            ("steps", np.zeros((9, 66)), "memory has another shape"),
            ("changes", np.zeros((10, 65)), "memory has another shape"),
            ("curvatures", np.zeros(0), "must hold a pair"),
            ("standing", np.zeros(3), "other numbers"),
            ("X", np.zeros((9, 5)), "."),
            ("position", (-1, 0, 0, 0.0, 0.0, 0.0, 0, []), "out of range"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, given, name, value, message):
        workspace, arguments = given
        with pytest.raises(ValueError, match=message):
            workspace.minimise(**(arguments | {name: value}))

    @pytest.mark.parametrize("pairs", [-1.0, np.nan, np.inf, 1e300])
    def test_a_number_of_pairs_that_cannot_be_is_refused(self, given, pairs):
        workspace, arguments = given
        arguments["standing"][3] = pairs
        with pytest.raises(ValueError, match="number of pairs is out of range"):
            workspace.minimise(**arguments)


def test_the_compiled_engine_is_taken_and_knows_what_it_cannot_search():
    assert compile_recipe(recipe()).engine == "native"
    noisy = ax.Network(ax.Dropout(0.1), ax.Dense(3, "softmax"), input_shape=4)
    (obstacle,) = get_engine("native").obstacles(Recipe(noisy, LOSSES.resolve("cce"), ax.LBFGS()))
    assert "leave out dropout" in obstacle


def test_it_trains_in_no_population():
    # A population's runs make their steps together; searches need different numbers of trials.
    assert shape_of(get_engine("native").compile(recipe()), 20) is None
