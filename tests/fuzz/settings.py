"""Settings files in all forms: experiments, the course's, search spaces; and whatever bytes."""

import contextlib
import json

import tomli_w
import yaml
from hypothesis import strategies as st
from tests.fuzz.hostile import SURROGATES, damaged, mutated
from tests.fuzz.oracle import command, watched

EXPERIMENT = {
    "seed": 1,
    "dtype": "float32",
    "engine": "auto",
    "threads": 1,
    "data": {
        "source": "xor",
        "target": "a",
        "task": "auto",
        "validation": 0.0,
        "test": 0.0,
        "scaling": "none",
        "target_scaling": {"name": "divide", "by": 2.0},
        "columns": {"a": "number"},
    },
    "network": {"hidden": [3], "activation": "tanh", "dropout": 0.1, "batch_norm": False},
    "training": {
        "loss": "auto",
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "schedule": {"name": "warmup", "epochs": 2, "after": "cosine"},
        "epochs": 1,
        "batch_size": 4,
        "l2": 0.1,
        "clip_norm": 1.0,
        "class_weight": {"0": 1.0, "1": 2.0},
        "label_smoothing": 0.1,
        "restore_best": True,
        "stopping": {"loss_tolerance": 1e-4, "warmup_epochs": 1},
    },
}
LAYERS = {
    "data": {"source": "xor", "validation": 0, "test": 0},
    "network": {
        "layers": [
            {
                "name": "dense",
                "units": 4,
                "activation": {"name": "leaky_relu", "alpha": 0.1},
                "bias": True,
            },
            {"name": "residual", "layers": [{"name": "dense", "units": 4, "bias": False}]},
            {"name": "batch_norm", "momentum": 0.9},
            {"name": "dropout", "rate": 0.2},
            {"name": "reshape", "shape": [2, 2]},
            {"name": "conv1d", "channels": 2, "kernel_size": 2, "padding": "same"},
            {"name": "max_pool", "size": 2, "stride": 1, "padding": "same"},
            {"name": "transpose"},
            {"name": "recurrent", "cell": {"name": "rnn", "units": 2}},
            {"name": "last_step"},
            {"name": "gaussian_noise", "standard_deviation": 0.1},
            {
                "name": "dense",
                "units": 2,
                "activation": "softmax",
                "initializer": {"name": "normal"},
            },
        ]
    },
    "training": {"epochs": 1, "optimizer": {"name": "lbfgs", "memory": 3}},
}
TUNING = {
    "data": {"source": "xor"},
    "network": {"hidden": [2]},
    "training": {"epochs": 1, "batch_size": 4},
    "tuning": {
        "search": "grid",
        "trials": 2,
        "cv": 2,
        "metric": "accuracy",
        "prune": False,
        "space": {
            "learning_rate": [0.1, 0.2],
            "hidden": [[2], [3]],
            "l2": {"low": 0.1, "high": 1, "points": 2},
        },
    },
}
COURSE = {
    "parameters": {
        "NPZ_DATASET": "iris.npz",
        "LAYER_SIZES": [4, 3, 3],
        "LAYER_NAMES": ["input", "hidden1", "output"],
        "LAYER_ACTS": ["-", "ReLU", "Softmax"],
        "LR": 0.001,
        "MAX_EPOCHS": 1,
        "LOSS_TOL": 1e-8,
        "ACC_PATIENCE": 20,
        "BATCH_SIZE": 5,
        "WARMUP_EPOCHS": 20,
        "RANDOM_SEED": 42,
    }
}


def writable(value):
    """What TOML has words for."""
    if isinstance(value, dict):
        return {key: writable(item) for key, item in value.items() if item is not None}
    return (
        [writable(item) for item in value if item is not None] if isinstance(value, list) else value
    )


def written(document, form):
    """A document as a file; one that the form cannot say is written as JSON, which YAML takes."""
    with contextlib.suppress(Exception):
        if form == "toml":
            return tomli_w.dumps(writable(document)).encode()
        if form == "yaml":
            return yaml.safe_dump(document, sort_keys=False).encode()
    return json.dumps(document).encode()


FORMS = st.sampled_from(["toml", "json", "yaml"])
DOCUMENTS = [EXPERIMENT, LAYERS, TUNING, COURSE]


@st.composite
def _texts(draw):
    form = draw(FORMS)
    document = draw(mutated(DOCUMENTS))
    if draw(st.integers(0, 19)) == 0:
        document[draw(st.sampled_from(SURROGATES))] = draw(st.sampled_from(SURROGATES))
    return form, written(document, form)


@st.composite
def _bytes(draw):
    form = draw(FORMS)
    good = st.sampled_from([written(document, form) for document in DOCUMENTS])
    return form, draw(damaged(good) | st.binary(max_size=100))


cases = st.tuples(_texts() | _bytes(), st.sampled_from(["summary", "summary", "train", "tune"]))


def attempt(case, folder):
    """Give the file to a command."""
    (form, content), name = case
    path = folder / f"run.{form}"
    path.write_bytes(content)
    options = {
        "train": ["--epochs", "1", "-q"],
        "tune": ["--trials", "2", "--epochs", "1", "-q"],
        "summary": [],
    }
    if name == "tune" and b"tuning" not in content:
        name = "train"
    with watched():
        command(
            name, path, *options[name], *([] if name == "summary" else ["--out", folder / "out"])
        )
