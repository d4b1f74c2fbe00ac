"""Twenty runs end at the weights that are written down beside this file, on both engines.

A change that only moves walls must leave every bit. On the kind of machine that wrote the digests
down they are compared to the bit; elsewhere other vectors and another BLAS round otherwise, and the
weights' summary is compared to a relative 1e-6. Written anew, after a change that is meant to move
weights, by ``python -m tests.test_kept_weights [RUN …]``.
"""

import hashlib
import json
import platform
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from benchmarks.machine import processor_name
from sklearn.datasets import load_diabetes, load_digits, load_iris
from threadpoolctl import threadpool_info

import axone as ax
from axone.engines import NotBuiltError, get_engine

KEPT = Path(__file__).with_name("kept_weights.json")
ENGINES = ("reference", "native")
TOLERANCE = 1e-6
"""Relative. Some hundred steps of float64 multiply roundings of 1e-16 by far less than this, but a
ReLU that stands at 0 to the last bit may take either side."""


def experiment(source, engine, **settings):
    content = {"seed": 7, "dtype": "float64", "engine": engine, "threads": 1, **settings}
    result = ax.Experiment.from_source(source, content).run()
    return result.training.parameters.vector


def layered(engine, layers, data, **settings):
    X, y = data
    X = (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9)
    input_shape = settings.pop("input_shape", X.shape[1])
    epochs = settings.pop("epochs", 5)
    X = X.reshape(len(X), *np.atleast_1d(input_shape))
    network = ax.Network(*layers, input_shape=input_shape)
    trainer = ax.Trainer(network, dtype="float64", engine=engine, threads=1, seed=3, **settings)
    half = len(X) * 2 // 3
    weight = np.linspace(0.5, 1.5, half) if settings.get("l1") else None
    result = trainer.fit((X[:half], y[:half], weight), (X[half:], y[half:]), max_epochs=epochs)
    return np.concatenate([result.parameters.vector, result.parameters.buffers])


def estimator(made, data, **fit):
    X, y = data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.fit(X, y, **fit)
    parameters = made.parameters_
    several = parameters if isinstance(parameters, list) else [parameters]
    return np.concatenate([one.vector for one in several])


def iris():
    return load_iris(return_X_y=True)


def digits():
    return load_digits(return_X_y=True)


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X, (y - y.mean()) / y.std()


def table():
    import pandas as pd

    X, y = load_iris(return_X_y=True)
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    frame["kind"] = np.where(X[:, 0] > 5.8, "large", "small")
    frame.loc[::11, "b"] = np.nan
    return frame, np.array(["setosa", "versicolor", "virginica"])[y]


def softmax_network():
    return [ax.Dense(16, "relu"), ax.Dense(32, "tanh"), ax.Dense(3, "softmax")]


