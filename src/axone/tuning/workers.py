"""Who runs the trials: threads of this process, or the workers of a joblib backend."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from axone.errors import ConfigurationError
from axone.messages import _
from axone.tuning.evaluation import Task, TrialOutcome, evaluate
from axone.tuning.trial import Claim

BACKENDS = ("threading", "loky", "dask", "ray")

Next = Callable[[], tuple[Claim, Task] | None]
"""Returns the next trial to run, or None where there is none at present."""

_GLANCE = 0.1
"""Seconds between two looks at whether Ctrl-C was pressed."""


def run_in_threads(
    next_trial: Next, jobs: int, pressed: Callable[[], bool]
) -> Iterator[tuple[Claim, TrialOutcome]]:
    """Run trials, `jobs` at a time: a fit lets go of Python's lock for whole epochs.

    Parameters
    ----------
    next_trial : callable
    jobs : int
    pressed : callable
        Whether to stop; the trials under way then end after the epoch in hand.
    """
    cancelled = threading.Event()
    pending: dict[Future[TrialOutcome], Claim] = {}
    with ThreadPoolExecutor(jobs, thread_name_prefix="axone-trial") as pool:
        try:
            while not pressed():
                while len(pending) < jobs and (trial := next_trial()) is not None:
                    claim, task = trial
                    pending[pool.submit(evaluate, task, cancelled.is_set)] = claim
                if not pending:
                    return
                done, _ = wait(pending, timeout=_GLANCE, return_when=FIRST_COMPLETED)
                for future in done:
                    yield pending.pop(future), future.result()
        finally:
            cancelled.set()


def run_in_batches(
    next_trial: Next, jobs: int, pressed: Callable[[], bool], backend: str
) -> Iterator[tuple[Claim, TrialOutcome]]:
    """Run trials in the workers of a joblib backend, as many at once as there are workers.

    Each worker reads the data for itself, once: on a cluster they must lie at the same place on
    every machine.
    """
    from joblib import Parallel, delayed

    with _configured(backend, jobs):
        while not pressed():
            batch = [trial for _ in range(jobs) if (trial := next_trial()) is not None]
            if not batch:
                return
            outcomes = Parallel(n_jobs=jobs)(delayed(evaluate)(task) for _, task in batch)
            yield from zip((claim for claim, _ in batch), outcomes, strict=True)


@contextmanager
def _configured(backend: str, jobs: int) -> Iterator[None]:
    """Make `backend` joblib's, with a cluster on this machine where none is connected."""
    import joblib

    with {"dask": _dask, "ray": _ray}.get(backend, _local)(jobs), joblib.parallel_config(backend):
        yield


@contextmanager
def _local(jobs: int) -> Iterator[None]:
    del jobs
    yield


@contextmanager
def _dask(jobs: int) -> Iterator[None]:
    try:
        from distributed import Client, LocalCluster, get_client
    except ImportError as error:
        raise _missing("dask") from error
    try:
        get_client()
    except ValueError:
        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=jobs, threads_per_worker=1, dashboard_address=":0"
            ) as cluster,
            Client(cluster),  # type: ignore[no-untyped-call]
        ):
            yield
    else:
        yield


@contextmanager
def _ray(jobs: int) -> Iterator[None]:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise _missing("ray") from error
    register_ray()
    started = not ray.is_initialized()
    if started:
        ray.init(num_cpus=jobs, include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        if started:
            ray.shutdown()


def _missing(package: str) -> ConfigurationError:
    return ConfigurationError(
        _(
            "The backend {package!r} needs a package that is not installed: pip "
            'install "axone[{package}]".',
            package=package,
        )
    )


def runner(backend: str) -> Callable[[Next, int, Callable[[], bool]], Iterator[Any]]:
    """Return what runs trials in that backend."""
    if backend == "threading":
        return run_in_threads
    return lambda next_trial, jobs, pressed: run_in_batches(next_trial, jobs, pressed, backend)
