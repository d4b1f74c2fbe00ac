"""The bench learns as the command line does, can be gone back on, and keeps within its bounds."""

import copy

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.experiments import Experiment
from axone.playground.bench import FIRST
from axone.playground.kept import MOST_KEPT
from axone.playground.past import Past
from axone.playground.undoing import MOST_UNDONE


def other(**sections):
    data = copy.deepcopy(dict(FIRST))
    return {**data, **sections}


def learn_for(bench, laps):
    bench.play()
    for _ in range(laps):
        bench.learn()
    bench.pause()


def test_laps_of_any_length_learn_the_weights_that_a_run_of_the_library_learns(empty_bench):
    empty_bench.set_design(other(training={"epochs": 300, "batch_size": 16}))
    empty_bench.play()
    while empty_bench.playing:
        empty_bench.learn()
    settings = empty_bench.design.prepared.experiment.settings
    alone = Experiment(settings, "alone").run()
    assert empty_bench.run.state.epoch == 300
    assert np.array_equal(empty_bench.parameters().vector, alone.training.parameters.vector)
    assert empty_bench.state()["ended"] == "all 300 epochs are done"


def test_steps_and_epochs_made_by_hand_lead_to_the_same_weights(empty_bench):
    empty_bench.set_design(FIRST)
    for _ in range(7):
        empty_bench.step()
    assert empty_bench.state()["batch"] == 7
    empty_bench.epoch()
    assert (empty_bench.state()["epoch"], empty_bench.state()["batch"]) == (1, 0)
    by_hand = empty_bench.parameters().vector
    empty_bench.reset()
    empty_bench.epoch()
    assert np.array_equal(empty_bench.parameters().vector, by_hand)


def test_laps_end_with_an_epoch_wherever_they_reach_its_end(bench):
    bench.play()
    ends = set()
    for _ in range(30):
        before = bench.run.state.epoch
        bench.learn()
        if bench.run.state.epoch > before:
            ends.add(bench.run.state.batch)
    assert ends == {0}


def test_a_refused_design_leaves_everything_as_it_was(bench):
    attempt, state = bench.attempt, bench.state()
    with pytest.raises(ConfigurationError):
        bench.set_design(other(training={"l2": -1}))
    assert bench.attempt is attempt
    assert bench.state() == state


def test_undo_goes_back_to_the_design_with_its_run_as_it_was_and_redo_forward(bench):
    learnt, epochs = bench.parameters().vector, bench.run.state.epoch
    bench.set_design(other(seed=3))
    bench.epoch()
    fresh = bench.parameters().vector
    bench.undo()
    assert bench.design.data["seed"] == 0
    assert bench.run.state.epoch == epochs
    assert np.array_equal(bench.parameters().vector, learnt)
    bench.redo()
    assert np.array_equal(bench.parameters().vector, fresh)
    assert not bench.state()["can_redo"]


def test_a_run_that_was_gone_back_to_goes_on(bench):
    bench.set_design(other(seed=3))
    bench.undo()
    bench.epoch()
    continued = bench.parameters().vector
    bench.reset()
    for _ in range(6):
        bench.epoch()
    assert np.array_equal(bench.parameters().vector, continued)


def test_there_is_an_end_to_what_can_be_undone(bench):
    with pytest.raises(ConfigurationError, match="nothing to undo"):
        bench.undo()
    with pytest.raises(ConfigurationError, match="nothing to redo"):
        bench.redo()
    for seed in range(MOST_UNDONE + 3):
        bench.reset(seed + 1)
    for _ in range(MOST_UNDONE):
        bench.undo()
    assert not bench.state()["can_undo"]


def test_another_seed_begins_with_other_weights(bench):
    bench.reset()
    first = bench.parameters().vector
    bench.reset(1)
    assert not np.array_equal(bench.parameters().vector, first)
    assert bench.design.data["seed"] == 1


@pytest.mark.parametrize("seed", [-1, 1.5, "x", True])
def test_what_is_no_seed_is_refused(bench, seed):
    with pytest.raises((ConfigurationError, TypeError)):
        bench.reset(seed)


def test_looking_back_shows_the_weights_of_a_past_epoch_and_playing_those_of_now(bench):
    bench.reset()
    start = bench.parameters().vector
    for _ in range(3):
        bench.epoch()
    now = bench.parameters().vector
    bench.look_back(0)
    assert np.array_equal(bench.parameters().vector, start)
    assert bench.state()["looking_back"] == bench.shown_epoch() == 0
    bench.look_back(None)
    assert np.array_equal(bench.parameters().vector, now)
    bench.look_back(1)
    bench.play()
    assert bench.looking_back is None


def test_the_learning_rate_can_be_turned_while_it_learns(bench):
    bench.turn(0.5)
    bench.epoch()
    assert bench.state()["learning_rate"] == 0.5
    assert bench.attempt.turned[0][1] == 0.5
    for wrong in (0, -1, float("nan"), "x", None):
        with pytest.raises((ConfigurationError, TypeError)):
            bench.turn(wrong)


def test_a_run_at_its_end_goes_on_for_as_many_epochs_when_it_is_played_again(empty_bench):
    empty_bench.set_design(other(training={"epochs": 3, "batch_size": 16}))
    empty_bench.set_pace(1e6)  # then a lap is an epoch
    for _ in range(2):
        empty_bench.play()
        while empty_bench.playing:
            empty_bench.learn()
    assert empty_bench.run.state.epoch == 6
    assert empty_bench.history()["epoch"] == [1, 2, 3, 4, 5, 6]
    assert empty_bench.state()["past"] == [0, 1, 2, 3, 4, 5, 6]