RUNS = {
    "experiment iris": lambda e: experiment("iris", e, training={"epochs": 20}),
    "experiment wine, momentum, cosine": lambda e: experiment(
        "wine",
        e,
        network={"hidden": [13, 7], "activation": "gelu", "dropout": 0.2},
        training={
            "epochs": 12,
            "optimizer": {"name": "momentum", "learning_rate": 0.1},
            "schedule": "cosine",
            "batch_size": 9,
        },
    ),
    "experiment breast_cancer, batch norm": lambda e: experiment(
        "breast_cancer",
        e,
        network={"hidden": [16, 16], "batch_norm": True},
        training={"epochs": 6, "l2": 0.01},
    ),
    "experiment diabetes, huber, rmsprop": lambda e: experiment(
        "diabetes",
        e,
        training={"epochs": 10, "loss": "huber", "optimizer": "rmsprop", "clip_value": 0.1},
    ),
    "experiment digits": lambda e: experiment(
        "digits", e, network={"hidden": [32, 64]}, training={"epochs": 3, "batch_size": 10}
    ),
    "experiment moons": lambda e: experiment("moons", e, training={"epochs": 8}),
    "sgd": lambda e: layered(
        e, softmax_network(), iris(), loss="cce", optimizer=ax.SGD(0.05), batch_size=10, epochs=20
    ),
    "adamw": lambda e: layered(
        e, softmax_network(), iris(), loss="cce", optimizer=ax.AdamW(0.01), batch_size=7, epochs=20
    ),
    "nesterov, l1 and weights": lambda e: layered(
        e, softmax_network(), iris(), loss="cce", optimizer=ax.Nesterov(0.01), l1=0.01, l2=0.02
    ),
    "gradient descent": lambda e: layered(
        e,
        [ax.Dense(5, "sigmoid"), ax.Dense(1)],
        diabetes(),
        loss="mae",
        optimizer=ax.GradientDescent(0.1),
        epochs=40,
    ),
    "residual, dropout and noise": lambda e: layered(
        e,
        [
            ax.GaussianNoise(0.1),
            ax.Dense(24, "elu"),
            ax.Residual(ax.Dense(24, "swish"), ax.Dropout(0.3), ax.BatchNorm()),
            ax.Dense(10, "softmax"),
        ],
        digits(),
        loss="cce",
        batch_size=64,
    ),
    "images": lambda e: layered(
        e,
        [
            ax.BatchNorm(),
            ax.Activation("leaky_relu"),
            ax.Flatten(),
            ax.Dense(20, "prelu"),
            ax.Reshape((4, 5)),
            ax.Flatten(),
            ax.Dense(10, "softmax"),
        ],
        digits(),
        loss="cce",
        input_shape=(1, 8, 8),
        batch_size=50,
    ),
    "ragged batches, adaptive rate": lambda e: layered(
        e,
        [ax.Dense(9, "selu"), ax.Dense(1)],
        diabetes(),
        loss="mse",
        schedule="adaptive",
        batch_size=64,
        epochs=30,
    ),
    "l-bfgs": lambda e: layered(
        e if e == "reference" else "auto",
        [ax.Dense(8, "tanh"), ax.Dense(1)],
        diabetes(),
        loss="mse",
        optimizer=ax.LBFGS(),
        epochs=30,
    ),
    "MLPClassifier": lambda e: estimator(
        ax.MLPClassifier((20, 10), max_iter=15, random_state=0, batch_size=32, engine=e, threads=1),
        digits(),
    ),
    "MLPClassifier, early stopping": lambda e: estimator(
        ax.MLPClassifier(
            (12,), early_stopping=True, max_iter=30, random_state=1, scale=True, engine=e, threads=1
        ),
        iris(),
    ),
    "MLPRegressor, adaptive sgd": lambda e: estimator(
        ax.MLPRegressor(
            hidden_layer_sizes=(12,),
            solver="sgd",
            learning_rate="adaptive",
            learning_rate_init=0.01,
            max_iter=60,
            random_state=2,
            engine=e,
            threads=1,
        ),
        diabetes(),
    ),
    "NetworkRegressor": lambda e: estimator(
        ax.NetworkRegressor(
            [ax.Dense(12, "gelu"), ax.Dropout(0.1)], max_iter=8, random_state=3, engine=e, threads=1
        ),
        diabetes(),
        sample_weight=np.linspace(0.2, 2, 442),
    ),
    "TabularClassifier": lambda e: estimator(
        ax.TabularClassifier(max_epochs=6, random_state=4, engine=e, threads=1), table()
    ),
    "TabularRegressor": lambda e: estimator(
        ax.TabularRegressor(max_epochs=4, random_state=5, engine=e, threads=1), diabetes()
    ),
}


def kind_of_machine(engine):
    """What decides the last bits: the vectors, the BLAS and the mathematical library.

    And the processor: the guess of 1/x from which float32 begins is each maker's own.
    """
    blas = [
        pool.get("architecture", "") for pool in threadpool_info() if pool["user_api"] == "blas"
    ]
    parts = [
        platform.machine(),
        *platform.libc_ver(),
        f"numpy {np.__version__}",
        *sorted(set(blas)),
    ]
    if engine == "native":
        compiled = get_engine("native")
        parts += [compiled.variant, getattr(compiled.module, "compiler", ""), processor_name()]
    return ", ".join(part for part in parts if part)


def described(vector):
    vector = np.ascontiguousarray(vector)
    exact = np.asarray(vector, dtype=np.float64)
    return {
        "sha256": hashlib.sha256(vector.tobytes()).hexdigest(),
        "summary": [float(np.abs(exact).sum()), float(exact.sum()), *exact[:4].tolist()],
    }


def kept():
    return json.loads(KEPT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    if request.param == "native":
        try:
            get_engine("native")
        except NotBuiltError as error:
            pytest.skip(str(error))
    return request.param


@pytest.mark.parametrize("run", RUNS)
def test_the_weights_are_those_written_down(run, engine):
    found, known = described(RUNS[run](engine)), kept()[engine]
    machine = kind_of_machine(engine)
    if machine in known:
        assert found["sha256"] == known[machine][run]["sha256"]
        return
    wanted = np.array(next(iter(known.values()))[run]["summary"])
    # The tabular estimators train in float32, where roundings are 5e8 times as large.
    tolerance = 0.05 if run.startswith("Tabular") else TOLERANCE
    np.testing.assert_allclose(found["summary"], wanted, rtol=tolerance, atol=tolerance)


def write_down(names):
    known = kept() if KEPT.exists() else {engine: {} for engine in ENGINES}
    for engine in ENGINES:
        runs = known[engine].setdefault(kind_of_machine(engine), {})
        for run in names or RUNS:
            runs[run] = described(RUNS[run](engine))
    KEPT.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_down(sys.argv[1:])
