"""A grid search on digits, with scikit-learn's classifier and with Axone's, through `GridSearchCV`.

`python -m benchmarks.grid_search` times 36 candidates × 3 folds, each library with the best number
of jobs of those tried: Axone's fits let go of Python's lock and run in threads, scikit-learn's need
processes. Two grids: the course's small batches, and the batches that both take by default. Where
Axone's share of that time goes is a table of `python -m benchmarks --parts around`.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.around import Table
from benchmarks.machine import count_cores

GRIDS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "small batches": {
        "hidden_layer_sizes": [(32,), (32, 64), (64, 32)],
        "learning_rate_init": [1e-3, 1e-2],
        "batch_size": [10, 32],
        "alpha": [1e-4, 1e-3, 1e-2],
    },
    "default batches": {
        "hidden_layer_sizes": [(32,), (32, 64), (64, 32)],
        "learning_rate_init": [1e-3, 1e-2],
        "activation": ["relu", "tanh"],
        "alpha": [1e-4, 1e-3, 1e-2],
    },
}
MAX_ITER = 100
LIBRARIES = ("axone", "axone float32", "scikit-learn")
"""Both train in float64 here, the precision of the rows, unless Axone is told to take float32."""


@dataclass(frozen=True)
class Search:
    """A whole search.

    Attributes
    ----------
    seconds : float
        Of `GridSearchCV.fit` without the last fit on all rows.
    score : float
        Mean accuracy of the best candidate over the folds.
    jobs : int
    """

    seconds: float
    score: float
    jobs: int


def search(library: str, grid: Mapping[str, Sequence[Any]], jobs: int) -> Search:
    """Run one search and time it."""
    from joblib import parallel_config
    from sklearn.datasets import load_digits
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_digits(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), _classifier(library))
    step = pipeline.steps[-1][0]
    named = {f"{step}__{name}": values for name, values in grid.items()}
    searched = GridSearchCV(pipeline, named, cv=3, refit=False)
    backend = "loky" if library == "scikit-learn" else "threading"
    with warnings.catch_warnings(), parallel_config(backend=backend, n_jobs=jobs):
        warnings.simplefilter("ignore")  # that max_iter was reached, once a fit
        started = time.perf_counter()
        searched.fit(X, y)
        seconds = time.perf_counter() - started
    return Search(seconds, float(searched.cv_results_["mean_test_score"].max()), jobs)


def _classifier(library: str) -> Any:
    settings = {"max_iter": MAX_ITER, "random_state": 0}
    if library == "scikit-learn":
        from sklearn.neural_network import MLPClassifier

        return MLPClassifier(**settings)
    import axone

    return axone.MLPClassifier(**settings, dtype="float32" if "float32" in library else None)


def best_search(library: str, grid: Mapping[str, Sequence[Any]], jobs: Sequence[int]) -> Search:
    """Return the fastest of the searches with those numbers of jobs."""
    return min((search(library, grid, count) for count in jobs), key=lambda one: one.seconds)


@dataclass(frozen=True)
class Division:
    """A search with one job by Axone's estimator, divided among those whose work it is.

    Attributes
    ----------
    name : str
    library : str
        One of Axone's `LIBRARIES`.
    grid : mapping
    """

    name: str
    library: str
    grid: Mapping[str, Sequence[Any]]

    def seconds(self, rounds: int) -> dict[str, list[float]]:
        """Search as many times, watch in hand; the parts add up to the whole."""
        self._parts()  # the warm-up
        divided = [self._parts() for _ in range(rounds)]
        return {part: [one[part] for one in divided] for part in divided[0]}

    def _parts(self) -> dict[str, float]:
        from axone import MLPClassifier
        from axone.engines.native.session import NativeSession

        spent = {"epochs": 0.0, "fit": 0.0, "score": 0.0}
        with (
            _watched(NativeSession, "_run", spent, "epochs"),
            _watched(MLPClassifier, "fit", spent, "fit"),
            _watched(MLPClassifier, "score", spent, "score"),
        ):
            whole = search(self.library, self.grid, 1).seconds
        return {
            "whole search": whole,
            "compiled epochs": spent["epochs"],
            "rest of fit": spent["fit"] - spent["epochs"],
            "score": spent["score"],
            "scikit-learn": whole - spent["fit"] - spent["score"],
        }


@contextmanager
def _watched(owner: Any, method: str, spent: dict[str, float], part: str) -> Iterator[None]:
    """Add up the time that is spent in a method."""
    inherited = method not in vars(owner)
    original: Callable[..., Any] = getattr(owner, method)

    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*arguments, **named)
        finally:
            spent[part] += time.perf_counter() - started

    setattr(owner, method, timed)
    try:
        yield
    finally:
        if inherited:
            delattr(owner, method)
        else:
            setattr(owner, method, original)


def _divisions() -> Iterator[Division]:
    for name, grid in GRIDS.items():
        for library in LIBRARIES[:-1]:
            yield Division(f"{name}, {library}", library, grid)


SEARCHING = Table(
    "Where the time of a grid search goes",
    f"GridSearchCV on digits, 36 candidates × 3 folds, at most {MAX_ITER} epochs, one job. The "
    "rest of a fit is checking rows and parameters, drawing weights, compiling and recording; "
    "scikit-learn's part is cloning, splitting, its StandardScaler and its bookkeeping.",
    (),
    (),
    _divisions,
    by_variant=True,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked and print a line a search."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grid_search", description=__doc__)
    parser.add_argument("--grid", choices=list(GRIDS), help="default: both")
    chosen = parser.parse_args(arguments)
    jobs = sorted({1, count_cores()})
    for name in [chosen.grid] if chosen.grid else GRIDS:
        print(f"{name}, 36 candidates × 3 folds, at most {MAX_ITER} epochs")
        found = {}
        for library in LIBRARIES:
            found[library] = one = best_search(library, GRIDS[name], jobs)
            print(f"  {library:13} {one.seconds:8.2f} s, {one.jobs} jobs, best {one.score:.3f}")
        for library in LIBRARIES[:-1]:
            ratio = found["scikit-learn"].seconds / found[library].seconds
            print(f"  {library}: {ratio:.1f} times faster")
    return 0


if __name__ == "__main__":
    sys.exit(main())
