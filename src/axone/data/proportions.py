"""Dividing rows in two so that both parts hold each class in the proportion of the whole.

The rows that scikit-learn's ``StratifiedShuffleSplit`` takes with the same generator, without its
import, which takes longer than training a small network.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import IntArray


class TooFewRowsError(ValueError):
    """A class has one row alone, or a part has fewer rows than there are classes."""


def divide_in_proportion(
    labels: NDArray[Any], size: int, random: np.random.RandomState
) -> tuple[IntArray, IntArray]:
    """Return the numbers of the rows that are left and of those that are taken, both shuffled.

    Parameters
    ----------
    labels : ndarray of shape (m,) or (m, n)
        The class of every row; several labels of a row are one class together.
    size : int
        How many rows are taken.
    random : RandomState

    Raises
    ------
    TooFewRowsError
        Not every class can be in both parts.
    """
    if labels.ndim > 1:
        labels = np.array([" ".join(row) for row in labels.astype(str)])
    class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)[1:]
    if counts.min() < 2 or min(size, len(labels) - size) < len(counts):
        raise TooFewRowsError
    left_of_class = apportioned(counts, len(labels) - size, random)
    taken_of_class = apportioned(counts - left_of_class, size, random)
    left, taken = [], []
    in_order = np.split(np.argsort(class_of, kind="stable"), np.cumsum(counts)[:-1])
    for rows, of_left, of_taken in zip(in_order, left_of_class, taken_of_class, strict=True):
        shuffled = rows[random.permutation(len(rows))]
        left.append(shuffled[:of_left])
        taken.append(shuffled[of_left : of_left + of_taken])
    return random.permutation(np.concatenate(left)), random.permutation(np.concatenate(taken))


def apportioned(counts: IntArray, size: int, random: np.random.RandomState) -> IntArray:
    """Share places out among classes by their counts: the largest remainders are rounded up.

    Of equal remainders the generator chooses.

    Parameters
    ----------
    counts : array of int, shape (classes,)
    size : int
        Places, at most as many as are counted.
    random : RandomState
    """
    exact = counts / counts.sum() * size
    places = np.floor(exact)
    remainders = exact - places
    missing = int(size - places.sum())
    for remainder in np.unique(remainders)[::-1]:
        if missing <= 0:
            break
        alike = np.flatnonzero(remainders == remainder)
        chosen = random.choice(alike, size=min(len(alike), missing), replace=False)
        places[chosen] += 1
        missing -= len(chosen)
    return places.astype(np.intp)
