"""Rows for a gradient check where none are given: examples at random, and targets that fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from axone.activations import Exponential, Sigmoid, Softmax
from axone.arrays import FloatArray
from axone.errors import DataError
from axone.layers import Embedding
from axone.losses import LOSSES, Loss, Poisson
from axone.messages import _
from axone.network import Network
from axone.random import SAMPLE, RandomStream


def loss_for(network: Network, loss: Loss | str | Mapping[str, Any] | None) -> Loss:
    """Return the loss asked for, or that to which the output activation belongs."""
    if loss is not None:
        return LOSSES.resolve(loss)
    activation = network.split_output()[1]
    if isinstance(activation, Softmax) and len(network.output_shape) == 1:
        return LOSSES.resolve("categorical_cross_entropy")
    if isinstance(activation, Sigmoid):
        return LOSSES.resolve("binary_cross_entropy")
    return LOSSES.resolve("poisson" if isinstance(activation, Exponential) else "mse")


def some_examples(network: Network, rows: int, seed: int) -> FloatArray:
    """Return examples of a standard normal distribution, or token numbers.

    Raises
    ------
    DataError
        The network reads token numbers in a way of its own.
    """
    stream = RandomStream.from_seed(seed).child(SAMPLE, 0)
    shape = (rows, *network.input_shape)
    if not network.takes_tokens:
        return stream.normal(shape)
    first = network.layers[0]
    if not isinstance(first, Embedding):
        raise DataError(
            _(
                "Layer 0 ({kind}) reads token numbers, and which there are only you know: give X.",
                kind=network.layer_kind(0),
            )
        )
    return np.floor(stream.uniform(shape) * first.vocabulary_size).astype(np.intp)


def some_targets(network: Network, loss: Loss, rows: int, seed: int) -> Any:
    """Return targets at random such as the loss compares."""
    stream = RandomStream.from_seed(seed).child(SAMPLE, 1)
    shape = (rows, *network.output_shape)
    if loss.task == "regression":
        numbers = 2 * stream.normal(shape)
        return np.floor(np.abs(numbers)) if isinstance(loss, Poisson) else numbers
    if isinstance(network.split_output()[1], Softmax):
        # Of the classes, which lie along the first axis, one a row.
        classes = network.output_shape[0]
        return np.eye(classes)[np.floor(stream.uniform((rows,)) * classes).astype(np.intp)]
    return np.floor(2 * stream.uniform(shape))
