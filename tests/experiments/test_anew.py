"""A run once more in memory: the same steps as the folder tells of, and weights along the way."""

import numpy as np
import pytest

from axone.experiments import Experiment
from axone.experiments.kept_files import history_of
from axone.experiments.network_pictures.anew import WeightsByEpoch, train_anew
from axone.model import load
from axone.training import History


@pytest.fixture
def run(tmp_path):
    training = {"epochs": 9, "stopping": {"loss_patience": 3}}
    Experiment.from_source("iris", {"training": training}).run(tmp_path / "run")
    return tmp_path / "run"


def test_the_same_steps_are_taken_again(run):
    files = {path.name: path.read_bytes() for path in run.iterdir()}
    anew = train_anew(run)
    model = load(run / "model.safetensors")
    np.testing.assert_array_equal(anew.result.parameters.vector, model.parameters.vector)
    total = np.sqrt((anew.result.evidence.gradient_norms**2).sum(axis=1))
    np.testing.assert_allclose(total, history_of(run)["gradient_norm"], rtol=1e-6)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == files


def test_a_run_that_was_interrupted_is_trained_as_far_as_it_came(run):
    lines = (run / "history.csv").read_text().splitlines()
    (run / "history.csv").write_text("\n".join(lines[:5]) + "\n")
    assert train_anew(run).result.epochs == 4


@pytest.mark.parametrize(("most", "epochs"), [(100, range(10)), (5, [0, 4, 8, 9]), (2, [0, 9])])
def test_weights_are_kept_evenly_and_before_the_first_step_and_after_the_last(run, most, epochs):
    anew = train_anew(run, most_weights=most)
    assert list(anew.epochs) == list(epochs)
    begin = anew.prepared.network.initialize(0)
    np.testing.assert_array_equal(anew.weights[0].vector, begin.vector)
    np.testing.assert_array_equal(anew.weights[-1].vector, anew.result.evidence.end.vector)


def test_no_more_weights_are_held_than_asked_for():
    class Still:
        state = type("State", (), {"parameters": np.zeros(3)})

    keeper = WeightsByEpoch(6, 1000)
    keeper.watch(Still)
    history = History({"epoch": []})
    for epoch in range(1, 1001):
        history = History({"epoch": list(range(1, epoch + 1))})
        keeper(history)
        assert len(keeper.weights) <= 5
    assert list(keeper.weights) == [0, 256, 512, 768]
