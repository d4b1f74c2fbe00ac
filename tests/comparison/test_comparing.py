"""`compare`: who takes part, what is found, what is written, and how a comparison ends."""

import csv
import json
import math
import signal
import warnings

import numpy as np
import pytest

from axone.comparison import OPPONENTS, OURS, TimedEpoch, compare
from axone.comparison import comparing as room
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment

QUICK = {"training": {"epochs": 2}}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))
    return tmp_path


@pytest.fixture
def without_torch(monkeypatch):
    """A machine on which PyTorch is not installed."""
    find = room.find_spec
    monkeypatch.setattr(room, "find_spec", lambda name: None if name == "torch" else find(name))


@pytest.fixture
def iris():
    return Experiment.from_source("iris", QUICK)


def against_scikit_learn(experiment, *places, **settings):
    return compare(experiment, *places, against=["sklearn"], **settings)


def test_all_three_agree_and_weights_have_moved(iris, torch):
    found = compare(iris)
    assert found.libraries == [OURS, *OPPONENTS]
    assert found.ending == "done"
    assert found.largest_change > 0.01
    for key in OPPONENTS:
        assert max(found.differences(key)) < 1e-12
        np.testing.assert_allclose(found.losses(key), found.losses(OURS), rtol=1e-12)
        wanted = found.validation_losses(OURS)
        np.testing.assert_allclose(found.validation_losses(key), wanted, rtol=1e-9)
        assert found.speed_ratio(key) > 0
    assert found.notes


def test_a_difference_of_the_equations_shows(iris, monkeypatch):
    from axone.comparison.scikit_learn import ScikitLearnContestant

    steps = ScikitLearnContestant.run_epoch
    faster = lambda self, order, rates: steps(self, order, 1.01 * rates)  # noqa: E731
    monkeypatch.setattr(ScikitLearnContestant, "run_epoch", faster)
    found = against_scikit_learn(iris)
    assert found.differences("sklearn")[0] > 1e-4
    assert found.differences("sklearn")[1] > found.differences("sklearn")[0]


def test_the_reference_engine_is_compared_as_well():
    experiment = Experiment.from_source("iris", QUICK | {"engine": "reference"})
    found = against_scikit_learn(experiment)
    assert (found.engine, found.engine_reason) == ("reference", "as asked")
    assert max(found.differences("sklearn")) < 1e-12


def test_at_most_ten_epochs_are_run_unless_asked():
    long = Experiment.from_source("xor")
    assert len(against_scikit_learn(long).epochs) == 10
    assert len(against_scikit_learn(long, epochs=12).epochs) == 12
    assert len(against_scikit_learn(Experiment.from_source("xor", QUICK)).epochs) == 2


def test_no_stopping_rule_ends_a_comparison():
    stopping = {"loss_tolerance": 1e3}
    experiment = Experiment.from_source("iris", {"training": {"stopping": stopping}})
    assert len(against_scikit_learn(experiment).epochs) == 10


def test_without_validation_rows_there_are_no_validation_losses():
    found = against_scikit_learn(Experiment.from_source("xor", QUICK))
    assert found.validation_losses(OURS) == []
    assert "validation_loss" not in found.to_data()["libraries"][OURS]


def test_the_folder_holds_the_table_the_summary_the_picture_and_the_experiment(iris, here):
    found = against_scikit_learn(iris, here / "run")
    assert {path.name for path in (here / "run").iterdir()} == {
        "experiment.toml",
        "comparison.csv",
        "comparison.json",
        "comparison.png",
    }
    rows = list(csv.DictReader((here / "run" / "comparison.csv").read_text().splitlines()))
    assert [float(row["axone_loss"]) for row in rows] == found.losses(OURS)
    assert [float(row["sklearn_weight_difference"]) for row in rows] == found.differences("sklearn")
    assert [float(row["sklearn_seconds"]) for row in rows] == found.seconds("sklearn")
    summary = json.loads((here / "run" / "comparison.json").read_text())
    assert summary == found.to_data()
    assert summary["libraries"]["sklearn"]["weight_difference"] == found.differences("sklearn")[-1]
    assert (summary["dtype"], summary["epochs"], summary["ending"]) == ("float64", 2, "done")
    settings = Experiment.from_file(here / "run" / "experiment.toml").settings
    assert (settings.dtype, settings.training.epochs) == ("float64", 2)


