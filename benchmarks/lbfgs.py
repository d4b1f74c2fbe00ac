"""Whole fits by L-BFGS: both engines of Axone beside scikit-learn, which leaves them to SciPy.

`python -m benchmarks.lbfgs` is the process that measures; `measure_lbfgs` starts it and reads what
it prints. Steps and rows are as real as a fit is: how many gradients it takes is part of its time.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.timing import seconds_by_turns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from axone.arrays import DType

    Rows = tuple[NDArray[np.floating], NDArray[np.generic]]

ITERATIONS = 100
"""At most; scikit-learn's other rules end a fit sooner, and so do Axone's."""

GRADIENT_TOLERANCE = 1e-4
"""What scikit-learn takes for it by default, as its `tol`."""

DTYPES: "tuple[DType, ...]" = ("float32", "float64")
NETWORKS = {
    "iris": (4, 16, 32, 3),
    "cancer": (30, 16, 32, 2),
    "digits": (64, 32, 64, 10),
    "friedman": (8, 64, 32, 1),
}
"""Units of every layer, by the name of the rows. The last predicts a number, from 16512 rows of 8
columns (Friedman 1991): the shape of the California housing table."""


class Fitted(NamedTuple):
    """How many iterations a fit made, and the loss that it came to, as the library tells it."""

    iterations: int
    loss: float


@dataclass(frozen=True)
class Fits:
    """What the rounds of one network and precision gave, by way.

    Attributes
    ----------
    network, dtype : str
    seconds : dict of str to list of float
        Of a whole fit, one figure a round.
    fitted : dict of str to Fitted
    """

    network: str
    dtype: str
    seconds: dict[str, list[float]]
    fitted: dict[str, Fitted]


@dataclass(frozen=True)
class LBFGSFits:
    """Everything measured with one variant, on one core."""

    variant: str
    fits: list[Fits]


def measure_lbfgs(*, variant: str, rounds: int) -> LBFGSFits:
    """Measure in a fresh process."""
    arguments = ["--variant", variant, "--rounds", str(rounds)]
    data = run_confined("benchmarks.lbfgs", arguments, 1, variant)
    fits = [
        Fits(**one | {"fitted": {way: Fitted(*told) for way, told in one["fitted"].items()}})
        for one in data["fits"]
    ]
    return LBFGSFits(data["variant"], fits)


def load_rows(name: str, dtype: "DType") -> "Rows":
    """Return standardised features, and classes or standardised numbers."""
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_friedman1

    if name == "friedman":
        X, y = make_friedman1(16512, 8, noise=1.0, random_state=0)
        y = ((y - y.mean()) / y.std()).astype(dtype)
    else:
        load = {"iris": load_iris, "cancer": load_breast_cancer, "digits": load_digits}[name]
        X, y = load(return_X_y=True)
    # Some pixels of the digits are always 0.
    return ((X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9)).astype(dtype), y


def _fit_axone(engine: str, name: str, rows: "Rows", dtype: "DType") -> Fitted:
    import axone as ax

    inputs, *hidden, outputs = NETWORKS[name]
    output, loss = ("softmax", "cce") if outputs > 1 else ("identity", "mse")
    network = ax.Network(
        *(ax.Dense(units, "relu") for units in hidden),
        ax.Dense(outputs, output),
        input_shape=inputs,
    )
    optimizer = ax.LBFGS(gradient_tolerance=GRADIENT_TOLERANCE)
    trainer = ax.Trainer(network, loss=loss, optimizer=optimizer, dtype=dtype, engine=engine)
    result = trainer.fit(rows, max_epochs=ITERATIONS)
    return Fitted(result.epochs, result.history["train_loss"][-1])


def _fit_native(name: str, rows: "Rows", dtype: "DType") -> Fitted:
    return _fit_axone("native", name, rows, dtype)


def _fit_reference(name: str, rows: "Rows", dtype: "DType") -> Fitted:
    return _fit_axone("reference", name, rows, dtype)


def _fit_scikit_learn(name: str, rows: "Rows", _dtype: "DType") -> Fitted:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    sizes = NETWORKS[name]
    made = MLPClassifier if sizes[-1] > 1 else MLPRegressor
    model = made(
        hidden_layer_sizes=sizes[1:-1],
        solver="lbfgs",
        alpha=0.0,
        max_iter=ITERATIONS,
        tol=GRADIENT_TOLERANCE,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*rows)
    return Fitted(int(model.n_iter_), float(model.loss_))


WAYS: "dict[str, Callable[[str, Rows, DType], Fitted]]" = {
    "axone": _fit_native,
    "reference": _fit_reference,
    "scikit-learn": _fit_scikit_learn,
}


def time_network(name: str, dtype: "DType", rounds: int) -> Fits:
    """Let all ways fit by turns."""
    rows = load_rows(name, dtype)
    # The warm-up: imports, first touch of memory. Every fit of a way is the same.
    fitted = {way: fit(name, rows, dtype) for way, fit in WAYS.items()}
    fits = {way: partial(fit, name, rows, dtype) for way, fit in WAYS.items()}
    return Fits(name, dtype, seconds_by_turns(fits, rounds), fitted)


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    arguments = parser.parse_args()
    confine_to_cores(1)
    fits = []
    for name in NETWORKS:
        print(f"{arguments.variant}, L-BFGS: {name}", file=sys.stderr, flush=True)
        fits += [time_network(name, dtype, arguments.rounds) for dtype in DTYPES]
    print(json.dumps(asdict(LBFGSFits(arguments.variant, fits))))


if __name__ == "__main__":
    main()
