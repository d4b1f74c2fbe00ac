"""Autoencoders as runs: no labels needed, pictures and scores in the folder, anomalies found."""

import csv
import json

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError, DataError
from axone.experiments import Experiment, load_run, prepare, run
from axone.experiments.labelled import read_labelled
from axone.model import Inputs

PICTURES = {"reconstructions", "anomalies", "anomaly_scores", "code_map", "curves"}


def on_a_plane(rows, seed, features=8):
    """Rows of eight features that depend on two numbers, and a little noise."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(rows, 2))
    mixing = np.random.default_rng(0).normal(size=(2, features))
    return hidden @ mixing + 0.05 * random.normal(size=(rows, features))


def described(source, **settings):
    base = {"network": {"preset": "autoencoder"}, "training": {"epochs": 3}}
    return Experiment.from_source(str(source), {**base, **settings})


@pytest.fixture
def rows_alone(here):
    np.savez(here / "rows.npz", X=on_a_plane(200, 1))
    return here / "rows.npz"


def test_an_archive_without_labels_is_enough(rows_alone, here, pictures):
    result = run(described(rows_alone, training={"epochs": 60}), here / "run")
    assert result.prepared.experiment.settings.data.task == "reconstruction"
    assert result.metrics["test"]["r2"] > 0.9
    assert {path.stem for path in (here / "run").glob("*.png")} == PICTURES
    scores = json.loads((here / "run" / "metrics.json").read_text())["anomaly_scores"]
    assert scores["train"]["median"] < scores["train"]["q99"] <= scores["train"]["largest"]


def test_a_table_without_a_target_is_learnt_whole(here, write):
    lines = [
        ",".join("abcdefgh"),
        *(",".join(f"{x:.4f}" for x in row) for row in on_a_plane(80, 1)),
    ]
    write("table.csv", "\n".join(lines))
    prepared = prepare(described("table.csv"))
    assert prepared.network.output_shape == (8,)
    assert prepared.target == Inputs(shape=(8,))


def test_rows_in_memory_are_enough(here):
    X = on_a_plane(60, 1)
    experiment = Experiment.in_memory(
        {"data": {"task": "reconstruction"}, "training": {"epochs": 2}}
    )
    result = experiment.run(dataset=X)
    assert result.prepared.experiment.settings.network.preset == "autoencoder"
    assert any("autoencoder was chosen" in note for note in result.prepared.notes)
    assert result.model.encode(X).shape == (60, 2)


def test_labels_are_kept_aside_for_the_colours_alone():
    prepared = prepare(described("iris"))
    part = prepared.parts["train"]
    np.testing.assert_array_equal(part.y, part.X)
    assert set(part.labels.tolist()) == {0, 1, 2}
    assert prepared.dataset.class_names == ("setosa", "versicolor", "virginica")
    assert part.rows(slice(0, 3)).labels.tolist() == part.labels[:3].tolist()


@pytest.mark.parametrize("shape", [(9, 7), (3, 12, 10)])
def test_images_and_signals_are_given_back_in_their_shape(here, shape, pictures):
    random = np.random.default_rng(0)
    X = random.integers(0, 256, (40, *shape), dtype=np.uint8)
    np.savez(here / "pictures.npz", X=X, y=np.arange(40) % 2)
    result = run(described("pictures.npz", training={"epochs": 1}), here / "run")
    assert {path.stem for path in (here / "run").glob("*.png")} == PICTURES
    assert result.model.reconstruct(X).shape == X.shape


def test_signals_run_too(here, pictures):
    X = np.random.default_rng(0).normal(size=(40, 2, 31)).astype(np.float32)
    np.savez(here / "waves.npz", X=X, y=np.arange(40) % 2)
    result = run(described("waves.npz", training={"epochs": 1}), here / "run")
    assert result.model.reconstruct(X).shape == X.shape
    assert (here / "run" / "reconstructions.png").exists()


def test_the_folder_gives_the_same_model_and_the_same_run(rows_alone, here):
    first = run(described(rows_alone), here / "run")
    experiment, model = load_run(here / "run")
    X = on_a_plane(5, 3)
    np.testing.assert_array_equal(model.anomaly_scores(X), first.model.anomaly_scores(X))
    again = run(experiment)
    np.testing.assert_array_equal(again.model.parameters.vector, first.model.parameters.vector)


def test_a_row_off_the_plane_has_a_large_score(rows_alone):
    model = described(rows_alone, training={"epochs": 60}).run().model
    usual = on_a_plane(50, 7)
    strange = np.random.default_rng(8).normal(size=(50, 8)) * usual.std(axis=0)
    limit = np.quantile(model.anomaly_scores(usual), 0.95)
    assert (model.anomaly_scores(strange) > limit).mean() > 0.8


def test_scores_are_the_mean_square_of_what_is_left(rows_alone):
    model = described(rows_alone).run().model
    X = on_a_plane(9, 2)
    inputs = model.preprocessing.transform(X)
    left = inputs - model.reconstruct(X)
    np.testing.assert_allclose(model.anomaly_scores(X), (left**2).mean(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(model.predict(X), model.anomaly_scores(X))


def test_rows_of_a_file_are_measured_without_labels(rows_alone):
    result = described(rows_alone).run()
    part = read_labelled(rows_alone, result.model, "").part
    assert len(part) == 200
    np.testing.assert_array_equal(part.y, part.X)


def test_folds_are_scored_too(rows_alone):
    assert described(rows_alone).cross_validate(2).spreads["r2"].mean < 1


def test_what_makes_no_sense_is_refused(rows_alone, here):
    np.savez(here / "tokens.npz", X=np.arange(40).reshape(10, 4) % 7, y=np.arange(10) % 2)
    with pytest.raises(ConfigurationError, match="class_weight"):
        prepare(described("iris", training={"class_weight": "balanced"}))
    with pytest.raises(ConfigurationError, match="calibrate"):
        prepare(described("iris", training={"calibrate": "temperature"}))
    with pytest.raises(ConfigurationError, match="not tuned"):
        ax.tune(described("iris"), trials=1)
    with pytest.raises(DataError, match="nowhere"):
        prepare(described("nowhere.npz"))
    with pytest.raises(DataError, match="no autoencoder"):
        Experiment.from_source("iris", {"training": {"epochs": 1}}).run().model.reconstruct([[1.0]])


def test_predict_writes_a_score_a_row(rows_alone, here):
    from axone.cli.predictions import predictions_csv, read

    run(described(rows_alone), here / "run")
    model = load_run(here / "run")[1]
    lines = list(csv.reader(predictions_csv(model, read([str(rows_alone)], model)).splitlines()))
    assert lines[0] == ["anomaly_score"]
    found = np.array(lines[1:], dtype=float)[:, 0]
    np.testing.assert_array_equal(found, model.anomaly_scores(on_a_plane(200, 1)))
