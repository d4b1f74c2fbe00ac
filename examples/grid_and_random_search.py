"""A grid or random draws? Both searches get the same number of fits; one number matters more.

Run it with `python examples/grid_and_random_search.py`; it writes grid_and_random_search.png: every
candidate by its two settings, and the best score as fits go by (Bergstra & Bengio 2012).
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from joblib import parallel_config
from matplotlib.figure import Figure
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

import axone as ax

GRID = {"learning_rate_init": np.geomspace(1e-4, 1, 5), "alpha": np.geomspace(1e-6, 10, 5)}
DRAWS = {"learning_rate_init": loguniform(1e-4, 1), "alpha": loguniform(1e-6, 10)}


def main() -> None:
    """Run both searches, print the best of each, draw all candidates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("grid_and_random_search.png"))
    out = parser.parse_args().out
    warnings.simplefilter("ignore", ConvergenceWarning)

    X, y = load_digits(return_X_y=True)
    network = ax.MLPClassifier((32,), max_iter=30, random_state=0, scale="standard")
    searches = {
        "grid": GridSearchCV(network, GRID, cv=3),
        "random": RandomizedSearchCV(network, DRAWS, n_iter=25, cv=3, random_state=1),
    }
    figure = Figure(figsize=(13, 4), layout="constrained")
    panels = figure.subplots(1, 3)
    for axes, (name, search) in zip(panels, searches.items(), strict=False):
        # Threads suffice: a fit of Axone's leaves Python's lock to the others.
        with parallel_config(backend="threading", n_jobs=-1):
            search.fit(X, y)
        results = search.cv_results_
        best = {key: float(f"{value:.3g}") for key, value in search.best_params_.items()}
        print(f"{name:7} best accuracy {search.best_score_:.4f} with {best}")
        dots = axes.scatter(
            results["param_learning_rate_init"].astype(float),
            results["param_alpha"].astype(float),
            c=results["mean_test_score"],
            vmin=0.9,
            vmax=0.94,
        )
        axes.set(title=f"{name}, 25 candidates", xlabel="learning rate", ylabel="alpha (L2)")
        axes.set(xscale="log", yscale="log")
        panels[2].plot(np.maximum.accumulate(results["mean_test_score"]), label=name)
    figure.colorbar(dots, ax=panels[1], label="mean accuracy of 3 folds", extend="min")
    panels[2].set(title="Best so far", xlabel="candidates tried", ylim=(0.9, 0.945))
    panels[2].legend()
    figure.savefig(out, dpi=120)
    print(f"Written to {out}")


if __name__ == "__main__":
    main()