def test_a_kept_run_stays_as_it_was_and_can_be_taken_up_again(bench):
    weights = bench.parameters().vector
    bench.kept.keep(bench.attempt, "first")
    bench.epoch()
    bench.set_design(other(seed=9))
    (kept,) = bench.kept.to_data()
    assert (kept["name"], kept["epochs"]) == ("first", 5)
    assert len(kept["curves"]["train_loss"]) == 5
    bench.go_back_to(kept["run"])
    assert np.array_equal(bench.parameters().vector, weights)
    bench.epoch()
    assert bench.run.state.epoch == 6
    bench.kept.drop(kept["run"])
    assert bench.kept.to_data() == []
    with pytest.raises(ConfigurationError, match="no run"):
        bench.kept.drop(kept["run"])


def test_no_more_runs_are_kept_than_can_be_told_apart(bench):
    for _ in range(MOST_KEPT):
        bench.kept.keep(bench.attempt)
    with pytest.raises(ConfigurationError, match="drop one"):
        bench.kept.keep(bench.attempt)
    assert len({run["name"] for run in bench.kept.to_data()}) == MOST_KEPT


def test_a_run_that_diverges_ends_and_says_so(empty_bench):
    data = {"source": "diabetes", "target_scaling": "none"}
    training = {"optimizer": {"name": "sgd", "learning_rate": 1e6}, "epochs": 50}
    empty_bench.set_design(other(data=data, training=training))
    empty_bench.play()
    while empty_bench.playing:
        empty_bench.learn()
    state = empty_bench.state()
    assert state["diverged"]
    assert state["ended"]
    empty_bench.play()
    assert not empty_bench.playing


def test_laps_grow_until_they_take_their_time_and_never_pass_the_last_epoch(bench):
    learn_for(bench, 12)
    assert bench.attempt._lap_steps > 100
    bench.set_design(other(training={"epochs": 2, "batch_size": 16}))
    learn_for(bench, 12)
    assert bench.run.state.epoch == 2


def test_weights_of_the_past_are_spread_over_the_run_and_bounded():
    class Weights:
        """Stands for an array that is only held."""

    past = Past(bytes_of_one=2**20)
    for epoch in range(5000):
        past.keep(epoch, Weights())
    assert len(past.epochs) <= past.room == 48
    gaps = np.diff(past.epochs)
    assert gaps.max() <= 2 * gaps.min()
    assert past.epochs[0] == 0
    assert past.epochs[-1] > 4700


def test_a_run_of_very_many_epochs_keeps_a_bounded_history_of_weights(empty_bench):
    empty_bench.set_design(other(training={"epochs": 3000, "batch_size": 450}))
    empty_bench.play()
    while empty_bench.playing:
        empty_bench.learn()
    past = empty_bench.state()["past"]
    assert past[0] == 0
    assert past[-1] >= 2900
    assert len(past) <= 240


def test_a_pace_is_kept_and_the_speed_that_is_told_is_that_of_the_clock(bench, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("axone.playground.pace.time.monotonic", lambda: clock[0])
    bench.set_pace(4)
    bench.play()
    before = bench.run.state.epoch
    for _ in range(40):
        while not bench.seconds_to_wait():
            bench.learn()
        clock[0] += 0.125
    assert bench.run.state.epoch - before == 20
    assert bench.state()["epochs_per_second"] == pytest.approx(4, rel=0.01)


def test_attempts_of_the_compiled_and_the_reference_engine_go_alike(empty_bench):
    ends = []
    for engine in ("native", "reference"):
        empty_bench.set_design({**other(dtype="float64"), "engine": engine})
        for _ in range(7):
            empty_bench.step()
        for _ in range(4):
            empty_bench.epoch()
        ends.append(empty_bench.parameters().vector)
    assert np.allclose(ends[0], ends[1], atol=1e-12)


@pytest.fixture
def slow_bench(empty_bench, monkeypatch):
    """Return a bench of which every step takes as long as a lap may."""
    monkeypatch.setattr("axone.playground.attempts.LAP_SECONDS", 0.0)
    empty_bench.set_design(other())
    return empty_bench


def test_at_a_pace_a_long_epoch_is_learnt_in_pieces(slow_bench, monkeypatch):
    bench = slow_bench
    monkeypatch.setattr("axone.playground.bench._PACED_SECONDS", 0.0)
    bench.set_pace(30)
    bench.play()
    epoch, step = bench.run.state.epoch, bench.run.state.step
    bench.learn()
    assert bench.run.state.step > step
    pieces = 1
    while bench.run.state.epoch == epoch:
        assert not bench.seconds_to_wait()  # in the midst of an epoch nothing is waited for
        bench.learn()
        pieces += 1
    assert pieces > 1
    assert bench.run.state.batch == 0
    assert bench.playing


def test_one_epoch_that_takes_long_goes_on_as_a_run_and_pauses_at_its_end(slow_bench, monkeypatch):
    bench = slow_bench
    monkeypatch.setattr("axone.playground.bench._AT_ONCE_SECONDS", 0.0)
    epoch = bench.run.state.epoch
    bench.epoch()
    assert bench.playing
    assert bench.run.state.epoch == epoch
    while bench.playing:
        bench.learn()
    assert (bench.run.state.epoch, bench.run.state.batch) == (epoch + 1, 0)
