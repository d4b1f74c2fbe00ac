"""Training, validation and test rows: disjoint, chosen by the seed, in proportion to the classes.

Rows of groups are divided by the group, so that nobody is in two parts; rows in an order of time
are cut in that order, and what would look beyond a cut is left out.
"""

import contextlib
import warnings
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import IntArray
from axone.checks import check_number, check_seed
from axone.data.dataset import Task
from axone.data.proportions import TooFewRowsError, divide_in_proportion
from axone.errors import ConfigurationError, DataError
from axone.messages import Message, _, _n


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of the three parts, each in shuffled order.

    Parameters
    ----------
    train, validation, test : ndarray of int
        Disjoint; `validation` and `test` may be empty.
    notes : tuple of str
        What could not be done as asked, in plain words.
    """

    train: IntArray
    validation: IntArray
    test: IntArray
    notes: tuple[str, ...] = ()


def split_rows(
    y: NDArray[Any],
    task: Task,
    *,
    validation: float,
    test: float,
    seed: int,
    groups: IntArray | None = None,
    spans: IntArray | None = None,
) -> Split:
    """Split the rows of a dataset.

    Parameters
    ----------
    y : ndarray of shape (m,) or (m, n_targets)
        For classification every part gets each class in the proportion of the whole.
    task : {"classification", "regression"}
        Whether `y` are labels.
    validation, test : float
        Shares of all rows, in [0, 1) and together below 1. A part has `share·m` rows, halves
        rounded up; training has the rest.
    seed : int
        Decides the split, as scikit-learn's ``train_test_split(random_state=seed)`` does: first
        the test rows are taken off, then the validation rows from what is left.
    groups : ndarray of int, shape (m,), optional
        Whom each row is of: all of a group are in one part, and parts are about as large as their
        shares.
    spans : ndarray of int, shape (m, 2), optional
        When each row's target begins and ends: training comes first, then validation, then test.
        Rows whose target lies on both sides of a cut are in no part.

    Raises
    ------
    ConfigurationError
        Shares out of bounds.
    DataError
        No row would be left to train on.
    """
    _check_shares(validation, test)
    check_seed(seed)
    rows = len(y)
    if spans is not None:
        return _in_order(spans, validation, test)
    sizes = part_sizes(rows, validation=validation, test=test)[1:]
    notes = tuple(
        _(
            "{rows} rows are too few for a {part} share of {share}: there are no {part} rows",
            rows=rows,
            part=part,
            share=share,
        ).coded("part_without_rows")
        for part, share, size in zip(
            (_("validation"), _("test")), (validation, test), sizes, strict=True
        )
        if share > 0 and size == 0
    )
    if groups is not None:
        return Split(*_parts_by_group(y, task, groups, (validation, test), seed), notes)
    if task == "regression":
        return Split(*_parts(rows, sizes, None, seed), notes)
    try:
        return Split(*_parts(rows, sizes, y, seed), notes)
    except TooFewRowsError:
        counts = np.unique(y, return_counts=True)[1].tolist()
        note = _n(
            "classes not split in proportion: the smallest of {classes} has {count} row, the "
            "smallest part {part}",
            "classes not split in proportion: the smallest of {classes} has {count} rows, the "
            "smallest part {part}",
            min(counts),
            classes=len(counts),
            part=min(size for size in (*sizes, rows - sum(sizes)) if size),
        ).coded("not_stratified")
        return Split(*_parts(rows, sizes, None, seed), (*notes, note))


def part_sizes(rows: int, *, validation: float, test: float) -> tuple[int, int, int]:
    """Return how many of so many rows training, validation and test get.

    Parameters
    ----------
    rows : int
    validation, test : float
        As for `split_rows`.

    Raises
    ------
    ConfigurationError
        Shares out of bounds.
    DataError
        No row would be left to train on.

    Examples
    --------
    >>> part_sizes(10_000, validation=0.15, test=0.15)
    (7000, 1500, 1500)
    """
    _check_shares(validation, test)
    sizes = (floor(validation * rows + 0.5), floor(test * rows + 0.5))
    if rows - sum(sizes) < 1:
        raise DataError(
            _(
                "{rows} rows are too few for shares of {validation} for validation and {test} "
                "for test: none is left to train on. Use more rows, or smaller shares or none.",
                rows=rows,
                validation=validation,
                test=test,
            )
        )
    return rows - sum(sizes), *sizes


def _check_shares(validation: float, test: float) -> None:
    check_number(_("the validation share"), validation, at_least=0, below=1)
    check_number(_("the test share"), test, at_least=0, below=1)
    # 0.7 + 0.3 is a hair below 1 in binary.
    if validation + test > 1.0 - 1e-9:
        raise ConfigurationError(
            _(
                "Shares of {validation} for validation and {test} for test leave nothing to "
                "train on: together they must be below 1.",
                validation=validation,
                test=test,
            )
        )


def _parts(
    rows: int, sizes: tuple[int, int], labels: NDArray[Any] | None, seed: int
) -> tuple[IntArray, IntArray, IntArray]:
    def divide(numbers: IntArray, size: int) -> tuple[IntArray, IntArray]:
        if size == 0:
            return numbers, numbers[:0]
        # NumPy's old generator takes seeds of 32 bits.
        random = np.random.RandomState(seed % 2**32)
        if labels is None:
            shuffled = random.permutation(len(numbers))
            return numbers[shuffled[size:]], numbers[shuffled[:size]]
        kept, taken = divide_in_proportion(labels[numbers], size, random)
        return numbers[kept], numbers[taken]

    rest, test = divide(np.arange(rows), sizes[1])
    train, validation = divide(rest, sizes[0])
    return train, validation, test


def _parts_by_group(
    y: NDArray[Any], task: Task, groups: IntArray, shares: tuple[float, float], seed: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Divide groups, of classes so that each part gets about its share of every class."""
    validation, test = shares
    count = len(np.unique(groups))
    wanted = 1 + sum(share > 0 for share in shares)
    if count < wanted:
        raise DataError(
            _n(
                "the rows are of {count} group, which cannot be divided: give more groups, or "
                "shares of 0 for validation and test.",
                "the rows are of {count} groups, too few for {parts} parts of which no two share "
                "one: give more groups, or a share of 0 for validation or test.",
                count,
                parts=wanted,
            )
        )
    every = np.arange(len(y))
    rest, tested = _groups_taken(every, y, task, groups, test, seed, 1 + (validation > 0))
    share = validation / (1 - test)
    train, validated = _groups_taken(rest, y, task, groups, share, seed, 1)
    random = np.random.default_rng(seed)
    return random.permutation(train), random.permutation(validated), random.permutation(tested)


