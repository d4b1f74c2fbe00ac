"""Many independent networks at once, one a thread: where several cores pay most for small networks.

The compiled engine lets go of Python's lock for whole epochs, so that threads really run side by
side. A comparison of forty settings is one call.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from axone.checks import check_integer
from axone.data.examples import Examples
from axone.errors import ConfigurationError
from axone.messages import _
from axone.processors import processors
from axone.training.interruption import interruption, leave
from axone.training.result import TrainingResult
from axone.training.rows import GivenRows
from axone.training.trainer import Trainer


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
        In the order of the trainers, each the same as its `fit` alone would give.

    Raises
    ------
    ConfigurationError
        Lists of other lengths or of something else than rows, a checkpoint that all would write to.

    Notes
    -----
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
        check_integer("threads", threads, at_least=1)
    if settings.get("checkpoint") is not None:
        raise ConfigurationError(_("All fits would write the same checkpoint: leave it out."))
    rows = _one_each("train", train, len(trainers))
    held_out = _one_each("validation", validation, len(trainers))
    cancelled = threading.Event()

    def fit(number: int) -> TrainingResult | None:
        if cancelled.is_set() or pressed():
            return None
        return trainers[number].fit(rows[number], held_out[number], **settings)

    workers = min(threads or processors(), max(len(trainers), 1))
    with (
        interruption() as pressed,
        ThreadPoolExecutor(workers, thread_name_prefix="axone") as pool,
    ):
        try:
            results = list(pool.map(fit, range(len(trainers))))
        except BaseException:
            cancelled.set()
            raise
    if pressed.signal is not None:
        raise leave(pressed.signal)
    return [result for result in results if result is not None]


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
