"""Failures are told from a run's numbers, their remedies help, and healthy runs raise nothing."""

import warnings

import numpy as np
import pytest

from axone.experiments import Experiment
from axone.experiments.remedies import treated

RANDOM = np.random.default_rng


def sgd(rate):
    return {"name": "sgd", "learning_rate": rate}


def adam(rate):
    return {"name": "adam", "learning_rate": rate}


def normal(spread):
    return {"name": "normal", "standard_deviation": spread}


def dense(units, activation, **settings):
    return {"name": "dense", "units": units, "activation": activation, **settings}


def with_biases(value, *output):
    """A ReLU layer whose biases begin at a value, before an output layer."""
    biases = {"name": "constant", "value": value}
    return {"layers": [dense(32, "relu", bias_initializer=biases), dense(*output)]}


def bars():
    """Images with a bar across or down."""
    random = RANDOM(0)
    y = random.integers(0, 2, 200)
    images = 0.3 * random.normal(size=(200, 1, 8, 8))
    for image, label, place in zip(images, y, random.integers(0, 8, 200), strict=True):
        image[0, *((place, slice(None)) if label else (slice(None), place))] += 1
    return images, y


def curves(rows=400, noise=0.2):
    """A number that is a curved function of six."""
    random = RANDOM(1)
    X = random.normal(size=(rows, 6))
    y = X[:, 0] + np.sin(2 * X[:, 1]) + X[:, 2] * X[:, 3] + noise * random.normal(size=rows)
    return X, y


def rare(share, rows, gap=1.5):
    """Two classes, the second of which has few rows."""
    random = RANDOM(2)
    y = (random.random(rows) < share).astype(int)
    X = random.normal(size=(rows, 5))
    X[:, :2] += gap * y[:, None]
    return X, y


def meaningless(rows, features, classes=0):
    """Features that have nothing to do with the target."""
    random = RANDOM(3)
    y = random.integers(0, classes, rows) if classes else random.normal(size=rows)
    return random.normal(size=(rows, features)), y


def memories(rows=400):
    """Sequences whose class is a sign in the last step but two."""
    random = RANDOM(4)
    X = random.normal(size=(rows, 8, 2))
    return X, (X[:, -3, 0] > 0).astype(int)


FAILING = [
    ("diverged", "diabetes", {}, {"optimizer": sgd(5.0), "epochs": 5}, {}),
    (
        "diverged",
        curves,
        {},
        {"optimizer": sgd(0.05), "epochs": 5},
        {"scaling": "none", "times": 1e3},
    ),
    (
        "diverged",
        curves,
        {"hidden": [32] * 3, "initializer": normal(2.0)},
        {"optimizer": sgd(0.1), "epochs": 10},
        {},
    ),
    ("not_learning", "iris", {}, {"optimizer": sgd(1e-6), "epochs": 20}, {}),
    (
        "not_learning",
        "wine",
        {"hidden": [30, 10], "activation": "tanh"},
        {"optimizer": adam(1e-7), "epochs": 20},
        {},
    ),
    ("not_learning", "diabetes", {}, {"optimizer": sgd(1e-7), "epochs": 20}, {}),
    (
        "overfitting",
        "moons",
        {"hidden": [128, 128]},
        {"optimizer": adam(0.005), "epochs": 200, "stopping": {}},
        {"options": {"rows": 300, "noise": 0.4}, "validation": 0.1, "test": 0.75},
    ),
    (
        "overfitting",
        "diabetes",
        {"hidden": [64, 64]},
        {"epochs": 150, "stopping": {}, "restore_best": False},
        {},
    ),
    ("underfitting", "circles", {"hidden": []}, {"epochs": 50}, {}),
    ("underfitting", "wine", {"hidden": [16]}, {"l2": 300.0, "epochs": 50}, {}),
    ("underfitting", "spirals", {"hidden": [2]}, {"epochs": 40}, {}),
    (
        "vanishing_gradients",
        "iris",
        {"hidden": [24] * 6, "activation": "sigmoid"},
        {"optimizer": sgd(0.05), "epochs": 20},
        {},
    ),
    (
        "vanishing_gradients",
        "moons",
        {"hidden": [16] * 8, "activation": "tanh", "initializer": normal(0.02)},
        {"optimizer": sgd(0.05), "epochs": 20},
        {},
    ),
    (
        "exploding_gradients",
        "iris",
        {"hidden": [48] * 5, "initializer": normal(1.5)},
        {"optimizer": sgd(0.01), "epochs": 10},
        {},
    ),
    (
        "exploding_gradients",
        curves,
        {"hidden": [48] * 5, "initializer": normal(1.0), "activation": "leaky_relu"},
        {"optimizer": sgd(0.01), "epochs": 10},
        {},
    ),
    ("dead_units", "iris", with_biases(-10.0, 3, "softmax"), {"epochs": 10}, {}),
    ("dead_units", curves, with_biases(-20.0, 1, "identity"), {"epochs": 10}, {}),
    ("dead_units", "wine", {}, {"optimizer": adam(1.0), "epochs": 20}, {}),
    (
        "saturated_units",
        "iris",
        {"hidden": [24, 16], "activation": "sigmoid", "initializer": normal(30.0)},
        {"optimizer": sgd(0.01), "epochs": 10},
        {},
    ),
    (
        "saturated_units",
        curves,
        {"hidden": [24, 16], "activation": "tanh", "initializer": normal(5.0)},
        {"optimizer": sgd(0.01), "epochs": 10},
        {},
    ),
    (
        "symmetric_weights",
        "iris",
        {"hidden": [16, 16], "activation": "tanh", "initializer": "zeros"},
        {"epochs": 10},
        {},
    ),
    (
        "symmetric_weights",
        bars,
        {
            "layers": [
                {
                    "name": "conv2d",
                    "channels": 4,
                    "kernel_size": 3,
                    "activation": "relu",
                    "initializer": {"name": "constant", "value": 0.1},
                },
                {"name": "flatten"},
                dense(2, "softmax", initializer={"name": "constant", "value": 0.1}),
            ]
        },
        {"epochs": 8},
        {},
    ),
    ("unscaled_features", "wine", {}, {"optimizer": sgd(0.01), "epochs": 10}, {"scaling": "none"}),
    ("unscaled_features", curves, {}, {"epochs": 20}, {"scaling": "none", "times": 1e-3}),
    (
        "unscaled_target",
        lambda: (curves()[0], 1e3 * curves()[1]),
        {"hidden": [16]},
        {"epochs": 20},
        {"target_scaling": "none"},
    ),
    (
        "unscaled_target",
        lambda: (curves()[0], 1e-4 * curves()[1]),
        {},
        {"optimizer": adam(0.01), "epochs": 20},
        {"target_scaling": "none"},
    ),
    ("class_imbalance", lambda: rare(0.03, 1500), {"hidden": [16]}, {"epochs": 10}, {}),
    ("class_imbalance", lambda: rare(0.05, 1000, 1.2), {"hidden": [16]}, {"epochs": 10}, {}),
    ("no_better_than_constant", lambda: meaningless(300, 20), {}, {"epochs": 50}, {}),
    ("no_better_than_constant", lambda: meaningless(200, 30), {}, {"epochs": 50}, {}),
]

