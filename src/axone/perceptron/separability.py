"""Whether weights that make no mistake exist at all: a linear programme, which SciPy solves."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray

_SEPARABILITY_SECONDS = 10.0
"""Thousands of rows of hundreds of features are beyond the linear programme."""

_SMALLEST_MARGIN = 1e-9
"""Of sums of the size of the threshold: below, the solver's answer is its rounding."""

_SOLVED, _INFEASIBLE = 0, 2
"""SciPy's words for how a linear programme ended."""


class Separability(NamedTuple):
    """What is known of a perceptron's chances.

    Attributes
    ----------
    separable : bool or None
        Whether weights exist that make no mistake; None where that stayed undecided.
    is_reached : bool
        Whether the rule finds such weights after finitely many mistakes (Novikoff 1962): it does
        where every row can lie at a distance from the boundary.
    """

    separable: bool | None
    is_reached: bool


def linearly_separable(
    X: FloatArray, positive: npt.NDArray[np.bool_], *, time_limit: float = _SEPARABILITY_SECONDS
) -> bool | None:
    """Decide whether a hyperplane separates the positive rows from the others.

    It does where `s·(w·x + b) ≥ 1` has a solution, with s = ±1 the side of each row: a linear
    programme without an objective (Mangasarian 1965, "Linear and nonlinear separation of patterns
    by linear programming").

    Parameters
    ----------
    X : ndarray of shape (m, n_features)
        The rows.
    positive : ndarray of bool, shape (m,)
        The rows of one class.
    time_limit : float, default 10
        Seconds that the solver may take.

    Returns
    -------
    bool or None
        None where the solver found no answer in its time, or none that holds in floating point.
    """
    # Shifting and scaling a feature changes nothing but the solver's rounding errors.
    rows = np.column_stack([_scaled(X - X.mean(axis=0)), np.ones(len(X))])
    return _keeps_a_distance(rows, positive, time_limit)


def separability_without_bias(
    X: FloatArray,
    positive: npt.NDArray[np.bool_],
    threshold: float,
    *,
    time_limit: float = _SEPARABILITY_SECONDS,
) -> Separability:
    """Decide whether w·x > threshold can hold for the positive rows and for no others.

    Without a bias the boundary cannot be shifted. With the threshold 0 it goes through the origin,
    where no unit fires: `s·w·x ≥ 1` for the rows that are not 0, s = ±1 the side of each. Where
    that has no solution weights may still make no mistake, other rows lying on the boundary
    itself: the largest ε with `w·x ≥ threshold + ε` for positive rows and `w·x ≤ threshold` for
    the others is then above 0. So it is with any other threshold, whose rule has no proof.

    Parameters
    ----------
    X, positive, time_limit
        As of `linearly_separable`.
    threshold : float

    Returns
    -------
    Separability
    """
    rows = _scaled(X)
    if threshold == 0.0:
        moves = rows.any(axis=1)
        if positive[~moves].any():
            return Separability(False, False)
        if _keeps_a_distance(rows[moves], positive[moves], time_limit):
            return Separability(True, True)
    return Separability(_fires_for(rows, positive, float(np.sign(threshold)), time_limit), False)


def _scaled(X: FloatArray) -> FloatArray:
    """Return every feature with 1 as its largest size."""
    largest = np.abs(X).max(axis=0)
    return np.asarray(X / np.where(largest > 0.0, largest, 1.0))


def _keeps_a_distance(
    rows: FloatArray, positive: npt.NDArray[np.bool_], time_limit: float
) -> bool | None:
    """Whether s·w·x ≥ 1 has a solution."""
    signed = rows * np.where(positive, 1.0, -1.0)[:, np.newaxis]
    found = _solved(np.zeros(rows.shape[1]), -signed, -np.ones(len(rows)), time_limit)
    if found.status == _SOLVED:
        return True if bool((signed @ found.x > 0.0).all()) else None
    return False if found.status == _INFEASIBLE else None


def _fires_for(
    rows: FloatArray, positive: npt.NDArray[np.bool_], threshold: float, time_limit: float
) -> bool | None:
    """Whether w·x > threshold can hold for the positive rows alone; the last unknown is ε."""
    signed = rows * np.where(positive, 1.0, -1.0)[:, np.newaxis]
    limits = np.column_stack([-signed, np.where(positive, 1.0, 0.0)])
    bounds = np.where(positive, -threshold, threshold)
    objective = np.append(np.zeros(rows.shape[1]), -1.0)
    margin = [(None, None)] * rows.shape[1] + [(0.0, 1.0)]
    found = _solved(objective, limits, bounds, time_limit, margin)
    if found.status != _SOLVED:
        return False if found.status == _INFEASIBLE else None
    if found.x[-1] <= _SMALLEST_MARGIN:
        return False
    return True if bool(((rows @ found.x[:-1] > threshold) == positive).all()) else None


def _solved(
    objective: FloatArray,
    limits: FloatArray,
    bounds: FloatArray,
    time_limit: float,
    unknowns: Any = (None, None),
) -> Any:
    """Minimise objective·v where limits·v ≤ bounds."""
    from scipy.optimize import linprog

    options = {"time_limit": time_limit}
    return linprog(objective, A_ub=limits, b_ub=bounds, bounds=unknowns, options=options)