def test_the_experiment_that_is_written_gives_the_same_losses_again(iris, here):
    first = against_scikit_learn(iris, here / "run")
    again = against_scikit_learn(Experiment.from_file(here / "run" / "experiment.toml"))
    assert again.losses(OURS) == first.losses(OURS)


def test_float32_is_compared_on_request_with_a_warning_of_its_rounding(iris):
    found = against_scikit_learn(iris, dtype="float32")
    assert 1e-9 < found.differences("sklearn")[-1] < 1e-4
    assert any("the proof is float64" in note for note in found.notes)


def test_without_pytorch_the_others_are_compared_and_it_is_said_how_to_install_it(
    iris, without_torch
):
    found = compare(iris)
    assert found.opponents == ["sklearn"]
    wanted = 'not installed; to have it: pip install "axone[torch]"'
    assert found.left_out == {"torch": wanted}


def test_with_nobody_left_the_reasons_are_told(without_torch):
    experiment = Experiment.from_source("iris", {"network": {"dropout": 0.5}})
    with pytest.raises(ConfigurationError) as told:
        compare(experiment)
    assert "There is nobody to compare with." in str(told.value)
    assert "scikit-learn: beyond it: the layer Dropout." in str(told.value)
    assert "PyTorch: not installed" in str(told.value)


def test_an_experiment_beyond_scikit_learn_is_run_without_it(torch):
    found = compare(Experiment.from_source("iris", QUICK | {"network": {"dropout": 0.5}}))
    assert found.opponents == ["torch"]
    assert found.left_out == {"sklearn": "beyond it: the layer Dropout"}
    assert found.differences("torch")[-1] < 1e-12


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"against": ["jax"]}, "unknown library to compare with 'jax'. Allowed: sklearn, torch"),
        ({"against": [" ", ""]}, "Name a library to compare with: sklearn, torch"),
        ({"dtype": "float16"}, "dtype must be one of 'float64', 'float32', not 'float16'"),
        ({"threads": 0}, "threads must be at least 1, not 0"),
        ({"epochs": 0}, "epochs must be at least 1, not 0"),
    ],
)
def test_wrong_arguments_are_refused(iris, settings, message):
    with pytest.raises(ConfigurationError, match=message):
        compare(iris, **settings)


def test_libraries_may_be_called_by_their_other_names(iris):
    assert compare(iris, against=["Scikit-Learn", "sklearn "]).opponents == ["sklearn"]


def test_lbfgs_has_no_batches_to_share():
    experiment = Experiment.from_source("iris", {"training": {"optimizer": "lbfgs"}})
    with pytest.raises(ConfigurationError, match=r"training\.optimizer: L-BFGS makes steps"):
        compare(experiment)


def test_a_wrong_engine_is_told_before_the_data_are_loaded():
    experiment = Experiment.from_source("no such data", {"engine": "warp"})
    with pytest.raises(UnknownNameError, match="unknown engine 'warp'"):
        compare(experiment)


def test_a_network_without_weights_is_refused():
    layers = [{"name": "activation", "function": "softmax"}]
    rows = {"X": np.random.default_rng(0).normal(size=(40, 2)), "y": np.arange(40) % 2}
    np.savez("rows.npz", **rows)
    experiment = Experiment.from_source("rows.npz", {"network": {"layers": layers}})
    with pytest.raises(ConfigurationError, match="This network has no weights"):
        compare(experiment)