def _groups_taken(
    rows: IntArray,
    y: NDArray[Any],
    task: Task,
    groups: IntArray,
    share: float,
    seed: int,
    least_left: int,
) -> tuple[IntArray, IntArray]:
    """Take groups of about a share of the rows; at least so many groups are left."""
    if share == 0:
        return rows, rows[:0]
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

    own = groups[rows]
    count = len(np.unique(own))
    folds = min(round(1 / share), count) if share <= 0.5 else 0
    random = seed % 2**32
    if task == "classification" and folds >= 2:
        divide = StratifiedGroupKFold(folds, shuffle=True, random_state=random)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes with fewer rows than folds
            with contextlib.suppress(ValueError):  # every class has fewer rows than folds
                kept, taken = next(iter(divide.split(rows, y[rows], own)))
                if len(np.unique(own[kept])) >= least_left and len(taken):
                    return rows[kept], rows[taken]
    size = min(max(1, round(share * count)), count - least_left)
    shuffled = GroupShuffleSplit(1, test_size=size, random_state=random)
    kept, taken = next(iter(shuffled.split(rows, groups=own)))
    return rows[kept], rows[taken]


def _in_order(spans: IntArray, validation: float, test: float) -> Split:
    """Cut rows along time, at moments that leave each part about its share of the rows."""
    starts = np.sort(spans[:, 0])
    rows = len(starts)
    # A row belongs to the part in which its target lies whole.
    shares = (1 - validation - test, 1 - test)
    cuts = [starts[min(floor(share * rows + 0.5), rows - 1)] for share in shares]
    first = cuts[0] if validation + test else spans[:, 1].max()
    second = cuts[1] if test else spans[:, 1].max()
    begin, end = spans.T
    train = np.flatnonzero(end <= first)
    validated = np.flatnonzero((begin >= first) & (end <= second)) if validation else train[:0]
    tested = np.flatnonzero(begin >= second) if test else train[:0]
    for part, share, found in (
        (_("training"), 1.0, train),
        (_("validation"), validation, validated),
        (_("test"), test, tested),
    ):
        if share and not len(found):
            raise DataError(
                _(
                    "{rows} rows in an order of time leave none for {part}: its target would reach "
                    "over the cut between the parts. Use more rows, a shorter horizon, or smaller "
                    "shares.",
                    rows=rows,
                    part=part,
                )
            )
    lost = rows - len(train) - len(validated) - len(tested)
    notes: tuple[Message, ...] = ()
    if lost:
        notes = (
            _n(
                "cut in the order of time; {count:,} row reaches over a cut and is in no part",
                "cut in the order of time; {count:,} rows reach over a cut and are in no part",
                lost,
            ).coded("rows_across_cuts"),
        )
    return Split(train, validated, tested, notes)
