"""However the laps of an attempt fall, its weights are those of the same experiment run at once."""

import copy

import numpy as np
import pytest

from axone.experiments import Experiment
from axone.playground.attempts import Attempt
from axone.playground.bench import FIRST

ADAPTIVE = {"name": "adaptive", "patience": 1, "divisor": 2, "tolerance": 0.02}
STOPS = {"patience": 3, "loss_tolerance": 1e-3, "loss_patience": 4}

TRAININGS = {
    "minibatches": {"batch_size": 32, "epochs": 12},
    "the last batch dropped": {"batch_size": 64, "epochs": 9, "drop_last": True},
    "all rows at once": {"batch_size": 1000, "epochs": 70},
    "l-bfgs": {"optimizer": "lbfgs", "epochs": 30},
    "a schedule that follows the losses": {
        "batch_size": 32,
        "epochs": 30,
        "schedule": ADAPTIVE,
        "optimizer": {"name": "sgd", "learning_rate": 1.0},
    },
    "a schedule over all epochs": {"batch_size": 32, "epochs": 11, "schedule": "cosine"},
    "rules that stop it": {"batch_size": 16, "epochs": 400, "stopping": STOPS},
    "the best weights kept": {"batch_size": 16, "epochs": 40, "restore_best": True},
    "rules and the best weights": {
        "batch_size": 16,
        "epochs": 400,
        "stopping": STOPS,
        "restore_best": True,
    },
    "noise in its layers": {"batch_size": 32, "epochs": 9, "l2": 1e-3},
}


def design(training, **sections):
    data = copy.deepcopy(dict(FIRST)) | sections
    data["data"]["options"]["rows"] = 200
    if training == TRAININGS["noise in its layers"]:
        data["network"]["hidden_layers"].append({"name": "dropout", "rate": 0.2})
    return data | {"training": training}


def alone(bench):
    """Run the bench's experiment as the library does."""
    return Experiment(bench.design.prepared.experiment.settings, "alone").run().training


def kept_parameters(bench):
    return bench.run.result.parameters


@pytest.fixture(params=[1, 7, 23, 1000])
def lap_of(request, monkeypatch):
    """Laps of so many steps, wherever the clock stands."""
    monkeypatch.setattr(Attempt, "_length", lambda _attempt: request.param)
    return request.param


@pytest.mark.parametrize("name", TRAININGS)
def test_laps_of_so_many_steps_come_to_the_weights_of_the_experiment(empty_bench, lap_of, name):
    empty_bench.set_design(design(TRAININGS[name]))
    empty_bench.play()
    while empty_bench.playing:
        empty_bench.learn()
    wanted, run = alone(empty_bench), empty_bench.run
    assert run.history.epochs == wanted.history.epochs > 3
    assert run.history["train_loss"] == wanted.history["train_loss"]
    assert (run.stopped_by, run.result.best_epoch) == (wanted.stopped_by, wanted.best_epoch)
    assert np.array_equal(kept_parameters(empty_bench).vector, wanted.parameters.vector)


@pytest.mark.parametrize("name", TRAININGS)
def test_laps_that_follow_the_clock_at_a_pace_and_by_hand_do_so_too(empty_bench, name):
    empty_bench.set_design(design(TRAININGS[name]))
    for _ in range(3):
        empty_bench.step()
    empty_bench.epoch()
    empty_bench.set_pace(1e6)
    empty_bench.play()
    for _ in range(5):
        empty_bench.learn()
    empty_bench.set_pace(None)
    empty_bench.play_until(empty_bench.run.state.epoch + 2)
    while empty_bench.playing:
        empty_bench.learn()
    if empty_bench.attempt.ended is None:
        empty_bench.play()
    while empty_bench.playing:
        empty_bench.learn()
    wanted, run = alone(empty_bench), empty_bench.run
    assert run.history["train_loss"] == wanted.history["train_loss"]
    assert np.array_equal(kept_parameters(empty_bench).vector, wanted.parameters.vector)


def test_a_pace_ends_a_lap_with_the_epoch_at_the_latest_and_long_epochs_take_several(
    empty_bench, monkeypatch
):
    empty_bench.set_design(design({"batch_size": 10, "epochs": 50}))
    empty_bench.set_pace(30)
    empty_bench.play()
    monkeypatch.setattr(Attempt, "_length", lambda _attempt: 6)
    # 15 batches an epoch.
    stood = []
    for _ in range(6):
        empty_bench.learn()
        stood.append((empty_bench.run.state.epoch, empty_bench.run.state.batch))
    assert stood == [(0, 6), (0, 12), (1, 0), (1, 6), (1, 12), (2, 0)]


def test_an_epoch_that_takes_long_is_answered_before_its_end_and_ends_by_itself(empty_bench):
    empty_bench.set_design(design({"batch_size": 1, "epochs": 5}))
    empty_bench.epoch(within=0)
    assert empty_bench.playing
    assert empty_bench.run.state.epoch == 0
    while empty_bench.playing:
        empty_bench.learn()
    assert (empty_bench.run.state.epoch, empty_bench.run.state.batch) == (1, 0)


def test_a_rate_that_was_turned_is_told_at_once_and_kept_with_the_run(bench):
    bench.turn(0.5)
    bench.turn(0.25)
    assert bench.state()["learning_rate"] == 0.25
    assert len(bench.attempt.turned) == 1
    bench.kept.keep(bench.attempt)
    bench.epoch()
    turned = bench.parameters().vector
    bench.go_back_to(1)
    assert bench.state()["learning_rate"] == 0.25
    bench.epoch()
    assert np.array_equal(bench.parameters().vector, turned)


def test_a_kept_run_can_be_taken_up_more_than_once(bench):
    bench.kept.keep(bench.attempt)
    ends = []
    for _ in range(2):
        bench.go_back_to(1)
        bench.epoch()
        ends.append((bench.parameters().vector, bench.history()["train_loss"][:]))
    assert np.array_equal(ends[0][0], ends[1][0])
    assert ends[0][1] == ends[1][1]
    assert len(ends[0][1]) == 6
