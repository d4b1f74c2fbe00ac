"""The reference engine against scikit-learn's MLP: the same networks, batches, optimiser and rows.

Run it with `python benchmarks/reference.py`. Both train whole epochs by turns in one process on one
thread; the figure is the median time of a step. It prints a line a workload and the ratio.
"""

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

import axone as ax


@dataclass(frozen=True)
class Workload:
    """A network and how many rows an epoch has."""

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    rows: int
    epochs: int


WORKLOADS = (
    Workload("digits 64-32-64-10, batch 10", (64, 32, 64, 10), 10, 1500, 4),
    Workload("MNIST 784-128-64-10, batch 32", (784, 128, 64, 10), 32, 9600, 1),
)
OPTIMIZERS = ("adam", "sgd")
ROUNDS = 7


def rows(workload: Workload) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw learnable rows: the time of a step does not depend on what they mean."""
    random = np.random.default_rng(0)
    X = random.normal(size=(workload.rows, workload.sizes[0])).astype(np.float32)
    teacher = random.normal(size=(workload.sizes[0], workload.sizes[-1]))
    return X, (X @ teacher).argmax(axis=1)


def axone_run(workload: Workload, optimizer: str) -> Callable[[], int]:
    """Return a whole `fit` of the reference engine, which tells how many steps it made."""
    X, y = rows(workload)
    hidden = [ax.Dense(size, "relu") for size in workload.sizes[1:-1]]
    network = ax.Network(
        *hidden, ax.Dense(workload.sizes[-1], "softmax"), input_shape=workload.sizes[0]
    )
    rule = ax.Adam(1e-3) if optimizer == "adam" else ax.SGD(1e-2)

    def run() -> int:
        trainer = ax.Trainer(
            network,
            loss="categorical_cross_entropy",
            optimizer=rule,
            batch_size=workload.batch_size,
            engine="reference",
        )
        return trainer.fit((X, y), max_epochs=workload.epochs).steps

    return run


def sklearn_run(workload: Workload, optimizer: str) -> Callable[[], int]:
    """Return a whole `fit` of scikit-learn's MLP of the same size."""
    X, y = rows(workload)

    def run() -> int:
        MLPClassifier(
            hidden_layer_sizes=workload.sizes[1:-1],
            solver=optimizer,
            momentum=0.0,
            alpha=0.0,
            learning_rate_init=1e-3 if optimizer == "adam" else 1e-2,
            batch_size=workload.batch_size,
            max_iter=workload.epochs,
            tol=0.0,
            n_iter_no_change=workload.epochs + 1,
        ).fit(X, y)
        return workload.epochs * -(-workload.rows // workload.batch_size)

    return run


def microseconds_per_step(run: Callable[[], int]) -> float:
    """Time one `fit`."""
    start = time.perf_counter()
    steps = run()
    return (time.perf_counter() - start) / steps * 1e6


def main() -> None:
    """Measure every workload with every optimiser, by turns, and print the medians."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'µs a step, median of ' + str(ROUNDS):<38} axone  scikit-learn  ratio")
    for workload in WORKLOADS:
        for optimizer in OPTIMIZERS:
            ours, theirs = axone_run(workload, optimizer), sklearn_run(workload, optimizer)
            ours(), theirs()  # warm-up
            times = [
                (microseconds_per_step(ours), microseconds_per_step(theirs)) for _ in range(ROUNDS)
            ]
            a, s = (statistics.median(column) for column in zip(*times, strict=True))
            print(f"{workload.name + ', ' + optimizer:<38} {a:5.0f}  {s:12.0f}  {s / a:4.1f}×")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
