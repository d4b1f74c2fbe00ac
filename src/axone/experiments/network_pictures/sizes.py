"""Scores by the number of rows learnt from, or by the width of a hidden layer, over some seeds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from axone.arrays import FloatArray
from axone.data import Dataset
from axone.errors import ConfigurationError, DataError
from axone.experiments.description import Description
from axone.experiments.preparation import Part, Prepared, last_part, prepare
from axone.experiments.running import model_of
from axone.experiments.training import build_trainer, fit
from axone.messages import _
from axone.model import Model
from axone.random import RandomStream

Score = Callable[[Model, Part], float]
OnShare = Callable[[float], None]

_SIZES = 8
_FEWEST_ROWS = 5
_RANGE = 40
"""The fewest rows, as a share of all of them, where no sizes are given."""


@dataclass(frozen=True, eq=False)
class SizeCurves:
    """Scores by size.

    Attributes
    ----------
    sizes : tuple of int
    training, held_out : array of shape (n_sizes, n_seeds)
    part : str
        Which rows were held out: "test", else "validation".
    """

    sizes: tuple[int, ...]
    training: FloatArray
    held_out: FloatArray
    part: str


def scores_by_rows(
    experiment: Description,
    dataset: Dataset,
    score: Score,
    *,
    seeds: int,
    sizes: Sequence[int] = (),
    on_share: OnShare | None = None,
) -> SizeCurves:
    """Return scores of networks that learnt from ever more of the training rows.

    Fewer rows are among the more, and make as many steps as all of them would: epochs, and the
    patience of stopping rules, are as many times more.

    Parameters
    ----------
    experiment : Description
    dataset : Dataset
        Its rows.
    score : callable
        Of a model and the rows of a part.
    seeds : int
        That of the experiment and those that follow: they decide the split, the rows and weights.
    sizes : sequence of int, optional
        Default eight, evenly in their logarithm, the last all training rows.
    on_share : callable, optional
        Told which share is done.

    Raises
    ------
    ConfigurationError
        More rows than there are.
    DataError
        No rows are held out.
    """
    every = [prepare(_seeded(experiment, number), dataset) for number in range(seeds)]
    most = min(len(prepared.parts["train"]) for prepared in every)
    chosen = tuple(sorted(set(sizes))) or _spread_sizes(most)
    if chosen[0] < 1 or chosen[-1] > most:
        raise ConfigurationError(
            _(
                "--sizes: from 1 to {most:,} training rows are there to learn from; found {found}.",
                most=most,
                found=chosen[0] if chosen[0] < 1 else chosen[-1],
            )
        )
    return _scores(chosen, seeds, lambda size, seed: with_rows(every[seed], size), score, on_share)


def scores_by_width(
    experiments: Sequence[Description],
    widths: Sequence[int],
    dataset: Dataset,
    score: Score,
    *,
    seeds: int,
    on_share: OnShare | None = None,
) -> SizeCurves:
    """Return scores of networks of ever more hidden units.

    Parameters
    ----------
    experiments : sequence of Description
        One for each width.
    widths : sequence of int
        Rising.
    dataset : Dataset
        Their rows.
    score, seeds, on_share
        As of `scores_by_rows`.

    Raises
    ------
    DataError
        No rows are held out.
    """
    by_width = dict(zip(widths, experiments, strict=True))
    return _scores(
        tuple(widths),
        seeds,
        lambda width, seed: prepare(_seeded(by_width[width], seed), dataset),
        score,
        on_share,
    )


def _scores(
    sizes: tuple[int, ...],
    seeds: int,
    prepared_of: Callable[[int, int], Prepared],
    score: Score,
    on_share: OnShare | None,
) -> SizeCurves:
    training, held_out = np.empty((len(sizes), seeds)), np.empty((len(sizes), seeds))
    done, name = 0, ""
    for seed in range(seeds):
        for number, size in enumerate(sizes):
            prepared = prepared_of(size, seed)
            name, part = last_part(prepared)
            if name == "train":
                raise DataError(
                    _(
                        "{source}: no rows are held out, by which a size could be judged: set "
                        "data.validation or data.test to a share above 0.",
                        source=prepared.dataset.name,
                    )
                )
            result = fit(prepared, build_trainer(prepared))
            if result.stopped_by == "interrupted":
                raise KeyboardInterrupt
            model = model_of(prepared, result)
            training[number, seed] = score(model, prepared.parts["train"])
            held_out[number, seed] = score(model, part)
            done += 1
            if on_share is not None:
                on_share(done / (seeds * len(sizes)))
    return SizeCurves(sizes, training, held_out, name)


def _seeded(experiment: Description, number: int) -> Description:
    settings = experiment.settings
    seeded = settings.model_copy(update={"seed": settings.seed + number})
    return replace(experiment, settings=seeded)


def _spread_sizes(most: int) -> tuple[int, ...]:
    least = min(max(_FEWEST_ROWS, most // _RANGE), most)
    return tuple(np.unique(np.geomspace(least, most, _SIZES).round().astype(int)).tolist())


def with_rows(prepared: Prepared, rows: int) -> Prepared:
    """Return the experiment with so many of its training rows, and as many steps as before."""
    train = prepared.parts["train"]
    settings = prepared.experiment.settings
    training = settings.training
    # In their own order: all of them are then the very run.
    chosen = np.sort(RandomStream.from_seed(settings.seed).permutation(len(train))[:rows])
    batch = int(training.batch_size)
    times = math.ceil(len(train) / batch) / math.ceil(rows / batch)
    assert training.stopping is not None  # noqa: S101 — resolved by prepare
    longer = {
        name: None if epochs is None else math.ceil(epochs * times)
        for name in ("patience", "loss_patience", "warmup_epochs")
        for epochs in [getattr(training.stopping, name)]
    }
    changed = training.model_copy(
        update={
            "epochs": math.ceil(training.epochs * times),
            "stopping": training.stopping.model_copy(update=longer),
        }
    )
    experiment = replace(
        prepared.experiment, settings=settings.model_copy(update={"training": changed})
    )
    return replace(
        prepared, experiment=experiment, parts={**prepared.parts, "train": train.rows(chosen)}
    )
