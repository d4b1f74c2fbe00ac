"""Saved runs: what the command line makes of the folder is what the page showed."""

import contextlib
import csv
import hashlib
import json
import zipfile

import numpy as np
import pytest
from typer.testing import CliRunner

import axone as ax
from axone.cli import app
from axone.errors import ConfigurationError, DataError
from axone.playground.bench import Bench
from axone.playground.opening import design_of_run, open_run
from axone.playground.questions.saving import save

DESIGN = {
    "data": {"source": "iris", "validation": 0.2, "test": 0.2},
    "network": {"hidden_layers": [{"name": "dense", "units": 6, "activation": "tanh"}]},
    "seed": 2,
}


@pytest.fixture
def bench(tmp_path):
    folder = tmp_path / "session"
    folder.mkdir()
    made = Bench(folder)
    made.announced = []
    made.announce_download = lambda path, name: made.announced.append((path, name)) or "17"
    made.set_design(DESIGN)
    return made


def trained(bench, epochs=5):
    for _epoch in range(epochs):
        bench.epoch()
    return bench


@pytest.fixture
def unzipped(tmp_path):
    """Return the folder that a save of a bench comes to."""

    def unzip(bench):
        told = save(bench, {})
        path, name = bench.announced[-1]
        assert (told["download"], told["name"]) == ("17", name)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "fetched")
        return tmp_path / "fetched" / name.removesuffix(".zip")

    return unzip


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *_run: None)


def axone(*words, at):
    """Give a command, in a folder."""
    with contextlib.chdir(at):
        done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_saved_folder_has_the_weights_the_curves_and_the_scores_of_the_page(bench, unzipped):
    folder = unzipped(trained(bench))
    model = ax.load(folder / "model.safetensors")
    assert np.array_equal(model.parameters.vector, bench.parameters().vector)
    with (folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["train_loss"]) for row in rows] == bench.history()["train_loss"]
    metrics = json.loads((folder / "metrics.json").read_text())
    assert (metrics["epochs"], metrics["best_epoch"]) == (5, 5)
    right = bench.history()["validation_accuracy"][-1]
    assert metrics["validation"]["accuracy"] == pytest.approx(right)
    assert {path.name for path in folder.iterdir()} == {
        "experiment.toml",
        "model.safetensors",
        "checkpoint.safetensors",
        "history.csv",
        "metrics.json",
        "messages.json",
        "classification_report.txt",
        "classification_report.json",
        "report.html",
    }


def test_evaluate_and_predict_give_the_numbers_of_the_page(bench, unzipped, tmp_path):
    folder = unzipped(trained(bench))
    told = json.loads(axone("evaluate", folder, "--json", at=tmp_path))
    part = bench.design.prepared.parts["test"]
    network, weights = bench.design.prepared.network, bench.parameters()
    outputs = network.predict(weights, part.X)
    right = np.mean(outputs.argmax(1) == part.y)
    assert told["test"]["accuracy"] == pytest.approx(right, abs=1e-6)

    dataset = bench.design.prepared.dataset
    np.savez(tmp_path / "rows.npz", X=np.asarray(dataset.X)[part.numbers])
    axone("predict", folder, "rows.npz", "--out", "predicted.csv", at=tmp_path)
    with (tmp_path / "predicted.csv").open() as file:
        found = [row["prediction"] for row in csv.DictReader(file)]
    assert found == [dataset.class_names[number] for number in outputs.argmax(1)]


def test_train_makes_the_same_weights_of_the_saved_experiment(bench, unzipped, tmp_path):
    folder = unzipped(trained(bench))
    words = ["train", folder / "experiment.toml", "--out", "again", "--no-pictures"]
    axone(*words, at=tmp_path)
    again = ax.load(tmp_path / "again" / "model.safetensors")
    assert np.array_equal(again.parameters.vector, bench.parameters().vector)


def test_train_goes_on_from_the_saved_checkpoint_as_the_page_does(bench, unzipped, tmp_path):
    folder = unzipped(trained(bench))
    axone("train", folder, "--resume", "--epochs", 8, "--no-pictures", at=tmp_path)
    trained(bench, 3)
    model = ax.load(folder / "model.safetensors")
    assert np.array_equal(model.parameters.vector, bench.parameters().vector)


def test_a_past_epoch_is_saved_as_it_was(bench, unzipped):
    trained(bench, 6).look_back(2)
    folder = unzipped(bench)
    assert folder.name == "axone-iris-2"
    model = ax.load(folder / "model.safetensors")
    assert np.array_equal(model.parameters.vector, bench.parameters().vector)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert (metrics["epochs"], metrics["best_epoch"]) == (2, 2)
    assert metrics["steps"] == 2 * bench.attempt.steps_of_epoch
    assert not (folder / "checkpoint.safetensors").exists()