def test_a_folder_with_something_in_it_is_refused_before_anything_is_done(iris, here):
    (here / "experiment.toml").write_text("seed = 1")
    with pytest.raises(ConfigurationError, match="is not empty: choose another --out"):
        against_scikit_learn(iris, here)
    assert [path.name for path in here.iterdir()] == ["experiment.toml"]


def test_a_run_that_diverges_ends_and_says_so(here):
    optimizer = {"name": "sgd", "learning_rate": 1e30}
    experiment = Experiment.from_source("iris", {"training": {"optimizer": optimizer}})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of the opponent's own overflow
        found = against_scikit_learn(experiment, here / "run")
    assert (found.ending, found.epochs) == ("diverged", [])
    assert math.isnan(found.typical_seconds(OURS))
    summary = json.loads((here / "run" / "comparison.json").read_text())
    assert summary["libraries"] == {key: {"version": v} for key, v in found.versions.items()}
    assert (here / "run" / "comparison.csv").read_text() == "epoch\n"
    assert not (here / "run" / "comparison.png").exists()


def test_ctrl_c_ends_a_comparison_after_the_epoch_and_keeps_what_there_is(iris, here):
    found = against_scikit_learn(
        iris,
        here / "run",
        epochs=50,
        after_epoch=lambda _: signal.raise_signal(signal.SIGINT),
    )
    assert (found.ending, len(found.epochs)) == ("interrupted", 1)
    assert (here / "run" / "comparison.png").exists()


def test_ctrl_c_between_two_libraries_drops_the_epoch_begun(iris, monkeypatch):
    from axone.comparison.ours import AxoneContestant

    run = AxoneContestant.run_epoch
    runs = []

    def interrupted_once(self, order, rates):
        timed = run(self, order, rates)
        runs.append(timed)
        if len(runs) == 3:  # the first is the one that warms up
            signal.raise_signal(signal.SIGINT)
        return timed

    monkeypatch.setattr(AxoneContestant, "run_epoch", interrupted_once)
    found = against_scikit_learn(iris)
    assert (found.ending, len(found.epochs)) == ("interrupted", 1)


def test_ctrl_c_within_an_epoch_of_axones_is_no_divergence(iris, monkeypatch):
    from axone.comparison.ours import AxoneContestant

    def interrupted(self, order, rates):
        signal.raise_signal(signal.SIGINT)
        return TimedEpoch(math.nan, 0.1)

    monkeypatch.setattr(AxoneContestant, "run_epoch", interrupted)
    assert against_scikit_learn(iris).ending == "interrupted"


def test_an_opponent_that_diverges_alone_is_told_by_null(iris, monkeypatch):
    from axone.comparison.scikit_learn import ScikitLearnContestant

    monkeypatch.setattr(ScikitLearnContestant, "run_epoch", _diverges)
    found = against_scikit_learn(iris)
    assert found.to_data()["libraries"]["sklearn"]["loss"] is None
    assert found.ending == "done"


def _diverges(self, order, rates):
    from sklearn import config_context

    with config_context(assume_finite=True):
        self.model.partial_fit(self.X, self.y, **self.labels)
    return TimedEpoch(math.nan, 0.1)


def test_several_outputs_without_a_scaler_are_compared(torch):
    random = np.random.default_rng(1)
    X = random.normal(size=(60, 3))
    np.savez("rows.npz", X=X, y=np.stack([X.sum(axis=1), X[:, 0] ** 2], axis=1))
    found = compare(Experiment.from_source("rows.npz", QUICK))
    assert set(found.opponents) == set(OPPONENTS)
    assert all(found.differences(key)[-1] < 1e-12 for key in OPPONENTS)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"class_weight": "balanced"}, "the weights of classes"),
        ({"label_smoothing": 0.1}, "the smoothing of labels"),
    ],
)
def test_what_only_axone_is_taught_leaves_everybody_out(setting, words):
    described = Experiment.from_source("iris", {"training": {"epochs": 1, **setting}})
    with pytest.raises(ConfigurationError, match=f"nobody to compare with.*{words}"):
        compare(described)
