"""The rows of each fold, scaled by its training rows alone, kept for all trials that share them.

The test rows of an experiment stay out of every fold: no choice may look at them.
"""

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from axone.arrays import IntArray
from axone.data import Dataset, split_rows
from axone.errors import ConfigurationError, DataError
from axone.experiments import Experiment
from axone.experiments.preparation import Arranged, arrange, load, split
from axone.messages import _

SCORED = "scored"
"""The part of a fold that its trial is judged by."""

_LOCK = threading.Lock()


@dataclass(frozen=True)
class Folds:
    """What the trials of a search train on and are judged by.

    Attributes
    ----------
    arranged : tuple of Arranged
        One a fold, with parts "train", perhaps "validation", and "scored".
    shares : dict of str to float
        Of the validation rows, for settings that are left open.
    notes : tuple of str
        What was decided on the way.
    """

    arranged: tuple[Arranged, ...]
    shares: dict[str, float | None]
    notes: tuple[str, ...] = ()

    @property
    def dataset(self) -> Dataset:
        """The rows before anything was done to them."""
        return self.arranged[0].dataset


@dataclass(frozen=True)
class _Request:
    """What decides the folds, for comparison, and the experiment that tells how to make them."""

    key: str
    cv: int
    experiment: Experiment = field(compare=False)


def folds_of(experiment: Experiment, cv: int) -> Folds:
    """Return the folds of an experiment, made once for all experiments on the same data.

    Parameters
    ----------
    experiment : Experiment
    cv : int
        How many; 1 trains on the training rows and judges by the validation rows.

    Raises
    ------
    DataError
        The data cannot be read, or are too few.
    ConfigurationError
        One fold, but no validation rows.
    """
    settings = experiment.settings
    key = json.dumps(
        [str(experiment.folder), settings.data.model_dump(), settings.seed], default=repr
    )
    with _LOCK:
        return _folds(_Request(key + settings.dtype, cv, experiment))


def forget_folds() -> None:
    """Let go of the rows that are kept."""
    _folds.cache_clear()
    _dataset.cache_clear()


@lru_cache(maxsize=4)
def _folds(request: _Request) -> Folds:
    experiment, cv = request.experiment, request.cv
    data = experiment.settings.data
    named = [data.source, data.options, data.target, data.task, experiment.settings.seed]
    source = json.dumps([str(experiment.folder), *named], default=repr)
    dataset = _dataset(_Request(source, 0, experiment))
    rows, shares, notes = split(experiment, dataset)
    if cv == 1:
        if "validation" not in rows:
            raise ConfigurationError(
                _(
                    "There are no validation rows to judge a trial by: give data.validation "
                    "a share, or cross-validate with more than one fold."
                )
            )
        arranged = (_arranged(experiment, dataset, rows["train"], rows["validation"], None),)
        return Folds(arranged, dict(shares), notes)
    known = np.concatenate([rows["train"], rows.get("validation", rows["train"][:0])])
    pairs, more = _pairs(dataset, known, cv, experiment.settings.seed)
    share = float(shares["validation"] or 0.0) * len(dataset.y) / max(len(known), 1)
    return Folds(
        tuple(_arranged(experiment, dataset, known[a], known[b], share) for a, b in pairs),
        dict(shares),
        (*notes, *more),
    )


@lru_cache(maxsize=1)
def _dataset(request: _Request) -> Dataset:
    return load(request.experiment)


def _pairs(
    dataset: Dataset, known: IntArray, cv: int, seed: int
) -> tuple[list[tuple[IntArray, IntArray]], tuple[str, ...]]:
    """Return the training and the scored rows of each fold, as positions in `known`."""
    from sklearn.model_selection import KFold, StratifiedKFold

    if len(known) < 2 * cv:
        raise DataError(
            _(
                "{rows} rows besides the test rows are too few for {folds} folds: use "
                "fewer folds or more rows.",
                rows=len(known),
                folds=cv,
            )
        )
    labels = dataset.y[known]
    random = seed % 2**32
    if dataset.task == "regression":
        return list(KFold(cv, shuffle=True, random_state=random).split(known)), ()
    smallest = int(np.bincount(labels, minlength=len(dataset.class_names)).min())
    if smallest >= cv:
        folds = StratifiedKFold(cv, shuffle=True, random_state=random)
        return list(folds.split(known, labels)), ()
    note = _(
        "folds not in proportion: the smallest class has {rows} rows for {folds} folds",
        rows=smallest,
        folds=cv,
    ).coded("folds_not_stratified")
    return list(KFold(cv, shuffle=True, random_state=random).split(known)), (note,)


def _arranged(
    experiment: Experiment,
    dataset: Dataset,
    train: IntArray,
    scored: IntArray,
    share: float | None,
) -> Arranged:
    """Take the rows that decide when to stop out of the training rows, never out of the scored.

    With no share the scored rows are the validation rows themselves.
    """
    if share is None:
        rows = {"train": train, "validation": scored}
        arranged = arrange(experiment, dataset, rows)
        arranged.parts[SCORED] = arranged.parts["validation"]
        return arranged
    divided = split_rows(
        dataset.y[train],
        dataset.task,
        validation=min(share, 0.5),
        test=0.0,
        seed=experiment.settings.seed,
    )
    parts = {"train": train[divided.train], "validation": train[divided.validation]}
    return arrange(
        experiment,
        dataset,
        {name: which for name, which in parts.items() if len(which)} | {SCORED: scored},
    )
