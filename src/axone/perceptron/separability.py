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
    bias_helps : bool
        Whether only the lack of a bias stands in the way.
    """

    separable: bool | None
    is_reached: bool = True
    bias_helps: bool = False


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
    signed = _signed(rows, positive)
    found = _solved(np.zeros(rows.shape[1]), -signed, -np.ones(len(rows)), time_limit)
    if found.status == _SOLVED:
        return True if bool((signed @ found.x > 0.0).all()) else None
    return False if found.status == _INFEASIBLE else None


def separability_without_bias(
    X: FloatArray,
    positive: npt.NDArray[np.bool_],
    threshold: float,
    *,
    time_limit: float = _SEPARABILITY_SECONDS,
) -> Separability:
    """Decide whether w·x > threshold can hold for the positive rows and for no others.

    Without a bias the boundary cannot be shifted. What is sought is the largest ε ≤ 1 with
    `w·x ≥ threshold + ε` for the positive rows and `w·x ≤ threshold − ε` for the others; with the
    threshold 0, a boundary through the origin, that is Novikoff's margin, and rows of zeros, which
    never fire, need none. Where ε is 0 weights may still make no mistake: other rows may lie on the
    boundary itself, where no unit fires, but then there is no proof that the rule finds them. Nor
    is there any with another threshold.

    Parameters
    ----------
    X, positive, time_limit
        As of `linearly_separable`.
    threshold : float

    Returns
    -------
    Separability
    """
    rows, sign = _scaled(X), float(np.sign(threshold))
    keeping = rows.any(axis=1) | positive
    if _has_margin(rows, positive, sign, keeping, time_limit):
        return Separability(True, is_reached=threshold == 0)
    separable = _has_margin(rows, positive, sign, positive, time_limit)
    if separable is not False:
        return Separability(separable, is_reached=False)
    with_bias = linearly_separable(X, positive, time_limit=time_limit)
    return Separability(False, bias_helps=bool(with_bias))


def _scaled(X: FloatArray) -> FloatArray:
    """Return every feature with ½ to 1 as its largest size, divided by a power of two: exact."""
    _fractions, exponents = np.frexp(np.abs(X).max(axis=0))
    return np.asarray(np.ldexp(X, -exponents))


def _has_margin(
    rows: FloatArray,
    positive: npt.NDArray[np.bool_],
    threshold: float,
    keeping: npt.NDArray[np.bool_],
    time_limit: float,
) -> bool | None:
    """Whether w·x > threshold can hold for the positive rows alone, with ε > 0 for those `keeping`.

    ε is the last unknown.
    """
    limits = np.column_stack([_signed(-rows, positive), keeping.astype(np.float64)])
    found = _solved(
        np.append(np.zeros(rows.shape[1]), -1.0),
        limits,
        np.where(positive, -threshold, threshold),
        time_limit,
        [(None, None)] * rows.shape[1] + [(0.0, 1.0)],
    )
    if found.status != _SOLVED:
        return False if found.status == _INFEASIBLE else None
    if found.x[-1] <= _SMALLEST_MARGIN:
        return False
    return True if bool(((rows @ found.x[:-1] > threshold) == positive).all()) else None


def _signed(rows: FloatArray, positive: npt.NDArray[np.bool_]) -> FloatArray:
    """Return the rows of the other class times −1."""
    return np.asarray(rows * np.where(positive, 1.0, -1.0)[:, np.newaxis])


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
