"""What a neuron sums before it decides: of one example or of a table, by one neuron or by many."""

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray
from axone.errors import ShapeError
from axone.messages import _
from axone.perceptron.inputs import as_numbers


def weighted_sum(X: npt.ArrayLike, weights: npt.ArrayLike, bias: npt.ArrayLike = 0.0) -> FloatArray:
    """Compute `x·w + b`, what a neuron sums before it decides.

    Parameters
    ----------
    X : array_like of shape (n_features,) or (m, n_features)
        One example, or one a row.
    weights : array_like of shape (n_features,) or (n_neurons, n_features)
        One neuron, or one a row.
    bias : array_like of shape () or (n_neurons,), default 0
        The neuron's readiness to fire.

    Returns
    -------
    ndarray
        float64, of shape (), (m,), (n_neurons,) or (m, n_neurons).

    Raises
    ------
    DataError
        X, the weights or the bias are not numbers.
    ShapeError
        X and the weights do not have as many features, or there is not one bias a neuron.

    Examples
    --------
    >>> round(float(weighted_sum([7, -3, 2], [1 / 3, 1 / 3, 1 / 3])), 12)
    2.0
    """
    examples, neurons, biases = (
        as_numbers("X", X),
        as_numbers("weights", weights),
        as_numbers("bias", bias),
    )
    if examples.shape[-1:] != neurons.shape[-1:] or not 1 <= neurons.ndim <= 2:
        raise ShapeError(
            _(
                "X of shape {shape} and weights of shape {weights} do not fit: the last axis "
                "of both must be the features.",
                shape=examples.shape,
                weights=neurons.shape,
            )
        )
    if biases.ndim and biases.shape != neurons.shape[:-1]:
        raise ShapeError(
            _(
                "bias of shape {shape} does not fit weights of shape {weights}: give one "
                "number, or one a neuron.",
                shape=biases.shape,
                weights=neurons.shape,
            )
        )
    return np.asarray(examples @ neurons.T + biases)