def test_the_rows_of_a_file_travel_with_the_folder(bench, unzipped, tmp_path):
    path = bench.folder / "0.csv"
    path.write_text("a,kind\n" + "".join(f"{i % 7},{'xy'[i % 2]}\n" for i in range(60)))
    bench.sources.add("mine.csv", path)
    bench.set_design({**DESIGN, "data": {"source": "upload:mine.csv", "target": "kind"}})
    folder = unzipped(trained(bench, 2))
    assert (folder / "mine.csv").read_text() == path.read_text()
    told = json.loads(axone("evaluate", folder, "--json", at=tmp_path))
    metrics = json.loads((folder / "metrics.json").read_text())
    assert told["test"]["accuracy"] == metrics["test"]["accuracy"]
    assert "session" not in (folder / "experiment.toml").read_text()


def test_the_same_files_make_the_same_zip(tmp_path):
    from axone.playground.saving import zipped

    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").write_text("first")
    sums = []
    for name in ("one.zip", "two.zip"):
        zipped(tmp_path / "run", tmp_path / name)
        sums.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
        (tmp_path / "run" / "a.txt").touch()
    assert sums[0] == sums[1]


def test_nothing_is_left_beside_the_zip(bench, unzipped):
    unzipped(trained(bench, 1))
    assert [path.name for path in bench.folder.iterdir()] == ["downloads"]


def test_a_run_that_has_not_begun_is_not_saved(bench):
    with pytest.raises(ConfigurationError, match="Nothing is trained yet"):
        save(bench, {})


def test_a_saved_folder_opens_where_it_was_and_goes_on_alike(bench, unzipped, tmp_path):
    folder = unzipped(trained(bench))
    (tmp_path / "other").mkdir()
    other = Bench(tmp_path / "other")
    open_run(other, folder)
    assert other.shown_epoch() == 5
    assert np.array_equal(other.parameters().vector, bench.parameters().vector)
    assert other.history()["validation_loss"] == bench.history()["validation_loss"]
    other.play()
    assert other.playing
    other.pause()
    trained(bench, 3), trained(other, 3)
    assert np.array_equal(other.parameters().vector, bench.parameters().vector)


def test_a_folder_of_train_opens_at_its_best_epoch(tmp_path):
    words = ["train", "wine", "--epochs", 40, "--out", "run", "--no-pictures"]
    axone(*words, at=tmp_path)
    kept = ax.load(tmp_path / "run" / "model.safetensors")
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    bench = Bench(tmp_path)
    open_run(bench, tmp_path / "run")
    assert bench.shown_epoch() == metrics["best_epoch"]
    assert np.array_equal(bench.parameters().vector, kept.parameters.vector)
    assert bench.run.state.epoch == metrics["epochs"]
    bench.epoch()
    assert bench.history().epochs == metrics["epochs"] + 1


def test_without_a_checkpoint_a_run_opens_with_its_weights_alone(tmp_path):
    settings = {"training": {"epochs": 3}, "network": {"hidden": [4], "dropout": 0.1}}
    ax.Experiment.from_source("iris", settings).run(tmp_path / "run")
    (tmp_path / "run" / "checkpoint.safetensors").unlink()
    bench = Bench(tmp_path)
    opened = open_run(bench, tmp_path / "run")
    assert np.array_equal(bench.parameters().vector, opened.weights.vector)
    bench.epoch()
    assert bench.history().epochs == opened.epoch + 1


@pytest.mark.parametrize("preset", ["lenet", "cnn"])
def test_a_run_of_images_opens_with_its_preset(tmp_path, preset):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 1, 12, 12)).astype("uint8")
    np.savez(tmp_path / "images.npz", X=pixels, y=np.arange(60) % 3)
    settings = {"network": {"preset": preset}, "training": {"epochs": 1}}
    source = str(tmp_path / "images.npz")
    done = ax.Experiment.from_source(source, settings).run(tmp_path / "run")
    bench = Bench(tmp_path)
    opened = open_run(bench, tmp_path / "run")
    assert opened.design["data"]["source"] == "upload:images.npz"
    assert opened.design["network"]["preset"] == preset
    assert np.array_equal(bench.parameters().vector, done.training.parameters.vector)


def test_where_the_rows_are_gone_the_rest_is_told(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,kind\n" + "".join(f"{i % 7},{'xy'[i % 2]}\n" for i in range(60)))
    settings = {"data": {"target": "kind"}, "training": {"epochs": 2}}
    done = ax.Experiment.from_source(str(path), settings).run(tmp_path / "run")
    path.unlink()
    opened = design_of_run(tmp_path / "run")
    assert "rows.csv" in str(opened.gone)
    assert np.array_equal(opened.weights.vector, done.training.parameters.vector)
    assert opened.history["train_loss"] == done.training.history["train_loss"]
    with pytest.raises(DataError, match="not there"):
        open_run(Bench(tmp_path), tmp_path / "run")
