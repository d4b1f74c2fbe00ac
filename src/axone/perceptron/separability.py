"""Whether a hyperplane separates two classes at all: a linear programme, which SciPy solves."""

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray

_SEPARABILITY_SECONDS = 10.0
"""Thousands of rows of hundreds of features are beyond the linear programme."""


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
    from scipy.optimize import linprog

    # Shifting and scaling a feature changes nothing but the solver's rounding errors.
    centred = X - X.mean(axis=0)
    spread = np.abs(centred).max(axis=0)
    scaled = centred / np.where(spread > 0.0, spread, 1.0)
    rows = np.column_stack([scaled, np.ones(len(X))])
    signed = rows * np.where(positive, 1.0, -1.0)[:, np.newaxis]
    found = linprog(
        np.zeros(rows.shape[1]),
        A_ub=-signed,
        b_ub=-np.ones(len(rows)),
        bounds=(None, None),
        options={"time_limit": time_limit},
    )
    if found.status == 0:
        return True if bool((signed @ found.x > 0.0).all()) else None
    return False if found.status == 2 else None
