"""Handwritten digits by scikit-learn and by Axone: the same `MLPClassifier`, less waiting.

Run it with `python examples/digits_beside_scikit_learn.py`; it writes
digits_beside_scikit_learn.png, with the digits that Axone's network takes for others.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn.neural_network
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import axone as ax

SETTINGS = {"hidden_layer_sizes": (32, 64), "batch_size": 10, "max_iter": 50, "random_state": 0}
SHOWN = 8


def main() -> None:
    """Train both on the same rows, print accuracy and time, draw the mistakes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("digits_beside_scikit_learn.png"))
    out = parser.parse_args().out
    warnings.simplefilter("ignore", ConvergenceWarning)

    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    seconds, predictions = {}, {}
    for name, module in (("scikit-learn", sklearn.neural_network), ("axone", ax)):
        model = make_pipeline(StandardScaler(), module.MLPClassifier(**SETTINGS))
        started = time.perf_counter()
        model.fit(X_train, y_train)
        seconds[name] = time.perf_counter() - started
        predictions[name] = model.predict(X_test)
        accuracy = np.mean(predictions[name] == y_test)
        print(f"{name:12} accuracy {accuracy:.3f} in {seconds[name]:.2f} s")
    print(f"{seconds['scikit-learn'] / seconds['axone']:.0f} times faster")

    wrong = np.flatnonzero(predictions["axone"] != y_test)
    figure = Figure(figsize=(1.5 * SHOWN, 2.2), layout="constrained")
    figure.suptitle(f"{len(wrong)} of {len(y_test)} test digits taken for another")
    for axes, row in zip(figure.subplots(1, SHOWN), wrong, strict=False):
        axes.imshow(X_test[row].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{y_test[row]}, not {predictions['axone'][row]}")
    for axes in figure.axes:
        axes.set_axis_off()
    figure.savefig(out, dpi=120)
    print(f"Written to {out}")


if __name__ == "__main__":
    main()