HEALTHY = [
    ("iris", {}, {"epochs": 60}),
    ("wine", {}, {"epochs": 40}),
    ("breast_cancer", {"hidden": [32], "dropout": 0.3}, {"epochs": 30}),
    ("digits", {"hidden": [64], "activation": "tanh"}, {"epochs": 20}),
    ("circles", {"hidden": [16, 16], "activation": "silu"}, {"epochs": 100}),
    ("xor", {}, {}),
    (curves, {}, {"optimizer": {"name": "momentum", "learning_rate": 0.05}, "epochs": 60}),
    (lambda: rare(0.05, 1500, 4.0), {}, {"epochs": 30}),
    (
        bars,
        {
            "layers": [
                {"name": "conv2d", "channels": 8, "kernel_size": 3, "activation": "relu"},
                {"name": "max_pool", "size": 2},
                {"name": "flatten"},
                dense(2, "softmax"),
            ]
        },
        {"epochs": 20},
    ),
    (
        memories,
        {
            "layers": [
                {"name": "recurrent", "cell": {"name": "gru", "units": 16}, "last": True},
                dense(2, "softmax"),
            ]
        },
        {"epochs": 40, "optimizer": adam(0.01)},
    ),
]


def described(source, network, training, data):
    """The experiment, and its rows where they are in memory."""
    settings = {"network": network, "training": training, "data": dict(data)}
    larger = settings["data"].pop("times", 1.0)
    if isinstance(source, str):
        return Experiment.from_source(source, settings), None
    X, y = source()
    return Experiment.in_memory(settings), (larger * X, y)


def run(experiment, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are never answered, and of overflows
        return experiment.run(dataset=rows)


def worst(name):
    """What stands for a score that is not finite."""
    return np.inf if name == "log_loss" else -np.inf


def is_better(mended, failed, code):
    """By R², by the balanced accuracy of rare classes, by accuracy or, of alike ones, log loss."""
    after, before = (
        {name: worst(name) if score is None else score for name, score in found.items()}
        for found in (mended.metrics["test"], failed.metrics["test"])
    )
    if "r2" in before:
        return after["r2"] > before["r2"]
    if code == "class_imbalance":
        return after["recall_macro"] > before["recall_macro"]
    if abs(after["accuracy"] - before["accuracy"]) < 0.01:
        return after["log_loss"] < before["log_loss"]
    return after["accuracy"] > before["accuracy"]


@pytest.mark.filterwarnings("ignore:All weights of layer")  # as some runs are built to begin
@pytest.mark.parametrize(("code", "source", "network", "training", "data"), FAILING)
def test_a_failure_is_named_and_its_remedy_helps(code, source, network, training, data):
    experiment, rows = described(source, network, training, data)
    failed = run(experiment, rows)
    diagnosis = failed.training.diagnosis
    assert code in diagnosis.codes
    mended = run(treated(failed.prepared.experiment, diagnosis[0].remedy.changes), rows)
    assert is_better(mended, failed, code)


@pytest.mark.parametrize(("source", "network", "training"), HEALTHY)
def test_a_healthy_run_raises_nothing(source, network, training):
    experiment, rows = described(source, network, training, {})
    assert run(experiment, rows).training.diagnosis.codes == []
