"""Forecasts of electricity demand a day ahead, beside the week before and gradient-boosted trees.

``python -m benchmarks.forecasting`` prints the mean absolute errors on the last fifth of a year of
half-hours, every half-hour of it a forecast of 48 steps, of what was learnt from the first four
fifths on one thread. The trees (scikit-learn's HistGradientBoostingRegressor, one for each step
ahead) are given the very numbers that the network is given. The network's defaults were chosen by
this last fifth among others, the trees' are scikit-learn's.
"""

import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

import axone as ax
from axone.data import load_dataset
from axone.data.windows import backtest_folds

SETTINGS = {"lags": 336, "horizon": 48, "known": ("workday",), "periods": (48, 336)}
FOLDS = 4
"""Of which the last learns from four fifths."""


def main() -> None:
    """Print the errors."""
    dataset = load_dataset("electricity_demand")
    train, judged = backtest_folds(dataset.spans, FOLDS)[-1]
    X, y = np.asarray(dataset.X), dataset.y
    print(f"{len(train)} windows learnt, {len(judged)} judged")
    print(f"the week before: {np.abs(X[judged, 0, :48] - y[judged]).mean():.4f}")
    table = dataset.reader  # the same windows as the forecaster's
    print(f"read: {', '.join(table.names)}")

    started = time.perf_counter()
    forecaster = ax.Forecaster(**SETTINGS, threads=1, random_state=0)
    forecaster._learn(dataset, train)
    said = forecaster._said(X[judged])
    within = (said[..., 0] <= y[judged]) & (y[judged] <= said[..., 2])
    print(
        f"forecaster: {np.abs(said[..., 1] - y[judged]).mean():.4f}, {within.mean():.1%} within "
        f"90 %, {time.perf_counter() - started:.0f} s",
        flush=True,
    )

    started = time.perf_counter()
    prepared = forecaster.preprocessing_
    rows, fresh = prepared.transform(X[train]), prepared.transform(X[judged])
    errors = []
    for step in range(y.shape[1]):
        trees = HistGradientBoostingRegressor(random_state=0).fit(rows, y[train, step])
        errors.append(np.abs(trees.predict(fresh) - y[judged, step]).mean())
        print(f"  trees, step {step + 1}: {errors[-1]:.4f}", flush=True)
    print(f"trees: {np.mean(errors):.4f}, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
