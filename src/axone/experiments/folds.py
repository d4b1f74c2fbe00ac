"""The rows of each fold, scaled by its training rows alone: what a cross-validation trains on.

The test rows of an experiment stay out of every fold: no choice may look at them.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from axone.arrays import IntArray
from axone.data import Dataset, split_rows
from axone.data.windows import backtest_folds
from axone.errors import ConfigurationError, DataError
from axone.experiments.description import Description
from axone.experiments.generation import task_of_split
from axone.experiments.preparation import Arranged, arrange, split
from axone.messages import _, _n

SCORED = "scored"
"""The part of a fold that judges what was trained on the others."""


@dataclass(frozen=True)
class Folds:
    """What is trained on, fold by fold, and judged by.

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


def make_folds(experiment: Description, dataset: Dataset, cv: int) -> Folds:
    """Divide the rows of an experiment into folds, stratified for classes.

    Parameters
    ----------
    experiment : Description
    dataset : Dataset
        Its rows.
    cv : int
        How many; 1 trains on the training rows and judges by the validation rows.

    Raises
    ------
    DataError
        The rows are too few.
    ConfigurationError
        One fold, but no validation rows.
    """
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


def require_rows(rows: int, cv: int) -> None:
    """Refuse more folds than so many rows, without those of the test, allow.

    Raises
    ------
    DataError
        There are fewer than two for each.
    """
    if rows < 2 * cv:
        raise DataError(
            _(
                "{rows} rows besides the test rows are too few for {folds} folds: use "
                "fewer folds or more rows.",
                rows=rows,
                folds=cv,
            )
        )


def _pairs(
    dataset: Dataset, known: IntArray, cv: int, seed: int
) -> tuple[list[tuple[IntArray, IntArray]], tuple[str, ...]]:
    """Return the training and the scored rows of each fold, as positions in `known`."""
    from sklearn.model_selection import KFold, StratifiedKFold

    require_rows(len(known), cv)
    labels = dataset.y[known]
    random = seed % 2**32
    if dataset.spans is not None:
        return backtest_folds(dataset.spans[known], cv), ()
    if dataset.groups is not None:
        return _pairs_by_group(dataset, known, cv, random), ()
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


def _pairs_by_group(
    dataset: Dataset, known: IntArray, cv: int, random: int
) -> list[tuple[IntArray, IntArray]]:
    """Return folds of which no two score rows of one group."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    assert dataset.groups is not None  # noqa: S101 — as the caller has seen
    groups = dataset.groups[known]
    count = len(np.unique(groups))
    if count < cv:
        raise DataError(
            _n(
                "The rows are of {count} group, which cannot be divided into {folds} folds: give "
                "more groups.",
                "The rows are of {count} groups, too few for {folds} folds: use fewer folds or "
                "more groups.",
                count,
                folds=cv,
            )
        )
    if task_of_split(dataset) == "regression":
        folds = GroupKFold(cv, shuffle=True, random_state=random)
        return list(folds.split(known, groups=groups))
    stratified = StratifiedGroupKFold(cv, shuffle=True, random_state=random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes with fewer rows than folds
        return list(stratified.split(known, dataset.y[known], groups))


def _arranged(
    experiment: Description,
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
        task_of_split(dataset),
        validation=min(share, 0.5),
        test=0.0,
        seed=experiment.settings.seed,
        groups=None if dataset.groups is None else dataset.groups[train],
        spans=None if dataset.spans is None else dataset.spans[train],
    )
    parts = {"train": train[divided.train], "validation": train[divided.validation]}
    return arrange(
        experiment,
        dataset,
        {name: which for name, which in parts.items() if len(which)} | {SCORED: scored},
    )
