"""Many small networks at once: `fit_many` beside fits one by one, JAX's `vmap` and joblib.

`python -m benchmarks.populations` is the process that measures; `measure_populations` starts it and
reads what it prints.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.opponents import axone_trainer, jax_epoch, jax_start, scikit_learn_model
from benchmarks.timing import seconds_by_turns
from benchmarks.workloads import SMALLEST, WORKLOADS, Workload

if TYPE_CHECKING:
    from benchmarks.workloads import Rows

NETWORKS = 32
"""As many as fill every seat of two populations of AVX-512 in float32."""

_OF_SCIKIT_LEARN = 4
"""So many it fits: one takes as long as another, and 32 would take minutes."""

Fits = Callable[[], int]
"""Fit some networks; return how many."""


@dataclass(frozen=True)
class Populations:
    """Seconds of a step of one network, a figure a round, by workload and by how it was trained."""

    threads: int
    variant: str
    seconds: dict[str, dict[str, list[float]]]


def measure_populations(*, threads: int, variant: str, rounds: int, quick: bool) -> Populations:
    """Measure in a fresh process."""
    arguments = ["--threads", str(threads), "--variant", variant, "--rounds", str(rounds)]
    arguments += ["--quick"] if quick else []
    return Populations(**run_confined("benchmarks.populations", arguments, threads, variant))


def _one_after_another(workload: Workload, rows: "Rows", _threads: int) -> Fits:
    def fit() -> int:
        for seed in range(NETWORKS):
            axone_trainer(workload, "native", seed).fit(rows, max_epochs=workload.epochs)
        return NETWORKS

    return fit


def _fit_many(workload: Workload, rows: "Rows", threads: int) -> Fits:
    from axone import fit_many

    def fit() -> int:
        trainers = [axone_trainer(workload, "native", seed) for seed in range(NETWORKS)]
        return len(fit_many(trainers, rows, threads=threads, max_epochs=workload.epochs))

    return fit


def _vmap(workload: Workload, rows: "Rows", _threads: int) -> Fits:
    import jax
    import jax.numpy as jnp
    import numpy as np

    steps = workload.rows // workload.batch_size
    epoch, _forward = jax_epoch(workload)
    run_epoch = jax.jit(jax.vmap(epoch, in_axes=(0, None, None, 0)), donate_argnums=0)

    def fit() -> int:
        random = np.random.default_rng(1)
        X, y = jnp.asarray(rows[0]), jnp.asarray(rows[1].astype(np.int32))
        state = jax_start(workload, (NETWORKS,))
        for _ in range(workload.epochs):
            orders = [random.permutation(workload.rows) for _network in range(NETWORKS)]
            order = np.stack(orders).astype(np.int32)
            state, _ = run_epoch(state, X, y, order.reshape(NETWORKS, steps, workload.batch_size))
        jax.block_until_ready(state)
        return NETWORKS

    return fit


def _joblib(workload: Workload, rows: "Rows", threads: int) -> Fits:
    from joblib import Parallel, delayed

    def fit() -> int:
        fits = (delayed(_fit_scikit_learn)(workload, rows, n) for n in range(_OF_SCIKIT_LEARN))
        Parallel(n_jobs=threads)(fits)
        return _OF_SCIKIT_LEARN

    return fit


def _fit_scikit_learn(workload: Workload, rows: "Rows", seed: int) -> None:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        scikit_learn_model(workload, seed).fit(*rows)


WAYS = {
    "one by one": _one_after_another,
    "fit_many": _fit_many,
    "jax vmap": _vmap,
    "joblib, scikit-learn": _joblib,
}
"""How they are trained, the first two by Axone."""


def time_ways(workload: Workload, threads: int, rounds: int) -> dict[str, list[float]]:
    """Let all ways fit by turns; return the seconds of a step of one network."""
    rows = workload.draw_rows()
    known = [name for name in WAYS if name != "jax vmap" or find_spec("jax") is not None]
    fits = {name: WAYS[name](workload, rows, threads) for name in known}
    # The warm-up: compilation, processes, first touch of memory. Every fit of a way is the same.
    networks = {name: fit() for name, fit in fits.items()}
    return {
        name: [fit / (networks[name] * workload.steps) for fit in seconds]
        for name, seconds in seconds_by_turns(fits, rounds).items()
    }


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    threads, variant = arguments.threads, arguments.variant
    confine_to_cores(threads)
    seconds = {}
    for name in SMALLEST:
        print(f"{variant}, {threads} thread(s): many of {name}", file=sys.stderr, flush=True)
        workload = WORKLOADS[name].shortened() if arguments.quick else WORKLOADS[name]
        seconds[name] = time_ways(workload, threads, arguments.rounds)
    print(json.dumps(asdict(Populations(threads, variant, seconds))))


if __name__ == "__main__":
    main()
