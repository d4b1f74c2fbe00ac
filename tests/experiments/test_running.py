"""Runs and their folders: the same bits again, resumed, extended; what is written and when."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score

import axone as ax
from axone.engines import NativeEngine, NotBuiltError
from axone.errors import AxoneError, ConfigurationError, DataError, ModelFileError
from axone.experiments import Experiment, Part, extended, load_run, measure, run
from axone.experiments.folder import CHECKPOINT, EXPERIMENT, HISTORY, METRICS, MODEL

QUICK = {"network": {"hidden": [8]}, "training": {"epochs": 6}}


def installed_engine():
    try:
        return NativeEngine().name
    except NotBuiltError:
        return "reference"


def experiment(source="iris", **tables):
    return Experiment.from_source(source, {**QUICK, **tables})


def test_a_file_may_leave_partial_batches_out(here):
    settings = {"batch_size": 20, "epochs": 3, "drop_last": True}
    result = run(experiment(training=settings), here / "run")
    # 104 of the 150 irises are for training: five batches of 20, and 4 rows that wait.
    assert result.training.steps == 3 * 5
    assert "drop_last = true" in (here / "run" / EXPERIMENT).read_text(encoding="utf-8")
    run(Experiment.from_file(here / "run" / EXPERIMENT), here / "again")
    assert bits(here / "again") == bits(here / "run")
    with pytest.raises(DataError, match="only batch, of 104 rows, is smaller than batch_size 200"):
        run(experiment(training=settings | {"batch_size": 200}), here / "none")
    assert not (here / "none").exists()


def bits(folder):
    return (folder / MODEL).read_bytes()


def history(folder):
    """The rows without the seconds, the one column that no two runs share."""
    with (folder / HISTORY).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: cell for name, cell in row.items() if name != "seconds"} for row in rows]


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ("iris", {}),
        ("diabetes", {"dtype": "float64", "training": {"epochs": 4, "schedule": "cosine"}}),
        ("moons", {"seed": 9, "network": {"hidden": [8], "dropout": 0.3, "batch_norm": True}}),
        ("calculator", {"training": {"epochs": 1}}),
        ("xor", {}),
    ],
)
def test_the_resolved_experiment_gives_the_same_weights_bit_for_bit(here, source, tables):
    experiment(source, **tables).run(here / "first")
    again = Experiment.from_file(here / "first" / EXPERIMENT)
    again.run(here / "second")
    assert bits(here / "first") == bits(here / "second")
    assert history(here / "first") == history(here / "second")
    texts = [(here / name / EXPERIMENT).read_text() for name in ("first", "second")]
    assert texts[0] == texts[1]


def test_a_table_in_another_folder_is_found_again_from_the_resolved_experiment(
    write, here, monkeypatch, tmp_path
):
    rows = "".join(f"{n},{'red' if n % 3 else 'blue'},{n % 2}\n" for n in range(40))
    write("table.csv", f"a,colour,label\n{rows}")
    experiment("table.csv").run(here / "first")
    monkeypatch.chdir(tmp_path)
    Experiment.from_file(here / "first" / EXPERIMENT).run(tmp_path / "second")
    assert bits(here / "first") == bits(tmp_path / "second")


def test_another_seed_gives_other_weights(here):
    experiment(seed=1).run(here / "one")
    experiment(seed=2).run(here / "two")
    assert bits(here / "one") != bits(here / "two")


def test_a_run_without_a_folder_writes_nothing(here):
    result = experiment().run()
    assert list(here.iterdir()) == []
    assert result.folder is None
    assert result.metrics["epochs"] == 6


def test_the_folder_holds_everything_about_the_run(here, pictures):
    result = experiment().run(here / "run")
    assert {path.name for path in (here / "run").iterdir()} == {
        EXPERIMENT,
        MODEL,
        HISTORY,
        METRICS,
        CHECKPOINT,
        "classification_report.txt",
        "classification_report.json",
        "curves.png",
        "diagnosis.json",
        "messages.json",
        "intervals.json",
        "report.html",
        "confusion_matrix.png",
        "roc.png",
        "precision_recall.png",
        "calibration.png",
    }
    metrics = json.loads((here / "run" / METRICS).read_text(encoding="utf-8"))
    assert metrics == result.metrics
    expected = {"train", "validation", "test", "epochs", "steps", "seconds", "stopped_by"}
    assert expected | {"engine", "seed"} <= set(metrics)
    assert (metrics["epochs"], metrics["steps"], metrics["seed"]) == (6, 6 * 13, 0)
    assert (metrics["stopped_by"], metrics["engine"]) == ("max_epochs", installed_engine())
    rows = history(here / "run")
    assert [row["epoch"] for row in rows] == list("123456")
    assert {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"} <= set(
        rows[0]
    )
    assert {"step", "learning_rate", "gradient_norm"} <= set(rows[0])


def test_a_regression_draws_its_predictions_and_residuals(here, pictures):
    experiment("diabetes").run(here / "run")
    assert {path.name for path in (here / "run").iterdir()} == {
        EXPERIMENT,
        MODEL,
        HISTORY,
        METRICS,
        CHECKPOINT,
        "curves.png",
        "diagnosis.json",
        "messages.json",
        "intervals.json",
        "report.html",
        "predictions.png",
        "residuals.png",
    }
    assert (here / "run" / "residuals.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_tells_of_the_rows_of_the_end_by_the_names_of_their_classes(here):
    result = experiment().run(here / "run")
    data = json.loads((here / "run" / "classification_report.json").read_text(encoding="utf-8"))
    part = result.prepared.parts["test"]
    predicted = result.model.network.predict(result.model.parameters, part.X).argmax(axis=1)
    assert data["rows"] == "test"
    assert data["accuracy"] == pytest.approx(accuracy_score(part.y, predicted), abs=1e-6)
    recalls = recall_score(part.y, predicted, average=None)
    assert [line["recall"] for line in data["classes"]] == pytest.approx(list(recalls), abs=1e-6)
    assert [line["name"] for line in data["classes"]] == ["setosa", "versicolor", "virginica"]
    text = (here / "run" / "classification_report.txt").read_text(encoding="utf-8")
    assert text.startswith("iris, 23 test rows\n\n")
    assert "versicolor" in text


def test_very_many_classes_are_told_which_score_is_left_out(here):
    random = np.random.default_rng(0)
    y = np.arange(201).repeat(6)
    np.savez(here / "many.npz", X=random.normal(size=(len(y), 2)), y=y)
    result = experiment("many.npz", training={"epochs": 1}).run(here / "run")
    note, *_others = result.metrics["notes"]
    assert "roc_auc is left out: there are more than 200 classes" in note
    assert "roc_auc" not in result.metrics["test"]


IMAGE_PICTURES = ["samples.png", "class_means.png", "label_histogram.png", "image_predictions.png"]


@pytest.mark.parametrize(
    ("size", "y", "expected"),
    [
        (8, np.arange(60) % 3, IMAGE_PICTURES),
        (80, np.arange(60) % 3, []),
        (8, np.linspace(0, 1, 60), []),
    ],
    ids=["small images of classes", "large images", "images of numbers"],
)
def test_small_images_of_classes_are_shown(here, pictures, size, y, expected):
    random = np.random.default_rng(0)
    X = random.integers(0, 256, (60, size, size), dtype=np.uint8)
    np.savez(here / "images.npz", X=X, y=y, X_test=X[:15], y_test=y[:15])
    experiment("images.npz", training={"epochs": 1}).run(here / "run")
    found = [name for name in IMAGE_PICTURES if (here / "run" / name).exists()]
    assert found == expected


def test_images_without_test_rows_of_their_own_show_no_predictions(here, pictures):
    X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    np.savez(here / "images.npz", X=X, y=np.arange(60) % 3)
    experiment("images.npz", training={"epochs": 1}).run(here / "run")
    assert (here / "run" / "samples.png").exists()
    assert not (here / "run" / "image_predictions.png").exists()


def test_metrics_are_those_of_the_saved_model_on_each_part(here):
    result = experiment().run(here / "run")
    model = load_run(here / "run")[1]
    for name, part in result.prepared.parts.items():
        right = model.network.predict(model.parameters, part.X).argmax(axis=1) == part.y
        assert result.metrics[name]["accuracy"] == pytest.approx(right.mean(), abs=1e-6)


def test_without_rows_there_is_nothing_to_measure():
    model = experiment().run().model
    with pytest.raises(DataError, match="no rows"):
        measure(model, Part(np.empty((0, 4)), np.empty(0, dtype=int)))


def test_a_diverged_run_keeps_finite_weights_and_explains_itself(here, pictures):
    sgd = {"name": "sgd", "learning_rate": 1e30}
    result = experiment(training={"epochs": 4, "optimizer": sgd}).run(here / "run")
    metrics = json.loads((here / "run" / METRICS).read_text(encoding="utf-8"))
    assert metrics["stopped_by"] == "diverged"
    assert any("Remedy" in line for line in metrics["diagnosis"])
    assert np.isfinite(load_run(here / "run")[1].parameters.vector).all()
    assert result.training.diagnosis is not None
    # Not one epoch came to its end: there is no curve to draw.
    assert not (here / "run" / "curves.png").exists()


@pytest.mark.parametrize("stop_after", [1, 4])
def test_a_resumed_run_equals_one_never_stopped(here, stop_after):
    experiment().run(here / "whole")
    folder = here / "halves"
    first = run(experiment(), folder, after_epoch=lambda history: history.epochs == stop_after)
    assert (first.training.stopped_by, first.training.epochs) == ("callback", stop_after)
    run(Experiment.from_file(folder / EXPERIMENT), folder, resume=True)
    assert bits(folder) == bits(here / "whole")
    assert history(folder) == history(here / "whole")


def test_a_run_killed_before_its_first_checkpoint_starts_again(here):
    experiment().run(here / "whole")
    folder = here / "killed"
    experiment().run(folder)
    for path in folder.iterdir():
        if path.name != EXPERIMENT:
            path.unlink()
    run(Experiment.from_file(folder / EXPERIMENT), folder, resume=True)
    assert bits(folder) == bits(here / "whole")


@pytest.mark.parametrize("schedule", ["constant", {"name": "step", "every": 2}, "adaptive"])
def test_a_finished_run_made_longer_equals_one_of_that_length(here, schedule):
    def described(epochs):
        return experiment(training={"epochs": epochs, "schedule": schedule})

    described(9).run(here / "long")
    described(3).run(here / "extended")
    longer = extended(Experiment.from_file(here / "extended" / EXPERIMENT), 9)
    run(longer, here / "extended", resume=True)
    assert bits(here / "extended") == bits(here / "long")
    assert history(here / "extended") == history(here / "long")
    texts = [(here / name / EXPERIMENT).read_text() for name in ("extended", "long")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("epochs", [None, 6])
def test_a_run_asked_for_no_more_epochs_stays_as_it_is(epochs):
    described = experiment()
    assert extended(described, epochs) is described


def test_a_run_cannot_be_made_shorter():
    with pytest.raises(ConfigurationError, match="longer than its 6 epochs; found 5"):
        extended(experiment(), 5)


@pytest.mark.parametrize(
    "schedule", ["cosine", "one_cycle", {"name": "warmup", "epochs": 2, "after": "cosine"}]
)
def test_a_run_whose_schedule_spans_it_cannot_be_made_longer(schedule):
    described = experiment(training={"epochs": 6, "schedule": schedule})
    with pytest.raises(ConfigurationError, match="laid out over all 6 epochs"):
        extended(described, 12)


def test_a_resumed_run_with_other_settings_is_refused_and_leaves_the_model(here):
    folder = here / "run"
    experiment().run(folder)
    before = bits(folder)
    path = folder / EXPERIMENT
    path.write_text(path.read_text().replace("batch_size = 8", "batch_size = 16"))
    with pytest.raises(ModelFileError, match="other settings or other data"):
        run(Experiment.from_file(path), folder, resume=True)
    assert bits(folder) == before


@pytest.mark.parametrize(
    ("occupant", "words"),
    [
        ("a file of the user's", "not empty: choose another"),
        ("experiment.toml", "continue it with --resume"),
    ],
)
def test_a_folder_that_holds_something_is_never_written_to(here, occupant, words):
    folder = here / "run"
    folder.mkdir()
    (folder / occupant).write_text("mine")
    with pytest.raises(ConfigurationError, match=words):
        experiment().run(folder)
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]


def test_an_empty_folder_is_used_and_a_file_refused(here):
    (here / "empty").mkdir()
    experiment().run(here / "empty")
    (here / "file").write_text("mine")
    with pytest.raises(ConfigurationError, match="is a file; results need a folder"):
        experiment().run(here / "file")
    with pytest.raises(DataError, match="Cannot create the folder"):
        experiment().run(here / "file" / "below")
    assert (here / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, "is not a folder"),
        ([], "holds no experiment.toml: it is not a folder that `axone train` made"),
        ([EXPERIMENT], "holds no model.safetensors: its run has not come to an end.*--resume"),
    ],
)
def test_a_folder_without_a_finished_run_is_refused(here, left, words):
    folder = here / "run"
    if left is not None:
        folder.mkdir()
    for name in left or ():
        (folder / name).write_text("[data]\nsource = 'iris'")
    with pytest.raises(ModelFileError, match=words):
        load_run(folder)


def test_experiments_are_among_the_public_names(write):
    path = write("run.toml", '[data]\nsource = "iris"\n[training]\nepochs = 1\n')
    assert ax.Experiment.from_file(str(path)).run(str(Path("out"))).metrics["epochs"] == 1
    with pytest.raises(AttributeError, match="attribute Experimnt"):
        ax.Experimnt  # noqa: B018


def test_every_rule_that_is_switched_on_can_end_a_run(write):
    def stopped_by(**stopping):
        training = {"epochs": 60, "stopping": stopping}
        return experiment(training=training).run().training.stopped_by

    assert stopped_by(loss_tolerance=10.0) == "loss_tolerance"
    assert stopped_by(patience=3) == "plateau"
    assert stopped_by() == "max_epochs"
    with pytest.raises(AxoneError, match="validation"):
        experiment(data={"validation": 0.0}, training={"stopping": {"patience": 3}}).run()
