"""Many independent networks at once: on several threads, and small ones side by side in vectors.

The compiled engine lets go of Python's lock for whole epochs, so that threads really run side by
side. A comparison of forty settings is one call.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from axone.bounds import MOST_THREADS
from axone.checks import check_integer
from axone.data.examples import Examples
from axone.engines import Population, population_of, seats_of, shape_of
from axone.errors import ConfigurationError
from axone.interruption import interruption, leave
from axone.messages import _
from axone.processors import processors
from axone.training.result import TrainingResult
from axone.training.rows import GivenRows
from axone.training.run import Run
from axone.training.together import go_through_together
from axone.training.trainer import Trainer

_OF_A_FIT_ALONE = {"after_epoch", "on_progress", "every", "resume"}
"""Settings of `Trainer.fit` for which each run must be gone through by itself."""

_FILLED = 0.85
"""Share of the lanes that must be filled, or the empty ones cost what the full ones save."""

_ROUNDS_OF_SEATS = 3
"""How many runs for each seat there must be where rules end them at different times: the last of
them have most lanes empty beside them."""


def fit_many(
    trainers: Sequence[Trainer],
    train: GivenRows | Sequence[GivenRows],
    validation: GivenRows | Sequence[GivenRows] | None = None,
    *,
    threads: int | None = None,
    **settings: Any,
) -> list[TrainingResult]:
    """Fit each trainer, several at a time.

    Parameters
    ----------
    trainers : sequence of Trainer
        Each with its own network and seed.
    train, validation : (X, y), (X, y, weights) or Examples, or a list of them
        One for all, or one for each trainer.
    threads : int, optional
        How many run at a time; one a processor by default.
    **settings
        Of `Trainer.fit`: ``max_epochs``, ``stopping``, …

    Returns
    -------
    list of TrainingResult
        In the order of the trainers, each as its `fit` alone would give it: the same bits, or the
        same to rounding where it trained side by side with others.

    Raises
    ------
    ConfigurationError
        Lists of other lengths or of something else than rows, a checkpoint that all would write to.

    Notes
    -----
    Small networks that differ only in seed, rows, rates, penalties and the like train side by side,
    each number a vector over networks: a fifth to a half more of them in the same time. Their
    sums are added up in another order than in one network.

    After Ctrl-C no other fit is begun, and those under way end after the batch in hand; then
    KeyboardInterrupt is raised (after SIGTERM, SystemExit).

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.eye(4); y = np.arange(4)
    >>> network = ax.Network(ax.Dense(4, "softmax"), input_shape=4)
    >>> rates = [0.01, 0.1, 1.0]
    >>> trainers = [ax.Trainer(network, loss="cce", optimizer=ax.SGD(rate)) for rate in rates]
    >>> results = ax.fit_many(trainers, (X, y), max_epochs=50)
    >>> losses = [result.history["train_loss"][-1] for result in results]
    >>> losses == sorted(losses, reverse=True)
    True
    """
    if threads is not None:
        check_integer("threads", threads, at_least=1, at_most=MOST_THREADS)
    if settings.get("checkpoint") is not None:
        raise ConfigurationError(_("All fits would write the same checkpoint: leave it out."))
    rows = _one_each("train", train, len(trainers))
    held_out = _one_each("validation", validation, len(trainers))
    cancelled = threading.Event()
    workers = min(threads or processors(), max(len(trainers), 1))
    results: list[TrainingResult | None] = [None] * len(trainers)

    def is_over() -> bool:
        return cancelled.is_set() or pressed()

    def fit_alone(number: int) -> None:
        if not is_over():
            results[number] = trainers[number].fit(rows[number], held_out[number], **settings)

    def fit_together(population: Population, waiting: "deque[int]") -> None:
        def next_run() -> tuple[int, Run] | None:
            try:
                number = waiting.popleft()
            except IndexError:
                return None
            given = {**settings, "every": "lap"}
            return number, trainers[number].start(rows[number], held_out[number], **given)

        for number, run in go_through_together(population, next_run, is_over):
            if run is None:
                fit_alone(number)
            else:
                results[number] = run.result

    jobs: list[Callable[[], None]] = []
    alone = set(range(len(trainers)))
    for numbers in _side_by_side(trainers, rows, settings):
        first, waiting = numbers[0], deque(numbers)
        for _each in range(min(workers, -(-len(numbers) // seats_of(trainers[first].plan)))):
            population = population_of(trainers[first].plan, _row_count(rows[first]))
            jobs.append(partial(fit_together, population, waiting))
        alone -= set(numbers)
    jobs += [partial(fit_alone, number) for number in sorted(alone)]
    with (
        interruption() as pressed,
        ThreadPoolExecutor(workers, thread_name_prefix="axone") as pool,
    ):
        try:
            list(pool.map(lambda job: job(), jobs))
        except BaseException:
            cancelled.set()
            raise
    if pressed.signal is not None:
        raise leave(pressed.signal)
    return [result for result in results if result is not None]


def _side_by_side(
    trainers: Sequence[Trainer], rows: Sequence[Any], settings: Mapping[str, Any]
) -> list[list[int]]:
    """Return the numbers of those who train in one population, for each that is worth it.

    That is decided by the trainers alone, not by threads or by time: on it depends in which order
    sums are taken, and so the last digits of the results.
    """
    if settings.keys() & _OF_A_FIT_ALONE:
        return []
    shapes: dict[str, list[int]] = {}
    for number, trainer in enumerate(trainers):
        count = _row_count(rows[number])
        shape = shape_of(trainer.plan, count) if count else None
        if shape is not None:
            shapes.setdefault(shape, []).append(number)
    rounds = _ROUNDS_OF_SEATS if settings.get("stopping") else _FILLED
    chosen = []
    for numbers in shapes.values():
        seats = seats_of(trainers[numbers[0]].plan)
        left = len(numbers) % seats
        taken = numbers if left >= _FILLED * seats else numbers[: len(numbers) - left]
        if len(taken) >= rounds * seats:
            chosen.append(taken)
    return chosen


def _row_count(given: Any) -> int:
    """Return how many rows are given; 0 for what will be refused when it is looked at."""
    rows = given if isinstance(given, Examples) else given[0] if isinstance(given, tuple) else ()
    return len(rows) if hasattr(rows, "__len__") else 0


def _one_each(name: str, given: Any, count: int) -> list[Any]:
    """Return one entry a trainer, given one for all or a list of them."""
    if not isinstance(given, list):
        return [given] * count
    if len(given) != count:
        raise ConfigurationError(
            _(
                "{name}: {entries} entries for {trainers} trainers; give one for each, or a single "
                "(X, y) for all.",
                name=name,
                entries=len(given),
                trainers=count,
            )
        )
    for entry in given:
        # [X, y] would otherwise be taken for the rows of two trainers.
        if not isinstance(entry, (tuple, Examples)):
            raise ConfigurationError(
                _(
                    "{name}: a list holds one (X, y) for each trainer, but this one holds {kind}: "
                    "write the rows of all trainers as a tuple, (X, y).",
                    name=name,
                    kind=type(entry).__name__,
                )
            )
    return given
