"""What a session promises, whichever engine it is of."""

import numpy as np
import pytest

import axone as ax
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe, get_engine
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS, SGD
from axone.parameters import Trail
from axone.schedules import SCHEDULES, Schedule, Warmup

NETWORK = ax.Network(ax.Dense(5, "tanh"), ax.BatchNorm(), ax.Dense(3, "softmax"), input_shape=4)


@pytest.fixture(params=["reference", "native"])
def engine(request):
    try:
        return get_engine(request.param)
    except NotBuiltError as error:
        pytest.skip(str(error))


def session(engine, epochs=9, rows=23, loss="cce", optimizer="adam", **settings):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(rows, 4)), random.integers(0, 3, rows)
    settings = {"dtype": "float64", "batch_size": 5, **settings}
    recipe = Recipe(NETWORK, LOSSES.resolve(loss), OPTIMIZERS.resolve(optimizer), **settings)
    plan = engine.compile(recipe)
    state = plan.start(NETWORK.initialize(1, "float64"))
    return plan.session(state, Examples(X, recipe.loss.prepare(y, (3,), "float64")), epochs)


@pytest.mark.parametrize("schedule", ["constant", "adaptive", "cosine"])
def test_a_lap_reports_on_every_epoch_it_completed(engine, schedule):
    run = session(engine, schedule=SCHEDULES.resolve(schedule))
    first, second = run.advance(epochs=4).reports, run.advance(epochs=2).reports
    assert [report.epoch for report in first] == [1, 2, 3, 4]
    assert [report.epoch for report in second] == [5, 6]
    assert run.state.losses == [report.loss for reports in (first, second) for report in reports]


class LastLoss(Schedule):
    """A schedule of one's own, which says nothing of what it reads."""

    def factors(self, clock):
        factor = clock.losses[-1] if clock.losses else 1.0
        return np.full(clock.steps_per_epoch, factor)


@pytest.mark.parametrize("schedule", [LastLoss(), Warmup(epochs=1, after=LastLoss())])
def test_a_schedule_of_ones_own_knows_the_losses_of_all_epochs_before(engine, schedule):
    run = session(engine, schedule=schedule, optimizer=SGD(0.5))
    reports = run.advance(epochs=6).reports
    rates = [report.learning_rate for report in reports]
    assert rates == [0.5, *(0.5 * loss for loss in run.state.losses[:-1])]


def test_the_runs_last_epoch_is_the_last(engine):
    run = session(engine, epochs=3)
    assert len(run.advance(epochs=10).reports) == 3
    assert len(run.advance(epochs=10).reports) == 0
    assert run.state.epoch == 3


def test_laps_of_any_length_end_at_the_same_bits(engine):
    whole = session(engine)
    whole.advance(epochs=9)
    pieces = session(engine)
    for steps in (1, 2, 5, 9, 13, 15):
        pieces.advance(epochs=9, steps=steps)
    assert (pieces.state.epoch, pieces.state.step) == (9, 45)
    for name in ("vector", "buffers"):
        np.testing.assert_array_equal(
            getattr(pieces.state.parameters, name), getattr(whole.state.parameters, name)
        )
    assert pieces.state.losses == whole.state.losses


def test_so_many_steps_are_made_and_no_more(engine):
    run = session(engine)
    lap = run.advance(epochs=9, steps=3)
    assert (run.state.epoch, run.state.batch, run.state.step, len(lap.reports)) == (0, 3, 3, 0)
    lap = run.advance(epochs=9, steps=2)
    assert (run.state.epoch, run.state.batch, run.state.step) == (1, 0, 5)
    assert [report.step for report in lap.reports] == [5]


def test_what_a_session_went_through_can_be_gone_through_again(engine):
    run = session(engine)
    run.advance(epochs=2)
    before = run.state.copy()
    run.advance(epochs=3)
    after = run.state.copy()
    run.state.go_back(before)
    assert run.state.epoch == 2
    run.advance(epochs=3)
    np.testing.assert_array_equal(run.state.parameters.vector, after.parameters.vector)
    assert run.state.losses == after.losses


