"""Label smoothing: targets that leave every class a little probability."""

import numpy as np

from axone.arrays import FloatArray


def smoothed(one_hot: FloatArray, smoothing: float, weight: FloatArray | None = None) -> FloatArray:
    """Return (1 − ε)·one-hot + ε·(shares of the classes), (m, K).

    Szegedy et al. 2016, section 7, with the classes' shares of the rows' weight in place of the
    uniform distribution, so that rare classes stay rare.

    Parameters
    ----------
    one_hot : array of shape (m, K)
    smoothing : float
        ε.
    weight : array of shape (m,), optional
        What each row counts; all alike, if left out.
    """
    shares = np.average(one_hot, axis=0, weights=weight)
    number = one_hot.dtype.type
    return np.asarray(number(1 - smoothing) * one_hot + number(smoothing) * shares)
