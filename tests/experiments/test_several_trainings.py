"""Several trainings of one experiment, by folds and by seeds, and how far scores lie apart."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

import axone as ax
from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError, DataError
from axone.experiments import Experiment
from axone.experiments.folds import SCORED, make_folds
from axone.experiments.preparation import load
from axone.experiments.spread import Spread, spreads

QUICK = {"training": {"epochs": 3}}


def experiment(source="iris", **settings):
    return Experiment.from_source(source, {**QUICK, **settings})


def test_every_row_is_scored_once_in_stratified_folds():
    described = experiment(data={"test": 0.0, "validation": 0.0})
    data = load(described)
    folds = make_folds(described, data, 5)
    scored = [arranged.parts[SCORED].numbers for arranged in folds.arranged]
    assert sorted(np.concatenate(scored)) == list(range(150))
    known = np.concatenate([folds.arranged[0].parts["train"].numbers, scored[0]])
    assert sorted(known) == list(range(150))
    for arranged in folds.arranged:
        assert np.bincount(arranged.parts[SCORED].y).tolist() == [10, 10, 10]


def test_each_fold_is_scaled_by_its_training_rows_alone():
    described = experiment(data={"test": 0.0}, dtype="float64")
    data = load(described)
    for arranged in make_folds(described, data, 3).arranged:
        train = data.X[arranged.parts["train"].numbers]
        raw = data.X[arranged.parts[SCORED].numbers]
        expected = (raw - train.mean(axis=0)) / train.std(axis=0)
        np.testing.assert_allclose(arranged.parts[SCORED].X, expected)


def test_a_cross_validation_sums_up_what_was_trained_on_each_of_its_folds():
    described = experiment(data={"validation": 0.0, "test": 0.0})
    found = described.cross_validate(4)
    assert [fold.rows for fold in found.folds] == [38, 38, 37, 37]
    accuracies = [fold.scores["accuracy"] for fold in found.folds]
    assert found.right == (sum(fold.scores["right"] for fold in found.folds), 150)
    spread = found.spreads["accuracy"]
    assert spread.mean == pytest.approx(np.mean(accuracies), abs=1e-6)
    assert spread.deviation == pytest.approx(np.std(accuracies), abs=1e-6)
    assert (spread.minimum, spread.maximum) == (min(accuracies), max(accuracies))
    # The first fold by hand: the same rows, and no others, train the same network.
    data = load(described)
    arranged = make_folds(described, data, 4).arranged[0]
    train, scored = arranged.parts["train"], arranged.parts[SCORED]
    network = ax.Network(*build_hidden(), input_shape=4)
    loss = "categorical_cross_entropy"
    trainer = ax.Trainer(network, loss=loss, optimizer=ax.Adam(), batch_size=8)
    parameters = trainer.fit((train.X, train.y), max_epochs=3).parameters
    right = (network.predict(parameters, scored.X).argmax(axis=1) == scored.y).sum()
    assert right == found.folds[0].scores["right"]


def build_hidden():
    return ax.Dense(64, "relu"), ax.Dense(32, "relu"), ax.Dense(3, "softmax")


def test_a_test_share_that_is_asked_for_stays_out_of_every_fold_and_the_default_takes_none():
    assert sum(fold.rows for fold in experiment().cross_validate(3).folds) == 150
    kept = experiment(data={"test": 0.2}).cross_validate(3)
    assert sum(fold.rows for fold in kept.folds) == 120


def test_numbers_and_rows_in_memory_are_cross_validated_too():
    frame = pd.DataFrame({"a": np.arange(60) / 4, "b": np.arange(60) % 7 * 1.0})
    frame["price"] = 3 * frame["a"] + frame["b"]
    described = Experiment.in_memory({"data": {"target": "price"}, "training": {"epochs": 100}})
    found = described.cross_validate(3, dataset=frame)
    assert found.right is None
    assert found.spreads["r2"].mean > 0.5
    repeated = described.repeat(2, dataset=frame)
    assert repeated.seeds == [0, 1]


def test_a_class_with_fewer_rows_than_folds_is_told():
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.array([0] * 37 + [1] * 3)
    found = Experiment.in_memory(QUICK).cross_validate(5, dataset=(X, y))
    assert "folds_not_stratified" in [note.code for note in found.notes]


def test_a_fold_that_diverges_is_told_and_the_others_are_scored():
    described = experiment(
        training={"epochs": 3, "optimizer": {"name": "sgd", "learning_rate": 1e30}}
    )
    found = described.cross_validate(3)
    assert len(found.folds) == 3
    assert [note.code for note in found.notes] == ["fold_diverged"] * 3


@pytest.mark.parametrize(
    ("cv", "kind"), [(1, AxoneError), (0, AxoneError), (2.5, ArgumentTypeError)]
)
def test_fewer_than_two_folds_or_repeats_are_refused(cv, kind):
    with pytest.raises(kind, match="cv must be"):
        experiment().cross_validate(cv)
    with pytest.raises(kind, match="repeats must be"):
        experiment().repeat(cv)


def test_more_folds_than_rows_allow_and_too_many_repeats_are_refused():
    with pytest.raises(DataError, match=r"150 rows .* too few for 100 folds"):
        experiment().cross_validate(100)
    with pytest.raises(ConfigurationError, match="at most 1000"):
        experiment().repeat(10**6)


def test_repeats_are_the_runs_of_their_seeds(here):
    found = experiment(seed=5).repeat(3, here / "all")
    assert found.seeds == [5, 6, 7]
    for seed, metrics in zip(found.seeds, found.runs, strict=True):
        folder = here / "all" / f"seed-{seed}"
        assert json.loads((folder / "metrics.json").read_text()) == json.loads(
            json.dumps(metrics, default=str)
        )
        alone = experiment(seed=seed).run()
        assert metrics["test"] == alone.metrics["test"]
    data = json.loads((here / "all" / "repeats.json").read_text())
    accuracies = [metrics["test"]["accuracy"] for metrics in found.runs]
    told = data["scores"]["test"]["accuracy"]
    assert told["mean"] == pytest.approx(np.mean(accuracies), abs=1e-6)
    assert told["deviation"] == pytest.approx(np.std(accuracies), abs=1e-6)
    assert (told["min"], told["max"]) == (min(accuracies), max(accuracies))
    rows = list(csv.DictReader(io.StringIO((here / "all" / "repeats.csv").read_text())))
    assert [int(row["seed"]) for row in rows] == [5, 6, 7]
    assert [float(row["test_accuracy"]) for row in rows] == accuracies
    assert not (here / "all" / ".lock").exists()


def test_repeats_that_cannot_begin_leave_no_folder_and_take_no_other_ones(here):
    with pytest.raises(AxoneError, match="unknown dataset"):
        experiment("iriss").repeat(2, here / "all")
    assert not (here / "all").exists()
    (here / "full").mkdir()
    (here / "full" / "precious").write_text("")
    with pytest.raises(ConfigurationError, match="not empty"):
        experiment().repeat(2, here / "full")


def test_a_score_that_is_not_finite_somewhere_has_no_spread():
    found = spreads([{"loss": 1.0, "r2": None, "of": 3}, {"loss": 2.0, "r2": 0.5, "of": 3}])
    assert found == {"loss": Spread(1.5, 0.5, 1.0, 2.0), "r2": None}
    assert spreads([]) == {}
