"""Runs whose probabilities are calibrated: the temperature that is kept, and what it changed."""

import json
from dataclasses import replace

import pytest
from sklearn.metrics import log_loss

from axone.calibration import calibration_error, find_temperature
from axone.errors import ConfigurationError
from axone.experiments import Experiment, load_run
from axone.experiments.folder import METRICS

TEMPERATURE = {"epochs": 6, "calibrate": "temperature"}


def experiment(source="iris", training=TEMPERATURE, **tables):
    content = {"network": {"hidden": [8]}, "training": training, **tables}
    return Experiment.from_source(source, content)


def test_a_calibrated_run_keeps_the_temperature_and_tells_what_it_changed(here, pictures):
    result = experiment("digits").run(here / "run")
    model = load_run(here / "run")[1]
    raw = replace(model, temperature=1.0)
    assert model.temperature == result.model.temperature != 1
    validation = result.prepared.parts["validation"]
    assert model.temperature == find_temperature(raw.logits(validation.X), validation.y)
    scores = json.loads((here / "run" / METRICS).read_text(encoding="utf-8"))["calibration"]
    assert (scores["method"], set(scores)) == (
        "temperature",
        {"method", "temperature", "validation", "test"},
    )
    assert scores["temperature"] == pytest.approx(model.temperature, abs=1e-6)
    for name in ("validation", "test"):
        part = result.prepared.parts[name]
        for word, which in (("before", raw), ("after", model)):
            p = which.forward(part.X)
            found = scores[name][f"log_loss_{word}"]
            assert found == pytest.approx(log_loss(part.y, p), abs=1e-5)
            found = scores[name][f"calibration_error_{word}"]
            assert found == pytest.approx(calibration_error(p, part.y), abs=1e-6)
        assert result.metrics[name]["log_loss"] == scores[name]["log_loss_after"]
        assert result.metrics[name]["loss"] == pytest.approx(
            scores[name]["log_loss_after"], abs=2e-6
        )
    validation_scores = scores["validation"]
    assert validation_scores["log_loss_after"] <= validation_scores["log_loss_before"]
    uncalibrated = experiment("digits", training={"epochs": 6}).run()
    assert (
        uncalibrated.model.parameters.vector.tobytes() == result.model.parameters.vector.tobytes()
    )
    assert result.metrics["test"]["accuracy"] == uncalibrated.metrics["test"]["accuracy"]
    assert "calibration" not in uncalibrated.metrics


def test_without_test_rows_calibration_is_told_of_the_validation_rows(here, pictures):
    data = {"validation": 0.5, "test": 0.0}
    result = experiment("moons", data=data).run(here / "run")
    assert set(result.metrics["calibration"]) == {"method", "temperature", "validation"}


def test_a_lone_sigmoid_is_calibrated_like_two_classes(here, pictures):
    layers = [{"name": "dense", "units": 1, "activation": "sigmoid"}]
    result = experiment("moons", network={"layers": layers}).run(here / "run")
    validation = result.prepared.parts["validation"]
    logits = result.model.logits(validation.X)
    assert result.model.temperature == find_temperature(logits, validation.y) != 1
    assert (here / "run" / "calibration.png").exists()


def test_validation_rows_that_are_all_right_leave_the_temperature_at_one(here):
    with pytest.warns(UserWarning, match="predicted right"):
        result = experiment("wine", training={**TEMPERATURE, "epochs": 60}).run(here / "run")
    assert (
        result.metrics["calibration"]["temperature"] == load_run(here / "run")[1].temperature == 1
    )


def test_a_diverged_run_is_not_calibrated():
    sgd = {"name": "sgd", "learning_rate": 1e30}
    result = experiment(training={**TEMPERATURE, "optimizer": sgd}).run()
    assert result.model.temperature == 1
    assert "calibration" not in result.metrics


@pytest.mark.parametrize(
    ("source", "data", "words"),
    [
        ("diabetes", {}, "training.calibrate: .*diabetes is a regression"),
        ("iris", {"validation": 0.0}, "training.calibrate: .*set data.validation to a share"),
    ],
)
def test_what_cannot_be_calibrated_is_told_before_training(here, source, data, words):
    described = experiment(source, data=data)
    with pytest.raises(ConfigurationError, match=words):
        described.run(here / "run")
    assert not (here / "run").exists()
