"""Training, validation and test rows: disjoint, together everything, chosen by the seed."""

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import IntArray
from axone.checks import check_number, check_seed
from axone.data.dataset import Task
from axone.errors import ConfigurationError, DataError
from axone.messages import _, _n


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


def split_rows(y: NDArray[Any], task: Task, *, validation: float, test: float, seed: int) -> Split:
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

    Raises
    ------
    ConfigurationError
        Shares out of bounds.
    DataError
        No row would be left to train on.
    """
    check_number(_("the validation share"), validation, at_least=0, below=1)
    check_number(_("the test share"), test, at_least=0, below=1)
    check_seed(seed)
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
    rows = len(y)
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
    if task == "regression":
        return Split(*_parts(rows, sizes, None, seed), notes)
    try:
        return Split(*_parts(rows, sizes, y, seed), notes)
    except ValueError:  # scikit-learn's: a part or a class has too few rows
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


def _parts(
    rows: int, sizes: tuple[int, int], labels: NDArray[Any] | None, seed: int
) -> tuple[IntArray, IntArray, IntArray]:
    from sklearn.model_selection import train_test_split

    def divide(numbers: IntArray, size: int) -> tuple[IntArray, IntArray]:
        if size == 0:
            return numbers, numbers[:0]
        strata = None if labels is None else labels[numbers]
        # scikit-learn takes seeds of 32 bits.
        kept, taken = train_test_split(
            numbers, test_size=size, stratify=strata, random_state=seed % 2**32
        )
        return kept, taken

    rest, test = divide(np.arange(rows), sizes[1])
    train, validation = divide(rest, sizes[0])
    return train, validation, test