def test_a_loss_that_only_its_scale_makes_infinite_moves_nothing(engine):
    recipe = Recipe(
        ax.Network(ax.Dense(1), input_shape=2),
        LOSSES.resolve({"name": "mse", "scale": 1e300}),
        SGD(1e-300),
        batch_size=3,
        dtype="float64",
    )
    plan = engine.compile(recipe)
    state = plan.start(recipe.network.initialize(0, "float64"))
    before = state.copy()
    with np.errstate(over="ignore"):
        rows = Examples(np.ones((3, 2)), np.full((3, 1), 1e5))
        lap = plan.session(state, rows, 2).advance(epochs=2)
    assert (lap.divergence.what, lap.divergence.loss, state.step) == ("loss", np.inf, 0)
    np.testing.assert_array_equal(state.parameters.vector, before.parameters.vector)


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "lbfgs"])
def test_a_batch_that_is_not_finite_moves_nothing(engine, optimizer):
    """Neither the weights nor the memory, nor the averages of batch normalisation, nor counts."""
    rows = np.random.default_rng(0).normal(size=(6, 4))
    target = np.full((6, 1), 3.0)
    target[4] = 1e200
    recipe = Recipe(
        ax.Network(ax.BatchNorm(), ax.Dense(1), input_shape=4),
        LOSSES.resolve("mse"),
        OPTIMIZERS.resolve(optimizer),
        batch_size=2,
        shuffle=False,
        dtype="float64",
    )
    plan = engine.compile(recipe)
    state = plan.start(recipe.network.initialize(0, "float64"))
    run = plan.session(state, Examples(rows, target), 5)
    with np.errstate(all="ignore"):
        if not recipe.full_batch:
            run.advance(epochs=5, steps=2)
        before = state.copy()
        lap = run.advance(epochs=5)
    assert lap.divergence is not None
    np.testing.assert_array_equal(state.parameters.vector, before.parameters.vector)
    np.testing.assert_array_equal(state.parameters.buffers, before.parameters.buffers)
    for name, vector in before.slots.items():
        np.testing.assert_array_equal(state.slots[name], vector)
    assert (state.step, state.batch) == (before.step, before.batch)
    assert lap.divergence.batch == before.batch + 1


@pytest.mark.parametrize(
    ("optimizer", "schedule"), [("adam", "constant"), ("adam", "adaptive"), ("lbfgs", "constant")]
)
def test_a_trail_holds_weights_and_averages_after_every_epoch(engine, schedule, optimizer):
    settings = {"schedule": SCHEDULES.resolve(schedule), "optimizer": optimizer}
    whole, pieces = session(engine, **settings), session(engine, **settings)
    trail = Trail(NETWORK.layout, 6, "float64")
    whole.advance(epochs=5, trail=trail)
    for parameters in trail[:5]:
        pieces.advance()
        np.testing.assert_array_equal(parameters.vector, pieces.state.parameters.vector)
        np.testing.assert_array_equal(parameters.buffers, pieces.state.parameters.buffers)
    np.testing.assert_array_equal(trail[4].vector, whole.state.parameters.vector)


def test_a_trail_begins_with_the_epoch_that_is_completed_first(engine):
    run, other = session(engine), session(engine)
    run.advance(epochs=9, steps=3)
    trail = Trail(NETWORK.layout, 2, "float64")
    assert len(run.advance(epochs=2, trail=trail).reports) == 2
    for parameters in trail:
        other.advance()
        np.testing.assert_array_equal(parameters.vector, other.state.parameters.vector)


def test_the_weights_of_a_trail_are_evaluated_as_each_of_them_is(engine):
    run = session(engine)
    trail = Trail(NETWORK.layout, 3, "float64")
    run.advance(epochs=3, trail=trail)
    random = np.random.default_rng(1)
    target = random.integers(0, 3, 400)
    rows = Examples(random.normal(size=(400, 4)), target, random.uniform(size=400))
    plan = run.plan if engine.name == "reference" else engine.compile(run.recipe)
    values, predictions = plan.evaluate_each(trail, rows)
    assert predictions.shape == (3, 400, 3)
    for value, prediction, parameters in zip(values, predictions, trail, strict=True):
        wanted, expected = plan.evaluate(parameters, rows)
        assert value == wanted
        np.testing.assert_array_equal(prediction, expected)
